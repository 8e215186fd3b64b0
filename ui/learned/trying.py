"""An order to try it on: what is guessed of it, and why. And the day's orders that would get another service time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QCompleter, QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dispatcher.domain.learned import Foreseer, Guess, Target
from dispatcher.domain.orders import Order
from dispatcher.services.learned_use import reasons_words
from dispatcher.services.learned_use_service import DayLearned
from ui import format as fmt
from ui.learned.words import NAMES, value_words
from ui.parts.fields import label, named, primary
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

NO_ORDERS = "This day has no orders to try it on."
ONLY_FLAT = (
    "Only orders with the depot's own {flat} are changed: an order does not say who gave it another service time."
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What is guessed of one order."""

    order: Order
    guesses: Mapping[Target, Guess]


def tried(order: Order, foreseer: Foreseer) -> Tried:
    """For worker threads."""
    guesses = {Target.SERVICE: foreseer.service_s(order), Target.FAILURE: foreseer.failure(order)}
    place, windows = order.address.place, order.windows
    if place is not None and windows:
        guesses[Target.TRAVEL] = foreseer.travel(place, windows[0].opens_at)
    return Tried(order, guesses)


class TryBox(QWidget):
    """GUI thread.

    Signals:
        asked(Order): somebody wants to see what is guessed of it.
    """

    asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.title = QLabel("Try it on an order", self)
        self.orders = named(QComboBox(self), "learned.try.order", "Order to try it on")
        self.orders.setEditable(True)
        self.orders.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.orders.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.orders.setMinimumContentsLength(12)  # whole addresses would push the page out of a small window
        if completer := self.orders.completer():
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.said = Said("learned.try.said", "Which order that is", theme, self)
        self.lines = {
            target: Said(f"learned.try.{target}", names.title, theme, self) for target, names in NAMES.items()
        }
        self._form = QFormLayout()
        self._form.addRow(label("&Order", self.orders, self), self.orders)
        for target, line in self.lines.items():
            self._form.addRow(NAMES[target].title, line)
        self._column = QVBoxLayout(self)
        for part in (self.title, self.said):
            self._column.addWidget(part)
        self._column.addLayout(self._form)
        self._column.addStretch(1)
        self.orders.currentIndexChanged.connect(self._on_chosen)
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        self.title.setFont(self._theme.font(Size.HEAD, bold=True))
        self._form.setVerticalSpacing(self._theme.grid(2))
        self._column.setContentsMargins(*[self._theme.grid(3)] * 4)

    def show_orders(self, orders: Sequence[Order]) -> None:
        """Those of the day; the one chosen before stays, where it is still there."""
        chosen = self.orders.currentData()
        self.orders.blockSignals(True)
        self.orders.clear()
        for order in orders:
            self.orders.addItem(f"{order.number}   {order.address.text}", order)
        ids = [order.id for order in orders]
        self.orders.setCurrentIndex(ids.index(chosen.id) if chosen and chosen.id in ids else min(0, len(orders) - 1))
        self.orders.blockSignals(False)
        self.orders.setEnabled(bool(orders))
        self.said.say("" if orders else NO_ORDERS, Tone.QUIET)
        for line in self.lines.values():
            line.say("")
        self._on_chosen()

    @Slot()
    def _on_chosen(self) -> None:
        order = self.orders.currentData()
        if isinstance(order, Order):
            self.asked.emit(order)

    def show_tried(self, answer: Tried) -> None:
        """What is guessed, if it is still the one asked for."""
        order = self.orders.currentData()
        if not isinstance(order, Order) or order.id != answer.order.id:
            return
        for target, line in self.lines.items():
            guess = answer.guesses.get(target)
            line.say(*_words(target, guess))


def _words(target: Target, guess: Guess | None) -> tuple[str, Tone]:
    if guess is None:
        return "Not known without a place and a window", Tone.QUIET
    if not guess.learned:
        return f"{value_words(target, guess)}, by the plain rule", Tone.QUIET
    why = reasons_words(guess.because)
    return f"{value_words(target, guess)} — {why}" if why else value_words(target, guess), Tone.PLAIN


class DayBox(QWidget):
    """The day's orders and the service times they would get. GUI thread.

    Signals:
        looked_for(): show what would change.
        taken(DayLearned): change it.
    """

    looked_for = Signal()
    taken = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._seen: DayLearned | None = None
        self.title = QLabel("Service times of this day", self)
        self.look = named(QPushButton("Look what would change", self), "learned.day.look", "Look what would change")
        self.take = named(QPushButton("Take learned service times", self), "learned.day.take", "Take them")
        primary(self.take)
        self.said = Said("learned.day.said", "What would change", theme, self)
        self.biggest = Said("learned.day.biggest", "The biggest changes", theme, self)
        row = QHBoxLayout()
        for button in (self.look, self.take):
            row.addWidget(button)
        row.addStretch(1)
        self._column = QVBoxLayout(self)
        for part in (self.title, self.said, self.biggest):
            self._column.addWidget(part)
        self._column.addLayout(row)
        self._column.addStretch(1)
        self.look.clicked.connect(self.looked_for)
        self.take.clicked.connect(self._on_take)
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        self.title.setFont(self._theme.font(Size.HEAD, bold=True))
        self._column.setContentsMargins(*[self._theme.grid(3)] * 4)
        self._column.setSpacing(self._theme.grid(2))

    def forget(self, flat_words: str) -> None:
        """Nothing was looked at."""
        self._seen = None
        self.take.hide()
        self.biggest.say("")
        self.said.say(ONLY_FLAT.format(flat=flat_words), Tone.QUIET)

    def show_seen(self, seen: DayLearned) -> None:
        """What would change."""
        self._seen = seen if seen.changes else None
        self.take.setVisible(bool(seen.changes))
        if not seen.changes:
            self.said.say("No order of this day would change.", Tone.QUIET)
            self.biggest.say("")
            return
        hours = f"{fmt.duration(seen.before_s)} → {fmt.duration(seen.after_s)}"
        orders = fmt.count(len(seen.changes), "order")
        self.said.say(f"{orders} would change, {seen.stay:,} stay as they are. All service together: {hours}.")
        self.biggest.say("\n".join(change.words for change in seen.biggest), Tone.QUIET)

    @Slot()
    def _on_take(self) -> None:
        if self._seen is not None:
            self.taken.emit(self._seen)
