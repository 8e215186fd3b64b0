"""Every measure equals what plain Python reckons from the raw rows: worked examples, and rows made up from any seed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.insight.columns import TABLES, ColumnKind, TableName, frame_of
from dispatcher.insight.cuts import CUT_BY_ID, CUTS, Facts, Span, cut_table, day_values, part_of, rows_behind, total_of
from dispatcher.insight.measures import BY_ID, MEASURES, ON_TIME_FAIR, Measure, Terms
from dispatcher.insight.scorecard import PARTS
from tests.fixtures import days
from tests.fixtures.facts import made_day, made_facts

type Row = Mapping[str, Any]
type Reckoned = Callable[[list[Row], Terms], float | None]
ON = days.DATE
DAY = Span(ON, ON)


def ratio(top: float, bottom: float, scale: float = 1.0) -> float | None:
    return scale * top / bottom if bottom else None


def tried(row: Row) -> bool:
    return bool(row.get("outcome")) and bool(row.get("counted"))


def came(row: Row) -> datetime | None:
    return row.get("arrived_at") or row.get("done_at")


def is_in_time(row: Row, terms: Terms) -> bool:
    at = came(row)
    if at is None or row.get("promised_until") is None:
        return False
    early, late = timedelta(seconds=terms.early_s), timedelta(seconds=terms.late_s)
    return row["promised_from"] - early <= at <= row["promised_until"] + late


def share(of: Callable[[Row, Terms], bool], among: Callable[[Row], bool]) -> Reckoned:
    def reckon(rows: list[Row], terms: Terms) -> float | None:
        some = [row for row in rows if among(row)]
        return ratio(sum(1 for row in some if of(row, terms)), len(some), 100)

    return reckon


def quotient(top: Callable[[Row], Any], bottom: Callable[[Row], Any], scale: float = 1.0) -> Reckoned:
    """Of the rows where both are known."""

    def reckon(rows: list[Row], _terms: Terms) -> float | None:
        both = [(t, b) for row in rows if (t := top(row)) is not None and (b := bottom(row)) is not None]
        return ratio(sum(t for t, _ in both), sum(b for _, b in both), scale)

    return reckon


def of_tried(name: str, factor: float = 1.0) -> Callable[[Row], Any]:
    return lambda row: row[name] * factor if tried(row) and row.get(name) is not None else None


def one(row: Row) -> Any:
    return 1 if tried(row) else None


def delivered(row: Row) -> bool:
    return row.get("outcome") == "delivered"


def gap(row: Row, later: str, earlier: str, unit_s: float) -> Any:
    if row.get(later) is None or row.get(earlier) is None:
        return None
    return (row[later] - row[earlier]).total_seconds() / unit_s


def door_gap(row: Row) -> Any:
    if not tried(row) or row.get("service_s") is None or row.get("service_planned_s") is None:
        return None
    return (row["service_s"] - row["service_planned_s"]) / 60


def untold(row: Row) -> bool:
    """Delivered in full, nobody knows when, and promised for a time."""
    return delivered(row) and bool(row["in_full"]) and row.get("promised_until") is not None and came(row) is None


def entirely(row: Row, terms: Terms) -> bool:
    return delivered(row) and bool(row["in_full"]) and (row.get("promised_until") is None or is_in_time(row, terms))


def cash_where(row: Row, name: str) -> Any:
    return row.get(name) if row.get("outcome") in ("delivered", "partly") and row.get("cash_due") else None


RECKONED: Mapping[str, Reckoned] = {
    "first_attempt": share(lambda r, _t: delivered(r), lambda r: tried(r) and r["attempt"] == 1),
    "success": share(lambda r, _t: delivered(r), tried),
    "on_time": share(is_in_time, lambda r: tried(r) and r.get("promised_until") is not None and came(r) is not None),
    "otif": share(entirely, lambda r: bool(r.get("outcome")) and not untold(r)),
    "completion": share(lambda r, _t: tried(r), lambda _r: True),
    "stops_per_hour": quotient(one, of_tried("minutes", 1 / 60)),
    "parcels_per_hour": quotient(of_tried("parcels_done"), of_tried("minutes", 1 / 60)),
    "km_per_stop": quotient(of_tried("km"), one),
    "minutes_per_stop": quotient(of_tried("minutes"), one),
    "cost_per_stop": quotient(of_tried("cost"), one),
    "cost_per_success": quotient(of_tried("cost"), lambda r: int(delivered(r)) if tried(r) else None),
    "cost_per_parcel": quotient(of_tried("cost"), of_tried("parcels_done")),
    "waiting": quotient(of_tried("wait_s", 1 / 60), one),
    "at_door": quotient(of_tried("service_s", 1 / 60), one),
    "door_against_plan": quotient(of_tried("service_s"), of_tried("service_planned_s"), 100),
    "arrival_error": quotient(
        lambda r: abs(g) if (g := gap(r, "arrived_at", "planned_at", 60)) is not None else None, lambda _r: 1
    ),
    "arrival_bias": quotient(lambda r: gap(r, "arrived_at", "planned_at", 60), lambda _r: 1),
    "service_error": quotient(lambda r: abs(g) if (g := door_gap(r)) is not None else None, lambda _r: 1),
    "service_bias": quotient(lambda r: door_gap(r), lambda _r: 1),
    "failures": share(lambda r, _t: r["outcome"] == "failed", lambda r: bool(r.get("outcome"))),
    "redelivery": share(lambda r, _t: r["attempt"] > 1, lambda _r: True),
    "proof_complete": share(lambda r, _t: bool(r["proof_complete"]), lambda r: bool(r.get("proof_wanted"))),
    "flagged": share(lambda r, _t: r["flags"] > 0, lambda r: bool(r.get("attempt_key"))),
    "cash": quotient(lambda r: cash_where(r, "cash"), lambda r: cash_where(r, "cash_due"), 100),
    "told": share(lambda r, _t: r["messages"] > 0, lambda _r: True),
    "km_against_plan": quotient(lambda r: r["km"], lambda r: r["km_planned"], 100),
    "minutes_against_plan": quotient(lambda r: r["minutes"], lambda r: r["minutes_planned"], 100),
    "cost_against_plan": quotient(lambda r: r["cost"], lambda r: r["cost_planned"], 100),
    "adherence": quotient(lambda r: r["pairs_kept"], lambda r: r["pairs"], 100),
    "resolution": quotient(lambda r: gap(r, "closed_at", "since", 3600), lambda _r: 1),
    "settled_in_time": share(lambda r, _t: r["closed_at"] <= r["due_at"], lambda r: r["closed_at"] is not None),
    "slot_filling": quotient(lambda r: r["taken"] if r["capacity"] else None, lambda r: r["capacity"] or None, 100),
}  # fmt: skip


def facts_of(rows: Mapping[TableName, Iterable[Row]]) -> Facts:
    return {table: frame_of(table, rows.get(table, ())) for table in TableName}


def whole(rows: Mapping[TableName, Iterable[Row]], measure: Measure, terms: Terms | None = None) -> float | None:
    return total_of(measure, part_of(facts_of(rows), measure, DAY, terms or Terms())).value


def test_each_measure_is_reckoned_here_too() -> None:
    assert RECKONED.keys() == BY_ID.keys()


@settings(max_examples=25, deadline=None)
@given(
    dice=st.randoms(use_true_random=False),
    stops=st.integers(0, 60),
    early=st.integers(0, 3_600),
    late=st.integers(0, 3_600),
)
def test_every_measure_is_what_plain_python_says(dice: Any, stops: int, early: int, late: int) -> None:
    rows, terms = made_day(ON, stops, dice), Terms(early, late)
    facts = facts_of(rows)
    for measure in MEASURES:
        expected = RECKONED[measure.id](rows[measure.table], terms)
        figure = total_of(measure, part_of(facts, measure, DAY, terms))
        assert figure.value == (None if expected is None else pytest.approx(expected)), measure.id


@settings(max_examples=5, deadline=None)
@given(dice=st.randoms(use_true_random=False), stops=st.integers(1, 25))
def test_a_line_of_a_cut_is_the_measure_of_its_rows(dice: Any, stops: int) -> None:
    rows, terms = made_day(ON, stops, dice), Terms()
    facts = facts_of(rows)
    for measure in MEASURES:
        for cut in (c for c in CUTS if c.fits(measure) and not c.of_ending):
            table = cut_table(facts, measure, cut, DAY, terms)
            assert sum(row.figure.rows for row in table.rows) == table.total.figure.rows
            for line in dice.sample(table.rows, min(3, len(table.rows))):
                own = [row for row in rows[measure.table] if key_of(cut.column, row) == line.key]
                expected = RECKONED[measure.id](own, terms)
                assert line.figure.value == (None if expected is None else pytest.approx(expected)), (
                    measure.id,
                    cut.id,
                )
                behind = rows_behind(facts, measure, DAY, terms, cut=cut, key=line.key, most=10_000)
                assert behind.total == len(behind.rows) == line.figure.rows
                assert sum(behind.tops) == pytest.approx(line.figure.top)
                assert sum(behind.bottoms) == pytest.approx(line.figure.bottom)


def test_every_number_of_every_cut_is_made_of_the_rows_behind_it() -> None:
    """A small history: each line of each cut of each measure, and the whole, reckoned from the rows it opens."""
    span, terms = Span(ON, ON + timedelta(days=3)), Terms(0, 900)
    facts = made_facts(ON, 4, 60, seed=3)
    looked_at = 0
    for measure in MEASURES:
        for cut in (None, *(c for c in CUTS if c.fits(measure))):
            table = cut_table(facts, measure, cut or CUT_BY_ID["day"], span, terms)
            for line in table.rows if cut else [table.total]:
                behind = rows_behind(facts, measure, span, terms, cut=cut, key=line.key, most=10_000)
                bottom = table.total.figure.bottom if cut and cut.of_ending else sum(behind.bottoms)
                assert len(behind.rows) == behind.total == line.figure.rows, (measure.id, cut, line.key)
                expected = measure.scale * sum(behind.tops) / bottom if bottom else None
                assert line.figure.value == (None if expected is None else pytest.approx(expected)), (measure.id, cut)
                looked_at += len(behind.rows)
    assert looked_at > 20_000, "there was something behind them"


def key_of(column: str, row: Row) -> str:
    value = row.get(column)
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


@settings(max_examples=15, deadline=None)
@given(dice=st.randoms(use_true_random=False), stops=st.integers(1, 60))
def test_reasons_add_up_to_all_failures(dice: Any, stops: int) -> None:
    facts = facts_of(made_day(ON, stops, dice))
    for by in ("reason", "owner"):
        table = cut_table(facts, BY_ID["failures"], CUT_BY_ID[by], DAY, Terms())
        assert sum(row.figure.value or 0 for row in table.rows) == pytest.approx(table.total.figure.value or 0)


def stop(**fields: Any) -> Row:
    made = {"date": ON, "order_id": "a", "outcome": "delivered", "counted": True, "attempt": 1, "in_full": True}
    return {**made, **fields}


def promised(at: str, **fields: Any) -> Row:
    window = {"promised_from": days.clock("10:00"), "promised_until": days.clock("12:00")}
    return stop(arrived_at=days.clock(at), **{**window, **fields})


@pytest.mark.parametrize(
    ("at", "expected"),
    [("09:54", 0), ("09:55", 100), ("10:00", 100), ("12:00", 100), ("12:05", 100), ("12:06", 0)],
)
def test_on_time_reaches_from_five_minutes_before_to_five_after(at: str, expected: float) -> None:
    assert whole({TableName.STOPS: [promised(at)]}, BY_ID["on_time"]) == expected


def test_errors_of_the_plan_are_far_off_and_on_the_whole() -> None:
    early = promised("10:10", planned_at=days.clock("10:20"), service_planned_s=180, service_s=60)
    late = promised("11:00", planned_at=days.clock("10:30"), service_planned_s=180, service_s=420)
    unknown = promised("11:30", service_planned_s=180)
    rows = {TableName.STOPS: [early, late, unknown]}
    assert whole(rows, BY_ID["arrival_error"]) == (10 + 30) / 2
    assert whole(rows, BY_ID["arrival_bias"]) == (-10 + 30) / 2
    assert whole(rows, BY_ID["service_error"]) == (2 + 4) / 2
    assert whole(rows, BY_ID["service_bias"]) == (-2 + 4) / 2


def test_no_attempt_is_no_failed_first_attempt_but_no_delivery_in_full_either() -> None:
    out_of_time = stop(outcome="failed", reason="Out of time", counted=False, in_full=False)
    rows = {TableName.STOPS: [stop(), stop(), stop(outcome="failed", in_full=False), out_of_time]}
    assert whole(rows, BY_ID["first_attempt"]) == pytest.approx(200 / 3)
    assert whole(rows, BY_ID["otif"]) == 50
    assert whole(rows, BY_ID["failures"]) == 50


def test_cost_of_a_successful_stop_carries_the_failed_ones() -> None:
    rows = {TableName.STOPS: [stop(cost=400.0), stop(cost=400.0), stop(cost=400.0, outcome="failed")]}
    assert whole(rows, BY_ID["cost_per_stop"]) == 400
    assert whole(rows, BY_ID["cost_per_success"]) == 600


def test_where_the_plan_was_late_a_driver_is_not_to_blame() -> None:
    late, as_planned = days.clock("13:00"), days.clock("11:00")
    rows = [promised("13:00", planned_at=late, wait_planned_s=0), promised("11:00", planned_at=as_planned)]
    assert whole({TableName.STOPS: rows}, BY_ID["on_time"]) == 50
    assert whole({TableName.STOPS: rows}, ON_TIME_FAIR) == 100
    waits = promised("10:00", planned_at=days.clock("09:40"), wait_planned_s=1_200)
    assert whole({TableName.STOPS: [waits]}, ON_TIME_FAIR) == 100


def test_a_span_knows_its_days_and_its_half_open_neighbours() -> None:
    dates = [ON + timedelta(days=n) for n in (-3, -2, -1, 0, 1)]
    made = [{**stop(), "date": on, "weekday": on.weekday()} for on in dates]
    facts = facts_of({TableName.STOPS: made})
    two = Span(ON - timedelta(days=1), ON)
    assert two.before == Span(ON - timedelta(days=3), ON - timedelta(days=2))
    table = cut_table(facts, BY_ID["success"], CUT_BY_ID["weekday"], two, Terms(), two.before)
    assert [(row.title, row.figure.rows, row.before and row.before.rows) for row in table.rows] == [
        ("Monday", 1, 0), ("Friday", 0, 1), ("Saturday", 0, 1), ("Sunday", 1, 0),
    ]  # fmt: skip
    part = part_of(facts, BY_ID["success"], Span(ON, ON + timedelta(days=2)), Terms())
    assert day_values(BY_ID["success"], part, Span(ON, ON + timedelta(days=2))) == (
        (ON, 100.0), (ON + timedelta(days=1), 100.0), (ON + timedelta(days=2), None),
    )  # fmt: skip


def test_the_columns_of_rows_behind_are_what_people_can_read() -> None:
    behind = rows_behind(
        facts_of({TableName.STOPS: [promised("10:30")]}), BY_ID["on_time"], DAY, Terms(), cut=None, key="", most=9
    )
    named = dict(zip([c.name for c in behind.columns], behind.rows[0], strict=True))
    assert (named["date"], named["arrived_at"], named["done_at"]) == (ON, days.clock("10:30"), None)
    assert behind.order_ids == ("a",)


def test_each_measure_says_how_it_is_made() -> None:
    for measure in (*MEASURES, ON_TIME_FAIR):
        assert "÷" in measure.words
        assert "{" not in measure.formula(Terms(0, 900))
        assert measure.words.endswith(".")
        names = {column.name for column in TABLES[measure.table]}
        assert set(measure.shows) <= names
    assert "15 min" in BY_ID["on_time"].formula(Terms(0, 900))


def test_a_measure_is_cut_by_its_own_table_only() -> None:
    with pytest.raises(ValueError, match="cannot be cut"):
        cut_table(facts_of({}), BY_ID["adherence"], CUT_BY_ID["hour"], DAY, Terms())
    with pytest.raises(ValueError, match="tolerance"):
        Terms(-1, 0)
    with pytest.raises(ValueError, match="span"):
        Span(ON, ON - timedelta(days=1))
    assert all(any(c.fits(m) for c in CUTS) for m in MEASURES)
    assert {c.kind for table in TABLES.values() for c in table} == set(ColumnKind)


def test_the_docs_have_every_formula() -> None:
    text = (Path(__file__).parents[3] / "docs" / "measures.md").read_text("utf-8").replace("\n> ", " ")
    told = " ".join(text.split())
    for measure in (*MEASURES, ON_TIME_FAIR):
        assert measure.formula(Terms()) in told, measure.id
        if measure is not ON_TIME_FAIR:
            assert f"### {measure.name}" in told
            assert f"`{measure.id}`" in told
        assert " ".join(measure.trap.split()) in told or measure is ON_TIME_FAIR
    for kind in PARTS:
        assert f"### {kind.name}" in told
        assert kind.words in told
