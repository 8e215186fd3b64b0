"""How a simulated vehicle moves along a line of road: traffic by hour and district, streets, red lights, parking.

The traffic factors are made up, but lasting: the same district is as slow every day, so that there is something to
learn. Red lights and single streets change how a leg's time is spread along it, not how long it takes.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dispatcher.simulation.fates import Dice
from dispatcher.simulation.track import Point, Track, between, length_m, metres

HOURS = (0.92,) * 6 + (1.0, 1.22, 1.32, 1.18, 1.08, 1.1, 1.14, 1.1, 1.12, 1.24, 1.34, 1.3, 1.16, 1.06) + (0.98,) * 4
"""Driving time over free flow by hour of the depot's clock: two rush hours and a quiet night."""
PIECE_M = 60.0
LIGHT_EVERY_M = 650.0
LIGHT_S = (6.0, 48.0)
LIGHTS_SHARE = 0.3
"""Of a leg's time, at most."""
PARKED_M = 40.0
"""The farthest from the door, unless the road itself is farther."""


@dataclass(frozen=True, slots=True)
class Halt:
    """A stay on the way that is no stop."""

    share: float
    """Of the way, when it begins."""
    seconds: float


def traffic(hour: int, point: Point) -> float:
    """Driving time over free flow in this hour around this point."""
    return HOURS[hour] * _lasting(math.floor(point[0] * 4096 / 180), math.floor(point[1] * 8192 / 360), 0.9, 1.2)


def street(point: Point) -> float:
    """How slow this street is beside the others of its district."""
    return _lasting(round(point[0] * 500), round(point[1] * 250), 0.75, 1.35)


def _lasting(row: int, column: int, low: float, high: float) -> float:
    """A number for a cell of the map, the same on every day."""
    return low + (high - low) * zlib.crc32(f"{row},{column}".encode()) / 0xFFFFFFFF


def follow(track: Track, line: Sequence[Point], driving_s: float, dice: Dice, halt: Halt | None = None) -> float:
    """Drive along a line from the track's end, `driving_s` long besides the halt; returns metres."""
    pieces = _pieces([track.end, *line])
    lights = _lights(len(pieces), sum(m for _, m in pieces), driving_s, dice)
    weights = [m * street(point) for point, m in pieces]
    moving_s, total = driving_s - sum(lights.values()), sum(weights)
    halted = int(halt.share * len(pieces)) if halt else None
    for i, (point, _) in enumerate(pieces):
        if i == halted and halt:
            track.stand(halt.seconds)
        track.stand(lights.get(i, 0.0))
        track.go(point, moving_s * weights[i] / total)
    return sum(m for _, m in pieces)


def _pieces(line: Sequence[Point]) -> list[tuple[Point, float]]:
    """The line in pieces of at most `PIECE_M`: where each ends, and how long it is."""
    found = []
    for a, b in pairwise(line):
        apart_m = metres(a, b)
        if apart_m < 0.01:
            continue
        count = math.ceil(apart_m / PIECE_M)
        found += [(between(a, b, i / count), apart_m / count) for i in range(1, count + 1)]
    return found


def _lights(pieces: int, along_m: float, driving_s: float, dice: Dice) -> dict[int, float]:
    """Before which pieces the light is red, and for how long."""
    if pieces < 2:
        return {}
    count = int(along_m / LIGHT_EVERY_M * dice.uniform(0.4, 1.2) + dice.random())
    lights = {dice.randrange(1, pieces): dice.uniform(*LIGHT_S) for _ in range(count)}
    too_long = sum(lights.values()) / (driving_s * LIGHTS_SHARE) if lights else 0.0
    return {at: seconds / max(1.0, too_long) for at, seconds in lights.items()}


def cut_back(line: Sequence[Point], metres_back: float) -> list[Point]:
    """The line without its last metres, for the van that parks before the door; at least its first point."""
    kept, left_m = list(line), metres_back
    while len(kept) > 1 and left_m > 0:
        last_m = metres(kept[-2], kept[-1])
        if last_m > left_m:
            kept[-1] = between(kept[-1], kept[-2], left_m / last_m)
            break
        left_m -= last_m
        kept.pop()
    return kept


def parked(line: Sequence[Point], door: Point, dice: Dice) -> list[Point]:
    """The line up to where a van finds room, at most `PARKED_M` from the door if the road comes that near."""
    spare_m = PARKED_M - metres(line[-1], door)
    return cut_back(line, min(dice.uniform(0, max(0.0, spare_m)), length_m(line) / 2))
