"""Stops that hang over the timeline: where they would land, the verdict on it, and the drop itself."""

from PySide6.QtCore import QEvent, QObject, QPointF, QTimer, Signal, Slot
from PySide6.QtGui import QDragMoveEvent, QDropEvent, QFontMetrics
from PySide6.QtWidgets import QLabel

from dispatcher.domain.ids import OrderId
from ui.board import drag
from ui.theme import Size
from ui.timeline.chart import Chart
from ui.timeline.geometry import Gap, Part, gap_at, stands_there
from ui.timeline.showing import Target

_BEAT_MS = 40
_KINDS = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop, QEvent.Type.DragLeave)


class Landing(QObject):
    """Takes orders onto a chart's lanes. GUI thread; owned by the chart.

    Signals:
        drop_hovered(order_ids, shift_id, index): a drag hangs over a new place; answer with `show_verdict`.
        move_requested(order_ids, shift_id, index): put them before stop `index` as shown; None: where they fit best.
    """

    drop_hovered = Signal(object, object, object)
    move_requested = Signal(object, object, object)

    def __init__(self, chart: Chart) -> None:
        super().__init__(chart)
        self._chart = chart
        self._orders: tuple[OrderId, ...] = ()
        self._at: QPointF | None = None
        self._verdict = QLabel(chart.viewport(), wordWrap=True)
        self._verdict.setObjectName("board.timeline.verdict")
        self._verdict.setProperty("verdict", True)
        self._verdict.hide()
        self._creep = QTimer(self)
        self._creep.setInterval(_BEAT_MS)
        self._creep.timeout.connect(self._on_creep)
        chart.viewport().installEventFilter(self)

    # ── Qt's events ──────────────────────────────────────────────────────────────────────────────────────────────

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        if event.type() not in _KINDS:
            return False
        if isinstance(event, QDropEvent):
            self._hold(event)
            if event.type() is QEvent.Type.Drop:
                self._drop(event)
            elif isinstance(event, QDragMoveEvent):
                event.setAccepted(self._chart.showing.target is not None)
        else:
            self.give_up()
        return True

    def _hold(self, event: QDropEvent) -> None:
        self._orders, self._at = drag.unpack(event.mimeData()), event.position()
        self.aim()
        self._creep.start() if self._step() else self._creep.stop()

    def _drop(self, event: QDropEvent) -> None:
        orders, target = self._orders, self._chart.showing.target
        self.give_up()
        event.setAccepted(target is not None)
        if target is not None:
            self.move_requested.emit(orders, target.shift_id, target.gap.index)

    def give_up(self) -> None:
        """Nothing hangs here any more."""
        self._creep.stop()
        self._orders, self._at = (), None
        self._point(None)

    # ── Where it would land ──────────────────────────────────────────────────────────────────────────────────────

    def aim(self) -> None:
        """Find out anew where the stops would land: they moved, or the lanes did."""
        if self._at is not None:
            self._point(self._target(self._chart.local(self._at)))

    def _target(self, at: QPointF) -> Target | None:
        """Between two stops of a lane; on a driver's name, wherever it fits best. Not where they stand already."""
        showing = self._chart.showing
        found = self._chart.hit(at)
        row = found.row if at.y() >= 0 else None
        if row is None or not self._orders:
            return None
        lane = showing.lanes[row]
        anywhere = found.part is Part.NAME
        gap = Gap(None, lane.starts_s) if anywhere else gap_at(lane, showing.view.seconds(at.x()))
        return None if stands_there(lane, self._orders, gap.index) else Target(lane.shift_id, gap)

    def _point(self, target: Target | None) -> None:
        showing = self._chart.showing
        if target == showing.target:
            return
        showing.target = target
        self.show_verdict("")
        self._chart.repaint_lanes()
        if target:
            self.drop_hovered.emit(self._orders, target.shift_id, target.gap.index)

    @Slot()
    def _on_creep(self) -> None:
        """Held at an edge, the lanes come nearer."""
        step = self._step()
        if step is None:
            self._creep.stop()
            return
        self._chart.look(self._chart.showing.view.panned(*step))
        self.aim()

    def _step(self) -> tuple[float, float] | None:
        """By how much to scroll where the drag hangs now; nothing away from the edges or with nothing beyond them."""
        if self._at is None:
            return None
        view, at = self._chart.showing.view, self._chart.local(self._at)
        edge = view.lane_px / 2
        right = _push(at.x(), view.width_px, edge) if at.x() >= 0 else 0.0
        down = _push(at.y(), view.height_px, edge)
        after = view.panned(right, down)
        return None if (after.left_s, after.top_px) == (view.left_s, view.top_px) else (right, down)

    # ── The verdict ──────────────────────────────────────────────────────────────────────────────────────────────

    def show_verdict(self, text: str) -> None:
        """Say what the drop would bring, beside where it would land; empty for nothing."""
        self._verdict.setVisible(bool(text))
        self._verdict.setText(text)
        if text:
            self._place_verdict()

    @property
    def verdict(self) -> str:
        """What is said of the drop under the pointer."""
        return self._verdict.text()

    def _place_verdict(self) -> None:
        """Below the lane it speaks of, above it where there is no room; never over the insertion mark."""
        chart, showing, label = self._chart, self._chart.showing, self._verdict
        label.setFont(chart.theme.font(Size.SMALL))
        area, view, air = chart.area, showing.view, chart.theme.grid(1)
        words = QFontMetrics(label.font()).horizontalAdvance(label.text()) + chart.theme.grid(6)
        label.setFixedWidth(max(1, min(words, int(area.width()))))
        label.setFixedHeight(label.heightForWidth(label.width()))
        row = showing.row(showing.target.shift_id) if showing.target else None
        seconds = showing.target.gap.at_s if showing.target else view.left_s
        top = view.y(row) + view.lane_px + air if row is not None else view.height_px - label.height() - air
        if top + label.height() > view.height_px and row is not None:
            top = view.y(row) - label.height() - air
        left = min(max(0.0, view.x(seconds)), max(0.0, area.width() - label.width()))
        label.move((area.topLeft() + QPointF(left, max(0.0, top))).toPoint())


def _push(at: float, size: float, edge: float) -> float:
    """Back near the beginning, on near the end."""
    return -edge / 2 if at < edge else edge / 2 if at > size - edge else 0.0
