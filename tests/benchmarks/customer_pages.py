"""How long a day of 1,000 orders takes to publish to its customers, to show one page, and to judge one wish."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.customers import Wish, WishKind
from dispatcher.domain.messages import MessagePolicy
from dispatcher.domain.plan import Day
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.gateway.customer_words import Pages
from dispatcher.services.customer_pages import publish
from dispatcher.services.home import Home
from dispatcher.services.live import LiveDay
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.wishes import judged
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days

ORDERS, DRIVERS = 1_000, 20
NOW = days.clock("06:30")
PAGE = Path(__file__).parents[2] / "resources" / "web" / "customer"


def run() -> Iterator[dict[str, Any]]:
    """Figures in milliseconds."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        stores = partial(open_store, clock=lambda: NOW, author="Anna")
        slug = create_depot(home, days.make_depot(), open_store=stores)
        books = partial(open_logbook, clock=lambda: NOW)
        with open_workplace(home, slug, open_store=stores, clock=lambda: NOW, open_logbook=books) as workplace:
            workplace.store.write("Fill", lambda uow: _fill(uow, _day()))
            yield from _measured(workplace)


def _measured(workplace: Workplace) -> Iterator[dict[str, Any]]:
    assert workplace.live
    day = workplace.store.read(lambda r: r.day(days.DATE))
    outlook = workplace.desk.look(day, why=False)
    live = LiveDay(day.date, NOW)
    first_ms, published = _timed(lambda: publish(workplace, outlook, live, now=NOW))
    assert published.changed == ORDERS
    yield _figure("publishing 1,000 orders for the first time", first_ms, 1_000)
    again_ms, published = _timed(lambda: publish(workplace, outlook, live, now=NOW))
    assert published.changed == 0
    yield _figure("publishing 1,000 orders of which none changed", again_ms, 250)

    order_id = day.plan.routes[0].order_ids[0]
    page = workplace.live.logbook.read(lambda r: r.customer_page_of(order_id))
    assert page
    pages = Pages(PAGE)
    pages.page(page, (), "en", NOW)
    hundred_ms, _ = _timed(lambda: [pages.page(page, (), "de", NOW) for _ in range(100)])
    yield _figure("making one page", hundred_ms / 100, 10)

    hours = {"opens_at": days.clock("13:00"), "closes_at": days.clock("15:00")}
    wish = Wish("w", order_id, 1, NOW, WishKind.SLOT, on=day.date, **hours)
    judged_ms, found = _timed(lambda: judged(workplace, outlook, wish, now=NOW + timedelta(minutes=1)))
    assert found.change
    yield _figure("judging a wish for another time among 1,000 orders", judged_ms, 1_000)


def _day() -> Day:
    day = days.make_day(ORDERS, DRIVERS, seed=3)
    ids, shifts, each = list(day.orders), list(day.shifts), ORDERS // DRIVERS
    return days.with_plan(day, {shift: ids[n * each : (n + 1) * each] for n, shift in enumerate(shifts)})


def _fill(uow: UnitOfWork, day: Day) -> None:
    uow.put_depot(replace(uow.depot(), road=RoadPolicy(messages=MessagePolicy(page=True))))
    for vehicle in day.vehicles.values():
        uow.put_vehicle(vehicle)
    for driver in day.drivers.values():
        uow.put_driver(driver)
    uow.put_shifts(day.shifts.values())
    uow.put_orders(day.orders.values())
    uow.set_routes({route.shift_id: route.stops for route in day.plan.routes})


def _timed[T](work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = work()
    return 1_000 * (time.perf_counter() - began), result


def _figure(name: str, value_ms: float, goal_ms: float) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value_ms, 1),
        "unit": "ms",
        "goal": goal_ms,
        "ok": value_ms <= goal_ms,
        "on": "a made-up day with 20 drivers, straight lines",
    }
