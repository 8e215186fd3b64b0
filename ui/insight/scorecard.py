"""Drivers' scorecards: who drove, and of one of them the parts against what was expected, the weeks, and the events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QEvent, QRect, QRectF, QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.ids import OrderId
from dispatcher.services.insight import Event, Scorecard, ScorePart, TrendPoint, band_of
from ui import format as fmt
from ui.insight.coaching import CardsView
from ui.insight.coaching_deeds import About
from ui.insight.coaching_feed import People
from ui.insight.grid import Grid
from ui.insight.lines import Head, Line
from ui.insight.plot import Plot
from ui.insight.words import BANDS, NONE, number
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

SIZES = "insight/drivers"
WEEKS_NAMED = 6
HEADS = (Head("Driver"), Head("Score", True), Head(""), Head("Rounds", True))
EVENTS = (Head("Date"), Head("Order"), Head("Part"), Head("What"))
FAIR_WORDS = (
    "Each part is held against what the planner expected of that very round. 100 is as expected, or better; the score "
    "is the mean of the parts shown."
)
NO_EVENTS = "Nothing cost points here."
ALL_EVENTS = "What cost points, the gravest of each part first. Enter shows the order on the board."
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def score_words(score: float | None) -> str:
    """Whole points."""
    return NONE if score is None else f"{score:.0f}"


class PartBar(QAbstractButton):
    """One part of a score: its name, what was measured, and the score. A click shows its events."""

    def __init__(self, part: ScorePart, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, f"insight.part.{part.kind.id}", f"{part.kind.name}: {score_words(part.score)}")
        self._part, self._theme = part, theme
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(f"{part.formula}\n{part.kind.words}")

    def sizeHint(self) -> QSize:
        return QSize(self._theme.grid(70), self._theme.grid(7))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Name, bar, score, what was measured."""
        theme, grid, part = self._theme, self._theme.grid, self._part
        room = self.rect().adjusted(grid(2), 0, -grid(2), 0)
        with QPainter(self) as painter:
            if self.isChecked() or self.underMouse() or self.hasFocus():
                painter.fillRect(self.rect(), theme.colour("selection" if self.isChecked() else "hover"))
            painter.setFont(theme.font())
            painter.setPen(theme.colour("text"))
            names = min(grid(76), room.width() // 2)
            elided = painter.fontMetrics().elidedText(part.kind.name, Qt.TextElideMode.ElideRight, names - grid(2))
            painter.drawText(QRect(room.left(), 0, names, self.height()), _LEFT, elided)
            says, score = f"{number(part.figure.value or 0.0)} %", score_words(part.score)
            wide = painter.fontMetrics().horizontalAdvance("1,000.0 %") + grid(1)
            painter.setPen(theme.colour("muted"))
            painter.drawText(QRect(room.right() - wide, 0, wide, self.height()), _RIGHT, says)
            painter.setFont(theme.font(bold=True))
            painter.setPen(theme.colour(BANDS[band_of(part.score)][1]))
            painter.drawText(QRect(room.right() - wide - grid(10), 0, grid(10), self.height()), _RIGHT, score)
            left, right = room.left() + names, room.right() - wide - grid(12)
            self._paint_bar(painter, QRectF(left, self.height() / 2 - grid(1), max(0, right - left), grid(2)))

    def _paint_bar(self, painter: QPainter, track: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("bar_track"))
        painter.drawRoundedRect(track, 3, 3)
        painter.setBrush(self._theme.colour(BANDS[band_of(self._part.score)][1]))
        painter.drawRoundedRect(
            QRectF(track.left(), track.top(), track.width() * self._part.score / 100, track.height()), 3, 3
        )


class Trend(Plot):
    """The score week by week. GUI thread; looked at, not touched."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("insight.trend", "The score week by week", theme, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.points: Sequence[TrendPoint] = ()
        theme.changed.connect(self._draw)
        self._draw()

    def show_points(self, points: Sequence[TrendPoint]) -> None:
        """Draw these weeks."""
        self.points = points
        words = ", ".join(f"{fmt.weekday_date(point.monday)} {point.score:.0f}" for point in points)
        self.setAccessibleDescription(words)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        self.start()
        if not self.points:
            return
        first, colour = self.points[0].monday, self.theme.colour("accent")
        weeks = [(point.monday - first).days // 7 for point in self.points]
        step = max(1, -(-(weeks[-1] + 1) // WEEKS_NAMED))
        names = [(n, fmt.weekday_date(first + timedelta(weeks=n))) for n in range(0, weeks[-1] + 1, step)]
        self.left.setWidth(self.theme.grid(10))
        self.put_ticks(self.left, [(n, str(n)) for n in (0, 50, 100)], lines=True)
        self.put_ticks(self.bottom, names, lines=False)
        scores = [point.score for point in self.points]
        self.add(pg.PlotCurveItem(weeks, scores, pen=pg.mkPen(colour, width=2), antialias=True))
        self.add(pg.ScatterPlotItem(weeks, scores, size=7, brush=colour, pen=None))
        self.frame((-0.7, weeks[-1] + 1.0), (0, 108))

    def mousePressEvent(self, event: QEvent) -> None:
        """Nothing to press."""
        event.ignore()


@dataclass(frozen=True, slots=True)
class Cost:
    """An event, and the part it cost points of."""

    part: ScorePart
    event: Event


class Card(QWidget):
    """One driver's scorecard. GUI thread.

    Signals:
        order_requested(OrderId): show this order on the board.
        coach_requested(): write a coaching card about what is chosen.
    """

    order_requested = Signal(object)
    coach_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "insight.card", "Scorecard")
        self._theme = theme
        self.card: Scorecard | None = None
        self.bars: list[PartBar] = []
        self._part: str = ""
        self.name, self.score, self.size_words = QLabel(self), QLabel(self), QLabel(self)
        self.size_words.setProperty("muted", True)
        self.band = Said("insight.card.band", "How the score is", theme, self)
        self.band.setWordWrap(False)
        self.about = Said("insight.card.about", "What the score is made of", theme, self)
        self.skipped = Said("insight.card.skipped", "Parts without data", theme, self)
        self.trend = Trend(theme, self)
        self.trend_title = Said("insight.card.trend", "The weeks", theme, self)
        self.hint = Said("insight.card.events", "Events", theme, self)
        self.events = Grid("insight.events", "Events behind the points", theme, self)
        self.cards = CardsView("insight.cards", theme, self, all_=False)
        self.events_button = self._page("events", "Events", "What cost points")
        self.cards_button = self._page("cards", "Coaching cards", "What was gone through with this driver, or will be")
        self.events_button.setChecked(True)
        self.coach = named(QPushButton("Write a coaching card…", self), "insight.coach", "Write a coaching card")
        self.coach.setToolTip("About the event chosen, or the part  (K)")
        self.coach.setAutoDefault(False)
        self._group, self._pages = QButtonGroup(self), QButtonGroup(self)
        self._group.setExclusive(False)
        for button in (self.events_button, self.cards_button):
            self._pages.addButton(button)
        self._group.buttonClicked.connect(self._on_part)
        self.events.opened.connect(self._on_opened)
        self.coach.clicked.connect(self.coach_requested)
        self._pages.buttonClicked.connect(lambda _button: self._settle())
        self._lay_out()
        theme.changed.connect(self._dress)
        self._dress()

    def _page(self, name: str, text: str, tip: str) -> QToolButton:
        button = named(QToolButton(self), f"insight.card.{name}", text)
        button.setText(text)
        button.setToolTip(tip)
        button.setCheckable(True)
        return button

    def _lay_out(self) -> None:
        self._head, self._below = QHBoxLayout(), QHBoxLayout()
        for part in (self.name, self.score, self.band):
            self._head.addWidget(part)
        self._head.addStretch()
        self._head.addWidget(self.size_words)
        self._parts = QVBoxLayout()
        self._parts.setSpacing(0)
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(self._head)
        self._whole.addWidget(self.about)
        self._whole.addLayout(self._parts)
        for part in (self.skipped, self.trend_title):
            self._whole.addWidget(part)
        self._whole.addWidget(self.trend, 2)
        for button in (self.events_button, self.cards_button):
            self._below.addWidget(button)
        self._below.addStretch()
        self._below.addWidget(self.coach)
        self._whole.addLayout(self._below)
        self._whole.addWidget(self.hint)
        self._whole.addWidget(self.events, 3)
        self._whole.addWidget(self.cards, 5)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(grid(4), 0, 0, 0)
        self._whole.setSpacing(grid(2))
        self._head.setSpacing(grid(3))
        self._below.setSpacing(grid(1))
        self.name.setFont(self._theme.font(Size.HEAD))
        self.score.setFont(self._theme.font(Size.HEAD, bold=True))
        self.trend.setMinimumHeight(grid(16))
        self.events.setMinimumHeight(grid(22))

    def show_card(self, card: Scorecard) -> None:
        """This driver's; the part chosen stays, if there is one."""
        self.card = card
        self.name.setText(card.name or "Driver not known")
        self.score.setText(score_words(card.score))
        self.size_words.setText(f"{fmt.count(card.rounds, 'round')}, {fmt.count(card.stops, 'stop')}")
        word, token = BANDS[card.band]
        tone = {"done": Tone.GOOD, "risk": Tone.WARNING, "late": Tone.BAD}.get(token, Tone.QUIET)
        self.band.say(word, tone)
        self.about.say(FAIR_WORDS, Tone.QUIET)
        self._show_parts(card)
        missing = ", ".join(kind.name[0].lower() + kind.name[1:] for kind in card.skipped)
        self.skipped.say(f"Without data, and not in the score: {missing}." if missing else "", Tone.QUIET)
        self.trend.show_points(card.trend)
        self._show_events()
        self._settle()

    def show_people(self, people: People | None) -> None:
        """The coaching cards of the driver shown."""
        cards = people.cards_of(self.card.driver_id) if people and self.card else ()
        self.cards.show_cards(cards, people)
        count = sum(card.open for card in cards)
        self.cards_button.setText(f"Coaching cards {count:,}" if count else "Coaching cards")
        self.cards_button.setAccessibleName(f"Coaching cards: {count:,} open" if count else "Coaching cards")

    @property
    def shows_cards(self) -> bool:
        """Whether coaching cards are shown, and not events."""
        return self.cards_button.isChecked()

    def show_cards(self) -> None:
        """The coaching cards."""
        self.cards_button.setChecked(True)
        self._settle()

    def subjects(self) -> tuple[list[tuple[str, About]], int]:
        """What a coaching card could be about, in words, and which of it is chosen: an event, or a part."""
        assert self.card is not None
        parts: list[tuple[str, About]] = [(f"{p.kind.name}, as a whole", (p.kind.id, None)) for p in self.card.parts]
        cost = self.events.current if not self.shows_cards else None
        if isinstance(cost, Cost):
            where = cost.event.number or "whole round"
            words = f"{cost.part.kind.name}: {fmt.weekday_date(cost.event.on)}, {where}, {cost.event.what}"
            return [(words, (cost.part.kind.id, cost.event)), *parts], 0
        weakest = min(self.card.parts, key=lambda part: part.score, default=None)
        wanted = self._part or (weakest.kind.id if weakest else "")
        return parts, next((n for n, (_, (part_id, _event)) in enumerate(parts) if part_id == wanted), 0)

    def _settle(self) -> None:
        """Either events, with the weeks above, or coaching cards, which want their room."""
        cards, weeks = self.shows_cards, self.card is not None and len(self.card.trend) > 1
        self.trend_title.say("Week by week" if weeks and not cards else "", Tone.QUIET)
        self.trend.setVisible(weeks and not cards)
        self.hint.setVisible(not cards)
        self.events.setVisible(not cards and bool(self.events.lines()))
        self.cards.setVisible(cards)

    def _show_parts(self, card: Scorecard) -> None:
        for bar in self.bars:
            self._group.removeButton(bar)
            self._parts.removeWidget(bar)
            bar.hide()
            bar.deleteLater()
        self.bars = [PartBar(part, self._theme, self) for part in card.parts]
        if self._part not in {part.kind.id for part in card.parts}:
            self._part = ""
        for bar, part in zip(self.bars, card.parts, strict=True):
            bar.setChecked(part.kind.id == self._part)
            self._group.addButton(bar)
            self._parts.addWidget(bar)

    @Slot(QAbstractButton)
    def _on_part(self, button: QAbstractButton) -> None:
        """Events of this part alone; a second click, of all."""
        for bar in self.bars:
            bar.setChecked(bar is button and bar.isChecked())
        assert self.card is not None
        chosen = [part.kind.id for bar, part in zip(self.bars, self.card.parts, strict=True) if bar.isChecked()]
        self._part = chosen[0] if chosen else ""
        self._show_events()

    def _show_events(self) -> None:
        assert self.card is not None
        costs = [
            Cost(part, event)
            for part in self.card.parts
            if not self._part or part.kind.id == self._part
            for event in part.events
        ]
        self.hint.say(ALL_EVENTS if costs else NO_EVENTS, Tone.QUIET)
        self.events.show_lines(EVENTS, [_event_line(cost) for cost in costs], stretch=3)
        self.events.setVisible(bool(costs) and not self.shows_cards)
        self.hint.setVisible(not self.shows_cards)

    @Slot(object)
    def _on_opened(self, cost: Cost) -> None:
        if cost.event.order_id:
            self.order_requested.emit(OrderId(cost.event.order_id))


def _event_line(cost: Cost) -> Line:
    event = cost.event
    number_ = event.number or "whole round"
    texts = (fmt.weekday_date(event.on), number_, cost.part.kind.name, event.what)
    tones = ("", "" if event.number else "muted", "", "")
    return Line(texts, (event.on, number_, cost.part.kind.name, event.what), tones, cost)


class Scorecards(QSplitter):
    """Who drove at the left, one of them at the right. GUI thread.

    Signals:
        order_requested(OrderId): show this order on the board.
    """

    order_requested = Signal(object)

    def __init__(self, theme: Theme, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        named(self, "insight.scorecards", "Scorecards")
        self._settings = settings
        self._people: People | None = None
        self.grid = Grid("insight.drivers.list", "Drivers", theme, self)
        self.card = Card(theme, self)
        self.addWidget(self.grid)
        self._room = named(QScrollArea(self), "insight.scorecards.room", "Scorecard")
        self._room.setWidgetResizable(True)
        self._room.setFrameShape(QScrollArea.Shape.NoFrame)
        self._room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._room.setWidget(self.card)
        self.addWidget(self._room)
        self.setStretchFactor(0, 2)
        self.setStretchFactor(1, 3)
        self.setChildrenCollapsible(False)
        self.grid.setMinimumWidth(theme.grid(96))
        self.setSizes([theme.grid(110), theme.grid(200)])
        self._room.setMinimumWidth(theme.grid(114))
        if (sizes := settings.value(SIZES)) is not None:
            self.restoreState(sizes)
        self.grid.row_changed.connect(self._on_row)
        self.card.order_requested.connect(self.order_requested)

    def show_cards(self, cards: Sequence[Scorecard]) -> None:
        """Of these drivers, in this order; the one chosen stays chosen."""
        former = self.card.card.driver_id if self.card.card else ""
        self.grid.show_lines(HEADS, [_driver_line(card) for card in cards])
        shown = [line.of.driver_id for line in self.grid.lines() if isinstance(line.of, Scorecard)]
        n = shown.index(former) if former in shown else 0
        self.grid.choose(n)
        if isinstance(self.grid.current, Scorecard):
            self.card.show_card(self.grid.current)

    @Slot(object)
    def _on_row(self, card: object) -> None:
        if isinstance(card, Scorecard):
            self.card.show_card(card)
            self.card.show_people(self._people)

    def show_people(self, people: People | None) -> None:
        """Coaching cards as they are now."""
        self._people = people
        self.card.show_people(people)

    @property
    def list_shown(self) -> QWidget:
        """Where the keys belong."""
        return self.card.cards.grid if self.card.shows_cards and self.card.cards.card else self.grid

    def remember(self) -> None:
        """How the room is divided, for next time."""
        self._settings.setValue(SIZES, self.saveState())


def _driver_line(card: Scorecard) -> Line:
    word, token = BANDS[card.band]
    texts = (card.name or "not known", score_words(card.score), word, f"{card.rounds:,}")
    sorts = (card.name.casefold(), card.score, card.score, card.rounds)
    return Line(texts, sorts, ("", token, token, "muted"), card)
