"""How a figure of the comparison is painted: a star before the best of its row, the difference to the depot behind."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.theme import Size, Theme
from ui.whatif.models import CELL_ROLE, Cell, ComparisonModel

type _Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FigurePainter(QStyledItemDelegate):
    """GUI thread."""

    def __init__(self, theme: Theme, model: ComparisonModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self.dress()

    def dress(self) -> None:
        """Take fonts from the theme that is in force now."""
        self._text, self._bold = self._theme.font(), self._theme.font(bold=True)
        self._small = self._theme.font(Size.SMALL)
        self._icon = self._theme.grid(4)

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        grid, cell = self._theme.grid, self._model.cell(index.row(), index.column())
        value = QFontMetrics(self._bold).horizontalAdvance(cell.value)
        return QSize(self._icon + value + self._behind(index.column()) + grid(8), grid(8))

    def _behind(self, column: int) -> int:
        """Room for the widest difference of a side."""
        metrics = QFontMetrics(self._small)
        changes = (self._model.cell(row, column).change for row in range(self._model.rowCount()))
        return max((metrics.horizontalAdvance(change) for change in changes), default=0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        cell: Cell = index.data(CELL_ROLE)
        rect, grid = QRect(option.rect), self._theme.grid  # type: ignore[attr-defined]
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.fillRect(rect, self._theme.colour("selection"))
        line = rect.adjusted(grid(2), 0, -grid(2), 0)
        if behind := self._behind(index.column()):
            painter.setFont(self._small)
            painter.setPen(self._theme.colour("late" if cell.worse else "done"))
            painter.drawText(line, _RIGHT, cell.change)
            line.setRight(line.right() - behind - grid(2))
        painter.setFont(self._bold if cell.best else self._text)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(line, _RIGHT, cell.value)
        if cell.best:
            self._paint_star(painter, line, cell)
        painter.restore()

    def _paint_star(self, painter: QPainter, line: QRect, cell: Cell) -> None:
        value = QFontMetrics(self._bold).horizontalAdvance(cell.value)
        left = line.right() - value - self._icon - self._theme.grid(1)
        pixmap = self._theme.pixmap("star", "accent", self._icon, painter.device().devicePixelRatioF())
        painter.drawPixmap(left, line.center().y() - self._icon // 2 + 1, pixmap)
