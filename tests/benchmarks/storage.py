"""What the storage takes: days read, orders put, undo of a large import, looking back, copies, the history's size."""

import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path

from pysqlite3 import dbapi2

from db.opening import DATABASE_NAME, open_store
from db.store import SqliteStore
from dispatcher.domain.depot import Depot
from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import DriverId, OrderId, ShiftId, VehicleId, new_id
from dispatcher.domain.orders import Contact, Load, Order, OrderLine
from dispatcher.domain.place import Address, Place, Precision
from dispatcher.domain.plan import Day, Stop
from dispatcher.domain.time import TimeWindow
from dispatcher.services.ports import UnitOfWork

DAY = date(2026, 5, 4)
ROUND = 50
"""Stops a shift."""


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal."""
    for count, goal_ms in ((1_000, 60), (5_000, 300)):
        with tempfile.TemporaryDirectory() as folder:
            yield from _day(Path(folder), count, goal_ms)
    with tempfile.TemporaryDirectory() as folder:
        yield from _past(Path(folder), 5_000, 200)
    for count in (10_000, 100_000):
        with tempfile.TemporaryDirectory() as folder:
            yield from _bulk(Path(folder), count)


def _day(folder: Path, count: int, goal_ms: float) -> Iterator[dict[str, object]]:
    with closing(_store(folder, count)) as store:
        taken_ms = _best(lambda: store.read(lambda reader: reader.day(DAY)))
        yield _figure(f"read a day of {count:,} orders", taken_ms, goal_ms)
        day = store.read(lambda reader: reader.day(DAY))
        swaps = cycle([_swapped(day), dict(zip(day.shifts, (r.stops for r in day.plan.routes[:2]), strict=False))])
        taken_ms = _best(lambda: store.write("Swap", lambda unit: unit.set_routes(next(swaps))))
        yield _figure(f"swap two rounds of {ROUND} in {count:,} orders", taken_ms, 50)
        yield _figure(f"undo that in {count:,} orders", _best(store.undo), 50)
    yield _figure(f"open a depot of {count:,} orders", _best(lambda: _open(folder).close()), 1_000)


def _past(folder: Path, count: int, drops: int) -> Iterator[dict[str, object]]:
    """A day of drops, every tenth undone, every twentieth redone; then back to its beginning."""
    rng = random.Random(0)
    with closing(_store(folder, count, stops=83)) as store:
        base = store.read(lambda reader: reader.day(DAY))
        before = _size(folder)
        took = [_once(partial(_drop, store, rng)) for _ in range(drops)]
        yield _figure(f"drop a stop in {count:,} orders, median", sorted(took)[drops // 2], 50)
        yield _figure(f"history of {drops} drops in {count:,} orders", (_size(folder) - before) / 1e6, 5, unit="MB")
        for n in range(drops // 10):
            store.undo()
            if n % 2:
                store.redo()
        taken_ms = _best(lambda: store.day_at(DAY, base.revision))
        yield _figure(f"look back {drops} drops in {count:,} orders", taken_ms, 500)
        if store.day_at(DAY, base.revision) != base:
            raise AssertionError("the day looked back at is not the day that was")
        yield _figure(f"the latest 200 changes of a day of {count:,} orders", _best(lambda: store.entries(on=DAY)), 30)
        copy = folder / "copy" / "copy.db"
        yield _figure(f"copy a depot of {count:,} orders and {drops} drops", _best(lambda: store.backup(copy)), 300)
    yield _figure(f"open a copy of {count:,} orders", _once(lambda: _open(copy).close()), 300)


def _drop(store: SqliteStore, rng: random.Random) -> None:
    routes = store.read(lambda reader: reader.plan(DAY)).routes
    source, target = rng.sample([route for route in routes if route.stops], 2)
    moving = rng.choice(source.stops)
    at = rng.randrange(len(target.stops) + 1)
    wanted = {
        source.shift_id: [stop for stop in source.stops if stop != moving],
        target.shift_id: [*target.stops[:at], moving, *target.stops[at:]],
    }
    store.write("Drop", lambda unit: unit.set_routes(wanted))


def _size(folder: Path) -> int:
    """Of the database alone, in bytes, with the write-ahead log folded in."""
    file = folder / DATABASE_NAME
    with closing(dbapi2.connect(str(file), isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.stat().st_size


def _swapped(day: Day) -> dict[ShiftId, Sequence[Stop]]:
    """The first two rounds, each with the other's stops."""
    first, second = day.plan.routes[:2]
    return {first.shift_id: second.stops, second.shift_id: first.stops}


def _open(folder: Path) -> SqliteStore:
    return open_store(folder, clock=lambda: datetime.now(UTC))


def _bulk(folder: Path, count: int) -> Iterator[dict[str, object]]:
    orders = [_order(n, DAY + timedelta(days=n // 1_000)) for n in range(count)]
    goal_ms = count / 10
    with closing(_open(folder)) as store:
        taken_ms = _once(lambda: store.write("Import", lambda unit: unit.put_orders(orders)))
        yield _figure(f"put {count:,} orders", taken_ms, goal_ms)
        taken_ms = _best(lambda: store.read(lambda reader: reader.days()))
        yield _figure(f"list the days of {count:,} orders", taken_ms, count / 1_000)
        yield _figure(f"undo {count:,} orders", _once(store.undo), goal_ms)
        yield _figure(f"redo {count:,} orders", _once(store.redo), goal_ms)
    yield _figure(f"file of {count:,} orders", store.file.stat().st_size / 1e6, count / 500, unit="MB")


def _store(folder: Path, orders: int, stops: int = ROUND) -> SqliteStore:
    store = _open(folder)
    depot, yard = Depot("Benchmark", Place(50.77, 6.08)), Place(50.77, 6.08)
    drivers = [Driver(DriverId(new_id()), f"Driver {n}", n) for n in range(1, orders // stops + 1)]
    vehicle = Vehicle(VehicleId(new_id()), "Van")
    start = datetime(2026, 5, 4, 6, tzinfo=UTC)
    shifts = [Shift(ShiftId(new_id()), DAY, d.id, vehicle.id, start, start + timedelta(hours=8), yard) for d in drivers]
    rows = [_order(n, DAY) for n in range(orders)]
    with_route = {shift.id: [Stop(o.id) for o in rows[n * stops : (n + 1) * stops]] for n, shift in enumerate(shifts)}

    def fill(unit: UnitOfWork) -> None:
        unit.put_depot(depot)
        unit.put_vehicle(vehicle)
        for driver in drivers:
            unit.put_driver(driver)
        unit.put_shifts(shifts)
        unit.put_orders(rows)
        unit.set_routes(with_route)

    store.write("Fill", fill)
    return store


def _order(number: int, on: date) -> Order:
    opens = datetime(2026, 5, 4, 8, tzinfo=UTC)
    return Order(
        OrderId(new_id()),
        f"B-{number:06}",
        on,
        Address(f"Templergraben {number}", "52062", "Aachen", "DE", Place(50.7 + number / 1e6, 6.0), Precision.HOUSE),
        sender="Benchmark GmbH",
        contact=Contact("Erika Mustermann", "+49 241 0000000"),
        windows=(TimeWindow(opens, opens + timedelta(hours=4)),),
        load=Load(4.5, 20.0, 2),
        lines=(OrderLine("Parcel", 1.0, "SKU-1", "4006381333931"), OrderLine("Crate", 1.0)),
        skills=frozenset({"chilled"}),
        notes="Ring twice",
    )


def _best(call: Callable[[], object], rounds: int = 5) -> float:
    return min(_once(call) for _ in range(rounds))


def _once(call: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1_000


def _figure(name: str, value: float, goal: float, unit: str = "ms") -> dict[str, object]:
    value = round(value, 1)
    return {"name": name, "value": value, "unit": unit, "goal": goal, "ok": value <= goal, "on": "made-up orders"}


if __name__ == "__main__":
    for figure in run():
        print(figure)
