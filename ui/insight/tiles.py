"""Every measure as a tile: its name, its value, how that differs from the span before, and its way through the days."""

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFontMetrics, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from dispatcher.services.insight import Tile
from ui.insight.words import Change, Units, change_of
from ui.parts.fields import named
from ui.theme import Size, Theme

type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ACROSS, DOWN, WAY = 64, 15, 12
"""A tile, in steps of the grid."""


class Role(IntEnum):
    """What a tile says besides its words."""

    TILE = _Role.UserRole
    VALUE = _Role.UserRole + 1
    CHANGE = _Role.UserRole + 2
    WAY = _Role.UserRole + 3


class TileModel(QAbstractListModel):
    """One row a measure, in the desk's order. GUI thread."""

    def __init__(self, units: Units, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._units = units
        self._tiles: Sequence[Tile] = ()
        self._values: list[str] = []
        self._changes: list[Change] = []
        self._ways: list[list[QPolygonF]] = []

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show these; the same measures stay where they are."""
        same = [t.measure.id for t in tiles] == [t.measure.id for t in self._tiles]
        if not same:
            self.beginResetModel()
        self._tiles = tiles
        self._values = [self._units.value(tile.figure.value, tile.measure) for tile in tiles]
        self._changes = [
            change_of(tile.figure.value, tile.before.value if tile.before else None, tile.measure) for tile in tiles
        ]
        self._ways = [way_of([value for _, value in tile.by_day]) for tile in tiles]
        if not same:
            self.endResetModel()
        elif tiles:
            self.dataChanged.emit(self.index(0), self.index(len(tiles) - 1))

    @property
    def tiles(self) -> Sequence[Tile]:
        """All there are."""
        return self._tiles

    def row_of_id(self, measure_id: str) -> int | None:
        """Where a measure stands."""
        return next((n for n, tile in enumerate(self._tiles) if tile.measure.id == measure_id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._tiles)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        n = index.row()
        tile = self._tiles[n]
        match role:
            case _Role.DisplayRole:
                return tile.measure.name
            case _Role.AccessibleTextRole:
                return f"{tile.measure.name}: {self._values[n]} {self._changes[n].words}".rstrip()
            case _Role.ToolTipRole:
                return tile.measure.name if not tile.measure.trap else f"{tile.measure.name}\n{tile.measure.trap}"
            case Role.TILE:
                return tile
            case Role.VALUE:
                return self._values[n]
            case Role.CHANGE:
                return self._changes[n]
            case Role.WAY:
                return self._ways[n]
            case _:
                return None


def way_of(values: Sequence[float | None]) -> list[QPolygonF]:
    """Lines through the values known, in a square of 1; a gap ends one. A day alone is a short stroke."""
    known = [value for value in values if value is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    steps, height = max(1, len(values) - 1), high - low
    lines, points = [], []
    for n, value in enumerate([*values, None]):
        if value is not None:
            points.append(QPointF(n / steps, 1 - (value - low) / height if height else 0.5))
        elif points:
            if len(points) == 1:
                points.append(QPointF(min(1.0, points[0].x() + 0.5 / steps), points[0].y()))
            lines.append(QPolygonF(points))
            points = []
    return lines


class TilePainter(QStyledItemDelegate):
    """Paints what the model has ready."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(self._theme.grid(ACROSS), self._theme.grid(DOWN))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, grid = self._theme, self._theme.grid
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        rect: QRect = option.rect.adjusted(0, 0, 0, -1)
        painter.save()
        painter.fillRect(rect, theme.colour("selection" if chosen else "hover" if over else "base"))
        painter.fillRect(QRect(rect.left(), rect.bottom() + 1, rect.width(), 1), theme.colour("border"))
        if chosen:
            painter.fillRect(QRect(rect.left(), rect.top(), grid(0.75), rect.height()), theme.colour("accent"))
        room = rect.adjusted(grid(3), grid(1.5), -grid(3), -grid(1.5))
        half = room.height() // 2
        self._write_name(painter, QRect(room.left(), room.top(), room.width(), half), str(index.data()))
        below = QRect(room.left(), room.top() + half, room.width(), room.height() - half)
        self._write_value(painter, below, index)
        painter.restore()

    def _write_name(self, painter: QPainter, room: QRect, name: str) -> None:
        font = self._theme.font(Size.SMALL)
        painter.setFont(font)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(room, _LEFT, QFontMetrics(font).elidedText(name, Qt.TextElideMode.ElideRight, room.width()))

    def _write_value(self, painter: QPainter, room: QRect, index: Index) -> None:
        value, change, grid = str(index.data(Role.VALUE)), index.data(Role.CHANGE), self._theme.grid
        font = self._theme.font(Size.HEAD, bold=True)
        painter.setFont(font)
        known = index.data(Role.TILE).figure.value is not None
        painter.setPen(self._theme.colour("text" if known else "muted"))
        painter.drawText(room, _LEFT, value)
        left = max(QFontMetrics(font).horizontalAdvance(value) + grid(2), grid(18))
        way = grid(WAY)
        painter.setFont(self._theme.font(Size.SMALL))
        painter.setPen(self._theme.colour(change.tone))
        painter.drawText(room.adjusted(left, 0, -way - grid(1), 0), _LEFT, change.words)
        self._draw_way(painter, QRectF(room.right() - way, room.top() + 2, way, room.height() - 4), index)

    def _draw_way(self, painter: QPainter, room: QRectF, index: Index) -> None:
        lines: list[QPolygonF] = index.data(Role.WAY)
        if len(index.data(Role.TILE).by_day) < 2:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("bar_fill"), 1.5))
        for line in lines:
            at = [
                QPointF(room.left() + p.x() * room.width(), room.top() + p.y() * room.height()) for p in line.toList()
            ]
            painter.drawPolyline(QPolygonF(at))


class TileList(QListView):
    """The tiles, one below the other. GUI thread.

    Signals:
        measure_chosen(str): another measure is looked at, by its id.
        opened(): Enter or a double click: the rows behind it are wanted.
    """

    measure_chosen = Signal(str)
    opened = Signal()

    def __init__(self, theme: Theme, units: Units, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "insight.tiles", "Measures")
        self._theme = theme
        self.tile_model = TileModel(units, self)
        self.setModel(self.tile_model)
        self.setItemDelegate(TilePainter(theme, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.activated.connect(self.opened)
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        self.setMinimumWidth(self._theme.grid(ACROSS))
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, self._theme.colour("base"))
        self.setPalette(palette)
        self.scheduleDelayedItemsLayout()

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show these; the measure chosen stays chosen."""
        former = self.measure_id
        self.tile_model.show_tiles(tiles)
        if former and not self.currentIndex().isValid():
            self.choose(former)

    @property
    def measure_id(self) -> str:
        """The one chosen; empty before the first."""
        index = self.currentIndex()
        return index.data(Role.TILE).measure.id if index.isValid() else ""

    def choose(self, measure_id: str) -> bool:
        """Look at this measure; whether it is there."""
        n = self.tile_model.row_of_id(measure_id)
        if n is not None:
            self.setCurrentIndex(self.tile_model.index(n))
        return n is not None

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, index: QModelIndex, _former: QModelIndex) -> None:
        if index.isValid():
            self.measure_chosen.emit(index.data(Role.TILE).measure.id)
