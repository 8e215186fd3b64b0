"""F9 plans the day, F10 keeps what was found so far."""

from tests.hand.script import Stage, step


@step("F9 plans the day, F10 stops it")
def plan_the_day(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    revision, cost = see.revision(), see.ask(lambda: see.window.day.present.schedule.cost)
    hand.key("F9")
    see.until(lambda: see.window.search.running, "the search begins")
    see.until(lambda: see.window.search_bar.isVisible(), "its bar comes")
    see.until(lambda: see.window.day.outlook is not see.window.day.present, "a better plan is shown meanwhile", 8)
    stage.picture("planning")
    hand.key("F10")
    see.until(lambda: not see.window.search.running, "the search ends")
    stage.changed(revision, "the plan is kept")
    after = see.ask(lambda: see.window.day.present.schedule.cost)
    stage.check(after <= cost, f"the plan is no dearer than before: {after} after {cost}")
    stage.check(see.workplace.store.history().undo == "Plan the day", "it is one step to undo")
    stage.note(f"cost {cost / 100:.2f} → {after / 100:.2f}")
    stage.picture("planned")
