"""Bringing real order files in: what the form shows of them, how corrections change it, and what then is written."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.place import Place, Precision
from dispatcher.domain.progress import NoProgress
from dispatcher.services import importing
from dispatcher.services.importing import ImportMode, Memory, Request
from dispatcher.services.workplace import Workplace
from tests.fixtures.forms import ON, orders_now, put_orders, staff
from ui.intake.dialog import ImportDialog
from ui.parts.said import Tone
from ui.runner import OpRunner, Outcome
from ui.theme import Mode, Theme

HEAD = "Order no,Customer,Address,Postcode,City,Time window from,Time window to"
GOOD = (
    "A1,Aino,Fabianinkatu 33,00100,Helsinki,08:00,12:00",
    "A2,Eero,Aleksanterinkatu 15,00100,Helsinki,,",
    "A3,Venla,Mannerheimintie 3,00100,Helsinki,,",
)
WRONG_TIME = "A4,Onni,Vuorikatu 12,00100,Helsinki,25:99,12:00"
NOWHERE = "A5,Sofia,,,,,"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


@pytest.fixture
def dialog(workplace: Workplace, runner: OpRunner, theme: Theme, window: QWidget, qtbot: QtBot) -> ImportDialog:
    dialog = ImportDialog(workplace, runner, theme, ON, window)
    dialog.open()
    runner.wait_until_idle()
    return dialog


@pytest.fixture
def opened(dialog: ImportDialog, runner: OpRunner, write: Callable[..., Path]) -> Callable[..., ImportDialog]:
    def opened(*lines: str, name: str = "orders.csv") -> ImportDialog:
        dialog.open_file(write(*lines, name=name))
        runner.wait_until_idle()
        return dialog

    return opened


type Opened = Callable[..., ImportDialog]


def assign(dialog: ImportDialog, header: str, field: str) -> None:
    combo = dialog.parts.header.combo(header)
    combo.setCurrentIndex(combo.findData(field))
    combo.activated.emit(combo.currentIndex())


def meaning(dialog: ImportDialog, header: str) -> str:
    return str(dialog.parts.header.combo(header).currentData())


def cell(dialog: ImportDialog, row: int, header: str, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> object:
    model = dialog.parts.sheet_model
    return model.index(row, model.column_of(header)).data(role)


# ── What it shows ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_before_a_file_it_says_what_belongs_here(dialog: ImportDialog) -> None:
    assert dialog.parts.empty.isVisible()
    assert "Choose an order file" in dialog.parts.empty.text
    assert not dialog.parts.go.isEnabled()
    assert not dialog.parts.save.isEnabled()


def test_a_file_is_shown_as_it_is_and_as_it_is_understood(opened: Opened) -> None:
    dialog = opened(HEAD, *GOOD)
    assert cell(dialog, 1, "Address") == "Aleksanterinkatu 15"
    assert dialog.parts.preview.model().headerData(1, Qt.Orientation.Vertical) == "3"
    assert meaning(dialog, "Customer") == "recipient"
    assert dialog.parts.summary.text() == "3 orders on 1 day: 3 new"
    assert dialog.parts.go.isEnabled()
    assert dialog.parts.go.text() == "Import 3 orders"


def test_the_choices_stand_under_their_columns(opened: Opened) -> None:
    dialog = opened(HEAD, *GOOD)
    header, table = dialog.parts.header, dialog.parts.preview
    for section, name in enumerate(header.names):
        combo = header.combo(name)
        assert abs(combo.x() - header.sectionViewportPosition(section)) <= 4
        assert combo.geometry().right() <= header.sectionViewportPosition(section) + header.sectionSize(section)
        assert header.viewport().geometry().bottom() < combo.y()
    header.resizeSection(0, 300)
    table.horizontalScrollBar().setValue(200)
    assert abs(header.combo("Customer").x() - (300 - table.horizontalScrollBar().value())) <= 4


def test_the_keys_bring_a_choice_into_sight(opened: Opened) -> None:
    dialog = opened(HEAD, *GOOD)
    dialog.resize(620, 600)
    last = dialog.parts.header.combo("Time window to")
    last.setFocus(Qt.FocusReason.TabFocusReason)
    dialog.activateWindow()
    last.focused.emit()
    assert 0 <= last.x() < dialog.parts.header.viewport().width()


def test_a_faulty_cell_is_tinted_signed_and_explained(opened: Opened, theme: Theme) -> None:
    dialog = opened(HEAD, GOOD[0], WRONG_TIME, NOWHERE)
    role = Qt.ItemDataRole
    assert cell(dialog, 1, "Time window from", role.BackgroundRole) == theme.colour("late_tint")
    assert cell(dialog, 1, "Time window from", role.DecorationRole) is not None
    assert "25:99" in str(cell(dialog, 1, "Time window from", role.ToolTipRole))
    assert cell(dialog, 1, "Customer", role.BackgroundRole) is None
    assert cell(dialog, 2, "Customer", role.BackgroundRole) == theme.colour("late_tint"), "the whole row"
    assert cell(dialog, 2, "Customer", role.DecorationRole) is None
    assert cell(dialog, 2, "Order no", role.DecorationRole) is not None
    numbers = [dialog.parts.sheet_model.headerData(row, Qt.Orientation.Vertical) for row in range(3)]
    assert numbers == ["2", "⚠ 3", "⚠ 4"], "seen without scrolling sideways"


def test_colours_follow_the_theme(opened: Opened, theme: Theme) -> None:
    dialog = opened(HEAD, GOOD[0], WRONG_TIME)
    light = cell(dialog, 1, "Time window from", Qt.ItemDataRole.BackgroundRole)
    theme.apply(Mode.DARK, 1.25)
    try:
        assert cell(dialog, 1, "Time window from", Qt.ItemDataRole.BackgroundRole) == theme.colour("late_tint") != light
        assert dialog.parts.mode_said.palette().windowText().color() == theme.colour("muted")
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_an_ignored_column_is_grey(opened: Opened, theme: Theme) -> None:
    dialog = opened(f"{HEAD},Shoe size", f"{GOOD[0]},44")
    assert meaning(dialog, "Shoe size") == ""
    assert cell(dialog, 0, "Shoe size", Qt.ItemDataRole.ForegroundRole) == theme.colour("muted")
    assert cell(dialog, 0, "Customer", Qt.ItemDataRole.ForegroundRole) is None


def test_activating_a_problem_goes_to_its_cell(opened: Opened) -> None:
    filler = [f"F{n},Elias,Vuorikatu 12,00100,Helsinki,," for n in range(300)]
    dialog = opened(HEAD, *filler, WRONG_TIME)
    assert dialog.parts.tabs.tabText(0) == "Left out (1)"
    dialog.parts.problems.doubleClicked.emit(dialog.parts.problem_model.index(0, 3))
    current = dialog.parts.preview.currentIndex()
    assert (current.row(), current.data()) == (300, "25:99")
    assert dialog.parts.preview.visualRect(current).isValid()
    assert dialog.parts.preview.viewport().rect().contains(dialog.parts.preview.visualRect(current).center())


@pytest.mark.parametrize("mode", list(ImportMode))
def test_every_mode_explains_itself(dialog: ImportDialog, mode: ImportMode) -> None:
    dialog.parts.mode.setCurrentIndex(dialog.parts.mode.findData(mode.value))
    assert len(dialog.parts.mode_said.text()) > 30
    assert (dialog.parts.mode_said.tone is Tone.WARNING) == (mode is ImportMode.SYNC)


def test_models_keep_qts_promises(opened: Opened, qtmodeltester: object) -> None:
    dialog = opened(HEAD, *GOOD, WRONG_TIME, NOWHERE)
    for model in (dialog.parts.sheet_model, dialog.parts.problem_model):
        qtmodeltester.check(model)  # type: ignore[attr-defined]


# ── What is wrong ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"%PDF-1.7 nonsense", "is a PDF"), (b"", "is empty"), (b"Order no,Address\n", "no orders below")],
)
def test_a_file_that_is_none_says_why_in_place(
    dialog: ImportDialog, runner: OpRunner, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    dialog.open_file(path)
    runner.wait_until_idle()
    assert said in dialog.parts.file_fault.text()
    assert dialog.parts.file_fault.isVisible()
    assert dialog.parts.file_fault.tone is Tone.BAD
    assert not dialog.parts.go.isEnabled()


def test_a_wrong_file_after_a_good_one_leaves_nothing_of_it(opened: Opened, runner: OpRunner, tmp_path: Path) -> None:
    dialog = opened(HEAD, *GOOD)
    dialog.open_file(tmp_path / "missing.csv")
    runner.wait_until_idle()
    assert "cannot be read" in dialog.parts.file_fault.text()
    assert dialog.parts.sheet_model.rowCount() == 0
    assert not dialog.parts.go.isEnabled()


def test_columns_nobody_knows_can_be_assigned_by_hand(opened: Opened, runner: OpRunner) -> None:
    dialog = opened("Foo,Bar,Baz", "B1,Fabianinkatu 33,Helsinki")
    assert "says where to go" in dialog.parts.summary.text()
    assert not dialog.parts.go.isEnabled()
    for header, field in (("Foo", "number"), ("Bar", "address"), ("Baz", "city")):
        assign(dialog, header, field)
    runner.wait_until_idle()
    assert dialog.parts.summary.text() == "1 order on 1 day: 1 new"
    assert dialog.parts.go.isEnabled()


def test_when_nothing_would_change_it_says_so(opened: Opened, runner: OpRunner, workplace: Workplace) -> None:
    dialog = opened(HEAD, *GOOD)
    workplace.store.write("Import", lambda uow: importing.commit(uow, dialog._look.preview))  # type: ignore[union-attr,arg-type]
    dialog.open_file(dialog.parts.file.path() or Path())
    runner.wait_until_idle()
    assert dialog.parts.summary.text() == "3 orders on 1 day: 3 as they were"
    assert not dialog.parts.go.isEnabled()


# ── Choosing otherwise ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_correction_reads_the_file_anew(opened: Opened, runner: OpRunner) -> None:
    dialog = opened(f"{HEAD},Extra", f"{GOOD[0]},3 boxes")
    assign(dialog, "Extra", "notes")
    assign(dialog, "Extra", "recipient")
    runner.wait_until_idle()
    assert meaning(dialog, "Extra") == "recipient", "the latest choice stands"
    assert meaning(dialog, "Customer") == "", "a field has one column"
    assert dialog._look is not None
    assert dialog._look.preview is not None
    assert dialog._look.preview.orders[0].contact.name == "3 boxes"


def test_choices_one_upon_the_other_give_the_latest(opened: Opened, runner: OpRunner) -> None:
    dialog = opened(HEAD, *GOOD)
    outcomes: list[Outcome | None] = []
    runner.job_ended.connect(lambda job: outcomes.append(job.outcome))
    dialog.parts.mode.setCurrentIndex(dialog.parts.mode.findData("update"))
    dialog.parts.mode.setCurrentIndex(dialog.parts.mode.findData("create"))
    runner.wait_until_idle()
    assert outcomes.count(Outcome.DONE) == 1
    assert dialog.parts.summary.text() == "3 orders on 1 day: 3 new"


def test_the_wheel_never_assigns(opened: Opened) -> None:
    dialog = opened(HEAD, *GOOD)
    combo = dialog.parts.header.combo("Customer")
    where, none = QPointF(combo.rect().center()), Qt.MouseButton.NoButton
    turn = QWheelEvent(
        where, QPointF(combo.mapToGlobal(where)), QPoint(), QPoint(0, -120), none,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(combo, turn)
    assert combo.currentData() == "recipient"


def test_leaving_a_field_unchanged_reads_nothing_anew(opened: Opened, runner: OpRunner) -> None:
    dialog = opened(HEAD, *GOOD)
    started: list[object] = []
    runner.job_started.connect(started.append)
    dialog.parts.whose.lineEdit().editingFinished.emit()
    assert started == []
    dialog.parts.whose.setEditText("Kauppa")
    dialog.parts.whose.lineEdit().editingFinished.emit()
    runner.wait_until_idle()
    assert len(started) == 1


def test_a_corrected_file_chosen_again_is_read_again(opened: Opened, runner: OpRunner) -> None:
    dialog = opened(HEAD, *GOOD)
    path = dialog.parts.file.path()
    assert path is not None
    path.write_text("\n".join([HEAD, *GOOD, WRONG_TIME.replace("25:99", "09:00")]), encoding="utf-8")
    dialog.parts.file.set_path(path)
    runner.wait_until_idle()
    assert dialog.parts.summary.text() == "4 orders on 1 day: 4 new"


def test_a_second_look_asks_the_index_for_nothing_twice(workplace: Workplace, write: Callable[..., Path]) -> None:
    memory, asked = Memory(), []
    find = workplace.geocoder.find  # type: ignore[union-attr]

    class Counting:
        def find(self, address: object, *, limit: int = 5) -> object:
            asked.append(address)
            return find(address, limit=limit)  # type: ignore[arg-type]

    counted = replace(workplace, geocoder=Counting())  # type: ignore[arg-type]
    path = write(HEAD, *GOOD)
    importing.prepare(counted, Request(path, ON), NoProgress(), memory)
    first = len(asked)
    again = importing.prepare(counted, Request(path, ON, mode="create"), NoProgress(), memory)
    assert first == 3
    assert len(asked) == first
    assert all(order.address.precision >= Precision.STREET for order in again.orders)


def test_a_file_dropped_on_the_form_is_taken(
    dialog: ImportDialog, runner: OpRunner, write: Callable[..., Path]
) -> None:
    path = write(HEAD, *GOOD)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    how = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(dialog, QDragEnterEvent(QPointF(200, 300), *how))
    QApplication.sendEvent(dialog, QDropEvent(QPointF(200, 300), *how))
    runner.wait_until_idle()
    assert dialog.parts.file.path() == path
    assert dialog.parts.go.isEnabled()


# ── Doing it ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_import_is_one_step_that_undo_takes_back(
    opened: Opened, runner: OpRunner, workplace: Workplace, qtbot: QtBot
) -> None:
    staff(workplace, "Aino", on=None)
    dialog = opened(HEAD, *GOOD, WRONG_TIME)
    with qtbot.waitSignal(dialog.imported) as imported:
        dialog.parts.go.click()
    runner.wait_until_idle()
    assert imported.args is not None
    done = imported.args[0]
    assert (done.added, done.rejected, done.staffed, done.dates) == (3, 1, 1, (ON,))
    assert set(orders_now(workplace)) == {"A1", "A2", "A3"}
    assert orders_now(workplace)["A1"].address.precision is Precision.HOUSE
    assert not dialog.isVisible()
    runner.undo()
    runner.wait_until_idle()
    assert orders_now(workplace) == {}
    assert workplace.store.read(lambda r: r.shifts_of(ON)) == []
    assert workplace.store.history().redo == "Import orders.csv"


def test_matching_the_file_says_what_it_removes(opened: Opened, runner: OpRunner, workplace: Workplace) -> None:
    put_orders(workplace, [])
    dialog = opened(HEAD, *GOOD)
    workplace.store.write("Import", lambda uow: importing.commit(uow, dialog._look.preview))  # type: ignore[union-attr,arg-type]
    dialog.parts.mode.setCurrentIndex(dialog.parts.mode.findData("sync"))
    path = dialog.parts.file.path()
    assert path is not None
    path.write_text("\n".join([HEAD, *GOOD[:2]]), encoding="utf-8")
    dialog.parts.file.set_path(path)
    runner.wait_until_idle()
    assert dialog.parts.summary.text() == "2 orders on 1 day: 2 as they were, 1 removed"
    dialog.parts.go.click()
    runner.wait_until_idle()
    assert set(orders_now(workplace)) == {"A1", "A2"}


def test_a_senders_columns_are_remembered_and_offered(
    opened: Opened, runner: OpRunner, workplace: Workplace, theme: Theme, window: QWidget
) -> None:
    dialog = opened("Foo,Bar,Baz", "B1,Fabianinkatu 33,Helsinki")
    dialog.parts.whose.setEditText("Kauppa")
    dialog.parts.whose.lineEdit().editingFinished.emit()
    for header, field in (("Foo", "number"), ("Bar", "address"), ("Baz", "city")):
        assign(dialog, header, field)
    runner.wait_until_idle()
    dialog.parts.go.click()
    runner.wait_until_idle()
    again = ImportDialog(workplace, runner, theme, ON, window)
    runner.wait_until_idle()
    assert [again.parts.whose.itemText(n) for n in range(again.parts.whose.count())] == ["Kauppa"]
    assert again.parts.whose.currentText() == ""
    again.parts.whose.setEditText("Kauppa")
    again.open_file(dialog.parts.file.path() or Path())
    runner.wait_until_idle()
    assert meaning(again, "Bar") == "address"
    assert again.parts.summary.text() == "1 order on 1 day: 1 as they were"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_rows_left_out_are_saved_to_be_corrected(opened: Opened, runner: OpRunner, tmp_path: Path, suffix: str) -> None:
    dialog = opened(HEAD, *GOOD, WRONG_TIME, NOWHERE)
    dialog.parts.save.click()
    ask = dialog.findChild(QFileDialog, "import.save_rejects.dialog")
    assert ask is not None
    out = tmp_path / f"rejects.{suffix}"
    ask.fileSelected.emit(str(out))
    ask.reject()
    runner.wait_until_idle()
    assert dialog.parts.summary.tone is Tone.GOOD
    if suffix == "csv":
        assert out.read_text("utf-8-sig").splitlines()[1].startswith("A4,Onni")
    else:
        assert load_workbook(out).active["A2"].value == "A4"  # type: ignore[index,union-attr]


def test_a_place_that_cannot_be_written_is_said(opened: Opened, runner: OpRunner, tmp_path: Path) -> None:
    dialog = opened(HEAD, *GOOD, WRONG_TIME)
    dialog._on_save_chosen(str(tmp_path / "no such folder" / "out.csv"))
    runner.wait_until_idle()
    assert dialog.parts.summary.tone is Tone.BAD


# ── Size, cancel, end ────────────────────────────────────────────────────────────────────────────────────────────────


ROWS = 100_000


def _large(path: Path, faulty_every: int = 0, rows: int = 20_000) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write("Order no,Customer,Lat,Lon,Time window from\n")
        for n in range(rows):
            window = "25:99" if faulty_every and n % faulty_every == 0 else "08:00"
            file.write(f"L{n},Customer {n},{60.16 + n % 100 / 10_000},24.94,{window}\n")
    return path


def test_a_hundred_thousand_rows_never_hold_the_window_up(
    dialog: ImportDialog, runner: OpRunner, tmp_path: Path
) -> None:
    beats = QTimer(dialog)
    counted: list[int] = []
    beats.timeout.connect(lambda: counted.append(len(counted)))
    beats.start(5)
    dialog.open_file(_large(tmp_path / "large.csv", faulty_every=10, rows=ROWS))
    runner.wait_until_idle(60_000)
    beats.stop()
    assert len(counted) > 20, "the event loop ran on while the file was read"
    assert dialog.parts.sheet_model.rowCount() == ROWS
    assert dialog.parts.problem_model.rowCount() == ROWS // 10
    assert dialog.parts.summary.text() == "90,000 orders on 1 day: 90,000 new · 10,000 rows left out"
    dialog.parts.problems.activated.emit(dialog.parts.problem_model.index(9_999, 0))
    assert dialog.parts.preview.currentIndex().row() == 99_990


def test_closing_stops_the_reading(dialog: ImportDialog, runner: OpRunner, tmp_path: Path, qtbot: QtBot) -> None:
    outcomes: list[Outcome | None] = []
    runner.job_ended.connect(lambda job: outcomes.append(job.outcome))
    dialog.open_file(_large(tmp_path / "large.csv"))
    with qtbot.waitSignal(runner.job_progressed, timeout=30_000):
        pass
    dialog.reject()
    runner.wait_until_idle(60_000)
    assert outcomes == [Outcome.CANCELLED]


def test_closing_while_it_writes_leaves_all_as_it_was(
    dialog: ImportDialog, runner: OpRunner, workplace: Workplace, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog.open_file(_large(tmp_path / "large.csv"))
    runner.wait_until_idle(60_000)
    dialog.parts.go.click()
    assert not dialog.parts.mode.isEnabled()
    with qtbot.waitSignal(dialog._written, timeout=30_000):
        pass
    dialog.reject()
    runner.wait_until_idle(60_000)
    assert orders_now(workplace) == {}
    assert workplace.store.history().undo is None


def test_a_form_that_is_gone_hears_nothing(
    workplace: Workplace, runner: OpRunner, theme: Theme, window: QWidget, write: Callable[..., Path]
) -> None:
    dialog = ImportDialog(workplace, runner, theme, ON, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    dialog.open_file(write(HEAD, *GOOD))
    dialog.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    runner.wait_until_idle()
    theme.changed.emit()


@pytest.mark.parametrize("head", [HEAD, "Foo,Bar,Baz,A,B,C,D"])
def test_nothing_but_its_parent_keeps_a_form_alive(
    workplace: Workplace, runner: OpRunner, theme: Theme, write: Callable[..., Path], head: str
) -> None:
    """A form in a cycle would be deleted by whatever thread happens to collect it."""
    gc.disable()
    try:
        dialog = ImportDialog(workplace, runner, theme, ON)
        dialog.open_file(write(head, *GOOD))
        runner.wait_until_idle()
        gone = weakref.ref(dialog)
        del dialog
        assert gone() is None
    finally:
        gc.enable()


def test_every_control_has_a_name(opened: Opened) -> None:
    dialog = opened(HEAD, *GOOD)
    for name in ("file", "file.browse", "sender", "mode", "date", "preview", "problems", "tabs", "go", "save_rejects"):
        assert dialog.findChild(QWidget, f"import.{name}") is not None, name
    for field in (dialog.parts.whose, dialog.parts.mode, dialog.parts.date, dialog.parts.preview):
        assert field.accessibleName()


def test_places_of_the_file_go_before_the_index(opened: Opened) -> None:
    dialog = opened("Order no,Address,Lat,Lon", "C1,Fabianinkatu 33,60.2,25.0")
    assert dialog._look is not None
    assert dialog._look.preview is not None
    assert dialog._look.preview.orders[0].address.place == Place(60.2, 25.0)
    assert dialog._look.preview.orders[0].date == date(2026, 11, 24)
