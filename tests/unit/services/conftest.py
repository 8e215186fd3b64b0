"""A real store in a file, holding one generated day."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.opening import open_store
from db.store import SqliteStore
from dispatcher.domain.plan import Day
from dispatcher.services.ports import UnitOfWork
from tests.fixtures import days


def keep(uow: UnitOfWork, day: Day) -> None:
    """Write a generated day."""
    uow.put_depot(day.depot)
    for vehicle in day.vehicles.values():
        uow.put_vehicle(vehicle)
    for driver in day.drivers.values():
        uow.put_driver(driver)
    uow.put_shifts(day.shifts.values())
    uow.put_orders(day.orders.values())
    uow.set_routes({r.shift_id: r.stops for r in day.plan.routes})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Twelve orders, three drivers, eight orders planned: four with the first, four with the second."""
    opened = open_store(tmp_path / "depot.db", clock=lambda: datetime.now(UTC), author="Anna")
    day = days.make_day(12, 3, seed=4)
    ids, shifts = list(day.orders), list(day.shifts)
    planned = days.with_plan(day, {shifts[0]: ids[0:4], shifts[1]: ids[4:8]})
    opened.write("Fill", lambda uow: keep(uow, planned))
    yield opened
    opened.close()
