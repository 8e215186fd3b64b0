"""Proposals as cards: their figures are the judge's, their parts can be taken alone, and they follow the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import OrderKind
from dispatcher.domain.plan import Day
from dispatcher.services import plan, proposals
from dispatcher.services.orders import cancel_orders
from dispatcher.services.plan import Proposal, sequences_of
from dispatcher.services.proposals import Card
from dispatcher.services.workplace import Workplace
from tests.fixtures import days


def day_of(workplace: Workplace) -> Day:
    return workplace.store.read(lambda r: r.day(days.DATE))


def offered(workplace: Workplace, after: Mapping[ShiftId, Sequence[OrderId]]) -> Card:
    day = day_of(workplace)
    whole = {**sequences_of(day), **after}
    return proposals.card_of(workplace.desk, day, Proposal(day.date, day.revision, sequences_of(day), whole), "Improve")


def exchanged(workplace: Workplace) -> Card:
    """The first driver gives two stops away and gets one; an unplanned order is planned with the third."""
    day = day_of(workplace)
    (a, first), (b, second), (c, _) = sequences_of(day).items()
    new = day.unplanned[0]
    return offered(workplace, {a: (*first[:2], second[0]), b: (first[3], *second[1:], first[2]), c: (new,)})


def test_a_card_says_what_it_saves_and_moves(workplace: Workplace) -> None:
    card, day = exchanged(workplace), day_of(workplace)
    now = workplace.desk.look(day).schedule
    then = workplace.desk.preview(day, card.proposal).schedule
    assert (card.saves_m, card.saves_cost) == (now.distance_m - then.distance_m, now.cost - then.cost)
    assert (card.moves, card.plans) == (4, 1)
    assert [len(r.comes) for r in card.rounds] == [1, 2, 1]
    assert [len(r.leaves) for r in card.rounds] == [2, 1, 0]


def test_one_move_is_taken_alone_and_the_rest_stays_offered(workplace: Workplace) -> None:
    card, day = exchanged(workplace), day_of(workplace)
    (a, first), (b, second), (c, _) = sequences_of(day).items()
    one = proposals.part(card, order_ids=[first[2]])
    workplace.store.write("One move", lambda uow: plan.apply_proposal(uow, one))
    assert sequences_of(day_of(workplace)) == {a: (*first[:2], first[3]), b: (*second, first[2]), c: ()}
    rest = proposals.anew(workplace.desk, day_of(workplace), card)
    assert rest.moves == 3
    assert not rest.gone


def test_a_drivers_round_is_taken_as_a_whole(workplace: Workplace) -> None:
    card, day = exchanged(workplace), day_of(workplace)
    a, b, c = day.shifts
    one = proposals.part(card, shift_ids=[b])
    workplace.store.write("One driver", lambda uow: plan.apply_proposal(uow, one))
    now = sequences_of(day_of(workplace))
    assert now[b] == card.proposal.after[b]
    assert set(now[a]) == set(card.proposal.after[a])
    assert not now[c]


def test_goods_fetched_on_the_way_are_taken_with_what_fetches_them(workplace: Workplace) -> None:
    day = day_of(workplace)
    (a, first), (b, second), _ = sequences_of(day).items()
    pair = [replace(day.orders[first[0]], kind=OrderKind.COLLECTION),
            replace(day.orders[first[1]], kind=OrderKind.DELIVERY, pickup_id=first[0])]  # fmt: skip
    workplace.store.write("Pair", lambda uow: uow.put_orders(pair))
    card = offered(workplace, {a: first[2:], b: (*second, *first[:2])})
    for one in first[:2]:
        taken = proposals.part(card, order_ids=[one])
        assert taken.after[b] == (*second, *first[:2])


def test_all_parts_together_are_the_whole(workplace: Workplace) -> None:
    card = exchanged(workplace)
    workplace.store.write("All", lambda uow: plan.apply_proposal(uow, card.proposal))
    assert sequences_of(day_of(workplace)) == {s: tuple(o) for s, o in card.proposal.after.items()}
    assert proposals.anew(workplace.desk, day_of(workplace), card).empty


def test_what_was_moved_or_cancelled_meanwhile_is_told(workplace: Workplace) -> None:
    card, day = exchanged(workplace), day_of(workplace)
    (_, first), (_, second), (c, _) = sequences_of(day).items()
    workplace.store.write("By hand", lambda uow: plan.move_orders(uow, order_ids=[first[2]], to_shift=c))
    workplace.store.write("Cancel", lambda uow: cancel_orders(uow, order_ids=[second[0]]))
    rest = proposals.anew(workplace.desk, day_of(workplace), card)
    assert dict(rest.gone) == {
        first[2]: "It was moved by hand meanwhile.",
        second[0]: "It was cancelled meanwhile.",
    }
    assert {s.order_id for s in rest.stops if s.moves} == {first[3], day.unplanned[0]}


def test_goods_in_another_van_cost_their_handling(workplace: Workplace) -> None:
    day = day_of(workplace)
    (a, first), (b, second), *_ = sequences_of(day).items()
    workplace.store.write("Load", lambda uow: uow.set_loaded([first[0]], a))
    plain = offered(workplace, {a: first[1:], b: (*second, first[0])})
    with_goods = next(s for s in plain.stops if s.order_id == first[0])
    assert with_goods.handling_s == day.depot.handling_s
    hourly = next(iter(day.drivers.values())).cost_per_hour
    now, then = (workplace.desk.preview(day, Proposal(day.date, 0, {}, s)).schedule.cost
                 for s in (plain.proposal.before, plain.proposal.after))  # fmt: skip
    other = day.drivers[day.shifts[b].driver_id].cost_per_hour
    assert plain.saves_cost == pytest.approx(now - then - day.depot.handling_s * other / 3600, abs=1)
    assert hourly > 0


@given(st.data())
def test_any_part_loses_and_doubles_nothing(data: st.DataObject) -> None:
    day = days.make_day(12, 3, seed=4)
    ids, shifts = list(day.orders), list(day.shifts)
    before = {shifts[0]: tuple(ids[0:4]), shifts[1]: tuple(ids[4:8]), shifts[2]: tuple(ids[8:10])}
    drawn = data.draw(st.permutations(ids))
    cuts = sorted(data.draw(st.tuples(st.integers(0, 12), st.integers(0, 12))))
    parts = (drawn[: cuts[0]], drawn[cuts[0] : cuts[1]], drawn[cuts[1] :])
    after = {s: tuple(o) for s, o in zip(shifts, parts, strict=True)}
    whole = Proposal(day.date, 0, before, after)
    card = Card("", "", day, whole, (), (), 0, 0, 0)
    chosen = data.draw(st.sets(st.sampled_from(ids)))
    drivers = data.draw(st.sets(st.sampled_from(shifts)))
    taken = proposals.part(card, order_ids=chosen, shift_ids=drivers)
    served = [o for sequence in taken.after.values() for o in sequence]
    assert len(served) == len(set(served))
    assert set(ids[:10]) <= set(served)
    for shift_id in drivers:
        assert taken.after[shift_id] == after[shift_id]
    assert replace(taken, after=before) == whole or whole.after != before
