"""A driven day becomes facts, and its numbers what anybody can reckon from them: on a real store and logbook."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.devices import Device
from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.ids import OrderId, ShiftId, new_id
from dispatcher.domain.incidents import Incident, IncidentKind, IncidentState
from dispatcher.domain.orders import Load, OrderLine
from dispatcher.domain.plan import Stop
from dispatcher.domain.proof import RecordKind
from dispatcher.domain.schedule import RouteTimes
from dispatcher.domain.slots import Area, AreaId, HoldState, RuleId, SlotChange, SlotHold, SlotRule
from dispatcher.domain.time import TimeWindow
from dispatcher.insight.columns import TableName
from dispatcher.insight.rows import rows_of
from dispatcher.proof.chain import link
from dispatcher.services import sending
from dispatcher.services.erasing import blank_round, erase_records, withdrawn_of
from dispatcher.services.home import Home
from dispatcher.services.insight import InsightDesk, Span, Terms, keep_terms
from dispatcher.services.insight_day import Sources, seen_on
from dispatcher.services.logbook import Logbook, LogbookWriter
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.ports import Reader, Store, UnitOfWork
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

    def track(self) -> None:
        """Positions of the whole round, in straight lines."""
        day = self.workplace.store.read(lambda r: r.day(days.DATE))
        schedule = self.workplace.desk.look(day, why=False).schedule
        until = self.times.returns_at + timedelta(minutes=5)
        onroad.report(self.book, self.phone, list(onroad.drive(day, schedule, self.shift, until=until)), until)

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


def test_nothing_is_gathered_twice_but_what_changed(driven: Driven) -> None:
    driven.drive()
    later = replace(driven, hour=22 + 24)
    desk = later.desk
    assert desk.gather(DAY).made == 1
    assert desk.gather(DAY).made == 0
    assert InsightDesk(driven.workplace, clock=later.clock).gather(DAY).made == 0  # another window of the same depot
    # the driver takes the failure back within the minute and delivers
    later.say("undo", driven.times.stops[3].starts_at + timedelta(minutes=2, seconds=30), takes_back=_last_key(driven))
    assert desk.gather(DAY).made == 1
    assert value(desk, "failures") == 0
    # an exception is raised, and settled weeks later
    raised = Incident(
        new_id(), IncidentKind.LATE, days.DATE, "x", "Late", days.clock("12:00"), days.clock("13:00"),
    )  # fmt: skip
    driven.book.write(lambda book: book.put_incident(raised))
    assert desk.gather(DAY).made == 1
    assert value(desk, "resolution") is None
    weeks = replace(driven, hour=24 * 40)
    settled = replace(raised, state=IncidentState.CLOSED, closed_at=days.clock("15:00"))
    driven.book.write(lambda book: book.put_incident(settled))
    assert weeks.desk.gather(DAY).made == 1
    assert value(weeks.desk, "resolution") == 3
    assert value(weeks.desk, "settled_in_time") == 0
    assert weeks.desk.gather(DAY).made == 0
    # the plan of the day is changed long after
    order = driven.order_ids[0]
    changed = driven.workplace.store.read(lambda r: r.order(order))
    assert changed
    driven.workplace.store.write("Note", lambda uow: uow.put_orders([replace(changed, sender="Kukka Oy")]))
    assert weeks.desk.gather(DAY).made == 1
    assert [row.key for row in weeks.desk.table("success", "sender", DAY).rows] == ["Kukka Oy", ""]


def _last_key(driven: Driven) -> str:
    actions = driven.book.read(lambda book: book.actions_of([driven.shift]))
    return next(taken.action.key for taken in reversed(actions) if taken.action.kind == "fail")


def test_today_is_gathered_each_time_as_it_goes_on(driven: Driven) -> None:
    driven.say("begin", driven.times.leaves_at)
    driven.stop(0)
    morning = replace(driven, hour=9.0)
    desk = morning.desk
    assert desk.gather(DAY).made == 1
    assert (value(desk, "completion"), value(desk, "minutes_per_stop")) == (12.5, None)
    driven.stop(1)
    assert desk.gather(DAY).made == 1
    assert value(desk, "completion") == 25
    tomorrow = Span(days.DATE + timedelta(days=1), days.DATE + timedelta(days=9))
    assert desk.gather(tomorrow).days == 0


def test_erased_people_are_gone_and_their_stops_still_count(driven: Driven) -> None:
    driven.drive()
    later = replace(driven, hour=22 + 24)
    desk, gone = later.desk, driven.order_ids[0]
    desk.gather(DAY)
    names = {row.title for row in desk.table("success", "customer", DAY).rows}
    order = driven.workplace.store.read(lambda r: r.order(gone))
    assert order
    assert order.contact.name in names
    driven.workplace.store.erase([gone], [], label="Erase a person", author="Anna", why="asked")
    driven.book.write(lambda book: _erase(book, gone))
    assert desk.gather(DAY).made == 1
    table = desk.table("success", "customer", DAY)
    assert order.contact.name not in {row.title for row in table.rows}
    assert table.total.figure == desk.tile("success", DAY).figure
    assert (value(desk, "success"), table.total.figure.bottom) == (75, 4)
    folder = driven.workplace.home.database(driven.workplace.slug).parent / "insight"
    assert all(order.contact.name.encode() not in file.read_bytes() for file in folder.iterdir())


def test_an_erased_attempt_failed_for_the_reason_the_depot_put_right(driven: Driven) -> None:
    driven.drive()
    failed = driven.order_ids[3]
    driven.book.write(lambda book: _correct(book, failed, "NOT_LOADED"))
    desk = driven.desk
    desk.gather(DAY)
    before = [(r.key, r.figure) for r in desk.table("failures", "reason", DAY).rows]
    driven.book.write(lambda book: _erase(book, failed))
    assert desk.gather(DAY).made == 1
    assert [(r.key, r.figure) for r in desk.table("failures", "reason", DAY).rows] == before
    label = driven.workplace.depot.road.reason_by_code["NOT_LOADED"].label
    assert label in {key for key, _figure in before}


def _correct(book: LogbookWriter, order_id: OrderId, reason: str) -> None:
    record = next(r for r in book.records_of([order_id]) if r.kind is RecordKind.ATTEMPT)
    body = {"device_id": record.body["device_id"], "reason": reason, "by": "Anna", "note": ""}
    book.put_record(
        link(
            book.head(), kind=RecordKind.CORRECTED, key=record.key, order_id=order_id, on=record.on,
            at=days.clock("19:00"), body=body,
        )
    )  # fmt: skip


def _erase(book: LogbookWriter, order_id: OrderId) -> None:
    records = book.records_of([order_id])
    erase_records(book, records, by="Anna", why="asked", now=days.clock("20:00"), withdrawn=withdrawn_of(records))
    for sent in book.rounds_on(days.DATE):
        if blank := blank_round(sent, [order_id]):
            book.put_round(blank)


def test_a_person_can_be_forgotten_at_once(driven: Driven) -> None:
    driven.drive()
    desk = driven.desk
    desk.gather(DAY)
    assert desk.forget(driven.order_ids[:2]) == 2
    titles = [row.title for row in desk.table("success", "customer", DAY).rows]
    assert len(titles) == 3
    assert titles[-1] == "not known"
    assert value(desk, "success") == 75


def test_who_is_forgotten_while_another_desk_gathers_stays_forgotten(driven: Driven) -> None:
    forgetting = threading.Thread(target=lambda: driven.desk.forget(driven.order_ids[:2]))

    class Meanwhile:
        asked = 0

        def report(self, fraction: float, text: str) -> None: ...

        def cancelled(self) -> bool:
            self.asked += 1
            if self.asked == 3:  # the date is read, and not yet kept
                forgetting.start()
                forgetting.join(0.5)
            return False

    driven.drive()
    driven.desk.gather(DAY)
    driven.desk.gather(DAY, Meanwhile())
    forgetting.join()
    assert len(driven.desk.table("success", "customer", DAY).rows) == 3


def test_a_plan_that_changes_while_it_is_read_is_read_as_it_was(driven: Driven) -> None:
    store = driven.workplace.store
    day = store.read(lambda r: r.day(days.DATE))
    route = next(r for r in day.plan.routes if r.shift_id == driven.shift)
    late = replace(day.orders[route.order_ids[0]], id=OrderId("late"), version=0)

    def add(uow: UnitOfWork) -> None:
        uow.put_orders([late])
        uow.set_routes({route.shift_id: (*route.stops, Stop(late.id))})

    class Changing:
        """The store; somebody plans one order more right after the first reading."""

        changed = False

        def read[T](self, query: Callable[[Reader], T]) -> T:
            found = store.read(query)
            if not self.changed:
                self.changed = True
                store.write("One more", add)
            return found

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

    with closing(PlanningDesk(driven.workplace.roads)) as desk:
        seen = seen_on(Sources(cast(Store, Changing()), driven.book, desk, driven.clock()), days.DATE)
    assert [s.order_id for s in seen.times[driven.shift].stops] == list(route.order_ids)
    assert len(rows_of(seen)[TableName.STOPS]) == 8
    assert driven.desk.gather(DAY).missing == ()


def test_how_far_a_round_was_driven_outlives_its_track(driven: Driven) -> None:
    day = driven.workplace.store.read(lambda r: r.day(days.DATE))
    until = driven.times.returns_at + timedelta(minutes=5)
    driven.track()
    driven.drive()
    later = replace(driven, hour=22 + 24)
    desk = later.desk
    desk.gather(DAY)
    km = value(desk, "km_against_plan")
    assert km is not None
    assert 50 < km < 100  # straight lines are shorter than the roads planned on them
    cost = desk.table("cost_against_plan", "driver", DAY).rows[0].figure
    vehicle, driver = next(iter(day.vehicles.values())), next(iter(day.drivers.values()))
    rounds = desk._facts(DAY)["rounds"].set_index("shift_id").loc[driven.shift]
    assert cost.top == pytest.approx(
        vehicle.fixed_cost + rounds["km"] * vehicle.cost_per_km + rounds["minutes"] / 60 * driver.cost_per_hour
    )
    driven.book.forget(days.clock("00:00") + timedelta(days=30), ["tracks"])
    assert not driven.book.read(lambda book: book.track(driver.id, driven.times.leaves_at, until))
    driven.workplace.store.write("Note", lambda uow: uow.put_depot(replace(day.depot, address="Elsewhere")))
    order = next(iter(day.orders.values()))
    driven.workplace.store.write("Note", lambda uow: uow.put_orders([replace(order, notes="Ring twice")]))
    assert desk.gather(DAY).made == 1
    assert value(desk, "km_against_plan") == pytest.approx(km)


def test_a_round_that_is_over_is_followed_once_while_the_day_lasts(driven: Driven) -> None:
    driven.track()
    driven.drive()
    evening, until = driven.desk, driven.times.returns_at
    evening.gather(DAY)
    km = value(evening, "km_against_plan")
    driven.book.forget(days.clock("00:00") + timedelta(days=30), ["tracks"])
    driven.say("begin", until + timedelta(hours=1))
    driven.say("end", until + timedelta(hours=2))
    assert evening.gather(DAY).made == 1
    assert value(evening, "km_against_plan") == pytest.approx(km)
    hours = (until - driven.times.leaves_at).total_seconds() / 3600
    assert value(evening, "minutes_against_plan") == pytest.approx(100 * (hours + 2) / hours, rel=0.05)


def test_a_day_without_a_logbook_or_in_a_copy_gathers_nothing(driven: Driven) -> None:
    bare = replace(driven.workplace, live=None)
    assert InsightDesk(bare, clock=driven.clock).gather(DAY).days == 0
    assert InsightDesk(bare, clock=driven.clock).known() is None
    driven.drive()
    driven.desk.gather(DAY)
    assert driven.desk.known() == DAY
    assert value(InsightDesk(bare, clock=driven.clock), "success") == 75  # what was gathered can be looked at


def test_who_stops_keeps_what_was_gathered_before(driven: Driven) -> None:
    class Stops:
        said: list[str]

        def __init__(self) -> None:
            self.said = []

        def report(self, fraction: float, text: str) -> None:
            assert 0 <= fraction <= 1
            self.said.append(text)

        def cancelled(self) -> bool:
            return len(self.said) >= 2

    driven.drive()
    stops = Stops()
    with pytest.raises(Cancelled):
        driven.desk.gather(DAY, stops)
    assert stops.said[1].startswith("Gathering")
    assert driven.desk.known() is None
    assert driven.desk.gather(DAY).made == 1


def test_what_was_promised_and_partly_kept(driven: Driven) -> None:
    first, second = driven.order_ids[:2]
    orders = {o.id: o for o in driven.workplace.store.read(lambda r: r.orders([first, second]))}
    starts = {stop.order_id: stop.starts_at for stop in driven.times.stops}
    lines = (OrderLine("Box", 3), OrderLine("Bag", 1))
    changed = [
        replace(o, windows=(TimeWindow(starts[i], starts[i] + timedelta(hours=1)),), lines=lines, load=Load(1, 1, 4))
        for i, o in orders.items()
    ]
    driven.workplace.store.write("Promise", lambda uow: uow.put_orders(changed))
    day = driven.workplace.store.read(lambda r: r.day(days.DATE))
    sending.send(driven.book, driven.workplace.desk.look(day, why=False), days.clock("07:00"))
    driven.stop(0, outcome="partly", lines=[{"line": 0, "quantity": 1, "reason": "DAMAGED"}])
    driven.stop(1, late_s=3_600 + 301)
    desk = driven.desk
    desk.gather(DAY)
    rows = desk.rows("parcels_per_hour", DAY)
    stops = desk._facts(DAY)["stops"].set_index("order_id")
    assert stops.loc[first, "parcels_done"] == 2  # one of three boxes and the bag: two of four pieces
    assert (value(desk, "on_time"), value(desk, "otif")) == (50, 0)
    assert value(desk, "first_attempt") == 50
    assert rows.total == 0  # the round is not over: nobody knows what it took
    zone = driven.workplace.depot.zone
    opens = starts[first].astimezone(zone)
    assert stops.loc[first, "slot"] == f"{opens:%H:%M}–{opens + timedelta(hours=1):%H:%M}"
    assert desk.table("on_time", "slot", DAY).total.figure.bottom == 2


def test_slots_are_filled_by_what_was_confirmed(driven: Driven) -> None:
    area = Area(AreaId("a"), "Everywhere")
    rules = [
        SlotRule(
            RuleId(name), area.id, time(n), time(n + 3), weekdays=frozenset({days.DATE.weekday()}), most_orders=most
        )
        for name, most, n in (("open", 4, 9), ("unlimited", None, 12), ("dark", 5, 15))
    ]
    shut = SlotChange(RuleId("dark"), days.DATE, closed=True)
    holds = [
        SlotHold(str(n), RuleId("open"), days.DATE, days.clock("06:00"), days.clock("06:10"), "Anna", state=state)
        for n, state in enumerate((HoldState.CONFIRMED, HoldState.CONFIRMED, HoldState.LET_GO))
    ]

    def put(book: LogbookWriter) -> None:
        book.put_area(area)
        for rule in rules:
            book.put_slot_rule(rule)
        book.put_slot_change(shut)
        for hold in holds:
            book.put_slot_hold(hold)

    driven.book.write(put)
    desk = driven.desk
    desk.gather(DAY)
    assert value(desk, "slot_filling") == 50
    # an order that came by the slot's hours in another way has a place, too; one that has both has one
    order = driven.workplace.store.read(lambda r: r.order(driven.order_ids[0]))
    assert order
    window = TimeWindow(days.clock("09:00"), days.clock("12:00"))
    driven.workplace.store.write("Import", lambda uow: uow.put_orders([replace(order, windows=(window,))]))
    desk.gather(DAY)
    assert value(desk, "slot_filling") == 75
    driven.book.write(lambda book: book.put_slot_hold(replace(holds[0], order_id=order.id)))
    desk.gather(DAY)
    assert value(desk, "slot_filling") == 50
    assert [row.title for row in desk.table("completion", "area", DAY).rows] == ["Everywhere"]


@pytest.mark.parametrize("ending", ["xlsx", "pdf", "html"])
def test_a_table_is_written_with_its_formula(driven: Driven, tmp_path: Path, ending: str) -> None:
    driven.track()
    driven.drive()
    desk = driven.desk
    desk.gather(DAY)
    table = desk.table("cost_per_stop", "driver", DAY, DAY.before)
    to = tmp_path / f"table.{ending}"
    desk.export(table, to)
    text = _words(to)
    assert "Formula: Cost of the rounds (day, kilometres, hours) ÷ attempts." in text
    assert "Aino Korhonen" in text
    assert "Cost per stop (EUR)" in text
    cost = table.total.figure
    assert cost.value is not None
    if ending != "xlsx":
        assert f"{cost.value / 100:,.2f}" in text
        assert f"{cost.top / 100:,.2f}" in text


def _words(file: Path) -> str:
    match file.suffix:
        case ".xlsx":
            page = load_workbook(file)["Insight"]
            return "\n".join(str(cell) for row in page.iter_rows(values_only=True) for cell in row if cell is not None)
        case ".pdf":
            return " ".join(" ".join(page.extract_text() for page in PdfReader(file).pages).split())
        case _:
            return file.read_text("utf-8")


def test_a_customer_who_is_called_like_a_formula_runs_nothing(driven: Driven, tmp_path: Path) -> None:
    order = driven.workplace.store.read(lambda r: r.order(driven.order_ids[0]))
    assert order
    evil = replace(order, contact=replace(order.contact, name='=HYPERLINK("http://x")<b>'))
    driven.workplace.store.write("Name", lambda uow: uow.put_orders([evil]))
    driven.drive()
    desk = driven.desk
    desk.gather(DAY)
    table = desk.table("success", "customer", DAY)
    desk.export(table, tmp_path / "t.xlsx")
    cells = [cell for row in load_workbook(tmp_path / "t.xlsx")["Insight"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells)
    desk.export(table, tmp_path / "t.html")
    assert "<b>" not in (tmp_path / "t.html").read_text("utf-8")


def test_what_counts_as_on_time_is_the_depots_setting(driven: Driven) -> None:
    order = driven.workplace.store.read(lambda r: r.order(driven.order_ids[0]))
    assert order
    ends = driven.times.stops[0].starts_at
    window = TimeWindow(ends - timedelta(hours=1), ends)
    driven.workplace.store.write("Promise", lambda uow: uow.put_orders([replace(order, windows=(window,))]))
    day = driven.workplace.store.read(lambda r: r.day(days.DATE))
    sending.send(driven.book, driven.workplace.desk.look(day, why=False), days.clock("06:00"))
    driven.say("begin", driven.times.leaves_at)
    driven.stop(0, late_s=480)
    desk = driven.desk
    desk.gather(DAY)
    assert value(desk, "on_time") == 0
    driven.workplace.store.write("Tolerate", lambda uow: keep_terms(uow, Terms(0, 600)))
    assert value(desk, "on_time") == 100
    assert "from 0 min before to 10 min after" in desk.table("on_time", "day", DAY).formula
    assert desk.tile("on_time", DAY, terms=Terms()).figure.value == 0
    with pytest.raises(BadInput, match="4 hours"):
        driven.workplace.store.write("Tolerate", lambda uow: keep_terms(uow, Terms(0, 15_000)))
    driven.workplace.store.undo()
    assert desk.terms == Terms()


def test_bad_wishes_are_said_and_change_nothing(driven: Driven, tmp_path: Path) -> None:
    driven.drive()
    desk = driven.desk
    desk.gather(DAY)
    table = desk.table("success", "day", DAY)
    (tmp_path / "t.xlsx").write_text("mine")
    with pytest.raises(BadInput, match="no XLSX, PDF or HTML"):
        desk.export(table, tmp_path / "t.txt")
    with pytest.raises(KnownError, match="cannot be written"):
        desk.export(table, tmp_path / "nowhere" / "t.xlsx")
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["t.xlsx"]
    with pytest.raises(BadInput, match="cannot be cut by hour"):
        desk.table("adherence", "hour", DAY)
    with pytest.raises(BadInput, match="no measure"):
        desk.tile("happiness", DAY)
    with pytest.raises(BadInput, match="no cut"):
        desk.rows("success", DAY, cut_id="colour", key="red")


def test_a_failed_order_that_was_moved_to_another_day_stays_with_its_first(driven: Driven) -> None:
    driven.drive()
    failed = driven.order_ids[3]
    order = driven.workplace.store.read(lambda r: r.order(failed))
    assert order
    moved = replace(order, date=days.DATE + timedelta(days=1), attempt=2)
    driven.workplace.store.write("Again tomorrow", lambda uow: uow.put_orders([moved]))
    desk = driven.desk
    desk.gather(DAY)
    rows = desk.rows("failures", DAY, cut_id="reason", key="Nobody there")
    assert rows.order_ids == (failed,)
    assert value(desk, "first_attempt") == 75
    assert value(desk, "redelivery") == 0
    assert value(desk, "completion") == 50
