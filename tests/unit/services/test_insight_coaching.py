"""Coaching cards are kept, settled once, and show what followed in the driver's own numbers."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.insight.columns import TableName, frame_of
from dispatcher.insight.kept import KeptFacts
from dispatcher.insight.scorecard import Event
from dispatcher.services.insight_coaching import CoachingBook
from dispatcher.services.whatifs import WhatIf
from dispatcher.services.workplace import Workplace
from tests.fixtures import days
from tests.fixtures.facts import made_day

TOLD = days.DATE
EVENT = Event(TOLD, "order-1", "A1", "shift-1", "key-1", "12 min late")


def book(workplace: Workplace, after_days: int = 0) -> CoachingBook:
    moment: datetime = days.clock("12:00") + timedelta(days=after_days)
    return CoachingBook(workplace, clock=lambda: moment)


def file_of(workplace: Workplace) -> Path:
    return workplace.home.database(workplace.slug).parent / "coaching.jsonl"


def test_a_card_is_kept_with_its_stop_until_it_is_settled(workplace: Workplace) -> None:
    cards = book(workplace)
    card = cards.write("aino", "on_time", " Leave earlier ", by=" Anna  Berg", event=EVENT, follow_up=TOLD)
    other = cards.write("eero", "km", "Left-hand turns", by="Anna")
    assert (card.note, card.by, card.order_id, card.attempt_key) == ("Leave earlier", "Anna Berg", "order-1", "key-1")
    again = book(workplace, 3)
    assert again.cards("aino") == [card]
    assert {c.id for c in again.cards()} == {card.id, other.id}
    assert again.due() == [card]
    settled = again.settle(card.id, "Talked it over", by="Otto")
    assert again.cards("aino") == [settled]
    assert (again.due(), again.cards(open_only=True)) == ([], [other])
    with pytest.raises(BadInput, match="Otto has settled"):
        again.settle(card.id, "Once more", by="Anna")


def test_what_followed_is_measured_in_the_drivers_own_rounds(workplace: Workplace) -> None:
    kept = KeptFacts(workplace.home.database(workplace.slug).parent / "insight")
    for n, (wanted, complete) in {-27: (True, False), 0: (True, True), 1: (True, True), 28: (True, True)}.items():
        on = TOLD + timedelta(days=n)
        rows = made_day(on, 4, Random(n))
        told = {"driver_id": "aino", "proof_wanted": wanted, "proof_complete": complete}
        stops = [{**row, **told} for row in rows[TableName.STOPS]]
        others = [{**row, "driver_id": "eero", "proof_wanted": True, "proof_complete": False} for row in stops]
        facts = {t: frame_of(t, [*stops, *others] if t is TableName.STOPS else rows[t]) for t in TableName}
        kept.keep({on: ({"plan": 1, "chain": 1, "desk": 0, "open": False, "stops": 8}, facts)})
    card = book(workplace).write("aino", "proof", "Ask for the name", by="Anna")
    same_day = book(workplace).effect(card)
    assert same_day is not None
    assert (same_day.before.value, same_day.after.value, same_day.after_span, same_day.change) == (50, None, None, None)
    later = book(workplace, 60).effect(card)
    assert later is not None
    assert (later.before.bottom, later.before.value, later.after.bottom, later.after.value) == (8, 50, 8, 100)
    assert later.change == 50
    nobody = book(workplace, 60).effect(replace(card, driver_id="nobody"))
    assert nobody is not None
    assert nobody.change is None
    assert book(workplace, 60).effect(replace(card, part_id="gone")) is None


@pytest.mark.parametrize("by", ["", "  ", "x" * 201, "half \ud800"])
def test_nobody_writes_namelessly(workplace: Workplace, by: str) -> None:
    with pytest.raises(BadInput, match="Nobody is named"):
        book(workplace).write("aino", "km", "Note", by=by)
    assert not file_of(workplace).exists()


@pytest.mark.parametrize("note", ["", " \n ", "x" * 4_001, "half \udfff"])
def test_a_card_says_something_that_can_be_kept(workplace: Workplace, note: str) -> None:
    with pytest.raises(BadInput):
        book(workplace).write("aino", "km", note, by="Anna")
    assert not file_of(workplace).exists()


def test_bad_wishes_are_said_and_nothing_is_written(workplace: Workplace) -> None:
    with pytest.raises(BadInput, match="No scorecard"):
        book(workplace).write("aino", "charm", "Note", by="Anna")
    with pytest.raises(BadInput, match="is past"):
        book(workplace).write("aino", "km", "Note", by="Anna", follow_up=TOLD - timedelta(days=1))
    with pytest.raises(BadInput, match="no such card"):
        book(workplace).settle("unknown", "Done", by="Anna")
    assert book(workplace).cards() == []
    copy = replace(workplace, what_if=WhatIf("Try", TOLD, 1, days.clock("10:00"), file_of(workplace)))
    with pytest.raises(KnownError, match="copy"):
        book(copy).write("aino", "km", "Note", by="Anna")
    assert not file_of(workplace).exists()


def test_a_line_torn_by_a_power_cut_costs_only_itself(workplace: Workplace) -> None:
    first = book(workplace).write("aino", "km", "First\nwith “lines”", by="Anna")
    second = book(workplace).write("aino", "km", "Second", by="Anna")
    file = file_of(workplace)
    file.write_bytes(file.read_bytes()[:-20])
    assert book(workplace).cards() == [first]
    third = book(workplace).write("aino", "door", "Third", by="Anna")
    assert {card.id for card in book(workplace).cards()} == {first.id, third.id}
    assert second.id not in {card.id for card in book(workplace).cards()}
    assert file.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_read_or_written_is_said(workplace: Workplace) -> None:
    file_of(workplace).mkdir()
    with pytest.raises(KnownError, match="cannot be written"):
        book(workplace).write("aino", "km", "Note", by="Anna")
    with pytest.raises(KnownError, match="cannot be read"):
        book(workplace).cards()
