"""Customers' pages as the window publishes them, and their wishes judged on a real day and granted in a real store."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from db.logbook.opening import open_logbook
from dispatcher.domain.actions import SentRound
from dispatcher.domain.customers import CustomerPage, Wish, WishKind, WishState
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import MessagePolicy
from dispatcher.domain.orders import Contact, Load, Order, OrderKind, OrderState
from dispatcher.domain.place import Address, Found, Place, Precision
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Need, ProofKind
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.time import TimeWindow
from dispatcher.services import customer_pages, plan, sending, wishes
from dispatcher.services.customer_pages_links import digest_of, secret_part
from dispatcher.services.home import Home
from dispatcher.services.liveday import LiveDay
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.wishes import JudgedWish, decide, judged
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days, onroad
from tests.unit.services.conftest import keep, open_stores, small_day

MORNING = datetime(2026, 6, 15, 4, 30, tzinfo=UTC)
"""Half past six at the depot: nobody has left."""
TUESDAY = date(2026, 6, 16)
FOUND = Found(
    "Templergraben 57, 52062 Aachen", Place(50.7779, 6.0783), Precision.HOUSE, 99, postcode="52062", city="Aachen"
)


def sent_rounds(reader: LogbookReader) -> Sequence[SentRound]:
    return reader.rounds_on(days.DATE)


class Atlas:
    """A geocoder that knows one house and one street."""

    def find(self, address: Address, *, limit: int = 5) -> list[Found]:
        if "Templergraben 57" in address.text:
            return [FOUND]
        return [replace(FOUND, precision=Precision.STREET)] if "Templergraben" in address.text else []

    def suggest(self, text: str, *, limit: int = 8) -> list[Found]:
        return []

    def reverse(self, place: Place) -> Found | None:
        return None

    def close(self) -> None:
        """Nothing to let go of."""


class Desk:
    """The small day at a depot that gives its customers pages."""

    def __init__(self, workplace: Workplace) -> None:
        self.workplace = replace(workplace, geocoder=Atlas())
        assert workplace.live is not None
        self.live = workplace.live
        self.logbook = workplace.live.logbook
        self.shift = next(iter(self.day().shifts))

    def day(self, on: date = days.DATE) -> Day:
        return self.workplace.store.read(lambda r: r.day(on))

    @property
    def outlook(self) -> Outlook:
        return self.workplace.desk.look(self.day(), why=False)

    def order(self, order_id: OrderId) -> Order:
        found = self.workplace.store.read(lambda r: r.order(order_id))
        assert found is not None
        return found

    def put(self, *orders: Order) -> None:
        self.workplace.store.write("Put", lambda uow: uow.put_orders(orders))

    def step(self, at: datetime) -> LiveDay:
        while True:
            live = self.live.step(self.outlook, at)
            assert live is not None
            if not live.news:
                return live

    def publish(self, at: datetime, live: LiveDay | None = None) -> customer_pages.Published:
        return customer_pages.publish(self.workplace, self.outlook, live or self.step(at), now=at)

    def page(self, order_id: OrderId) -> CustomerPage:
        found = self.logbook.read(lambda r: r.customer_page_of(order_id))
        assert found is not None
        return found

    def wish(self, order_id: OrderId, kind: WishKind, **said: Any) -> Wish:
        wish = Wish(f"wish-{kind.name}-{order_id}", order_id, 1, MORNING, kind, **said)
        self.logbook.write(lambda writer: writer.put_wish(wish))
        return wish

    def judged(self, wish: Wish, at: datetime = MORNING) -> JudgedWish:
        return judged(self.workplace, self.outlook, wish, now=at)

    def grant(self, found: JudgedWish) -> None:
        assert found.change is not None, found.why_not
        self.workplace.store.write("Grant", found.change)

    @property
    def planned(self) -> list[OrderId]:
        return list(self.day().plan.routes[0].order_ids)


def opened(home: Home, slug: str, *, what_if: str = "") -> Workplace:
    logbook = partial(open_logbook, clock=lambda: MORNING)
    return open_workplace(
        home, slug, open_store=open_stores, clock=lambda: MORNING, open_logbook=logbook, what_if=what_if
    )


def with_pages(uow: UnitOfWork) -> None:
    depot = uow.depot()
    road = RoadPolicy(phone="+49 241 1", messages=MessagePolicy(page=True, page_origin="https://track.example.org"))
    uow.put_depot(replace(depot, road=road))


def roomy() -> Day:
    """The small day without hours that would keep a customer's from being had."""
    day = small_day()
    return replace(
        day, orders={o: replace(order, windows=(), kind=OrderKind.DELIVERY) for o, order in day.orders.items()}
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    home = Home(tmp_path / "home")
    slug = create_depot(home, days.make_depot(), open_store=open_stores)
    with opened(home, slug) as workplace:
        workplace.store.write("Fill", lambda uow: keep(uow, roomy()))
        workplace.store.write("Pages", with_pages)
        made = Desk(workplace)
        sending.send(made.logbook, made.outlook, MORNING)
        yield made


def slot(opens: str, closes: str, on: date = days.DATE) -> dict[str, Any]:
    return {"on": on, "opens_at": days.clock(opens, on), "closes_at": days.clock(closes, on)}


# --- publishing ---------------------------------------------------------------------------------------------------


def test_every_order_has_its_page_and_publishing_again_changes_nothing(desk: Desk) -> None:
    assert desk.publish(MORNING).changed == 12
    assert desk.publish(MORNING + timedelta(minutes=1), desk.step(MORNING)) == customer_pages.Published()
    states = [desk.page(o).body["state"] for o in desk.day().orders]
    assert (states.count("planned"), states.count("waiting")) == (8, 4)
    first = desk.planned[0]
    page = desk.page(first)
    folder = desk.workplace.home.database(desk.workplace.slug).parent / "gateway"
    secret = (folder / "secret").read_bytes()
    assert page.digest == digest_of(secret_part(first, secret))
    assert page.expires_at == days.clock("00:00", date(2026, 6, 18))
    starts = desk.outlook.schedule.routes[desk.shift].stops[0].starts_at
    assert datetime.fromisoformat(page.body["earliest"]) <= starts <= datetime.fromisoformat(page.body["latest"])


def test_a_page_names_no_person_and_no_street(desk: Desk) -> None:
    first = desk.planned[0]
    order = replace(
        desk.order(first), contact=Contact("Maija Virtanen", "0171 2345678", "Maija@Example.org"), notes="Dog"
    )
    desk.put(order)
    desk.publish(MORNING)
    body = dict(desk.page(first).body)
    assert body.pop("private") == {"SMS": "+491712345678", "EMAIL": "maija@example.org"}
    said = str(body)
    for hidden in (
        "Virtanen",
        "Street",
        "Dog",
        desk.day().drivers[desk.day().shifts[desk.shift].driver_id].name,
    ):
        assert hidden not in said, hidden


def test_a_page_follows_the_driver_to_the_door(desk: Desk) -> None:
    desk.put(replace(desk.order(desk.planned[2]), service_s=900))
    times = desk.outlook.schedule.routes[desk.shift]
    phone = onroad.pair(desk.logbook, desk.day().shifts[desk.shift].driver_id, MORNING)
    third = times.stops[2]
    at = third.arrives_at + timedelta(minutes=3)
    fixes = list(onroad.drive(desk.day(), desk.outlook.schedule, desk.shift, until=at))
    onroad.report(desk.logbook, phone, fixes, at)
    for stop, kind, body in (
        (times.stops[0], "deliver", {"outcome": "delivered", "handover": "neighbour", "name": "Kim"}),
        (times.stops[1], "fail", {"reason": "WRONG_ADDRESS", "note": "Nobody knows them"}),
    ):
        taken = onroad.act(desk.logbook, phone, kind, desk.shift, stop.departs_at, order_id=stop.order_id, **body)
        assert taken["taking"] == "taken", taken
    desk.publish(at)
    done, failed, here, last = (desk.page(stop.order_id).body for stop in times.stops[:4])
    assert (done["state"], done["handover"]) == ("done", "neighbour")
    assert abs(datetime.fromisoformat(done["at"]) - times.stops[0].departs_at) < timedelta(seconds=2)
    assert (failed["state"], failed["code"], failed["why"]) == ("failed", "WRONG_ADDRESS", "Wrong address")
    assert here["state"] == "here"
    assert (last["state"], last["before"]) == ("out", 0)
    expected = times.stops[3].arrives_at
    assert datetime.fromisoformat(last["earliest"]) <= expected <= datetime.fromisoformat(last["latest"])


def test_who_says_to_have_set_out_is_on_the_way(desk: Desk) -> None:
    phone = onroad.pair(desk.logbook, desk.day().shifts[desk.shift].driver_id, MORNING)
    leaves = desk.outlook.schedule.routes[desk.shift].leaves_at
    assert onroad.act(desk.logbook, phone, "begin", desk.shift, leaves)["taking"] == "taken"
    desk.publish(leaves + timedelta(minutes=1))
    assert [desk.page(o).body.get("before") for o in desk.planned] == [0, 1, 2, 3]
    assert {desk.page(o).body["state"] for o in desk.day().plan.routes[1].order_ids} == {"planned"}


def test_what_is_cancelled_moved_or_removed_is_told(desk: Desk) -> None:
    desk.publish(MORNING)
    one, two, three = desk.planned[:3]
    store = desk.workplace.store
    store.write("Cancel", lambda uow: uow.put_orders([replace(desk.order(one), state=OrderState.CANCELLED)]))
    store.write("Move", lambda uow: uow.put_orders([replace(desk.order(two), date=TUESDAY)]))
    store.write("Remove", lambda uow: uow.remove_orders([three]))
    published = desk.publish(MORNING)
    assert published.gone == 1
    assert desk.page(one).body["state"] == "cancelled"
    assert (desk.page(two).on, desk.page(two).body["state"]) == (TUESDAY, "waiting")
    assert desk.page(two).expires_at == days.clock("00:00", date(2026, 6, 19))
    assert desk.logbook.read(lambda r: r.customer_page_of(three)) is None


def test_a_cancelled_order_that_had_no_page_gets_none(desk: Desk) -> None:
    first = desk.planned[0]
    desk.put(replace(desk.order(first), state=OrderState.CANCELLED))
    desk.publish(MORNING)
    assert desk.logbook.read(lambda r: r.customer_page_of(first)) is None


def test_nothing_is_published_without_leave(desk: Desk) -> None:
    live = desk.step(MORNING)
    nothing = customer_pages.Published()
    off = replace(desk.day().depot, road=RoadPolicy())
    assert customer_pages.publish(desk.workplace, desk.outlook, None, now=MORNING) == nothing, "not before it is known"
    desk.workplace.store.write("Off", lambda uow: uow.put_depot(off))
    assert customer_pages.publish(desk.workplace, desk.outlook, live, now=MORNING) == nothing
    assert not (desk.workplace.home.database(desk.workplace.slug).parent / "gateway" / "secret").exists()
    assert customer_pages.publish(replace(desk.workplace, live=None), desk.outlook, live, now=MORNING) == nothing


def test_a_day_ahead_is_published_without_anybody_on_the_road(desk: Desk) -> None:
    eve = MORNING - timedelta(days=1)
    assert customer_pages.publish(desk.workplace, desk.outlook, None, now=eve).changed == 12


def test_days_long_past_are_left_alone(desk: Desk) -> None:
    live = desk.step(MORNING)
    assert desk.publish(days.clock("23:59", date(2026, 6, 17)), live).changed == 12
    assert desk.publish(days.clock("00:00", date(2026, 6, 18)), live) == customer_pages.Published()


@pytest.mark.parametrize(
    ("changes", "needs", "places"),
    [
        ({}, {}, ["neighbour", "safe_place"]),
        ({"kind": OrderKind.COLLECTION}, {}, []),
        ({}, {ProofKind.CODE: Need.REQUIRED}, []),
        ({}, {ProofKind.SIGNATURE: Need.REQUIRED}, ["neighbour"]),
    ],
)
def test_goods_are_left_elsewhere_only_where_that_is_all_right(
    desk: Desk, changes: dict[str, Any], needs: dict[ProofKind, Need], places: list[str]
) -> None:
    order = desk.order(desk.planned[0])
    desk.put(replace(order, asked=replace(order.asked, needs=needs), **changes))
    desk.publish(MORNING)
    assert desk.page(order.id).body["leave"] == places


def test_days_are_offered_on_which_somebody_works(desk: Desk) -> None:
    for driver in desk.day().drivers.values():
        desk.workplace.store.write(
            "Week", lambda uow, d=driver: uow.put_driver(replace(d, weekdays=frozenset(range(5))))
        )
    desk.publish(MORNING)
    offered = [date.fromisoformat(on) for on in desk.page(desk.planned[0]).body["days"]]
    assert offered == [date(2026, 6, day) for day in (16, 17, 18, 19, 22)]
    assert desk.page(desk.planned[0]).body["slots"][-1] == ["14:00", "16:30"]


# --- wishes judged ------------------------------------------------------------------------------------------------


def test_another_time_today_is_priced_and_put_where_it_fits(desk: Desk) -> None:
    order_id = desk.planned[0]
    found = desk.judged(desk.wish(order_id, WishKind.SLOT, **slot("13:00", "15:00")))
    assert found.what == "Another time: Monday 15 June, 13:00–15:00"
    assert found.fits
    assert found.verdict.startswith("Fits Monday 15 June: ")
    assert " min" in found.verdict
    desk.grant(found)
    order = desk.order(order_id)
    assert order.windows == (TimeWindow(days.clock("13:00"), days.clock("15:00")),)
    assert order.attempt == 1
    route = next(r for r in desk.day().plan.routes if order_id in r.order_ids)
    times = next(s for s in desk.outlook.schedule.routes[route.shift_id].stops if s.order_id == order_id)
    assert order.windows[0].contains(times.starts_at)
    assert not times.violations


def test_where_no_round_has_room_that_is_said_and_it_can_be_granted_still(desk: Desk) -> None:
    order_id = desk.planned[0]
    desk.put(replace(desk.order(order_id), load=Load(kg=5_000.0)))
    found = desk.judged(desk.wish(order_id, WishKind.SLOT, **slot("19:00", "21:00")))
    assert not found.fits
    assert found.verdict.startswith("No round has room on Monday 15 June: ")
    assert found.change is not None


def test_locked_rounds_are_left_alone(desk: Desk) -> None:
    def lock(uow: UnitOfWork) -> None:
        uow.put_shifts([replace(shift, lock=Lock.ROUTE) for shift in uow.shifts_of(days.DATE)])

    desk.workplace.store.write("Lock", lock)
    found = desk.judged(desk.wish(desk.planned[0], WishKind.SLOT, **slot("13:00", "15:00")))
    assert "every round is locked" in found.verdict
    assert not found.fits


def test_another_day_that_is_not_planned_takes_it_into_its_pool(desk: Desk) -> None:
    order_id = desk.planned[0]
    hours = TimeWindow(days.clock("09:00"), days.clock("11:00"))
    desk.put(replace(desk.order(order_id), windows=(hours,)))
    found = desk.judged(desk.wish(order_id, WishKind.DAY, on=TUESDAY))
    assert found.verdict == "Tuesday 16 June is not planned yet: it goes to that day's pool."
    assert found.fits
    desk.grant(found)
    order = desk.order(order_id)
    assert (order.date, order.attempt) == (TUESDAY, 1), "nobody was there"
    assert order.windows == (TimeWindow(days.clock("09:00", TUESDAY), days.clock("11:00", TUESDAY)),)
    assert order_id not in desk.planned
    desk.workplace.store.undo()
    assert desk.order(order_id).date == days.DATE


def test_goods_that_are_on_the_road_must_come_back(desk: Desk) -> None:
    wish = desk.wish(desk.planned[3], WishKind.DAY, on=TUESDAY)
    assert "bring them back" not in desk.judged(wish).verdict
    left = desk.outlook.schedule.routes[desk.shift].leaves_at + timedelta(minutes=5)
    assert "bring them back" in desk.judged(wish, left).verdict


def test_another_day_that_is_planned_takes_it_into_a_round(desk: Desk) -> None:
    order_id, other = desk.planned[0], desk.order(desk.planned[1])
    there = replace(other, id=OrderId("tuesday"), number="T-1", date=TUESDAY, version=0)

    def fill(uow: UnitOfWork) -> None:
        shift = next(iter(uow.shifts_of(days.DATE)))
        day = timedelta(days=1)
        fresh = replace(
            shift, id=type(shift.id)("shift-t"), date=TUESDAY, starts_at=shift.starts_at + day,
            ends_at=shift.ends_at + day, version=0,
        )  # fmt: skip
        uow.put_orders([there])
        uow.put_shifts([fresh])
        plan.move_orders(uow, order_ids=[there.id], to_shift=fresh.id)

    desk.workplace.store.write("Tuesday", fill)
    found = desk.judged(desk.wish(order_id, WishKind.SLOT, **slot("10:00", "12:00", TUESDAY)))
    assert "on Aino Korhonen's round" in found.verdict
    desk.grant(found)
    assert set(desk.day(TUESDAY).plan.routes[0].order_ids) == {order_id, there.id}


def test_after_a_failed_attempt_another_day_is_another_attempt(desk: Desk) -> None:
    order_id = desk.planned[0]
    phone = onroad.pair(desk.logbook, desk.day().shifts[desk.shift].driver_id, MORNING)
    at = desk.outlook.schedule.routes[desk.shift].stops[0].departs_at
    onroad.act(desk.logbook, phone, "fail", desk.shift, at, order_id=order_id, reason="WRONG_ADDRESS", note="None")
    desk.publish(at)
    today = desk.judged(desk.wish(order_id, WishKind.SLOT, **slot("14:00", "16:30")), at)
    assert "is for Monday 15 June already" in today.why_not
    found = desk.judged(desk.wish(order_id, WishKind.DAY, on=TUESDAY), at)
    desk.grant(found)
    assert (desk.order(order_id).date, desk.order(order_id).attempt) == (TUESDAY, 2)


def test_a_wish_after_the_stop_is_done_is_overtaken_in_words(desk: Desk) -> None:
    order_id = desk.planned[0]
    wish = desk.wish(order_id, WishKind.DAY, on=TUESDAY)
    phone = onroad.pair(desk.logbook, desk.day().shifts[desk.shift].driver_id, MORNING)
    at = desk.outlook.schedule.routes[desk.shift].stops[0].departs_at
    onroad.act(
        desk.logbook, phone, "deliver", desk.shift, at, order_id=order_id, outcome="delivered", handover="recipient",
        name="Kim",
    )  # fmt: skip
    assert desk.publish(at).overtaken == 1
    assert desk.publish(at, desk.step(at + timedelta(minutes=5))).overtaken == 0
    late = desk.logbook.read(lambda r: r.wish(wish.id))
    assert late is not None
    assert (late.state, late.answer) == (WishState.OVERTAKEN, "The stop was done before.")
    assert "overtaken already" in desk.judged(late, at).why_not
    assert desk.judged(wish, at).why_not.startswith("The stop was done at ")


def test_another_place_goes_through_the_address_index(desk: Desk) -> None:
    order_id = desk.planned[0]
    found = desk.judged(desk.wish(order_id, WishKind.PLACE, text="Templergraben 57, Aachen"))
    assert found.verdict.startswith("Found as Templergraben 57, 52062 Aachen. Fits Monday 15 June: ")
    assert found.fits
    desk.grant(found)
    assert desk.order(order_id).address.place == FOUND.place
    street = desk.judged(desk.wish(order_id, WishKind.PLACE, text="Templergraben"))
    assert "only the street is known" in street.verdict
    assert not street.fits
    nowhere = desk.judged(desk.wish(order_id, WishKind.PLACE, text="Rue de Rivoli 1, Paris"))
    assert nowhere.change is None
    assert "not among the addresses of the region" in nowhere.why_not


@pytest.mark.parametrize("kind", [WishKind.INSTRUCTIONS, WishKind.NEIGHBOUR, WishKind.SAFE_PLACE])
def test_notes_are_appended_and_marked_as_the_customers(desk: Desk, kind: WishKind) -> None:
    order_id = desk.planned[0]
    desk.put(replace(desk.order(order_id), notes="Gate code 17"))
    for text in ("Behind the shed", "Behind the house"):
        desk.grant(desk.judged(desk.wish(order_id, kind, text=text)))
    first, second = desk.order(order_id).notes.splitlines()
    assert first == "Gate code 17"
    assert second.startswith("Customer")
    assert second.endswith(": Behind the house"), "the last stands"


def test_an_order_that_is_gone_or_cancelled_has_no_wishes(desk: Desk) -> None:
    order_id = desk.planned[0]
    wish = desk.wish(order_id, WishKind.INSTRUCTIONS, text="Ring")
    change = desk.judged(wish).change
    desk.put(replace(desk.order(order_id), state=OrderState.CANCELLED))
    assert "was cancelled" in desk.judged(wish).why_not
    desk.workplace.store.write("Remove", lambda uow: uow.remove_orders([order_id]))
    assert desk.judged(wish).why_not == "The order is gone."
    assert change is not None
    with pytest.raises(KnownError, match="no longer exists"):
        desk.workplace.store.write("Late", change)


# --- decided ------------------------------------------------------------------------------------------------------


def test_a_wish_is_decided_once_by_somebody(desk: Desk) -> None:
    wish = desk.wish(desk.planned[0], WishKind.DAY, on=TUESDAY)
    with pytest.raises(BadInput, match="Type your name"):
        decide(desk.logbook, wish.id, granted=True, answer="", by=" ", now=MORNING)
    with pytest.raises(BadInput, match="shorter"):
        decide(desk.logbook, wish.id, granted=True, answer="x" * 301, by="Anna", now=MORNING)
    decided = decide(desk.logbook, wish.id, granted=False, answer=" Sorry, no van. ", by="Anna", now=MORNING)
    assert (decided.state, decided.answer, decided.decided_by) == (WishState.DECLINED, "Sorry, no van.", "Anna")
    assert desk.logbook.read(lambda r: r.wishes()) == []
    with pytest.raises(BadInput, match="declined by Anna already"):
        decide(desk.logbook, wish.id, granted=True, answer="", by="Boris", now=MORNING)
    with pytest.raises(BadInput, match="gone"):
        decide(desk.logbook, "none", granted=True, answer="", by="Anna", now=MORNING)
    assert "declined by Anna already" in desk.judged(decided).why_not
    assert wishes.LONGEST_ANSWER == 300


def test_whoever_grants_a_wish_for_a_day_that_is_not_shown_hears_that_its_rounds_are_to_be_sent(desk: Desk) -> None:
    first = desk.day().plan.routes[0].order_ids[0]
    found = desk.wish(first, WishKind.INSTRUCTIONS, text="Ring twice")
    tuesday = desk.workplace.desk.look(desk.day(TUESDAY), why=False)
    shown = lambda outlook: judged(desk.workplace, outlook, found, now=MORNING).afterwards
    desk.logbook.write(lambda writer: [writer.put_round(replace(r, withdrawn=True)) for r in sent_rounds(writer)])
    assert shown(tuesday) == "", "no driver has them"
    sending.send(desk.logbook, desk.outlook, MORNING)
    assert shown(desk.outlook) == "", "they follow by themselves"
    assert shown(tuesday).startswith("Drivers have the rounds of Monday 15 June as they were")
