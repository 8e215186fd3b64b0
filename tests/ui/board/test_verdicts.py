"""The verdict while stops are in the hand: in every row, beside the pointer, and in the chooser behind "Move to…"."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.schedule import Rule, Violation
from tests.fixtures.board import Board
from tests.fixtures.dragging import Hand
from tests.fixtures.verdicts import make_verdict
from ui.board import drag, words
from ui.board.move_to import MoveTo
from ui.board.rounds import RoundsPanel
from ui.theme import Mode, Theme

LATE = Violation(Rule.LATE, 300)
popups = pytest.mark.qt_log_ignore("does not support (raise|grabbing the keyboard)")  # the offscreen platform


def shifts(board: Board) -> list[ShiftId]:
    return list(board.day.shifts)


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_verdict_names_figures_and_every_new_breach() -> None:
    broken = (LATE, LATE, Violation(Rule.WEIGHT, 12), Violation(Rule.VOLUME, 3), Violation(Rule.BREAK, 60))
    ruling = words.ruling(make_verdict(late=2, breaks=broken), "EUR")
    assert ruling.text == "+6 min · +1.2 km · +€3.40 · 2 late · overloaded · late break"
    assert ruling.tone == "late"


@pytest.mark.parametrize(
    ("verdict", "tone", "said"),
    [
        (make_verdict(), "text", "+6 min · +1.2 km · +€3.40"),
        (make_verdict(minutes=-4, km=-0.9, cost=-150), "done", "−4 min · −0.9 km · −€1.50"),
        (make_verdict(mends=2), "done", "+6 min · +1.2 km · +€3.40 · mends 2"),
        (make_verdict(worse=(LATE,)), "risk", "+6 min · +1.2 km · +€3.40 · later still"),
        (make_verdict(worse=(Violation(Rule.WEIGHT, 1),)), "risk", "+6 min · +1.2 km · +€3.40 · worse"),
        (make_verdict(breaks=(LATE,)), "late", "+6 min · +1.2 km · +€3.40 · still late"),
        (make_verdict(minutes=0, km=0, cost=0), "text", "no change"),
        (make_verdict(minutes=0, km=0, cost=0, mends=1), "done", "+0 min · +0.0 km · +€0.00 · mends 1"),
        (make_verdict(handling_s=600), "text", "+6 min · +1.2 km · +€3.40 · hand over 10 min"),
    ],
)
def test_tones(verdict: object, tone: str, said: str) -> None:
    ruling = words.ruling(verdict, "EUR")  # type: ignore[arg-type]
    assert (ruling.tone, ruling.text) == (tone, said)


def test_currencies_without_a_sign_of_their_own_are_spelt_out() -> None:
    assert "+3.40 SEK" in words.ruling(make_verdict(), "SEK").text


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_has_words_for_what_stopped_a_driver(rule: Rule) -> None:
    assert words.stopped_words(rule)


# ── In the rows ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, a_board: Board) -> RoundsPanel:
    panel = RoundsPanel(theme)
    qtbot.addWidget(panel)
    panel.set_day(a_board.day, a_board.schedule)
    panel.resize(480, 700)
    panel.show()
    return panel


def picture_of(panel: RoundsPanel, shift_id: ShiftId) -> QImage:
    return panel.view.viewport().grab(box_of(panel, shift_id)).toImage()


def box_of(panel: RoundsPanel, shift_id: ShiftId) -> QRect:
    return panel.view.row_rect(panel.model.index_of_shift(shift_id).row())


def ground_of(image: QImage) -> QColor:
    """What the row is painted on: right below its upper rule, at its right end."""
    return image.pixelColor(image.width() - 4, 3)


def test_every_row_shows_its_verdict_and_the_best_is_marked(panel: RoundsPanel, theme: Theme, a_board: Board) -> None:
    best, bad, *_ = rounds = shifts(a_board)
    before = {s: picture_of(panel, s) for s in rounds}
    verdicts = {s: make_verdict(s) for s in rounds} | {bad: make_verdict(bad, late=1, breaks=(LATE,))}
    panel.show_verdicts(verdicts)
    assert panel.view.rulings.best == best
    assert set(panel.view.rulings.by_shift) == set(rounds)
    assert all(picture_of(panel, s) != before[s] for s in rounds)
    assert ground_of(picture_of(panel, best)) == theme.colour("done_tint")
    assert ground_of(picture_of(panel, bad)) == theme.colour("base")
    panel.clear_verdicts()
    assert all(picture_of(panel, s) == before[s] for s in rounds)


def test_only_those_with_a_verdict_lose_their_own_figures(panel: RoundsPanel, a_board: Board) -> None:
    first, second, *_ = shifts(a_board)
    before = picture_of(panel, second)
    panel.show_verdicts({first: make_verdict(first)})
    assert picture_of(panel, second) == before


@pytest.mark.parametrize(("width", "kept"), [(1_000, 5), (150, 3), (10, 1)])
def test_where_room_is_short_the_breaches_stay(theme: Theme, width: int, kept: int) -> None:
    from ui.board.painting import RowPainter

    ruling = words.ruling(make_verdict(late=2, breaks=(LATE, Violation(Rule.SKILL, 1))), "EUR")
    parts = RowPainter(theme)._fitting(ruling.parts, width, 10)
    assert len(parts) <= kept
    assert parts[-1].text == "skill" if kept > 1 else parts[0].text == "2 late"


def test_a_drag_from_outside_is_told_from_entering_to_leaving(panel: RoundsPanel, a_board: Board) -> None:
    heard: list[object] = []
    panel.drag_began.connect(heard.append)
    panel.drag_ended.connect(lambda: heard.append("ended"))
    panel.drag_began.connect(lambda _orders: panel.show_verdicts({s: make_verdict(s) for s in shifts(a_board)}))
    order = a_board.day.unplanned[0]
    hand = Hand(panel.view, drag.pack([order]))
    for at in (box_of(panel, shifts(a_board)[0]).center(), box_of(panel, shifts(a_board)[3]).center()):
        hand.enter(at)
        hand.move(at)
    assert heard == [(order,)], "once, however often it moves"
    assert panel.view.rulings.by_shift
    hand.leave()
    assert heard == [(order,), "ended"]
    assert not panel.view.rulings.by_shift


def test_our_own_drag_goes_on_outside_and_ends_with_its_loop(qtbot: QtBot, theme: Theme, a_board: Board) -> None:
    heard: list[object] = []

    def carry(dragged: object) -> None:
        hand = Hand(panel.view, dragged.mimeData())  # type: ignore[attr-defined]
        hand.enter(box_of(panel, shifts(a_board)[0]).center())
        hand.leave()
        heard.append("outside")
        hand.enter(box_of(panel, shifts(a_board)[1]).center())
        hand.leave()
        dragged.deleteLater()  # type: ignore[attr-defined]

    panel = RoundsPanel(theme, run_drag=carry)  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.set_day(a_board.day, a_board.schedule)
    panel.drag_began.connect(heard.append)
    panel.drag_ended.connect(lambda: heard.append("ended"))
    chosen = a_board.day.plan.routes[2].order_ids[:2]
    panel.select(chosen)
    panel.view.startDrag(Qt.DropAction.MoveAction)
    assert heard == [chosen, "outside", "ended"]


def test_the_place_between_stops_has_a_bubble_that_leaves_it_free(panel: RoundsPanel, a_board: Board) -> None:
    one = shifts(a_board)[0]
    panel.view.set_open([one])
    hand = Hand(panel.view, drag.pack([a_board.day.unplanned[0]]))
    panel.drop_hovered.connect(lambda *_: panel.show_verdict("+12 min · 2 late", "late"))
    place = panel.model.index_of_order(a_board.day.plan.routes[0].order_ids[3]).row()
    at = panel.view.row_rect(place).center()
    hand.enter(at)
    hand.move(at)
    bubble = panel.view._bubble
    assert bubble.isVisible()
    assert panel.view.verdict == "+12 min · 2 late"
    assert not bubble.geometry().intersects(panel.view.row_rect(place))
    assert panel.view.viewport().rect().contains(bubble.geometry())
    hand.leave()
    assert not bubble.isVisible()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_a_long_verdict_stays_inside_a_narrow_panel(
    panel: RoundsPanel, theme: Theme, a_board: Board, scale: float
) -> None:
    try:
        theme.apply(Mode.DARK, scale)
        panel.resize(280, 700)
        panel.view.set_open(shifts(a_board)[:1])
        hand = Hand(panel.view, drag.pack([a_board.day.unplanned[0]]))
        hand.enter(QPoint(200, panel.view.row_rect(4).center().y()))
        panel.show_verdict("+12 min · +13.1 km · +€14.20 · 2 late · overloaded · too many stops", "late")
        assert panel.view.viewport().rect().contains(panel.view._bubble.geometry())
        hand.leave()
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_a_round_whose_row_says_it_needs_no_bubble(panel: RoundsPanel, a_board: Board) -> None:
    one = shifts(a_board)[0]
    panel.show_verdicts({one: make_verdict(one)})
    panel.drop_hovered.connect(lambda *_: panel.show_verdict("+6 min"))
    hand = Hand(panel.view, drag.pack([a_board.day.unplanned[0]]))
    hand.enter(box_of(panel, one).center())
    assert panel.view.verdict == ""
    hand.leave()


def test_resting_on_a_closed_round_opens_it(panel: RoundsPanel, a_board: Board, qtbot: QtBot) -> None:
    one = shifts(a_board)[2]
    hand = Hand(panel.view, drag.pack([a_board.day.unplanned[0]]))
    hand.enter(box_of(panel, one).center())
    qtbot.waitUntil(lambda: one in panel.model.open_rounds)
    hand.leave()


# ── The chooser ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def chooser(qtbot: QtBot, theme: Theme) -> MoveTo:
    chooser = MoveTo(theme)
    qtbot.addWidget(chooser)
    return chooser


def offered(chooser: MoveTo, board: Board) -> list[ShiftId]:
    """Best first: the last driver; the first one has no verdict."""
    ranked = shifts(board)[:0:-1]
    orders = board.day.unplanned[:2]
    chooser.offer(orders, {s: make_verdict(s) for s in ranked}, board.day, QPoint(20, 20))
    return ranked


@popups
def test_the_chooser_lists_drivers_best_first(chooser: MoveTo, a_board: Board) -> None:
    ranked = offered(chooser, a_board)
    assert [offer.shift_id for offer in chooser.shown] == [*ranked, shifts(a_board)[0]]
    assert [offer.best for offer in chooser.shown].index(True) == 0
    assert chooser.title.text() == "Move 2 stops to"
    assert chooser.shown[-1].ruling is None
    assert "+6 min" in chooser.list.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)


@popups
def test_the_driver_with_whom_all_stays_as_it_is_is_no_offer_to_take_at_once(chooser: MoveTo, a_board: Board) -> None:
    own, other, third, *_ = shifts(a_board)
    verdicts = {own: make_verdict(own, minutes=0, km=0, cost=0), other: make_verdict(other), third: make_verdict(third)}
    chooser.offer(a_board.day.unplanned[:1], verdicts, a_board.day, QPoint(20, 20))
    assert [offer.shift_id for offer in chooser.shown[:3]] == [other, third, own]
    assert [offer.best for offer in chooser.shown[:3]] == [True, False, False]


@popups
def test_enter_moves_to_the_best_and_arrows_to_others(chooser: MoveTo, a_board: Board) -> None:
    heard: list[tuple[object, ...]] = []
    chooser.move_requested.connect(lambda *wish: heard.append(wish))
    ranked = offered(chooser, a_board)
    QTest.keyClick(chooser.edit, Qt.Key.Key_Return)
    assert heard == [(a_board.day.unplanned[:2], ranked[0], None)]
    assert not chooser.isVisible()
    offered(chooser, a_board)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Enter):
        QTest.keyClick(chooser.edit, key)
    assert heard[-1][1] == ranked[1]


@popups
def test_typing_narrows_and_nothing_found_moves_nothing(chooser: MoveTo, a_board: Board) -> None:
    heard: list[object] = []
    chooser.move_requested.connect(heard.append)
    offered(chooser, a_board)
    QTest.keyClicks(chooser.edit, "eero")
    assert [offer.driver for offer in chooser.shown] == ["Eero Laine"]
    QTest.keyClicks(chooser.edit, " nobody")
    assert chooser.shown == ()
    QTest.keyClick(chooser.edit, Qt.Key.Key_Return)
    assert heard == []
    QTest.keyClick(chooser.edit, Qt.Key.Key_Escape)
    assert not chooser.isVisible()
    assert heard == []


@popups
def test_a_click_moves(chooser: MoveTo, a_board: Board) -> None:
    heard: list[tuple[object, ...]] = []
    chooser.move_requested.connect(lambda *wish: heard.append(wish))
    ranked = offered(chooser, a_board)
    at = chooser.list.visualRect(chooser.list.model().index(2, 0)).center()
    QTest.mouseClick(chooser.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert heard[0][1] == ranked[2]


@popups
def test_opened_again_it_forgets_what_was_typed(chooser: MoveTo, a_board: Board) -> None:
    offered(chooser, a_board)
    QTest.keyClicks(chooser.edit, "eero")
    QTest.keyClick(chooser.edit, Qt.Key.Key_Escape)
    offered(chooser, a_board)
    assert chooser.edit.text() == ""
    assert len(chooser.shown) == 8
