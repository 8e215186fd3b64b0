"""A customer's slot on the depot's side: published, judged by the planner, granted with its place, or given back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatcher.domain.customers import CustomerPage, Wish, WishState
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId
from dispatcher.domain.papers import PaperKind
from dispatcher.domain.slots import Blackout, HoldState, SlotHold, window_of
from dispatcher.services import customer_pages, sending
from dispatcher.services.customer_pages_slots import planned_in, publish_planned
from dispatcher.services.planning import Outlook
from dispatcher.services.wishes import JudgedWish, decide, judged
from dispatcher.services.wishes_slots import Choice, choices_of
from dispatcher.services.wishes_taken import take_wish
from tests.fixtures import days
from tests.unit.services.slots_depot import DAY, MORNING, NOON, SlotsDepot, slots_depot
from tests.unit.services.test_wishes import with_pages

TUESDAY = DAY + timedelta(days=1)
CUT_OFF = days.clock("07:00", TUESDAY)


class Booking:
    """A depot with slots whose customers get pages, on the evening before."""

    def __init__(self, depot: SlotsDepot) -> None:
        self.depot, self.workplace, self.clock = depot, depot.workplace, depot.clock
        assert self.workplace.live is not None
        self.logbook = self.workplace.live.logbook
        self.workplace.store.write("Pages", with_pages)
        sending.send(self.logbook, self.outlook, self.clock.now)
        self.order_ids = list(self.outlook.day.orders)

    @property
    def outlook(self) -> Outlook:
        return self.workplace.desk.look(self.workplace.store.read(lambda r: r.day(DAY)), why=False)

    def publish(self) -> None:
        customer_pages.publish(self.workplace, self.outlook, None, now=self.clock.now)

    def page(self, n: int = 0) -> CustomerPage:
        self.publish()
        found = self.logbook.read(lambda r: r.customer_page_of(self.order_ids[n]))
        assert found is not None
        return found

    def wish(self, on: date = TUESDAY, hours: tuple[str, str] = ("08:00", "12:00"), n: int = 0) -> Wish:
        page = self.page(n)
        said: dict[str, Any] = {"key": f"{on}{hours}", "kind": "slot", "on": on.isoformat()}
        said |= {"from": hours[0], "until": hours[1]}
        return self.logbook.write(lambda w: take_wish(w, page, said, self.clock.now))

    def judged(self, wish: Wish) -> JudgedWish:
        return judged(self.workplace, self.outlook, wish, now=self.clock.now)

    def hold(self, wish: Wish) -> SlotHold:
        found = self.logbook.read(lambda r: r.slot_hold(wish.hold_id))
        assert found is not None
        return found

    def grant(self, wish: Wish) -> None:
        found = self.judged(wish)
        assert found.change is not None, found.why_not
        self.workplace.store.write("Grant", found.change)
        decide(self.logbook, wish.id, granted=True, answer="", by="Anna", now=self.clock.now)

    def has(self, order_id: OrderId) -> tuple[date, Any]:
        order = self.depot.order(order_id)
        return order.date, order.windows


@pytest.fixture
def booking(tmp_path: Path) -> Iterator[Booking]:
    with slots_depot(tmp_path) as depot:
        yield Booking(depot)


def choices_at(booking: Booking, page: CustomerPage) -> list[Choice]:
    """What the gateway offers now, whatever was published."""
    return list(booking.logbook.read(lambda r: choices_of(r, page, booking.clock.now)).times)


# --- what the gateway is told -------------------------------------------------------------------------------------


def test_what_the_plan_has_in_slots_is_published_and_follows_it(booking: Booking) -> None:
    depot, (first, second) = booking.depot, booking.order_ids[:2]
    booking.publish()
    depot.do(depot.desk.give(first, MORNING.id, DAY, by="Anna"))
    window = depot.order(first).windows
    imported = replace(depot.order(second), windows=window)
    booking.workplace.store.write("Import", lambda uow: uow.put_orders([imported]))
    booking.publish()
    there = booking.logbook.read(lambda r: planned_in(r, [DAY, TUESDAY]))
    assert there[DAY][MORNING.id, DAY].ids == {first, second}
    assert there[TUESDAY] == {}
    booking.workplace.store.undo()
    booking.publish()
    there = booking.logbook.read(lambda r: planned_in(r, [DAY]))
    assert there[DAY][MORNING.id, DAY].ids == {first}


def test_only_what_changed_is_read_again(booking: Booking) -> None:
    book, now = booking.depot.desk.book(), booking.clock.now
    ask = lambda: publish_planned(booking.workplace, booking.depot.desk.book(), now=now)
    assert ask() == max(rule.ahead_days for rule in book.rules.values()) + 1, "today and every date ahead"
    assert ask() == 0
    moved = replace(booking.depot.order(booking.order_ids[0]), date=TUESDAY)
    booking.workplace.store.write("Move", lambda uow: uow.put_orders([replace(moved, id=OrderId("x"), number="X")]))
    assert ask() == 1
    booking.depot.desk.put_blackout(Blackout(TUESDAY))
    assert ask() == 0, "who has a place keeps it"
    booking.depot.desk.put_rule(replace(NOON, weekdays=frozenset({1})))
    assert ask() == 15, "another catalogue"
    assert publish_planned(replace(booking.workplace, live=None), book, now=now) == 0
    papers = booking.logbook.read(lambda r: r.papers(PaperKind.SLOTS_PLANNED))
    booking.clock.now += timedelta(days=3)
    publish_planned(booking.workplace, booking.depot.desk.book(), now=booking.clock.now)
    later = booking.logbook.read(lambda r: r.papers(PaperKind.SLOTS_PLANNED))
    assert (len(papers), len(later)) == (15, 15), "dates that are over are gone"


def test_a_place_that_was_confirmed_counts_until_the_plan_is_published_anew(booking: Booking) -> None:
    depot, first = booking.depot, booking.order_ids[0]
    page = booking.page(1)
    depot.do(depot.desk.give(first, MORNING.id, TUESDAY, by="Anna"))
    left = lambda: [c.left for c in choices_at(booking, page) if c.on == TUESDAY and c.opens == "08:00"]
    assert left() == [2]
    booking.clock.now += timedelta(minutes=30)
    assert left() == [2], "nobody published meanwhile: the window is closed"
    booking.publish()
    assert left() == [2]
    booking.workplace.store.undo()
    booking.clock.now += timedelta(minutes=30)
    booking.publish()
    assert left() == [3]


def test_what_is_sold_is_published_while_a_day_long_past_is_shown(booking: Booking) -> None:
    booking.publish()
    outlook, first = booking.outlook, booking.order_ids[0]
    window = window_of(MORNING, None, TUESDAY + timedelta(days=7), booking.workplace.depot.zone)
    booking.clock.now += timedelta(days=7)
    later = replace(booking.depot.order(first), date=TUESDAY + timedelta(days=7), windows=(window,))
    booking.workplace.store.write("Import", lambda uow: uow.put_orders([later]))
    customer_pages.publish(booking.workplace, outlook, None, now=booking.clock.now)
    there = booking.logbook.read(lambda r: planned_in(r, [later.date]))
    assert there[later.date][MORNING.id, later.date].ids == {first}


def test_page_and_counter_count_alike(booking: Booking) -> None:
    depot = booking.depot
    depot.do(depot.desk.give(booking.order_ids[1], MORNING.id, TUESDAY, by="Anna"))
    depot.desk.hold(MORNING.id, TUESDAY, by="Boris")
    booking.wish(n=2)
    page, now = booking.page(), booking.clock.now
    choices = booking.logbook.read(lambda r: choices_of(r, page, now))
    calendar = {(s.rule.id, s.on): s for s in depot.desk.calendar(DAY, 14) if not s.closed}
    offered = {(c.slot.rule.id, c.on): c for c in choices.times if c.slot}
    assert offered.keys() == calendar.keys()
    assert (MORNING.id, TUESDAY) not in offered, "three of three are taken"
    assert {k: c.left for k, c in offered.items()} == {
        k: (s.most_orders or 0) - s.orders for k, s in calendar.items()
    }  # fmt: skip


# --- the wish -----------------------------------------------------------------------------------------------------


def test_the_dispatcher_sees_the_price_and_granting_keeps_the_place(booking: Booking) -> None:
    depot, order_id = booking.depot, booking.order_ids[0]
    depot.do(depot.desk.give(order_id, MORNING.id, DAY, by="Anna"))
    wish = booking.wish()
    assert (depot.sold(MORNING, DAY), depot.sold(MORNING, TUESDAY)) == (1, 1), "the old place stays until it is granted"
    found = booking.judged(wish)
    assert found.what == "Another time: Tuesday 16 June, 08:00–12:00"
    assert "Tuesday 16 June is not planned yet" in found.verdict
    assert found.verdict.endswith("Its place in the slot is held until Tuesday 16 June, 07:00.")
    booking.clock.now += timedelta(hours=3)
    assert booking.hold(wish).counts(booking.clock.now), "longer than at the counter"
    booking.grant(wish)
    hold = booking.hold(wish)
    assert (hold.state, hold.order_id) == (HoldState.CONFIRMED, order_id)
    assert booking.has(order_id) == (TUESDAY, (depot.desk.calendar(TUESDAY, 1)[0].window,))
    assert (depot.sold(MORNING, DAY), depot.sold(MORNING, TUESDAY)) == (0, 1)
    booking.workplace.store.undo()
    booking.clock.now += timedelta(minutes=11)
    assert (depot.sold(MORNING, DAY), depot.sold(MORNING, TUESDAY)) == (1, 0), "undone, the place is free again"


def test_another_slot_today_is_put_into_a_round(booking: Booking) -> None:
    order_id = booking.order_ids[0]
    wish = booking.wish(DAY, ("12:00", "16:00"))
    found = booking.judged(wish)
    assert found.verdict.startswith("Fits Monday 15 June: ")
    booking.grant(wish)
    assert booking.depot.sold(NOON, DAY) == 1
    (route,) = [r for r in booking.outlook.day.plan.routes if order_id in r.order_ids]
    times = {s.order_id: s for s in booking.outlook.schedule.routes[route.shift_id].stops}
    assert booking.depot.order(order_id).windows[0].contains(times[order_id].starts_at)


def test_declined_the_place_is_free_and_the_old_one_stays(booking: Booking) -> None:
    depot, order_id = booking.depot, booking.order_ids[0]
    depot.do(depot.desk.give(order_id, MORNING.id, DAY, by="Anna"))
    before = booking.has(order_id)
    wish = booking.wish()
    decide(booking.logbook, wish.id, granted=False, answer="Sorry", by="Anna", now=booking.clock.now)
    assert booking.hold(wish).state is HoldState.LET_GO
    assert (depot.sold(MORNING, DAY), depot.sold(MORNING, TUESDAY)) == (1, 0)
    assert booking.has(order_id) == before


def test_a_wish_overtaken_by_its_cancelled_order_gives_the_place_back(booking: Booking) -> None:
    wish = booking.wish()
    order = booking.depot.order(booking.order_ids[0])
    booking.workplace.store.write(
        "Cancel", lambda uow: uow.put_orders([replace(order, state=type(order.state)("cancelled"))])
    )
    booking.publish()
    assert booking.hold(wish).state is HoldState.LET_GO
    kept = booking.logbook.read(lambda r: r.wish(wish.id))
    assert kept is not None
    assert kept.state is WishState.OVERTAKEN


def test_past_the_cut_off_nothing_can_be_granted_and_that_is_said(booking: Booking) -> None:
    wish = booking.wish()
    booking.clock.now = CUT_OFF
    assert booking.depot.sold(MORNING, TUESDAY) == 0
    found = booking.judged(wish)
    assert found.change is None
    assert found.why_not == "The place was held until 07:00. Give the order a slot by hand, or decline."
    decide(booking.logbook, wish.id, granted=False, answer="", by="Anna", now=booking.clock.now)
    assert booking.hold(wish).state is HoldState.RUN_OUT


def test_a_slot_that_was_moved_meanwhile_leaves_the_plan_as_it_is(booking: Booking) -> None:
    wish, order_id = booking.wish(), booking.order_ids[0]
    found, before = booking.judged(wish), booking.has(order_id)
    assert found.change is not None
    later = replace(MORNING, closes=MORNING.closes.replace(hour=11))
    booking.logbook.write(lambda w: w.put_slot_rule(later))
    with pytest.raises(BadInput, match="was moved meanwhile"):
        booking.workplace.store.write("Grant", found.change)
    assert booking.has(order_id) == before
    assert booking.hold(wish).state is HoldState.HELD


def test_a_slot_over_midnight_and_over_the_change_of_clocks_is_wished_as_it_is(tmp_path: Path) -> None:
    night = replace(MORNING, opens=MORNING.opens.replace(hour=23), closes=MORNING.closes.replace(hour=3))
    with slots_depot(tmp_path, rules=(night,)) as depot:
        booking = Booking(depot)
        saturday = date(2026, 10, 24)
        depot.clock.now = datetime(2026, 10, 20, 8, tzinfo=UTC)
        order = replace(depot.order(booking.order_ids[0]), date=saturday - timedelta(days=1))
        booking.workplace.store.write("Late", lambda uow: uow.put_orders([order]))
        day = booking.workplace.store.read(lambda r: r.day(order.date))
        outlook = booking.workplace.desk.look(day, why=False)
        customer_pages.publish(booking.workplace, outlook, None, now=depot.clock.now)
        page = booking.logbook.read(lambda r: r.customer_page_of(order.id))
        assert page is not None
        said = {"key": "k" * 8, "kind": "slot", "on": saturday.isoformat(), "from": "23:00", "until": "03:00"}
        wish = booking.logbook.write(lambda w: take_wish(w, page, said, depot.clock.now))
        assert wish.opens_at == datetime(2026, 10, 24, 21, tzinfo=UTC)
        assert wish.closes_at == datetime(2026, 10, 25, 2, tzinfo=UTC), "five hours: the clock goes back at three"
