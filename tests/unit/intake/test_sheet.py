# ruff: noqa: DTZ001 - cells of a workbook have no time zone
import io
import os
import struct
import zipfile
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.errors import BadInput
from dispatcher.intake import csv_file
from dispatcher.intake.sheet import read_sheet

TABLE = "Order ID,Address,City\n1,Äyräpääntie 5,Helsinki\n2,Ullanmäki 7,Espoo\n"


def put(tmp_path: Path, data: bytes, name: str = "orders.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_every_usual_encoding_and_delimiter(tmp_path: Path, encoding: str, mark: str) -> None:
    sheet = read_sheet(put(tmp_path, TABLE.replace(",", mark).encode(encoding)))
    assert sheet.headers == ("Order ID", "Address", "City")
    assert sheet.rows == ((2, ("1", "Äyräpääntie 5", "Helsinki")), (3, ("2", "Ullanmäki 7", "Espoo")))
    assert sheet.delimiter == mark


def test_an_encoding_that_is_none_of_the_usual_is_worked_out() -> None:
    rows = "".join(f"{i};Čtvrť Koť {i};Česká Lípa;Zvoňte prosím dvakrát, děkuji\n" for i in range(1, 30))
    text = f"Číslo;Ulice;Město;Poznámka\n{rows}"
    assert csv_file.decode(text.encode("cp1250"), "x.csv") == (text, "cp1250")


def test_quoted_line_breaks_ragged_and_blank_rows(tmp_path: Path) -> None:
    text = 'Order ID;Address;Notes\r\n1;A 1;"two\r\nlines; and ""quotes"""\r\n\r\n2;B 2\r\n;;\r\n3;C 3;x;\r\n'
    sheet = read_sheet(put(tmp_path, text.encode()))
    assert [row.number for row in sheet.rows] == [2, 4, 6]
    assert sheet.rows[0].cells[2] == 'two\r\nlines; and "quotes"'
    assert sheet.rows[1].cells == ("2", "B 2", "")
    assert sheet.rows[2].cells == ("3", "C 3", "x")


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    text = "Orders of Tuesday\n\nExported by: shop, v2\nOrder ID,Address,City\n1,A 1,Helsinki\n"
    sheet = read_sheet(put(tmp_path, text.encode()))
    assert sheet.headers == ("Order ID", "Address", "City")
    assert sheet.rows[0].number == 5


def test_excels_hint_of_the_delimiter_is_taken(tmp_path: Path) -> None:
    sheet = read_sheet(put(tmp_path, b"sep=;\nOrder ID;Address\n1;A 1, Helsinki\n"))
    assert (sheet.delimiter, sheet.rows[0]) == (";", (3, ("1", "A 1, Helsinki")))


def test_commas_within_cells_do_not_win_over_the_delimiter(tmp_path: Path) -> None:
    text = "Order ID;Address;Notes\n" + "".join(f"{i};Street {i}, 00100 Helsinki, Finland;a, b, c\n" for i in range(9))
    assert read_sheet(put(tmp_path, text.encode())).delimiter == ";"


def test_one_column_of_addresses_is_a_table(tmp_path: Path) -> None:
    sheet = read_sheet(put(tmp_path, b"Address\nA 1, Helsinki\nB 2, Helsinki\n"))
    assert [row.cells for row in sheet.rows] == [("A 1, Helsinki",), ("B 2, Helsinki",)]


def test_repeated_and_blank_headers_get_names(tmp_path: Path) -> None:
    sheet = read_sheet(put(tmp_path, b"Address,Note,Note,,Note (2)\nA 1,x,y,z,w\n"))
    assert sheet.headers == ("Address", "Note", "Note (2)", "Column 4", "Note (2) (2)")


def test_headers_nobody_knows_are_found_by_their_width(tmp_path: Path) -> None:
    sheet = read_sheet(put(tmp_path, b"export\nfoo,bar,baz\n1,2,3\n4,5,6\n"))
    assert sheet.headers == ("foo", "bar", "baz")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n  \n", "is empty"),
        (b"Order ID,Address\n", "no orders below"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel workbook"),
        (b"%PDF-1.7\n1 0 obj", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"<html><table><tr><td>Address", "web page"),
        (bytes(range(256)) * 20, "not a table of text"),
        (struct.pack("<200i", *range(200)) * 4, "not a table of text"),
        (b"PK\x03\x04 cut short", "damaged"),
        (b'Order ID,Address\n1,"never closed' + b"x" * 200_000, "quotation mark"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_sheet(put(tmp_path, data))
    assert words in str(refused.value)
    assert "orders.csv" in refused.value.what


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_sheet(tmp_path / "none.csv")


def workbook(tmp_path: Path, *rows: list[object], title: str = "Orders") -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Empty"
    page = book.create_sheet(title)
    for row in rows:
        page.append(row)
    path = tmp_path / "orders.xlsx"
    book.save(path)
    return path


def test_a_workbook_gives_typed_cells_of_its_first_sheet_with_content(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ["Order ID", "Date", "From", "Weight", "Note", "Paid", ""],
        [1001, datetime(2026, 11, 24), time(8, 30), 2.5, " hi ", True],
        [],
        ["1002", date(2026, 11, 25), None, None, None, False],
    )
    sheet = read_sheet(path)
    assert sheet.headers == ("Order ID", "Date", "From", "Weight", "Note", "Paid")
    assert sheet.rows[0] == (2, (1001, datetime(2026, 11, 24), time(8, 30), 2.5, "hi", "TRUE"))
    assert sheet.rows[1].number == 4
    assert sheet.name == "orders.xlsx, sheet Orders"


def test_the_content_tells_a_workbook_whatever_its_name(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["Address"], ["A 1"]).rename(tmp_path / "orders.csv")
    assert read_sheet(path).rows[0].cells == ("A 1",)


def test_leading_zeros_that_a_workbook_shows_are_kept(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Address", "Postcode"])
    book.active.append(["A 1", 170])
    book.active["B2"].number_format = "00000"
    book.save(tmp_path / "orders.xlsx")
    assert read_sheet(tmp_path / "orders.xlsx").rows[0].cells == ("A 1", "00170")


def archive(tmp_path: Path, parts: dict[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return put(tmp_path, buffer.getvalue(), "orders.xlsx")


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    bomb = archive(tmp_path, {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"\0" * 60_000_000})
    with pytest.raises(BadInput, match="unpacks to 60 MB"):
        read_sheet(bomb)


def test_an_archive_of_thousands_of_parts_is_refused(tmp_path: Path) -> None:
    parts = {f"part{i}": b"" for i in range(2_001)} | {"xl/workbook.xml": b"<x/>"}
    with pytest.raises(BadInput, match="in 2002 parts"):
        read_sheet(archive(tmp_path, parts))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"content.xml": b"<x/>", "mimetype": b"application/vnd.oasis"}, "OpenDocument"),
        ({"photo.jpg": b"x"}, "not a workbook"),
        ({"xl/workbook.xml": b"<x/>", "[Content_Types].xml": b"<not closed"}, "damaged"),
    ],
)
def test_other_archives_are_refused_in_words(tmp_path: Path, parts: dict[str, bytes], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_sheet(archive(tmp_path, parts))


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no sheet with content"):
        read_sheet(workbook(tmp_path))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    with suppress(BadInput):
        sheet = read_sheet(path)
        assert len(set(sheet.headers)) == len(sheet.headers)
        assert all(len(row.cells) >= len(sheet.headers) for row in sheet.rows)


@pytest.mark.parametrize("endless", [False, True])
def test_no_more_is_read_than_fits(tmp_path: Path, endless: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatcher.intake.sheet.MAX_BYTES", 3_000_000)
    path = tmp_path / "orders.csv"
    if endless and Path("/dev/zero").is_char_device():
        path.symlink_to("/dev/zero")
    else:
        path.touch()
        os.truncate(path, 3_000_001)
    with pytest.raises(BadInput, match=r"orders\.csv is larger than 3 MB"):
        read_sheet(path)
