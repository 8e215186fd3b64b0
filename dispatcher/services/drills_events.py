"""What a cue of a drill does to the day: whom it hits, what a dispatcher would hear, and the facts it writes.

With it the day is brought up to the cue's moment: what has been driven by then is done, whoever has left has the goods
in the van, and the freeze line stands at the moment; so nobody, neither person nor optimiser, re-plans the morning.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.orders import Load, Order, OrderState, Priority
from dispatcher.domain.place import Address
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.schedule import Schedule
from dispatcher.domain.time import TimeWindow
from dispatcher.drills.cues import Cue, CueKind, drawn, ranked
from dispatcher.services.disturbances import driven_by, drop_out, run_late, try_again
from dispatcher.services.orders import cancel_orders
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.rounds import loads_at_depot

LATE_MINUTES = (25, 35, 45, 60)
WAIT_MINUTES = (60, 90, 120)
NEW_HOURS = (1, 2, 3)
URGENT_WITHIN = timedelta(hours=2, minutes=30)
JUST_NOW = timedelta(minutes=90)
"""So long ago a stop may be for nobody to have been there."""
AHEAD = timedelta(minutes=30)
"""So far off a stop must be at least for its customer to call about it."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Happening:
    """A cue that has come."""

    kind: CueKind
    at: datetime
    said: str
    """What a dispatcher would hear; with names, for the screen."""
    what: str
    """The same without them, for the record."""
    change: Callable[[UnitOfWork], object]
    """Writes it, with what has been driven by then; one unit of work."""

    @property
    def label(self) -> str:
        """Of the change, in the journal."""
        return f"Drill: {self.kind}"


@dataclass(frozen=True, slots=True)
class _Round:
    """A round at the moment of a cue."""

    route: Route
    shift: Shift
    driver: Driver
    vehicle: Vehicle
    behind: tuple[OrderId, ...]
    out: bool

    @property
    def ahead(self) -> tuple[OrderId, ...]:
        return self.route.order_ids[len(self.behind) :]


@dataclass(frozen=True, slots=True)
class Scene:
    """The day at the moment of a cue, and what the seed has to say."""

    day: Day
    cue: Cue
    seed: int
    turn: int
    rounds: tuple[_Round, ...]
    starts_at: Mapping[OrderId, datetime]
    shelf: Mapping[str, Order]
    """Orders that came in during a recorded day, by number."""

    @classmethod
    def of(
        cls, day: Day, schedule: Schedule, cue: Cue, *, seed: int, turn: int, shelf: Sequence[Order] = ()
    ) -> "Scene":
        """`turn` counts the cues of the drill."""
        times = {s.order_id: s for r in schedule.routes.values() for s in r.stops}
        departs = {order_id: stop.departs_at for order_id, stop in times.items()}
        rounds = []
        for route, shift, driver, vehicle in day.rounds():
            judged = schedule.routes[shift.id]
            out = bool(route.stops) and judged.leaves_at <= cue.at
            rounds.append(_Round(route, shift, driver, vehicle, driven_by(route, departs, cue.at), out))
        starts = {order_id: stop.starts_at for order_id, stop in times.items()}
        return cls(day, cue, seed, turn, tuple(rounds), starts, {o.number: o for o in shelf})

    def a_round(self, least: int, *, out: bool = False) -> _Round | None:
        """The one that the cue hits: the one it names, as long as it can; else one with so many stops ahead."""
        able = [r for r in self.rounds if r.ahead and (r.out or not out)]
        named = [r for r in able if r.driver.number == self.cue.driver]
        fits = [r for r in able if len(r.ahead) >= least]
        return next(iter(named or ranked(self.seed, self.turn, fits, lambda r: r.driver.number)), None)

    def a_late_round(self) -> _Round | None:
        """One that is out, if no other is named: a later start of one that leaves in the afternoon delays nothing."""
        named = any(r.ahead and r.driver.number == self.cue.driver for r in self.rounds)
        out = None if named else self.a_round(3, out=True) or self.a_round(1, out=True)
        return out or self.a_round(3) or self.a_round(1)

    def an_order(self, those: Collection[OrderId]) -> Order | None:
        """The one that the cue hits, of those that stand alone."""
        pairs = {o.pickup_id for o in self.day.orders.values()}
        fits = [self.day.orders[o] for o in those if o not in pairs and self.day.orders[o].pickup_id is None]
        named = [o for o in fits if o.number == self.cue.number]
        return next(iter(named or ranked(self.seed, self.turn, fits, lambda o: o.number)), None)

    def ahead(self, least: timedelta) -> list[OrderId]:
        """Stops that are to be begun so long after the cue at least."""
        those = (o for r in self.rounds for o in r.ahead)
        return [o for o in those if self.starts_at[o] >= self.cue.at + least]

    def draw(self, what: str, choices: Sequence[int]) -> int:
        return drawn(self.seed, self.turn, what, choices)

    @property
    def latest(self) -> datetime:
        """When the last shift ends."""
        return max(r.shift.ends_at for r in self.rounds)

    def clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.day.depot.zone):%H:%M}"

    def bring_up(self, uow: UnitOfWork) -> None:
        """Bring the day up to the moment of the cue."""
        behind = {o for r in self.rounds for o in r.behind}
        plan = uow.plan(self.day.date)
        uow.set_routes({
            route.shift_id: [replace(s, done=s.done or s.order_id in behind) for s in route.stops]
            for route in plan.routes
            if behind & set(route.order_ids)
        })  # fmt: skip
        for each in self.rounds:
            fresh = [o for o in each.route.order_ids if each.out and o not in self.day.loaded]
            goods = [o for o in fresh if loads_at_depot(self.day.orders[o])]
            if goods:
                uow.set_loaded(goods, each.shift.id)
        uow.set_freeze(self.day.date, self.cue.at)


def happening(scene: Scene) -> Happening | None:
    """What the cue does; `None` where it can hit nobody any more."""
    found = _KINDS[scene.cue.kind](scene)
    if found is None:
        return None
    said, what, fact = found

    def change(uow: UnitOfWork) -> None:
        scene.bring_up(uow)
        fact(uow)

    return Happening(scene.cue.kind, scene.cue.at, said, what, change)


type _Found = tuple[str, str, Callable[[UnitOfWork], object]] | None


def _stops(number: int) -> str:
    return f"{number} stop{'' if number == 1 else 's'}"


def _breakdown(scene: Scene) -> _Found:
    hit = scene.a_round(3, out=True) or scene.a_round(1, out=True)
    if hit is None:
        return None
    left = _stops(len(hit.ahead))
    said = f"{hit.driver.name} calls: {hit.vehicle.name} stands by the road and goes no further. {left} were ahead."
    return said, f"Round {hit.driver.number}: the van breaks down, {left} ahead.", _drop(scene, hit)


def _ill(scene: Scene) -> _Found:
    hit = scene.a_round(3) or scene.a_round(1)
    if hit is None:
        return None
    left = _stops(len(hit.ahead))
    said = f"{hit.driver.name} calls in ill and cannot go on. {left} were ahead, and nobody takes over."
    return said, f"Round {hit.driver.number}: the driver falls ill, {left} ahead.", _drop(scene, hit)


def _drop(scene: Scene, hit: _Round) -> Callable[[UnitOfWork], object]:
    return partial(drop_out, on=scene.day.date, shift_id=hit.shift.id, at=scene.cue.at, driven=hit.behind)


def _late(scene: Scene) -> _Found:
    hit = scene.a_late_round()
    minutes = scene.cue.minutes or scene.draw("late", LATE_MINUTES)
    if hit is None or hit.shift.starts_at + timedelta(minutes=minutes) >= hit.shift.ends_at:
        return None
    said = f"{hit.driver.name} reports: about {minutes} minutes behind the plan. {_stops(len(hit.ahead))} are ahead."
    fact = partial(run_late, on=scene.day.date, shift_id=hit.shift.id, minutes=minutes, driven=hit.behind)
    return said, f"Round {hit.driver.number} runs {minutes} minutes late.", fact


def _hours(scene: Scene) -> _Found:
    order = scene.an_order(scene.ahead(AHEAD))
    if order is None:
        return None
    windows = tuple(w for w in scene.cue.windows if w.closes_at > scene.cue.at) or _new_hours(scene)
    if not windows:
        return None
    hours = ", ".join(f"{scene.clock(w.opens_at)}–{scene.clock(w.closes_at)}" for w in windows)
    said = f"{_customer(order)} calls: not at home as agreed; please come {hours}."
    return said, f"Order {order.number} wants {hours} instead.", _put(replace(order, windows=windows))


def _new_hours(scene: Scene) -> tuple[TimeWindow, ...]:
    """Two hours of the clock later in the day, while drivers are still out."""
    for hours in sorted(NEW_HOURS, key=lambda h: h != scene.draw("hours", NEW_HOURS)):
        opens = scene.cue.at.replace(minute=0, second=0, microsecond=0) + HOUR * (hours + 1)
        if opens + HOUR <= scene.latest:
            return (TimeWindow(opens, opens + 2 * HOUR),)
    return ()


def _urgent(scene: Scene) -> _Found:
    shelved = scene.shelf.get(scene.cue.number)
    order = replace(shelved, date=scene.day.date) if shelved else _made_up(scene)
    if order is None:
        return None
    within = TimeWindow(scene.cue.at, scene.cue.at + URGENT_WITHIN)
    windows = tuple(w for w in order.windows if w.closes_at > scene.cue.at) if shelved else (within,)
    order = replace(order, windows=windows, must_not_drop=Priority.CRITICAL)
    by = f" by {scene.clock(windows[-1].closes_at)}" if windows else " today"
    said = f"Urgent: {_customer(order)} must be served{by} (order {order.number}). It is in the pool."
    return said, f"Urgent order {order.number} comes in, to be served{by}.", _put(order)


def _made_up(scene: Scene) -> Order | None:
    """A small thing for a house that is served today anyway, or was to be."""
    like = scene.an_order([o.id for o in scene.day.orders.values() if o.address.place and o.state is OrderState.OPEN])
    if like is None:
        return None
    address: Address = like.address
    return Order(
        OrderId(new_id()), f"URGENT-{scene.turn + 1}", scene.day.date, address, contact=like.contact,
        service_s=scene.day.depot.service_s, load=Load(2.0, 10.0, 1),
    )  # fmt: skip


def _cancelled(scene: Scene) -> _Found:
    order = scene.an_order(scene.ahead(AHEAD))
    if order is None:
        return None
    said = f"{_customer(order)} cancels order {order.number}: nobody need come."
    fact = partial(cancel_orders, order_ids=[order.id])
    return said, f"Order {order.number} is cancelled.", fact


def _no_show(scene: Scene) -> _Found:
    just_now = [o for r in scene.rounds for o in r.behind if scene.starts_at[o] >= scene.cue.at - JUST_NOW]
    order = scene.an_order([o for o in just_now if scene.day.orders[o].attempt == 1])
    if order is None:
        return None
    wait = scene.cue.minutes or scene.draw("wait", WAIT_MINUTES)
    again = min(scene.cue.at + timedelta(minutes=wait), max(scene.cue.at, scene.latest - 2 * HOUR))
    said = f"Nobody was there at {_customer(order)}. They ask for another try after {scene.clock(again)}."
    # by then any hour will do: what was agreed for the morning is over
    anew = replace(order, windows=())

    def fact(uow: UnitOfWork) -> None:
        uow.put_orders([anew])
        try_again(uow, order_id=order.id, not_before=again)

    return said, f"Order {order.number}: nobody was there; again after {scene.clock(again)}.", fact


def _put(order: Order) -> Callable[[UnitOfWork], object]:
    return lambda uow: uow.put_orders([order])


def _customer(order: Order) -> str:
    return " in ".join(part for part in (order.contact.name, order.address.line) if part) or f"order {order.number}"


_KINDS: Mapping[CueKind, Callable[[Scene], _Found]] = {
    CueKind.BREAKDOWN: _breakdown,
    CueKind.ILL: _ill,
    CueKind.LATE: _late,
    CueKind.HOURS: _hours,
    CueKind.URGENT: _urgent,
    CueKind.CANCELLED: _cancelled,
    CueKind.NO_SHOW: _no_show,
}
