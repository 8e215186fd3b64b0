"""Last in, first out: whatever is loaded, what is delivered first lies by the doors."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.orders import Load, OrderLine
from dispatcher.loading.pieces import Codes, code_of, pieces_of
from dispatcher.loading.stowing import Depth, Level, Side, stowing
from tests.fixtures.days import make_order

DEEP = list(Depth)


@given(st.lists(st.tuples(st.floats(0, 40), st.floats(0, 200), st.integers(0, 4)), max_size=40))
def test_nothing_lies_before_what_comes_out_sooner(loads: list[tuple[float, float, int]]) -> None:
    stops = [(n, make_order(n, None, load=Load(*load))) for n, load in enumerate(loads, 1)]
    found = stowing(stops)
    assert [stowed.turn for stowed in found] == sorted((n for n, _ in stops), reverse=True)
    depths = [DEEP.index(stowed.depth) for stowed in found]
    assert depths == sorted(depths)


def test_thirds_by_litres_heavy_on_the_floor_and_sides_of_equal_weight() -> None:
    loads = [Load(30, 100, 1), Load(6, 100, 1), Load(6, 100, 1), Load(20, 100, 2), Load(6, 100, 1), Load(6, 100, 1)]
    stops = [(n, make_order(n, None, load=load)) for n, load in enumerate(loads, 1)]
    by_turn = {stowed.turn: stowed for stowed in stowing(stops)}
    assert [by_turn[n].depth for n in (1, 2, 3, 4, 5, 6)] == [Depth.DOORS] * 2 + [Depth.MIDDLE] * 2 + [Depth.CAB] * 2
    assert by_turn[1].level is Level.FLOOR
    assert by_turn[4].level is Level.SHELF, "two pieces of ten kilograms each"
    left = sum(loads[n - 1].kg for n, s in by_turn.items() if s.side is Side.LEFT)
    assert abs(left - sum(load.kg for load in loads) / 2) <= 15
    assert by_turn[1].words == f"Doors, {by_turn[1].side.value}, floor"


def test_codes_name_pieces_and_every_label_is_known_again() -> None:
    lines = (OrderLine("Lamp", barcode="4006381333931"), OrderLine("Bulb"))
    lamp = make_order(1, None, lines=lines)
    plain = make_order(2, None, load=Load(parcels=3))
    slashed = replace(make_order(3, None, load=Load(parcels=2)), number="2026/7")
    codes = Codes.of([lamp, plain, slashed])
    for order in (lamp, plain, slashed):
        for piece in pieces_of(order):
            (meant,) = codes.meant(code_of(order, piece))
            assert (meant.order_id, meant.piece, meant.known) == (order.id, piece, True)
    assert [m.piece for m in codes.meant("2026/7")] == [""], "a number with a slash is a number"
    assert codes.meant("2026/x") == []
    assert codes.meant("stop:gone") == []
