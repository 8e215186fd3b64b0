"""What `ui.shots` pictures: a dispatcher's day in scenes, each of which leaves the day as it found it.

Drives the window by the same signals and slots as a person. Pictures that documents use have the documents' names.
"""

from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTime
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QTimeEdit

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Route
from dispatcher.domain.schedule import ReasonCode
from dispatcher.services import demo
from ui.board import drag
from ui.disturbances.form import DisturbanceForm
from ui.phones import scenes as phone_scenes
from ui.road import scenes as road_scenes
from ui.theme import Mode, Theme
from ui.whatif.dialog import WhatIfDialog
from ui.window.main import PLAN_THE_DAY, MainWindow

if TYPE_CHECKING:
    from ui.shots import Album

LANES = (1500, 400)
"""The timeline in a window of its own."""


def play(album: "Album", window: MainWindow, theme: Theme) -> None:
    """All scenes, one after the other."""
    album.settle()
    album.take("board")
    for scene in (_selection, _import, _dragging, _move_to, _lanes, _planning, _breakdown, _past, _commands):
        scene(album, window)
    _forms(album, window)
    _panels(album, window)
    phone_scenes.play(album, window)
    road_scenes.play(album, window, theme)
    _looks(album, window, theme)


def _routes(window: MainWindow) -> list[Route]:
    """The longest first."""
    day = window.day.day
    assert day is not None
    return sorted(day.plan.routes, key=lambda route: len(route.stops), reverse=True)


def _selection(album: "Album", window: MainWindow) -> None:
    """One stop chosen: the same in list, map, lanes and details."""
    route = _routes(window)[0]
    window.board.find(route.order_ids[len(route.order_ids) // 2])
    album.settle()
    album.take("selection")
    window.board.select(())
    window.board.map.fit()


def _import(album: "Album", window: MainWindow) -> None:
    """The preview of an order file, by its name alone."""
    with chdir(demo.RESOURCES):
        window.import_orders(Path("orders.csv"))
        album.settle()
    _take_dialog(album, window, "import")


def _dragging(album: "Album", window: MainWindow) -> None:
    """A stop over another round in the list, and on the map; dropped; taken back."""
    day = window.day.day
    assert day is not None
    giving, taking = _routes(window)[:2]
    order_id = next((o for o in giving.order_ids[3:] if day.orders[o].windows), giving.order_ids[1])
    window.board.rounds.view.collapseAll()
    _hover_in_list(window, order_id, taking.shift_id)
    album.take("dragging")
    QApplication.sendEvent(window.board.rounds.view.viewport(), QDragLeaveEvent())
    shown = album.places_on_map()
    _drag_on_map(album, window, *(next(shown[o] for o in r.order_ids[2:] if o in shown) for r in (giving, taking)))
    album.take("dropped")
    window.hand.undo()
    album.settle()
    window.board.select(())


def _hover_in_list(window: MainWindow, order_id: OrderId, shift_id: ShiftId) -> None:
    view = window.board.rounds.view
    target = window.board.rounds.model.index_of_shift(shift_id)
    view.scrollTo(target)
    at = view.visualRect(target).center()
    mime = drag.pack([order_id])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind in (QDragEnterEvent, QDragMoveEvent):
        QApplication.sendEvent(view.viewport(), kind(at, Qt.DropAction.MoveAction, mime, buttons, keys))


def _drag_on_map(album: "Album", window: MainWindow, start: QPoint, end: QPoint) -> None:
    """Carry a stop onto another and let it go there."""
    hand = window.board.map.web.focusProxy()
    assert hand is not None
    QTest.mouseMove(hand, start)
    QTest.mousePress(hand, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 9):
        QTest.mouseMove(hand, start + (end - start) * (step / 8))
    album.settle()
    album.take("dragging-on-map")
    QTest.mouseRelease(hand, Qt.MouseButton.LeftButton, pos=end)
    album.settle()


def _move_to(album: "Album", window: MainWindow) -> None:
    """The same without a mouse: the drivers, best first."""
    order_id = _routes(window)[0].order_ids[3]
    window.board.select((order_id,))
    window.wires.choose_driver((order_id,))
    album.settle()
    album.take("move-to", window.wires.move_to)
    window.wires.move_to.hide()
    window.board.select(())


def _lanes(album: "Album", window: MainWindow) -> None:
    """The timeline in a window of its own, closer in, a stop chosen."""
    dock, lanes = window.board.docks["Timeline"], window.board.timeline
    before = window.board.layout_state()
    dock.setFloating(True)
    dock.resize(*LANES)
    album.settle()
    for _ in range(3):
        lanes.zoom_in_action.trigger()
    window.board.select(_routes(window)[1].order_ids[4:5])
    album.settle()
    album.take("timeline", lanes)
    window.board.select(())
    lanes.fit_action.trigger()
    window.board.restore_layout(before)
    album.settle()


def _planning(album: "Album", window: MainWindow) -> None:
    """The search at work: the best plan so far on the board."""
    window.optimise()
    album.wait(window.day.outlook_changed)
    album.settle_map()
    album.take("planning")
    window.search.stop()
    album.wait(window.search.changed, when=lambda searching: not searching)
    album.settle()
    album.take("planned")


def _breakdown(album: "Album", window: MainWindow) -> None:
    """A van breaks down: the form, the proposal that answers it, and both days side by side."""
    shift_id = _routes(window)[0].shift_id
    window.board.select((), (shift_id,))
    window.actions_by_name["van_broken_down"].trigger()
    album.settle()
    form = next(d for d in window.findChildren(DisturbanceForm) if d.isVisible())
    _set_moment(form, window, shift_id)
    album.settle()
    album.take("van-broken-down", form)
    copies = _open_copies(album, window)
    form.act_button.click()
    album.wait(window.proposals.offered)
    album.settle()
    album.take("proposal")
    window.board.proposals.accept_requested.emit(window.proposals.cards[0].id, (), ())
    album.settle()
    copies.form.again.click()
    album.settle()
    album.take("what-if", copies)
    copies.reject()
    window.hand.undo()
    album.settle()
    _mending(album, window)
    window.hand.undo()
    album.settle()


def _set_moment(form: DisturbanceForm, window: MainWindow, shift_id: ShiftId) -> None:
    """Four stops before the round's end, whatever the clock says while pictures are taken."""
    outlook = window.day.outlook
    assert outlook is not None
    then = outlook.schedule.routes[shift_id].stops[-4].starts_at.astimezone(outlook.day.depot.zone)
    at = form.findChild(QTimeEdit, "disturbance.broken_down.at")
    assert isinstance(at, QTimeEdit)
    at.setTime(QTime(then.hour, then.minute))


def _open_copies(album: "Album", window: MainWindow) -> WhatIfDialog:
    """What-if copies, with one of the day as it is now."""
    window.actions_by_name["what_if"].trigger()
    album.settle()
    copies = next(d for d in window.findChildren(WhatIfDialog) if d.isVisible())
    if not copies.form.copy_model.copies:
        copies.form.name.setText("No breakdown")
        copies.form.make.click()
        album.settle()
    return copies


def _mending(album: "Album", window: MainWindow) -> None:
    """An order nobody has room for, and what would mend it."""
    day = window.day.day
    assert day is not None
    reasons = window.day.workplace.desk.reasons(day)
    fits = lambda order_id: reasons[order_id].code is ReasonCode.NOT_PLANNED_YET
    waiting = sorted((o for o in day.unplanned if day.orders[o].address.place), key=fits)
    if waiting:
        window.wires.explain(waiting[0])
        album.settle()
        album.take("fixes")


def _past(album: "Album", window: MainWindow) -> None:
    """The day as it was a few changes ago."""
    window.board.select(())
    window.board.bring_up("History")
    entries = window.day.workplace.store.entries(on=window.day.date)
    if planned := [entry for entry in entries if entry.label == PLAN_THE_DAY]:
        window.board.history.want(planned[0])
        album.wait(window.day.past_changed)
        album.settle()
        album.take("history")
        window.day.return_to_now()
        album.settle()
    window.board.bring_up("Details")


def _commands(album: "Album", window: MainWindow) -> None:
    """The command palette, with a round chosen that can be locked."""
    window.board.select((), (_routes(window)[0].shift_id,))
    window.palette_box.open()
    window.palette_box.box.setText("lock")
    album.take("commands", window.palette_box)
    window.palette_box.hide()
    window.board.select(())


def _forms(album: "Album", window: MainWindow) -> None:
    """The order's form, the depot's settings, a street that is closed, and where it may be, a simulated day."""
    window.edit_order(_routes(window)[0].order_ids[0])
    album.settle()
    _take_dialog(album, window, "order")
    shown = [
        ("depot_settings", "depot_settings"),
        ("street_closed", "disturbance.street_closed"),
        ("keeping", "keeping"),
    ]
    if window.day.day and window.day.day.depot.road.practice:
        shown.append(("simulate", "simulation"))
    for action, name in shown:
        window.actions_by_name[action].trigger()
        album.settle()
        _take_dialog(album, window, name)


def _take_dialog(album: "Album", window: MainWindow, name: str) -> None:
    dialog = next(d for d in window.findChildren(QDialog, name) if d.isVisible())
    album.take(name.rpartition(".")[2].replace("_", "-"), dialog)
    dialog.reject()


def _panels(album: "Album", window: MainWindow) -> None:
    for name, panel in (("addresses", window.addresses), ("fleet", window.fleet)):
        window.show_panel(panel)
        album.settle()
        album.take(name)
    window.show_panel(window.board)


def _looks(album: "Album", window: MainWindow, theme: Theme) -> None:
    """Dark, and on a small screen with larger text."""
    theme.apply(Mode.DARK, 1.0)
    album.settle()
    album.take("board-dark")
    theme.apply(Mode.LIGHT, 1.25)
    window.resize(1366, 768)
    album.settle()
    album.take("board-small-125")
    theme.apply(Mode.LIGHT, 1.0)
