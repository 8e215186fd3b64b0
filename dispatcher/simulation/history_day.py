"""One whole day of a made-up history: orders, plan, rounds, the road, the evening.

Orders and plan change by units of work, as the window changes them; the rest is written into the logbook.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from dispatcher.domain.depot import Depot
from dispatcher.domain.devices import Device
from dispatcher.domain.fleet import Driver, Profile
from dispatcher.domain.ids import DriverId, OrderId, new_id
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt, Outcome
from dispatcher.domain.slots import SlotRule
from dispatcher.domain.time import at_local
from dispatcher.services import fleet
from dispatcher.services.driving import attempts_of
from dispatcher.services.liveday import facts_on
from dispatcher.services.logbook import Logbook, LogbookWriter
from dispatcher.services.plan import apply_proposal
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.sending import send
from dispatcher.services.underway import Underway
from dispatcher.services.workplace import Workplace
from dispatcher.simulation.fates import Dice
from dispatcher.simulation.history_driving import Circumstances, Driven, Tour, drive, fixes, sequence_of
from dispatcher.simulation.history_people import POPULATION, Ordered, orders_on
from dispatcher.simulation.history_truth import Customer, Kind, Truth
from dispatcher.simulation.history_writing import hold_places, letters, pair, review, settle, tell_customers, write_road
from dispatcher.simulation.rounds import Round, read_round
from dispatcher.slots.calendar import occurs

SUBSTITUTE = "Kim Substitute"
MOST_ATTEMPTS = 3
MONDAYS = 1.08
IDLE_SHARE = 0.1
"""Orders that came for a day without drivers, over those of a usual one; they are cancelled."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A history that somebody wants."""

    days: int = 90
    """Working days."""
    seed: int = 1
    last: date | None = None
    """`None` for yesterday at the depot."""
    orders: int | None = None
    """New ones on a usual day; `None` for as many as the drivers can take."""
    seconds: float = 0.5
    """Of search for each day's plan."""
    customers: int = POPULATION


class Moment:
    """A clock that stands where the history is."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The moment."""
        return self.now


@dataclass(slots=True)
class Tally:
    """What was made."""

    days: int = 0
    orders: int = 0
    attempts: int = 0
    failed: int = 0
    positions: int = 0
    exceptions: int = 0
    reviewed: int = 0
    unplanned: int = 0
    """Found no place on a day."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked."""

    dates: tuple[date, ...]
    holidays: tuple[date, ...] = ()
    """Among them."""
    idle: date | None = None
    """Orders came, and nobody drove."""
    substituted: date | None = None

    def following(self, on: date) -> date | None:
        """The next day on which somebody drives."""
        return next((other for other in self.dates if other > on and other != self.idle), None)


@dataclass(frozen=True, slots=True)
class Ground:
    """What all days of a history have in common."""

    workplace: Workplace
    logbook: Logbook
    clock: Moment
    wish: Wish
    calendar: Calendar
    depot: Depot
    drivers: Sequence[Driver]
    customers: Sequence[Customer]
    rules: Sequence[SlotRule]
    truth: Truth
    usual: int
    """New orders on a usual day."""
    devices: dict[DriverId, Device]
    known: dict[OrderId, Ordered] = field(default_factory=dict)
    """Orders that are still to be delivered."""
    waited: set[OrderId] = field(default_factory=set)
    """Orders that were put off once."""
    worked: Counter[str] = field(default_factory=Counter)
    """Days that drivers have worked, by name."""

    def at(self, on: date, clock: time) -> datetime:
        """Have it be this hour of a date at the depot."""
        self.clock.now = at_local(on, clock, self.depot.zone)
        return self.clock.now

    def dice(self, on: date, *of: object) -> Dice:
        """For a decision of a date."""
        return Dice(self.wish.seed, on, *of)


@dataclass(frozen=True, slots=True)
class Truths:
    """What was true of one day or several, JSON-ready."""

    visits: list[dict[str, Any]] = field(default_factory=list)
    legs: list[dict[str, Any]] = field(default_factory=list)

    def learn(self, on: date, driven: Driven) -> None:
        """Add a round."""
        self.visits.extend(visit | {"on": on.isoformat()} for visit in driven.truths)
        self.legs.extend(leg | {"on": on.isoformat()} for leg in driven.true_legs)


def make_day(ground: Ground, on: date, tally: Tally, seen: Truths) -> None:
    """Make a date; `seen` hears what the laws say of each visit and drive, and what chance made of it."""
    before = on - timedelta(days=1)
    _orders(ground, on, ground.at(before, time(15)), tally)
    tally.days += 1
    if on == ground.calendar.idle:
        return
    day = _planned(ground, on, before, tally)
    if not any(route.stops for route in day.plan.routes):
        return
    send(ground.logbook, ground.workplace.desk.look(day, why=False), ground.at(on, time(5)))
    rounds = _driven(ground, day, on)
    told_at = ground.at(on, time(7))

    def write(book: LogbookWriter) -> None:
        planned = [day.orders[o] for route in day.plan.routes for o in route.order_ids]
        tell_customers(book, planned, told_at)
        write_road(book, rounds, ground.devices)

    ground.logbook.write(write)
    for driven in rounds:
        _track(ground, driven, on, tally)
    if isinstance(ground.workplace.store, Underway):
        ground.workplace.store.learn(on, facts_on(ground.logbook, on))
    _evening(ground, day, tally)
    for driven in rounds:
        seen.learn(on, driven)


# --- the day before -----------------------------------------------------------------------------------------------


def _orders(ground: Ground, on: date, at: datetime, tally: Tally) -> None:
    """Bring in a date's new orders, with their places in slots."""
    idle, dice = on == ground.calendar.idle, ground.dice(on, "how many")
    share = IDLE_SHARE if idle else min(1.2, dice.gauss(1.0, 0.08)) * (MONDAYS if on.weekday() == 0 else 1.0)
    count, depot = max(1, round(ground.usual * share)), ground.depot
    rules = [(rule, rule.most_orders or count) for rule in ground.rules if occurs(rule, on) and not idle]
    made = list(orders_on(on, ground.customers, count, rules, depot.service_s, depot.zone, ground.wish.seed))
    state = OrderState.CANCELLED if idle else OrderState.OPEN
    orders = [replace(each.order, state=state) for each in made]
    ground.workplace.store.write(f"Import orders for {on}", lambda uow: uow.put_orders(orders))
    ground.logbook.write(lambda book: hold_places(book, made, at))
    if not idle:
        ground.known.update((each.order.id, each) for each in made)
    tally.orders += len(made)


def _planned(ground: Ground, on: date, before: date, tally: Tally) -> Day:
    """Put drivers on duty, and plan the day; what finds no place waits for the next one."""
    ground.at(before, time(17))
    store, wish = ground.workplace.store, ground.wish
    store.write(f"Put drivers on duty on {on}", lambda uow: _staff(uow, ground, on))
    day = store.read(lambda r: r.day(on))
    if day.shifts:
        proposal = ground.workplace.desk.optimise(day, seconds=wish.seconds, seed=wish.seed)
        store.write("Plan the day", lambda uow: apply_proposal(uow, proposal))
        day = store.read(lambda r: r.day(on))
    return _put_off(ground, day, tally)


def _put_off(ground: Ground, day: Day, tally: Tally) -> Day:
    """Orders without a place go to the next day once; those that find none there either are cancelled."""
    then = ground.calendar.following(day.date)
    if not day.unplanned or then is None:
        return day
    orders = [
        replace(day.orders[o], state=OrderState.CANCELLED)
        if o in ground.waited
        else replace(day.orders[o], date=then, windows=())
        for o in day.unplanned
    ]
    ground.waited.update(day.unplanned)
    ground.workplace.store.write("Put off what finds no place", lambda uow: uow.put_orders(orders))
    tally.unplanned += len(orders)
    return ground.workplace.store.read(lambda r: r.day(day.date))


def _staff(uow: UnitOfWork, ground: Ground, on: date) -> None:
    """As on any day; but once somebody is ill, and a substitute drives, on that one day only."""
    fleet.staff_day(uow, on)
    shifts = uow.shifts_of(on)
    if on != ground.calendar.substituted or len(shifts) < 2:
        return
    names = {driver.name: driver for driver in uow.drivers()}
    if SUBSTITUTE not in names:
        number = fleet.next_number(uow)
        fleet.save_driver(uow, Driver(DriverId(new_id()), SUBSTITUTE, number, max_stops=15, active=False))
        names = {driver.name: driver for driver in uow.drivers()}
    substitute = names[SUBSTITUTE]
    ill = shifts[-1]
    fleet.end_duty(uow, [ill.id])
    fleet.put_on_duty(uow, on=on, driver_id=substitute.id, vehicle_id=ill.vehicle_id)


# --- the road -----------------------------------------------------------------------------------------------------


def _driven(ground: Ground, day: Day, on: date) -> list[Driven]:
    sent = ground.logbook.read(lambda book: book.rounds_on(on))
    ordered = {str(o): ground.known.get(o) or _asked_before(ground, day.orders[o]) for o in day.orders}
    rounds = []
    for each in sorted(sent, key=lambda r: r.body["driver"]["number"]):
        round_ = read_round(each.body)
        if each.driver_id not in ground.devices:
            ground.devices.update(pair(ground.logbook, [each.driver_id], ground.clock()))
        given = Circumstances(ground.truth, ordered, on, ground.worked[round_.driver])
        profile = day.vehicles[day.shifts[each.shift_id].vehicle_id].kind.profile
        rounds.append(drive(round_, _tour(ground, round_, profile, given), given))
        ground.worked[round_.driver] += 1
    return rounds


def _asked_before(ground: Ground, order: Order) -> Ordered:
    """An order of a history that was stopped, or of a day before it: its customer by name and address."""
    name, line = order.contact.name, order.address.line
    known = next((c for c in ground.customers if (c.name, c.line) == (name, line)), None)
    place, postcode, city = order.address.place or ground.depot.place, order.address.postcode, order.address.city
    return Ordered(order, known or Customer(-1, Kind.HOUSE, name, line, line, postcode, city, place))


def _tour(ground: Ground, round_: Round, profile: Profile, given: Circumstances) -> Tour:
    doors = sequence_of(round_, given)
    places = [round_.depot, *(door.place for door in doors), *([round_.depot] if round_.returns else [])]
    table = ground.workplace.roads.table(places, profile)
    path = ground.workplace.roads.path(places, profile)
    steps = range(len(places) - 1)
    free_s, free_m = ([int(of[n, n + 1]) for n in steps] for of in (table.duration_s, table.distance_m))
    return Tour(doors, path.legs, free_s, free_m)


def _track(ground: Ground, driven: Driven, on: date, tally: Tally) -> None:
    device = ground.devices[DriverId(driven.round.driver_id)]
    track = list(fixes(driven, ground.dice(on, "track", driven.round.driver)))
    ground.logbook.append(letters(device, track))
    tally.positions += len(track)


# --- the evening --------------------------------------------------------------------------------------------------


def _evening(ground: Ground, day: Day, tally: Tally) -> None:
    """Look at proofs, settle exceptions, and have what failed tried again on the next day."""
    on, road = day.date, ground.depot.road
    attempts = ground.logbook.read(lambda book: attempts_of(book, day.shifts))
    at, policy = ground.at(on, time(20)), (road.incidents, road.reason_by_code)

    def write(book: LogbookWriter) -> None:
        tally.reviewed += review(book, attempts.values(), on, at, ground.dice(on, "reviews"))
        tally.exceptions += settle(book, attempts, day.orders, on, policy, ground.dice(on, "settled"))

    ground.logbook.write(write)
    failed = [a for a in attempts.values() if a.outcome is Outcome.FAILED]
    tally.attempts += len(attempts)
    tally.failed += len(failed)
    _try_again(ground, day, failed)
    again = {attempt.order_id for attempt in failed}
    for order_id in attempts.keys() - again:
        ground.known.pop(order_id, None)


def _try_again(ground: Ground, day: Day, failed: Iterable[Attempt]) -> None:
    """As attempts with their next number; after `MOST_ATTEMPTS`, and after the last day, orders stay as they are."""
    then = ground.calendar.following(day.date)
    tried = {a.order_id: a.number for a in failed if a.number < MOST_ATTEMPTS}
    if then and tried:
        orders = [replace(day.orders[o], date=then, attempt=n + 1, windows=()) for o, n in tried.items()]
        ground.workplace.store.write("Try again on the next day", lambda uow: uow.put_orders(orders))
