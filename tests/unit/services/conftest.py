"""A real store in a file, holding one generated day; and a depot that is open, without a region."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from db.opening import open_store
from db.store import SqliteStore
from dispatcher.domain.plan import Day
from dispatcher.services.home import Home
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
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


def small_day() -> Day:
    """Twelve orders, three drivers, eight orders planned: four with the first, four with the second."""
    day = days.make_day(12, 3, seed=4)
    ids, shifts = list(day.orders), list(day.shifts)
    return days.with_plan(day, {shifts[0]: ids[0:4], shifts[1]: ids[4:8]})


def now() -> datetime:
    """Half past ten of the day's morning at the depot."""
    return datetime(days.DATE.year, days.DATE.month, days.DATE.day, 8, 30, tzinfo=UTC)


open_stores = partial(open_store, clock=now, author="Anna")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """The small day."""
    opened = open_store(tmp_path / "depot.db", clock=lambda: datetime.now(UTC), author="Anna")
    opened.write("Fill", lambda uow: keep(uow, small_day()))
    yield opened
    opened.close()


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    """The small day at a depot on straight lines."""
    home = Home(tmp_path / "home")
    slug = create_depot(home, days.make_depot(), open_store=open_stores)
    with open_workplace(home, slug, open_store=open_stores, clock=now) as opened:
        opened.store.write("Fill", lambda uow: keep(uow, small_day()))
        yield opened
