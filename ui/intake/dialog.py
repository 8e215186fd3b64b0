"""The form that brings an order file in: what the file says, how it is understood, what would happen; then it happens.

Reading, understanding and finding addresses run in the background, and the newest choice wins. Nothing is written
before the button is pressed; then it is one change that undo takes back.
"""

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget

from dispatcher.domain.errors import KnownError
from dispatcher.domain.progress import Progress
from dispatcher.services import importing
from dispatcher.services.importing import REPEATABLE, Field, Imported, Memory, Request
from dispatcher.services.ports import Done
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.intake.look import Look, look_at
from ui.intake.parts import ImportBody
from ui.parts.said import Tone
from ui.parts.sizes import open_at
from ui.runner import Job, Operation, OpRunner
from ui.theme import Theme


class ImportDialog(QDialog):
    """Lives as long as the form is open. GUI thread.

    Signals:
        imported(Imported): what went in.
    """

    imported = Signal(object)
    _written = Signal(object, float, str)

    def __init__(
        self, workplace: Workplace, runner: OpRunner, theme: Theme, on: date, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("import")
        self.setWindowTitle("Import orders")
        self.setAcceptDrops(True)
        self._workplace, self._runner, self._theme = workplace, runner, theme
        self._look: Look | None = None
        self._asked: Request | None = None
        self._corrections: dict[str, str] = {}
        self._memory = Memory()
        self._reading: Job | None = None
        self._writing: Job | None = None
        self.parts = ImportBody(theme, on, self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.parts)
        self._wire()
        self._show_idle()
        open_at(self, theme, 280, 172)
        runner.read(lambda r: r.senders(), self._on_senders)

    def _wire(self) -> None:
        parts = self.parts
        parts.file.changed.connect(self._on_file_changed)
        parts.empty.step_requested.connect(parts.file.browse)
        parts.whose.lineEdit().editingFinished.connect(self._understand)
        parts.whose.activated.connect(self._understand)
        parts.mode.currentIndexChanged.connect(self._on_mode_changed)
        parts.date.dateChanged.connect(self._understand)
        parts.header.assigned.connect(self._on_assigned)
        parts.problems.activated.connect(self._on_problem_chosen)
        parts.problems.doubleClicked.connect(self._on_problem_chosen)
        parts.go.clicked.connect(self._on_go)
        parts.save.clicked.connect(self._on_save)
        parts.box.rejected.connect(self.reject)
        self._runner.job_progressed.connect(self._on_progressed)
        self._written.connect(self._on_written)

    # --- understanding the file -----------------------------------------------------------------------------------

    def open_file(self, path: Path) -> None:
        """Begin with this file."""
        self.parts.file.set_path(path)

    @Slot(object)
    def _on_senders(self, senders: Sequence[str]) -> None:
        self.parts.offer_senders(senders)

    @Slot(object)
    def _on_file_changed(self, _path: Path) -> None:
        self._corrections = {}
        self._asked = None
        self._understand()

    @Slot()
    def _on_mode_changed(self) -> None:
        self.parts.explain_mode()
        self._understand()

    @Slot(str, str)
    def _on_assigned(self, header: str, field: str) -> None:
        """A field has one column: the one that had it is given up, unless several may have it."""
        columns = self._look.columns if self._look else {}
        if field and Field(field) not in REPEATABLE:
            self._corrections |= {other: "" for other, had in columns.items() if had == field and other != header}
        self._corrections[header] = field
        self._understand()

    @Slot()
    def _understand(self) -> None:
        """Look at the file as it is now asked for; the newest request wins."""
        request = self._request()
        if request is None or request == self._asked or self._writing:
            return
        self._asked = request
        self.parts.go.setEnabled(False)
        self.parts.begin("Reading the file…")
        self._reading = self._runner.start(
            partial(look_at, self._workplace, request, self._memory),
            title="Reading orders",
            on_done=self._on_understood,
            on_failed=self._on_not_read,
            latest_key="import",
        )

    def _request(self) -> Request | None:
        path, on = self.parts.file.path(), self.parts.date.date()
        if path is None:
            return None
        return Request(
            path=path,
            on=date(on.year(), on.month(), on.day()),
            mode=str(self.parts.mode.currentData()),
            sender=self.parts.whose.currentText().strip(),
            columns=dict(self._corrections),
        )

    @Slot(object)
    def _on_progressed(self, job: Job) -> None:
        if job is self._reading:
            self.parts.advance(job.fraction, f"{job.text}…")

    @Slot(object)
    def _on_understood(self, look: Look) -> None:
        self._reading = None
        self._look = look
        self.parts.show_look(look)
        self._allow()

    @Slot(object)
    def _on_not_read(self, fault: Exception) -> None:
        """It is no order file: say why where the rows would stand."""
        self._reading = self._look = None
        self.parts.show_no_file(fault)
        self._allow()
        self._report(fault)

    def _show_idle(self) -> None:
        self.parts.show_idle()
        self._allow()

    def _allow(self) -> None:
        look = self._look
        self.parts.go.setEnabled(look is not None and look.useful > 0)
        self.parts.save.setEnabled(look is not None and look.rejected > 0)
        changed = len(look.preview.plan.add) + len(look.preview.plan.replace) if look and look.preview else 0
        self.parts.go.setText(f"Import {words.count(changed, 'order')}" if changed else "Import")

    @Slot(QModelIndex)
    def _on_problem_chosen(self, index: QModelIndex) -> None:
        self.parts.jump_to(self.parts.problem_model.error(index.row()))

    # --- doing it -------------------------------------------------------------------------------------------------

    @Slot()
    def _on_go(self) -> None:
        if self._look is None or self._look.preview is None or self._reading or self._writing:
            return
        preview = self._look.preview
        self._writing = Job("Importing", self._written.emit)
        self.parts.set_writing(True)
        self.parts.begin("Writing…")
        change = partial(importing.commit, preview=preview, progress=self._writing)
        self._runner.submit(
            Operation(importing.label(preview), change),
            initiator=self,
            on_done=self._on_imported,
            on_failed=self._on_not_written,
        )

    @Slot(object, float, str)
    def _on_written(self, job: Job, fraction: float, text: str) -> None:
        if job is self._writing:
            self.parts.advance(fraction, f"{text}…")

    @Slot(object)
    def _on_imported(self, done: Done[Imported]) -> None:
        self._writing = None
        self.imported.emit(done.value)
        self.accept()

    @Slot(object)
    def _on_not_written(self, fault: Exception) -> None:
        """Everything is as it was; what was chosen still stands here."""
        self._writing = None
        self.parts.set_writing(False)
        self.parts.end()
        self.parts.summary.say_fault(fault)
        self._allow()
        self._report(fault)

    def _report(self, fault: Exception) -> None:
        """A fault of ours concerns the whole window."""
        if not isinstance(fault, KnownError):
            self._runner.failed.emit(fault)

    @Slot()
    def _on_save(self) -> None:
        if self._look is None or self._look.preview is None:
            return
        near = self._look.preview.request.path
        workbook = near.suffix.lower() == ".xlsx"
        name = near.with_name(f"{near.stem} left out{'.xlsx' if workbook else '.csv'}")
        kinds = ["CSV (*.csv)", "Excel (*.xlsx)"]
        ask = QFileDialog(self, "Save the rows left out", str(name), ";;".join(reversed(kinds) if workbook else kinds))
        ask.setObjectName("import.save_rejects.dialog")
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setDefaultSuffix(name.suffix.removeprefix("."))
        ask.fileSelected.connect(self._on_save_chosen)
        ask.finished.connect(ask.deleteLater)
        ask.open()

    @Slot(str)
    def _on_save_chosen(self, name: str) -> None:
        if self._look is None or self._look.preview is None:
            return
        save = partial(_save, self._look, Path(name))
        self._runner.start(save, title="Saving the rows left out", on_done=self._on_saved, on_failed=self._on_not_saved)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self.parts.summary.say(f"Saved {path}. Correct the rows there and import that file too.", Tone.GOOD)

    @Slot(object)
    def _on_not_saved(self, fault: Exception) -> None:
        self.parts.summary.say_fault(fault)
        self._report(fault)

    # --- the end --------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        """Closing stops the reading, and takes back what is being written."""
        for job in (self._reading, self._writing):
            if job is not None:
                job.cancel()
        self._reading = self._writing = None
        super().reject()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file may be dropped anywhere."""
        self.parts.file.dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """As into the field."""
        self.parts.file.dropEvent(event)


def _save(look: Look, path: Path, _progress: Progress) -> Path:
    assert look.preview is not None
    importing.write_rejects(look.preview, path)
    return path
