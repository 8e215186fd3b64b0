"""A dispatcher's afternoon for tests: a real depot and logbook, rounds sent to phones, a clock set by hand."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.devices import Device
from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.incidents import Incident, IncidentKind, IncidentPolicy, Remedy
from dispatcher.domain.orders import Contact, Order, OrderLine
from dispatcher.domain.plan import Day
from dispatcher.services import sending
from dispatcher.services.exceptions import ExceptionDesk, Offer, Performed, PlanChange
from dispatcher.services.home import Home
from dispatcher.services.logbook import Logbook
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days, onroad
from tests.unit.services.conftest import keep


def a_day() -> Day:
    """Ten deliveries without windows, three drivers, four planned with the first and four with the second."""
    day = days.make_day(10, 3, seed=4, windows=0.0, collections=0.0)
    contact = Contact("Maija Virtanen", "+49 241 4711", "maija@example.org")
    orders = {
        o: replace(order, contact=contact, load=replace(order.load, parcels=2)) for o, order in day.orders.items()
    }
    ids, shifts = list(orders), list(day.shifts)
    with_lines = (OrderLine("Lamp", 1, barcode="4711"), OrderLine("Bulb", 2, barcode="4712"))
    orders[ids[1]] = replace(orders[ids[1]], lines=with_lines)
    return days.with_plan(replace(day, orders=orders), {shifts[0]: ids[0:4], shifts[1]: ids[4:8]})


@dataclass
class Afternoon:
    """The day, sent; `hands` are the clock's."""

    workplace: Workplace
    hands: list[datetime]
    phones: dict[ShiftId, Device] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.desk = ExceptionDesk(self.workplace, clock=self.clock)

    def clock(self) -> datetime:
        return self.hands[0]

    def at(self, text: str, day: date = days.DATE) -> datetime:
        """Set the clock."""
        self.hands[0] = days.clock(text, day)
        return self.hands[0]

    @property
    def book(self) -> Logbook:
        assert self.workplace.live
        return self.workplace.live.logbook

    @property
    def day(self) -> Day:
        return self.workplace.store.read(lambda r: r.day(days.DATE))

    @property
    def outlook(self) -> Outlook:
        return self.workplace.desk.look(self.day, why=False)

    @property
    def shifts(self) -> Sequence[Shift]:
        return list(self.day.shifts.values())

    def order(self, place: int, round_: int = 0) -> Order:
        """The n-th stop of a round as it was planned at first."""
        found = self.workplace.store.read(lambda r: r.order(self.id(place, round_)))
        assert found is not None
        return found

    @staticmethod
    def id(place: int, round_: int = 0) -> OrderId:
        return OrderId(f"order-{4 * round_ + place:05d}")

    def say(self, kind: str, round_: int = 0, order_id: OrderId | None = None, **body: Any) -> str:
        """What a driver does on the page now; the action's key."""
        shift = self.shifts[round_]
        answer = onroad.act(self.book, self.phones[shift.id], kind, shift.id, self.clock(), order_id=order_id, **body)
        assert answer["taking"] == "taken", answer
        assert self.workplace.live is not None
        return str(answer["key"])

    def fail(self, place: int, round_: int = 0, reason: str = "NOT_HOME", **body: Any) -> str:
        key = self.say("fail", round_, self.id(place, round_), reason=reason, **body)
        self.heard()
        return key

    def deliver(self, place: int, round_: int = 0, **body: Any) -> str:
        key = self.say("deliver", round_, self.id(place, round_), name="Kim", **body)
        self.heard()
        return key

    def heard(self) -> None:
        """Let the plan know what drivers did, as the window does."""
        assert self.workplace.live is not None
        self.workplace.live.step(self.outlook, self.clock())

    def send(self) -> None:
        sending.send(self.book, self.outlook, self.clock())

    def habits(self, **changes: Any) -> None:
        """Change the depot's habits with exceptions."""
        depot = self.workplace.depot
        policy = replace(depot.road.incidents, **changes)
        changed = replace(depot, road=replace(depot.road, incidents=policy))
        self.workplace.store.write("Habits", lambda uow: uow.put_depot(changed))

    def rule(self, kind: IncidentKind, **changes: Any) -> None:
        policy: IncidentPolicy = self.workplace.depot.road.incidents
        rules: Mapping[IncidentKind, Any] = {**policy.rules, kind: replace(policy.rule(kind), **changes)}
        self.habits(rules=rules)

    # --- exceptions

    def step(self) -> bool:
        return self.desk.step(None, None)

    def all(self, *, opened: bool = False) -> Sequence[Incident]:
        return self.book.read(lambda r: r.incidents(open_only=opened))

    def one(self, kind: IncidentKind) -> Incident:
        (found,) = [incident for incident in self.all() if incident.kind is kind]
        return found

    def offers(self, incident: Incident) -> Mapping[Remedy, Offer]:
        """The first of each remedy."""
        found = self.desk.offers(incident.id, self.outlook, None)
        return {offer.remedy: offer for offer in reversed(found)}

    def perform(self, incident: Incident, offer: Offer, given: str = "", by: str = "Anna") -> Performed:
        """As the panel does: carry out, submit, say that it is done."""
        done = self.desk.perform(incident.id, offer, given, by=by)
        if done.operation is not None:
            self.submit(done.operation)
            self.desk.settled(incident.id, offer, given, by=by)
        return done

    def submit(self, change: PlanChange) -> Any:
        return self.workplace.store.write(change.label, change.change, why=change.why).value


@contextmanager
def an_afternoon(folder: Path, day: Day | None = None) -> Iterator[Afternoon]:
    """Open it at half past ten. Its depot has a phone for each driver."""
    home, hands = Home(folder / "home"), [days.clock("10:30")]
    clock = lambda: hands[0]
    stores = partial(open_store, clock=clock, author="Anna")
    slug = create_depot(home, days.make_depot(), open_store=stores)
    books = partial(open_logbook, clock=clock)
    with open_workplace(home, slug, open_store=stores, clock=clock, open_logbook=books) as workplace:
        workplace.store.write("Fill", lambda uow: keep(uow, day or a_day()))
        made = Afternoon(workplace, hands)
        made.phones = {shift.id: onroad.pair(made.book, shift.driver_id, clock()) for shift in made.shifts}
        made.send()
        yield made


def later(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)
