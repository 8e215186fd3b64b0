"""The wall's figures, from a day that was driven."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dispatcher.domain.proof import Outcome
from dispatcher.domain.time import TimeWindow
from dispatcher.services.live import LiveDay
from tests.ui.insight.conftest import STOPS, Doors, Time, Workplace
from ui.insight.today import Exceptions, Figures, figures_of, tiles_of


def live_of(workplace: Workplace, doors: Doors, time: Time) -> LiveDay:
    """The road as it stands."""
    assert workplace.live
    live = None
    while (step := workplace.live.step(doors.outlook, time())) is not None:
        live = step
        if not any(round_.stops == () and not round_.over for round_ in step.rounds.values()):
            break
    assert live
    return live


def test_figures_follow_from_the_road(workplace: Workplace, doors: Doors, time: Time) -> None:
    doors.send()
    first, second = doors.shifts
    doors.drive(first)
    for turn in range(4):
        doors.deliver(first, turn, photos=0, outcome="failed" if turn == 3 else "delivered")
    time.now = doors.stops(first)[-1].departs_at + timedelta(minutes=6)
    live = live_of(workplace, doors, time)
    figures = figures_of(doors.outlook.day, live)
    assert (figures.planned, figures.done, figures.failed) == (2 * STOPS, 4, 1)
    assert figures.failed == sum(attempt.outcome is Outcome.FAILED for attempt in live.attempts.values())
    windows = [doors.stops(first)[turn].order_id for turn in range(4)]
    assert figures.promised == sum(bool(doors.outlook.day.orders[order_id].windows) for order_id in windows)
    assert 0 <= figures.on_time <= figures.promised
    assert figures.heard <= figures.drivers <= 2
    assert second not in {attempt.shift_id for attempt in live.attempts.values()}


def test_on_time_is_what_the_measure_counts(workplace: Workplace, doors: Doors, time: Time) -> None:
    """Whoever never stood at the door is neither on time nor late, and a phone's clock may be wrong."""
    doors.send()
    shift = doors.shifts[0]
    doors.drive(shift)
    doors.deliver(shift, 0, photos=0)
    time.now = doors.stops(shift)[-1].departs_at + timedelta(minutes=6)
    live, day = live_of(workplace, doors, time), doors.outlook.day
    (attempt,) = live.attempts.values()
    window = TimeWindow(attempt.at - timedelta(minutes=1), attempt.at + timedelta(minutes=1))
    order = replace(day.orders[attempt.order_id], windows=(window,))
    day = replace(day, orders={**day.orders, order.id: order})
    rounds = {shift_id: replace(each, visits=()) for shift_id, each in live.rounds.items()}

    def figures(**fields: Any) -> tuple[int, int, int]:
        said = replace(attempt, arrived_at=None, **fields)
        found = figures_of(day, replace(live, rounds=rounds, attempts={order.id: said}))
        return found.done, found.promised, found.on_time

    assert figures() == (1, 1, 1)
    assert figures(at=attempt.at + timedelta(hours=1), skew_s=attempt.skew_s + 3600) == (1, 1, 1)
    assert figures(outcome=Outcome.FAILED, reason="NOT_HOME") == (1, 1, 1)
    assert figures(outcome=Outcome.FAILED, reason="NOT_LOADED") == (1, 0, 0)


def made(**other: int) -> Figures:
    from tests.fixtures import days

    whole = {
        "planned": 482, "done": 311, "failed": 0, "promised": 240, "on_time": 240, "late": 0, "at_risk": 0,
        "drivers": 12, "heard": 12,
    }  # fmt: skip
    return Figures(days.DATE, days.clock("14:00"), **{**whole, **other})


def tones(figures: Figures, exceptions: Exceptions = Exceptions(0, 0)) -> dict[str, str]:  # noqa: B008
    return {tile.title: tile.tone for tile in tiles_of(figures, exceptions)}


def test_tones_say_what_is_bad() -> None:
    assert set(tones(made()).values()) == {"text", "done"}
    assert tones(made(late=2))["Late now"] == "late"
    assert tones(made(at_risk=2))["Late now"] == "risk"
    assert tones(made(on_time=200))["On time"] == "late"
    assert tones(made(heard=11))["Drivers heard"] == "risk"
    assert tones(made(), Exceptions(4, 0))["Open exceptions"] == "risk"
    assert tones(made(), Exceptions(4, 1))["Open exceptions"] == "late"


def test_nothing_known_is_no_zero() -> None:
    assert {tile.value for tile in tiles_of(None)} == {"–"}
    values = {tile.title: tile.value for tile in tiles_of(made(promised=0, on_time=0, drivers=0, heard=0))}
    assert values["On time"] == values["Drivers heard"] == values["Open exceptions"] == "–"
    assert len(tiles_of(None)) == len(tiles_of(made()))
