"""What the window makes of simulated days, held against what truly happened: arrivals found, arrivals foretold.

Six days are driven through real gateways at 60 times real speed, two at a time (once, see `road_days`), then told again
to the live desk moment by moment, which takes ten minutes more and is the same however busy the machine is.
`--day demo --seed 1` measures one of them.
"""

import argparse
import json
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.tracking import Leg, LiveStop, Visit
from tests.benchmarks.extracts import unmeasured
from tests.benchmarks.road_days import AACHEN_DAY, DEMO_DAY, Driven, RoadDay, drive_all, driven_day
from tests.benchmarks.road_replay import replayed

SEEDS = (1, 2, 3)
SPEED = 60
"""At 180 and more, phones that send each position by itself can no longer make up for a dead spot."""
EVERY = timedelta(seconds=60)
BEFORE = timedelta(minutes=30)
WITHIN_S, FALSE_S = 60.0, 300.0

FOUND = ("arrivals not told within 60 s", "%", 3.0)
FALSE = ("false arrivals", "%", 1.0)
LIVE = ("error of the live arrival over the plan's", "", 0.5)
HELD = ("arrivals outside the interval shown", "%", 20.0)

type Figure = dict[str, object]


def run() -> Iterator[Figure]:
    """Each figure with its goal."""
    drive_all((DEMO_DAY, AACHEN_DAY), SEEDS, SPEED)
    for day in (DEMO_DAY, AACHEN_DAY):
        yield from _measure(day, SEEDS)


def _measure(day: RoadDay, seeds: Sequence[int]) -> Iterator[Figure]:
    everything, again = Told(), Told()
    legs: Sequence[Leg] = ()
    for seed in seeds:
        with driven_day(day, seed, SPEED) as driven:
            if driven is None:
                yield from (unmeasured(*figure, day.name) for figure in (FOUND, FALSE, LIVE, HELD))
                return
            alone = _found(driven)
        with driven_day(day, seed, SPEED) as driven:
            assert driven is not None
            told, own = _told(driven, ())
        everything.add(told)
        everything.alone.add(alone)
        if legs:
            with driven_day(day, seed, SPEED) as driven:
                assert driven is not None
                again.add(_told(driven, legs)[0])
        legs = legs or own
    on = f"{day.name}, {len(seeds)} days"
    yield from everything.figures(on)
    if len(seeds) > 1:
        yield from again.foretold(f"{day.name}, after a day was learned, {len(seeds) - 1} days")


# --- counted ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Arrivals:
    """How the visits told agree with the true ones."""

    true: int = 0
    off: int = 0
    """Not told, or not within a minute."""
    missed: int = 0
    false: int = 0
    """Where nobody was, or minutes off."""

    def add(self, other: "Arrivals") -> None:
        self.true, self.off = self.true + other.true, self.off + other.off
        self.missed, self.false = self.missed + other.missed, self.false + other.false


@dataclass(frozen=True, slots=True)
class Guess:
    """One arrival as it was foretold and as it was; seconds later than expected."""

    live_s: float
    plan_s: float
    held: bool
    """Whether it lay in the interval shown."""


@dataclass(slots=True)
class Told:
    """All that is counted of some days."""

    arrivals: Arrivals = field(default_factory=Arrivals)
    alone: Arrivals = field(default_factory=Arrivals)
    """By positions alone, with nothing that drivers said."""
    leaving: list[Guess] = field(default_factory=list)
    """Asked at the moment the driver left the stop before."""
    early: list[Guess] = field(default_factory=list)
    """Asked half an hour before."""
    unanswered: int = 0

    def add(self, other: "Told") -> None:
        self.arrivals.add(other.arrivals)
        self.leaving += other.leaving
        self.early += other.early
        self.unanswered += other.unanswered

    def figures(self, on: str) -> Iterator[Figure]:
        for arrivals, how in ((self.arrivals, "with the drivers' words"), (self.alone, "by positions alone")):
            where = f"{on}; {how}; {arrivals.true:,} arrivals, {arrivals.missed} not told at all"
            yield _small(*FOUND, 100 * arrivals.off / arrivals.true, where)
            yield _small(*FALSE, 100 * arrivals.false / arrivals.true, where)
        yield from self.foretold(on)

    def foretold(self, on: str) -> Iterator[Figure]:
        for when, guesses in (("on leaving the stop before", self.leaving), ("30 min before", self.early)):
            live, plan = (statistics.fmean(map(abs, each)) for each in _errors(guesses))
            later = statistics.fmean(guess.live_s for guess in guesses)
            middle = statistics.median(abs(guess.live_s) for guess in guesses)
            where = f"{on}; asked {when}; {len(guesses):,} arrivals, {self.unanswered} had no answer"
            error = f"mean error {live:.0f} s, the plan's {plan:.0f} s; median {middle:.0f} s"
            error += f"; on average {later:.0f} s later than told"
            yield _small(f"{LIVE[0]}, {when}", *LIVE[1:], live / plan, f"{where}; {error}")
            outside = 100 * sum(not guess.held for guess in guesses) / len(guesses)
            yield _small(f"{HELD[0]}, {when}", *HELD[1:], outside, where)


def _errors(guesses: Iterable[Guess]) -> tuple[list[float], list[float]]:
    pairs = [(guess.live_s, guess.plan_s) for guess in guesses]
    return [live for live, _ in pairs], [plan for _, plan in pairs]


def _small(name: str, unit: str, goal: float, value: float, on: str) -> Figure:
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "ok": value <= goal, "on": on}


# --- told again ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """A moment at which somebody wants to know when a driver will be at a stop."""

    moment: datetime
    shift_id: ShiftId
    order_id: OrderId
    arrived_at: datetime
    early: bool


def _asks(truth: Mapping[str, object]) -> Iterator[Ask]:
    for driver in truth["drivers"]:  # type: ignore[attr-defined]
        left_at = datetime.fromisoformat(driver["left_at"]) if driver["left_at"] else None
        for visit in driver["visits"]:
            arrived_at, what = datetime.fromisoformat(visit["arrived_at"]), (driver["shift_id"], visit["order_id"])
            yield Ask(arrived_at - BEFORE, *what, arrived_at, early=True)
            if left_at:
                yield Ask(left_at, *what, arrived_at, early=False)
            left_at = datetime.fromisoformat(visit["departed_at"]) if visit["departed_at"] else None


def _told(driven: Driven, legs: Iterable[Leg]) -> tuple[Told, list[Leg]]:
    """The day told with all that was said, knowing these legs; and the legs it gave."""
    told, asks = Told(), list(_asks(driven.truth))
    due: dict[datetime, list[Ask]] = {}
    for ask in asks:
        due.setdefault(ask.moment, []).append(ask)
    with replayed(driven, legs=legs) as replay:
        planned = {s.order_id: s.arrives_at for r in replay.planned.schedule.routes.values() for s in r.stops}
        live = None
        for moment in replay.moments(due, EVERY):
            live = replay.at(moment) or live
            for ask in due.get(moment, ()):
                round_ = live.rounds.get(ask.shift_id) if live else None
                stop = next((s for s in round_.stops if s.order_id == ask.order_id), None) if round_ else None
                if stop is None:
                    told.unanswered += 1
                else:
                    (told.early if ask.early else told.leaving).append(_guess(ask, stop, planned[ask.order_id]))
        assert live is not None
        told.arrivals = _agreement(driven, {s: r.visits for s, r in live.rounds.items()})
        return told, replay.legs()


def _guess(ask: Ask, stop: LiveStop, planned_at: datetime) -> Guess:
    live, plan = ((ask.arrived_at - at).total_seconds() for at in (stop.expected_at, planned_at))
    return Guess(live, plan, stop.earliest_at <= ask.arrived_at <= stop.latest_at)


def _found(driven: Driven) -> Arrivals:
    """The visits of a day told by its positions alone."""
    with replayed(driven, words=False) as replay:
        live = None
        for moment in replay.moments((), timedelta(minutes=5)):
            live = replay.at(moment) or live
        assert live is not None
        return _agreement(driven, {s: r.visits for s, r in live.rounds.items()})


def _agreement(driven: Driven, told: Mapping[ShiftId, Sequence[Visit]]) -> Arrivals:
    found = Arrivals()
    for driver in driven.truth["drivers"]:
        true = {v["order_id"]: datetime.fromisoformat(v["arrived_at"]) for v in driver["visits"]}
        seen = {v.order_id: v.arrived_at for v in told.get(driver["shift_id"], ())}
        for order_id in true.keys() | seen.keys():
            was, said = true.get(order_id), seen.get(order_id)
            off_s = abs((said - was).total_seconds()) if was and said else float("inf")
            found.true += was is not None
            found.off += was is not None and off_s > WITHIN_S
            found.missed += was is not None and said is None
            found.false += said is not None and off_s > FALSE_S
    return found


if __name__ == "__main__":
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--day", choices=("demo", "aachen"), default="demo")
    wanted.add_argument("--seed", type=int, action="append")
    said = wanted.parse_args()
    for figure in _measure(DEMO_DAY if said.day == "demo" else AACHEN_DAY, said.seed or SEEDS):
        print(json.dumps(figure, ensure_ascii=False), flush=True)
