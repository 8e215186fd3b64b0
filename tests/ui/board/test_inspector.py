"""The inspector: the right page for each selection, in words, nothing clipped, and its buttons wish."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dispatcher.domain.certificates import Certificate
from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Contact, Order, OrderLine, Priority
from dispatcher.domain.place import Address
from dispatcher.domain.schedule import Obstacle, Reason, ReasonCode, Rule
from tests.fixtures import days
from tests.fixtures.board import Board, judged
from ui.board.facts import Sheet
from ui.board.inspector import Inspector
from ui.board.parts import Fact, Remark
from ui.theme import Mode, Theme


@pytest.fixture
def inspector(qtbot: QtBot, theme: Theme, a_board: Board) -> Inspector:
    inspector = Inspector(theme)
    qtbot.addWidget(inspector)
    inspector.set_day(a_board.day, a_board.schedule, a_board.reasons)
    inspector.resize(280, 600)
    inspector.show()
    return inspector


def facts(sheet: Sheet) -> dict[str, str]:
    return {fact.label: fact.value for fact in sheet.facts}


def a_late_stop(board: Board) -> OrderId:
    return next(s.order_id for r in board.schedule.routes.values() for s in r.stops if s.late_s > 0)


def with_order(board: Board, order: Order) -> Board:
    return judged(replace(board.day, orders={**board.day.orders, order.id: order}))


def test_a_round_tells_what_can_be_done_that_day_and_what_ran_out(inspector: Inspector, a_board: Board) -> None:
    shift = next(iter(a_board.day.shifts.values()))
    papers = (Certificate("adr", shift.date), Certificate("driving licence", shift.date - timedelta(days=1)))
    driver = replace(a_board.day.drivers[shift.driver_id], skills=frozenset({"tail lift"}), certificates=papers)
    vehicle = replace(a_board.day.vehicles[shift.vehicle_id], skills=frozenset())
    drivers = {**a_board.day.drivers, driver.id: driver}
    board = judged(replace(a_board.day, drivers=drivers, vehicles={**a_board.day.vehicles, vehicle.id: vehicle}))
    inspector.set_day(board.day, board.schedule, board.reasons)
    inspector.show_selection([], [shift.id])
    told = facts(inspector.sheet)
    assert told["Can"] == "adr, tail lift"
    assert told["Ran out"] == f"{driver.name}’s driving licence, 14 June 2026"


def test_nothing_selected_shows_the_day(inspector: Inspector, a_board: Board) -> None:
    sheet = inspector.sheet
    assert (sheet.kicker, sheet.title) == ("Day", "Mon 15 Jun")
    assert facts(sheet)["Orders"] == "172"
    assert facts(sheet)["Unplanned"] == "12"
    assert facts(sheet)["Late"] == f"{a_board.schedule.late_stops} stops"
    assert "172" in inspector.page.toPlainText()
    assert not inspector.edit_button.isVisible()


def test_a_late_stop_says_so_in_words_and_figures(inspector: Inspector, a_board: Board) -> None:
    order_id = a_late_stop(a_board)
    inspector.show_selection([order_id], [])
    order, sheet = a_board.day.orders[order_id], inspector.sheet
    assert sheet.title == order.address.line
    assert sheet.kicker.startswith("Stop ")
    assert any("after the window closes" in remark.text for remark in sheet.remarks)
    assert next(f for f in sheet.facts if f.label == "Arrives").tone == "late"
    assert facts(sheet)["Order"] == order.number
    assert order.address.line in inspector.page.toPlainText()


def test_an_unplanned_order_says_why(inspector: Inspector, a_board: Board) -> None:
    order_id = a_board.day.unplanned[0]
    inspector.show_selection([order_id], [])
    assert inspector.sheet.kicker == "Unplanned order"
    assert Remark(a_board.reasons[order_id].sentence, "risk") in inspector.sheet.remarks
    assert "Arrives" not in facts(inspector.sheet)
    assert inspector.edit_button.isVisible()
    assert not inspector.unassign_button.isVisible()


def test_all_that_binds_an_order_is_told(inspector: Inspector, a_board: Board) -> None:
    order_id = a_board.day.plan.routes[0].order_ids[0]
    order = replace(
        a_board.day.orders[order_id],
        address=Address("Nowhere 1", city="Aachen"),
        contact=Contact("Lena", "0241 1", "l@example.org"),
        sender="Nobis",
        skills=frozenset({"tail lift", "chilled"}),
        driver_id=list(a_board.day.drivers)[3],
        must_not_drop=Priority.CRITICAL,
        do_early=True,
        notes="Ring twice.\nBack door.",
        lines=(OrderLine("Bread", 1.5), OrderLine("Milk", 2)),
    )
    board = with_order(a_board, order)
    inspector.set_day(board.day, board.schedule, board.reasons)
    inspector.show_selection([order_id], [])
    told = facts(inspector.sheet)
    assert told["Needs"] == "chilled, tail lift"
    assert told["Only driver"] == "Onni Nieminen"
    assert (told["Priority"], told["Do early"], told["Sender"]) == ("critical", "yes", "Nobis")
    assert (told["Contact"], told["Phone"], told["E-mail"]) == ("Lena", "0241 1", "l@example.org")
    assert inspector.sheet.lines == ("1.5 × Bread", "2 × Milk")
    remarks = [remark.text for remark in inspector.sheet.remarks]
    assert "Only Onni Nieminen may serve this order." in remarks
    assert "Address in doubt: address not found." in remarks
    assert "Ring twice.\nBack door." in inspector.page.toPlainText()


def test_a_round(inspector: Inspector, a_board: Board) -> None:
    shift_id = next(iter(a_board.day.shifts))
    inspector.show_selection([], [shift_id])
    sheet, times = inspector.sheet, a_board.schedule.routes[shift_id]
    assert (sheet.kicker, sheet.title, sheet.number) == ("Round", "Aino Korhonen", 1)
    assert facts(sheet)["Stops"] == "20"
    assert facts(sheet)["Weight"] == f"{times.peak.kg:,.0f} of 900 kg"
    assert len(sheet.remarks) == len(times.broken)
    assert inspector.map_button.isVisible()


def test_several_are_summed_each_order_once(inspector: Inspector, a_board: Board) -> None:
    shift_id = next(iter(a_board.day.shifts))
    mine = a_board.day.plan.routes[0].order_ids
    inspector.show_selection([mine[0], a_board.day.unplanned[0]], [shift_id])
    told = facts(inspector.sheet)
    assert (told["Orders"], told["Planned"]) == ("21", "20")
    inspector.show_selection([], list(a_board.day.shifts)[:2])
    assert inspector.sheet.title == "2 rounds"
    assert facts(inspector.sheet)["Orders"] == "40"


def test_what_is_gone_falls_back_to_the_day(inspector: Inspector, a_board: Board) -> None:
    order_id = a_board.day.unplanned[0]
    inspector.show_selection([order_id], [])
    left = replace(a_board.day, orders={k: o for k, o in a_board.day.orders.items() if k != order_id})
    inspector.set_day(left, a_board.schedule, {})
    assert inspector.sheet.kicker == "Day"


def test_a_day_not_judged_yet_and_a_day_without_anything(inspector: Inspector, a_board: Board) -> None:
    inspector.set_day(a_board.day, None, {})
    inspector.show_selection([a_late_stop(a_board)], [])
    assert "Arrives" not in facts(inspector.sheet)
    inspector.show_selection([], [next(iter(a_board.day.shifts))])
    assert facts(inspector.sheet)["Stops"] == "20"
    empty = judged(days.assemble([], ({}, {}, {})))
    inspector.set_day(empty.day, empty.schedule, {})
    inspector.show_selection([], [])
    assert facts(inspector.sheet)["Unplanned"] == "none"


def test_words_from_outside_are_never_markup(inspector: Inspector, a_board: Board) -> None:
    order_id = a_board.day.unplanned[0]
    nasty = "<b>Rue</b> & <img src=http://example.org/x.png> 5"
    board = with_order(
        a_board, replace(a_board.day.orders[order_id], address=Address(nasty), notes="<script>x</script>")
    )
    inspector.set_day(board.day, board.schedule, {})
    inspector.show_selection([order_id], [])
    assert nasty in inspector.page.toPlainText()
    assert "<script>x</script>" in inspector.page.toPlainText()


def test_buttons_wish(inspector: Inspector, a_board: Board) -> None:
    heard: list[tuple[object, ...]] = []
    inspector.edit_requested.connect(lambda *a: heard.append(("edit", *a)))
    inspector.show_on_map.connect(lambda *a: heard.append(("map", *a)))
    inspector.hold_toggled.connect(lambda *a: heard.append(("hold", *a)))
    inspector.unassign_requested.connect(lambda *a: heard.append(("unassign", *a)))
    stop = next(s for r in a_board.day.plan.routes for s in r.stops if s.held)
    inspector.show_selection([stop.order_id], [])
    assert inspector.hold_button.text() == "Release from driver"
    for button in (inspector.edit_button, inspector.map_button, inspector.hold_button, inspector.unassign_button):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    o = stop.order_id
    assert heard == [("edit", o), ("map", (o,)), ("hold", (o,), False), ("unassign", (o,))]


def test_an_update_leaves_the_page_where_it_was_scrolled(inspector: Inspector, a_board: Board) -> None:
    inspector.resize(280, 220)
    inspector.show_selection([], [next(iter(a_board.day.shifts))])
    bar = inspector.page.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    at = bar.value()
    assert at > 0
    shift = a_board.day.shifts[next(iter(a_board.day.shifts))]
    driver = replace(a_board.day.drivers[shift.driver_id], phone="0241 99")
    day = replace(a_board.day, drivers={**a_board.day.drivers, driver.id: driver})
    inspector.set_day(day, a_board.schedule, a_board.reasons)
    assert Fact("Phone", "0241 99") in inspector.sheet.facts
    assert bar.value() == at


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_is_cut_off_at_280_pixels(inspector: Inspector, a_board: Board, theme: Theme, scale: float) -> None:
    """The page never needs to be wider than it is shown, whatever the words."""
    order_id = a_board.day.unplanned[0]
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    contact = Contact(long, "+49 241 55501001234567", f"{long.lower()}@example.org")
    board = with_order(a_board, replace(a_board.day.orders[order_id], contact=contact, notes=long))
    try:
        theme.apply(Mode.LIGHT, scale)
        inspector.set_day(board.day, board.schedule, board.reasons)
        for selection in ([order_id], [a_late_stop(a_board)], []):
            inspector.show_selection(selection, [])
            assert inspector.page.document().size().width() <= inspector.page.viewport().width()
            assert inspector.page.horizontalScrollBar().maximum() == 0
    finally:
        theme.apply(Mode.LIGHT, 1.0)


# ── Why, and what would mend it ──────────────────────────────────────────────────────────────────────────────────────

FIXES = [
    ("Open the window 12 min longer", "+4 min · +€2.10", ("window", 12)),
    ("One more stop for 3", "+€0.40", "x"),
]


def test_what_stopped_the_drivers_is_told_by_rule(inspector: Inspector, a_board: Board) -> None:
    order_id = a_board.day.unplanned[0]
    first, second, *others = a_board.day.drivers
    stopped = {first: Rule.SKILL, second: Rule.LATE} | dict.fromkeys(others, Rule.LATE)
    reason = replace(a_board.reasons[order_id], stopped=stopped)
    inspector.set_day(a_board.day, a_board.schedule, {order_id: reason})
    inspector.show_selection([order_id], [])
    assert [fact.label for fact in inspector.sheet.tried] == ["Would be late", "Lacks a skill"]
    late, skill = inspector.sheet.tried
    assert late.value.startswith("2 Eero Laine, 3 ")
    assert late.value.endswith(" and 1 other")
    assert skill.value == "1 Aino Korhonen"
    assert "What stopped the drivers" in inspector.page.toPlainText()


def test_each_driver_is_told_with_what_is_in_the_way_the_nearest_first(inspector: Inspector, a_board: Board) -> None:
    order_id = a_board.day.unplanned[0]
    first, second, third, *_ = a_board.day.drivers
    obstacles = {
        first: Obstacle(Rule.LATE, 1200, "Could be there 20 min after the window closes."),
        second: Obstacle(Rule.LATE, 300, "Could be there 5 min after the window closes."),
        third: Obstacle(None, 0, "The round is locked."),
    }
    reason = replace(a_board.reasons[order_id], stopped={first: Rule.LATE, second: Rule.LATE}, obstacles=obstacles)
    inspector.set_day(a_board.day, a_board.schedule, {order_id: reason})
    inspector.show_selection([order_id], [])
    late, locked = inspector.sheet.tried
    assert late.value.splitlines() == [
        "2 Eero Laine: Could be there 5 min after the window closes.",
        "1 Aino Korhonen: Could be there 20 min after the window closes.",
    ]
    assert locked.label == "Locked"
    assert "The round is locked." in inspector.page.toPlainText()


def test_why_a_planned_stop_is_late_is_shown_until_the_day_is_another(inspector: Inspector, a_board: Board) -> None:
    order_id = a_late_stop(a_board)
    inspector.show_selection([order_id], [])
    why = Reason(order_id, ReasonCode.TIME_WINDOWS, "Begins late: 40 min driving come before it.")
    inspector.show_reason(why)
    inspector.show_fixes(order_id, FIXES)
    assert why.sentence in [remark.text for remark in inspector.sheet.remarks]
    assert len(inspector.fixes.buttons) == 2, "the reason does not take the fixes away"
    inspector.set_day(replace(a_board.day, freeze_at=None), a_board.schedule, a_board.reasons)
    assert why.sentence not in [remark.text for remark in inspector.sheet.remarks]
    assert inspector.fixes.buttons == ()


def test_help_is_offered_for_what_is_unplanned_or_broken_only(inspector: Inspector, a_board: Board) -> None:
    fine = next(s.order_id for r in a_board.schedule.routes.values() for s in r.stops if not s.violations)
    for order_id, offered in ((a_board.day.unplanned[0], True), (a_late_stop(a_board), True), (fine, False)):
        inspector.show_selection([order_id], [])
        assert inspector.fixes.isVisible() is offered
    inspector.show_selection([], [])
    assert not inspector.fixes.isVisible()


def test_without_a_place_there_is_one_thing_to_do_and_it_is_said_once(inspector: Inspector, a_board: Board) -> None:
    order_id = a_board.day.unplanned[0]
    board = with_order(a_board, replace(a_board.day.orders[order_id], address=Address("Nowhere 1", city="Aachen")))
    inspector.set_day(board.day, board.schedule, {order_id: Reason(order_id, ReasonCode.NO_PLACE, "Set a pin.")})
    inspector.show_selection([order_id], [])
    assert [remark.text for remark in inspector.sheet.remarks] == ["Set a pin."]
    assert not inspector.fixes.isVisible(), "no window or driver would help"


def test_asking_waiting_and_carrying_out_a_fix(inspector: Inspector, a_board: Board) -> None:
    heard: list[tuple[str, object]] = []
    inspector.explain_requested.connect(lambda order: heard.append(("explain", order)))
    inspector.fix_requested.connect(lambda fix: heard.append(("fix", fix)))
    order_id = a_board.day.unplanned[0]
    inspector.show_selection([order_id], [])
    QTest.mouseClick(inspector.fixes.ask_button, Qt.MouseButton.LeftButton)
    inspector.wait_for_fixes(order_id)
    assert inspector.fixes.note.isVisible()
    assert not inspector.fixes.ask_button.isVisible()
    inspector.show_fixes(order_id, FIXES)
    assert not inspector.fixes.note.isVisible()
    first, second = inspector.fixes.buttons
    assert "Open the window 12 min longer" in first.accessibleName()
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    QTest.mouseClick(second, Qt.MouseButton.LeftButton)
    assert heard == [("explain", order_id), ("fix", ("window", 12)), ("fix", "x")]


def test_fixes_that_come_too_late_or_find_nothing(inspector: Inspector, a_board: Board) -> None:
    one, other = a_board.day.unplanned[:2]
    inspector.show_selection([one], [])
    inspector.show_fixes(other, FIXES)
    assert inspector.fixes.buttons == (), "of an order that is not shown"
    inspector.show_fixes(one, [])
    assert "Nothing was found" in inspector.fixes.note.text()
    inspector.show_fixes(one, FIXES)
    assert len(inspector.fixes.buttons) == 2
    inspector.show_selection([other], [])
    assert inspector.fixes.buttons == ()
    assert inspector.fixes.ask_button.isVisible()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_fixes_are_not_cut_off_and_leave_room_for_the_page(
    inspector: Inspector, a_board: Board, theme: Theme, qtbot: QtBot, scale: float
) -> None:
    try:
        theme.apply(Mode.DARK, scale)
        inspector.resize(290, 700)
        inspector.show_selection([a_board.day.unplanned[0]], [])
        fixes = [("Move stop 14, Pontstraße 88, to 7 Lempi Aalto", "+1.2 km · +€3.40", i) for i in range(9)]
        inspector.show_fixes(a_board.day.unplanned[0], fixes)
        qtbot.waitUntil(lambda: inspector.fixes.buttons[0].width() > 0)
        for button in inspector.fixes.buttons:
            right = button.mapTo(inspector, button.rect().topRight()).x()
            assert right < inspector.width()
        assert inspector.page.height() >= 0.25 * inspector.height()
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_buttons_stand_side_by_side_where_there_is_room(inspector: Inspector, a_board: Board, qtbot: QtBot) -> None:
    inspector.show_selection([a_late_stop(a_board)], [])
    buttons = (inspector.edit_button, inspector.map_button, inspector.hold_button, inspector.unassign_button)
    inspector.resize(700, 600)
    qtbot.waitUntil(lambda: len({button.y() for button in buttons}) == 1)
    inspector.resize(320, 600)
    qtbot.waitUntil(lambda: len({button.y() for button in buttons}) == 2)
    inspector.resize(180, 600)
    qtbot.waitUntil(lambda: len({button.y() for button in buttons}) == 4)


def test_what_is_under_way_is_told(inspector: Inspector, a_board: Board) -> None:
    shift_id, other = list(a_board.day.shifts)[:2]
    route = a_board.day.plan.routes[0]
    order_id = route.order_ids[3]
    times = a_board.schedule.routes[shift_id]
    at = times.stops[3].arrives_at
    stop = replace(times.stops[3], break_at=at, break_s=1_800, reload_at=at, reload_s=900)
    routes = {**a_board.schedule.routes, shift_id: replace(times, stops=(*times.stops[:3], stop, *times.stops[4:]))}
    stops = tuple(replace(s, done=i < 3) for i, s in enumerate(route.stops))
    day = replace(
        a_board.day,
        shifts={**a_board.day.shifts, shift_id: replace(a_board.day.shifts[shift_id], lock=Lock.ROUTE)},
        plan=replace(a_board.day.plan, routes=(replace(route, stops=stops), *a_board.day.plan.routes[1:])),
        loaded={order_id: other},
    )
    inspector.set_day(day, replace(a_board.schedule, routes=routes), {})
    inspector.show_selection([order_id], [])
    assert {"Break", "Loads again"} <= facts(inspector.sheet).keys()
    assert facts(inspector.sheet)["Goods"] == f"loaded in {day.vehicles[day.shifts[other].vehicle_id].name}"
    inspector.show_selection([], [shift_id])
    assert (facts(inspector.sheet)["Done"], facts(inspector.sheet)["Lock"]) == ("3 of 20", "Route locked")


def test_names(inspector: Inspector) -> None:
    assert inspector.objectName() == "board.inspector"
    assert inspector.accessibleName()
    assert inspector.page.accessibleName()
