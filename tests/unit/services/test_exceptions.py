"""Exceptions are raised, pass, are settled and come again, in a real depot with a real logbook and the real planner."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.incidents import IncidentKind, IncidentState, Remedy, Severity
from dispatcher.domain.messages import MessageState
from dispatcher.domain.orders import OrderState
from dispatcher.proof.chain import verify
from dispatcher.services.exceptions import ExceptionDesk, Given
from dispatcher.services.plan import move_orders
from dispatcher.services.ports import UnitOfWork
from tests.fixtures import days, onroad
from tests.unit.services.exceptions_afternoon import Afternoon, an_afternoon

K, R = IncidentKind, Remedy


@pytest.fixture
def afternoon(tmp_path: Path) -> Iterator[Afternoon]:
    with an_afternoon(tmp_path) as made:
        yield made


# --- raising and passing --------------------------------------------------------------------------------------------


def test_nothing_is_raised_where_nothing_happened(afternoon: Afternoon) -> None:
    afternoon.deliver(0)
    assert not afternoon.step()
    assert not afternoon.all()


def test_a_failed_attempt_is_raised_once(afternoon: Afternoon) -> None:
    key = afternoon.fail(0)
    assert afternoon.step()
    incident = afternoon.one(K.FAILED)
    assert (incident.about, incident.order_id, incident.on) == (key, afternoon.id(0), days.DATE)
    assert incident.what.startswith("Nobody there (attempt 1)")
    assert incident.due_at == days.clock("11:30")
    assert not afternoon.step()
    assert afternoon.all() == [incident]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("REFUSED", K.REFUSED), ("DAMAGED", K.DAMAGED), ("OUT_OF_TIME", K.NOT_ATTEMPTED), ("WRONG_ADDRESS", K.FAILED)],
)
def test_the_reason_says_of_what_kind_it_is(afternoon: Afternoon, reason: str, kind: IncidentKind) -> None:
    afternoon.fail(0, reason=reason, note="as said")
    afternoon.step()
    assert "“as said”" in afternoon.one(kind).what


def test_a_part_taken_is_told_by_its_lines(afternoon: Afternoon) -> None:
    lines = [{"line": 0, "quantity": 1}, {"line": 1, "quantity": 1, "reason": "MISSING"}]
    afternoon.deliver(1, outcome="partly", lines=lines)
    afternoon.step()
    assert afternoon.one(K.PARTLY).what == "Only a part was taken: Bulb 1 of 2, missing or short."


def test_an_attempt_that_was_taken_back_passes(afternoon: Afternoon) -> None:
    key = afternoon.fail(0)
    afternoon.step()
    shift = afternoon.shifts[0].id
    undone = onroad.act(afternoon.book, afternoon.phones[shift], "undo", shift, afternoon.clock(), takes_back=key)
    assert undone["taking"] == "taken"
    assert afternoon.step()
    incident = afternoon.one(K.FAILED)
    assert not incident.open
    assert incident.settled_by is None
    assert not afternoon.step()


def test_a_rule_that_is_off_raises_nothing_and_lets_go(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    afternoon.rule(K.FAILED, on=False)
    afternoon.step()
    assert afternoon.one(K.FAILED).entries[-1].text == "Its rule was switched off."
    afternoon.fail(1)
    afternoon.step()
    assert len(afternoon.all()) == 1


def test_what_nobody_settles_grows_graver_and_no_graver_than_critical(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    afternoon.at("12:00")
    assert afternoon.step()
    assert afternoon.one(K.FAILED).severity is Severity.HIGH
    afternoon.at("16:00")
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    assert (incident.severity, incident.escalated) == (Severity.CRITICAL, 2)
    afternoon.at("17:00")
    assert not afternoon.step()


def test_stops_untouched_when_the_driver_ends_the_round(afternoon: Afternoon) -> None:
    afternoon.deliver(0)
    afternoon.fail(1)
    afternoon.at("12:00")
    afternoon.say("end")
    afternoon.step()
    untouched = [i for i in afternoon.all() if i.kind is K.UNTOUCHED]
    assert {i.order_id for i in untouched} == {afternoon.id(2), afternoon.id(3)}
    afternoon.deliver(2)
    afternoon.step()
    assert [i.order_id for i in afternoon.all(opened=True) if i.kind is K.UNTOUCHED] == [afternoon.id(3)]


def test_a_parcel_missing_at_loading_until_it_is_found(afternoon: Afternoon) -> None:
    afternoon.say("load", order_id=afternoon.id(1), barcode="4711", missing=True)
    afternoon.step()
    assert "4711 of it" in afternoon.one(K.MISSING_LOADING).what
    afternoon.say("load", order_id=afternoon.id(1), barcode="4711")
    afternoon.step()
    assert not afternoon.one(K.MISSING_LOADING).open


def test_who_loads_last_has_the_last_word(afternoon: Afternoon) -> None:
    order_id = afternoon.id(1)
    afternoon.say("load", 0, order_id, barcode="4711", missing=True)
    other = afternoon.shifts[1].id
    afternoon.workplace.store.write("Move", lambda uow: move_orders(uow, order_ids=[order_id], to_shift=other))
    afternoon.send()
    afternoon.at("10:40")
    afternoon.say("load", 1, order_id, barcode="4711", missing=True)
    assert afternoon.step()
    incident = afternoon.one(K.MISSING_LOADING)
    assert (incident.order_id, incident.shift_id) == (order_id, other)
    afternoon.at("10:45")
    afternoon.say("load", 1, order_id, barcode="4711")
    afternoon.step()
    assert not afternoon.one(K.MISSING_LOADING).open


def test_an_address_nobody_is_sure_of_until_it_is_pinned(afternoon: Afternoon) -> None:
    order = afternoon.order(0)
    lost = replace(order, address=replace(order.address, place=None))
    afternoon.workplace.store.write("Lose", lambda uow: uow.put_orders([lost]))
    afternoon.step()
    incident = afternoon.one(K.ADDRESS)
    offer = afternoon.offers(incident)[R.OTHER_ADDRESS]
    assert offer.wants is Given.ADDRESS
    with pytest.raises(BadInput, match="not found"):
        afternoon.perform(incident, offer, "Nowhere 1")
    assert afternoon.order(0).address.place is None
    afternoon.perform(incident, offer, "50.775, 6.084")
    placed = afternoon.order(0).address.place
    assert placed is not None
    assert (placed.lat, placed.lon) == (50.775, 6.084)
    assert not afternoon.step()
    assert afternoon.one(K.ADDRESS).settled_by is R.OTHER_ADDRESS


def test_an_import_that_left_rows_out(afternoon: Afternoon) -> None:
    afternoon.desk.left_out("tuesday.csv", 3, "tuesday-rejects.csv")
    assert afternoon.one(K.LEFT_OUT).what == "tuesday.csv: 3 rows were left out. They are in tuesday-rejects.csv."
    afternoon.desk.left_out("tuesday.csv", 1)
    assert "1 row was left out" in afternoon.one(K.LEFT_OUT).what
    assert not afternoon.step()


# --- settling --------------------------------------------------------------------------------------------------------


def test_delivered_again_today_where_the_planner_has_room(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    first = afternoon.desk.offers(incident.id, afternoon.outlook, None)[0]
    assert (first.remedy, first.ready) == (R.AGAIN_TODAY, True)
    assert "Aino" in first.label
    assert "nobody late" in first.price
    afternoon.perform(incident, first)
    order, route = afternoon.order(0), afternoon.day.plan.route_of(afternoon.id(0))
    assert route is not None
    assert (order.attempt, route.shift_id) == (2, afternoon.shifts[0].id)
    assert order.windows[0].opens_at == days.clock("11:30")
    settled = afternoon.one(K.FAILED)
    assert (settled.settled_by, settled.entries[-1].by) == (R.AGAIN_TODAY, "Anna")
    assert afternoon.step()  # the goods are not awaited in the cage any more
    assert not afternoon.step()
    assert afternoon.one(K.FAILED) == settled


def test_undoing_what_settled_it_brings_it_back(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    afternoon.desk.take([afternoon.one(K.FAILED).id], "Anna", by="Anna")
    incident = afternoon.one(K.FAILED)
    afternoon.perform(incident, afternoon.offers(incident)[R.AGAIN_TODAY])
    afternoon.step()
    afternoon.workplace.store.undo()
    assert afternoon.step()
    again = afternoon.one(K.FAILED)
    assert again.open
    assert again.owner == "Anna"
    assert again.entries[-1].text == "What settled it was taken back: deliver again today."


def test_trying_again_by_hand_settles_it_by_itself(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    order = afternoon.order(0)
    afternoon.workplace.store.write("Again", lambda uow: uow.put_orders([replace(order, attempt=2)]))
    afternoon.step()
    assert not afternoon.one(K.FAILED).open


def test_a_step_between_the_change_and_its_word_keeps_who_did_it(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    offer = afternoon.offers(incident)[R.AGAIN_TODAY]
    done = afternoon.desk.perform(incident.id, offer, "", by="Anna")
    assert done.operation is not None
    afternoon.submit(done.operation)
    afternoon.step()
    assert afternoon.one(K.FAILED).settled_by is None
    afternoon.desk.settled(incident.id, offer, "", by="Anna")
    assert afternoon.one(K.FAILED).settled_by is R.AGAIN_TODAY
    assert not afternoon.step()


def test_two_who_settle_the_same(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    offer = afternoon.offers(incident)[R.AGAIN_TODAY]
    one = afternoon.desk.perform(incident.id, offer, "", by="Anna")
    other = ExceptionDesk(afternoon.workplace, clock=afternoon.clock).perform(incident.id, offer, "", by="Bo")
    assert one.operation is not None
    assert other.operation is not None
    afternoon.submit(one.operation)
    afternoon.desk.settled(incident.id, offer, "", by="Anna")
    with pytest.raises(KnownError, match="tried again already"):
        afternoon.submit(other.operation)
    with pytest.raises(KnownError, match=r"settled by Anna \(deliver again today\)"):
        afternoon.desk.close([incident.id], "done", by="Bo")
    assert afternoon.order(0).attempt == 2


def test_another_day_and_its_hours(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    press, form = [o for o in afternoon.desk.offers(incident.id, None, None) if o.remedy is R.ANOTHER_DAY]
    assert (press.label, press.ready, form.wants) == ("On Tuesday 16 June", True, Given.DAY)
    for given in ("soon", "2026-06-31", "2026-06-16 12:00-10:00", "2026-06-14", "2026-06-15"):
        with pytest.raises(BadInput):
            afternoon.desk.perform(incident.id, form, given, by="Anna")
    afternoon.perform(incident, form, "2026-06-17 10:00-12:00")
    order = afternoon.order(0)
    assert (order.date.day, order.attempt) == (17, 2)
    assert order.windows[0].opens_at == days.clock("10:00", order.date)
    assert not afternoon.step()


def test_the_next_day_is_priced_on_its_rounds_and_taken_there(afternoon: Afternoon) -> None:
    on, store = days.DATE + timedelta(days=1), afternoon.workplace.store
    shift, taken = afternoon.shifts[0], [OrderId("tomorrow-1"), OrderId("tomorrow-2")]
    tomorrow = replace(
        shift,
        id=ShiftId("tomorrow"),
        date=on,
        starts_at=shift.starts_at + timedelta(days=1),
        ends_at=shift.ends_at + timedelta(days=1),
    )
    twins = [replace(afternoon.order(n), id=id_, number=id_, date=on) for n, id_ in enumerate(taken, 1)]

    def plan(uow: UnitOfWork) -> None:
        uow.put_shifts([tomorrow])
        uow.put_orders(twins)
        move_orders(uow, order_ids=taken, to_shift=tomorrow.id)

    store.write("Tomorrow", plan)
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    offer = afternoon.offers(incident)[R.ANOTHER_DAY]
    assert offer.label.startswith("On Tuesday 16 June: Aino Korhonen, about ")
    assert offer.price.endswith("nobody late")
    assert (offer.ready, offer.to_shift) == (True, tomorrow.id)
    afternoon.perform(incident, offer)
    route = store.read(lambda r: r.plan(on)).route_of(afternoon.id(0))
    assert route is not None
    assert route.order_ids == offer.sequence
    assert afternoon.order(0).attempt == 2


def test_a_day_without_drivers_is_refused(afternoon: Afternoon) -> None:
    store = afternoon.workplace.store
    for driver in afternoon.day.drivers.values():
        workdays = replace(driver, weekdays=frozenset(range(5)))
        store.write("Weekdays", lambda uow, d=workdays: uow.put_driver(d))
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    form = next(o for o in afternoon.desk.offers(incident.id, None, None) if o.wants is Given.DAY)
    assert "2026-06-20" not in dict(form.choices)
    with pytest.raises(BadInput, match="Nobody works on Saturday 20 June"):
        afternoon.desk.perform(incident.id, form, "2026-06-20", by="Anna")


def test_another_driver_only_where_the_goods_are(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    offer = afternoon.offers(afternoon.one(K.FAILED))[R.OTHER_DRIVER]
    assert offer.why_not.startswith("The goods are in Aino Korhonen’s van")
    with pytest.raises(KnownError, match="cannot be done"):
        afternoon.desk.perform(afternoon.one(K.FAILED).id, offer, "", by="Anna")


def test_once_the_round_is_over_only_who_is_still_at_the_depot_can_bring_it(afternoon: Afternoon) -> None:
    late = replace(afternoon.shifts[2], starts_at=days.clock("14:00"), ends_at=days.clock("20:00"))
    afternoon.workplace.store.write("Late", lambda uow: uow.put_shifts([late]))
    for place in range(3):
        afternoon.deliver(place)
    afternoon.fail(3)
    afternoon.at("13:00")
    afternoon.say("end")
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    offers = afternoon.offers(incident)
    assert offers[R.AGAIN_TODAY].option == late.id
    (choice,) = offers[R.OTHER_DRIVER].choices
    afternoon.perform(incident, offers[R.OTHER_DRIVER], choice[0])
    route = afternoon.day.plan.route_of(afternoon.id(3))
    assert route is not None
    assert route.shift_id == late.id
    afternoon.at("15:00")
    other = afternoon.order(3)
    assert other.attempt == 2


def test_beyond_the_limit_somebody_says_why(afternoon: Afternoon) -> None:
    afternoon.habits(most_attempts=1)
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    offer = afternoon.offers(incident)[R.AGAIN_TODAY]
    assert (offer.wants, "beyond 1 attempts" in offer.label) == (Given.TEXT, True)
    with pytest.raises(BadInput):
        afternoon.perform(incident, offer)
    assert afternoon.order(0).attempt == 1
    afternoon.perform(incident, offer, "The customer asked for it")
    assert afternoon.order(0).attempt == 2


def test_collected_at_the_depot_and_back_to_the_sender(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    afternoon.perform(incident, afternoon.offers(incident)[R.COLLECT])
    order = afternoon.order(0)
    assert order.state is OrderState.CANCELLED
    assert "Collected at the depot: Anna" in order.notes
    assert not afternoon.step()
    afternoon.workplace.store.undo()
    assert afternoon.step()
    assert afternoon.one(K.FAILED).open


def test_a_corrected_reason_stands_on_the_chain_and_keeps_the_exception(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    offer = afternoon.offers(incident)[R.CHANGE_REASON]
    with pytest.raises(BadInput, match="not on the depot's list"):
        afternoon.perform(incident, offer, "NONSENSE")
    afternoon.perform(incident, offer, "REFUSED")
    assert verify(afternoon.book.read(lambda r: r.records())) is None
    afternoon.step()
    again = afternoon.one(K.REFUSED)
    assert (again.id, again.open) == (incident.id, True)
    (shown,) = afternoon.desk.board(days.DATE).shown
    assert (shown.reason, shown.x12, shown.edifact) == ("Refused", "AG", "49")


def test_calls_are_noted_and_leave_it_open(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    offer = afternoon.offers(incident)[R.CALL]
    assert offer.text == "+49 241 4711"
    afternoon.perform(incident, offer, "")
    afternoon.perform(incident, offer, "Will be home at five")
    calls = afternoon.book.read(lambda r: r.calls_of(afternoon.id(0)))
    assert [(call.reached, call.text) for call in calls] == [(False, "not reached"), (True, "Will be home at five")]
    open_ = afternoon.one(K.FAILED)
    assert (open_.open, open_.owner) == (True, "Anna")


def test_a_message_waits_for_its_answer(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    offer = afternoon.offers(incident)[R.MESSAGE]
    afternoon.perform(incident, offer, offer.text)
    assert afternoon.one(K.FAILED).state is IncidentState.WAITING
    (message,) = afternoon.book.read(lambda r: r.messages_in([MessageState.QUEUED]))
    assert (message.by, message.text) == ("Anna", offer.text)
    lines = [line.what for line in afternoon.desk.history(afternoon.id(0))]
    assert any(line.startswith("Attempt 1: Not delivered: Nobody there") for line in lines)
    assert any(line.startswith("Message “written by hand”") for line in lines)


def test_names_and_notes_must_be_there(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    for refused in (
        lambda: afternoon.desk.close([incident.id], "", by="Anna"),
        lambda: afternoon.desk.close([incident.id], "done", by=" "),
        lambda: afternoon.desk.note(incident.id, "x" * 1_001, by="Anna"),
        lambda: afternoon.desk.take([incident.id], "Anna", by=""),
    ):
        with pytest.raises(BadInput):
            refused()
    assert afternoon.one(K.FAILED) == incident
    afternoon.desk.close([incident.id], "Sorted out", by="Anna")
    assert not afternoon.step()
    afternoon.desk.reopen(incident.id, "Not after all", by="Bo")
    again = afternoon.one(K.FAILED)
    assert (again.open, again.due_at) == (True, afternoon.clock() + timedelta(hours=1))


def test_closing_several_is_all_or_none(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    afternoon.fail(1)
    afternoon.step()
    ids = [incident.id for incident in afternoon.all()]
    with pytest.raises(KnownError):
        afternoon.desk.close([*ids, "gone"], "done", by="Anna")
    assert len(afternoon.all(opened=True)) == 2


def test_an_order_that_is_gone_can_still_be_closed(afternoon: Afternoon) -> None:
    key = afternoon.fail(0)
    afternoon.step()
    afternoon.workplace.store.write("Undo an import", _remove(afternoon.id(0)))
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    assert (incident.about, incident.open) == (key, True)
    (shown,) = afternoon.desk.board(days.DATE).shown
    assert shown.order is None
    assert shown.number == "A00000"
    offers = afternoon.offers(incident)
    assert offers[R.AGAIN_TODAY].why_not == "The order is not there any more."
    afternoon.perform(incident, offers[R.CLOSE], "Order withdrawn")
    assert not afternoon.step()


def _remove(order_id):  # type: ignore[no-untyped-def]
    """As an undo does, past what keeps a driver's facts."""
    return lambda uow: uow._reader.remove_orders([order_id])


# --- the next day by itself -----------------------------------------------------------------------------------------


def test_failed_attempts_go_to_the_next_day_once_the_round_is_over(afternoon: Afternoon) -> None:
    afternoon.habits(retry_next_day=True)
    afternoon.fail(0)
    afternoon.fail(1, reason="REFUSED")
    afternoon.step()
    assert afternoon.desk.retries() is None
    afternoon.at("13:00")
    afternoon.say("end")
    afternoon.step()
    change = afternoon.desk.retries()
    assert change is not None
    assert change.label == "Try again next day"
    afternoon.desk.retried(afternoon.submit(change))
    assert afternoon.one(K.FAILED).settled_by is R.ANOTHER_DAY
    assert afternoon.desk.retries() is None
    order = afternoon.order(0)
    assert (order.date.day, order.attempt) == (16, 2)
    assert afternoon.order(1).date == days.DATE
    afternoon.step()
    assert not afternoon.one(K.FAILED).open
    assert "Put on Tuesday 16 June by itself." in [entry.text for entry in afternoon.one(K.FAILED).entries]
    afternoon.workplace.store.undo()
    afternoon.step()
    assert afternoon.one(K.FAILED).open
    assert afternoon.desk.retries() is None


def test_what_cannot_be_tried_again_by_itself_keeps_nothing_back(afternoon: Afternoon) -> None:
    afternoon.habits(retry_next_day=True)
    afternoon.fail(0)
    afternoon.fail(1)
    afternoon.at("13:00")
    afternoon.say("end")
    afternoon.step()
    change = afternoon.desk.retries()
    assert change is not None
    twin = replace(afternoon.order(0), id=OrderId("twin"), date=days.DATE + timedelta(days=1), windows=())
    afternoon.workplace.store.write("Twin", lambda uow: uow.put_orders([twin]))
    afternoon.desk.retried(afternoon.submit(change))
    assert [afternoon.order(n).date.day for n in (0, 1)] == [15, 16]
    (left,) = [i for i in afternoon.all(opened=True) if i.kind is K.FAILED]
    assert left.order_id == afternoon.id(0)
    assert left.entries[-1].text.startswith("It could not be put on Tuesday 16 June by itself: Order")
    assert afternoon.desk.retries() is None


def test_nothing_is_noted_of_a_change_that_never_came_to_be(afternoon: Afternoon) -> None:
    afternoon.habits(retry_next_day=True)
    afternoon.fail(0)
    afternoon.at("13:00")
    afternoon.say("end")
    afternoon.step()
    assert afternoon.desk.retries() is not None
    assert all(entry.remedy is None for entry in afternoon.one(K.FAILED).entries)
    assert afternoon.desk.retries() is not None, "the window was closed before it got into the plan"


def test_a_copy_to_try_things_out_in_raises_nothing(afternoon: Afternoon) -> None:
    afternoon.fail(0)
    looking = ExceptionDesk(replace(afternoon.workplace, live=None), clock=afternoon.clock)
    assert not looking.step(None, None)
    assert looking.board(days.DATE).shown == ()
    with pytest.raises(KnownError):
        looking.scan("4711", by="Anna")


def test_when_the_round_ends_soon_it_goes_again_at_once(afternoon: Afternoon) -> None:
    shift = replace(afternoon.shifts[0], ends_at=days.clock("11:35"))
    afternoon.workplace.store.write("Short", lambda uow: uow.put_shifts([shift]))
    afternoon.fail(0)
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    offer = afternoon.offers(incident)[R.AGAIN_TODAY]
    assert not offer.why_not
    afternoon.perform(incident, offer)
    assert afternoon.order(0).windows[0].opens_at == days.clock("10:30")


def test_no_room_today_says_why(afternoon: Afternoon) -> None:
    shift = replace(afternoon.shifts[0], ends_at=days.clock("10:35"))
    afternoon.workplace.store.write("Short", lambda uow: uow.put_shifts([shift]))
    afternoon.fail(0)
    afternoon.step()
    offer = afternoon.offers(afternoon.one(K.FAILED))[R.AGAIN_TODAY]
    assert "would end after the shift by" in offer.why_not


def test_a_failed_order_goes_to_another_address_on_the_same_round(afternoon: Afternoon) -> None:
    afternoon.fail(0, reason="WRONG_ADDRESS", note="Moved")
    afternoon.step()
    incident = afternoon.one(K.FAILED)
    first = afternoon.desk.offers(incident.id, afternoon.outlook, None)[0]
    assert first.remedy is R.OTHER_ADDRESS
    afternoon.perform(incident, first, "50.776, 6.101")
    order, route = afternoon.order(0), afternoon.day.plan.route_of(afternoon.id(0))
    assert order.address.place is not None
    assert (order.address.place.lon, order.attempt) == (6.101, 2)
    assert route is not None
    assert route.shift_id == afternoon.shifts[0].id
