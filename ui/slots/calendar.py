"""The calendar's cells: days across, areas and slots down. What a cell says, and how it is painted."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from dispatcher.domain.slots import RuleId, Slot
from ui import format as fmt
from ui.slots import words
from ui.slots.feed import Key
from ui.theme import Size, Theme

ROW, BAR = 13.5, 1.25
"""Steps of the grid: a cell's height, and its bar's."""
type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class Role(IntEnum):
    """What a cell says besides its words."""

    SLOT = _Role.UserRole
    TODAY = _Role.UserRole + 1
    SUGGESTED = _Role.UserRole + 2


class CalendarModel(QAbstractTableModel):
    """One row a rule, one column a day; cells without a slot are empty. GUI thread."""

    def __init__(self, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._rules: list[RuleId] = []
        self._heads: list[tuple[str, str]] = []
        self._dates: list[date] = []
        self._cells: dict[Key, Slot] = {}
        self._today = date.min
        self._suggested: Mapping[Key, int] = {}
        self.elide: Callable[[str], str] = lambda text: text
        """Makes the name of an area as short as the head of its row."""

    def show_slots(self, slots: Sequence[Slot], first: date, days: int, today: date) -> None:
        """Show these. Where rows and days are as before only what differs is told, so that nothing jumps."""
        dates = [first + timedelta(days=n) for n in range(days)]
        first_of: dict[RuleId, Slot] = {}
        for slot in slots:
            first_of.setdefault(slot.rule.id, slot)
        ordered = sorted(first_of.values(), key=lambda s: (s.area.name, s.rule.opens, s.rule.closes, s.rule.id))
        rules = [slot.rule.id for slot in ordered]
        heads = [(slot.area.name, _hours(slot)) for slot in ordered]
        cells = {(slot.rule.id, slot.on): slot for slot in slots}
        if (rules, heads, dates, today) != (self._rules, self._heads, self._dates, self._today):
            self.beginResetModel()
            self._rules, self._heads, self._dates, self._today, self._cells = rules, heads, dates, today, cells
            self.endResetModel()
            return
        changed = [key for key in {*cells, *self._cells} if cells.get(key) != self._cells.get(key)]
        self._cells = cells
        for key in changed:
            index = self.index_of(key)
            self.dataChanged.emit(index, index)

    def show_suggested(self, suggested: Mapping[Key, int]) -> None:
        """How many orders these could take."""
        self._suggested = dict(suggested)
        if self._rules and self._dates:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rules) - 1, len(self._dates) - 1))

    def key_of(self, index: Index) -> Key | None:
        """Rule and date of a cell, whether there is a slot or not."""
        if not index.isValid():
            return None
        return self._rules[index.row()], self._dates[index.column()]

    def slot_of(self, key: Key | None) -> Slot | None:
        """What stands there."""
        return self._cells.get(key) if key else None

    def index_of(self, key: Key) -> QModelIndex:
        """Where a cell stands; invalid if it is not shown."""
        rule_id, on = key
        if rule_id not in self._rules or on not in self._dates:
            return QModelIndex()
        return self.index(self._rules.index(rule_id), self._dates.index(on))

    @property
    def slots(self) -> list[Slot]:
        """All that are shown."""
        return list(self._cells.values())

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rules)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._dates)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        key = self.key_of(index)
        slot = self.slot_of(key)
        match role:
            case Role.SLOT:
                return slot
            case Role.TODAY:
                return key is not None and key[1] == self._today
            case Role.SUGGESTED:
                return self._suggested.get(key) if key else None
            case _Role.DisplayRole:
                return words.filled(slot) if slot else ""
            case _Role.ToolTipRole | _Role.AccessibleTextRole:
                return words.said(slot, self._zone) if slot else "No slot on this day"
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        across = orientation is Qt.Orientation.Horizontal
        if role == _Role.DisplayRole:
            return self._day_head(self._dates[section]) if across else self._row_head(*self._heads[section])
        if role == _Role.ToolTipRole and not across:
            return ", ".join(self._heads[section])
        if role == _Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def _row_head(self, area: str, hours: str) -> str:
        return f"{self.elide(area)}\n{hours}"

    def _day_head(self, on: date) -> str:
        weekday, _, day = fmt.weekday_date(on).partition(" ")
        return f"{'Today' if on == self._today else weekday}\n{day}"


def _hours(slot: Slot) -> str:
    """As the rule says, whatever one date says."""
    return f"{slot.rule.opens:%H:%M}–{slot.rule.closes:%H:%M}"


class CellPainter(QStyledItemDelegate):
    """How full, why closed, and a bar. Never by colour alone: the words go with it. GUI thread."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.target: Key | None = None
        """The cell under what is carried."""
        self.welcome = False
        """Whether it may be dropped there."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(self._theme.grid(16), self._theme.grid(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        slot = index.data(Role.SLOT)
        rect: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(Role.TODAY):
            painter.fillRect(rect, self._theme.colour("hover"))
        if isinstance(slot, Slot):
            self._paint_slot(painter, rect.adjusted(2, 2, -2, -2), slot, index.data(Role.SUGGESTED))
        self._paint_frame(painter, rect, index, chosen=bool(state & QStyle.StateFlag.State_Selected))
        painter.restore()

    def _paint_slot(self, painter: QPainter, rect: QRect, slot: Slot, suggested: int | None) -> None:
        theme, grid, stands = self._theme, self._theme.grid, words.standing(slot)
        ground = {words.OVER: "late_tint", words.FULL: "risk_tint", words.CLOSED: "sunken"}.get(stands, "base")
        painter.setPen(QPen(theme.colour("border")))
        painter.setBrush(theme.colour(ground))
        painter.drawRoundedRect(rect, 4, 4)
        inner = rect.adjusted(grid(1.5), grid(0.75), -grid(1), -grid(1))
        painter.setFont(theme.font(Size.SMALL, bold=stands != words.CLOSED))
        painter.setPen(theme.colour("muted" if stands == words.CLOSED else "text"))
        line = painter.fontMetrics().height()
        figure = words.filled(slot)
        narrow = painter.fontMetrics().horizontalAdvance(figure) > inner.width()
        figure = figure.replace(" of ", "/") if narrow else figure
        painter.drawText(QRect(inner.x(), inner.y(), inner.width(), line), Qt.AlignmentFlag.AlignLeft, figure)
        below = QRect(inner.x(), inner.y() + line, inner.width(), line)
        self._paint_mark(painter, below, words.mark(slot) if suggested is None else f"→ {suggested:,}", stands)
        self._paint_bar(painter, inner, slot, stands)

    def _paint_mark(self, painter: QPainter, line: QRect, mark: str, stands: str) -> None:
        """Why it cannot be chosen, or how much it could take."""
        if not mark:
            return
        painter.setFont(self._theme.font(Size.SMALL))
        painter.setPen(self._theme.colour({words.OVER: "late", words.FULL: "risk"}.get(stands, "muted")))
        text = painter.fontMetrics().elidedText(mark, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, text)

    def _paint_bar(self, painter: QPainter, inner: QRect, slot: Slot, stands: str) -> None:
        height = self._theme.grid(BAR)
        track = QRect(inner.x(), inner.bottom() - height + 1, inner.width(), height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("bar_track"))
        painter.drawRoundedRect(track, 2, 2)
        if slot.filling:
            track.setWidth(max(3, round(track.width() * min(1.0, slot.filling))))
            painter.setBrush(self._theme.colour(words.TOKENS[stands]))
            painter.drawRoundedRect(track, 2, 2)

    def _paint_frame(self, painter: QPainter, rect: QRect, index: Index, *, chosen: bool) -> None:
        """The cell with the keys; and the one under what is carried, solid where it is welcome."""
        model = index.model()
        target = self.target is not None and isinstance(model, CalendarModel) and model.key_of(index) == self.target
        if not (chosen or target):
            return
        token = ("accent" if self.welcome else "late") if target else "accent"
        dashed = target and not self.welcome
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.colour(token), 2, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
        painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), 4, 4)
