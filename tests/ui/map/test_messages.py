"""What crosses between window and page: nothing that is not exactly an event comes in."""

import contextlib
import json
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import Place
from ui.map import messages as msg
from ui.map import wire
from ui.map.road import Driven, Trail

PLACE = [60.0, 25.0]
SLOT = {"shift_id": "s", "after": None, "before": "o2"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("values", "event"),
    [
        ({"kind": "ready"}, msg.Ready()),
        ({"kind": "painted", "token": 3}, msg.Painted(3)),
        ({"kind": "selection", "order_ids": ["o"], "shift_ids": []}, msg.SelectionChanged(("o",))),
        ({"kind": "activated", "order_id": "o"}, msg.StopActivated("o")),
        (
            {"kind": "context", "order_ids": [], "x": 3, "y": 4.5, "at": PLACE},
            msg.ContextRequested((), 3.0, 4.5, Place(*PLACE)),
        ),
        (
            {"kind": "hovered", "order_ids": ["o"], "slot": None, "at": PLACE},
            msg.DragHovered(("o",), None, Place(*PLACE)),
        ),
        (
            {"kind": "dropped", "order_ids": ["o"], "slot": SLOT, "at": PLACE},
            msg.StopsDropped(("o",), "s", None, "o2", Place(*PLACE)),
        ),
        ({"kind": "pin", "at": PLACE}, msg.PinPlaced(Place(*PLACE))),
        ({"kind": "pin_cancelled"}, msg.PinCancelled()),
        ({"kind": "drag_ended"}, msg.DragEnded()),
        ({"kind": "line", "line": [PLACE, PLACE]}, msg.LineDrawn((Place(*PLACE),) * 2)),
        ({"kind": "line_cancelled"}, msg.LineCancelled()),
        ({"kind": "closure", "closure_id": "c"}, msg.ClosureClicked("c")),
        ({"kind": "driver", "driver_id": "d"}, msg.DriverClicked("d")),
        ({"kind": "follow_ended", "driver_id": "d"}, msg.FollowEnded("d")),
        (
            {"kind": "context", "order_ids": [], "closure_id": "c", "x": 3, "y": 4, "at": PLACE},
            msg.ContextRequested((), 3.0, 4.0, Place(*PLACE), "c"),
        ),
        ({"kind": "moved", "centre": PLACE, "zoom": 12}, msg.Moved(msg.MapPosition(Place(*PLACE), 12.0))),
    ],
)
def test_events_are_read(values, event):
    assert wire.decode(json.dumps(values)) == event


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '{"kind": "nonsense"}',
        '{"kind": ["ready"]}',
        '{"kind": "selection", "order_ids": "o1", "shift_ids": []}',
        '{"kind": "selection", "order_ids": [""], "shift_ids": []}',
        '{"kind": "pin", "at": [91, 0]}',
        '{"kind": "pin", "at": [NaN, 0]}',
        '{"kind": "pin", "at": [true, 0]}',
        '{"kind": "dropped", "order_ids": [], "slot": {"shift_id": "s", "after": null, "before": null}, "at": [0, 0]}',
        '{"kind": "dropped", "order_ids": ["o"], "slot": null, "at": [0, 0]}',
        '{"kind": "painted", "token": Infinity}',
        '{"kind": "line", "line": [[60, 25]]}',
        '{"kind": "line", "line": "60 25"}',
        '{"kind": "closure", "closure_id": 7}',
        '{"kind": "driver", "driver_id": null}',
        '{"kind": "follow_ended"}',
        "[" * 200_000,
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(BadInput, match="no event"):
        wire.decode(text)


@given(
    st.sampled_from(["selection", "dropped", "hovered", "context", "moved", "pin", "painted", "line", "closure"]),
    json_values,
)
def test_no_json_breaks_the_reader(kind, value):
    values = {"kind": kind} | (value if isinstance(value, dict) else dict.fromkeys(("order_ids", "at", "slot"), value))
    with contextlib.suppress(BadInput):
        wire.decode(json.dumps(values))


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=20))
def test_dragged_orders_survive_the_trip(order_ids):
    assert wire.decode_order_ids(wire.encode_order_ids(order_ids)) == tuple(order_ids)


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=20))
def test_lines_keep_a_decimetre_however_long(places):
    [steps] = wire.route_values(msg.RouteLine("s", 1, "#0072b2", "Aino", (tuple(places),)))["legs"]
    assert all(isinstance(step, int) for step in steps)
    for start, degrees in enumerate(zip(*places, strict=True)):
        for read, meant in zip(accumulate(steps[start::2]), degrees, strict=True):
            assert abs(read / 1e6 - meant) <= 5.1e-7


def test_trails_carry_times_and_gaps():
    trail = Trail("s", "#0072b2", ((60.0, 25.0, 100.4), (60.000001, 25.0, 160.0), (60.0, 25.0, 161.0)), gaps=(1,))
    values = wire.trail_values(trail)
    assert values["line"] == [60_000_000, 25_000_000, 1, 0, -1, 0]
    assert (values["times"], values["gaps"]) == ([100, 60, 1], [1])


def test_a_driven_round_has_no_empty_line():
    with pytest.raises(ValueError, match="no point"):
        Driven("s", "#0072b2", ((),), ())


@pytest.mark.parametrize("colour", ["red", "#fff", "#0072b2;", "url(x)", ""])
def test_colours_are_colours(colour):
    with pytest.raises(ValueError, match="#rrggbb"):
        msg.StopMark("o", Place(0, 0), colour=colour)
