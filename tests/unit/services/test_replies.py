"""What customers write back: kept once, put to its order, and obeyed at once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatcher.domain.messages import Channel, MessageState, Reply, SmsLine, SmsWay
from dispatcher.services.replies import take_reply
from tests.fixtures import days
from tests.fixtures.outbox import Desk, number, open_desk, waiting

SMS, EMAIL = Channel.SMS, Channel.EMAIL
S = MessageState


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "home") as opened:
        yield opened


def came(desk: Desk, text: str, sender: str = number(1), key: str = "k1", channel: Channel = SMS, **late: Any) -> Reply:
    assert desk.workplace.live
    at = desk.clock() + timedelta(**late)
    return desk.workplace.live.logbook.write(lambda w: take_reply(w, channel, sender, text, at, key))


def sent(n: int, minutes: int, **changes: Any) -> Any:
    return waiting(n, SMS, state=S.SENT, sent_at=days.clock("12:00") - timedelta(minutes=minutes), **changes)


def test_a_reply_stands_on_the_order_it_answers(desk: Desk) -> None:
    desk.put(sent(1, 30), sent(2, 20, to=number(1)), sent(3, 10))
    desk.put(sent(4, -10, to=number(1)))  # went out after the reply
    reply = came(desk, "I am at the back door", sender="0151 12 000001")
    assert (reply.order_id, reply.sender, reply.opted) == (sent(2, 20).order_id, number(1), None)
    assert desk.desk.box(days.DATE).replies == [reply]
    desk.desk.seen(reply.id, "Anna")
    (seen,) = desk.desk.box(days.DATE).replies
    assert (seen.seen_by, seen.seen_at) == ("Anna", desk.clock())


def test_a_strangers_reply_is_kept_without_an_order(desk: Desk) -> None:
    desk.put(sent(1, 30), waiting(2, SMS))
    assert came(desk, "Who is this?", sender="+358401234567").order_id is None
    assert came(desk, "Buy!", sender="INFO", key="k2").sender == "INFO"
    assert came(desk, "Not sent yet", sender=number(2), key="k3").order_id is None
    assert len(desk.desk.box(days.DATE).replies) == 3


def test_the_same_reply_is_kept_once(desk: Desk) -> None:
    first, again = came(desk, "Hello"), came(desk, "Hello", minutes=1)
    assert again == first
    unnamed = came(desk, "Hello", key="")
    assert came(desk, "Hello", key="") == unnamed
    assert came(desk, "Hello", key="", minutes=1).id != unnamed.id
    assert len(desk.desk.box(days.DATE).replies) == 3


def test_stop_is_obeyed_at_once_and_start_takes_it_back(desk: Desk) -> None:
    desk.put(waiting(1, SMS), waiting(2, SMS), sent(3, 5, to=number(1)))
    reply = came(desk, "Stop!")
    assert reply.opted is True
    assert {m.id: m.state for m in desk.all()} == {
        "message-00001": S.WITHHELD, "message-00002": S.QUEUED, "message-00003": S.SENT,
    }  # fmt: skip
    (opt_out,) = desk.desk.box(days.DATE).opt_outs
    assert (opt_out.channel, opt_out.to, opt_out.how) == (SMS, number(1), "replied Stop!")
    assert came(desk, "START", key="k2").opted is False
    assert not desk.desk.box(days.DATE).opt_outs
    # the gateway sends the first one again
    came(desk, "Stop!", minutes=5)
    assert not desk.desk.box(days.DATE).opt_outs


def test_mail_is_answered_by_its_address_however_it_is_written(desk: Desk) -> None:
    desk.put(waiting(1, EMAIL, state=S.SENT, sent_at=days.clock("11:00")))
    reply = came(desk, "unsubscribe", sender="Customer1@Example.ORG", channel=EMAIL)
    assert (reply.order_id, reply.opted) == (sent(1, 0).order_id, True)


def test_what_nobody_can_read_is_made_readable(desk: Desk) -> None:
    reply = came(desk, "a\x00b\x1b[31m\nc\u202e" + "x" * 5_000)
    assert reply.text.startswith("ab[31m\nc")
    assert len(reply.text) == 2_000


def test_a_modems_daemon_is_read_and_its_files_put_away(desk: Desk, tmp_path: Path) -> None:
    gammu = tmp_path / "gammu"
    gammu.write_text("#!/bin/sh\n")
    gammu.chmod(0o755)
    desk.policy(sms=SmsLine(SmsWay.GAMMU, command=str(gammu)))
    desk.put(sent(1, 5))
    inbox = desk.desk.folder / "inbox"
    inbox.mkdir(parents=True)
    file = inbox / f"IN20260615_120000_00_{number(1)}_00.txt"
    file.write_text("lopeta")
    assert desk.desk.send_some().replies == 1
    assert desk.desk.send_some().replies == 0
    assert [reply.opted for reply in desk.desk.box(days.DATE).replies] == [True]
    assert not file.exists()
    assert (inbox / "taken" / file.name).exists()


@pytest.mark.parametrize("sender", ["4915112000001", "004915112000001", "015112000001", "+49 151 12 000001"])
def test_a_number_that_lost_its_plus_is_the_customers(desk: Desk, sender: str) -> None:
    desk.put(sent(1, 30), waiting(2, SMS, to=number(1)))
    reply = came(desk, "STOP", sender=sender)
    assert (reply.sender, reply.order_id) == (number(1), sent(1, 30).order_id)
    assert [each.to for each in desk.desk.box(days.DATE).opt_outs] == [number(1)]
    assert S.QUEUED not in {message.state for message in desk.all()}


def test_a_strangers_number_without_a_plus_is_the_mobile_one(desk: Desk) -> None:
    assert came(desk, "Stop", sender="4915112000009").sender == number(9)
    assert came(desk, "Stop", sender="436641234567", key="k2").sender == "+436641234567"
    assert came(desk, "Stop", sender="72404", key="k3").sender == "72404"
