"""The rounds as they stand on the road: what rows say, what changes with it, and what stays as the hand left it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QImage, QPainter
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.proof import Outcome
from dispatcher.domain.tracking import LiveRound, Risk
from dispatcher.services.live import LiveDay
from dispatcher.services.sending import RoundSent
from tests.fixtures.board import Board, judged, make_board
from tests.fixtures.livedays import MINUTE, a_live_day, attempt, driven
from ui import format as fmt
from ui.board.filtering import Filter, Mark
from ui.board.onroad import Tally, delay_short, phone_words, tally_of
from ui.board.painting import Look, RowPainter
from ui.board.round_columns import COLUMNS, Column
from ui.board.round_model import RoundModel
from ui.board.rounds import RoundsPanel
from ui.board.rows import RoundRow, StopRow
from ui.theme import Mode, Theme


@pytest.fixture(scope="module")
def a_board() -> Board:
    return make_board(6, 10, 3)


@pytest.fixture
def model(qapp: object, a_board: Board, qtmodeltester: ModelTester) -> RoundModel:
    model = RoundModel()
    model.set_day(a_board.day, a_board.schedule)
    model.set_open(a_board.day.shifts)
    qtmodeltester.check(model)
    return model


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, a_board: Board) -> RoundsPanel:
    panel = RoundsPanel(theme)
    qtbot.addWidget(panel)
    panel.set_day(a_board.day, a_board.schedule)
    panel.resize(620, 500)
    panel.show()
    panel.view.expandAll()
    return panel


def shift(board: Board, i: int = 0) -> ShiftId:
    return list(board.day.shifts)[i]


def orders(board: Board, i: int = 0) -> tuple[OrderId, ...]:
    return board.day.plan.routes[i].order_ids


def row(model: RoundModel, order_id: OrderId) -> StopRow:
    found = model.stop_row(order_id)
    assert found is not None
    return found


def round_row(model: RoundModel, i: int = 0) -> RoundRow:
    return model.round_rows()[i]


def a_day(board: Board, late: timedelta = 12 * MINUTE) -> LiveDay:
    """The first driver has three stops behind them, stands at the fourth, and will be late at the last."""
    one, two, three, *_ = orders(board)
    ended = [
        attempt(board, one),
        attempt(board, two, Outcome.PARTLY),
        attempt(board, three, Outcome.FAILED, reason="NOT_HOME"),
    ]
    risks = {6: Risk.AT_RISK, 9: Risk.LATE}
    sent = {shift(board): RoundSent(2, 1, 1), shift(board, 1): RoundSent(1, 1, 0), shift(board, 2): RoundSent(3, 3, 3)}
    return a_live_day(board, [driven(board, shift(board), 3, late=late, here=True, risks=risks)], ended, sent)


# ── What rows say ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_stop_says_how_it_stands(model: RoundModel, a_board: Board) -> None:
    assert model.set_live(a_day(a_board))
    zone = a_board.day.depot.zone
    stops = a_board.schedule.routes[shift(a_board)].stops
    clock = lambda moment: fmt.clock(moment, zone, a_board.day.date)
    done, partly, failed, here, ahead, _, risky, *_, late = (row(model, o).now for o in orders(a_board))
    assert done.about == f"{clock(stops[0].arrives_at)}–{clock(stops[0].departs_at)}"
    assert [now.ended for now in (done, partly, failed, here)] == [*Outcome, None]
    assert (partly.verdict, failed.verdict) == ("in part", "Nobody there")
    assert here.here
    assert here.about == f"since {clock(stops[3].arrives_at + 12 * MINUTE)}"
    assert (ahead.about, ahead.more, ahead.tone) == (clock(stops[4].arrives_at + 12 * MINUTE), "", "text")
    assert (risky.more, risky.tone, bool(risky.sign)) == ("at risk", "risk", True)
    assert (late.more, late.tone, bool(late.sign)) == ("late", "late", True)
    assert late.sign != risky.sign, "not by colour alone"


def test_resting_on_a_row_tells_the_interval_and_how_it_ended(model: RoundModel, a_board: Board) -> None:
    model.set_live(a_day(a_board))
    one, _, three, *_, late = orders(a_board)
    assert "✓ Delivered" in row(model, one).tooltip or "✓ Collected" in row(model, one).tooltip
    assert "✗ Failed" in row(model, three).tooltip
    assert "Nobody there" in row(model, three).tooltip
    assert ", between " in row(model, late).tooltip


def test_each_round_says_how_it_stands(model: RoundModel, a_board: Board) -> None:
    model.set_live(a_day(a_board))
    first, second, third, fourth, *_ = model.round_rows()
    here = a_board.day.orders[orders(a_board)[3]].address.line
    assert (first.now.delay, first.now.next) == ("+12 min", f"at {here}")
    assert first.problems.startswith("1 late · 1 at risk")
    assert first.tone == "late"
    phones = [r.now.phone for r in (first, second, third, fourth)]
    assert phones == ["changed, not seen yet", "sent", "seen", "not sent"]
    assert "phone changed, not seen yet" in model.index_of_shift(shift(a_board)).data(
        Qt.ItemDataRole.AccessibleTextRole
    )


def test_a_round_that_is_over_is_late_no_more(model: RoundModel, a_board: Board) -> None:
    planned = next(r for r in model.round_rows() if r.problems == "1 late" or r.problems.startswith("1 late ·"))
    over = driven(a_board, planned.shift_id, len(a_board.day.plan.routes[0].order_ids) + 99)
    assert over.visits
    assert not over.stops
    model.set_live(a_live_day(a_board, [over]))
    now = next(r for r in model.round_rows() if r.shift_id == planned.shift_id)
    assert "late" not in now.problems


def test_who_said_how_the_last_stop_ended_is_there_no_more(model: RoundModel, a_board: Board) -> None:
    """A phone that is switched off there says nothing of having left."""
    last = len(orders(a_board)) - 1
    there = driven(a_board, shift(a_board), last, here=True)
    ended = [attempt(a_board, order_id) for order_id in orders(a_board)]
    model.set_live(a_live_day(a_board, [there], ended[:-1]))
    assert round_row(model).now.next.startswith("at ")
    model.set_live(a_live_day(a_board, [there], ended))
    assert round_row(model).now.next == ""


def test_of_a_day_that_was_never_sent_nothing_is_said_of_phones(model: RoundModel, a_board: Board) -> None:
    model.set_live(a_live_day(a_board, [], sent={}))
    assert {r.now.phone for r in model.round_rows()} == {""}


def test_a_stop_left_without_a_word_says_so(model: RoundModel, a_board: Board) -> None:
    model.set_live(a_live_day(a_board, [driven(a_board, shift(a_board), 2)]))
    now = row(model, orders(a_board)[0]).now
    assert (now.ended, now.behind) == (None, True)
    assert "said nothing" in now.lines[0]


def test_an_order_that_is_tried_again_is_ahead_again(a_board: Board) -> None:
    order_id = orders(a_board)[0]
    again = replace(a_board.day.orders[order_id], attempt=2)
    day = replace(a_board.day, orders={**a_board.day.orders, order_id: again})
    model = RoundModel()
    model.set_day(day, a_board.schedule)
    failed = attempt(a_board, order_id, Outcome.FAILED, reason="NOT_HOME")
    model.set_live(a_live_day(a_board, [driven(a_board, shift(a_board), 0)], [failed]))
    assert row(model, order_id).now.ended is None
    assert row(model, order_id).now.expected_at is not None


def test_who_came_after_the_window_is_late_for_ever(model: RoundModel, a_board: Board) -> None:
    late = next(s for t in a_board.schedule.routes.values() for s in t.stops if s.late_s)
    route = a_board.day.plan.route_of(late.order_id)
    assert route is not None
    past = route.order_ids.index(late.order_id) + 1
    model.set_live(a_live_day(a_board, [driven(a_board, route.shift_id, past)], [attempt(a_board, late.order_id)]))
    now = row(model, late.order_id).now
    assert (now.ended, now.more, now.tone) == (Outcome.DELIVERED, "late", "late")


def test_a_reason_that_the_depot_no_longer_has_is_told_by_its_code(model: RoundModel, a_board: Board) -> None:
    order_id = orders(a_board)[0]
    failed = attempt(a_board, order_id, Outcome.FAILED, reason="EATEN_BY_DOG")
    model.set_live(a_live_day(a_board, [], [failed]))
    assert row(model, order_id).now.verdict == "EATEN_BY_DOG"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "on time"), (80, "on time"), (-95, "−2 min"), (720, "+12 min"), (7_500, "+2:05 h")]
)
def test_delays_in_words(seconds: int, words: str) -> None:
    assert delay_short(seconds) == words


def test_phones_in_words() -> None:
    told = [phone_words(sent) for sent in (None, RoundSent(1, 0, 0), RoundSent(2, 1, 0), RoundSent(2, 2, 2))]
    assert told == ["not sent", "sent", "changed, not seen yet", "seen"]


def test_the_header_counts_what_stands_badly(a_board: Board) -> None:
    live, outlook = a_day(a_board), type("Seen", (), {"day": a_board.day, "schedule": a_board.schedule})
    first = a_board.schedule.routes[shift(a_board)]
    planned = a_board.schedule.late_stops - sum(1 for s in first.stops if s.late_s)
    assert tally_of(outlook, live) == Tally(planned + 1, 1, 1)  # type: ignore[arg-type]


# ── What changes ─────────────────────────────────────────────────────────────────────────────────────────────────────


def changes_of(model: RoundModel, act: Callable[[], object]) -> tuple[set[object], int]:
    """The rows that were told to have changed, and how many other signals there were."""
    changed: set[object] = set()
    others: list[object] = []
    told = lambda a, b: changed.update(r.key for r in model.rows[a.row() : b.row() + 1])
    model.dataChanged.connect(told)
    for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
        signal.connect(lambda *_: others.append(1))
    act()
    model.dataChanged.disconnect(told)
    return changed, len(others)


def test_one_driver_who_moved_changes_the_rows_of_that_round_alone(model: RoundModel, a_board: Board) -> None:
    rounds = [driven(a_board, shift(a_board, i), 3) for i in range(6)]
    model.set_live(a_live_day(a_board, rounds))
    moved = [
        driven(a_board, shift(a_board, 2), 3, late=5 * MINUTE),
        *(r for r in rounds if r.shift_id != shift(a_board, 2)),
    ]
    changed, others = changes_of(model, lambda: model.set_live(a_live_day(a_board, moved)))
    # close runs are told as one
    assert {("round", shift(a_board, 2)), *orders(a_board, 2)[3:]} <= changed
    assert changed <= {("round", shift(a_board, 2)), *orders(a_board, 2)}
    assert others == 0


def test_the_same_again_changes_nothing_and_seconds_are_no_news(model: RoundModel, a_board: Board) -> None:
    there = driven(a_board, shift(a_board), 3)
    model.set_live(a_live_day(a_board, [there]))
    soon = timedelta(seconds=59 - there.stops[0].expected_at.second)
    assert not model.set_live(a_live_day(a_board, [driven(a_board, shift(a_board), 3)]))
    few = timedelta(seconds=1) if soon > timedelta(seconds=1) else -timedelta(seconds=1)
    same = [replace(s, expected_at=s.expected_at + few) for s in there.stops if s.expected_at.second not in (0, 59)]
    nudged = {s.order_id: s for s in same}
    later = replace(there, stops=tuple(nudged.get(s.order_id, s) for s in there.stops))
    changed, _ = changes_of(model, lambda: model.set_live(a_live_day(a_board, [later])))
    assert changed <= {("round", shift(a_board))}


def test_a_new_day_of_the_plan_keeps_what_the_road_says(model: RoundModel, a_board: Board) -> None:
    model.set_live(a_day(a_board))
    before = row(model, orders(a_board)[4]).now
    held = replace(a_board.day.shifts[shift(a_board)], ends_at=a_board.day.shifts[shift(a_board)].ends_at + MINUTE)
    day = replace(a_board.day, shifts={**a_board.day.shifts, held.id: held})
    again = judged(day)
    model.set_day(again.day, again.schedule)
    assert row(model, orders(a_board)[4]).now == before
    assert round_row(model).now.delay == "+12 min"


def test_another_days_road_says_nothing_here_and_none_takes_it_back(model: RoundModel, a_board: Board) -> None:
    live = a_day(a_board)
    assert not model.set_live(replace(live, date=live.date + timedelta(days=1)))
    model.set_live(live)
    assert model.set_live(None)
    assert all(not r.now.about for r in model.all_stop_rows())
    assert not round_row(model).now.phone


@pytest.mark.parametrize("mark", [Mark.AT_RISK, Mark.FAILED, Mark.NOT_SEEN])
def test_the_filter_follows_the_road(model: RoundModel, a_board: Board, mark: Mark) -> None:
    model.set_filter(Filter(marks=frozenset({mark})))
    assert model.taken_stops() == []
    model.set_live(a_day(a_board))
    of_first, of_second = orders(a_board), orders(a_board, 1)
    wanted = {
        Mark.AT_RISK: [of_first[6]],
        Mark.FAILED: [of_first[2]],
        Mark.NOT_SEEN: [*of_first[4:], *of_second],
    }
    assert [r.order_id for r in model.taken_stops()] == wanted[mark]
    assert [r.key for r in model.rows if isinstance(r, StopRow)] == wanted[mark]
    model.set_live(None)
    assert list(model.rows) == []


# ── Under the hand ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_selection_folding_and_scroll_stay(panel: RoundsPanel, a_board: Board) -> None:
    told: list[object] = []
    panel.select([orders(a_board, 3)[4]])
    panel.view.toggle(shift(a_board, 1))
    panel.view.verticalScrollBar().setValue(300)
    panel.selection_changed.connect(lambda *s: told.append(s))
    for late in range(5):
        panel.set_live(a_day(a_board, late * 7 * MINUTE))
    assert panel.view.selected_orders() == (orders(a_board, 3)[4],)
    assert shift(a_board, 1) not in panel.model.open_rounds
    assert panel.view.verticalScrollBar().value() == 300
    assert told == []


def test_the_column_comes_with_the_road_and_keeps_its_width(panel: RoundsPanel, a_board: Board) -> None:
    assert panel.view.isColumnHidden(Column.ABOUT)
    panel.set_live(a_live_day(a_board, [driven(a_board, shift(a_board), 0)]))
    wide = panel.view.columnWidth(Column.ABOUT)
    assert not panel.view.isColumnHidden(Column.ABOUT)
    panel.set_live(a_day(a_board))
    assert panel.view.columnWidth(Column.ABOUT) == wide
    panel.set_live(None)
    assert panel.view.isColumnHidden(Column.ABOUT)


def test_columns_that_were_arranged_before_there_was_this_one(panel: RoundsPanel, a_board: Board) -> None:
    panel.set_live(a_day(a_board))
    state = panel.state()
    columns = dict(state["columns"])  # type: ignore[call-overload]
    columns["order"] = [n for n in columns["order"] if n != "about"]
    columns["chosen"] = [n for n in columns["chosen"] if n != "about"]
    panel.restore({**state, "columns": columns})
    header = panel.view.horizontalHeader()
    shown = sorted((c for c in Column if not panel.view.isColumnHidden(c)), key=header.visualIndex)
    assert [COLUMNS[c].name for c in shown][:4] == ["sequence", "eta", "about", "address"]


def test_a_count_of_the_header_shows_what_it_counts_and_everything_again(panel: RoundsPanel, a_board: Board) -> None:
    panel.set_live(a_day(a_board))
    panel.show_only(Mark.FAILED)
    assert [r.key for r in panel.model.rows] == [("round", shift(a_board)), orders(a_board)[2]]
    panel.show_only(Mark.FAILED)
    assert len(panel.model.all_stop_rows()) == len(panel.model.taken_stops())


def test_a_failed_stop_offers_what_to_do_first(panel: RoundsPanel, a_board: Board) -> None:
    again, load = QAction("Try again…", panel), QAction("Bigger load…", panel)
    panel.offer_troubles([again, load], [])
    panel.set_live(a_day(a_board))
    for order_id, first in ((orders(a_board)[2], True), (orders(a_board)[1], False), (orders(a_board)[5], False)):
        panel.select([order_id])
        menu = panel.context_menu()
        assert (menu.actions()[0] is again) is first
        menu.close()


class Scribe(QPainter):
    """Remembers what it wrote."""

    def __init__(self, image: QImage) -> None:
        super().__init__(image)
        self.written: list[str] = []

    def drawText(self, *told: object) -> None:
        self.written.append(str(told[-1]))
        super().drawText(*told)  # type: ignore[call-overload]


@pytest.mark.parametrize("width", [620, 300, 240])
def test_where_room_is_short_the_delay_stays_whole(model: RoundModel, a_board: Board, theme: Theme, width: int) -> None:
    model.set_live(a_live_day(a_board, [driven(a_board, shift(a_board), 3, late=125 * MINUTE)]))
    image = QImage(width, 60, QImage.Format.Format_ARGB32)
    painter = Scribe(image)
    RowPainter(theme).paint_round(painter, image.rect(), round_row(model), Look())
    painter.end()
    assert "+2:05 h" in painter.written
    assert any("stop" in words or "of" in words for words in painter.written)


@pytest.mark.parametrize("width", [300, 380, 620])
@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_it_paints_at_any_width(panel: RoundsPanel, a_board: Board, theme: Theme, width: int, mode: Mode) -> None:
    """No warning, no exception; and what the road says is seen."""
    try:
        theme.apply(mode, 1.0)
        panel.resize(width, 500)
        quiet = panel.grab().toImage()
        panel.set_live(a_day(a_board))
        assert panel.grab().toImage() != quiet
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_a_round_of_nobody(model: RoundModel, a_board: Board) -> None:
    """A live round whose stops are another's by now, and attempts at orders that left the day."""
    gone = LiveRound(ShiftId("gone"), a_board.day.shifts[shift(a_board)].driver_id)
    stray = replace(attempt(a_board, orders(a_board)[0]), order_id=OrderId("gone"))
    live = a_live_day(a_board, [gone, driven(a_board, shift(a_board), 3)], [stray])
    assert model.set_live(live)
    assert row(model, orders(a_board)[0]).now.ended is None
