"""Overrides take two people, photos have time to come, and only a driver's own words answer a question."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatcher.domain.devices import PROGRAM_NOTE, Note
from dispatcher.domain.errors import BadInput
from dispatcher.domain.proof import Attempt, Need, ProofKind, RecordKind
from dispatcher.domain.review import Decision, FlagKind, Proof
from dispatcher.proof.chain import link
from dispatcher.services import sending
from dispatcher.services.logbook import LogbookWriter
from dispatcher.services.reviewing import ReviewDesk
from tests.fixtures import days, onroad
from tests.unit.services.conftest import now
from tests.unit.services.test_reviewing import NO_LIMITS, Evening, evening, kinds, shown

__all__ = ["evening"]


def accept(desk: ReviewDesk, key: str, by: str) -> Proof:
    (proof,) = desk.decide(days.DATE, [key], Decision.ACCEPTED, by=by)
    return proof


def require(evening: Evening, *wanted: ProofKind) -> None:
    """Have the driver's page require these, and send the rounds anew."""
    place = evening.workplace
    needs = {**place.depot.road.delivering, **dict.fromkeys(wanted, Need.REQUIRED)}
    place.store.write(
        "R", lambda uow: uow.put_depot(replace(place.depot, road=replace(place.depot.road, delivering=needs)))
    )
    day = place.store.read(lambda r: r.day(days.DATE))
    sending.send(evening.book, place.desk.look(day, why=False), now())


# --- two people -----------------------------------------------------------------------------------------------------


def test_what_was_required_and_is_missing_takes_two_people(evening: Evening) -> None:
    require(evening, ProofKind.NAME)
    lacking, whole = *evening.deliver(0, name=""), *evening.deliver(1)
    desk = evening.desk
    first = accept(desk, lacking, "Anna")
    assert (first.standing, first.second_wanted, first.open) == (Decision.ACCEPTED, True, True)
    with pytest.raises(BadInput, match=r"Anna.*already.*two people"):
        accept(desk, lacking, "anna")
    second = accept(desk, lacking, "Bo")
    assert (second.accepted_by, second.second_wanted, second.open) == (("Anna", "Bo"), False, False)
    assert not accept(desk, whole, "Anna").open
    assert shown(evening)[lacking] == second


def test_what_was_merely_asked_for_takes_one(evening: Evening) -> None:
    (key,) = evening.deliver(0, name="")
    proof = accept(evening.desk, key, "Anna")
    assert ProofKind.NAME in proof.attempt.missing
    assert not proof.open


def test_another_decision_in_between_wants_two_anew(evening: Evening) -> None:
    require(evening, ProofKind.NAME)
    (key,) = evening.deliver(0, name="")
    desk = evening.desk
    accept(desk, key, "Anna")
    desk.decide(days.DATE, [key], Decision.NOTED, by="Cy", note="Looks fine")
    assert shown(evening, desk)[key].accepted_by == ("Anna",), "a remark decides nothing"
    desk.decide(days.DATE, [key], Decision.QUERIED, by="Bo", note="Who?")
    assert not shown(evening, desk)[key].second_wanted
    assert accept(desk, key, "Bo").second_wanted


def test_who_rejected_may_agree_as_the_second_and_not_begin(evening: Evening) -> None:
    (key,) = evening.deliver(0)
    desk = evening.desk
    desk.decide(days.DATE, [key], Decision.REJECTED, by="Anna", note="Blurred")
    with pytest.raises(BadInput, match="second reviewer"):
        accept(desk, key, "Anna")
    assert accept(desk, key, "Bo").second_wanted
    assert not accept(desk, key, "Anna").open


def test_a_setting_lets_one_person_do(evening: Evening) -> None:
    evening.limit(replace(NO_LIMITS, two_names=False))
    (key,) = evening.deliver(0)
    desk = evening.desk
    desk.decide(days.DATE, [key], Decision.REJECTED, by="Anna", note="Blurred")
    assert not accept(desk, key, "Bo").open


# --- photos that may still come -------------------------------------------------------------------------------------


def late(evening: Evening, hours: float) -> list[FlagKind]:
    """What is found so long after the stop was done."""
    at = days.clock("11:00") + timedelta(hours=hours)
    (proof,) = ReviewDesk(evening.workplace, clock=lambda: at).day(days.DATE).proofs
    return kinds(proof)


def test_a_photo_has_two_hours_to_come(evening: Evening) -> None:
    evening.deliver(0, photos=["ab" * 32])
    assert (late(evening, 1.9), late(evening, 2.1)) == ([], [FlagKind.ABSENT])
    evening.limit(replace(NO_LIMITS, absent_s=600.0))
    assert late(evening, 0.2) == [FlagKind.ABSENT]
    evening.limit(replace(NO_LIMITS, absent_s=None))
    assert late(evening, 48) == []


def test_a_phone_whose_round_is_long_over_sends_no_more(evening: Evening) -> None:
    evening.deliver(0, photos=["ab" * 32])
    onroad.act(evening.book, evening.phone, "end", evening.shift, days.clock("11:30"))
    assert (late(evening, 0.9), late(evening, 1.1)) == ([], [FlagKind.ABSENT])


def test_a_desk_that_looks_again_sees_that_the_time_is_over(evening: Evening) -> None:
    evening.deliver(0, photos=["ab" * 32])
    moment = [days.clock("11:30")]
    desk = ReviewDesk(evening.workplace, clock=lambda: moment[0])
    assert [kinds(proof) for proof in desk.day(days.DATE).proofs] == [[]]
    moment[0] += timedelta(hours=2)
    assert [kinds(proof) for proof in desk.day(days.DATE).proofs] == [[FlagKind.ABSENT]]


# --- other people's words -------------------------------------------------------------------------------------------


def test_the_programs_own_note_is_no_answer(evening: Evening) -> None:
    (key,) = evening.deliver(0)
    desk = evening.desk
    (proof,) = desk.decide(days.DATE, [key], Decision.QUERIED, by="Anna", note="Who is Kim?")
    text = f"{proof.number}: delivered, but it was not taken, for the stop is another driver's by now."
    told = Note(f"{PROGRAM_NOTE}1", proof.driver_id, text, evening.clock(), from_driver=True)
    evening.book.write(lambda w: w.put_note(told))
    assert shown(evening, desk)[key].standing is Decision.QUERIED
    evening.write_back("The neighbour")
    assert shown(evening, desk)[key].reviews[-1].note == "The neighbour"


def test_a_corrected_reason_is_the_attempts(evening: Evening) -> None:
    ids = evening.order_ids
    answer = onroad.act(
        evening.book, evening.phone, "fail", evening.shift, days.clock("11:00"), order_id=ids[0], reason="NOT_HOME"
    )
    desk = evening.desk
    assert shown(evening, desk)[answer["key"]].attempt.reason == "NOT_HOME"
    for reason in ("REFUSED", "NO_ACCESS"):
        evening.book.write(lambda w, reason=reason: correct(w, shown(evening)[answer["key"]].attempt, reason))
    assert shown(evening, desk)[answer["key"]].attempt.reason == "NO_ACCESS", "the last one stands"
    assert shown(evening)[answer["key"]].attempt.reason == "NO_ACCESS"
    assert evening.chain_holds()


def correct(book: LogbookWriter, attempt: Attempt, reason: str) -> None:
    body = {"device_id": attempt.device_id, "reason": reason, "by": "Anna", "note": ""}
    on = days.DATE.isoformat()
    corrected = link(
        book.head(), kind=RecordKind.CORRECTED, key=attempt.key, order_id=attempt.order_id, on=on, at=now(), body=body
    )
    book.put_record(corrected)
