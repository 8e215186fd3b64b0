"""The top of the workbench: what of the day the queue shows, and who decides."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import DriverId
from dispatcher.domain.review import Proof
from ui.parts.fields import named, set_icon
from ui.proofs.words import Filter, driver_words
from ui.theme import Theme

TIPS = {
    Filter.OPEN: "Nobody has decided yet, or the driver has answered",
    Filter.FLAGGED: "Open, and something was found",
    Filter.SAMPLED: "Open, nothing was found, and to be looked at all the same",
    Filter.QUERIED: "The driver was asked; answered or not",
    Filter.REJECTED: "Rejected",
    Filter.ALL: "All of the day",
}
ALL_DRIVERS = "All drivers"
LONGEST_NAME = 24
"""As shown in the head."""


class Find(QLineEdit):
    """Enter, Down and Esc lead back to the queue; Esc empties it first.

    Signals:
        left(): the keys should go to the queue.
    """

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As told above."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class QueueBar(QWidget):
    """GUI thread.

    Signals:
        filter_changed(Filter): show what belongs under it.
        driver_changed(object): show this driver's, by id; `None` for all.
        words_changed(str): show what has these words.
        left(): something was chosen; the keys should go to the queue.
        reviewer_requested(): somebody else decides from now on.
    """

    filter_changed = Signal(object)
    driver_changed = Signal(object)
    words_changed = Signal(str)
    left = Signal()
    reviewer_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._group = QButtonGroup(self)
        self.buttons: dict[Filter, QToolButton] = {}
        for which in Filter:
            button = named(QToolButton(self), f"proofs.filter.{which.name.lower()}", which.value)
            button.setText(which.value)
            button.setToolTip(TIPS[which])
            button.setCheckable(True)
            self._group.addButton(button)
            self.buttons[which] = button
        self.buttons[Filter.OPEN].setChecked(True)
        self.driver = named(QComboBox(self), "proofs.driver", "Show the proofs of")
        self.driver.addItem(ALL_DRIVERS, None)
        self.driver.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.driver.setMinimumContentsLength(10)
        self.finder = named(Find(self), "proofs.find", "Find a proof")
        self.finder.setPlaceholderText("Find order, name, flag…  Ctrl+F")
        self.finder.setClearButtonEnabled(True)
        self.who = named(QToolButton(self), "proofs.reviewer", "Reviewer")
        self.who.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.who.setToolTip("Whose name stands on decisions; click to change it")
        self._lay_out()
        self._wire()
        self._dress()

    def _lay_out(self) -> None:
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        for button in self.buttons.values():
            self._row.addWidget(button)
        self._row.addWidget(self.driver)
        self._row.addWidget(self.finder, 1)
        self._row.addWidget(self.who)

    def _wire(self) -> None:
        self._group.buttonToggled.connect(self._on_toggled)
        self._group.buttonClicked.connect(self.left)
        self.driver.currentIndexChanged.connect(self._on_driver)
        self.driver.activated.connect(self.left)
        self.finder.textChanged.connect(self.words_changed)
        self.finder.left.connect(self.left)
        self.who.clicked.connect(self.reviewer_requested)
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        self._row.setSpacing(self._theme.grid(1))
        set_icon(self.who, "account-edit-outline", self._theme)

    @property
    def filter(self) -> Filter:
        """The one chosen."""
        return next(which for which, button in self.buttons.items() if button.isChecked())

    def show_counts(self, proofs: Sequence[Proof]) -> None:
        """How many there are under each filter."""
        for which, button in self.buttons.items():
            count = sum(map(which.takes, proofs))
            button.setText(f"{which.value} {count:,}" if proofs else which.value)

    def set_narrowing(self, there: bool) -> None:
        """Whether there is anything to choose among."""
        parts: list[QWidget] = [*self.buttons.values(), self.driver, self.finder]
        for part in parts:
            part.setEnabled(there)

    def offer_drivers(self, drivers: Mapping[DriverId, Driver], busy: Collection[DriverId]) -> None:
        """Those who have been at a door; the one chosen stays chosen."""
        known = sorted((d for d in drivers.values() if d.id in busy), key=lambda driver: driver.number)
        wanted = [None, *(driver.id for driver in known)]
        if wanted == [self.driver.itemData(n) for n in range(self.driver.count())]:
            return
        chosen = self.driver.currentData()
        self.driver.blockSignals(True)
        self.driver.clear()
        self.driver.addItem(ALL_DRIVERS, None)
        for driver in known:
            self.driver.addItem(driver_words(driver), driver.id)
        self.driver.setCurrentIndex(wanted.index(chosen) if chosen in wanted else 0)
        self.driver.blockSignals(False)
        if chosen not in wanted:
            self.driver_changed.emit(None)

    def show_reviewer(self, name: str) -> None:
        """Whose name stands on decisions."""
        words = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        self.who.setText(words.replace("&", "&&") or "Reviewer…")
        self.who.setAccessibleName(f"Reviewer: {name}" if name else "Reviewer")

    def reset(self, which: Filter) -> None:
        """This filter, all drivers, no words."""
        self.finder.clear()
        self.driver.setCurrentIndex(0)
        self.buttons[which].setChecked(True)

    @Slot()
    def _on_toggled(self, _button: QToolButton, checked: bool) -> None:
        if checked:
            self.filter_changed.emit(self.filter)

    @Slot()
    def _on_driver(self) -> None:
        self.driver_changed.emit(self.driver.currentData())
