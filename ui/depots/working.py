"""A form around one piece of long work: fields, a button to begin, how far it is, cancel, what came of it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from dispatcher.domain.errors import KnownError
from dispatcher.domain.progress import Progress
from ui.runner import Job, OpRunner
from ui.theme import Theme


class WorkingDialog(QDialog):
    """Subclasses put fields into `form` and call `begin`. Closing it cancels what is under way. GUI thread."""

    def __init__(self, name: str, title: str, runner: OpRunner, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.theme = theme
        self._runner = runner
        self._job: Job | None = None
        self.form = QFormLayout()
        self.told = QLabel(self)
        self.told.setObjectName(f"{name}.told")
        self.told.setAccessibleName("How it stands")
        self.told.setWordWrap(True)
        self._bar = QProgressBar(self)
        self._bar.setObjectName(f"{name}.progress")
        self._bar.setAccessibleName("Progress")
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.hide()
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        self.go = self.box.button(QDialogButtonBox.StandardButton.Ok)
        self.box.accepted.connect(self.on_go)
        self.box.rejected.connect(self._on_cancel)
        column = QVBoxLayout(self)
        column.addLayout(self.form)
        column.addWidget(self._bar)
        column.addWidget(self.told)
        column.addStretch(1)
        column.addWidget(self.box)
        runner.job_progressed.connect(self._on_progressed)
        self.resize(theme.grid(130), theme.grid(60))

    @Slot()
    def on_go(self) -> None:
        """Read the fields and call `begin`; for subclasses."""
        raise NotImplementedError

    def begin(self, work: Callable[[Progress], Any], title: str, done: Callable[[Any], None]) -> None:
        """Start the work; `done` gets what it returns."""
        self.say("")
        self.go.setEnabled(False)
        self._bar.setValue(0)
        self._bar.show()
        self._job = self._runner.start(
            work, title=title, on_done=lambda value: self._finish(done, value), on_failed=self._on_failed
        )

    def say(self, text: str, token: str = "text") -> None:
        """Tell something where the person looks."""
        self.told.setStyleSheet(f"color: {self.theme.colour(token).name()}")
        self.told.setText(text)

    def fail(self, error: KnownError) -> None:
        """Tell what is wrong and what to do."""
        self.say(str(error), "late")

    def _finish(self, done: Callable[[Any], None], value: Any) -> None:
        self._idle()
        done(value)

    def _idle(self) -> None:
        self._job = None
        self._bar.hide()
        self.go.setEnabled(True)

    @Slot(object)
    def _on_progressed(self, job: Job) -> None:
        if job is self._job:
            self._bar.setValue(round(job.fraction * 1000))
            self.say(job.text, "muted")

    def _on_failed(self, error: Exception) -> None:
        self._idle()
        if not isinstance(error, KnownError):
            raise error
        self.fail(error)

    @Slot()
    def _on_cancel(self) -> None:
        if self._job is None:
            self.reject()
            return
        self._job.cancel()
        self._idle()
        self.say("Cancelled; nothing was changed.", "muted")

    def reject(self) -> None:
        """Closing stops the work."""
        if self._job is not None:
            self._job.cancel()
        super().reject()
