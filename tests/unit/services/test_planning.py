"""The planning desk: it answers and proposes, and changes nothing; what it remembers is never stale."""

import threading
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import ReasonCode
from dispatcher.region.straight import StraightLine
from dispatcher.services import plan, rounds
from dispatcher.services.days import reread
from dispatcher.services.plan import sequences_of
from dispatcher.services.planning import MAX_PLACES, PlanningDesk
from dispatcher.services.workplace import Workplace
from tests.fixtures import days


def day_of(workplace: Workplace) -> Day:
    return workplace.store.read(lambda r: r.day(days.DATE))


def everything(workplace: Workplace) -> tuple[object, ...]:
    return workplace.store.read(lambda r: (r.revision, r.day(days.DATE), r.drivers(), r.vehicles()))


def served(sequences: plan.Sequences) -> list[OrderId]:
    return sorted(order_id for sequence in sequences.values() for order_id in sequence)


def test_nothing_that_the_desk_does_changes_the_store(workplace: Workplace) -> None:
    before, day, desk = everything(workplace), day_of(workplace), workplace.desk
    shift_id = next(iter(day.shifts))
    proposals = [
        desk.optimise(day, seconds=0.2),
        desk.resequence(day, [shift_id]),
        desk.insert(day, day.unplanned),
    ]
    for proposal in proposals:
        desk.preview(day, proposal)
        assert proposal.revision == day.revision
        assert proposal.after != {}
    desk.look(day)
    desk.line(day, shift_id)
    assert everything(workplace) == before


def test_a_whole_search_serves_every_order_and_streams_what_it_finds(workplace: Workplace) -> None:
    day, found = day_of(workplace), []
    proposal = workplace.desk.optimise(day, seconds=0.5, on_best=found.append)
    assert served(proposal.after) == sorted(day.orders)
    assert found
    assert min(each.cost for each in found) == proposal.cost
    outlook = workplace.desk.preview(day, proposal)
    assert outlook.schedule.cost == proposal.cost
    assert outlook.day.unplanned == ()


def test_a_stopped_search_gives_its_best_so_far(workplace: Workplace) -> None:
    halt = threading.Event()
    proposal = workplace.desk.optimise(day_of(workplace), seconds=60, stop=halt, on_best=lambda _: halt.set())
    assert len(served(proposal.after)) == len(set(served(proposal.after)))
    assert proposal.after != proposal.before


def test_without_a_driver_there_is_nothing_to_search(workplace: Workplace) -> None:
    workplace.store.write("End duty", lambda uow: [uow.remove_shift(s.id) for s in uow.shifts_of(days.DATE)])
    day = day_of(workplace)
    with pytest.raises(KnownError, match="No driver is on duty"):
        workplace.desk.optimise(day, seconds=1)
    outlook = workplace.desk.look(day)
    assert {reason.code for reason in outlook.reasons.values()} == {ReasonCode.NO_VEHICLE}
    assert set(outlook.reasons) == set(day.orders)


def test_resequencing_touches_the_given_rounds_alone(workplace: Workplace) -> None:
    day = day_of(workplace)
    first, second, third = day.shifts
    proposal = workplace.desk.resequence(day, [first])
    assert set(proposal.after) == set(proposal.before) == {first}
    assert served(proposal.after) == served(proposal.before)
    both = workplace.desk.resequence(day, [first, second])
    assert served(both.after) == served(both.before)
    assert third not in both.after


def test_insertion_moves_nothing_that_is_planned(workplace: Workplace) -> None:
    day = day_of(workplace)
    proposal = workplace.desk.insert(day, day.unplanned[:2])
    assert set(day.unplanned[:2]) <= set(served(proposal.after))
    for shift_id, before in proposal.before.items():
        assert [o for o in proposal.after[shift_id] if o not in day.unplanned[:2]] == list(before)
    target = list(day.shifts)[2]
    single = workplace.desk.insert(day, day.unplanned[:1], to_shift=target)
    assert single.after == {target: (day.unplanned[0],)}


def test_insertion_leaves_locked_rounds_and_what_is_driven_as_they_are(workplace: Workplace) -> None:
    first, second, third = day_of(workplace).shifts
    driven = sequences_of(day_of(workplace))[first][:3]
    locks = {second: Lock.ROUTE, third: Lock.DRIVER, first: Lock.SEQUENCE}
    for shift_id, lock in locks.items():
        lock_it = partial(rounds.lock_rounds, on=days.DATE, shift_ids=[shift_id], lock=lock)
        workplace.store.write("Lock", lock_it)
    workplace.store.write("Done", lambda uow: rounds.mark_done(uow, on=days.DATE, order_ids=driven, done=True))
    day = day_of(workplace)
    proposal = workplace.desk.insert(day, day.unplanned)
    assert set(proposal.after) == {first}
    assert proposal.after[first][:3] == driven
    assert set(day.unplanned) <= set(proposal.after[first])
    workplace.store.write("Lock", lambda uow: rounds.lock_rounds(
        uow, on=days.DATE, shift_ids=[first], lock=Lock.ROUTE))  # fmt: skip
    with pytest.raises(KnownError, match="Every round is locked"):
        workplace.desk.insert(day_of(workplace), day.unplanned)


def test_an_empty_round_has_no_line_and_a_full_one_goes_from_yard_to_yard(workplace: Workplace) -> None:
    day = day_of(workplace)
    first, _, empty = day.shifts
    assert workplace.desk.line(day, empty).legs == ()
    legs = workplace.desk.line(day, first).legs
    assert len(legs) == 5
    yard = (day.depot.place.lat, day.depot.place.lon)
    assert (legs[0][0], legs[-1][-1]) == (yard, yard)
    open_end = replace(day, shifts={**day.shifts, first: replace(day.shifts[first], end=None)})
    assert len(workplace.desk.line(open_end, first).legs) == 4


def test_a_stop_without_a_place_is_left_out_of_the_line(workplace: Workplace) -> None:
    day = day_of(workplace)
    shift_id, order_id = next(iter(day.shifts)), day.plan.routes[0].order_ids[1]
    lost = replace(day.orders[order_id], address=replace(day.orders[order_id].address, place=None))
    assert len(workplace.desk.line(replace(day, orders={**day.orders, order_id: lost}), shift_id).legs) == 4


def test_a_day_too_large_for_its_tables_is_refused_in_words() -> None:
    day = days.make_day(MAX_PLACES + 100, 2, place_share=0.0)
    with pytest.raises(KnownError, match=r"15 June 2026 has orders at 6,\d\d\d places; up to 6,000") as refused:
        PlanningDesk(StraightLine()).look(day)
    assert "Undo the import" in refused.value.remedy


# --- what the desk remembers ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def moving() -> Day:
    day = days.make_day(12, 3, seed=4, skills=0.2)
    ids, shifts = list(day.orders), list(day.shifts)
    return days.with_plan(day, {shifts[0]: ids[0:4], shifts[1]: ids[4:8]})


moves = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 2), st.integers(0, 8)), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(moves=moves)
def test_a_day_followed_move_by_move_is_judged_as_one_seen_for_the_first_time(
    moving: Day, moves: list[tuple[int, int, int]]
) -> None:
    follower, day = PlanningDesk(StraightLine()), moving
    follower.look(day)
    for order, shift, at in moves:
        order_id, shift_id = list(day.orders)[order], list(day.shifts)[shift]
        rounds = {s: [o for o in ids if o != order_id] for s, ids in plan.sequences_of(day).items()}
        rounds[shift_id].insert(at, order_id)
        day = replace(day, plan=days.with_plan(day, rounds).plan)
        assert follower.look(day) == PlanningDesk(StraightLine()).look(day)


def test_a_moved_place_is_measured_anew(workplace: Workplace) -> None:
    day = day_of(workplace)
    workplace.desk.look(day)
    order = day.orders[day.plan.routes[0].order_ids[0]]
    moved = replace(order, address=replace(order.address, place=Place(50.6, 6.3)))
    workplace.store.write("Move the place", lambda uow: uow.put_orders([moved]))
    after = day_of(workplace)
    assert workplace.desk.look(after) == PlanningDesk(StraightLine()).look(after)
    assert workplace.desk.look(after).schedule.distance_m > workplace.desk.look(day).schedule.distance_m


def test_a_day_read_again_takes_over_what_is_still_true(workplace: Workplace) -> None:
    known = day_of(workplace)
    shift_id = list(known.shifts)[2]
    move = lambda uow: plan.move_orders(uow, order_ids=[known.unplanned[0]], to_shift=shift_id)
    workplace.store.write("Move", move)
    again = workplace.store.read(lambda r: reread(r, days.DATE, known=known))
    assert again == day_of(workplace)
    assert again.orders is known.orders
    pairs = zip(known.plan.routes, again.plan.routes, strict=True)
    assert [route.shift_id for before, route in pairs if route is not before] == [shift_id]
    workplace.store.write("Remove", lambda uow: uow.remove_shift(shift_id))
    assert workplace.store.read(lambda r: reread(r, days.DATE, known=known)) == day_of(workplace)
