"""The road in the real window: rounds sent, drivers followed, alerts raised, messages written, the day seen again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from dispatcher.domain.devices import Device
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.tracking import AlertKind, Fix
from dispatcher.services.live import LiveDay
from tests.fixtures import onroad
from tests.ui.window.conftest import TODAY, OpenWindow
from tests.ui.window.shown import Shown


class OnRoad:
    """A window whose day has been sent, with a phone in the first driver's hand and a clock of its own."""

    def __init__(self, shown: Shown) -> None:
        self.shown, self.window = shown, shown.window
        assert self.window.road is not None
        self.road = self.window.road
        self.logbook = shown.workplace.live.logbook
        self.day: Day = shown.outlook.day
        self.shift: ShiftId = next(iter(self.day.shifts))
        self.driver = self.day.drivers[self.day.shifts[self.shift].driver_id]
        self.phone: Device = onroad.pair(self.logbook, self.driver.id, self.times.leaves_at)
        self.at(self.times.leaves_at - timedelta(minutes=10))

    @property
    def times(self):
        return self.shown.outlook.schedule.routes[self.shift]

    @property
    def live(self) -> LiveDay:
        assert self.road.live is not None
        return self.road.live

    def at(self, moment: datetime) -> None:
        """Let it be this moment for the window."""
        self.moment = moment
        self.road.feed._clock = lambda: self.moment

    def send(self) -> None:
        self.window.actions_by_name["send_rounds"].trigger()
        self.shown.until(lambda: self.road.live and self.live.sending.rounds == 4)

    def drive(self, until: datetime, late_s: int = 0) -> list[Fix]:
        fixes = list(onroad.drive(self.day, self.shown.outlook.schedule, self.shift, until=until, late_s=late_s))
        self.at(until)
        onroad.report(self.logbook, self.phone, fixes, until)
        return fixes

    def drivers_on_map(self):
        return self.shown.on_map()["drivers"]


@pytest.fixture
def on_road(shown: Shown) -> OnRoad:
    return OnRoad(shown)


def test_rounds_go_out_and_what_changes_follows_by_itself(on_road: OnRoad) -> None:
    on_road.send()
    versions = lambda: {r.shift_id: r.version for r in on_road.logbook.read(lambda r: r.rounds_on(TODAY))}
    assert set(versions().values()) == {1}
    moving, other = on_road.times.stops[0].order_id, list(on_road.day.shifts)[1]
    on_road.at(on_road.times.leaves_at)
    on_road.window.hand.move((moving,), other)
    on_road.shown.until(lambda: versions()[other] == 2)
    assert versions()[on_road.shift] == 2
    assert sorted(versions().values()) == [1, 1, 2, 2]


def test_a_driver_appears_on_the_map_and_the_card_tells_of_them(on_road: OnRoad) -> None:
    on_road.send()
    here, there = max(pairwise(on_road.times.stops), key=lambda leg: leg[1].arrives_at - leg[0].departs_at)
    on_road.drive(here.departs_at + (there.arrives_at - here.departs_at) * 0.6)
    on_road.shown.until(lambda: on_road.live.rounds.get(on_road.shift) and on_road.live.rounds[on_road.shift].stops)
    on_road.shown.until(lambda: len(on_road.drivers_on_map()) == 1)
    on_road.window.board.map.driver_clicked.emit(on_road.driver.id)
    card = on_road.window.board.driver
    assert card.driver_id == on_road.driver.id
    assert on_road.driver.name in card.name.text()
    on_road.shown.until(lambda: "on the way to" in card.facts["Now"].text())
    assert on_road.window.board.selected_shifts == (on_road.shift,)


def test_a_stop_that_is_delivered_is_done_in_every_view(on_road: OnRoad) -> None:
    on_road.send()
    first = on_road.times.stops[0]
    on_road.at(first.departs_at)
    answer = onroad.act(
        on_road.logbook, on_road.phone, "deliver", on_road.shift, first.departs_at,
        order_id=first.order_id, outcome="delivered", handover="recipient", name="Kim",
    )  # fmt: skip
    assert answer["taking"] == "taken"
    is_done = lambda: [
        s.order_id for r in on_road.shown.outlook.day.plan.routes for s in r.stops if s.done
    ] == [first.order_id]  # fmt: skip
    on_road.shown.until(is_done)
    on_road.shown.settle()
    on_road.window.board.select((), (on_road.shift,))
    on_road.shown.until(lambda: on_road.window.board.driver.facts["Done"].text().startswith("1 of"))
    on_road.window.hand.move((on_road.times.stops[-1].order_id,), list(on_road.day.shifts)[1])
    on_road.shown.settle()
    on_road.window.hand.undo()
    on_road.shown.settle()
    assert is_done()


def test_a_late_driver_raises_an_alert_whose_remedy_is_filled_in(on_road: OnRoad) -> None:
    on_road.send()
    until = on_road.times.leaves_at + timedelta(minutes=25)
    onroad.report(on_road.logbook, on_road.phone, list(standing(on_road, until)), until)
    on_road.at(until)
    alerts = on_road.window.board.alerts
    kinds = lambda: [row.alert.kind for row in alerts.model.rows if row.alert.shift_id == on_road.shift]
    on_road.shown.until(lambda: AlertKind.LATE_DEPARTURE in kinds())
    assert on_road.window.board.docks["Alerts"].windowTitle() != "Alerts"
    row = next(i for i, r in enumerate(alerts.model.rows) if r.alert.kind is AlertKind.LATE_DEPARTURE)
    alerts.view.setCurrentIndex(alerts.model.index(row))
    assert on_road.window.board.selected_shifts == (on_road.shift,)
    alerts.remedy.click()
    (form,) = on_road.window.disturbances._open.values()
    delay_s = on_road.live.rounds[on_road.shift].delay_s
    assert form.by.minutes == round(delay_s / 60) > 20
    form.close()


def test_today_is_followed_while_tomorrow_is_shown(on_road: OnRoad) -> None:
    on_road.send()
    board, tomorrow = on_road.window.board, TODAY + timedelta(days=1)
    until = on_road.times.leaves_at + timedelta(minutes=25)
    on_road.window.open_day(tomorrow)
    on_road.shown.until(lambda: on_road.road.live and on_road.live.date == tomorrow)
    onroad.report(on_road.logbook, on_road.phone, list(standing(on_road, until)), until)
    on_road.at(until)
    alerts = board.alerts
    kinds = lambda: [row.alert.kind for row in alerts.model.rows if row.alert.shift_id == on_road.shift]
    on_road.shown.until(lambda: AlertKind.LATE_DEPARTURE in kinds())
    assert board.docks["Alerts"].windowTitle() != "Alerts"
    assert alerts.day.text().startswith("Today, ")
    said: list[str] = []
    on_road.road.told.connect(said.append)
    onroad.act(on_road.logbook, on_road.phone, "note", on_road.shift, until, text="The gate is shut")
    on_road.shown.until(lambda: any("The gate is shut" in text for text in said))
    assert on_road.window.day.date == tomorrow
    alerts.view.setCurrentIndex(alerts.model.index(kinds().index(AlertKind.LATE_DEPARTURE)))
    on_road.shown.until(lambda: board.selected_shifts == (on_road.shift,))
    assert on_road.window.day.date == TODAY
    on_road.shown.until(lambda: not alerts.day.text())
    assert len([text for text in said if "The gate is shut" in text]) == 1


def standing(on_road: OnRoad, until: datetime) -> Iterator[Fix]:
    """A driver who is still at the start."""
    start = on_road.day.shifts[on_road.shift].start
    return (Fix(until - timedelta(seconds=20 * i), start, accuracy_m=5) for i in range(30))


def test_a_message_reaches_the_phone_and_its_answer_is_said(on_road: OnRoad) -> None:
    on_road.send()
    on_road.window.board.select((), (on_road.shift,))
    on_road.window.actions_by_name["message_driver"].trigger()
    card, qtbot = on_road.window.board.driver, on_road.shown.qtbot
    qtbot.keyClicks(card.talk.line, "Call the depot")
    qtbot.keyClick(card.talk.line, Qt.Key.Key_Return)
    written = lambda: on_road.logbook.read(lambda r: r.notes(on_road.driver.id))
    on_road.shown.until(lambda: [n.text for n in written()] == ["Call the depot"])
    on_road.shown.until(lambda: "Call the depot" in card.talk.talk.toPlainText())
    assert isinstance(card.talk.line, QLineEdit)
    assert card.talk.line.text() == ""
    said: list[str] = []
    on_road.road.told.connect(said.append)
    on_road.at(on_road.moment + timedelta(minutes=1))
    onroad.act(on_road.logbook, on_road.phone, "note", on_road.shift, on_road.moment, text="On my way")
    on_road.shown.until(lambda: any("On my way" in text for text in said))
    assert "On my way" in card.talk.talk.toPlainText()


def test_a_message_is_not_said_again_after_another_day_was_shown(on_road: OnRoad) -> None:
    on_road.send()
    said: list[str] = []
    on_road.road.told.connect(said.append)
    onroad.act(on_road.logbook, on_road.phone, "note", on_road.shift, on_road.moment, text="On my way")
    on_road.shown.until(lambda: [text for text in said if "On my way" in text])
    on_road.window.open_day(TODAY + timedelta(days=1))
    on_road.shown.until(lambda: on_road.road.live and on_road.live.date != TODAY)
    on_road.window.open_day(TODAY)
    on_road.shown.until(lambda: on_road.road.live and on_road.live.date == TODAY and on_road.live.notes)
    assert len([text for text in said if "On my way" in text]) == 1


def test_a_message_stays_new_until_it_was_seen(on_road: OnRoad, open_window: OpenWindow) -> None:
    """After a restart too, and on whatever day is shown."""
    on_road.send()
    onroad.act(on_road.logbook, on_road.phone, "note", on_road.shift, on_road.moment, text="The gate is shut")
    titled = lambda shown: shown.window.board.docks["Driver"].windowTitle()
    on_road.shown.until(lambda: titled(on_road.shown) == "Driver ✉ 1")
    assert on_road.window.status._unread.text() == "✉ 1 new message"
    on_road.shown.close()
    again = open_window()
    again.window.open_day(TODAY + timedelta(days=1))
    again.until(lambda: titled(again) == "Driver ✉ 1")
    again.window.activateWindow()
    again.window.actions_by_name["read_next"].trigger()
    again.until(lambda: titled(again) == "Driver")
    card = again.window.board.driver
    assert "Not on duty" in card.state.text()
    assert "The gate is shut" in card.talk.talk.toPlainText()
    assert not again.window.status._unread.isVisible()
    (note,) = again.workplace.live.logbook.read(lambda r: r.notes(on_road.driver.id))
    assert note.read_at


def test_sending_says_who_has_no_phone(on_road: OnRoad) -> None:
    said: list[str] = []
    on_road.road.told.connect(said.append)
    on_road.shown.until(lambda: on_road.road.live and on_road.live.devices)
    on_road.send()
    on_road.shown.until(lambda: said)
    assert said == ["4 rounds sent to drivers. But 3 drivers have no phone to see it on yet: pair one under Phones."]


def test_the_status_bar_says_who_is_heard_now_and_that_nobody_can_be(on_road: OnRoad) -> None:
    on_road.send()
    on_road.drive(on_road.times.stops[2].departs_at)
    told = on_road.window.status._road
    on_road.shown.until(lambda: "the gateway does not run" in told.text())
    assert "heard" not in told.text()
    on_road.window.phones.running_changed.emit(True)
    on_road.shown.until(lambda: "1 of 1 phone heard" in told.text())
    on_road.at(on_road.moment + timedelta(minutes=6))
    on_road.shown.until(lambda: "0 of 1 phone heard" in told.text())


def test_the_day_is_seen_again(on_road: OnRoad) -> None:
    on_road.send()
    fixes = on_road.drive(on_road.times.stops[2].departs_at)
    on_road.shown.until(lambda: on_road.live.followed)
    on_road.window.actions_by_name["replay"].trigger()
    bar, view = on_road.window.board.replay, on_road.window.board.map
    on_road.shown.until(bar.isVisible)
    assert view.replaying
    middle = fixes[len(fixes) // 2].at
    bar.moment_changed.emit(middle)
    on_road.shown.until(lambda: len(on_road.drivers_on_map()) == 1)
    bar.closed.emit()
    assert not view.replaying
    assert not bar.isVisible()


def test_what_was_driven_is_held_against_the_plan(on_road: OnRoad) -> None:
    on_road.send()
    on_road.drive(on_road.times.stops[3].departs_at)
    on_road.shown.until(lambda: on_road.live.followed)
    on_road.window.board.select((), (on_road.shift,))
    on_road.window.actions_by_name["planned_driven"].trigger()
    on_road.shown.until(lambda: on_road.window.board.map._state.get("driven", {}).get("active"))
    on_road.window.board.select((), (list(on_road.day.shifts)[1],))
    assert not on_road.window.board.map._state["driven"]["active"]
    assert not on_road.window.board.driver.driven.isChecked()
