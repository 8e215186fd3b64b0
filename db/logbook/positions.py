"""Letters, fixes, events and quarantined parts to rows and back: the small rows of what comes by the thousand."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from db.logbook import tables
from db.rows import Row
from dispatcher.domain.place import Place
from dispatcher.domain.tracking import DeviceEvent, EventKind, Fix, Source, StoredEvent, StoredFix

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DEGREES = 10_000_000

type Names = Mapping[int, str]
type Numbers = Mapping[str, int]

LETTER_COLUMNS = tuple(column.name for column in tables.letter.c)
FIX_COLUMNS = tuple(column.name for column in tables.fix.c if column.name != "seq")
EVENT_COLUMNS = tuple(column.name for column in tables.event.c if column.name != "seq")
QUARANTINE_COLUMNS = tuple(column.name for column in tables.quarantine.c if column.name != "n")


def milliseconds(moment: datetime) -> int:
    """Since 1970; the nearest."""
    return round(moment.timestamp() * 1_000)


def moment_of(ms: int) -> datetime:
    """The moment so many milliseconds after 1970 began, or before."""
    return EPOCH + timedelta(milliseconds=ms)


def text_of(said: str) -> str:
    """What a device said as the database can hold it: half characters are replaced; the body has them as they came."""
    return said if said.isascii() else said.encode("utf-8", "replace").decode("utf-8")


def fix_values(fix: Fix, letter: int, device: int, driver: int | None, source: int) -> tuple[Any, ...]:
    """In the order of `FIX_COLUMNS`."""
    return (
        letter,
        device,
        driver,
        source,
        milliseconds(fix.at),
        round(fix.place.lat * DEGREES),
        round(fix.place.lon * DEGREES),
        None if fix.sent_at is None else milliseconds(fix.sent_at),
        _real(fix.accuracy_m),
        _real(fix.speed_mps),
        _real(fix.heading_deg),
        _real(fix.altitude_m),
        _real(fix.battery),
        fix.charging,
        fix.mock,
        text_of(fix.motion),
        fix.valid,
        text_of(fix.client_id),
        text_of(fix.unique_id),
        json.dumps(dict(fix.extras), separators=(",", ":")) if fix.extras else None,
    )


def _real(measured: float | None) -> float | None:
    """Whole numbers too: SQLite has no room for more than 64 bits of one."""
    return None if measured is None else float(measured)


def to_fix(row: Row) -> Fix:
    """The fix of a row."""
    return Fix(
        at=moment_of(row["at_ms"]),
        place=Place(row["lat7"] / DEGREES, row["lon7"] / DEGREES),
        sent_at=None if row["sent_ms"] is None else moment_of(row["sent_ms"]),
        accuracy_m=row["accuracy_m"],
        speed_mps=row["speed_mps"],
        heading_deg=row["heading_deg"],
        altitude_m=row["altitude_m"],
        battery=row["battery"],
        charging=row["charging"],
        mock=row["mock"],
        motion=row["motion"],
        valid=row["valid"],
        client_id=row["client_id"],
        unique_id=row["unique_id"],
        extras=json.loads(row["extras"]) if row["extras"] else {},
    )


def to_stored_fix(row: Row, names: Names) -> StoredFix:
    """The fix of a row that has its letter's moment with it."""
    device, driver, source = _who(row, names)
    received_at = moment_of(row["received_ms"])
    return StoredFix(row["seq"], device, driver, received_at, Source(source), to_fix(row))  # type: ignore[arg-type]


def event_values(event: DeviceEvent, letter: int, device: int) -> tuple[Any, ...]:
    """In the order of `EVENT_COLUMNS`."""
    at_ms = milliseconds(event.at)
    return letter, device, at_ms, event.kind.value, text_of(event.detail), text_of(event.unique_id)


def to_stored_event(row: Row, names: Names) -> StoredEvent:
    """The event of a row that has its letter's moment and driver with it."""
    device, driver, _ = _who(row, names)
    event = DeviceEvent(moment_of(row["at_ms"]), EventKind(row["kind"]), row["detail"], row["unique_id"])
    return StoredEvent(row["seq"], device, driver, moment_of(row["received_ms"]), event)  # type: ignore[arg-type]


def _who(row: Row, names: Names) -> tuple[str, str | None, str]:
    return names[row["device"]], None if row["driver"] is None else names[row["driver"]], names[row["source"]]
