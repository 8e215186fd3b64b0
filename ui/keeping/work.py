"""One piece of work at a time behind the dialog's tabs: how far it is, what came of it, and a way to stop it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.progress import Progress
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.runner import Job, OpRunner, Outcome
from ui.theme import Theme


def paragraph(name: str, accessible: str, theme: Theme, parent: QWidget) -> Said:
    """A sentence or two that ask for no more room than they need at the width there is."""
    said = Said(name, accessible, theme, parent)
    policy = said.sizePolicy()
    policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
    said.setSizePolicy(policy)
    return said


class WorkLine(QWidget):
    """GUI thread.

    Signals:
        working_changed(bool): whether something is under way.
    """

    working_changed = Signal(bool)

    def __init__(self, runner: OpRunner, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._runner, self._theme = runner, theme
        self._job: Job | None = None
        self.said = Said("keeping.said", "How it stands", theme, self, keeps_room=True)
        self.bar = named(QProgressBar(self), "keeping.progress", "Progress")
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(theme.grid(40), 6)
        self.stop = named(QPushButton("Stop", self), "keeping.stop", "Stop")
        self.stop.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.grid(3))
        row.addWidget(self.said, 1)
        row.addWidget(self.bar)
        row.addWidget(self.stop)
        self.bar.hide()
        self.stop.hide()
        self.stop.clicked.connect(self.cancel)
        runner.job_progressed.connect(self._on_progressed)
        runner.job_ended.connect(self._on_ended)

    @property
    def working(self) -> bool:
        """Whether something is under way."""
        return self._job is not None

    def begin(self, work: Callable[[Progress], Any], title: str, done: Callable[[Any], object]) -> None:
        """Start it, unless something else is under way."""
        if self.working:
            return
        self.bar.setValue(0)
        self.said.say(f"{title}…", Tone.QUIET)
        job = self._runner.start(work, title=title, on_done=done, on_failed=self.fail)
        if job.outcome is None:
            self._job = job
            self._show(True)

    @Slot()
    def cancel(self) -> None:
        """Ask it to stop."""
        if self._job is not None:
            self._job.cancel()

    @Slot(object)
    def fail(self, fault: Exception) -> None:
        """Say what is wrong."""
        self.said.say_fault(fault)
        if not isinstance(fault, KnownError | BadInput):
            self._runner.failed.emit(fault)

    def _show(self, working: bool) -> None:
        self.bar.setVisible(working)
        self.stop.setVisible(working)
        self.working_changed.emit(working)

    @Slot(object)
    def _on_progressed(self, job: Job) -> None:
        if job is self._job:
            self.bar.setValue(round(job.fraction * 1000))
            self.said.say(f"{job.title}: {job.text}", Tone.QUIET)

    @Slot(object)
    def _on_ended(self, job: Job) -> None:
        if job is not self._job:
            return
        self._job = None
        if job.outcome is Outcome.CANCELLED:
            self.said.say("Stopped; what was done before stays done.", Tone.WARNING)
        self._show(False)
