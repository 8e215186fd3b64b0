"""A card in one line: signs, singular and plural, and nothing said twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Load
from dispatcher.domain.schedule import RouteTimes, Rule, StopTimes, Violation
from dispatcher.services.plan import Proposal
from dispatcher.services.proposals import Card, RoundDiff, StopDiff
from tests.fixtures import days
from ui.proposals import words

DAY = days.make_day(12, 3, seed=4)
A, B, _ = DAY.shifts
EIGHT = datetime(2026, 6, 15, 6, tzinfo=UTC)


def card(
    m: int = 0, s: int = 0, cost: int = 0, *, stops: tuple[StopDiff, ...] = (), rounds: tuple[RoundDiff, ...] = ()
) -> Card:
    return Card("1", "Improve", DAY, Proposal(DAY.date, 0, {}, {}), rounds, stops, m, s, cost)


def times(late_s: int = 0, *, violations: tuple[Violation, ...] = ()) -> StopTimes:
    return StopTimes(OrderId("x"), EIGHT, EIGHT, EIGHT, 0, 0, 0, late_s, Load(), violations=violations)


def route(*violations: Violation) -> RouteTimes:
    return RouteTimes(A, EIGHT, EIGHT + timedelta(hours=1), (), 0, 0, 0, 0, 0, Load(), 0, violations=violations)


def stop(
    before: ShiftId | None, after: ShiftId | None, late: tuple[int, int] = (0, 0), handling_s: int = 0
) -> StopDiff:
    was, will = (times(s) if shift else None for s, shift in zip(late, (before, after), strict=True))
    return StopDiff(OrderId("x"), before, after, was, will, handling_s)


def resequenced() -> RoundDiff:
    return RoundDiff(A, route(), route(), (), (), resequenced=True)


@pytest.mark.parametrize(
    ("m", "s", "cost", "said"),
    [
        (14_200, 22 * 60, 3_100, "saves 14 km and 22 min (€31)"),
        (3_140, 22 * 60, 340, "saves 3.1 km and 22 min (€3.40)"),
        (0, 130 * 60, 5_000, "saves 2:10 h (€50)"),
        (0, 0, 250, "saves €2.50"),
        (0, 0, -250, "adds €2.50"),
        (-14_200, -22 * 60, -3_100, "adds 14 km and 22 min (€31)"),
        (14_200, -5 * 60, 1_200, "saves 14 km, adds 5 min (saves €12)"),
        (14_200, -55 * 60, -1_200, "saves 14 km, adds 55 min (adds €12)"),
        (14_200, 0, -1_200, "saves 14 km (adds €12)"),
        (20, 20, 0, "changes nothing any more"),
        (20, -29, 5, "saves €0.05"),
    ],
)
def test_figures(m: int, s: int, cost: int, said: str) -> None:
    assert words.brings(card(m, s, cost)).text == said


def test_other_money() -> None:
    assert [words.money(c, "CHF") for c in (3_149, -340)] == ["31 CHF", "3.40 CHF"]
    assert words.money(-123_456_00, "EUR") == "€123,456"


def test_good_and_bad_counted_once() -> None:
    late = (600, 0)
    good = (stop(None, A), stop(None, B), stop(A, B), stop(A, A, late), stop(B, A, late))
    told = words.brings(card(stops=(*good, stop(A, None), stop(A, A, (0, 60)))))
    assert told.good == "mends 2 late stops, plans 2 of 12 orders, moves 2 stops"
    assert told.worse == "1 stop becomes late, 1 stop goes back to the pool"


def test_orders_left_waiting_are_told_of() -> None:
    """Nobody should take "plans 11 orders" for all of them."""
    waiting = len(DAY.unplanned)
    told = [words.brings(card(stops=(stop(None, A),) * some)).text for some in (waiting - 1, waiting)]
    assert told == [f"plans {waiting - 1} of {waiting} orders", f"plans {waiting} orders"]


def test_one_is_not_many() -> None:
    told = words.brings(card(stops=(stop(None, A), stop(A, B), stop(A, A, (60, 0)))))
    assert told.text == "mends 1 late stop, plans 1 of 12 orders, moves 1 stop"
    several = (stop(A, None), stop(A, None), stop(A, A, (0, 60)), stop(A, A, (0, 60)))
    assert words.brings(card(stops=several)).worse == "2 stops become late, 2 stops go back to the pool"


def test_a_mere_sequence_is_told() -> None:
    assert words.brings(card(rounds=(resequenced(),))).text == "re-sequences 1 round"
    moved = replace(resequenced(), comes=(OrderId("x"),))
    assert "re-sequences" not in words.brings(card(stops=(stop(B, A),), rounds=(moved,))).text


def test_what_was_late_and_is_later_is_told() -> None:
    assert words.brings(card(stops=(stop(A, B, (600, 1_320)),))).worse == "late stops are 12 min later in all"
    assert not words.brings(card(stops=(stop(A, B, (1_320, 600)),))).worse


def test_new_broken_rules_are_told_and_old_ones_not() -> None:
    old, new = Violation(Rule.MAX_STOPS, 1), Violation(Rule.SHIFT_END, 600)
    diff = RoundDiff(A, route(old), route(old, new), (), (), resequenced=False)
    assert words.brings(card(60_000, rounds=(diff, diff))).worse == "new: past shift"
    assert not words.newly_broken(route(old), route(replace(old, amount=2)))


def test_handing_over_is_counted_where_it_is_caused() -> None:
    stops = (stop(A, B, handling_s=600), stop(A, B, handling_s=300), stop(B, A, handling_s=-300))
    assert words.brings(card(stops=stops)).worse == "15 min of handing goods over"
    assert [words.handling(s) for s in (0, 300, -300)] == ["", "hand over 5 min", "no handing over, −5 min"]


@pytest.mark.parametrize(
    ("drivers", "stops", "said"),
    [
        (0, 0, "Take this stop"), (0, 1, "Take this stop"), (0, 3, "Take 3 stops"), (1, 0, "Take this driver"),
        (2, 0, "Take 2 drivers"), (1, 2, "Take 1 driver and 2 stops"),
    ],
)  # fmt: skip
def test_taking(drivers: int, stops: int, said: str) -> None:
    assert words.taking(drivers, stops) == said


@given(
    st.integers(-(10**6), 10**6),
    st.integers(-(10**5), 10**5),
    st.integers(-(10**7), 10**7),
    st.lists(st.sampled_from([stop(None, A), stop(A, B), stop(A, None), stop(A, B, (60, 0)), stop(A, B, (0, 60))])),
)
def test_never_empty_never_twice_never_a_minus(m: int, s: int, cost: int, stops: list[StopDiff]) -> None:
    told = words.brings(card(m, s, cost, stops=tuple(stops)))
    parts = [part.strip() for part in told.text.replace(";", ",").split(", ")]
    assert told.good
    assert len(parts) == len(set(parts))
    assert "-" not in told.text
    assert "−" not in told.text
    assert " 1 stops" not in told.text
