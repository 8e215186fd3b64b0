"""The way in of positions: letters by the hundred in one transaction, past SQLAlchemy's own machinery."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from db.logbook import tables
from db.logbook.bulk import Statement, inserting, marks, run
from db.logbook.packing import packed
from db.logbook.positions import (
    EVENT_COLUMNS,
    FIX_COLUMNS,
    LETTER_COLUMNS,
    QUARANTINE_COLUMNS,
    Numbers,
    event_values,
    fix_values,
    milliseconds,
    text_of,
)
from db.rows import moment_text
from dispatcher.domain.letters import Letter, Receipt
from dispatcher.domain.tracking import Fault

type Values = tuple[Any, ...]
type Numbered = tuple[int, Letter]

KEEP_LETTER = inserting(tables.letter.name, LETTER_COLUMNS)
KEEP_FIX = inserting(tables.fix.name, FIX_COLUMNS)
KEEP_EVENT = inserting(tables.event.name, EVENT_COLUMNS)
KEEP_FAULT = inserting(tables.quarantine.name, QUARANTINE_COLUMNS)
KEEP_NAME = inserting(tables.name.name, ["id"])
NUMBERS = "SELECT json_group_object(id, n) FROM name WHERE id IN (SELECT value FROM json_each(?))"


@cache
def _seeing(devices: int) -> str:
    """SQL that notes of so many devices when they were seen, and their batteries."""
    return f"""
        UPDATE device SET seen_at = max(coalesce(seen_at, ''), said.column2), battery = coalesce(said.column3, battery)
        FROM (VALUES {marks(devices, 3)}) AS said WHERE id = said.column1
    """  # noqa: S608


def keep(cursor: Any, letters: Sequence[Letter]) -> Sequence[Receipt]:
    """Keep the letters and what they hold; `cursor` is the DB-API's, inside a transaction that has the write lock."""
    numbers = _numbers(cursor, letters)
    numbered = list(enumerate(letters, _last(cursor, "letter", "n") + 1))
    run(cursor, KEEP_LETTER, [_letter_values(n, letter, numbers) for n, letter in numbered])
    fixes = _keep_parts(cursor, "fix", "seq", KEEP_FIX, _fixes(numbered, numbers))
    events = _keep_parts(cursor, "event", "seq", KEEP_EVENT, _events(numbered, numbers))
    faults = _keep_parts(cursor, "quarantine", "n", KEEP_FAULT, _faults(numbered, numbers))
    told = fixes.keys() | events.keys() | faults.keys()
    if untold := [n for n, _ in numbered if n not in told]:
        cursor.execute("DELETE FROM letter WHERE n IN (SELECT value FROM json_each(?))", (json.dumps(untold),))
    run(cursor, _seeing, _seen(letters))
    return [_receipt(letter, fixes.get(n, 0)) for n, letter in numbered]


def _receipt(letter: Letter, new: int) -> Receipt:
    return Receipt(fixes=new, known=len(letter.decoded.fixes) - new, faults=len(letter.decoded.faults))


def _numbers(cursor: Any, letters: Iterable[Letter]) -> Numbers:
    """The numbers of all devices, drivers and sources named here; the new ones get theirs."""
    words = {word for letter in letters for word in _words(letter) if word is not None}
    numbers = _known(cursor, words)
    if len(numbers) < len(words):
        run(cursor, KEEP_NAME, [(word,) for word in words])
        numbers = _known(cursor, words)
    return numbers


def _known(cursor: Any, words: Iterable[str]) -> Numbers:
    (known,) = cursor.execute(NUMBERS, (json.dumps([*words]),)).fetchone()
    numbers: Numbers = json.loads(known)
    return numbers


def _words(letter: Letter) -> tuple[str, str | None, str]:
    return letter.device_id, letter.driver_id, letter.source.value


def _keep_parts(cursor: Any, table: str, key: str, statement: Statement, values: list[Values]) -> Mapping[int, int]:
    """Keep the parts that are new; says how many of each letter were."""
    if not values:
        return {}
    last = _last(cursor, table, key)
    run(cursor, statement, values)
    new = f"SELECT letter, count(*) AS parts FROM {table} WHERE {key} > ? GROUP BY letter"  # noqa: S608
    (counted,) = cursor.execute(f"SELECT json_group_array(json_array(letter, parts)) FROM ({new})", (last,)).fetchone()  # noqa: S608
    return dict(json.loads(counted))


def _last(cursor: Any, table: str, key: str) -> int:
    (last,) = cursor.execute(f"SELECT max({key}) FROM {table}").fetchone()  # noqa: S608
    return last or 0


def _letter_values(n: int, letter: Letter, numbers: Numbers) -> Values:
    """In the order of `LETTER_COLUMNS`."""
    device, driver, source = _who(letter, numbers)
    return n, device, driver, source, milliseconds(letter.received_at), packed(letter.body)


def _fixes(letters: Iterable[Numbered], numbers: Numbers) -> list[Values]:
    return [
        fix_values(fix, n, *who)
        for n, letter in letters
        for who in [_who(letter, numbers)]
        for fix in letter.decoded.fixes
    ]


def _events(letters: Iterable[Numbered], numbers: Numbers) -> list[Values]:
    return [
        event_values(event, n, numbers[letter.device_id]) for n, letter in letters for event in letter.decoded.events
    ]


def _faults(letters: Iterable[Numbered], numbers: Numbers) -> list[Values]:
    """In the order of `QUARANTINE_COLUMNS`."""
    return [
        (n, numbers[letter.device_id], text_of(fault.what), fault.part, _digest(letter.body, fault))
        for n, letter in letters
        for fault in letter.decoded.faults
    ]


def _digest(body: bytes, fault: Fault) -> bytes:
    said = f"{fault.part} {text_of(fault.what)}"
    return hashlib.blake2b(body, digest_size=16, key=hashlib.blake2b(said.encode(), digest_size=16).digest()).digest()


def _who(letter: Letter, numbers: Numbers) -> tuple[int, int | None, int]:
    driver = None if letter.driver_id is None else numbers[letter.driver_id]
    return numbers[letter.device_id], driver, numbers[letter.source.value]


def _seen(letters: Iterable[Letter]) -> list[Values]:
    """For each device its id, when it was heard last, and what it said of its battery last."""
    seen: dict[str, tuple[datetime, float | None]] = {}
    for letter in letters:
        said = [(fix.at, fix.battery) for fix in letter.decoded.fixes if fix.battery is not None]
        at, battery = seen.get(letter.device_id, (letter.received_at, None))
        seen[letter.device_id] = max(at, letter.received_at), max(said)[1] if said else battery
    return [(device_id, moment_text(at), battery) for device_id, (at, battery) in seen.items()]
