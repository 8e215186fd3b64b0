"""Paints the flags of a row as chips: as many as there is room for, the grave ones first, and how many more."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from dispatcher.domain.review import Flag, FlagKind
from ui.proofs.model import Role
from ui.proofs.words import CHIPS, GRAVE, Row
from ui.theme import Size, Theme

type Index = QModelIndex | QPersistentModelIndex


def chips_wide(theme: Theme, kinds: Iterable[FlagKind]) -> int:
    """Pixels that the chips of these flags take beside one another, with the room around them."""
    grid, measure = theme.grid, QFontMetrics(theme.font(Size.SMALL))
    return sum(measure.horizontalAdvance(CHIPS[kind]) + grid(4) for kind in kinds) + grid(2.5)


class ChipPainter(QStyledItemDelegate):
    """For the column of flags."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The row's ground, and the chips on it."""
        row: Row = index.data(Role.ROW)
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(Size.SMALL))
        grid = self._theme.grid
        self._paint_chips(painter, QRectF(option.rect).adjusted(grid(1.5), 0, -grid(1), 0), row.proof.flags)
        painter.restore()

    def _paint_chips(self, painter: QPainter, room: QRectF, flags: Sequence[Flag]) -> None:
        grid, measure = self._theme.grid, painter.fontMetrics()
        ordered = sorted(flags, key=lambda flag: flag.kind not in GRAVE)
        left, high = room.left(), measure.height() + grid(0.5)
        for n, flag in enumerate(ordered):
            words, token = CHIPS[flag.kind], "late" if flag.kind in GRAVE else "risk"
            wide = measure.horizontalAdvance(words) + grid(3)
            behind = len(ordered) - n - 1
            spare = measure.horizontalAdvance(f"+{len(ordered)}") + grid(1) if behind else 0
            if n == 0 and wide + spare > room.width():
                wide = max(grid(4), int(room.width()) - spare)
                words = measure.elidedText(words, Qt.TextElideMode.ElideRight, wide - grid(2))
            elif left + wide + spare > room.right():
                painter.setPen(self._theme.colour("muted"))
                rest = QRectF(left, room.top(), room.right() - left, room.height())
                painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, f"+{behind + 1}")
                return
            box = QRectF(left, room.center().y() - high / 2, wide, high)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour(f"{token}_tint"))
            painter.drawRoundedRect(box, grid(1), grid(1))
            painter.setPen(self._theme.colour(token))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
            left += wide + grid(1)
