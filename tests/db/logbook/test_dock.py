"""Slots, holds and what is loaded come out as they were, and are found by what they are looked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from db.logbook.dock_tables import metadata
from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.loading import Departure, LoadedPiece, PieceState
from dispatcher.domain.slots import Area, AreaId, Blackout, HoldState, RuleId, SlotChange, SlotHold, SlotRule
from tests.fixtures.strategies import dates, ids, loads, moments, places, words

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TODAY = date(2026, 11, 23)
TABLES = ("slot_area", "slot_rule", "slot_change", "blackout", "slot_hold", "loaded_piece", "departure")
clocks = st.times().map(lambda t: t.replace(tzinfo=None))
areas = st.builds(
    Area,
    id=ids,
    name=words,
    postcodes=st.lists(words, max_size=3).map(tuple),
    ring=st.lists(places, max_size=4).map(tuple),
)
rules = st.builds(
    SlotRule,
    id=ids,
    area_id=ids,
    opens=clocks,
    closes=clocks,
    weekdays=st.frozensets(st.integers(0, 6)),
    first=st.none() | dates,
    last=st.none() | dates,
    most=st.none() | loads,
)
changes = st.builds(SlotChange, rule_id=ids, on=dates, opens=st.none() | clocks, closes=st.none() | clocks)
holds = st.builds(SlotHold, id=ids, rule_id=ids, on=dates, at=moments, until=moments, by=words, load=loads)
RULE = SlotRule(RuleId("r1"), AreaId("a1"), time(8), time(10))
HOLD = SlotHold("h1", RuleId("r1"), TODAY, NOW, NOW + timedelta(minutes=10), "Anna")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteLogbook]:
    logbook = open_logbook(tmp_path_factory.mktemp("dock"), clock=lambda: NOW)
    yield logbook
    logbook.close()


@pytest.fixture(autouse=True)
def _emptied(book: SqliteLogbook) -> None:
    _empty(book)


def _empty(book: SqliteLogbook) -> None:
    def clear(writer: object) -> None:
        for name in TABLES:
            writer._connection.execute(delete(metadata.tables[name]))  # type: ignore[attr-defined]

    book.write(clear)


@settings(max_examples=60, deadline=None)
@given(areas, rules, changes, st.builds(Blackout, on=dates, area_id=st.none() | ids.filter(bool), why=words))
def test_the_catalogue_comes_back_whole(
    book: SqliteLogbook, area: Area, rule: SlotRule, change: SlotChange, blackout: Blackout
) -> None:
    _empty(book)
    book.write(lambda w: (w.put_area(area), w.put_slot_rule(rule), w.put_slot_change(change), w.put_blackout(blackout)))
    kept = book.read(lambda r: r.slot_book())
    assert (kept.areas, kept.rules) == ({area.id: area}, {rule.id: rule})
    assert kept.changes == {(change.rule_id, change.on): change}
    assert kept.blackouts == {blackout}
    book.write(
        lambda w: (w.remove_slot_change(change.rule_id, change.on), w.remove_blackout(blackout.on, blackout.area_id))
    )
    kept = book.read(lambda r: r.slot_book())
    assert not kept.changes
    assert not kept.blackouts


@settings(max_examples=60, deadline=None)
@given(holds)
def test_a_hold_comes_back_whole(book: SqliteLogbook, hold: SlotHold) -> None:
    _empty(book)
    book.write(lambda w: w.put_slot_hold(hold))
    assert book.read(lambda r: r.slot_hold(hold.id)) == hold
    assert book.read(lambda r: r.slot_holds(hold.on, hold.on)) == [hold]
    for moment in (hold.until, hold.until - timedelta(seconds=1)):
        taken = book.read(lambda r, moment=moment: r.slot_taken(hold.rule_id, hold.on, moment))
        assert taken == ([hold] if hold.counts(moment) else [])


def test_an_area_takes_its_rules_with_it(book: SqliteLogbook) -> None:
    change = SlotChange(RULE.id, TODAY, closed=True)
    book.write(lambda w: (w.put_area(Area(AreaId("a1"), "West")), w.put_slot_rule(RULE), w.put_slot_change(change)))
    book.write(lambda w: (w.put_slot_hold(HOLD), w.remove_area(AreaId("a1"))))
    kept = book.read(lambda r: r.slot_book())
    assert (dict(kept.areas), dict(kept.rules), dict(kept.changes)) == ({}, {}, {})
    assert book.read(lambda r: r.slot_hold("h1")) == HOLD


def test_holds_of_an_order(book: SqliteLogbook) -> None:
    taken = replace(HOLD, state=HoldState.CONFIRMED, order_id=OrderId("o1"))
    book.write(lambda w: (w.put_slot_hold(HOLD), w.put_slot_hold(taken)))
    assert book.read(lambda r: r.slot_holds_of(OrderId("o1"))) == [taken]


def test_what_is_loaded_and_what_left(book: SqliteLogbook) -> None:
    piece = LoadedPiece(OrderId("o1"), "1", TODAY, ShiftId("s1"), PieceState.LOADED, NOW, "Bo")
    left = Departure(ShiftId("s1"), TODAY, NOW, "Bo", vehicle=True, documents=False, photos=("ab",))
    book.write(lambda w: (w.put_loaded(piece), w.put_departure(left)))
    assert book.read(lambda r: (r.loaded_on(TODAY), r.departures_on(TODAY))) == ([piece], [left])
    short = replace(piece, state=PieceState.SHORT)
    book.write(lambda w: w.put_loaded(short))
    assert book.read(lambda r: r.loaded_on(TODAY)) == [short]
    yesterday = TODAY - timedelta(days=1)
    assert book.read(lambda r: (r.missing_dates(TODAY), r.missing_dates(yesterday))) == (set(), {TODAY})
    book.write(lambda w: (w.remove_loaded(piece.order_id, "1", TODAY), w.remove_departures([ShiftId("s1")])))
    assert book.read(lambda r: (r.loaded_on(TODAY), r.departures_on(TODAY))) == ([], [])
