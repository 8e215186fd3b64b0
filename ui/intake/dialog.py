"""The form that brings an order file in: what the file says, how it is understood, what would happen; then it happens.

Reading, understanding and finding addresses run in the background, and the newest choice wins. Nothing is written
before the button is pressed; then it is one change that undo takes back.
"""

from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDate, QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from dispatcher.services import importing
from dispatcher.services.importing import Imported, ImportMode, Preview
from dispatcher.services.ports import Done
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.depots.files import FileField
from ui.intake.columns import ColumnBar
from ui.intake.preview_model import ProblemModel, SheetModel, words_of
from ui.runner import Job, Operation, OpRunner
from ui.theme import Size, Theme

MODES = {
    ImportMode.MERGE: "Add new orders, change those that exist",
    ImportMode.CREATE: "Add new orders only; numbers that exist are left out",
    ImportMode.UPDATE: "Change existing orders only; unknown numbers are left out",
    ImportMode.SYNC: "Make the days look like the file: also remove this sender's orders that it lacks",
}


class ImportDialog(QDialog):
    """Lives as long as the form is open. GUI thread.

    Signals:
        imported(Imported): what went in.
    """

    imported = Signal(object)

    def __init__(
        self, workplace: Workplace, runner: OpRunner, theme: Theme, on: date, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("import")
        self.setWindowTitle("Import orders")
        self._workplace, self._runner, self._theme = workplace, runner, theme
        self._preview: Preview | None = None
        self._corrections: dict[str, str] = {}
        self._job: Job | None = None
        self._make_fields(on)
        self._make_tables()
        self._lay_out()
        self._wire()
        self._show_idle()

    # --- building -------------------------------------------------------------------------------------------------

    def _make_fields(self, on: date) -> None:
        self.file = FileField(
            "import.file", "Order file", "Order files (*.csv *.txt *.tsv *.xlsx);;All files (*)", self
        )
        self.sender = QLineEdit(self)
        self.sender.setPlaceholderText("Whose orders: its columns are remembered by this name")
        self.mode = QComboBox(self)
        for mode, text in MODES.items():
            self.mode.addItem(text, mode.value)
        self.date = QDateEdit(QDate(on.year, on.month, on.day), self)
        self.date.setCalendarPopup(True)
        self.date.setDisplayFormat("ddd d MMM yyyy")
        for name, field, text in (
            ("import.sender", self.sender, "Sender"),
            ("import.mode", self.mode, "What becomes of orders that exist"),
            ("import.date", self.date, "Day of rows that name none"),
        ):
            field.setObjectName(name)
            field.setAccessibleName(text)

    def _make_tables(self) -> None:
        self._sheet_model = SheetModel(self._theme.colour("late_tint"), self)
        self.preview = _table(self, "import.preview", "The file's rows")
        self.preview.setModel(self._sheet_model)
        self.columns = ColumnBar(self.preview, self)
        self._problem_model = ProblemModel(self)
        self.problems = _table(self, "import.problems", "Rows left out")
        self.problems.setModel(self._problem_model)
        self.problems.horizontalHeader().setStretchLastSection(True)
        self.problems.verticalHeader().hide()
        self.notes = QLabel(self)
        self.notes.setObjectName("import.notes")
        self.notes.setAccessibleName("What was decided about the file")
        self.notes.setWordWrap(True)
        self.notes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.notes.setContentsMargins(8, 8, 8, 8)
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("import.tabs")
        self.tabs.addTab(self.problems, "Left out")
        self.tabs.addTab(self.notes, "Notes")

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("File", self.file)
        line = QHBoxLayout()
        line.addWidget(self.mode, 1)
        line.addWidget(QLabel("Sender", self))
        line.addWidget(self.sender, 1)
        line.addWidget(QLabel("Day", self))
        line.addWidget(self.date)
        form.addRow("Mode", line)
        self.summary = QLabel(self)
        self.summary.setObjectName("import.summary")
        self.summary.setAccessibleName("What would happen")
        self.summary.setWordWrap(True)
        self.summary.setFont(self._theme.font(Size.TEXT, bold=True))
        self._bar = QProgressBar(self)
        self._bar.setObjectName("import.progress")
        self._bar.setAccessibleName("Progress")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        upper = QWidget(self)
        above = QVBoxLayout(upper)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(0)
        above.addWidget(self.columns)
        above.addWidget(self.preview, 1)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(upper)
        split.addWidget(self.tabs)
        split.setSizes([self._theme.grid(90), self._theme.grid(36)])
        whole = QVBoxLayout(self)
        whole.addLayout(form)
        whole.addWidget(split, 1)
        whole.addWidget(self._bar)
        whole.addWidget(self.summary)
        whole.addWidget(self._buttons())
        self.resize(self._theme.grid(270), self._theme.grid(170))

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.go = QPushButton("Import", self)
        self.go.setObjectName("import.go")
        self.go.setDefault(True)
        self.save = QPushButton("Save rows left out…", self)
        self.save.setObjectName("import.save_rejects")
        box.addButton(self.go, QDialogButtonBox.ButtonRole.ActionRole)
        box.addButton(self.save, QDialogButtonBox.ButtonRole.ResetRole)
        box.rejected.connect(self.reject)
        return box

    def _wire(self) -> None:
        self.file.changed.connect(self._on_file_changed)
        self.sender.editingFinished.connect(self._understand)
        self.mode.currentIndexChanged.connect(self._understand)
        self.date.dateChanged.connect(self._understand)
        self.columns.assigned.connect(self._on_assigned)
        self.problems.doubleClicked.connect(self._on_problem_chosen)
        self.go.clicked.connect(self._on_go)
        self.save.clicked.connect(self._on_save)
        self._runner.job_progressed.connect(self._on_progressed)

    # --- understanding the file -----------------------------------------------------------------------------------

    def open_file(self, path: Path) -> None:
        """Begin with this file."""
        self.file.set_path(path)

    @Slot(object)
    def _on_file_changed(self, _path: Path) -> None:
        self._corrections = {}
        self._understand()

    @Slot(str, str)
    def _on_assigned(self, header: str, field: str) -> None:
        self._corrections[header] = field
        self._understand()

    @Slot()
    def _understand(self) -> None:
        """Read the file anew as it is now asked for; the newest request wins."""
        path = self.file.path()
        if path is None:
            return
        self._preview = None
        self._bar.setValue(0)
        self._bar.show()
        self.go.setEnabled(False)
        work = partial(importing.prepare, self._workplace, self._request(path))
        self._job = self._runner.start(
            work, title="Reading orders", on_done=self._on_understood, on_failed=self._on_failed, latest_key="import"
        )

    def _request(self, path: Path) -> importing.Request:
        on = self.date.date()
        return importing.Request(
            path=path,
            on=date(on.year(), on.month(), on.day()),
            mode=str(self.mode.currentData()),
            sender=self.sender.text().strip(),
            columns=dict(self._corrections),
        )

    @Slot(object)
    def _on_progressed(self, job: Job) -> None:
        if job is self._job:
            self._bar.setValue(round(job.fraction * 1000))
            self._say(f"{job.text}…", "muted")

    def _on_failed(self, error: Exception) -> None:
        self._bar.hide()
        self._job = None
        self._say(words_of(error), "late")

    @Slot(object)
    def _on_understood(self, preview: Preview) -> None:
        self._bar.hide()
        self._job = None
        self._preview = preview
        self._sheet_model.set_sheet(preview.sheet, preview.errors)
        self.preview.resizeColumnsToContents()
        self.columns.set_columns(preview.columns)
        self._problem_model.set_errors(preview.errors)
        self.problems.resizeColumnsToContents()
        rejected = len({error.row for error in preview.errors})
        self.tabs.setTabText(0, f"Left out ({rejected:,})" if rejected else "Left out")
        self.notes.setText("\n".join(f"• {note}" for note in preview.notes) or "Nothing to remark.")
        self.tabs.setCurrentIndex(0 if rejected else 1)
        self.save.setEnabled(bool(rejected))
        self._show_plan(preview)

    def _show_plan(self, preview: Preview) -> None:
        plan = preview.plan
        usable = len(plan.add) + len(plan.replace) + len(plan.remove)
        self._say(summary_of(preview), "text" if usable else "risk")
        self.go.setEnabled(usable > 0)
        changed = len(plan.add) + len(plan.replace)
        self.go.setText(f"Import {words.count(changed, 'order')}" if changed else "Import")

    def _show_idle(self) -> None:
        self._bar.hide()
        self.go.setEnabled(False)
        self.save.setEnabled(False)
        self._say(
            "Choose an order file: CSV or Excel, with a header row. Columns are recognised by their names.", "muted"
        )

    def _say(self, text: str, token: str) -> None:
        self.summary.setStyleSheet(f"color: {self._theme.colour(token).name()}")
        self.summary.setText(text)

    @Slot(QModelIndex)
    def _on_problem_chosen(self, index: QModelIndex) -> None:
        error = self._problem_model.error(index.row())
        row = self._sheet_model.row_of(error.row)
        if row is not None:
            cell = self._sheet_model.index(row, self._sheet_model.column_of(error.column))
            self.preview.setCurrentIndex(cell)
            self.preview.scrollTo(cell)

    # --- doing it -------------------------------------------------------------------------------------------------

    @Slot()
    def _on_go(self) -> None:
        if self._preview is None:
            return
        self.go.setEnabled(False)
        change = partial(importing.commit, preview=self._preview)
        operation = Operation(importing.label(self._preview), change)
        self._runner.submit(operation, initiator=self, on_done=self._on_imported, on_failed=self._on_failed)

    @Slot(object)
    def _on_imported(self, done: Done[Imported]) -> None:
        self.imported.emit(done.value)
        self.accept()

    @Slot()
    def _on_save(self) -> None:
        if self._preview is None:
            return
        near = self._preview.request.path
        name = str(near.with_name(f"{near.stem} left out{near.suffix if near.suffix == '.xlsx' else '.csv'}"))
        ask = QFileDialog(self, "Save the rows left out", name, "CSV (*.csv);;Excel (*.xlsx)")
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.fileSelected.connect(self._on_save_chosen)
        ask.finished.connect(ask.deleteLater)
        ask.open()

    @Slot(str)
    def _on_save_chosen(self, name: str) -> None:
        if self._preview is not None:
            work = lambda _progress, preview=self._preview: importing.write_rejects(preview, Path(name))
            done = lambda _none: self._say(f"Saved: {name}. Correct it there and import it again.", "done")
            self._runner.start(work, title="Saving the rows left out", on_done=done, on_failed=self._on_failed)

    def reject(self) -> None:
        """Closing stops the reading."""
        if self._job is not None:
            self._job.cancel()
        super().reject()


def summary_of(preview: Preview) -> str:
    """What would happen, in one sentence: "150 orders on 1 day: 148 new, 2 changed · 3 addresses to review"."""
    plan = preview.plan
    days = len({order.date for order in preview.orders})
    parts = [f"{len(plan.add):,} new", f"{len(plan.replace):,} changed", f"{len(plan.unchanged):,} as they were"]
    if plan.remove:
        parts.append(f"{len(plan.remove):,} removed")
    said = f"{words.count(len(preview.orders), 'order')} on {words.count(days, 'day')}: {', '.join(parts)}"
    if preview.doubtful:
        said += f" · {words.count(preview.doubtful, 'address', 'addresses')} to review"
    rejected = len({error.row for error in preview.errors})
    return said + (f" · {words.count(rejected, 'row')} left out" if rejected else "")


def _table(parent: QWidget, name: str, accessible: str) -> QTableView:
    table = QTableView(parent)
    table.setObjectName(name)
    table.setAccessibleName(accessible)
    table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    table.setWordWrap(False)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    return table
