"""One measure large: its value and formula, the chart, and the lines of the cut as a table below."""

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from dispatcher.services.insight import CutRow, CutTable, Tile
from ui.insight.chart import MeasureChart, Shape, shape_of
from ui.insight.grid import Grid
from ui.insight.lines import Lines, rows_shown
from ui.insight.words import Units, change_of, rows_words, span_words
from ui.parts.fields import named, set_icon
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

SIZES = "insight/measure"
FEW = 12
"""More names than that are read from those with the most rows on."""


class MeasurePage(QWidget):
    """GUI thread.

    Signals:
        rows_requested(str, str, bool): show the rows of a line of the cut, by key and title, or of the whole number.
    """

    rows_requested = Signal(str, str, bool)

    def __init__(self, theme: Theme, units: Units, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "insight.measure", "The measure chosen")
        self._theme, self._units, self._settings = theme, units, settings
        self.table: CutTable | None = None
        self.title = named(QLabel(self), "insight.measure.name", "Name")
        self.value = named(QLabel(self), "insight.measure.value", "Value")
        self.change = named(QLabel(self), "insight.measure.change", "Against the span before")
        self._tone = "muted"
        self.rows = named(QPushButton("Rows", self), "insight.measure.rows", "The rows behind the value")
        self.rows.setToolTip("The very rows this number is made of  (R)")
        self.formula = Said("insight.measure.formula", "Formula", theme, self, keeps_room=True)
        self.note = Said("insight.measure.note", "What is drawn", theme, self)
        self.chart = MeasureChart(theme, units, self)
        self.grid = Grid("insight.cut", "The lines of the cut", theme, self)
        self._lay_out()
        self.rows.clicked.connect(self.open_all)
        self.chart.chosen.connect(lambda key, title: self.rows_requested.emit(key, title, False))
        self.chart.drawn.connect(self._say_note)
        self.grid.opened.connect(self._on_opened)
        self.grid.order_changed.connect(self._draw)
        theme.changed.connect(self._dress)
        self._dress()

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        for part in (self.title, self.value, self.change):
            self._head.addWidget(part)
        self._head.addStretch()
        self._head.addWidget(self.rows)
        self.split = QSplitter(Qt.Orientation.Vertical, self)
        self.split.addWidget(self.chart)
        self.split.addWidget(self.grid)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.setChildrenCollapsible(False)
        self.split.setSizes([600, 400])
        if (sizes := self._settings.value(SIZES)) is not None:
            self.split.restoreState(sizes)
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(self._head)
        self._whole.addWidget(self.formula)
        self._whole.addWidget(self.note)
        self._whole.addWidget(self.split, 1)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(grid(4), 0, 0, 0)
        self._whole.setSpacing(grid(2))
        self._head.setSpacing(grid(3))
        self.title.setFont(self._theme.font(Size.HEAD))
        self.value.setFont(self._theme.font(Size.HEAD, bold=True))
        self.chart.setMinimumHeight(grid(34))
        self.grid.setMinimumHeight(grid(22))
        set_icon(self.rows, "table-search", self._theme)
        self._ink()

    def _ink(self) -> None:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.colour(self._tone))
        self.change.setPalette(palette)

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_tile(self, tile: Tile) -> None:
        """Name and value at once; chart and table follow."""
        measure = tile.measure
        change = change_of(tile.figure.value, tile.before.value if tile.before else None, measure)
        self.title.setText(measure.name)
        self.value.setText(self._units.value(tile.figure.value, measure))
        self.change.setText(change.words)
        self._tone = change.tone
        self._ink()
        self.rows.setText(f" {rows_words(tile.figure)}")
        self.rows.setEnabled(bool(tile.figure.rows))
        if self.table and self.table.measure.id != measure.id:
            self.table = None
            self.formula.say("")
            self.chart.clear_table()

    def show_table(self, table: CutTable, lines: Lines) -> None:
        """The cut, as chart and as table."""
        self.table = table
        trap = f"  {table.measure.trap}" if table.measure.trap else ""
        self.formula.say(f"= {table.formula}{trap}", Tone.QUIET)
        many = shape_of(table) is Shape.BARS and len(lines.lines) > FEW
        self.grid.show_lines(lines.heads, lines.lines, most_of=len(lines.heads) - 1 if many else -1)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        """In the order of the table, where that is not the order of time."""
        if self.table is None:
            return
        rows = [row for line in self.grid.lines() if isinstance(row := line.of, CutRow)]
        follows = shape_of(self.table) is not Shape.BARS
        self.chart.show_table(self.table, rows_shown(self.table) if follows else rows)

    @Slot()
    def _say_note(self) -> None:
        """What of the table is drawn, and what the dashes and strokes are."""
        if self.table is None:
            return
        out, drawn, words = self.chart.left_out, len(self.chart.marks), []
        if out and self.chart.shape_drawn is Shape.BARS:
            words.append(f"The first {drawn} of {drawn + out:,} are drawn, in the order of the table.")
        before = self.table.total.before
        if self.table.compared and before and before.value is not None:
            what = f"Dashed: {self._units.value(before.value, self.table.measure)}" if self._dashed else "Strokes:"
            words.append(f"{what} in the span before, {span_words(self.table.compared)}.")
        self.note.say(" ".join(words), Tone.QUIET)

    @property
    def _dashed(self) -> bool:
        return self.chart.shape_drawn is Shape.LINE

    # --- the hand -------------------------------------------------------------------------------------------------

    @Slot()
    def open_all(self) -> None:
        """The rows behind the whole number."""
        if self.rows.isEnabled():
            self.rows_requested.emit("", "", True)

    @Slot(object)
    def _on_opened(self, row: CutRow) -> None:
        if row.figure.rows:
            self.rows_requested.emit(row.key, row.title, False)

    def remember(self) -> None:
        """How the room is divided, for next time."""
        self._settings.setValue(SIZES, self.split.saveState())
