"""What the judge says of a plan: times, loads, and the rules it breaks; and why an order is unplanned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.orders import Load


class Rule(StrEnum):
    """Rules a route can break. Vocabulary after VROOM's violation causes (docs/API.md)."""

    LATE = "late"
    """Service begins after the order's last window closes. Amount: seconds."""
    EARLY = "early"
    """The driver waits longer than the depot allows for the window to open. Amount: seconds over that."""
    WEIGHT = "weight"
    """Amount: kilograms over the vehicle's capacity."""
    VOLUME = "volume"
    """Amount: litres over."""
    PARCELS = "parcels"
    """Amount: parcels over."""
    SKILL = "skill"
    """Neither driver nor vehicle has a skill the order needs. Amount: missing skills."""
    CERTIFICATE = "certificate"
    """The driver or the vehicle may not be on the road: a required certificate has run out. Amount: how many."""
    DRIVER = "driver"
    """The order may be served by another driver only. Amount: 1."""
    SHIFT_END = "shift end"
    """The round ends after the shift. Amount: seconds."""
    BREAK = "break"
    """The driver's break begins later than it must. Amount: seconds."""
    PAIR = "pick-up before delivery"
    """The goods are not fetched earlier in the same round. Amount: 1."""
    MAX_STOPS = "maximum stops"
    """Amount: stops over."""
    MAX_DURATION = "maximum duration"
    """Amount: seconds over."""
    MAX_DISTANCE = "maximum distance"
    """Amount: metres over."""
    NO_ROAD = "no road"
    """No road leads there, or the place is too far from any road. Amount: metres from the road, or 0."""
    NO_PLACE = "no place"
    """The address has no place yet. Amount: 1."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule. On a stop, or on the route as a whole (`order_id` None)."""

    rule: Rule
    amount: float
    order_id: OrderId | None = None
    detail: str = ""
    """What the amount alone does not say: the skill's name, the driver's."""


@dataclass(frozen=True, slots=True)
class StopTimes:
    """One stop as the judge sees it."""

    order_id: OrderId
    arrives_at: datetime
    starts_at: datetime
    """When service begins: on arrival, or when the window opens."""
    departs_at: datetime
    drive_s: int
    """From the stop before, or from the start."""
    drive_m: int
    wait_s: int
    late_s: int
    load: Load
    """In the vehicle after this stop."""
    break_at: datetime | None = None
    """When the driver's break begins, if it is taken between the stop before and the service at this one."""
    break_s: int = 0
    reload_at: datetime | None = None
    """When the vehicle is back where it started to load again, if it does so before this stop."""
    reload_s: int = 0
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteTimes:
    """One round as the judge sees it."""

    shift_id: ShiftId
    leaves_at: datetime
    returns_at: datetime
    """When it reaches its end, or leaves the last stop of an open round."""
    stops: Sequence[StopTimes]
    drive_s: int
    distance_m: int
    service_s: int
    wait_s: int
    late_s: int
    peak: Load
    """The most that is in the vehicle at one time, dimension by dimension."""
    cost: int
    """Fixed, distance and time, in minor currency units; 0 for an empty route."""
    back_s: int = 0
    """Driving from the last stop to the end; 0 for an open round. Part of `drive_s`."""
    back_m: int = 0
    back_break_at: datetime | None = None
    """When the driver's break begins, if it is taken after the last stop, before driving to the end."""
    back_break_s: int = 0
    violations: tuple[Violation, ...] = ()
    """Of the route as a whole; each stop carries its own besides."""

    @property
    def duration_s(self) -> int:
        """From leaving to returning."""
        return round((self.returns_at - self.leaves_at).total_seconds())

    @property
    def break_s(self) -> int:
        """The driver's break, wherever it is taken."""
        return self.back_break_s + sum(stop.break_s for stop in self.stops)

    @property
    def reload_s(self) -> int:
        """Standing where it started to load again; driving there is driving."""
        return sum(stop.reload_s for stop in self.stops)

    @property
    def broken(self) -> tuple[Violation, ...]:
        """Every broken rule, of the route and of its stops."""
        return self.violations + tuple(v for stop in self.stops for v in stop.violations)


@dataclass(frozen=True, slots=True)
class Schedule:
    """All rounds of a day as the judge sees them."""

    routes: Mapping[ShiftId, RouteTimes]

    @property
    def drive_s(self) -> int:
        """All driving, seconds."""
        return sum(r.drive_s for r in self.routes.values())

    @property
    def distance_m(self) -> int:
        """All driving, metres."""
        return sum(r.distance_m for r in self.routes.values())

    @property
    def cost(self) -> int:
        """Minor currency units."""
        return sum(r.cost for r in self.routes.values())

    @property
    def late_stops(self) -> int:
        """How many stops begin after their window."""
        return sum(1 for r in self.routes.values() for s in r.stops if s.late_s > 0)


class ReasonCode(StrEnum):
    """Why an order is unplanned. The first twelve are the skip reasons of Google's Route Optimization API."""

    NO_VEHICLE = "no vehicle"
    CAPACITY = "demand exceeds vehicle capacity"
    DISTANCE_LIMIT = "cannot be performed within vehicle distance limit"
    DURATION_LIMIT = "cannot be performed within vehicle duration limit"
    TRAVEL_DURATION_LIMIT = "cannot be performed within vehicle travel duration limit"
    TIME_WINDOWS = "cannot be performed within vehicle time windows"
    VEHICLE_NOT_ALLOWED = "vehicle not allowed"
    VEHICLE_IGNORED = "vehicle ignored"
    ORDER_IGNORED = "shipment ignored"
    SKIPPED_BY_CONSTRAINT = "skipped in injected solution constraint"
    SEQUENCE_CONSTRAINED = "vehicle route is fully sequence constrained"
    ZERO_PENALTY = "zero penalty cost"
    NO_PLACE = "address not found"
    NO_ROAD = "no road"
    NOT_PLANNED_YET = "not planned yet"
    """It would fit as the plan stands: the optimiser has not run since it came."""
    CROWDED_OUT = "crowded out"
    """It fits an empty vehicle, but not beside what the vehicles already carry."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps an order from one driver."""

    rule: Rule | None
    """`None` for a round that is locked, or fixed to its end."""
    amount: float
    """As in `Rule`, at the place where least is in the way."""
    sentence: str
    """For people, without the driver's name."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one order is unplanned, or late where it is, in a code and a sentence for people."""

    order_id: OrderId
    code: ReasonCode
    sentence: str
    stopped: Mapping[DriverId, Rule] = field(default_factory=dict)
    """What stopped each driver that was tried."""
    obstacles: Mapping[DriverId, Obstacle] = field(default_factory=dict)
    """The same with amounts and in words, and what no rule but a lock stops."""
