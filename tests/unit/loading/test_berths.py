"""Timetables of small yards are the best there are; of any yard nobody is loaded at two bays, or two at one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.loading import Berth, Timetable, Yard
from dispatcher.loading.berths import Visit, timetable

OPENS = datetime(2026, 6, 15, 4, tzinfo=UTC)


def visit(name: str, leaves_min: int, parcels: int) -> Visit:
    """`parcels` are minutes too in the yards below."""
    return Visit(ShiftId(name), OPENS + timedelta(minutes=leaves_min), 0, parcels)


def yard(bays: int, loaders: int | None = None) -> Yard:
    """A minute a parcel, nothing else."""
    return Yard(bays=bays, loaders=loaders or bays, setup_s=0, parcel_s=60, order_s=0)


def at_once(berths: Sequence[Berth]) -> int:
    """The most that stand at one moment."""
    return max(sum(b.begins_at <= one.begins_at < b.ends_at for b in berths) for one in berths)


def check(found: Timetable, visits: Sequence[Visit], of: Yard) -> None:
    """What holds of every timetable."""
    assert sorted(b.shift_id for b in found.berths) == sorted(v.shift_id for v in visits)
    assert at_once(found.berths) <= min(of.bays, of.loaders)
    for bay in {b.bay for b in found.berths}:
        same = sorted((b for b in found.berths if b.bay == bay), key=lambda b: b.begins_at)
        assert 1 <= bay <= of.bays
        assert all(one.ends_at <= other.begins_at for one, other in pairwise(same))
    for berth in found.berths:
        assert berth.late_s == max(0, (berth.ends_at - berth.leaves_at).total_seconds())
    assert found.late_s == sum(b.late_s for b in found.berths)


def least_on_one_bay(visits: Sequence[Visit]) -> int:
    """By trying every sequence."""
    best = 10**9
    for sequence in permutations(visits):
        at = late = 0
        for each in sequence:
            at += each.parcels
            late += max(0, at - round((each.leaves_at - OPENS).total_seconds() / 60))
        best = min(best, late)
    return best * 60


def test_what_can_be_in_time_is() -> None:
    visits = [visit(f"s{n}", 10 + 10 * (n // 2), 10) for n in range(6)]
    found = timetable(visits, yard(2), OPENS)
    check(found, visits, yard(2))
    assert (found.late_s, found.gap) == (0, 0.0)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 15)), min_size=1, max_size=5))
def test_a_single_bay_is_as_little_late_as_any_sequence(sizes: list[tuple[int, int]]) -> None:
    visits = [visit(f"s{n}", leaves, parcels) for n, (leaves, parcels) in enumerate(sizes)]
    found = timetable(visits, yard(1), OPENS, search_s=2)
    check(found, visits, yard(1))
    assert found.gap == 0.0
    assert found.late_s == least_on_one_bay(visits)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-5, 60), st.integers(1, 30)), min_size=1, max_size=12),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_any_yard_keeps_its_bays_and_loaders(sizes: list[tuple[int, int]], bays: int, loaders: int) -> None:
    visits = [visit(f"s{n}", leaves, parcels) for n, (leaves, parcels) in enumerate(sizes)]
    found = timetable(visits, yard(bays, loaders), OPENS, search_s=0.5)
    check(found, visits, yard(bays, loaders))
    assert 0.0 <= found.gap <= 1.0


def test_of_two_ways_with_equal_lateness_the_longest_delay_is_short() -> None:
    visits = [visit("long", 0, 4), visit("one", 0, 4), visit("two", 0, 4)]
    found = timetable(visits, yard(2), OPENS)
    assert found.late_s == (4 + 4 + 8) * 60
    assert max(b.late_s for b in found.berths) == 8 * 60


def test_a_berth_that_stands_stays_and_others_wait_for_it() -> None:
    stands = Berth(ShiftId("a"), 1, OPENS, OPENS + timedelta(minutes=20), OPENS + timedelta(minutes=15), 300)
    visits = [visit("a", 15, 20), visit("b", 5, 10)]
    found = timetable(visits, yard(1), OPENS, standing={(stands.shift_id, 1): stands})
    assert found.berths[0] == stands
    assert found.berths[1].begins_at == stands.ends_at
    assert found.late_s == 300 + 25 * 60


def test_a_berth_given_out_for_later_is_left_free() -> None:
    later = Berth(ShiftId("a"), 1, OPENS + timedelta(minutes=10), OPENS + timedelta(minutes=20), OPENS, 1200)
    visits = [visit("a", 0, 10), visit("b", 0, 10), visit("c", 0, 15)]
    for of in (yard(1), yard(2)):
        found = timetable(visits, of, OPENS, standing={(later.shift_id, 1): later})
        check(found, visits, of)
        assert later in found.berths


def test_more_may_stand_than_the_yard_has_now() -> None:
    """Bays were closed while vans stood at them: nobody else comes until there is room."""
    standing = {
        (ShiftId(f"a{n}"), 1): Berth(ShiftId(f"a{n}"), n, OPENS, OPENS + timedelta(minutes=10 * n), OPENS, 600 * n)
        for n in (1, 2, 3)
    }
    visits = [*(visit(shift_id, 0, 1) for shift_id, _ in standing), visit("b", 60, 10)]
    found = timetable(visits, yard(1), OPENS, standing=standing)
    (last,) = (b for b in found.berths if b.shift_id == "b")
    assert (last.bay, last.begins_at) == (1, OPENS + timedelta(minutes=30))


def test_a_second_trip_waits_for_its_van_and_leaves_the_bay_to_others() -> None:
    """One bay: who is back at 30 and due at 40 is loaded then, and who is due at 45 before or after, never at once."""
    again = Visit(ShiftId("a"), OPENS + timedelta(minutes=40), 0, 10, 2, OPENS + timedelta(minutes=30))
    visits = [visit("a", 10, 10), again, visit("b", 45, 15)]
    found = timetable(visits, yard(1), OPENS)
    check(found, visits, yard(1))
    assert found.late_s == 0
    begins = {(b.shift_id, b.trip): b.begins_at for b in found.berths}
    assert begins["a", 2] == OPENS + timedelta(minutes=30)
    assert begins["b", 1] == OPENS + timedelta(minutes=10), "the bay is not kept free for the van that is away"


def test_no_trip_begins_before_its_van_is_back_even_if_all_are_late() -> None:
    away = [
        Visit(ShiftId(f"s{n}"), OPENS + timedelta(minutes=5), 0, 8, 2, OPENS + timedelta(minutes=n)) for n in (5, 9)
    ]
    visits = [*away, *(visit(f"t{n}", 10, 9) for n in range(4))]
    found = timetable(visits, yard(2), OPENS, search_s=1.0)
    check(found, visits, yard(2))
    back = {v.key: v.ready_at for v in away}
    assert all(b.begins_at >= (back.get((b.shift_id, b.trip)) or OPENS) for b in found.berths)


def test_a_search_that_is_stopped_answers_with_what_it_has() -> None:
    visits = [visit(f"s{n}", n, 7 + n % 5) for n in range(40)]
    found = timetable(visits, yard(3), OPENS, search_s=60, cancelled=lambda: True)
    check(found, visits, yard(3))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        timetable([], yard(1), datetime(2026, 6, 15))  # noqa: DTZ001


def test_no_rounds_no_berths() -> None:
    assert timetable([], yard(1), OPENS) == Timetable((), 0)


@pytest.mark.parametrize("fields", [{"bays": 0}, {"loaders": 0}, {"parcel_s": -1}, {"freeze_ahead_s": -1}])
def test_a_yard_that_cannot_be_is_refused(fields: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"yard has|less than no time"):
        Yard(**fields)  # type: ignore[arg-type]
