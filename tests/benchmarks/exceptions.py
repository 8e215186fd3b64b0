"""How long the exception desk takes on a day of 5,000 stops with 300 exceptions: a step, the board, priced offers."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.ids import DeviceId
from dispatcher.domain.incidents import IncidentKind, Remedy
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt, Outcome, RecordKind
from dispatcher.proof.attempts import to_body
from dispatcher.proof.chain import link
from dispatcher.services import sending
from dispatcher.services.exceptions import ExceptionDesk
from dispatcher.services.home import Home
from dispatcher.services.logbook import LogbookWriter
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import keep

STOPS, DRIVERS, FAILED, DONE = 5_000, 50, 300, 2_500
NOW = days.clock("12:00")
PRICED = 12
"""Exceptions whose offers are asked for; the slowest of them is told."""


def run() -> Iterator[dict[str, Any]]:
    """Figures in seconds."""
    with TemporaryDirectory() as folder:
        home, clock = Home(Path(folder)), lambda: NOW
        stores = partial(open_store, clock=clock, author="Anna")
        slug = create_depot(home, days.make_depot(), open_store=stores)
        books = partial(open_logbook, clock=clock)
        with open_workplace(home, slug, open_store=stores, clock=clock, open_logbook=books) as workplace:
            _fill(workplace)
            yield from _figures(workplace, ExceptionDesk(workplace, clock=clock))


def _figures(workplace: Workplace, desk: ExceptionDesk) -> Iterator[dict[str, Any]]:
    first_s, changed = _timed(lambda: desk.step(None, None))
    assert changed
    yield _figure("first step of the day, raising all", first_s, 5.0)
    again_s, changed = _timed(lambda: desk.step(None, None))
    assert not changed
    yield _figure("step", again_s, 1.0)
    board_s, board = _timed(lambda: desk.board(days.DATE))
    assert board.by_kind[IncidentKind.FAILED] == FAILED
    yield _figure("board", board_s, 1.0)
    day = workplace.store.read(lambda reader: reader.day(days.DATE))
    outlook = workplace.desk.look(day, why=False)
    asked = []
    for shown in board.shown[:: FAILED // PRICED]:
        taken_s, offers = _timed(partial(desk.offers, shown.incident.id, outlook, None))
        assert any(offer.remedy is Remedy.AGAIN_TODAY and offer.price for offer in offers), offers
        asked.append(taken_s)
    yield _figure("offers of one, the slowest", max(asked), 0.5)


def _fill(workplace: Workplace) -> None:
    day = days.make_day(STOPS, DRIVERS, seed=1, windows=0.0, collections=0.0)
    places = {order_id: order.address.place or day.depot.place for order_id, order in day.orders.items()}
    ids, each = sorted(places, key=lambda o: places[o].lon), STOPS // DRIVERS
    strips = [sorted(ids[n : n + each], key=lambda o: places[o].lat) for n in range(0, STOPS, each)]
    routes = dict(zip(day.shifts, strips, strict=True))
    late = {s: replace(shift, ends_at=shift.ends_at + timedelta(hours=12)) for s, shift in day.shifts.items()}
    day = replace(days.with_plan(day, routes), shifts=late)
    workplace.store.write("Fill", lambda uow: keep(uow, day))
    assert workplace.live
    day = workplace.store.read(lambda reader: reader.day(days.DATE))
    sending.send(workplace.live.logbook, workplace.desk.look(day, why=False), NOW)
    workplace.live.logbook.write(partial(_drive, day=day))


def _drive(book: LogbookWriter, *, day: Day) -> None:
    """Half of every round is done; six stops of each in vain."""
    head = None
    for route in day.plan.routes:
        shift = day.shifts[route.shift_id]
        for place, order_id in enumerate(route.order_ids[: DONE // DRIVERS]):
            failed = place < FAILED // DRIVERS
            at = shift.starts_at + timedelta(minutes=4 * place)
            outcome = Outcome.FAILED if failed else Outcome.DELIVERED
            attempt = Attempt(
                f"key-{order_id}", order_id, shift.id, shift.driver_id, DeviceId("phone"), 1, outcome, at, at,
                reason="NOT_HOME" if failed else "",
            )  # fmt: skip
            said = {"key": attempt.key, "order_id": order_id, "on": days.DATE.isoformat(), "at": at}
            head = link(head, kind=RecordKind.ATTEMPT, body=to_body(attempt), **said)  # type: ignore[arg-type]
            book.put_record(head)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def _figure(name: str, value_s: float, goal_s: float) -> dict[str, Any]:
    return {
        "name": name, "value": round(value_s, 3), "unit": "s", "goal": goal_s, "ok": value_s <= goal_s,
        "on": f"{STOPS} stops, {FAILED} exceptions, straight roads",
    }  # fmt: skip
