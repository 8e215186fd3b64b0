"""A form around one piece of long work: fields, a button, the steps, how far it is, cancel, what came of it."""

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.errors import KnownError
from dispatcher.domain.progress import Progress
from ui.parts.fields import named, primary
from ui.parts.said import Said, Tone
from ui.parts.sizes import open_at
from ui.runner import Job, OpRunner, Outcome
from ui.theme import Theme


class WorkingDialog(QDialog):
    """Subclasses put fields into `form` and call `begin`. GUI thread.

    Closing while it works cancels first, and closes the second time.

    Signals:
        idle(): nothing is under way any more.
    """

    idle = Signal()

    def __init__(
        self, name: str, texts: tuple[str, str, str], runner: OpRunner, theme: Theme, parent: QWidget | None
    ) -> None:
        """`texts`: the form's title, what it is for, and what its button says."""
        super().__init__(parent)
        title, what, go = texts
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.theme = theme
        self._runner = runner
        self._job: Job | None = None
        self._done: Callable[[Any], None] | None = None
        self._began = 0.0
        self.what = Said(f"{name}.what", "What this is", theme, self)
        self.what.say(what, Tone.QUIET)
        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.told = Said(f"{name}.told", "How it stands", theme, self)
        self.bar = named(QProgressBar(self), f"{name}.progress", "Progress")
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.hide()
        self.steps = named(QListWidget(self), f"{name}.steps", "Steps so far")
        self.steps.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.steps.hide()
        self._make_buttons(go)
        self._lay_out()
        runner.job_progressed.connect(self._on_progressed)
        runner.job_ended.connect(self._on_ended)
        open_at(self, theme, 144, 112)

    def _make_buttons(self, go: str) -> None:
        name = self.objectName()
        self.box = QDialogButtonBox(self)
        self.go = named(QPushButton(go, self), f"{name}.go", go)
        primary(self.go)
        self.close_button = named(QPushButton("Close", self), f"{name}.cancel", "Close")
        self.close_button.setAutoDefault(False)
        self.box.addButton(self.go, QDialogButtonBox.ButtonRole.ActionRole)
        self.box.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        self.go.clicked.connect(self.on_go)
        self.close_button.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*[self.theme.grid(4)] * 4)
        column.setSpacing(self.theme.grid(3))
        column.addWidget(self.what)
        column.addLayout(self.form)
        column.addWidget(self.bar)
        column.addWidget(self.told)
        column.addWidget(self.steps, 1)
        column.addStretch(0)
        column.addWidget(self.box)

    @property
    def working(self) -> bool:
        """Whether work is under way, or being cancelled."""
        return self._job is not None

    @Slot()
    def on_go(self) -> None:
        """Read the fields and call `begin`; for subclasses."""
        raise NotImplementedError

    def begin(self, work: Callable[[Progress], Any], title: str, done: Callable[[Any], None]) -> None:
        """Start the work; `done`, a method of the subclass, gets what it returns."""
        self.told.say("Starting…", Tone.QUIET)
        self.steps.clear()
        self.steps.show()
        self.bar.setValue(0)
        self.bar.show()
        self._began, self._done = time.monotonic(), done
        self._job = self._runner.start(work, title=title, on_done=self._on_done, on_failed=self._on_failed)
        self._allow()

    def fail(self, fault: Exception) -> None:
        """Tell what is wrong and what to do."""
        self.told.say_fault(fault)

    def _allow(self) -> None:
        for row in range(self.form.rowCount()):
            item = self.form.itemAt(row, QFormLayout.ItemRole.FieldRole)
            if item is not None and (field := item.widget()) is not None:
                field.setEnabled(not self.working)
        self.go.setEnabled(not self.working)
        self.close_button.setText("Cancel" if self.working else "Close")
        self.close_button.setAccessibleName(self.close_button.text())

    # --- what the work says ---------------------------------------------------------------------------------------

    @Slot(object)
    def _on_progressed(self, job: Job) -> None:
        if job is not self._job or job.cancel_requested:
            return
        self.bar.setValue(round(job.fraction * 1000))
        self.told.say(f"{job.fraction:.0%} · {job.text}", Tone.QUIET)
        self._add_step(job.text)

    def _add_step(self, text: str) -> None:
        """A phrase that was not said before is another step."""
        told = [self.steps.item(row).data(STEP) for row in range(self.steps.count())]
        if text in told:
            return
        passed = round(time.monotonic() - self._began)
        item = QListWidgetItem(f"{passed // 60}:{passed % 60:02d}   {text}")
        item.setData(STEP, text)
        self.steps.addItem(item)
        self.steps.scrollToBottom()

    @Slot(object)
    def _on_done(self, value: Any) -> None:
        if self._job is not None and self._done is not None:
            self._done(value)

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        if self._job is None:
            return
        self.fail(fault)
        if not isinstance(fault, KnownError):
            self._runner.failed.emit(fault)

    @Slot(object)
    def _on_ended(self, job: Job) -> None:
        if job is not self._job:
            return
        self._job = None
        self.bar.hide()
        if job.outcome is Outcome.CANCELLED:
            self.told.say("Cancelled; nothing was changed.", Tone.WARNING)
        self._allow()
        self.idle.emit()

    # --- the end --------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        """Cancel what is under way; close when nothing is, or when asked once more."""
        if self._job is not None and not self._job.cancel_requested:
            self._job.cancel()
            self.told.say("Cancelling…", Tone.QUIET)
            return
        super().reject()


STEP = 0x0100
"""Where a step keeps its bare words (`Qt.ItemDataRole.UserRole`)."""
