"""The panel on a real desk, a real store and a real logbook: by keys, by clicks, and from the cage."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dispatcher.domain.errors import KnownError
from dispatcher.domain.incidents import Incident, IncidentKind, IncidentState, Remedy, Severity
from dispatcher.domain.orders import OrderState
from dispatcher.domain.tracking import LiveRound, LiveStop, Risk
from dispatcher.services.live import LiveDay
from dispatcher.services.today import Today
from dispatcher.services.whatifs import WhatIf
from dispatcher.services.workplace import Workplace
from tests.conftest import ExpectLog
from tests.fixtures import days
from tests.ui.exceptions.conftest import DONE, Morning, Shown, press, shown_on, write
from ui.exceptions import words
from ui.exceptions.bench import SPARED
from ui.exceptions.panel import IN_A_COPY, NONE_OPEN, ExceptionsPanel
from ui.exceptions.words import Group, Which
from ui.parts.said import Tone
from ui.runner import OpRunner
from ui.theme import Mode, Theme

Key = Qt.Key
FAILED = IncidentKind.FAILED
LEFT = Qt.MouseButton.LeftButton


def put(morning: Morning, *incidents: Incident) -> None:
    """Into the logbook, as if rules had raised them; of a kind that passes by no rule."""
    morning.logbook.write(lambda w: [w.put_incident(incident) for incident in incidents])


def left_out(n: int, **fields: Any) -> Incident:
    """Rows that an import left out."""
    since = days.clock("07:00") + timedelta(seconds=n)
    made = Incident(
        f"left-{n:03}", IncidentKind.LEFT_OUT, days.DATE, f"{n}.csv", f"{n} rows", since, days.clock("23:00")
    )
    return replace(made, **fields)


def number_of(shown: Shown, remedy: Remedy) -> Qt.Key:
    """The key of a remedy that is offered."""
    offers = shown.panel.bench.detail.remedies.offers
    return Key(Key.Key_1 + next(n for n, offer in enumerate(offers) if offer.remedy is remedy))


def click_row(shown: Shown, n: int) -> None:
    table = shown.panel.bench.table
    at = table.visualRect(shown.panel.bench.queue.index(n, 1)).center()
    QTest.mouseClick(table.viewport(), LEFT, pos=at)


# --- settling -----------------------------------------------------------------------------------------------------


def test_keys_alone_work_off_three_exceptions(
    morning: Morning, panel: ExceptionsPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    morning.go()
    morning.fail(morning.shifts[0], DONE)
    shown = shown_on(panel, runner, morning, qtbot)
    assert len(shown.rows()) == 3
    again = shown.current
    press(Key.Key_Return)
    shown.settle()
    closed = shown.current
    press(Key.Key_C)
    write("Spoke to her, comes herself")
    shown.settle()
    returned = shown.current
    press(number_of(shown, Remedy.RETURN))
    if panel.bench.detail.form.asking:
        press(Key.Key_Return)
    shown.settle()
    assert len({again.id, closed.id, returned.id}) == 3
    assert panel.stack.currentWidget() is panel.empty
    assert panel.empty.text == NONE_OPEN
    by_id = {incident.id: incident for incident in morning.incidents()}
    assert by_id[again.id].settled_by is Remedy.AGAIN_TODAY
    assert by_id[closed.id].settled_by is Remedy.CLOSE
    assert by_id[returned.id].settled_by is Remedy.RETURN
    assert {entry.by for incident in by_id.values() for entry in incident.entries} == {"", "Anna"}
    assert again.incident.order_id
    assert returned.incident.order_id
    assert morning.order(again.incident.order_id).attempt == 2
    assert morning.order(returned.incident.order_id).state is OrderState.CANCELLED


def test_two_clicks_from_a_failed_attempt_to_a_new_one_today_and_undo(shown: Shown, morning: Morning) -> None:
    row = shown.rows()[1]
    order_id = row.incident.order_id
    assert order_id
    click_row(shown, 1)
    shown.settle()
    button = shown.button("again_today")
    assert "late" in button.text(), "its price is on it"
    told: list[str] = []
    shown.panel.told.connect(told.append)
    QTest.mouseClick(button, LEFT)
    shown.settle()
    day = morning.looked_at().day
    assert day.orders[order_id].attempt == 2
    (route,) = (route for route in day.plan.routes if order_id in route.order_ids)
    assert route.order_ids.index(order_id) >= DONE - 1, "behind what is driven"
    assert told
    assert row.id not in [r.id for r in shown.rows()]
    assert shown.current.id in [r.id for r in shown.rows()], "the next one is chosen"
    shown.runner.undo()
    shown.settle()
    shown.look()
    assert morning.order(order_id).attempt == 1
    assert row.id in [r.id for r in shown.rows()], "it is open again"


def test_what_a_remedy_wants_is_asked_and_esc_leaves_it(shown: Shown, morning: Morning) -> None:
    row = shown.current
    press(number_of(shown, Remedy.CALL))
    assert shown.panel.bench.detail.form.asking
    write("Never mind", Key.Key_Escape)
    shown.settle()
    assert shown.panel.bench.table.hasFocus()
    assert morning.logbook.read(lambda r: r.calls_of(row.incident.order_id)) == []
    press(number_of(shown, Remedy.CALL))
    write("Comes at six")
    shown.settle()
    (call,) = morning.logbook.read(lambda r: r.calls_of(row.incident.order_id))
    assert (call.text, call.by, call.reached) == ("Comes at six", "Anna", True)
    assert "Comes at six" in shown.panel.bench.detail.page.toPlainText()


def test_letters_typed_are_no_commands(shown: Shown, morning: Morning) -> None:
    before = morning.incidents()
    press(Key.Key_N)
    write("t c r s 1 j k", Key.Key_Escape)
    shown.panel.focus_filter()
    write("tcrs1jk", Key.Key_Escape)
    shown.settle()
    assert morning.incidents() == before


def test_what_cannot_be_done_any_more_is_back_with_the_reason(shown: Shown, morning: Morning) -> None:
    row = shown.current
    order = row.shown.order
    assert order
    cancelled = replace(morning.order(order.id), state=OrderState.CANCELLED)
    morning.workplace.store.write("Cancel", lambda uow: uow.put_orders([cancelled]))
    before = morning.order(order.id)
    shown.button("again_today").click()
    shown.settle()
    assert shown.panel.said.tone is Tone.BAD
    assert order.number in shown.panel.said.text()
    assert morning.order(order.id) == before


def test_while_the_plan_may_not_be_changed_only_the_rest_can_be_done(shown: Shown, morning: Morning) -> None:
    shown.panel.set_hindrance(lambda: "This is the day as it was at 09:00.")
    row = shown.current
    assert row.incident.order_id
    press(Key.Key_Return)
    shown.settle()
    assert shown.panel.said.text() == "This is the day as it was at 09:00."
    assert morning.order(row.incident.order_id).attempt == 1
    press(Key.Key_N)
    write("Later")
    shown.settle()
    assert "Later" in [entry.text for entry in morning.incidents()[0].entries + morning.incidents()[1].entries]


def test_closing_the_window_ends_what_was_decided(shown: Shown, morning: Morning) -> None:
    row = shown.current
    assert row.incident.order_id
    shown.button("again_today").click()
    shown.panel.stop()
    shown.runner.shutdown()
    assert morning.order(row.incident.order_id).attempt == 2
    settled = next(i for i in morning.incidents() if i.id == row.id)
    assert settled.settled_by is Remedy.AGAIN_TODAY


def test_taking_it_meanwhile_lets_nobody_settle_it_twice(shown: Shown) -> None:
    feed, incident_id, doing = shown.panel.feed, shown.current.id, []
    assert feed is not None
    feed.done.connect(lambda deed, _told: doing.append((deed.label, dict(feed.doing))))
    offer = shown.panel.bench.detail.remedies.offers[0]
    feed.perform(incident_id, offer, "", by="Anna")
    feed.take([incident_id], by="Anna")
    shown.settle()
    assert doing == [("take", {incident_id: offer.remedy.value}), (offer.remedy.value, {})]


# --- another day is shown -----------------------------------------------------------------------------------------


def test_what_happens_today_is_raised_while_another_day_is_shown(shown: Shown, morning: Morning) -> None:
    shift, now = morning.workplace.store.read(lambda r: r.shifts_of(days.DATE))[0], morning.time.now
    ahead = morning.stops(shift.id)[DONE].order_id
    at = [now + timedelta(minutes=n) for n in (50, 40, 60, 45)]
    late = LiveRound(shift.id, shift.driver_id, stops=(LiveStop(ahead, now, *at, Risk.LATE),))
    day = morning.workplace.store.read(lambda r: r.day(days.DATE))
    panel = shown.panel
    panel.show_day(days.DATE + timedelta(days=1))
    panel.take_today(Today(day, LiveDay(days.DATE, now, {shift.id: late})))
    panel.refresh()
    shown.settle()
    row = shown.choose(IncidentKind.LATE)
    assert row.incident.order_id == ahead
    assert shown.panel.bench.detail.remedies.buttons, "and can be seen to"
    panel.show_day(days.DATE)
    panel.take_live(LiveDay(days.DATE, now, {shift.id: replace(late, stops=())}))
    shown.look()
    assert not [row for row in shown.rows() if row.incident.kind is IncidentKind.LATE], "by what is known since"


def test_a_price_that_comes_after_the_day_was_changed_is_left(shown: Shown, morning: Morning) -> None:
    panel, row = shown.panel, shown.rows()[0]
    shown.choose(row.incident.kind)
    shown.settle()
    offered, feed = panel._offered, panel.feed
    assert offered is not None
    assert feed is not None
    panel.show_day(days.DATE + timedelta(days=1))
    feed.offered.emit(offered)
    shown.settle()
    shown.choose(row.incident.kind)
    shown.settle()
    assert panel.bench.detail.remedies.buttons, "and is asked for anew"


# --- whose, and how many ------------------------------------------------------------------------------------------


def test_several_are_taken_and_closed_at_once(shown: Shown, morning: Morning) -> None:
    put(morning, left_out(1), left_out(2))
    shown.look()
    shown.panel.bench.table.selectAll()
    press(Key.Key_T)
    shown.settle()
    assert {row.incident.owner for row in shown.rows()} == {"Anna"}
    shown.panel.bar.buttons[Which.MINE].click()
    assert len(shown.rows()) == 4
    shown.panel.bench.table.selectAll()
    press(Key.Key_C)
    write("All seen to")
    shown.settle()
    assert shown.rows() == []
    assert all(i.state is IncidentState.CLOSED for i in morning.logbook.read(lambda r: r.incidents()))


def test_a_closed_one_is_opened_again(shown: Shown, morning: Morning) -> None:
    put(morning, left_out(1))
    shown.look()
    shown.choose(IncidentKind.LEFT_OUT)
    press(Key.Key_C)
    write("Typed in by hand")
    shown.settle()
    shown.panel.bar.buttons[Which.CLOSED].click()
    shown.settle()
    assert [row.id for row in shown.rows()] == ["left-001"]
    assert "Closed: close with a note" in shown.panel.bench.detail.remedies.said.text()
    assert not shown.panel.bench.deeds["take"].isEnabled()
    press(Key.Key_R)
    write("One was forgotten")
    shown.settle()
    assert shown.rows() == []
    assert next(i for i in morning.incidents(IncidentKind.LEFT_OUT)).open


def test_the_name_is_asked_once_and_kept(
    morning: Morning, panel: ExceptionsPanel, runner: OpRunner, settings: QSettings, qtbot: QtBot
) -> None:
    settings.remove("proofs/reviewer")
    morning.go()
    shown = shown_on(panel, runner, morning, qtbot)
    ids = [row.id for row in shown.rows()]
    press(Key.Key_T)
    assert panel.ask.asking
    write("")
    assert panel.ask.line.property("invalid")
    write("Bo")
    shown.settle()
    assert settings.value("proofs/reviewer") == "Bo"
    assert panel.bar.who.text().strip() == "Bo"
    press(Key.Key_J)
    press(Key.Key_T)
    shown.settle()
    assert {i.id: i.owner for i in morning.incidents()} == dict.fromkeys(ids, "Bo")


# --- what is shown ------------------------------------------------------------------------------------------------


def test_what_is_overdue_says_so_in_words_and_is_counted(shown: Shown, qtbot: QtBot) -> None:
    due = shown.current.incident.due_at
    assert shown.panel.bar.buttons[Which.OVERDUE].text() == "Overdue"
    shown.morning.time.now = due + timedelta(minutes=7)
    with qtbot.waitSignal(shown.panel.count_changed) as counted:
        shown.panel.refresh()
    shown.settle()
    overdue = [row for row in shown.rows() if row.over]
    assert "7 min over" in [row.texts[5] for row in overdue]
    assert counted.args == [2, len(overdue)]
    shown.panel.bar.buttons[Which.OVERDUE].click()
    assert shown.rows() == overdue


def test_it_becomes_overdue_by_the_clock_alone(shown: Shown) -> None:
    """Nothing is raised or closed by it, so nothing is read."""
    feed = shown.panel.feed
    assert feed is not None
    shown.morning.time.now = max(row.incident.due_at for row in shown.rows()) + timedelta(minutes=2)
    feed.looked.emit()
    assert [row.over for row in shown.rows()] == [True, True]


def test_filters_narrow_and_the_way_back_is_offered(shown: Shown, morning: Morning, settings: QSettings) -> None:
    put(morning, left_out(1, severity=Severity.CRITICAL))
    shown.look()
    bar = shown.panel.bar
    assert shown.rows()[0].id == "left-001", "the gravest first"
    bar.kinds.setCurrentText(Group.DOOR.value)
    assert {row.incident.kind for row in shown.rows()} == {FAILED}
    bar.kinds.setCurrentIndex(0)
    bar.least.setCurrentText("critical")
    assert [row.id for row in shown.rows()] == ["left-001"]
    bar.kinds.setCurrentText(Group.ROAD.value)
    assert shown.panel.stack.currentWidget() is shown.panel.empty
    assert settings.value("exceptions/filter") == f"OPEN {bar.kinds.currentIndex()} {bar.least.currentIndex()}"
    shown.panel.empty.step_requested.emit()
    assert len(shown.rows()) == 3
    shown.panel.focus_filter()
    write(shown.rows()[1].shown.number)
    assert len(shown.rows()) == 1


def test_arrangement_is_there_tomorrow(
    shown: Shown, workplace: Workplace, settings: QSettings, theme: Theme, qtbot: QtBot
) -> None:
    shown.panel.bar.buttons[Which.OVERDUE].click()
    shown.panel.bench._show_column(6, there=False)
    shown.panel.bench.table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    shown.panel.bench.setSizes([400, 800])
    shown.panel.stop()
    other = ExceptionsPanel(workplace, shown.runner, theme, settings)
    qtbot.addWidget(other)
    other.resize(shown.panel.size())
    assert other.bar.which is Which.OVERDUE
    assert other.bench.table.isColumnHidden(6)
    header = other.bench.table.horizontalHeader()
    assert (header.sortIndicatorSection(), header.sortIndicatorOrder()) == (2, Qt.SortOrder.DescendingOrder)
    other.stop()


def test_going_about_the_queue(shown: Shown, morning: Morning) -> None:
    put(morning, left_out(1), left_out(2))
    shown.look()
    shown.panel.bench.choose(0)
    ids = [row.id for row in shown.rows()]
    for key, there in ((Key.Key_J, 1), (Key.Key_Down, 2), (Key.Key_K, 1), (Key.Key_Up, 0), (Key.Key_K, 0)):
        press(key)
        assert shown.current.id == ids[there]
    assert shown.panel.open_incident(ids[3])
    assert shown.current.id == ids[3]
    assert not shown.panel.open_incident("no such one")


def test_the_page_tells_what_is_known(shown: Shown, qtbot: QtBot) -> None:
    shown.choose(FAILED)
    detail, row = shown.panel.bench.detail, shown.current
    said = detail.page.toPlainText()
    for known in (row.shown.number, row.shown.address, "Nobody there (X12 AQ, EDIFACT 6)", "Rang twice", "attempt 1"):
        assert known in said
    assert detail.what.text() == row.incident.what
    with qtbot.waitSignal(shown.panel.order_requested) as wanted:
        detail.go_to.click()
    assert wanted.args == [row.incident.order_id]


def test_buttons_find_their_rows_at_any_width_and_size_of_text(shown: Shown, theme: Theme) -> None:
    remedies = shown.panel.bench.detail.remedies
    for mode, scale, width in ((Mode.DARK, 1.0, 1_900), (Mode.LIGHT, 1.5, 1_270), (Mode.LIGHT, 1.0, 1_270)):
        theme.apply(mode, scale)
        shown.panel.resize(width, 660)
        press(Key.Key_J)
        shown.settle()
        QCoreApplication.sendPostedEvents()
        places = [button.geometry() for button in remedies.buttons]
        assert all(remedies.rect().contains(place) for place in places)
        assert not any(one.intersects(other) for one, other in combinations(places, 2))


def test_where_the_room_is_short_the_customer_stays_in_sight(shown: Shown) -> None:
    bench = shown.panel.bench
    for width, height, there in ((1_900, 1_000, True), (1_270, 660, False), (1_900, 1_000, True)):
        shown.panel.resize(width, height)
        QCoreApplication.sendPostedEvents()
        assert [bench.table.isColumnHidden(column) for column in (words.SINCE, words.STATE)] == [not there] * 2
        assert bench.table.columnWidth(words.WHO) >= 80
        assert bench.detail.sketch.isVisible() == there


def test_no_usual_words_are_cut_at_the_usual_width(shown: Shown, morning: Morning) -> None:
    """Though none of them stood there when the columns were measured."""
    shown.panel.resize(1_560, 860)
    QCoreApplication.sendPostedEvents()
    made = [replace(left_out(n), kind=kind, about=kind.name) for n, kind in enumerate(IncidentKind)]
    hours = [timedelta(minutes=119), timedelta(hours=10, minutes=59), timedelta(days=12)]
    put(morning, *(replace(i, due_at=morning.time.now - hours[n % 3]) for n, i in enumerate(made)))
    board = shown.panel.feed.desk.board(days.DATE)  # type: ignore[union-attr]
    table, model = shown.panel.bench.table, shown.panel.bench.model
    model.show_board(board.shown, board.at, days.DATE, {})
    metrics, hidden = table.fontMetrics(), {n for n in SPARED if table.isColumnHidden(n)}
    for row in model.rows:
        for column in {words.SEVERITY, words.KIND, words.SINCE, words.DUE, words.STATE} - hidden:
            beside = 12 + (20 if column == words.SEVERITY else 0)
            assert metrics.horizontalAdvance(row.texts[column]) + beside <= table.columnWidth(column), row.texts
    assert table.columnWidth(words.WHO) >= 100


def test_only_what_changed_is_told_and_what_is_chosen_stays(shown: Shown, morning: Morning) -> None:
    put(morning, *(left_out(n) for n in range(300)))
    shown.look()
    model, chosen = shown.panel.bench.model, shown.choose(FAILED)
    assert model.rowCount() == 302
    changed: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    model.modelReset.connect(lambda: changed.append((-1, -1)))
    put(morning, left_out(7, owner="Bo"), left_out(300, severity=Severity.CRITICAL))
    shown.panel.refresh()
    shown.settle()
    n = model.row_of_id("left-007")
    assert changed == [(n, n)]
    assert model.rowCount() == 303
    assert shown.current.id == chosen.id
    assert shown.rows()[0].id == "left-300"


def test_nothing_is_read_in_the_thread_that_paints(
    shown: Shown, morning: Morning, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    painting: list[str] = []

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: object, *args: Any, **named: Any) -> Any:
            if threading.current_thread() is threading.main_thread():
                painting.append(name)
            return real(self, *args, **named)

        return call

    for kind in (type(workplace.store), type(morning.logbook)):
        for name in ("read", "write"):
            monkeypatch.setattr(kind, name, watched(f"{kind.__name__}.{name}", getattr(kind, name)))
    shown.panel.refresh()
    shown.settle()
    press(Key.Key_J)
    press(Key.Key_T)
    shown.settle()
    press(Key.Key_Return)
    shown.settle()
    shown.panel.scan_action.trigger()
    write("4001")
    shown.settle()
    assert painting == []
    workplace.store.read(lambda r: r.depot())
    assert painting, "the watch works"


def test_a_reading_that_fails_says_so_and_recovers(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    feed = shown.panel.feed
    assert feed is not None
    rows = len(shown.rows())
    with expect_log("exceptions cannot be looked at"), monkeypatch.context() as broken:
        broken.setattr(type(feed.desk), "board", lambda *_: (_ for _ in ()).throw(KnownError("The disk is full.")))
        for _ in range(2):
            shown.panel.refresh()
            shown.settle()
    assert "The disk is full." in shown.panel.said.text()
    assert len(shown.rows()) == rows, "what was read stays"
    shown.panel.refresh()
    shown.settle()
    assert shown.panel.said.text() == ""


# --- copies, and windows that do not follow the road --------------------------------------------------------------


def test_in_a_copy_nothing_is_raised_or_done(
    morning: Morning, workplace: Workplace, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot
) -> None:
    morning.go()
    put(morning, left_out(1))
    copy = WhatIf("Try", days.DATE, 1, morning.time(), Path("copy.db"))
    panel = ExceptionsPanel(replace(workplace, what_if=copy), runner, theme, settings)
    qtbot.addWidget(panel)
    shown = shown_on(panel, runner, morning, qtbot)
    assert [row.id for row in shown.rows()] == ["left-001"], "attempts in vain are not raised here"
    assert not any(action.isEnabled() for action in panel.bench.deeds.values())
    assert panel.bench.detail.remedies.said.text() == IN_A_COPY
    press(Key.Key_Return)
    panel.scan_action.trigger()
    write("4001")
    shown.settle()
    assert panel.cage.verdict.text.text() == IN_A_COPY
    assert morning.incidents() == []
    panel.stop()


def test_a_window_that_does_not_follow_the_road_says_so(
    workplace: Workplace, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot
) -> None:
    panel = ExceptionsPanel(replace(workplace, live=None), runner, theme, settings)
    qtbot.addWidget(panel)
    panel.show_day(days.DATE)
    panel.show()
    assert "follows the road" in panel.empty.text
    assert panel.feed is None
    panel.refresh()
    panel.stop()


def test_an_empty_queue_says_what_comes_here(
    morning: Morning, panel: ExceptionsPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    shown_on(panel, runner, morning, qtbot)
    assert panel.stack.currentWidget() is panel.empty
    assert panel.empty.text == NONE_OPEN


# --- what is heard ------------------------------------------------------------------------------------------------


def test_what_is_tried_again_by_itself_gets_into_the_plan(
    morning: Morning, panel: ExceptionsPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    depot = morning.workplace.depot
    road = replace(depot.road, incidents=replace(depot.road.incidents, retry_next_day=True))
    morning.workplace.store.write("Retry", lambda uow: uow.put_depot(replace(uow.depot(), road=road)))
    morning.go(failures=1)
    morning.time.now = days.clock("23:00")  # nobody drives any more
    shown = shown_on(panel, runner, morning, qtbot)
    shown.look()
    shown.look()
    (incident,) = morning.incidents()
    assert incident.order_id
    tried = morning.order(incident.order_id)
    assert (tried.date, tried.attempt) == (days.DATE + timedelta(days=1), 2)


@pytest.mark.parametrize("sound", [True, False])
def test_a_grave_new_one_is_heard_if_the_depot_wants_that(
    sound: bool, morning: Morning, panel: ExceptionsPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    depot = morning.workplace.depot
    road = replace(depot.road, incidents=replace(depot.road.incidents, sound=sound))
    morning.workplace.store.write("Sound", lambda uow: uow.put_depot(replace(uow.depot(), road=road)))
    put(morning, left_out(1, severity=Severity.CRITICAL))
    heard: list[str] = []
    panel.alarmed.connect(lambda: heard.append("!"))
    shown = shown_on(panel, runner, morning, qtbot)
    put(morning, left_out(2, severity=Severity.LOW))
    shown.look()
    assert heard == [], "what was there is no news, and what is not grave is not heard"
    put(morning, left_out(3, severity=Severity.HIGH))
    shown.look()
    assert heard == ["!"] * sound


# --- the cage -----------------------------------------------------------------------------------------------------


def test_the_cage_takes_what_came_back_and_tells_right_from_wrong(shown: Shown, morning: Morning) -> None:
    number = shown.current.shown.number
    press(Key.Key_S)
    cage = shown.panel.cage
    assert cage.field.hasFocus()
    write("no such parcel")
    shown.settle()
    assert (cage.verdict.title.text(), cage.verdict._token) == ("Not known", "late")
    pieces = [row for row in cage.model._rows if row.number == number]
    assert pieces, "what the driver still has is expected"
    for _ in pieces:
        write(number)
        shown.settle()
        assert cage.verdict.title.text().startswith("Right")
        assert cage.verdict._token == "done"
    write(number)
    shown.settle()
    assert (cage.verdict.title.text(), cage.verdict._token) == ("Scanned before", "late")
    assert [row.lying.value for row in cage.model._rows if row.number == number] == ["here"] * len(pieces)
    press(Key.Key_Escape)
    assert shown.panel.bench.table.hasFocus()


def test_what_is_fetched_leaves_the_cage(shown: Shown, morning: Morning) -> None:
    number, order_id = shown.current.shown.number, shown.current.incident.order_id
    assert order_id
    press(Key.Key_S)
    cage = shown.panel.cage
    assert not cage.out[Remedy.COLLECT].isEnabled()
    write(number)
    shown.settle()
    assert cage.current is not None
    assert cage.current.number == number, "what was scanned is chosen"
    cage.out[Remedy.COLLECT].click()
    shown.settle()
    (gone, *_) = [goods for goods in morning.logbook.read(lambda r: r.goods_of(order_id)) if goods.scanned_at]
    assert gone.left_for is Remedy.COLLECT
