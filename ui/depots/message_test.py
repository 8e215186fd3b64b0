"""One row that tries a line: where to, send, and what exactly the line answered."""

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from dispatcher.domain.errors import KnownError
from ui.parts.fields import mark, named
from ui.parts.said import Said, Tone
from ui.runner import Job, OpRunner
from ui.theme import Theme

type Try = Callable[[str], str]
"""Sends a test to an address and answers what the line said; raises `KnownError`."""

SENDING = "Sending to {}…"
STOPPED = "Nobody waits for the answer any more. What the line took before may arrive all the same."


class _Where(QLineEdit):
    """Enter sends the test, and does not save the settings.

    Signals:
        entered(): Enter was pressed.
    """

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As told above."""
        if event.text() in ("\r", "\n"):
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class LineTest(QWidget):
    """Tries a line as it is filled in, saved or not. GUI thread; the line is waited for on a worker."""

    def __init__(
        self, name: str, where: str, missing: str, runner: OpRunner, theme: Theme, parent: QWidget | None = None
    ) -> None:
        """`where` is what stands in the empty field, `missing` what is said if nothing is typed there."""
        super().__init__(parent)
        self._missing, self._runner = missing, runner
        self.prepare: Callable[[], Try] | None = None
        """Asked in the GUI thread what to do on the worker; raises `KnownError` for what makes no sense."""
        self._job: Job | None = None
        self.where = named(_Where(self), f"{name}.to", "Send a test to")
        self.where.setPlaceholderText(where)
        self.send = named(QPushButton("Send a test", self), f"{name}.send", "Send a test")
        self.stop = named(QPushButton("Stop", self), f"{name}.stop", "Wait no longer")
        for button in (self.send, self.stop):
            button.setAutoDefault(False)
        self.said = Said(f"{name}.said", "What the line answered", theme, self)
        row = QHBoxLayout()
        row.setSpacing(theme.grid(2))
        self.where.setFixedWidth(theme.grid(84))
        self.setFocusProxy(self.where)
        for part in (self.where, self.send, self.stop):
            row.addWidget(part)
        row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.grid(1))
        whole.addLayout(row)
        whole.addWidget(self.said)
        self.stop.hide()
        self.where.entered.connect(self._on_send)
        self.where.textEdited.connect(lambda: mark(self.where, invalid=False))
        self.send.clicked.connect(self._on_send)
        self.stop.clicked.connect(self._on_stop)
        runner.job_ended.connect(self._on_ended)

    @property
    def busy(self) -> bool:
        """Whether an answer is waited for."""
        return self._job is not None

    @Slot()
    def _on_send(self) -> None:
        to = self.where.text().strip()
        if self.busy or self.prepare is None:
            return
        if not to:
            mark(self.where, invalid=True)
            self.said.say(self._missing, Tone.BAD)
            self.where.setFocus()
            return
        try:
            attempt = self.prepare()
        except KnownError as fault:
            self.said.say_fault(fault)
            return
        self.said.say(SENDING.format(to), Tone.QUIET)
        self._show_busy(True)
        self._job = self._runner.start(
            lambda _progress: attempt(to), title="Trying the line", on_done=self._on_done, on_failed=self._on_failed
        )

    def _show_busy(self, busy: bool) -> None:
        self.send.setEnabled(not busy)
        self.stop.setVisible(busy)

    @Slot()
    def _on_stop(self) -> None:
        """Nobody can call a message back: only the waiting ends."""
        if self._job:
            self._job.cancel()
            self._job = None
            self._show_busy(False)
            self.said.say(STOPPED, Tone.WARNING)

    def _on_done(self, answer: str) -> None:
        """Said even if nobody waits any more: it is how it went."""
        self.said.say(answer, Tone.GOOD)

    def _on_failed(self, fault: Exception) -> None:
        self.said.say_fault(fault)

    @Slot(object)
    def _on_ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self._show_busy(False)
