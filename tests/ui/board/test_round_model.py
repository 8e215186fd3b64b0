"""The table of rounds: sound as a model, folded, filtered and changed by differences only, and a drop is a wish."""

import random
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QMimeData, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from tests.fixtures import days
from tests.fixtures.board import Board, judged, make_board, moved
from ui import format as fmt
from ui.board import drag
from ui.board.filtering import Filter, Mark
from ui.board.round_columns import Column
from ui.board.round_model import Role, RoundModel
from ui.board.rows import RoundRow, StopRow, round_row, stop_rows
from ui.board.source import round_sources


class Changes:
    """Writes down the rows that a model announces to have come, gone or changed, by what they are."""

    def __init__(self, model: RoundModel) -> None:
        self.model = model
        self.inserted: list[object] = []
        self.removed: list[object] = []
        self.changed: list[object] = []
        self.resets = 0
        model.rowsInserted.connect(lambda _p, a, b: self._note(self.inserted, a, b))
        model.rowsAboutToBeRemoved.connect(lambda _p, a, b: self._note(self.removed, a, b))
        model.dataChanged.connect(lambda a, b: self._note(self.changed, a.row(), b.row()))
        model.modelReset.connect(self.on_reset)

    def _note(self, into: list[object], first: int, last: int) -> None:
        into += [row.key for row in self.model.rows[first : last + 1]]

    def on_reset(self) -> None:
        self.resets += 1


@pytest.fixture(scope="module")
def a_board() -> Board:
    """Small: Qt's checker reads every cell at every change."""
    return make_board(6, 10, 3)


@pytest.fixture
def model(qapp: object, a_board: Board, qtmodeltester: ModelTester) -> RoundModel:
    """Shows the board with every round open, watched by Qt's own checker all along."""
    model = RoundModel()
    model.set_day(a_board.day, a_board.schedule)
    model.set_open(a_board.day.shifts)
    model.checker = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)  # type: ignore[attr-defined]
    qtmodeltester.check(model)
    return model


def shown(model: RoundModel) -> list[object]:
    """All rows, as a view would read them."""
    return [model.index(i, 0).data(Role.ROW) for i in range(model.rowCount())]


def fresh(board: Board, is_open: Collection[ShiftId] | None = None) -> list[object]:
    """What must be shown while these rounds, or all, are open."""
    rows: list[object] = []
    for source in round_sources(board.day, board.schedule):
        rows.append(round_row(source))
        if is_open is None or source.shift.id in is_open:
            rows += stop_rows(source)
    return rows


def shift(board: Board, position: int) -> ShiftId:
    return list(board.day.shifts)[position]


def orders_of(board: Board, position: int) -> list[OrderId]:
    return list(board.day.plan.routes[position].order_ids)


def test_shows_rounds_and_their_stops(model: RoundModel, a_board: Board) -> None:
    assert model.rowCount() == 6 * 11
    assert shown(model) == fresh(a_board)
    first = model.index(1, 0)
    assert first.siblingAtColumn(Column.SEQUENCE).data() == "1"
    assert first.siblingAtColumn(Column.ADDRESS).data() == a_board.day.orders[first.data(Role.ORDER_ID)].address.line
    spoken = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Aino Korhonen" in spoken
    assert spoken.endswith("open")


def test_a_closed_round_keeps_its_stops_to_itself(model: RoundModel, a_board: Board) -> None:
    changes = Changes(model)
    closed = shift(a_board, 2)
    model.set_open(set(a_board.day.shifts) - {closed})
    assert changes.removed == orders_of(a_board, 2)
    assert shown(model) == fresh(a_board, set(a_board.day.shifts) - {closed})
    order = orders_of(a_board, 2)[0]
    assert not model.index_of_order(order).isValid()
    assert model.shift_of(order) == closed
    assert model.stop_ids(closed) == tuple(orders_of(a_board, 2))
    model.set_open(a_board.day.shifts)
    assert changes.inserted == orders_of(a_board, 2)
    assert changes.resets == 0


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
    assert changes.removed == [order]
    assert changes.inserted == [order]
    rows = {row.key: row for row in model.rows}
    # close runs are told as one: rounds 1 and 5 are far apart, but not by more rows than a run may skip
    assert {("round", shift(a_board, 1)), ("round", shift(a_board, 5))} <= set(changes.changed)
    assert {rows[key].shift_id for key in changes.changed} <= {shift(a_board, i) for i in range(1, 6)}
    assert changes.resets == 0
    assert shown(model) == fresh(after)
    assert model.index_of_order(order).data(Role.SHIFT_ID) == shift(a_board, 5)


def test_persistent_indexes_of_other_stops_survive(model: RoundModel, a_board: Board) -> None:
    kept = {
        o: QPersistentModelIndex(model.index_of_order(o)) for o in (orders_of(a_board, 1)[7], orders_of(a_board, 5)[0])
    }
    after = moved(a_board, [orders_of(a_board, 1)[0]], shift(a_board, 5), 0)
    model.set_day(after.day, after.schedule)
    assert {o: index.data(Role.ORDER_ID) for o, index in kept.items()} == {o: o for o in kept}


def test_any_plan_after_any_other_is_shown_as_it_is(model: RoundModel, a_board: Board) -> None:
    """Twelve random plans of the same orders, rounds gone and back again among them, some folded."""
    rng = random.Random(11)
    every = list(a_board.day.orders)
    for _ in range(12):
        on_duty = rng.sample(list(a_board.day.shifts), rng.randint(1, 6))
        rng.shuffle(every)
        cuts = sorted(rng.randrange(len(every)) for _ in range(len(on_duty)))
        routes = {s: every[a:b] for s, a, b in zip(on_duty, [0, *cuts], cuts, strict=False)}
        board = judged(days.with_plan(with_shifts(a_board.day, on_duty), routes))
        model.set_day(board.day, board.schedule)
        is_open = set(rng.sample(on_duty, rng.randint(0, len(on_duty))))
        model.set_open(is_open)
        assert shown(model) == fresh(board, is_open)
        where = {s.order_id: r.shift_id for r in board.day.plan.routes for s in r.stops}
        assert all(model.shift_of(o) == where.get(o) for o in every)
        assert all(model.index_of_order(o).isValid() == (where.get(o) in is_open) for o in every)


def with_shifts(day: Day, kept: list[ShiftId]) -> Day:
    return replace(day, shifts={s: day.shifts[s] for s in day.shifts if s in kept})


def test_a_day_without_times_and_then_with(model: RoundModel, a_board: Board) -> None:
    changes = Changes(model)
    model.set_day(a_board.day, None)
    assert model.round_rows()[0].hours == ""
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
    assert len(model.round_rows()) == 3
    assert not model.index_of_order(OrderId("nobody")).isValid()
    assert not model.index_of_shift(ShiftId("nobody")).isValid()


# ── Filter ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_filter_leaves_the_stops_it_takes_and_their_rounds(model: RoundModel, a_board: Board) -> None:
    order = a_board.day.orders[orders_of(a_board, 3)[6]]
    model.set_filter(Filter(order.number.lower()))
    kept = [row for row in model.rows if isinstance(row, StopRow)]
    assert [row.order_id for row in kept] == [order.id]
    assert [row.shift_id for row in model.rows if isinstance(row, RoundRow)] == [shift(a_board, 3)]
    assert kept[0].sequence == 7, "its place in the whole round"
    model.set_filter(Filter())
    assert shown(model) == fresh(a_board)


def test_the_filter_finds_by_driver_phone_and_marks(model: RoundModel, a_board: Board) -> None:
    model.set_filter(Filter("eero"))
    assert [row.order_id for row in model.taken_stops()] == orders_of(a_board, 1)
    model.set_filter(Filter("+492415550100"))
    assert len(model.taken_stops()) == 60, "typed without its spaces"
    model.set_filter(Filter(marks=frozenset({Mark.TROUBLE})))
    broken = {s.order_id for r in a_board.schedule.routes.values() for s in r.stops if s.violations}
    assert {row.order_id for row in model.taken_stops()} == broken
    assert 0 < len(broken) < 60
    model.set_filter(Filter(marks=frozenset({Mark.HELD})))
    held = {s.order_id for r in a_board.day.plan.routes for s in r.stops if s.held}
    assert {row.order_id for row in model.taken_stops()} == held


def test_the_filter_follows_the_day(model: RoundModel, a_board: Board) -> None:
    order = orders_of(a_board, 0)[0]
    number = a_board.day.orders[order].number
    model.set_filter(Filter(number))
    after = moved(a_board, [order], shift(a_board, 4), 3)
    model.set_day(after.day, after.schedule)
    assert [row.shift_id for row in model.rows] == [shift(a_board, 4)] * 2


# ── Dropping ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def wishes(model: RoundModel) -> list[tuple[object, ...]]:
    heard: list[tuple[object, ...]] = []
    model.move_requested.connect(lambda *wish: heard.append(wish))
    return heard


def drop(model: RoundModel, data: QMimeData, shift_id: ShiftId, index: int | None) -> tuple[bool, bool]:
    return model.takes(data, shift_id, index), model.drop(data, shift_id, index)


def test_a_drop_on_a_round_leaves_the_place_open(model: RoundModel, a_board: Board, wishes: list[object]) -> None:
    orders = orders_of(a_board, 0)[3:5]
    before = shown(model)
    assert drop(model, drag.pack(orders), shift(a_board, 4), None) == (True, True)
    assert wishes == [(tuple(orders), shift(a_board, 4), None)]
    assert shown(model) == before, "the model waits for the day to come back"


@pytest.mark.parametrize("index", [0, 7, 10])
def test_a_drop_between_stops_names_the_place(
    model: RoundModel, a_board: Board, wishes: list[object], index: int
) -> None:
    orders = [a_board.day.unplanned[0]]
    assert drop(model, drag.pack(orders), shift(a_board, 4), index) == (True, True)
    assert wishes == [(tuple(orders), shift(a_board, 4), index)]


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
def test_what_is_not_orders_is_refused(
    model: RoundModel, a_board: Board, wishes: list[object], data: QMimeData
) -> None:
    assert drop(model, data, shift(a_board, 0), None) == (False, False)
    assert wishes == []


def test_nothing_lands_in_a_round_that_has_gone(model: RoundModel, a_board: Board, wishes: list[object]) -> None:
    assert drop(model, drag.pack(orders_of(a_board, 0)[:1]), ShiftId("gone"), None) == (False, False)
    assert wishes == []


@pytest.mark.parametrize("index", [3, 4, 5])
def test_a_drop_where_the_orders_stand_is_refused(
    model: RoundModel, a_board: Board, wishes: list[object], index: int
) -> None:
    pair, there = orders_of(a_board, 0)[3:5], shift(a_board, 0)
    assert drop(model, drag.pack(pair), there, index) == (False, False)
    assert drop(model, drag.pack(pair[::-1]), there, index) == (True, True), "in the other order it is a move"


def test_dragged_stops_keep_the_order_in_which_they_are_shown(model: RoundModel, a_board: Board) -> None:
    picked = [orders_of(a_board, 2)[9], orders_of(a_board, 0)[5], orders_of(a_board, 2)[1]]
    indexes = [model.index_of_order(o).siblingAtColumn(c) for o in picked for c in (0, 2)]
    assert drag.unpack(model.mimeData([*indexes, model.index(0, 0)])) == (picked[1], picked[2], picked[0])


def test_only_stops_can_be_dragged(model: RoundModel) -> None:
    assert Qt.ItemFlag.ItemIsDragEnabled not in model.flags(model.index(0, 0))
    assert Qt.ItemFlag.ItemIsDragEnabled in model.flags(model.index(1, 0))


# ── What rows say ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_of_an_empty_and_a_broken_round(qapp: object, qtbot: QtBot) -> None:
    board = make_board(2, 30, 0, seed=1)
    emptied = judged(days.with_plan(board.day, {shift(board, 0): list(board.day.orders)}))
    full, empty = (round_row(s) for s in round_sources(emptied.day, emptied.schedule))
    assert (empty.stops, empty.hours, empty.distance, empty.fill, empty.problems) == ("0 stops", "", "", 0.0, "")
    assert full.fill > 1
    assert "overloaded" in full.problems
    assert "too heavy" in full.tooltip


def test_rows_of_a_round_under_way() -> None:
    """Done, loaded, held, locked, frozen, resting and loading again: each has its words and its mark."""
    board = make_board(2, 6, 0, seed=2)
    one, other = board.day.shifts
    route = board.day.plan.routes[0]
    stops = tuple(replace(s, done=i < 2, held=i == 4) for i, s in enumerate(route.stops))
    times = board.schedule.routes[one]
    resting = replace(
        times.stops[3],
        break_at=times.stops[3].arrives_at,
        break_s=1800,
        reload_at=times.stops[3].arrives_at,
        reload_s=900,
    )
    schedule = replace(
        board.schedule,
        routes={**board.schedule.routes, one: replace(times, stops=(*times.stops[:3], resting, *times.stops[4:]))},
    )
    day = replace(
        board.day,
        plan=replace(board.day.plan, routes=(replace(route, stops=stops), *board.day.plan.routes[1:])),
        shifts={**board.day.shifts, one: replace(board.day.shifts[one], lock=Lock.SEQUENCE)},
        loaded={stops[4].order_id: one, stops[5].order_id: other},
        freeze_at=times.stops[2].starts_at + timedelta(seconds=1),
    )
    source = round_sources(day, schedule)[0]
    row, rows = round_row(source), stop_rows(source)
    assert row.stops == "2 of 6 done"
    assert row.lock is Lock.SEQUENCE
    assert "Sequence locked" in row.tooltip
    assert row.loaded == "1 of 6 loaded"
    assert [r.done for r in rows] == [True, True, False, False, False, False]
    assert [r.frozen for r in rows] == [True, True, True, False, False, False]
    assert [r.thaws for r in rows].index(True) == 2
    assert rows[3].resting
    assert [p.split()[0] for p in rows[3].pauses] == ["Loads", "Break"]
    assert "Break" in rows[3].tooltip
    assert [r.loaded for r in rows] == ["", "", "", "", "here", "elsewhere"]
    assert f"Its goods are in {day.vehicles[day.shifts[other].vehicle_id].name}" in rows[5].tooltip
    assert Mark.NOT_DONE not in rows[0].marks
    assert Mark.NOT_DONE in rows[2].marks
    assert Mark.UNLOCKED not in rows[2].marks
    assert {Mark.HELD, Mark.LOADED} <= rows[4].marks


def test_slack_is_what_is_left_of_the_window() -> None:
    board = make_board(2, 30, 0, seed=1)
    for source in round_sources(board.day, board.schedule):
        assert source.times is not None
        for row, order, times in zip(stop_rows(source), source.orders, source.times.stops, strict=True):
            open_windows = [w for w in order.windows if w.contains(times.starts_at)]
            left = (open_windows[0].closes_at - times.starts_at).total_seconds() // 60 if open_windows else None
            assert row.slack == ("" if left is None else fmt.minutes(left * 60))
