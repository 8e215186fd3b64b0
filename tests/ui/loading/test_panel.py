"""The dock by hand: the scanner always has the keys, and every scan says what it was."""

from dataclasses import replace
from pathlib import Path

from pypdf import PdfReader
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dispatcher.domain.loading import PieceState
from dispatcher.services.loading.paper import Paper
from dispatcher.services.plan import move_orders, unassign
from tests.fixtures import days
from tests.ui.loading.conftest import PATIENCE_MS, Shown
from tests.unit.services.loading_day import Morning
from ui.loading.panel import LoadingPanel
from ui.loading.rounds import RoundsModel
from ui.loading.rows import RowsModel
from ui.runner import OpRunner
from ui.theme import Theme


def test_scans_say_right_and_wrong_and_the_list_fills(shown: Shown) -> None:
    order = shown.morning.orders(0)[0]
    assert QApplication.focusWidget() is shown.panel.field
    assert shown.scan(f"{order.number}/1") == "Right"
    assert shown.panel.verdict.text.text() == "Van 1, stop 1, 1 of 2"
    assert shown.states()[-1] == "partly in", "the first stop is loaded last"
    assert shown.scan(f"{order.number}/1") == "Scanned before"
    assert shown.scan(order.number) == "Right"
    assert shown.states()[-1] == "in the van"
    assert (shown.round.loaded, shown.round.pieces) == (2, 8)
    other = shown.morning.orders(1)[0]
    assert shown.scan(f"{other.number}/1") == "Other van"
    assert "goes with Van 2, stop 1" in shown.panel.verdict.text.text()
    assert shown.scan("B1") == "Other day"
    assert shown.scan("nonsense") == "Not known"
    assert shown.panel.verdict.token == "late"
    assert QApplication.focusWidget() is shown.panel.field
    assert shown.morning.day.loaded == {order.id: shown.morning.vans[0]}


def test_a_wrong_scan_is_heard_where_the_depot_wants_it(shown: Shown, qtbot: QtBot) -> None:
    heard: list[str] = []
    shown.panel.alarmed.connect(lambda: heard.append("!"))
    shown.scan("nonsense")
    assert heard == []
    depot = shown.morning.workplace.depot
    road = replace(depot.road, incidents=replace(depot.road.incidents, sound=True))
    shown.morning.workplace.store.write("Sound", lambda uow: uow.put_depot(replace(depot, road=road)))
    shown.settle()
    shown.scan("nonsense")
    assert heard == ["!"]
    assert shown.scan(shown.morning.orders(0)[0].number) == "Right"
    assert heard == ["!"]


def test_orders_loaded_in_a_row_are_one_step_back(shown: Shown) -> None:
    for order in shown.morning.orders(0)[:2]:
        for code in shown.morning.codes(order):
            assert shown.scan(code) == "Right"
    assert len(shown.morning.day.loaded) == 2
    shown.morning.workplace.store.undo()
    assert shown.morning.day.loaded == {}


def test_loading_is_not_one_step_with_what_another_did(shown: Shown) -> None:
    first, second, third, _ = shown.morning.orders(0)
    store, van = shown.morning.workplace.store, shown.morning.vans[0]
    store.write("Load by hand", lambda uow: uow.set_loaded([first.id], van))
    shown.morning.change(third, notes="Ring twice")
    for order in (first, second):
        for code in shown.morning.codes(order):
            assert shown.scan(code) == "Right"
    assert len(shown.morning.day.loaded) == 2
    store.undo()
    assert shown.morning.day.loaded == {first.id: van}
    assert shown.morning.day.orders[third.id].notes == "Ring twice"


def test_any_van_takes_a_parcel_to_where_it_belongs(shown: Shown) -> None:
    shown.panel.any_van.click()
    order = shown.morning.orders(1)[0]
    assert shown.scan(f"{order.number}/1") == "Right"
    assert shown.panel.bench.at == shown.morning.vans[1]


def test_a_load_sheet_chooses_its_van(shown: Shown) -> None:
    assert shown.scan(f"round:{shown.morning.vans[1]}") == "Van 2"
    assert shown.panel.bench.at == shown.morning.vans[1]
    assert shown.scan("round:gone") == "Not known"


def test_short_by_keys_and_taken_back(shown: Shown, qtbot: QtBot) -> None:
    counted: list[tuple[int, int]] = []
    shown.panel.count_changed.connect(lambda *counts: counted.append(counts))
    shown.panel.bench.choose_order(shown.morning.orders(0)[1].id)
    shown.press(Qt.Key.Key_F2)
    shown.settle()
    assert shown.states()[-2] == "short"
    assert shown.panel.verdict.token == "risk", "what is not there is nothing to be glad of"
    assert counted[-1] == (12, 2)
    shown.press(Qt.Key.Key_F4)
    shown.settle()
    assert shown.states()[-2] == "waiting"
    shown.press(Qt.Key.Key_Up)
    shown.press(Qt.Key.Key_F3)
    shown.settle()
    assert [p.state for p in shown.morning.kept()] == [PieceState.DAMAGED] * 2


def test_the_departure_check_says_what_is_open_and_keeps_what_was_typed(shown: Shown) -> None:
    codes = [code for order in shown.morning.orders(0) for code in shown.morning.codes(order)]
    for code in codes[1:]:
        shown.scan(code)
    last = shown.morning.orders(0)[0]
    form = shown.panel.bench.form
    shown.press(Qt.Key.Key_F6)
    assert form.asking
    assert form.rest.text() == "The other piece is not there"
    form.vehicle.setChecked(True)
    form.km.setText("81250")
    form.go.click()
    shown.settle()
    assert "1 piece is neither loaded nor said to be short" in form.said.text()
    assert form.km.text() == "81250"
    form.documents.setChecked(True)
    form.rest.setChecked(True)
    form.go.click()
    shown.settle()
    assert not form.isVisible()
    departure = shown.round.departure
    assert departure is not None
    assert departure.odometer_km == 81_250
    assert QApplication.focusWidget() is shown.panel.field
    assert shown.scan(last.number) == "Not to be loaded"
    shown.press(Qt.Key.Key_F6)
    shown.settle()
    assert shown.round.departure is None


def test_goods_of_a_moved_order_are_said_and_taken_out(shown: Shown) -> None:
    order = shown.morning.orders(0)[0]
    for code in shown.morning.codes(order):
        shown.scan(code)
    store = shown.morning.workplace.store
    store.write("Move", lambda uow: move_orders(uow, order_ids=[order.id], to_shift=shown.morning.vans[1]))
    shown.settle()
    assert f"{order.number} lies in this van and goes with Van 2" in shown.panel.bench.strays.text()
    store.write("Unassign", lambda uow: unassign(uow, order_ids=[order.id]))
    shown.settle()
    shown.press(Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    shown.settle()
    assert shown.panel.bench.strays.text() == ""
    assert shown.morning.day.loaded == {}


def test_an_order_is_taken_off_its_round_by_key(shown: Shown) -> None:
    order = shown.morning.orders(0)[2]
    shown.panel.bench.choose_order(order.id)
    shown.panel.set_hindrance(lambda: "A copy is compared just now.")
    shown.press(Qt.Key.Key_F5)
    shown.settle()
    assert order.id not in shown.morning.day.unplanned
    assert shown.panel.said.text() == "A copy is compared just now."
    shown.panel.set_hindrance(lambda: "")
    shown.press(Qt.Key.Key_F5)
    shown.settle()
    assert order.id in shown.morning.day.unplanned


def test_bays_are_planned_and_drawn(shown: Shown) -> None:
    board = shown.panel.board
    assert board is not None
    assert board.timetable is not None
    blocks = list(shown.panel.bench.bays.blocks())
    assert {block.round.shift_id for block in blocks} == set(shown.morning.vans[:2])
    assert all(block.berth.late_s == 0 for block in blocks)
    shown.panel.bench.bays.chosen.emit(shown.morning.vans[1])
    assert shown.panel.bench.at == shown.morning.vans[1]


def test_the_yard_is_changed_and_bays_are_planned_anew(shown: Shown) -> None:
    form = shown.panel.bench.yard
    shown.panel.bench.deeds["yard"].trigger()
    assert (form.numbers["bays"].value(), form.numbers["setup_s"].value(), form.freezes.isChecked()) == (4, 5, False)
    shown.press(Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is shown.panel.field
    shown.panel.bench.deeds["yard"].trigger()
    form.numbers["bays"].setValue(1)
    form.freezes.setChecked(True)
    shown.press(Qt.Key.Key_Return)
    shown.settle()
    shown.settle()
    yard = shown.morning.workplace.depot.road.yard
    assert (yard.bays, yard.loaders, yard.setup_s, yard.freeze_ahead_s) == (1, 4, 300, 3_600)
    assert shown.panel.board is not None
    assert shown.panel.board.timetable is not None
    assert {berth.bay for berth in shown.panel.board.timetable.berths} == {1}


def test_papers_go_where_they_are_told(shown: Shown, tmp_path: Path) -> None:
    told: list[str] = []
    shown.panel.told.connect(told.append)
    shown.panel.print_to(tmp_path / "labels.pdf", Paper.LABELS)
    shown.settle()
    assert len(PdfReader(tmp_path / "labels.pdf").pages) == 8
    assert told == [f"Labels are in {tmp_path / 'labels.pdf'}."]
    shown.panel.print_to(tmp_path / "no folder" / "x.pdf", Paper.RUN_SHEETS)
    shown.settle()
    assert "cannot be written" in shown.panel.said.text()


def test_nobody_scans_without_a_name(shown: Shown, settings: QSettings) -> None:
    settings.remove("proofs/reviewer")
    number = shown.morning.orders(0)[0].number
    shown.scan(f"{number}/1")
    assert shown.morning.kept() == []
    shown.scan("Eero")
    assert [p.by for p in shown.morning.kept()] == ["Eero"]


def test_a_day_without_rounds_says_what_belongs_here(shown: Shown) -> None:
    store = shown.morning.workplace.store
    ids = [o.id for van in (0, 1) for o in shown.morning.orders(van)]
    store.write("Unassign", lambda uow: unassign(uow, order_ids=ids))
    shown.settle()
    assert shown.panel.stack.currentWidget() is shown.panel.empty
    assert "Nothing is to be loaded on Mon 15 Jun" in shown.panel.empty.text


def test_what_a_crash_kept_from_the_plan_is_caught_up_with(
    morning: Morning, panel: LoadingPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    order = morning.orders(0)[0]
    for code in morning.codes(order):
        morning.desk.scan(code, None, on=days.DATE, by="Anna")
    assert morning.day.loaded == {}
    panel.take_outlook(morning.outlook)
    panel.show_day(days.DATE)
    shown = Shown(panel, runner, morning, qtbot)
    panel.take_outlook(morning.outlook)
    shown.settle()
    assert morning.day.loaded == {order.id: morning.vans[0]}


def test_what_was_scanned_and_taken_back_at_closing_time_goes_into_the_plan_in_its_order(shown: Shown) -> None:
    order, feed = shown.morning.orders(0)[0], shown.panel.feed
    assert feed is not None
    first, second = shown.morning.codes(order)
    shown.scan(first)
    feed.scan(second, None, by="Anna")
    feed.undo(by="Anna")
    feed.stop()
    shown.qtbot.waitUntil(lambda: shown.runner.idle, timeout=PATIENCE_MS)
    assert [piece.piece for piece in shown.morning.kept()] == ["1"]
    assert shown.morning.day.loaded == {}


def test_a_preview_of_another_plan_reads_nothing_here(shown: Shown) -> None:
    outlook, feed = shown.morning.outlook, shown.panel.feed
    assert feed is not None
    shown.panel.take_outlook(outlook)
    shown.qtbot.waitUntil(lambda: not feed.busy, timeout=PATIENCE_MS)
    shown.panel.take_outlook(outlook)
    assert not feed.busy


def test_the_models_keep_qts_rules(shown: Shown, theme: Theme) -> None:
    assert shown.panel.board is not None
    rounds, rows = RoundsModel(days.ZONE), RowsModel(theme)
    for model in (rounds, rows):
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for round_ in shown.panel.board.rounds:
        rows.show_rows(round_.rows)
    rounds.show_rounds(shown.panel.board.rounds)
    rounds.show_rounds(shown.panel.board.rounds[:1])
