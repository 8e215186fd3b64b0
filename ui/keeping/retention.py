"""What is due to go, by kind, and what went before. Nothing goes before somebody has seen what would."""

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from dispatcher.domain.keeping import KeptKind
from dispatcher.domain.progress import Progress
from dispatcher.services.retention import Retention, dry_run, forget
from dispatcher.services.retention_log import Run, runs
from dispatcher.services.workplace import Workplace
from ui.keeping import words
from ui.keeping.desk import Desk
from ui.keeping.model import LineModel
from ui.keeping.work import paragraph
from ui.parts.fields import named
from ui.parts.said import Tone
from ui.parts.tables import ROW, plain_table, size_column, size_rows
from ui.theme import Size, Theme

WHAT = (
    "Every day, when the depot is first opened, what is older than the settings say goes by itself "
    "(Depot settings, Gateway). Orders under hold are left out."
)
HEADERS = ("What", "Kept for", "Due before", "Due now", "Oldest", "Size")
BEFORE = ("When", "What", "By", "How much", "Why")

type Looked = tuple[Retention, tuple[Run, ...]]


class RetentionTab(QWidget):
    """GUI thread."""

    def __init__(self, workplace: Workplace, desk: Desk, theme: Theme, tabs: QTabWidget) -> None:
        super().__init__(tabs)
        tabs.addTab(self, "Retention")  # before it is filled: who gets another parent loses the colour of its words
        self._workplace, self._desk, self._theme = workplace, desk, theme
        self.what = paragraph("keeping.retention.what", "What this is", theme, self)
        self.what.say(WHAT, Tone.QUIET)
        self.model = LineModel(HEADERS, right=(3,), parent=self)
        self.table = plain_table(self, "keeping.retention.due", "What is due to go")
        self.table.setModel(self.model)
        self.past = LineModel(BEFORE, parent=self)
        self.log = plain_table(self, "keeping.retention.log", "What was done before")
        self.log.setModel(self.past)
        self.heading = QLabel("Done before", self)
        self.again = named(QPushButton("Look again", self), "keeping.retention.again", "Look again")
        self.go = named(QPushButton("Let it go now", self), "keeping.retention.go", "Let it go now")
        for button in (self.again, self.go):
            button.setAutoDefault(False)
        self._lay_out()
        self.again.clicked.connect(self.look)
        self.go.clicked.connect(self._on_go)
        desk.working_changed.connect(self._allow)
        theme.changed.connect(self._dress)
        self._dress()
        self._allow()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(self._theme.grid(2))
        buttons = QHBoxLayout()
        buttons.addWidget(self.again)
        buttons.addWidget(self.go)
        buttons.addStretch(1)
        column.addWidget(self.what)
        column.addWidget(self.table, 3)
        column.addLayout(buttons)
        column.addWidget(self.heading)
        column.addWidget(self.log, 2)

    @Slot()
    def _dress(self) -> None:
        self.heading.setFont(self._theme.font(Size.TEXT, bold=True))
        for table in (self.table, self.log):
            size_rows(table, self._theme)
            table.horizontalHeader().setStretchLastSection(True)
        self.table.setMinimumHeight(self._theme.grid(ROW * (len(KeptKind) + 1.5)))

    @Slot()
    def look(self) -> None:
        """Find out what is due; nothing goes."""
        self._desk.begin(partial(_look, self._workplace), "Looking what is due", self._on_looked)

    @Slot()
    def _on_go(self) -> None:
        if (by := self._desk.name()) is not None:
            self._desk.begin(partial(_go, self._workplace, by), "Letting go", self._on_gone)

    @Slot()
    def _allow(self) -> None:
        free = not self._desk.working
        self.again.setEnabled(free)
        self.go.setEnabled(free and self._desk.writes and any(line.texts[3] != words.NONE for line in self.model.lines))

    def _on_looked(self, looked: Looked) -> None:
        self._show(looked)
        self._desk.say(words.summary(looked[0]))

    def _on_gone(self, gone: tuple[Retention, Looked]) -> None:
        went, looked = gone
        self._show(looked)
        count = sum(each.due.rows for each in went.kinds)
        self._desk.say(f"{count:,} gone." if count else "Nothing was due.", Tone.GOOD)

    def _show(self, looked: Looked) -> None:
        retention, before = looked
        zone = self._desk.zone
        self.model.show_lines(words.due_lines(retention, zone))
        self.past.show_lines([words.run_line(place, run, zone) for place, run in enumerate(before)])
        for table, least in ((self.table, 20), (self.log, 20)):
            for number in range(table.model().columnCount()):
                size_column(table, self._theme, number, least=least)
        self._allow()


def _look(workplace: Workplace, progress: Progress) -> Looked:
    return dry_run(workplace, progress), tuple(runs(workplace))


def _go(workplace: Workplace, by: str, progress: Progress) -> tuple[Retention, Looked]:
    gone = forget(workplace, progress, by=by)
    return gone, _look(workplace, progress)
