"""What one more customer would cost in each slot: put by the planner into that day's rounds as they stand.

Of a day that has rounds the nearest ones are measured on real roads, each by itself, so that fourteen days take under a
second: insertion finds the place, the judge times the round with and without it, waiting included. A day without a plan
can only be estimated: by the way to the two nearest orders of that day, or to the depot, as the crow flies.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

import numpy as np

from dispatcher.domain.errors import BadInput, Cancelled
from dispatcher.domain.fleet import Lock, Profile, Shift
from dispatcher.domain.ids import OrderId, ShiftId, VehicleId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.roads import RoadNetwork, obeyed
from dispatcher.domain.slots import Area, Slot, SlotBook
from dispatcher.planning.fixed import fixed_heads
from dispatcher.planning.insertion import Gap, Refusal, Room
from dispatcher.planning.judge import Timeline
from dispatcher.planning.problem import Problem, places_of, profiles_of
from dispatcher.region.straight import DETOUR, beelines_m, duration_s
from dispatcher.services.slots_view import Enquiry, Offer
from dispatcher.slots.areas import area_of_address
from dispatcher.slots.calendar import Taken

NEAREST = 6
"""Rounds that are always measured."""
MOST = 18
"""And so many if none of the nearest has room."""
THREADS = 2

type Probes = Mapping[OrderId, Slot]


def require_area_of(book: SlotBook, enquiry: Enquiry) -> Area:
    """The area an enquiry is from. Raises `BadInput`."""
    if enquiry.address.place is None:
        raise BadInput("That address has no place on the map.", "Choose one from the list, or set a pin.")
    area = area_of_address(book.areas.values(), enquiry.address)
    if area is None:
        raise BadInput(f"No area has {enquiry.address.text}.", "Add its postcode to an area of the catalogue.")
    return area


def wants(enquiry: Enquiry) -> Taken:
    """What an enquiry takes of a slot."""
    return Taken(1, -(-enquiry.service_s // 60), enquiry.load)


@dataclass(frozen=True, slots=True)
class Pricing:
    """Prices slots on one road network. Any thread."""

    roads: RoadNetwork

    def offers(
        self,
        enquiry: Enquiry,
        slots: Collection[Slot],
        days: Mapping[date, Day],
        now: datetime,
        cancelled: Callable[[], bool],
    ) -> tuple[Offer, ...]:
        """These slots with their costs, cheapest first. Raises `Cancelled`."""

        def of_day(day: Day) -> list[Offer]:
            if cancelled():
                raise Cancelled
            there = [slot for slot in slots if slot.on == day.date]
            without = _without(day, enquiry.order_id)
            planned = any(route.stops for route in without.plan.routes)
            return list(self._inserted(enquiry, there, without, now) if planned else _guessed(enquiry, there, without))

        with ThreadPoolExecutor(THREADS, "slots") as pool:
            found = [offer for part in pool.map(of_day, days.values()) for offer in part]
        return tuple(sorted(found, key=lambda o: (o.cost is None, o.cost or 0, o.slot.window.opens_at)))

    def _inserted(self, enquiry: Enquiry, slots: Sequence[Slot], day: Day, now: datetime) -> Iterator[Offer]:
        probes = {OrderId(f"slot {n}"): slot for n, slot in enumerate(slots)}
        best: dict[OrderId, Offer] = {}
        blocked: dict[OrderId, Offer] = {}
        for n, route in enumerate(_nearest_first(day, enquiry, now)):
            if n >= MOST or (n >= NEAREST and len(best) == len(probes)):
                break
            for probe, offer in self._round(enquiry, probes, day, route):
                if offer.cost is None:
                    blocked.setdefault(probe, offer)
                elif probe not in best or offer.cost < (best[probe].cost or 0):
                    best[probe] = offer
        for probe, slot in probes.items():
            nobody = Offer(slot, priced=True, obstacle="every round is locked, on its way, or may not go out")
            yield best.get(probe) or blocked.get(probe) or nobody

    def _round(self, enquiry: Enquiry, probes: Probes, day: Day, route: Route) -> Iterator[tuple[OrderId, Offer]]:
        part = _alone(day, route, [_probe(enquiry, probe, slot) for probe, slot in probes.items()])
        closed = obeyed(self.roads, part.closures)
        places = places_of(part).places
        problem = Problem.of(part, {p: self.roads.table(places, p, closed) for p in profiles_of(part)})
        sequence = list(route.order_ids)
        head = fixed_heads(problem, {route.shift_id: sequence})[route.shift_id]
        room, before = Room.of(problem, route.shift_id, sequence, head), _line(problem, route.shift_id, sequence)
        driver = day.drivers[day.shifts[route.shift_id].driver_id].name
        for probe, slot in probes.items():
            answer = room.place(problem.visits[probe])
            if isinstance(answer, Refusal):
                yield probe, Offer(slot, priced=True, obstacle=_words(answer, driver))
            else:
                yield probe, _offer(slot, problem, sequence, probe, answer, before, driver)


def _offer(
    slot: Slot, problem: Problem, sequence: list[OrderId], probe: OrderId, gap: Gap, before: Timeline, driver: str
) -> Offer:
    after = [*sequence[: gap.position], probe, *sequence[gap.position :]]
    line = _line(problem, gap.shift_id, after)
    opening = not sequence
    return Offer(
        slot,
        cost=round(line.cost - (0 if opening else before.cost)),
        priced=True,
        extra_s=line.duration_s - (0 if opening else before.duration_s),
        extra_m=sum(line.leg_m) - sum(before.leg_m),
        driver=driver,
        shift_id=gap.shift_id,
        sequence=tuple(None if order_id == probe else order_id for order_id in after),
    )


def _line(problem: Problem, shift_id: ShiftId, sequence: Sequence[OrderId]) -> Timeline:
    return Timeline.of(problem, problem.rounds[shift_id], [problem.visits[order_id] for order_id in sequence])


def _words(refusal: Refusal, driver: str) -> str:
    return f"no round has room: {refusal.rule.value} with {driver}, where least is in the way"


# --- the rounds of a day --------------------------------------------------------------------------------------------


def _without(day: Day, order_id: OrderId | None) -> Day:
    """The day without one order, wherever it is."""
    if order_id is None or order_id not in day.orders:
        return day
    routes = tuple(
        replace(route, stops=tuple(stop for stop in route.stops if stop.order_id != order_id))
        for route in day.plan.routes
    )
    orders = {o: order for o, order in day.orders.items() if o != order_id}
    return replace(day, orders=orders, plan=replace(day.plan, routes=routes))


def _nearest_first(day: Day, enquiry: Enquiry, now: datetime) -> list[Route]:
    """The rounds that can still take a stop, by the least detour as the crow flies; of idle ones alike, one."""
    place = enquiry.address.place
    assert place is not None
    found: list[tuple[float, Route]] = []
    idle = set[tuple[object, ...]]()
    for route, shift, driver, vehicle in day.rounds():
        if shift.lock not in (Lock.OPEN, Lock.SEQUENCE) or shift.starts_at <= now:
            continue
        if not (driver.may_drive_on(shift.date) and vehicle.may_drive_on(shift.date)):
            continue
        kind = (
            shift.starts_at,
            shift.ends_at,
            shift.start,
            shift.end,
            replace(vehicle, id=VehicleId(""), name="", plate="", certificates=()),
            driver.skills_on(shift.date) | vehicle.skills_on(shift.date),
        )
        nature = (*kind, driver.cost_per_hour, driver.max_stops, driver.max_duration_s)
        if not route.stops and nature in idle:
            continue
        if not route.stops:
            idle.add(nature)
        found.append((_detour_m(day, route, shift, place), route))
    return [route for _, route in sorted(found, key=lambda pair: pair[0])]


def _detour_m(day: Day, route: Route, shift: Shift, place: Place) -> float:
    stops = [day.orders[o].address.place for o in route.order_ids if o in day.orders]
    along = [shift.start, *(stop for stop in stops if stop is not None), shift.end or shift.start]
    away = beelines_m([place], along)[0]
    legs = np.array([a.distance_m(b) for a, b in pairwise(along)])
    return float((away[:-1] + away[1:] - legs).min())


def _alone(day: Day, route: Route, probes: Sequence[Order]) -> Day:
    """The day with this round and nothing else but the probes."""
    orders = {o: day.orders[o] for o in route.order_ids if o in day.orders}
    return replace(
        day,
        orders={**orders, **{probe.id: probe for probe in probes}},
        shifts={route.shift_id: replace(day.shifts[route.shift_id], lock=Lock.OPEN)},
        plan=replace(day.plan, routes=(route,)),
        loaded={},
    )


def _probe(enquiry: Enquiry, order_id: OrderId, slot: Slot) -> Order:
    """The order as it would be in this slot."""
    return Order(
        order_id,
        order_id,
        slot.on,
        enquiry.address,
        windows=(slot.window,),
        service_s=enquiry.service_s,
        load=enquiry.load,
        skills=enquiry.skills,
    )


# --- days without a plan --------------------------------------------------------------------------------------------


def _guessed(enquiry: Enquiry, slots: Sequence[Slot], day: Day) -> Iterator[Offer]:
    place = enquiry.address.place
    assert place is not None
    metres = detour_m(place, day)
    seconds = round(float(duration_s(np.array([metres]), Profile.CAR)[0])) + enquiry.service_s
    per_hour = [driver.cost_per_hour for driver in day.drivers.values()] or [0]
    per_km = [vehicle.cost_per_km for vehicle in day.vehicles.values()] or [0]
    cost = seconds / 3600 * sum(per_hour) / len(per_hour) + metres / 1000 * sum(per_km) / len(per_km)
    for slot in slots:
        yield Offer(slot, cost=round(cost), extra_s=seconds, extra_m=round(metres))


def detour_m(place: Place, day: Day) -> float:
    """Metres more for a place on a day without a plan: between its two nearest orders, or from the depot and back."""
    there = {o.address.place for o in day.orders.values() if o.state is OrderState.OPEN and o.address.place}
    others = [day.depot.place, *sorted(there)]
    away = beelines_m([place], others)[0] * DETOUR
    if len(others) == 1:
        return float(2 * away[0])
    first, second = np.argsort(away, kind="stable")[:2]
    return float(max(0.0, away[first] + away[second] - others[first].distance_m(others[second]) * DETOUR))
