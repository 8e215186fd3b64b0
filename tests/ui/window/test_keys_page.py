"""The list of keys: F1 and docs/keys.md say what the window's actions answer to."""

from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QTableWidget

from tests.ui.window.shown import Shown
from ui.window.actions import all_specs
from ui.window.keys import PANELS, as_markdown, keys_of

PAGE = Path(__file__).parents[3] / "docs" / "keys.md"
BEGIN, END = "## Actions\n\n", "\n## Inside a panel\n"


def listed_on_the_page() -> str:
    return PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


def test_the_page_lists_every_key_of_the_window(shown: Shown) -> None:
    """`roundhouse shots DIR` writes these tables to DIR/keys.md."""
    assert listed_on_the_page() == as_markdown(keys_of(shown.window))


def test_no_action_with_a_key_is_left_out(shown: Shown) -> None:
    told = {(key.where, written) for key in keys_of(shown.window) for written in key.keys.split(" or ")}
    written = {key for _, key in told}
    for action in shown.window.findChildren(QAction):
        for shortcut in action.shortcuts():
            assert shortcut.toString() in written, f"{action.objectName() or action.text()} has a key nobody is told of"
    assert set(PANELS.values()) <= {where for where, _ in told}


def test_every_action_has_a_key(shown: Shown) -> None:
    """Its own, or that of the menu's action with the same words."""
    keys = keys_of(shown.window)
    assert [spec.name for spec in all_specs() if not spec.key] == []
    named = {key.what for key in keys}
    for action in shown.window.board.findChildren(QAction):
        if action.objectName().startswith("board."):
            assert action.text().rstrip("…") in named


def test_f1_lists_the_same(shown: Shown) -> None:
    shown.window.actions_by_name["keys"].trigger()
    dialog = next(d for d in shown.window.findChildren(QDialog, "keys") if d.isVisible())
    table = dialog.findChild(QTableWidget)
    assert table is not None
    rows = [tuple(table.item(row, column).text() for column in range(3)) for row in range(table.rowCount())]
    assert rows == [(key.where, key.what, key.keys) for key in keys_of(shown.window)]
    dialog.reject()
