"""The top of the panel: what of the exceptions the queue shows, the way to the cage, and who sees to things."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QToolButton, QWidget

from dispatcher.domain.incidents import Severity
from ui.exceptions import words
from ui.exceptions.words import Group, Row, Which
from ui.parts.fields import named, set_icon
from ui.proofs.bar import LONGEST_NAME, Find
from ui.theme import Theme

TIPS = {
    Which.OPEN: "Nobody has settled them yet; of all days",
    Which.MINE: "Open, and you see to them",
    Which.OVERDUE: "Open, and past due",
    Which.CLOSED: "Settled, or passed by themselves; of the day shown",
}
KEPT = "exceptions/filter"


class QueueBar(QWidget):
    """GUI thread.

    Signals:
        changed(): show other exceptions; ask `accepts`.
        left(): something was chosen; the keys should go to the queue.
        cage_toggled(bool): show the cage, or the queue again.
        person_requested(): somebody else sees to things from now on.
    """

    changed = Signal()
    left = Signal()
    cage_toggled = Signal(bool)
    person_requested = Signal()

    def __init__(self, theme: Theme, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._settings = theme, settings
        self._group = QButtonGroup(self)
        self.buttons = {which: self._chip(which) for which in Which}
        self.kinds = self._choice("exceptions.kinds", "Show exceptions that arose", "All kinds")
        for group in Group:
            self.kinds.addItem(group.value, group)
        self.least = self._choice("exceptions.severities", "Show exceptions so grave", "Any severity")
        for severity in (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM):
            more = "" if severity is Severity.CRITICAL else " or more"
            self.least.addItem(f"{words.SEVERITIES[severity][0]}{more}", severity)
        self.finder = named(Find(self), "exceptions.find", "Find an exception")
        self.finder.setPlaceholderText("Find order, name, owner…  /")
        self.finder.setClearButtonEnabled(True)
        self.cage = named(QToolButton(self), "exceptions.cage.show", "Cage")
        self.cage.setCheckable(True)
        self.cage.setToolTip("What came back, and what should have: scan it in  (S)")
        self.who = named(QToolButton(self), "exceptions.person", "Who you are")
        self.who.setToolTip("Whose name stands on what is done; click to change it")
        for button in (self.cage, self.who):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._restore()
        self._lay_out()
        self._wire()
        self._dress()

    def _chip(self, which: Which) -> QToolButton:
        button = named(QToolButton(self), f"exceptions.filter.{which.name.lower()}", which.value)
        button.setText(which.value)
        button.setToolTip(TIPS[which])
        button.setCheckable(True)
        self._group.addButton(button)
        return button

    def _choice(self, name: str, accessible: str, everything: str) -> QComboBox:
        box = named(QComboBox(self), name, accessible)
        box.addItem(everything, None)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return box

    def _lay_out(self) -> None:
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        for button in self.buttons.values():
            self._row.addWidget(button)
        self._row.addWidget(self.kinds)
        self._row.addWidget(self.least)
        self._row.addWidget(self.finder, 1)
        self._row.addWidget(self.cage)
        self._row.addWidget(self.who)

    def _wire(self) -> None:
        self._group.buttonToggled.connect(self._on_toggled)
        self._group.buttonClicked.connect(self._on_clicked)
        for box in (self.kinds, self.least):
            box.currentIndexChanged.connect(self._on_chosen)
            box.activated.connect(self.left)
        self.finder.textChanged.connect(self._on_chosen)
        self.finder.left.connect(self.left)
        self.cage.toggled.connect(self.cage_toggled)
        self.who.clicked.connect(self.person_requested)
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        self._row.setSpacing(self._theme.grid(1))
        set_icon(self.who, "account-edit-outline", self._theme)
        set_icon(self.cage, "barcode-scan", self._theme)

    # --- what is chosen -------------------------------------------------------------------------------------------

    @property
    def which(self) -> Which:
        """The chip that is down."""
        return next(which for which, button in self.buttons.items() if button.isChecked())

    @property
    def narrowed(self) -> bool:
        """Whether something besides the chips leaves rows out."""
        return bool(self.kinds.currentIndex() or self.least.currentIndex() or self.finder.text().strip())

    def accepts(self, me: str) -> Callable[[Row], bool]:
        """What all that is chosen lets through."""
        wanted = self.finder.text().casefold().split()
        return words.accepts(self.which, me, self.kinds.currentData(), self.least.currentData(), wanted)

    def reset(self, which: Which) -> None:
        """This chip, and nothing besides."""
        self.finder.clear()
        self.kinds.setCurrentIndex(0)
        self.least.setCurrentIndex(0)
        self.buttons[which].setChecked(True)

    def _restore(self) -> None:
        """What was chosen last; words are not kept, since they hide what nobody looks for any more."""
        which, kind, least = (str(self._settings.value(KEPT, "OPEN 0 0", type=str)) + " 0 0").split()[:3]
        self.buttons[Which.__members__.get(which, Which.OPEN)].setChecked(True)
        for box, n in ((self.kinds, kind), (self.least, least)):
            box.setCurrentIndex(int(n) if n.isdecimal() and int(n) < box.count() else 0)

    @Slot(QToolButton, bool)
    def _on_toggled(self, _button: QToolButton, checked: bool) -> None:
        if checked:
            self._on_chosen()

    @Slot()
    def _on_clicked(self) -> None:
        """The queue is wanted, and no longer the cage."""
        self.cage.setChecked(False)
        self.left.emit()

    @Slot()
    def _on_chosen(self) -> None:
        kept = f"{self.which.name} {self.kinds.currentIndex()} {self.least.currentIndex()}"
        self._settings.setValue(KEPT, kept)
        self.changed.emit()

    # --- what it says ---------------------------------------------------------------------------------------------

    def show_counts(self, counts: Mapping[Which, int]) -> None:
        """How many there are under each chip."""
        for which, button in self.buttons.items():
            button.setText(f"{which.value} {counts[which]:,}" if counts[which] else which.value)

    def show_missing(self, missing: int) -> None:
        """How much should be in the cage and is not."""
        self.cage.setText(f" Cage, {missing:,} missing" if missing else " Cage")
        self.cage.setAccessibleName(self.cage.text().strip())

    def show_person(self, name: str) -> None:
        """Whose name stands on what is done."""
        said = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        self.who.setText(f" {said.replace('&', '&&') or 'Your name…'}")
        self.who.setAccessibleName(f"You are {name}" if name else "Who you are")
