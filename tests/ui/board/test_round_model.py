"""The tree of rounds: sound as a model, changed by differences only, and a drop is a wish."""

import random
from dataclasses import replace

import pytest
from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from tests.fixtures import days
from tests.fixtures.board import Board, judged, make_board, moved
from ui.board import drag
from ui.board.round_model import Column, Role, RoundModel
from ui.board.rows import round_row, round_sources, stop_rows


class Changes:
    """Writes down what a model announces."""

    def __init__(self, model: QAbstractItemModel) -> None:
        self.inserted: list[tuple[int, int, int]] = []
        self.removed: list[tuple[int, int, int]] = []
        self.changed: list[tuple[int, int, int]] = []
        self.resets = 0
        model.rowsInserted.connect(lambda p, a, b: self.inserted.append((p.row(), a, b)))
        model.rowsRemoved.connect(lambda p, a, b: self.removed.append((p.row(), a, b)))
        model.dataChanged.connect(lambda a, b: self.changed.append((a.parent().row(), a.row(), b.row())))
        model.modelReset.connect(self.on_reset)

    def on_reset(self) -> None:
        self.resets += 1


@pytest.fixture(scope="module")
def a_board() -> Board:
    """Small: Qt's checker reads every cell at every change."""
    return make_board(6, 10, 3)


@pytest.fixture
def model(qapp: object, a_board: Board, qtmodeltester: ModelTester) -> RoundModel:
    """Shows the board, watched by Qt's own checker all along."""
    model = RoundModel()
    model.set_day(a_board.day, a_board.schedule)
    model.checker = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)  # type: ignore[attr-defined]
    qtmodeltester.check(model)
    return model


def shown(model: RoundModel) -> list[tuple[object, list[object]]]:
    """All rows, as a view would read them."""
    return [
        (
            (top := model.index(i, 0)).data(Role.ROW),
            [model.index(j, 0, top).data(Role.ROW) for j in range(model.rowCount(top))],
        )
        for i in range(model.rowCount())
    ]


def fresh(board: Board) -> list[tuple[object, list[object]]]:
    return [(round_row(s), list(stop_rows(s))) for s in round_sources(board.day, board.schedule)]


def shift(board: Board, position: int) -> ShiftId:
    return list(board.day.shifts)[position]


def orders_of(board: Board, position: int) -> list[OrderId]:
    return list(board.day.plan.routes[position].order_ids)


def test_shows_rounds_and_their_stops(model: RoundModel, a_board: Board) -> None:
    assert model.rowCount() == 6
    assert [model.rowCount(model.index(i, 0)) for i in range(6)] == [10] * 6
    assert shown(model) == fresh(a_board)
    first = model.index(0, 0, model.index(0, 0))
    assert first.siblingAtColumn(Column.SEQUENCE).data() == "1"
    assert first.siblingAtColumn(Column.ADDRESS).data() == a_board.day.orders[first.data(Role.ORDER_ID)].address.line
    assert "Aino Korhonen" in model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_the_same_day_again_changes_nothing(model: RoundModel, a_board: Board) -> None:
    changes = Changes(model)
    again = judged(replace(a_board.day, orders={k: replace(o) for k, o in a_board.day.orders.items()}))
    model.set_day(again.day, again.schedule)
    assert (changes.inserted, changes.removed, changes.changed, changes.resets) == ([], [], [], 0)


def test_a_move_between_two_rounds_touches_only_those(model: RoundModel, a_board: Board) -> None:
    changes = Changes(model)
    order = orders_of(a_board, 1)[4]
    after = moved(a_board, [order], shift(a_board, 5), 2)
    model.set_day(after.day, after.schedule)
    assert changes.removed == [(1, 4, 4)]
    assert changes.inserted == [(5, 2, 2)]
    touched = {parent if parent >= 0 else top for parent, top, _ in changes.changed}
    assert touched == {1, 5}
    assert changes.resets == 0
    assert shown(model) == fresh(after)
    assert model.index_of_order(order).parent().row() == 5


def test_persistent_indexes_of_other_stops_survive(model: RoundModel, a_board: Board) -> None:
    kept = {
        o: QPersistentModelIndex(model.index_of_order(o)) for o in (orders_of(a_board, 1)[7], orders_of(a_board, 5)[0])
    }
    after = moved(a_board, [orders_of(a_board, 1)[0]], shift(a_board, 5), 0)
    model.set_day(after.day, after.schedule)
    assert {o: index.data(Role.ORDER_ID) for o, index in kept.items()} == {o: o for o in kept}


def test_any_plan_after_any_other_is_shown_as_it_is(model: RoundModel, a_board: Board) -> None:
    """Twelve random plans of the same orders, rounds gone and back again among them."""
    rng = random.Random(11)
    every = list(a_board.day.orders)
    for _ in range(12):
        on_duty = rng.sample(list(a_board.day.shifts), rng.randint(1, 6))
        rng.shuffle(every)
        cuts = sorted(rng.randrange(len(every)) for _ in range(len(on_duty)))
        routes = {s: every[a:b] for s, a, b in zip(on_duty, [0, *cuts], cuts, strict=False)}
        board = judged(days.with_plan(with_shifts(a_board.day, on_duty), routes))
        model.set_day(board.day, board.schedule)
        assert shown(model) == fresh(board)
        where = {s.order_id: r.shift_id for r in board.day.plan.routes for s in r.stops}
        assert all(model.index_of_order(o).data(Role.SHIFT_ID) == where.get(o) for o in every)


def with_shifts(day: Day, kept: list[ShiftId]) -> Day:
    return replace(day, shifts={s: day.shifts[s] for s in day.shifts if s in kept})


def test_a_day_without_times_and_then_with(model: RoundModel, a_board: Board) -> None:
    changes = Changes(model)
    model.set_day(a_board.day, None)
    assert shown(model)[0][0].hours == ""
    model.set_day(a_board.day, a_board.schedule)
    assert shown(model) == fresh(a_board)
    assert (changes.inserted, changes.removed, changes.resets) == ([], [], 0)


def test_another_date_is_a_reset(model: RoundModel, a_board: Board) -> None:
    changes = Changes(model)
    other = make_board(3, 4, 0, seed=9)
    later = days.DATE.replace(day=16)
    day = replace(other.day, date=later, plan=replace(other.day.plan, date=later))
    model.set_day(day, other.schedule)
    assert changes.resets == 1
    assert model.rowCount() == 3
    assert not model.index_of_order(OrderId("nobody")).isValid()
    assert not model.index_of_shift(ShiftId("nobody")).isValid()


# ── Dropping ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def wishes(model: RoundModel) -> list[tuple[object, ...]]:
    heard: list[tuple[object, ...]] = []
    model.move_requested.connect(lambda *wish: heard.append(wish))
    return heard


def drop(model: RoundModel, data: QMimeData, row: int, parent: QModelIndex) -> tuple[bool, bool]:
    action = Qt.DropAction.MoveAction
    return model.canDropMimeData(data, action, row, 0, parent), model.dropMimeData(data, action, row, 0, parent)


def test_a_drop_on_a_round_leaves_the_place_open(model: RoundModel, a_board: Board, wishes: list[object]) -> None:
    orders = orders_of(a_board, 0)[3:5]
    before = shown(model)
    assert drop(model, drag.pack(orders), -1, model.index(4, 0)) == (True, True)
    assert wishes == [(tuple(orders), shift(a_board, 4), None)]
    assert shown(model) == before, "the model waits for the day to come back"


@pytest.mark.parametrize("row", [0, 7, 10])
def test_a_drop_between_stops_names_the_place(
    model: RoundModel, a_board: Board, wishes: list[object], row: int
) -> None:
    orders = [a_board.day.unplanned[0]]
    assert drop(model, drag.pack(orders), row, model.index(4, 0)) == (True, True)
    assert wishes == [(tuple(orders), shift(a_board, 4), row)]


def foreign() -> QMimeData:
    data = QMimeData()
    data.setText("some text")
    return data


def malformed(payload: bytes) -> QMimeData:
    data = QMimeData()
    data.setData(drag.MIME, payload)
    return data


@pytest.mark.parametrize(
    "data",
    [
        foreign(),
        drag.pack([]),
        malformed(b"\xff\xfe"),
        malformed(b"not json"),
        malformed(b"[]"),
        malformed(b"{}"),
        malformed(b'{"order_ids": "abc"}'),
        malformed(b'{"order_ids": [1, 2]}'),
    ],
)
def test_what_is_not_orders_is_refused(model: RoundModel, wishes: list[object], data: QMimeData) -> None:
    assert drop(model, data, -1, model.index(0, 0)) == (False, False)
    assert wishes == []


def test_nothing_lands_beside_the_rounds_or_on_a_stop(model: RoundModel, a_board: Board, wishes: list[object]) -> None:
    data = drag.pack(orders_of(a_board, 0)[:1])
    assert drop(model, data, 3, QModelIndex()) == (False, False)
    assert drop(model, data, -1, model.index(2, 0, model.index(3, 0))) == (False, False)
    assert wishes == []


@pytest.mark.parametrize("row", [3, 4, 5])
def test_a_drop_where_the_orders_stand_is_refused(
    model: RoundModel, a_board: Board, wishes: list[object], row: int
) -> None:
    pair = orders_of(a_board, 0)[3:5]
    assert drop(model, drag.pack(pair), row, model.index(0, 0)) == (False, False)
    assert drop(model, drag.pack(pair[::-1]), row, model.index(0, 0)) == (True, True), "in the other order it is a move"


def test_dragged_stops_keep_the_order_in_which_they_are_shown(model: RoundModel, a_board: Board) -> None:
    picked = [orders_of(a_board, 2)[9], orders_of(a_board, 0)[5], orders_of(a_board, 2)[1]]
    indexes = [model.index_of_order(o).siblingAtColumn(c) for o in picked for c in (0, 2)]
    assert drag.unpack(model.mimeData([*indexes, model.index(5, 0)])) == (picked[1], picked[2], picked[0])


def test_only_stops_can_be_dragged_and_only_rounds_dropped_on(model: RoundModel) -> None:
    flags = Qt.ItemFlag
    top, stop = model.index(0, 0), model.index(0, 0, model.index(0, 0))
    assert flags.ItemIsDropEnabled in model.flags(top)
    assert flags.ItemIsDragEnabled not in model.flags(top)
    assert flags.ItemIsDragEnabled in model.flags(stop)
    assert flags.ItemIsDropEnabled not in model.flags(stop)


def test_rows_of_an_empty_and_a_broken_round(qapp: object, qtbot: QtBot) -> None:
    board = make_board(2, 30, 0, seed=1)
    emptied = judged(days.with_plan(board.day, {shift(board, 0): list(board.day.orders)}))
    full, empty = (round_row(s) for s in round_sources(emptied.day, emptied.schedule))
    assert (empty.stops, empty.hours, empty.distance, empty.fill, empty.problems) == ("0 stops", "", "", 0.0, "")
    assert full.fill > 1
    assert "overloaded" in full.problems
    assert "too heavy" in full.tooltip
