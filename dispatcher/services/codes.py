"""One-time codes of a day's orders: who gets one, for how long it is good, and the file to send them from.

The window never shows a code, and the gateway only checks what is typed. The digits leave in one way: the file that the
depot's own messages to its customers are made from.
"""

import csv
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Need, OneTimeCode, ProofKind
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.time import midnight
from dispatcher.intake.writing import guarded, whole_file
from dispatcher.proof.codes import digits_of, issue
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter

AFTER = timedelta(hours=2)
SECRET_BYTES = 32
SECRET_NAME = "secret"
NEW_CODES = "Remove it and send new codes to all customers."
HEADINGS = ("order", "name", "phone", "email", "code", "valid_until")


def depot_secret(folder: Path, name: str = SECRET_NAME, *, lost: str = NEW_CODES) -> bytes:
    """The depot's secret in its gateway's folder; made if it is not there yet. Raises `KnownError`.

    There are others of other names; `lost` says what to do when one is damaged.
    """
    file = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            _write_secret(file)
        secret = file.read_bytes()
    except OSError as fault:
        raise KnownError(f"The depot's secret, {file}, cannot be used ({fault.strerror}).", "Allow it.") from fault
    if len(secret) < SECRET_BYTES:
        raise KnownError(f"The depot's secret, {file}, is damaged.", lost)
    return secret


def _write_secret(file: Path) -> None:
    """Whole or not at all, and only once, whoever else does the same at this moment."""
    new = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(secrets.token_bytes(SECRET_BYTES))
            handle.flush()
            os.fsync(handle.fileno())
        with suppress(FileExistsError):
            os.link(new, file) if hasattr(os, "link") else new.rename(file)
    finally:
        new.unlink(missing_ok=True)


def wants_code(order: Order, policy: RoadPolicy) -> bool:
    """Whether a code is asked for, or at least taken, at the door."""
    level = policy.needs(failed=False, asked=order.asked.needs).get(ProofKind.CODE, Need.OFF)
    return order.state is OrderState.OPEN and level is not Need.OFF


def expires_at(order: Order, zone: ZoneInfo, round_ends: datetime | None = None) -> datetime:
    """Midnight after the delivery day, or two hours after the last window's, or its round's end if that is later."""
    end = midnight(order.date + timedelta(days=1), zone)
    ends = [window.closes_at for window in order.windows] + ([round_ends] if round_ends else [])
    return max([end, *(moment + AFTER for moment in ends)])


def ends_of(day: Day) -> Mapping[OrderId, datetime]:
    """When the shift ends that serves each order: after midnight for one by night."""
    return {o: day.shifts[route.shift_id].ends_at for route in day.plan.routes for o in route.order_ids}


def issue_codes(
    logbook: Logbook,
    orders: Iterable[Order],
    *,
    policy: RoadPolicy,
    zone: ZoneInfo,
    secret: bytes,
    now: datetime,
    ends: Mapping[OrderId, datetime] | None = None,
    anew: bool = False,
) -> tuple[OrderId, ...]:
    """See that the next attempt at each of these orders that wants a code has one; the orders that got a new one.

    A code that is there stays, with the lifetime the order has now; `ends` says when the rounds end (`ends_of`). With
    `anew` every one is made again: the former digits are void, and there are five tries again. One that was right
    already is left alone even then.
    """
    wanted = [order for order in orders if wants_code(order, policy)]
    until = {order.id: expires_at(order, zone, (ends or {}).get(order.id)) for order in wanted}
    there = logbook.read(lambda reader: {order.id: reader.code(order.id, order.attempt) for order in wanted})
    lacking = [order for order in wanted if _lacks(there[order.id], anew=anew)]

    def made(order: Order) -> OneTimeCode:
        return issue(order.id, order.attempt, secret, opens_at=now, expires_at=until[order.id])

    # Slow on purpose, so not within a transaction; the hash lets other threads run
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        new = {order.id: code for order, code in zip(lacking, pool.map(made, lacking), strict=True)}

    def keep(writer: LogbookWriter) -> tuple[OrderId, ...]:
        kept = []
        for order in wanted:
            code = writer.code(order.id, order.attempt)
            if order.id in new and _lacks(code, anew=anew):
                writer.put_code(new[order.id])
                kept.append(order.id)
            elif code is not None and code.expires_at != until[order.id]:
                writer.put_code(replace(code, expires_at=until[order.id]))
        return tuple(kept)

    return logbook.write(keep) if wanted else ()


def _lacks(code: OneTimeCode | None, *, anew: bool) -> bool:
    return code is None or (anew and code.right_at is None)


def code_of(reader: LogbookReader, order_id: OrderId, attempt: int, secret: bytes) -> str | None:
    """The digits the customer has for this attempt; `None` if none were issued."""
    code = reader.code(order_id, attempt)
    return digits_of(code, secret) if code else None


def codes_file(reader: LogbookReader, orders: Sequence[Order], *, zone: ZoneInfo, secret: bytes, out: Path) -> int:
    """Write the codes of these orders to a CSV file that only its owner may read; how many.

    Raises `KnownError` if none has a code, or the file cannot be written.
    """
    rows = []
    for order in orders:
        if (code := reader.code(order.id, order.attempt)) and code.right_at is None:
            until = code.expires_at.astimezone(zone).isoformat(timespec="minutes")
            contact = order.contact
            rows.append([order.number, contact.name, contact.phone, contact.email, digits_of(code, secret), until])
    if not rows:
        raise KnownError("No order of the day has a one-time code.", "Ask for codes in the settings, or on orders.")
    with whole_file(out) as path, path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows([guarded(cell) for cell in row] for row in rows)
    out.resolve().chmod(0o600)
    return len(rows)
