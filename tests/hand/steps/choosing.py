"""A dock on its own screen, stops chosen by box and lasso, all of them unassigned, and everything undone."""

from dataclasses import replace

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton

from dispatcher.domain.plan import Day
from tests.hand.script import Stage, step
from tests.hand.steps.moving import show_only


@step("Float the timeline, select through it, dock it again")
def float_a_dock(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    dock = lambda: see.window.board.docks["Timeline"]
    button = lambda: dock().findChild(QAbstractButton, "qt_dockwidget_floatbutton")
    hand.roll(see.of(lambda: see.window.board.timeline.chart), -10)
    hand.click(see.of(button))
    see.until(lambda: dock().isFloating(), "it floats")
    shown = lambda: dock().windowHandle().isExposed() and dock().mapToGlobal(QPoint()).y() > 100
    see.until(shown, "it is a window of its own")
    title = lambda: see.of(dock, lambda w: w.rect().topLeft() + QPoint(200, 12))
    before = title()
    with hand.holding("ctrl"):  # which keeps it from being docked on the way
        hand.take(before)
        hand.carry((before[0] + 180, before[1] - 240))
        hand.let_go()
    stage.check(see.ask(lambda: dock().isFloating()), "it still floats")
    stage.check(title()[1] < before[1] - 200, f"it went along with the hand: {before} → {title()}")
    see.settle()
    lane = see.ask(lambda: see.window.board.timeline.showing.lanes[0])
    order_id = lane.route[2]
    hand.click(see.lane_stop(order_id))
    see.until(lambda: see.window.board.selected == (order_id,), "a click in it selects on the board")
    chosen = see.ask(lambda: see.window.board.rounds.view.selected_orders())
    stage.check(chosen == (order_id,), "the table follows")
    see.map_until(lambda page: page["selected"] == [order_id], "the map follows")
    stage.picture("floating")
    show_only(stage)
    other = lane.shift_id
    hand.click(see.round_row(other))
    see.until(lambda: other in see.window.board.timeline.showing.shifts, "it follows the table")
    hand.click(see.of(button))
    see.until(lambda: not dock().isFloating(), "it is docked again")
    see.settle()
    stage.picture("docked")


@step("Choose stops on the map by box and lasso; unassign them all")
def box_and_lasso(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    hand.key("ctrl+0")
    hand.click(see.map_point(60, 300))
    marks = see.lone_marks(gap=12)
    width, height = see.ask(lambda: (see.window.board.map.width(), see.window.board.map.height()))
    middle = width / 2, height / 2
    hand.key("b")
    see.map_until(lambda page: page["tool"] == "box", "B takes the box up")
    corners = (middle[0] - 90, middle[1] - 70), (middle[0] + 60, middle[1] + 60)
    _sweep(stage, corners, "box")
    boxed = set(see.map_until(lambda page: page["selected"], "the box has chosen stops")["selected"])
    inside = {o for o, (x, y) in marks.items() if _within(corners, x, y)}
    stage.check(inside <= boxed, f"every lone mark inside is chosen: {inside - boxed}")
    see.until(lambda: set(see.window.board.selected) == boxed, "the board follows")
    stage.picture("boxed")
    hand.key("l")
    see.map_until(lambda page: page["tool"] == "lasso", "L takes the lasso up")
    x, y = middle
    _sweep(stage, ((x - 40, y - 120), (x + 90, y - 90), (x + 110, y + 20), (x + 10, y + 40), (x - 60, y - 20)), "lasso")
    see.map_until(lambda page: set(page["selected"]) not in (set(), boxed), "the lasso has chosen others")
    chosen = see.ask(lambda: see.window.board.selected)
    planned = [o for o in chosen if see.shift_of(o)]
    stage.note(f"box {len(boxed)}, lasso {len(chosen)}")
    stage.picture("lassoed")
    revision = see.revision()
    hand.key("ctrl+1", "Delete")
    stage.changed(revision, "they are unassigned")
    stage.check(all(see.shift_of(o) is None for o in planned), "none of them is planned any more")
    stage.picture("unassigned")


def _within(corners: tuple[tuple[float, float], tuple[float, float]], x: float, y: float) -> bool:
    (left, top), (right, bottom) = corners
    return left + 8 < x < right - 8 and top + 8 < y < bottom - 8


def _sweep(stage: Stage, points: tuple[tuple[float, float], ...], name: str) -> None:
    """With the button down over these points of the map."""
    hand, see = stage.hand, stage.see
    hand.move(see.map_point(*points[0]))
    hand.press()
    for point in points[1:]:
        hand.move(see.map_point(*point))
    stage.picture(f"{name}-drawn")
    hand.let_go()


def _bare(day: Day) -> Day:
    """Without what counts how often it was changed."""
    return replace(day, plan=replace(day.plan, revision=0), depot=replace(day.depot, version=0))


@step("Undo until the start: the day is as at first")
def undo_all(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    presses = 0
    while _bare(see.day()) != _bare(stage.first):
        stage.check(presses < 60, "undo leads to the first day")
        stage.check(see.workplace.store.history().undo not in (None, "Put drivers on duty"), "nothing older is undone")
        revision = see.revision()
        hand.key("ctrl+z")
        stage.changed(revision, "undo is written")
        presses += 1
    stage.note(f"{presses} steps")
    see.map_until(lambda page: len(page["routes"]) == len([r for r in stage.first.plan.routes if r.stops]), "the map")
    stage.picture("as-at-first")
