"""Service times that were learned, given to orders: to those a file says none for, and to a whole day at once.

What an address itself has taught, and a person accepted, goes before what was learned of all addresses. An order does
not say who gave it its service time, so of the orders that are there only those that still have the depot's flat
figure are changed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dispatcher.domain.ids import OrderId
from dispatcher.domain.learned import Because, Foreseer, Guess
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress, Progress, checkpoint
from dispatcher.domain.remembered import Remembered
from dispatcher.intake import address_key
from dispatcher.services.learned_use import foreseer_of, minutes_words, reasons_words, service_words
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.workplace import Workplace

LABEL = "Take learned service times"
NAMED = 3
BIGGEST = 5
BATCH = 200
LEAST_S = 15
"""A smaller difference from what an order has is none."""


@dataclass(frozen=True, slots=True)
class Learned:
    """One order that gets another service time."""

    order: Order
    """As it is."""
    guess: Guess

    @property
    def service_s(self) -> int:
        """What it gets."""
        return round(self.guess.value)

    @property
    def more_s(self) -> int:
        """How much longer that is; negative for shorter."""
        return self.service_s - self.order.service_s

    @property
    def words(self) -> str:
        """Of a list: "A-1042: 3 min → 6 min, third floor or higher"."""
        why = reasons_words(self.guess.because)
        change = f"{minutes_words(self.order.service_s)} → {minutes_words(self.service_s)}"
        return f"{self.order.number}: {change}" + (f", {why}" if why else "")


@dataclass(frozen=True, slots=True)
class DayLearned:
    """What taking learned service times would change in a day. Nothing has happened yet."""

    on: date
    changes: tuple[Learned, ...] = ()
    stay: int = 0
    """Open orders that stay as they are: another figure than the depot's, done already, or nothing learned."""
    before_s: int = 0
    """All open orders' service together."""

    @property
    def after_s(self) -> int:
        """The same afterwards."""
        return self.before_s + sum(change.more_s for change in self.changes)

    @property
    def biggest(self) -> tuple[Learned, ...]:
        """Those that change most."""
        return tuple(sorted(self.changes, key=lambda c: (-abs(c.more_s), c.order.number))[:BIGGEST])


def look_at_day(
    workplace: Workplace, on: date, foreseer: Foreseer | None = None, progress: Progress | None = None
) -> DayLearned:
    """What would change on a day. Raises `Cancelled`."""
    day, flat_s = workplace.store.read(lambda book: book.day(on)), workplace.depot.service_s
    opened = [order for order in day.orders.values() if order.state is OrderState.OPEN]
    left = _not_done(day, [order for order in opened if order.service_s == flat_s])
    guessed = guesses(workplace, left, foreseer, progress)
    changes = tuple(
        change
        for order in left
        if (guess := guessed.get(order.id)) and abs((change := Learned(order, guess)).more_s) >= LEAST_S
    )
    total = sum(order.service_s for order in opened)
    return DayLearned(on, changes, len(opened) - len(changes), total)


def _not_done(day: Day, orders: Sequence[Order]) -> list[Order]:
    done = {stop.order_id for route in day.plan.routes for stop in route.stops if stop.done}
    return [order for order in orders if order.id not in done]


def take(uow: UnitOfWork, learned: DayLearned) -> int:
    """Give the orders their times; how many got one. Those that were changed meanwhile stay. One step of undo."""
    wanted = {change.order.id: change for change in learned.changes}
    now = [order for order in uow.orders(wanted) if order.service_s == wanted[order.id].order.service_s]
    left = [order for order in now if order.state is OrderState.OPEN and order.date == learned.on]
    uow.put_orders([replace(order, service_s=wanted[order.id].service_s) for order in left])
    return len(left)


def guesses(
    workplace: Workplace, orders: Sequence[Order], foreseer: Foreseer | None = None, progress: Progress | None = None
) -> Mapping[OrderId, Guess]:
    """Learned service times of those orders for which there is one: their address's own, else the depot's model's."""
    foreseer, progress = foreseer or foreseer_of(workplace), progress or NoProgress()
    known = workplace.store.read(lambda book: book.remembered({address_key(order.address) for order in orders}))
    found: dict[OrderId, Guess] = {}
    for n, order in enumerate(orders):
        if n % BATCH == 0:
            checkpoint(progress, n / len(orders), "Estimating service times")
        guess = _of_address(known.get(address_key(order.address))) or foreseer.service_s(order)
        if guess.learned:
            found[order.id] = guess
    return found


def _of_address(known: Remembered | None) -> Guess | None:
    if known is None or known.service_s is None:
        return None
    return Guess(known.service_s, learned=True, because=(Because("As usual at this address", 0.0),))


def notes_of(orders: Collection[Order], guessed: Mapping[OrderId, Guess], flat_s: int) -> tuple[str, ...]:
    """What an import's preview says of these orders, which got their service times so."""
    taken = [(order, guessed[order.id]) for order in orders if order.id in guessed]
    if not taken:
        return ()
    if len(taken) == 1:
        order, guess = taken[0]
        return (f"Order {order.number} says no service time; {service_words(guess)}.",)
    mean = sum(guess.value for _, guess in taken) / len(taken)
    furthest = sorted(taken, key=lambda pair: (-abs(pair[1].value - flat_s), pair[0].number))[:NAMED]
    named = "; ".join(f"{order.number}: {service_words(guess)}" for order, guess in furthest)
    return (
        f"{len(taken):,} orders say no service time and get a learned one: {minutes_words(mean)} on average instead of"
        f" {minutes_words(flat_s)}. {named}{'; …' if len(taken) > NAMED else '.'}",
    )
