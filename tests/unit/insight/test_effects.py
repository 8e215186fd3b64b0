"""What followed a card: only what chance hardly makes is called a difference, and nothing is said of a handful."""

from datetime import UTC, datetime, timedelta
from math import sqrt
from typing import Any

import pytest

from dispatcher.insight.coaching import CoachingCard
from dispatcher.insight.columns import TableName, frame_of
from dispatcher.insight.cuts import Facts
from dispatcher.insight.effects import Effect, Verdict, effect_of
from dispatcher.insight.measures import Terms
from tests.fixtures import days

TOLD = days.DATE
CARD = CoachingCard("c", "aino", "proof", days.clock("12:00"), "Anna", "Ask for the name")


def facts(before: tuple[int, int], after: tuple[int, int]) -> Facts:
    """So many proofs complete, of so many wanted, the day before the card and the day after it."""
    rows: list[dict[str, Any]] = []
    for on, (good, of) in ((TOLD - timedelta(days=1), before), (TOLD + timedelta(days=1), after)):
        rows += [
            {"date": on, "driver_id": "aino", "proof_wanted": True, "proof_complete": n < good, "outcome": "delivered",
             "counted": True}
            for n in range(of)
        ]  # fmt: skip
    return {table: frame_of(table, rows if table is TableName.STOPS else ()) for table in TableName}


def effect(before: tuple[int, int], after: tuple[int, int]) -> Effect:
    found = effect_of(facts(before, after), CARD, TOLD + timedelta(days=5), days.ZONE, Terms())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ((20, 40), (38, 40), Verdict.BETTER),
        ((38, 40), (20, 40), Verdict.WORSE),
        ((20, 40), (22, 40), Verdict.CHANCE),
        ((40, 40), (40, 40), Verdict.CHANCE),
        ((10, 40), (9, 9), Verdict.TOO_FEW),
        ((20, 40), (0, 0), Verdict.TOO_FEW),
    ],
)
def test_what_can_fairly_be_said(before: tuple[int, int], after: tuple[int, int], verdict: Verdict) -> None:
    assert effect(before, after).verdict is verdict


def test_the_error_is_that_of_two_shares() -> None:
    """By the textbook: of a share p of n, the square root of p (1 - p) / (n - 1)."""
    found = effect((20, 40), (30, 40))
    assert found.error == pytest.approx(100 * sqrt(0.5 * 0.5 / 39 + 0.75 * 0.25 / 39))
    assert found.change == pytest.approx(25)


def test_every_day_of_both_spans_is_told() -> None:
    found = effect((20, 40), (30, 40))
    assert [on for on, _ in found.days] == [TOLD + timedelta(days=n) for n in range(-27, 6)]
    assert {on: value for on, value in found.days if value is not None} == {
        TOLD - timedelta(days=1): 50,
        TOLD + timedelta(days=1): 75,
    }


def test_less_is_better_of_kilometres() -> None:
    def rounds(first: float, last: float) -> Facts:
        spans = [(TOLD - timedelta(days=n), first + n / 10) for n in range(6, 0, -1)]
        spans += [(TOLD + timedelta(days=n), last + n / 10) for n in range(1, 6)]
        rows = [{"date": on, "driver_id": "aino", "km": km, "km_planned": 50.0} for on, km in spans]
        return {table: frame_of(table, rows if table is TableName.ROUNDS else ()) for table in TableName}

    card = CoachingCard("c", "aino", "km", datetime(TOLD.year, TOLD.month, TOLD.day, tzinfo=UTC), "Anna", "Note")
    shorter = effect_of(rounds(70, 52), card, TOLD + timedelta(days=9), days.ZONE, Terms())
    longer = effect_of(rounds(52, 70), card, TOLD + timedelta(days=9), days.ZONE, Terms())
    assert shorter is not None
    assert longer is not None
    assert (shorter.verdict, longer.verdict) == (Verdict.BETTER, Verdict.WORSE)
