"""The slot desk: catalogue, holds, and orders that get and lose their slots."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load, OrderState
from dispatcher.domain.slots import Area, AreaId, Blackout, HoldState, RuleId, SlotChange
from dispatcher.services.slots import SlotDesk, SlotsHeld
from tests.db.child import child, line_of
from tests.unit.services.slots_depot import AREA, DAY, MORNING, NOON, TEN, SlotsDepot, an_order, slots_depot

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[SlotsDepot]:
    with slots_depot(tmp_path) as opened:
        yield opened


def an_id(depot: SlotsDepot, n: int = 0) -> OrderId:
    return sorted(depot.workplace.store.read(lambda r: r.day(DAY)).orders)[n]


# --- holds ---


def test_a_hold_takes_room_for_ten_minutes(depot: SlotsDepot) -> None:
    hold = depot.desk.hold(MORNING.id, DAY, by="Anna", minutes=5, load=Load(kg=2))
    assert (depot.sold(), hold.until - hold.at) == (1, TEN)
    depot.clock.now = hold.until
    assert depot.sold() == 0
    with pytest.raises(BadInput, match="held until"):
        depot.desk.confirm(hold.id, an_order("N1"), by="Anna")
    assert depot.desk.let_go(hold.id).state is HoldState.RUN_OUT


def test_the_last_place_is_sold_once(depot: SlotsDepot) -> None:
    for _ in range(3):
        depot.desk.hold(MORNING.id, DAY, by="Anna")
    with pytest.raises(BadInput, match="3 of 3 orders are taken"):
        depot.desk.hold(MORNING.id, DAY, by="Bert")
    assert depot.sold() == 3


def test_letting_go_gives_the_place_back_once(depot: SlotsDepot) -> None:
    hold = depot.desk.hold(MORNING.id, DAY, by="Anna")
    assert depot.desk.let_go(hold.id).state is HoldState.LET_GO
    assert depot.sold() == 0
    with pytest.raises(BadInput, match="let go already"):
        depot.desk.let_go(hold.id)
    with pytest.raises(BadInput, match="gone"):
        depot.desk.let_go("nobody's")


def test_a_hold_moves_to_a_slot_with_room_or_stays(depot: SlotsDepot) -> None:
    hold = depot.desk.hold(MORNING.id, DAY, by="Anna", minutes=4)
    depot.desk.put_change(SlotChange(NOON.id, DAY, most_orders=0))
    with pytest.raises(BadInput, match="full"):
        depot.desk.move(hold.id, NOON.id, DAY, by="Anna")
    assert (depot.sold(), depot.sold(NOON)) == (1, 0)
    moved = depot.desk.move(hold.id, NOON.id, NEXT, by="Anna")
    assert (moved.moved_from, moved.minutes) == (hold.id, 4)
    assert (depot.sold(), depot.sold(NOON, NEXT)) == (0, 1)


def test_a_hold_can_move_within_a_full_slot(depot: SlotsDepot) -> None:
    holds = [depot.desk.hold(MORNING.id, DAY, by="Anna") for _ in range(3)]
    again = depot.desk.move(holds[0].id, MORNING.id, DAY, by="Anna")
    assert depot.sold() == 3
    assert again.id != holds[0].id


@pytest.mark.parametrize("by", ["", "  "])
def test_nobody_holds_nothing(depot: SlotsDepot, by: str) -> None:
    with pytest.raises(BadInput, match="Nobody said"):
        depot.desk.hold(MORNING.id, DAY, by=by)
    assert depot.sold() == 0


def test_what_cannot_be_chosen_cannot_be_held(depot: SlotsDepot) -> None:
    depot.desk.put_blackout(Blackout(NEXT, None, "fair"))
    with pytest.raises(BadInput, match="blackout: fair"):
        depot.desk.hold(MORNING.id, NEXT, by="Anna")
    with pytest.raises(BadInput, match="past its cut-off"):
        depot.desk.hold(MORNING.id, DAY - timedelta(days=1), by="Anna")
    with pytest.raises(BadInput, match="not in the catalogue"):
        depot.desk.hold(RuleId("none"), DAY, by="Anna")


# --- orders ---


def test_a_confirmed_order_has_the_slots_date_and_window(depot: SlotsDepot) -> None:
    hold = depot.desk.hold(MORNING.id, NEXT, by="Anna")
    depot.do(depot.desk.confirm(hold.id, an_order("N1"), by="Anna"))
    order = depot.order(OrderId("new N1"))
    (place,) = depot.desk.booked(MORNING.id, NEXT)
    assert (order.date, order.windows) == (NEXT, (depot.desk.calendar(NEXT, 1)[0].window,))
    assert place.order == order
    assert place.hold is not None
    assert place.hold.state is HoldState.CONFIRMED
    with pytest.raises(BadInput, match="An order has this place"):
        depot.desk.let_go(hold.id)


def test_undoing_gives_the_place_back_and_redoing_takes_it_again(depot: SlotsDepot) -> None:
    hold = depot.desk.hold(MORNING.id, NEXT, by="Anna")
    depot.do(depot.desk.confirm(hold.id, an_order("N1"), by="Anna"))
    depot.workplace.store.undo()
    depot.clock.now += TEN
    assert depot.sold(on=NEXT) == 0
    depot.workplace.store.redo()
    assert depot.sold(on=NEXT) == 1
    depot.clock.now += TEN
    assert depot.sold(on=NEXT) == 1


def test_orders_of_the_plan_with_the_slots_window_count_as_sold(depot: SlotsDepot) -> None:
    window = depot.desk.calendar(NEXT, 1)[0].window
    orders = [replace(an_order(f"P{n}", NEXT), windows=(window,)) for n in range(3)]
    depot.workplace.store.write("Import", lambda uow: uow.put_orders(orders))
    assert depot.sold(on=NEXT) == 3
    with pytest.raises(BadInput, match="3 of 3"):
        depot.desk.hold(MORNING.id, NEXT, by="Anna")
    gone = [replace(orders[0], state=OrderState.CANCELLED)]
    depot.workplace.store.write("Cancel", lambda uow: uow.put_orders(gone))
    assert depot.sold(on=NEXT) == 2


def test_dragging_an_order_takes_the_new_place_and_frees_the_old(depot: SlotsDepot) -> None:
    order_id = an_id(depot)
    depot.do(depot.desk.give(order_id, MORNING.id, DAY, by="Anna"))
    depot.do(depot.desk.give(order_id, NOON.id, NEXT, by="Bert"))
    assert (depot.sold(), depot.sold(NOON, NEXT)) == (0, 1)
    old, new = depot.desk.history(order_id)
    assert (old.state, new.state, new.moved_from, new.by) == (HoldState.LET_GO, HoldState.CONFIRMED, old.id, "Bert")
    day = depot.workplace.store.read(lambda r: r.day(DAY))
    assert all(order_id not in route.order_ids for route in day.plan.routes)


def test_within_its_day_a_planned_order_stays_in_its_round(depot: SlotsDepot) -> None:
    order_id = next(r for r in depot.workplace.store.read(lambda r: r.day(DAY)).plan.routes if r.stops).order_ids[0]
    depot.do(depot.desk.give(order_id, NOON.id, DAY, by="Anna"))
    assert depot.workplace.store.read(lambda r: r.day(DAY)).plan.route_of(order_id) is not None


def test_an_order_that_finds_no_room_stays_where_it_is(depot: SlotsDepot) -> None:
    inside, *others = [an_id(depot, n) for n in range(3)]
    for order_id in (inside, *others):
        depot.do(depot.desk.give(order_id, MORNING.id, NEXT, by="Anna"))
    before = depot.order(an_id(depot, 5))
    assert depot.desk.why_not(before, MORNING.id, NEXT) == "3 of 3 orders are taken"
    with pytest.raises(BadInput, match="3 of 3"):
        depot.do(depot.desk.give(before.id, MORNING.id, NEXT, by="Anna"))
    assert depot.order(before.id) == before
    assert depot.desk.history(before.id) == ()
    assert depot.desk.why_not(depot.order(inside), MORNING.id, NEXT) == ""


def test_a_number_that_is_taken_on_the_date_keeps_plan_and_slot_as_they_are(depot: SlotsDepot) -> None:
    depot.workplace.store.write("Import", lambda uow: uow.put_orders([an_order("N1", NEXT)]))
    hold = depot.desk.hold(MORNING.id, NEXT, by="Anna")
    other = replace(an_order("N1"), id=OrderId("other"))
    with pytest.raises(BadInput, match="exists"):
        depot.do(depot.desk.confirm(hold.id, other, by="Anna"))
    (place,) = depot.desk.booked(MORNING.id, NEXT)
    assert place.hold == hold


def test_more_than_was_held_needs_room(depot: SlotsDepot) -> None:
    depot.desk.put_rule(replace(MORNING, most_minutes=10))
    hold = depot.desk.hold(MORNING.id, NEXT, by="Anna", minutes=4)
    depot.desk.hold(MORNING.id, NEXT, by="Anna", minutes=4)
    with pytest.raises(BadInput, match="4 of 10 minutes"):
        depot.do(depot.desk.confirm(hold.id, replace(an_order("N1"), service_s=900), by="Anna"))
    depot.do(depot.desk.confirm(hold.id, replace(an_order("N1"), service_s=300), by="Anna"))
    assert depot.desk.calendar(NEXT, 1)[0].minutes == 9


def test_a_known_order_keeps_what_was_changed_of_it_since_its_slot_was_offered(depot: SlotsDepot) -> None:
    offered = depot.order(an_id(depot))
    hold = depot.desk.hold(MORNING.id, NEXT, by="Anna")
    change = depot.desk.confirm(hold.id, offered, by="Anna")
    store = depot.workplace.store
    store.write("Note", lambda uow: uow.put_orders([replace(offered, notes="Ring twice")]))
    depot.do(change)
    given = depot.order(offered.id)
    assert (given.notes, given.date) == ("Ring twice", NEXT)


def test_an_order_that_was_cancelled_since_its_slot_was_offered_stays_so(depot: SlotsDepot) -> None:
    offered = depot.order(an_id(depot))
    hold = depot.desk.hold(MORNING.id, NEXT, by="Anna")
    gone = replace(offered, state=OrderState.CANCELLED)
    depot.workplace.store.write("Cancel", lambda uow: uow.put_orders([gone]))
    with pytest.raises(BadInput, match="was cancelled"):
        depot.do(depot.desk.confirm(hold.id, offered, by="Anna"))
    assert depot.order(offered.id).state is OrderState.CANCELLED


def test_a_held_place_is_its_holders_though_the_slot_is_closed_meanwhile(depot: SlotsDepot) -> None:
    hold = depot.desk.hold(MORNING.id, NEXT, by="Anna")
    closed = depot.desk.put_change(SlotChange(MORNING.id, NEXT, closed=True))
    assert (closed.closed, closed.orders) == ("closed by hand", 1)
    depot.do(depot.desk.confirm(hold.id, an_order("N1"), by="Anna"))
    assert depot.order(OrderId("new N1")).date == NEXT


def test_a_slot_that_was_moved_while_it_was_held_is_looked_at_again(depot: SlotsDepot) -> None:
    hold = depot.desk.hold(MORNING.id, NEXT, by="Anna")
    change = depot.desk.confirm(hold.id, an_order("N1"), by="Anna")
    depot.desk.put_change(SlotChange(MORNING.id, NEXT, closes=time(11)))
    with pytest.raises(BadInput, match="moved meanwhile"):
        depot.do(change)
    assert depot.workplace.store.read(lambda r: r.order(OrderId("new N1"))) is None


# --- catalogue ---


def test_a_rule_with_holds_goes_only_if_told_and_nobody_loses_a_place(depot: SlotsDepot) -> None:
    hold = depot.desk.hold(MORNING.id, NEXT, by="Anna")
    for remove in (lambda: depot.desk.remove_rule(MORNING.id), lambda: depot.desk.remove_area(AREA.id)):
        with pytest.raises(SlotsHeld) as refused:
            remove()
        assert refused.value.holds == (hold,)
    assert len(depot.desk.book().rules) == 2
    depot.desk.remove_rule(MORNING.id, anyway=True)
    assert [place.hold for place in depot.desk.stranded(DAY)] == [hold]
    with pytest.raises(BadInput, match="not in the catalogue"):
        depot.desk.confirm(hold.id, an_order("N1"), by="Anna")
    moved = depot.desk.move(hold.id, NOON.id, NEXT, by="Anna")
    assert depot.sold(NOON, NEXT) == 1
    depot.desk.let_go(moved.id)
    depot.desk.remove_area(AREA.id)
    assert depot.desk.book().rules == {}


def test_a_capacity_below_what_is_sold_is_shown_and_nothing_is_lost(depot: SlotsDepot) -> None:
    holds = [depot.desk.hold(MORNING.id, NEXT, by="Anna") for _ in range(3)]
    (slot,) = depot.desk.put_rule(replace(MORNING, most_orders=1))
    assert (slot.on, slot.orders, slot.most_orders, slot.closed) == (NEXT, 3, 1, "full")
    assert [place.hold for place in depot.desk.booked(MORNING.id, NEXT)] == holds
    assert depot.desk.put_rule(MORNING) == ()


def test_hours_in_which_orders_have_places_are_not_changed_under_them(depot: SlotsDepot) -> None:
    depot.do(depot.desk.give(an_id(depot), MORNING.id, NEXT, by="Anna"))
    depot.clock.now += 2 * TEN
    later = SlotChange(MORNING.id, NEXT, opens=time(9))
    for change in (
        lambda: depot.desk.put_change(later),
        lambda: depot.desk.put_rule(replace(MORNING, closes=time(11))),
    ):
        with pytest.raises(BadInput, match="1 order has a place in these hours"):
            change()
    assert depot.sold(on=NEXT) == 1
    depot.desk.put_change(SlotChange(MORNING.id, NEXT, most_orders=1))
    depot.desk.put_change(replace(later, on=DAY))
    depot.do(depot.desk.give(an_id(depot, 1), MORNING.id, DAY, by="Anna"))
    with pytest.raises(BadInput, match="1 order has a place in these hours"):
        depot.desk.remove_change(MORNING.id, DAY)
    assert depot.sold() == 1


def test_a_place_on_a_date_on_which_the_slot_no_longer_is_can_be_moved(depot: SlotsDepot) -> None:
    order_id = an_id(depot)
    depot.do(depot.desk.give(order_id, MORNING.id, NEXT, by="Anna"))
    assert depot.desk.stranded(DAY) == ()
    depot.desk.put_rule(replace(MORNING, last=DAY))
    (place,) = depot.desk.stranded(DAY)
    assert place.order == depot.order(order_id)
    depot.do(depot.desk.give(order_id, NOON.id, NEXT, by="Anna"))
    assert depot.desk.stranded(DAY) == ()


def test_a_blackout_tells_who_has_a_place(depot: SlotsDepot) -> None:
    hold = depot.desk.hold(MORNING.id, NEXT, by="Anna")
    assert [place.hold for place in depot.desk.put_blackout(Blackout(NEXT, AREA.id))] == [hold]
    depot.desk.remove_blackout(NEXT, AREA.id)
    assert {slot.closed for slot in depot.desk.calendar(NEXT, 1)} == {""}


@pytest.mark.parametrize(
    "rule",
    [
        replace(MORNING, closes=MORNING.opens),
        replace(MORNING, weekdays=frozenset()),
        replace(MORNING, first=NEXT, last=DAY),
        replace(MORNING, cut_off_s=-1),
        replace(MORNING, lead_days=20),
        replace(MORNING, most_orders=-1),
        replace(MORNING, price=-1),
        replace(MORNING, area_id=AreaId("none")),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(depot: SlotsDepot, rule: object) -> None:
    with pytest.raises(BadInput):
        depot.desk.put_rule(rule)  # type: ignore[arg-type]
    assert depot.desk.book().rules[MORNING.id] == MORNING


def test_a_change_of_a_date_without_the_slot_is_refused(depot: SlotsDepot) -> None:
    depot.desk.put_rule(replace(MORNING, weekdays=frozenset({0})))
    with pytest.raises(BadInput, match="no such slot"):
        depot.desk.put_change(SlotChange(MORNING.id, NEXT, closed=True))


def test_a_usual_catalogue_is_made_once(tmp_path: Path) -> None:
    with slots_depot(tmp_path) as opened:
        with pytest.raises(BadInput, match="already"):
            opened.desk.start_usual()
        opened.desk.remove_area(AREA.id)
        book = opened.desk.start_usual()
        assert len(book.areas) == 1
        assert {(r.opens, r.closes) for r in book.rules.values()} == {(time(8), time(12)), (time(12), time(16))}
        assert opened.desk.area_of(an_order("X").address).area == next(iter(book.areas.values()))


def test_no_area_says_why(depot: SlotsDepot) -> None:
    depot.desk.put_area(replace(AREA, postcodes=("99",)))
    assert depot.desk.area_of(an_order("X").address).why_not == "No area has this address."
    depot.desk.put_area(Area(AreaId("two"), "Two", ("52",)))
    order = an_order("X")
    assert depot.desk.why_not(order, MORNING.id, NEXT) == "it belongs to Two"


def test_without_a_logbook_it_only_looks(depot: SlotsDepot) -> None:
    blind = SlotDesk(replace(depot.workplace, live=None))
    assert blind.calendar(DAY, 14) == ()
    for change in (lambda: blind.put_area(AREA), lambda: blind.hold(MORNING.id, DAY, by="Anna")):
        with pytest.raises(KnownError, match="not changed here"):
            change()


# --- many at once ---


def test_eight_clerks_never_oversell(depot: SlotsDepot) -> None:
    depot.desk.put_rule(replace(MORNING, most_orders=30))
    depot.desk.put_rule(replace(NOON, most_orders=10))
    start = threading.Barrier(8)

    def clerk(n: int) -> int:
        start.wait()
        return sum(_try(depot.desk, rule.id, NEXT, f"clerk {n}") for rule in (MORNING, NOON) for _ in range(8))

    with ThreadPoolExecutor(8) as pool:
        got = sum(pool.map(clerk, range(8)))
    assert got == 40
    assert (depot.sold(on=NEXT), depot.sold(NOON, NEXT)) == (30, 10)


def _try(desk: SlotDesk, rule_id: RuleId, on: date, by: str) -> bool:
    try:
        desk.hold(rule_id, on, by=by)
    except BadInput:
        return False
    return True


CLERK = """
import sys
from datetime import date
from pathlib import Path
from dispatcher.domain.errors import BadInput
from dispatcher.domain.slots import RuleId
from tests.unit.services.slots_depot import reopened

with reopened(Path(sys.argv[1])) as desk:
    got = 0
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(30):
        try:
            desk.hold(RuleId("morning"), date.fromisoformat(sys.argv[2]), by="another process")
            got += 1
        except BadInput:
            pass
    print(got, flush=True)
"""


def test_two_processes_never_oversell(depot: SlotsDepot, tmp_path: Path) -> None:
    depot.desk.put_rule(replace(MORNING, most_orders=25))
    with child(CLERK, str(tmp_path), NEXT.isoformat()) as other:
        assert line_of(other) == "ready"
        assert other.stdin is not None
        other.stdin.write("go\n")
        other.stdin.flush()
        mine = sum(_try(depot.desk, MORNING.id, NEXT, "Anna") for _ in range(30))
        theirs = int(line_of(other))
        assert other.wait(30) == 0
    assert mine + theirs == 25
    assert depot.sold(on=NEXT) == 25
