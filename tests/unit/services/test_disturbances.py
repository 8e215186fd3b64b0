"""What goes wrong on the day: the facts change as said, nothing else does, and one undo takes it back."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from db.store import SqliteStore
from dispatcher.domain.certificates import Certificate
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load, OrderKind
from dispatcher.domain.plan import Day
from dispatcher.domain.time import TimeWindow, at_local
from dispatcher.services import disturbances, rounds
from dispatcher.services.plan import sequences_of
from dispatcher.services.workplace import Workplace
from tests.fixtures import days


def day_of(store: SqliteStore) -> Day:
    return store.read(lambda r: r.day(days.DATE))


def everything(day: Day) -> tuple[object, ...]:
    routes = [(r.shift_id, r.stops) for r in day.plan.routes]
    return day.orders, day.shifts, routes, day.loaded, day.freeze_at


def test_a_van_that_breaks_down_under_way_keeps_what_was_driven(store: SqliteStore) -> None:
    before = day_of(store)
    shift = next(iter(before.shifts.values()))
    first = sequences_of(before)[shift.id]
    at = shift.starts_at + timedelta(hours=2)
    done = store.write(
        "Van broke down",
        lambda uow: disturbances.drop_out(uow, on=days.DATE, shift_id=shift.id, at=at, driven=first[:2]),
    )
    now = day_of(store)
    assert done.value == first[2:]
    assert sequences_of(now)[shift.id] == first[:2]
    assert all(stop.done for stop in now.plan.routes[0].stops)
    assert set(first[2:]) <= set(now.unplanned)
    assert (now.shifts[shift.id].ends_at, now.shifts[shift.id].lock) == (at, Lock.ROUTE)
    store.undo()
    assert everything(day_of(store)) == everything(before)


def test_a_stop_marked_as_done_stays_with_a_van_that_breaks_down(store: SqliteStore) -> None:
    shift = next(iter(day_of(store).shifts.values()))
    first = sequences_of(day_of(store))[shift.id]
    store.write("Done", lambda uow: rounds.mark_done(uow, on=days.DATE, order_ids=first[:1], done=True))
    rest = store.write(
        "Broke down", lambda uow: disturbances.drop_out(uow, on=days.DATE, shift_id=shift.id, at=shift.starts_at)
    ).value
    assert rest == first[1:]
    assert sequences_of(day_of(store))[shift.id] == first[:1]


def test_what_is_fetched_on_the_way_is_not_loaded_at_the_depot(store: SqliteStore) -> None:
    pair = _paired(store)
    shift_id, *_ = day_of(store).shifts
    store.write("Load", lambda uow: rounds.mark_loaded(uow, on=days.DATE, shift_ids=[shift_id], loaded=True))
    day = day_of(store)
    collected = {o for o, order in day.orders.items() if order.kind is OrderKind.COLLECTION}
    assert day.loaded.keys() == set(sequences_of(day)[shift_id]) - set(pair) - collected
    store.write("Unload", lambda uow: rounds.mark_loaded(uow, on=days.DATE, shift_ids=[shift_id], loaded=False))
    assert not day_of(store).loaded


def test_a_driver_who_is_ill_before_the_round_is_off_duty(store: SqliteStore) -> None:
    before = day_of(store)
    shift = next(iter(before.shifts.values()))
    store.write(
        "Ill", lambda uow: disturbances.drop_out(uow, on=days.DATE, shift_id=shift.id, at=shift.starts_at, driven=())
    )
    now = day_of(store)
    assert shift.id not in now.shifts
    assert set(sequences_of(before)[shift.id]) <= set(now.unplanned)


def test_somebody_takes_over_unless_they_are_out_themselves(store: SqliteStore) -> None:
    before = day_of(store)
    first, second, third = before.shifts.values()
    store.write("Off duty", lambda uow: uow.remove_shift(third.id))
    take = disturbances.take_over
    store.write(
        "Stand-in", lambda uow: take(uow, on=days.DATE, shift_id=first.id, driver_id=third.driver_id, minutes=15)
    )
    now = day_of(store).shifts[first.id]
    assert (now.driver_id, now.starts_at) == (third.driver_id, first.starts_at + timedelta(minutes=15))
    with pytest.raises(KnownError, match="a round of their own"):
        store.write("Stand-in", lambda uow: take(uow, on=days.DATE, shift_id=first.id, driver_id=second.driver_id))
    with pytest.raises(KnownError, match="out with somebody else"):
        store.write("Other van", lambda uow: take(uow, on=days.DATE, shift_id=first.id, vehicle_id=second.vehicle_id))


def test_a_late_driver_starts_later_or_stays_longer_where_they_are(store: SqliteStore) -> None:
    before = day_of(store)
    first, second, _ = before.shifts.values()
    route = sequences_of(before)[second.id]
    late = disturbances.run_late
    store.write("Late", lambda uow: late(uow, on=days.DATE, shift_id=first.id, minutes=20))
    store.write("Late", lambda uow: late(uow, on=days.DATE, shift_id=second.id, minutes=20, driven=route[:2]))
    now = day_of(store)
    assert now.shifts[first.id].starts_at == first.starts_at + timedelta(minutes=20)
    assert now.shifts[second.id].starts_at == second.starts_at
    assert now.orders[route[1]].service_s == before.orders[route[1]].service_s + 1200


@pytest.mark.parametrize("minutes", [0, -5, 100_000])
def test_a_delay_that_makes_no_sense_changes_nothing(store: SqliteStore, minutes: int) -> None:
    before = day_of(store)
    shift_id = next(iter(before.shifts))
    with pytest.raises(BadInput):
        store.write("Late", lambda uow: disturbances.run_late(uow, on=days.DATE, shift_id=shift_id, minutes=minutes))
    assert everything(day_of(store)) == everything(before)


def test_a_late_depot_delays_only_rounds_that_have_not_begun(store: SqliteStore) -> None:
    before = day_of(store)
    first, second, third = before.shifts.values()
    out = [replace(s, done=i == 0) for i, s in enumerate(before.plan.routes[0].stops)]
    store.write("Out", lambda uow: uow.set_routes({first.id: out}))
    count = store.write("Late", lambda uow: disturbances.start_late(uow, on=days.DATE, minutes=30)).value
    now = day_of(store).shifts
    assert count == 2
    assert [now[s.id].starts_at - s.starts_at for s in (first, second, third)] == [
        timedelta(0), timedelta(minutes=30), timedelta(minutes=30),
    ]  # fmt: skip


def test_nobody_there_is_tried_again_today_or_another_day(store: SqliteStore) -> None:
    before = day_of(store)
    shift = next(iter(before.shifts.values()))
    first = sequences_of(before)[shift.id]
    at = shift.starts_at + timedelta(hours=5)
    store.write("No-show", lambda uow: disturbances.try_again(uow, order_id=first[0], not_before=at))
    later = days.DATE + timedelta(days=1)
    store.write("No-show", lambda uow: disturbances.try_another_day(uow, order_id=first[1], on=later))
    now = day_of(store)
    assert first[0] in now.unplanned
    assert all(w.opens_at >= at for w in now.orders[first[0]].windows)
    assert now.orders[first[0]].windows
    moved = store.read(lambda r: r.order(first[1]))
    assert moved is not None
    assert moved.date == later
    assert first[1] not in now.orders
    with pytest.raises(BadInput, match="is not after"):
        store.write("No-show", lambda uow: disturbances.try_another_day(uow, order_id=first[2], on=days.DATE))


def test_a_bigger_load_is_the_orders_load(store: SqliteStore) -> None:
    order_id = next(iter(day_of(store).orders))
    load = Load(kg=400, litres=2_000, parcels=40)
    store.write("Bigger", lambda uow: disturbances.announce_load(uow, order_id=order_id, load=load))
    assert day_of(store).orders[order_id].load == load


def test_what_lies_behind_a_driver_is_what_is_done_and_what_was_due(store: SqliteStore) -> None:
    route = day_of(store).plan.routes[0]
    noon = days.clock("12:00")
    hour = timedelta(hours=1)
    departs = dict(zip(route.order_ids, (noon - hour, noon - hour / 2, noon + hour, noon + 2 * hour), strict=True))
    assert disturbances.driven_by(route, departs, noon) == route.order_ids[:2]
    marked = replace(route, stops=(*route.stops[:2], replace(route.stops[2], done=True), route.stops[3]))
    assert disturbances.driven_by(marked, departs, noon) == route.order_ids[:3]
    assert disturbances.driven_by(route, departs, noon - 2 * hour) == ()


def test_who_is_free_is_whoever_has_no_other_round_from_then_on(store: SqliteStore) -> None:
    before = day_of(store)
    first, second, third = before.shifts.values()
    noon = days.clock("12:00")
    assert disturbances.stand_ins(before, first.id, noon) == ()
    assert disturbances.spare_vehicles(before, first.id, noon) == ()
    morning = replace(third, ends_at=days.clock("11:00"))
    store.write("Half a day", lambda uow: uow.put_shifts([morning]))
    day = day_of(store)
    assert [d.id for d in disturbances.stand_ins(day, first.id, noon)] == [third.driver_id]
    assert [v.id for v in disturbances.spare_vehicles(day, first.id, noon)] == [third.vehicle_id]
    assert disturbances.stand_ins(day, first.id, days.clock("10:00")) == ()
    stale = (Certificate("driving licence", days.DATE - timedelta(days=1), required=True),)
    driver = {third.driver_id: replace(day.drivers[third.driver_id], certificates=stale)}
    van = {third.vehicle_id: replace(day.vehicles[third.vehicle_id], certificates=stale)}
    grounded = replace(day, drivers={**day.drivers, **driver}, vehicles={**day.vehicles, **van})
    assert disturbances.stand_ins(grounded, first.id, noon) == ()
    assert disturbances.spare_vehicles(grounded, first.id, noon) == ()
    take = disturbances.take_over
    with pytest.raises(KnownError, match="a round of their own"):
        store.write("Now", lambda uow: take(uow, on=days.DATE, shift_id=first.id, driver_id=third.driver_id))
    store.write("Noon", lambda uow: take(uow, on=days.DATE, shift_id=first.id, driver_id=third.driver_id, at=noon))
    assert day_of(store).shifts[first.id].driver_id == third.driver_id
    gone = replace(before.drivers[second.driver_id], active=False)
    store.write("Leaves", lambda uow: (uow.remove_shift(second.id), uow.put_driver(gone)))
    assert gone.id not in {d.id for d in disturbances.stand_ins(day_of(store), first.id, noon)}


def test_a_late_depot_leaves_out_what_is_known_to_have_begun(store: SqliteStore) -> None:
    first, second, third = day_of(store).shifts.values()
    late = disturbances.start_late
    count = store.write("Late", lambda uow: late(uow, on=days.DATE, minutes=30, begun={first.id, third.id})).value
    now = day_of(store).shifts
    assert count == 1
    assert [s.id for s in (first, second, third) if now[s.id].starts_at != s.starts_at] == [second.id]
    everyone = {first.id, second.id, third.id}
    with pytest.raises(KnownError, match="has begun already"):
        store.write("Late", lambda uow: late(uow, on=days.DATE, minutes=30, begun=everyone))


def _paired(store: SqliteStore) -> tuple[OrderId, OrderId]:
    """A collection and the delivery that waits for its goods, planned one behind the other."""
    day = day_of(store)
    first, second = sequences_of(day)[next(iter(day.shifts))][:2]
    pair = (
        replace(day.orders[first], kind=OrderKind.COLLECTION),
        replace(day.orders[second], kind=OrderKind.DELIVERY, pickup_id=first),
    )
    store.write("Pair", lambda uow: uow.put_orders(pair))
    return first, second


def test_goods_fetched_on_the_way_are_at_the_depot_the_other_day(store: SqliteStore) -> None:
    pickup, delivery = _paired(store)
    later = days.DATE + timedelta(days=1)
    store.write("No-show", lambda uow: disturbances.try_another_day(uow, order_id=delivery, on=later))
    brought = store.read(lambda r: r.order(delivery))
    assert (brought.date, brought.pickup_id) == (later, None)
    assert pickup in sequences_of(day_of(store))[next(iter(day_of(store).shifts))]


def test_what_waits_for_the_goods_of_a_collection_goes_with_it(store: SqliteStore) -> None:
    pickup, delivery = _paired(store)
    later = days.DATE + timedelta(days=1)
    store.write("No-show", lambda uow: disturbances.try_another_day(uow, order_id=pickup, on=later))
    fetched, brought = (store.read(lambda r, o=o: r.order(o)) for o in (pickup, delivery))
    assert (fetched.date, brought.date, brought.pickup_id) == (later, later, pickup)
    assert not {pickup, delivery} & {o for r in sequences_of(day_of(store)).values() for o in r}


def test_another_day_that_has_the_number_is_refused(store: SqliteStore) -> None:
    order, later = next(iter(day_of(store).orders.values())), days.DATE + timedelta(days=1)
    store.write("Add", lambda uow: uow.put_orders([replace(order, id=OrderId("twin"), date=later, windows=())]))
    before = everything(day_of(store))
    with pytest.raises(BadInput, match="exists on 16 June already"):
        store.write("No-show", lambda uow: disturbances.try_another_day(uow, order_id=order.id, on=later))
    assert everything(day_of(store)) == before


def test_the_hours_stay_when_the_clocks_change(store: SqliteStore) -> None:
    zone, order = day_of(store).depot.zone, next(iter(day_of(store).orders.values()))
    saturday, monday = date(2026, 10, 24), date(2026, 10, 26)
    window = TimeWindow(*(at_local(saturday, time(hour), zone) for hour in (9, 11)))
    store.write("Move", lambda uow: uow.put_orders([replace(order, date=saturday, windows=(window,))]))
    store.write("No-show", lambda uow: disturbances.try_another_day(uow, order_id=order.id, on=monday))
    (then,) = store.read(lambda r: r.order(order.id)).windows
    assert [moment.astimezone(zone).hour for moment in (then.opens_at, then.closes_at)] == [9, 11]


def test_a_round_that_ends_by_the_road_breaks_no_rule_by_it(workplace: Workplace) -> None:
    day = workplace.store.read(lambda r: r.day(days.DATE))
    shift_id, route = next(iter(sequences_of(day).items()))
    times = workplace.desk.look(day).schedule.routes[shift_id]
    at = times.stops[1].departs_at
    workplace.store.write(
        "Broke down",
        lambda uow: disturbances.drop_out(uow, on=days.DATE, shift_id=shift_id, at=at, driven=route[:2]),
    )
    now = workplace.desk.look(workplace.store.read(lambda r: r.day(days.DATE))).schedule.routes[shift_id]
    assert [stop.order_id for stop in now.stops] == list(route[:2])
    assert now.violations == ()
    assert now.returns_at == at
