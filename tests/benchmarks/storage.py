"""What the storage takes: days read, orders put, undo of a large import."""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path

from db.opening import open_store
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


def _store(folder: Path, orders: int) -> SqliteStore:
    store = _open(folder)
    depot, yard = Depot("Benchmark", Place(50.77, 6.08)), Place(50.77, 6.08)
    drivers = [Driver(DriverId(new_id()), f"Driver {n}", n) for n in range(1, orders // ROUND + 1)]
    vehicle = Vehicle(VehicleId(new_id()), "Van")
    start = datetime(2026, 5, 4, 6, tzinfo=UTC)
    shifts = [Shift(ShiftId(new_id()), DAY, d.id, vehicle.id, start, start + timedelta(hours=8), yard) for d in drivers]
    rows = [_order(n, DAY) for n in range(orders)]
    with_route = {shift.id: [Stop(o.id) for o in rows[n * ROUND : (n + 1) * ROUND]] for n, shift in enumerate(shifts)}

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
