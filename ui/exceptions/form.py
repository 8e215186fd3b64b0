"""What must be given with a remedy, asked where the hand is: words, a day, an address, one of several. Enter, Esc."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from PySide6.QtCore import QDate, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from dispatcher.domain.place import Found
from dispatcher.services.ports import Geocoder
from ui.parts.fields import mark, named, primary
from ui.parts.places import PlaceSearch
from ui.theme import Size, Theme

LONGEST = 1_000
OTHER_DAY = "other"
_MOST_AHEAD = timedelta(days=365)


class Form(QFrame):
    """Hidden while nothing is asked; one question at a time. GUI thread.

    Signals:
        opened(): keys belong here now.
        closed(): answered or left; the keys may go back to where they were.
    """

    opened = Signal()
    closed = Signal()

    def __init__(self, name: str, theme: Theme, geocoder: Geocoder | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, "Question")
        self._theme = theme
        self._then: Callable[[str], object] | None = None
        self._missing = ""
        self.question = named(QLabel(self), f"{name}.question", "What is asked")
        self.question.setWordWrap(True)
        self.question.setTextFormat(Qt.TextFormat.PlainText)
        self.line = named(QLineEdit(self), f"{name}.line", "Answer")
        self.line.setMaxLength(LONGEST)
        self.place = named(QLineEdit(self), f"{name}.address", "Address")
        self.place.setMaxLength(LONGEST)
        self.offers = PlaceSearch(self.place)
        self.offers.use(geocoder)
        self.day = named(QDateEdit(self), f"{name}.day", "Day")
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("ddd d MMM yyyy")
        self.hours = named(QLineEdit(self), f"{name}.hours", "Hours")
        self.hours.setPlaceholderText("at any time, or 10:00-12:00")
        self.choice = named(QComboBox(self), f"{name}.choice", "Choice")
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(12)
        self.go = named(QPushButton(self), f"{name}.go", "Do it")
        primary(self.go)
        self.leave = named(QPushButton("Leave", self), f"{name}.leave", "Leave")
        self._fields: tuple[QWidget, ...] = (self.line, self.place, self.day, self.choice)
        """Of which one is shown at a time; but a day may go with a choice, and hours with a day."""
        self._lay_out()
        self.go.clicked.connect(self._on_go)
        self.leave.clicked.connect(self.dismiss)
        self.choice.currentIndexChanged.connect(self._on_chosen)
        self.line.textEdited.connect(self._unmark)
        self.place.textEdited.connect(self._unmark)
        self.offers.chosen.connect(self._on_place)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def _lay_out(self) -> None:
        self._grid = QGridLayout(self)
        row = QHBoxLayout()
        row.setSpacing(self._theme.grid(2))
        for field in (*self._fields, self.hours):
            row.addWidget(field, 1)
        self._grid.addWidget(self.question, 0, 0, 1, 3)
        self._grid.addLayout(row, 1, 0)
        for column, part in enumerate((self.go, self.leave), 1):
            self._grid.addWidget(part, 1, column)
        self._grid.setColumnStretch(0, 1)

    @Slot()
    def _dress(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(self._theme.grid(2))
        self.question.setFont(self._theme.font(Size.TEXT))

    @property
    def asking(self) -> bool:
        """Whether something is asked."""
        return self._then is not None

    # --- asking ---------------------------------------------------------------------------------------------------

    def ask_words(
        self, question: str, then: Callable[[str], object], *, go: str, missing: str = "", text: str = ""
    ) -> None:
        """Ask for words; `missing` is said when there are none, and where that is empty none are needed."""
        self._open(question, then, go, missing, self.line)
        self.line.setText(text)
        self.line.selectAll()

    def ask_address(self, question: str, then: Callable[[str], object], *, go: str, text: str = "") -> None:
        """Ask for an address, offering those that begin so."""
        self._open(question, then, go, "An address, please", self.place)
        self.place.setText(text)
        self.place.selectAll()

    def ask_day(
        self,
        question: str,
        then: Callable[[str], object],
        *,
        go: str,
        first: date,
        choices: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Ask for one of these days or any other from `first` on, and for hours if they matter.

        Answered with ISO date, or ISO date and hours.
        """
        last = first + _MOST_AHEAD
        self.day.setDateRange(QDate(first.year, first.month, first.day), QDate(last.year, last.month, last.day))
        self.day.setDate(QDate(first.year, first.month, first.day))
        if choices:
            self.ask_choice(question, then, go=go, choices=(*choices, (OTHER_DAY, "Another day…")))
        else:
            self._open(question, then, go, "", self.day)
        self.hours.clear()
        self.hours.show()

    def ask_choice(
        self, question: str, then: Callable[[str], object], *, go: str, choices: Sequence[tuple[str, str]]
    ) -> None:
        """Ask for one of these, each a value and its words; answered by the value."""
        self._open(question, then, go, "", self.choice)
        self.choice.clear()
        for value, said in choices:
            self.choice.addItem(said, value)
        self.go.setEnabled(bool(choices))

    def _open(self, question: str, then: Callable[[str], object], go: str, missing: str, field: QWidget) -> None:
        self._then, self._missing = then, missing
        self._unmark()
        self.question.setText(question)
        field.setAccessibleName(question)
        self.go.setText(go)
        self.go.setAccessibleName(go)
        self.go.setEnabled(True)
        for other in (*self._fields, self.hours):
            other.setVisible(other is field)
        self.show()
        field.setFocus()
        self.opened.emit()

    # --- the answer -----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Wherever in the form the keys are; fields hand on what they have no use for."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.dismiss if self.leave.hasFocus() else self._on_go)()
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _answer(self) -> str:
        if not self.day.isHidden() or not self.choice.isHidden():
            chosen = str(self.choice.currentData() or "") if self.day.isHidden() else self._iso_day()
            return f"{chosen} {self.hours.text() if not self.hours.isHidden() else ''}".strip()
        return (self.place if not self.place.isHidden() else self.line).text().strip()

    @Slot()
    def _on_chosen(self) -> None:
        """Where none of the days offered fits, any other is asked for."""
        if self.asking and not self.choice.isHidden():
            self.day.setVisible(self.choice.currentData() == OTHER_DAY)

    def _iso_day(self) -> str:
        day = self.day.date()
        return date(day.year(), day.month(), day.day()).isoformat()

    @Slot()
    def _unmark(self) -> None:
        for field in (self.line, self.place):
            mark(field, invalid=False)
            field.setPlaceholderText("")

    @Slot(object)
    def _on_place(self, found: Found) -> None:
        self.place.setText(found.label)

    @Slot()
    def _on_go(self) -> None:
        then, words = self._then, self._answer()
        if then is None or not self.go.isEnabled():
            return
        if self._missing and not words:
            field = self.place if not self.place.isHidden() else self.line
            mark(field, invalid=True)
            field.setPlaceholderText(self._missing)
            field.setFocus()
            return
        self.dismiss()
        then(words)

    @Slot()
    def dismiss(self) -> None:
        """Ask no more."""
        if self._then is not None:
            self._then = None
            self.hide()
            self.closed.emit()
