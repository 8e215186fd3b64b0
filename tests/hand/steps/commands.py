"""Commands by name, and the list of keys."""

from functools import partial

from PySide6.QtWidgets import QApplication

from tests.hand.script import Stage, step
from tests.hand.steps.moving import show_only
from ui.window.actions import DOCKS
from ui.window.forms import KeysDialog


@step("The command palette runs a command")
def palette(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    show_only(stage)
    revision = see.revision()
    hand.key("ctrl+shift+p")
    see.until(lambda: see.window.palette_box.isVisible(), "the palette comes")
    hand.type("freeze up to now")
    see.until(lambda: "Freeze up to now" in str(see.window.palette_box.list.currentIndex().data()), "it is found")
    stage.picture("palette")
    hand.key("Return")
    stage.changed(revision, "the freeze line is written")
    stage.check(see.day().freeze_at is not None, "the day has a freeze line")
    stage.check(not see.ask(lambda: see.window.palette_box.isVisible()), "the palette is gone")
    stage.picture("frozen")
    revision = see.revision()
    hand.key("ctrl+z")
    stage.changed(revision, "undo is written")
    stage.check(see.day().freeze_at is None, "undo takes the line away")


@step("F1 lists the keys")
def keys(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    windows = QApplication.topLevelWidgets
    shown = lambda: next((w for w in windows() if isinstance(w, KeysDialog) and w.isVisible()), None)
    hand.key("F1")
    see.until(shown, "the list comes")
    stage.picture("keys")
    hand.key("Escape")
    see.until(lambda: shown() is None, "Escape closes it")


@step("Ctrl+1 to Ctrl+7 bring the keys to each part of the board")
def go_everywhere(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    for number, title in enumerate(DOCKS, 1):
        hand.key(f"ctrl+{number}")
        see.until(partial(_has_the_keys, stage, title), f"the keys go to {title.casefold()}")


def _has_the_keys(stage: Stage, title: str) -> bool:
    dock = stage.see.window.board.docks[title]
    focus = QApplication.focusWidget()
    return focus is not None and focus.isVisible() and dock.isAncestorOf(focus)
