"""How long a quarter of 1,000 orders a day takes to learn from, in how much memory, and how right it is."""

import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.learned import Target
from dispatcher.domain.orders import Contact, Load, Order
from dispatcher.domain.place import Address, Place
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.tracking import Leg
from dispatcher.insight.columns import TableName, frame_of
from dispatcher.insight.cuts import Span
from dispatcher.insight.kept import KeptFacts
from dispatcher.intake.addresses import address_key
from dispatcher.learning.doors import Doors
from dispatcher.learning.foreseen import Learned
from dispatcher.services.learning_training import Training
from dispatcher.tracking.learning import geohash
from tests.fixtures import days

FIRST, DAYS, STOPS, DOORS = date(2026, 6, 1), 90, 1_000, 6_000
SPAN = Span(FIRST, FIRST + timedelta(days=DAYS - 1))
ON = f"{DAYS} days of {STOPS} orders, {DOORS} doors"


def run() -> Iterator[dict[str, Any]]:
    """Figures in seconds, megabytes and shares; learning in a process of its own."""
    with TemporaryDirectory() as folder:
        _make(Path(folder))
        told = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.learning", folder], capture_output=True, text=True, check=True
        ).stdout.split()
    seconds, memory, service, travel, failure, used, new, known = map(float, told)
    yield _figure("learning, trials included", seconds, "s", seconds <= 180, 180)
    yield _figure("memory at most", memory, "MB", memory <= 1_000, 1_000)
    yield _figure("error of times at the door that is gone", service, "%", service >= 40, 40)
    yield _figure("error of driving times that is gone", travel, "%", travel > 0, None)
    yield _figure("Brier score of failures that is gone", failure, "%", failure > 0, None)
    yield _figure("used, of three", used, "", used == 3, 3)
    yield _figure("1,000 guesses with their reasons at new addresses", new, "ms", new <= 100, 100)
    yield _figure("1,000 guesses with their reasons at known addresses", known, "ms", known <= 50, 50)


def _address(door: int) -> tuple[Address, str, float, float]:
    """Address, name, the true seconds and the true chance of one door; several to a house."""
    house = door // 4
    dice = random.Random(house)
    factor, unlucky = dice.lognormvariate(0, 0.2), random.Random(-door).lognormvariate(-0.2, 0.6)
    place = Place(50.70 + house % 60 / 500, 6.0 + house // 60 / 300)
    if house % 5 == 0:
        return Address(f"Market {house}", "52062", "Aachen", place=place), "Berg GmbH", 240 * factor, 0.015
    if house % 5 == 1:
        return Address(f"Lane {house}", "52064", "Aachen", place=place), f"Kim {door}", 80 * factor, 0.05 * unlucky
    floor = door % 4
    line = f"Tower Road {house}, floor {floor}"
    return Address(line, "52066", "Aachen", place=place), f"Kim {door}", (90 + 40 * floor) * factor, 0.1 * unlucky


def _make(folder: Path) -> None:
    dice, facts, month = random.Random(7), KeptFacts(folder / "insight"), {}
    doors = [_address(door) for door in range(DOORS)]
    store = open_store(folder / "depot.db", clock=lambda: datetime.now(UTC), author="")
    book = open_logbook(folder, clock=lambda: datetime.now(UTC))
    store.write("Found", lambda uow: uow.put_depot(days.make_depot()))
    for n in range(DAYS):
        on = FIRST + timedelta(days=n)
        visits = [_visit(on, k, dice.randrange(DOORS), doors, dice) for k in range(STOPS)]
        store.write("Orders", lambda uow, visits=visits: uow.put_orders([order for order, _row in visits]))
        stops = frame_of(TableName.STOPS, [row for _order, row in visits])
        rest = {table: frame_of(table, []) for table in TableName}
        month[on] = ({"stops": STOPS}, {**rest, TableName.STOPS: stops})
        legs = [_leg(on, dice) for _ in range(STOPS)]
        book.write(lambda writer, on=on, legs=legs: writer.put_legs(on, ShiftId(f"shift-{on}"), legs))
        if (on + timedelta(days=1)).day == 1 or n == DAYS - 1:
            facts.keep(month)
            month = {}
    store.close()
    book.close()


def _visit(on: date, k: int, door: int, doors: list[Any], dice: random.Random) -> tuple[Order, dict[str, Any]]:
    address, name, seconds, chance = doors[door]
    hour, parcels, driver = dice.randint(8, 18), dice.choice((1, 1, 1, 2, 3)), dice.randrange(30)
    chance *= 2.5 if hour >= 17 and name.endswith("GmbH") else 1.5 if hour < 12 else 0.8
    failed = dice.random() < min(0.8, chance)
    took_s = (seconds + 15 * (parcels - 1)) * (0.85 + driver / 100) * dice.lognormvariate(0, 0.22)
    order_id = OrderId(f"{on}-{k:04}")
    load = Load(2.0 * parcels, 1, parcels)
    order = Order(order_id, order_id, on, address, contact=Contact(name), load=load, service_s=180)
    at = days.clock(f"{hour:02}:15", on)
    return order, {
        "date": on, "order_id": order_id, "number": order_id, "driver_id": f"driver-{driver}", "counted": True,
        "outcome": "failed" if failed else "delivered", "service_s": took_s, "arrived_at": at, "hour": hour,
        "departed_at": at + timedelta(seconds=took_s), "weekday": on.weekday(), "attempt": 1, "parcels": parcels,
    }  # fmt: skip


def _leg(on: date, dice: random.Random) -> Leg:
    hour, zone = dice.randint(8, 18), dice.randrange(20)
    factor = (1.5 if hour in (8, 16, 17) else 1.1) * (0.9 + zone / 100)
    return Leg(f"u1h{zone:02}", hour, on.weekday(), 300, round(300 * factor * dice.lognormvariate(0, 0.15)))


def _measure(folder: Path) -> Iterator[float]:
    store = open_store(folder / "depot.db", clock=lambda: datetime.now(UTC), author="")
    book = open_logbook(folder, clock=lambda: datetime.now(UTC))
    depot = store.read(lambda reader: reader.depot())
    begun = time.perf_counter()
    kept = Training(depot, store, book, folder / "insight").run(SPAN, datetime.now(UTC), NoProgress())
    yield time.perf_counter() - begun
    yield resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    trials = {trial.target: trial for trial in kept.trials}
    for target in (Target.SERVICE, Target.TRAVEL, Target.FAILURE):
        plain, learned = trials[target].plain, trials[target].learned
        yield 0.0 if not plain or learned is None else 100 * (1 - learned / plain)
    yield float(sum(trial.used for trial in kept.trials))
    foreseer = Learned(kept, depot.zone, Doors(bytes.fromhex(kept.salt), address_key), geohash)
    orders = [replace(order, id=OrderId("new")) for order in store.read(lambda r: r.orders_of([FIRST]))]
    for _turn in ("addresses are new", "and known"):
        begun = time.perf_counter()
        for order in orders:
            foreseer.service_s(order, DriverId("driver-3"), days.clock("09:15", FIRST))
        yield 1_000 * (time.perf_counter() - begun)
    store.close()
    book.close()


def _figure(name: str, value: float, unit: str, ok: bool, goal: float | None) -> dict[str, Any]:
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "ok": ok, "on": ON}


if __name__ == "__main__":
    print(*(round(value, 4) for value in _measure(Path(sys.argv[1]))))
