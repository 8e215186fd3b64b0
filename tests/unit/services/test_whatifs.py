"""What-if copies: nothing of them reaches the depot until they are promoted, and then what was changed does."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import ClosureId, DriverId, OrderId
from dispatcher.domain.plan import Day
from dispatcher.domain.roads import Closure
from dispatcher.services import comparing, disturbances, fleet, moments, plan, whatifs
from dispatcher.services.orders import cancel_orders
from dispatcher.services.plan import sequences_of
from dispatcher.services.ports import Store
from dispatcher.services.whatifs import WhatIf
from dispatcher.services.workplace import Workplace, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import now, open_stores


def day_of(store: Store) -> Day:
    return store.read(lambda r: r.day(days.DATE))


def copied(workplace: Workplace, name: str = "One van less") -> WhatIf:
    return whatifs.make(
        workplace.home, workplace.slug, workplace.store, name=name, on=days.DATE, clock=now, open_store=open_stores
    )


@contextmanager
def opened(what_if: WhatIf) -> Iterator[Store]:
    with closing(open_stores(what_if.file)) as store:
        yield store


def promoted(workplace: Workplace, what_if: WhatIf) -> plan.Applied:
    ready = comparing.prepare_promotion(workplace, what_if, open_store=open_stores)
    return workplace.store.write(ready.label, ready.run).value


def alike(one: Day, other: Day) -> bool:
    orders = [{k: replace(o, version=0) for k, o in day.orders.items()} for day in (one, other)]
    shifts = [{k: replace(s, version=0) for k, s in day.shifts.items()} for day in (one, other)]
    return (
        orders[0] == orders[1]
        and shifts[0] == shifts[1]
        and one.plan.routes == other.plan.routes
        and (one.loaded, one.freeze_at) == (other.loaded, other.freeze_at)
    )


def test_a_copy_is_listed_opened_and_thrown_away(workplace: Workplace) -> None:
    what_if = copied(workplace)
    assert whatifs.all_of(workplace.home, workplace.slug) == (what_if,)
    with open_workplace(
        workplace.home, workplace.slug, open_store=open_stores, clock=now, what_if=what_if.name
    ) as inside:
        assert inside.what_if == what_if
        assert alike(day_of(inside.store), day_of(workplace.store))
    whatifs.throw_away(what_if)
    assert whatifs.all_of(workplace.home, workplace.slug) == ()
    with pytest.raises(KnownError, match="no copy"):
        open_workplace(workplace.home, workplace.slug, open_store=open_stores, clock=now, what_if=what_if.name)


@pytest.mark.parametrize("name", ["", "  ", "One Van Less"])
def test_a_copy_needs_a_name_of_its_own(workplace: Workplace, name: str) -> None:
    copied(workplace)
    with pytest.raises(BadInput):
        copied(workplace, name)


def test_work_in_a_copy_does_not_reach_the_depot(workplace: Workplace) -> None:
    before, what_if = day_of(workplace.store), copied(workplace)
    with opened(what_if) as store:
        store.write("Clear", lambda uow: plan.clear_routes(uow, on=days.DATE))
    assert alike(day_of(workplace.store), before)


def test_promoting_brings_the_whole_day_over_in_one_step(workplace: Workplace) -> None:
    before, what_if = day_of(workplace.store), copied(workplace)
    (a, first), (b, second), (c, _) = sequences_of(before).items()
    with opened(what_if) as store:
        store.write("Move", lambda uow: plan.move_orders(uow, order_ids=first[:2], to_shift=b, index=1))
        store.write("Cancel", lambda uow: cancel_orders(uow, order_ids=[second[3]]))
        store.write("Load", lambda uow: uow.set_loaded([first[2]], a))
        store.write("Freeze", lambda uow: uow.set_freeze(days.DATE, days.clock("10:00")))
        shift = before.shifts[c]
        longer = replace(shift, ends_at=shift.ends_at + timedelta(hours=1))
        store.write("Longer", lambda uow: uow.put_shifts([longer]))
        tried = day_of(store)
    assert not promoted(workplace, what_if).left
    assert alike(day_of(workplace.store), tried)
    workplace.store.undo()
    assert alike(day_of(workplace.store), before)


def test_what_the_depot_changed_meanwhile_stands(workplace: Workplace) -> None:
    before, what_if = day_of(workplace.store), copied(workplace)
    (_, first), (b, _), (c, _) = sequences_of(before).items()
    with opened(what_if) as store:
        store.write("Move", lambda uow: plan.move_orders(uow, order_ids=first[:1], to_shift=b, index=0))
        changed = replace(before.orders[first[1]], notes="In the copy")
        store.write("Change", lambda uow: uow.put_orders([changed]))
    workplace.store.write("By hand", lambda uow: plan.move_orders(uow, order_ids=first[:1], to_shift=c))
    ours = replace(before.orders[first[1]], notes="In the depot")
    workplace.store.write("Change", lambda uow: uow.put_orders([ours]))
    left = dict(promoted(workplace, what_if).left)
    day = day_of(workplace.store)
    assert left == {
        first[0]: "It was moved by hand meanwhile.",
        first[1]: "It was changed in the depot meanwhile; that stands.",
    }
    assert day.orders[first[1]].notes == "In the depot"
    assert first[0] in sequences_of(day)[c]


def test_a_shift_of_a_driver_removed_meanwhile_stays_behind_and_its_stops_too(workplace: Workplace) -> None:
    before = day_of(workplace.store)
    (_, first), _, (c, _) = sequences_of(before).items()
    gone, van = before.shifts[c].driver_id, before.shifts[c].vehicle_id
    workplace.store.write("Off duty", lambda uow: uow.remove_shift(c))
    what_if = copied(workplace)
    with opened(what_if) as store:
        on_duty = partial(fleet.put_on_duty, on=days.DATE, driver_id=gone, vehicle_id=van)
        shift = store.write("Put on duty", on_duty).value
        store.write("Move", lambda uow: plan.move_orders(uow, order_ids=first[:1], to_shift=shift))
        store.write("Load", lambda uow: uow.set_loaded(first[:1], shift))
        bound = replace(before.orders[first[1]], driver_id=gone)
        store.write("Bind", lambda uow: uow.put_orders([bound]))
    workplace.store.write("Remove", lambda uow: fleet.remove_drivers(uow, [gone]))
    left = dict(promoted(workplace, what_if).left)
    assert left == {
        first[0]: "The driver it was meant for is no longer on duty.",
        first[1]: "Its driver was removed meanwhile; anybody may serve it.",
    }
    assert first[0] in sequences_of(day_of(workplace.store))[next(iter(before.shifts))]


def test_a_driver_whose_number_was_taken_meanwhile_gets_a_free_one(workplace: Workplace) -> None:
    what_if = copied(workplace)
    with opened(what_if) as store:
        store.write("Add", lambda uow: fleet.save_driver(uow, Driver(DriverId("new"), "Nora", 4)))
    workplace.store.write("Add", lambda uow: fleet.save_driver(uow, Driver(DriverId("other"), "Olaf", 4)))
    promoted(workplace, what_if)
    numbers = {driver.name: driver.number for driver in day_of(workplace.store).drivers.values()}
    assert (numbers["Olaf"], numbers["Nora"]) == (4, 5)


def test_orders_that_went_or_came_follow_the_copy_unless_the_depot_has_its_own(workplace: Workplace) -> None:
    before, later = day_of(workplace.store), days.DATE + timedelta(days=1)
    (_, first), _, _ = sequences_of(before).items()
    what_if = copied(workplace)
    doubled, added = (replace(before.orders[first[3]], id=OrderId(i), number=i) for i in ("twin", "added"))
    with opened(what_if) as store:
        store.write("Later", lambda uow: disturbances.try_another_day(uow, order_id=first[0], on=later))
        store.write("Remove", lambda uow: uow.remove_orders(first[1:3]))
        store.write("Add", lambda uow: uow.put_orders([doubled, added]))
    theirs = replace(before.orders[first[2]], notes="In the depot")
    workplace.store.write("Change", lambda uow: uow.put_orders([theirs, replace(doubled, id=OrderId("ours"))]))
    left = dict(promoted(workplace, what_if).left)
    day = day_of(workplace.store)
    assert workplace.store.read(lambda r: r.order(first[0])).date == later
    assert first[1] not in day.orders
    assert day.orders[first[2]].notes == "In the depot"
    assert {"ours", "added"} <= day.orders.keys()
    assert "twin" not in day.orders
    assert left == {"twin": "The depot has an order twin of its own meanwhile; that stands."}


def test_closed_streets_follow_the_copy(workplace: Workplace) -> None:
    line = (days.make_depot().place, days.make_depot().place)
    kept, reopened, added = (
        Closure(ClosureId(name), name, line, days.DATE, days.DATE) for name in ("kept", "reopened", "added")
    )
    workplace.store.write("Close", lambda uow: [uow.put_closure(c) for c in (kept, reopened)])
    what_if = copied(workplace)
    with opened(what_if) as store:
        store.write("Reopen", lambda uow: uow.remove_closure(reopened.id))
        store.write("Close", lambda uow: uow.put_closure(added))
    promoted(workplace, what_if)
    assert [c.name for c in day_of(workplace.store).closures] == ["added", "kept"]


def test_the_plan_goes_back_to_what_it_was(workplace: Workplace) -> None:
    store = workplace.store
    before = day_of(store)
    (_, first), (b, _), _ = sequences_of(before).items()
    store.write("Move", lambda uow: plan.move_orders(uow, order_ids=first[:2], to_shift=b))
    store.write("Cancel", lambda uow: cancel_orders(uow, order_ids=[first[3]]))
    then = store.day_at(days.DATE, before.revision)
    left = store.write("Back", lambda uow: moments.take_back(uow, then)).value.left
    assert left == ((first[3], "It has been cancelled since."),)
    now_there = sequences_of(day_of(store))
    assert now_there == {s: tuple(o for o in r if o != first[3]) for s, r in sequences_of(before).items()}


def test_the_figures_are_the_judges(workplace: Workplace) -> None:
    day = day_of(workplace.store)
    schedule = workplace.desk.look(day).schedule
    found = whatifs.figures(day, schedule)
    assert (found.cost, found.distance_m, found.late) == (schedule.cost, schedule.distance_m, schedule.late_stops)
    assert (found.unplanned, found.rounds) == (4, 2)
