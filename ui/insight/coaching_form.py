"""What is asked about a person's paper: about what, words, a day, and who says so. It stays until it is written.

Ctrl+Enter in the words, Enter elsewhere; Esc leaves. Whatever cannot be written stays in the fields.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QDate, QSettings, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from ui.parts.fields import label, mark, named, primary
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

PERSON = "proofs/reviewer"
"""One name for all that a person does at this window."""
NO_NAME = "Nobody is named. Type your name: it is written down with what is done."
NO_WORDS = "Some words, please."


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; a field whose words are empty is not."""

    title: str
    go: str
    words: str = ""
    """What stands before the words."""
    text: str = ""
    """The words to begin with."""
    needed: bool = True
    """Whether there must be words."""
    day: str = ""
    on: date | None = None
    earliest: date | None = None
    latest: date | None = None
    choice: str = ""
    choices: Sequence[tuple[str, object]] = ()
    """Words and what they stand for."""
    chosen: int = 0
    person: str = ""
    """Before the field for whom it is about."""
    persons: Sequence[str] = ()
    whom: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said."""

    words: str
    day: date
    choice: object
    person: str
    by: str


class PaperForm(QFrame):
    """Hidden while nothing is asked. GUI thread."""

    def __init__(self, theme: Theme, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "insight.form", "Question")
        self._theme, self._settings = theme, settings
        self._then: Callable[[Answer], object] | None = None
        self._left: Callable[[], object] = lambda: None
        self._question = Question("", "")
        self.title = named(QLabel(self), "insight.form.title", "What is asked")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.person = named(QComboBox(self), "insight.form.person", "Who")
        self.person.setEditable(True)
        self.choice = named(QComboBox(self), "insight.form.choice", "About")
        for box in (self.person, self.choice):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(18)
        self.day = named(QDateEdit(self), "insight.form.day", "Day")
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("ddd d MMM yyyy")
        self.by = named(QLineEdit(self), "insight.form.by", "Your name")
        self.by.setMaxLength(200)
        self.words = named(QPlainTextEdit(self), "insight.form.words", "Words")
        self.words.setTabChangesFocus(True)
        self.said = Said("insight.form.said", "What is wrong", theme, self)
        self.go = named(QPushButton("Write", self), "insight.form.go", "Write")
        primary(self.go)
        self.leave = named(QPushButton("Leave", self), "insight.form.leave", "Leave")
        self.labels: dict[QWidget, QLabel] = {
            field: label(text, field, self)
            for field, text in (
                (self.person, "&For"), (self.choice, "&About"), (self.day, "&Day"), (self.by, "B&y"),
                (self.words, "&Words"),
            )
        }  # fmt: skip
        self._lay_out()
        self.go.clicked.connect(self._on_go)
        self.leave.clicked.connect(self.dismiss)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def _lay_out(self) -> None:
        self._grid, self._row, self._end = QGridLayout(self), QHBoxLayout(), QHBoxLayout()
        for field in (self.person, self.choice, self.day, self.by):
            self._row.addWidget(self.labels[field])
            self._row.addWidget(field, 0 if field is self.day else 1)
        self._end.addWidget(self.said, 1)
        self._end.addStretch()
        for button in (self.go, self.leave):
            self._end.addWidget(button)
        self._grid.addWidget(self.title, 0, 0, 1, 2)
        self._grid.addLayout(self._row, 1, 0, 1, 2)
        self._grid.addWidget(self.labels[self.words], 2, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(self.words, 2, 1)
        self._grid.addLayout(self._end, 3, 0, 1, 2)
        self._grid.setColumnStretch(1, 1)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._grid.setContentsMargins(0, 0, 0, grid(2))
        for row in (self._grid, self._row, self._end):
            row.setSpacing(grid(2))
        self.title.setFont(self._theme.font(Size.TEXT, bold=True))
        self.words.setFixedHeight(grid(15))
        self.day.setMinimumWidth(grid(36))

    @property
    def asking(self) -> bool:
        """Whether something is asked."""
        return self._then is not None

    def ask(self, question: Question, then: Callable[[Answer], object], left: Callable[[], object]) -> None:
        """Ask; `then` gets the answer and is to call `dismiss` or `refuse`, `left` is told when it is over."""
        self._question, self._then, self._left = question, then, left
        self.title.setText(question.title)
        self.go.setText(question.go)
        self.go.setAccessibleName(question.go)
        self._fill(question)
        self.said.say(question.hint, Tone.QUIET)
        for field, words in self._words_of(question).items():
            field.setVisible(bool(words))
            self.labels[field].setVisible(bool(words))
            self.labels[field].setText(words)
            field.setAccessibleName(words.replace("&", ""))
        self.by.setVisible(True)
        self.labels[self.by].setVisible(True)
        self.setEnabled(True)
        self.show()
        (self.words if question.words else self.day if question.day else self.by).setFocus()

    def _words_of(self, question: Question) -> dict[QWidget, str]:
        return {
            self.person: question.person,
            self.choice: question.choice,
            self.day: question.day,
            self.words: question.words,
        }

    def _fill(self, question: Question) -> None:
        self._unmark()
        self.words.setPlainText(question.text)
        self.words.selectAll()
        self.person.clear()
        self.person.addItems(list(question.persons))
        self.person.setEditText(question.whom)
        self.choice.clear()
        for words, value in question.choices:
            self.choice.addItem(words, value)
        self.choice.setCurrentIndex(question.chosen)
        self.by.setText(str(self._settings.value(PERSON, "") or ""))
        earliest, latest = question.earliest or date(2000, 1, 1), question.latest or date(2200, 1, 1)
        self.day.setDateRange(_q(earliest), _q(latest))
        self.day.setDate(_q(question.on or earliest))

    # --- the answer -----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Wherever in the form the keys are; fields hand on what they have no use for."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.dismiss if self.leave.hasFocus() else self._on_go)()
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_go(self) -> None:
        if self._then is None:
            return
        self._unmark()
        by, words = " ".join(self.by.text().split()), self.words.toPlainText().strip()
        if self._question.words and self._question.needed and not words:
            self._want(self.words, NO_WORDS)
        elif not by:
            self._want(self.by, NO_NAME)
        else:
            self._settings.setValue(PERSON, by)
            self.setEnabled(False)
            day = self.day.date()
            person = self.person.currentText().strip()
            answer = Answer(words, date(day.year(), day.month(), day.day()), self.choice.currentData(), person, by)
            self._then(answer)

    def _want(self, field: QWidget, words: str) -> None:
        mark(field, invalid=True)
        self.said.say(words, Tone.BAD)
        field.setFocus()

    def _unmark(self) -> None:
        for field in (self.words, self.by):
            mark(field, invalid=False)
        self.said.say("")

    def refuse(self, fault: Exception) -> None:
        """It cannot be written: what was typed stays."""
        self.setEnabled(True)
        self.said.say_fault(fault)
        self.words.setFocus()

    @Slot()
    def dismiss(self) -> None:
        """Ask no more."""
        if self._then is not None:
            self._then, left = None, self._left
            self.setEnabled(True)
            self.hide()
            left()


def _q(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
