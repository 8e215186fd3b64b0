"""Changes of the plan: by hand, and by taking over a proposal while the plan moves."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.opening import open_store
from db.store import SqliteStore
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.services import plan
from dispatcher.services.orders import cancel_orders
from dispatcher.services.plan import Proposal
from tests.fixtures import days
from tests.unit.services.conftest import keep


def day_of(store: SqliteStore) -> Day:
    return store.read(lambda r: r.day(days.DATE))


def routes(store: SqliteStore) -> list[list[OrderId]]:
    return [list(route.order_ids) for route in day_of(store).plan.routes]


def proposal(store: SqliteStore, after: Mapping[ShiftId, Sequence[OrderId]]) -> Proposal:
    day = day_of(store)
    return Proposal(day.date, day.revision, plan.sequences_of(day), after)


def test_move_to_another_driver_at_a_place_holds_it_there(store: SqliteStore) -> None:
    first, second = routes(store)[:2]
    target = list(day_of(store).shifts)[1]
    store.write("Move", lambda uow: plan.move_orders(uow, order_ids=[first[1]], to_shift=target, index=2))
    assert routes(store)[:2] == [[first[0], first[2], first[3]], [*second[:2], first[1], *second[2:]]]
    moved = day_of(store).plan.routes[1].stops[2]
    assert moved.held


def test_index_counts_the_route_as_seen_before_the_move(store: SqliteStore) -> None:
    first, shift = routes(store)[0], next(iter(day_of(store).shifts))
    store.write("Move", lambda uow: plan.move_orders(uow, order_ids=[first[0]], to_shift=shift, index=3))
    assert routes(store)[0] == [first[1], first[2], first[0], first[3]]


def test_several_orders_land_together_in_the_order_given(store: SqliteStore) -> None:
    first, second = routes(store)[:2]
    third = list(day_of(store).shifts)[2]
    store.write("Move", lambda uow: plan.move_orders(uow, order_ids=[second[0], first[3]], to_shift=third))
    assert routes(store)[2] == [second[0], first[3]]


def test_unassigned_orders_are_in_the_pool_again(store: SqliteStore) -> None:
    first = routes(store)[0]
    store.write("Unassign", lambda uow: plan.unassign(uow, order_ids=first[:2]))
    assert set(first[:2]) <= set(day_of(store).unplanned)
    assert routes(store)[0] == first[2:]


def test_moving_what_no_longer_exists_is_said_and_changes_nothing(store: SqliteStore) -> None:
    before, shift = routes(store), next(iter(day_of(store).shifts))
    with pytest.raises(KnownError, match="no longer exist"):
        store.write("Move", lambda uow: plan.move_orders(uow, order_ids=[OrderId("gone")], to_shift=shift))
    with pytest.raises(KnownError, match="no longer on duty"):
        store.write("Move", lambda uow: plan.move_orders(uow, order_ids=before[0][:1], to_shift=ShiftId("gone")))
    assert routes(store) == before


def test_a_proposal_for_an_unmoved_plan_is_taken_over_whole(store: SqliteStore) -> None:
    shifts = list(day_of(store).shifts)
    first, second, _ = routes(store)
    after = {shifts[0]: first[::-1], shifts[1]: second[:2], shifts[2]: second[2:]}
    made = proposal(store, after)
    done = store.write("Optimise", lambda uow: plan.apply_proposal(uow, made))
    assert not done.value.left
    assert routes(store) == [first[::-1], second[:2], second[2:]]


def test_the_hand_wins_over_a_proposal_computed_before(store: SqliteStore) -> None:
    shifts = list(day_of(store).shifts)
    first, second, _ = routes(store)
    made = proposal(store, {shifts[0]: first[::-1], shifts[1]: second[::-1]})
    store.write("Move", lambda uow: plan.move_orders(uow, order_ids=[first[0]], to_shift=shifts[2]))
    store.write("Cancel", lambda uow: cancel_orders(uow, order_ids=[second[1]]))
    done = store.write("Optimise", lambda uow: plan.apply_proposal(uow, made))
    assert routes(store)[2] == [first[0]]
    assert routes(store)[0] == first[:0:-1]
    assert routes(store)[1] == [second[3], second[2], second[0]]
    assert {order_id for order_id, _ in done.value.left} == {first[0], second[1]}


def test_an_order_that_came_meanwhile_stays_where_it_was_put(store: SqliteStore) -> None:
    day = day_of(store)
    shifts, waiting = list(day.shifts), day.unplanned[0]
    first = routes(store)[0]
    made = proposal(store, {shifts[0]: first[::-1]})
    store.write("Move", lambda uow: plan.move_orders(uow, order_ids=[waiting], to_shift=shifts[0], index=1))
    store.write("Optimise", lambda uow: plan.apply_proposal(uow, made))
    assert sorted(routes(store)[0]) == sorted([*first, waiting])
    assert routes(store)[0].index(waiting) == routes(store)[0].index(first[0]) + 1


def test_a_shift_that_ended_meanwhile_leaves_its_orders_in_the_pool(store: SqliteStore) -> None:
    shifts = list(day_of(store).shifts)
    first, second, _ = routes(store)
    made = proposal(store, {shifts[0]: first, shifts[1]: second, shifts[2]: []})
    store.write("End duty", lambda uow: uow.remove_shift(shifts[1]))
    done = store.write("Optimise", lambda uow: plan.apply_proposal(uow, made))
    assert set(second) <= set(day_of(store).unplanned)
    assert {order_id for order_id, _ in done.value.left} == set(second)


moves = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 3), st.integers(0, 8)), max_size=6)


@settings(max_examples=60, deadline=None)
@given(before=moves, after=moves)
def test_no_order_is_lost_or_doubled_whatever_moves_while_a_proposal_is_made(
    before: list[tuple[int, int, int]], after: list[tuple[int, int, int]]
) -> None:
    day = days.make_day(12, 3, seed=4)
    ids, shifts = list(day.orders), list(day.shifts)
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "depot.db", clock=lambda: datetime.now(UTC))
        try:
            store.write("Fill", lambda uow: keep(uow, days.with_plan(day, {shifts[0]: ids[:6]})))
            _carry_out(store, ids, shifts, before)
            made = proposal(store, {shifts[0]: ids[6:], shifts[1]: ids[:6], shifts[2]: []})
            _carry_out(store, ids, shifts, after)
            store.write("Optimise", lambda uow: plan.apply_proposal(uow, made))
            planned = [order_id for route in routes(store) for order_id in route]
            assert sorted([*planned, *day_of(store).unplanned]) == sorted(ids)
        finally:
            store.close()


def _carry_out(
    store: SqliteStore, ids: Sequence[OrderId], shifts: Sequence[ShiftId], steps: Sequence[tuple[int, int, int]]
) -> None:
    for order, shift, index in steps:
        if shift == len(shifts):
            store.write("Unassign", lambda uow, o=ids[order]: plan.unassign(uow, order_ids=[o]))
        else:
            store.write(
                "Move",
                lambda uow, o=ids[order], s=shifts[shift], i=index: plan.move_orders(
                    uow, order_ids=[o], to_shift=s, index=i
                ),
            )
