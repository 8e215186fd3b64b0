"""Fixes in words and as one change: what is said is what the judge says afterwards, and nothing stale is written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.opening import open_store
from db.store import SqliteStore
from dispatcher.domain.certificates import Certificate
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Lock, Vehicle
from dispatcher.domain.ids import OrderId, ShiftId, VehicleId
from dispatcher.domain.orders import Load, OrderKind
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day, Stop
from dispatcher.domain.schedule import ReasonCode, Schedule
from dispatcher.region.straight import StraightLine
from dispatcher.services import rounds
from dispatcher.services.fixes import Fix, Kind, apply_fix, fixes_for, why, words
from dispatcher.services.planning import PlanningDesk
from tests.fixtures import days
from tests.fixtures.examples import examples
from tests.unit.planning.bound_days import bound_days
from tests.unit.services.conftest import keep, now

NEAR, BESIDE, FAR = Place(50.776, 6.101), Place(50.777, 6.102), Place(50.9, 6.4)
UNHURRIED_S = 60.0
FIRST, SECOND = ShiftId("shift-000"), ShiftId("shift-001")
ASKED = OrderId("order-00001")


@pytest.fixture
def desk() -> Iterator[PlanningDesk]:
    made = PlanningDesk(StraightLine())
    yield made
    made.close()


def stored(folder: Path, day: Day) -> SqliteStore:
    store = open_store(folder / "depot.db", clock=now, author="Anna")
    store.write("Fill", lambda uow: _keep(uow, day))
    return store


def _keep(uow, day: Day) -> None:
    keep(uow, day)
    uow.set_freeze(day.date, day.freeze_at)
    for order_id, shift_id in day.loaded.items():
        uow.set_loaded([order_id], shift_id)


def read(store: SqliteStore) -> Day:
    return store.read(lambda reader: reader.day(days.DATE))


def find(desk: PlanningDesk, day: Day, order_id: OrderId = ASKED, most: int = 9) -> dict[Kind, Fix]:
    found = fixes_for(desk, day, order_id, most=most, deadline_s=UNHURRIED_S)
    return {fix.what.kind: fix for fix in reversed(found)}


def faults(schedule: Schedule) -> dict[object, float]:
    broken: dict[object, float] = {}
    for shift_id, times in schedule.routes.items():
        for v in times.broken:
            broken[shift_id, v.order_id, v.rule] = max(v.amount, broken.get((shift_id, v.order_id, v.rule), 0))
    return broken


def one_driver(*orders, driver=None, vehicle=None, shift=None, routes=None, count=1, held=()) -> Day:
    crew = days.make_crew(count, days.make_depot(), driver=driver, vehicle=vehicle, shift=shift)
    return days.assemble(orders, crew, routes=routes, held=held)


@given(bound_days(), st.data())
@settings(max_examples=examples(15), deadline=None)
def test_an_applied_fix_does_what_it_said(day: Day, data: st.DataObject) -> None:
    desk = PlanningDesk(StraightLine())
    spare = Vehicle(VehicleId("spare"), "Spare truck", capacity=Load(5_000, 30_000, 900), skills=frozenset({"chilled"}))
    day = replace(day, vehicles={**day.vehicles, spare.id: spare})
    with TemporaryDirectory() as folder:
        store = stored(Path(folder), day)
        day = read(store)
        before = desk.look(day)
        asked = [
            *day.unplanned,
            *(s.order_id for r in before.schedule.routes.values() for s in r.stops if s.violations),
        ]
        found = ()
        if asked:
            order_id = data.draw(st.sampled_from(asked))
            found = fixes_for(desk, day, order_id, most=9, deadline_s=UNHURRIED_S)
        for fix in found:
            what, price = words(fix, day)
            assert what
            assert price
            assert not any(key in what for key in (*day.orders, *day.shifts))
            store.write(what, lambda uow, fix=fix: apply_fix(uow, fix))
            after = desk.look(read(store))
            assert after.day.plan.route_of(order_id).shift_id == fix.what.shift_id
            assert not [key for key in faults(after.schedule) if key[1] == order_id]
            was = faults(before.schedule)
            assert all(amount <= was.get(key, 0) for key, amount in faults(after.schedule).items())
            assert after.schedule.cost - before.schedule.cost == fix.what.cost
            assert after.schedule.distance_m - before.schedule.distance_m == fix.what.distance_m
            store.undo()
        store.close()
    desk.close()


def test_a_stop_that_simply_fits_is_given_to_the_driver_first(desk: PlanningDesk, tmp_path: Path) -> None:
    store = stored(tmp_path, one_driver(days.make_order(1, NEAR)))
    (fix, *_) = fixes_for(desk, read(store), ASKED, deadline_s=UNHURRIED_S)
    what, price = words(fix, read(store))
    assert what == "Give A00001 to Aino Korhonen"
    assert price.startswith("+€")
    assert "km" in price
    store.write(what, lambda uow: apply_fix(uow, fix))
    assert read(store).plan.routes[0].order_ids == (ASKED,)
    store.close()


def test_a_window_is_widened_by_the_least_minutes(desk: PlanningDesk, tmp_path: Path) -> None:
    store = stored(tmp_path, one_driver(days.make_order(1, NEAR, windows=(days.window("06:00", "07:50"),))))
    fix = find(desk, read(store))[Kind.WINDOW]
    assert fix.what.window.later_s % 60 == 0
    late = desk.look(days.with_plan(read(store), {FIRST: [ASKED]})).schedule.routes[FIRST].stops[0].late_s
    assert late <= fix.what.window.later_s < late + 60
    assert words(fix, read(store))[0].startswith("A00001 accepts until 08:0")
    store.write("Fix", lambda uow: apply_fix(uow, fix))
    assert desk.look(read(store)).schedule.late_stops == 0
    store.close()


def test_a_driver_starts_earlier_and_a_break_that_begins_with_the_shift_moves_along(
    desk: PlanningDesk, tmp_path: Path
) -> None:
    order = days.make_order(1, NEAR, windows=(days.window("06:00", "07:50"),))
    store = stored(tmp_path, one_driver(order, driver={"break_s": 1800}))
    fix = find(desk, read(store))[Kind.HOURS]
    what, _ = words(fix, read(store))
    assert what.startswith("Aino Korhonen starts ")
    assert what.endswith(" earlier and takes A00001")
    store.write(what, lambda uow: apply_fix(uow, fix))
    day = read(store)
    assert days.clock("08:00") - day.shifts[FIRST].starts_at == (
        fix_span := timedelta(seconds=fix.what.hours.earlier_s)
    )
    assert fix_span > timedelta(seconds=0)
    assert not faults(desk.look(day).schedule)
    store.close()


def test_a_longer_limit_and_a_bigger_vehicle(desk: PlanningDesk, tmp_path: Path) -> None:
    first, second = days.make_order(1, NEAR, load=Load(kg=600)), days.make_order(2, BESIDE, load=Load(kg=600))
    day = one_driver(first, second, routes={FIRST: [second.id]}, driver={"max_stops": 1})
    lorry = Vehicle(VehicleId("lorry"), "Lorry 9", capacity=Load(5_000, 30_000, 900))
    more = replace(day, drivers={d: replace(driver, max_stops=None) for d, driver in day.drivers.items()})
    store = stored(tmp_path, replace(more, vehicles={**day.vehicles, lorry.id: lorry}))
    fix = find(desk, read(store))[Kind.VEHICLE]
    assert words(fix, read(store))[0] == "Aino Korhonen goes out in Lorry 9 and takes A00001"
    store.write("Fix", lambda uow: apply_fix(uow, fix))
    assert read(store).shifts[FIRST].vehicle_id == lorry.id
    assert not faults(desk.look(read(store)).schedule)
    store.close()


def test_one_more_stop_is_asked_for_by_name(desk: PlanningDesk, tmp_path: Path) -> None:
    day = one_driver(
        days.make_order(1, NEAR), days.make_order(2, BESIDE), routes={FIRST: ["order-00002"]}, driver={"max_stops": 1}
    )
    store = stored(tmp_path, day)
    fix = find(desk, read(store))[Kind.LIMIT]
    assert words(fix, read(store))[0] == "Aino Korhonen may have 2 stops from now on and takes A00001"
    store.write("Fix", lambda uow: apply_fix(uow, fix))
    assert read(store).drivers[day.shifts[FIRST].driver_id].max_stops == 2
    assert len(read(store).plan.routes[0].stops) == 2
    store.close()


def test_another_stop_makes_room(desk: PlanningDesk, tmp_path: Path) -> None:
    chilled, plain = days.make_order(1, NEAR, skills=frozenset({"chilled"})), days.make_order(2, BESIDE)
    day = one_driver(chilled, plain, count=2, routes={FIRST: [plain.id]}, driver={"max_stops": 1})
    drivers = dict(day.drivers)
    able = day.shifts[FIRST].driver_id
    drivers[able] = replace(drivers[able], skills=frozenset({"chilled"}))
    store = stored(tmp_path, replace(day, drivers=drivers))
    fix = find(desk, read(store))[Kind.MOVE]
    assert words(fix, read(store))[0] == "Move A00002 to Eero Laine; Aino Korhonen takes A00001"
    store.write("Fix", lambda uow: apply_fix(uow, fix))
    assert [r.order_ids for r in read(store).plan.routes] == [(ASKED,), (plain.id,)]
    store.close()


@pytest.mark.parametrize(("until", "mended"), [(days.DATE, True), (days.DATE - timedelta(days=1), False)])
def test_a_van_whose_inspection_ran_out_is_changed_for_one_that_may_go_out(
    desk: PlanningDesk, tmp_path: Path, until: date, mended: bool
) -> None:
    stale = Certificate("inspection", days.DATE - timedelta(days=1), required=True)
    order = days.make_order(1, NEAR, skills=frozenset({"adr"}))
    adr = Certificate("adr", days.DATE)
    day = one_driver(
        order, routes={FIRST: [order.id]}, vehicle={"certificates": (stale,)}, driver={"certificates": (adr,)}
    )
    spare = Vehicle(VehicleId("spare"), "Van 9", certificates=(replace(stale, valid_until=until),))
    store = stored(tmp_path, replace(day, vehicles={**day.vehicles, spare.id: spare}))
    why_not = why(desk, read(store), ASKED)
    assert why_not is not None
    assert why_not.sentence == "Van 1’s inspection ran out on 14 June 2026."
    found = find(desk, read(store))
    assert set(found) == ({Kind.VEHICLE} if mended else set())
    if mended:
        store.write("Fix", lambda uow: apply_fix(uow, found[Kind.VEHICLE]))
        assert why(desk, read(store), ASKED) is None
    store.close()


@pytest.mark.parametrize("lock", [Lock.ROUTE, Lock.DRIVER])
def test_a_lock_in_the_way_is_named_and_dropped(desk: PlanningDesk, tmp_path: Path, lock: Lock) -> None:
    store = stored(tmp_path, one_driver(days.make_order(1, NEAR), shift={"lock": lock}))
    found = fixes_for(desk, read(store), ASKED, deadline_s=UNHURRIED_S)
    assert [fix.what.kind for fix in found] == [Kind.UNLOCK]
    assert words(found[0], read(store))[0] == "Unlock Aino Korhonen’s round; Aino Korhonen takes A00001"
    store.write("Fix", lambda uow: apply_fix(uow, found[0]))
    assert read(store).shifts[FIRST].lock is Lock.OPEN
    assert read(store).plan.routes[0].order_ids == (ASKED,)
    store.close()


def test_a_hold_in_the_way_is_named_and_let_go(desk: PlanningDesk, tmp_path: Path) -> None:
    order = days.make_order(1, NEAR, skills=frozenset({"chilled"}))
    day = one_driver(order, count=2, routes={FIRST: [order.id]}, held=[order.id])
    able = day.shifts[SECOND].driver_id
    drivers = {**day.drivers, able: replace(day.drivers[able], skills=frozenset({"chilled"}))}
    store = stored(tmp_path, replace(day, drivers=drivers))
    found = fixes_for(desk, read(store), ASKED, deadline_s=UNHURRIED_S)
    assert [fix.what.kind for fix in found] == [Kind.UNLOCK]
    assert words(found[0], read(store))[0] == "Let go of A00001; Eero Laine takes A00001"
    store.write("Fix", lambda uow: apply_fix(uow, found[0]))
    assert read(store).plan.routes[1].stops == (Stop(ASKED),)
    store.close()


def test_goods_that_nobody_fetches_come_with_their_collection(desk: PlanningDesk, tmp_path: Path) -> None:
    fetched = days.make_order(2, BESIDE, kind=OrderKind.COLLECTION)
    brought = days.make_order(1, NEAR, pickup_id=fetched.id)
    store = stored(tmp_path, one_driver(brought, fetched))
    fix = find(desk, read(store))[Kind.PUT]
    assert words(fix, read(store))[0] == "Give A00002 and A00001 to Aino Korhonen"
    store.write("Fix", lambda uow: apply_fix(uow, fix))
    assert read(store).plan.routes[0].order_ids == (fetched.id, brought.id)
    store.close()


def test_why_is_told_of_planned_and_unplanned_orders(desk: PlanningDesk, tmp_path: Path) -> None:
    late = days.make_order(1, NEAR, windows=(days.window("06:00", "07:50"),))
    day = one_driver(late, days.make_order(2, BESIDE), routes={FIRST: [late.id]})
    store = stored(tmp_path, day)
    assert "after the window closes at 07:50" in why(desk, read(store), late.id).sentence
    assert why(desk, read(store), OrderId("order-00002")).code is ReasonCode.NOT_PLANNED_YET
    assert why(desk, read(store), OrderId("nobody")) is None
    assert fixes_for(desk, read(store), OrderId("nobody")) == ()
    store.close()


def test_if_the_plan_moved_it_is_done_where_it_still_holds(desk: PlanningDesk, tmp_path: Path) -> None:
    day = one_driver(*(days.make_order(n, place) for n, place in ((1, NEAR), (2, BESIDE), (3, FAR))))
    store = stored(tmp_path, replace(day, plan=days.with_plan(day, {FIRST: ["order-00002"]}).plan))
    fix = find(desk, read(store))[Kind.PUT]
    store.write(
        "Plan", lambda uow: uow.set_routes({FIRST: [Stop(OrderId("order-00003")), Stop(OrderId("order-00002"))]})
    )
    store.write("Fix", lambda uow: apply_fix(uow, fix))
    assert set(read(store).plan.routes[0].order_ids) == {"order-00001", "order-00002", "order-00003"}
    store.close()


def test_if_the_plan_moved_so_that_it_mends_nothing_it_is_refused(desk: PlanningDesk, tmp_path: Path) -> None:
    day = one_driver(days.make_order(1, NEAR), days.make_order(2, BESIDE), driver={"max_stops": 1})
    store = stored(tmp_path, day)
    fix = find(desk, read(store))[Kind.PUT]
    store.write("Plan", lambda uow: uow.set_routes({FIRST: [Stop(OrderId("order-00002"))]}))
    before = read(store)
    with pytest.raises(KnownError, match="no longer mend A00001"):
        store.write("Fix", lambda uow: apply_fix(uow, fix))
    assert read(store) == before
    store.write("Off duty", lambda uow: uow.remove_shift(FIRST))
    with pytest.raises(KnownError, match="no longer on duty"):
        store.write("Fix", lambda uow: apply_fix(uow, fix))
    store.write("Away", lambda uow: uow.remove_orders([ASKED]))
    with pytest.raises(KnownError, match="no longer exists"):
        store.write("Fix", lambda uow: apply_fix(uow, fix))
    store.close()


def test_what_was_locked_held_or_driven_meanwhile_is_left_alone(desk: PlanningDesk, tmp_path: Path) -> None:
    day = one_driver(days.make_order(1, NEAR), days.make_order(2, BESIDE), routes={FIRST: ["order-00002"]})
    store = stored(tmp_path, day)
    fix = find(desk, read(store))[Kind.PUT]
    lock_rounds(store, Lock.ROUTE)
    with pytest.raises(KnownError, match="locked, held or driven"):
        store.write("Fix", lambda uow: apply_fix(uow, fix))
    lock_rounds(store, Lock.SEQUENCE)
    store.write("Fix", lambda uow: apply_fix(uow, fix))
    assert ASKED in read(store).plan.routes[0].order_ids
    store.close()


def lock_rounds(store: SqliteStore, lock: Lock) -> None:
    store.write("Lock", lambda uow: rounds.lock_rounds(uow, on=days.DATE, shift_ids=[FIRST], lock=lock))


def test_a_freeze_line_drawn_meanwhile_is_kept(desk: PlanningDesk, tmp_path: Path) -> None:
    order = days.make_order(1, NEAR, windows=(days.window("08:00", "10:00"),))
    store = stored(tmp_path, one_driver(order))
    fix = find(desk, read(store))[Kind.PUT]
    store.write("Freeze", lambda uow: uow.set_freeze(days.DATE, days.clock("12:00")))
    with pytest.raises(KnownError, match="no longer mend"):
        store.write("Fix", lambda uow: apply_fix(uow, fix))
    assert not read(store).plan.routes[0].stops
    store.close()


def test_a_shift_is_not_made_longer_into_the_drivers_next(desk: PlanningDesk, tmp_path: Path) -> None:
    order = days.make_order(1, NEAR, service_s=8 * 3600 + 1800)
    day = one_driver(order)
    store = stored(tmp_path, day)
    fix = find(desk, read(store))[Kind.HOURS]
    evening = replace(
        day.shifts[FIRST], id=ShiftId("shift-009"), starts_at=days.clock("16:30"), ends_at=days.clock("20:00")
    )
    morning = replace(evening, id=ShiftId("shift-008"), starts_at=days.clock("05:00"), ends_at=days.clock("08:00"))
    store.write("Shifts", lambda uow: uow.put_shifts([evening, morning]))
    with pytest.raises(KnownError, match="another shift"):
        store.write("Fix", lambda uow: apply_fix(uow, fix))
    assert Kind.HOURS not in find(desk, read(store))
    store.close()
