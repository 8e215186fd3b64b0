"""Visits by the driver's word, held against the track: which door, since when, and where the word is not believed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from dispatcher.domain.actions import ActionKind
from dispatcher.domain.tracking import StoredFix, Witness
from dispatcher.tracking.following import RoundTracker
from tests.unit.tracking.drives import BEGIN, SHIFT, Drive, Spot, place_of
from tests.unit.tracking.test_following import POLICY, action, stops_at, tracked

ARRIVE, DELIVER = ActionKind.ARRIVE, ActionKind.DELIVER


def street(*legs: tuple[float, float, int]) -> Drive:
    """A track of (metres east, metres a second, seconds stood there), from the depot on."""
    day, here = Drive([]), 0.0
    day.spots += [(0.0, 0.0)] * 60
    for to, speed, stood in legs:
        steps = max(1, round(abs(to - here) / speed))
        day.spots += [(here + (to - here) * n / steps, 0.0) for n in range(1, steps + 1)]
        day.spots += [(to, 0.0)] * stood
        here = to
    return day


def seconds(moment: datetime) -> float:
    return (moment - BEGIN).total_seconds()


def arrivals(tracker: RoundTracker) -> dict[str, float]:
    return {visit.order_id: seconds(visit.arrived_at) for visit in tracker.visits}


def test_two_doors_within_the_error_of_positions_are_told_apart():
    # 60 s yard, 1000 m in 100 s: at the first door from 160 to 460, four seconds on, at the second until 764
    day = street((1_000, 10.0, 300), (1_020, 5.0, 300), (3_000, 10.0, 0))
    stops, fixes = stops_at(1_000, 1_020), day.fixes()
    said = [action(ARRIVE, "o1", 162), action(DELIVER, "o1", 440)]
    said += [action(ARRIVE, "o0", 466), action(DELIVER, "o0", 740)]
    tracker = tracked(stops, fixes)
    tracker.hear(said)
    assert list(arrivals(tracker)) == ["o1", "o0"]
    assert arrivals(tracker) == pytest.approx({"o1": 160, "o0": 464}, abs=30)
    first, other = tracker.visits
    assert first.departed_at <= other.arrived_at
    assert seconds(other.departed_at) == pytest.approx(764, abs=30)


def test_the_van_waits_far_from_the_door():
    # 100 s to a kerb 200 m before the door, 167 s of walking, 300 s there, back and off
    day = street((1_000, 10.0, 2), (1_200, 1.2, 300), (1_000, 1.2, 8), (3_000, 10.0, 0))
    tracker = tracked(stops_at(1_200), day.fixes())
    tracker.hear([action(DELIVER, "o0", 160 + 2 + 167 + 295)])
    (visit,) = tracker.visits
    assert seconds(visit.arrived_at) == pytest.approx(160, abs=30)
    assert seconds(visit.departed_at) == pytest.approx(160 + 2 + 167 + 300 + 167 + 8, abs=30)


def test_who_pedals_slowly_has_not_come_before_the_door_is_near():
    day = street((400, 1.4, 240), (1_000, 1.4, 0))
    tracker = tracked(stops_at(400), day.fixes())
    tracker.hear([action(DELIVER, "o0", 60 + 286 + 230)])
    (visit,) = tracker.visits
    assert seconds(visit.arrived_at) == pytest.approx(60 + 286, abs=60)


def test_an_outcome_said_from_the_next_street_belongs_to_the_stay_before():
    day = street((1_000, 10.0, 200), (1_200, 10.0, 400), (3_000, 10.0, 0))
    tracker = tracked(stops_at(1_000, 2_900), day.fixes())
    tracker.hear([action(DELIVER, "o0", 600)])
    assert arrivals(tracker)["o0"] == pytest.approx(160, abs=30)


def test_what_is_said_while_driving_past_is_no_arrival():
    day = street((3_000, 10.0, 300), (5_000, 10.0, 0))
    tracker = tracked(stops_at(3_000), day.fixes())
    tracker.hear([action(ARRIVE, "o0", 60 + 280), action(DELIVER, "o0", 650)])  # 200 m before it, at full speed
    assert arrivals(tracker)["o0"] == pytest.approx(360, abs=30)


def test_positions_that_lost_their_way_are_no_drive():
    day = street((1_000, 10.0, 600), (3_000, 10.0, 0))
    fixes = [_astray(fix, day) for fix in day.fixes()]
    tracker = tracked(stops_at(1_000), fixes)
    tracker.hear([action(DELIVER, "o0", 740)])
    assert arrivals(tracker)["o0"] == pytest.approx(160, abs=30)


def _astray(fix: StoredFix, day: Drive) -> StoredFix:
    """At 400 s the receiver jumps 130 m and says so; then it drifts back for a minute, and says all is well."""
    since = seconds(fix.fix.at) - 400
    if not 0 <= since < 60:
        return fix
    here: Spot = day.spots[int(seconds(fix.fix.at))]
    off_m, stated_m = 130 * 2.718 ** (-since / 25), 130.0 if since < 5 else 8.0
    return replace(fix, fix=replace(fix.fix, place=place_of((here[0], here[1] + off_m)), accuracy_m=stated_m))


@pytest.mark.parametrize("word_first", [True, False])
def test_what_comes_first_makes_no_difference(word_first):
    day = street((1_000, 10.0, 300), (1_020, 5.0, 300), (3_000, 10.0, 0))
    stops, fixes = stops_at(1_000, 1_020), day.fixes()
    said = [action(DELIVER, "o1", 440), action(ARRIVE, "o0", 466), action(DELIVER, "o0", 740)]
    whole = tracked(stops, fixes)
    whole.hear(said)
    pieces = RoundTracker(SHIFT, stops, POLICY)
    _tell(pieces, fixes, said, word_first=word_first)
    assert pieces.visits == whole.visits


def _tell(tracker: RoundTracker, fixes: Sequence[StoredFix], said: list, *, word_first: bool) -> None:  # type: ignore[type-arg]
    """Piece by piece, looked at after every one."""
    if word_first:
        tracker.hear(said)
    for start in range(0, len(fixes), 7):
        tracker.take(fixes[start : start + 7])
        assert tracker.progress
        if not word_first:
            heard = [a for a in said if a.received_at <= fixes[min(start + 6, len(fixes) - 1)].received_at]
            tracker.hear(heard)


def test_with_no_track_the_planned_service_says_since_when():
    tracker = RoundTracker(SHIFT, stops_at(1_000, 2_000), POLICY)
    tracker.hear([action(DELIVER, "o0", 1_000), action(DELIVER, "o1", 1_060)])
    assert [visit.witness for visit in tracker.visits] == [Witness.DRIVER] * 2
    assert arrivals(tracker) == {"o0": 1_000 - 180, "o1": 1_000}
