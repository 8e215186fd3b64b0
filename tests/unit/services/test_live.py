"""A day followed on the road: positions and words of drivers become progress, live times and alerts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from db.logbook.opening import open_logbook
from db.logbook.reader import SqlLogbookReader
from dispatcher.domain.devices import Device
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.tracking import AlertKind, Leg, Risk, Witness
from dispatcher.services import disturbances, plan, sending, today, whatifs
from dispatcher.services.exceptions.chain import correction_record
from dispatcher.services.home import Home
from dispatcher.services.live import LiveDay, LiveDesk
from dispatcher.services.logbook import LogbookWriter
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from dispatcher.tracking.learning import geohash
from tests.fixtures import days, onroad
from tests.unit.services.conftest import keep, now, open_stores, small_day


class Road:
    """The small day, sent to drivers who have phones."""

    def __init__(self, workplace: Workplace) -> None:
        self.workplace = workplace
        assert workplace.live is not None
        self.live: LiveDesk = workplace.live
        self.logbook = self.live.logbook
        self.shift = next(iter(self.day.shifts))
        self.phone: Device = onroad.pair(self.logbook, self.day.shifts[self.shift].driver_id, now())
        sending.send(self.logbook, self.outlook, now())

    @property
    def day(self):
        return self.workplace.store.read(lambda r: r.day(days.DATE))

    @property
    def outlook(self) -> Outlook:
        return self.workplace.desk.look(self.day, why=False)

    @property
    def times(self):
        return self.outlook.schedule.routes[self.shift]

    def step(self, at: datetime) -> LiveDay:
        """Look until nothing new is found."""
        self.news = 0
        while (live := self.live.step(self.outlook, at)) is not None:
            if not live.news:
                return live
            self.news += 1
        raise AssertionError("nothing was found")

    def drive(self, until: datetime, **options: int) -> None:
        """Let the first driver drive, and their phone say so."""
        fixes = list(onroad.drive(self.day, self.outlook.schedule, self.shift, until=until, **options))
        onroad.report(self.logbook, self.phone, fixes, until)

    def deliver(self, i: int, at: datetime, **body: object) -> None:
        order_id = self.times.stops[i].order_id
        body = {"outcome": "delivered", "handover": "recipient", "name": "Kim", **body}
        answer = onroad.act(self.logbook, self.phone, "deliver", self.shift, at, order_id=order_id, **body)
        assert answer["taking"] == "taken", answer


def opened(home: Home, slug: str, *, what_if: str = "") -> Workplace:
    logbook = partial(open_logbook, clock=now)
    return open_workplace(home, slug, open_store=open_stores, clock=now, open_logbook=logbook, what_if=what_if)


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    home = Home(tmp_path / "home")
    slug = create_depot(home, days.make_depot(), open_store=open_stores)
    with opened(home, slug) as workplace:
        workplace.store.write("Fill", lambda uow: keep(uow, small_day()))
        yield Road(workplace)


def test_before_anybody_is_heard_nothing_is_claimed(road: Road) -> None:
    live = road.step(road.times.leaves_at - timedelta(minutes=30))
    assert not live.followed
    assert all(not round_.stops for round_ in live.rounds.values())
    assert live.sending.rounds == 2


def test_who_drives_as_planned_is_on_time_and_visits_what_was_planned(road: Road) -> None:
    stop = road.times.stops[1]
    at = stop.departs_at + timedelta(minutes=2)
    road.drive(at)
    round_ = road.step(at).rounds[road.shift]
    assert [v.order_id for v in round_.visits] == [s.order_id for s in road.times.stops[:2]]
    assert all(v.witness is Witness.TRACK for v in round_.visits)
    assert abs((round_.visits[1].arrived_at - stop.arrives_at).total_seconds()) < 60
    assert [s.order_id for s in round_.stops] == [s.order_id for s in road.times.stops[2:]]
    assert abs(round_.stops[0].delay_s) < 120


def test_who_is_late_is_told_so_before_the_window_closes(road: Road) -> None:
    last = road.times.stops[-1]
    closes = last.arrives_at + timedelta(minutes=12)
    window = days.TimeWindow(closes - timedelta(hours=3), closes)
    order = road.day.orders[last.order_id]
    road.workplace.store.write("Window", lambda uow: uow.put_orders([replace(order, windows=(window,))]))
    at = road.times.stops[0].departs_at + timedelta(minutes=25)
    road.drive(at, late_s=1500)
    live = road.step(at)
    stop = live.rounds[road.shift].stops[-1]
    assert stop.risk is Risk.LATE
    assert at < closes
    (alert,) = [a for a in live.alerts if a.kind is AlertKind.AT_RISK]
    assert alert.order_id == last.order_id
    assert order.number in alert.sentence


def test_a_reason_that_the_depot_corrects_is_known_at_the_next_look(road: Road) -> None:
    first = road.times.stops[0]
    at, said = first.departs_at, {"order_id": first.order_id, "reason": "NOT_HOME"}
    assert onroad.act(road.logbook, road.phone, "fail", road.shift, at, **said)["taking"] == "taken"
    attempt = road.step(at).attempts[first.order_id]

    def correct(writer: LogbookWriter) -> None:
        writer.put_record(correction_record(writer.head(), attempt, days.DATE, "NO_ACCESS", by="Anna", note="", at=at))

    road.logbook.write(correct)
    assert road.step(at + timedelta(seconds=10)).attempts[first.order_id].reason == "NO_ACCESS"


def test_what_a_driver_says_is_done_is_done_in_the_plan_and_undoes_nothing(road: Road) -> None:
    first = road.times.stops[0]
    road.deliver(0, first.departs_at)
    live = road.step(first.departs_at)
    assert road.news == 1
    assert first.order_id in live.attempts
    store, other = road.workplace.store, list(road.day.shifts)[2]
    done = lambda: [s.order_id for r in road.day.plan.routes for s in r.stops if s.done]
    assert done() == [first.order_id]
    moving = road.times.stops[2].order_id
    store.write("Move", lambda uow: plan.move_orders(uow, order_ids=[moving], to_shift=other))
    store.undo()
    assert done() == [first.order_id]


def test_a_stop_done_out_of_turn_stands_before_what_is_ahead(road: Road) -> None:
    third = road.times.stops[2]
    road.deliver(2, third.departs_at)
    road.step(third.departs_at)
    route = next(r for r in road.day.plan.routes if r.shift_id == road.shift)
    assert route.order_ids[0] == third.order_id
    assert route.followed


def test_stops_made_in_one_stay_are_done_when_the_driver_goes(road: Road) -> None:
    """While the driver stands there each position shares the stay out anew: a stop must not be done and undone."""
    first, second, third, *_ = road.times.stops
    orders = road.day.orders
    beside = replace(orders[second.order_id], address=orders[first.order_id].address)
    road.workplace.store.write("Next door", lambda uow: uow.put_orders([beside]))
    done = lambda: {s.order_id for r in road.day.plan.routes for s in r.stops if s.done}
    there = road.times.stops[1].departs_at - timedelta(seconds=30)
    road.drive(there)
    visits = road.step(there).rounds[road.shift].visits
    assert [(v.order_id, v.departed_at is None) for v in visits] == [(first.order_id, False), (second.order_id, True)]
    assert done() == set()
    gone = road.times.stops[2].arrives_at
    road.drive(gone)
    road.step(gone)
    assert done() >= {first.order_id, second.order_id}
    assert third.order_id not in done()


def test_moving_a_stop_does_not_write_the_facts_into_the_plan(road: Road) -> None:
    first, other = road.times.stops[0], list(road.day.shifts)[2]
    road.deliver(0, first.departs_at)
    road.step(first.departs_at)
    moving = road.times.stops[2].order_id
    road.workplace.store.write(
        "Move", lambda uow: plan.move_orders(uow, order_ids=[moving], to_shift=other, index=None)
    )
    (said,) = road.logbook.read(lambda r: r.actions_of([road.shift]))
    soon = first.departs_at + timedelta(seconds=20)
    answer = onroad.act(road.logbook, road.phone, "undo", road.shift, soon, takes_back=said.action.key)
    assert answer["taking"] == "taken"
    road.step(soon)
    assert not any(s.done for r in road.day.plan.routes for s in r.stops)


def test_an_order_that_is_tried_again_is_to_do_again(road: Road) -> None:
    first = road.times.stops[0]
    answer = onroad.act(
        road.logbook, road.phone, "fail", road.shift, first.departs_at, order_id=first.order_id, reason="NOT_HOME"
    )
    assert answer["taking"] == "taken"
    road.step(first.departs_at)
    later = first.departs_at + timedelta(hours=2)
    store = road.workplace.store
    store.write("Again", lambda uow: disturbances.try_again(uow, order_id=first.order_id, not_before=later))
    store.write("Plan", lambda uow: plan.move_orders(uow, order_ids=[first.order_id], to_shift=road.shift))
    route = next(r for r in road.day.plan.routes if r.shift_id == road.shift)
    assert not any(s.done for s in route.stops if s.order_id == first.order_id)


def test_a_window_that_opens_later_knows_the_same(road: Road) -> None:
    at = road.times.stops[2].departs_at + timedelta(minutes=1)
    road.drive(at)
    road.deliver(0, road.times.stops[0].departs_at)
    known = road.step(at)
    again = LiveDesk(road.logbook, road.workplace.store, road.workplace.desk)  # type: ignore[arg-type]
    live = again.step(road.outlook, at)
    assert live is not None
    assert live.rounds[road.shift].visits == known.rounds[road.shift].visits
    assert live.attempts == known.attempts
    assert live.rounds[road.shift].driven_m == pytest.approx(known.rounds[road.shift].driven_m, rel=0.01)


def test_positions_that_come_late_give_what_punctual_ones_would(road: Road) -> None:
    until = road.times.stops[2].departs_at + timedelta(minutes=1)
    fixes = list(onroad.drive(road.day, road.outlook.schedule, road.shift, until=until))
    third = len(fixes) // 3
    onroad.report(road.logbook, road.phone, fixes[:third], until)
    road.step(until)
    onroad.report(road.logbook, road.phone, fixes[2 * third :], until)
    road.step(until)
    onroad.report(road.logbook, road.phone, fixes[third : 2 * third], until)
    visits = road.step(until).rounds[road.shift].visits
    assert [v.order_id for v in visits] == [s.order_id for s in road.times.stops[:3]]


def test_another_day_is_followed_when_it_is_opened(road: Road) -> None:
    at = road.times.stops[1].departs_at
    road.drive(at)
    assert road.step(at).followed
    other = days.DATE + timedelta(days=1)
    empty = road.workplace.desk.look(road.workplace.store.read(lambda r: r.day(other)), why=False)
    live = road.live.step(empty, at)
    assert live is None or not live.rounds
    assert road.step(at).rounds[ShiftId(road.shift)].visits


def test_what_a_driver_does_is_no_news_to_the_driver(road: Road) -> None:
    third = road.times.stops[2]
    road.deliver(2, third.departs_at)
    road.step(third.departs_at)
    assert sending.send(road.logbook, road.outlook, third.departs_at).changed == ()
    other = list(road.day.shifts)[2]
    moving = road.times.stops[-1].order_id
    road.workplace.store.write("Move", lambda uow: plan.move_orders(uow, order_ids=[moving], to_shift=other))
    assert set(sending.send(road.logbook, road.outlook, third.departs_at).changed) == {road.shift, other}


def test_a_copy_to_try_things_out_in_writes_nothing_of_the_road(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatcher.services.watch.KEEP_EVERY_S", 0.0)
    at = road.times.stops[2].departs_at + timedelta(minutes=2)
    road.drive(at)
    home, slug, workplace = road.workplace.home, road.workplace.slug, road.workplace
    whatifs.make(home, slug, workplace.store, name="Try", on=days.DATE, clock=now, open_store=open_stores)
    with opened(home, slug, what_if="Try") as copy:
        assert copy.live is not None
        seen = copy.live.step(copy.desk.look(copy.store.read(lambda r: r.day(days.DATE)), why=False), at)
        assert seen is not None
        assert seen.rounds[road.shift].visits
    assert not road.logbook.read(lambda r: r.visits([road.shift]))
    road.step(at)
    assert road.logbook.read(lambda r: r.visits([road.shift]))


def test_a_day_without_drivers_reads_no_old_tracks(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    at = road.times.stops[1].departs_at
    road.drive(at)
    road.deliver(0, road.times.stops[0].departs_at)
    other = days.DATE + timedelta(days=1)
    empty = road.workplace.desk.look(road.workplace.store.read(lambda r: r.day(other)), why=False)
    asked: list[tuple[str, int]] = []
    for name in ("fixes_after", "actions_after"):
        real = getattr(SqlLogbookReader, name)

        def spied(self, n: int, limit: int = 10_000, *, name: str = name, real=real):
            found = real(self, n, limit)
            asked.append((name, len(found)))
            return found

        monkeypatch.setattr(SqlLogbookReader, name, spied)
    road.live.step(empty, at)
    assert {name for name, _ in asked} == {"fixes_after", "actions_after"}
    assert sum(found for _, found in asked) == 0


def test_visits_outlive_the_tracks_they_were_made_from(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatcher.services.watch.KEEP_EVERY_S", 0.0)
    at = road.times.stops[2].departs_at + timedelta(minutes=2)
    road.drive(at)
    seen = road.step(at).rounds[road.shift].visits
    road.live.step(road.outlook, at + timedelta(minutes=1))
    road.logbook.forget(at + timedelta(days=90), ["tracks"])
    again = LiveDesk(road.logbook, road.workplace.store, road.workplace.desk)  # type: ignore[arg-type]
    live = again.step(road.outlook, at + timedelta(days=90))
    assert live is not None
    assert live.rounds[road.shift].visits == seen
    again.step(road.outlook, at + timedelta(days=91))
    assert road.logbook.read(lambda r: tuple(r.visits([road.shift]))) == seen


def test_a_phone_whose_clock_is_fast_is_followed_all_the_same(road: Road) -> None:
    fast = timedelta(minutes=9)
    stop = road.times.stops[1]
    until = stop.departs_at + timedelta(minutes=2)
    for fix in onroad.drive(road.day, road.outlook.schedule, road.shift, until=until):
        onroad.report(road.logbook, road.phone, [replace(fix, at=fix.at + fast)], fix.at + timedelta(seconds=1))
    round_ = road.step(until).rounds[road.shift]
    assert [v.order_id for v in round_.visits] == [s.order_id for s in road.times.stops[:2]]
    assert abs((round_.visits[1].arrived_at - stop.arrives_at).total_seconds()) < 90
    assert abs(round_.stops[0].delay_s) < 150


def test_today_is_followed_beside_the_day_shown(road: Road) -> None:
    """As well as if it were shown, and nothing is said of it twice."""
    tomorrow = days.DATE + timedelta(days=1)
    other = road.workplace.desk.look(road.workplace.store.read(lambda r: r.day(tomorrow)), why=False)
    at = road.times.stops[2].departs_at + timedelta(minutes=1)
    road.drive(at)
    assert road.live.step_today(days.DATE, at) is None
    road.live.step(other, at)
    aside = road.live.step_today(tomorrow, at)
    assert aside is not None
    assert aside.day.date == days.DATE
    shown = LiveDesk(road.logbook, road.workplace.store, road.workplace.desk).step(road.outlook, at)  # type: ignore[arg-type]
    assert shown is not None
    assert aside.live.rounds == shown.rounds
    assert aside.live.rounds[road.shift].stops
    assert road.live.step_today(tomorrow, at) is None
    done = road.times.stops[3].order_id
    road.deliver(3, at)
    later = road.live.step_today(tomorrow, at + timedelta(seconds=10))
    assert later is not None
    assert done in later.live.attempts


def test_what_is_planned_anew_meanwhile_is_followed_too(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(today, "READ_EVERY_S", 0.0)
    tomorrow, at = days.DATE + timedelta(days=1), road.times.leaves_at
    first = road.live.step_today(tomorrow, at)
    moving, other = road.times.stops[2].order_id, list(road.day.shifts)[2]
    road.workplace.store.write("Move", lambda uow: plan.move_orders(uow, order_ids=[moving], to_shift=other))
    second = road.live.step_today(tomorrow, at + timedelta(seconds=10))
    assert first is not None
    assert second is not None
    assert first.day.plan.route_of(moving) != second.day.plan.route_of(moving)


def test_a_night_belongs_to_the_day_it_began(road: Road) -> None:
    """Until the next day's first shift begins, or nobody can be on the road any more."""
    ends = max(shift.ends_at for shift in road.day.shifts.values())
    on = lambda moment: road.workplace.store.read(lambda r: today.day_on_road(r, moment))
    noon = min(shift.starts_at for shift in road.day.shifts.values()) + timedelta(hours=2)
    assert on(noon) == days.DATE
    first = next(iter(road.day.shifts.values()))
    night = replace(first, id=ShiftId("night"), ends_at=ends + timedelta(hours=12))
    road.workplace.store.write("Night", lambda uow: uow.put_shifts([night]))
    small_hours = night.ends_at + timedelta(hours=1)
    assert small_hours.astimezone(road.day.depot.zone).date() == days.DATE + timedelta(days=1)
    assert on(small_hours) == days.DATE
    assert on(small_hours + timedelta(hours=5)) == days.DATE + timedelta(days=1)
    on_duty = {
        "date": days.DATE + timedelta(days=1),
        "starts_at": small_hours,
        "ends_at": small_hours + timedelta(hours=6),
    }
    early = replace(night, id=ShiftId("early"), **on_duty)  # type: ignore[arg-type]
    road.workplace.store.write("Early", lambda uow: uow.put_shifts([early]))
    assert on(small_hours + timedelta(minutes=1)) == days.DATE + timedelta(days=1)


def test_a_phone_switched_off_at_the_last_stop_ends_the_visit_with_its_outcome(road: Road) -> None:
    """After a quarter of an hour of silence; a phone that speaks again there has its driver there still."""
    last, *_ = reversed(road.times.stops)
    for i, stop in enumerate(road.times.stops[:-1]):
        road.drive(stop.departs_at)
        road.deliver(i, stop.departs_at - timedelta(seconds=20))
    off = last.starts_at + timedelta(seconds=100)
    road.drive(off)
    road.deliver(len(road.times.stops) - 1, off)
    there = road.step(off + timedelta(minutes=5)).rounds[road.shift]
    assert there.visits[-1].departed_at is None
    assert not there.over
    gone = road.step(off + timedelta(minutes=16)).rounds[road.shift]
    assert gone.visits[-1].order_id == last.order_id
    assert gone.visits[-1].departed_at == off
    assert gone.at_order_id is None
    assert gone.over
    road.live.keep()
    kept = road.logbook.read(lambda r: r.visits([road.shift]))
    assert kept[-1].departed_at == off
    assert gone.latest is not None
    again = replace(gone.latest.fix, at=off + timedelta(minutes=17))
    onroad.report(road.logbook, road.phone, [again], off + timedelta(minutes=17))
    assert road.step(off + timedelta(minutes=17)).rounds[road.shift].visits[-1].departed_at is None


def test_the_pace_ahead_says_what_it_rests_on(road: Road) -> None:
    """Of the next stop's district and hour, from the drives that are kept."""
    at = road.times.stops[1].departs_at
    road.drive(at)
    order = road.day.orders[road.times.stops[2].order_id]
    assert order.address.place is not None
    local = at.astimezone(road.day.depot.zone)
    legs = [Leg(geohash(order.address.place), local.hour, local.weekday(), 300, 450)] * 7
    yesterday = days.DATE - timedelta(days=1)
    road.logbook.write(lambda book: book.put_legs(yesterday, ShiftId("before"), legs))
    pace = road.step(at).rounds[road.shift].pace
    assert pace is not None
    assert pace.samples == 7
    assert pace.factor > 1
    road.live.use_travel(learned=False)
    road.drive(at + timedelta(minutes=2))
    unlearned = road.step(at + timedelta(minutes=2)).rounds[road.shift].pace
    assert unlearned is None or (unlearned.samples, unlearned.factor) == (0, 1.0)


def test_a_round_is_over_when_its_driver_says_so(road: Road) -> None:
    at = road.times.stops[1].departs_at
    road.drive(at)
    assert not road.step(at).rounds[road.shift].over
    assert onroad.act(road.logbook, road.phone, "end", road.shift, at)["taking"] == "taken"
    assert road.step(at + timedelta(seconds=10)).rounds[road.shift].over
