"""Drivers, vehicles, and the shifts that bring them together on a day."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from dispatcher.domain.certificates import Certificate, Lapse, lapsed_on, skills_on
from dispatcher.domain.ids import DriverId, ShiftId, VehicleId
from dispatcher.domain.orders import Load
from dispatcher.domain.place import Place
from dispatcher.domain.time import require_aware

EVERY_DAY = frozenset(range(7))
"""Weekdays, Monday 0."""


class Profile(StrEnum):
    """Which roads and speeds a vehicle has; each is a data set of the road engine."""

    CAR = "car"
    BICYCLE = "bicycle"


class VehicleKind(StrEnum):
    """What it looks like in the yard."""

    VAN = "van"
    CARGO_BIKE = "cargo bike"
    TRUCK = "truck"

    @property
    def profile(self) -> Profile:
        """The roads it uses."""
        return Profile.BICYCLE if self is VehicleKind.CARGO_BIKE else Profile.CAR


@dataclass(frozen=True, slots=True)
class Vehicle:
    """Something that carries goods."""

    id: VehicleId
    name: str
    kind: VehicleKind = VehicleKind.VAN
    plate: str = ""
    capacity: Load = field(default_factory=lambda: Load(kg=900.0, litres=8_000.0, parcels=200))
    skills: frozenset[str] = frozenset()
    """What it is fitted for (tail lift, chilled, …), whatever the day; lower case. Read `skills_on`."""
    cost_per_km: int = 35
    """Minor currency units."""
    fixed_cost: int = 0
    """Minor currency units for each day it goes out."""
    max_reloads: int = 0
    """How often it may come back to where it started to load again."""
    certificates: tuple[Certificate, ...] = ()
    """Inspection, approvals: each skill once, and none of `skills`."""
    version: int = 0

    def skills_on(self, on: date) -> frozenset[str]:
        """What it is fitted and approved for on the date of a shift."""
        return skills_on(self.skills, self.certificates, on)

    def lapsed_on(self, on: date) -> tuple[Lapse, ...]:
        """Its certificates that have run out by the date of a shift."""
        return tuple(Lapse(self.name, each, of_vehicle=True) for each in lapsed_on(self.certificates, on))

    def may_drive_on(self, on: date) -> bool:
        """Whether no required certificate has run out by the date of a shift."""
        return not any(each.required for each in lapsed_on(self.certificates, on))


@dataclass(frozen=True, slots=True)
class Driver:
    """A person who drives rounds."""

    id: DriverId
    name: str
    number: int
    """The round's number on lines, markers and rows; unique within the depot."""
    phone: str = ""
    skills: frozenset[str] = frozenset()
    """What they can do whatever the day; lower case. Read `skills_on`."""
    vehicle_id: VehicleId | None = None
    """The vehicle they usually take."""
    starts: time | None = None
    """When they usually begin, by the depot's clock; `None` when the depot does."""
    ends: time | None = None
    """When they usually end, on the next day if not after the start; `None` when the depot does."""
    weekdays: frozenset[int] = EVERY_DAY
    """The days they usually work."""
    cost_per_hour: int = 2_400
    """Minor currency units."""
    max_stops: int | None = None
    max_duration_s: int | None = None
    """Longest time from leaving the start to reaching the end."""
    max_distance_m: int | None = None
    break_s: int = 0
    """Length of the break they must have in a round that lasts past `break_until`; 0 for none."""
    break_from: time | None = None
    """When the break may begin, by the depot's clock; `None` for as soon as the shift does."""
    break_until: time | None = None
    """When the break must have begun; `None` for by the end of the shift."""
    certificates: tuple[Certificate, ...] = ()
    """Licences, courses: each skill once, and none of `skills`."""
    active: bool = True
    version: int = 0

    def skills_on(self, on: date) -> frozenset[str]:
        """What they can and may do on the date of a shift, its first if it passes midnight."""
        return skills_on(self.skills, self.certificates, on)

    def lapsed_on(self, on: date) -> tuple[Lapse, ...]:
        """Their certificates that have run out by the date of a shift."""
        return tuple(Lapse(self.name, each) for each in lapsed_on(self.certificates, on))

    def may_drive_on(self, on: date) -> bool:
        """Whether no required certificate has run out by the date of a shift."""
        return not any(each.required for each in lapsed_on(self.certificates, on))


class Lock(StrEnum):
    """What re-planning may not do to a round. The dispatcher's own hand may do everything."""

    OPEN = "open"
    """Nothing is locked."""
    SEQUENCE = "sequence"
    """Its stops keep their order among themselves and none leaves; others may come between."""
    DRIVER = "driver"
    """It keeps exactly its stops; their order may change."""
    ROUTE = "route"
    """It stays exactly as it is."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One driver with one vehicle on one day: what a route is planned into."""

    id: ShiftId
    date: date
    driver_id: DriverId
    vehicle_id: VehicleId
    starts_at: datetime
    ends_at: datetime
    start: Place
    end: Place | None = None
    """Where the round ends; `None` for an open round that ends at its last stop."""
    lock: Lock = Lock.OPEN
    version: int = 0

    def __post_init__(self) -> None:
        require_aware(self.starts_at, "a shift's start")
        require_aware(self.ends_at, "a shift's end")
        if self.ends_at <= self.starts_at:
            raise ValueError("a shift must end after it begins")
