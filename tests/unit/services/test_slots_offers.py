"""Offers: the same numbers as the planner's own, in the right order, and clear words where none can be had."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from dispatcher.domain.certificates import Certificate
from dispatcher.domain.errors import BadInput, Cancelled
from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load
from dispatcher.domain.place import Address, Place, Precision
from dispatcher.domain.slots import Area, AreaId
from dispatcher.planning.judge import weigh
from dispatcher.services.plan import sequences_of
from dispatcher.services.slots import Enquiry
from tests.fixtures import days
from tests.unit.services.slots_depot import AREA, DAY, MORNING, NOON, SlotsDepot, an_order, slots_depot

HERE = Address("Markt 1", "52062", "Aachen", place=days.AACHEN.centre, precision=Precision.HOUSE)
NEXT = DAY + timedelta(days=1)


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[SlotsDepot]:
    with slots_depot(tmp_path) as opened:
        yield opened


def test_every_open_slot_is_offered_cheapest_first(depot: SlotsDepot) -> None:
    offers = depot.desk.offers(Enquiry(HERE), days=3)
    assert {(o.slot.rule.id, o.slot.on) for o in offers} == {
        (rule.id, on) for rule in (MORNING, NOON) for on in (DAY - timedelta(days=1), DAY, NEXT)
    } - {(MORNING.id, DAY - timedelta(days=1))}  # it is ten o'clock
    costs = [o.cost for o in offers if o.cost is not None]
    assert costs == sorted(costs)
    assert {o.slot.on for o in offers if o.priced} == {DAY}
    assert all(o.failure is None for o in offers)


def test_the_cost_is_what_the_plan_costs_more(depot: SlotsDepot) -> None:
    """The judge's own sum over the whole day, with the order put where the offer says."""
    day = depot.workplace.store.read(lambda r: r.day(DAY))
    for offer in depot.desk.offers(Enquiry(HERE), days=2):
        if not offer.priced:
            continue
        order = replace(an_order("N1"), address=HERE, windows=(offer.slot.window,))
        whole = replace(day, orders={**day.orders, order.id: order})
        problem = depot.workplace.desk.problem(whole)
        before = sequences_of(day)
        assert offer.shift_id is not None
        after = {**before, offer.shift_id: [order.id if o is None else o for o in offer.sequence]}
        more = weigh(problem, after).less(weigh(problem, before))
        assert abs(more.cost - (offer.cost or 0)) <= 1
        assert not any(more[:5])


def test_no_round_takes_it_cheaper_than_offered(depot: SlotsDepot) -> None:
    """Against every place of every round, tried one by one."""
    day = depot.workplace.store.read(lambda r: r.day(DAY))
    (offer,) = [o for o in depot.desk.offers(Enquiry(HERE), days=2) if o.slot.on == DAY and o.slot.rule.id == NOON.id]
    order = replace(an_order("N1"), address=HERE, windows=(offer.slot.window,))
    problem = depot.workplace.desk.problem(replace(day, orders={**day.orders, order.id: order}))
    now = {s: weigh(problem, {s: sequence}) for s, sequence in sequences_of(day).items()}
    tried = [
        weigh(problem, {s: (*sequence[:n], order.id, *sequence[n:])}).less(now[s])
        for s, sequence in sequences_of(day).items()
        for n in range(len(sequence) + 1)
    ]
    best = min(each.cost for each in tried if not any(each[:4]))
    assert offer.cost is not None
    assert best - 1 <= offer.cost <= best * 1.1 + 1


def test_a_confirmed_offer_lands_in_the_round_it_was_priced_in(depot: SlotsDepot) -> None:
    offer = next(o for o in depot.desk.offers(Enquiry(HERE), days=2) if o.priced)
    hold = depot.desk.hold(offer.slot.rule.id, offer.slot.on, by="Anna", minutes=3)
    depot.do(depot.desk.confirm(hold.id, replace(an_order("N1"), address=HERE), by="Anna", offer=offer))
    route = depot.workplace.store.read(lambda r: r.day(DAY)).plan.route_of(OrderId("new N1"))
    assert route is not None
    assert route.shift_id == offer.shift_id
    assert route.order_ids.index(OrderId("new N1")) == offer.sequence.index(None)


def test_a_full_slot_is_not_offered_and_no_driver_says_so(depot: SlotsDepot) -> None:
    heavy = Enquiry(HERE, load=Load(kg=5_000))
    assert {(o.cost, o.obstacle.split(" with ")[0]) for o in depot.desk.offers(heavy, days=2) if o.priced} == {
        (None, "no round has room: weight")
    }
    skilled = Enquiry(HERE, skills=frozenset({"crane"}))
    assert all("skill" in o.obstacle for o in depot.desk.offers(skilled, days=2) if o.priced)
    for _ in range(3):
        depot.desk.hold(NOON.id, DAY, by="Anna")
    assert (NOON.id, DAY) not in {(o.slot.rule.id, o.slot.on) for o in depot.desk.offers(Enquiry(HERE), days=2)}


def test_outside_the_shifts_and_in_locked_rounds_nobody_has_room(depot: SlotsDepot) -> None:
    depot.desk.put_rule(replace(NOON, opens=time(20), closes=time(22)))
    (late,) = [o for o in depot.desk.offers(Enquiry(HERE), days=2) if o.slot.on == DAY and o.slot.rule.id == NOON.id]
    assert late.cost is None
    assert "no round has room" in late.obstacle
    day = depot.workplace.store.read(lambda r: r.day(DAY))
    locked = [replace(shift, lock=Lock.ROUTE) for shift in day.shifts.values()]
    depot.workplace.store.write("Lock", lambda uow: uow.put_shifts(locked))
    assert {o.obstacle for o in depot.desk.offers(Enquiry(HERE), days=2) if o.slot.on == DAY} == {
        "every round is locked, on its way, or may not go out"
    }


def test_who_may_not_drive_is_offered_to_nobody_and_counts_for_no_capacity(depot: SlotsDepot) -> None:
    """And a skill is had on the days on which its certificate is good."""
    store = depot.workplace.store
    whole = sum(each.orders for each in depot.desk.suggest_capacity(DAY).slots)
    assert all(o.cost is None for o in depot.desk.offers(Enquiry(HERE, skills=frozenset({"adr"})), days=2) if o.priced)
    first, *others = store.read(lambda r: r.drivers())
    adr = replace(first, certificates=(Certificate("adr", DAY),))
    store.write("ADR", lambda uow: uow.put_driver(adr))
    offers = [o for o in depot.desk.offers(Enquiry(HERE, skills=frozenset({"adr"})), days=2) if o.priced]
    assert {o.driver for o in offers if o.cost is not None} == {first.name}
    stale = Certificate("driving licence", DAY - timedelta(days=1), required=True)
    store.write("Run out", lambda uow: [uow.put_driver(replace(d, certificates=(stale,))) for d in others])
    assert {o.driver for o in depot.desk.offers(Enquiry(HERE), days=2) if o.priced} == {first.name}
    assert 0 < sum(each.orders for each in depot.desk.suggest_capacity(DAY).slots) < whole
    store.write("Run out", lambda uow: uow.put_driver(replace(first, certificates=(stale,))))
    assert {o.obstacle for o in depot.desk.offers(Enquiry(HERE), days=2) if o.slot.on == DAY} == {
        "every round is locked, on its way, or may not go out"
    }


def test_a_round_that_has_left_takes_nobody(depot: SlotsDepot) -> None:
    depot.clock.now = days.clock("09:00")
    offers = [o for o in depot.desk.offers(Enquiry(HERE), days=1) if o.slot.on == DAY]
    assert [(o.slot.rule.id, o.cost) for o in offers] == [(NOON.id, None)]


def test_an_order_is_not_in_its_own_way(depot: SlotsDepot) -> None:
    route = next(r for r in depot.workplace.store.read(lambda r: r.day(DAY)).plan.routes if r.stops)
    order = depot.order(route.order_ids[1])
    asked = Enquiry(order.address, order.service_s, order.load, order_id=order.id)
    assert all(order.id not in o.sequence for o in depot.desk.offers(asked, days=2))


def test_a_day_without_a_plan_is_estimated_by_its_neighbours(depot: SlotsDepot) -> None:
    near = replace(an_order("N1", NEXT), address=replace(HERE, place=Place(50.80, 6.10)))
    far = Enquiry(replace(HERE, place=Place(50.80, 6.10)))
    (before,) = {o.cost for o in depot.desk.offers(far, days=3) if o.slot.on == NEXT}
    depot.workplace.store.write("Import", lambda uow: uow.put_orders([near]))
    (after,) = {o.cost for o in depot.desk.offers(far, days=3) if o.slot.on == NEXT}
    assert before is not None
    assert after is not None
    assert after < before
    (offer, *_) = [o for o in depot.desk.offers(far, days=3) if o.slot.on == NEXT]
    assert offer.price.startswith("about +")


def test_an_address_nobody_can_serve_is_told_so(depot: SlotsDepot) -> None:
    with pytest.raises(BadInput, match="no place on the map"):
        depot.desk.offers(Enquiry(replace(HERE, place=None)))
    depot.desk.put_area(replace(AREA, postcodes=("99",)))
    with pytest.raises(BadInput, match="No area has"):
        depot.desk.offers(Enquiry(HERE))
    depot.desk.put_area(Area(AreaId("new"), "Empty", ("52",)))
    assert depot.desk.offers(Enquiry(HERE)) == ()
    depot.desk.put_area(replace(AREA, postcodes=()))
    depot.desk.remove_area(AreaId("new"))
    with pytest.raises(Cancelled):
        depot.desk.offers(Enquiry(HERE), cancelled=lambda: True)
