"""What each change does to the rows around it."""

from dataclasses import replace

import pytest

from db.store import SqliteStore
from dispatcher.domain.changes import Kind
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.orders import OrderState
from dispatcher.domain.place import Precision
from dispatcher.domain.plan import Stop
from tests.fixtures.yard import MONDAY, TUESDAY, Yard, order


def test_a_day_has_a_route_for_every_shift_by_driver_number(yard: Yard) -> None:
    turned = replace(yard.drivers[0], number=9)
    yard.store.write("Renumber", lambda unit: unit.put_driver(turned))
    yard.plan("ab", "c", "")
    day = yard.day()
    assert [driver.number for _, _, driver, _ in day.rounds()] == [2, 3, 9]
    assert list(day.shifts) == [route.shift_id for route in day.plan.routes]
    assert yard.letters() == ["c", "", "ab"]
    assert set(day.unplanned) == {o.id for o in yard.orders[MONDAY][3:]}
    assert yard.routes(TUESDAY) == [[], [], []]


def test_an_order_leaves_the_route_it_stood_in(yard: Yard) -> None:
    yard.plan("abc", "def", "ghi")
    yard.store.write(
        "Move", lambda unit: unit.set_routes({yard.shifts[MONDAY][1].id: [Stop(yard.orders[MONDAY][0].id, held=True)]})
    )
    assert yard.letters() == ["bc", "a", "ghi"]
    assert yard.day().plan.routes[1].stops[0].held
    assert {o.number for o in yard.orders[MONDAY][3:6]} <= {yard.day().orders[i].number for i in yard.day().unplanned}


def test_routes_swap_and_turn_around_together(yard: Yard) -> None:
    yard.plan("abc", "def")
    yard.plan("fed", "cba")
    assert yard.letters() == ["fed", "cba", ""]


def test_only_stops_that_moved_are_touched(yard: Yard) -> None:
    yard.plan("abcd", "e")
    shift = yard.shifts[MONDAY][0]
    ids = [o.id for o in yard.orders[MONDAY]]
    done = yard.store.write("Swap", lambda unit: unit.set_routes({shift.id: [Stop(ids[n]) for n in (0, 2, 1, 3)]}))
    assert done.changes.ids == {Kind.STOP: frozenset(ids[1:3])}
    assert done.changes.dates == {MONDAY}


def test_an_order_stands_in_one_route_once(yard: Yard) -> None:
    first, second, _ = yard.shifts[MONDAY]
    stop = Stop(yard.orders[MONDAY][0].id)
    for routes in ({first.id: [stop, stop]}, {first.id: [stop], second.id: [stop]}):
        with pytest.raises(ValueError, match="one route only"):
            yard.store.write("Plan", lambda unit, routes=routes: unit.set_routes(routes))
    assert yard.letters() == ["", "", ""]


def test_an_order_cannot_join_a_shift_of_another_day(yard: Yard) -> None:
    stop = Stop(yard.orders[TUESDAY][0].id)
    with pytest.raises(KnownError, match="is for 2026-05-05, not for 2026-05-04"):
        yard.store.write("Plan", lambda unit: unit.set_routes({yard.shifts[MONDAY][0].id: [stop]}))


def test_routes_of_what_is_gone_are_refused(yard: Yard) -> None:
    with pytest.raises(KnownError, match="A shift of the plan is no longer there"):
        yard.store.write("Plan", lambda unit: unit.set_routes({"gone": []}))
    with pytest.raises(KnownError, match="An order of the plan is no longer there"):
        yard.store.write("Plan", lambda unit: unit.set_routes({yard.shifts[MONDAY][0].id: [Stop("gone")]}))


def test_a_row_that_needs_what_is_gone_is_refused(yard: Yard) -> None:
    revision = yard.day().revision
    lost = replace(yard.shifts[MONDAY][0], driver_id="gone")
    with pytest.raises(KnownError, match="no longer there"):
        yard.store.write("Shift", lambda unit: unit.put_shifts([lost]))
    with pytest.raises(KnownError, match="no longer there"):
        yard.store.write("Order", lambda unit: unit.put_orders([replace(order("x"), driver_id="gone")]))
    assert yard.day().revision == revision


def test_removed_orders_take_their_stops_along(yard: Yard) -> None:
    yard.plan("abc", "d")
    ids = [o.id for o in yard.orders[MONDAY][:2]]
    done = yard.store.write("Remove", lambda unit: unit.remove_orders([*ids, "gone"]))
    assert done.changes.ids == {Kind.ORDER: frozenset(ids), Kind.STOP: frozenset(ids)}
    assert yard.letters() == ["c", "d", ""]
    assert len(yard.day().orders) == 10


def test_a_removed_shift_gives_its_orders_back(yard: Yard) -> None:
    yard.plan("abc", "d")
    yard.store.write("Remove", lambda unit: unit.remove_shift(yard.shifts[MONDAY][0].id))
    day = yard.day()
    assert yard.letters() == ["d", ""]
    assert len(day.orders) == 12
    assert {o.id for o in yard.orders[MONDAY][:3]} <= set(day.unplanned)


def test_an_order_moved_to_another_day_waits_in_its_pool(yard: Yard) -> None:
    yard.plan("abc")
    moved = replace(yard.orders[MONDAY][1], date=TUESDAY)
    done = yard.store.write("Postpone", lambda unit: unit.put_orders([moved]))
    assert yard.letters() == ["ac", "", ""]
    assert moved.id in yard.day(TUESDAY).unplanned
    assert done.changes.dates == {MONDAY, TUESDAY}


def test_a_shift_moved_to_another_day_leaves_its_orders(yard: Yard) -> None:
    yard.plan("abc")
    moved = replace(yard.shifts[MONDAY][0], date=TUESDAY)
    yard.store.write("Move shift", lambda unit: unit.put_shifts([moved]))
    assert yard.letters() == ["", ""]
    assert len(yard.routes(TUESDAY)) == 4
    assert len(yard.day().unplanned) == 12


def test_a_changed_order_keeps_its_stop(yard: Yard) -> None:
    yard.plan("abc")
    changed = replace(yard.orders[MONDAY][1], notes="Ring twice")
    done = yard.store.write("Edit", lambda unit: unit.put_orders([changed]))
    assert yard.letters() == ["abc", "", ""]
    assert done.changes.ids == {Kind.ORDER: frozenset([changed.id])}
    assert yard.day().orders[changed.id] == replace(changed, version=done.changes.revision)


def test_drivers_and_vehicles_in_use_stay(yard: Yard) -> None:
    with pytest.raises(KnownError, match=r"Mira cannot be removed: shifts that name it: 2"):
        yard.store.write("Remove", lambda unit: unit.remove_driver(yard.drivers[0].id))
    with pytest.raises(KnownError, match=r"Van 0 cannot be removed: shifts"):
        yard.store.write("Remove", lambda unit: unit.remove_vehicle(yard.vehicles[0].id))


def test_a_driver_orders_ask_for_stays(yard: Yard) -> None:
    mira = yard.drivers[0]

    def change(unit):
        for shifts in yard.shifts.values():
            unit.remove_shift(shifts[0].id)
        unit.put_orders([replace(yard.orders[MONDAY][0], driver_id=mira.id)])

    yard.store.write("Prepare", change)
    with pytest.raises(KnownError, match="orders that name it: 1"):
        yard.store.write("Remove", lambda unit: unit.remove_driver(mira.id))
    yard.store.write("Free", lambda unit: unit.remove_orders([yard.orders[MONDAY][0].id]))
    yard.store.write("Remove", lambda unit: unit.remove_driver(mira.id))
    assert mira.id not in yard.day().drivers


def test_a_removed_vehicle_is_nobodys_usual_one(yard: Yard) -> None:
    van, mira = yard.vehicles[0], yard.drivers[0]

    def change(unit):
        for shifts in yard.shifts.values():
            unit.remove_shift(shifts[0].id)
        unit.remove_vehicle(van.id)

    yard.store.write("Sell the van", change)
    assert yard.day().drivers[mira.id].vehicle_id is None
    assert van.id not in yard.day().vehicles


def test_a_round_number_belongs_to_one_driver(yard: Yard) -> None:
    with pytest.raises(BadInput, match="Round number 2 belongs to Jussi"):
        yard.store.write("Renumber", lambda unit: unit.put_driver(replace(yard.drivers[0], number=2)))


def test_nothing_changed_is_no_step(yard: Yard) -> None:
    yard.plan("abc")
    before = yard.store.read(lambda reader: reader.revision), yard.store.history(), yard.store.entries()

    def same(unit):
        unit.put_orders(yard.orders[MONDAY])
        unit.put_driver(yard.drivers[0])
        unit.remove_orders(["gone"])
        return "done"

    done = yard.store.write("Nothing", same)
    yard.plan("abc")
    assert done.value == "done"
    assert done.changes.empty
    assert done.changes.revision == before[0]
    assert (yard.store.read(lambda reader: reader.revision), yard.store.history(), yard.store.entries()) == before


def test_an_exception_leaves_everything_as_it_was(yard: Yard) -> None:
    yard.plan("abc")
    before = yard.day(), yard.store.history(), yard.store.entries()

    def fail(unit):
        unit.remove_orders(o.id for o in yard.orders[MONDAY])
        assert unit.day(MONDAY).orders == {}
        raise LookupError("in the middle")

    with pytest.raises(LookupError, match="in the middle"):
        yard.store.write("Fail", fail)
    assert (yard.day(), yard.store.history(), yard.store.entries()) == before
    yard.plan("cba")
    assert yard.letters() == ["cba", "", ""]


def test_a_write_inside_a_write_is_our_own_fault(yard: Yard) -> None:
    with pytest.raises(RuntimeError, match="write inside a write"):
        yard.store.write("Outer", lambda _unit: yard.store.write("Inner", lambda unit: None))
    yard.plan("a")
    assert yard.letters() == ["a", "", ""]


def test_the_list_of_days_counts(yard: Yard) -> None:
    yard.plan("abc", "de")
    cancelled = [replace(o, state=OrderState.CANCELLED) for o in yard.orders[MONDAY][4:7]]
    yard.store.write("Cancel", lambda unit: unit.put_orders(cancelled))
    monday, tuesday = yard.store.read(lambda reader: reader.days())
    assert (monday.date, monday.orders, monday.unplanned, monday.shifts) == (MONDAY, 9, 5, 3)
    assert (tuesday.date, tuesday.orders, tuesday.unplanned, tuesday.shifts) == (TUESDAY, 12, 12, 3)
    assert len(yard.day().unplanned) == monday.unplanned


def test_doubtful_orders_are_open_ones_without_a_sure_place(yard: Yard) -> None:
    late, early = order("late", TUESDAY), order("early", MONDAY)
    address = late.address
    nowhere = replace(late, address=replace(address, place=None))
    street = replace(early, address=replace(address, precision=Precision.STREET))
    gone = replace(order("gone"), address=replace(address, place=None), state=OrderState.CANCELLED)
    yard.store.write("Import", lambda unit: unit.put_orders([nowhere, street, gone]))
    doubtful = yard.store.read(lambda reader: reader.doubtful_orders())
    assert [o.id for o in doubtful] == [street.id, nowhere.id]


def test_ten_thousand_orders_in_one_go(store: SqliteStore) -> None:
    orders = [order(f"{n}") for n in range(12_345)]
    store.write("Import", lambda unit: unit.put_orders(orders))
    ids = [o.id for o in orders]
    assert [o.id for o in store.read(lambda reader: reader.orders(ids))] == ids
    store.write("Remove", lambda unit: unit.remove_orders(ids[:11_000]))
    assert len(store.read(lambda reader: reader.orders_of([MONDAY]))) == 1_345
    store.undo()
    assert len(store.read(lambda reader: reader.orders_of([MONDAY]))) == 12_345


@pytest.mark.parametrize("wrong", [{"notes": "\ud800"}, {"service_s": 10**30}, {"skills": frozenset(["\udfff"])}])
def test_what_no_column_can_hold_is_bad_input(yard: Yard, wrong: dict[str, object]) -> None:
    before = yard.day()
    with pytest.raises(BadInput, match="cannot be stored"):
        yard.store.write("Edit", lambda unit: unit.put_orders([replace(yard.orders[MONDAY][0], **wrong)]))
    assert yard.day() == before
