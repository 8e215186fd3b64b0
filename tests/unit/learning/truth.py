"""A small truth of this test's own: a depot's days as samples, made from known effects and noise."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from dispatcher.learning.samples import Gathered, Samples
from dispatcher.learning.tables import FAILURE_SPREADS, SERVICE_SPREADS

FIRST = date(2026, 3, 2)
KINDS = ("flat", "business", "house", "")

type Sample = tuple[date, dict[str, str], random.Random]


def visits(days: int = 40, a_day: int = 80, seed: int = 1) -> Iterator[Sample]:
    """Visits without an outcome: the date, the levels, and the dice for it."""
    dice = random.Random(seed)
    for n in range(days):
        for _ in range(a_day):
            building = dice.randrange(60)
            kind, hour = KINDS[building % len(KINDS)], str(dice.randint(8, 17))
            levels = {
                "kind": kind, "building": f"b{building}", "door": f"b{building}.{dice.randrange(4)}", "hour": hour,
                "kind_hour": f"{kind}@{hour}", "driver": f"d{dice.randrange(6)}",
                "parcels": dice.choice(("1 parcel", "2 parcels", "3 parcels")), "weekday": str(n % 7),
                "way": "delivery",
            }  # fmt: skip
            if kind == "flat":
                levels["floor"] = str(building % 5)
            yield FIRST + timedelta(days=n), levels, dice


def samples(groups: dict[str, float], value: Callable[[dict[str, str], random.Random], float], **which: int) -> Samples:
    """What `value` says of each visit."""
    found = Gathered(tuple(groups))
    for on, levels, dice in visits(**which):
        found.add(on, value(levels, dice), levels)
    return found.samples()


def service(**which: int) -> Samples:
    """A flat takes 60 s more with each floor, a business twice as long, the slowest driver half as much again."""
    return samples(dict(SERVICE_SPREADS), true_seconds, **which)


def true_seconds(levels: dict[str, str], dice: random.Random) -> float:
    return usual_seconds(levels) * dice.lognormvariate(0, 0.15)


def usual_seconds(levels: dict[str, str]) -> float:
    seconds = {"flat": 120, "business": 360, "house": 80, "": 150}[levels["kind"]] + 60 * int(levels.get("floor", 0))
    return seconds * (1.5 if levels["driver"] == "d0" else 1.0)


def flat_service(**which: int) -> Samples:
    """Always 180 s, but for chance."""
    return samples(dict(SERVICE_SPREADS), lambda _levels, dice: 180 + dice.gauss(0, 30), **which)


def failure(**which: int) -> Samples:
    """A business after 16 o'clock and a flat before 10 fail often."""
    return samples(dict(FAILURE_SPREADS), lambda levels, dice: float(dice.random() < true_chance(levels)), **which)


def true_chance(levels: dict[str, str]) -> float:
    hour = int(levels["hour"])
    if levels["kind"] == "business":
        return 0.6 if hour >= 16 else 0.02
    return 0.25 if levels["kind"] == "flat" and hour < 10 else 0.05


def flat_failure(**which: int) -> Samples:
    return samples(dict(FAILURE_SPREADS), lambda _levels, dice: float(dice.random() < 0.08), **which)
