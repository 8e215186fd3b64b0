"""Goods that come back: what is awaited in the cage, what a scan is told, and what is missing there in the evening."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.incidents import IncidentKind, Remedy
from dispatcher.services.exceptions import Lying
from tests.fixtures import days, onroad
from tests.unit.services.exceptions_afternoon import Afternoon, an_afternoon

K, R = IncidentKind, Remedy


@pytest.fixture
def afternoon(tmp_path: Path) -> Iterator[Afternoon]:
    with an_afternoon(tmp_path) as made:
        yield made


def lying(afternoon: Afternoon) -> list[tuple[str, str, Lying]]:
    return [(row.number, row.piece, row.lying) for row in afternoon.desk.board(days.DATE).cage]


def end_round(afternoon: Afternoon) -> None:
    """With nothing left to do in it."""
    for place in range(4):
        if afternoon.id(place) not in _tried(afternoon):
            afternoon.deliver(place)
    afternoon.at("12:00")
    afternoon.say("end")


def _tried(afternoon: Afternoon) -> set[str]:
    return {record.order_id for record in afternoon.book.read(lambda r: r.records_on(days.DATE))}


def test_pieces_are_barcodes_else_numbers(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.fail(1)
    afternoon.step()
    assert lying(afternoon) == [
        ("A00000", "1", Lying.EXPECTED),
        ("A00000", "2", Lying.EXPECTED),
        ("A00001", "4711", Lying.EXPECTED),
        ("A00001", "4712", Lying.EXPECTED),
    ]
    assert not afternoon.step()


def test_of_a_part_taken_only_the_rest_comes_back(afternoon: Afternoon) -> None:
    lines = [{"line": 0, "quantity": 1}, {"line": 1, "quantity": 0, "reason": "REFUSED"}]
    afternoon.deliver(1, outcome="partly", lines=lines, scans=["4711"])
    afternoon.step()
    assert lying(afternoon) == [("A00001", "4712", Lying.EXPECTED)]


@pytest.mark.parametrize("reason", ["NOT_LOADED", "MISSING"])
def test_what_never_was_aboard_does_not_come_back(afternoon: Afternoon, reason: str) -> None:
    afternoon.fail(0, reason=reason)
    afternoon.step()
    assert lying(afternoon) == []


def test_scans_are_told_right_twice_and_unknown(afternoon: Afternoon) -> None:
    afternoon.fail(1)
    afternoon.step()
    right = afternoon.desk.scan(" 4711 ", by="Anna")
    assert (right.right, right.title) == (True, "Right")
    assert right.text == "A00001, Maija Virtanen: piece 4711. 1 more to come."
    twice = afternoon.desk.scan("4711", by="Bo")
    assert (twice.right, twice.title) == (False, "Scanned before")
    assert "by Anna" in twice.text
    unknown = afternoon.desk.scan("999", by="Anna")
    assert (unknown.right, unknown.title) == (False, "Not known")
    last = afternoon.desk.scan("a00001", by="Anna")
    assert last.text.endswith("All of it is here.")
    assert [row.lying for row in afternoon.desk.board(days.DATE).cage] == [Lying.HERE, Lying.HERE]
    for nonsense in ("", "  ", "x" * 201, "a\nb"):
        with pytest.raises(BadInput):
            afternoon.desk.scan(nonsense, by="Anna")
    with pytest.raises(BadInput):
        afternoon.desk.scan("4712", by="")


def test_the_number_of_a_piece_is_no_barcode(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    assert [piece for _, piece, _ in lying(afternoon)] == ["1", "2"]
    told = afternoon.desk.scan("1", by="Anna")
    assert (told.right, told.title) == (False, "Not known"), "whose first piece nobody can say"
    assert {where for *_, where in lying(afternoon)} == {Lying.EXPECTED}


def test_surplus_is_told_with_whose_it_is(afternoon: Afternoon) -> None:
    afternoon.deliver(1)
    afternoon.step()
    told = afternoon.desk.scan("4711", by="Anna")
    assert (told.right, told.title) == (False, "Not expected")
    assert "A00001" in told.text
    assert lying(afternoon) == []


def test_what_is_not_scanned_in_the_evening_becomes_an_exception(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    end_round(afternoon)
    afternoon.at("13:59")
    afternoon.step()
    assert not [i for i in afternoon.all() if i.kind is K.NOT_BACK]
    afternoon.at("14:00")
    assert afternoon.step()
    incident = afternoon.one(K.NOT_BACK)
    assert incident.what == "2 pieces should be back and were not scanned in: 1, 2."
    assert [row[2] for row in lying(afternoon)] == [Lying.MISSING, Lying.MISSING]
    assert not afternoon.step()
    afternoon.desk.scan("A00000", by="Anna")
    afternoon.step()
    assert afternoon.one(K.NOT_BACK).open
    afternoon.desk.scan("A00000", by="Anna")
    afternoon.step()
    assert not afternoon.one(K.NOT_BACK).open


def test_an_attempt_taken_back_lets_go_of_what_did_not_come(afternoon: Afternoon) -> None:
    key = afternoon.fail(0)
    afternoon.step()
    shift = afternoon.shifts[0].id
    onroad.act(afternoon.book, afternoon.phones[shift], "undo", shift, afternoon.clock(), takes_back=key)
    afternoon.step()
    assert lying(afternoon) == []
    afternoon.fail(0)
    afternoon.step()
    assert len(lying(afternoon)) == 2
    assert not afternoon.step()


def test_what_goes_out_again_from_the_van_is_not_awaited_until_it_fails_again(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    afternoon.perform(incident, afternoon.offers(incident)[R.AGAIN_TODAY])
    afternoon.step()
    assert lying(afternoon) == []
    afternoon.workplace.store.undo()
    afternoon.step()
    assert len(lying(afternoon)) == 2, "what sent it out was taken back"
    afternoon.workplace.store.redo()
    afternoon.step()
    afternoon.send()
    afternoon.at("11:40")
    afternoon.fail(0)
    afternoon.step()
    assert len(lying(afternoon)) == 2
    afternoon.at("11:50")
    assert not afternoon.step()


def test_what_is_delivered_the_next_day_has_left_the_cage(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    afternoon.desk.scan("A00000", by="Anna")
    afternoon.desk.scan("A00000", by="Anna")
    incident = afternoon.one(K.FAILED)
    afternoon.perform(incident, afternoon.offers(incident)[R.ANOTHER_DAY])
    afternoon.step()
    (row, _) = afternoon.desk.board(days.DATE).cage
    assert (row.lying, row.waits_for) == (Lying.HERE, R.ANOTHER_DAY)
    with pytest.raises(KnownError, match="goes out again on Tuesday 16 June"):
        afternoon.desk.hand_out(afternoon.id(0), R.COLLECT, by="Anna")
    assert [row.lying for row in afternoon.desk.board(days.DATE).cage] == [Lying.HERE, Lying.HERE]


def test_goods_are_handed_out_once(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    with pytest.raises(KnownError, match="Nothing of that order"):
        afternoon.desk.hand_out(afternoon.id(0), R.COLLECT, by="Anna")
    afternoon.desk.scan("A00000", by="Anna")
    incident = afternoon.one(K.FAILED)
    afternoon.perform(incident, afternoon.offers(incident)[R.COLLECT])
    afternoon.step()
    assert {row.waits_for for row in afternoon.desk.board(days.DATE).cage} == {R.COLLECT}
    assert afternoon.desk.hand_out(afternoon.id(0), R.COLLECT, by="Anna") == "1 piece handed out: collected."
    assert lying(afternoon) == [("A00000", "2", Lying.EXPECTED)]
    with pytest.raises(KnownError):
        afternoon.desk.hand_out(afternoon.id(0), R.COLLECT, by="Anna")


def test_goods_of_another_day_are_right_and_told_so(afternoon: Afternoon) -> None:
    afternoon.fail(1)
    afternoon.step()
    afternoon.at("09:00", days.DATE.replace(day=16))
    told = afternoon.desk.scan("4711", by="Anna")
    assert (told.right, told.title) == (True, "Right, of another day")
    assert "Monday 15 June" in told.text


def test_what_nobody_touched_comes_back_too(afternoon: Afternoon) -> None:
    for place in range(3):
        afternoon.deliver(place)
    afternoon.at("12:00")
    afternoon.say("end")
    afternoon.step()
    assert [row[0] for row in lying(afternoon)] == ["A00003", "A00003"]
    assert not afternoon.step()
