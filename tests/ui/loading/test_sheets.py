"""The clerk's page by hand: a sheet's code, a line to a stop, Enter; saved under a name."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication

from dispatcher.domain.proof import Attempt, Outcome
from dispatcher.services.driving import attempts_of
from dispatcher.services.loading.paper import Paper
from dispatcher.services.loading.run_sheets import sheets_on
from dispatcher.services.plan import unassign
from tests.fixtures import days
from tests.ui.loading.conftest import Shown
from ui.loading.sheet_rows import SheetModel
from ui.loading.sheets import SheetsPage
from ui.theme import Theme


@pytest.fixture
def clerk(shown: Shown) -> "Clerk":
    """In the evening; the sheets of both rounds were printed in the morning."""
    assert shown.panel.feed is not None
    codes = shown.panel.feed.sheets.issue(shown.morning.outlook, shown.morning.vans[:2])
    shown.morning.time.now = days.clock("19:00")
    return Clerk(shown, [codes[van] for van in shown.morning.vans[:2]])


class Clerk:
    """Whose keys go wherever they go, and are counted."""

    def __init__(self, shown: Shown, codes: Sequence[str]) -> None:
        self.shown, self.codes, self.strokes = shown, codes, 0

    @property
    def page(self) -> SheetsPage:
        """What is shown."""
        assert self.shown.panel.sheets is not None
        return self.shown.panel.sheets

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One key, at once: a quick hand waits for nothing."""
        self.shown.press(key, modifier)
        self.strokes += 1

    def type(self, text: str) -> None:
        """And Enter."""
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClicks(focused, text)
        self.strokes += len(text)
        self.press(Qt.Key.Key_Return)

    def open(self, van: int = 0) -> None:
        """The page, and a sheet on it by its code."""
        self.press(Qt.Key.Key_F7, Qt.KeyboardModifier.ControlModifier)
        self.type(self.codes[van])
        self.shown.settle()

    def save(self) -> None:
        """All that was keyed."""
        self.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self.shown.settle()

    def attempts(self) -> list[Attempt]:
        """As the chain has them."""
        live = self.shown.morning.workplace.live
        assert live
        return list(live.logbook.read(lambda r: attempts_of(r, self.shown.morning.vans)).values())

    def texts(self, column: int) -> list[str]:
        """Of the table."""
        model = self.page.rows
        return [str(model.index(n, column).data()) for n in range(model.rowCount())]


def test_a_clean_sheet_is_one_key_a_row(clerk: Clerk) -> None:
    clerk.open()
    assert clerk.page.at.text() == "Left the depot"
    rows = len(clerk.page.rows.rows)
    before = clerk.strokes
    for _ in range(rows):
        clerk.press(Qt.Key.Key_Return)
    assert clerk.page.said.text() == "All is keyed: Ctrl+Enter saves the sheet."
    clerk.save()
    assert clerk.strokes - before == rows + 1
    assert [a.outcome for a in clerk.attempts()] == [Outcome.DELIVERED] * (rows - 2)
    assert clerk.attempts()[0].app_version == "paper, keyed by Anna"
    assert clerk.page.said.text() == "Van 1, Aino Korhonen: 4 saved. Nothing is left open."
    assert clerk.page.returned is None, "the next sheet can be scanned"


def test_lines_say_what_they_mean_before_they_count(clerk: Clerk) -> None:
    clerk.open()
    clerk.type("0755")
    QTest.keyClicks(clerk.page.line, "0812 Maija Virtanen")
    assert clerk.page.said.text() == "Delivered, to Maija Virtanen, signed at 08:12"
    clerk.press(Qt.Key.Key_Return)
    clerk.type("1")
    assert "wants a call" in clerk.page.said.text()
    assert clerk.page.line.text() == "1", "what was typed is there to be mended"
    clerk.type("1k")
    assert clerk.page.at.text().startswith("3.")
    assert clerk.page.totals.text() == "1 delivered, 1 failed, 2 open"
    keyed = clerk.texts(6)
    assert keyed[1:3] == [
        "Delivered, to Maija Virtanen, signed",
        "Nobody there: Called before leaving, as the sheet says",
    ]


def test_the_last_line_is_taken_back_and_another_row_is_chosen(clerk: Clerk) -> None:
    clerk.open()
    for line in ("", "0812", "0820"):
        clerk.type(line)
    clerk.press(Qt.Key.Key_Backspace)
    assert clerk.page.at.text().startswith("2.")
    assert clerk.texts(6)[2] == ""
    clerk.press(Qt.Key.Key_Up)
    clerk.type("3 Did not want it")
    assert clerk.page.at.text().startswith("2.")
    clerk.shown.settle()
    clerk.save()
    (attempt,) = clerk.attempts()
    assert (attempt.reason, attempt.note) == ("REFUSED", "Did not want it")
    assert clerk.page.said.text() == "Van 1, Aino Korhonen: 1 saved. 3 of its stops are open still."


def test_what_was_keyed_is_there_when_the_sheet_is_opened_again(clerk: Clerk) -> None:
    clerk.open()
    clerk.type("0755")
    clerk.type("0812")
    clerk.press(Qt.Key.Key_Escape)
    clerk.shown.settle()
    assert clerk.page.returned is None
    assert clerk.page.list.item(0).text().endswith("0 of 4 known, 2 to save")
    clerk.type(f"sheet:{clerk.codes[0]}")
    clerk.shown.settle()
    assert clerk.texts(5)[:2] == ["07:55", "08:12"]
    assert clerk.page.at.text().startswith("2.")


def test_a_stop_s_code_goes_to_it_and_a_sheet_s_code_opens_that(clerk: Clerk) -> None:
    clerk.open()
    order = clerk.shown.morning.orders(0)[2]
    clerk.type(f"stop:{order.id}")
    assert order.number in clerk.page.at.text()
    clerk.type(f"stop:{clerk.shown.morning.orders(1)[0].id}")
    assert "not on this sheet" in clerk.page.said.text()
    clerk.page.line.clear()
    clerk.type(f"sheet:{clerk.codes[1]}")
    clerk.shown.settle()
    assert clerk.page.head.text().startswith("Van 2")
    clerk.press(Qt.Key.Key_Escape)
    clerk.type("ZZZZZZ")
    clerk.shown.settle()
    assert "No run sheet has the code ZZZZZZ" in clerk.page.said.text()


def test_a_run_sheet_scanned_at_the_dock_opens_here_and_esc_goes_back(clerk: Clerk) -> None:
    clerk.type(f"sheet:{clerk.codes[1]}")
    clerk.shown.settle()
    assert clerk.shown.panel.stack.currentWidget() is clerk.page
    assert clerk.page.head.text().startswith("Van 2")
    undo = clerk.shown.panel.bench.deeds["undo"]
    assert not undo.isEnabled(), "nothing is loaded while sheets are keyed"
    clerk.press(Qt.Key.Key_Escape)
    clerk.press(Qt.Key.Key_Escape)
    assert clerk.shown.panel.stack.currentWidget() is clerk.shown.panel.bench
    assert undo.isEnabled()
    assert QApplication.focusWidget() is clerk.shown.panel.field


def test_printing_run_sheets_makes_them_known(clerk: Clerk, tmp_path: Path) -> None:
    store, van = clerk.shown.morning.workplace.store, clerk.shown.morning.vans[0]
    gone = clerk.shown.morning.orders(0)[3]
    store.write("Unassign", lambda uow: unassign(uow, order_ids=[gone.id]))
    clerk.shown.settle()
    clerk.shown.panel.print_to(tmp_path / "run.pdf", Paper.RUN_SHEETS)
    clerk.shown.settle()
    live = clerk.shown.morning.workplace.live
    assert live
    sheets = [s for s in live.logbook.read(lambda r: sheets_on(r, days.DATE)) if s.shift_id == van]
    assert [len(sheet.stops) for sheet in sheets] == [4, 3]
    clerk.press(Qt.Key.Key_F7, Qt.KeyboardModifier.ControlModifier)
    clerk.type(sheets[0].code)
    clerk.shown.settle()
    assert clerk.page.moved.text() == "1 stop has left the round since this was printed."
    assert "taken off its round" in clerk.texts(6)[4]


def test_nobody_saves_without_a_name(clerk: Clerk, settings: QSettings) -> None:
    clerk.open()
    clerk.type("")
    clerk.type("")
    settings.remove("proofs/reviewer")
    clerk.save()
    assert clerk.attempts() == []
    clerk.type("Eero")
    clerk.shown.settle()
    assert [a.app_version for a in clerk.attempts()] == ["paper, keyed by Eero"]


def test_the_model_keeps_qts_rules(clerk: Clerk, theme: Theme) -> None:
    clerk.open()
    model = SheetModel(theme, days.ZONE)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_sheet(clerk.page.returned)
    clerk.type("")
    model.show_sheet(clerk.page.returned)
    model.show_sheet(None)
    assert model.rowCount() == 0
