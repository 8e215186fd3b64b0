"""Many orders without windows to slots, so that planning all of them costs least.

All days are planned together, as one problem whose rounds are the shifts of every date: first with free choice of day
and hour, which says where each order is cheapest; then every order gets the slot it was served in, or where that has
no room the one that costs least more (a minimum cost flow over the detours); then all is planned again, in the slots.
Breaks shorten the shifts here, and what is planned already may move within its own date: it is a forecast of the days
as they will be planned, nothing is written. Days without shifts are no help to it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from time import monotonic
from types import MappingProxyType

from dispatcher.domain.errors import BadInput, Cancelled
from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.plan import Day, Plan
from dispatcher.domain.progress import Progress, Share
from dispatcher.domain.roads import obeyed
from dispatcher.domain.slots import Slot, SlotBook
from dispatcher.domain.time import TimeWindow, seconds_after
from dispatcher.planning.judge import weigh
from dispatcher.planning.parts import Planner
from dispatcher.planning.problem import Problem, Sequences, places_of, profiles_of
from dispatcher.planning.stop import StopRule
from dispatcher.services.plan import sequences_of
from dispatcher.services.planning import MAX_PLACES
from dispatcher.services.slots_choosing import Choice, own_costs
from dispatcher.services.slots_view import Assigned, BulkPreview
from dispatcher.services.workplace import Workplace
from dispatcher.slots.areas import area_of_address

FREE_SHARE = 0.5
"""Of the time, for planning with free choice; the rest for planning in the slots."""
PLENTY = 1_000_000

type LeftOut = list[tuple[Order, str]]


def assign(
    workplace: Workplace,
    book: SlotBook,
    orders: Collection[Order],
    slots: Sequence[Slot],
    days: Mapping[date, Day],
    seconds: float,
    progress: Progress,
) -> BulkPreview:
    """Assign these orders to these open slots, from tomorrow on; `days` are those of the slots and of the orders.

    Raises `Cancelled`, and `BadInput` if nobody is on duty or there are too many places.
    """
    began, today = monotonic(), workplace.today
    slots = [slot for slot in slots if slot.on > today]
    fetched = {order.pickup_id for day in days.values() for order in day.orders.values()}
    wanted, left = _sorted_out(book, [o for o in orders if o.id not in fetched], slots)
    left += [(order, "goods of another order are fetched there") for order in orders if order.id in fetched]
    if not wanted:
        return BulkPreview((), tuple(left), 0, 0, monotonic() - began)
    whole = together([days[on] for on in sorted({slot.on for slot in slots})], wanted, slots)
    progress.report(0.0, "Measuring the roads")
    closed = obeyed(workplace.roads, whole.closures)
    places = places_of(whole).places
    free = Problem.of(whole, {p: workplace.roads.table(places, p, closed) for p in profiles_of(whole)})
    planner = Planner()
    try:
        share, half = Share(progress, 0.02, FREE_SHARE), seconds * FREE_SHARE
        choice = Choice(whole, free, wanted, slots, book)
        loose: Sequences = _search(
            planner, choice.problem, sequences_of(whole), half, share, "Planning with free choice"
        )
        loose = choice.at_better_times(loose)
        chosen = choice.of(loose)
        tight, share = _in_slots(free, wanted, chosen), Share(progress, FREE_SHARE, 1.0)
        kept = {s: [o for o in sequence if tight.visits[o].open] for s, sequence in loose.items()}
        found = _search(planner, tight, kept, seconds - half, share, "Planning in the slots")
    finally:
        planner.close()
    given, more = _given(tight, found, wanted, chosen, book)
    before = weigh(free, sequences_of(whole)).cost
    return BulkPreview(given, (*left, *more), before, weigh(tight, found).cost, monotonic() - began)


def _given(
    tight: Problem, found: Sequences, wanted: Sequence[Order], chosen: Mapping[OrderId, Slot], book: SlotBook
) -> tuple[tuple[Assigned, ...], LeftOut]:
    prices, given, left = own_costs(tight, found), list[Assigned](), list[tuple[Order, str]]()
    for order in wanted:
        slot = chosen.get(order.id)
        if slot is None:
            left.append((order, _full(book, order)))
        elif order.id not in prices:
            left.append((order, f"no round has room for it on {slot.on:%A} {slot.on.day} {slot.on:%B}"))
        else:
            given.append(Assigned(order, slot, round(prices[order.id])))
    given.sort(key=lambda each: (each.slot.on, each.slot.window.opens_at, each.order.number))
    return tuple(given), left


# --- which orders, and the problem of all days ----------------------------------------------------------------------


def _sorted_out(book: SlotBook, orders: Collection[Order], slots: Sequence[Slot]) -> tuple[list[Order], LeftOut]:
    areas, served = tuple(book.areas.values()), {slot.area.id for slot in slots}
    wanted, left = [], list[tuple[Order, str]]()
    for order in sorted(orders, key=lambda o: o.number):
        area = area_of_address(areas, order.address)
        if order.state is not OrderState.OPEN:
            left.append((order, "it was cancelled"))
        elif order.windows:
            left.append((order, "it has a window already"))
        elif order.address.place is None:
            left.append((order, "its address has no place on the map"))
        elif order.pickup_id is not None:
            left.append((order, "its goods are fetched on the way"))
        elif area is None:
            left.append((order, "no area has its address"))
        elif area.id not in served:
            left.append((order, f"{area.name} has no open slot in these days"))
        else:
            wanted.append(order)
    return wanted, left


def _full(book: SlotBook, order: Order) -> str:
    area = area_of_address(book.areas.values(), order.address)
    return f"every open slot of {area.name} is full" if area else "no area has its address"


def together(days: Sequence[Day], wanted: Sequence[Order], slots: Sequence[Slot]) -> Day:
    """All days as one: their shifts, their orders each bound to its date, and those that are to get a slot, free.

    Raises `BadInput` if nobody is on duty, or for too many places at once.
    """
    new = {order.id for order in wanted}
    shifts = {s.id: _without_break(day, s) for day in days for s in day.shifts.values()}
    if not shifts:
        raise BadInput("No driver is on duty on these days.", "Put drivers on duty under Fleet, then try again.")
    hull = TimeWindow(min(s.window.opens_at for s in slots), max(s.window.closes_at for s in slots))
    there = {o.id: _on_its_date(day, o) for day in days for o in day.orders.values() if o.id not in new}
    routes = tuple(
        replace(route, stops=tuple(stop for stop in route.stops if stop.order_id not in new))
        for day in days
        for route in day.plan.routes
    )
    whole = replace(
        days[0],
        orders={**there, **{order.id: replace(order, windows=(hull,)) for order in wanted}},
        drivers={i: replace(driver, break_s=0) for day in days for i, driver in day.drivers.items()},
        vehicles={i: vehicle for day in days for i, vehicle in day.vehicles.items()},
        shifts=shifts,
        plan=Plan(days[0].date, days[0].revision, routes),
        freeze_at=None,
        loaded={},
        closures=tuple({closure.id: closure for day in days for closure in day.closures}.values()),
    )
    if len(places_of(whole)) > MAX_PLACES:
        raise BadInput(f"These days have orders at over {MAX_PLACES:,} places.", "Choose fewer days or fewer orders.")
    return whole


def _without_break(day: Day, shift: Shift) -> Shift:
    rest = timedelta(seconds=day.drivers[shift.driver_id].break_s)
    return replace(shift, ends_at=max(shift.ends_at - rest, shift.starts_at + timedelta(seconds=1)))


def _on_its_date(day: Day, order: Order) -> Order:
    """A planned order keeps to the hours in which somebody is on duty on its date."""
    if order.windows or not day.shifts:
        return order
    shifts = day.shifts.values()
    return replace(order, windows=(TimeWindow(min(s.starts_at for s in shifts), max(s.ends_at for s in shifts)),))


def _in_slots(free: Problem, wanted: Sequence[Order], chosen: Mapping[OrderId, Slot]) -> Problem:
    """The same with every order in its slot; those that got none want no planning."""
    visits = dict(free.visits)
    for order in wanted:
        if slot := chosen.get(order.id):
            opens_s, closes_s = (seconds_after(free.origin, t) for t in (slot.window.opens_at, slot.window.closes_at))
            visits[order.id] = replace(visits[order.id], windows=((opens_s, closes_s),))
        else:
            visits[order.id] = replace(visits[order.id], open=False)
    return replace(free, visits=MappingProxyType(visits))


# --- searching ------------------------------------------------------------------------------------------------------


def _search(
    planner: Planner, problem: Problem, start: Sequences, seconds: float, progress: Progress, text: str
) -> dict[ShiftId, list[OrderId]]:
    began = monotonic()

    def asked() -> bool:
        if progress.cancelled():
            raise Cancelled
        progress.report(min(1.0, (monotonic() - began) / max(seconds, 0.001)), text)
        return False

    rule = StopRule(seconds=max(0.1, seconds), asked=asked)
    return planner.solve(problem, start=start if any(start.values()) else None, stop=rule, seed=1).sequences
