"""Orders to slots at least cost; what any limit leaves out."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.slots.assignment import LEFT_OUT, Need, Room, assigned

NOTHING = (0, 0, 0)


def need(*costs: int | None, minutes: int = 1, kg: int = 0) -> Need:
    return Need(minutes, (kg, 0, 0), {j: cost for j, cost in enumerate(costs) if cost is not None})


def test_who_loses_most_by_moving_stays() -> None:
    assert assigned([need(0, 5), need(0, 50)], [Room(1), Room(9)]) == [1, 0]


def test_what_no_slot_takes_is_left_out() -> None:
    assert assigned([need(3), need(1), need()], [Room(1)]) == [None, 0, None]
    assert assigned([], [Room(1)]) == []
    assert assigned([need(1)], [Room(-4)]) == [None]


def test_minutes_and_loads_are_kept() -> None:
    rooms = [Room(9, minutes=10), Room(9, load=(5, 0, 0))]
    found = assigned([need(0, 7, minutes=6, kg=5), need(0, 9, minutes=6, kg=5), need(0, 9, minutes=6, kg=5)], rooms)
    assert sorted(found, key=str) == [0, 1, None]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.none() | st.integers(0, 40), min_size=3, max_size=3), min_size=1, max_size=5),
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
)
def test_counting_orders_alone_nothing_is_cheaper(costs: list[list[int | None]], rooms: list[int]) -> None:
    needs = [need(*row) for row in costs]
    best = min(
        total
        for way in itertools.product([*range(3), None], repeat=len(needs))
        if all(way.count(j) <= rooms[j] for j in range(3))
        if (total := _total(needs, list(way))) is not None
    )
    assert _total(needs, assigned(needs, [Room(n) for n in rooms])) == best


def _total(needs: list[Need], way: list[int | None]) -> int | None:
    if any(j is not None and j not in need.costs for need, j in zip(needs, way, strict=True)):
        return None
    return sum(LEFT_OUT if j is None else need.costs[j] for need, j in zip(needs, way, strict=True))
