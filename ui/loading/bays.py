"""Bays and waves, drawn: a lane to a bay, a block to a round, in red what of it is after its departure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.loading import Berth
from dispatcher.services.loading.board import LoadBoard, RoundLoad
from ui import format as fmt
from ui.parts.fields import named
from ui.theme import Size, Theme, driver_colour, legible_on

LANE, AXIS, NAME = 6.5, 5.0, 15.0
"""Heights of a lane and of the hours, and the width of the bays' names, in steps of the grid."""
LEAST_HOUR = 14.0
"""Steps of the grid between two hours that are written."""
NONE_YET = "Bays and waves are planned as soon as rounds have something to load."


@dataclass(frozen=True, slots=True)
class _Block:
    berth: Berth
    round: RoundLoad
    box: QRectF


class BayLanes(QWidget):
    """GUI thread.

    Signals:
        chosen(ShiftId): a block was clicked.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "loading.bays", "Bays and waves")
        self._theme, self._zone = theme, zone
        self._board: LoadBoard | None = None
        self._at: ShiftId | None = None
        theme.changed.connect(self._dress)
        self._dress()

    def show_board(self, board: LoadBoard, at: ShiftId | None) -> None:
        """Show its timetable; `at` is the round chosen."""
        self._board, self._at = board, at
        self.setAccessibleDescription("; ".join(self._words(r, b) for r, b in self._berths()) or NONE_YET)
        self._dress()

    def choose(self, at: ShiftId | None) -> None:
        """Frame this round's block."""
        self._at = at
        self.update()

    def _berths(self) -> Iterator[tuple[RoundLoad, Berth]]:
        """Every trip that has a bay."""
        for round_ in self._board.rounds if self._board else ():
            if round_.berth:
                yield from ((round_, berth) for berth in (round_.berth, *round_.again))

    @property
    def lanes(self) -> int:
        """As many as there are bays, or were."""
        bays = self._board.yard.bays if self._board else 1
        return max([bays, *(berth.bay for _, berth in self._berths())])

    @Slot()
    def _dress(self) -> None:
        self.setMinimumHeight(self.sizeHint().height())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """All lanes."""
        grid = self._theme.grid
        return QSize(grid(120), grid(AXIS) + self.lanes * grid(LANE) + grid(1))

    # --- where things are -----------------------------------------------------------------------------------------

    def _span(self) -> tuple[datetime, datetime] | None:
        berths = [berth for _, berth in self._berths()]
        if not berths:
            return None
        first = min(berth.begins_at for berth in berths).replace(minute=0, second=0, microsecond=0)
        last = max(berth.ends_at for berth in berths)
        return first, last + timedelta(minutes=10)

    def _x(self, moment: datetime, span: tuple[datetime, datetime]) -> float:
        left, first = self._theme.grid(NAME), span[0]
        return left + (self.width() - left - self._theme.grid(2)) * ((moment - first) / (span[1] - first))

    def blocks(self) -> Iterator[_Block]:
        """Each round's block and where it is drawn."""
        span, grid = self._span(), self._theme.grid
        if span is None:
            return
        for round_, berth in self._berths():
            left, right = self._x(berth.begins_at, span), self._x(berth.ends_at, span)
            top = grid(AXIS) + (berth.bay - 1) * grid(LANE) + grid(0.5)
            yield _Block(berth, round_, QRectF(left, top, max(3.0, right - left - 1), grid(LANE) - grid(1)))

    def _block_at(self, point: QPointF) -> _Block | None:
        return next((block for block in self.blocks() if block.box.contains(point)), None)

    # --- the hand -------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the round."""
        if (block := self._block_at(event.position())) is not None:
            self.chosen.emit(block.round.shift_id)

    def event(self, event: QEvent) -> bool:
        """What a block is, in words."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            block = self._block_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(block.round, block.berth) if block else "", self)
            return True
        return super().event(event)

    def _words(self, round_: RoundLoad, berth: Berth) -> str:
        begins, ends, leaves = (
            fmt.clock(moment, self._zone) for moment in (berth.begins_at, berth.ends_at, berth.leaves_at)
        )
        late = f", {fmt.minutes(berth.late_s)} late" if berth.late_s else ""
        trip = f", trip {berth.trip}" if berth.trip > 1 else ""
        return f"{round_.name}, {round_.driver}{trip}: bay {berth.bay}, {begins}–{ends}, leaves {leaves}{late}"

    # --- painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Hours, lanes, blocks."""
        with QPainter(self) as painter:
            painter.setFont(self._theme.font(Size.SMALL))
            self._paint_lanes(painter)
            span = self._span()
            if span is None:
                painter.setPen(self._theme.colour("muted"))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, NONE_YET)
                return
            self._paint_hours(painter, span)
            for block in self.blocks():
                self._paint_block(painter, block, span)

    def _paint_lanes(self, painter: QPainter) -> None:
        theme, grid = self._theme, self._theme.grid
        for bay in range(1, self.lanes + 1):
            lane = QRectF(0, grid(AXIS) + (bay - 1) * grid(LANE), self.width(), grid(LANE))
            painter.setPen(theme.colour("border"))
            painter.drawLine(lane.topLeft(), lane.topRight())
            painter.setPen(theme.colour("muted"))
            name = lane.adjusted(grid(2), 0, 0, 0)
            painter.drawText(name, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, f"Bay {bay}")

    def _paint_hours(self, painter: QPainter, span: tuple[datetime, datetime]) -> None:
        theme, moment = self._theme, span[0]
        hours = max(1.0, (span[1] - span[0]) / timedelta(hours=1))
        every = 0.5 if (self.width() / hours) > 2 * theme.grid(LEAST_HOUR) else 1.0
        while moment < span[1]:
            x = self._x(moment, span)
            painter.setPen(QPen(theme.colour("border"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, theme.grid(AXIS)), QPointF(x, self.height()))
            painter.setPen(theme.colour("muted"))
            painter.drawText(QPointF(x + theme.grid(0.5), theme.grid(AXIS - 1.5)), fmt.clock(moment, self._zone))
            moment += timedelta(hours=every)

    def _paint_block(self, painter: QPainter, block: _Block, span: tuple[datetime, datetime]) -> None:
        theme, box, colour = self._theme, block.box, driver_colour(block.round.number)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRect(box)
        if block.berth.late_s:
            left = max(box.left(), self._x(block.berth.leaves_at, span))
            late = QRectF(left, box.bottom() - theme.grid(1), box.right() - left, theme.grid(1))
            painter.fillRect(late, theme.colour("base"))
            painter.fillRect(late.adjusted(0, 1, 0, 0), theme.colour("late"))
        self._paint_words(painter, block)
        if block.round.shift_id == self._at:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("text"), 2))
            painter.drawRect(box.adjusted(-1, -1, 1, 1))

    def _paint_words(self, painter: QPainter, block: _Block) -> None:
        """As many as there is room for; a sign for what is late, gone or all in."""
        round_, room = block.round, block.box.adjusted(self._theme.grid(1), 0, -2, 0)
        sign = "✓ " if round_.departure and block.berth == round_.berth else "! " if block.berth.late_s else ""
        painter.setPen(legible_on(driver_colour(round_.number)))
        metrics = painter.fontMetrics()
        trip = f", trip {block.berth.trip}" if block.berth.trip > 1 else ""
        for words in (f"{sign}{round_.number} {round_.name}{trip}", f"{sign}{round_.number}", str(round_.number)):
            if metrics.horizontalAdvance(words) <= room.width():
                painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
                return
