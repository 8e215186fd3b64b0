"""A depot with some weeks behind it, driven through the gateway's own doors: rounds sent, actions taken, stays seen."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.devices import Device
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.orders import Contact, Load, Order
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Stop
from dispatcher.domain.tracking import Leg, Visit
from dispatcher.services import sending
from dispatcher.services.home import Home
from dispatcher.services.learning import LearningDesk
from dispatcher.services.logbook import Logbook
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days, onroad

FIRST = date(2026, 3, 16)
"""A Monday; the clocks change on the second Sunday after."""
DAYS, STOPS = 20, 18
NOW = days.clock("12:00", FIRST + timedelta(days=DAYS))
DRIVER = DriverId("driver-000")
RUSH, RUSH_FACTOR = range(8, 11), 1.6


@dataclass(frozen=True)
class Past:
    """The depot, open."""

    workplace: Workplace

    @property
    def desk(self) -> LearningDesk:
        return LearningDesk(self.workplace, clock=self.workplace.clock)

    @property
    def book(self) -> Logbook:
        assert self.workplace.live
        return self.workplace.live.logbook


def order(n: int, on: date, **changes: object) -> Order:
    """Of 24 doors the n-th: houses, and flats of six floors in three buildings; a shop in each fourth."""
    door = n % 24
    line, name = f"Lane {door}", f"Kim {door}"
    if door % 4 == 0:
        line, name = f"Market {door}", f"Bakery {door}"
    elif door % 2:
        line = f"Tower Road {door % 3 + 1}, floor {door % 6}"
    place = Place(50.77 + door / 2000, 6.08)
    made = days.make_order(n, place, date=on, contact=Contact(name=name), load=Load(1, 1, 1), service_s=180)
    address = replace(made.address, line=line, postcode="52062")
    return replace(made, id=OrderId(f"{on}-{n}"), number=f"{on:%m%d}-{n}", address=address, **changes)  # type: ignore[arg-type]


def true_seconds(made: Order) -> float:
    """A minute for each floor; a shop takes six."""
    if "Market" in made.address.line:
        return 360
    return 90 + 60 * int(made.address.line[-1]) if "floor" in made.address.line else 75


def fails(made: Order, dice: random.Random) -> bool:
    """Houses are empty now and then, others hardly ever."""
    return dice.random() < (0.45 if made.address.line.startswith("Lane") else 0.02)


@contextmanager
def past(folder: Path, *, count: int = DAYS, stops: int = STOPS, seed: int = 1, flat: bool = False) -> Iterator[Past]:
    """`count` dates of one round. If `flat`, doors take three minutes whatever they are, and chance alone fails."""
    home, clock = Home(folder / "home"), lambda: NOW
    stores = partial(open_store, clock=clock, author="Anna")
    slug = create_depot(home, days.make_depot(), open_store=stores)
    book = partial(open_logbook, clock=clock)
    with open_workplace(home, slug, open_store=stores, clock=clock, open_logbook=book) as workplace:
        made, dice = Past(workplace), random.Random(seed)
        phone = onroad.pair(made.book, DRIVER, days.clock("05:00", FIRST))
        for n in range(count):
            _drive(made, phone, FIRST + timedelta(days=n), n * stops, stops, dice, flat=flat)
        yield made


def _drive(made: Past, phone: Device, on: date, first: int, stops: int, dice: random.Random, *, flat: bool) -> None:
    orders = [order(first + n, on) for n in range(stops)]
    shift_id = ShiftId(f"shift-{on}")
    times = {"starts_at": days.clock("08:00", on), "ends_at": days.clock("22:00", on)}
    crew = days.make_crew(1, made.workplace.depot, shift={"id": shift_id, "date": on, **times})

    def write(uow: object) -> None:
        drivers, vehicles, shifts = crew
        uow.put_vehicle(*vehicles.values())  # type: ignore[attr-defined]
        uow.put_driver(*drivers.values())  # type: ignore[attr-defined]
        uow.put_shifts(shifts.values())  # type: ignore[attr-defined]
        uow.put_orders(orders)  # type: ignore[attr-defined]
        uow.set_routes({shift_id: [Stop(o.id) for o in orders]})  # type: ignore[attr-defined]

    made.workplace.store.write("Plan", write)
    day = made.workplace.store.read(lambda r: r.day(on))
    sending.send(made.book, made.workplace.desk.look(day, why=False), days.clock("07:00", on))
    _work(made, phone, shift_id, on, orders, dice, flat=flat)


def _work(
    made: Past, phone: Device, shift_id: ShiftId, on: date, orders: list[Order], dice: random.Random, *, flat: bool
) -> None:
    now, visits, legs = days.clock("08:00", on), [], []
    onroad.act(made.book, phone, "begin", shift_id, now)
    for each in orders:
        local = now.astimezone(days.ZONE)
        pace = RUSH_FACTOR if local.hour in RUSH and not flat else 1.0
        driven_s = round(600 * pace * dice.lognormvariate(0, 0.1))
        legs.append(Leg("u1h2c", local.hour, on.weekday(), 600, driven_s))
        now += timedelta(seconds=driven_s)
        took_s = (180 if flat else true_seconds(each)) * dice.lognormvariate(0, 0.15)
        left = now + timedelta(seconds=took_s)
        failed = dice.random() < 0.15 if flat else fails(each, dice)
        said = {"reason": "NOT_HOME"} if failed else {"name": "Kim"}
        kind = "fail" if failed else "deliver"
        done = left - timedelta(seconds=5)
        answer = onroad.act(
            made.book, phone, kind, shift_id, done, order_id=each.id, arrived_at=now.isoformat(), **said
        )
        assert answer["taking"] == "taken", answer
        visits.append(Visit(shift_id, each.id, now, left))
        now = left
    onroad.act(made.book, phone, "end", shift_id, now + timedelta(minutes=10))
    made.book.write(lambda book: book.put_visits(shift_id, visits))
    made.book.write(lambda book: book.put_legs(on, shift_id, legs))


def at(text: str, on: date = FIRST + timedelta(days=DAYS + 1)) -> datetime:
    """A moment at the depot."""
    return days.clock(text, on)
