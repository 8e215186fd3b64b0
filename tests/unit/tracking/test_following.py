"""Rounds on made-up streets: what is told of them against what was true."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from dispatcher.domain.actions import Action, ActionKind, TakenAction, Taking
from dispatcher.domain.ids import DeviceId, OrderId
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.tracking import Doubt, Fix, StoredFix, Witness
from dispatcher.tracking.following import RoundTracker
from dispatcher.tracking.stops import RoundStop
from tests.unit.tracking.drives import (
    BEGIN,
    DEVICE,
    DRIVER,
    SHIFT,
    Drive,
    Habits,
    drive,
    in_batches,
    place_of,
    renumbered,
    stored,
)

POLICY = RoadPolicy()
NEXT_DOOR_M = 30


def tracked(stops: Sequence[RoundStop], fixes: Sequence[StoredFix], batch: int = 50) -> RoundTracker:
    tracker = RoundTracker(SHIFT, stops, POLICY)
    for some in in_batches(fixes, batch):
        tracker.take(some)
    return tracker


def told(tracker: RoundTracker) -> tuple[object, ...]:
    fix = tracker.position.fix if tracker.position else None
    return tracker.visits, tracker.driven_m, tracker.trail, fix


def lone(day: Drive) -> set[OrderId]:
    """Stops with a building of their own: what is told of others rests on shares of a stay."""
    return {
        a.order_id for a in day.stops if all(a is b or a.place.distance_m(b.place) > NEXT_DOOR_M for b in day.stops)
    }


def second(moment) -> float:
    return (moment - BEGIN).total_seconds()


@pytest.mark.parametrize("every_s", [5, 15])
def test_arrivals_are_told_within_a_minute_and_hardly_any_are_false(every_s):
    right = wrong = asked = 0
    for seed in range(101, 113):
        day = drive(seed)
        visits = {v.order_id: v for v in tracked(day.stops, day.fixes(every_s, seed=seed)).visits}
        for order_id in lone(day):
            arrived = day.arrived.get(order_id)
            visit = visits.get(order_id)
            asked += arrived is not None
            if arrived is None or visit is None:
                wrong += visit is not None
            elif abs(second(visit.arrived_at) - arrived) <= 60:
                right += 1
            else:
                wrong += abs(second(visit.arrived_at) - arrived) > 300
    assert asked > 300
    assert right / asked >= 0.97
    assert wrong / asked < 0.01


def test_departures_and_metres_come_near_the_truth():
    day = drive(7, Habits(together=0.0))
    tracker = tracked(day.stops, day.fixes())
    off = [abs(second(v.departed_at) - day.departed[v.order_id]) for v in tracker.visits if v.departed_at]
    assert sum(s <= 60 for s in off) / len(off) > 0.9
    assert tracker.driven_m == pytest.approx(day.driven_m, rel=0.04)


@pytest.mark.parametrize("seed", range(1, 6))
def test_fixes_that_come_late_or_shuffled_tell_the_same(seed):
    day = drive(seed, Habits(stops=15))
    fixes, dice = day.fixes(seed=seed), random.Random(seed)
    punctual = told(tracked(day.stops, fixes, 1))
    i, j = sorted(dice.sample(range(len(fixes)), 2))
    late = renumbered([*fixes[:i], *fixes[j:], *fixes[i:j]])
    assert told(tracked(day.stops, late, 37)) == punctual
    dice.shuffle(fixes)
    assert told(tracked(day.stops, renumbered(fixes), 37)) == punctual


def test_leaps_among_late_fixes_tell_the_same():
    day = drive(3, Habits(stops=8))
    fixes = day.fixes()
    for i in range(100, 104):
        fixes[i] = replace(fixes[i], fix=replace(fixes[i].fix, place=place_of((9_000.0 + i, 0.0))))
    punctual = tracked(day.stops, fixes, 1)
    late = tracked(day.stops, [*fixes[:90], *fixes[120:], *fixes[90:120]], 11)
    assert told(late) == told(punctual)
    assert punctual.doubts == late.doubts


def test_a_late_fix_never_moves_the_marker_back():
    day = drive(1, Habits(stops=3))
    fixes = day.fixes()
    tracker = tracked(day.stops, [*fixes[:50], *fixes[60:]])
    last = tracker.position
    tracker.take(fixes[50:60])
    assert tracker.position == last == fixes[-1]


def test_the_same_fixes_again_change_nothing():
    day = drive(1, Habits(stops=3))
    fixes = day.fixes()
    tracker = tracked(day.stops, fixes)
    before = told(tracker)
    tracker.take(fixes[:100])
    assert told(tracker) == before
    assert not tracker.doubts
    tracker.take([replace(fix, seq=fix.seq + 10_000) for fix in fixes[:3]])
    assert told(tracker) == before
    assert set(tracker.doubts.values()) == {Doubt.DUPLICATE}


def lonely_street(*legs: tuple[float, int], speed_mps: float = 10.0) -> Drive:
    """East along one street: to so many metres, then stand so many seconds."""
    day, x = Drive([]), 0.0
    day.spots.extend([(0.0, 0.0)] * 120)
    for to, stand_s in legs:
        while x != to:
            x = min(to, x + speed_mps) if to > x else max(to, x - speed_mps)
            day.spots.append((x, 0.0))
        day.spots.extend([(x, 0.0)] * stand_s)
    return day


def stops_at(*doors: float, service_s: int = 180) -> list[RoundStop]:
    return [
        RoundStop(OrderId(f"o{i}"), place_of((x, 10.0)), BEGIN + timedelta(seconds=300 * i), service_s, 60, 500)
        for i, x in enumerate(doors)
    ]


def visited(tracker: RoundTracker) -> list[OrderId]:
    return [visit.order_id for visit in tracker.visits]


def test_passing_by_is_no_visit():
    day = lonely_street((3_000, 0))
    assert visited(tracked(stops_at(1_000, 2_000), day.fixes())) == []


def test_a_red_light_by_somebody_elses_stop_is_no_visit():
    day = lonely_street((500, 60), (1_000, 200), (3_000, 0))
    assert visited(tracked(stops_at(1_000, 500), day.fixes())) == ["o0"]


def test_a_stop_out_of_sequence_is_a_visit_all_the_same():
    day = lonely_street((500, 200), (1_000, 200), (3_000, 0))
    assert visited(tracked(stops_at(1_000, 500), day.fixes())) == ["o1", "o0"]


def test_a_light_just_before_the_stop_is_not_the_arrival():
    day = lonely_street((960, 50), (1_000, 200), (3_000, 0))
    [visit] = tracked(stops_at(1_000), day.fixes()).visits
    assert abs(second(visit.arrived_at) - (120 + 96 + 50)) <= 20


def test_neighbours_in_one_building_share_the_stay_in_sequence():
    day = lonely_street((1_000, 540), (3_000, 0))
    visits = tracked(stops_at(1_000, 1_008, 995), day.fixes()).visits
    assert [v.order_id for v in visits] == ["o0", "o1", "o2"]
    assert [v.departed_at for v in visits[:2]] == [v.arrived_at for v in visits[1:]]
    assert all(v.departed_at and 120 < second(v.departed_at) - second(v.arrived_at) < 240 for v in visits)


def test_a_visit_at_hand_has_no_departure():
    day = lonely_street((1_000, 100))
    tracker = tracked(stops_at(1_000, 2_000), day.fixes())
    [visit] = tracker.visits
    assert visit.departed_at is None
    assert tracker.progress.at_order_id == "o0"
    assert tracker.progress.next_order_id == "o1"


def test_walking_to_the_door_and_back_is_one_visit():
    day = lonely_street((1_000, 60), (1_040, 60), (1_000, 60), (3_000, 0), speed_mps=1.2)
    [visit] = tracked(stops_at(1_020), day.fixes()).visits
    assert visit.departed_at is not None
    assert second(visit.departed_at) - second(visit.arrived_at) > 230


def test_a_dead_zone_by_the_stop_is_a_visit_and_a_short_one_is_not():
    day = lonely_street((950, 0), (1_000, 240), (3_000, 0))
    standing = (215, 470)
    [visit] = tracked(stops_at(1_000), day.fixes(dark=[standing])).visits
    assert abs(second(visit.arrived_at) - 220) <= 30
    assert visit.departed_at is not None
    assert abs(second(visit.departed_at) - 460) <= 30
    through = lonely_street((3_000, 0))
    assert visited(tracked(stops_at(1_000), through.fixes(dark=[(205, 235)]))) == []


def test_a_gap_that_ends_far_away_is_no_visit():
    day = lonely_street((990, 0), (1_000, 240), (3_000, 0))
    assert visited(tracked(stops_at(1_000), day.fixes(dark=[(215, 600)]))) == []


def action(kind: ActionKind, order: str, at_s: float, n: int = 1, **more) -> TakenAction:
    moment = BEGIN + timedelta(seconds=at_s)
    said = Action(f"{kind}-{order}", n, kind, moment, SHIFT.id, OrderId(order))
    return TakenAction(n, DEVICE, DRIVER, moment, said, **more)


def test_the_drivers_word_is_a_witness_where_the_track_has_none():
    day = lonely_street((1_000, 200), (3_000, 0))
    tracker = tracked(stops_at(1_000, 5_000), day.fixes())
    tracker.hear([action(ActionKind.ARRIVE, "o1", 600), action(ActionKind.DELIVER, "o1", 700)])
    assert [(v.order_id, v.witness) for v in tracker.visits] == [("o0", Witness.TRACK), ("o1", Witness.DRIVER)]
    assert tracker.visits[1].departed_at == BEGIN + timedelta(seconds=700)
    tracker.hear([action(ActionKind.DELIVER, "o1", 700, withdrawn=True)])
    assert visited(tracker) == ["o0"]


def test_the_drivers_word_makes_a_quick_stop_a_visit():
    day = lonely_street((500, 30), (1_000, 200), (3_000, 0))
    fixes, stops = day.fixes(), stops_at(1_000, 500)
    assert visited(tracked(stops, fixes)) == ["o0"]
    late = tracked(stops, fixes)
    late.hear([action(ActionKind.DELIVER, "o1", 195)])
    assert [(v.order_id, v.witness) for v in late.visits] == [("o1", Witness.TRACK), ("o0", Witness.TRACK)]
    early = RoundTracker(SHIFT, stops, POLICY)
    early.hear([action(ActionKind.DELIVER, "o1", 195)])
    early.take(fixes)
    assert told(early) == told(late)


def test_outcomes_divide_a_shared_stay():
    day = lonely_street((1_000, 400), (3_000, 0))
    tracker = tracked(stops_at(1_000, 1_005), day.fixes())
    tracker.hear([action(ActionKind.DELIVER, "o1", 300), action(ActionKind.DELIVER, "o0", 600)])
    first, other = tracker.visits
    assert (first.order_id, other.order_id) == ("o1", "o0")
    assert first.departed_at == other.arrived_at
    assert 300 <= second(other.arrived_at) <= 320


def test_waiting_at_the_depot_beside_the_first_stop_is_no_visit():
    day = lonely_street((0, 900), (1_000, 200), (3_000, 0))
    assert visited(tracked(stops_at(40, 1_000), day.fixes())) == ["o1"]


def test_a_plan_that_changes_leaves_what_is_behind():
    day = lonely_street((1_000, 200), (2_000, 200), (3_000, 0))
    fixes, stops = day.fixes(), stops_at(1_000, 1_500, 2_000)
    half = next(i for i, f in enumerate(fixes) if second(f.fix.at) > 450)
    tracker = tracked(stops, fixes[:half])
    before = tracker.visits
    tracker.replan([stops[0], stops[2]])
    tracker.take(fixes[half:])
    assert tracker.visits[: len(before)] == before
    assert visited(tracker) == ["o0", "o2"]


def test_a_second_phone_elsewhere_does_not_pull_the_marker_about():
    day = lonely_street((1_000, 200), (3_000, 0))
    mine = day.fixes()
    far = place_of((80_000.0, 0.0))
    other = [stored(Fix(f.fix.at + timedelta(seconds=1), far), 5_000 + f.seq, device=DeviceId("b")) for f in mine]
    both = [fix for pair in zip(mine, other, strict=True) for fix in pair]
    tracker = tracked(stops_at(1_000), both)
    assert tracker.position == mine[-1]
    assert visited(tracker) == ["o0"]
    assert tracker.driven_m == pytest.approx(3_000, rel=0.05)


def test_no_fix_and_no_stop_say_nothing():
    tracker = RoundTracker(SHIFT, [], POLICY)
    tracker.take([])
    assert (tracker.visits, tracker.driven_m, tracker.position, tracker.trail) == ([], 0.0, None, [])
    tracker.take(lonely_street((1_000, 200)).fixes())
    assert tracker.visits == []
    assert tracker.driven_m == pytest.approx(1_000, rel=0.05)


def test_stops_put_off_or_passed_by_are_made_last():
    tracker = RoundTracker(SHIFT, stops_at(1_000, 2_000, 3_000, 4_000, 5_000, 6_000), POLICY)
    ids = [stop.order_id for stop in tracker.plan.stops]
    assert list(tracker.onward(ids)) == ids
    skipped = action(ActionKind.SKIP, "o1", 100)
    tracker.hear([skipped])
    assert list(tracker.onward(ids)) == ["o0", "o2", "o3", "o4", "o5", "o1"]
    made = [action(ActionKind.DELIVER, f"o{i}", 100 * i, n=i) for i in (2, 3, 4)]
    tracker.hear([skipped, *made])
    assert list(tracker.onward(["o0", "o1", "o5"])) == ["o5", "o0", "o1"]  # nobody goes back to o0 before o5
    assert tracker.progress.next_order_id == "o5"
    tracker.hear([replace(skipped, withdrawn=True), *made])
    assert list(tracker.onward(["o0", "o1", "o5"])) == ["o5", "o0", "o1"]  # passed by three times
    tracker.hear([action(ActionKind.SKIP, "o1", 100, taking=Taking.REFUSED)])
    assert list(tracker.onward(ids)) == ids
