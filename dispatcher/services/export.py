"""A planned day → a file: CSV, a workbook, JSON, GeoJSON, or a web page that opens without a network."""

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Bounds
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt
from dispatcher.domain.roads import RoadPath
from dispatcher.domain.schedule import Reason, Schedule
from dispatcher.intake.writing import guarded, whole_file
from dispatcher.services import export_html, export_json
from dispatcher.services.export_rows import COLUMNS, StopRow, Value, rounds_of, rows_of


class ExportFormat(StrEnum):
    """Kinds of files. The value is the suffix."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    GEOJSON = "geojson"
    HTML = "html"


def export_day(
    day: Day,
    schedule: Schedule,
    out: Path,
    fmt: ExportFormat | str,
    *,
    lines: Mapping[ShiftId, RoadPath] | None = None,
    picture: Callable[[Bounds, int, int], tuple[bytes, Bounds]] | None = None,
    reasons: Mapping[OrderId, Reason] | None = None,
    attempts: Mapping[OrderId, Attempt] | None = None,
    attribution: str = "",
    leaflet_js: str = "",
    leaflet_css: str = "",
) -> None:
    """Write the day to `out`, whole or not at all.

    `schedule` is the judge's, of this very plan. `lines` are the rounds along the roads; without one a round is drawn
    straight. `attempts` are what drivers did at the door. `picture` gives the basemap of a rectangle in so many pixels
    (web Mercator, PNG or JPEG) with the rectangle it really shows. `attribution` names whose data map, roads and places
    come from. HTML needs the texts of Leaflet's script and style sheet.
    Raises `KnownError` if the place cannot be written, `ValueError` if plan and schedule differ.
    """
    rounds = rounds_of(day, schedule)
    rows = list(rows_of(day, rounds, reasons or {}, attempts or {}))
    with whole_file(out) as temporary:
        match ExportFormat(fmt):
            case ExportFormat.CSV:
                _write_csv(rows, temporary)
            case ExportFormat.XLSX:
                _write_workbook(rows, f"{day.date}", temporary)
            case ExportFormat.JSON:
                temporary.write_text(
                    export_json.day_json(day, rounds, rows, reasons or {}, attribution), encoding="utf-8"
                )
            case ExportFormat.GEOJSON:
                temporary.write_text(
                    export_json.day_geojson(day, rounds, rows, lines or {}, attribution), encoding="utf-8"
                )
            case ExportFormat.HTML:
                leaflet = export_html.Leaflet(leaflet_js, leaflet_css)
                page = export_html.day_page(day, rounds, rows, lines or {}, picture, attribution, leaflet)
                temporary.write_text(page, encoding="utf-8")


def _write_csv(rows: Sequence[StopRow], path: Path) -> None:
    # With a byte-order mark, else Excel takes UTF-8 for the system's code page
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in COLUMNS])
        writer.writerows([_text(column.value(row)) for column in COLUMNS] for row in rows)


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            return guarded(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case float():
            # Never 2e-06, which spreadsheets and imports take for a word
            return f"{Decimal(repr(value)):f}"
        case _:
            return str(value)


def _write_workbook(rows: Sequence[StopRow], title: str, path: Path) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet(title)
    page.freeze_panes = "A2"
    for position, column in enumerate(COLUMNS, start=1):
        page.column_dimensions[get_column_letter(position)].width = column.width
    page.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{len(rows) + 1}"
    page.append([_cell(page, column.name, bold=True) for column in COLUMNS])
    for row in rows:
        page.append([_cell(page, column.value(row)) for column in COLUMNS])
    book.save(path)


def _cell(page: object, value: Value, *, bold: bool = False) -> object:
    cell = WriteOnlyCell(page, value=None if isinstance(value, str) else value)  # type: ignore[arg-type]
    if isinstance(value, str):
        # Typed as text, so that what begins with = stays what it says
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
    elif isinstance(value, datetime):
        # Short to read, the date underneath for rounds past midnight
        cell.number_format = "hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    if bold:
        cell.font = Font(bold=True)
    return cell
