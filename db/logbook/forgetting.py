"""What the logbook forgets when its time has come: in slices, each a transaction of its own, so that nobody waits.

What letters brought goes by when these arrived, for a device's own clock may say anything.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from db.logbook.positions import milliseconds
from db.rows import moment_text

SLICE_ROWS = 5_000
LETTERS = 500
"""Looked at together: mostly they brought fewer rows than a slice has."""

PARTS = ("fix", "event", "quarantine")
OLD_LETTER = "received_ms < ?"
OLD_PART = f"letter IN (SELECT n FROM letter WHERE {OLD_LETTER})"  # noqa: S608
OLD_CODE = "expires_at < ?"
OLD_UNREADABLE = "kind = 'unreadable' AND received_at < ?"

type Transaction = Callable[[], AbstractContextManager[Any]]
"""Opens a transaction for one slice and gives the DB-API's cursor."""


def count(cursor: Any, before: datetime, kinds: Iterable[str]) -> Mapping[str, int]:
    """How many rows of each kind would go."""
    return {kind: sum(_counts(cursor, kind, before)) for kind in _checked(kinds)}


def forget(transaction: Transaction, before: datetime, kinds: Iterable[str]) -> Mapping[str, int]:
    """Delete them; says how many rows of each kind went."""
    ways = {"tracks": _forget_tracks, "codes": _forget_codes, "unreadable": _forget_unreadable}
    return {kind: sum(ways[kind](transaction, before)) for kind in _checked(kinds)}


def _checked(kinds: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(kinds))
    if unknown := [kind for kind in wanted if kind not in ("tracks", "codes", "unreadable")]:
        raise ValueError(f"nothing of the logbook is called {', '.join(unknown)}")
    return wanted


def _counts(cursor: Any, kind: str, before: datetime) -> Iterator[int]:
    if kind == "codes":
        yield _count(cursor, "code", OLD_CODE, moment_text(before))
        return
    if kind == "unreadable":
        yield _count(cursor, "action", OLD_UNREADABLE, moment_text(before))
        return
    for part in PARTS:
        yield _count(cursor, part, OLD_PART, milliseconds(before))
    yield _count(cursor, "letter", OLD_LETTER, milliseconds(before))


def _count(cursor: Any, table: str, old: str, limit: str | int) -> int:
    (rows,) = cursor.execute(f"SELECT count(*) FROM {table} WHERE {old}", (limit,)).fetchone()  # noqa: S608
    return int(rows)


def _forget_codes(transaction: Transaction, before: datetime) -> Iterator[int]:
    yield from _slices(transaction, "code", OLD_CODE, moment_text(before))


def _forget_unreadable(transaction: Transaction, before: datetime) -> Iterator[int]:
    yield from _slices(transaction, "action", OLD_UNREADABLE, moment_text(before))


def _forget_tracks(transaction: Transaction, before: datetime) -> Iterator[int]:
    """A letter goes after all that it brought; what an interruption leaves is found again."""
    query = f"SELECT n FROM letter WHERE {OLD_LETTER} ORDER BY received_ms LIMIT {LETTERS}"  # noqa: S608
    while True:
        with transaction() as cursor:
            old = [n for (n,) in cursor.execute(query, (milliseconds(before),))]
        if not old:
            return
        listed = json.dumps(old)
        for table in (*PARTS, "letter"):
            column = "n" if table == "letter" else "letter"
            yield from _slices(transaction, table, f"{column} IN (SELECT value FROM json_each(?))", listed)  # noqa: S608


def _slices(transaction: Transaction, table: str, old: str, limit: str) -> Iterator[int]:
    rows = f"SELECT rowid FROM {table} WHERE {old} LIMIT {SLICE_ROWS}"  # noqa: S608
    gone = SLICE_ROWS
    while gone == SLICE_ROWS:
        with transaction() as cursor:
            gone = cursor.execute(f"DELETE FROM {table} WHERE rowid IN ({rows})", (limit,)).rowcount  # noqa: S608
        yield gone
