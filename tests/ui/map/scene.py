"""A small map that tests can reckon with, and hands to put on it."""

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Place
from ui.map.messages import MapPosition, RouteLine, StopMark, StopState
from ui.map.view import MapView

CENTRE = Place(60.0, 25.0)
DEPOT = Place(60.0, 24.986)
EAST_WEST = (24.992, 25.0, 25.008)
"""At zoom 15 these lie 186 pixels apart, and the two rounds 280 pixels."""


def line(*places: Place) -> tuple[tuple[float, float], ...]:
    return tuple((place.lat, place.lon) for place in places)


def one_round(name: str, number: int, lat: float, colour: str) -> tuple[RouteLine, list[StopMark]]:
    """A round of three stops from west to east: `a1`, `a2`, `a3` for the name `a`; open at its end."""
    places = [Place(lat, lon) for lon in EAST_WEST]
    shift_id = ShiftId(name)
    legs = tuple(line(start, end) for start, end in zip([DEPOT, *places], places, strict=False))
    stops = [
        StopMark(OrderId(f"{name}{turn}"), place, StopState.PLANNED, shift_id, turn, colour, f"{name}{turn} street")
        for turn, place in enumerate(places, start=1)
    ]
    return RouteLine(shift_id, number, colour, f"Driver {name}", legs), stops


class Scene:
    """What the tests do with a map: look at it as the page reports it, and put hands on it."""

    def __init__(self, view: MapView, qtbot: QtBot) -> None:
        self.view = view
        self.qtbot = qtbot

    def show(self, routes: list[RouteLine], stops: list[StopMark], zoom: float = 15) -> None:
        self.view.show_routes(routes)
        self.view.show_stops(stops)
        self.view.go_to(MapPosition(CENTRE, zoom))
        self.paint()

    def show_two_rounds(self) -> None:
        """Round `a` in the upper half, `b` in the lower, the unplanned `u` in between."""
        upper, upper_stops = one_round("a", 1, 60.003, "#0072b2")
        lower, lower_stops = one_round("b", 2, 59.997, "#d55e00")
        unplanned = StopMark(OrderId("u"), Place(60.0, 25.004), label="u street")
        self.show([upper, lower], [*upper_stops, *lower_stops, unplanned])

    def paint(self) -> None:
        with self.qtbot.waitSignal(self.view.painted, timeout=20_000):
            self.view.request_painted()

    def run(self, script: str) -> Any:
        with self.qtbot.waitCallback(timeout=10_000) as returned:
            self.view.page.runJavaScript(script, returned)
        return returned.args[0]

    def report(self) -> dict[str, Any]:
        return json.loads(self.run("roundhouse.report()"))

    def until(self, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """The first report for which `holds` is true."""
        reports: list[dict[str, Any]] = []

        def check() -> bool:
            reports.append(self.report())
            return bool(holds(reports[-1]))

        self.qtbot.waitUntil(check, timeout=10_000)
        return reports[-1]

    def at(self, order_id: str) -> QPoint:
        """Where the stop's mark is, pixels of the view."""
        mark = next(mark for mark in self.report()["stops"] if mark["id"] == order_id)
        return QPoint(round(mark["x"]), round(mark["y"]))

    def between(self, first: str, second: str) -> QPoint:
        return (self.at(first) + self.at(second)) / 2

    # --- hands: straight to the widget that Chromium listens on --------------------------------------------------

    def press(self, at: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mousePress(self.view.web.focusProxy(), Qt.MouseButton.LeftButton, keys, at)

    def move(self, at: QPoint) -> None:
        QTest.mouseMove(self.view.web.focusProxy(), at)

    def release(self, at: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseRelease(self.view.web.focusProxy(), Qt.MouseButton.LeftButton, keys, at)

    def click(self, at: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.move(at)
        self.press(at, keys)
        self.release(at, keys)

    def double_click(self, at: QPoint) -> None:
        """By hand: QTest spaces its clicks in time such that Chromium sees two single ones."""
        target, kind, left = self.view.web.focusProxy(), QEvent.Type, Qt.MouseButton.LeftButton
        for what in (kind.MouseButtonPress, kind.MouseButtonRelease, kind.MouseButtonDblClick, kind.MouseButtonRelease):
            held = Qt.MouseButton.NoButton if what == kind.MouseButtonRelease else left
            where, no_key = QPointF(at), Qt.KeyboardModifier.NoModifier
            QApplication.sendEvent(target, QMouseEvent(what, where, target.mapToGlobal(where), left, held, no_key))

    def drag(self, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Everything but letting go."""
        self.move(start)
        self.press(start, keys)
        for step in range(1, 9):
            self.move(start + (end - start) * (step / 8))

    def wheel(self, at: QPoint, notches: int) -> None:
        target, none = self.view.web.focusProxy(), QPoint()
        where, keys = QPointF(at), Qt.KeyboardModifier.NoModifier
        held, phase = Qt.MouseButton.LeftButton, Qt.ScrollPhase.NoScrollPhase
        turned = QPoint(0, notches)
        event = QWheelEvent(where, target.mapToGlobal(where), none, turned, held, keys, phase, False)
        QApplication.sendEvent(target, event)

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.view.web.focusProxy(), key)
