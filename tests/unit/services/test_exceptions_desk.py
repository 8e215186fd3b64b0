"""Exceptions of the desk and the road: lost messages, replies, wishes, lateness; and how they are shown."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dispatcher.domain.customers import Wish, WishKind, WishState
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import new_id
from dispatcher.domain.incidents import IncidentKind, IncidentState, Remedy, Severity
from dispatcher.domain.messages import Channel, Event, Message, MessageState, Reply
from dispatcher.domain.review import Decision
from dispatcher.domain.tracking import Alert, AlertKind, LiveRound, LiveStop, Risk
from dispatcher.services.liveday import LiveDay
from dispatcher.services.outbox_written import mark_seen
from dispatcher.services.reviewing import ReviewDesk
from tests.fixtures import days
from tests.unit.services.exceptions_afternoon import Afternoon, an_afternoon, later

K, R = IncidentKind, Remedy


@pytest.fixture
def afternoon(tmp_path: Path) -> Iterator[Afternoon]:
    with an_afternoon(tmp_path) as made:
        yield made


def put_message(afternoon: Afternoon, state: MessageState) -> Message:
    order, now = afternoon.order(0), afternoon.clock()
    message = Message(
        new_id(), f"key of {order.id}", order.id, order.date, Event.OUT, Channel.SMS, "+492414711", "We come", now,
        state=state, fault="no such number",
    )  # fmt: skip
    afternoon.book.write(lambda w: w.put_message(message))
    return message


def reply_of(afternoon: Afternoon, text: str = "I am at home at five") -> Reply:
    said = Reply(new_id(), new_id(), Channel.SMS, "+492414711", text, afternoon.clock() + later(1), afternoon.id(0))
    afternoon.book.write(lambda w: w.put_reply(said))
    return said


def live_day(afternoon: Afternoon, risk: Risk, *alerts: Alert) -> LiveDay:
    shift, now = afternoon.shifts[0], afternoon.clock()
    stop = LiveStop(afternoon.id(1), now, now + later(50), now + later(40), now + later(60), now + later(45), risk)
    return LiveDay(days.DATE, now, {shift.id: LiveRound(shift.id, shift.driver_id, stops=(stop,))}, alerts)


# --- messages, replies, wishes --------------------------------------------------------------------------------------


def test_a_message_nobody_got_is_sent_again(afternoon: Afternoon) -> None:
    message = put_message(afternoon, MessageState.FAILED)
    afternoon.step()
    incident = afternoon.one(K.UNDELIVERABLE)
    assert "no such number" in incident.what
    afternoon.perform(incident, afternoon.offers(incident)[R.SEND_AGAIN])
    queued = afternoon.book.read(lambda r: r.message(message.id))
    assert queued is not None
    assert queued.state is MessageState.QUEUED
    afternoon.step()
    assert afternoon.one(K.UNDELIVERABLE).state is IncidentState.WAITING, "it is not out yet"
    assert not afternoon.step()
    afternoon.book.write(lambda w: w.put_message(replace(queued, state=MessageState.FAILED)))
    afternoon.step()
    assert afternoon.one(K.UNDELIVERABLE).state is IncidentState.OPEN
    assert not afternoon.step()
    afternoon.book.write(lambda w: w.put_message(replace(queued, state=MessageState.SENT)))
    afternoon.step()
    assert not afternoon.one(K.UNDELIVERABLE).open


def test_a_reply_is_read_by_answering_or_closing(afternoon: Afternoon) -> None:
    reply = reply_of(afternoon)
    afternoon.step()
    incident = afternoon.one(K.REPLY)
    assert incident.what == "“I am at home at five”"
    afternoon.perform(incident, afternoon.offers(incident)[R.MESSAGE], "Fine, we come at five")
    (seen,) = afternoon.book.read(lambda r: r.replies_of(afternoon.id(0)))
    assert (seen.id, seen.seen_by) == (reply.id, "Anna")
    assert afternoon.one(K.REPLY).settled_by is R.MESSAGE
    assert not afternoon.step()


def test_a_reply_that_was_read_elsewhere_passes(afternoon: Afternoon) -> None:
    reply = reply_of(afternoon)
    afternoon.step()
    afternoon.book.write(lambda w: mark_seen(w, reply.id, by="Bo", now=afternoon.clock()))
    assert afternoon.step()
    assert not afternoon.one(K.REPLY).open


def test_a_wish_is_answered_and_not_closed(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    wish = Wish(new_id(), afternoon.id(3), 1, afternoon.clock(), WishKind.INSTRUCTIONS, "Ring twice")
    afternoon.book.write(lambda w: w.put_wish(wish))
    afternoon.step()
    with pytest.raises(KnownError, match="waits for the answer"):
        afternoon.desk.close([incident.id for incident in afternoon.all()], "done", by="Anna")
    assert [incident.open for incident in afternoon.all()] == [True, True]


def test_an_answer_opens_what_waited_for_it(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    afternoon.perform(incident, afternoon.offers(incident)[R.MESSAGE], "When may we come?")
    reply_of(afternoon)
    afternoon.at("10:40")
    afternoon.step()
    answered = afternoon.one(K.FAILED)
    assert answered.state is IncidentState.OPEN
    assert answered.entries[-1].text == "The customer answered: I am at home at five"
    assert not afternoon.step()


@pytest.mark.parametrize("granted", [True, False])
def test_a_wish_is_granted_or_declined(afternoon: Afternoon, granted: bool) -> None:
    order = afternoon.order(3)
    wish = Wish(new_id(), order.id, 1, afternoon.clock(), WishKind.INSTRUCTIONS, "Ring twice")
    afternoon.book.write(lambda w: w.put_wish(wish))
    afternoon.step()
    incident = afternoon.one(K.WISH)
    assert incident.what == "Instructions: “Ring twice”"
    afternoon.perform(incident, afternoon.offers(incident)[R.GRANT if granted else R.DECLINE], "" if granted else "No")
    decided = afternoon.book.read(lambda r: r.wish(wish.id))
    assert decided is not None
    assert decided.state is (WishState.GRANTED if granted else WishState.DECLINED)
    assert ("Ring twice" in afternoon.order(3).notes) is granted
    assert not afternoon.one(K.WISH).open
    assert not afternoon.step()


# --- proofs and cash ------------------------------------------------------------------------------------------------


def test_a_rejected_proof_until_it_is_accepted(afternoon: Afternoon) -> None:
    key = afternoon.deliver(0)
    desk = ReviewDesk(afternoon.workplace, clock=afternoon.clock)
    desk.decide(days.DATE, [key], Decision.REJECTED, by="Anna", note="Not this door")
    afternoon.step()
    assert afternoon.one(K.PROOF_REJECTED).what == "Anna rejected the proof: Not this door"
    desk.decide(days.DATE, [key], Decision.ACCEPTED, by="Bo")
    afternoon.step()
    assert not afternoon.one(K.PROOF_REJECTED).open


def test_cash_that_is_short(afternoon: Afternoon) -> None:
    order = afternoon.order(0)
    due = replace(order, asked=replace(order.asked, cash_due=12_50))
    afternoon.workplace.store.write("Cash", lambda uow: uow.put_orders([due]))
    afternoon.send()
    afternoon.deliver(0, cash=10_00)
    afternoon.step()
    assert afternoon.one(K.CASH_SHORT).what == "12.50 was due in cash, 10.00 was taken."


# --- the road -------------------------------------------------------------------------------------------------------


def test_late_stops_pass_and_do_not_flicker(afternoon: Afternoon) -> None:
    desk = afternoon.desk
    assert desk.step(None, live_day(afternoon, Risk.LATE))
    incident = afternoon.one(K.LATE)
    assert incident.what.startswith("A00001 is reached about 11:20")
    assert not desk.step(None, live_day(afternoon, Risk.LATE))
    assert desk.step(None, live_day(afternoon, Risk.NONE))
    assert not afternoon.one(K.LATE).open
    afternoon.at("10:32")
    assert desk.step(None, live_day(afternoon, Risk.LATE))
    again = afternoon.one(K.LATE)
    assert (again.open, again.entries) == (True, incident.entries), "within minutes it had not passed at all"
    desk.step(None, live_day(afternoon, Risk.LATE))
    assert afternoon.one(K.LATE).what.startswith("A00001 is reached about 11:25"), "as it is now"
    assert not desk.step(None, live_day(afternoon, Risk.LATE))


def test_what_becomes_late_is_no_longer_at_risk(afternoon: Afternoon) -> None:
    afternoon.desk.step(None, live_day(afternoon, Risk.AT_RISK))
    assert afternoon.one(K.AT_RISK).severity is Severity.LOW
    afternoon.desk.step(None, live_day(afternoon, Risk.LATE))
    assert [incident.kind for incident in afternoon.all(opened=True)] == [K.LATE]


def test_a_silent_device_is_asked_after_with_its_driver(afternoon: Afternoon) -> None:
    shift = afternoon.shifts[0]
    alert = Alert(AlertKind.SILENT, shift.id, afternoon.clock(), 700, 600, "Aino was not heard for 12 min.")
    afternoon.desk.step(None, live_day(afternoon, Risk.NONE, alert))
    incident = afternoon.one(K.SILENT)
    offers = afternoon.offers(incident)
    assert offers[R.CALL].why_not.startswith("Aino Korhonen has no telephone number")
    afternoon.perform(incident, offers[R.MESSAGE], "Where are you?")
    notes = afternoon.book.read(lambda r: r.notes(shift.driver_id))
    assert [note.text for note in notes] == ["Where are you?"]
    afternoon.at("08:00", days.DATE.replace(day=16))
    afternoon.step()
    assert not afternoon.one(K.SILENT).open, "the day is over"


@pytest.mark.parametrize("said", [True, False])
def test_nobody_asks_after_a_phone_whose_round_is_over(afternoon: Afternoon, said: bool) -> None:
    shift = afternoon.shifts[0]
    alert = Alert(AlertKind.SILENT, shift.id, afternoon.clock(), 700, 600, "Aino was not heard for 12 min.")
    live = live_day(afternoon, Risk.NONE, alert)
    afternoon.desk.step(None, live)
    assert afternoon.one(K.SILENT).open
    if said:
        afternoon.say("end")
        assert afternoon.step(), "though nobody follows the road"
    else:
        rounds = {s: replace(round_, over=True) for s, round_ in live.rounds.items()}
        live = replace(live, rounds=rounds)
        assert afternoon.desk.step(None, live)
    assert not afternoon.one(K.SILENT).open
    assert not afternoon.desk.step(None, live)


# --- the board ------------------------------------------------------------------------------------------------------


def test_the_gravest_and_longest_overdue_come_first(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.at("10:45")
    afternoon.fail(1, reason="OUT_OF_TIME")
    afternoon.step()
    board = afternoon.desk.board(days.DATE)
    assert [shown.incident.kind for shown in board.shown] == [K.NOT_ATTEMPTED, K.FAILED]
    assert (board.open, board.overdue, board.gravest) == (2, 0, Severity.HIGH)
    first = board.shown[0]
    assert (first.number, first.name, first.driver) == ("A00001", "Maija Virtanen", "Aino Korhonen")
    assert first.attempt is not None
    assert first.reason == "Out of time"
    afternoon.at("11:31")
    assert afternoon.desk.board(days.DATE).overdue == 2


def test_a_past_that_was_never_watched_is_left_alone(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.at("10:30", days.DATE.replace(day=29))
    afternoon.step()
    assert not afternoon.all()


def test_the_history_of_an_order_has_everything_in_its_order(afternoon: Afternoon) -> None:
    afternoon.fail(0, note="Dog in the yard")
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    afternoon.at("10:40")
    afternoon.perform(incident, afternoon.offers(incident)[R.CALL], "Will be back at noon")
    reply_of(afternoon)
    lines = afternoon.desk.history(afternoon.id(0))
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    told = [(line.who, line.what) for line in lines]
    assert ("Aino Korhonen", "Attempt 1: Not delivered: Nobody there. “Dog in the yard”") in told
    assert ("Anna", "Called +49 241 4711: Will be back at noon") in told
    assert ("customer", "Answered by SMS: I am at home at five") in told


def test_an_offer_of_an_exception_that_is_gone(afternoon: Afternoon) -> None:
    assert afternoon.desk.offers("gone", afternoon.outlook, None) == ()
    with pytest.raises(KnownError, match="not there any more"):
        afternoon.desk.reopen("gone", "why", by="Anna")


def test_prices_go_by_the_delay_on_the_road(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident, shift, outlook = afternoon.one(K.FAILED), afternoon.shifts[0], afternoon.outlook
    planned = {stop.order_id: stop.arrives_at for stop in outlook.schedule.routes[shift.id].stops}
    late = later(30)
    stops = tuple(
        LiveStop(o, planned[o], planned[o] + late, planned[o] + late, planned[o] + late, planned[o] + late + later(2))
        for o in [afternoon.id(1), afternoon.id(2), afternoon.id(3)]
    )
    live = LiveDay(days.DATE, afternoon.clock(), {shift.id: LiveRound(shift.id, shift.driver_id, stops=stops)})
    (calm,) = [o for o in afternoon.desk.offers(incident.id, outlook, None) if o.remedy is R.AGAIN_TODAY]
    (held_up,) = [o for o in afternoon.desk.offers(incident.id, outlook, live) if o.remedy is R.AGAIN_TODAY]
    assert calm.sequence == held_up.sequence
    minutes = [int(o.label[-5:-3]) * 60 + int(o.label[-2:]) for o in (calm, held_up)]
    assert minutes[1] - minutes[0] == 30


def test_the_same_file_again_opens_what_was_closed(afternoon: Afternoon) -> None:
    afternoon.desk.left_out("tuesday.csv", 3)
    afternoon.desk.close([afternoon.one(K.LEFT_OUT).id], "Corrected by hand", by="Anna")
    afternoon.desk.left_out("tuesday.csv", 2)
    again = afternoon.one(K.LEFT_OUT)
    assert again.open
    assert again.entries[-1].text == "tuesday.csv: 2 rows were left out."


def test_many_at_once_are_each_raised_and_settled(afternoon: Afternoon) -> None:
    for round_ in (0, 1):
        for place in range(4):
            afternoon.fail(place, round_)
    afternoon.step()
    assert afternoon.desk.board(days.DATE).open == 8
    for incident in afternoon.all(opened=True):
        offer = afternoon.offers(incident)[R.AGAIN_TODAY]
        assert not offer.why_not, offer
        afternoon.perform(incident, offer)
    afternoon.step()
    assert afternoon.desk.board(days.DATE).open == 0
    planned = [o for route in afternoon.day.plan.routes for o in route.order_ids]
    assert sorted(planned) == sorted(afternoon.id(place, round_) for round_ in (0, 1) for place in range(4))
    for _ in range(8):
        afternoon.workplace.store.undo()
    afternoon.step()
    assert afternoon.desk.board(days.DATE).open == 8
