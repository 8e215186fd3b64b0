"""Coaching cards are kept, settled once, and show what followed in the driver's own numbers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest

from db.logbook.opening import open_logbook
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.papers import Paper, PaperKind
from dispatcher.insight.coaching import follow_up_day
from dispatcher.insight.columns import TableName, frame_of
from dispatcher.insight.kept import KeptFacts
from dispatcher.insight.measures import Terms
from dispatcher.insight.scorecard import Event
from dispatcher.services.home import Home
from dispatcher.services.insight import keep_terms
from dispatcher.services.insight_coaching import CardState, CoachingBook
from dispatcher.services.whatifs import WhatIf
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.fixtures.facts import made_day
from tests.unit.services.conftest import keep, now, open_stores, small_day

TOLD = days.DATE
EVENT = Event(TOLD, "order-1", "A1", "shift-1", "key-1", "12 min late")


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[Workplace]:
    """The small day, with a logbook."""
    home = Home(tmp_path / "home")
    slug = create_depot(home, days.make_depot(), open_store=open_stores)
    books = partial(open_logbook, clock=now)
    with open_workplace(home, slug, open_store=open_stores, clock=now, open_logbook=books) as opened:
        opened.store.write("Fill", lambda uow: keep(uow, small_day()))
        yield opened


def book(workplace: Workplace, after_days: int = 0) -> CoachingBook:
    moment: datetime = days.clock("12:00") + timedelta(days=after_days)
    return CoachingBook(workplace, clock=lambda: moment)


def test_a_card_is_kept_with_its_stop_until_it_is_settled(depot: Workplace) -> None:
    cards = book(depot)
    card = cards.write("aino", "on_time", " Leave earlier ", by=" Anna  Berg", event=EVENT, follow_up=TOLD)
    other = cards.write("eero", "km", "Left-hand turns", by="Anna")
    assert (card.note, card.by, card.order_id, card.attempt_key) == ("Leave earlier", "Anna Berg", "order-1", "key-1")
    assert (card.on, card.what) == (TOLD, "12 min late")
    again = book(depot, 3)
    assert again.cards("aino") == [card]
    assert again.cards() == [card, other]
    assert again.due() == [card]
    settled = again.settle(card.id, "Talked it over", by="Otto")
    assert again.cards("aino") == [settled]
    assert (again.due(), again.cards()) == ([], [other, settled])
    with pytest.raises(BadInput, match="Otto has settled"):
        again.settle(card.id, "Once more", by="Anna")


def test_a_follow_up_is_moved_and_a_card_opened_again_and_all_is_told(depot: Workplace) -> None:
    card = book(depot).write("aino", "km", "Note", by="Anna", follow_up=TOLD + timedelta(days=1))
    later = book(depot, 2)
    assert later.move(card.id, TOLD + timedelta(days=9), by="Otto").state(later.today) is CardState.OPEN
    assert later.settle(card.id, "Better", by="Otto").state(later.today) is CardState.SETTLED
    with pytest.raises(BadInput, match="Otto has settled"):
        later.move(card.id, TOLD + timedelta(days=20), by="Otto")
    again = book(depot, 10).reopen(card.id, "It came back", by="Anna")
    assert (again.state(TOLD + timedelta(days=10)), again.outcome) == (CardState.DUE, "")
    assert [told.by for told in again.told] == ["Otto", "Otto", "Anna"]
    assert "Better" in again.told[1].what, "what came of it the first time is not lost"
    with pytest.raises(BadInput, match="is open"):
        later.reopen(card.id, "Why", by="Anna")


def test_cards_stand_in_the_order_they_want_looking_at(depot: Workplace) -> None:
    cards = book(depot)
    far, near, never = (
        cards.write("aino", "km", words, by="Anna", follow_up=TOLD + timedelta(days=n) if n else None)
        for words, n in (("far", 9), ("near", 2), ("never", 0))
    )
    done = cards.settle(cards.write("aino", "km", "done", by="Anna").id, "Yes", by="Anna")
    assert [card.note for card in book(depot, 9).cards()] == ["near", "far", "never", "done"]
    assert book(depot, 9).due() == [near, far]
    assert (book(depot, 5).due(), never.open, done.open) == ([near], True, False)


def test_a_follow_up_is_on_a_day_the_driver_works() -> None:
    monday = date(2026, 11, 23)
    assert follow_up_day(monday, range(7)) == date(2026, 12, 7)
    assert follow_up_day(monday, {2, 4}) == date(2026, 12, 9)
    assert follow_up_day(monday, ()) == date(2026, 12, 7)


def test_what_followed_is_measured_in_the_drivers_own_rounds(depot: Workplace) -> None:
    kept = KeptFacts(depot.home.database(depot.slug).parent / "insight")
    for n, (wanted, complete) in {-27: (True, False), 0: (True, True), 1: (True, True), 28: (True, True)}.items():
        on = TOLD + timedelta(days=n)
        rows = made_day(on, 4, Random(n))
        told = {"driver_id": "aino", "proof_wanted": wanted, "proof_complete": complete}
        stops = [{**row, **told} for row in rows[TableName.STOPS]]
        others = [{**row, "driver_id": "eero", "proof_wanted": True, "proof_complete": False} for row in stops]
        facts = {t: frame_of(t, [*stops, *others] if t is TableName.STOPS else rows[t]) for t in TableName}
        kept.keep({on: ({"plan": 1, "chain": 1, "desk": 0, "open": False, "stops": 8}, facts)})
    card = book(depot).write("aino", "proof", "Ask for the name", by="Anna")
    same_day = book(depot).effect(card)
    assert same_day is not None
    assert (same_day.before.value, same_day.after.value, same_day.after_span, same_day.change) == (50, None, None, None)
    later = book(depot, 60).effect(card)
    assert later is not None
    assert (later.before.bottom, later.before.value, later.after.bottom, later.after.value) == (8, 50, 8, 100)
    assert later.change == 50
    nobody = book(depot, 60).effect(replace(card, driver_id="nobody"))
    assert nobody is not None
    assert nobody.change is None
    assert book(depot, 60).effect(replace(card, part_id="gone")) is None


def test_what_followed_is_measured_with_the_depots_tolerance(depot: Workplace) -> None:
    kept = KeptFacts(depot.home.database(depot.slug).parent / "insight")
    rows = made_day(TOLD, 4, Random(1))
    opens = days.clock("09:00")
    closes = opens + timedelta(hours=2)
    told = {"driver_id": "aino", "promised_from": opens, "promised_until": closes, "planned_at": opens, "counted": True}
    late = [{**row, **told, "arrived_at": closes + timedelta(minutes=15)} for row in rows[TableName.STOPS]]
    facts = {t: frame_of(t, late if t is TableName.STOPS else rows[t]) for t in TableName}
    kept.keep({TOLD: ({"plan": 1, "chain": 1, "desk": 0, "open": False, "stops": 4}, facts)})
    card = book(depot).write("aino", "on_time", "Leave earlier", by="Anna")
    strict = book(depot).effect(card)
    depot.store.write("Be patient", lambda uow: keep_terms(uow, Terms(300, 1_800)))
    patient = book(depot).effect(card)
    assert strict is not None
    assert patient is not None
    assert (strict.before.value, patient.before.value) == (0, 100)


@pytest.mark.parametrize("by", ["", "  ", "x" * 201, "half \ud800"])
def test_nobody_writes_namelessly(depot: Workplace, by: str) -> None:
    with pytest.raises(BadInput, match="Nobody is named"):
        book(depot).write("aino", "km", "Note", by=by)
    assert book(depot).cards() == []


@pytest.mark.parametrize("note", ["", " \n ", "x" * 4_001, "half \udfff"])
def test_a_card_says_something_that_can_be_kept(depot: Workplace, note: str) -> None:
    with pytest.raises(BadInput):
        book(depot).write("aino", "km", note, by="Anna")
    assert book(depot).cards() == []


def test_bad_wishes_are_said_and_nothing_is_written(depot: Workplace, tmp_path: Path) -> None:
    card = book(depot).write("aino", "km", "Note", by="Anna")
    with pytest.raises(BadInput, match="No scorecard"):
        book(depot).write("aino", "charm", "Note", by="Anna")
    for wish in (
        lambda: book(depot).write("aino", "km", "Note", by="Anna", follow_up=TOLD - timedelta(days=1)),
        lambda: book(depot).move(card.id, TOLD - timedelta(days=1), by="Anna"),
    ):
        with pytest.raises(BadInput, match="is past"):
            wish()
    with pytest.raises(BadInput, match="no such coaching card"):
        book(depot).settle("unknown", "Done", by="Anna")
    copy = replace(depot, what_if=WhatIf("Try", TOLD, 1, days.clock("10:00"), tmp_path / "copy.db"))
    with pytest.raises(KnownError, match="copy"):
        book(copy).write("aino", "km", "Note", by="Anna")
    assert book(copy).cards() == book(depot).cards() == [card]


def test_without_a_logbook_there_are_no_cards_and_none_is_written(workplace: Workplace) -> None:
    assert book(workplace).cards() == []
    with pytest.raises(KnownError, match="no logbook"):
        book(workplace).write("aino", "km", "Note", by="Anna")


def test_a_card_that_nobody_understands_is_said(depot: Workplace) -> None:
    assert depot.live is not None
    broken = Paper("p", PaperKind.COACHING, "aino", days.clock("10:00"), {"id": "p", "note": 7})
    depot.live.logbook.write(lambda writer: writer.put_paper(broken))
    with pytest.raises(KnownError, match="about aino cannot be read"):
        book(depot).cards()
