"""An open window as its tests see it: what stands in the store, and what each view shows of it."""

import json
from collections.abc import Callable
from itertools import chain
from typing import Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.services.planning import Outlook, PlanningDesk
from dispatcher.services.workplace import Workplace
from ui.board.pool_model import Role
from ui.window.main import MainWindow

PATIENCE_MS = 30_000

type Routes = dict[ShiftId, tuple[OrderId, ...]]


class Shown:
    """A window, and ways to look at it and to wait for it."""

    def __init__(self, window: MainWindow, workplace: Workplace, qtbot: QtBot) -> None:
        self.window, self.workplace, self.qtbot = window, workplace, qtbot
        self.told: list[str] = []
        for teller in (window.day, window.hand, window.search, window.proposals):
            teller.told.connect(self.told.append)

    # --- what is so -------------------------------------------------------------------------------------------------

    def stored(self) -> Day:
        """The day shown, as the store has it."""
        on = self.window.day.date
        assert on is not None
        return self.workplace.store.read(lambda r: r.day(on))

    def routes(self) -> Routes:
        """The store's rounds."""
        return {route.shift_id: route.order_ids for route in self.stored().plan.routes}

    def held(self) -> set[OrderId]:
        """The orders that are bound to their drivers."""
        return {stop.order_id for route in self.stored().plan.routes for stop in route.stops if stop.held}

    # --- what is shown ----------------------------------------------------------------------------------------------

    @property
    def outlook(self) -> Outlook:
        """What the views are given."""
        assert self.window.day.outlook is not None
        return self.window.day.outlook

    def in_tree(self) -> Routes:
        """The rounds of the tree."""
        model = self.window.board.rounds.model
        return {row.shift_id: model.stop_ids(row.shift_id) for row in model.round_rows()}

    def in_pool(self) -> set[OrderId]:
        """The orders of the pool."""
        model = self.window.board.pool.model
        return {model.index(row, 0).data(Role.ORDER_ID) for row in range(model.rowCount())}

    def on_map(self) -> dict[str, Any]:
        """What the page reports."""
        with self.qtbot.waitCallback(timeout=PATIENCE_MS) as returned:
            self.window.board.map.page.runJavaScript("roundhouse.report()", returned)
        report: dict[str, Any] = json.loads(returned.args[0])
        return report

    def assert_views_agree(self) -> None:
        """Tree, pool, map and find box show what the store has."""
        day, report = self.stored(), self.on_map()
        assert self.in_tree() == self.routes()
        assert self.in_pool() == set(day.unplanned)
        assert {mark["id"] for mark in report["stops"]} == {*day.unplanned, *chain(*self.routes().values())}
        assert {mark["id"] for mark in report["stops"] if mark["state"] == "unplanned"} == set(day.unplanned)
        assert {mark["id"] for mark in report["stops"] if mark["state"] == "held"} == self.held() - self.late()
        assert set(report["routes"]) == {shift_id for shift_id, stops in self.routes().items() if stops}

    def late(self) -> set[OrderId]:
        """The stops that begin after their window, as the views are given them."""
        return {s.order_id for r in self.outlook.schedule.routes.values() for s in r.stops if s.late_s}

    def assert_times_are_of_the_plan(self) -> None:
        """What is shown is what the judge says of what the store has."""
        fresh = PlanningDesk(self.workplace.roads).look(self.stored())
        assert self.outlook.schedule == fresh.schedule
        assert self.outlook.day.plan.routes == fresh.day.plan.routes

    # --- waiting ----------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Until nothing works in the background and the map shows all that it was told."""
        self.window.runner.wait_until_idle(PATIENCE_MS)
        if not self.window.board.map.broken and self.window.board.map.isVisible():
            with self.qtbot.waitSignal(self.window.board.map.painted, timeout=PATIENCE_MS):
                self.window.board.map.request_painted()

    def until(self, holds: Callable[[], object]) -> None:
        """Until something holds."""
        self.qtbot.waitUntil(lambda: bool(holds()), timeout=PATIENCE_MS)

    def close(self) -> None:
        """As a person does it; returns when the window is gone."""
        if shiboken6.isValid(self.window):
            self.window.close()
            self.until(lambda: not shiboken6.isValid(self.window))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # type: ignore[call-overload]
