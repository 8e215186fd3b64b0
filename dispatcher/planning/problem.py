"""The problem of a day in plain numbers: what the judge, the engines, the insertion prices and the reasons all read.

Times are whole seconds after `Problem.origin`; loads are thousandths (grams, millilitres, thousandths of a parcel), so
that sums are exact; travel is looked up in `TravelTable`s by the index of a place. Here lives the translation from the
day to numbers, and the rules that a single order and a single shift already settle between them. No search, no sums
over a route.
"""

import copyreg
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dispatcher.domain.certificates import Lapse
from dispatcher.domain.fleet import Driver, Lock, Profile, Shift, Vehicle
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.orders import Load, Order, OrderKind, OrderState, Priority
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day, Plan
from dispatcher.domain.roads import NO_WAY, OFF_ROAD_M, TravelTable
from dispatcher.domain.schedule import Reason, ReasonCode, Rule, Violation
from dispatcher.domain.time import at_local, midnight, seconds_after
from dispatcher.planning.columns import Columns

type Sequences = Mapping[ShiftId, Sequence[OrderId]]
"""Which orders each shift serves, in which order."""

type Amounts = tuple[int, int, int]
"""Thousandths of kilograms, litres and parcels."""

NOWHERE = -1
"""The place index of an order whose address has no place yet."""

NOTHING: Amounts = (0, 0, 0)


def _read_only[K, V](items: dict[K, V]) -> MappingProxyType[K, V]:
    return MappingProxyType(items)


# Python cannot pickle these views by itself, and a problem goes to the optimiser's process
copyreg.pickle(MappingProxyType, lambda view: (_read_only, (dict(view),)))


@dataclass(frozen=True, slots=True)
class PlaceIndex:
    """The different places of a day, in the order of the rows and columns of its travel tables."""

    places: tuple[Place, ...]
    at: Mapping[Place, int]

    def __len__(self) -> int:
        return len(self.places)


def places_of(day: Day) -> PlaceIndex:
    """Every place the day's travel tables must cover: starts and ends of shifts, then orders, each once."""
    found: dict[Place, int] = {}
    for shift in day.shifts.values():
        found.setdefault(shift.start, len(found))
        if shift.end is not None:
            found.setdefault(shift.end, len(found))
    for order in _orders_at_stake(day):
        if order.address.place is not None:
            found.setdefault(order.address.place, len(found))
    return PlaceIndex(tuple(found), MappingProxyType(found))


def profiles_of(day: Day) -> frozenset[Profile]:
    """The profiles whose travel tables the day needs: those of the vehicles on duty."""
    return frozenset(day.vehicles[shift.vehicle_id].kind.profile for shift in day.shifts.values())


@dataclass(frozen=True, slots=True)
class Visit:
    """An order in numbers."""

    order_id: OrderId
    number: str
    at: int
    """Index of its place; `NOWHERE` without one."""
    windows: tuple[tuple[int, int], ...] = ()
    """When service may begin; empty means at any time."""
    service_s: int = 0
    load: Amounts = (0, 0, 0)
    collects: bool = False
    skills: frozenset[str] = frozenset()
    driver_id: DriverId | None = None
    """The only driver who may serve it."""
    priority: Priority = Priority.NORMAL
    early: bool = False
    held: ShiftId | None = None
    """The shift it must stay with."""
    open: bool = True
    """Whether it still wants planning; a cancelled order may stand in a route all the same."""
    pickup: OrderId | None = None
    """The collection that fetches its goods, earlier in the same round."""
    loaded_on: ShiftId | None = None
    """The shift in whose vehicle its goods are already."""
    done: bool = False
    """The driver has been there."""

    @property
    def closes_s(self) -> int | None:
        """When the last window closes."""
        return self.windows[-1][1] if self.windows else None

    def begins(self, arrives_s: int) -> int:
        """When service begins on arrival at `arrives_s`: the next open moment, or at once after the last window."""
        for opens_s, closes_s in self.windows:
            if arrives_s <= closes_s:
                return max(arrives_s, opens_s)
        return arrives_s

    def begins_by(self, bound_s: int) -> int | None:
        """The latest moment up to `bound_s` at which service may begin; `None` if every window opens later."""
        if not self.windows:
            return bound_s
        for opens_s, closes_s in reversed(self.windows):
            if opens_s <= bound_s:
                return min(bound_s, closes_s)
        return None


@dataclass(frozen=True, slots=True)
class Pause:
    """A driver's break: so long, begun in this window; needed by a round that lasts past `until_s`."""

    length_s: int
    from_s: int
    until_s: int


@dataclass(frozen=True, slots=True)
class Round:
    """A shift in numbers, with the names that sentences need."""

    shift_id: ShiftId
    driver_id: DriverId
    driver_name: str
    vehicle_name: str
    profile: Profile
    starts_s: int
    ends_s: int
    start: int
    """Index of the place it starts from."""
    end: int | None
    """Index of the place it ends at; `None` for an open round."""
    capacity: Amounts
    skills: frozenset[str]
    """The driver's and the vehicle's together, on the shift's date."""
    cost_per_km: int
    cost_per_hour: int
    fixed_cost: int
    max_stops: int | None = None
    max_duration_s: int | None = None
    max_distance_m: int | None = None
    max_reloads: int = 0
    pause: Pause | None = None
    lock: Lock = Lock.OPEN
    on: date = date.min
    """The shift's date."""
    lapsed: tuple[Lapse, ...] = ()
    """The driver's and the vehicle's certificates that have run out by then."""

    @property
    def grounded(self) -> tuple[Lapse, ...]:
        """Those without which it may not go out at all."""
        return tuple(each for each in self.lapsed if each.certificate.required)

    def missing(self, visit: Visit) -> str:
        """The skills it lacks for an order, with what has run out; empty if it has them all."""
        once = {each.certificate.skill: f" – {each.whose}’s ran out on {each.day}" for each in self.lapsed}
        return ", ".join(skill + once.get(skill, "") for skill in sorted(visit.skills - self.skills))

    def cost(self, distance_m: int, duration_s: int) -> float:
        """Minor currency units for a round that goes out: fixed, by distance, by time from leaving to returning."""
        return self.fixed_cost + distance_m * self.cost_per_km / 1000 + duration_s * self.cost_per_hour / 3600


@dataclass(frozen=True)
class Problem:
    """One day in numbers."""

    date: date
    zone: ZoneInfo
    origin: datetime
    """Second 0: the day's midnight at the depot, or the first shift's start if that is earlier."""
    index: PlaceIndex
    visits: Mapping[OrderId, Visit]
    """Every open order, and every order that stands in a route."""
    rounds: Mapping[ShiftId, Round]
    travel: Mapping[Profile, TravelTable]
    set_aside: Mapping[OrderId, Reason]
    """Orders that nobody can reach: without a place, or too far from every road."""
    planned: Mapping[ShiftId, tuple[OrderId, ...]]
    """The day's plan as it was read."""
    reload_s: int = 0
    """How long loading again takes at the start of a round."""
    handling_s: int = 0
    """What a round pays, in its driver's time, for a stop whose goods another van has loaded."""
    max_wait_s: int | None = None
    freeze_s: int | None = None
    """The freeze line: re-planning touches no stop whose service begins before it."""

    @classmethod
    def of(cls, day: Day, travel: Mapping[Profile, TravelTable]) -> "Problem":
        """Translate a day. `travel` covers `places_of(day)`, in that order, for each of `profiles_of(day)`.

        Raises `ValueError` when a table is missing or has another size.
        """
        index = places_of(day)
        _check_tables(travel, profiles_of(day), len(index))
        starts = [shift.starts_at for shift in day.shifts.values()]
        origin = min([midnight(day.date, day.depot.zone), *starts])
        visits = {o.id: _visit(o, day, index, origin) for o in _orders_at_stake(day)}
        visits = _with_stops(visits, day.plan)
        return cls(
            date=day.date,
            zone=day.depot.zone,
            origin=origin,
            index=index,
            visits=MappingProxyType(visits),
            rounds=MappingProxyType({shift.id: _round(day, shift, index, origin) for shift in day.shifts.values()}),
            travel=MappingProxyType(dict(travel)),
            set_aside=MappingProxyType(dict(_set_aside(visits, travel))),
            planned=MappingProxyType({route.shift_id: route.order_ids for route in day.plan.routes}),
            reload_s=day.depot.reload_s,
            handling_s=day.depot.handling_s,
            max_wait_s=day.depot.max_wait_s,
            freeze_s=None if day.freeze_at is None else seconds_after(origin, day.freeze_at),
        )

    def replanned(self, day: Day) -> "Problem":
        """The same problem with other routes, another freeze line, other goods loaded; it costs what is otherwise."""
        planned = MappingProxyType({route.shift_id: route.order_ids for route in day.plan.routes})
        visits = _with_stops(self.visits, day.plan)
        loaded = {
            v.order_id: replace(v, loaded_on=day.loaded.get(v.order_id))
            for v in visits.values()
            if v.loaded_on != day.loaded.get(v.order_id)
        }
        again = replace(
            self,
            visits=MappingProxyType({**visits, **loaded}),
            planned=planned,
            freeze_s=None if day.freeze_at is None else seconds_after(self.origin, day.freeze_at),
        )
        again.__dict__["columns"] = self.columns  # made already, and still true: no route is in there
        return again

    @cached_property
    def columns(self) -> Columns:
        """The visits as numpy columns."""
        return Columns.of(self.visits)

    def __getstate__(self) -> dict[str, object]:
        """Without what can be made again: a problem goes to other processes."""
        return {name: value for name, value in self.__dict__.items() if name != "columns"}

    @cached_property
    def wanted(self) -> tuple[OrderId, ...]:
        """Orders an engine may plan: open, and reachable by somebody."""
        return tuple(v.order_id for v in self.visits.values() if v.open and v.order_id not in self.set_aside)

    def unplanned(self, sequences: Sequences) -> tuple[OrderId, ...]:
        """Open orders that none of the sequences serves, in the order of their numbers."""
        served = {order_id for sequence in sequences.values() for order_id in sequence}
        waiting = (v for v in self.visits.values() if v.open and v.order_id not in served)
        return tuple(v.order_id for v in sorted(waiting, key=lambda v: v.number))

    def bars(self, visit: Visit, duty: Round) -> tuple[Violation, ...]:
        """What keeps this order from this shift whatever else is in the route: person, skills, papers, roads."""
        return tuple(self._bars(visit, duty))

    def _bars(self, visit: Visit, duty: Round) -> Iterator[Violation]:
        if visit.driver_id is not None and visit.driver_id != duty.driver_id:
            yield Violation(Rule.DRIVER, 1, visit.order_id, self.driver_name(visit.driver_id))
        if missing := visit.skills - duty.skills:
            yield Violation(Rule.SKILL, len(missing), visit.order_id, duty.missing(visit))
        if grounded := duty.grounded:
            told = "; ".join(each.sentence for each in grounded)
            yield Violation(Rule.CERTIFICATE, len(grounded), visit.order_id, told)
        if visit.at == NOWHERE:
            yield Violation(Rule.NO_PLACE, 1, visit.order_id)
            return
        table = self.travel[duty.profile]
        off_road_m = float(table.off_road_m[visit.at])
        if off_road_m > OFF_ROAD_M:
            yield Violation(Rule.NO_ROAD, round(off_road_m), visit.order_id)
        elif self._stranded(visit.at, duty, table):
            yield Violation(Rule.NO_ROAD, 0, visit.order_id)

    @staticmethod
    def _stranded(at: int, duty: Round, table: TravelTable) -> bool:
        back = duty.start if duty.end is None else duty.end
        there = table.duration_s[duty.start, at] >= NO_WAY
        return bool(there or (duty.end is not None and table.duration_s[at, back] >= NO_WAY))

    def driver_name(self, driver_id: DriverId) -> str:
        """The driver's name if on duty, else nothing."""
        return next((r.driver_name for r in self.rounds.values() if r.driver_id == driver_id), "")


def stations(duty: Round, visits: Sequence[Visit]) -> list[int]:
    """Place indices along a round, from its start to its end; an open round ends where its last stop is."""
    at = duty.start
    found = [at]
    for visit in visits:
        at = at if visit.at == NOWHERE else visit.at
        found.append(at)
    found.append(at if duty.end is None or not visits else duty.end)
    return found


def amounts(load: Load) -> Amounts:
    """A load in thousandths."""
    return round(load.kg * 1000), round(load.litres * 1000), load.parcels * 1000


def load_of(thousandths: Sequence[int]) -> Load:
    """A load from thousandths."""
    grams, millilitres, parcels = thousandths
    return Load(grams / 1000, millilitres / 1000, parcels // 1000)


def _orders_at_stake(day: Day) -> Iterator[Order]:
    routed = {order_id for route in day.plan.routes for order_id in route.order_ids}
    return (o for o in day.orders.values() if o.state is OrderState.OPEN or o.id in routed)


def _check_tables(travel: Mapping[Profile, TravelTable], needed: frozenset[Profile], size: int) -> None:
    for profile in needed:
        if profile not in travel:
            raise ValueError(f"the travel table for {profile} is missing")
        if travel[profile].duration_s.shape != (size, size):
            raise ValueError(f"the travel table for {profile} must cover {size} places")


def _with_stops(visits: Mapping[OrderId, Visit], plan: Plan) -> dict[OrderId, Visit]:
    """The visits with what their stops say: with whom they are held, whether they are done."""
    held = {stop.order_id: route.shift_id for route in plan.routes for stop in route.stops if stop.held}
    done = {stop.order_id for route in plan.routes for stop in route.stops if stop.done}
    changed = {
        v.order_id: replace(v, held=held.get(v.order_id), done=v.order_id in done)
        for v in visits.values()
        if v.held != held.get(v.order_id) or v.done != (v.order_id in done)
    }
    return {**visits, **changed}


def _visit(order: Order, day: Day, index: PlaceIndex, origin: datetime) -> Visit:
    place = order.address.place
    return Visit(
        order_id=order.id,
        number=order.number,
        at=NOWHERE if place is None else index.at[place],
        windows=tuple((seconds_after(origin, w.opens_at), seconds_after(origin, w.closes_at)) for w in order.windows),
        service_s=order.service_s,
        load=amounts(order.load),
        collects=order.kind is OrderKind.COLLECTION,
        skills=order.skills,
        driver_id=order.driver_id,
        priority=order.must_not_drop,
        early=order.do_early,
        open=order.state is OrderState.OPEN,
        pickup=order.pickup_id,
        loaded_on=day.loaded.get(order.id),
    )


def _round(day: Day, shift: Shift, index: PlaceIndex, origin: datetime) -> Round:
    driver: Driver = day.drivers[shift.driver_id]
    vehicle: Vehicle = day.vehicles[shift.vehicle_id]
    return Round(
        shift_id=shift.id,
        driver_id=driver.id,
        driver_name=driver.name,
        vehicle_name=vehicle.name,
        profile=vehicle.kind.profile,
        starts_s=seconds_after(origin, shift.starts_at),
        ends_s=seconds_after(origin, shift.ends_at),
        start=index.at[shift.start],
        end=None if shift.end is None else index.at[shift.end],
        capacity=amounts(vehicle.capacity),
        skills=driver.skills_on(shift.date) | vehicle.skills_on(shift.date),
        cost_per_km=vehicle.cost_per_km,
        cost_per_hour=driver.cost_per_hour,
        fixed_cost=vehicle.fixed_cost,
        max_stops=driver.max_stops,
        max_duration_s=driver.max_duration_s,
        max_distance_m=driver.max_distance_m,
        max_reloads=vehicle.max_reloads,
        pause=_pause(driver, shift, day, origin),
        lock=shift.lock,
        on=shift.date,
        lapsed=driver.lapsed_on(shift.date) + vehicle.lapsed_on(shift.date),
    )


def _pause(driver: Driver, shift: Shift, day: Day, origin: datetime) -> Pause | None:
    """The driver's break on this day; times by the clock are those in the shift, or the nearest to it."""
    if not driver.break_s:
        return None
    starts_s, ends_s = seconds_after(origin, shift.starts_at), seconds_after(origin, shift.ends_at)
    from_s = starts_s if driver.break_from is None else _clock_s(driver.break_from, day, shift, origin)
    until_s = ends_s if driver.break_until is None else _clock_s(driver.break_until, day, shift, origin)
    return Pause(driver.break_s, from_s, max(from_s, until_s))


def _clock_s(clock: time, day: Day, shift: Shift, origin: datetime) -> int:
    """A wall-clock time as seconds: on the next day if the shift begins only after it."""
    moment = at_local(day.date, clock, day.depot.zone)
    if moment < shift.starts_at:
        later = at_local(day.date + timedelta(days=1), clock, day.depot.zone)
        moment = later if later <= shift.ends_at else moment
    return seconds_after(origin, moment)


def _set_aside(
    visits: Mapping[OrderId, Visit], travel: Mapping[Profile, TravelTable]
) -> Iterator[tuple[OrderId, Reason]]:
    for visit in visits.values():
        if visit.at == NOWHERE:
            sentence = "The address has no place on the map yet; set a pin or correct the address."
            yield visit.order_id, Reason(visit.order_id, ReasonCode.NO_PLACE, sentence)
            continue
        off_road_m = min((float(table.off_road_m[visit.at]) for table in travel.values()), default=0.0)
        if off_road_m > OFF_ROAD_M:
            sentence = f"The place lies {off_road_m:,.0f} m from the nearest road of the region; check its pin."
            yield visit.order_id, Reason(visit.order_id, ReasonCode.NO_ROAD, sentence)
