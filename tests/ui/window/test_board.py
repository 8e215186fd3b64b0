"""The board at work: verdicts before a drop, proposals in parts, fixes, the past, what-if copies, filters."""

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from dispatcher.domain.fleet import Lock
from dispatcher.domain.schedule import Schedule
from dispatcher.services import plan
from dispatcher.services.home import Home
from dispatcher.services.planning import PlanningDesk
from tests.ui.window.conftest import SLUG, TODAY, OpenWindow, now, open_store
from tests.ui.window.shown import Shown
from tests.ui.window.test_moving import two_rounds, undo
from ui.app import Program
from ui.theme import Theme


def judged(shown: Shown) -> Schedule:
    return PlanningDesk(shown.workplace.roads).look(shown.stored()).schedule


def ask_better(shown: Shown) -> str:
    """Look for a better plan of the day; the id of the card that comes."""
    with shown.qtbot.waitSignal(shown.window.proposals.offered, timeout=60_000) as offered:
        shown.window.actions_by_name["improve"].trigger()
    shown.settle()
    return offered.args[0].id


def test_every_driver_says_what_taking_a_stop_would_cost(shown: Shown) -> None:
    giving, _ = two_rounds(shown)
    order_id = shown.routes()[giving][0]
    before = judged(shown)
    shown.window.board.rounds.drag_began.emit((order_id,))
    shown_rulings = dict(shown.window.board.rounds.view.rulings.by_shift)
    assert set(shown_rulings) == set(shown.routes())
    assert all(ruling.text for ruling in shown_rulings.values())
    verdicts = shown.window.wires.verdicts.all((order_id,))
    best = next(s for s in verdicts if s != giving)
    shown.window.board.rounds.drag_ended.emit()
    shown.window.hand.submit("Land", lambda uow: plan.land_orders(
        uow, order_ids=(order_id,), to_shift=best, sequence=verdicts[best].sequence))  # fmt: skip
    shown.settle()
    after = judged(shown)
    assert after.cost - before.cost == verdicts[best].cost
    assert after.distance_m - before.distance_m == verdicts[best].distance_m


def test_a_proposal_is_taken_in_part_and_the_rest_stays(shown: Shown) -> None:
    shuffled = shown.stored()
    (a, first), (b, second), *_ = shown.routes().items()
    worse = {a: (*first[::2], *second[::2]), b: (*first[1::2], *second[1::2])}
    proposal = plan.Proposal(shuffled.date, shuffled.revision, plan.sequences_of(shuffled), worse)
    shown.window.hand.apply("Muddle", proposal)
    shown.settle()
    before = shown.routes()
    card_id = ask_better(shown)
    card = shown.window.proposals.card(card_id)
    assert card is not None
    assert card.saves_cost > 0
    assert shown.routes() == before
    one = next(stop for stop in card.stops if stop.moves and stop.after_shift)
    shown.window.board.proposals.accept_requested.emit(card_id, (), (one.order_id,))
    shown.settle()
    assert one.order_id in shown.routes()[one.after_shift]
    rest = shown.window.proposals.card(card_id)
    assert rest is not None
    assert rest.moves == card.moves - 1
    shown.window.board.proposals.accept_requested.emit(card_id, (), ())
    shown.settle()
    assert shown.window.proposals.card(card_id) is None
    shown.assert_views_agree()
    undo(shown)
    undo(shown)
    assert shown.routes() == before


def test_what_is_locked_is_not_replanned(shown: Shown) -> None:
    locked, other = two_rounds(shown)
    shown.window.board.rounds.lock_requested.emit((locked,), Lock.ROUTE)
    shown.settle()
    assert shown.stored().shifts[locked].lock is Lock.ROUTE
    before = shown.routes()[locked]
    shown.window.hand.resequence((locked, other))
    shown.settle()
    assert shown.routes()[locked] == before


def test_a_fix_is_an_ordinary_step(shown: Shown) -> None:
    giving, _ = two_rounds(shown)
    order_id = shown.routes()[giving][0]
    shown.window.hand.unassign((order_id,))
    shown.settle()
    before = shown.routes()
    shown.window.wires.explain(order_id)
    shown.until(lambda: shown.window.board.inspector.fixes.buttons)
    QTest.mouseClick(shown.window.board.inspector.fixes.buttons[0], Qt.MouseButton.LeftButton)
    shown.until(lambda: order_id not in shown.stored().unplanned)
    shown.settle()
    assert order_id not in shown.in_pool()
    shown.assert_views_agree()
    undo(shown)
    assert shown.routes() == before


def test_the_past_is_looked_at_and_not_changed(shown: Shown) -> None:
    first = shown.routes()
    giving, taking = two_rounds(shown)
    shown.window.hand.move(first[giving][:2], taking)
    shown.settle()
    now_routes = shown.routes()
    assert now_routes != first
    entries = shown.workplace.store.entries(on=TODAY)
    before_the_move = next(e for e in entries if "Move" not in e.label)
    with shown.qtbot.waitSignal(shown.window.day.past_changed, timeout=30_000):
        shown.window.board.history.moment_requested.emit(before_the_move)
    shown.settle()
    assert shown.in_tree() == first
    assert shown.window.past_banner.isVisible()
    shown.window.hand.unassign(first[giving][:1])
    assert "go back to now" in shown.told[-1]
    shown.window.past_banner.take_back_requested.emit()
    shown.settle()
    assert shown.routes() == first
    assert not shown.window.past_banner.isVisible()
    undo(shown)
    assert shown.routes() == now_routes
    shown.assert_views_agree()


def test_the_map_and_the_lanes_follow_the_filter(shown: Shown) -> None:
    name = shown.window.day.driver_name(two_rounds(shown)[0])
    rounds = shown.window.board.rounds
    rounds.focus_filter()
    QTest.keyClicks(rounds.line.edit, name)
    shown.settle()
    assert len(shown.window.board.timeline.showing.lanes) == 1
    rounds.line.edit.clear()
    shown.settle()
    assert len(shown.window.board.timeline.showing.lanes) == len(shown.routes())


def test_any_command_runs_by_its_name(shown: Shown) -> None:
    palette = shown.window.palette_box
    shown.window.actions_by_name["palette"].trigger()
    QTest.keyClicks(palette.box, "clear plan")
    QTest.keyClick(palette.box, Qt.Key.Key_Return)
    shown.settle()
    assert not any(shown.routes().values())
    assert not palette.isVisible()


def test_a_driver_is_found_by_name_and_by_number(shown: Shown) -> None:
    giving, _ = two_rounds(shown)
    find = shown.window.header.find
    find.setFocus()
    QTest.keyClicks(find, f"round {shown.window.day.driver_name(giving)}")
    QTest.keyClick(find, Qt.Key.Key_Return)
    assert shown.window.board.selected_shifts == (giving,)


def test_every_action_of_the_menus_has_a_key_of_its_own(shown: Shown) -> None:
    from ui.window.palette import commands_of

    plain = [
        c for c in commands_of(shown.window.menuBar()) if not c.action.isCheckable() or "panel" in c.action.objectName()
    ]
    without = [c.path for c in plain if c.action.shortcut().isEmpty()]
    assert without == []


def test_a_part_floats_on_its_own_and_stays_linked(shown: Shown) -> None:
    dock = shown.window.board.docks["Map"]
    dock.setFloating(True)
    shown.settle()
    assert dock.isWindow()
    giving, _ = two_rounds(shown)
    order_id = shown.routes()[giving][0]
    shown.window.board.select((order_id,))
    shown.settle()
    assert shown.on_map()["selected"] == [order_id]
    dock.setFloating(False)
    shown.settle()
    shown.assert_views_agree()


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_copy_is_worked_in_and_promoted(
    depot_home: Home, theme: Theme, qtbot: QtBot, open_window: OpenWindow
) -> None:
    from functools import partial

    from dispatcher.services import whatifs
    from dispatcher.services.workplace import create_depot, open_workplace

    opener = partial(open_workplace, depot_home, open_store=open_store, clock=now)
    program = Program(
        depot_home, theme, opener, lambda d: create_depot(depot_home, d, open_store=open_store), open_store
    )
    with qtbot.waitSignal(program.painted, timeout=30_000):
        program.open(SLUG, TODAY)
    window = program.window
    assert window is not None
    depot = Shown(window, window._workplace, qtbot)
    first = depot.routes()
    whatifs.make(
        depot_home, SLUG, depot.workplace.store, name="Without the first", on=TODAY, clock=now, open_store=open_store
    )
    with qtbot.waitSignal(program.painted, timeout=30_000):
        window.what_if_requested.emit("Without the first", TODAY)
    inside = program.window
    assert inside is not None
    copy = Shown(inside, inside._workplace, qtbot)
    assert inside.what_if_banner.isVisible()
    copy.window.hand.unassign(first[next(iter(first))])
    copy.settle()
    changed = copy.routes()
    button = inside.what_if_banner.findChild(QPushButton, "banner.whatif.promote")
    assert isinstance(button, QPushButton)
    with qtbot.waitSignal(program.painted, timeout=30_000):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    outside = program.window
    assert outside is not None
    assert outside is not inside
    back = Shown(outside, outside._workplace, qtbot)
    back.until(lambda: back.routes() == changed)
    back.settle()
    back.assert_views_agree()
    undo(back)
    assert back.routes() == first
    back.close()
    assert not shiboken6.isValid(inside)
