# ruff: noqa: DTZ001 - cells of a workbook have no time zone
import csv
import stat
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.errors import KnownError
from dispatcher.intake import Context, RowError, Sheet, match_headers, parse, read_sheet, write_rejects
from dispatcher.intake.sheet import Row
from dispatcher.intake.writing import guarded, unguarded, whole_file

BAD = "Order ID,Address,Phone,Weight,Notes\n1,A 1,+358401,-1,=1+1\n2,A 2,,2,ok\n3,A 3,,x,@home\n"


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_rejects_can_be_mended_and_imported_again(tmp_path: Path, context: Context, suffix: str) -> None:
    source, out = tmp_path / "orders.csv", tmp_path / f"rejects{suffix}"
    source.write_text(BAD)
    sheet = read_sheet(source)
    parsed = parse(sheet, match_headers(sheet.headers), context)
    assert write_rejects(sheet, parsed.errors, out) == 2

    again = read_sheet(out)
    assert again.headers == (*sheet.headers, "Row", "Column", "Problem")
    assert [row.cells[:5] for row in again.rows] == [sheet.rows[0].cells, sheet.rows[2].cells]
    assert [str(row.cells[5]) for row in again.rows] == ["2", "4"]
    assert again.rows[0].cells[6] == "Weight"
    assert "is negative" in str(again.rows[0].cells[7])

    mended = Sheet(
        again.headers,
        tuple(Row(row.number, (*row.cells[:3], "5", *row.cells[4:])) for row in again.rows),
        *(again.encoding, again.delimiter, again.name),
    )
    result = parse(mended, match_headers(mended.headers), context)
    assert result.errors == ()
    assert [draft.order.notes for draft in result.orders] == ["=1+1", "@home"]
    assert result.orders[0].order.contact.phone == "+358401"


def test_rejects_of_rejects_have_the_added_columns_once(tmp_path: Path, context: Context) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    (tmp_path / "orders.csv").write_text(BAD)
    sheet = read_sheet(tmp_path / "orders.csv")
    write_rejects(sheet, parse(sheet, match_headers(sheet.headers), context).errors, first)
    again = read_sheet(first)
    write_rejects(again, parse(again, match_headers(again.headers), context).errors, second)
    assert read_sheet(second).headers == again.headers
    assert [row.cells[:5] for row in read_sheet(second).rows] == [row.cells[:5] for row in again.rows]


def test_no_cell_of_the_csv_is_a_formula(tmp_path: Path) -> None:
    sheet = Sheet(("=A1", "Note"), (Row(2, ("=cmd|' /C calc'!A0", "\tx")), Row(3, ("-3.7", "-x"))), "", ",", "x")
    write_rejects(sheet, [RowError(2, "Note", "", "=SUM(A1)"), RowError(3, "", "", "why")], tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert "-3.7" in cells
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\0") and cell not in ("-3.7", "")]


def test_no_cell_of_the_workbook_is_a_formula_and_types_stay(tmp_path: Path) -> None:
    cells = ("=1+1", 2.5, datetime(2026, 11, 24, 8), time(9), timedelta(hours=1), "bell\x07")
    sheet = Sheet(tuple("ABCDEF"), (Row(2, cells),), "", "", "x")
    write_rejects(sheet, [RowError(2, "A", "", "why")], tmp_path / "r.xlsx")
    row = list(openpyxl.load_workbook(tmp_path / "r.xlsx").active.rows)[1]
    assert row[0].data_type == "s"
    assert [cell.value for cell in row[:6]] == ["=1+1", 2.5, cells[2], time(9), "1:00:00", "bell"]


def test_cells_beyond_the_last_column_are_not_lost(tmp_path: Path) -> None:
    sheet = Sheet(("Address",), (Row(2, ("A 1", "spilt", "over")),), "", ",", "x")
    write_rejects(sheet, [RowError(2, "", "", "Too many cells.")], tmp_path / "r.csv")
    assert "spilt | over" in str(read_sheet(tmp_path / "r.csv").rows[0].cells[3])


def test_a_file_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    sheet = Sheet(("Address",), (Row(2, ("A 1",)),), "", ",", "x")
    with pytest.raises(KnownError, match="cannot be written"):
        write_rejects(sheet, [RowError(2, "", "", "why")], tmp_path / "no such folder" / "r.csv")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "r.csv"
    target.write_text("old")

    def fail() -> None:
        with whole_file(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_written_file_has_the_rights_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    with whole_file(tmp_path / "whole") as temporary:
        temporary.write_text("x")
    rights: Callable[[str], int] = lambda name: stat.S_IMODE((tmp_path / name).stat().st_mode)
    assert rights("whole") == rights("plain")


@given(st.text(alphabet=st.one_of(st.sampled_from("'=+-@\t\r\x00019.,"), st.characters()), max_size=12))
def test_the_guard_is_taken_away_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "@", "\t", "\r", "\x00"))
