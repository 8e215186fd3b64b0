"""Rounds sent to phones: versions rise when a driver would see a difference, and only then."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from db.logbook.opening import open_logbook
from dispatcher.domain.errors import KnownError
from dispatcher.domain.proof import Asked, Need, ProofKind
from dispatcher.services import plan, sending
from dispatcher.services.logbook import Logbook
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace
from tests.fixtures import days
from tests.unit.services.conftest import now


@pytest.fixture
def logbook(tmp_path: Path):
    book = open_logbook(tmp_path, clock=now)
    yield book
    book.close()


def outlook(workplace: Workplace) -> Outlook:
    return workplace.desk.look(workplace.store.read(lambda r: r.day(days.DATE)), why=False)


def rounds(logbook: Logbook):
    return {r.shift_id: r for r in logbook.read(lambda r: r.rounds_on(days.DATE))}


def test_every_round_with_stops_goes_out_once(workplace: Workplace, logbook: Logbook) -> None:
    sent = sending.send(logbook, outlook(workplace), now())
    assert (sent.rounds, len(sent.changed), sent.withdrawn) == (2, 2, ())
    again = sending.send(logbook, outlook(workplace), now() + timedelta(hours=1))
    assert (again.rounds, again.changed) == (2, ())
    assert {r.version for r in rounds(logbook).values()} == {1}


def test_a_round_tells_a_driver_all_they_need(workplace: Workplace, logbook: Logbook) -> None:
    sending.send(logbook, outlook(workplace), now())
    body = next(iter(rounds(logbook).values())).body
    stop = body["stops"][0]
    day = outlook(workplace).day
    order = day.orders[stop["order_id"]]
    assert (stop["number"], stop["turn"], stop["lat"]) == (order.number, 1, order.address.place.lat)
    assert [s["turn"] for s in body["stops"]] == [1, 2, 3, 4]
    assert stop["needs"]["delivering"]["signature"] == "asked"
    assert stop["needs"]["delivering"]["cash"] == "off"
    assert {r["code"] for r in body["reasons"]} >= {"NOT_HOME", "OTHER"}


def test_only_the_rounds_that_changed_are_another_version(workplace: Workplace, logbook: Logbook) -> None:
    sending.send(logbook, outlook(workplace), now())
    first, second, third = outlook(workplace).day.shifts
    moving = outlook(workplace).day.plan.routes[0].order_ids[0]
    workplace.store.write("Move", lambda uow: plan.move_orders(uow, order_ids=[moving], to_shift=third))
    sent = sending.send(logbook, outlook(workplace), now())
    assert set(sent.changed) == {first, third}
    assert {s: r.version for s, r in rounds(logbook).items()} == {first: 2, second: 1, third: 1}


def test_what_an_order_asks_for_reaches_the_door(workplace: Workplace, logbook: Logbook) -> None:
    order = next(iter(outlook(workplace).day.orders.values()))
    asked = Asked({ProofKind.CODE: Need.REQUIRED}, cash_due=1250)
    workplace.store.write("Ask", lambda uow: uow.put_orders([replace(order, asked=asked)]))
    sending.send(logbook, outlook(workplace), now())
    (stop,) = [s for r in rounds(logbook).values() for s in r.body["stops"] if s["order_id"] == order.id]
    assert stop["has_code"]
    assert (stop["cash_due"], stop["needs"]["delivering"]["cash"]) == (1250, "required")


def test_a_shift_taken_off_the_day_is_withdrawn_and_comes_back(workplace: Workplace, logbook: Logbook) -> None:
    sending.send(logbook, outlook(workplace), now())
    shift = next(iter(outlook(workplace).day.shifts))
    workplace.store.write("Ill", lambda uow: uow.remove_shift(shift))
    assert sending.send(logbook, outlook(workplace), now()).withdrawn == (shift,)
    assert logbook.read(lambda r: sending.standing(r, days.DATE)).rounds == 1
    assert sending.send(logbook, outlook(workplace), now()).withdrawn == ()
    workplace.store.undo()
    sent = sending.send(logbook, outlook(workplace), now())
    assert sent.changed == (shift,)
    assert rounds(logbook)[shift].version == 3


def test_an_emptied_round_is_news_to_its_driver(workplace: Workplace, logbook: Logbook) -> None:
    sending.send(logbook, outlook(workplace), now())
    route = outlook(workplace).day.plan.routes[0]
    workplace.store.write("Empty", lambda uow: plan.unassign(uow, order_ids=route.order_ids))
    assert sending.send(logbook, outlook(workplace), now()).changed == (route.shift_id,)
    assert rounds(logbook)[route.shift_id].body["stops"] == []


def test_another_driver_of_a_round_has_seen_nothing_of_it(workplace: Workplace, logbook: Logbook) -> None:
    sending.send(logbook, outlook(workplace), now())
    first, _, third = outlook(workplace).day.shifts.values()
    logbook.write(lambda book: book.put_round(replace(rounds(logbook)[first.id], accepted=1, fetched=1)))
    workplace.store.write("Off", lambda uow: uow.remove_shift(third.id))
    taken = replace(first, driver_id=third.driver_id)
    workplace.store.write("Take over", lambda uow: uow.put_shifts([taken]))
    sending.send(logbook, outlook(workplace), now())
    sent = rounds(logbook)[first.id]
    assert (sent.driver_id, sent.version, sent.accepted, sent.fetched) == (third.driver_id, 2, 0, 0)


def test_a_day_without_a_stop_is_not_sent(workplace: Workplace, logbook: Logbook) -> None:
    empty = workplace.desk.look(workplace.store.read(lambda r: r.day(date(2026, 1, 1))), why=False)
    with pytest.raises(KnownError, match="Plan the day first"):
        sending.send(logbook, empty, now())
    assert not logbook.read(lambda r: r.rounds_on(date(2026, 1, 1)))
