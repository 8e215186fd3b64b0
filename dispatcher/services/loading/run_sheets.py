"""Run sheets as they were printed: which stops in which order, under a code that is scanned or typed when they return.

What is keyed of a sheet lies with it until it is saved, as typed. No customer's name is kept here but what a clerk
typed, and that goes with saving.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.papers import Paper, PaperKind
from dispatcher.loading.pieces import ROUND, round_named
from dispatcher.services.logbook import LogbookReader, LogbookWriter
from dispatcher.services.planning import Outlook

__all__ = [
    "BACK",
    "LEFT",
    "ROUND",
    "SHEET",
    "Line",
    "RunSheet",
    "forget",
    "issue",
    "keep",
    "named",
    "sheet_of",
    "sheets_on",
    "typed",
    "typed_of",
    "with_line",
    "without_line",
]

SHEET = "sheet:"
"""How the code on a run sheet begins for a scanner."""
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that a hand writes like a digit."""
SIGNS = 6
KEPT = timedelta(days=62)
"""For so long a sheet can be keyed; those with something keyed and not saved stay."""
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})

type Line = tuple[str, str]
"""An order's id, `LEFT` or `BACK`, and what was typed."""
LEFT, BACK = "left", "back"


@dataclass(frozen=True, slots=True)
class RunSheet:
    """One sheet, or several pages, of one round."""

    code: str
    on: date
    shift_id: ShiftId
    driver_id: DriverId
    printed_at: datetime
    stops: tuple[OrderId, ...]
    """In the order printed."""
    reasons: tuple[str, ...]
    """Codes of the failure reasons, by the numbers printed, from 1."""
    draft: tuple[Line, ...] = ()
    """What was keyed and not saved yet, in the order keyed; of a stop the last one counts."""
    saved_at: datetime | None = None
    """When something of it was saved last."""
    saved_by: str = ""

    @property
    def shown(self) -> str:
        """The code as people read it."""
        return f"{self.code[:3]}-{self.code[3:]}"


def issue(book: LogbookWriter, outlook: Outlook, shift_ids: Iterable[ShiftId], now: datetime) -> Mapping[ShiftId, str]:
    """The codes under which these rounds are printed; a round that is still the same keeps the one it had."""
    day = outlook.day
    known = {sheet.shift_id: sheet for sheet in sheets_on(book, day.date)}
    codes: dict[ShiftId, str] = {}
    for shift_id in shift_ids:
        stops = tuple(stop.order_id for stop in outlook.schedule.routes[shift_id].stops)
        reasons = tuple(reason.code for reason in day.depot.road.reasons)
        driver_id, before = day.shifts[shift_id].driver_id, known.get(shift_id)
        if before and (before.stops, before.reasons, before.driver_id) == (stops, reasons, driver_id):
            codes[shift_id] = before.code
            continue
        sheet = RunSheet(_fresh(book), day.date, shift_id, driver_id, now, stops, reasons)
        keep(book, sheet)
        codes[shift_id] = sheet.code
    _clear(book, now)
    return codes


def sheets_on(reader: LogbookReader, on: date) -> Sequence[RunSheet]:
    """All of a date, by when they were printed."""
    return [_sheet(paper) for paper in reader.papers(PaperKind.RUN_SHEET, on.isoformat())]


def sheet_of(reader: LogbookReader, code: str) -> RunSheet | None:
    """The one with this code."""
    paper = reader.paper(_id(code))
    return _sheet(paper) if paper else None


def named(reader: LogbookReader, text: str, on: date) -> RunSheet | ShiftId:
    """The sheet that was scanned or typed; the round whose load sheet it was, if none of it was printed.

    Raises `BadInput` for a code of another day, or of nothing.
    """
    text = text.strip()
    if (shift_id := round_named(text)) is not None:
        of_round = [sheet for sheet in sheets_on(reader, on) if sheet.shift_id == shift_id]
        return of_round[-1] if of_round else shift_id
    code = text.upper().removeprefix(SHEET.upper()).translate(_ALIKE)
    sheet = sheet_of(reader, code) if len(code) == SIGNS else None
    if sheet is None:
        raise BadInput(f"No run sheet has the code {text[:40] or '(nothing)'}.", "It has six signs, as 7K3-M2Q.")
    if sheet.on != on:
        day = f"{sheet.on:%A} {sheet.on.day} {sheet.on:%B}"
        raise BadInput(f"That sheet is of {day}.", "Show that day to key it.")
    return sheet


def keep(book: LogbookWriter, sheet: RunSheet) -> None:
    """Write it as it is now."""
    body = {
        "shift_id": sheet.shift_id,
        "driver_id": sheet.driver_id,
        "stops": list(sheet.stops),
        "reasons": list(sheet.reasons),
        "draft": [list(line) for line in sheet.draft],
        "saved_at": sheet.saved_at.isoformat() if sheet.saved_at else "",
        "saved_by": sheet.saved_by,
    }
    book.put_paper(Paper(_id(sheet.code), PaperKind.RUN_SHEET, sheet.on.isoformat(), sheet.printed_at, body))


def typed(sheet: RunSheet) -> Mapping[str, str]:
    """What stands in the draft, by order."""
    return dict(sheet.draft)


def with_line(sheet: RunSheet, order_id: str, text: str) -> RunSheet:
    """The sheet with this keyed last."""
    return replace(sheet, draft=(*sheet.draft, (order_id, text)))


def without_line(sheet: RunSheet, line: Line) -> RunSheet:
    """The sheet without this line, the one keyed last if there are several; as it is where it is gone already."""
    place = next((n for n in reversed(range(len(sheet.draft))) if sheet.draft[n] == line), None)
    return sheet if place is None else replace(sheet, draft=(*sheet.draft[:place], *sheet.draft[place + 1 :]))


def typed_of(reader: LogbookReader, order_ids: Collection[OrderId]) -> Sequence[str]:
    """What was keyed of these orders and not saved yet, on any sheet."""
    sheets = map(_sheet, reader.papers(PaperKind.RUN_SHEET))
    return [text for sheet in sheets for order_id, text in sheet.draft if order_id in order_ids]


def forget(book: LogbookWriter, order_ids: Collection[OrderId]) -> None:
    """Take what was keyed of these orders out of all drafts."""
    for sheet in map(_sheet, book.papers(PaperKind.RUN_SHEET)):
        left = tuple(line for line in sheet.draft if line[0] not in order_ids)
        if left != sheet.draft:
            keep(book, replace(sheet, draft=left))


def _sheet(paper: Paper) -> RunSheet:
    body, saved_at = paper.body, paper.body["saved_at"]
    return RunSheet(
        code=paper.id.removeprefix(_id("")),
        on=date.fromisoformat(paper.about),
        shift_id=ShiftId(body["shift_id"]),
        driver_id=DriverId(body["driver_id"]),
        printed_at=paper.at,
        stops=tuple(OrderId(order_id) for order_id in body["stops"]),
        reasons=tuple(body["reasons"]),
        draft=tuple((order_id, text) for order_id, text in body["draft"]),
        saved_at=datetime.fromisoformat(saved_at) if saved_at else None,
        saved_by=body["saved_by"],
    )


def _id(code: str) -> str:
    return f"{PaperKind.RUN_SHEET.value} {code}"


def _fresh(reader: LogbookReader) -> str:
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(SIGNS))
        if reader.paper(_id(code)) is None:
            return code


def _clear(book: LogbookWriter, now: datetime) -> None:
    for paper in book.papers(PaperKind.RUN_SHEET):
        if paper.at < now - KEPT and not paper.body["draft"]:
            book.remove_paper(paper.id)
