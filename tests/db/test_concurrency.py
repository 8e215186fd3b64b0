"""Many threads at one store: readers see whole days, writers wait their turn."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from db.store import SqliteStore
from db.turns import Turns
from dispatcher.domain.errors import KnownError
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from tests.fixtures.yard import MONDAY, YARD, Yard, order

PATIENCE_S = 30


def test_a_reader_sees_the_day_as_it_was_while_a_write_is_under_way(yard: Yard) -> None:
    yard.plan("abcdefghijkl")
    before = yard.day()
    written, seen = threading.Event(), threading.Event()

    def change(unit) -> Day:
        unit.remove_orders(o.id for o in yard.orders[MONDAY])
        unit.remove_shift(yard.shifts[MONDAY][0].id)
        written.set()
        assert seen.wait(PATIENCE_S)
        return unit.day(MONDAY)

    with ThreadPoolExecutor() as pool:
        write = pool.submit(yard.store.write, "Clear", change)
        assert written.wait(PATIENCE_S)
        during = yard.day()
        seen.set()
        inside = write.result().value
    assert during == before
    assert inside.orders == {}
    assert yard.day().orders == {}


def test_a_read_keeps_its_moment_while_writes_are_done(yard: Yard) -> None:
    def query(reader) -> tuple[Day, Day]:
        first = reader.day(MONDAY)
        yard.plan("lkj")
        return first, reader.day(MONDAY)

    first, second = yard.store.read(query)
    assert first == second
    assert yard.letters() == ["lkj", "", ""]


def test_readers_never_see_half_a_change(yard: Yard) -> None:
    """Each write turns the plan over; a day is either one way or the other, never between."""
    ways = ("abcdef", "ghijkl"), ("ghijkl", "abcdef")
    yard.plan(*ways[0])
    done = threading.Event()

    def watch() -> int:
        looks = 0
        while not done.is_set() or not looks:
            first, second, _ = yard.letters()
            assert (first, second) in ways
            looks += 1
        return looks

    with ThreadPoolExecutor() as pool:
        watchers = [pool.submit(watch) for _ in range(2)]
        for turn in range(20):
            yard.plan(*ways[turn % 2])
        done.set()
        assert all(watcher.result() for watcher in watchers)


def test_writers_queue_up_and_lose_nothing(store: SqliteStore) -> None:
    def put(worker: int) -> list[Order]:
        orders = [order(f"{worker}-{n}") for n in range(15)]
        for one in orders:
            store.write(f"Put {one.number}", lambda unit, one=one: unit.put_orders([one]))
        return orders

    with ThreadPoolExecutor() as pool:
        put_orders = [o for orders in pool.map(put, range(4)) for o in orders]
    assert {o.id for o in store.read(lambda r: r.orders_of([MONDAY]))} == {o.id for o in put_orders}
    entries = store.entries()
    assert [e.revision for e in entries] == list(range(60, 0, -1))
    for worker in range(4):
        own = [e.label for e in entries if e.label.startswith(f"Put {worker}-")]
        assert own == [f"Put {worker}-{n}" for n in range(14, -1, -1)]


def test_turns_are_taken_in_the_order_of_coming() -> None:
    turns, served = Turns(), []

    def take(n: int) -> None:
        with turns.turn():
            served.append(n)

    threads = [threading.Thread(target=take, args=(n,)) for n in range(20)]
    with turns.turn():
        for n, thread in enumerate(threads):
            thread.start()
            until(lambda n=n: turns.waiting == n + 1)
    for thread in threads:
        thread.join(PATIENCE_S)
    assert served == list(range(20))


def test_another_program_that_writes_is_waited_for_then_named(yard: Yard) -> None:
    with closing(dbapi2.connect(str(yard.store.file), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(KnownError, match="in use by another program"):
            yard.plan("abc")
        other.execute("ROLLBACK")
    yard.plan("abc")
    assert yard.letters() == ["abc", "", ""]


def test_what_another_program_wrote_is_seen(yard: Yard, opened: Callable[[Path], SqliteStore]) -> None:
    other = opened(yard.store.file)
    other.write("Remember", lambda unit: unit.put_pin("markt 1", YARD, "Markt 1"))
    yard.plan("abc")
    assert other.read(lambda reader: reader.day(MONDAY)) == yard.day()
    assert yard.day().revision == 3


def until(holds: Callable[[], bool]) -> None:
    """Give other threads their time until it holds."""
    gate = threading.Event()
    for _ in range(PATIENCE_S * 1_000):
        if holds():
            return
        gate.wait(0.001)
    raise AssertionError("it never came to hold")
