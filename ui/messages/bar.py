"""The top of the panel: which of the day's messages are shown, whom to find, and who does things."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QToolButton, QWidget

from ui.messages.words import Filter, Row
from ui.parts.fields import named, set_icon
from ui.proofs.bar import LONGEST_NAME, Find
from ui.theme import Theme

TIPS = {
    Filter.ALL: "All messages of the day, and the replies",
    Filter.WAITING: "Not sent yet: no line, quiet hours, or tried again later",
    Filter.SENT: "A line took them",
    Filter.UNDELIVERABLE: "A line refused them, or it was tried too often",
    Filter.UNKNOWN: "Handed to a line that did not answer: they may have arrived",
    Filter.WITHHELD: "Not sent: not wanted, nobody to reach, taken out, or too late",
    Filter.REPLIES: "What customers wrote in the last week, and what nobody has read",
}
NOT_WANTED = "Opt-outs"


class BoxBar(QWidget):
    """GUI thread.

    Signals:
        filter_changed(object): show what belongs under this `Filter`; `None` for the addresses that get no messages.
        words_changed(str): show what has these words.
        left(): something was chosen; the keys should go to the list.
        person_requested(): somebody else does things from now on.
    """

    filter_changed = Signal(object)
    words_changed = Signal(str)
    left = Signal()
    person_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._below: bool | None = None
        """Whether the find box has a row of its own."""
        self._group = QButtonGroup(self)
        self.buttons = {which: self._button(which.name.lower(), which.value, TIPS[which]) for which in Filter}
        self.opt_outs = self._button("opt_outs", NOT_WANTED, "Addresses that get no messages")
        self.buttons[Filter.ALL].setChecked(True)
        self.finder = named(Find(self), "messages.find", "Find a message")
        self.finder.setPlaceholderText("Find order, name, words…  /")
        self.finder.setClearButtonEnabled(True)
        self.who = named(QToolButton(self), "messages.person", "Your name")
        self.who.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.who.setToolTip("Whose name stands on what is done; click to change it")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._group.buttonToggled.connect(self._on_toggled)
        self._group.buttonClicked.connect(self.left)
        self.finder.textChanged.connect(self.words_changed)
        self.finder.left.connect(self.left)
        self.who.clicked.connect(self.person_requested)
        theme.changed.connect(self._dress)
        self._dress()

    def _button(self, name: str, words: str, tip: str) -> QToolButton:
        button = named(QToolButton(self), f"messages.filter.{name}", words)
        button.setText(words)
        button.setToolTip(tip)
        button.setCheckable(True)
        self._group.addButton(button)
        return button

    @Slot()
    def _dress(self) -> None:
        self._grid.setSpacing(self._theme.grid(1))
        set_icon(self.who, "account-edit-outline", self._theme)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for all in one row, they stand in two."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        buttons = [*self.buttons.values(), self.opt_outs]
        gap, least = self._grid.horizontalSpacing(), self._theme.grid(40)
        wanted = sum(part.sizeHint().width() + gap for part in (*buttons, self.who)) + least
        below = wanted > self.width()
        if below == self._below:
            return
        self._below = below
        for column, button in enumerate(buttons):
            self._grid.addWidget(button, 0, column)
        last = len(buttons)
        if below:
            self._grid.addWidget(self.finder, 1, 0, 1, last - 1)
            self._grid.addWidget(self.who, 1, last - 1, 1, 2)
        else:
            self._grid.addWidget(self.finder, 0, last)
            self._grid.addWidget(self.who, 0, last + 1)
        self._grid.setColumnStretch(last, 1)

    @property
    def filter(self) -> Filter | None:
        """The one chosen; `None` for the addresses that get no messages."""
        return next((which for which, button in self.buttons.items() if button.isChecked()), None)

    def show_counts(self, rows: Sequence[Row], opt_outs: int) -> None:
        """How many there are under each."""
        for which, button in self.buttons.items():
            count = sum(map(which.takes, rows))
            button.setText(f"{which.value} {count:,}" if count else which.value)
        unread = sum(row.unread for row in rows)
        if unread:
            self.buttons[Filter.REPLIES].setText(f"{self.buttons[Filter.REPLIES].text()}, {unread:,} new")
        self.opt_outs.setText(f"{NOT_WANTED} {opt_outs:,}" if opt_outs else NOT_WANTED)
        self._arrange()

    def show_person(self, name: str) -> None:
        """Whose name stands on what is done."""
        words = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        self.who.setText(words.replace("&", "&&") or "Your name…")
        self.who.setAccessibleName(f"Your name: {name}" if name else "Your name")

    def reset(self, which: Filter) -> None:
        """This filter, no words."""
        self.finder.clear()
        self.buttons[which].setChecked(True)

    @Slot()
    def _on_toggled(self, _button: QToolButton, checked: bool) -> None:
        if checked:
            self.filter_changed.emit(self.filter)
