"""A van breaks down: the proposal that answers it is taken in part, and what is left over is mended one by one."""

from PySide6.QtWidgets import QApplication

from dispatcher.domain.ids import ShiftId
from tests.hand.script import Stage, step
from tests.hand.steps.moving import show_only
from ui.proposals.rows import DriverRow

PATIENCE_S = 30


@step("A van breaks down: by key, Enter; the proposal comes; one driver's part is taken")
def van_broken_down(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    _undo_to_the_plan(stage)
    routes, broken = see.routes(), _longest_way_to_go(stage)
    show_only(stage)
    hand.click(see.round_row(broken))
    revision = see.revision()
    hand.key("ctrl+shift+1")
    act = "disturbance.broken_down.act"
    button = lambda: next((w for w in QApplication.allWidgets() if w.objectName() == act and w.isVisible()), None)
    see.until(lambda: button() and button().isEnabled(), "the form comes")
    see.until(lambda: button().window().isActiveWindow(), "the form has the keys")
    stage.picture("van-broken-down")
    hand.key("Return")
    stage.changed(revision, "the breakdown is written")
    orphans = [o for o in routes[broken] if see.shift_of(o) is None]
    stage.check(orphans, "the stops ahead of the van are in the pool")
    panel = lambda: see.window.board.proposals
    card = see.until(lambda: panel().opened, "its proposal is opened", PATIENCE_S)
    see.settle()
    stage.note(f"{len(orphans)} stops orphaned; “{card.title}” plans {card.plans}, moves {card.moves}")
    stage.picture("proposal")
    _take_one_driver(stage)


def _undo_to_the_plan(stage: Stage) -> None:
    """Take the moves by hand back: they have filled the rounds that are to help out."""
    see, hand = stage.see, stage.hand
    while see.workplace.store.history().undo != "Plan the day":
        stage.check(see.workplace.store.history().undo, "there is a plan to go back to")
        revision = see.revision()
        hand.key("ctrl+z")
        stage.changed(revision, "undo is written")


def _longest_way_to_go(stage: Stage) -> ShiftId:
    """The round with the most stops to come: too many for any one of the others."""
    see = stage.see
    lanes = see.ask(lambda: see.window.day.present.schedule.routes)
    now = see.workplace.clock()
    return max(lanes, key=lambda shift_id: sum(stop.starts_at > now for stop in lanes[shift_id].stops))


def _take_one_driver(stage: Stage) -> None:
    """Down to the driver who gets most, Space; only what is proposed for him happens."""
    see, hand = stage.see, stage.hand
    view = lambda: see.window.board.proposals.view
    hand.click(see.of(lambda: view().viewport(), lambda _: view().visualRect(view().model().index(0, 0)).center()))
    hand.key("Home")
    rows = see.ask(lambda: list(view().diff.rows))
    card = see.ask(lambda: see.window.board.proposals.opened)
    before, revision = see.routes(), see.revision()
    gets = {s: set(orders) - set(before.get(s, ())) for s, orders in card.proposal.after.items()}
    drivers = [row for row in rows if isinstance(row, DriverRow) and gets.get(row.shift_id)]
    stage.check(len(drivers) >= 2, "several drivers get stops by it")
    wanted = max(drivers, key=lambda row: len(gets[row.shift_id]))
    hand.key(*["Down"] * rows.index(wanted))
    see.until(lambda: view().selected_rows() == [wanted], "his row is chosen by key")
    hand.key("space")
    stage.changed(revision, "his part is taken")
    after = see.routes()
    stage.check(gets[wanted.shift_id] <= set(after[wanted.shift_id]), "he has what was proposed for him")
    elsewhere = [s for s in before if s != wanted.shift_id and set(after.get(s, ())) - set(before[s])]
    stage.check(not elsewhere, f"nobody else got anything: {elsewhere}")
    left = see.until(lambda: see.window.board.proposals.opened, "the rest stays on offer")
    stage.check(left.id == card.id and not left.empty, "the same card, with the rest")
    stage.note(f"{wanted.driver} took {len(gets[wanted.shift_id])}; the rest plans {left.plans}, moves {left.moves}")
    stage.picture("taken-in-part")


@step("W says why a stop is unplanned; a fix is applied by mouse")
def mend_a_stop(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    waiting = [o for o in see.day().unplanned if see.day().orders[o].address.place]
    stage.check(waiting, "there is an unplanned stop with a place")
    order_id = waiting[0]
    hand.roll(see.of(lambda: see.window.board.pool.view), -20)
    hand.click(see.pool_row(order_id))
    see.until(lambda: see.window.board.selected == (order_id,), "it is chosen")
    hand.key("w")
    listed = lambda: see.window.board.inspector.fixes
    see.until(lambda: listed().buttons, "fixes are found", PATIENCE_S)
    said = see.ask(lambda: [(w.text(), c.text()) for w, c, _, _ in listed()._rows])
    stage.note("; ".join(f"{what} {cost}" for what, cost in said))
    stage.picture("fixes")
    revision = see.revision()
    hand.click(see.of(lambda: listed().buttons[0]))
    stage.changed(revision, "the fix is written")
    stage.check(see.shift_of(order_id) is not None, "the stop is planned now")
    stage.picture("fixed")
