"""What 1,000 messages cost: making them, and sending them by a real mail server and a real gateway that fail often."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

from dispatcher.domain.messages import Channel, MessageState
from dispatcher.messages.fields import Facts
from dispatcher.messages.templates import shipped
from dispatcher.messages.words import text_of
from tests.fixtures import days
from tests.fixtures.lines import DROP, Gateway, MailServer, gateway, mail_server
from tests.fixtures.outbox import Clock, contact, mail_line, open_desk, sms_line, waiting

MESSAGES = 1_000
ON = (
    f"{MESSAGES} messages, half by SMTP and half by HTTP; 1 in 10 dropped after it was handed over, 1 in 3 refused once"
)


def run() -> Iterator[dict[str, Any]]:
    """Seconds, and how many people were told twice or are not accounted for."""
    yield from _sent()
    yield from _told()


def _sent() -> Iterator[dict[str, Any]]:
    with TemporaryDirectory() as folder, open_desk(Path(folder)) as desk:
        desk.put(*(waiting(n, Channel.SMS if n % 2 else Channel.EMAIL) for n in range(MESSAGES)))
        tries: Counter[str] = Counter()

        def answers(asked: dict[str, Any]) -> tuple[int, str] | str:
            body = asked["body"]
            tries[body] += 1
            fault = crc32(body.encode()) % 100
            if fault < 10:
                return DROP
            first = tries[body] == 1 and fault < 43
            return ((500, "broken"), (200, '{"error": "no credit"}'))[fault % 2] if first else (200, '{"id": "G1"}')

        def data(to: str) -> str | None:
            tries[to] += 1
            fault = crc32(to.encode()) % 100
            return DROP if fault < 10 else "451 later" if fault < 43 and tries[to] == 1 else None

        with gateway(Gateway(answers=answers)) as sms, mail_server(MailServer(data=data)) as mail:
            desk.policy(sms=sms_line(sms.url, taken='"id"'), mail=mail_line(mail.port))
            taken_s, _ = _timed(lambda: desk.run_until_settled(2_000))
        got = sms.got() + mail.got()
        allowed = {MessageState.SENT: {1}, MessageState.UNKNOWN: {0, 1}, MessageState.FAILED: {0}}
        wrong = sum(got[m.to] not in allowed.get(m.state, ()) for m in desk.all())
        states = Counter(m.state.value for m in desk.all())
        yield _figure("told twice, or told and not shown so", wrong, "messages", 0, f"{ON}: {dict(states)}")
        yield _figure("sending all", round(taken_s, 1), "s", 60, ON)


def _told() -> Iterator[dict[str, Any]]:
    clock = Clock(days.clock("17:00") - timedelta(days=1))
    with TemporaryDirectory() as folder, open_desk(Path(folder), clock) as desk:
        day = days.make_day(MESSAGES, 20, seed=4, windows=0.0)
        orders = {o.id: replace(o, contact=contact(n)) for n, o in enumerate(day.orders.values())}
        ids, shifts = list(orders), list(day.shifts)
        size = MESSAGES // len(shifts)
        routes = {shift: ids[n * size : (n + 1) * size] for n, shift in enumerate(shifts)}
        planned = days.with_plan(replace(day, orders=orders), routes)
        desk.fill(replace(planned, depot=desk.workplace.depot))
        outlook, on = desk.outlook(), f"{MESSAGES} orders on {len(shifts)} rounds"
        taken_s, told = _timed(lambda: desk.desk.step(outlook))
        assert told.made == MESSAGES
        yield _figure("telling everybody of tomorrow", round(taken_s, 2), "s", 5, on)
        taken_s, told = _timed(lambda: desk.desk.step(outlook))
        assert told.made == 0
        yield _figure("a step that finds nothing new", round(taken_s * 1_000), "ms", 500, on)
        template = shipped(next(iter(desk.workplace.depot.road.messages.events)), Channel.SMS, "en")
        assert template
        facts = Facts(day.orders[ids[0]], "Depot", days.ZONE, since=clock(), until=clock(), at=clock())
        taken_s, _ = _timed(lambda: [text_of(template, facts) for _ in range(MESSAGES)])
        yield _figure("putting one into words", round(taken_s * 1_000), "µs", 1_000, "a shipped template")


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def _figure(name: str, value: float, unit: str, goal: float, on: str) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "goal": goal, "ok": value <= goal, "on": on}
