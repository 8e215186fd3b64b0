"""What of a day is loaded when: by its plan, by what is being loaded already, and by the clock."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from dispatcher.domain.loading import Yard
from dispatcher.domain.orders import Load
from dispatcher.services.loading.berths import plan_berths, set_yard, standing_of, visits_of
from dispatcher.services.loading.board import board_of
from tests.fixtures import days
from tests.unit.services.loading_day import Morning, open_morning

YARD = Yard(bays=1, loaders=2, opens=time(5, 30), setup_s=300, parcel_s=60, order_s=30)


@pytest.fixture
def morning(home: Path) -> Iterator[Morning]:
    """One bay."""
    with open_morning(home) as opened:
        opened.workplace.store.write("Yard", lambda uow: set_yard(uow, YARD))
        yield opened


def test_the_yard_is_kept_with_the_depot_and_leaves_its_other_habits(morning: Morning) -> None:
    road = morning.workplace.depot.road
    assert road.yard == YARD
    changed = replace(YARD, freeze_ahead_s=900)
    morning.workplace.store.write("Yard", lambda uow: set_yard(uow, changed))
    assert morning.workplace.depot.road == replace(road, yard=changed)
    morning.workplace.store.undo()
    assert morning.workplace.depot.road == road


def test_visits_are_what_is_loaded_at_the_depot(morning: Morning) -> None:
    outlook = morning.outlook
    first, second = visits_of(outlook.day, outlook.schedule)
    assert (first.orders, first.parcels) == (4, 8)
    assert (second.orders, second.parcels) == (3, 6), "one is fetched from its customer"
    assert first.leaves_at == outlook.schedule.routes[first.shift_id].leaves_at
    assert first.duration_s(YARD) == 300 + 8 * 60 + 4 * 30


def test_nothing_begins_before_the_yard_opens_or_in_the_past(morning: Morning) -> None:
    early = plan_berths(morning.outlook, now=days.clock("03:00"), standing={})
    assert min(b.begins_at for b in early.berths) == days.clock("05:30")
    later = plan_berths(morning.outlook, now=days.clock("06:10"), standing={})
    assert min(b.begins_at for b in later.berths) == days.clock("06:11")
    over = plan_berths(morning.outlook, now=days.clock("23:00"), standing={})
    assert [b.begins_at for b in over.berths] == [b.begins_at for b in early.berths], "what might have been"


def test_a_round_of_which_something_was_scanned_keeps_its_bay(morning: Morning) -> None:
    before = plan_berths(morning.outlook, now=days.clock("05:00"), standing={})
    last = before.berths[-1]
    morning.time.now = last.begins_at + timedelta(minutes=1)
    van = morning.vans.index(last.shift_id)
    morning.scan(f"{morning.orders(van)[0].number}/1", van)
    pieces = [p for seen in morning.desk.keeper.pieces.values() for p in seen.values()]
    standing = standing_of(morning.outlook, pieces, before, YARD)
    assert standing == {(last.shift_id, 1): last}
    after = plan_berths(morning.outlook, now=morning.time.now, standing=standing)
    assert last in after.berths
    assert len(after.berths) == 2


def test_a_round_that_is_loaded_before_its_time_stands_from_then_on(morning: Morning) -> None:
    before = plan_berths(morning.outlook, now=days.clock("05:00"), standing={})
    first, last = before.berths
    morning.time.now = first.begins_at
    for berth in (first, last):
        van = morning.vans.index(berth.shift_id)
        morning.scan(f"{morning.orders(van)[0].number}/1", van)
    pieces = [p for seen in morning.desk.keeper.pieces.values() for p in seen.values()]
    standing = standing_of(morning.outlook, pieces, before, YARD)
    assert standing[first.shift_id, 1] == first
    assert (standing[last.shift_id, 1].bay, standing[last.shift_id, 1].begins_at) == (2, first.begins_at)


def test_without_a_timetable_it_stands_from_its_first_scan_on(morning: Morning) -> None:
    morning.time.now = days.clock("06:07") + timedelta(seconds=20)
    for van in (0, 1):
        morning.scan(f"{morning.orders(van)[0].number}/1", van)
    pieces = [p for seen in morning.desk.keeper.pieces.values() for p in seen.values()]
    standing = standing_of(morning.outlook, pieces, None, YARD)
    assert sorted((b.bay, b.begins_at) for b in standing.values()) == [
        (1, days.clock("06:07")),
        (2, days.clock("06:07")),
    ]
    assert {b.shift_id for b in plan_berths(morning.outlook, now=morning.time.now, standing=standing).berths} == {
        shift_id for shift_id, _ in standing
    }


def test_a_round_that_comes_back_for_more_has_a_bay_for_each_trip(morning: Morning) -> None:
    day = morning.day
    first = day.shifts[morning.vans[0]]
    van = replace(day.vehicles[first.vehicle_id], capacity=Load(1e3, 1e4, 4), max_reloads=2)
    depot = replace(morning.workplace.depot, reload_s=1_200)
    morning.workplace.store.write("Small", lambda uow: (uow.put_vehicle(van), uow.put_depot(depot)))
    outlook = morning.outlook
    stops = outlook.schedule.routes[first.id].stops
    (back,) = [stop for stop in stops if stop.reload_at is not None]
    one, two = [visit for visit in visits_of(outlook.day, outlook.schedule) if visit.shift_id == first.id]
    assert [visit.orders for visit in (one, two)] == [2, 2]
    assert back.reload_at is not None
    assert (two.ready_at, two.leaves_at) == (back.reload_at, back.reload_at + timedelta(seconds=1_200))
    table = plan_berths(outlook, now=days.clock("05:00"), standing={})
    board = board_of(outlook, {}, {}, table)
    round_ = next(r for r in board.rounds if r.shift_id == first.id)
    assert round_.berth is not None
    assert round_.berth.trip == 1
    (again,) = round_.again
    assert again.begins_at >= back.reload_at
    orders = [order.id for order in morning.orders(0)]
    rows = [row.order_id for row in round_.rows]
    assert rows == [orders[1], orders[0], orders[3], orders[2]], "trip by trip, the last stop of each first"
    assert [row.note for row in round_.rows] == ["", "", "trip 2", "trip 2"]
    morning.time.now = again.begins_at + timedelta(minutes=1)
    morning.scan(f"{morning.orders(0)[2].number}/1", 0)
    pieces = [p for seen in morning.desk.keeper.pieces.values() for p in seen.values()]
    assert standing_of(outlook, pieces, table, YARD) == {(first.id, 2): again}
