"""The demo's own files, read as a user's are."""

from pathlib import Path

import pytest

from dispatcher.domain.fleet import VehicleKind
from dispatcher.domain.orders import Load, Order, OrderKind
from dispatcher.domain.proof import Need, ProofKind
from dispatcher.intake import Context, FleetFile, match_headers, parse, read_fleet, read_sheet
from tests.unit.intake.conftest import DAY

DEMO = Path(__file__).resolve().parents[3] / "resources" / "demo"


@pytest.fixture
def fleet() -> FleetFile:
    return read_fleet(DEMO / "fleet.json")


@pytest.fixture
def orders(fleet: FleetFile) -> list[Order]:
    sheet = read_sheet(DEMO / "orders.csv")
    context = Context(DAY, fleet.depot.zone, drivers=fleet.drivers, sender="Demo shop", depot=fleet.depot.place)
    parsed = parse(sheet, match_headers(sheet.headers), context)
    assert parsed.errors == ()
    return [draft.order for draft in parsed.orders]


def test_all_150_orders_go_in_for_the_chosen_day(orders: list[Order]) -> None:
    assert len(orders) == 150
    assert {order.date for order in orders} == {DAY}
    assert len({order.number for order in orders}) == 150


def test_the_orders_show_what_an_order_can_be(orders: list[Order]) -> None:
    assert 0.3 < sum(bool(order.windows) for order in orders) / 150 < 0.5
    assert sum(order.kind is OrderKind.COLLECTION for order in orders) >= 5
    assert sum(len(order.lines) > 1 for order in orders) >= 10
    assert set().union(*(order.skills for order in orders)) == {"chilled", "tail lift", "age check"}
    assert any(order.do_early for order in orders)
    assert len({order.must_not_drop for order in orders}) == 4


def test_the_orders_show_the_door(orders: list[Order]) -> None:
    assert sum(order.asked.cash_due > 0 for order in orders) >= 10
    for kind in (ProofKind.CODE, ProofKind.SIGNATURE):
        assert sum(order.asked.needs.get(kind) is Need.REQUIRED for order in orders) >= 8
    assert all(order.contact.phone for order in orders if ProofKind.CODE in order.asked.needs)
    barcodes = {line.sku: line.barcode for order in orders for line in order.lines}
    assert len(set(barcodes.values())) == len(barcodes)
    for barcode in barcodes.values():  # GS1 General Specifications, 7.9: the check digit
        assert len(barcode) == 13
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(barcode)) % 10 == 0


def test_the_fleet_can_carry_them_with_room_to_spare(orders: list[Order], fleet: FleetFile) -> None:
    total = sum((order.load for order in orders), Load())
    room = sum((vehicle.capacity for vehicle in fleet.vehicles), Load())
    assert total.kg < 0.6 * room.kg
    assert total.litres < 0.6 * room.litres
    assert total.parcels < 0.6 * room.parcels
    kinds = [vehicle.kind for vehicle in fleet.vehicles]
    assert (kinds.count(VehicleKind.VAN), kinds.count(VehicleKind.CARGO_BIKE)) == (5, 3)
    assert [driver.number for driver in fleet.drivers] == list(range(1, 9))
    assert all(DAY.weekday() in driver.weekdays for driver in fleet.drivers)
    assert len({driver.starts for driver in fleet.drivers}) > 1


def test_every_order_has_someone_who_may_take_it(orders: list[Order], fleet: FleetFile) -> None:
    vehicles = {vehicle.id: vehicle for vehicle in fleet.vehicles}
    pairs = [(driver.skills | vehicles[driver.vehicle_id].skills, vehicles[driver.vehicle_id].capacity)
             for driver in fleet.drivers if driver.vehicle_id]  # fmt: skip
    for order in orders:
        fitting = [c for skills, c in pairs if order.skills <= skills and order.load.kg <= c.kg <= 900]
        assert fitting, order.number
