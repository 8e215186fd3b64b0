"""Where a driver has been, an order stays on its day: by hand, by an import, and by a copy that is promoted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.progress import NoProgress
from dispatcher.services import disturbances, importing, orders, promoting
from dispatcher.services.importing import Preview, Request
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.promoting import Tried
from tests.fixtures import days
from tests.unit.services.test_live import Road
from tests.unit.services.test_live import road as road

NEXT = days.DATE + timedelta(days=1)
HEAD = "Order number,Address,City,Latitude,Longitude,Date"


@pytest.fixture
def order(road: Road) -> Order:
    """The first of the round, delivered."""
    first = road.times.stops[0]
    road.deliver(0, first.departs_at)
    road.step(first.departs_at)
    return road.day.orders[first.order_id]


def moved(order: Order) -> Callable[[UnitOfWork], object]:
    return lambda uow: orders.save_order(uow, replace(order, date=NEXT))


def cancelled(order: Order) -> Callable[[UnitOfWork], object]:
    return lambda uow: orders.cancel_orders(uow, order_ids=[order.id])


def removed(order: Order) -> Callable[[UnitOfWork], object]:
    return lambda uow: uow.remove_orders([order.id])


@pytest.mark.parametrize("change", [moved, cancelled, removed])
def test_a_delivered_order_is_not_taken_off_its_day(
    road: Road, order: Order, change: Callable[[Order], Callable[[UnitOfWork], object]]
) -> None:
    before = road.day
    with pytest.raises(BadInput, match=f"A driver was at order {order.number}") as refused:
        road.workplace.store.write("Change", change(order))
    assert "Try again" in refused.value.remedy
    assert road.day == before


def test_what_stands_is_known_in_another_process_too(road: Road, order: Order) -> None:
    """Whoever has not read the day yet asks the logbook."""
    road.workplace.store._facts.clear()  # type: ignore[attr-defined]
    with pytest.raises(BadInput):
        road.workplace.store.write("Change", removed(order))


def test_it_may_be_corrected_and_tried_again(road: Road, order: Order) -> None:
    store = road.workplace.store
    store.write("Correct", lambda uow: orders.save_order(uow, replace(order, notes="Left with the porter")))
    store.write("Again", lambda uow: disturbances.try_another_day(uow, order_id=order.id, on=NEXT))
    assert store.read(lambda r: r.order(order.id)).date == NEXT  # type: ignore[union-attr]


def test_undo_is_free(road: Road) -> None:
    """An order that was typed in and delivered is taken back: the chain of proofs knows it all the same."""
    store, first = road.workplace.store, road.times.stops[0].order_id
    known = road.day.orders[first]
    store.write("Postpone", lambda uow: uow.put_orders([replace(known, notes="x")]))
    road.deliver(0, road.times.stops[0].departs_at)
    road.step(road.times.stops[0].departs_at)
    store.undo()
    assert road.day.orders[first].notes == known.notes


def preview_of(road: Road, tmp_path: Path, *rows: tuple[Order, date]) -> Preview:
    """A file that has these orders on these dates, and is all there is."""
    lines = [f'{o.number},"{o.address.text}",,{o.address.place.lat},{o.address.place.lon},{on}' for o, on in rows]  # type: ignore[union-attr]
    file = tmp_path / "orders.csv"
    file.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    return importing.prepare(road.workplace, Request(file, days.DATE, "sync"), NoProgress())


def bring(road: Road, preview: Preview) -> importing.Imported:
    return road.workplace.store.write("Import", lambda uow: importing.commit(uow, preview)).value


def test_a_file_that_has_it_no_more_leaves_it_and_says_so(road: Road, order: Order, tmp_path: Path) -> None:
    other = road.day.orders[road.times.stops[-1].order_id]
    preview = preview_of(road, tmp_path, (other, days.DATE))
    assert any(order.number in note and "so it stays" in note for note in preview.notes)
    assert order.id not in {o.id for o in preview.plan.remove}
    assert bring(road, preview).removed == len(preview.plan.remove) > 0
    assert set(road.day.orders) == {order.id, other.id}
    assert any(s.done for r in road.day.plan.routes for s in r.stops if s.order_id == order.id)


def test_a_file_that_has_it_on_another_day_is_left_out_by_that_row(road: Road, order: Order, tmp_path: Path) -> None:
    other = road.day.orders[road.times.stops[-1].order_id]
    preview = preview_of(road, tmp_path, (other, days.DATE), (order, NEXT))
    (fault,) = preview.errors
    assert (fault.row, fault.column, fault.value) == (3, "Date", NEXT.isoformat())
    assert "A driver has been at order" in fault.reason
    assert fault.remedy
    done = bring(road, preview)
    assert (done.added, done.rejected) == (0, 1)
    assert order.id in road.day.orders
    assert not road.workplace.store.read(lambda r: r.orders_of([NEXT]))


def test_what_is_delivered_between_preview_and_writing_stays_too(road: Road, tmp_path: Path) -> None:
    first, other = (road.day.orders[road.times.stops[i].order_id] for i in (0, -1))
    preview = preview_of(road, tmp_path, (other, days.DATE))
    assert first.id in {o.id for o in preview.plan.remove}
    road.deliver(0, road.times.stops[0].departs_at)
    road.step(road.times.stops[0].departs_at)
    bring(road, preview)
    assert first.id in road.day.orders


@pytest.mark.parametrize("how", ["postponed", "removed", "cancelled"])
def test_a_copy_that_took_it_away_is_promoted_without_that(road: Road, how: str) -> None:
    base = road.day
    order_id: OrderId = road.times.stops[0].order_id
    order = base.orders[order_id]
    rest = {o: each for o, each in base.orders.items() if o != order_id}
    if how == "cancelled":
        rest[order_id] = replace(order, state=OrderState.CANCELLED)
    tried = Tried(replace(base, orders=rest), (replace(order, date=NEXT),) if how == "postponed" else ())
    road.deliver(0, road.times.stops[0].departs_at)
    road.step(road.times.stops[0].departs_at)
    applied = road.workplace.store.write("Promote", lambda uow: promoting.promote(uow, base=base, tried=tried)).value
    assert "A driver has been there" in dict(applied.left)[order_id]
    assert road.day.orders[order_id].state is OrderState.OPEN
    assert any(s.done for r in road.day.plan.routes for s in r.stops if s.order_id == order_id)
