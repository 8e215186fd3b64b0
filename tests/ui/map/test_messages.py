"""What crosses between window and page: nothing that is not exactly an event comes in."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import Place
from ui.map import messages as msg
from ui.map import wire

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
        "[" * 200_000,
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(BadInput, match="no event"):
        wire.decode(text)


@given(st.sampled_from(["selection", "dropped", "hovered", "context", "moved", "pin", "painted"]), json_values)
def test_no_json_breaks_the_reader(kind, value):
    values = {"kind": kind} | (value if isinstance(value, dict) else dict.fromkeys(("order_ids", "at", "slot"), value))
    with contextlib.suppress(BadInput):
        wire.decode(json.dumps(values))


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=20))
def test_dragged_orders_survive_the_trip(order_ids):
    assert wire.decode_order_ids(wire.encode_order_ids(order_ids)) == tuple(order_ids)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_lines_keep_a_decimetre(lat, lon):
    route = msg.RouteLine("s", 1, "#0072b2", "Aino", (((lat, lon),),))
    [[north, east]] = wire.route_values(route)["legs"]
    assert abs(north / 1e6 - lat) <= 5.1e-7
    assert abs(east / 1e6 - lon) <= 5.1e-7


@pytest.mark.parametrize("colour", ["red", "#fff", "#0072b2;", "url(x)", ""])
def test_colours_are_colours(colour):
    with pytest.raises(ValueError, match="#rrggbb"):
        msg.StopMark("o", Place(0, 0), colour=colour)
