"""Live arrivals: the plan's clock set to where the driver is."""

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.schedule import RouteTimes
from dispatcher.domain.tracking import Factor, LiveStop, Risk
from dispatcher.planning.judge import judge_route
from dispatcher.planning.onward import AS_PLANNED, Habit
from dispatcher.planning.problem import Problem
from dispatcher.services.etas import LEAVES_S, Whereabouts, ahead_of
from tests.fixtures import days

FREE = Factor(1.0, 0.0, 0)
SLOW = Factor(1.5, 0.2, 40)
STOPS = 6


@pytest.fixture(scope="module")
def asked() -> "Asked":
    return Asked()


class Asked:
    """One round of six stops, the last with a window, and questions about it."""

    def __init__(self) -> None:
        crew = days.make_crew(1, days.make_depot())
        places = [Place(50.775 + i * 0.004, 6.085 + i * 0.003) for i in range(STOPS)]
        orders = [days.make_order(i, place) for i, place in enumerate(places)]
        self.shift = ShiftId("shift-000")
        self.ids = [order.id for order in orders]
        free = self._times(days.problem_of(days.assemble(orders, crew, routes={self.shift: self.ids})))
        closes = free.stops[-1].arrives_at + timedelta(minutes=10)
        windows = (days.TimeWindow(days.clock("08:00"), closes),)
        orders[-1] = days.make_order(STOPS - 1, places[-1], windows=windows)
        self.problem = days.problem_of(days.assemble(orders, crew, routes={self.shift: self.ids}))
        self.times = self._times(self.problem)

    def _times(self, problem: Problem) -> RouteTimes:
        return judge_route(problem, self.shift, self.ids)

    def __call__(
        self,
        where: Whereabouts,
        rest: list[OrderId] | None = None,
        factor: Factor = FREE,
        drive: float | None = None,
        habit: Habit = AS_PLANNED,
    ) -> tuple[LiveStop, ...]:
        ids = self.ids if rest is None else rest
        return ahead_of(
            self.problem,
            self.shift,
            ids,
            self.times,
            where,
            drive=lambda *_: drive,
            factor_at=lambda *_: factor,
            habit=habit,
        )

    def planned(self, i: int) -> datetime:
        return self.times.stops[i].arrives_at


def test_a_round_that_leaves_as_planned_arrives_as_planned(asked: Asked) -> None:
    found = asked(Whereabouts(now=asked.times.leaves_at - timedelta(minutes=5)))
    assert [stop.order_id for stop in found] == asked.ids
    assert all(abs(stop.delay_s) <= 2 for stop in found)
    assert all(stop.risk is Risk.NONE for stop in found)


def test_who_has_not_left_yet_is_late_by_that(asked: Asked) -> None:
    found = asked(Whereabouts(now=asked.times.leaves_at + timedelta(minutes=20)))
    assert found[0].delay_s == pytest.approx(1200, abs=2)


def test_standing_at_a_stop_longer_than_planned_delays_the_next(asked: Asked) -> None:
    arrived = asked.planned(1)
    now = asked.times.stops[1].departs_at + timedelta(minutes=7)
    found = asked(Whereabouts(now=now, at=asked.ids[1], arrived_at=arrived, begun=True), asked.ids[1:])
    assert found[0].order_id == asked.ids[2]
    rest_s = found[0].delay_s - 420
    assert 0 < rest_s < asked.problem.visits[asked.ids[1]].service_s  # who has stood for long goes on standing


def test_on_the_way_the_roads_say_how_far_it_is(asked: Asked) -> None:
    now = asked.planned(2) - timedelta(seconds=300)
    where = Whereabouts(now=now, place=Place(50.78, 6.09), seen_at=now, begun=True)
    (next_, *_) = asked(where, asked.ids[2:], drive=480.0)
    assert next_.delay_s == pytest.approx(180, abs=1)


def test_an_old_position_cannot_promise_the_past(asked: Asked) -> None:
    now = asked.planned(2) + timedelta(minutes=9)
    where = Whereabouts(now=now, place=Place(50.78, 6.09), seen_at=now - timedelta(minutes=30), begun=True)
    (next_, *_) = asked(where, asked.ids[2:], drive=60.0)
    assert next_.expected_at == now


def test_learned_driving_times_move_every_arrival(asked: Asked) -> None:
    left = asked.times.leaves_at
    slow = asked(Whereabouts(now=left - timedelta(minutes=1)), factor=SLOW)
    assert slow[0].delay_s == pytest.approx(0.5 * asked.times.stops[0].drive_s, abs=3)
    assert slow[-1].delay_s > slow[0].delay_s
    widths = [(stop.latest_at - stop.earliest_at).total_seconds() for stop in slow]
    assert widths == sorted(widths)
    assert widths[-1] > widths[0]


def test_a_stop_is_at_risk_before_it_is_late(asked: Asked) -> None:
    risks = [
        asked(Whereabouts(now=asked.times.leaves_at + timedelta(minutes=m)), factor=SLOW)[-1].risk
        for m in range(0, 20, 2)
    ]
    first_risk, first_late = risks.index(Risk.AT_RISK), risks.index(Risk.LATE)
    assert first_risk < first_late
    assert all(risk is Risk.LATE for risk in risks[first_late:])


@given(
    minutes=st.integers(-60, 300),
    done=st.integers(0, STOPS - 1),
    factor=st.floats(0.5, 3.0),
    spread=st.floats(0.0, 1.0),
    drive=st.one_of(st.none(), st.floats(0.0, 4000.0)),
)
def test_arrivals_follow_one_another_and_lie_in_their_interval(
    asked: Asked, minutes: int, done: int, factor: float, spread: float, drive: float | None
) -> None:
    now = asked.times.leaves_at + timedelta(minutes=minutes)
    where = Whereabouts(now=now, place=Place(50.78, 6.09), seen_at=now, begun=done > 0)
    found = asked(where, asked.ids[done:], Factor(factor, spread, 5), drive)
    assert [stop.order_id for stop in found] == asked.ids[done:]
    arrivals = [stop.expected_at for stop in found]
    assert arrivals == sorted(arrivals)
    assert all(stop.earliest_at <= stop.expected_at <= stop.latest_at for stop in found)
    assert all(stop.expected_at >= min(now, asked.times.leaves_at) for stop in found)


def test_who_said_what_became_of_a_stop_leaves_it(asked):
    arrived = asked.planned(1)
    now = arrived + timedelta(seconds=60)
    standing = Whereabouts(now=now, at=asked.ids[1], arrived_at=arrived, begun=True)
    stays = asked(standing, asked.ids[1:])
    leaves = asked(replace(standing, done_at=now), asked.ids[1:])
    assert leaves[0].expected_at < stays[0].expected_at
    drive = asked.planned(2) - asked.times.stops[1].departs_at
    assert leaves[0].expected_at - now == timedelta(seconds=LEAVES_S) + drive


def test_a_silent_driver_goes_on_unseen(asked):
    seen = asked.planned(1) + timedelta(seconds=60)
    where = Whereabouts(now=seen, at=asked.ids[1], arrived_at=asked.planned(1), begun=True, heard_of=seen)
    heard = asked(where, asked.ids[1:])
    later = asked(replace(where, now=heard[1].expected_at), asked.ids[1:])
    assert [stop.expected_at for stop in later[2:]] == [stop.expected_at for stop in heard[2:]]
    assert later[0].expected_at == later[1].expected_at  # what should be behind by now is due now, and no earlier
    assert all(stop.earliest_at <= stop.expected_at <= stop.latest_at for stop in later)


def test_past_its_close_a_stop_of_a_silent_driver_is_at_risk(asked):
    heard = asked.planned(0)
    where = Whereabouts(now=heard, at=asked.ids[0], arrived_at=heard, begun=True, heard_of=heard)
    last = asked(where)[-1]
    assert last.risk is Risk.NONE
    later = asked(replace(where, now=last.closes_at + timedelta(minutes=1)))[-1]
    assert later.expected_at > later.closes_at
    assert later.risk is Risk.AT_RISK


def test_slow_stops_make_late_arrivals_and_wide_intervals(asked):
    now = asked.times.leaves_at - timedelta(minutes=5)
    plain, slow = asked(Whereabouts(now=now)), asked(Whereabouts(now=now), habit=Habit(1.4, 0.5, 0.2))
    assert slow[0].expected_at == plain[0].expected_at
    late_s = [(s.expected_at - p.expected_at).total_seconds() for s, p in zip(slow, plain, strict=True)][1:5]
    assert late_s == sorted(late_s)
    assert late_s[0] == pytest.approx(0.4 * asked.problem.visits[asked.ids[0]].service_s, abs=2)
    assert all(
        s.latest_at - s.expected_at > p.latest_at - p.expected_at for s, p in list(zip(slow, plain, strict=True))[1:5]
    )


@given(st.floats(0.3, 3), st.floats(0.05, 1.2), st.floats(10, 3_600), st.floats(0, 20_000))
def test_the_rest_of_a_stop_is_what_a_numeric_integral_says(factor, spread, service_s, past_s):
    habit = Habit(factor, spread)
    rest_s = habit.rest_s(service_s, past_s)
    mean_s = factor * service_s
    assert rest_s >= 0
    assert habit.rest_s(service_s, 0) == pytest.approx(mean_s)
    z = max(-9.0, (math.log(past_s / mean_s) + spread**2 / 2) / spread) if past_s >= 1 else -9.0
    if z < 3:
        steps = [z + (8 - z) * i / 2_000 for i in range(2_001)]
        beyond = [math.exp(-(x**2) / 2) for x in steps]
        lasts = [mean_s * math.exp(spread * x - spread**2 / 2) * w for x, w in zip(steps, beyond, strict=True)]
        assert rest_s == pytest.approx(sum(lasts) / sum(beyond) - past_s, rel=0.03, abs=0.02 * mean_s)
