"""The plan as the road has it: where drivers have been is done, whatever the plan's database says.

The driver owns what happened, the dispatcher owns what is to happen. So what happened is never written into the plan,
where an undo could take it back; it is laid over the plan whenever that is read. Stops that are done stand first in
the round of the driver who did them, in the order they were done, wherever the plan has them by now; the rest keep the
order planned.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from dispatcher.domain.changes import ChangeSet, Done, HistoryEntry, HistoryState
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.keeping import Trace
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.plan import Day, Plan, Route, Stop
from dispatcher.services.ports import Reader, Store, UnitOfWork


@dataclass(frozen=True, slots=True)
class Behind:
    """A stop that a driver has behind them."""

    attempt: int
    """Which attempt at the order it was."""
    at: datetime
    shift_id: ShiftId
    told: bool = True
    """The driver says so. What only a track tells is done where the plan has it: the dispatcher may know better."""


type Facts = Mapping[OrderId, Behind]


class Underway:
    """A store whose days and plans know what is done. Any thread."""

    def __init__(self, store: Store, facts_of: Callable[[date], Facts]) -> None:
        """`facts_of` is asked once for every date that is read; from then on it is told by `learn`."""
        self._store, self._facts_of = store, facts_of
        self._facts: dict[date, Facts] = {}

    def facts(self, on: date) -> Facts:
        """What is known to be done of a date's orders."""
        known = self._facts.get(on)
        if known is None:
            known = self._facts.setdefault(on, self._facts_of(on))
        return known

    def is_fact(self, order: Order) -> bool:
        """Whether a driver was at this order's stop, at this attempt, on any date that was read."""
        found = (facts.get(order.id) for facts in self._facts.values())
        return any(behind is not None and behind.attempt >= order.attempt for behind in found)

    def learn(self, on: date, facts: Facts) -> bool:
        """Know these facts of a date from now on; whether they are other than before."""
        changed = facts != self.facts(on)
        self._facts[on] = dict(facts)
        return changed

    def read[T](self, query: Callable[[Reader], T]) -> T:
        return self._store.read(lambda reader: query(cast(Reader, _Reader(reader, self))))

    def write[T](
        self,
        label: str,
        change: Callable[[UnitOfWork], T],
        *,
        author: str = "",
        amends: int | None = None,
        why: str = "",
    ) -> Done[T]:
        def run(uow: UnitOfWork) -> T:
            return change(cast(UnitOfWork, _Unit(uow, self)))

        return self._store.write(label, run, author=author, amends=amends, why=why)

    def undo(self, *, author: str = "") -> ChangeSet | None:
        return self._store.undo(author=author)

    def redo(self, *, author: str = "") -> ChangeSet | None:
        return self._store.redo(author=author)

    def history(self) -> HistoryState:
        return self._store.history()

    def traces(self, matches: Callable[[Trace], bool], tick: Callable[[], None] = lambda: None) -> Sequence[Trace]:
        return self._store.traces(matches, tick)

    def erase(
        self,
        order_ids: Collection[OrderId],
        pins: Collection[str],
        *,
        label: str,
        drivers: Collection[DriverId] = (),
        author: str = "",
        why: str = "",
    ) -> ChangeSet:
        return self._store.erase(order_ids, pins, label=label, drivers=drivers, author=author, why=why)

    def backup(self, to: Path) -> None:
        self._store.backup(to)

    def entries(self, limit: int = 200, *, on: date | None = None) -> Sequence[HistoryEntry]:
        return self._store.entries(limit, on=on)

    def day_at(self, on: date, revision: int) -> Day:
        return self._store.day_at(on, revision)

    def close(self) -> None:
        self._store.close()


def plan_as_kept(store: Store, on: date) -> Plan:
    """A date's plan in the sequence the dispatcher left it in, whatever drivers did since."""
    return _kept(store).read(lambda reader: reader.plan(on))


def day_as_kept(store: Store, on: date) -> Day:
    """The same with all else of the date, of one moment."""
    return _kept(store).read(lambda reader: reader.day(on))


def _kept(store: Store) -> Store:
    return store._store if isinstance(store, Underway) else store


class _Reader:
    """One moment of the plan, with the facts laid over it."""

    def __init__(self, reader: Reader, underway: Underway) -> None:
        self._reader, self._underway = reader, underway

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def day(self, on: date) -> Day:
        day = self._reader.day(on)
        return replace(day, plan=self._over(day.plan))

    def plan(self, on: date) -> Plan:
        return self._over(self._reader.plan(on))

    def _over(self, plan: Plan) -> Plan:
        if not (facts := self._underway.facts(plan.date)):
            return plan
        tried = self._reader.attempts(plan.date)
        facts = {o: b for o, b in facts.items() if b.attempt >= tried.get(o, 1)}
        planned = {order_id for route in plan.routes for order_id in route.order_ids}
        strays = self._reader.orders([o for o in facts if o not in planned])
        open_ = {o.id for o in strays if o.date == plan.date and o.state is OrderState.OPEN}
        return laid_over(plan, {o: b for o, b in facts.items() if o in planned or o in open_})


class _Unit(_Reader):
    """The same in a transaction: a fact does not become part of the plan, and no change of the plan loses it."""

    def put_orders(self, orders: Iterable[Order]) -> None:
        orders = list(orders)
        known = {order.id: order for order in self._reader.orders([o.id for o in orders if o.version])}
        for order in orders:
            was = known.get(order.id)
            if was is None or not self._stands(was, order.attempt):
                continue
            if order.date != was.date:
                raise self._refusal(was, "moved to another day")
            if was.state is OrderState.OPEN and order.state is not OrderState.OPEN:
                raise self._refusal(was, "cancelled")
        cast(UnitOfWork, self._reader).put_orders(orders)

    def remove_orders(self, ids: Iterable[OrderId]) -> None:
        ids = list(ids)
        for order in self._reader.orders(ids):
            if self._stands(order, order.attempt):
                raise self._refusal(order, "removed")
        cast(UnitOfWork, self._reader).remove_orders(ids)

    def _stands(self, order: Order, attempt: int) -> bool:
        """Whether a driver says to have been there, and it is not to be tried again."""
        fact = self._underway.facts(order.date).get(order.id)
        return fact is not None and fact.told and fact.attempt >= max(attempt, order.attempt)

    def _refusal(self, order: Order, what: str) -> BadInput:
        at = self._underway.facts(order.date)[order.id].at.astimezone(self._reader.depot().zone)
        return BadInput(
            f"A driver was at order {order.number} at {at:%H:%M} on {at:%d %B}: it cannot be {what}.",
            "Leave it as it is. To send it out once more use “Try again…”, or make a new order.",
        )

    def set_routes(self, routes: Mapping[ShiftId, Sequence[Stop]]) -> None:
        unit = cast(UnitOfWork, self._reader)
        unit.set_routes({shift_id: self._plain(stops) for shift_id, stops in routes.items()})

    def _plain(self, stops: Sequence[Stop]) -> list[Stop]:
        orders = self._reader.orders([stop.order_id for stop in stops if stop.done])
        facts = {order.id for order in orders if self._underway.is_fact(order)}
        return [replace(stop, done=False) if stop.order_id in facts else stop for stop in stops]


def laid_over(plan: Plan, facts: Facts) -> Plan:
    """The plan with these orders done, each by whoever did it; routes that this leaves alone are the very same objects.

    An order that no route has any more is put back where it was done; one whose shift is gone is done where it stands.
    """
    stops = {stop.order_id: (route.shift_id, stop) for route in plan.routes for stop in route.stops}
    shifts = {route.shift_id for route in plan.routes}
    behind: dict[ShiftId, list[Stop]] = {}
    for order_id, fact in sorted(facts.items(), key=lambda each: each[1].at):
        planned_in, stop = stops.get(order_id, (None, Stop(order_id)))
        done_in = fact.shift_id if fact.told and fact.shift_id in shifts else planned_in
        if done_in is not None:
            behind.setdefault(done_in, []).append(replace(stop, done=True))
    return replace(plan, routes=tuple(_route(route, behind.get(route.shift_id, ()), facts) for route in plan.routes))


def _route(route: Route, behind: Sequence[Stop], facts: Facts) -> Route:
    if not behind and not any(order_id in facts for order_id in route.order_ids):
        return route
    rest = [stop for stop in route.stops if stop.order_id not in facts]
    earlier, ahead = [stop for stop in rest if stop.done], [stop for stop in rest if not stop.done]
    return Route(route.shift_id, (*earlier, *behind, *ahead), followed=bool(behind) or route.followed)
