"""The words of proofs and messages go in their time, the chain holds, and what is under hold stays whole."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from dispatcher.domain.customers import Wish, WishKind
from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import Incident, IncidentEntry, IncidentKind
from dispatcher.domain.keeping import KeptKind
from dispatcher.domain.messages import Call, Channel, Event, Message, MessageState, Reply
from dispatcher.domain.place import Place
from dispatcher.domain.proof import Photo, Record, RecordKind
from dispatcher.domain.review import Decision
from dispatcher.domain.tracking import Fix
from dispatcher.proof.chain import verify
from dispatcher.proof.files import ProofFiles
from dispatcher.services.driving import progress_of
from dispatcher.services.driving_photos import keep_photo
from dispatcher.services.holds import hold_orders, holds, lift_holds
from dispatcher.services.liveday import facts_on
from dispatcher.services.retention import dry_run, forget, photos_of
from dispatcher.services.retention_log import RunKind, runs
from dispatcher.services.workplace import Workplace
from tests.fixtures import days, onroad
from tests.unit.services.conftest import now
from tests.unit.services.test_reviewing import Evening, evening

__all__ = ["evening"]

WORD = "Mrs Unmistakable"


def at(evening: Evening, day: int) -> Workplace:
    """The depot so many days later."""
    return replace(evening.workplace, clock=lambda: now() + timedelta(days=day))


def records(evening: Evening) -> list[Record]:
    return list(evening.book.read(lambda r: r.records()))


def all_said(evening: Evening, order_id: OrderId) -> str:
    """Everything that the logbook says of an order, and of everything that names none."""

    def read(r: object) -> str:
        said = [r.records(), r.actions_after(0), r.rounds_on(days.DATE)]  # type: ignore[attr-defined]
        said += [r.messages_of(order_id), r.replies_of(order_id), r.calls_of(order_id), r.wishes_of(order_id)]  # type: ignore[attr-defined]
        return str([*said, r.incidents_of(order_id)])  # type: ignore[attr-defined]

    return evening.book.read(read)


def write_of(evening: Evening, order_id: OrderId) -> None:
    """A message, a reply, a call, a wish and an exception, each with the word."""
    moment = days.clock("10:00")
    message = Message(
        f"m{order_id}", f"k{order_id}", order_id, days.DATE, Event.OUT, Channel.SMS, "+491701234567", f"Dear {WORD}",
        moment, subject=WORD, state=MessageState.SENT,
    )  # fmt: skip
    entry = IncidentEntry(moment, "Anna", f"Called {WORD}")

    def put(book: object) -> None:
        book.put_message(message)  # type: ignore[attr-defined]
        book.put_reply(Reply(f"r{order_id}", f"r{order_id}", Channel.SMS, WORD, f"No, {WORD}", moment, order_id))  # type: ignore[attr-defined]
        book.put_call(Call(f"c{order_id}", order_id, moment, "Anna", WORD, WORD))  # type: ignore[attr-defined]
        book.put_wish(Wish(f"w{order_id}", order_id, 1, moment, WishKind.NEIGHBOUR, WORD))  # type: ignore[attr-defined]
        book.put_incident(  # type: ignore[attr-defined]
            Incident(
                f"i{order_id}",
                IncidentKind.FAILED,
                days.DATE,
                order_id,
                WORD,
                moment,
                moment,
                order_id=order_id,
                entries=(entry,),
            )
        )

    evening.book.write(put)


def photograph(evening: Evening, sha256: str) -> None:
    photo = Photo(sha256, 9, days.clock("11:01"), evening.phone.id, place=Place(50.7, 6.1), taken_at=now())
    evening.book.write(lambda w: keep_photo(w, photo, evening.phone, now=days.clock("11:01")))


# --- proofs -----------------------------------------------------------------------------------------------------------


def test_the_words_of_proofs_go_and_the_chain_holds(evening: Evening) -> None:
    first, second = evening.order_ids[:2]
    key, _ = evening.deliver(0, 1, name=WORD, note=WORD, photos=["ab" * 32])
    photograph(evening, "ab" * 32)
    evening.desk.decide(days.DATE, [key], Decision.NOTED, by="Anna", note=f"Saw {WORD}")
    before, facts = records(evening), facts_on(evening.book, days.DATE)
    due = {each.kind: each.due for each in dry_run(at(evening, 367)).kinds}[KeptKind.PROOFS]
    assert (due.rows, due.oldest) == (5, before[0].at)
    assert due.size > 1_000
    assert records(evening) == before, "a dry run changes nothing"
    assert {each.kind: each.due.rows for each in forget(at(evening, 364)).kinds}[KeptKind.PROOFS] == 0
    gone = {each.kind: each.due.rows for each in forget(at(evening, 367)).kinds}
    assert gone[KeptKind.PROOFS] == 5
    after = records(evening)
    assert verify(after) is None
    assert [r.digest for r in after[: len(before)]] == [r.digest for r in before]
    said = {r.body["n"]: r.body["leaf"] for r in after if r.kind is RecordKind.ERASED}
    assert said == {r.n: r.leaf.hex() for r in after if r.erased}
    assert WORD not in all_said(evening, first)
    assert facts_on(evening.book, days.DATE) == facts, "the plan goes on knowing the stops as done"
    assert set(facts) == {first, second}
    assert progress_of_all(evening) == {first, second}
    assert evening.desk.day(days.DATE).proofs == ()
    assert evening.book.read(lambda r: r.photo("ab" * 32)).place is None
    assert forget(at(evening, 367)).rows == 0, "and no second time"
    assert len(records(evening)) == len(after)


def progress_of_all(evening: Evening) -> set[OrderId]:
    return set(evening.book.read(lambda r: progress_of(r, [evening.shift]))[evening.shift].endings)


def test_an_attempt_taken_back_does_not_come_back(evening: Evening) -> None:
    (key,) = evening.deliver(0, name=WORD)
    onroad.act(evening.book, evening.phone, "undo", evening.shift, days.clock("11:00"), takes_back=key)
    forget(at(evening, 367))
    assert facts_on(evening.book, days.DATE) == {}
    assert WORD not in all_said(evening, evening.order_ids[0])
    assert verify(records(evening)) is None


def test_the_words_of_messages_go_and_that_there_were_some_stays(evening: Evening) -> None:
    order_id = evening.order_ids[0]
    write_of(evening, order_id)
    due = {each.kind: each.due for each in dry_run(at(evening, 31)).kinds}[KeptKind.MESSAGES]
    assert (due.rows, due.oldest) == (4, days.clock("10:00"))
    assert {each.kind: each.due.rows for each in forget(at(evening, 31)).kinds}[KeptKind.MESSAGES] == 4
    (message,) = evening.book.read(lambda r: r.messages_of(order_id))
    assert (message.to, message.text, message.subject) == ("", "", "")
    assert (message.event, message.state, message.on) == (Event.OUT, MessageState.SENT, days.DATE)
    for rows in evening.book.read(lambda r: [r.replies_of(order_id), r.calls_of(order_id), r.wishes_of(order_id)]):
        assert len(rows) == 1
        assert WORD not in str(rows)
    assert forget(at(evening, 31)).rows == 0


def test_a_run_that_is_cancelled_goes_on_where_it_was(evening: Evening) -> None:
    evening.deliver(0, 1, 2, name=WORD)

    class Impatient:
        asked = 0

        def cancelled(self) -> bool:
            self.asked += 1
            return self.asked > 12

        def report(self, fraction: float, text: str) -> None:
            assert 0 <= fraction <= 1
            assert text

    with pytest.raises(Cancelled):
        forget(at(evening, 367), Impatient(), by="Anna")
    assert runs(evening.workplace)[0].by == "Anna"
    forget(at(evening, 367))
    assert WORD not in all_said(evening, evening.order_ids[0])
    assert verify(records(evening)) is None


# --- holds ------------------------------------------------------------------------------------------------------------


def test_nothing_of_an_order_under_hold_goes_before_it_is_lifted(evening: Evening) -> None:
    held = evening.order_ids[0]
    files = ProofFiles(photos_of(evening.workplace))
    shared, lone = files.put(b"shared by both"), files.put(b"only the free one's")
    for file in (shared, lone):
        os.utime(files.path(file), (now().timestamp(), now().timestamp()))
    evening.deliver(0, name=f"{WORD} held", photos=[shared])
    evening.deliver(1, name=f"{WORD} free", photos=[shared, lone])
    write_of(evening, held)
    near, far = days.clock("11:20"), days.clock("14:00")
    for moment in (near, far):
        onroad.report(evening.book, evening.phone, [Fix(moment, Place(50.7, 6.1))], moment)
    assert hold_orders(evening.workplace, [held], by="Anna", why="Claim 7") == 1
    gone = {each.kind: each.due.rows for each in forget(at(evening, 400)).kinds}
    assert gone[KeptKind.MESSAGES] == 0
    assert (files.has(shared), files.has(lone)) == (True, False)
    assert [fix.fix.at for fix in evening.book.read(lambda r: r.fixes_after(0))] == [near]
    said = all_said(evening, held)
    assert f"{WORD} held" in said
    assert f"{WORD} free" not in said
    assert dry_run(at(evening, 400)).held == 1
    assert lift_holds(evening.workplace, [held], by="Bo", why="Settled") == 1
    forget(at(evening, 400))
    assert not files.has(shared)
    assert evening.book.read(lambda r: r.fixes_after(0)) == []
    assert WORD not in all_said(evening, held)
    assert verify(records(evening)) is None


def test_what_drivers_and_dispatcher_wrote_goes_with_the_proofs_but_around_a_held_door(evening: Evening) -> None:
    evening.deliver(0)
    for clock in ("11:10", "15:00"):
        onroad.act(evening.book, evening.phone, "note", evening.shift, days.clock(clock), text=f"{WORD} at {clock}")

    def said() -> list[str]:
        actions, notes = evening.book.read(lambda r: (r.actions_after(0), r.notes()))
        return [clock for clock in ("11:10", "15:00") if f"{WORD} at {clock}" in str([actions, notes])]

    hold_orders(evening.workplace, [evening.order_ids[0]], by="Anna", why="Claim")
    due = {each.kind: each.due.rows for each in dry_run(at(evening, 368)).kinds}[KeptKind.PROOFS]
    forget(at(evening, 364))
    assert said() == ["11:10", "15:00"]
    gone = {each.kind: each.due.rows for each in forget(at(evening, 368)).kinds}[KeptKind.PROOFS]
    assert (said(), due, gone) == (["11:10"], 1, 1)
    lift_holds(evening.workplace, [evening.order_ids[0]], by="Anna", why="Settled")
    forget(at(evening, 368))
    assert said() == []
    assert forget(at(evening, 368)).rows == 0


def test_holds_say_who_and_why_and_stand_once(evening: Evening) -> None:
    order_id = evening.order_ids[0]
    place = evening.workplace
    assert hold_orders(place, [order_id, order_id], by=" Anna ", why="Claim 7") == 1
    assert hold_orders(place, [order_id], by="Bo", why="Other") == 0
    (held,) = holds(place)
    assert (held.hold.by, held.hold.why, held.order.id) == ("Anna", "Claim 7", order_id)
    with pytest.raises(BadInput, match="why"):
        hold_orders(place, [order_id], by="Anna", why=" ")
    with pytest.raises(BadInput, match="No order is named"):
        hold_orders(place, [], by="Anna", why="Claim")
    with pytest.raises(BadInput, match="under hold"):
        lift_holds(place, [evening.order_ids[1]], by="Anna", why="x")
    lift_holds(place, [order_id], by="Cy", why="Settled")
    assert holds(place) == []
    assert [(run.kind, run.by, run.why) for run in runs(place)] == [
        (RunKind.LIFTED, "Cy", "Settled"), (RunKind.HELD, "Anna", "Claim 7")
    ]  # fmt: skip


def test_a_copy_and_a_depot_without_logbook_only_look(evening: Evening) -> None:
    copy = replace(evening.workplace, what_if=object())  # type: ignore[arg-type]
    without = replace(evening.workplace, live=None)
    for place in (copy, without):
        with pytest.raises(KnownError):
            forget(place)
        with pytest.raises(KnownError):
            hold_orders(place, [evening.order_ids[0]], by="Anna", why="Claim")
    assert dry_run(without).rows == 0
    assert holds(without) == ()


def test_what_went_is_written_down_and_a_broken_line_spoils_no_other(evening: Evening) -> None:
    evening.deliver(0, name=WORD)
    forget(at(evening, 367), by="Anna")
    file = photos_of(evening.workplace).parent / "kept.jsonl"
    file.write_text(file.read_text() + '{"at": "20', encoding="utf-8")
    hold_orders(evening.workplace, [evening.order_ids[0]], by="Anna", why="Claim")
    held, went = runs(evening.workplace)
    assert (held.kind, went.kind, went.by) == (RunKind.HELD, RunKind.FORGOT, "Anna")
    assert went.counts["proofs"] == 1
    assert WORD not in file.read_text()
