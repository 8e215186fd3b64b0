"""When alerts are raised, what they say, and when they end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatcher.domain.actions import ActionKind
from dispatcher.domain.orders import Load
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.schedule import RouteTimes
from dispatcher.domain.tracking import AlertKind, Fix
from dispatcher.tracking.alerts import Lamp, minutes
from dispatcher.tracking.following import RoundTracker
from tests.unit.tracking.drives import BEGIN, SHIFT, place_of, stored
from tests.unit.tracking.test_following import action, lonely_street, stops_at

POLICY = RoadPolicy(speeding_kmh=90)


def moment(second: float):
    return BEGIN + timedelta(seconds=second)


class Round:
    """A tracker that is given one fix after another."""

    def __init__(self, *doors: float, legs=()) -> None:
        self.tracker = RoundTracker(SHIFT, stops_at(*doors), POLICY, legs)
        self._seq = 0

    def fix(self, second: float, x: float = 0.0, y: float = 0.0, lag_s: float = 1.0, **said) -> "Round":
        self._seq += 1
        self.tracker.take([stored(Fix(moment(second), place_of((x, y)), accuracy_m=10.0, **said), self._seq, lag_s)])
        return self

    def kinds(self, second: float, planned: RouteTimes | None = None) -> list[AlertKind]:
        return [alert.kind for alert in self.tracker.alerts(moment(second), planned)]

    def alert(self, second: float, kind: AlertKind):
        return next(a for a in self.tracker.alerts(moment(second)) if a.kind is kind)


def planned(leaves_s: float, break_s: int = 0) -> RouteTimes:
    leaves = moment(leaves_s)
    return RouteTimes(SHIFT.id, leaves, leaves, (), 0, 0, 0, 0, 0, Load(), 0, back_break_s=break_s)


def test_all_is_well():
    day = lonely_street((1_000, 200), (2_000, 0))
    tracker = RoundTracker(SHIFT, stops_at(1_000, 2_000), POLICY)
    for fix in day.fixes():
        tracker.take([fix])
        assert tracker.alerts(fix.received_at, planned(100)) == []


def test_a_late_departure_ends_when_the_driver_leaves():
    late = Round(1_000)
    for second in range(0, 1_300, 60):
        late.fix(second)
    assert late.kinds(600) == []
    assert late.kinds(1_260) == [AlertKind.LATE_DEPARTURE]
    assert late.kinds(1_260, planned(1_000)) == []
    alert = late.alert(1_260, AlertKind.LATE_DEPARTURE)
    assert (alert.value, alert.limit, alert.since) == (1_260, 600, moment(0))
    assert "21 minutes after" in alert.sentence
    assert late.fix(1_320, 400).kinds(1_320) == []


def test_off_route_needs_a_minute_and_a_clear_way_back():
    way = [[(place_of((x, 0.0)).lat, place_of((x, 0.0)).lon) for x in (0.0, 1_000.0)]]
    off = Round(1_000, legs=way)
    seen = {}
    track = [(0, 0, 0), (30, 300, 0), (60, 600, 200), (90, 600, 500), (120, 600, 700), (155, 600, 700), (185, 600, 350)]
    for second, x, y in [*track, (215, 600, 250)]:
        seen[second] = off.fix(second, x, y).kinds(second)
    assert [second for second, kinds in seen.items() if kinds == [AlertKind.OFF_ROUTE]] == [155, 185]
    assert seen[215] == []


def test_standing_too_long_counts_only_on_the_road_and_allows_for_the_service_and_break():
    stand = Round(1_000)
    stand.fix(0).fix(30, 300)
    for second in range(60, 1_500, 30):
        stand.fix(second, 600)
    assert stand.kinds(1_200) == []
    assert stand.kinds(1_470) == [AlertKind.STANDING]
    assert "at no stop" in stand.alert(1_470, AlertKind.STANDING).sentence
    assert stand.fix(1_500, 900).fix(1_510, 1_000).kinds(1_515) == []
    serve = Round(1_000)
    serve.fix(0).fix(30, 300)
    for second in range(100, 1_600, 30):
        serve.fix(second, 1_000)
    assert serve.tracker.progress.at_order_id == "o0"
    assert serve.kinds(1_460) == []
    assert serve.kinds(1_590, planned(0, break_s=1_800)) == []
    assert serve.kinds(1_590) == [AlertKind.STANDING]


def test_silence_ends_with_the_first_word():
    quiet = Round(1_000).fix(0).fix(30, 400)
    assert quiet.kinds(600) == []
    assert quiet.kinds(640) == [AlertKind.SILENT]
    assert quiet.alert(640, AlertKind.SILENT).value == pytest.approx(609)
    assert quiet.fix(650, 600).kinds(650) == []
    assert Round(1_000).kinds(500) == []
    assert "heard yet" in Round(1_000).alert(700, AlertKind.SILENT).sentence


def test_late_fixes_break_the_silence_but_move_nothing():
    quiet = Round(1_000).fix(0).fix(600, 400)
    assert quiet.fix(300, 200, lag_s=1_000).kinds(1_310) == []


def test_speeding_must_last():
    fast = Round(9_000).fix(0).fix(30, 400, speed_mps=24.0)
    assert fast.fix(35, 540, speed_mps=28.0).kinds(35) == []
    assert fast.fix(46, 840, speed_mps=28.0).kinds(46) == [AlertKind.SPEEDING]
    assert fast.fix(50, 940, speed_mps=24.5).kinds(50) == [AlertKind.SPEEDING]
    assert fast.fix(55, 1_040, speed_mps=20.0).kinds(55) == []


def test_battery_made_up_positions_and_clock():
    low = Round(1_000).fix(0, battery=0.14)
    assert low.alert(5, AlertKind.BATTERY).value == 0.14
    assert low.fix(60, 300, battery=0.17).kinds(60) == [AlertKind.BATTERY]
    assert low.fix(90, 400, battery=0.17, charging=True).kinds(90) == []
    fake = Round(1_000).fix(0, mock=True)
    assert fake.kinds(60) == [AlertKind.MOCK]
    assert fake.fix(120, 400).kinds(180) == [AlertKind.MOCK]
    assert AlertKind.MOCK not in fake.kinds(1_000)
    assert fake.tracker.mock
    wrong = Round(1_000).fix(0, lag_s=-300, sent_at=moment(0))
    assert wrong.kinds(5) == [AlertKind.CLOCK]
    assert "5 minutes fast" in wrong.alert(5, AlertKind.CLOCK).sentence
    assert wrong.tracker.position is None


def test_a_round_that_is_over_disturbs_nobody():
    done = Round(1_000).fix(0).fix(30, 400)
    assert AlertKind.SILENT in done.kinds(5_000)
    end = action(ActionKind.END, "o0", 60)
    done.tracker.hear([replace(end, action=replace(end.action, order_id=None))])
    assert done.kinds(5_000) == []


def test_a_lamp_does_not_flicker():
    lamp = Lamp()
    seen = [lamp.see(value, 100, moment(i)) for i, value in enumerate([90, 101, 99, 101, 80, 76, 75, 99])]
    assert seen == [False, True, True, True, True, True, False, False]
    assert lamp.lit_since is None


def test_minutes_for_people():
    assert [minutes(s) for s in (40, 60, 1_500, 3_600, 7_500)] == [
        "1 minute",
        "1 minute",
        "25 minutes",
        "1 h 00 min",
        "2 h 05 min",
    ]
