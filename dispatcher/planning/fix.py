"""What a fix is: what it does, what it costs, and the problem as it is once it is made. Nothing is searched here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from dispatcher.domain.certificates import Lapse
from dispatcher.domain.fleet import Vehicle
from dispatcher.domain.ids import DriverId, OrderId, ShiftId, VehicleId
from dispatcher.domain.schedule import Rule
from dispatcher.planning.problem import Pause, Problem, Round, Visit, amounts
from dispatcher.planning.tries import Routes


class Kind(StrEnum):
    """What is done, in one word."""

    PUT = "put"
    """With this driver, at this place; nothing else."""
    RESEQUENCE = "resequence"
    """The same round in another order."""
    WINDOW = "window"
    """The customer takes it earlier or later."""
    HOURS = "hours"
    """The driver begins earlier or ends later."""
    MOVE = "move"
    """Another stop goes to another driver."""
    LIMIT = "limit"
    """The driver takes more stops, time or distance than was agreed."""
    VEHICLE = "vehicle"
    """The round goes out in another vehicle of the yard."""
    UNLOCK = "unlock"
    """A lock or a hold is dropped."""


@dataclass(frozen=True, slots=True)
class Wider:
    """A time window, or a shift, opened by so much to either side."""

    earlier_s: int = 0
    later_s: int = 0
    index: int = 0
    """Of the window among the order's."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to mend one stop. Differences are by the judge, over all rounds that change."""

    kind: Kind
    order_id: OrderId
    shift_id: ShiftId
    """The round that serves it then."""
    before: Routes
    after: Routes
    """The rounds that change, whole."""
    cost: int
    """Minor currency units more than now."""
    distance_m: int
    duration_s: int
    price: int
    """What fixes are ranked by: the cost, handing loaded goods over, and what it is worth not to trouble people."""
    window: Wider | None = None
    hours: Wider | None = None
    """Of the shift `shift_id`."""
    limit: tuple[Rule, int] | None = None
    """The driver's new limit: stops, seconds or metres."""
    vehicle_id: VehicleId | None = None
    unlocked: tuple[ShiftId, ...] = ()
    """Rounds whose lock is dropped."""
    released: tuple[OrderId, ...] = ()
    """Stops that are no longer held."""
    moved: tuple[tuple[OrderId, ShiftId], ...] = ()
    """Other stops, each with the round it goes to."""


@dataclass(frozen=True, slots=True)
class Yard:
    """What a problem does not know: vehicles in the yard, and what each driver can do that day without a vehicle."""

    vehicles: Sequence[Vehicle] = ()
    skills: Mapping[DriverId, frozenset[str]] = MappingProxyType({})


LIMITS = {
    Rule.MAX_STOPS: "max_stops",
    Rule.MAX_DURATION: "max_duration_s",
    Rule.MAX_DISTANCE: "max_distance_m",
}


def altered(problem: Problem, fix: Fix, yard: Yard | None = None) -> Problem:
    """The problem as it is once a fix is made, but for its routes."""
    duty = problem.rounds[fix.shift_id]
    if fix.window:
        problem = with_visit(problem, with_window(problem.visits[fix.order_id], fix.window))
    if fix.hours:
        duty = with_hours(duty, fix.hours)
    if fix.limit:
        duty = with_limit(duty, *fix.limit)
    if fix.vehicle_id and yard:
        duty = with_vehicle(duty, next(v for v in yard.vehicles if v.id == fix.vehicle_id), yard)
    return with_rounds(problem, [duty])


def with_hours(duty: Round, hours: Wider) -> Round:
    """The same shift, longer. A break that may begin with the shift, or end with it, follows."""
    pause = duty.pause
    if pause:
        from_s = pause.from_s - (hours.earlier_s if pause.from_s == duty.starts_s else 0)
        until_s = pause.until_s + (hours.later_s if pause.until_s == duty.ends_s else 0)
        pause = Pause(pause.length_s, from_s, until_s)
    return replace(duty, starts_s=duty.starts_s - hours.earlier_s, ends_s=duty.ends_s + hours.later_s, pause=pause)


def with_window(visit: Visit, wider: Wider) -> Visit:
    """The same order with one window wider."""
    windows = list(visit.windows)
    opens_s, closes_s = windows[wider.index]
    windows[wider.index] = (opens_s - wider.earlier_s, closes_s + wider.later_s)
    return replace(visit, windows=tuple(windows))


def with_limit(duty: Round, rule: Rule, limit: int) -> Round:
    """The same shift with another limit."""
    return replace(duty, **{LIMITS[rule]: limit})  # type: ignore[arg-type]


def with_vehicle(duty: Round, vehicle: Vehicle, yard: Yard) -> Round:
    """The same shift in another vehicle."""
    return replace(
        duty,
        vehicle_name=vehicle.name,
        profile=vehicle.kind.profile,
        capacity=amounts(vehicle.capacity),
        skills=yard.skills.get(duty.driver_id, frozenset()) | vehicle.skills_on(duty.on),
        lapsed=(*of_driver(duty), *vehicle.lapsed_on(duty.on)),
        cost_per_km=vehicle.cost_per_km,
        fixed_cost=vehicle.fixed_cost,
        max_reloads=vehicle.max_reloads,
    )


def of_driver(duty: Round) -> tuple[Lapse, ...]:
    """What has run out whatever the vehicle."""
    return tuple(each for each in duty.lapsed if not each.of_vehicle)


def with_rounds(problem: Problem, rounds: Iterable[Round]) -> Problem:
    """The same problem with these shifts instead."""
    changed = {**problem.rounds, **{duty.shift_id: duty for duty in rounds}}
    again = replace(problem, rounds=MappingProxyType(changed))
    again.__dict__["columns"] = problem.columns  # no visit is another
    return again


def with_visit(problem: Problem, visit: Visit) -> Problem:
    """The same problem with another order."""
    return replace(problem, visits=MappingProxyType({**problem.visits, visit.order_id: visit}))
