"""The rounds at the left: who, when and at which bay, how full the van will be, and how many pieces are in."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from dispatcher.domain.ids import ShiftId
from dispatcher.services.loading.board import RoundLoad
from ui import format as fmt
from ui.theme import Size, Theme, driver_colour, legible_on

ROUND = Qt.ItemDataRole.UserRole + 1
HEIGHT = 20
"""Of a row, in steps of the grid."""
type Index = QModelIndex | QPersistentModelIndex


def when(round_: RoundLoad, zone: ZoneInfo) -> str:
    """Bay and departure: "bay 2, 07:20 · leaves 08:12"."""
    berth = round_.berth
    bay = f"bay {berth.bay}, {fmt.clock(berth.begins_at, zone)}" if berth else ""
    leaves = f"leaves {fmt.clock(round_.leaves_at, zone)}" if round_.leaves_at else ""
    if round_.departure:
        leaves = f"left {fmt.clock(round_.departure.at, zone)}"
    again = (f"trip {b.trip} bay {b.bay}, {fmt.clock(b.begins_at, zone)}" for b in round_.again)
    return " · ".join(filter(None, (bay, leaves, *again)))


def state_of(round_: RoundLoad) -> tuple[str, str]:
    """How far loading is, in words, and the token of their colour."""
    if round_.departure:
        return "has left", "done"
    if round_.strays:
        return "wrong goods inside", "late"
    if not round_.open:
        return ("short", "late") if round_.short else ("all in", "done")
    if round_.berth and round_.berth.late_s:
        return f"{fmt.minutes(round_.berth.late_s)} late", "risk"
    return ("loading", "moving") if round_.loaded or round_.short else ("to load", "muted")


def fillings(round_: RoundLoad) -> tuple[tuple[str, float], ...]:
    """What of the van's room is taken: words and share of each dimension that it has a limit of."""
    load, most = round_.load, round_.capacity
    amounts = (("kg", load.kg, most.kg), ("l", load.litres, most.litres), ("pcs", load.parcels, most.parcels))
    return tuple((f"{amount / limit:.0%} {unit}", amount / limit) for unit, amount, limit in amounts if limit)


class RoundsModel(QAbstractListModel):
    """GUI thread."""

    def __init__(self, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self.rounds: tuple[RoundLoad, ...] = ()

    def show_rounds(self, rounds: Sequence[RoundLoad]) -> None:
        """Show these; the rows stay where it is the same rounds."""
        same = [r.shift_id for r in rounds] == [r.shift_id for r in self.rounds]
        if same:
            before, self.rounds = self.rounds, tuple(rounds)
            for n, (one, other) in enumerate(zip(before, self.rounds, strict=True)):
                if one != other:
                    self.dataChanged.emit(self.index(n), self.index(n))
            return
        self.beginResetModel()
        self.rounds = tuple(rounds)
        self.endResetModel()

    def row_of(self, shift_id: ShiftId | None) -> int | None:
        """Where a round stands."""
        return next((n for n, r in enumerate(self.rounds) if r.shift_id == shift_id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rounds)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        round_ = self.rounds[index.row()]
        if role == ROUND:
            return round_
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{round_.number} {round_.name}, {round_.driver}"
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            full = f"{fmt.load(round_.load)}: " + ", ".join(words for words, _ in fillings(round_))
            said = f"{round_.name}, {round_.driver}: {when(round_, self._zone)}; {state_of(round_)[0]}"
            return f"{said}; {round_.loaded} of {fmt.count(round_.pieces, 'piece')} in; {full}"
        return None


class RoundsDelegate(QStyledItemDelegate):
    """Paints a round: a badge, two lines of words, a bar of pieces and a thin one for each dimension."""

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All alike."""
        return QSize(self._theme.grid(60), self._theme.grid(HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """As told above."""
        round_: RoundLoad = index.data(ROUND)
        theme, grid = self._theme, self._theme.grid
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, theme.colour("selection"))
        box = QRectF(option.rect).adjusted(grid(2), grid(1.5), -grid(2), -grid(1))
        badge = QRectF(box.left(), box.top(), grid(7), grid(5.5))
        self._paint_badge(painter, badge, round_.number)
        words = box.adjusted(grid(9), 0, 0, 0)
        self._paint_words(painter, words, round_)
        self._paint_bars(painter, QRectF(words.left(), box.top() + grid(11), words.width(), grid(5)), round_)
        painter.setPen(theme.colour("border"))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.restore()

    def _paint_badge(self, painter: QPainter, box: QRectF, number: int) -> None:
        colour = driver_colour(number)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(box, self._theme.grid(1), self._theme.grid(1))
        painter.setFont(self._theme.font(Size.SMALL, bold=True))
        painter.setPen(legible_on(colour))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))

    def _paint_words(self, painter: QPainter, box: QRectF, round_: RoundLoad) -> None:
        theme, grid = self._theme, self._theme.grid
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        words, token = state_of(round_)
        painter.setFont(theme.font(Size.SMALL, bold=True))
        painter.setPen(theme.colour(token))
        painter.drawText(box, right, words)
        taken = painter.fontMetrics().horizontalAdvance(words) + grid(2)
        painter.setFont(theme.font(Size.TEXT, bold=True))
        painter.setPen(theme.colour("text"))
        name = f"{round_.name}  {round_.driver}"
        room = box.adjusted(0, -grid(0.5), -taken, 0)
        painter.drawText(
            room, left, painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(room.width()))
        )
        painter.setFont(theme.font(Size.SMALL))
        painter.setPen(theme.colour("muted"))
        second = box.adjusted(0, grid(5.5), 0, 0)
        painter.drawText(second, left, when(round_, self._zone))
        painter.setPen(theme.colour("text"))
        painter.drawText(second, right, f"{round_.loaded} of {round_.pieces}")

    def _paint_bars(self, painter: QPainter, box: QRectF, round_: RoundLoad) -> None:
        """The pieces in, and what is short of them; below how full the van will be."""
        theme, grid = self._theme, self._theme.grid
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        bar = QRectF(box.left(), box.top(), box.width(), grid(1.5))
        painter.fillRect(bar, theme.colour("bar_track"))
        whole = max(1, round_.pieces)
        inside = bar.width() * min(1.0, round_.loaded / whole)
        painter.fillRect(QRectF(bar.left(), bar.top(), inside, bar.height()), theme.colour("done"))
        short = bar.width() * min(1.0, round_.short / whole)
        painter.fillRect(QRectF(bar.left() + inside, bar.top(), short, bar.height()), theme.colour("late"))
        self._paint_fillings(painter, QRectF(box.left(), bar.bottom() + grid(0.5), box.width(), grid(4)), round_)

    def _paint_fillings(self, painter: QPainter, box: QRectF, round_: RoundLoad) -> None:
        """Words in front of each bar; red where the van is too small."""
        theme, grid, full = self._theme, self._theme.grid, fillings(round_)
        painter.setFont(theme.font(Size.SMALL))
        wide = box.width() / max(1, len(full))
        for n, (words, share) in enumerate(full):
            part = QRectF(box.left() + n * wide, box.top(), wide - grid(1.5), box.height())
            token = "late" if share > 1 else "bar_fill"
            painter.setPen(theme.colour("late" if share > 1 else "muted"))
            painter.drawText(part, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
            left = painter.fontMetrics().horizontalAdvance(words) + grid(1)
            track = QRectF(part.left() + left, part.center().y() - 1, max(0.0, part.width() - left), 3)
            painter.fillRect(track, theme.colour("bar_track"))
            painter.fillRect(QRectF(track.left(), track.top(), track.width() * min(1.0, share), 3), theme.colour(token))
