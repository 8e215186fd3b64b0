"""A person taken out of the plan is in no row, no image and no label; undo, redo and the time machine go on working."""

import json
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.opening import open_store
from db.store import SqliteStore
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Contact, Order, OrderState
from dispatcher.domain.remembered import Remembered
from tests.fixtures import days
from tests.unit.services.conftest import keep, now, small_day

NAME, PHONE, MAIL, LINE = "Zyxwvut Qponmlk", "+4924112345678", "zyxwvut@example.org", "Unmistakable Lane 7"
FORMER = "Former Qponmlk"
KEY = "unmistakable lane 7|52062|aachen|"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "depot.db", clock=now, author="Anna")
    opened.write("Fill", lambda uow: keep(uow, small_day()))
    yield opened
    opened.close()


def person(store: SqliteStore) -> OrderId:
    """The first order is theirs, first under another name; their place is remembered, and a change names them."""
    order = next(iter(store.read(lambda r: r.orders_of([days.DATE]))))
    lived = replace(order.address, line=LINE, matched=f"{LINE}, Aachen")
    theirs = replace(order, contact=Contact(FORMER, PHONE, MAIL), address=lived, notes=f"Ring at {NAME}")
    store.write("First", lambda uow: uow.put_orders([theirs]))
    named = replace(theirs, contact=replace(theirs.contact, name=NAME))
    store.write(f"Rename to {NAME}", lambda uow: uow.put_orders([named]), why=f"{NAME} called")
    place = order.address.place
    assert place
    known = Remembered(LINE, note=f"Ring at {NAME}", declined=frozenset({f"note {FORMER}"}))
    store.write("Pin", lambda uow: (uow.put_pin(KEY, place, LINE), uow.put_remembered(KEY, known)))
    cancelled = replace(named, state=OrderState.CANCELLED, service_s=999)
    store.write("Last", lambda uow: uow.put_orders([cancelled]))
    return order.id


def in_files(store: SqliteStore) -> list[str]:
    """Which of the words can be found in the database's files, history unpacked or not."""
    with store._reading() as connection:
        packed = [row[0] for row in connection.exec_driver_sql("SELECT rows FROM image")]
    unpacked = json.dumps([json.loads(zlib.decompress(part)) for part in packed], ensure_ascii=False)
    raw = b"".join(file.read_bytes() for file in store.file.parent.glob("depot.db*"))
    words = (NAME, FORMER, PHONE, MAIL, LINE, KEY)
    return [word for word in words if word in unpacked or word.encode() in raw]


def test_nothing_of_the_person_is_left_in_the_file(store: SqliteStore) -> None:
    order_id = person(store)
    assert len(in_files(store)) == 6
    changes = store.erase([order_id], [KEY], label="Erase a person", why="Asked for")
    assert in_files(store) == []
    assert changes.dates == {days.DATE}
    order = store.read(lambda r: r.order(order_id))
    assert order
    assert (order.contact, order.address.line, order.notes) == (Contact("erased"), "erased", "")
    assert order.address.place
    assert order.address.place.lat == round(order.address.place.lat, 2)
    assert (order.service_s, order.number) == (999, store.traces(lambda t: t.order_id == order_id)[0].number)
    assert store.read(lambda r: (r.pins([KEY]), r.remembered([KEY]))) == ({}, {})
    assert [e.label for e in store.entries(3)] == ["Erase a person", "Last", "Pin"]
    assert "Rename to erased" in [e.label for e in store.entries()]


def test_undo_and_redo_pass_it_by_and_bring_all_else_back(store: SqliteStore) -> None:
    order_id = person(store)
    store.undo()
    store.erase([order_id], [KEY], label="Erase a person")
    store.redo()
    assert _order(store, order_id).service_s == 999
    for _ in range(3):
        store.undo()
    assert _order(store, order_id).service_s != 999
    assert _order(store, order_id).contact.name == "erased"
    assert store.read(lambda r: (r.pins([KEY]), r.remembered([KEY]))) == ({}, {})
    while store.undo():
        pass
    assert _order(store, order_id).contact.name == "erased", "as it was brought in"
    while store.redo():
        pass
    assert _order(store, order_id).service_s == 999
    assert in_files(store) == []


def test_the_time_machine_shows_the_order_and_not_the_person(store: SqliteStore) -> None:
    order_id = person(store)
    revisions = [entry.revision for entry in store.entries()]
    before = {r: store.day_at(days.DATE, r) for r in revisions if r > 1}
    store.erase([order_id], [KEY], label="Erase a person")
    for revision, day in before.items():
        then = store.day_at(days.DATE, revision)
        assert then.plan.routes == day.plan.routes
        others = {o: order for o, order in day.orders.items() if o != order_id}
        assert {o: order for o, order in then.orders.items() if o != order_id} == others
        assert then.orders[order_id].windows == day.orders[order_id].windows
        assert NAME not in str(then.orders[order_id])


def test_an_order_that_was_removed_is_found_and_erased_in_the_history(store: SqliteStore) -> None:
    order_id = person(store)
    store.write("Remove", lambda uow: uow.remove_orders([order_id]))
    (trace,) = store.traces(lambda trace: FORMER in trace.name)
    assert (trace.order_id, trace.removed, trace.name) == (order_id, True, NAME)
    store.erase([order_id], [KEY], label="Erase a person")
    assert in_files(store) == []
    store.undo()
    assert _order(store, order_id).contact.name == "erased"


def test_a_trace_knows_every_date_it_was_planned_for(store: SqliteStore) -> None:
    order_id = person(store)
    later = days.DATE + timedelta(days=3)
    moved = replace(_order(store, order_id), date=later)
    store.write("Move", lambda uow: uow.put_orders([moved]))
    (trace,) = store.traces(lambda trace: trace.order_id == order_id)
    assert (trace.on, trace.dates) == (later, {days.DATE, later})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["undo", "redo", "edit", "erase"]), min_size=1, max_size=12))
def test_whatever_is_done_before_and_after_the_person_stays_away(tmp_path: Path, doings: list[str]) -> None:
    file = tmp_path / f"depot-{'-'.join(doings)}.db"
    file.unlink(missing_ok=True)
    with closing(open_store(file, clock=now, author="Anna")) as store:
        store.write("Fill", lambda uow: keep(uow, small_day()))
        order_id = person(store)
        for n, doing in enumerate((*doings, "erase")):
            if doing == "erase":
                store.erase([order_id], [KEY], label="Erase")
            elif doing == "edit" and (order := store.read(lambda r: r.order(order_id))):
                edited = replace(order, service_s=100 + n)
                store.write("Edit", lambda uow, edited=edited: uow.put_orders([edited]))
            elif doing in ("undo", "redo"):
                getattr(store, doing)()
        while store.undo():
            assert NAME not in str(store.read(lambda r: r.orders_of([days.DATE])))
        while store.redo():
            assert NAME not in str(store.read(lambda r: r.orders_of([days.DATE])))
        assert not store.traces(lambda trace: NAME in trace.name)


def _order(store: SqliteStore, order_id: OrderId) -> Order:
    order = store.read(lambda r: r.order(order_id))
    assert order
    return order
