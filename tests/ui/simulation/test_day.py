"""A simulated day in the real window: begun, watched and ended, with a real process that drives it."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
import shiboken6

from dispatcher.services import gateway_process
from dispatcher.services.clocks import LEASE, SimulatedTime, publish, published, system_clock, withdraw
from dispatcher.services.simulating import Summary, Wish
from tests.ui.window.conftest import SLUG, TODAY, OpenWindow
from tests.ui.window.shown import Shown
from ui.faults import FaultBox
from ui.simulation.dialog import SimulationDialog

PATIENCE_MS = 120_000


class Practice:
    """A window in which days are simulated."""

    def __init__(self, shown: Shown) -> None:
        self.shown, self.window = shown, shown.window
        self.desk, self.banner = shown.window.simulation, shown.window.simulation.banner
        self.folder = shown.workplace.home.depots / SLUG
        self.logbook = shown.workplace.live.logbook

    def until(self, holds) -> None:
        self.shown.qtbot.waitUntil(lambda: bool(holds()), timeout=PATIENCE_MS)

    def begin(self, **wish: object) -> None:
        self.desk.begin(Wish(TODAY, **{"speed": 300.0, **wish}))

    def fault(self) -> str:
        (box,) = [box for box in self.window.findChildren(FaultBox) if box.isVisible()]
        said = f"{box.what.text()} {box.remedy.text()}"
        box.accept()
        self.until(lambda: not shiboken6.isValid(box))  # till then the same is not said twice
        return said


@pytest.fixture
def practice(shown: Shown) -> Practice:
    return Practice(shown)


def test_a_day_is_asked_for_driven_and_summed_up(practice: Practice) -> None:
    practice.window.actions_by_name["simulate"].trigger()
    (dialog,) = practice.window.findChildren(SimulationDialog)
    dialog.speed.setCurrentIndex(dialog.speed.findData(300))
    dialog.drivers.setValue(1)
    with practice.shown.qtbot.waitSignal(practice.desk.over, timeout=PATIENCE_MS) as over:
        dialog.go.click()
        assert practice.banner.isVisible()
        practice.until(lambda: "Simulated time" in practice.banner.text)
        practice.until(lambda: "of 9 stops" in practice.banner.text)
        assert "300×" in practice.banner.text
        assert practice.banner.stop.isVisible()
        practice.until(lambda: practice.window.road.live and practice.window.road.live.attempts)
        now = practice.shown.workplace.clock()
        assert abs(now - published(practice.folder).at(system_clock())) < timedelta(minutes=5)
    summary: Summary = over.args[0]
    assert (summary.drivers, summary.stopped) == (1, False)
    assert summary.sent == summary.acknowledged > 0
    assert practice.window.status._told.text() == summary.words
    practice.until(lambda: not practice.banner.isVisible())
    counts = practice.logbook.read(lambda r: r.counts())
    assert counts.actions == summary.actions
    assert counts.photos == summary.photos
    practice.until(lambda: practice.shown.outlook.day.date == TODAY)
    behind = lambda: sum(stop.done for route in practice.shown.outlook.day.plan.routes for stop in route.stops)
    practice.until(lambda: behind() == 9)


def test_stop_ends_it_in_order(practice: Practice) -> None:
    practice.begin()
    practice.until(lambda: practice.banner.stop.isVisible() and "Simulated time" in practice.banner.text)
    with practice.shown.qtbot.waitSignal(practice.desk.over, timeout=PATIENCE_MS) as over:
        practice.banner.stop.click()
        assert "ending" in practice.banner.text
        assert not practice.banner.stop.isVisible()
    assert over.args[0].stopped
    assert over.args[0].sent == over.args[0].acknowledged
    assert not practice.desk.running
    assert published(practice.folder) is None


def test_only_one_at_a_time(practice: Practice) -> None:
    practice.begin()
    practice.begin()
    assert "being driven already" in practice.fault()
    practice.until(lambda: practice.desk.running)
    practice.window.actions_by_name["simulate"].trigger()
    assert "being driven already" in practice.fault()
    with practice.shown.qtbot.waitSignal(practice.desk.ended, timeout=PATIENCE_MS):
        practice.desk.end()


def test_closing_the_window_ends_it(practice: Practice, open_window: OpenWindow) -> None:
    home, folder = practice.shown.workplace.home, practice.folder
    practice.begin()
    practice.until(lambda: published(folder))
    practice.window.close()
    practice.until(lambda: not shiboken6.isValid(practice.window))
    assert published(folder) is None
    assert not gateway_process.status(home, SLUG).running
    again = Practice(open_window())
    assert not again.banner.isVisible()
    assert not any(device.trusted for device in again.logbook.read(lambda r: r.devices()))


def test_what_keeps_it_from_running_is_said(practice: Practice) -> None:
    practice.begin(seed=-1)
    practice.until(lambda: [box for box in practice.window.findChildren(FaultBox) if box.isVisible()])
    said = practice.fault()
    assert "The simulated day failed" in said
    assert "no seed" in said
    assert not practice.banner.isVisible()
    assert not practice.desk.running


def test_one_driven_from_elsewhere_is_told_of(practice: Practice) -> None:
    now = system_clock()
    at = datetime.combine(TODAY, datetime.min.time(), practice.shown.workplace.depot.zone) + timedelta(hours=10)
    publish(practice.folder, SimulatedTime(now, at, 1.0, now + LEASE))
    practice.until(lambda: practice.banner.isVisible())
    assert practice.banner.text == "Simulated time 10:00 · 1×"
    assert not practice.banner.stop.isVisible()
    practice.begin()
    assert "being driven already" in practice.fault()
    withdraw(practice.folder)
    practice.until(lambda: not practice.banner.isVisible())


# --- where it may not be ----------------------------------------------------------------------------------------------


def test_where_real_customers_are_served_it_is_refused_in_words(practice: Practice) -> None:
    store = practice.shown.workplace.store
    serious = replace(store.read(lambda r: r.depot()).road, practice=False)
    store.write("For customers", lambda uow: uow.put_depot(replace(uow.depot(), road=serious)))
    practice.window.day.open(TODAY)
    practice.shown.settle()
    practice.window.actions_by_name["simulate"].trigger()
    said = practice.fault()
    assert "not a depot for practice" in said
    assert "roundhouse demo" in said
    practice.begin()
    assert "not a depot for practice" in practice.fault()
    assert not practice.logbook.read(lambda r: r.rounds_on(TODAY)), "nothing was sent"


def test_a_day_without_a_plan_is_refused(practice: Practice) -> None:
    practice.window.hand.clear()
    practice.shown.settle()
    practice.begin()
    assert "no stop is planned" in practice.fault()


def test_from_a_moment_of_the_past_it_comes_back_to_now(practice: Practice) -> None:
    entry = practice.shown.workplace.store.entries(1)[0]
    with practice.shown.qtbot.waitSignal(practice.window.day.past_changed, timeout=PATIENCE_MS):
        practice.window.day.show_moment(entry)
    practice.begin(until=time(0, 1))
    assert practice.window.day.past is None
    with practice.shown.qtbot.waitSignal(practice.desk.ended, timeout=PATIENCE_MS):
        pass
