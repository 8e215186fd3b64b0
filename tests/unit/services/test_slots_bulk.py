"""Many orders to slots: capacities kept, everybody accounted for, nothing half done; and what shifts can take."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from dispatcher.domain.errors import BadInput, Cancelled
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order, OrderKind, OrderState
from dispatcher.domain.slots import Area, AreaId, Blackout
from dispatcher.domain.time import TimeWindow
from tests.fixtures import days
from tests.unit.services.slots_depot import DAY, MORNING, NOON, SlotsDepot, an_order, slots_depot

NEXT = DAY + timedelta(days=1)
SECONDS = 0.6


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[SlotsDepot]:
    """Two days with three drivers each, eight orders planned on the first, twenty more that want a slot."""
    with slots_depot(tmp_path) as opened:
        store = opened.workplace.store
        day = store.read(lambda r: r.day(DAY))
        later = timedelta(days=1)
        shifts = [
            replace(s, id=ShiftId(f"{s.id} next"), date=NEXT, starts_at=s.starts_at + later, ends_at=s.ends_at + later)
            for s in day.shifts.values()
        ]
        made = days.make_day(20, 1, seed=9, windows=0.0).orders.values()
        orders = [replace(o, id=OrderId(f"b {o.id}"), number=f"B{o.number}", windows=()) for o in made]
        store.write("More", lambda uow: (uow.put_shifts(shifts), uow.put_orders(orders)))
        for rule in (MORNING, NOON):
            opened.desk.put_rule(replace(rule, most_orders=6))
        yield opened


def waiting(depot: SlotsDepot) -> list[Order]:
    orders = depot.workplace.store.read(lambda r: r.day(DAY)).orders.values()
    return [order for order in orders if order.id.startswith("b ")]


def bulk(depot: SlotsDepot, orders: list[Order], days_: int = 2):  # type: ignore[no-untyped-def]
    return depot.desk.bulk([order.id for order in orders], DAY, days_, seconds=SECONDS)


def test_everybody_gets_a_slot_that_has_room(depot: SlotsDepot) -> None:
    orders = waiting(depot)
    preview = bulk(depot, orders)
    assert preview.left_out == ()
    assert sorted(a.order.id for a in preview.assigned) == sorted(o.id for o in orders)
    assert all(a.order in orders for a in preview.assigned)
    assert max(Counter(a.slot for a in preview.assigned).values()) <= 6
    assert preview.added > 0
    assert all(a.cost >= 0 for a in preview.assigned)
    assert [o.windows for o in waiting(depot)] == [()] * 20  # nothing has happened yet


def test_a_preview_applied_is_one_step_and_takes_the_places(depot: SlotsDepot) -> None:
    preview = bulk(depot, waiting(depot))
    change = depot.desk.apply_bulk(preview, by="Anna")
    depot.do(change)
    sold = {(s.rule.id, s.on): s.orders for s in depot.desk.calendar(DAY, 2)}
    assert sum(sold.values()) == 20
    for each in preview.assigned:
        order = depot.order(each.order.id)
        assert (order.date, order.windows) == (each.slot.on, (each.slot.window,))
    depot.workplace.store.undo()
    assert waiting(depot) == sorted((a.order for a in preview.assigned), key=waiting(depot).index)


def test_a_place_taken_meanwhile_keeps_everything_as_it_was(depot: SlotsDepot) -> None:
    preview = bulk(depot, waiting(depot))
    change = depot.desk.apply_bulk(preview, by="Anna")
    fullest, _ = Counter(a.slot for a in preview.assigned).most_common(1)[0]
    while not depot.desk.calendar(fullest.on, 1)[0 if fullest.rule.id == MORNING.id else 1].closed:
        depot.desk.hold(fullest.rule.id, fullest.on, by="Bert")
    with pytest.raises(BadInput, match="is full"):
        depot.do(change)
    assert [o.windows for o in waiting(depot)] == [()] * 20
    assert all(depot.desk.history(a.order.id) == () for a in preview.assigned)


def test_an_order_changed_meanwhile_stops_it(depot: SlotsDepot) -> None:
    preview = bulk(depot, waiting(depot))
    changed = replace(preview.assigned[0].order, service_s=999)
    depot.workplace.store.write("Change", lambda uow: uow.put_orders([changed]))
    with pytest.raises(BadInput, match="changed meanwhile"):
        depot.do(depot.desk.apply_bulk(preview, by="Anna"))


def test_whoever_cannot_have_a_slot_is_told_why(depot: SlotsDepot) -> None:
    window = TimeWindow(days.clock("08:00"), days.clock("09:00"))
    odd = {
        "it was cancelled": replace(an_order("C"), state=OrderState.CANCELLED),
        "it has a window already": replace(an_order("W"), windows=(window,)),
        "its address has no place on the map": replace(
            an_order("P"), address=replace(an_order("P").address, place=None)
        ),
        "Elsewhere has no open slot in these days": replace(
            an_order("E"), address=replace(an_order("E").address, postcode="99")
        ),
    }
    depot.desk.put_area(Area(AreaId("else"), "Elsewhere", ("99",)))
    depot.workplace.store.write("Odd", lambda uow: uow.put_orders(odd.values()))
    preview = bulk(depot, [*odd.values(), *waiting(depot)[:2]])
    assert {why: order.id for order, why in preview.left_out} == {why: order.id for why, order in odd.items()}
    assert len(preview.assigned) == 2
    assert bulk(depot, []).assigned == ()


def test_more_orders_than_places_are_left_out(depot: SlotsDepot) -> None:
    depot.desk.put_rule(replace(NOON, most_orders=4))
    preview = bulk(depot, waiting(depot), 1)
    assert len(preview.assigned) <= 10
    assert len(preview.assigned) + len(preview.left_out) == 20
    assert {why for _, why in preview.left_out} <= {
        "every open slot of All of it is full",
        "no round has room for it on Monday 15 June",
    }


def test_with_nobody_on_duty_or_no_open_day_it_says_so(depot: SlotsDepot) -> None:
    far = DAY + timedelta(days=5)
    with pytest.raises(BadInput, match="No driver is on duty"):
        depot.desk.bulk([waiting(depot)[0].id], far, 1, seconds=SECONDS)
    depot.desk.put_blackout(Blackout(far))
    preview = depot.desk.bulk([waiting(depot)[0].id], far, 1, seconds=SECONDS)
    assert [why for _, why in preview.left_out] == ["All of it has no open slot in these days"]


def test_it_can_be_cancelled(depot: SlotsDepot) -> None:
    class Impatient:
        def report(self, fraction: float, text: str) -> None: ...
        def cancelled(self) -> bool:
            return True

    with pytest.raises(Cancelled):
        depot.desk.bulk([o.id for o in waiting(depot)], DAY, 2, seconds=30, progress=Impatient())


# --- capacity ---


def test_what_the_shifts_can_take_is_bound_by_hours_and_vehicles(depot: SlotsDepot) -> None:
    found = depot.desk.suggest_capacity(DAY)
    assert found.best
    by_rule = {each.slot.rule.id: each for each in found.slots}
    assert by_rule[MORNING.id].why.startswith("3 drivers for 4 h, ")
    assert 3 * 4 * 3600 / by_rule[MORNING.id].orders >= 180  # nobody is served faster than the service takes
    assert found.by_area == {"All of it": by_rule[MORNING.id].orders + by_rule[NOON.id].orders}
    few = [replace(d, max_stops=2) for d in depot.workplace.store.read(lambda r: r.drivers())]
    depot.workplace.store.write("Few", lambda uow: [uow.put_driver(driver) for driver in few])
    assert sum(each.orders for each in depot.desk.suggest_capacity(DAY).slots) == 6


def test_hours_and_dates_without_drivers_take_nobody(depot: SlotsDepot) -> None:
    depot.desk.put_rule(replace(NOON, opens=time(20), closes=time(22)))
    night = next(each for each in depot.desk.suggest_capacity(DAY).slots if each.slot.rule.id == NOON.id)
    assert (night.orders, night.why) == (0, "Nobody is on duty in these hours.")
    nobody = depot.desk.suggest_capacity(DAY + timedelta(days=2)).slots
    assert {(each.orders, each.why) for each in nobody} == {(0, "Nobody is on duty on this date.")}


def test_an_area_nobody_ever_ordered_from_has_nothing_to_measure_by(depot: SlotsDepot) -> None:
    area = Area(AreaId("far"), "Far", ("99",))
    depot.desk.put_area(area)
    depot.desk.put_rule(replace(MORNING, id=NOON.id, area_id=area.id))
    far = next(each for each in depot.desk.suggest_capacity(DAY).slots if each.slot.area == area)
    assert far.orders == 0
    assert "nothing to measure by" in far.why


def test_where_goods_of_another_order_are_fetched_stays_a_collection_of_its_day(depot: SlotsDepot) -> None:
    fetching, waits = waiting(depot)[:2]
    pair = (
        replace(fetching, kind=OrderKind.COLLECTION),
        replace(waits, kind=OrderKind.DELIVERY, pickup_id=fetching.id),
    )
    depot.workplace.store.write("Fetch", lambda uow: uow.put_orders(pair))
    preview = bulk(depot, waiting(depot)[:3])
    assert {order.id: why for order, why in preview.left_out} == {
        fetching.id: "goods of another order are fetched there",
        waits.id: "its goods are fetched on the way",
    }
    assert len(preview.assigned) == 1
