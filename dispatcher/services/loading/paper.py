"""What is printed for the dock and for drivers without a phone: load sheets, labels, run sheets."""

import os
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.orders import Load, Order
from dispatcher.domain.schedule import StopTimes
from dispatcher.evidence.paper import faces
from dispatcher.loading.labels import Label, labels_pdf
from dispatcher.loading.pieces import ROUND, STOP, code_of
from dispatcher.loading.sheets import BOX, Cell, Sheet, sheets_pdf
from dispatcher.services.loading.board import LoadBoard, RoundLoad
from dispatcher.services.loading.run_sheets import SHEET
from dispatcher.services.planning import Outlook

LOAD_HEADERS = ("", "Stop", "Order", "For", "Pieces", "kg", "Place in the van", "Short")
LOAD_SHARES = (1.1, 1.1, 3, 6.5, 1.5, 1.3, 4.4, 1.4)
RUN_HEADERS = ("Stop", "", "About", "Where and what", "Done", "Not: no.", "Called", "Time", "Name, signature", "Cash")
RUN_SHARES = (0.9, 1.5, 1.4, 5.2, 1.1, 1.1, 1.2, 1.3, 3.4, 1.4)
SIGNED = "Loaded and checked by ______________________    at ________    odometer ______________ km"
DRIVEN = "Left _______   back _______   odometer ___________ km   cash ___________   signed ______________"


class Paper(StrEnum):
    """What can be printed; the value is what it is called."""

    LOAD_SHEETS = "load sheets"
    LABELS = "labels"
    RUN_SHEETS = "run sheets"


def rounds_to_print(board: LoadBoard, shift_ids: Collection[ShiftId] | None = None) -> Sequence[RoundLoad]:
    """Those of these, or of all, that have anything to load."""
    return [r for r in board.rounds if r.rows and (shift_ids is None or r.shift_id in shift_ids)]


def print_to(
    path: Path,
    paper: Paper,
    outlook: Outlook,
    board: LoadBoard,
    shift_ids: Collection[ShiftId] | None = None,
    codes: Mapping[ShiftId, str] = MappingProxyType({}),
) -> int:
    """Write a PDF for these rounds, or all; how many rounds. The file is there whole or not at all.

    `codes` are those of run sheets, by which they are keyed when they return.

    Raises `BadInput` when there is nothing to print, `KnownError` when it cannot be written.
    """
    rounds = rounds_to_print(board, shift_ids)
    if not rounds:
        raise BadInput("There is nothing to print: no round has anything to load.", "Plan the day first.")
    match paper:
        case Paper.LOAD_SHEETS:
            data = sheets_pdf([_load_sheet(r, outlook) for r in rounds], faces(), title="Load sheets")
        case Paper.RUN_SHEETS:
            data = sheets_pdf(
                [_run_sheet(r, outlook, codes.get(r.shift_id, "")) for r in rounds], faces(), title="Run sheets"
            )
        case Paper.LABELS:
            data = labels_pdf([label for r in rounds for label in _labels(r, outlook)], faces())
    _write(path, data)
    return len(rounds)


def _load_sheet(round_: RoundLoad, outlook: Outlook) -> Sheet:
    rows = [
        (
            BOX, str(row.turn), row.number, ", ".join(filter(None, (row.name, row.address))), str(len(row.pieces)),
            f"{row.load.kg:.1f}", row.place, "",
        )
        for row in round_.rows
    ]  # fmt: skip
    berth, zone = round_.berth, outlook.day.depot.zone
    bay = f"Bay {berth.bay}, from {berth.begins_at.astimezone(zone):%H:%M}. " if berth else ""
    bay += "".join(f"Trip {b.trip}: bay {b.bay}, {b.begins_at.astimezone(zone):%H:%M}. " for b in round_.again)
    facts = (
        f"{bay}{_leaving(round_, outlook)}. {round_.pieces} pieces, {_amount(round_.load)}. In the order of loading."
    )
    return Sheet(_title(round_, outlook), facts, ROUND + round_.shift_id, LOAD_HEADERS, LOAD_SHARES, rows, SIGNED)


def _run_sheet(round_: RoundLoad, outlook: Outlook, code: str) -> Sheet:
    stops = outlook.schedule.routes[round_.shift_id].stops
    rows = [_run_row(n, stop, outlook) for n, stop in enumerate(stops, 1)]
    named = f"Sheet {code[:3]}-{code[3:]}. " if code else ""
    facts = f"{named}{_leaving(round_, outlook)}. {len(stops)} stops.\n{DRIVEN}"
    reasons = enumerate(outlook.day.depot.road.reasons, 1)
    labels = (f"{n} {reason.label}".replace(" ", "\u00a0") for n, reason in reasons)
    foot = f"Not delivered, by number: {' · '.join(labels)}"
    signed = SHEET + code if code else ROUND + round_.shift_id
    return Sheet(_title(round_, outlook), facts, signed, RUN_HEADERS, RUN_SHARES, rows, foot, ruled=True)


def _run_row(turn: int, stop: StopTimes, outlook: Outlook) -> Sequence[str | Cell]:
    order, zone = outlook.day.orders[stop.order_id], outlook.day.depot.zone
    windows = ", ".join(
        f"{w.opens_at.astimezone(zone):%H:%M}–{w.closes_at.astimezone(zone):%H:%M}" for w in order.windows
    )
    about = f"{stop.arrives_at.astimezone(zone):%H:%M}"
    where = "; ".join(filter(None, (order.contact.name, _address(order), order.contact.phone)))
    what = "; ".join(filter(None, (order.number, order.kind.value, _amount(order.load), order.notes)))
    due = order.asked.cash_due
    cash = f"{due / 100:.2f} {outlook.day.depot.currency}" if due else ""
    wanted = f"{about}\n{windows}" if windows else about
    return str(turn), Cell(STOP + order.id), wanted, f"{where}\n{what}", BOX, "", BOX, "", "", cash


def _labels(round_: RoundLoad, outlook: Outlook) -> Iterator[Label]:
    day = f"{outlook.day.date:%a} {outlook.day.date.day} {outlook.day.date:%b %Y}"
    for row in round_.rows:
        order = outlook.day.orders[row.order_id]
        for n, piece in enumerate(row.pieces, 1):
            yield Label(
                code=code_of(order, piece),
                number=row.number,
                piece=f"{n} of {len(row.pieces)}",
                round_name=f"{round_.number}  {round_.name}",
                turn=row.turn,
                place=row.place,
                name=row.name or row.address,
                address=[_address(order)],
                day=day,
            )


def _title(round_: RoundLoad, outlook: Outlook) -> str:
    date = outlook.day.date
    return f"{round_.name}, {round_.driver} · {date:%A} {date.day} {date:%B %Y}"


def _leaving(round_: RoundLoad, outlook: Outlook) -> str:
    leaves_at = round_.leaves_at
    return f"Leaves {leaves_at.astimezone(outlook.day.depot.zone):%H:%M}" if leaves_at else "Not timed yet"


def _address(order: Order) -> str:
    address = order.address
    return ", ".join(filter(None, (address.line, f"{address.postcode} {address.city}".strip())))


def _amount(load: Load) -> str:
    return f"{load.kg:.1f} kg, {load.litres:.0f} l"


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise KnownError(f"{path} cannot be written: {fault.strerror}.", "Choose another folder.") from fault
