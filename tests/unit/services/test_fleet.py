"""Who drives what when: conflicts in words, weeks that repeat, files that double nobody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from db.store import SqliteStore
from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import Driver, Shift
from dispatcher.domain.ids import DriverId
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.domain.time import at_local
from dispatcher.intake.fleet_file import read_fleet
from dispatcher.services import fleet
from dispatcher.services.demo import RESOURCES
from dispatcher.services.ports import UnitOfWork
from tests.fixtures import days

NEXT_WEEK = days.DATE + timedelta(days=7)


@pytest.fixture
def crew(store: SqliteStore) -> SqliteStore:
    """Each driver with a vehicle that they usually take."""

    def give(uow: UnitOfWork) -> None:
        for driver, vehicle in zip(uow.drivers(), uow.vehicles(), strict=True):
            uow.put_driver(replace(driver, vehicle_id=vehicle.id))

    store.write("Give vehicles", give)
    return store


def day_of(store: SqliteStore, on: date = days.DATE) -> Day:
    return store.read(lambda r: r.day(on))


def shifts(store: SqliteStore, on: date) -> list[Shift]:
    return list(store.read(lambda r: r.shifts_of(on)))


def drivers(store: SqliteStore) -> list[Driver]:
    return list(store.read(lambda r: r.drivers()))


def change[T](store: SqliteStore, run: Callable[[UnitOfWork], T]) -> T:
    return store.write("Change", run).value


# --- putting on duty ------------------------------------------------------------------------------------------------


def test_what_is_left_out_comes_from_the_driver_and_the_depot(crew: SqliteStore) -> None:
    driver, depot = drivers(crew)[0], days.make_depot()
    change(crew, lambda uow: fleet.put_on_duty(uow, on=NEXT_WEEK, driver_id=driver.id))
    (shift,) = shifts(crew, NEXT_WEEK)
    assert shift.vehicle_id == driver.vehicle_id
    assert shift.starts_at == at_local(NEXT_WEEK, depot.shift_starts, depot.zone)
    assert shift.ends_at == at_local(NEXT_WEEK, depot.shift_ends, depot.zone)
    assert (shift.start, shift.end) == (depot.place, depot.place)


def test_a_shift_may_end_on_the_next_day(crew: SqliteStore) -> None:
    driver = drivers(crew)[0]
    late = {"on": NEXT_WEEK, "driver_id": driver.id, "starts": time(20), "ends": time(4), "open_end": True}
    change(crew, lambda uow: fleet.put_on_duty(uow, **late))  # type: ignore[arg-type]
    (shift,) = shifts(crew, NEXT_WEEK)
    assert shift.ends_at - shift.starts_at == timedelta(hours=8)
    assert shift.end is None


def test_conflicts_are_said_in_words_and_change_nothing(crew: SqliteStore) -> None:
    first, second = drivers(crew)[:2]
    change(crew, lambda uow: fleet.put_on_duty(uow, on=NEXT_WEEK, driver_id=first.id))
    before = shifts(crew, NEXT_WEEK)
    with pytest.raises(BadInput, match=f"{first.name} is on duty on Monday 22 June already"):
        change(crew, lambda uow: fleet.put_on_duty(uow, on=NEXT_WEEK, driver_id=first.id))
    taken = {"on": NEXT_WEEK, "driver_id": second.id, "vehicle_id": first.vehicle_id}
    with pytest.raises(BadInput, match=f"{first.name} drives"):
        change(crew, lambda uow: fleet.put_on_duty(uow, **taken))  # type: ignore[arg-type]
    assert shifts(crew, NEXT_WEEK) == before


def test_a_driver_without_a_vehicle_needs_one(store: SqliteStore) -> None:
    driver = drivers(store)[0]
    with pytest.raises(BadInput, match=f"{driver.name} has no vehicle"):
        change(store, lambda uow: fleet.put_on_duty(uow, on=NEXT_WEEK, driver_id=driver.id))


def test_a_shift_cannot_take_a_vehicle_that_another_has(crew: SqliteStore) -> None:
    first, second, _ = shifts(crew, days.DATE)
    with pytest.raises(BadInput, match="drives"):
        change(crew, lambda uow: fleet.change_shift(uow, replace(second, vehicle_id=first.vehicle_id)))
    later = replace(second, ends_at=second.ends_at + timedelta(hours=1))
    change(crew, lambda uow: fleet.change_shift(uow, later))
    assert shifts(crew, days.DATE)[1].ends_at == later.ends_at


def test_orders_of_a_shift_that_ends_wait_again(store: SqliteStore) -> None:
    day = day_of(store)
    shift_id = next(iter(day.shifts))
    served = next(r.order_ids for r in day.plan.routes if r.shift_id == shift_id)
    change(store, lambda uow: fleet.end_duty(uow, [shift_id]))
    assert shift_id not in day_of(store).shifts
    assert set(served) <= set(day_of(store).unplanned)


# --- a whole day ----------------------------------------------------------------------------------------------------


def test_a_day_follows_the_same_weekday_of_the_week_before(crew: SqliteStore) -> None:
    one, two, three = shifts(crew, days.DATE)
    yard = Place(50.8, 6.1)
    early = replace(one, starts_at=one.starts_at - timedelta(hours=2), start=yard, end=None)
    swapped = [replace(two, vehicle_id=three.vehicle_id), replace(three, vehicle_id=two.vehicle_id)]
    change(crew, lambda uow: uow.put_shifts([early, *swapped]))
    assert change(crew, lambda uow: fleet.staff_day(uow, NEXT_WEEK)) == 3
    was = {s.driver_id: s for s in shifts(crew, days.DATE)}
    for shift in shifts(crew, NEXT_WEEK):
        last = was[shift.driver_id]
        assert (shift.vehicle_id, shift.start, shift.end) == (last.vehicle_id, last.start, last.end)
        assert shift.starts_at - last.starts_at == shift.ends_at - last.ends_at == timedelta(days=7)
    assert change(crew, lambda uow: fleet.staff_day(uow, NEXT_WEEK)) == 0


def test_without_a_week_to_follow_the_usual_hours_and_days_hold(crew: SqliteStore) -> None:
    one, two, three = drivers(crew)
    on = days.DATE + timedelta(days=1)
    change(crew, lambda uow: fleet.save_driver(uow, replace(one, starts=time(22), ends=time(6))))
    change(crew, lambda uow: fleet.save_driver(uow, replace(two, weekdays=frozenset({on.weekday()}))))
    change(crew, lambda uow: fleet.save_driver(uow, replace(three, weekdays=frozenset({days.DATE.weekday()}))))
    assert change(crew, lambda uow: fleet.staff_day(uow, on)) == 2
    depot = days.make_depot()
    hours = {s.driver_id: (s.starts_at, s.ends_at) for s in shifts(crew, on)}
    assert hours == {
        one.id: (at_local(on, time(22), depot.zone), at_local(on + timedelta(days=1), time(6), depot.zone)),
        two.id: (at_local(on, depot.shift_starts, depot.zone), at_local(on, depot.shift_ends, depot.zone)),
    }


def test_last_week_goes_before_the_usual_hours_but_not_before_the_usual_days(crew: SqliteStore) -> None:
    one, two, _ = drivers(crew)
    was = {s.driver_id: s for s in shifts(crew, days.DATE)}
    change(crew, lambda uow: fleet.save_driver(uow, replace(one, starts=time(5), ends=time(9))))
    change(crew, lambda uow: fleet.save_driver(uow, replace(two, weekdays=frozenset({6}))))
    change(crew, lambda uow: fleet.staff_day(uow, NEXT_WEEK))
    again = {s.driver_id: s for s in shifts(crew, NEXT_WEEK)}
    assert again[one.id].starts_at == was[one.id].starts_at + timedelta(weeks=1)
    assert two.id not in again


def test_hours_without_length_are_refused(crew: SqliteStore) -> None:
    driver = replace(drivers(crew)[0], starts=time(8), ends=time(8))
    with pytest.raises(BadInput, match="end as they begin"):
        change(crew, lambda uow: fleet.save_driver(uow, driver))


def test_a_week_without_work_is_passed_over(crew: SqliteStore) -> None:
    shift = shifts(crew, days.DATE)[0]
    early = replace(shift, starts_at=shift.starts_at - timedelta(hours=2))
    change(crew, lambda uow: uow.put_shifts([early]))
    for weeks, starts_at in ((2, early.starts_at), (7, shift.starts_at)):
        on = days.DATE + timedelta(weeks=weeks)
        change(crew, lambda uow, on=on: fleet.staff_day(uow, on))
        again = next(s for s in shifts(crew, on) if s.driver_id == shift.driver_id)
        assert again.starts_at == starts_at + timedelta(weeks=weeks)


def test_the_wall_clock_repeats_when_the_clocks_change_in_between(crew: SqliteStore) -> None:
    before = date(2026, 10, 19)
    change(crew, lambda uow: fleet.staff_day(uow, before))
    change(crew, lambda uow: fleet.staff_day(uow, before + timedelta(days=7)))
    zone = days.make_depot().zone
    clocks = [{s.starts_at.astimezone(zone).time() for s in shifts(crew, before + timedelta(days=n))} for n in (0, 7)]
    assert clocks == [{time(8)}, {time(8)}]


def test_who_is_inactive_or_has_no_vehicle_stays_home(crew: SqliteStore) -> None:
    one, two, three = drivers(crew)
    change(crew, lambda uow: uow.put_driver(replace(one, active=False)))
    change(crew, lambda uow: uow.put_driver(replace(two, vehicle_id=None)))
    free = days.DATE + timedelta(days=1)
    assert change(crew, lambda uow: fleet.staff_day(uow, free)) == 1
    assert [s.driver_id for s in shifts(crew, free)] == [three.id]


def test_whose_vehicle_of_last_week_is_taken_gets_the_usual_one(crew: SqliteStore) -> None:
    one, two, three = shifts(crew, days.DATE)
    usual = {d.id: d.vehicle_id for d in drivers(crew)}
    change(crew, lambda uow: fleet.end_duty(uow, [three.id]))
    change(crew, lambda uow: uow.put_shifts([replace(two, vehicle_id=three.vehicle_id)]))
    taken = {"on": NEXT_WEEK, "driver_id": one.driver_id, "vehicle_id": three.vehicle_id}
    change(crew, lambda uow: fleet.put_on_duty(uow, **taken))  # type: ignore[arg-type]
    change(crew, lambda uow: fleet.staff_day(uow, NEXT_WEEK))
    assert {s.driver_id: s.vehicle_id for s in shifts(crew, NEXT_WEEK)} == {
        one.driver_id: three.vehicle_id,
        two.driver_id: usual[two.driver_id],
    }


# --- records and files ----------------------------------------------------------------------------------------------


def test_numbers_and_names_are_unique(store: SqliteStore) -> None:
    one, two, _ = drivers(store)
    for wrong, words in (
        (replace(one, number=two.number), f"belongs to {two.name} already"),
        (replace(one, number=0), "must be 1 or more"),
        (replace(one, name="  "), "needs a name"),
    ):
        with pytest.raises(BadInput, match=words):
            change(store, lambda uow, wrong=wrong: fleet.save_driver(uow, wrong))
    assert drivers(store)[0] == one
    vehicle, other, _ = store.read(lambda r: r.vehicles())
    for name, words in ((other.name.upper(), "already"), ("", "needs a name")):
        with pytest.raises(BadInput, match=words):
            change(store, lambda uow, name=name: fleet.save_vehicle(uow, replace(vehicle, name=name)))


def test_the_next_number_fills_a_gap(store: SqliteStore) -> None:
    assert store.read(fleet.next_number) == 4
    change(store, lambda uow: fleet.save_driver(uow, replace(drivers(store)[1], number=9)))
    assert store.read(fleet.next_number) == 2


def test_a_fleet_file_brought_in_twice_doubles_nobody(store: SqliteStore) -> None:
    change(store, lambda uow: [uow.put_driver(replace(d, number=d.number + 100)) for d in uow.drivers()])
    file = read_fleet(RESOURCES / "fleet.json")
    for _ in range(2):
        change(store, lambda uow: fleet.add_file(uow, fleet.read_file(RESOURCES / "fleet.json")))
        names = [d.name for d in drivers(store)]
        assert {d.name for d in file.drivers} <= set(names)
        assert len(names) == len(set(names))
    vehicles = {v.id for v in store.read(lambda r: r.vehicles())}
    assert all(d.vehicle_id in vehicles for d in drivers(store) if d.vehicle_id)
    assert len(shifts(store, days.DATE)) == 3


# --- breaks and reloads ---------------------------------------------------------------------------------------------

AT_WORK = Driver(DriverId("new"), "Ilona", 50, starts=time(8), ends=time(16))
BY_NIGHT = replace(AT_WORK, starts=time(22), ends=time(6))


@pytest.mark.parametrize(
    ("driver", "break_min", "begins", "until"),
    [
        (AT_WORK, 30, time(11), time(13)),
        (AT_WORK, 30, None, None),
        (AT_WORK, 30, time(8), time(16)),
        (AT_WORK, 30, time(12), time(12)),
        (AT_WORK, 30, None, time(12)),
        (BY_NIGHT, 45, time(23, 30), time(2)),
        (BY_NIGHT, 45, time(1), time(3)),
        (AT_WORK, 0, time(20), time(3)),
    ],
)
def test_a_break_that_fits_the_hours_is_kept(
    store: SqliteStore, driver: Driver, break_min: int, begins: time | None, until: time | None
) -> None:
    wanted = replace(driver, break_s=break_min * 60, break_from=begins, break_until=until)
    store.write("Save", lambda uow: fleet.save_driver(uow, wanted))
    saved = next(d for d in store.read(lambda r: r.drivers()) if d.id == driver.id)
    assert replace(saved, version=0) == wanted


@pytest.mark.parametrize(
    ("driver", "break_s", "begins", "until", "said"),
    [
        (AT_WORK, -1, None, None, "shorter than nothing"),
        (AT_WORK, 8 * 3600, None, None, "as long as the usual hours 08:00–16:00"),
        (AT_WORK, 1800, time(13), time(11), "may begin at 13:00, but must have begun by 11:00"),
        (AT_WORK, 1800, time(7), None, "07:00 is outside"),
        (AT_WORK, 1800, None, time(16, 1), "16:01 is outside"),
        (BY_NIGHT, 1800, time(2), time(23, 30), "may begin at 02:00"),
        (BY_NIGHT, 1800, time(12), None, "12:00 is outside the usual hours 22:00–06:00"),
        (replace(AT_WORK, starts=None, ends=None), 1800, time(7), None, "outside the usual hours 08:00–16:30"),
    ],
)
def test_a_break_that_does_not_fit_is_refused_in_words(
    store: SqliteStore, driver: Driver, break_s: int, begins: time | None, until: time | None, said: str
) -> None:
    before = store.read(lambda r: r.drivers())
    wanted = replace(driver, break_s=break_s, break_from=begins, break_until=until)
    with pytest.raises(BadInput, match=said) as refused:
        store.write("Save", lambda uow: fleet.save_driver(uow, wanted))
    assert refused.value.remedy
    assert store.read(lambda r: r.drivers()) == before


@pytest.mark.parametrize("reloads", [-1, fleet.MOST_RELOADS + 1])
def test_reloads_are_some_or_none(store: SqliteStore, reloads: int) -> None:
    van = store.read(lambda r: r.vehicles())[0]
    with pytest.raises(BadInput, match="cannot load again"):
        store.write("Save", lambda uow: fleet.save_vehicle(uow, replace(van, max_reloads=reloads)))
    store.write("Save", lambda uow: fleet.save_vehicle(uow, replace(van, max_reloads=fleet.MOST_RELOADS)))
    assert store.read(lambda r: r.vehicles())[0].max_reloads == fleet.MOST_RELOADS
