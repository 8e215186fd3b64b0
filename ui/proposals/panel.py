"""The proposals panel: cards on offer, one of them opened to take it over in parts. Every wish leaves as a signal."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from dispatcher.services.ports import Clock
from dispatcher.services.proposals import Card
from ui.board.empty import EmptyState
from ui.parts.fields import named
from ui.proposals import words
from ui.proposals.card import CardFrame
from ui.proposals.rows import DriverRow, StopRow
from ui.proposals.stack import CardStack
from ui.proposals.thinking import Thinking
from ui.proposals.view import DiffView
from ui.theme import Theme

CARDS_SHARE = 0.5
"""Of the panel's height, at most, for the cards while one of them is open."""
FILTER_FROM = 5
"""So many drivers make a list that one wants to filter."""


def _now() -> datetime:
    return datetime.now(UTC)


class ProposalsPanel(QWidget):
    """What is on offer. GUI thread; the window owns it and answers its wishes.

    Signals:
        accept_requested(card_id, shift_ids, order_ids): take these rounds and moves of a card; both empty: all of it.
        dismiss_requested(card_id): offer it no longer.
        card_chosen(Card | None): what this card changes is looked at; None when no longer.
        select_requested(order_ids, shift_ids): a person selected other rows of the opened card.
    """

    accept_requested = Signal(str, object, object)
    dismiss_requested = Signal(str)
    card_chosen = Signal(object)
    select_requested = Signal(object, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, clock: Clock = _now) -> None:
        super().__init__(parent)
        named(self, "board.proposals", "Proposals")
        self._clock = clock
        self._theme = theme
        self._cards: tuple[Card, ...] = ()
        self._frames: dict[str, CardFrame] = {}
        self._made: dict[str, datetime] = {}
        self._current = ""
        self._opened: Card | None = None
        self._make_parts()
        self._lay_out()
        self._connect()
        self._on_theme_changed()
        self._show_state()

    # ── Told from outside ────────────────────────────────────────────────────────────────────────────────────────

    @Slot(object)
    def set_cards(self, cards: tuple[Card, ...]) -> None:
        """What is on offer now, newest first; of a card that was there before what is open and selected stays so."""
        focused = self._has_focus()
        row = next((i for i, card in enumerate(self._cards) if card.id == self._current), 0)
        self._cards = tuple(cards)
        self._arrange_frames()
        if self._current not in self._frames:
            self._current = cards[min(row, len(cards) - 1)].id if cards else ""
        self._look_at(self._card(self._opened.id) if self._opened else None)
        self._show_state()
        if focused and not self._has_focus() and self._current:
            self._frames[self._current].setFocus()

    @Slot(str)
    def set_thinking(self, text: str) -> None:
        """What is being searched for; nothing when empty."""
        self.thinking.say(text)

    @Slot(str)
    def show_card(self, card_id: str) -> None:
        """Open a card that somebody waited for, ready for the keys."""
        if card_id in self._frames:
            self._current = card_id
            self._look_at(self._card(card_id))
            self._show_state()
            self._frames[card_id].setFocus(Qt.FocusReason.OtherFocusReason)
            self._scroll.ensureWidgetVisible(self._frames[card_id])

    # ── Building ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _make_parts(self) -> None:
        self.thinking = Thinking(self._theme, self)
        self._scroll = CardStack(self._theme, self)
        self.view = DiffView(self._theme, self)
        self.filter = named(QComboBox(self), "board.proposals.filter", "Whose changes to show")
        self.filter.setToolTip("Show the changes of one driver")
        self.take_button = named(QPushButton("Take this stop", self), "board.proposals.take", "Take what is selected")
        self.take_button.setToolTip("Take what is selected (Space or Enter in the list)")
        self.empty = EmptyState(self._theme, icon="lightbulb-outline", text=words.FIRST_STEP)
        self.empty.setObjectName("board.proposals.empty")

    def _lay_out(self) -> None:
        self._detail = QWidget(self)
        self._bar = QHBoxLayout()
        self._bar.addWidget(self.take_button)
        self._bar.addStretch(1)
        detail = QVBoxLayout(self._detail)
        detail.setContentsMargins(0, 0, 0, 0)
        detail.setSpacing(0)
        detail.addWidget(self.filter)
        detail.addWidget(self.view, 1)
        detail.addLayout(self._bar)
        shown = QWidget(self)
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll)
        column.addWidget(self._detail, 1)
        self._stack = QStackedLayout()
        self._stack.addWidget(shown)
        self._stack.addWidget(self.empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.thinking)
        whole.addLayout(self._stack, 1)

    def _connect(self) -> None:
        self.view.take_requested.connect(self._on_take)
        self.view.chosen.connect(self._on_chosen)
        self.view.left.connect(self._on_left)
        self.take_button.clicked.connect(self.view.take)
        self.filter.activated.connect(self._on_filter)
        self._theme.changed.connect(self._on_theme_changed)

    # ── Cards ────────────────────────────────────────────────────────────────────────────────────────────────────

    def frame(self, card_id: str) -> CardFrame:
        """A card as it lies here. `KeyError` if it does not."""
        return self._frames[card_id]

    @property
    def opened(self) -> Card | None:
        """The card whose changes are shown."""
        return self._opened

    def _card(self, card_id: str) -> Card | None:
        return next((card for card in self._cards if card.id == card_id), None)

    def _has_focus(self) -> bool:
        """Whether keys go to something that can still be seen here."""
        focus = QApplication.focusWidget()
        return focus is not None and focus.isVisible() and self.isAncestorOf(focus)

    def _arrange_frames(self) -> None:
        """Keep the frames of cards that stay, in the order of the cards."""
        known = {card.id for card in self._cards}
        for card_id in [i for i in self._frames if i not in known]:
            frame = self._frames.pop(card_id)
            self._made.pop(card_id)
            frame.hide()
            frame.deleteLater()
        for card in self._cards:
            if card.id in self._frames:
                self._frames[card.id].show_card(card)
            else:
                self._add_frame(card)
        self._scroll.arrange([self._frames[card.id] for card in self._cards])

    def _add_frame(self, card: Card) -> None:
        self._made[card.id] = self._clock()
        frame = CardFrame(self._theme, card, self._made[card.id], self)
        frame.focused.connect(self._on_focused)
        frame.take_requested.connect(self._on_take_all)
        frame.look_requested.connect(self._on_look)
        frame.dismiss_requested.connect(self.dismiss_requested)
        frame.step_requested.connect(self._on_step)
        self._frames[card.id] = frame

    @Slot(str)
    def _on_take_all(self, card_id: str) -> None:
        self.accept_requested.emit(card_id, (), ())

    @Slot(str)
    def _on_focused(self, card_id: str) -> None:
        if card_id != self._current:
            self._current = card_id
            self._look_at(self._card(card_id) if self._opened else None)
            self._show_state()

    @Slot(str, int)
    def _on_step(self, card_id: str, by: int) -> None:
        ids = [card.id for card in self._cards]
        at = ids.index(card_id) + by
        if 0 <= at < len(ids):
            self._frames[ids[at]].setFocus()
            self._scroll.ensureWidgetVisible(self._frames[ids[at]])
        elif by > 0 and self._opened:
            self.view.setFocus()

    @Slot(str)
    def _on_look(self, card_id: str) -> None:
        self._current = card_id
        shut = self._opened is not None and self._opened.id == card_id
        self._look_at(None if shut else self._card(card_id))
        self._show_state()
        (self._frames[card_id] if shut else self.view).setFocus()

    def _look_at(self, card: Card | None) -> None:
        if card is self._opened:
            return
        self._opened = card
        self.view.set_card(card)
        self._fill_filter()
        self._offer()
        self.card_chosen.emit(card)

    # ── The opened card ──────────────────────────────────────────────────────────────────────────────────────────

    def _fill_filter(self) -> None:
        drivers = self.view.diff.drivers
        self.filter.clear()
        self.filter.addItem(f"All {len(drivers)} drivers", None)
        for driver in drivers:
            self.filter.addItem(f"{driver.number}  {driver.driver}", driver.shift_id)
        self.filter.setCurrentIndex(max(0, self.filter.findData(self.view.diff.only)))
        self.filter.setVisible(len(drivers) >= FILTER_FROM)

    @Slot(int)
    def _on_filter(self, at: int) -> None:
        self.view.diff.set_only(self.filter.itemData(at))
        self._offer()

    @Slot(object, object)
    def _on_take(self, shift_ids: object, order_ids: object) -> None:
        if self._opened:
            self.accept_requested.emit(self._opened.id, shift_ids, order_ids)

    @Slot(object, object)
    def _on_chosen(self, order_ids: object, shift_ids: object) -> None:
        self._offer()
        self.select_requested.emit(order_ids, shift_ids)

    @Slot()
    def _on_left(self) -> None:
        if self._current in self._frames:
            self._frames[self._current].setFocus()

    def _offer(self) -> None:
        """Offer only what can be done with what is selected."""
        rows = self.view.selected_rows()
        drivers, stops = (sum(1 for row in rows if isinstance(row, kind)) for kind in (DriverRow, StopRow))
        self.take_button.setText(words.taking(drivers, stops))
        self.take_button.setEnabled(bool(drivers or stops))

    def _show_state(self) -> None:
        for card_id, frame in self._frames.items():
            opened = self._opened is not None and self._opened.id == card_id
            current = card_id == self._current
            frame.set_state(current=current, looked_at=opened, brief=self._opened is not None and not current)
        self.setFocusProxy(self._frames.get(self._current))
        self._detail.setVisible(self._opened is not None)
        self._stack.setCurrentIndex(0 if self._cards else 1)
        self._fit()

    def _fit(self) -> None:
        """While a card is open the cards take a share of the panel at most."""
        self._scroll.limit(None if self._opened is None else round(self.height() * CARDS_SHARE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _on_theme_changed(self) -> None:
        grid = self._theme.grid
        self._scroll.dress()
        self._bar.setContentsMargins(grid(2), grid(1.5), grid(2), grid(1.5))
