"""How rounds and stops are painted. Looks up prepared rows; keeps nothing of a row itself."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.board.round_model import Column, Role
from ui.board.rows import RoundRow, StopRow
from ui.theme import Size, Theme, driver_colour, legible_on

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_ALIGNMENTS = {Column.SEQUENCE: _RIGHT, Column.ETA: _RIGHT, Column.LOAD: _RIGHT}
FULL = 1.0
_ROOM_FOR_WAITS = 48
"""Steps of the grid an address cell needs before it also tells how long a driver waits."""


@dataclass(slots=True)
class Pen:
    """A painter with a font and its metrics: puts one text after another into what is left of a line."""

    painter: QPainter
    line: QRect

    def text(self, words: str, font: QFont, colour: QColor, *, gap: int = 0, right: bool = False) -> None:
        """Write at the near end of the line and shorten the line by it; elide what does not fit."""
        if not words or self.line.width() < 8:
            return
        width = min(QFontMetrics(font).horizontalAdvance(words), self.line.width())
        shown = elided(words, font, self.line.width())
        self.painter.setFont(font)
        self.painter.setPen(colour)
        self.painter.drawText(self._take(width, gap, right), _RIGHT if right else _LEFT, shown)

    def _take(self, width: int, gap: int, right: bool) -> QRect:
        box = QRect(self.line)
        if right:
            box.setLeft(self.line.right() - width + 1)
            self.line.setRight(box.left() - gap - 1)
        else:
            box.setWidth(width)
            self.line.setLeft(box.right() + 1 + gap)
        return box

    def fits(self, words: str, font: QFont) -> bool:
        """Whether the words would stand whole."""
        return QFontMetrics(font).horizontalAdvance(words) <= self.line.width()


def elided(words: str, font: QFont, width: int, where: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> str:
    """The words, shortened only if they are wider than `width`: Qt also shortens what just fits."""
    metrics = QFontMetrics(font)
    if metrics.horizontalAdvance(words) <= width:
        return words
    return metrics.elidedText(words, where, width)


class RoundDelegate(QStyledItemDelegate):
    """Rounds in two lines with a badge and a load bar, stops in one."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.measure()

    def measure(self) -> None:
        """Take fonts and heights from the theme again."""
        self._text, self._bold = self._theme.font(Size.TEXT), self._theme.font(Size.TEXT, bold=True)
        self._small, self._small_bold = self._theme.font(Size.SMALL), self._theme.font(Size.SMALL, bold=True)
        small, text = QFontMetrics(self._small).height(), QFontMetrics(self._bold).height()
        grid = self._theme.grid
        self._stop_size = QSize(0, small + grid(2))
        self._round_size = QSize(0, text + small + grid(4))
        self._icon_side = grid(4)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        return self._stop_size if index.parent().isValid() else self._round_size

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(Role.ROW)
        painter.save()
        self._paint_ground(painter, option)
        if isinstance(row, RoundRow):
            self._paint_rules(painter, option, first=index.row() == 0)
            self._paint_round(painter, option.rect, row)
        elif isinstance(row, StopRow):
            self._paint_stop(painter, option.rect, row, Column(index.column()))
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, self._theme.colour("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, self._theme.colour("hover"))

    # ── Rounds ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _paint_rules(self, painter: QPainter, option: QStyleOptionViewItem, *, first: bool) -> None:
        """A hairline above each round, and one above its open stops."""
        rect = option.rect
        painter.setPen(self._theme.colour("border"))
        if not first:
            painter.drawLine(0, rect.top(), rect.right(), rect.top())
        if option.state & QStyle.StateFlag.State_Open:
            painter.drawLine(0, rect.bottom(), rect.right(), rect.bottom())

    def _paint_round(self, painter: QPainter, rect: QRect, row: RoundRow) -> None:
        grid = self._theme.grid
        inner = rect.adjusted(grid(1), grid(2), -grid(2), -grid(2))
        upper = QRect(inner.left(), inner.top(), inner.width(), QFontMetrics(self._bold).height())
        lower = QRect(inner.left(), upper.bottom() + 1, inner.width(), inner.bottom() - upper.bottom())
        badge = self._paint_badge(painter, upper, row.number)
        self._paint_names(painter, upper.adjusted(badge + grid(2), 0, 0, 0), row)
        self._paint_figures(painter, lower, row)

    def _paint_badge(self, painter: QPainter, line: QRect, number: int) -> int:
        """The driver's number on the driver's colour; returns the badge's width."""
        ground = driver_colour(number)
        width = max(
            self._theme.grid(6), QFontMetrics(self._small_bold).horizontalAdvance(str(number)) + self._theme.grid(3)
        )
        box = QRectF(line.left(), line.top() + 1, width, line.height() - 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(self._small_bold)
        painter.setPen(legible_on(ground))
        painter.drawText(box, _CENTRE, str(number))
        return width

    def _paint_names(self, painter: QPainter, line: QRect, row: RoundRow) -> None:
        pen, grid = Pen(painter, line), self._theme.grid
        if row.problems:
            problems = QRect(line)
            problems.setLeft(max(line.left() + line.width() // 3, line.left()))
            right = Pen(painter, problems)
            right.text(row.problems, self._small_bold, self._theme.colour("late"), gap=grid(1), right=True)
            self._paint_icon(painter, "alert", "late", right.line.right() - self._icon_side + 1, line)
            pen.line.setRight(right.line.right() - self._icon_side - grid(2))
        pen.text(row.driver, self._bold, self._theme.colour("text"), gap=grid(2))
        pen.text(row.vehicle, self._small, self._theme.colour("muted"))

    def _paint_figures(self, painter: QPainter, line: QRect, row: RoundRow) -> None:
        """Load bar and stops from the left; hours and, where there is room, kilometres from the right."""
        grid, muted = self._theme.grid, self._theme.colour("muted")
        self._paint_bar(painter, QRectF(line.left(), line.center().y() - grid(0.75) + 1, grid(18), grid(1.5)), row.fill)
        pen = Pen(painter, line.adjusted(grid(20), 0, 0, 0))
        pen.text(row.stops, self._small, muted, gap=grid(3))
        pen.text(row.hours, self._small, self._theme.colour("text"), gap=grid(3), right=True)
        if pen.fits(row.distance, self._small):
            pen.text(row.distance, self._small, muted, right=True)

    def _paint_bar(self, painter: QPainter, box: QRectF, fill: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("bar_track"))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        if fill > 0:
            done = QRectF(box)
            done.setWidth(max(box.height(), box.width() * min(fill, FULL)))
            painter.setBrush(self._theme.colour("late" if fill > FULL else "bar_fill"))
            painter.drawRoundedRect(done, box.height() / 2, box.height() / 2)

    # ── Stops ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _paint_stop(self, painter: QPainter, rect: QRect, row: StopRow, column: Column) -> None:
        line = rect.adjusted(self._theme.grid(1), 0, -self._theme.grid(1), 0)
        if column is Column.ADDRESS:
            line = self._paint_marks(painter, self._paint_verdict(painter, line, row), row)
        shown, colour = self._stop_text(row, column)
        painter.setFont(self._small)
        painter.setPen(self._theme.colour(colour))
        # In the middle, since the house number at the end tells neighbours apart.
        where = Qt.TextElideMode.ElideMiddle if column is Column.ADDRESS else Qt.TextElideMode.ElideRight
        painter.drawText(line, _ALIGNMENTS.get(column, _LEFT), elided(shown, self._small, line.width(), where))

    @staticmethod
    def _stop_text(row: StopRow, column: Column) -> tuple[str, str]:
        """What a cell says, and the colour token it says it in."""
        match column:
            case Column.SEQUENCE:
                return str(row.sequence), "muted"
            case Column.ETA:
                return row.arrives, "late" if row.late else "text"
            case Column.ADDRESS:
                return row.address, "text"
            case Column.WINDOW:
                return row.window, "muted"
            case Column.LOAD:
                return row.load, "muted"

    def _paint_verdict(self, painter: QPainter, line: QRect, row: StopRow) -> QRect:
        """What is wrong, at the right of the address; returns what is left for it."""
        pen = Pen(painter, line)
        bad = row.tone == "late"
        if bad or line.width() > self._theme.grid(_ROOM_FOR_WAITS):
            pen.text(
                row.verdict,
                self._small_bold if bad else self._small,
                self._theme.colour(row.tone),
                gap=self._theme.grid(2),
                right=True,
            )
        return pen.line

    def _paint_marks(self, painter: QPainter, line: QRect, row: StopRow) -> QRect:
        """Lock and collection marks at the right of the address; returns what is left for it."""
        for shown, icon in ((row.held, "lock"), (row.collection, "package-up")):
            if shown:
                self._paint_icon(painter, icon, "muted", line.right() - self._icon_side + 1, line)
                line = line.adjusted(0, 0, -self._icon_side - self._theme.grid(1), 0)
        return line

    def _paint_icon(self, painter: QPainter, name: str, colour: str, left: int, line: QRect) -> None:
        ratio = painter.device().devicePixelRatioF()
        pixmap = self._theme.pixmap(name, colour, self._icon_side, ratio)
        painter.drawPixmap(left, line.center().y() - self._icon_side // 2 + 1, pixmap)
