"""The alerts: what on the road wants attention now, the worst first, each with what can be done about it.

They are those of the day that is on the road, whatever day is shown.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import override
from zoneinfo import ZoneInfo

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.plan import Day
from dispatcher.domain.tracking import Alert, AlertKind, Risk
from dispatcher.services.live import LiveDay
from ui import format as words
from ui.board.empty import EmptyState
from ui.parts.fields import named
from ui.theme import Size, Theme

type _Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_ROOT = QModelIndex()
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BARE = "Nothing on the road wants attention. Late stops, silent phones and vans that stand still will be listed here."
_BLIND = "No driver is followed today. Send the rounds and pair the phones, and what goes wrong is listed here."
_LAPSES = timedelta(minutes=1)
"""So long what was looked at may be gone and come again without being new: rounds are judged one after another."""

SIGNS: Mapping[AlertKind, tuple[str, str]] = {
    AlertKind.AT_RISK: ("clock-alert-outline", "risk"),
    AlertKind.LATE_DEPARTURE: ("clock-start", "risk"),
    AlertKind.OFF_ROUTE: ("map-marker-off-outline", "risk"),
    AlertKind.STANDING: ("car-brake-hold", "risk"),
    AlertKind.SILENT: ("access-point-off", "risk"),
    AlertKind.SPEEDING: ("speedometer", "risk"),
    AlertKind.MOCK: ("map-marker-question-outline", "late"),
    AlertKind.CLOCK: ("clock-remove-outline", "risk"),
    AlertKind.BATTERY: ("battery-alert", "muted"),
}
"""Icon and colour of each kind, the most pressing first."""
WILL_BE_LATE = ("clock-alert", "late")
"""Of a stop that is not only at risk."""

REMEDIES: Mapping[AlertKind, tuple[str, str]] = {
    AlertKind.AT_RISK: ("late", "What can be done…"),
    AlertKind.LATE_DEPARTURE: ("late", "Driver late…"),
    AlertKind.STANDING: ("broken", "Van broken down…"),
    AlertKind.OFF_ROUTE: ("driven", "Planned and driven"),
    AlertKind.SILENT: ("phones", "Show phones"),
    AlertKind.MOCK: ("phones", "Show phones"),
    AlertKind.CLOCK: ("phones", "Show phones"),
}
"""What is offered first for each kind: a name the window knows, and the words on the button."""

HEIGHTS = 2_000
"""Of so many rows it is remembered how tall they are."""


@dataclass(frozen=True, slots=True)
class Row:
    """One alert, in words."""

    alert: Alert
    number: int
    driver: str
    since: str
    fresh: bool
    """Not looked at yet."""
    late: bool = False
    """It is about a stop that will be late, not only at risk."""


class AlertModel(QAbstractListModel):
    """`Row`s, the worst first. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def set_rows(self, rows: list[Row]) -> None:
        """Show these; a list of the same alerts keeps its selection."""
        same = [row.alert.key for row in rows] == [row.alert.key for row in self.rows]
        if same:
            changed = [place for place, (was, row) in enumerate(zip(self.rows, rows, strict=True)) if was != row]
            self.rows = rows
            if changed:
                self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return f"{row.driver}, {row.alert.kind.value} since {row.since}: {row.alert.sentence}"
        return row.alert.sentence if role == _Role.ToolTipRole else None


class AlertPainter(QStyledItemDelegate):
    """Two lines an alert: sign, driver and since when; below it the sentence. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._heights: dict[tuple[int, str], int] = {}
        theme.changed.connect(self._on_theme_changed)

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        row: Row = index.model().rows[index.row()]  # type: ignore[attr-defined]
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListView) else self._theme.grid(60)
        return QSize(self._theme.grid(40), self._tall(width, row.alert.sentence))

    def _tall(self, width: int, sentence: str) -> int:
        """Asked for every row whenever one of them changes."""
        if (width, sentence) not in self._heights:
            if len(self._heights) >= HEIGHTS:
                self._heights.clear()
            grid, small = self._theme.grid, QFontMetrics(self._theme.font(Size.SMALL))
            told = small.boundingRect(QRect(0, 0, max(grid(20), width - grid(13)), 10_000), _wrapped(), sentence)
            self._heights[width, sentence] = QFontMetrics(self._theme.font()).height() + told.height() + grid(3)
        return self._heights[width, sentence]

    @Slot()
    def _on_theme_changed(self) -> None:
        self._heights.clear()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: Row = index.model().rows[index.row()]  # type: ignore[attr-defined]
        rect, state, grid = QRect(option.rect), option.state, self._theme.grid  # type: ignore[attr-defined]
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._theme.colour("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._theme.colour("hover"))
        icon, token = WILL_BE_LATE if row.late else SIGNS[row.alert.kind]
        side, left = grid(5), rect.left() + grid(3)
        pixmap = self._theme.pixmap(icon, token, side, painter.device().devicePixelRatioF())
        painter.drawPixmap(left, rect.top() + grid(2), pixmap)
        inner = rect.adjusted(grid(10), grid(1), -grid(3), -grid(1))
        self._paint_words(painter, inner, row)
        painter.setPen(self._theme.colour("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.restore()

    def _paint_words(self, painter: QPainter, rect: QRect, row: Row) -> None:
        font = self._theme.font(bold=row.fresh)
        tall = QFontMetrics(font).height()
        first = QRect(rect.left(), rect.top(), rect.width(), tall)
        small = self._theme.font(Size.SMALL)
        painter.setFont(small)
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(first, _RIGHT, row.since)
        room = rect.width() - QFontMetrics(small).horizontalAdvance(row.since) - self._theme.grid(2)
        painter.setFont(font)
        painter.setPen(self._theme.colour("text"))
        head = f"{row.number}  {row.driver}"
        painter.drawText(first, _LEFT, QFontMetrics(font).elidedText(head, Qt.TextElideMode.ElideRight, room))
        painter.setFont(small)
        below = QRect(rect.left(), rect.top() + tall, rect.width(), rect.height() - tall)
        painter.drawText(below, _wrapped(), row.alert.sentence)


class AlertList(QListView):
    """Getting the keys chooses nothing: the board and the map would go to the first alert by themselves."""

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        chosen, selection = self.currentIndex().isValid(), self.selectionModel()
        selection.blockSignals(True)
        super().focusInEvent(event)
        if not chosen:
            selection.clearCurrentIndex()
        selection.blockSignals(False)


class AlertsPanel(QWidget):
    """The list and its buttons. GUI thread.

    Signals:
        chosen(Alert): somebody looks at it: show where it is.
        remedy_requested(str, Alert): do what the first button says; the name is one of `REMEDIES`.
        message_requested(Alert): write to the driver.
        count_changed(int): so many have not been looked at.
    """

    chosen = Signal(object)
    remedy_requested = Signal(str, object)
    message_requested = Signal(object)
    count_changed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "board.alerts", "Alerts")
        self._theme = theme
        self._seen: dict[object, datetime] = {}
        """What was looked at, and when it was there last."""
        self._at: datetime | None = None
        self._fresh = 0
        self.model = AlertModel(self)
        self.view = named(AlertList(self), "board.alerts.list", "Alerts, the most pressing first")
        self.view.setModel(self.model)
        self.view.setItemDelegate(AlertPainter(theme, self.view))
        self.view.setMouseTracking(True)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.remedy = named(QPushButton(self), "board.alerts.remedy", "What can be done")
        self.message = named(QPushButton("Message…", self), "board.alerts.message", "Message to the driver")
        self.day = named(QLabel(self), "board.alerts.day", "The day that the alerts are of")
        self.day.setWordWrap(True)
        self.day.hide()
        self.bare = EmptyState(theme, icon="check-circle-outline", text=_BLIND)
        self.bare.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lay_out()
        self._show(self.bare)
        self.view.selectionModel().currentChanged.connect(self._on_current)
        self.view.activated.connect(self._on_activated)
        self.remedy.clicked.connect(self._on_remedy)
        self.message.clicked.connect(self._on_message)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._offer()

    def _lay_out(self) -> None:
        self._stack = QStackedLayout()
        self._stack.addWidget(self.bare)
        self._stack.addWidget(self.view)
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.remedy, 2)
        self._buttons.addWidget(self.message, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.day)
        layout.addLayout(self._stack, 1)
        layout.addLayout(self._buttons)

    # --- told from outside ----------------------------------------------------------------------------------------

    def set_day(self, live: LiveDay, day: Day, *, shown: date | None = None) -> None:
        """What wants attention now, on the day that is on the road; `shown` is the day looked at, if another one."""
        late = {stop.order_id for round_ in live.rounds.values() for stop in round_.stops if stop.risk is Risk.LATE}
        of_late = lambda alert: alert.kind is AlertKind.AT_RISK and alert.order_id in late
        order = list(SIGNS)
        alerts = sorted(live.alerts, key=lambda a: (order.index(a.kind), not of_late(a), a.since))
        self._remember({alert.key for alert in alerts}, live.at)
        elsewhere = shown is not None and shown != day.date
        self.day.setText(_day_words(day, live) if elsewhere else "")
        self.day.setVisible(elsewhere)
        chosen = self.current
        self.model.set_rows(
            [_row(a, day, live.at, a.key not in self._seen, of_late(a)) for a in alerts if a.shift_id in day.shifts]
        )
        self._choose(chosen)
        self.bare.set_text(_BARE if live.followed else _BLIND)
        self._show(self.view if self.model.rows else self.bare)
        self._offer()
        self._count()

    def _remember(self, there: Collection[object], at: datetime) -> None:
        """Forget having looked at what is over: one that comes back is new."""
        self._seen |= {key: at for key in there if key in self._seen}
        self._seen = {key: last for key, last in self._seen.items() if at - last < _LAPSES}
        self._at = at

    def _show(self, part: QWidget) -> None:
        """The list or what stands in its place; the keys go there too."""
        self._stack.setCurrentWidget(part)
        self.setFocusProxy(part)

    @property
    def current(self) -> Alert | None:
        """The alert that is looked at."""
        index = self.view.currentIndex()
        return self.model.rows[index.row()].alert if index.isValid() and index.row() < len(self.model.rows) else None

    def _choose(self, alert: Alert | None) -> None:
        if alert is None or self.current is not None:
            return
        for i, row in enumerate(self.model.rows):
            if row.alert.key == alert.key:
                self.view.selectionModel().blockSignals(True)
                self.view.setCurrentIndex(self.model.index(i))
                self.view.selectionModel().blockSignals(False)

    def _count(self) -> None:
        fresh = sum(1 for row in self.model.rows if row.fresh)
        if fresh != self._fresh:
            self._fresh = fresh
            self.count_changed.emit(fresh)

    # --- what is done ---------------------------------------------------------------------------------------------

    def _offer(self) -> None:
        alert = self.current
        name, text = REMEDIES.get(alert.kind, ("", "")) if alert else ("", "")
        self.remedy.setVisible(bool(name))
        self.remedy.setText(text)
        self.message.setVisible(alert is not None)

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        self._offer()
        if not index.isValid() or (alert := self.current) is None:
            return
        if self._at is not None:
            self._seen[alert.key] = self._at
        self.model.rows[index.row()] = replace(self.model.rows[index.row()], fresh=False)
        self.model.dataChanged.emit(index, index)
        self._count()
        self.chosen.emit(alert)

    @Slot(QModelIndex)
    def _on_activated(self, _index: QModelIndex) -> None:
        self._on_remedy()

    @Slot()
    def _on_remedy(self) -> None:
        if (alert := self.current) and alert.kind in REMEDIES:
            self.remedy_requested.emit(REMEDIES[alert.kind][0], alert)

    @Slot()
    def _on_message(self) -> None:
        if alert := self.current:
            self.message_requested.emit(alert)

    @Slot()
    def _on_theme_changed(self) -> None:
        grid = self._theme.grid
        self._buttons.setContentsMargins(grid(3), grid(2), grid(3), grid(2))
        self._buttons.setSpacing(grid(1))
        self.day.setContentsMargins(grid(3), grid(2), grid(3), grid(2))
        for button in (self.day, self.remedy, self.message):
            button.setFont(self._theme.font(Size.SMALL))
        self.model.layoutChanged.emit()


def _wrapped() -> int:
    return int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


def _day_words(day: Day, live: LiveDay) -> str:
    today = day.date == live.at.astimezone(day.depot.zone).date()
    told = f"{'Today' if today else 'On the road'}, {words.weekday_date(day.date)}."
    return f"{told} Choose an alert to go there." if live.alerts else told


def _row(alert: Alert, day: Day, now: datetime, fresh: bool, late: bool) -> Row:
    driver = day.drivers[day.shifts[alert.shift_id].driver_id]
    return Row(alert, driver.number, driver.name, _since(alert.since, now, day.depot.zone), fresh, late)


def _since(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A simulated day may turn the clock back: what began later than now did not begin just now."""
    clock = words.clock(moment, zone)
    return clock if moment > now else f"{clock}, {words.ago(moment, now)}"
