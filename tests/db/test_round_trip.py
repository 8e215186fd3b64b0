"""What is put comes back as it was."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.opening import open_store
from db.store import SqliteStore
from dispatcher.domain.changes import Kind
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Driver, Vehicle
from dispatcher.domain.ids import DriverId, VehicleId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place
from dispatcher.domain.remembered import Remembered
from dispatcher.domain.roads import Closure
from tests.db.conftest import Clock
from tests.fixtures import strategies

VAN = Vehicle(VehicleId("van"), "Van")
MIRA = Driver(DriverId("mira"), "Mira", 1_000)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    """One store for all examples, with a driver and a vehicle to refer to."""
    store = open_store(tmp_path_factory.mktemp("fleet"), clock=Clock())
    store.write("Set up", lambda unit: unit.put_depot(Depot("Aachen", Place(50, 6))))
    store.write("Set up", lambda unit: (unit.put_vehicle(VAN), unit.put_driver(MIRA)))
    yield store
    store.close()


@settings(deadline=None, max_examples=60)
@given(
    orders=st.lists(
        strategies.orders(driver_id=st.sampled_from([None, MIRA.id])), min_size=1, max_size=4, unique_by=lambda o: o.id
    )
)
def test_orders_come_back_as_they_were(fleet: SqliteStore, orders: list[Order]) -> None:
    done = fleet.write("Put", lambda unit: unit.put_orders(orders))
    stored = [replace(order, version=done.changes.revision) for order in orders]
    assert fleet.read(lambda reader: reader.orders(o.id for o in orders)) == stored
    dates = {order.date for order in orders}
    of_dates = fleet.read(lambda reader: reader.orders_of(dates))
    assert {o.id: o for o in of_dates} == {o.id: o for o in stored}
    fleet.undo()
    assert fleet.read(lambda reader: reader.orders_of(dates)) == []


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_the_fleet_comes_back_as_it_was(fleet: SqliteStore, data: st.DataObject) -> None:
    depot, vehicle = data.draw(strategies.depots), data.draw(strategies.vehicles)
    driver = data.draw(strategies.drivers(st.sampled_from([None, vehicle.id])))
    shift = data.draw(strategies.shifts(driver.id, vehicle.id))

    def change(unit):
        unit.put_depot(depot)
        unit.put_vehicle(vehicle)
        unit.put_driver(driver)
        unit.put_shifts([shift])

    version = fleet.write("Put", change).changes.revision
    day = fleet.read(lambda reader: reader.day(shift.date))
    assert day.depot == replace(depot, version=version)
    assert day.vehicles[vehicle.id] == replace(vehicle, version=version)
    assert day.drivers[driver.id] == replace(driver, version=version)
    assert day.shifts[shift.id] == replace(shift, version=version)
    fleet.undo()


@settings(deadline=None, max_examples=25)
@given(key=strategies.words, place=strategies.places, columns=st.dictionaries(strategies.words, strategies.words))
def test_pins_and_mappings_come_back(fleet: SqliteStore, key: str, place: Place, columns: dict[str, str]) -> None:
    fleet.write("Put", lambda unit: (unit.put_pin(key, place, "Markt 1"), unit.put_mapping(key, columns)))
    assert fleet.read(lambda reader: reader.pins([key, "unknown"]))[key] == place
    assert fleet.read(lambda reader: reader.mapping(key)) == columns


@settings(deadline=None, max_examples=25)
@given(
    key=strategies.words,
    note=strategies.words,
    service_s=st.none() | st.integers(0, 86_400),
    declined=st.frozensets(strategies.words),
)
def test_what_is_remembered_of_an_address_comes_back(
    fleet: SqliteStore, key: str, note: str, service_s: int | None, declined: frozenset[str]
) -> None:
    known = Remembered("Markt 1", note, "Hof", service_s, declined)
    changes = fleet.write("Remember", lambda unit: unit.put_remembered(key, known)).changes
    assert changes.ids == {Kind.REMEMBERED: {key}}
    assert fleet.read(lambda reader: reader.remembered([key, "unknown"])) == {key: known}
    fleet.undo()
    assert fleet.read(lambda reader: reader.remembered([key])) == {}


@settings(deadline=None, max_examples=40)
@given(closures=st.lists(strategies.closures(), min_size=1, max_size=3, unique_by=lambda c: c.id), on=strategies.dates)
def test_closed_streets_come_back_on_their_days(fleet: SqliteStore, closures: list[Closure], on: date) -> None:
    version = fleet.write("Close", lambda unit: [unit.put_closure(c) for c in closures]).changes.revision
    wanted = [replace(c, version=version) for c in sorted(closures, key=lambda c: (c.first, c.name, c.id))]
    assert fleet.read(lambda reader: reader.closures()) == wanted
    for day in (on, closures[0].first, closures[0].last):
        closed = tuple(c for c in wanted if c.first <= day <= c.last)
        assert fleet.read(lambda reader, day=day: reader.day(day)).closures == closed
    fleet.undo()
    assert fleet.read(lambda reader: reader.closures()) == []


def test_unknown_things_are_absent(store: SqliteStore) -> None:
    assert store.read(lambda reader: reader.order("nobody")) is None
    assert store.read(lambda reader: reader.orders(["nobody"])) == []
    assert store.read(lambda reader: reader.pins(["nowhere"])) == {}
    assert store.read(lambda reader: reader.mapping("nobody")) is None
    assert store.read(lambda reader: reader.days()) == []


def test_a_depot_not_set_up_says_so(store: SqliteStore) -> None:
    with pytest.raises(KnownError, match="not been set up"):
        store.read(lambda reader: reader.depot())
    store.write("Set up", lambda unit: unit.put_depot(Depot("Aachen", Place(50, 6))))
    assert store.read(lambda reader: reader.depot()).name == "Aachen"
