"""What customers are told of a day, step by step: the day before, on the road, afterwards; once, while it is true."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.messages import CODE_MARK, Channel, Event, Message, MessageState, Template
from dispatcher.domain.orders import OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Asked, Handover, Need, Outcome, ProofKind
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.time import TimeWindow
from dispatcher.services.codes import code_of, depot_secret, issue_codes
from dispatcher.services.live import LiveDay
from dispatcher.services.outbox import Told
from dispatcher.services.sending import send
from dispatcher.services.telling_keys import promise_of
from dispatcher.services.today import Today
from tests.fixtures import days
from tests.fixtures.board import Board
from tests.fixtures.lines import Gateway, gateway
from tests.fixtures.livedays import a_live_day, attempt, driven
from tests.fixtures.onroad import act, pair
from tests.fixtures.outbox import Clock, Desk, contact, number, open_desk, sms_line

E, S = Event, MessageState
ALL = frozenset(Event) - {E.WRITTEN}
EVENING = days.clock("17:00") - timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Two rounds of six stops; everybody can be reached."""
    with open_desk(tmp_path / "home", Clock(EVENING)) as opened:
        day = days.make_day(12, 2, seed=4, windows=0.0, collections=0.0, place_share=0.0)
        orders = {o.id: replace(o, contact=contact(n)) for n, o in enumerate(day.orders.values())}
        ids, shifts = list(orders), list(day.shifts)
        planned = days.with_plan(replace(day, orders=orders), {shifts[0]: ids[:6], shifts[1]: ids[6:]})
        opened.fill(replace(planned, depot=opened.workplace.depot))
        opened.policy(events=ALL)
        yield opened


def board(desk: Desk, day: Day | None = None) -> Board:
    outlook = desk.outlook(day)
    return Board(outlook.day, outlook.schedule, outlook.reasons)


def step(desk: Desk, live: LiveDay | None = None, day: Day | None = None) -> Told:
    return desk.desk.step(desk.outlook(day), live)


def told(desk: Desk, event: Event | None = None) -> Sequence[Message]:
    return [message for message in desk.all() if event in (None, message.event)]


def first_round(desk: Desk) -> tuple[ShiftId, Sequence[OrderId]]:
    route = desk.outlook().day.plan.routes[0]
    return route.shift_id, route.order_ids


def on_road(desk: Desk, done: int, at: str = "", **changes: Any) -> LiveDay:
    """The first round under way, and so the clock."""
    shown, (shift_id, _) = board(desk), first_round(desk)
    round_ = driven(shown, shift_id, done, **changes)
    stops = shown.schedule.routes[shift_id].stops
    desk.clock.now = days.clock(at) if at else max(stops[max(0, done - 1)].departs_at, days.clock("08:05"))
    attempts = [attempt(shown, stop.order_id) for stop in stops[:done]]
    return a_live_day(shown, [round_], attempts, at=desk.clock())


def settle(desk: Desk) -> Gateway:
    with gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url))
        desk.desk.send_some()
    return served


# --- the day before --------------------------------------------------------------------------------------------------


def test_tomorrows_customers_are_told_from_the_set_hour_on_and_once(desk: Desk) -> None:
    desk.clock.now = EVENING.replace(hour=13, minute=59)  # 15:59 at the depot
    assert step(desk) == Told()
    desk.clock.now += timedelta(minutes=1)
    assert step(desk) == Told(made=12)
    assert step(desk) == Told()
    shown = board(desk)
    for message in told(desk):
        promise = promise_of(message.key)
        times = next(s for r in shown.schedule.routes.values() for s in r.stops if s.order_id == message.order_id)
        assert promise
        assert promise.since <= times.starts_at - timedelta(hours=1)
        assert promise.until >= times.starts_at + timedelta(hours=1)
        assert f"{promise.since.astimezone(days.ZONE):%H:%M}-" in message.text
        assert "Monday, 15 June" in message.text
        assert message.expires_at == days.clock("00:00")


def test_the_desk_reads_tomorrow_by_itself(desk: Desk) -> None:
    tomorrow = desk.desk.tomorrow()
    assert tomorrow
    assert desk.desk.step(tomorrow) == Told(made=12)
    desk.clock.now = EVENING.replace(hour=13, minute=59)  # 15:59 at the depot
    assert desk.desk.tomorrow() is None


def test_a_day_long_past_or_far_ahead_is_told_to_nobody(desk: Desk) -> None:
    for days_off in (-2, 3, 400):
        desk.clock.now = EVENING + timedelta(days=days_off)
        assert step(desk) == Told()


def test_unplanned_and_cancelled_orders_are_not_told_and_what_waits_is_let_go(desk: Desk) -> None:
    step(desk)
    _, ids = first_round(desk)
    day = desk.outlook().day
    gone = replace(day.orders[ids[0]], state=OrderState.CANCELLED)
    rest = {r.shift_id: [o for o in r.order_ids if o != ids[1]] for r in day.plan.routes}
    changed = days.with_plan(replace(day, orders={**day.orders, gone.id: gone}), rest)
    assert step(desk, day=changed) == Told(expired=2)
    assert {m.order_id for m in told(desk) if m.state is S.EXPIRED} == {ids[0], ids[1]}
    assert step(desk) == Told(made=2)
    assert {m.state for m in told(desk)} == {S.QUEUED}
    assert len(told(desk)) == 12


def test_a_waiting_message_says_the_new_time_when_the_plan_moves(desk: Desk) -> None:
    step(desk)
    day = desk.outlook().day
    turned = days.with_plan(day, {r.shift_id: r.order_ids[::-1] for r in day.plan.routes})
    before = {m.order_id: m for m in told(desk)}
    later = days.clock("08:00")
    shifts = {s.id: replace(s, starts_at=later + timedelta(hours=3)) for s in turned.shifts.values()}
    assert step(desk, day=replace(turned, shifts=shifts)).made == 12
    after = {m.order_id: m for m in told(desk)}
    assert {m.id for m in before.values()} == {m.id for m in after.values()}
    assert all(after[o].text != before[o].text for o in before)


def test_the_quiet_hours_swallow_what_would_come_too_late(desk: Desk) -> None:
    desk.clock.now = EVENING.replace(hour=20)
    step(desk)
    assert {(m.state, m.fault) for m in told(desk)} == {(S.EXPIRED, "the quiet hours last too long for it")}
    assert step(desk) == Told()


def test_who_cannot_be_reached_is_withheld_with_why_until_the_order_is_corrected(desk: Desk) -> None:
    _, ids = first_round(desk)
    order = desk.outlook().day.orders[ids[0]]
    broken = replace(order, contact=replace(order.contact, phone="0241 9600", email="nobody"))
    desk.workplace.store.write("Contact", lambda uow: uow.put_orders([broken]))
    step(desk)
    (message,) = [m for m in told(desk) if m.order_id == order.id]
    assert message.state is S.WITHHELD
    assert message.fault == "cannot be reached: +492419600 is no mobile number; “nobody” is no e-mail address"
    assert step(desk) == Told()
    mended = desk.workplace.store.read(lambda book: book.order(order.id))
    assert mended
    by_mail = replace(mended, contact=replace(mended.contact, email="Maija@Example.org"))
    desk.workplace.store.write("Contact", lambda uow: uow.put_orders([by_mail]))
    assert step(desk) == Told(made=1)
    (after,) = [m for m in told(desk) if m.order_id == order.id]
    assert (after.id, after.channel, after.to) == (message.id, Channel.EMAIL, "maija@example.org")
    assert after.subject


def test_a_broken_template_is_shown_on_the_message_and_mended_later(desk: Desk) -> None:
    broken = Template(E.SCHEDULED, Channel.SMS, "en", "{{ oder }}")
    desk.policy(templates=(broken,))
    step(desk)
    assert {m.state for m in told(desk)} == {S.WITHHELD}
    assert "“oder”" in told(desk)[0].fault
    desk.policy(templates=(replace(broken, text="{{ order }} comes"),))
    step(desk)
    assert {m.state for m in told(desk)} == {S.QUEUED}


# --- on the road -----------------------------------------------------------------------------------------------------


def test_the_interval_is_told_when_the_round_begins_and_again_only_when_it_moves_far(desk: Desk) -> None:
    step(desk)
    settle(desk)
    live = on_road(desk, 1)
    step(desk, live)
    assert len(told(desk, E.OUT)) == 5
    assert not told(desk, E.NEAR)
    settle(desk)
    step(desk, on_road(desk, 1, late=timedelta(minutes=25)))
    assert not told(desk, E.DELAYED)
    step(desk, on_road(desk, 1, late=timedelta(minutes=50)))
    assert len(told(desk, E.DELAYED)) == 5
    settle(desk)
    step(desk, on_road(desk, 1, late=timedelta(minutes=240)))
    assert len(told(desk, E.DELAYED)) == 5
    out, late = told(desk, E.OUT)[0], told(desk, E.DELAYED)[0]
    promised, moved = promise_of(out.key), promise_of(late.key)
    assert promised
    assert moved
    assert timedelta(minutes=30) < moved.until - promised.until < timedelta(minutes=80)
    assert f"{moved.until.astimezone(days.ZONE):%H:%M}" in late.text


def test_a_round_that_its_driver_began_is_told_without_a_position(desk: Desk) -> None:
    shift_id, ids = first_round(desk)
    assert desk.workplace.live
    outlook = desk.outlook()
    send(desk.workplace.live.logbook, outlook, desk.clock())
    desk.clock.now = days.clock("08:00")
    phone = pair(desk.workplace.live.logbook, outlook.day.shifts[shift_id].driver_id, desk.clock())
    quiet = a_live_day(board(desk), [])
    assert step(desk, quiet) == Told()
    act(desk.workplace.live.logbook, phone, "begin", shift_id, desk.clock())
    assert step(desk) == Told()  # nobody follows the road yet
    assert step(desk, quiet).made == 6
    assert {m.order_id for m in told(desk, E.OUT)} == set(ids)


def test_nearly_there_is_told_so_many_stops_before_and_not_just_after_setting_out(desk: Desk) -> None:
    live = on_road(desk, 1, "08:10")
    step(desk, live)
    desk.clock.now = days.clock("08:24")
    step(desk, live)
    assert not told(desk, E.NEAR)
    desk.clock.now = days.clock("08:25")
    step(desk, live)
    _, ids = first_round(desk)
    near = {m.order_id: m for m in told(desk, E.NEAR)}
    assert list(near) == list(ids[1:5])
    assert "You are next" in near[ids[1]].text
    assert "One more stop" in near[ids[2]].text
    assert "3 stops before you" in near[ids[4]].text
    assert near[ids[1]].expires_at == desk.clock() + timedelta(minutes=20)


def test_what_waits_is_let_go_when_the_stop_is_done(desk: Desk) -> None:
    step(desk, on_road(desk, 1))
    step(desk, on_road(desk, 3))
    _, ids = first_round(desk)
    gone = {m.order_id for m in told(desk, E.OUT) if m.state is S.EXPIRED}
    assert gone == set(ids[1:3])


def test_what_waits_of_the_road_stays_while_nobody_follows_it(desk: Desk) -> None:
    live = on_road(desk, 2)
    step(desk, live)
    before = told(desk)
    assert {m.event for m in before} == {E.OUT, E.DELIVERED}
    assert step(desk) == Told()
    assert told(desk) == before


def test_the_day_on_the_road_is_told_of_while_another_one_is_shown(desk: Desk) -> None:
    live = on_road(desk, 1)
    today = Today(desk.outlook().day, live)
    assert desk.desk.step(desk.desk.beside(today), today.live).made == 6
    assert desk.desk.beside(today) is desk.desk.beside(today)
    assert desk.desk.step(desk.desk.beside(today), today.live) == Told()


def test_a_promise_does_not_begin_before_the_window_opens(desk: Desk) -> None:
    _, ids = first_round(desk)
    order = desk.outlook().day.orders[ids[0]]
    window = TimeWindow(days.clock("12:00"), days.clock("14:00"))
    desk.workplace.store.write("Window", lambda uow: uow.put_orders([replace(order, windows=(window,))]))
    step(desk)
    (message,) = [m for m in told(desk) if m.order_id == order.id]
    promise = promise_of(message.key)
    assert promise
    assert promise.since == days.clock("12:00")


# --- afterwards ------------------------------------------------------------------------------------------------------


def test_delivered_and_failed_are_told_once_the_driver_cannot_take_it_back(desk: Desk) -> None:
    shown, (shift_id, ids) = board(desk), first_round(desk)
    desk.clock.now = days.clock("10:00")
    at = desk.clock()
    done = attempt(shown, ids[0], at=at, received_at=at, handover=Handover.NEIGHBOUR)
    failed = attempt(shown, ids[1], Outcome.FAILED, at=at, received_at=at, reason="NOT_HOME")
    live = a_live_day(shown, [driven(shown, shift_id, 2)], [done, failed], at=at)
    step(desk, live)
    (delivered,), (missed,) = told(desk, E.DELIVERED), told(desk, E.FAILED)
    assert "delivered at 10:00, left with a neighbour" in delivered.text
    assert "nobody was there" in missed.text
    assert delivered.not_before == missed.not_before == at + timedelta(seconds=RoadPolicy().undo_s)
    assert delivered.expires_at == at + timedelta(hours=24)
    # taken back, and said otherwise
    other = replace(done, outcome=Outcome.FAILED, reason="REFUSED")
    step(desk, a_live_day(shown, [driven(shown, shift_id, 2)], [other, failed], at=at))
    (delivered,) = told(desk, E.DELIVERED)
    assert delivered.state is S.EXPIRED
    assert len(told(desk, E.FAILED)) == 2
    desk.clock.now += timedelta(hours=25)
    step(desk, a_live_day(shown, [], [done, failed], at=at))
    assert len(told(desk, E.DELIVERED)) == 1


def test_a_failed_attempt_is_told_though_the_order_is_planned_for_another_day_by_now(desk: Desk) -> None:
    shown, (_, ids) = board(desk), first_round(desk)
    at = desk.clock.now = days.clock("10:00")
    failed = attempt(shown, ids[0], Outcome.FAILED, at=at, received_at=at, reason="NOT_HOME")
    order = shown.day.orders[ids[0]]
    moved = replace(order, date=days.DATE + timedelta(days=1), attempt=2)

    def move(uow: Any) -> None:
        uow.set_routes({r.shift_id: [s for s in r.stops if s.order_id != order.id] for r in uow.plan(days.DATE).routes})
        uow.put_orders([moved])

    desk.workplace.store.write("Move", move)
    assert order.id not in desk.outlook().day.orders
    step(desk, a_live_day(shown, [], [failed], at=at))
    (message,) = told(desk, E.FAILED)
    assert message.order_id == order.id
    desk.clock.now += timedelta(minutes=2)
    served = settle(desk)
    assert served.got()[message.to] == 1


# --- one-time codes --------------------------------------------------------------------------------------------------


def with_code(desk: Desk) -> OrderId:
    _, ids = first_round(desk)
    order = replace(desk.outlook().day.orders[ids[0]], asked=Asked({ProofKind.CODE: Need.REQUIRED}))
    desk.workplace.store.write("Code", lambda uow: uow.put_orders([order]))
    return order.id


def digits(desk: Desk, order_id: OrderId) -> str:
    assert desk.workplace.live
    secret = depot_secret(desk.desk.folder)
    return desk.workplace.live.logbook.read(lambda book: code_of(book, order_id, 1, secret)) or ""


def test_a_code_is_issued_and_told_alone_before_the_round_and_its_digits_only_leave_by_the_line(desk: Desk) -> None:
    order_id = with_code(desk)
    step(desk)
    assert not told(desk, E.CODE)
    desk.clock.now = days.clock("07:00")  # in the quiet hours, an hour before the round
    desk.policy(page=True, page_origin="https://track.example.org")
    step(desk)
    (message,) = told(desk, E.CODE)
    assert CODE_MARK in message.text
    assert "https" not in message.text
    assert digits(desk, order_id) not in message.text
    assert message.not_before is None
    served = settle(desk)
    (body,) = served.taken
    assert digits(desk, order_id) in body["text"]
    (kept,) = told(desk, E.CODE)
    assert (kept.state, kept.text) == (S.SENT, message.text)
    assert step(desk) == Told()


def test_a_line_that_says_the_code_again_is_quoted_without_it(desk: Desk) -> None:
    order_id = with_code(desk)
    desk.clock.now = days.clock("07:30")
    step(desk)
    said: list[str] = []

    def answers(asked: dict[str, Any]) -> tuple[int, str]:
        text = json.loads(asked["body"])["text"]
        said.append(text)
        return (400, f"blocked: {text}") if len(said) == 1 else (200, json.dumps({"id": f"taken: {text}"}))

    with gateway(Gateway(answers=answers)) as sms:
        desk.policy(sms=sms_line(sms.url))
        desk.desk.send_some()
        (message,) = told(desk, E.CODE)
        assert message.fault.startswith("400 blocked")
        desk.desk.send_again(message.id, "Anna")
        desk.desk.send_some()
    code, (after,) = digits(desk, order_id), told(desk, E.CODE)
    assert [code in text for text in said] == [True, True]
    assert after.line_id.startswith("taken: ")
    for kept in (message, after):
        assert not [words for words in (kept.fault, kept.line_id, kept.text, kept.subject) if code in words]


def test_a_code_that_was_made_anew_is_told_anew_and_the_void_one_not(desk: Desk) -> None:
    order_id = with_code(desk)
    desk.clock.now = days.clock("07:30")
    step(desk)
    day = desk.outlook().day
    assert desk.workplace.live
    issue_codes(
        desk.workplace.live.logbook, [day.orders[order_id]], policy=day.depot.road, zone=days.ZONE,
        secret=depot_secret(desk.desk.folder), now=desk.clock(), anew=True,
    )  # fmt: skip
    step(desk)
    assert [m.state for m in told(desk, E.CODE)] == [S.EXPIRED, S.QUEUED]
    served = settle(desk)
    assert [digits(desk, order_id) in body["text"] for body in served.taken] == [True]


# --- links -----------------------------------------------------------------------------------------------------------


def test_the_page_of_the_order_is_linked_where_the_depot_has_pages(desk: Desk) -> None:
    desk.policy(page=True, page_origin="https://track.example.org")
    step(desk)
    assert all("https://track.example.org/t/" in message.text for message in told(desk))
    assert len({message.text.rpartition("/t/")[2] for message in told(desk)}) == 12


def test_nobody_is_told_by_two_channels(desk: Desk) -> None:
    step(desk)
    settle(desk)
    desk.policy(prefer=Channel.EMAIL)
    assert step(desk) == Told()
    assert {m.to for m in told(desk)} == {number(n) for n in range(12)}


def test_who_asked_for_no_messages_is_withheld(desk: Desk) -> None:
    desk.desk.opt_out(Channel.EMAIL, "customer0@example.org", "Anna")
    step(desk)
    assert [m.fault for m in told(desk) if m.state is S.WITHHELD] == ["asked for no messages"]
