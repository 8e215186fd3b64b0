"""How the thread that plays the day asks the window: in the GUI thread, also while a drag runs a loop of its own."""

import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QCursor, QGuiApplication, QPainter, QPixmap, QPolygon
from PySide6.QtWidgets import QApplication, QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.services.workplace import Workplace
from tests.hand.pointer import Point
from ui.app import Program
from ui.window.main import MainWindow

PATIENCE_S = 20.0
BEAT_S = 0.02

type Routes = dict[ShiftId, tuple[OrderId, ...]]


class Missed(AssertionError):
    """Something did not come to be in time, or is not as it should."""


class Asker(QObject):
    """Carries questions into the GUI thread. Made there."""

    _asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def ask[T](self, question: Callable[[], T]) -> T:
        """The answer; raises what the question raises. Not from the GUI thread."""
        future: Future[T] = Future()
        self._asked.emit((question, future))
        return future.result(PATIENCE_S)

    @Slot(object)
    def _answer(self, asked: tuple[Callable[[], object], Future[object]]) -> None:
        question, future = asked
        try:
            future.set_result(question())
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked
            future.set_exception(error)


class Faults(logging.Handler):
    """What the program itself calls an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())

    def take(self) -> list[str]:
        """Those since the last time."""
        said, self.said = self.said, []
        return said


class Watched:
    """The program's window, whichever is open now, and the store behind it. For the playing thread."""

    def __init__(self, program: Program, workplace: Callable[[], Workplace], on: date) -> None:
        self._asker, self._program, self._workplace, self.on = Asker(), program, workplace, on

    # --- waiting ----------------------------------------------------------------------------------------------------

    def ask[T](self, question: Callable[[], T]) -> T:
        """In the GUI thread."""
        return self._asker.ask(question)

    def look(self) -> None:
        """Until the window has taken in what came before."""
        self.ask(QApplication.sendPostedEvents)

    def until[T](self, holds: Callable[[], T], what: str, seconds: float = PATIENCE_S) -> T:
        """What `holds` says in the GUI thread, as soon as it is something."""
        end = time.monotonic() + seconds
        while not (found := self.ask(holds)):
            if time.monotonic() > end:
                raise Missed(f"{what}: not within {seconds:.0f} s")
            time.sleep(BEAT_S)
        return found

    def settle(self) -> None:
        """Until nothing is written, read or judged any more; a quiet improvement may go on."""
        quiet = {"Improve the rest of the day", "Backing up"}
        busy = lambda: [job.title for job in self.window.runner.jobs if job.title not in quiet]
        self.until(lambda: not self.window.runner.busy and not busy(), "the window comes to rest", 40)

    # --- what is so -------------------------------------------------------------------------------------------------

    @property
    def window(self) -> MainWindow:
        """The one that is open."""
        assert self._program.window is not None
        return self._program.window

    @property
    def workplace(self) -> Workplace:
        """What the window works on."""
        return self._workplace()

    def day(self) -> Day:
        """As the store has it."""
        return self.workplace.store.read(lambda r: r.day(self.on))

    def routes(self) -> Routes:
        """As the store has them."""
        return {route.shift_id: route.order_ids for route in self.day().plan.routes}

    def shift_of(self, order_id: OrderId) -> ShiftId | None:
        """Who has it, by the store."""
        return next((shift_id for shift_id, orders in self.routes().items() if order_id in orders), None)

    def revision(self) -> int:
        """Of the store."""
        return self.workplace.store.read(lambda r: r.revision)

    def told(self) -> str:
        """What the status bar says."""
        return self.ask(lambda: self.window.status._told.text())

    # --- where things are -------------------------------------------------------------------------------------------

    def of(self, widget: Callable[[], QWidget], at: Callable[[QWidget], QPoint] = lambda w: w.rect().center()) -> Point:
        """A point of a widget on the screen."""

        def find() -> Point:
            found = widget()
            if not found.isVisible():
                raise Missed(f"{found.objectName() or found} is not on the screen")
            point = found.mapToGlobal(at(found))
            return point.x(), point.y()

        return self.ask(find)

    def named(self, name: str) -> Point:
        """The middle of a visible widget by its object name, in any window."""

        def find() -> QWidget:
            found = [w for w in QApplication.allWidgets() if w.objectName() == name and w.isVisible()]
            if not found:
                raise Missed(f"nothing called {name} is on the screen")
            return found[-1]

        return self.of(find)

    def round_row(self, shift_id: ShiftId, *, shown: bool = True) -> Point:
        """A driver's row in the table of rounds."""
        return self._row(lambda: ("round", shift_id), 0.6)

    def stop_row(self, order_id: OrderId, *, low: bool = False) -> Point:
        """A stop's row there; its upper half, or its lower."""
        return self._row(lambda: order_id, 0.6, 0.8 if low else 0.3)

    def _row(self, key: Callable[[], object], right: float, down: float = 0.5) -> Point:
        def find() -> Point:
            view = self.window.board.rounds.view
            place = self.window.board.rounds.model.place_of(key())
            if place is None:
                raise Missed(f"{key()} has no row")
            rect = view.row_rect(place)
            at = QPoint(round(rect.width() * right), rect.top() + round(rect.height() * down))
            if not view.viewport().rect().contains(at):
                raise Missed(f"the row of {key()} is not in view")
            point = view.viewport().mapToGlobal(at)
            return point.x(), point.y()

        return self.ask(find)

    def pool_row(self, order_id: OrderId) -> Point:
        """An order's row in the pool."""

        def find() -> Point:
            view = self.window.board.pool.view
            place = self.window.board.pool.model.place_of(order_id)
            if place is None:
                raise Missed(f"{order_id} is not in the pool")
            at = view.visualRect(view.model().index(place, 1)).center()
            if not view.viewport().rect().contains(at):
                raise Missed(f"the row of {order_id} is not in view")
            point = view.viewport().mapToGlobal(at)
            return point.x(), point.y()

        return self.ask(find)

    def lane_stop(self, order_id: OrderId) -> Point:
        """A stop's bar in the timeline."""

        def find() -> Point:
            chart = self.window.board.timeline.chart
            place = chart.showing.place(order_id)
            if place is None:
                raise Missed(f"{order_id} has no bar")
            view, mark = chart.showing.view, chart.showing.mark(place)
            y = view.y(place.row) + chart.sizes.bar_top + chart.sizes.bar / 2
            at = chart.area.topLeft().toPoint() + QPoint(round(view.x(mark.middle_s)), round(y))
            if not chart.area.toRect().contains(at):
                raise Missed(f"the bar of {order_id} is not in view")
            point = chart.viewport().mapToGlobal(at)
            return point.x(), point.y()

        return self.ask(find)

    # --- the map ----------------------------------------------------------------------------------------------------

    def on_map(self) -> dict[str, Any]:
        """What the page reports."""
        answers: list[str] = []
        page = lambda: self.window.board.map.page.runJavaScript("roundhouse.report()", answers.append)
        self.ask(page)
        self.until(lambda: answers, "the map answers")
        return json.loads(answers[0])

    def map_until(self, holds: Callable[[dict[str, Any]], object], what: str, seconds: float = PATIENCE_S) -> Any:
        """What the page reports, as soon as it fits."""
        end = time.monotonic() + seconds
        while not holds(report := self.on_map()):
            if time.monotonic() > end:
                raise Missed(f"{what}: not within {seconds:.0f} s")
            time.sleep(BEAT_S)
        return report

    def map_point(self, x: float, y: float) -> Point:
        """A point of the page on the screen."""
        return self.of(lambda: self.window.board.map.web, lambda _: QPoint(round(x), round(y)))

    def lone_marks(self, gap: float = 26, edge: float = 60) -> dict[OrderId, tuple[float, float]]:
        """Marks that stand alone and well inside the map, in its pixels."""
        marks = self.on_map()["stops"]
        width, height = self.ask(lambda: (self.window.board.map.width(), self.window.board.map.height()))

        def alone(mark: dict[str, Any]) -> bool:
            near = [m for m in marks if abs(m["x"] - mark["x"]) < gap and abs(m["y"] - mark["y"]) < gap]
            inside = edge < mark["x"] < width - edge and edge < mark["y"] < height - edge
            return inside and len(near) == 1 and mark["stack"] == 1

        return {OrderId(m["id"]): (m["x"], m["y"]) for m in marks if alone(m)}

    # --- pictures ---------------------------------------------------------------------------------------------------

    def painted(self) -> None:
        """Until the map shows all it was told."""
        view, seen = self.window.board.map, list[int]()
        if not self.ask(view.isVisible):
            return
        self.ask(lambda: view.painted.connect(seen.append))
        token = self.ask(view.request_painted)
        self.until(lambda: token in seen, "the map is painted")

    def picture(self) -> QPixmap:
        """The whole screen, with the pointer, which no grab contains."""
        shown = QGuiApplication.primaryScreen().grabWindow(0)
        at = QCursor.pos()
        painter = QPainter(shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.GlobalColor.white)
        painter.setBrush(Qt.GlobalColor.black)
        arrow = ((0, 0), (0, 17), (4, 13), (7, 19), (10, 18), (7, 12), (12, 12))
        painter.drawPolygon(QPolygon([at + QPoint(x, y) for x, y in arrow]))
        painter.end()
        return shown
