"""A depot with slots for tests: the small day, a real logbook, a catalogue of one area, and a clock that can be set."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Address, Precision
from dispatcher.domain.slots import Area, AreaId, RuleId, SlotRule
from dispatcher.services.home import Home
from dispatcher.services.slots import PlanChange, SlotDesk
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import keep, small_day

DAY = days.DATE
BEFORE = datetime(2026, 6, 14, 8, tzinfo=UTC)
AREA = Area(AreaId("all"), "All of it")
MORNING = SlotRule(RuleId("morning"), AREA.id, time(8), time(12), frozenset(range(7)), cut_off_s=3_600, most_orders=3)
NOON = replace(MORNING, id=RuleId("noon"), opens=time(12), closes=time(16))


@dataclass
class Ticking:
    """A clock that is set."""

    now: datetime = BEFORE

    def __call__(self) -> datetime:
        return self.now


@dataclass
class SlotsDepot:
    """What a test needs."""

    workplace: Workplace
    clock: Ticking
    desk: SlotDesk

    def do(self, change: PlanChange) -> None:
        """As the window does."""
        self.workplace.store.write(change.label, change.run)

    def order(self, order_id: OrderId) -> Order:
        found = self.workplace.store.read(lambda r: r.order(order_id))
        assert found is not None
        return found

    def sold(self, rule: SlotRule = MORNING, on: date = DAY) -> int:
        (slot,) = [s for s in self.desk.calendar(on, 1) if s.rule.id == rule.id]
        return slot.orders


def an_order(number: str, on: date = DAY) -> Order:
    """One that is not in the plan yet."""
    place = days.AACHEN.centre
    address = Address("Markt 1", "52062", "Aachen", place=place, precision=Precision.HOUSE)
    return Order(OrderId(f"new {number}"), number, on, address)


@contextmanager
def slots_depot(folder: Path, *, rules: tuple[SlotRule, ...] = (MORNING, NOON)) -> Iterator[SlotsDepot]:
    """The small day at a depot on straight lines, none of its orders with a window; the day before."""
    clock = Ticking()
    home, opener = Home(folder), partial(open_store, clock=clock, author="Anna")
    slug = create_depot(home, days.make_depot(), open_store=opener)
    books = partial(open_logbook, clock=clock)
    day = small_day()
    day = replace(day, orders={o: replace(order, windows=()) for o, order in day.orders.items()})
    with open_workplace(home, slug, open_store=opener, clock=clock, open_logbook=books) as opened:
        opened.store.write("Fill", lambda uow: keep(uow, day))
        desk = SlotDesk(opened)
        desk.put_area(AREA)
        for rule in rules:
            desk.put_rule(rule)
        yield SlotsDepot(opened, clock, desk)


TEN = timedelta(minutes=10)


@contextmanager
def reopened(folder: Path) -> Iterator[SlotDesk]:
    """The desk of another process at the same depot."""
    clock, home = Ticking(), Home(folder)
    opener, books = partial(open_store, clock=clock, author="Bert"), partial(open_logbook, clock=clock)
    with open_workplace(home, home.depot_slugs()[0], open_store=opener, clock=clock, open_logbook=books) as opened:
        yield SlotDesk(opened)
