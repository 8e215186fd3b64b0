"""Made-up drives with their truth: straight streets, red lights, parking beside the door, detours, noise."""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId, VehicleId
from dispatcher.domain.place import EARTH_RADIUS_M, Place
from dispatcher.domain.tracking import Fix, Source, StoredFix
from dispatcher.tracking.stops import RoundStop

ORIGIN = Place(60.17, 24.94)
BEGIN = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
DEVICE = DeviceId("phone")
DRIVER = DriverId("driver")

SHIFT = Shift(
    ShiftId("shift"),
    date(2026, 11, 24),
    DRIVER,
    VehicleId("van"),
    BEGIN,
    BEGIN + timedelta(hours=10),
    ORIGIN,
    ORIGIN,
)

_METRE = math.radians(1) * EARTH_RADIUS_M

Spot = tuple[float, float]
"""Metres east and north of the depot."""


def place_of(spot: Spot) -> Place:
    lat = ORIGIN.lat + spot[1] / _METRE
    return Place(lat, ORIGIN.lon + spot[0] / (_METRE * math.cos(math.radians(ORIGIN.lat))))


@dataclass(frozen=True)
class Habits:
    """How a day goes."""

    stops: int = 40
    side_m: float = 3_000.0
    service_s: int = 180
    spread: float = 0.35
    """Standard deviation of the logarithm of the service times."""
    parks_m: float = 30.0
    """How far from the door at most."""
    light_every_m: float = 500.0
    longest_light_s: int = 75
    swapped: float = 0.05
    """Share of stops that change places with the next but one."""
    together: float = 0.1
    """Share of stops in the same building as the one before."""
    detours: float = 0.05
    left_out: float = 0.05
    """Share of planned stops that nobody goes to."""


@dataclass
class Drive:
    """Second by second where the van was, and what was true."""

    stops: list[RoundStop]
    spots: list[Spot] = field(default_factory=list)
    arrived: dict[OrderId, int] = field(default_factory=dict)
    departed: dict[OrderId, int] = field(default_factory=dict)
    driven_m: float = 0.0

    def moment(self, second: float) -> datetime:
        return BEGIN + timedelta(seconds=second)

    def fixes(
        self,
        every_s: int = 5,
        noise_m: float = 10.0,
        seed: int = 1,
        dark: Iterable[tuple[int, int]] = (),
        lag_s: float = 1.0,
    ) -> list[StoredFix]:
        """What a phone tells; nothing at all in the seconds that are `dark`."""
        dice, silent = random.Random(seed), list(dark)
        found = []
        for second in range(0, len(self.spots), every_s):
            if any(first <= second < last for first, last in silent):
                continue
            x, y = self.spots[second]
            place = place_of((x + dice.gauss(0, noise_m), y + dice.gauss(0, noise_m)))
            fix = Fix(self.moment(second), place, accuracy_m=max(3.0, noise_m))
            found.append(stored(fix, len(found) + 1, lag_s))
        return found


def stored(fix: Fix, seq: int, lag_s: float = 1.0, device: DeviceId = DEVICE) -> StoredFix:
    return StoredFix(seq, device, DRIVER, fix.at + timedelta(seconds=lag_s), Source.OSMAND, fix)


def drive(seed: int, habits: Habits = Habits()) -> Drive:
    """A day on streets that run east and north."""
    dice = random.Random(seed)
    doors = _doors(dice, habits)
    stops = [_stop(i, door, habits) for i, door in enumerate(doors)]
    day = Drive(stops)
    here: Spot = (0.0, 0.0)
    _stand(day, here, dice.randint(120, 900))
    parked: Spot | None = None
    for i in _sequence(dice, habits):
        door = doors[i]
        if parked is None or math.dist(parked, door) > 25:
            away = dice.uniform(0, habits.parks_m)
            parked = (door[0] + away, door[1]) if dice.random() < 0.5 else (door[0], door[1] + away)
            if dice.random() < habits.detours:
                here = _go(
                    day, here, (here[0] + dice.uniform(-900, 900), here[1] + dice.uniform(-900, 900)), dice, habits
                )
            here = _go(day, here, parked, dice, habits)
        day.arrived[stops[i].order_id] = len(day.spots)
        _stand(day, here, max(45, round(habits.service_s * math.exp(dice.gauss(0, habits.spread)))))
        day.departed[stops[i].order_id] = len(day.spots)
    _go(day, here, (0.0, 0.0), dice, habits)
    _stand(day, (0.0, 0.0), 120)
    return day


def _doors(dice: random.Random, habits: Habits) -> list[Spot]:
    half = habits.side_m / 2
    loose = [(dice.uniform(-half, half), dice.uniform(-half, half)) for _ in range(habits.stops)]
    doors, here = [], (0.0, 0.0)
    while loose:
        here = min(loose, key=lambda spot: math.dist(spot, here))
        loose.remove(here)
        if doors and dice.random() < habits.together:
            here = (doors[-1][0] + dice.uniform(-8, 8), doors[-1][1] + dice.uniform(-8, 8))
        doors.append(here)
    return doors


def _stop(i: int, door: Spot, habits: Habits) -> RoundStop:
    planned = BEGIN + timedelta(seconds=600 + i * (habits.service_s + 90))
    return RoundStop(OrderId(f"o{i:03}"), place_of(door), planned, habits.service_s, 90, 700)


def _sequence(dice: random.Random, habits: Habits) -> list[int]:
    turns = list(range(habits.stops))
    for i in range(habits.stops - 2):
        if dice.random() < habits.swapped:
            turns[i], turns[i + 2] = turns[i + 2], turns[i]
    return [i for i in turns if dice.random() >= habits.left_out]


def _stand(day: Drive, spot: Spot, seconds: int) -> None:
    day.spots.extend([spot] * seconds)


def _go(day: Drive, start: Spot, end: Spot, dice: random.Random, habits: Habits) -> Spot:
    """East or west first, then north or south, with a light now and then."""
    corner = (end[0], start[1])
    for a, b in ((start, corner), (corner, end)):
        length = math.dist(a, b)
        if length < 1:
            continue
        speed, done = dice.uniform(7, 13), 0.0
        light = dice.expovariate(1 / habits.light_every_m) if habits.light_every_m else math.inf
        while done < length:
            done = min(length, done + min(speed, 1.5 + (length - done) / 3, 2 + done / 2))
            day.spots.append((a[0] + (b[0] - a[0]) * done / length, a[1] + (b[1] - a[1]) * done / length))
            if done > light and length - done > 15:
                _stand(day, day.spots[-1], dice.randint(10, habits.longest_light_s))
                light = done + 30 + dice.expovariate(1 / habits.light_every_m)
        day.driven_m += length
    return end


def in_batches(fixes: Sequence[StoredFix], size: int) -> Iterator[list[StoredFix]]:
    for i in range(0, len(fixes), size):
        yield list(fixes[i : i + size])


def renumbered(fixes: Iterable[StoredFix]) -> list[StoredFix]:
    """In this order of arrival."""
    return [replace(fix, seq=i) for i, fix in enumerate(fixes, 1)]
