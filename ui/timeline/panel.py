"""The timeline panel: lanes with their scroll bar, buttons, keys and menu. Every wish leaves as a signal.

pyqtgraph takes a third of a second to load, so the chart is made when the panel is first seen.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QStackedLayout, QToolButton, QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Schedule
from dispatcher.domain.tracking import LiveRound
from ui.board import drag
from ui.board.empty import EmptyState
from ui.theme import Theme
from ui.timeline.geometry import SNAP_S
from ui.timeline.legend import legend
from ui.timeline.showing import Showing

if TYPE_CHECKING:
    from ui.timeline.chart import Chart
    from ui.timeline.dropping import Landing

_NOBODY = "No drivers on duty this day – add shifts under Fleet."
_FILTERED = "No round passes the filter."
_HELP = (
    "A lane for every driver. Arrows go from stop to stop and from lane to lane, Shift with them selects more, "
    "Enter opens the order, Alt and arrows move it, plus and minus zoom, Home shows the whole day."
)
_STEP = 1.3
"""What one press of + or − zooms by."""


class TimelinePanel(QWidget):
    """A lane for every driver, the day from left to right. GUI thread; the window owns it and answers its wishes.

    Signals:
        selection_changed(order_ids, shift_ids): a person chose others.
        move_requested(order_ids, shift_id, index): put them before stop `index` as shown; None: where they fit best.
        drop_hovered(order_ids, shift_id, index): a drag hangs there; answer with `show_verdict`.
        shift_changed(shift_id, starts_at, ends_at): a shift is to begin or end then.
        freeze_changed(moment): the freeze line is to stand there; None: nowhere.
        edit_requested(order_id), context_requested(order_ids, shift_ids, global position).
    """

    selection_changed = Signal(object, object)
    move_requested = Signal(object, object, object)
    drop_hovered = Signal(object, object, object)
    shift_changed = Signal(object, object, object)
    freeze_changed = Signal(object)
    edit_requested = Signal(object)
    context_requested = Signal(object, object, QPoint)

    def __init__(self, theme: Theme, *, run_drag: drag.RunDrag = drag.run_drag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.timeline")
        self.setAccessibleName("Timeline")
        self.setAccessibleDescription(_HELP)
        self._theme, self._run_drag = theme, run_drag
        self.showing = Showing()
        self.chart: Chart | None = None
        self._landing: Landing | None = None
        self._unseen = False
        """Whether the selection waits for a chart with a size, to be brought into view there."""
        self._make_actions()
        self._lay_out()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._show_lanes()

    # ── Told from outside ────────────────────────────────────────────────────────────────────────────────────────

    def prepare_day(self, day: Day, schedule: Schedule | None) -> None:
        """For a worker, before `set_day`: what takes longest of it."""
        lanes = self.showing.prepare_day(day, schedule)
        if self.chart:
            self.chart.batching.prepare(lanes)

    def set_day(self, day: Day, schedule: Schedule | None) -> None:
        """Show this day; zoom, scroll and selection stay, as far as they still mean something."""
        lost = self.showing.set_day(day, schedule)
        self._show_lanes()
        if lost:
            self.selection_changed.emit(self.showing.orders, self.showing.shifts)

    def select(self, order_ids: Collection[OrderId], shift_ids: Collection[ShiftId] = ()) -> None:
        """Select these stops and rounds and bring the first into view, without a signal."""
        self.showing.choose(order_ids, shift_ids)
        self._enable_actions()
        self._reveal_first()

    def set_filter(self, shift_ids: Iterable[ShiftId] | None) -> None:
        """Show only the lanes of these rounds; None for all."""
        self.showing.set_filter(shift_ids)
        self._show_lanes()

    def show_verdict(self, text: str) -> None:
        """Say what the drop under the pointer would bring."""
        if self._landing:
            self._landing.show_verdict(text)

    def set_now(self, now: datetime | None) -> None:
        """Draw the line of now there; None for another day than today."""
        before, self.showing.now = self.showing.now_seen, now
        if self.chart and self.showing.now_seen != before:
            self.chart.repaint_lanes()

    def show_actual(self, rounds: Iterable[LiveRound]) -> None:
        """Draw below the plan when drivers were at their stops and when they are expected at those ahead.

        Replaces all that was shown so; a round's delay stands beside the driver's name.
        """
        self.showing.set_actual(rounds)
        if self.chart:
            self.chart.refresh_actual()

    def state(self) -> dict[str, object]:
        """The zoom, as plain values to be kept: from and until in seconds after midnight; None for the whole day."""
        view, wanted = self.showing.view, self.showing.wanted_zoom
        shown = wanted or (None if view.fitted else (view.left_s, view.right_s))
        return {"zoom": None if shown is None else list(shown)}

    def restore(self, state: Mapping[str, object]) -> None:
        """Zoom as `state` said; what is malformed is passed over."""
        zoom = state.get("zoom")
        self.showing.wanted_zoom = _span(zoom)
        if zoom is None:
            self.showing.view = self.showing.view.fit()
        if self.chart:
            self.chart.fill()

    # ── Building ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _make_actions(self) -> None:
        make = self._make_action
        self.zoom_in_action = make("Zoom in", "magnify-plus-outline", self._on_zoom_in, "+", "=")
        self.zoom_out_action = make("Zoom out", "magnify-minus-outline", self._on_zoom_out, "-")
        self.fit_action = make("Show the whole day", "arrow-expand-horizontal", self._on_fit, "Home")
        self.freeze_action = make("Freeze up to this stop", "snowflake", self._on_freeze, "F")
        self.legend_action = make("What the shapes mean", "information-outline", self._on_legend, "?", "Shift+F1")
        self.unfreeze_action = make("Remove the freeze line", "snowflake-off", self._on_unfreeze, "Shift+F")
        self.earlier_action = make("Move earlier", "arrow-left", self._on_earlier, "Alt+Left")
        self.later_action = make("Move later", "arrow-right", self._on_later, "Alt+Right")
        self.up_action = make("Move to the lane above", "arrow-up", self._on_up, "Alt+Up")
        self.down_action = make("Move to the lane below", "arrow-down", self._on_down, "Alt+Down")
        make("End the shift earlier", "clock-minus-outline", self._on_end_earlier, "Ctrl+Left")
        make("End the shift later", "clock-plus-outline", self._on_end_later, "Ctrl+Right")
        make("Begin the shift earlier", "clock-minus-outline", self._on_start_earlier, "Ctrl+Shift+Left")
        make("Begin the shift later", "clock-plus-outline", self._on_start_later, "Ctrl+Shift+Right")

    def _make_action(self, text: str, icon: str, slot: Callable[[], object], *keys: str) -> QAction:
        action = QAction(text, self)
        action.setData(icon)
        action.setObjectName(f"board.timeline.{text.lower().replace(' ', '_')}")
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(f"{text} ({QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)})")
        action.triggered.connect(slot)
        self.addAction(action)
        return action

    def _lay_out(self) -> None:
        self.empty = EmptyState(self._theme, icon="chart-gantt", text=_NOBODY)
        self._lanes = QWidget()
        self._scroll = QScrollBar(Qt.Orientation.Vertical)
        self._scroll.setObjectName("board.timeline.scroll")
        self._scroll.setAccessibleName("Lanes")
        self._scroll.valueChanged.connect(self._on_scrolled)
        row = QHBoxLayout(self._lanes)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._scroll)
        self._stack = QStackedLayout(self)
        self._blank = QWidget()
        for part in (self._blank, self.empty):
            self._stack.addWidget(part)
        self._stack.addWidget(self._lanes)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.chart is None:
            self._build()

    def _build(self) -> None:
        """Make the chart; the first time this loads pyqtgraph."""
        from ui.timeline.chart import Chart
        from ui.timeline.dropping import Landing

        self.chart = chart = Chart(self.showing, self._theme, self._run_drag, self._lanes)
        chart.setObjectName("board.timeline.lanes")
        chart.setAccessibleName("Lanes of the drivers")
        chart.setAccessibleDescription(_HELP)
        self._landing = landing = Landing(chart)
        for signal, wish in (
            (chart.selection_changed, self.selection_changed),
            (chart.shift_changed, self.shift_changed),
            (chart.freeze_changed, self.freeze_changed),
            (chart.edit_requested, self.edit_requested),
            (chart.context_requested, self.context_requested),
            (landing.move_requested, self.move_requested),
            (landing.drop_hovered, self.drop_hovered),
        ):
            signal.connect(wish)
        chart.selection_changed.connect(self._enable_actions)
        chart.view_changed.connect(self._on_view_changed)
        chart.current_changed.connect(chart.setAccessibleDescription)
        self._make_corner(chart)
        layout = self._lanes.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.insertWidget(0, chart, 1)
        layout.activate()
        self.setFocusProxy(chart)
        self._show_lanes()

    def _make_corner(self, chart: "Chart") -> None:
        """Buttons in the corner between axis and names, which is empty otherwise."""
        self._corner = QWidget(chart)
        row = QHBoxLayout(self._corner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for action in self.actions()[:5]:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setObjectName(f"{action.objectName()}.button")
            button.setAccessibleName(action.text())
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.addWidget(button)
        self._on_theme_changed()

    # ── Keeping up ───────────────────────────────────────────────────────────────────────────────────────────────

    def _show_lanes(self) -> None:
        self.empty.set_text(_FILTERED if self.showing.all_lanes else _NOBODY)
        nothing = self.empty if self.showing.day else self._blank
        self._stack.setCurrentWidget(self._lanes if self.showing.lanes else nothing)
        self._enable_actions()
        if self.chart and self._landing:
            self.chart.refresh()
            self._landing.aim()

    def _reveal_first(self) -> None:
        """Bring the first of what is selected into view, and let keys go on from there."""
        chart, showing = self.chart, self.showing
        self._unseen = chart is None or showing.view.height_px == 0
        if chart is None or self._unseen:
            return
        places = [place for order_id in showing.orders if (place := showing.place(order_id))]
        rows = [row for shift_id in showing.shifts if (row := showing.row(shift_id)) is not None]
        if spots := [*places, *((row, None) for row in rows)]:
            row, index = spot = min(spots, key=lambda at: at[0])
            lane = showing.lanes[row]
            showing.anchor = None if index is None else lane.marks[index].order_id
            showing.current = lane.shift_id, showing.anchor
            chart.reveal(spot)
        chart.repaint_lanes()

    @Slot()
    def _enable_actions(self) -> None:
        """Offer only what can be done with what is selected."""
        for action in (self.earlier_action, self.later_action, self.up_action, self.down_action):
            action.setEnabled(bool(self.showing.orders))
        self.unfreeze_action.setEnabled(self.showing.day is not None and self.showing.day.freeze_at is not None)

    @Slot()
    def _on_view_changed(self) -> None:
        view = self.showing.view
        self._scroll.blockSignals(True)
        self._scroll.setRange(0, math.ceil(view.most_top_px))
        self._scroll.setPageStep(max(1, int(view.height_px)))
        self._scroll.setSingleStep(max(1, int(view.lane_px)))
        self._scroll.setValue(round(view.top_px))
        self._scroll.blockSignals(False)
        self._scroll.setVisible(view.most_top_px > 0)
        if self._unseen and view.height_px > 0:
            self._reveal_first()

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        if self.chart:
            self.chart.look(self.showing.view.panned(0, value - self.showing.view.top_px))

    @Slot()
    def _on_theme_changed(self) -> None:
        for action in self.actions():
            action.setIcon(self._theme.icon(action.data()))
        if self.chart is None:
            return
        self.chart.dress()
        side = self._theme.grid(4)
        for button in self._corner.findChildren(QToolButton):
            button.setIconSize(QSize(side, side))
            button.setFixedSize(self._theme.grid(6.5), self._theme.grid(6.5))
        self.legend_action.setToolTip(legend(self._theme))
        sizes = self.chart.sizes
        self._corner.setGeometry(0, 0, sizes.names, sizes.axis)

    # ── Wishes ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _nudge(self, step: int) -> None:
        """Wish the selected stops of one lane one place earlier or later, together."""
        chosen = frozenset(self.showing.orders)
        homes = [lane for lane in self.showing.all_lanes if chosen & frozenset(lane.route)]
        if len(homes) != 1:
            return
        route = homes[0].route
        places = [i for i, order_id in enumerate(route) if order_id in chosen]
        index = places[0] - 1 if step < 0 else places[-1] + 2
        if 0 <= index <= len(route):
            self.move_requested.emit(self.showing.orders, homes[0].shift_id, index)

    def _hand_over(self, step: int) -> None:
        """Wish the selected stops into the lane above or below, wherever they fit best."""
        rows = [place.row for order_id in self.showing.orders if (place := self.showing.place(order_id))]
        if not rows:
            return
        to = (min(rows) if step < 0 else max(rows)) + step
        if 0 <= to < len(self.showing.lanes):
            self.move_requested.emit(self.showing.orders, self.showing.lanes[to].shift_id, None)

    @Slot()
    def _on_earlier(self) -> None:
        self._nudge(-1)

    @Slot()
    def _on_later(self) -> None:
        self._nudge(1)

    @Slot()
    def _on_up(self) -> None:
        self._hand_over(-1)

    @Slot()
    def _on_down(self) -> None:
        self._hand_over(1)

    @Slot()
    def _on_zoom_in(self) -> None:
        if self.chart:
            self.chart.zoom(_STEP)

    @Slot()
    def _on_zoom_out(self) -> None:
        if self.chart:
            self.chart.zoom(1 / _STEP)

    @Slot()
    def _on_fit(self) -> None:
        if self.chart:
            self.chart.look(self.showing.view.fit())

    @Slot()
    def _on_freeze(self) -> None:
        """The next step after the current stop's service begins; without a stop, after now."""
        at, now = self.showing.current_place, self.showing.now_s
        stop = None if at is None or at[1] is None else self.showing.lanes[at[0]].marks[at[1]].starts_s
        seconds = now if stop is None else stop
        if self.chart and seconds is not None:
            self.chart.wish_freeze(math.floor(seconds / SNAP_S + 1) * SNAP_S)

    @Slot()
    def _on_unfreeze(self) -> None:
        self.freeze_changed.emit(None)

    @Slot()
    def _on_legend(self) -> None:
        if self.chart:
            self.chart.say(legend(self._theme))

    @Slot()
    def _on_end_earlier(self) -> None:
        self._stretch(end_s=-SNAP_S)

    @Slot()
    def _on_end_later(self) -> None:
        self._stretch(end_s=SNAP_S)

    @Slot()
    def _on_start_earlier(self) -> None:
        self._stretch(start_s=-SNAP_S)

    @Slot()
    def _on_start_later(self) -> None:
        self._stretch(start_s=SNAP_S)

    def _stretch(self, *, start_s: float = 0, end_s: float = 0) -> None:
        if self.chart:
            self.chart.stretch(start_s=start_s, end_s=end_s)


def _span(zoom: object) -> tuple[float, float] | None:
    """Two finite moments in order, or nothing."""
    if not isinstance(zoom, (list, tuple)) or len(zoom) != 2:
        return None
    if not all(isinstance(end, (int, float)) and math.isfinite(end) for end in zoom):
        return None
    return (float(zoom[0]), float(zoom[1])) if zoom[0] < zoom[1] else None
