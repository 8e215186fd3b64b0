"""The names that docs/automation.md promises to test robots and screen readers."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible, QAction, QImage, QKeySequence
from PySide6.QtWidgets import QDialog, QWidget

from dispatcher.domain.ids import OrderId
from dispatcher.services.demo import for_practice
from tests.ui.window.shown import Shown
from ui.window.main import MainWindow

DOCUMENT = Path(__file__).parents[3] / "docs" / "automation.md"
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]*) \|(?: ([^|]*) \|)?$", re.MULTILINE)

BLACK = QImage.Format.Format_Mono

OPENS: Mapping[str, Callable[[MainWindow], object]] = {
    "The command palette": lambda window: window.palette_box.open(),
    "Move to": lambda window: window.wires.choose_driver(_first_stop(window)),
    "The import form": lambda window: window.import_orders(),
    "The order's form": lambda window: window.actions_by_name["new_order"].trigger(),
    "Van broken down": lambda window: window.actions_by_name["van_broken_down"].trigger(),
    "Driver ill": lambda window: window.actions_by_name["driver_ill"].trigger(),
    "Driver late": lambda window: window.actions_by_name["driver_late"].trigger(),
    "Depot late": lambda window: window.actions_by_name["depot_late"].trigger(),
    "Street closed": lambda window: window.actions_by_name["street_closed"].trigger(),
    "Try again": lambda window: window.actions_by_name["no_show"].trigger(),
    "A proof's picture": lambda window: window.board.proofs.view.show_picture(QImage(8, 8, BLACK), "Signature"),
    "Bigger load": lambda window: window.actions_by_name["bigger_load"].trigger(),
    "What if": lambda window: window.actions_by_name["what_if"].trigger(),
    "Drills": lambda window: window.actions_by_name["drills"].trigger(),
    "Pair a phone": lambda window: window.actions_by_name["pair_phone"].trigger(),
    "Messages set aside": lambda window: window.phones.show_quarantined(),
    "A simulated day": lambda window: _simulate(window),
    "The export dialog": lambda window: window.actions_by_name["export_day"].trigger(),
    "The list of depots": lambda window: window.actions_by_name["open_depot"].trigger(),
    "The depot's form": lambda window: window.actions_by_name["new_depot"].trigger(),
    "The depot's settings": lambda window: window.actions_by_name["depot_settings"].trigger(),
    "The region's form": lambda window: window.actions_by_name["build_region"].trigger(),
    "The form for address files": lambda window: window.actions_by_name["add_addresses"].trigger(),
    "Data and retention": lambda window: window.actions_by_name["keeping"].trigger(),
    "Close the day": lambda window: window.proofs.paperwork.open_closing(window.day.date, "Anna"),
    "The list of keys": lambda window: window.actions_by_name["keys"].trigger(),
    "About Roundhouse": lambda window: window.actions_by_name["about"].trigger(),
}


def _first_stop(window: MainWindow) -> tuple[OrderId, ...]:
    day = window.day.day
    assert day is not None
    return day.plan.routes[0].order_ids[:1]


def _simulate(window: MainWindow) -> None:
    """Offered in a depot for practice alone."""
    store = window.day.workplace.store
    store.write("For practice", lambda uow: uow.put_depot(for_practice(uow.depot())))
    window.open_day(window.day.date)
    window.runner.wait_until_idle()
    window.actions_by_name["simulate"].trigger()


def opened(window: MainWindow) -> QWidget:
    """What has just opened over the window: a form, or a list that drops down."""
    over: list[QWidget] = [*window.findChildren(QDialog), window.palette_box, window.wires.move_to]
    (found,) = (widget for widget in over if widget.isVisible())
    return found


def promised() -> dict[str, list[tuple[str, ...]]]:
    """The rows of each table of names, by its heading."""
    text = DOCUMENT.read_text(encoding="utf-8").partition("\n## Names in the window\n")[2]
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)[1:]
    return {heading: ROW.findall(body) for heading, body in zip(parts[::2], parts[1::2], strict=True)}


def spoken(widget: QWidget) -> str:
    """What a screen reader calls it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return widget.accessibleName() or interface.text(QAccessible.Text.Name)


def assert_kept(root: QWidget, rows: list[tuple[str, ...]]) -> None:
    assert rows
    found = {widget.objectName(): widget for widget in (root, *root.findChildren(QWidget))}
    for name, said, *_ in rows:
        assert name in found, f"{name} is not in {root.objectName()}"
        assert spoken(found[name]).strip(), f"{name} has no accessible name"
        assert said.startswith("*") or spoken(found[name]) == said, f"{name} is called “{spoken(found[name])}”"


def test_every_dialog_that_is_promised_is_tested() -> None:
    assert set(promised()) == {"The main window", "Actions", *OPENS}


def test_the_main_window_keeps_its_names(shown: Shown) -> None:
    assert_kept(shown.window, promised()["The main window"])


def test_every_action_is_promised_with_its_key(shown: Shown) -> None:
    rows = {name: (where, key) for name, where, key in promised()["Actions"]}
    for name, (_, key) in rows.items():
        action = shown.window.findChild(QAction, name)
        assert action is not None, f"there is no action {name}"
        assert action.shortcut() == QKeySequence(key), f"{name} has the key {action.shortcut().toString()}"
    assert set(shown.window.actions_by_name.by_name) <= set(rows)
    names = {action.objectName() for action in shown.window.board.findChildren(QAction)}
    assert {name for name in names if name.startswith("board.")} <= set(rows)


@pytest.mark.parametrize("heading", OPENS)
def test_every_dialog_keeps_its_names(shown: Shown, heading: str) -> None:
    OPENS[heading](shown.window)
    found = opened(shown.window)
    assert_kept(found, promised()[heading])
    found.close()
    shown.settle()
