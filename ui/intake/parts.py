"""What the import form is made of: its fields, its tables, and how they show a look at a file. No decisions here."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QDialogButtonBox,
    QGridLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from dispatcher.services.importing import ImportMode, RowError
from ui.board.empty import EmptyState
from ui.intake.columns import ColumnHeader
from ui.intake.look import Look
from ui.intake.preview_model import ProblemModel, SheetModel
from ui.parts.fields import label, primary, set_icon
from ui.parts.files import FileField
from ui.parts.said import Said, Tone, words_of
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Theme

MODES = {
    ImportMode.MERGE: (
        "Add new, change existing",
        "Orders with a new number are added, those with a known number are changed; nothing is removed.",
    ),
    ImportMode.CREATE: ("Add new only", "Orders with a new number are added; rows whose number is known are left out."),
    ImportMode.UPDATE: (
        "Change existing only",
        "Orders with a known number are changed; rows whose number is new are left out.",
    ),
    ImportMode.SYNC: (
        "Make the days match the file",
        "Adds and changes; and removes this sender's orders of the same days that the file does not have.",
    ),
}
"""In the words of the form: the choice, and what it does. An order is known by its sender, day and number."""

WELCOME = "Choose an order file, or drop it here: CSV or Excel, with a line of column names.\nNothing is written yet."
ROWS, NOTHING = 0, 1


class ImportBody(QWidget):
    """All of the form below its title. GUI thread."""

    def __init__(self, theme: Theme, on: date, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._make_fields(on)
        self._make_tables()
        self._make_foot()
        self._lay_out()
        theme.changed.connect(self._dress)
        self._dress()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make_fields(self, on: date) -> None:
        kinds = "Order files (*.csv *.txt *.tsv *.xlsx);;All files (*)"
        self.file = FileField("import.file", "Order file", kinds, self._theme, self)
        self.file_fault = Said("import.file.fault", "What is wrong with the file", self._theme, self)
        self.whose = QComboBox(self)
        self.whose.setEditable(True)
        self.whose.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.whose.setMinimumContentsLength(18)
        self.whose.setToolTip("Whose orders these are. How their columns are assigned is remembered by this name.")
        self.whose.lineEdit().setPlaceholderText("Whose orders?")
        self.mode = QComboBox(self)
        for mode, (text, what) in MODES.items():
            self.mode.addItem(text, mode.value)
            self.mode.setItemData(self.mode.count() - 1, what, Qt.ItemDataRole.ToolTipRole)
        self.date = QDateEdit(QDate(on.year, on.month, on.day), self)
        self.date.setCalendarPopup(True)
        self.date.setDisplayFormat("ddd d MMM yyyy")
        self.date.setToolTip("The day of rows that name none")
        self.mode_said = Said("import.mode.said", "What the choice does", self._theme, self, keeps_room=True)
        for name, field, text in (
            ("import.sender", self.whose, "Sender"),
            ("import.mode", self.mode, "What becomes of orders that exist"),
            ("import.date", self.date, "Day of rows that name none"),
        ):
            field.setObjectName(name)
            field.setAccessibleName(text)

    def _make_tables(self) -> None:
        self.sheet_model = SheetModel(self._theme, self)
        self.preview = plain_table(self, "import.preview", "The file's rows")
        self.preview.setSelectionBehavior(QTableView.SelectionBehavior.SelectItems)
        self.preview.verticalHeader().show()
        self.preview.setModel(self.sheet_model)
        self.header = ColumnHeader(self._theme, self.preview)
        self.problem_model = ProblemModel(self)
        self.problems = plain_table(self, "import.problems", "Rows left out")
        self.problems.setModel(self.problem_model)
        self.problems.setToolTip("Double-click to go to the row")
        header = self.problems.horizontalHeader()
        for section in (3, 4):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
        self.empty = EmptyState(self._theme, icon="tray-arrow-down", text=WELCOME, step="Browse…", parent=self)
        self.empty.setObjectName("import.empty")

    def _make_foot(self) -> None:
        self.notes = QLabel(self)
        self.notes.setObjectName("import.notes")
        self.notes.setAccessibleName("What was decided about the file")
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.setWordWrap(True)
        self.notes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.summary = Said("import.summary", "What would happen", self._theme, self, keeps_room=True)
        self.bar = QProgressBar(self)
        self.bar.setObjectName("import.progress")
        self.bar.setAccessibleName("Progress")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setFixedHeight(6)
        keep = self.bar.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(keep)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.box.button(QDialogButtonBox.StandardButton.Cancel).setObjectName("import.cancel")
        self.go = QPushButton("Import", self)
        self.go.setObjectName("import.go")
        primary(self.go)
        self.save = QPushButton("Save rows left out…", self)
        self.save.setObjectName("import.save_rejects")
        self.save.setAutoDefault(False)
        self.box.addButton(self.go, QDialogButtonBox.ButtonRole.ActionRole)
        self.box.addButton(self.save, QDialogButtonBox.ButtonRole.ResetRole)

    def _lay_out(self) -> None:
        grid = self._theme.grid
        form = QGridLayout()
        form.setHorizontalSpacing(grid(2))
        form.addWidget(label("&File", self.file, self), 0, 0)
        form.addWidget(self.file, 0, 1, 1, 5)
        form.addWidget(self.file_fault, 1, 1, 1, 5)
        for column, (text, field) in enumerate(
            (("&Sender", self.whose), ("&Day", self.date), ("E&xisting orders", self.mode))
        ):
            form.addWidget(label(text, field, self), 2, 2 * column)
            form.addWidget(field, 2, 2 * column + 1)
        form.addWidget(self.mode_said, 3, 1, 1, 5)
        form.setColumnStretch(1, 3)
        form.setColumnStretch(5, 4)
        self.middle = QStackedWidget(self)
        self.middle.addWidget(self._tables())
        self.middle.addWidget(self.empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[grid(4)] * 4)
        whole.setSpacing(grid(2))
        whole.addLayout(form)
        whole.addWidget(self.middle, 1)
        whole.addWidget(self.bar)
        whole.addWidget(self.summary)
        whole.addWidget(self.box)

    def _tables(self) -> QWidget:
        scroll = QScrollArea(self)
        scroll.setWidget(self.notes)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("import.tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.problems, "Left out")
        self.tabs.addTab(scroll, "Notes")
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setObjectName("import.split")
        split.setChildrenCollapsible(False)
        split.addWidget(self.preview)
        split.addWidget(self.tabs)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes([self._theme.grid(76), self._theme.grid(40)])
        return split

    @Slot()
    def _dress(self) -> None:
        set_icon(self.save, "content-save-outline", self._theme)
        self.notes.setContentsMargins(*[self._theme.grid(2)] * 4)
        for table in (self.preview, self.problems):
            size_rows(table, self._theme)

    # --- showing --------------------------------------------------------------------------------------------------

    def offer_senders(self, senders: Sequence[str]) -> None:
        """Names that columns are remembered by; what is typed stays."""
        typed = self.whose.currentText()
        self.whose.clear()
        self.whose.addItems(list(senders))
        self.whose.setCurrentIndex(-1)
        self.whose.setEditText(typed)

    def explain_mode(self) -> None:
        """Say what the chosen mode does; amber when it removes."""
        mode = ImportMode(self.mode.currentData())
        self.mode_said.say(MODES[mode][1], Tone.WARNING if mode is ImportMode.SYNC else Tone.QUIET)

    def show_idle(self) -> None:
        """No file yet."""
        self.explain_mode()
        self.end()
        self.middle.setCurrentIndex(NOTHING)
        self.summary.say("")

    def begin(self, text: str) -> None:
        """Something is under way."""
        self.file_fault.say("")
        self.bar.setValue(0)
        self.bar.show()
        self.summary.say(text, Tone.QUIET)

    def advance(self, fraction: float, text: str) -> None:
        """It is so far."""
        self.bar.setValue(round(fraction * 1000))
        self.summary.say(text, Tone.QUIET)

    def end(self) -> None:
        """Nothing is under way."""
        self.bar.hide()

    def set_writing(self, writing: bool) -> None:
        """While it is written, nothing is chosen otherwise."""
        for field in (self.file, self.whose, self.mode, self.date, self.header, self.go, self.save):
            field.setEnabled(not writing)

    def show_no_file(self, fault: Exception) -> None:
        """It cannot be read."""
        self.end()
        self.middle.setCurrentIndex(NOTHING)
        self.sheet_model.set_look(None)
        self.empty.set_text("No rows to show.")
        self.file_fault.say_fault(fault)
        self.summary.say("")

    def show_look(self, look: Look) -> None:
        """How the file is understood."""
        self.end()
        fresh = self.sheet_model.rowCount() != len(look.sheet.rows) or tuple(look.columns) != self.header.names
        self.middle.setCurrentIndex(ROWS)
        self.sheet_model.set_look(look)
        self.header.set_columns(look.columns)
        if fresh:
            self.header.size_to_contents()
            self.preview.scrollToTop()
        self.problem_model.set_errors(look.errors)
        for section in range(3):
            size_column(self.problems, self._theme, section)
        self.tabs.setTabText(0, f"Left out ({look.rejected:,})" if look.rejected else "Left out")
        notes = look.preview.notes if look.preview else ()
        self.tabs.setTabText(1, f"Notes ({len(notes)})" if notes else "Notes")
        self.notes.setText("\n".join(f"• {note}" for note in notes) or "Nothing to remark.")
        self.tabs.setCurrentIndex(0 if look.rejected or not notes else 1)
        if look.fault:
            self.summary.say(words_of(look.fault), Tone.BAD)
        else:
            self.summary.say(look.summary, Tone.PLAIN if look.useful else Tone.WARNING, bold=True)

    def jump_to(self, error: RowError) -> None:
        """Show the cell a problem speaks of."""
        row = self.sheet_model.row_of(error.row)
        if row is not None:
            cell = self.sheet_model.index(row, self.sheet_model.column_of(error.column))
            self.preview.setCurrentIndex(cell)
            self.preview.scrollTo(cell, QTableView.ScrollHint.PositionAtCenter)
            self.preview.setFocus()
