"""A measure drawn large: a line through the days, columns over hours and the like, bars beside names.

Shows what it is given and says what was clicked; pyqtgraph lays out and paints, its own mouse and menus stay unused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from dispatcher.services.insight import CutRow, CutTable
from ui import format as fmt
from ui.insight.plot import Plot, Ticks, round_ticks
from ui.insight.words import NONE, Units, line_words
from ui.theme import Size, Theme

IN_ORDER = {"weekday", "hour", "attempt"}
"""Cuts whose lines follow one another."""
DOTS = 100
"""So many days have a dot each."""
FEW = 6
"""Fewer names than this are as thick as so many."""
THICK = 0.68
"""Of a bar, of the room it has."""


class Shape(StrEnum):
    """How a cut is drawn."""

    LINE = "line"
    COLUMNS = "columns"
    BARS = "bars"


def shape_of(table: CutTable) -> Shape:
    """Days are a line, what follows one another are columns, names have bars beside them."""
    if table.cut.id == "day":
        return Shape.LINE if table.span.days > 1 else Shape.COLUMNS
    return Shape.COLUMNS if table.cut.id in IN_ORDER else Shape.BARS


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the cut as it is drawn."""

    at: float
    row: CutRow


class MeasureChart(Plot):
    """GUI thread.

    Signals:
        chosen(str, str): one line of the cut, by its key and its title, was clicked: its rows are wanted.
        drawn(): what is drawn is other than before.
    """

    chosen = Signal(str, str)
    drawn = Signal()

    def __init__(self, theme: Theme, units: Units, parent: QWidget | None = None) -> None:
        super().__init__("insight.chart", "Chart", theme, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme, self._units = theme, units
        self._table: CutTable | None = None
        self._rows: Sequence[CutRow] = ()
        self._shape = Shape.LINE
        self.marks: list[Mark] = []
        self._at: int | None = None
        self.viewport().setMouseTracking(True)
        self._focus = pg.BarGraphItem(x=[], height=[], width=1)
        theme.changed.connect(self._draw)
        self._draw()

    # --- what is drawn --------------------------------------------------------------------------------------------

    def show_table(self, table: CutTable, rows: Sequence[CutRow]) -> None:
        """Draw these lines of the table, in this order; of names as many as there is room for."""
        same = self._table is not None and (table.measure.id, table.cut.id) == (
            self._table.measure.id,
            self._table.cut.id,
        )
        self._table, self._rows, self._shape = table, rows, shape_of(table)
        self._at = self._at if same else None
        self._draw()

    def clear_table(self) -> None:
        """Nothing is known yet."""
        self._table, self._rows, self._at = None, (), None
        self._draw()

    @property
    def shape_drawn(self) -> Shape:
        """How it is drawn now."""
        return self._shape

    @property
    def room(self) -> int:
        """How many names have room below one another."""
        return max(1, int(self.height() - self._theme.grid(8)) // self._theme.grid(6))

    @property
    def left_out(self) -> int:
        """How many lines are not drawn, for want of room."""
        return sum(row.figure.value is not None for row in self._rows) - len(self.marks)

    @Slot()
    def _draw(self) -> None:
        self.start()
        table, self.marks = self._table, self._marks()
        for axis in (self.left, self.bottom):
            axis.setVisible(table is not None)
        if table is not None:
            (self._draw_line if self._shape is Shape.LINE else self._draw_bars)(table)
            self._focus = self._focus_bar()
            self.add(self._focus)
        self.viewport().update()
        self.drawn.emit()

    def _marks(self) -> list[Mark]:
        known = [row for row in self._rows if row.figure.value is not None]
        if self._table is None:
            return []
        match self._shape:
            case Shape.LINE:
                first = self._table.span.first
                at = [(date.fromisoformat(row.key) - first).days for row in known]
                return sorted((Mark(x, row) for x, row in zip(at, known, strict=True)), key=lambda mark: mark.at)
            case Shape.COLUMNS:
                return [Mark(n, row) for n, row in enumerate(known)]
            case Shape.BARS:
                return [Mark(-n, row) for n, row in enumerate(known[: self.room])]

    # --- axes -----------------------------------------------------------------------------------------------------

    def _put_axes(self, table: CutTable, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Values along one side, what they are of along the other."""
        flat, grid = self._shape is Shape.BARS, self._theme.grid
        metrics = QFontMetrics(self._theme.font(Size.SMALL))
        low, high = x if flat else y
        most = self.width() // grid(24) if flat else self.height() // grid(11)
        values = [(v, self._units.tick(v, table.measure)) for v in round_ticks(low, high, int(most))]
        self.frame(x, y)
        if flat:
            right = Qt.TextElideMode.ElideRight
            names = [(mark.at, metrics.elidedText(mark.row.title, right, grid(43))) for mark in self.marks]
            self.left.setWidth(grid(46))
            self.put_ticks(self.left, names, lines=False)
            self.put_ticks(self.bottom, values, lines=True)
        else:
            wide = max((metrics.horizontalAdvance(words) for _, words in values), default=0)
            self.left.setWidth(max(grid(10), wide + grid(4)))
            self.put_ticks(self.left, values, lines=True)
            self.put_ticks(self.bottom, self._names(metrics), lines=False)

    def _names(self, metrics: QFontMetrics) -> Ticks:
        """Of many that follow one another as many as can be read."""
        texts = self._ticks()
        wide = max((metrics.horizontalAdvance(text) for _, text in texts), default=1) + self._theme.grid(4)
        step = -(-len(texts) * wide // max(1, self.width() - self._theme.grid(18)))
        return texts[:: max(1, int(step))]

    def _ticks(self) -> Ticks:
        if self._table and self._table.cut.id == "day":
            span = self._table.span
            days = range(span.days) if self._shape is Shape.LINE else range(1)
            return [(n, fmt.weekday_date(date.fromordinal(span.first.toordinal() + n))) for n in days]
        return [(mark.at, mark.row.title) for mark in self.marks]

    def _draw_line(self, table: CutTable) -> None:
        values = np.full(table.span.days, np.nan)
        for mark in self.marks:
            values[int(mark.at)] = mark.row.figure.value
        low, high = self._draw_before(table, values)
        colour = self._theme.colour("accent")
        if self.marks:
            pen = pg.mkPen(colour, width=2)
            self.add(pg.PlotCurveItem(np.arange(len(values)), values, pen=pen, connect="finite", antialias=True))
            at, known = [mark.at for mark in self.marks], [mark.row.figure.value for mark in self.marks]
            size = 7 if len(values) <= DOTS else 3
            self.add(pg.ScatterPlotItem(at, known, size=size, brush=colour, pen=None))
        air = 0.12 * (high - low or abs(high) or 1.0)
        floor = 0.0 if low >= 0 and low - air < 0.35 * high else low - air
        top = min(high + air, 100.0) if table.measure.unit == "%" and high <= 100 else high + air
        self._put_axes(table, (-0.5, len(values) - 0.5), (floor, top + 0.02 * (top - floor)))

    def _draw_before(self, table: CutTable, values: "npt.NDArray[np.float64]") -> tuple[float, float]:
        """The span before, as one line across; from where to where all values are."""
        before = table.total.before.value if table.total.before else None
        known = values[~np.isnan(values)].tolist()
        if before is not None:
            known.append(before)
            pen = pg.mkPen(self._theme.colour("muted"), width=1, style=Qt.PenStyle.DashLine)
            self.add(pg.InfiniteLine(before, angle=0, pen=pen))
        return (min(known), max(known)) if known else (0.0, 1.0)

    def _draw_bars(self, table: CutTable) -> None:
        at = [mark.at for mark in self.marks]
        values = [mark.row.figure.value or 0.0 for mark in self.marks]
        befores = [m.row.before.value if m.row.before else None for m in self.marks]
        look = {"brush": self._theme.colour("accent"), "pen": None}
        flat = self._shape is Shape.BARS
        sides = (
            {"x0": 0, "y": at, "height": THICK, "width": values}
            if flat
            else {"x": at, "height": values, "width": THICK}
        )
        self.add(pg.BarGraphItem(**sides, **look))
        self._draw_ticks([(a, b) for a, b in zip(at, befores, strict=True) if b is not None], flat=flat)
        known = [*values, *(b for b in befores if b is not None), 0.0]
        few = max(len(at), min(self.room, FEW)) if flat else max(len(at), 1)
        reach = (1.06 * min(known), 1.06 * max(known) or 1.0)
        if flat:  # as thick as the room for one, however few there are
            self._put_axes(table, reach, (0.5 - few, 0.5))
        else:
            self._put_axes(table, (-0.5, few - 0.5), reach)

    def _draw_ticks(self, befores: Sequence[tuple[float, float]], *, flat: bool) -> None:
        """Where each bar ended in the span before: a stroke across it."""
        along, value = [], []
        for at, before in befores:
            along += [at - THICK / 2, at + THICK / 2]
            value += [before, before]
        if along:
            x, y = (value, along) if flat else (along, value)
            pen = pg.mkPen(self._theme.colour("text"), width=2)
            self.add(pg.PlotCurveItem(x, y, pen=pen, connect="pairs"))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """As many names as there is room for now."""
        super().resizeEvent(event)
        if event is not None and getattr(self, "_table", None) is not None:
            self._draw()

    # --- the hand -------------------------------------------------------------------------------------------------

    def _mark_near(self, at: QPointF) -> int | None:
        """The mark in whose part of the chart a point of the viewport is."""
        scene = self.mapToScene(at.toPoint())
        box: QRectF = self.box.sceneBoundingRect()
        if not self.marks or not box.contains(scene):
            return None
        point = self.box.mapSceneToView(scene)
        where = point.y() if self._shape is Shape.BARS else point.x()
        n = int(np.argmin([abs(mark.at - where) for mark in self.marks]))
        return n if abs(self.marks[n].at - where) <= (0.5 if self._shape is not Shape.LINE else 1.0) else None

    def _focus_bar(self) -> pg.BarGraphItem:
        """The part of the chart that the keys or the pointer are at."""
        if self._at is None or self._at >= len(self.marks):
            self._at = None
            return pg.BarGraphItem(x=[], height=[], width=1)
        (left, right), (low, high) = self.box.viewRange()
        at, ground = self.marks[self._at].at, self._theme.colour("text")
        ground.setAlphaF(0.08)
        if self._shape is Shape.BARS:
            return pg.BarGraphItem(x0=[left], y=[at], width=[right - left], height=1, brush=ground, pen=None)
        return pg.BarGraphItem(x=[at], y0=[low], height=[high - low], width=1, brush=ground, pen=None)

    def go_to(self, n: int | None) -> None:
        """Keys or pointer are at this mark."""
        if n == self._at:
            return
        self._at = n
        self.box.removeItem(self._focus)
        self._focus = self._focus_bar()
        self.add(self._focus)
        self.setAccessibleDescription(self.words_of(n) if n is not None else "")

    def words_of(self, n: int) -> str:
        """One mark in words."""
        assert self._table is not None
        row, measure = self.marks[n].row, self._table.measure
        said = f"{self._name(row)}: {self._units.value(row.figure.value, measure)}"
        before = row.before.value if row.before else None
        if before is not None:
            said += f", before {self._units.value(before, measure)}"
        return f"{said} · {fmt.count(row.figure.rows, 'row')}"

    def _name(self, row: CutRow) -> str:
        return line_words(row, self._table.cut) if self._table else row.title

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click opens the rows."""
        self.setFocus()
        n = self._mark_near(event.position())
        if n is not None and event.button() is Qt.MouseButton.LeftButton:
            self.go_to(n)
            self.choose()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """What a click would open stands out."""
        n = self._mark_near(event.position())
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if n is None else Qt.CursorShape.PointingHandCursor)
        self.go_to(n)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Done at the press."""

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing stands out any more, unless the keys are here."""
        super().leaveEvent(event)
        if not self.hasFocus():
            self.go_to(None)

    def viewportEvent(self, event: QEvent) -> bool:
        """What a point stands for."""
        if isinstance(event, QHelpEvent):
            n = self._mark_near(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if n is None else self.words_of(n), self)
            return True
        return bool(super().viewportEvent(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go along, Enter opens the rows."""
        back, on = (Qt.Key.Key_Up, Qt.Key.Key_Left), (Qt.Key.Key_Down, Qt.Key.Key_Right)
        if event.key() in (*back, *on) and self.marks:
            step = 1 if event.key() in on else -1
            start = -1 if self._at is None and step > 0 else self._at if self._at is not None else len(self.marks)
            self.go_to(max(0, min(len(self.marks) - 1, start + step)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at is not None:
            self.choose()
        else:
            event.ignore()

    def choose(self) -> None:
        """Open the rows of the mark that stands out."""
        if self._at is not None:
            row = self.marks[self._at].row
            self.chosen.emit(row.key, self._name(row))

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Says so where there is nothing to draw."""
        super().drawForeground(painter, rect)
        if self._table is not None and not self.marks:
            painter.setFont(self._theme.font())
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, f"{NONE} nothing was measured in this span")
