"""Who hears whom, where the keys go, and which key does what: in the real window, with all its panels."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMetaMethod, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from dispatcher.domain.ids import ClosureId, new_id
from dispatcher.domain.place import Place
from dispatcher.domain.roads import Closure
from dispatcher.services.planning import PlanningDesk
from tests.ui.window.conftest import TODAY
from tests.ui.window.shown import Shown
from ui.theme import TEXT_SCALES, Mode
from ui.window.actions import DOCKS
from ui.window.palette import commands_of

FOR_OTHERS = {
    # what some map tells is for the window, what another tells for the review of addresses
    "MapView.pin_placed(PyObject)",
    "MapView.pin_cancelled()",
    # tests and fault reports
    "Stage.ready()",
    "Stage.crashed(bool)",
    "BoardPanel.selected_changed(PyObject,PyObject)",
    # every day opens on all of it; a page that is loaded again goes where it was by itself
    "MapView.moved(PyObject)",
}


def unheard(thing: QObject) -> Iterator[str]:
    """The signals of our own classes that nobody listens to."""
    meta = thing.metaObject()
    for method in map(meta.method, range(meta.methodCount())):
        owner = method.enclosingMetaObject().className()  # type: ignore[union-attr]
        words = bytes(method.methodSignature().data()).decode()
        ours = method.methodType() is QMetaMethod.MethodType.Signal and not owner.startswith("Q")
        if ours and not thing.receivers("2" + words):
            yield f"{owner}.{words}"


def test_every_signal_of_every_panel_is_heard(shown: Shown) -> None:
    window, board = shown.window, shown.window.board
    parts = (
        window.day, window.hand, window.search, window.proposals, window.disturbances, window.forms, window.wires,
        window.copies, window.road_wires, window.road, window.phones, window.simulation,
        window.header, window.header.find, window.search_bar, window.past_banner, window.what_if_banner,
        window.screens, window.addresses, window.fleet, window.phones, window.proofs, board,
        *(dock.widget() for dock in board.docks.values()),
    )  # fmt: skip
    assert {words for part in parts for words in unheard(part)} - FOR_OTHERS == set()


def keys_at(window: QWidget, focus: QWidget) -> dict[str, list[str]]:
    """For each key the actions that it would reach with the focus there, whether they can be done now or not."""
    found: dict[str, list[str]] = {}
    above = set(_ancestors(focus))
    for action in window.findChildren(QAction):
        owners = [owner for owner in action.associatedObjects() if isinstance(owner, QWidget)]
        if any(_reaches(action.shortcutContext(), owner, focus, above) for owner in owners):
            for key in action.shortcuts():
                found.setdefault(key.toString(), []).append(action.objectName() or action.text())
    for shortcut in window.findChildren(QShortcut):
        owner = shortcut.parent()
        if isinstance(owner, QWidget) and _reaches(shortcut.context(), owner, focus, above):
            found.setdefault(shortcut.key().toString(), []).append(f"a shortcut of {owner.objectName()}")
    return found


def _ancestors(widget: QWidget | None) -> Iterator[QWidget]:
    while widget is not None:
        yield widget
        widget = None if widget.isWindow() else widget.parentWidget()


def _reaches(context: Qt.ShortcutContext, owner: QWidget, focus: QWidget, above: set[QWidget]) -> bool:
    if isinstance(owner, QMenu):
        return False  # it shows what belongs to another
    if context is Qt.ShortcutContext.WidgetShortcut:
        return owner is focus
    if context is Qt.ShortcutContext.WidgetWithChildrenShortcut:
        return owner in above
    return owner.isVisibleTo(owner.window())


def test_no_key_reaches_two_actions_wherever_the_focus_is(shown: Shown) -> None:
    window = shown.window
    places = [w for w in window.findChildren(QWidget) if w.focusPolicy() is not Qt.FocusPolicy.NoFocus]
    assert keys_at(window, window.board.pool.view)["V"] == ["board.pool.move_to"]
    assert keys_at(window, window.board.rounds.line.edit)["V"] == ["board.rounds.move_to"]
    assert "V" not in keys_at(window, window.fleet)
    double = {(key, *names) for place in places for key, names in keys_at(window, place).items() if len(set(names)) > 1}
    assert double == set()


def test_every_action_of_the_menus_has_a_key_or_a_tick(shown: Shown) -> None:
    for command in commands_of(shown.window.menuBar()):
        assert command.action.shortcuts() or command.action.isCheckable(), command.path


@pytest.mark.parametrize("title", DOCKS)
def test_the_keys_go_to_the_part_that_was_asked_for(shown: Shown, title: str) -> None:
    window = shown.window
    window.activateWindow()
    window.actions_by_name[f"show_{title.lower()}"].trigger()
    part = window.board.docks[title].widget()
    shown.until(lambda: QApplication.focusWidget() is not None and part.isAncestorOf(QApplication.focusWidget()))
    if title in ("Rounds", "Pool"):
        assert QApplication.focusWidget() is part.view  # type: ignore[attr-defined]


def test_the_menus_tick_the_look_that_is_in_force_however_it_was_chosen(shown: Shown) -> None:
    theme, actions = shown.window._theme, shown.window.actions_by_name
    ticked = lambda: {c.action.text() for c in commands_of(shown.window.menuBar()) if c.action.isChecked()}
    try:
        theme.apply(Mode.LIGHT, TEXT_SCALES[0])
        assert {"Light", f"{TEXT_SCALES[0]:.0%}"} <= ticked()
        actions["next_theme"].trigger()
        actions["larger"].trigger()
        assert {"Dark", f"{TEXT_SCALES[1]:.0%}"} <= ticked()
        assert not {"Light", f"{TEXT_SCALES[0]:.0%}"} & ticked()
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_what_would_be_undone_is_named_letter_by_letter(shown: Shown) -> None:
    shown.window.hand.submit("Move 1 stop to Smith & Sons", lambda uow: uow.set_freeze(TODAY, None))
    shown.window.hand.submit("Move 1 stop to Smith & Sons", lambda uow: uow.set_freeze(TODAY, shown.workplace.clock()))
    shown.settle()
    action = shown.window.actions_by_name["undo"]
    assert "Smith && Sons" in action.text()
    assert "Smith & Sons" in action.toolTip()
    assert any("Smith & Sons" in command.path for command in commands_of(shown.window.menuBar()))


def test_a_closed_street_is_named_and_reopened_on_the_map(shown: Shown) -> None:
    a, b = (Place(60.17, 24.94), Place(60.171, 24.942))
    closure = Closure(ClosureId(new_id()), "Fabianinkatu & more", (a, b), TODAY, TODAY)
    shown.window.hand.submit("Close", lambda uow: uow.put_closure(closure))
    shown.settle()
    told: list[str] = []
    shown.window.disturbances.told.connect(told.append)
    shown.window.board.map.closure_clicked.emit(closure.id)
    assert "Fabianinkatu & more" in told[-1]
    shown.window.board.map.closure_context_requested.emit(closure.id, QPoint(10, 10))
    menu = shown.window.findChild(QMenu, "disturbance.closure")
    assert menu is not None
    reopen, *_ = menu.actions()
    assert "&&" in reopen.text()
    reopen.trigger()
    menu.close()
    shown.settle()
    assert shown.stored().closures == ()


def test_no_roads_are_measured_under_the_hand(shown: Shown) -> None:
    """A day that is not measured yet has no verdict; the next time somebody asks it has."""
    shown.workplace.desk._known.clear()
    order = (shown.stored().unplanned[0],)
    assert shown.window.wires.verdicts.all(order) == {}
    shown.settle()
    assert set(shown.window.wires.verdicts.all(order)) == set(shown.routes())
    assert not PlanningDesk(shown.workplace.roads).ready(shown.stored())


def test_the_filter_that_is_near_gets_the_words(shown: Shown) -> None:
    board = shown.window.board
    for panel in (board.pool, board.rounds):
        panel.view.setFocus()
        shown.window.actions_by_name["filter"].trigger()
        assert panel.line.edit.hasFocus()


def test_key_sequences_are_known_to_qt(shown: Shown) -> None:
    for action in shown.window.findChildren(QAction):
        assert all(not key.isEmpty() and QKeySequence(key.toString()) == key for key in action.shortcuts())
