"""How a line of the history is painted: along a thread of dots, the moment that is looked at filled and marked."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.history.rows import Line
from ui.theme import Size, Theme

type _Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_State = QStyle.StateFlag


class HistoryPainter(QStyledItemDelegate):
    """Two lines a change: when, what and who; below it why. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shown: int | None = None
        """The revision looked at; `None` for the present."""
        self.reading = False
        """Whether another moment than the one shown is being read."""
        self.wanted: int | None = None
        """Which."""
        self.dress()

    def dress(self) -> None:
        """Take fonts from the theme that is in force now."""
        self._text, self._bold = self._theme.font(), self._theme.font(bold=True)
        self._small = self._theme.font(Size.SMALL)
        self._small_bold = self._theme.font(Size.SMALL, bold=True)
        self._line = QFontMetrics(self._text).height()
        self._note = QFontMetrics(self._small).height()
        self._time = QFontMetrics(self._text).horizontalAdvance("00:00")
        self._icon = self._theme.grid(4)

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        line: Line = index.model().lines[index.row()]  # type: ignore[attr-defined]
        grid = self._theme.grid
        height = self._line + grid(2) + (self._note if line.why else 0)
        return QSize(grid(50), height + (self._heading() if line.heading else 0))

    def _heading(self) -> int:
        return self._note + self._theme.grid(2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line: Line = index.model().lines[index.row()]  # type: ignore[attr-defined]
        rect, grid = QRect(option.rect), self._theme.grid  # type: ignore[attr-defined]
        last = index.row() == index.model().rowCount() - 1
        painter.save()
        if line.heading:
            self._paint_heading(painter, QRect(rect.left(), rect.top(), rect.width(), self._heading()), line)
            rect.setTop(rect.top() + self._heading())
        self._paint_ground(painter, rect, option.state, line)  # type: ignore[attr-defined]
        inner = rect.adjusted(grid(2), grid(1), -grid(3), -grid(1))
        self._paint_thread(painter, rect, inner, line, last)
        self._paint_words(painter, inner.adjusted(grid(6), 0, 0, 0), line)
        painter.restore()

    def _paint_heading(self, painter: QPainter, rect: QRect, line: Line) -> None:
        painter.setFont(self._small_bold)
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(rect.adjusted(self._theme.grid(8), self._theme.grid(1), 0, 0), _LEFT, line.heading)
        self._paint_rail(painter, rect, rect.top(), rect.bottom())

    def _paint_ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, line: Line) -> None:
        if line.revision == self.shown:
            painter.fillRect(rect, self._theme.colour("risk_tint" if line.entry else "selection"))
        elif state & (_State.State_MouseOver | _State.State_Selected):
            painter.fillRect(rect, self._theme.colour("hover"))
        if state & _State.State_HasFocus and state & _State.State_Selected:
            painter.setPen(self._theme.colour("accent"))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _paint_rail(self, painter: QPainter, rect: QRect, top: int, bottom: int) -> None:
        painter.setPen(QPen(self._theme.colour("border"), 2))
        middle = rect.left() + self._theme.grid(4)
        painter.drawLine(middle, top, middle, bottom)

    def _paint_thread(self, painter: QPainter, rect: QRect, inner: QRect, line: Line, last: bool) -> None:
        """What kind of change it is, on the thread that goes through all of them."""
        middle, level = rect.left() + self._theme.grid(4), inner.top() + self._line // 2
        if line.entry is not None:
            self._paint_rail(painter, rect, rect.top(), level)
        if not last:
            self._paint_rail(painter, rect, level, rect.bottom())
        icon, token = self._sign(line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not icon:
            painter.setPen(QPen(self._theme.colour("bar_fill"), 2))
            painter.setBrush(self._theme.colour("base"))
            side = self._theme.grid(2)
            painter.drawEllipse(middle - side // 2, level - side // 2, side, side)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("base"))
        painter.drawEllipse(middle - self._icon // 2 - 1, level - self._icon // 2 - 1, self._icon + 2, self._icon + 2)
        pixmap = self._theme.pixmap(icon, token, self._icon, painter.device().devicePixelRatioF())
        painter.drawPixmap(middle - self._icon // 2, level - self._icon // 2, pixmap)

    def _sign(self, line: Line) -> tuple[str, str]:
        if self.reading and line.revision == self.wanted:
            return "timer-sand", "accent"
        if line.revision == self.shown:
            return ("eye", "risk") if line.entry else ("record-circle-outline", "accent")
        if line.entry is None:
            return "circle-outline", "muted"
        return line.icon, "muted"

    def _paint_words(self, painter: QPainter, rect: QRect, line: Line) -> None:
        grid, muted = self._theme.grid, self._theme.colour("muted")
        first = QRect(rect.left(), rect.top(), rect.width(), self._line)
        if line.time:
            painter.setFont(self._text)
            painter.setPen(muted)
            painter.drawText(first, _LEFT, line.time)
            first.setLeft(first.left() + self._time + grid(2))
        left = first.left()
        if line.who:
            first.setRight(first.right() - self._paint_who(painter, first, line.who))
        font = self._bold if line.revision == self.shown else self._text
        painter.setPen(muted if line.icon else self._theme.colour("text"))
        painter.setFont(font)
        what = QFontMetrics(font).elidedText(line.what, Qt.TextElideMode.ElideRight, first.width())
        painter.drawText(first, _LEFT, what)
        if line.why:
            below = QRect(left, rect.top() + self._line, rect.right() - left, self._note)
            painter.setFont(self._small)
            painter.setPen(muted)
            why = QFontMetrics(self._small).elidedText(line.why, Qt.TextElideMode.ElideRight, below.width())
            painter.drawText(below, _LEFT, why)

    def _paint_who(self, painter: QPainter, rect: QRect, who: str) -> int:
        """At the right, in a third of the line at most; returns the room it took."""
        metrics = QFontMetrics(self._small)
        text = metrics.elidedText(who, Qt.TextElideMode.ElideRight, rect.width() // 3)
        painter.setFont(self._small)
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(rect, _RIGHT, text)
        return metrics.horizontalAdvance(text) + self._theme.grid(2)
