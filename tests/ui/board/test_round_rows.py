"""Rows made beforehand, by whoever came first: what they would be made anew, with as few other objects as can be."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.plan import Day, Route
from tests.fixtures.board import Board, make_board
from tests.fixtures.livedays import MINUTE, a_live_day, attempt, driven
from ui.board.onroad import Road
from ui.board.round_model import RoundModel
from ui.board.round_rows import RoundRows, RowMaker
from ui.board.source import RoundSource, round_sources

BOARD = make_board(4, 6, 2)


def with_done(board: Board, many: int) -> Day:
    """The first round with so many of its stops done."""
    first, *rest = board.day.plan.routes
    stops = tuple(replace(stop, done=i < many) for i, stop in enumerate(first.stops))
    return replace(board.day, plan=replace(board.day.plan, routes=(Route(first.shift_id, stops), *rest)))


def roads(board: Board) -> list[Road | None]:
    """Nobody heard of; the first driver after three stops, an hour late; and with what they said of them."""
    shift_id = board.day.plan.routes[0].shift_id
    late = driven(board, shift_id, 3, late=60 * MINUTE)
    said = [attempt(board, order_id) for order_id in board.day.plan.routes[0].order_ids[:3]]
    lives = a_live_day(board, [driven(board, shift_id, 0)]), a_live_day(board, [late]), a_live_day(board, [late], said)
    return [None, *(Road(live) for live in lives)]


SOURCES: list[RoundSource] = [round_sources(with_done(BOARD, many), BOARD.schedule)[0] for many in range(4)]
ROADS = roads(BOARD)
steps = st.lists(st.tuples(st.sampled_from(SOURCES), st.sampled_from(ROADS)), max_size=12)


def said(rows: RoundRows) -> tuple[object, ...]:
    return rows.row, rows.stops


@given(steps)
def test_whatever_was_asked_before_the_rows_are_those_made_anew(asked: list[tuple[RoundSource, Road | None]]) -> None:
    maker = RowMaker()
    for source, road in asked:
        assert said(maker.of(source, road)) == said(RowMaker().of(source, road))


def test_what_was_made_is_not_made_again() -> None:
    maker, road = RowMaker(), ROADS[1]
    made = {id(source): maker.of(source, road) for source in SOURCES[:3]}
    assert all(maker.of(source, road) is made[id(source)] for source in SOURCES[:3])


def test_a_row_that_says_the_same_stays_the_very_same() -> None:
    maker = RowMaker()
    before, after = (maker.of(source, ROADS[1]) for source in SOURCES[:2])
    assert [a is b for a, b in zip(before.stops, after.stops, strict=True)] == [False] + [True] * 5
    late = maker.of(SOURCES[1], ROADS[2])
    assert all(a is not b for a, b in zip(after.stops, late.stops, strict=True))


def test_words_of_an_order_that_was_edited_are_made_anew() -> None:
    """Whether a stop was late hangs on its windows."""
    maker, road = RowMaker(), ROADS[3]
    source = SOURCES[3]
    first = source.orders[0]
    closed = replace(first, windows=tuple(replace(w, closes_at=w.opens_at + MINUTE) for w in first.windows))
    edited = replace(source, orders=(closed, *source.orders[1:]))
    maker.of(source, road)
    assert said(maker.of(edited, road)) == said(RowMaker().of(edited, road))


def test_rounds_that_are_gone_are_forgotten() -> None:
    maker = RowMaker()
    made = maker.of(SOURCES[0], None)
    maker.keep([])
    assert maker.of(SOURCES[0], None) is not made


@pytest.mark.usefixtures("qapp")
def test_the_table_takes_what_a_worker_made() -> None:
    model, road = RoundModel(), ROADS[2]
    assert road
    with ThreadPoolExecutor(1) as worker:
        worker.submit(model.prepare_day, BOARD.day, BOARD.schedule).result()
        model.set_day(BOARD.day, BOARD.schedule)
        worker.submit(model.prepare_live, road.live).result()
        worker.submit(model.prepare_day, with_done(BOARD, 2), BOARD.schedule).result()
    assert model.set_live(road.live)
    plain = RoundModel()
    plain.set_day(BOARD.day, BOARD.schedule)
    plain.set_live(road.live)
    assert model.all_stop_rows() == plain.all_stop_rows()
    assert model.round_rows() == plain.round_rows()
