"""A driven day becomes facts, and its numbers what anybody can reckon from them: on a real store and logbook."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.devices import Device
from dispatcher.domain.errors import BadInput, Cancelled
from dispatcher.domain.ids import OrderId, ShiftId, new_id
from dispatcher.domain.incidents import Incident, IncidentKind, IncidentState
from dispatcher.domain.orders import Load
from dispatcher.domain.schedule import RouteTimes
from dispatcher.services import sending
from dispatcher.services.home import Home
from dispatcher.services.insight import InsightDesk, Span
from dispatcher.services.logbook import Logbook
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days, onroad
from tests.unit.services.conftest import keep, small_day

DAY = Span(days.DATE, days.DATE)
INK = {"width": 600, "height": 240, "strokes": [[[0.1 + n / 40, 0.4 + (n % 5) / 12, 40 * n] for n in range(20)]]}


@dataclass
class Driven:
    """The small day, sent; its first round has four stops, and a phone."""

    workplace: Workplace
    shift: ShiftId
    phone: Device
    times: RouteTimes
    hour: float = 22.0

    def clock(self) -> datetime:
        return days.clock("00:00") + timedelta(hours=self.hour)

    @property
    def desk(self) -> InsightDesk:
        return InsightDesk(self.workplace, clock=self.clock)

    @property
    def book(self) -> Logbook:
        assert self.workplace.live
        return self.workplace.live.logbook

    @property
    def order_ids(self) -> list[OrderId]:
        return [stop.order_id for stop in self.times.stops]

    def say(self, kind: str, at: datetime, order_id: OrderId | None = None, **body: object) -> str:
        answer = onroad.act(self.book, self.phone, kind, self.shift, at, order_id=order_id, **body)
        assert answer["taking"] == "taken", answer
        return str(answer["key"])

    def stop(self, place: int, *, late_s: int = 0, kind: str = "deliver", **body: object) -> str:
        """Make a stop of the round; two minutes at the door."""
        at = self.times.stops[place].starts_at + timedelta(seconds=late_s)
        order_id = self.order_ids[place]
        self.say("arrive", at, order_id)
        said = {"name": "Kim", "ink": INK} if kind == "deliver" else {}
        return self.say(kind, at + timedelta(minutes=2), order_id, arrived_at=at.isoformat(), **{**said, **body})

    def drive(self, late_s: int = 0) -> None:
        """All of it: three are delivered, the last is not; half an hour longer than planned."""
        self.say("begin", self.times.leaves_at)
        for place in range(3):
            self.stop(place, late_s=late_s)
        self.stop(3, kind="fail", reason="NOT_HOME", late_s=late_s)
        self.say("end", self.times.returns_at + timedelta(minutes=30))


@pytest.fixture
def driven(tmp_path: Path) -> Iterator[Driven]:
    home, morning = Home(tmp_path / "home"), lambda: days.clock("06:00")
    stores = partial(open_store, clock=morning, author="Anna")
    slug = create_depot(home, days.make_depot(), open_store=stores)
    opened = partial(open_workplace, home, slug, open_store=stores, clock=morning)
    day = small_day()
    orders = {
        o.id: replace(o, load=Load(1, 1, 2), windows=(), contact=replace(o.contact, name=f"Kim {o.number}"))
        for o in day.orders.values()
    }
    with opened(open_logbook=partial(open_logbook, clock=morning)) as workplace:
        workplace.store.write("Fill", lambda uow: keep(uow, replace(day, orders=orders)))
        day = workplace.store.read(lambda r: r.day(days.DATE))
        outlook = workplace.desk.look(day, why=False)
        shift = next(iter(day.shifts))
        assert workplace.live
        phone = onroad.pair(workplace.live.logbook, day.shifts[shift].driver_id, morning())
        sending.send(workplace.live.logbook, outlook, morning())
        yield Driven(workplace, shift, phone, outlook.schedule.routes[shift])


def value(desk: InsightDesk, measure: str, span: Span = DAY) -> float | None:
    return desk.tile(measure, span).figure.value


def test_a_day_becomes_facts_and_every_number_follows(driven: Driven) -> None:
    driven.drive()
    desk = driven.desk
    gathered = desk.gather(DAY)
    assert (gathered.days, gathered.made, gathered.missing) == (1, 1, ())
    assert value(desk, "first_attempt") == 75
    assert value(desk, "failures") == pytest.approx(100 / 4)
    assert value(desk, "completion") == 50  # of two rounds of four stops one was driven
    assert value(desk, "otif") == 75
    assert value(desk, "adherence") == 100
    hours = ((driven.times.returns_at - driven.times.leaves_at).total_seconds() + 1_800) / 3600
    assert value(desk, "stops_per_hour") == pytest.approx(4 / hours)
    assert value(desk, "parcels_per_hour") == pytest.approx(6 / hours)
    assert value(desk, "minutes_against_plan") == pytest.approx(100 * hours / (hours - 0.5))
    assert value(desk, "at_door") == pytest.approx(2)
    assert value(desk, "km_per_stop") is None  # no track
    assert value(desk, "on_time") is None  # nothing was promised


def test_what_is_planned_is_shared_out_whole(driven: Driven) -> None:
    driven.drive()
    desk = driven.desk
    desk.gather(DAY)
    facts = desk._facts(DAY)
    for name in ("minutes_planned", "km_planned", "cost_planned", "minutes"):
        by_round = facts["rounds"].set_index("shift_id")[name].dropna()
        shared = facts["stops"].groupby("shift_id", observed=True)[name].sum()
        assert len(by_round)
        for shift_id, whole in by_round.items():
            assert shared[shift_id] == pytest.approx(whole), name


def test_the_rows_behind_a_number_are_those_it_is_made_of(driven: Driven) -> None:
    driven.drive()
    desk = driven.desk
    desk.gather(DAY)
    rows = desk.rows("failures", DAY, cut_id="reason", key="Nobody there")
    assert (rows.order_ids, rows.tops, rows.total) == ((driven.order_ids[3],), (1.0,), 1)
    table = desk.table("failures", "reason", DAY)
    line = next(row for row in table.rows if row.key == "Nobody there")
    assert (line.figure.value, line.figure.rows) == (25, 1)
    all_rows = desk.rows("failures", DAY)
    assert sum(all_rows.tops) == table.total.figure.top
    assert sum(all_rows.bottoms) == table.total.figure.bottom
