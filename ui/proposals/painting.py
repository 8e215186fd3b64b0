"""How an opened card's rows are painted: a driver with figures now and then, a stop in two lines, a check to take."""

from dataclasses import replace

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.board.painting import elided
from ui.proposals.model import DiffModel
from ui.proposals.rows import HEADINGS, DriverRow, Figure, GoneHead, GoneRow, Side, StopRow
from ui.theme import Size, Theme, driver_colour, legible_on

type Index = QModelIndex | QPersistentModelIndex

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_UNCLIPPED = _RIGHT | Qt.TextFlag.TextDontClip
_SHARES = (9, 11, 11, 9, 11)
"""How a line is shared among the figures, in the order of `HEADINGS`."""
_WIDEST = 110
"""Steps of the grid from which on figures are not pulled apart any further."""
_WAYS = {-1: "▾", 0: "", 1: "▴"}


class DiffPainter(QStyledItemDelegate):
    """GUI thread; owned by the view."""

    def __init__(self, theme: Theme, model: DiffModel) -> None:
        super().__init__(model)
        self._theme, self._model = theme, model
        self.measure()

    def measure(self) -> None:
        """Take fonts and heights from the theme again."""
        self._text, self._bold = self._theme.font(Size.TEXT), self._theme.font(Size.TEXT, bold=True)
        self._small, self._small_bold = self._theme.font(Size.SMALL), self._theme.font(Size.SMALL, bold=True)
        self._line, self._low = QFontMetrics(self._bold).height(), QFontMetrics(self._small).height()
        self._arrow = QFontMetrics(self._small).horizontalAdvance(" → ")
        self._side, self._gap = self._theme.grid(4), self._theme.grid(2)

    @property
    def head_height(self) -> int:
        """Of the line above the figures."""
        return self._low + self._theme.grid(2)

    # ── Measures ─────────────────────────────────────────────────────────────────────────────────────────────────

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(0, self.height_of(self._model.row(index)))

    def height_of(self, row: object) -> int:
        """Of a row, in pixels."""
        if isinstance(row, DriverRow):
            return self._line + self._low * (3 if row.note else 2) + self._theme.grid(4)
        if isinstance(row, GoneHead):
            return self._line + self._theme.grid(4)
        return self._low * 2 + self._theme.grid(2.5)

    def check_box(self, row_rect: QRect) -> QRect:
        """Where the check that takes a row is."""
        width = self._side + 2 * self._theme.grid(1)
        return QRect(row_rect.right() - width - self._theme.grid(1), row_rect.top(), width, row_rect.height())

    def columns(self, line: QRect) -> list[QRect]:
        """Where the figures stand in a driver's lines."""
        inner = QRect(line)
        inner.setWidth(min(line.width(), self._theme.grid(_WIDEST)))
        left, found = inner.left(), []
        for share in _SHARES:
            width = inner.width() * share // sum(_SHARES)
            found.append(QRect(left, line.top(), width, line.height()))
            left += width
        return found

    def figures_line(self, row_rect: QRect) -> QRect:
        """The part of a driver's row, or of the heading, that figures may take."""
        word = QFontMetrics(self._small).horizontalAdvance("then")
        return QRect(
            row_rect.left() + self._gap + word,
            row_rect.top(),
            row_rect.width() - 2 * self._gap - word,
            row_rect.height(),
        )

    # ── Painting ─────────────────────────────────────────────────────────────────────────────────────────────────

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, rect = self._model.row(index), QRect(option.rect)
        painter.save()
        self._paint_ground(painter, rect, option)
        live = bool(option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver))
        match row:
            case DriverRow():
                self._paint_driver(painter, rect, row, live)
            case StopRow():
                self._paint_stop(painter, rect, row, live)
            case GoneHead():
                self._paint_head(painter, rect, row)
            case GoneRow():
                self._paint_gone(painter, rect, row)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem) -> None:
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._theme.colour("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._theme.colour("hover"))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._theme.colour("accent"))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _paint_driver(self, painter: QPainter, rect: QRect, row: DriverRow, live: bool) -> None:
        painter.setPen(self._theme.colour("border"))
        painter.drawLine(rect.left(), rect.top(), rect.right(), rect.top())
        check = self._paint_check(painter, rect, live)
        top = QRect(rect.left(), rect.top() + self._gap, check.left() - rect.left(), self._line)
        if row.stops:
            self._icon(painter, "chevron-down" if row.shift_id in self._model.open else "chevron-right", "muted", top)
        badge = self._paint_badge(painter, top.adjusted(self._side + self._theme.grid(1), 0, 0, 0), row.number)
        self._paint_names(painter, top.adjusted(badge, 0, 0, 0), row)
        now = QRect(rect.left(), top.bottom() + 1, rect.width(), self._low)
        then = now.translated(0, self._low)
        for line, word in ((now, "now"), (then, "then")):
            self._write(painter, line.adjusted(self._gap, 0, 0, 0), word, self._small, "muted")
        for at, figure in enumerate(row.figures):
            self._paint_figure(painter, self.columns(self.figures_line(now))[at], figure.before, "muted")
            self._paint_change(painter, self.columns(self.figures_line(then))[at], figure)
        if row.note:
            line = then.translated(0, self._low).adjusted(self._gap, 0, 0, 0)
            line.setRight(check.left())
            self._write(painter, line, row.note, self._small, row.note_tone)

    def _paint_figure(self, painter: QPainter, cell: QRect, words: str, tone: str) -> None:
        painter.setFont(self._small)
        painter.setPen(self._theme.colour(tone))
        painter.drawText(cell, _UNCLIPPED, words)

    def _paint_change(self, painter: QPainter, cell: QRect, figure: Figure) -> None:
        tone = figure.tone if figure.way else "muted"
        self._paint_figure(painter, cell, _WAYS[figure.way] + figure.after, tone)

    def _paint_names(self, painter: QPainter, line: QRect, row: DriverRow) -> None:
        name = self._write(painter, line, row.driver, self._bold, "text")
        rest = line.adjusted(name + self._gap, 0, 0, 0)
        if rest.width() > self._theme.grid(8):
            self._write(painter, rest, row.vehicle, self._small, "muted")

    def _paint_badge(self, painter: QPainter, line: QRect, number: int) -> int:
        """The driver's number on the driver's colour; returns where the name begins."""
        ground = driver_colour(number)
        width = self._badge_width(number)
        box = QRectF(line.left(), line.top() + 1, width, line.height() - 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(self._small_bold)
        painter.setPen(legible_on(ground))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))
        return line.left() + width + self._gap

    def _badge_width(self, number: int) -> int:
        return max(self._theme.grid(6), QFontMetrics(self._small_bold).horizontalAdvance(str(number)) + self._gap)

    def _paint_stop(self, painter: QPainter, rect: QRect, row: StopRow, live: bool) -> None:
        check = self._paint_check(painter, rect, live)
        upper, lower = self._two_lines(rect, check.left())
        self._icon(painter, row.icon, "muted", upper)
        upper = upper.adjusted(self._side + self._theme.grid(1), 0, 0, 0)
        if row.handling:
            width = QFontMetrics(self._small).horizontalAdvance(row.handling)
            aside = QRect(upper)
            aside.setLeft(max(upper.left() + upper.width() // 3, upper.right() - width))
            self._write(painter, aside, row.handling, self._small, "risk" if row.handling[0] == "h" else "muted")
            upper.setRight(aside.left() - self._gap)
        self._write(painter, upper, row.address, self._small, "text", Qt.TextElideMode.ElideMiddle)
        lower.setLeft(lower.left() + self._side + self._theme.grid(1))
        lower.setRight(rect.right() - self._gap)
        before, after = self._fitting(row.before, row.after, lower.width())
        lower = self._paint_side(painter, lower, before, "muted")
        self._write(painter, lower, " → ", self._small, "muted")
        self._paint_side(painter, lower.adjusted(self._arrow, 0, 0, 0), after, row.tone)

    def _fitting(self, before: Side, after: Side, width: int) -> tuple[Side, Side]:
        """Where room is short, first the name beside its number goes, then how late it was, then the places."""
        one, two = replace(before, driver=""), replace(after, driver="")
        pairs = ((before, after), (one, two), (replace(one, late=""), two))
        timed = replace(one, late="", where=one.clock), replace(two, where=two.clock)
        room = width - self._arrow
        return next((pair for pair in pairs if sum(map(self._side_width, pair)) <= room), timed)

    def _side_width(self, side: Side) -> int:
        metrics = QFontMetrics(self._small)
        badge = self._badge_width(side.number) + self._gap if side.number is not None else 0
        name = metrics.horizontalAdvance(side.driver) + self._gap if side.driver else 0
        return badge + name + metrics.horizontalAdvance(_place(side))

    def _paint_side(self, painter: QPainter, line: QRect, side: Side, tone: str) -> QRect:
        """The other driver, place and time; returns what is left of the line."""
        line = QRect(line)
        if side.number is not None:
            line.setLeft(self._paint_badge(painter, line, side.number))
            if side.driver:
                line.setLeft(line.left() + self._write(painter, line, side.driver, self._small, tone) + self._gap)
        line.setLeft(line.left() + self._write(painter, line, _place(side), self._small, tone))
        return line

    def _paint_head(self, painter: QPainter, rect: QRect, row: GoneHead) -> None:
        painter.setPen(self._theme.colour("border"))
        painter.drawLine(rect.left(), rect.top(), rect.right(), rect.top())
        line = rect.adjusted(self._gap, 0, -self._gap, 0)
        self._write(painter, line, f"No longer possible ({row.count})", self._bold, "muted")

    def _paint_gone(self, painter: QPainter, rect: QRect, row: GoneRow) -> None:
        upper, lower = self._two_lines(rect, rect.right() - self._gap)
        self._icon(painter, "cancel", "muted", upper)
        indent = self._side + self._theme.grid(1)
        self._write(painter, upper.adjusted(indent, 0, 0, 0), row.address, self._small, "muted")
        self._write(painter, lower.adjusted(indent, 0, 0, 0), row.why, self._small, "muted")

    def _two_lines(self, rect: QRect, right: int) -> tuple[QRect, QRect]:
        left = rect.left() + self._theme.grid(5)
        upper = QRect(left, rect.top() + self._theme.grid(1), right - left, self._low)
        return upper, upper.translated(0, self._low)

    def _paint_check(self, painter: QPainter, rect: QRect, live: bool) -> QRect:
        """What takes the row at a click; faint until the row is pointed at or selected."""
        box = self.check_box(rect)
        left = box.center().x() - self._side // 2
        tone = "accent" if live else "disabled"
        self._icon(painter, "check", tone, QRect(left, rect.top() + self._theme.grid(1), self._side, self._line))
        return box

    def _icon(self, painter: QPainter, name: str, tone: str, line: QRect) -> None:
        pixmap = self._theme.pixmap(name, tone, self._side, painter.device().devicePixelRatioF())
        painter.drawPixmap(line.left(), line.center().y() - self._side // 2 + 1, pixmap)

    def _write(
        self,
        painter: QPainter,
        line: QRect,
        words: str,
        font: QFont,
        tone: str,
        where: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> int:
        """Write at the left of a line; returns the width taken."""
        if line.width() <= 0:
            return 0
        shown = elided(words, font, line.width(), where)
        painter.setFont(font)
        painter.setPen(self._theme.colour(tone))
        painter.drawText(line, _LEFT, shown)
        return QFontMetrics(font).horizontalAdvance(shown)

    def paint_headings(self, painter: QPainter, rect: QRect) -> None:
        """Above the figures."""
        for cell, heading in zip(self.columns(self.figures_line(rect)), HEADINGS, strict=True):
            self._paint_figure(painter, cell, heading, "muted")


def _place(side: Side) -> str:
    return f"{side.where} · {side.late}" if side.late else side.where
