"""A depot on straight lines with a logbook: two rounds of four orders, of two pieces each or with barcodes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.loading import LoadedPiece
from dispatcher.domain.orders import Load, Order, OrderKind, OrderLine, OrderState
from dispatcher.domain.plan import Day
from dispatcher.services.home import Home
from dispatcher.services.loading import LoadDesk, Scanned
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import keep

ORDERS = 8
TOMORROW = days.DATE + timedelta(days=1)


@dataclass
class Time:
    """Stands until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Morning:
    """The depot, its desk, and short ways to speak of both."""

    workplace: Workplace
    time: Time
    desk: LoadDesk

    @property
    def day(self) -> Day:
        """As it is now."""
        return self.workplace.store.read(lambda r: r.day(days.DATE))

    @property
    def outlook(self) -> Outlook:
        """The same, judged."""
        return self.workplace.desk.look(self.day, why=False)

    @property
    def vans(self) -> list[ShiftId]:
        """Of the two rounds with stops, and one without."""
        return list(self.day.shifts)

    def orders(self, van: int) -> list[Order]:
        """In the order of delivery."""
        day = self.day
        return [day.orders[o] for o in day.plan.routes[van].order_ids]

    def scan(self, text: str, van: int | None = 0) -> Scanned:
        """At a van, or at none; what follows for the plan is done."""
        return self.do(self.desk.scan(text, None if van is None else self.vans[van], on=days.DATE, by="Anna"))

    def do(self, scanned: Scanned) -> Scanned:
        """What follows for the plan."""
        if scanned.plan:
            self.workplace.store.write(scanned.plan.label, scanned.plan.change)
        return scanned

    def undo(self) -> Scanned:
        """The last word."""
        return self.do(self.desk.undo(on=days.DATE, by="Anna"))

    def load(self, van: int) -> None:
        """All that is to be loaded of a round."""
        for order in self.orders(van):
            for piece in self.codes(order):
                assert self.scan(piece, van).right

    @staticmethod
    def codes(order: Order) -> list[str]:
        """Of its labels."""
        barcodes = [line.barcode for line in order.lines if line.barcode]
        return barcodes or [f"{order.number}/{n}" for n in range(1, order.load.parcels + 1)]

    def kept(self) -> list[LoadedPiece]:
        """What the logbook has."""
        assert self.workplace.live
        return list(self.workplace.live.logbook.read(lambda r: r.loaded_on(days.DATE)))

    def change(self, order: Order, **fields: object) -> None:
        """Of an order, in the plan."""
        changed = replace(order, **fields)  # type: ignore[arg-type]
        self.workplace.store.write("Change", lambda uow: uow.put_orders([changed]))


def made_day() -> Day:
    """The last order has barcodes; one of the second round is fetched; one is on no round; one is cancelled."""
    made = days.make_day(ORDERS + 2, 3, seed=4, windows=0.0, collections=0.0)
    ids, shifts = list(made.orders), list(made.shifts)
    orders = {o: replace(order, load=Load(4.0, 40.0, 2)) for o, order in made.orders.items()}
    lines = (OrderLine("Lamp", barcode="4006381333931"), OrderLine("Bulb", barcode="4006381333948"))
    orders[ids[3]] = replace(orders[ids[3]], lines=lines)
    orders[ids[7]] = replace(orders[ids[7]], kind=OrderKind.COLLECTION)
    orders[ids[9]] = replace(orders[ids[9]], state=OrderState.CANCELLED)
    return days.with_plan(replace(made, orders=orders), {shifts[0]: ids[0:4], shifts[1]: ids[4:8]})


@contextmanager
def open_morning(home: Path) -> Iterator[Morning]:
    """Six in the morning of the day."""
    time = Time(days.clock("06:00"))
    folder, stores = Home(home), partial(open_store, clock=time, author="Anna")
    slug = create_depot(folder, days.make_depot(), open_store=stores)
    books = partial(open_logbook, clock=time)
    with open_workplace(folder, slug, open_store=stores, clock=time, open_logbook=books) as opened:
        day = made_day()
        opened.store.write("Fill", lambda uow: keep(uow, day))
        later = replace(next(iter(day.orders.values())), id=OrderId("later"), number="B1", date=TOMORROW)
        opened.store.write("Tomorrow", lambda uow: uow.put_orders([later]))
        yield Morning(opened, time, LoadDesk(opened, clock=time))
