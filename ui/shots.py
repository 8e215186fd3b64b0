"""Pictures of every panel on the demo day: the README's screenshots, and what a maker looks at after a change.

Runs the real window, offscreen if the platform says so, and drives it by the same signals and slots as a person.
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.services import demo
from dispatcher.services.home import Home
from dispatcher.services.workplace import OpenStore
from ui.app import Maker, Opener, Program, make_application
from ui.board import drag
from ui.collecting import GuiCollector
from ui.theme import Mode, Theme
from ui.window.main import MainWindow

PATIENCE_MS = 60_000
BREATH_MS = 400
"""A page that has just been shown hears of its size a little later."""
SIZE = (1600, 900)


class Album:
    """Waits, grabs and names pictures."""

    def __init__(self, folder: Path, window: MainWindow) -> None:
        self._folder, self._window = folder, window
        self.names: list[str] = []

    def wait(self, signal: Any, *, when: Callable[..., bool] = lambda *_: True) -> None:
        """Spin until a signal comes that `when` agrees to."""
        loop, timer = QEventLoop(), QTimer()
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: loop.exit(1))
        agree = lambda *values: loop.exit(0) if when(*values) else None
        signal.connect(agree)
        timer.start(PATIENCE_MS)
        failed = loop.exec()
        signal.disconnect(agree)
        if failed:
            raise KnownError(
                f"The window did not get ready for a picture within {PATIENCE_MS // 1000} s.", "Try again."
            )

    def settle(self) -> None:
        """Wait until nothing works in the background and the map shows all it was told."""
        self._window.runner.wait_until_idle(PATIENCE_MS)
        breath = QEventLoop()
        QTimer.singleShot(BREATH_MS, breath, breath.quit)
        breath.exec()
        self.settle_map()

    def settle_map(self) -> None:
        """Wait until the map shows all it was told."""
        shown = self._window.panels.currentWidget()
        view = self._window.board.map if shown is self._window.board else self._window.review_map
        if view.isVisible() and not view.broken:
            token = view.request_painted()
            self.wait(view.painted, when=lambda painted: painted == token)
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def places_on_map(self) -> dict[OrderId, QPoint]:
        """Where the marks of stops are, in pixels of the map; without those that stand under another."""
        found: list[str] = []
        loop = QEventLoop()
        answer = lambda text: (found.append(text), loop.quit())
        self._window.board.map.page.runJavaScript("roundhouse.report()", answer)
        loop.exec()
        marks = json.loads(found[0])["stops"]
        return {m["id"]: QPoint(round(m["x"]), round(m["y"])) for m in marks if m["stack"] == 1}

    def take(self, name: str, widget: QWidget | None = None) -> None:
        """Write a picture."""
        path = self._folder / f"{name}.png"
        (widget or self._window).grab().save(str(path))
        self.names.append(path.name)


def take_shots(
    home: Home,
    slug: str,
    folder: Path,
    *,
    opener: Opener,
    maker: Maker,
    open_store: OpenStore,
    on: date | None = None,
) -> int:
    """Write the pictures of a planned day into a folder; prints their names as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    app, theme = make_application(home)
    theme.apply(Mode.LIGHT, 1.0)
    program = Program(home, theme, opener, maker, open_store)
    collector = GuiCollector(program)
    program.open(slug, on)
    window = program.window
    assert window is not None
    window.resize(*SIZE)
    album = Album(folder, window)
    album.wait(window.first_painted)
    _scenes(album, window, theme)
    window.destroyed.connect(app.quit)
    window.close()
    app.exec()
    collector.stop()
    print(json.dumps({"folder": str(folder), "pictures": album.names}))  # noqa: T201
    return 0


def _scenes(album: Album, window: MainWindow, theme: Theme) -> None:
    album.settle()
    album.take("board")
    _selection(album, window)
    _import(album, window)
    _drag_and_undo(album, window)
    _planning(album, window)
    _breakdown(album, window)
    _mending(album, window)
    _past(album, window)
    _commands(album, window)
    for name, panel in (("addresses", window.addresses), ("fleet", window.fleet)):
        window.show_panel(panel)
        album.settle()
        album.take(name)
    window.show_panel(window.board)
    theme.apply(Mode.DARK, 1.0)
    album.settle()
    album.take("board-dark")
    theme.apply(Mode.LIGHT, 1.25)
    window.resize(1366, 768)
    album.settle()
    album.take("board-small-125")
    theme.apply(Mode.LIGHT, 1.0)


def _selection(album: Album, window: MainWindow) -> None:
    """One stop chosen: the same in list, map and details."""
    outlook = window.day.outlook
    assert outlook is not None
    route = max(outlook.day.plan.routes, key=lambda r: len(r.stops))
    window.board.find(route.order_ids[len(route.order_ids) // 2])
    album.settle()
    album.take("selection")
    window.board.select(())
    window.board.map.fit()


def _import(album: Album, window: MainWindow) -> None:
    """The preview of an order file."""
    window.import_orders(demo.RESOURCES / "orders.csv")
    album.settle()
    dialog = window.findChild(QDialog, "import")
    assert isinstance(dialog, QDialog)
    album.take("import", dialog)
    dialog.reject()


def _drag_and_undo(album: Album, window: MainWindow) -> None:
    """A stop over another round in the list, and on the map; dropped; taken back."""
    outlook = window.day.outlook
    assert outlook is not None
    giving, taking = sorted(outlook.day.plan.routes, key=lambda r: len(r.stops))[-1:-3:-1]
    order_id = giving.order_ids[1]
    window.board.rounds.view.collapseAll()
    _hover_in_list(window, order_id, taking.shift_id)
    album.take("drag-in-list")
    QApplication.sendEvent(window.board.rounds.view.viewport(), QDragLeaveEvent())
    shown = album.places_on_map()
    _drag_on_map(album, window, *(next(shown[o] for o in r.order_ids[2:] if o in shown) for r in (giving, taking)))
    album.take("dropped")
    window.hand.undo()
    album.settle()
    album.take("undone")
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


def _drag_on_map(album: Album, window: MainWindow, start: QPoint, end: QPoint) -> None:
    """Carry a stop onto another and let it go there."""
    hand = window.board.map.web.focusProxy()
    QTest.mouseMove(hand, start)
    QTest.mousePress(hand, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 9):
        QTest.mouseMove(hand, start + (end - start) * (step / 8))
    album.settle()
    album.take("drag-on-map")
    QTest.mouseRelease(hand, Qt.MouseButton.LeftButton, pos=end)
    album.settle()


def _planning(album: Album, window: MainWindow) -> None:
    """The search at work: the best plan so far on the board."""
    window.optimise()
    album.wait(window.day.outlook_changed)
    album.settle_map()
    album.take("planning")
    window.search.stop()
    album.wait(window.search.changed, when=lambda searching: not searching)
    album.settle()
    album.take("planned")


def _breakdown(album: Album, window: MainWindow) -> None:
    """A van breaks down: the form, and the proposal that answers it, on the map too."""
    outlook = window.day.outlook
    assert outlook is not None
    route = max(outlook.day.plan.routes, key=lambda r: len(r.stops))
    window.board.select((), (route.shift_id,))
    window.actions_by_name["van_broken_down"].trigger()
    album.settle()
    form = next(d for d in window.findChildren(QDialog) if d.objectName().startswith("disturbance") and d.isVisible())
    album.take("van-broken-down", form)
    form.act_button.click()
    album.wait(window.proposals.offered)
    album.settle()
    album.take("proposal")
    window.board.proposals.accept_requested.emit(window.proposals.cards[0].id, (), ())
    album.settle()
    window.hand.undo()
    album.settle()


def _mending(album: Album, window: MainWindow) -> None:
    """An order nobody has room for, and what would mend it."""
    day = window.day.day
    assert day is not None
    waiting = [o for o in day.unplanned if day.orders[o].address.place]
    if waiting:
        window.wires.explain(waiting[0])
        album.settle()
        album.take("fixes")
    window.hand.undo()
    album.settle()


def _past(album: Album, window: MainWindow) -> None:
    """The day as it was a few changes ago."""
    window.board.bring_up("History")
    entries = window.day.workplace.store.entries(on=window.day.date)
    if len(entries) > 1:
        window.board.history.want(entries[len(entries) // 2])
        album.wait(window.day.past_changed)
        album.settle()
        album.take("past")
        window.day.return_to_now()
        album.settle()
    window.board.bring_up("Details")


def _commands(album: Album, window: MainWindow) -> None:
    """The command palette over the window."""
    window.palette_box.open()
    window.palette_box.box.setText("lock")
    album.take("commands", window.palette_box)
    window.palette_box.hide()
