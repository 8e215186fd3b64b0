"""Closed streets of a depot on real roads: understood, checked, stored, obeyed by the desk, reopened."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from dispatcher.domain.changes import Kind
from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import ClosureId, ShiftId, new_id
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.roads import Closure
from dispatcher.region.pack import RegionPack
from dispatcher.services import closures
from dispatcher.services.home import Home
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.fixtures.region import helsinki_roads, scattered
from tests.unit.services.conftest import keep, now, open_stores

__all__ = ["helsinki_roads"]

DAY = days.DATE


@pytest.fixture
def on_roads(helsinki_roads: RegionPack, tmp_path: Path) -> Iterator[Workplace]:
    """A dozen orders all over the middle of Helsinki, planned among two vans."""
    home = Home(tmp_path / "home")
    home.regions.mkdir(parents=True)
    (home.regions / "helsinki").symlink_to(helsinki_roads.folder, target_is_directory=True)
    yard, *places = scattered(helsinki_roads.bounds, 13, seed=3)
    depot = replace(days.make_depot(yard), region="helsinki")
    crew = days.make_crew(2, depot)
    orders = [days.make_order(i, place) for i, place in enumerate(places)]
    ids, shifts = [o.id for o in orders], list(crew[2])
    day = days.assemble(orders, crew, depot=depot, routes={shifts[0]: ids[:6], shifts[1]: ids[6:]})
    slug = create_depot(home, depot, open_store=open_stores)
    with open_workplace(home, slug, open_store=open_stores, clock=now, forgiving=True) as opened:  # it has no addresses
        opened.store.write("Fill", lambda uow: keep(uow, day))
        yield opened


def day_of(workplace: Workplace) -> Day:
    return workplace.store.read(lambda r: r.day(DAY))


def closure(line: list[Place], name: str = "Works", first: date = DAY, last: date = DAY) -> Closure:
    return Closure(ClosureId(new_id()), name, tuple(line), first, last)


def stretch_of(workplace: Workplace, shift_id: ShiftId) -> list[Place]:
    """A stretch in the middle of the longest leg of a round, away from all doors."""
    legs = workplace.desk.line(day_of(workplace), shift_id).legs
    leg = list(dict.fromkeys(Place(*point) for point in max(legs, key=len)))
    middle = len(leg) // 2
    return leg[middle - 1 : middle + 3]


def test_a_closed_street_changes_the_day_and_reopening_restores_it(on_roads: Workplace) -> None:
    before = day_of(on_roads)
    shift_id = next(iter(before.shifts))
    problem, line = on_roads.desk.problem(before), on_roads.desk.line(before, shift_id)
    works = closure(stretch_of(on_roads, shift_id))
    found = closures.check(on_roads, works)
    assert found == closures.understood(on_roads, works.line)

    done = on_roads.store.write("Close", lambda uow: closures.close_street(uow, works))
    assert done.changes.ids[Kind.CLOSURE] == {works.id}
    shut = day_of(on_roads)
    changed = on_roads.desk.problem(shut).travel[Profile.CAR].duration_s != problem.travel[Profile.CAR].duration_s
    assert changed.any()
    assert not changed.all()
    assert on_roads.desk.line(shut, shift_id).legs != line.legs
    drawn = {point for leg in on_roads.desk.line(shut, shift_id).legs for point in pairwise(leg)}
    stretches = [step for run in found.lines for step in pairwise(run)]
    assert not drawn & {*stretches, *(step[::-1] for step in stretches)}

    on_roads.store.write("Reopen", lambda uow: closures.reopen_street(uow, works.id))
    after = day_of(on_roads)
    same = on_roads.desk.problem(after).travel[Profile.CAR].duration_s
    assert np.array_equal(same, problem.travel[Profile.CAR].duration_s)
    assert on_roads.desk.line(after, shift_id) == line


def test_other_days_do_not_hear_of_it(on_roads: Workplace) -> None:
    works = closure(stretch_of(on_roads, next(iter(day_of(on_roads).shifts))), first=DAY + timedelta(days=1),
                    last=DAY + timedelta(days=3))  # fmt: skip
    on_roads.store.write("Close", lambda uow: closures.close_street(uow, works))
    assert day_of(on_roads).closures == ()
    assert closures.closures_on(on_roads.roads, day_of(on_roads)) == []


def test_what_is_closed_can_be_listed(on_roads: Workplace) -> None:
    works = closure(stretch_of(on_roads, next(iter(day_of(on_roads).shifts))))
    lost = closure([Place(60.4, 24.9), Place(60.401, 24.901)], "Lost street")
    for each in (works, lost):
        on_roads.store.write("Close", partial(closures.close_street, closure=each))
    listed = closures.closures_on(on_roads.roads, day_of(on_roads))
    assert {each.closure.name: each.understood is None for each in listed} == {"Works": False, "Lost street": True}
    assert "Planned as if open: Lost street. No street is near" in closures.notice(listed)
    assert closures.notice([each for each in listed if each.understood]) == ""
    assert on_roads.desk.look(day_of(on_roads)).schedule.routes, "the day opens all the same"


def test_a_closure_that_shuts_the_yard_in_is_refused_before_it_is_stored(on_roads: Workplace) -> None:
    yard = on_roads.depot.place
    street = street_of(on_roads, yard)
    revision = on_roads.store.read(lambda r: r.revision)
    with pytest.raises(BadInput, match=r"would cut the yard off: of \d+ places .* only 0") as caught:
        closures.check(on_roads, closure(street, "Yard Street"))
    assert "shorter stretch" in caught.value.remedy
    assert on_roads.store.read(lambda r: (r.revision, r.closures())) == (revision, [])


def street_of(workplace: Workplace, place: Place) -> list[Place]:
    """The street a place joins the roads in, from end to end: on from there along a way, and back along another."""
    here = workplace.roads.nearest(place, Profile.CAR).place
    there = [order.address.place for order in day_of(workplace).orders.values() if order.address.place]
    out = workplace.roads.path([here, max(there, key=here.distance_m)], Profile.CAR).legs[0]
    back = workplace.roads.path([max(there, key=here.distance_m), here], Profile.CAR).legs[0]
    return list(dict.fromkeys(Place(*point) for point in (*back[-4:-1], *out[:4])))


def test_what_else_is_closed_on_a_day_counts(on_roads: Workplace) -> None:
    """Every stretch alone leaves the yard a way; the days on which sets of them hold are told apart."""
    one = closure(stretch_of(on_roads, next(iter(day_of(on_roads).shifts))), "One", DAY, DAY + timedelta(days=9))
    two = replace(one, id=ClosureId("two"), name="Two", first=DAY + timedelta(days=3), last=DAY + timedelta(days=5))
    on = lambda d: {
        c.name for run, some in closures._together(one, [two]) if DAY + timedelta(days=d) in run for c in some
    }
    assert [on(d) for d in (0, 2, 3, 5, 6, 9)] == [{"One"}, {"One"}, {"One", "Two"}, {"One", "Two"}, {"One"}, {"One"}]
    assert on(10) == set()


def test_a_closure_needs_a_name_and_a_street(on_roads: Workplace) -> None:
    line = stretch_of(on_roads, next(iter(day_of(on_roads).shifts)))
    with pytest.raises(BadInput, match="no name"):
        on_roads.store.write("Close", lambda uow: closures.close_street(uow, closure(line, " ")))
    with pytest.raises(BadInput, match="no name"):
        closures.check(on_roads, closure(line, ""))
    with pytest.raises(BadInput, match="two points"):
        closures.understood(on_roads, line[:1])
    with pytest.raises(BadInput, match="No street is near"):
        closures.check(on_roads, closure([Place(60.4, 24.9), Place(60.401, 24.901)]))
    with pytest.raises(BadInput, match="open already"):
        on_roads.store.write("Reopen", lambda uow: closures.reopen_street(uow, ClosureId("none")))
    assert on_roads.store.read(lambda r: r.closures()) == []


class Impatient(NoProgress):
    def cancelled(self) -> bool:
        return True


def test_a_check_can_be_cancelled(on_roads: Workplace) -> None:
    works = closure(stretch_of(on_roads, next(iter(day_of(on_roads).shifts))))
    with pytest.raises(Cancelled):
        closures.check(on_roads, works, Impatient())


def test_straight_lines_say_that_they_cannot(workplace: Workplace) -> None:
    works = closure([Place(50.77, 6.08), Place(50.771, 6.08)])
    with pytest.raises(KnownError, match="Straight lines know no streets"):
        closures.check(workplace, works)
    times = workplace.desk.look(day_of(workplace)).schedule
    workplace.store.write("Close", lambda uow: closures.close_street(uow, works))
    assert workplace.desk.look(day_of(workplace)).schedule == times
    assert "Planned as if open: Works. Straight lines" in closures.notice(
        closures.closures_on(workplace.roads, day_of(workplace))
    )
