"""The outbox on real lines: nobody is told twice whatever happens, nothing is lost, nothing is sent too late."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.messages import Channel, Event, MailLine, MessageState, SmsLine, SmsWay
from dispatcher.domain.orders import OrderState
from dispatcher.messages.lines import Handed, Outgoing
from dispatcher.messages.lines_http import HttpLine
from dispatcher.services.outbox_lines import SMS_SECRET, put_secret, secret_of
from dispatcher.services.outbox_sending import MOST_TRIES, backoff, lease
from tests.fixtures import days
from tests.fixtures.lines import DROP, Gateway, MailServer, closed_port, gateway, mail_server
from tests.fixtures.outbox import (
    Clock,
    Desk,
    contact,
    mail_line,
    number,
    open_desk,
    reachable,
    sms_line,
    waiting,
)

SMS, EMAIL = Channel.SMS, Channel.EMAIL
S = MessageState


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "home") as opened:
        yield opened


def states(desk: Desk) -> dict[str, MessageState]:
    return {message.id: message.state for message in desk.all()}


def faulty(text: str) -> int:
    """Which of a hundred faults, or none, this is: the same for the same text."""
    return crc32(text.encode()) % 100


def test_each_of_a_hundred_is_told_once_or_shown_as_unknown_whatever_the_lines_do(desk: Desk) -> None:
    tries: dict[str, int] = {}

    def answers(asked: dict[str, Any]) -> tuple[int, str] | str:
        tries[asked["body"]] = n = tries.get(asked["body"], 0) + 1
        fault = faulty(asked["body"])
        if fault < 10:
            return DROP
        if fault < 15:
            return 504, "nobody behind me"
        if fault < 25:
            return 400, "bad number"
        if fault < 60 and n == 1:
            return ((500, "broken"), (429, "slower"), (200, '{"error": "no credit"}'))[fault % 3]
        return 200, '{"id": "G1"}'

    def data(to: str) -> str | None:
        tries[to] = n = tries.get(to, 0) + 1
        fault = faulty(to)
        return DROP if fault < 10 else "554 spam" if fault < 20 else "451 later" if fault < 50 and n == 1 else None

    desk.put(*(waiting(n, SMS if n % 2 else EMAIL) for n in range(100)))
    with gateway(Gateway(answers=answers)) as sms, mail_server(MailServer(data=data)) as mail:
        desk.policy(sms=sms_line(sms.url, taken='"id"'), mail=mail_line(mail.port))
        desk.run_until_settled()
    got = sms.got() + mail.got()
    for message in desk.all():
        expected = {S.SENT: (1,), S.UNKNOWN: (0, 1), S.FAILED: (0,)}[message.state]
        assert got[message.to] in expected, message
        assert message.state is S.SENT or message.fault
    found = list(states(desk).values())
    assert min(found.count(state) for state in (S.SENT, S.UNKNOWN, S.FAILED)) >= 3
    assert desk.run_until_settled() == 0
    assert sms.got() + mail.got() == got


def test_who_is_killed_between_lease_and_mark_leaves_it_unknown_and_sends_it_no_more(tmp_path: Path) -> None:
    child: list[subprocess.Popen[bytes]] = []

    def answers(asked: dict[str, Any]) -> tuple[int, str] | str:
        if len(served.received) == 3:
            child[0].send_signal(signal.SIGKILL)
            child[0].wait()
        return 200, '{"id": "G1"}'

    served = Gateway(answers=answers)
    home = tmp_path / "home"
    with gateway(served):
        with open_desk(home) as desk:
            desk.policy(sms=sms_line(served.url))
            desk.put(*(waiting(n, SMS) for n in range(6)))
        code = (
            "from pathlib import Path; from tests.fixtures.outbox import open_desk\n"
            f"with open_desk(Path({str(home)!r})) as desk: desk.desk.send_some()"
        )
        child.append(subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[3]))
        child[0].wait(60)
        with open_desk(home) as again:
            assert list(states(again).values()) == [S.SENT, S.SENT, S.SENDING, S.QUEUED, S.QUEUED, S.QUEUED]
            again.run_until_settled()
            found = [message.state for message in again.all()]
    assert found == [S.SENT, S.SENT, S.UNKNOWN, S.SENT, S.SENT, S.SENT]
    assert served.got() == {number(n): 1 for n in range(6)}


def test_two_desks_do_not_send_the_same(tmp_path: Path) -> None:
    with open_desk(tmp_path / "home") as one:
        message = waiting(1, SMS)
        one.put(message)
        assert one.workplace.live
        policy, zone, now = one.workplace.depot.road.messages, days.ZONE, one.clock()
        take = lambda writer: lease(writer, message, policy, zone, now, "line")
        first, second = one.workplace.live.logbook.write(take), one.workplace.live.logbook.write(take)
    assert first
    assert first.state is S.SENDING
    assert second is None


def test_without_a_line_everything_waits(desk: Desk) -> None:
    desk.put(waiting(1, SMS), waiting(2, EMAIL))
    assert desk.desk.send_some().next_at is None
    assert set(states(desk).values()) == {S.QUEUED}


def test_a_line_that_is_not_there_rests_and_nothing_is_lost(desk: Desk) -> None:
    desk.policy(sms=sms_line(f"http://127.0.0.1:{closed_port()}/"))
    desk.put(*(waiting(n, SMS) for n in range(3)))
    sent = desk.desk.send_some()
    assert sent.next_at == desk.clock() + timedelta(seconds=30)
    assert "refused" in desk.desk.box(days.DATE).lines[SMS].fault
    for _ in range(3 * MOST_TRIES):
        desk.clock.now = desk.desk.send_some().next_at or desk.clock.now
    assert {message.tries for message in desk.all()} == {0}
    with gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url))
        desk.run_until_settled()
    assert served.got() == {number(n): 1 for n in range(3)}
    assert not desk.desk.box(days.DATE).lines[SMS].fault


def test_what_is_refused_again_and_again_is_given_up_after_six_tries(desk: Desk) -> None:
    desk.put(waiting(1, SMS))
    with gateway(Gateway(answers=lambda _asked: (500, "broken"))) as served:
        desk.policy(sms=sms_line(served.url))
        begun = desk.clock()
        desk.run_until_settled()
    (message,) = desk.all()
    assert (message.state, message.tries, len(served.received)) == (S.FAILED, MOST_TRIES, MOST_TRIES)
    assert message.fault == "500 broken"
    assert timedelta(seconds=930) <= desk.clock() - begun <= timedelta(seconds=930 * 1.25)


def test_the_pause_doubles_with_a_little_of_its_own() -> None:
    for tries in range(1, MOST_TRIES):
        found = backoff("message", tries).total_seconds()
        assert 30 * 2 ** (tries - 1) <= found <= 30 * 2 ** (tries - 1) * 1.25
    assert backoff("one", 1) != backoff("another", 1)


def test_what_is_too_late_is_not_sent(desk: Desk) -> None:
    desk.put(waiting(1, SMS, expires_at=desk.clock()), waiting(2, SMS, expires_at=desk.clock() + timedelta(minutes=1)))
    desk.desk.send_some()
    assert states(desk) == {"message-00001": S.EXPIRED, "message-00002": S.QUEUED}
    desk.clock.now += timedelta(minutes=1)
    with gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url))
        desk.run_until_settled()
    assert set(states(desk).values()) == {S.EXPIRED}
    assert not served.received


def test_order_is_kept_and_no_more_go_than_a_modem_takes_in_a_minute(desk: Desk) -> None:
    desk.put(*(waiting(n, SMS) for n in range(10)))
    begun = desk.clock()
    with gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url, per_minute=4))
        assert desk.desk.send_some().counts == {S.SENT: 4}
        assert desk.desk.send_some().next_at == begun + timedelta(minutes=1)
        desk.run_until_settled()
    assert [body["to"] for body in served.taken] == [number(n) for n in range(10)]
    assert desk.clock() - begun == timedelta(minutes=2)


def test_a_cancelled_send_stops_between_two_messages(desk: Desk) -> None:
    desk.put(*(waiting(n, SMS) for n in range(5)))
    with gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url))
        sent = desk.desk.send_some(lambda: len(served.received) == 2)
    assert (sent.counts, sent.next_at) == ({S.SENT: 2}, desk.clock())


def test_many_that_wait_for_another_try_do_not_keep_back_those_behind_them(desk: Desk) -> None:
    desk.put(*(waiting(n, SMS) for n in range(6)))
    with gateway(Gateway(answers=lambda _asked: (500, "broken"))) as served:
        desk.policy(sms=sms_line(served.url))
        assert [desk.desk.send_some(most=2).counts.total() for _ in range(4)] == [2, 2, 2, 0]  # type: ignore[attr-defined]
    assert {message.tries for message in desk.all()} == {1}


def test_quiet_hours_hold_what_is_sent_in_the_evening(desk: Desk) -> None:
    desk.clock.now = days.clock("22:00")
    desk.put(waiting(1, SMS))
    with gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url))
        desk.desk.send_some()
        assert not served.received
        desk.run_until_settled()
    assert desk.clock() == days.clock("08:00") + timedelta(days=1)
    assert len(served.taken) == 1


def test_who_opted_out_gets_nothing_that_waited_or_comes(desk: Desk) -> None:
    order = days.make_order(1, None, contact=contact(1))
    desk.workplace.store.write("Order", lambda uow: uow.put_orders([order]))
    desk.put(waiting(1, SMS))
    desk.desk.opt_out(SMS, "0151 12000001", "Anna")
    assert states(desk) == {"message-00001": S.WITHHELD}
    assert desk.desk.box(days.DATE).opt_outs[0].how == "said to Anna"
    with pytest.raises(KnownError, match="asked for no messages"):
        desk.desk.write_message(order, "Hello", "Anna")
    with pytest.raises(KnownError, match="asked for no messages"):
        desk.desk.send_again("message-00001", "Anna")
    desk.desk.opt_in(SMS, number(1), "Anna")
    assert desk.desk.send_again("message-00001", "Anna").state is S.QUEUED


def test_messages_about_orders_that_changed_are_not_sent(desk: Desk) -> None:
    orders = [days.make_order(n, None) for n in range(4)]
    orders[1] = replace(orders[1], state=OrderState.CANCELLED)
    orders[2] = replace(orders[2], date=days.DATE + timedelta(days=1))
    orders[3] = replace(orders[3], attempt=2)
    desk.workplace.store.write("Orders", lambda uow: uow.put_orders(orders))
    desk.put(*(waiting(n, SMS, event=Event.OUT, by="") for n in range(5)))
    with gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url))
        desk.run_until_settled()
    assert list(states(desk).values()) == [S.SENT, S.EXPIRED, S.EXPIRED, S.EXPIRED, S.EXPIRED]
    assert served.got() == {number(0): 1}


def test_a_depot_that_tells_nothing_by_itself_sends_what_people_wrote(desk: Desk) -> None:
    desk.workplace.store.write("Orders", lambda uow: uow.put_orders([days.make_order(1, None)]))
    desk.put(waiting(1, SMS, event=Event.OUT, by=""), waiting(2, SMS))
    with gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url), on=False)
        desk.run_until_settled()
    assert served.got() == {number(2): 1}


def test_written_by_hand_and_sent_again_by_hand(desk: Desk) -> None:
    order = days.make_order(1, None, contact=contact(1))
    desk.workplace.store.write("Order", lambda uow: uow.put_orders([order]))
    with gateway(Gateway(answers=lambda _asked: DROP)) as served:
        desk.policy(sms=sms_line(served.url))
        message = desk.desk.write_message(order, " We’re “late” ", " Anna ")
        desk.run_until_settled()
    assert (message.text, message.by, message.event) == ('We\'re "late"', "Anna", Event.WRITTEN)
    assert list(states(desk).values()) == [S.UNKNOWN]
    with gateway(Gateway()) as second:
        desk.policy(sms=sms_line(second.url))
        desk.run_until_settled()
        assert not second.received
        desk.desk.send_again(message.id, "Boris")
        desk.run_until_settled()
    assert second.got() == served.got() == {number(1): 1}
    with pytest.raises(KnownError, match="it is sent"):
        desk.desk.send_again(message.id, "Boris")


def test_what_by_hand_is_refused(desk: Desk) -> None:
    order = days.make_order(1, None, contact=contact(1))
    landline = days.make_order(2, None, contact=replace(contact(2), phone="0241 9600", email=""))
    for text, by, channel, to, what in (
        ("", "Anna", None, order, "empty"),
        ("Hello", " ", None, order, "who"),
        ("Hello", "Anna", SMS, landline, "no mobile number"),
        ("Hello", "Anna", None, landline, "no e-mail address"),
        ("ж" * 700, "Anna", None, order, "11 short messages"),
    ):
        with pytest.raises(BadInput, match=what):
            desk.desk.write_message(to, text, by, channel)
    with pytest.raises(KnownError, match="no such message"):
        desk.desk.drop("nothing", "Anna")
    assert not desk.all()


def test_taken_out_by_hand_and_calls_noted(desk: Desk) -> None:
    desk.put(waiting(1, SMS))
    desk.desk.drop("message-00001", "Anna")
    assert desk.desk.box(days.DATE).counts == {S.WITHHELD: 1}
    call = desk.desk.note_call(waiting(1, SMS).order_id, "Maija", "Comes at five", True, "Anna")
    assert desk.workplace.live
    assert desk.workplace.live.logbook.read(lambda book: book.calls_of(call.order_id)) == [call]
    with pytest.raises(BadInput, match="no words"):
        desk.desk.note_call(call.order_id, "Maija", " ", True, "Anna")


def test_a_line_is_tried_past_the_outbox(desk: Desk) -> None:
    with gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url))
        assert desk.desk.try_line(SMS, "0151 12000001") == "127.0.0.1 took it: G1."
        served.answers = lambda _asked: (401, "who are you")
        with pytest.raises(KnownError, match="who are you"):
            desk.desk.try_line(SMS, number(1))
    with pytest.raises(BadInput, match="no telephone number"):
        desk.desk.try_line(SMS, "abc")
    with pytest.raises(KnownError, match="no line"):
        desk.desk.try_line(EMAIL, "a@example.org")
    assert served.got()[number(1)] == 1
    assert not desk.all()


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"sms": SmsLine(SmsWay.HTTP, url="ftp://x")}, "no address of a gateway"),
        ({"sms": SmsLine(SmsWay.HTTP, url="http://x/", body="{}")}, "does not say"),
        ({"sms": SmsLine(SmsWay.GAMMU, command="no-such-gammu")}, "no program"),
        ({"mail": MailLine("mail.example.org", sender="Depot")}, "no sender"),
    ],
)
def test_a_line_that_cannot_work_is_said_and_messages_wait(desk: Desk, changes: dict[str, Any], what: str) -> None:
    desk.policy(**changes)
    desk.put(waiting(1, SMS), waiting(2, EMAIL))
    desk.desk.send_some()
    assert set(states(desk).values()) == {S.QUEUED}
    assert any(what in line.fault for line in desk.desk.box(days.DATE).lines.values())


def test_secrets_are_files_that_only_their_owner_reads(desk: Desk) -> None:
    put_secret(desk.desk.folder, SMS_SECRET, "s3cret")
    file = desk.desk.folder / SMS_SECRET
    assert file.stat().st_mode & 0o777 == 0o600
    desk.put(waiting(1, SMS))
    with gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url, headers=("Authorization: Bearer {secret}",)))
        desk.run_until_settled()
    assert served.received[0]["headers"]["Authorization"] == "Bearer s3cret"
    put_secret(desk.desk.folder, SMS_SECRET, "")
    assert secret_of(desk.desk.folder, SMS_SECRET) == ""
    with pytest.raises(BadInput):
        put_secret(desk.desk.folder, SMS_SECRET, "two\nlines")


def test_a_copy_to_try_things_out_in_sends_nothing(desk: Desk) -> None:
    copy = replace(desk.workplace, what_if=object())  # type: ignore[arg-type]
    desk.put(waiting(1, SMS))
    with gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url))
        only_looks = type(desk.desk)(copy)
        only_looks.send_some()
        with pytest.raises(KnownError, match="copy"):
            only_looks.drop("message-00001", "Anna")
        assert len(only_looks.box(days.DATE).messages) == 1
    assert not served.received


def test_the_clock_is_the_depots(tmp_path: Path) -> None:
    clock = Clock(days.clock("07:59"))
    with open_desk(tmp_path / "home", clock) as desk, gateway(Gateway()) as served:
        desk.policy(sms=sms_line(served.url))
        desk.put(waiting(1, SMS))
        desk.desk.send_some()
        assert not served.received
        clock.now = days.clock("08:00")
        desk.desk.send_some()
    assert len(served.taken) == 1


def test_whoever_asked_for_no_messages_at_one_address_gets_none_at_the_other(desk: Desk) -> None:
    order = reachable(days.make_order(1, None), 1)
    desk.workplace.store.write("Orders", lambda uow: uow.put_orders([order]))
    desk.put(waiting(1, EMAIL), waiting(2, EMAIL))
    with mail_server(MailServer()) as mail:
        desk.policy(mail=mail_line(mail.port))
        desk.desk.opt_out(SMS, number(1), "Anna")
        desk.run_until_settled()
    assert mail.got() == {"customer2@example.org": 1}
    withheld = next(message for message in desk.all() if message.to == "customer1@example.org")
    assert (withheld.state, withheld.fault) == (S.WITHHELD, "asked for no messages")


def test_a_line_that_breaks_leaves_nothing_in_the_middle_and_rests(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_line: HttpLine, _out: Outgoing) -> Handed:
        raise RuntimeError("a fault of ours")

    desk.put(waiting(1, SMS), waiting(2, SMS))
    with gateway(Gateway()) as sms:
        desk.policy(sms=sms_line(sms.url))
        with monkeypatch.context() as patched:
            patched.setattr(HttpLine, "hand", broken)
            with pytest.raises(RuntimeError):
                desk.desk.send_some()
            desk.desk.send_some()
        assert states(desk) == {waiting(1, SMS).id: S.UNKNOWN, waiting(2, SMS).id: S.QUEUED}
        desk.run_until_settled()
        assert sms.got() == {number(2): 1}
    assert states(desk)[waiting(2, SMS).id] is S.SENT


@pytest.mark.parametrize("answer", ["252 I shall try", "299 well"])
def test_any_answer_of_success_to_a_mail_is_one(desk: Desk, answer: str) -> None:
    desk.put(waiting(1, EMAIL))
    with mail_server(MailServer(data=lambda _to: answer)) as mail:
        desk.policy(mail=mail_line(mail.port))
        desk.run_until_settled()
    assert [message.state for message in desk.all()] == [S.SENT]


@pytest.mark.parametrize("answer", ["what?", "354 go on", "42"])
def test_an_answer_to_a_mail_that_is_none_leaves_it_unknown(desk: Desk, answer: str) -> None:
    asked: list[str] = []
    desk.put(waiting(1, EMAIL))
    with mail_server(MailServer(data=lambda to: asked.append(to) or answer)) as mail:  # type: ignore[func-returns-value]
        desk.policy(mail=mail_line(mail.port))
        desk.run_until_settled()
    (message,) = desk.all()
    assert message.state is S.UNKNOWN
    assert len(asked) == 1


def test_a_name_that_no_server_can_have_is_no_fault_of_the_messages(desk: Desk) -> None:
    desk.put(waiting(1, SMS), waiting(2, EMAIL))
    mail, sms = MailLine("mail..example.org", sender="Depot <depot@example.org>"), sms_line("http://sms..example.org/")
    desk.policy(mail=mail, sms=sms)
    desk.desk.send_some()
    assert set(states(desk).values()) == {S.QUEUED}
    assert all("is no name of a" in line.fault for line in desk.desk.box(days.DATE).lines.values())


def test_a_gateway_that_says_its_token_again_is_quoted_without_it(desk: Desk) -> None:
    put_secret(desk.desk.folder, SMS_SECRET, "hush-4711")
    desk.put(waiting(1, SMS))
    with gateway(Gateway(answers=lambda _asked: (401, '"token hush-4711 is not known"'))) as sms:
        desk.policy(sms=sms_line(sms.url))
        desk.desk.send_some()
    fault = desk.desk.box(days.DATE).lines[SMS].fault
    assert "is not known" in fault
    assert "4711" not in fault
