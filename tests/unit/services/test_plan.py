"""Changes of the plan: by hand, and by taking over a proposal while the plan moves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.opening import open_store
from db.store import SqliteStore
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import OrderKind
from dispatcher.domain.plan import Day
from dispatcher.services import plan, rounds
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


def optimised(store: SqliteStore, made: Proposal) -> plan.Applied:
    return store.write("Optimise", lambda uow: plan.apply_proposal(uow, made)).value


def test_a_stop_that_a_proposal_takes_out_goes_to_the_pool(store: SqliteStore) -> None:
    shift, first = next(iter(day_of(store).shifts)), routes(store)[0]
    done = optimised(store, proposal(store, {shift: first[:2]}))
    assert (routes(store)[0], done) == (first[:2], plan.Applied(2))
    assert set(first[2:]) <= set(day_of(store).unplanned)


@pytest.mark.parametrize("lock", [Lock.SEQUENCE, Lock.DRIVER, Lock.ROUTE])
def test_a_round_that_was_locked_meanwhile_keeps_its_stops(store: SqliteStore, lock: Lock) -> None:
    (a, first), (b, second), _ = plan.sequences_of(day_of(store)).items()
    made = proposal(store, {a: (first[1], first[0], second[3]), b: (*second[:3], first[3])})
    store.write("Lock", lambda uow: rounds.lock_rounds(uow, on=days.DATE, shift_ids=[a], lock=lock))
    done = optimised(store, made)
    now = routes(store)
    assert set(first) <= set(now[0])
    may_turn = [first[1], first[2], first[3], first[0]]
    assert [o for o in now[0] if o in first] == (may_turn if lock is Lock.DRIVER else list(first))
    assert (second[3] in now[0]) == (lock is Lock.SEQUENCE)
    assert set(first[2:]) <= set(dict(done.left))
    assert "locked" in dict(done.left)[first[3]]


def test_what_was_held_or_driven_meanwhile_stays_where_it_is(store: SqliteStore) -> None:
    (a, first), (b, second), _ = plan.sequences_of(day_of(store)).items()
    made = proposal(store, {a: (first[2], first[3], first[1]), b: (*second, first[0])})
    store.write("Hold", lambda uow: plan.hold_orders(uow, order_ids=[first[0]], held=True))
    store.write("Done", lambda uow: rounds.mark_done(uow, on=days.DATE, order_ids=first[:2], done=True))
    done = optimised(store, made)
    assert routes(store)[0] == list(first)
    assert dict(done.left)[first[0]] == "The driver has been there meanwhile."


def test_a_stop_held_meanwhile_does_not_leave_but_what_a_hand_chose_does(store: SqliteStore) -> None:
    (a, first), (b, second), _ = plan.sequences_of(day_of(store)).items()
    made = proposal(store, {a: first[1:], b: (first[0], *second)})
    store.write("Hold", lambda uow: plan.hold_orders(uow, order_ids=[first[0]], held=True))
    assert dict(optimised(store, made).left) == {first[0]: "It was bound to its driver meanwhile."}
    assert not optimised(store, replace(made, by_hand=True)).left
    assert routes(store)[1][0] == first[0]


def test_goods_do_not_go_to_another_driver_than_what_fetches_them(store: SqliteStore) -> None:
    day = day_of(store)
    (a, first), (b, second), _ = plan.sequences_of(day).items()
    pair = [replace(day.orders[first[0]], kind=OrderKind.COLLECTION),
            replace(day.orders[first[1]], kind=OrderKind.DELIVERY, pickup_id=first[0])]  # fmt: skip
    store.write("Pair", lambda uow: uow.put_orders(pair))
    made = proposal(store, {a: first[2:], b: (*second, *first[:2])})
    store.write("Hold", lambda uow: plan.hold_orders(uow, order_ids=[first[0]], held=True))
    assert set(dict(optimised(store, made).left)) == set(first[:2])
    assert routes(store)[:2] == [list(first), list(second)]


def test_a_stop_goes_behind_the_nearest_it_was_to_follow(store: SqliteStore) -> None:
    first, shift = routes(store)[0], next(iter(day_of(store).shifts))
    new = day_of(store).unplanned[0]
    shown = [first[0], first[1], new, first[2], first[3]]
    store.write("Optimise", lambda uow: plan.apply_proposal(uow, proposal(store, {shift: first[::-1]})))
    store.write("Land", lambda uow: plan.land_orders(uow, order_ids=[new], to_shift=shift, sequence=shown))
    assert routes(store)[0] == [first[3], first[2], first[1], new, first[0]]


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
