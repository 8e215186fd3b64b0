"""How rounds and stops are painted, a whole row at a time. Looks up prepared rows; keeps nothing of a row itself.

A delegate would be asked once for each cell: for a screen of stops that takes five times as long.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import ShiftId
from ui.board.onroad import OUTCOMES, StopNow
from ui.board.round_columns import COLUMNS, TEXTS, Column
from ui.board.rows import RoundRow, StopRow
from ui.board.words import SIGNS, Part, Ruling
from ui.theme import Size, Theme, driver_colour, legible_on

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
FULL = 1.0
_ROOM_FOR_WAITS = 48
"""Steps of the grid an address cell needs before it also tells how long a driver waits."""

_ROOM_FOR_NEXT = 20
"""The same of a round's line before it also tells where its driver is going."""

LOCK_ICONS = {Lock.SEQUENCE: "format-list-numbered", Lock.DRIVER: "account-lock-outline", Lock.ROUTE: "lock"}
PHONES = {
    "not sent": ("cellphone-off", "muted"),
    "sent": ("cellphone-arrow-down-variant", "muted"),
    "changed, not seen yet": ("cellphone-message", "risk"),
    "seen": ("cellphone-check", "muted"),
}
"""How a round stands with its phone: an icon and a colour token."""
_PLAIN = {Column.ETA: "text", Column.ADDRESS: "text"}
"""Columns that are not muted."""


@dataclass(slots=True)
class Cell:
    """A column as it stands in the view."""

    column: int
    left: int
    width: int


@dataclass(slots=True)
class Look:
    """How a row stands in the view, beyond what it says."""

    selected: bool = False
    hovered: bool = False
    open: bool = False
    first: bool = False


@dataclass(slots=True)
class Rulings:
    """What each round would make of the stops in hand."""

    by_shift: Mapping[ShiftId, Ruling] = field(default_factory=dict)
    best: ShiftId | None = None


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


class RowPainter:
    """Rounds in two lines with a badge and a load bar, stops in one. GUI thread."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.rulings = Rulings()
        self.measure()

    def measure(self) -> None:
        """Take fonts and heights from the theme again."""
        self._text, self._bold = self._theme.font(Size.TEXT), self._theme.font(Size.TEXT, bold=True)
        self._small, self._small_bold = self._theme.font(Size.SMALL), self._theme.font(Size.SMALL, bold=True)
        self._metrics = QFontMetrics(self._small)
        self._line = QFontMetrics(self._bold).height()
        grid = self._theme.grid
        self.stop_height = self._metrics.height() + grid(2)
        self.round_height = self._line + self._metrics.height() + grid(4)
        self.fold_width = grid(5)
        self._icon_side = grid(4)

    # ── Rounds ───────────────────────────────────────────────────────────────────────────────────────────────────

    def paint_round(self, painter: QPainter, rect: QRect, row: RoundRow, look: Look) -> None:
        """A round over the whole width."""
        grid, ruling = self._theme.grid, self.rulings.by_shift.get(row.shift_id)
        best = ruling is not None and row.shift_id == self.rulings.best
        self._paint_ground(painter, rect, look, "done_tint" if best else "")
        self._paint_rules(painter, rect, look)
        self._paint_icon(painter, "chevron-down" if look.open else "chevron-right", "muted", rect.left() + 1, rect)
        inner = rect.adjusted(self.fold_width, grid(2), -grid(2), -grid(2))
        upper = QRect(inner.left(), inner.top(), inner.width(), self._line)
        lower = QRect(inner.left(), upper.bottom() + 1, inner.width(), inner.bottom() - upper.bottom())
        badge = self._paint_badge(painter, upper, row.number)
        self._paint_names(painter, upper.adjusted(badge + grid(2), 0, 0, 0), row)
        if ruling is None:
            self._paint_figures(painter, lower, row)
        else:
            self._paint_ruling(painter, lower, ruling, best)

    def _paint_ground(self, painter: QPainter, rect: QRect, look: Look, tint: str = "") -> None:
        token = "selection" if look.selected else tint or ("hover" if look.hovered else "")
        if token:
            painter.fillRect(rect, self._theme.colour(token))

    def _paint_rules(self, painter: QPainter, rect: QRect, look: Look) -> None:
        """A hairline above each round, and one above its open stops."""
        painter.setPen(self._theme.colour("border"))
        if not look.first:
            painter.drawLine(0, rect.top(), rect.right(), rect.top())
        if look.open:
            painter.drawLine(0, rect.bottom(), rect.right(), rect.bottom())

    def _paint_badge(self, painter: QPainter, line: QRect, number: int) -> int:
        """The driver's number on the driver's colour; returns the badge's width."""
        ground, grid = driver_colour(number), self._theme.grid
        width = max(grid(6), QFontMetrics(self._small_bold).horizontalAdvance(str(number)) + grid(3))
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
            tone, sign = row.tone, "alert" if row.tone == "late" else "alert-outline"
            right = Pen(painter, QRect(line).adjusted(line.width() // 3, 0, 0, 0))
            right.text(row.problems, self._small_bold, self._theme.colour(tone), gap=grid(1), right=True)
            self._paint_icon(painter, sign, tone, right.line.right() - self._icon_side + 1, line)
            pen.line.setRight(right.line.right() - self._icon_side - grid(2))
        pen.text(row.driver, self._bold, self._theme.colour("text"), gap=grid(1.5))
        for icon, tone in self._signs(row):
            if pen.line.width() > self._icon_side:
                self._paint_icon(painter, icon, tone, pen.line.left(), pen.line)
                pen.line.setLeft(pen.line.left() + self._icon_side + grid(1.5))
        pen.text(row.vehicle, self._small, self._theme.colour("muted"))

    @staticmethod
    def _signs(row: RoundRow) -> Iterator[tuple[str, str]]:
        if row.lock in LOCK_ICONS:
            yield LOCK_ICONS[row.lock], "muted"
        if row.loaded == "loaded":
            yield "truck-check-outline", "muted"
        if row.now.phone:
            yield PHONES[row.now.phone]

    def _paint_figures(self, painter: QPainter, line: QRect, row: RoundRow) -> None:
        """Load bar, stops, where there is room the next one from the left; delay, hours, kilometres from the right.

        Where room is short the delay stays whole: it is what somebody looks for.
        """
        grid, muted, now = self._theme.grid, self._theme.colour("muted"), row.now
        pen = Pen(painter, QRect(line))
        if now.delay:
            pen.text(now.delay, self._small_bold, self._theme.colour(now.tone), gap=grid(3), right=True)
        bar = QRectF(line.left(), line.center().y() - grid(0.75) + 1, grid(18), grid(1.5))
        beside = Pen(painter, pen.line.adjusted(grid(20), 0, 0, 0))
        if not now.delay or beside.fits(row.stops, self._small):
            self._paint_bar(painter, bar, row.fill)
            pen = beside
        pen.text(row.stops, self._small, muted, gap=grid(3))
        if not now.delay or pen.fits(row.hours, self._small):
            pen.text(row.hours, self._small, self._theme.colour("text"), gap=grid(3), right=True)
        if not now.next and pen.fits(row.distance, self._small):
            pen.text(row.distance, self._small, muted, right=True)
        if now.next and pen.line.width() > grid(_ROOM_FOR_NEXT):
            pen.text(now.next, self._small, muted)

    def _paint_ruling(self, painter: QPainter, line: QRect, ruling: Ruling, best: bool) -> None:
        """What taking the stops in hand would cost, in place of the round's own figures."""
        pen = Pen(painter, QRect(line))
        self.paint_parts(pen, ruling)
        if best and pen.line.width() > self._icon_side:
            self._paint_icon(painter, "star", "accent", line.left(), line)
            pen.line.setLeft(line.left() + self._icon_side + self._theme.grid(1))
            if pen.fits("best", self._small_bold):
                pen.text("best", self._small_bold, self._theme.colour("accent"))

    def paint_offer(
        self, painter: QPainter, rect: QRect, who: tuple[int, str, str], ruling: Ruling | None, best: bool
    ) -> None:
        """A driver in one line, with the verdict at the right."""
        grid, (number, driver, vehicle) = self._theme.grid, who
        line = rect.adjusted(grid(2), 0, -grid(2), 0)
        badge = self._paint_badge(painter, line.adjusted(0, grid(1), 0, -grid(1)), number)
        pen = Pen(painter, line.adjusted(badge + grid(2), 0, 0, 0))
        name = QFontMetrics(self._bold).horizontalAdvance(driver)
        verdict = Pen(painter, pen.line.adjusted(min(name, pen.line.width() // 3) + grid(2), 0, 0, 0))
        if ruling:
            self.paint_parts(verdict, ruling)
        if best:
            left = verdict.line.right() - self._icon_side - grid(1)
            self._paint_icon(painter, "star", "accent", left, line)
            verdict.line.setRight(left)
        pen.line.setRight(verdict.line.right() - grid(2))
        pen.text(driver, self._bold, self._theme.colour("text"), gap=grid(2))
        pen.text(vehicle, self._small, self._theme.colour("muted"))

    def paint_parts(self, pen: Pen, ruling: Ruling) -> None:
        """A verdict from the right: its sign, then its parts; what weighs least goes where room is short."""
        grid, sign = self._theme.grid, SIGNS[ruling.tone]
        gap = grid(2.5)
        room = pen.line.width() - (self._icon_side + grid(1.5) if sign else 0)
        for part in reversed(self._fitting(ruling.parts, room, gap)):
            bold = part.tone in ("late", "risk")
            font = self._small_bold if bold else self._small
            pen.text(part.text, font, self._theme.colour(part.tone), gap=gap, right=True)
        if sign:
            left = pen.line.right() + gap - grid(1) - self._icon_side
            self._paint_icon(pen.painter, sign, ruling.tone, left, pen.line)
            pen.line.setRight(left - grid(1))

    def _fitting(self, parts: Sequence[Part], room: int, gap: int) -> list[Part]:
        metrics = QFontMetrics(self._small_bold)
        kept = list(parts)
        while len(kept) > 1 and sum(metrics.horizontalAdvance(p.text) + gap for p in kept) - gap > room:
            kept.remove(min(kept, key=lambda part: part.weight))
        return kept

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

    def paint_stop(self, painter: QPainter, rect: QRect, row: StopRow, cells: Sequence[Cell], look: Look) -> None:
        """A stop, cell by cell."""
        self._paint_ground(painter, rect, look, "" if not row.frozen or look.hovered else "hover")
        margin = self._theme.grid(1)
        alone = not any(cell.column == Column.ABOUT for cell in cells)
        for cell in cells:
            line = QRect(cell.left + margin, rect.top(), cell.width - 2 * margin, rect.height())
            if cell.column == Column.ABOUT:
                self._paint_about(painter, line.adjusted(0, 0, margin, 0), row.now)
                continue
            if cell.column == Column.SEQUENCE:
                line = self._paint_done(painter, line, row)
            elif cell.column == Column.ADDRESS:
                line = self._paint_marks(painter, self._paint_verdict(painter, line, row, alone), row)
            self._paint_text(painter, line, row, cell.column)
        if row.now.here:
            painter.fillRect(
                QRect(rect.left(), rect.top(), self._theme.grid(0.75), rect.height()), self._theme.colour("moving")
            )
        if row.thaws:
            self._paint_freeze_line(painter, rect)

    def _paint_text(self, painter: QPainter, line: QRect, row: StopRow, column: int) -> None:
        words = TEXTS[column](row)
        if not words or line.width() < 4:
            return
        late = row.late and column == Column.ETA and not row.now.behind
        token = "late" if late else "muted" if row.done else _PLAIN.get(Column(column), "muted")
        if self._metrics.horizontalAdvance(words) > line.width():
            # In the middle, since the house number at the end tells neighbours apart.
            where = Qt.TextElideMode.ElideMiddle if column == Column.ADDRESS else Qt.TextElideMode.ElideRight
            words = self._metrics.elidedText(words, where, line.width())
        painter.setFont(self._small)
        painter.setPen(self._theme.colour(token))
        painter.drawText(line, _RIGHT if COLUMNS[column].right else _LEFT, words)

    def _paint_done(self, painter: QPainter, line: QRect, row: StopRow) -> QRect:
        """Before the number of a stop how it ended, or that the driver stands there."""
        if row.now.ended or row.now.here:
            icon, tone = OUTCOMES[row.now.ended] if row.now.ended else ("truck", "moving")
            self._paint_icon(painter, icon, tone, line.left(), line)
        elif row.done:
            self._paint_icon(painter, "check", "done", line.left(), line)
        return line

    def _paint_about(self, painter: QPainter, line: QRect, now: StopNow) -> None:
        """When the driver will be there, or was: a sign, the time, and as many words as there is room for."""
        if not now.about:
            return
        pen, font = Pen(painter, line), self._small_bold if now.tone in ("late", "risk") else self._small
        if now.sign:
            self._paint_icon(painter, now.sign, now.tone, line.left(), line)
            pen.line.setLeft(line.left() + self._icon_side + self._theme.grid(1))
        every = (f"{now.about} {now.more}".rstrip(), now.about)
        pen.text(
            next((words for words in every if pen.fits(words, font)), now.short), font, self._theme.colour(now.tone)
        )

    def _paint_verdict(self, painter: QPainter, line: QRect, row: StopRow, alone: bool) -> QRect:
        """What is wrong, at the right of the address; returns what is left for it.

        `alone`: no column says when the driver is expected, so that a risk has to be said here.
        """
        verdict, tone = row.said
        if alone and row.now.more and not row.now.behind:
            verdict, tone = f"{row.now.about} {row.now.more}", row.now.tone
        bad = tone in ("late", "risk")
        # a reason may be long: where it happened is as much worth reading
        pen = Pen(painter, line.adjusted(line.width() * 2 // 5, 0, 0, 0) if row.now.verdict else line)
        if verdict and (bad or line.width() > self._theme.grid(_ROOM_FOR_WAITS)):
            font = self._small_bold if bad else self._small
            pen.text(verdict, font, self._theme.colour(tone), gap=self._theme.grid(2), right=True)
        return QRect(line.topLeft(), pen.line.bottomRight())

    def _paint_marks(self, painter: QPainter, line: QRect, row: StopRow) -> QRect:
        """Held, collection and loaded at the right of the address, break and reload before it; what is left for it."""
        step = self._icon_side + self._theme.grid(1)
        for icon, tone in _marks_behind(row):
            self._paint_icon(painter, icon, tone, line.right() - self._icon_side + 1, line)
            line = line.adjusted(0, 0, -step, 0)
        for shown, icon in ((row.reloading, "package-down"), (row.resting, "coffee-outline")):
            if shown:
                self._paint_icon(painter, icon, "moving", line.left(), line)
                line = line.adjusted(step, 0, 0, 0)
        return line

    def _paint_freeze_line(self, painter: QPainter, rect: QRect) -> None:
        """Dashed, with a flake at its left end: what lies above is not planned any more."""
        pen = QPen(self._theme.colour("moving"), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())

    def _paint_icon(self, painter: QPainter, name: str, colour: str, left: int, line: QRect) -> None:
        ratio = painter.device().devicePixelRatioF()
        pixmap = self._theme.pixmap(name, colour, self._icon_side, ratio)
        painter.drawPixmap(left, line.center().y() - self._icon_side // 2 + 1, pixmap)


def _marks_behind(row: StopRow) -> list[tuple[str, str]]:
    """Icons and their colours, from the right."""
    marks = []
    if row.held:
        marks.append(("lock", "muted"))
    if row.collection:
        marks.append(("package-up", "muted"))
    if row.loaded:
        marks.append(("truck-check-outline", "muted") if row.loaded == "here" else ("truck-alert-outline", "risk"))
    return marks
