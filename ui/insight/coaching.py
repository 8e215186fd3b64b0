"""Coaching cards as a list, with all of the one chosen below it: the note, the stop, what was done, what followed."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId
from dispatcher.services.insight_coaching import CardState, CoachingCard
from dispatcher.services.insight_effects import Effect
from ui import format as fmt
from ui.board.empty import EmptyState
from ui.insight.coaching_feed import Followed, People
from ui.insight.coaching_words import ALL_HEADS, CARD_HEADS, card_line, effect_words, tied_words, told_words
from ui.insight.grid import Grid
from ui.insight.plot import Plot, round_ticks
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.theme import Theme

TOKENS = {"done": Tone.GOOD, "risk": Tone.WARNING, "late": Tone.BAD}
NO_CARDS = (
    "No coaching card here.\n"
    "A card is written from a driver’s scorecard, about a part of it or about one stop: choose it and press K."
)
DAYS_NAMED = 7


class Which(StrEnum):
    """What a list of all cards shows; the value is its name."""

    DUE = "Due"
    OPEN = "Open"
    SETTLED = "Settled"
    ALL = "All"

    def takes(self, card: CoachingCard, today: date) -> bool:
        """Whether a card belongs there."""
        match self:
            case Which.DUE:
                return card.state(today) is CardState.DUE
            case Which.OPEN:
                return card.open
            case Which.SETTLED:
                return not card.open
            case _:
                return True


class EffectPlot(Plot):
    """The part's number day by day, with the card's day marked. GUI thread; looked at, not touched."""

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(name, "Day by day, before the card and after it", theme, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._effect: Effect | None = None
        theme.changed.connect(self._draw)

    def show_effect(self, effect: Effect | None) -> None:
        """Draw this; nothing to draw takes no room."""
        self._effect = effect
        known = [value for _, value in effect.days if value is not None] if effect else []
        self.setVisible(len(known) > 1)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        self.start()
        if self._effect is None or self.isHidden():
            return
        first, theme = self._effect.before_span.first, self.theme
        days = [((on - first).days, value) for on, value in self._effect.days if value is not None]
        told, last = (self._effect.before_span.last - first).days, (self._effect.days[-1][0] - first).days
        values = [value for _, value in days]
        low, high = min(values), max(values)
        room = (high - low or abs(high) or 1.0) * 0.15
        ticks = round_ticks(low - room, high + room, 3)
        self.left.setWidth(theme.grid(12))
        self.put_ticks(self.left, [(tick, f"{tick:,.6g}") for tick in ticks], lines=True)
        names = [
            (n, fmt.weekday_date(first + timedelta(days=n))) for n in range(told % DAYS_NAMED, last - 1, DAYS_NAMED)
        ]
        self.put_ticks(self.bottom, names, lines=False)
        marked = pg.InfiniteLine(told + 0.5, pen=pg.mkPen(theme.colour("risk"), width=2, style=Qt.PenStyle.DashLine))
        self.add(marked)
        for figure, since, until in (
            (self._effect.before, 0, told), (self._effect.after, told + 1, last),
        ):  # fmt: skip
            if figure.value is not None and until >= since:
                pen = pg.mkPen(theme.colour("muted"), width=1)
                self.add(pg.PlotCurveItem([since - 0.5, until + 0.5], [figure.value] * 2, pen=pen))
        xs, colour = [n for n, _ in days], theme.colour("accent")
        self.add(pg.PlotCurveItem(xs, values, pen=pg.mkPen(colour, width=1.5), antialias=True))
        self.add(pg.ScatterPlotItem(xs, values, size=5, brush=colour, pen=None))
        self.frame((-1, last + 1), (low - room, high + room))

    def mousePressEvent(self, event: QEvent) -> None:
        """Nothing to press."""
        event.ignore()


class CardDetail(QScrollArea):
    """All of one card. GUI thread.

    Signals:
        order_requested(OrderId), day_requested(date): show it on the board.
        proof_requested(str, date): show the proof of this attempt.
    """

    order_requested = Signal(object)
    day_requested = Signal(object)
    proof_requested = Signal(str, object)

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, f"{name}.detail", "The card")
        self._theme = theme
        self.card: CoachingCard | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget(self)
        self.tied = Said(f"{name}.tied", "What it is about", theme, inside)
        self.note = Said(f"{name}.note", "Note", theme, inside)
        self.outcome = Said(f"{name}.outcome", "What came of it", theme, inside)
        self.effect = Said(f"{name}.effect", "What followed", theme, inside)
        self.plot = EffectPlot(f"{name}.plot", theme, inside)
        self.told = Said(f"{name}.told", "What was done", theme, inside)
        self._whole = QVBoxLayout(inside)
        for part in (self.tied, self.note, self.outcome, self.effect, self.plot, self.told):
            self._whole.addWidget(part)
        self._whole.addStretch()
        self.setWidget(inside)
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(0, grid(1), grid(1), 0)
        self._whole.setSpacing(grid(1.5))
        self.plot.setFixedHeight(grid(28))
        self.setMinimumHeight(grid(24))

    def show_card(self, card: CoachingCard, people: People) -> None:
        """This one; what followed comes later."""
        another = self.card is None or self.card.id != card.id
        self.card = card
        self.tied.say(tied_words(card, people), bold=True)
        self.note.say(card.note)
        self.outcome.say(f"{card.settled_by}: {card.outcome}" if card.outcome else "", Tone.GOOD)
        self.told.say(told_words(card, people.zone), Tone.QUIET)
        if another:
            self.effect.say("Measuring what followed…", Tone.QUIET)
            self.plot.show_effect(None)

    def show_effect(self, followed: Followed) -> None:
        """What followed the card shown; of another one it comes too late."""
        if self.card is not None and followed.card.id == self.card.id:
            words, token = effect_words(followed.effect)
            self.effect.say(words, TOKENS.get(token, Tone.QUIET))
            self.plot.show_effect(followed.effect)

    def show_stop(self) -> None:
        """Its order on the board; of a whole round, the day."""
        if self.card and self.card.order_id:
            self.order_requested.emit(OrderId(self.card.order_id))
        elif self.card and self.card.on:
            self.day_requested.emit(self.card.on)

    def show_proof(self) -> None:
        """In the proofs of its day."""
        if self.card and self.card.attempt_key and self.card.on:
            self.proof_requested.emit(self.card.attempt_key, self.card.on)


class CardsView(QWidget):
    """Cards in the order they want looking at: one driver's, or all with a choice. GUI thread.

    Signals:
        card_chosen(CoachingCard): measure what followed.
        settle_requested(), move_requested(), reopen_requested(): of the card chosen.
        shown_changed(): another card is chosen, or none.
    """

    card_chosen = Signal(object)
    settle_requested = Signal()
    move_requested = Signal()
    reopen_requested = Signal()

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None, *, all_: bool) -> None:
        super().__init__(parent)
        named(self, name, "Coaching cards")
        self._name, self._theme, self._all = name, theme, all_
        self._people: People | None = None
        self._cards: Sequence[CoachingCard] = ()
        self._group = QButtonGroup(self)
        self.chips = {which: self._chip(which) for which in Which} if all_ else {}
        self.grid = Grid(f"{name}.list", "Coaching cards", theme, self)
        self.detail = CardDetail(name, theme, self)
        self.empty = EmptyState(theme, icon="card-account-details-outline", text=NO_CARDS, parent=self)
        self.empty.setObjectName(f"{name}.empty")
        self.stop = self._button("stop", "Show the stop", "On the board  (Enter)")
        self.proof = self._button("proof", "Show the proof", "In the proofs of its day")
        self.settle = self._button("settle", "Settle…", "It was gone through: write what came of it  (S)")
        self.move_ = self._button("move", "Follow-up…", "Look at it again on another day  (E)")
        self.reopen = self._button("reopen", "Open again…", "It wants going through once more")
        self._lay_out()
        self._wire()
        self._dress()
        self.show_cards((), None)

    def _chip(self, which: Which) -> QToolButton:
        button = named(QToolButton(self), f"{self._name}.{which.name.lower()}", which.value)
        button.setText(which.value)
        button.setCheckable(True)
        button.setChecked(which is Which.OPEN)
        self._group.addButton(button)
        return button

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = named(QPushButton(text, self), f"{self._name}.{name}", text.rstrip("…"))
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        self._whole, self._top, self._row = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        self._whole.setContentsMargins(0, 0, 0, 0)
        for chip in self.chips.values():
            self._top.addWidget(chip)
        self._top.addStretch()
        for button in (self.stop, self.proof, self.move_, self.settle, self.reopen):
            self._row.addWidget(button)
        self._row.addStretch()
        self._whole.addLayout(self._top)
        self._whole.addWidget(self.empty, 1)
        self._whole.addWidget(self.grid, 2)
        self._whole.addLayout(self._row)
        self._whole.addWidget(self.detail, 3)

    def _wire(self) -> None:
        self._group.buttonClicked.connect(lambda _button: self._show())
        self.grid.row_changed.connect(self._on_row)
        self.grid.opened.connect(lambda _card: self.detail.show_stop())
        self.stop.clicked.connect(self.detail.show_stop)
        self.proof.clicked.connect(self.detail.show_proof)
        self.settle.clicked.connect(self.settle_requested)
        self.move_.clicked.connect(self.move_requested)
        self.reopen.clicked.connect(self.reopen_requested)
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        for row in (self._whole, self._top, self._row):
            row.setSpacing(self._theme.grid(1.5))
        self.grid.setMinimumHeight(self._theme.grid(18))

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def which(self) -> Which:
        """What is listed; of one driver all are."""
        return next((which for which, chip in self.chips.items() if chip.isChecked()), Which.ALL)

    def choose(self, which: Which) -> None:
        """List these."""
        self.chips[which].setChecked(True)
        self._show()

    @property
    def card(self) -> CoachingCard | None:
        """The one chosen."""
        return self.detail.card

    def show_cards(self, cards: Sequence[CoachingCard], people: People | None) -> None:
        """List these; the one chosen stays chosen."""
        self._cards, self._people = cards, people
        for which, chip in self.chips.items():
            count = sum(which.takes(card, people.today) for card in cards) if people else 0
            chip.setText(f"{which.value} {count:,}" if count else which.value)
        self._show()

    def _show(self) -> None:
        people, former = self._people, self.detail.card
        cards = [card for card in self._cards if people and self.which.takes(card, people.today)]
        for part in (self.grid, self.detail, self.stop, self.proof, self.settle, self.move_, self.reopen):
            part.setVisible(bool(cards))
        self.empty.setVisible(not cards)
        self.empty.set_text(NO_CARDS if not self._cards else f"No card under “{self.which.value}”.")
        if not cards or people is None:
            self.detail.card = None
            return
        heads = ALL_HEADS if self._all else CARD_HEADS
        lines = [card_line(card, people, driver=self._all) for card in cards]
        self.grid.show_lines(heads, lines, stretch=len(heads) - 1)
        ids = [line.of.id for line in self.grid.lines() if isinstance(line.of, CoachingCard)]
        self.grid.choose(ids.index(former.id) if former and former.id in ids else 0)
        self._on_row(self.grid.current)

    @Slot(object)
    def _on_row(self, card: object) -> None:
        if not isinstance(card, CoachingCard) or self._people is None:
            return
        self.detail.show_card(card, self._people)
        self.stop.setText("Show the stop" if card.order_id else "Show the day")
        self.stop.setEnabled(bool(card.order_id or card.on))
        self.proof.setEnabled(bool(card.attempt_key and card.on))
        for button in (self.settle, self.move_):
            button.setVisible(card.open)
        self.reopen.setVisible(not card.open)
        if self.isVisible():
            self.card_chosen.emit(card)

    def showEvent(self, event: QShowEvent) -> None:
        """What followed is measured of what is seen."""
        super().showEvent(event)
        if self.card is not None:
            self.card_chosen.emit(self.card)
