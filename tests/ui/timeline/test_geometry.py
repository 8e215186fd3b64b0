"""Time and pixels, gaps and hits: pure numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.ids import OrderId, ShiftId
from ui.timeline.geometry import (
    CLOSEST_PX_PER_S,
    Extent,
    Part,
    View,
    gap_at,
    hit,
    marks_within,
    nearest,
    snapped,
    stands_there,
    ticks,
)
from ui.timeline.lanes import Lane, Mark, Piece, Span

HOUR = 3_600
BAR = (8.0, 18.0)


def lane(*starts: float, minutes: float = 5, name: str = "s") -> Lane:
    marks = tuple(
        Mark(OrderId(f"{name}{i}"), i, at, at, at + minutes * 60, 0, False, False, False, "", ())
        for i, at in enumerate(starts)
    )
    spans = tuple(Span(Piece.SERVICE, m.starts_s, m.departs_s, i) for i, m in enumerate(marks))
    route = tuple(m.order_id for m in marks)
    return Lane(ShiftId(name), 1, "Aino", "Van", 8 * HOUR, 16 * HOUR, route, marks, spans)


def view(**changes: float) -> View:
    whole = View(Extent(6 * HOUR, 18 * HOUR), lanes=20).sized(1200, 340, 34)
    return whole if not changes else whole.zoomed(changes.get("factor", 1), changes.get("at", 0))


moments = st.floats(0, 24 * HOUR)
factors = st.floats(0.05, 40)
views = st.builds(
    lambda width, height, factor, at, right, down: (
        View(Extent(6 * HOUR, 18 * HOUR), lanes=20).sized(width, height, 34).zoomed(factor, at).panned(right, down)
    ),
    st.floats(50, 4000), st.floats(40, 2000), factors, st.floats(0, 500), st.floats(-9000, 9000), st.floats(-900, 900),
)  # fmt: skip


@given(views, moments)
def test_a_moment_stands_where_it_is_found_again(shown: View, at: float) -> None:
    assert shown.seconds(shown.x(at)) == pytest.approx(at, abs=1e-3)


@given(views)
def test_no_view_shows_anything_beyond_day_and_lanes(shown: View) -> None:
    assert shown.left_s >= shown.extent.from_s - 1e-6
    assert shown.right_s <= shown.extent.until_s + 1e-3
    assert 0 <= shown.top_px <= shown.most_top_px
    assert shown.scale <= max(CLOSEST_PX_PER_S, shown.fitted_px_per_s) + 1e-9


def test_zoom_keeps_the_moment_under_the_pointer() -> None:
    before = view()
    after = before.zoomed(3, 500)
    assert after.seconds(500) == pytest.approx(before.seconds(500))
    assert after.scale == pytest.approx(3 * before.scale)


def test_zooming_out_ends_with_the_whole_day() -> None:
    assert view(factor=5, at=300).zoomed(0.1, 50) == view()
    assert view().fitted


@given(views, st.floats(60, 4000))
def test_another_size_keeps_the_hours_in_view(shown: View, width: float) -> None:
    other = shown.sized(width, shown.height_px, shown.lane_px)
    if not shown.fitted and other.px_per_s < CLOSEST_PX_PER_S:
        assert (other.left_s, other.right_s) == pytest.approx((shown.left_s, shown.right_s), abs=1)


def test_showing_a_span() -> None:
    shown = view().showing(9 * HOUR, 11 * HOUR)
    assert (shown.left_s, shown.right_s) == pytest.approx((9 * HOUR, 11 * HOUR))


def test_revealing_moves_no_more_than_it_takes() -> None:
    assert view().revealing(3, 9 * HOUR, 9 * HOUR + 300, 8) == view()
    below = view().revealing(15, 9 * HOUR, 9 * HOUR + 300, 8)
    assert below.y(15) + below.lane_px == pytest.approx(below.height_px)
    near = view().showing(9 * HOUR, 10 * HOUR)
    aside = near.revealing(0, 12 * HOUR, 12 * HOUR + 300, 8)
    assert aside.x(12 * HOUR + 300) == pytest.approx(near.width_px - 8)


def test_rows_in_view() -> None:
    assert view().rows == range(10)
    assert view().panned(0, 17).rows == range(11)
    assert (view().row(0), view().row(339), view().row(-1)) == (0, 9, None)
    assert View(lanes=2).sized(100, 340, 34).row(70) is None


def test_the_extent_has_air_and_whole_hours() -> None:
    assert Extent.of([lane(9 * HOUR, 17 * HOUR)]) == Extent(7 * HOUR, 18 * HOUR)
    assert Extent.of([]) == Extent()


@pytest.mark.parametrize(
    ("px_per_hour", "steps"), [(20, (14_400, 3_600)), (70, (3_600, 900)), (140, (1_800, 300)), (800, (300, 60))]
)
def test_ticks_grow_finer_with_the_zoom(px_per_hour: float, steps: tuple[int, int]) -> None:
    major, minor = ticks(px_per_hour / HOUR, 62)
    assert major * px_per_hour / HOUR >= 62
    assert (major, minor) == (steps if px_per_hour != 20 else (6 * HOUR, HOUR))


def test_snapping() -> None:
    assert [snapped(s) for s in (0, 149, 150, 299, 451)] == [0, 0, 300, 300, 600]


# ── Gaps ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("at", "index"), [(7 * HOUR, 0), (9 * HOUR + 149, 0), (9 * HOUR + 151, 1), (10 * HOUR, 1), (12 * HOUR, 2)]
)
def test_a_gap_is_between_the_middles_of_services(at: float, index: int) -> None:
    assert gap_at(lane(9 * HOUR, 11 * HOUR), at).index == index


def test_a_gap_in_an_empty_lane_is_anywhere() -> None:
    assert gap_at(lane(), 9 * HOUR).index is None


def test_after_the_last_judged_stop_comes_the_end_of_the_route() -> None:
    known = lane(9 * HOUR)
    longer = Lane(known.shift_id, 1, "", "", 0, 1, (*known.route, OrderId("new")), known.marks, known.spans)
    assert gap_at(longer, 20 * HOUR).index == 2


def test_where_stops_stand_already() -> None:
    three = lane(9 * HOUR, 10 * HOUR, 11 * HOUR)
    assert [stands_there(three, ["s1"], i) for i in range(4)] == [False, True, True, False]
    assert stands_there(three, ["s1", "s2"], 1)
    assert not stands_there(three, ["s2", "s1"], 1)
    assert not stands_there(three, ["s1"], None)


# ── Hits ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def hit_at(seconds: float, y: float, *, freeze: float | None = None, near_px: float = 0) -> Part:
    shown = view()
    lanes = [lane(9 * HOUR, 8 * HOUR + 30)] + [lane(name=f"l{i}") for i in range(19)]
    return hit(shown, lanes, BAR, freeze, shown.x(seconds) + near_px, y).part


@pytest.mark.parametrize(
    ("seconds", "y", "part"),
    [
        (9 * HOUR + 60, 12, Part.STOP), (9 * HOUR + 60, 3, Part.LANE), (12 * HOUR, 12, Part.LANE),
        (8 * HOUR, 46, Part.STARTS), (16 * HOUR, 12, Part.ENDS), (12 * HOUR, -4, Part.AXIS), (0, 12, Part.NAME),
        (0, -4, Part.NOTHING),
    ],
)  # fmt: skip
def test_what_lies_there(seconds: float, y: float, part: Part) -> None:
    assert hit_at(seconds, y) is part


def test_lines_are_held_beside_them_and_stops_come_first() -> None:
    assert hit_at(16 * HOUR, 12, near_px=4) is Part.ENDS
    assert hit_at(16 * HOUR, 12, near_px=5) is Part.LANE
    assert hit_at(9 * HOUR + 60, 3, freeze=9 * HOUR + 60) is Part.FREEZE
    assert hit_at(9 * HOUR + 60, 12, freeze=9 * HOUR + 60) is Part.STOP
    assert hit_at(12 * HOUR, -4, freeze=12 * HOUR, near_px=7) is Part.FREEZE


def test_a_narrow_stop_is_still_hit_and_the_nearest_wins() -> None:
    shown = view()
    close = lane(9 * HOUR, 9 * HOUR + 90, minutes=1)
    found = [hit(shown, [close], BAR, None, shown.x(9 * HOUR) + px, 12).mark for px in (-2, 1, 4, 8)]
    assert found == [0, 0, 1, None]


@given(st.lists(moments, min_size=1, max_size=30, unique=True), moments)
def test_the_nearest_stop_is_none_further_than_any_other(starts: list[float], at: float) -> None:
    many = lane(*sorted(starts))
    found = nearest(many, at)
    assert found is not None
    assert abs(many.marks[found].middle_s - at) == min(abs(m.middle_s - at) for m in many.marks)


def test_a_rectangle_takes_what_it_touches() -> None:
    shown = view()
    lanes = [lane(9 * HOUR, 10 * HOUR, name="a"), lane(9 * HOUR, name="b"), lane(9 * HOUR, name="c")]
    found = marks_within(shown, lanes, (shown.x(9 * HOUR) + 5, 50), (shown.x(8 * HOUR), 10))
    assert [mark.order_id for mark in found] == ["a0", "b0"]
