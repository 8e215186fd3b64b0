"""A what-if copy: made, opened, changed, compared and promoted."""

from PySide6.QtWidgets import QApplication

from tests.hand.script import Stage, step
from tests.hand.steps.moving import show_only, smallest_round
from ui.whatif.dialog import WhatIfDialog

NAME = "One stop less"


def _dialog() -> WhatIfDialog | None:
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, WhatIfDialog) and w.isVisible()), None)


@step("What if: make a copy, open it, change it, compare, promote")
def what_if(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    show_only(stage)
    before, depot_window = see.day(), see.window
    hand.key("ctrl+shift+w")
    see.until(_dialog, "the form comes")
    hand.click(see.named("whatif.name"))
    hand.type(NAME)
    hand.click(see.named("whatif.make"))
    see.until(lambda: _dialog().form.copy_model.copies and not _dialog().working, "the copy is made and compared")
    stage.picture("copy-made")
    hand.click(see.named("whatif.open"))
    see.until(lambda: see.window is not depot_window and see.window.day.present, "the copy opens", 30)
    see.until(lambda: see.window._painting == -1, "its day is painted", 30)
    see.until(lambda: see.window.isActiveWindow(), "its window has the keys")
    see.settle()
    stage.check(see.window.what_if_banner.isVisible(), "the banner says that it is a copy")
    order_id = _change(stage)
    stage.picture("in-the-copy")
    hand.key("ctrl+shift+w")
    see.until(lambda: _dialog() and _dialog().form.model.rowCount() and not _dialog().working, "the table compares", 30)
    stage.picture("compared")
    copy_window = see.window
    hand.click(see.named("whatif.promote"))
    see.until(lambda: see.window is not copy_window and see.window.day.present, "the depot opens", 30)
    see.until(lambda: see.window._painting == -1, "its day is painted", 30)
    see.until(lambda: order_id in see.window.day.day.unplanned, "the change is in the depot")
    see.settle()
    stage.check(order_id in see.day().unplanned, "the store has it")
    stage.check(see.workplace.what_if is None, "it is the depot")
    stage.picture("promoted")
    revision = see.revision()
    hand.key("ctrl+z")
    stage.changed(revision, "undo is written")
    stage.check(see.day().plan.routes == before.plan.routes, "one undo takes it all back")


def _change(stage: Stage) -> str:
    """Unassign a stop in the copy."""
    see, hand = stage.see, stage.hand
    source = smallest_round(stage)
    show_only(stage, source)
    order_id, revision = see.routes()[source][0], see.revision()
    hand.click(see.stop_row(order_id))
    hand.key("Delete")
    stage.changed(revision, "it is unassigned in the copy")
    return order_id
