"""A scorecard holds a driver against the plan of that very round: shown parts, nothing made up without data."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from dispatcher.insight.columns import TableName, frame_of
from dispatcher.insight.cuts import Facts, Span
from dispatcher.insight.measures import Terms
from dispatcher.insight.scorecard import card_of, drivers_of
from tests.fixtures import days
from tests.fixtures.facts import made_facts

MONDAY = days.DATE
FORTNIGHT = Span(MONDAY, MONDAY + timedelta(days=13))


def stop(on: date = MONDAY, **fields: Any) -> dict[str, Any]:
    made = {"date": on, "order_id": "a", "number": "A1", "driver_id": "aino", "driver": "Aino", "shift_id": "s"}
    return {**made, "outcome": "delivered", "counted": True, "attempt": 1, "attempt_key": "k", **fields}


def round_(on: date = MONDAY, **fields: Any) -> dict[str, Any]:
    return {"date": on, "shift_id": "s", "driver_id": "aino", "driver": "Aino", **fields}


def facts_of(stops: list[dict[str, Any]], rounds: list[dict[str, Any]]) -> Facts:
    rows = {TableName.STOPS: stops, TableName.ROUNDS: rounds}
    return {table: frame_of(table, rows.get(table, ())) for table in TableName}


def test_only_parts_with_data_are_shown_and_the_score_is_their_mean() -> None:
    stops = [stop(proof_wanted=True, proof_complete=True), stop(proof_wanted=True, order_id="b", number="A2")]
    card = card_of(facts_of(stops, [round_(km=50.0, km_planned=40.0)]), "aino", FORTNIGHT, Terms())
    assert {part.kind.id: part.score for part in card.parts} == {"proof": 50.0, "km": 80.0}
    assert [kind.id for kind in card.skipped] == ["on_time", "adherence", "door"]
    assert (card.score, card.band, card.name, card.rounds, card.stops) == (65.0, "fair", "Aino", 1, 2)


def test_the_events_behind_a_part_name_the_stop() -> None:
    window = {"promised_from": days.clock("10:00"), "promised_until": days.clock("12:00"), "wait_planned_s": 0}
    window |= {"planned_at": days.clock("11:30")}
    stops = [
        stop(arrived_at=days.clock("12:20"), **window),
        stop(arrived_at=days.clock("13:00"), order_id="b", number="A2", attempt_key="k2", **window),
        stop(arrived_at=days.clock("11:00"), order_id="c", **window),
        stop(arrived_at=days.clock("09:00"), order_id="d", **window),
        stop(service_s=600.0, service_planned_s=180.0, order_id="e"),
    ]
    card = card_of(
        facts_of(stops, [round_(km=41.0, km_planned=30.0, pairs=9, pairs_kept=6)]), "aino", FORTNIGHT, Terms()
    )
    events = {part.kind.id: [(e.order_id, e.what) for e in part.events] for part in card.parts}
    assert set(events["on_time"]) == {("a", "20 min late"), ("b", "60 min late"), ("d", "60 min early")}
    assert events["door"] == [("e", "10 min at the door, 3 planned")]
    assert events["km"] == [("", "41.0 km, 30.0 planned")]
    assert events["adherence"] == [("", "3 of 9 stops out of the planned order")]
    by_id = {part.kind.id: part for part in card.parts}
    assert by_id["on_time"].events[0].attempt_key in {"k", "k2"}
    assert by_id["door"].score == 30
    assert by_id["on_time"].score == 25


def test_a_faster_driver_gains_nothing_over_the_plan() -> None:
    rounds = [round_(km=20.0, km_planned=40.0)]
    card = card_of(facts_of([stop(service_s=60.0, service_planned_s=180.0)], rounds), "aino", FORTNIGHT, Terms())
    assert {part.kind.id: (part.score, part.events) for part in card.parts} == {"door": (100.0, ()), "km": (100.0, ())}


def test_the_trend_is_by_week_without_those_that_say_nothing() -> None:
    later = MONDAY + timedelta(days=13)
    rounds = [round_(km=40.0, km_planned=40.0), round_(later, km=80.0, km_planned=40.0)]
    longer = Span(MONDAY - timedelta(days=9), later)
    card = card_of(facts_of([], rounds), "aino", longer, Terms())
    assert [(point.monday, point.score) for point in card.trend] == [
        (MONDAY, 100.0), (MONDAY + timedelta(days=7), 50.0),
    ]  # fmt: skip


def test_one_driver_with_one_day_and_one_without_any() -> None:
    facts = facts_of([stop()], [round_()])
    card = card_of(facts, "aino", FORTNIGHT, Terms())
    assert (card.score, card.band, card.parts, card.trend, card.stops) == (None, "", (), (), 1)
    assert len(card.skipped) == 5
    assert card_of(facts, "nobody", FORTNIGHT, Terms()).score is None
    assert drivers_of(facts, FORTNIGHT) == ("aino",)


@pytest.mark.parametrize("seed", range(5))
def test_scores_stay_between_nothing_and_a_hundred_and_weeks_agree_with_their_own_cards(seed: int) -> None:
    dice = Random(seed)
    facts = made_facts(MONDAY, 14, dice.randint(10, 60), seed)
    for driver_id in drivers_of(facts, FORTNIGHT):
        card = card_of(facts, driver_id, FORTNIGHT, Terms())
        assert all(0 <= part.score <= 100 for part in card.parts)
        assert all(part.events for part in card.parts if part.score < 100)
        for point in card.trend:
            week = card_of(facts, driver_id, Span(point.monday, point.monday + timedelta(days=6)), Terms())
            assert week.score == pytest.approx(point.score)
            assert {part.kind.id: part.score for part in week.parts} == pytest.approx(dict(point.parts))
