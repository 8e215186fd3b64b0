"""Orders by hand, and places that are set once for all orders to an address."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from db.store import SqliteStore
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderKind, OrderState
from dispatcher.domain.place import Address, Found, Place, Precision
from dispatcher.domain.progress import NoProgress
from dispatcher.services import importing, orders
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.workplace import Workplace
from tests.fixtures import days

DOOR = Place(50.7766, 6.0834)
ELSEWHERE = Place(50.78, 6.09)
SPELLINGS = (
    Address("Jülicher Straße 12", "52070", "Aachen"),
    Address("jülicher str. 12", "52070", "AACHEN", "Germany"),
    Address("Julicher Strasse 12", "52070", "Aachen", place=ELSEWHERE, precision=Precision.STREET, matched="Jülicher"),
)


def change[T](store: SqliteStore, run: Callable[[UnitOfWork], T]) -> T:
    return store.write("Change", run).value


def put(store: SqliteStore, addresses: Sequence[Address], **fields: object) -> list[Order]:
    """Orders to these addresses, on the day after the generated one."""
    template = next(iter(store.read(lambda r: r.day(days.DATE)).orders.values()))
    made = [
        replace(
            template,
            id=OrderId(f"new-{n}-{address.line}"),
            number=f"N{n}",
            date=days.DATE + timedelta(days=1),
            address=address,
            windows=(),
            **fields,
        )
        for n, address in enumerate(addresses)
    ]
    store.write("Put", lambda uow: uow.put_orders(made))
    return made


def found(precision: Precision, place: Place = ELSEWHERE) -> Found:
    return Found("Somewhere", place, precision, 90.0)


# --- pins -----------------------------------------------------------------------------------------------------------


def test_a_pin_goes_to_every_doubtful_order_of_the_address_however_it_is_spelt(store: SqliteStore) -> None:
    made = put(store, SPELLINGS)
    other = put(store, [Address("Jülicher Straße 14", "52070", "Aachen")])[0]
    assert change(store, lambda uow: orders.set_pin(uow, order_id=made[0].id, place=DOOR)) == 3
    for order in store.read(lambda r: r.orders([o.id for o in made])):
        assert (order.address.place, order.address.precision) == (DOOR, Precision.PIN)
        assert order.address.line == next(o for o in made if o.id == order.id).address.line
    assert [o.id for o in store.read(lambda r: r.doubtful_orders())] == [other.id]
    store.undo()
    assert len(store.read(lambda r: r.doubtful_orders())) == 4
    assert store.read(lambda r: r.pins(["julicher street 12|52070|aachen"])) == {}


def test_a_pin_leaves_sure_places_and_cancelled_orders_alone(store: SqliteStore) -> None:
    sure = replace(SPELLINGS[0], place=ELSEWHERE, precision=Precision.HOUSE)
    first, known = put(store, [SPELLINGS[0], sure])
    cancelled = replace(first, id=OrderId("gone"), number="X", state=OrderState.CANCELLED)
    store.write("Put", lambda uow: uow.put_orders([cancelled]))
    assert change(store, lambda uow: orders.set_pin(uow, order_id=first.id, place=DOOR)) == 1
    told = {o.id: o.address.place for o in store.read(lambda r: r.orders([known.id, cancelled.id]))}
    assert told == {known.id: ELSEWHERE, cancelled.id: None}


def test_a_pin_is_remembered_at_the_next_import_and_by_hand(workplace: Workplace, tmp_path: Path) -> None:
    store: SqliteStore = workplace.store  # type: ignore[assignment]
    first = put(store, SPELLINGS[:1])[0]
    change(store, lambda uow: orders.set_pin(uow, order_id=first.id, place=DOOR))
    file = tmp_path / "orders.csv"
    file.write_text("Order ID,Address,Postcode,City\nA-1,Jülicher Str 12,52070,Aachen\n", encoding="utf-8")
    preview = importing.prepare(workplace, importing.Request(file, sender="Shop"), NoProgress())
    places = {o.number: (o.address.place, o.address.precision) for o in preview.orders}
    assert places == {"A-1": (DOOR, Precision.PIN)}
    by_hand = replace(first, id=OrderId("hand"), number="H", address=SPELLINGS[1])
    change(store, lambda uow: orders.save_order(uow, by_hand))
    assert store.read(lambda r: r.order(OrderId("hand"))).address.place == DOOR  # type: ignore[union-attr]


def test_a_later_pin_replaces_the_earlier(store: SqliteStore) -> None:
    first = put(store, SPELLINGS[:1])[0]
    for place in (DOOR, ELSEWHERE):
        change(store, lambda uow, place=place: orders.set_pin(uow, order_id=first.id, place=place))
    located = store.read(lambda r: orders.locate([SPELLINGS[1]], r, geocoder=None))
    assert [a.place for a in located.values()] == [ELSEWHERE]


def test_a_pin_for_an_order_that_is_gone_is_refused(store: SqliteStore) -> None:
    revision = store.read(lambda r: r.revision)
    with pytest.raises(KnownError, match="no longer exists"):
        change(store, lambda uow: orders.set_pin(uow, order_id=OrderId("gone"), place=DOOR))
    assert store.read(lambda r: r.revision) == revision


# --- the geocoder's answers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", [Precision.STREET, Precision.INTERPOLATED, Precision.HOUSE])
def test_a_street_or_better_is_a_place(precision: Precision) -> None:
    placed = orders.placed_at(SPELLINGS[0], [found(precision), found(Precision.HOUSE, DOOR)])
    assert (placed.place, placed.precision, placed.matched) == (ELSEWHERE, precision, "Somewhere")


def test_a_mere_town_is_a_hint_and_no_place() -> None:
    placed = orders.placed_at(SPELLINGS[2], [found(Precision.AREA)])
    assert (placed.place, placed.precision, placed.matched) == (None, Precision.AREA, "Somewhere")


def test_no_answer_is_no_place() -> None:
    placed = orders.placed_at(SPELLINGS[2], [])
    assert (placed.place, placed.precision, placed.matched) == (None, Precision.NONE, "")


# --- by hand --------------------------------------------------------------------------------------------------------


def test_a_number_is_needed_and_is_one_orders_of_its_sender_and_day(store: SqliteStore) -> None:
    day = store.read(lambda r: r.day(days.DATE))
    one, two = list(day.orders.values())[:2]
    with pytest.raises(BadInput, match="needs a number"):
        change(store, lambda uow: orders.save_order(uow, replace(one, number=" ")))
    with pytest.raises(BadInput, match=f"Order {two.number} exists on 15 June already"):
        change(store, lambda uow: orders.save_order(uow, replace(one, number=two.number)))
    assert store.read(lambda r: r.day(days.DATE)) == day
    change(store, lambda uow: orders.save_order(uow, replace(one, number=two.number, sender="Another")))
    change(store, lambda uow: orders.save_order(uow, replace(two, notes="Ring twice")))
    assert store.read(lambda r: r.order(two.id)).notes == "Ring twice"  # type: ignore[union-attr]


def test_an_order_given_another_date_waits_there(store: SqliteStore) -> None:
    day = store.read(lambda r: r.day(days.DATE))
    planned = day.plan.routes[0].order_ids[1]
    later = replace(day.orders[planned], date=days.DATE + timedelta(days=1), windows=())
    change(store, lambda uow: orders.save_order(uow, later))
    assert store.read(lambda r: r.day(later.date)).unplanned == (planned,)
    today = store.read(lambda r: r.day(days.DATE))
    assert planned not in today.orders
    assert today.plan.routes[0].order_ids == tuple(o for o in day.plan.routes[0].order_ids if o != planned)
    store.undo()
    assert store.read(lambda r: r.day(days.DATE)).plan.routes == day.plan.routes


def test_cancelled_orders_leave_their_rounds_stay_on_record_and_come_back(store: SqliteStore) -> None:
    day = store.read(lambda r: r.day(days.DATE))
    chosen = [*day.plan.routes[0].order_ids[:2], day.unplanned[0]]
    change(store, lambda uow: orders.cancel_orders(uow, order_ids=chosen))
    after = store.read(lambda r: r.day(days.DATE))
    assert set(after.orders) == set(day.orders)
    assert {o.id for o in after.orders.values() if o.state is OrderState.CANCELLED} == set(chosen)
    assert not set(chosen) & {*after.unplanned, *after.plan.routes[0].order_ids}
    change(store, lambda uow: orders.reopen_orders(uow, order_ids=chosen))
    assert set(chosen) <= set(store.read(lambda r: r.day(days.DATE)).unplanned)
    store.undo()
    store.undo()
    assert store.read(lambda r: r.day(days.DATE)).plan.routes == day.plan.routes


# --- goods that are fetched on the way ------------------------------------------------------------------------------


def pair(store: SqliteStore) -> tuple[Order, Order]:
    """A collection, and a delivery that waits for its goods."""
    fetched, brought = put(store, SPELLINGS[:2], kind=OrderKind.DELIVERY)
    fetched, brought = replace(fetched, kind=OrderKind.COLLECTION), replace(brought, pickup_id=fetched.id)
    change(store, lambda uow: uow.put_orders([replace(fetched, kind=OrderKind.COLLECTION)]))
    change(store, lambda uow: orders.save_order(uow, brought))
    return stored(store, fetched), stored(store, brought)


def stored(store: SqliteStore, order: Order) -> Order:
    found = store.read(lambda r: r.order(order.id))
    assert found is not None
    return found


def test_a_delivery_waits_for_a_collection_of_its_day(store: SqliteStore) -> None:
    fetched, brought = pair(store)
    assert brought.pickup_id == fetched.id
    assert store.undo() is not None
    assert stored(store, brought).pickup_id is None


def test_goods_are_fetched_at_a_collection_only(store: SqliteStore) -> None:
    fetched, brought = put(store, SPELLINGS[:2], kind=OrderKind.DELIVERY)
    with pytest.raises(BadInput, match=f"Order {fetched.number} is no collection"):
        change(store, lambda uow: orders.save_order(uow, replace(brought, pickup_id=fetched.id)))
    with pytest.raises(BadInput, match="is gone"):
        change(store, lambda uow: orders.save_order(uow, replace(brought, pickup_id=OrderId("never"))))
    assert stored(store, brought).pickup_id is None


def test_goods_are_fetched_on_the_day_they_are_brought(store: SqliteStore) -> None:
    _, brought = pair(store)
    later = brought.date + timedelta(days=1)
    with pytest.raises(BadInput, match="no collection on"):
        change(store, lambda uow: orders.save_order(uow, replace(brought, date=later)))
    change(store, lambda uow: orders.save_order(uow, replace(brought, date=later, pickup_id=None)))
    assert stored(store, brought).date == later


def test_an_order_that_others_wait_for_stays_a_collection_of_its_day(store: SqliteStore) -> None:
    fetched, brought = pair(store)
    for other in (replace(fetched, kind=OrderKind.DELIVERY), replace(fetched, date=fetched.date + timedelta(days=1))):
        with pytest.raises(BadInput, match=f"goods of order {brought.number} are fetched here"):
            change(store, lambda uow, other=other: orders.save_order(uow, other))
    change(store, lambda uow: orders.save_order(uow, replace(fetched, notes="Ring")))
    change(store, lambda uow: orders.save_order(uow, replace(brought, pickup_id=None)))
    change(store, lambda uow: orders.save_order(uow, replace(stored(store, fetched), kind=OrderKind.DELIVERY)))
    assert stored(store, fetched).kind is OrderKind.DELIVERY
