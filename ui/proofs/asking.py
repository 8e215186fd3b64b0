"""One line that asks for words, or for a yes, where the hand is: Enter sends, Esc leaves."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from ui.parts.fields import mark, named
from ui.theme import Size, Theme

LONGEST = 1_000


class AskLine(QFrame):
    """Hidden while nothing is asked. GUI thread.

    Signals:
        closed(): answered or left; the keys may go back to where they were.
    """

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "proofs.ask", "Question")
        self._theme = theme
        self._then: Callable[[str], object] | None = None
        self._missing = ""
        self.question = named(QLabel(self), "proofs.ask.question", "What is asked")
        self.question.setMinimumWidth(1)  # a long one is cut rather than widening the window
        self.line = named(QLineEdit(self), "proofs.ask.line", "Answer")
        self.line.setMaxLength(LONGEST)
        self.go = named(QPushButton(self), "proofs.ask.go", "Send")
        self.leave = named(QPushButton("Leave", self), "proofs.ask.leave", "Leave")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.question)
        self._row.addWidget(self.line, 1)
        self._row.addWidget(self.go)
        self._row.addWidget(self.leave)
        self._row.addStretch()
        self.go.clicked.connect(self._on_go)
        self.leave.clicked.connect(self._on_leave)
        self.line.textEdited.connect(self._on_edited)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    @Slot()
    def _dress(self) -> None:
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(self._theme.grid(2))
        self.question.setFont(self._theme.font(Size.TEXT))

    def ask_words(self, question: str, then: Callable[[str], object], *, go: str, missing: str, text: str = "") -> None:
        """Ask for words; `missing` is said when there are none."""
        self._open(question, then, go, missing)
        self.line.show()
        self.line.setText(text)
        self.line.setAccessibleName(question)
        self.line.selectAll()
        self.line.setFocus()

    def ask_yes(self, question: str, then: Callable[[], object], *, go: str) -> None:
        """Ask for a yes."""
        self._open(question, lambda _words: then(), go, "")
        self.line.hide()
        self.go.setFocus()

    def _open(self, question: str, then: Callable[[str], object], go: str, missing: str) -> None:
        self._then, self._missing = then, missing
        mark(self.line, invalid=False)
        self.line.setPlaceholderText("")
        self.question.setText(question)
        self.go.setText(go)
        self.go.setAccessibleName(go)
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Wherever in the line the keys are; the field hands on what it has no use for."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self._on_leave if self.leave.hasFocus() else self._on_go)()
        elif event.key() == Qt.Key.Key_Escape:
            self._on_leave()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_edited(self) -> None:
        mark(self.line, invalid=False)

    @Slot()
    def _on_go(self) -> None:
        words = self.line.text().strip()
        if self._missing and not words:
            mark(self.line, invalid=True)
            self.line.setPlaceholderText(self._missing)
            self.line.setFocus()
            return
        then = self._then
        self._close()
        if then:
            then(words)

    @Slot()
    def _on_leave(self) -> None:
        self._close()

    def _close(self) -> None:
        self._then = None
        self.hide()
        self.closed.emit()
