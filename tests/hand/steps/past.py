"""The day's history: stepped back, looked at, left again; the plan taken back and that undone."""

from tests.hand.script import Stage, step
from tests.hand.steps.moving import show_only

PAST = 4
"""Changes to go back."""


def _go_back(stage: Stage) -> None:
    """To the history by key, and down to an earlier moment."""
    see, hand = stage.see, stage.hand
    hand.key("ctrl+7")
    see.until(lambda: see.window.board.history.isVisible(), "the history comes up")
    panel = lambda: see.window.board.history
    for n in range(1, PAST + 1):
        hand.key("Left")
        see.until(lambda: panel().looked_at and not panel().reading, f"moment {n} is shown")
    see.settle()


@step("History: back by keys, read only, and a drag is refused in words")
def look_back(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    before = see.day()
    show_only(stage)
    _go_back(stage)
    entry = see.ask(lambda: see.window.board.history.looked_at)
    then = see.workplace.store.day_at(see.on, entry.revision)
    shown = see.ask(lambda: see.window.day.outlook.day.plan.routes)
    stage.check(shown == then.plan.routes, "the board shows the plan of that moment")
    stage.check(shown != before.plan.routes, "which is another than now")
    see.until(lambda: see.window.past_banner.isVisible(), "the banner says so")
    page = see.map_until(lambda page: page["ribbon"], "the map says so")
    stage.note(f"“{entry.label}”, map: “{page['ribbon']}”")
    stage.picture("as-it-was")
    rounds = {route.shift_id: route.order_ids for route in then.plan.routes}
    source = next(s for s, orders in rounds.items() if orders)
    hand.click(see.round_row(source))
    hand.key("Right")
    hand.take(see.stop_row(rounds[source][0]))
    target = next(s for s in rounds if s != source)
    to = see.ask(lambda: see.window.board.rounds.model.place_of(("round", target))) is not None
    hand.carry(see.stop_row(rounds[source][2], low=True)) if to else None
    hand.let_go()
    see.until(lambda: "go back to now" in see.window.status._told.text(), "the drop is refused in words", 5)
    stage.note(f"“{see.told()}”")
    stage.picture("refused")
    stage.check(see.day() == before, "nothing is written")
    hand.key("ctrl+7", "Escape")
    see.until(lambda: see.window.day.past is None, "Escape leads back to now")
    see.settle()
    stage.check(see.ask(lambda: see.window.day.outlook.day.plan.routes) == before.plan.routes, "as it stands again")
    stage.check(not see.ask(lambda: see.window.past_banner.isVisible()), "the banner is gone")


@step("History: take the plan back to a moment, and undo that")
def take_back(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    before = see.routes()
    _go_back(stage)
    entry, revision = see.ask(lambda: see.window.board.history.looked_at), see.revision()
    hand.click(see.named("board.history.take_back"))
    stage.changed(revision, "the plan is taken back")
    then = see.workplace.store.day_at(see.on, entry.revision)
    wanted, got = {r.shift_id: r.order_ids for r in then.plan.routes}, see.routes()
    same = sum(got.get(s, ()) == orders for s, orders in wanted.items())
    stage.note(f"{same} of {len(wanted)} rounds as then")
    stage.check(same >= len(wanted) - 1, "the rounds are as they were, but for who has dropped out since")
    stage.check(see.ask(lambda: see.window.day.past) is None, "the board shows now")
    stage.picture("taken-back")
    revision = see.revision()
    hand.key("ctrl+z")
    stage.changed(revision, "undo is written")
    stage.check(see.routes() == before, "undo brings everything back")
