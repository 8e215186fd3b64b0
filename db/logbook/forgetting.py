"""What the logbook forgets when its time has come: in slices, each a transaction of its own, so that nobody waits.

What letters brought goes by when these arrived, for a device's own clock may say anything. Of messages the words go,
and that there were some stays. What a legal hold spares stays whole; of a letter in which a spared position came, all
does. The words of proofs are the services' affair: each leaves a link on the chain.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from db.logbook.packing import packed_json, unpacked_json
from db.logbook.positions import milliseconds, moment_of
from db.rows import moment_text
from dispatcher.domain.keeping import NOTHING_SPARED, Due, Spared

SLICE_ROWS = 5_000
WORD_ROWS = 500
"""Rows whose words go in one transaction: each is unpacked and packed again."""
LETTERS = 500
"""Looked at together: mostly they brought fewer rows than a slice has."""

KINDS = ("tracks", "codes", "unreadable", "messages")
PARTS = ("fix", "event", "quarantine")
PART_BYTES = 120
"""A row of these, and what it takes in their indices, about."""
OLD_LETTER = "received_ms < ? AND n NOT IN (SELECT value FROM json_each(?))"
LETTER_OF = "driver = (SELECT n FROM name WHERE id = ?) AND n NOT IN (SELECT value FROM json_each(?))"
OLD_PART = f"letter IN (SELECT n FROM letter WHERE {OLD_LETTER})"  # noqa: S608
OLD_CODE = "expires_at < ? AND order_id NOT IN (SELECT value FROM json_each(?))"
OLD_UNREADABLE = (
    "kind = 'unreadable' AND received_at < ? AND coalesce(order_id, '') NOT IN (SELECT value FROM json_each(?))"
)
FIRST = datetime(1970, 1, 1, tzinfo=UTC)

type Transaction = Callable[[], AbstractContextManager[Any]]
"""Opens a transaction for one slice and gives the DB-API's cursor."""


class Words(NamedTuple):
    """Where a table has the words of people."""

    table: str
    at: str
    """The column by which it goes."""
    packed: tuple[str, ...] = ()
    """Fields of `body`."""
    columns: tuple[str, ...] = ()


WORDS = (
    Words("message", "made_at", ("to", "text", "subject", "line_id", "fault")),
    Words("reply", "at", ("sender", "text")),
    Words("wish", "at", ("text", "answer")),
    Words("call", "at", (), ("to", "text")),
)
OLD_PAGE = "expires_at < ? AND order_id NOT IN (SELECT value FROM json_each(?))"


def due(
    cursor: Any, before: datetime, kinds: Iterable[str], spared: Spared, since: datetime | None
) -> Mapping[str, Due]:
    """What would go of each kind; of tracks the rows of letters and of all that came in them."""
    ways = {"tracks": _due_tracks, "codes": _due_codes, "unreadable": _due_unreadable}
    return {
        kind: _due_messages(cursor, before, spared, since) if kind == "messages" else ways[kind](cursor, before, spared)
        for kind in _checked(kinds)
    }


def forget(
    transaction: Transaction,
    before: datetime,
    kinds: Iterable[str],
    *,
    spared: Spared = NOTHING_SPARED,
    since: datetime | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Mapping[str, int]:
    """Let it go; says how many rows of each kind went, or lost their words."""
    found: dict[str, int] = {}
    for kind in _checked(kinds):
        found[kind] = 0
        for gone in _forget(transaction, before, kind, spared, since):
            found[kind] += gone
            tick()
    return found


def _checked(kinds: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(kinds))
    if unknown := [kind for kind in wanted if kind not in KINDS]:
        raise ValueError(f"nothing of the logbook is called {', '.join(unknown)}")
    return wanted


def _forget(
    transaction: Transaction, before: datetime, kind: str, spared: Spared, since: datetime | None
) -> Iterator[int]:
    held = json.dumps(sorted(spared.orders))
    match kind:
        case "tracks":
            yield from _forget_tracks(transaction, before, spared)
        case "codes":
            yield from _slices(transaction, "code", OLD_CODE, (moment_text(before), held))
        case "unreadable":
            yield from _slices(transaction, "action", OLD_UNREADABLE, (moment_text(before), held))
        case _:
            for words in WORDS:
                yield from _forget_words(transaction, words, before, held, since)
            yield from _slices(transaction, "customer_page", OLD_PAGE, (moment_text(before), held))


# --- tracks -------------------------------------------------------------------------------------------------------


def _forget_tracks(transaction: Transaction, before: datetime, spared: Spared) -> Iterator[int]:
    with transaction() as cursor:
        held = _held_letters(cursor, spared)
    yield from _forget_letters(transaction, OLD_LETTER, (milliseconds(before), held))


def forget_driver(
    transaction: Transaction, driver_id: str, spared: Spared, tick: Callable[[], None] = lambda: None
) -> int:
    """Delete all positions of one driver, with what else came with them; how many rows went."""
    gone = 0
    with transaction() as cursor:
        held = _held_letters(cursor, spared)
    for some in _forget_letters(transaction, LETTER_OF, (driver_id, held)):
        gone += some
        tick()
    return gone


def _forget_letters(transaction: Transaction, which: str, limits: tuple[Any, ...]) -> Iterator[int]:
    """A letter goes after all that it brought; what an interruption leaves is found again."""
    query = f"SELECT n FROM letter WHERE {which} ORDER BY received_ms LIMIT {LETTERS}"  # noqa: S608
    while True:
        with transaction() as cursor:
            old = [n for (n,) in cursor.execute(query, limits)]
        if not old:
            return
        listed = json.dumps(old)
        for table in (*PARTS, "letter"):
            column = "n" if table == "letter" else "letter"
            yield from _slices(transaction, table, f"{column} IN (SELECT value FROM json_each(?))", (listed,))  # noqa: S608


def _held_letters(cursor: Any, spared: Spared) -> str:
    """Those that brought a spared position, as JSON."""
    query = """SELECT DISTINCT letter FROM fix WHERE driver = (SELECT n FROM name WHERE id = ?)
        AND at_ms BETWEEN ? AND ?"""
    held: set[int] = set()
    for driver_id, since, until in spared.tracks:
        span = (driver_id, milliseconds(since), milliseconds(until))
        held.update(n for (n,) in cursor.execute(query, span))
    return json.dumps(sorted(held))


def _due_tracks(cursor: Any, before: datetime, spared: Spared) -> Due:
    limit = milliseconds(before), _held_letters(cursor, spared)
    letters, oldest, size = cursor.execute(
        f"SELECT count(*), min(received_ms), sum(length(body)) FROM letter WHERE {OLD_LETTER}",  # noqa: S608
        limit,
    ).fetchone()
    rows = sum(_count(cursor, part, OLD_PART, limit) for part in PARTS)
    return Due(letters + rows, None if oldest is None else moment_of(oldest), (size or 0) + rows * PART_BYTES)


# --- rows that go whole -------------------------------------------------------------------------------------------


def _due_codes(cursor: Any, before: datetime, spared: Spared) -> Due:
    return _due_rows(cursor, "code", "expires_at", OLD_CODE, before, spared, "length(salt) + length(digest)")


def _due_unreadable(cursor: Any, before: datetime, spared: Spared) -> Due:
    return _due_rows(cursor, "action", "received_at", OLD_UNREADABLE, before, spared, "length(body)")


def _due_rows(cursor: Any, table: str, at: str, old: str, before: datetime, spared: Spared, size: str) -> Due:
    limit = moment_text(before), json.dumps(sorted(spared.orders))
    rows, oldest, total = cursor.execute(
        f"SELECT count(*), min({at}), sum({size}) FROM {table} WHERE {old}",  # noqa: S608
        limit,
    ).fetchone()
    return Due(rows, oldest and datetime.fromisoformat(oldest), total or 0)


def _count(cursor: Any, table: str, old: str, limits: tuple[Any, ...]) -> int:
    (rows,) = cursor.execute(f"SELECT count(*) FROM {table} WHERE {old}", limits).fetchone()  # noqa: S608
    return int(rows)


def _slices(transaction: Transaction, table: str, old: str, limits: tuple[Any, ...]) -> Iterator[int]:
    rows = f"SELECT rowid FROM {table} WHERE {old} LIMIT {SLICE_ROWS}"  # noqa: S608
    gone = SLICE_ROWS
    while gone == SLICE_ROWS:
        with transaction() as cursor:
            gone = cursor.execute(f"DELETE FROM {table} WHERE rowid IN ({rows})", limits).rowcount  # noqa: S608
        yield gone


# --- rows that lose their words -----------------------------------------------------------------------------------


def _forget_words(
    transaction: Transaction, words: Words, before: datetime, held: str, since: datetime | None
) -> Iterator[int]:
    """A page of rows at a time, by their place in the table: those that say nothing any more are passed by."""
    after: int | None = 0
    while after is not None:
        with transaction() as cursor:
            page = _page(cursor, words, before, held, since, after)
            said = [(emptied, rowid) for rowid, *_, row in page if (emptied := _emptied(words, row)) is not None]
            for values, rowid in said:
                _put(cursor, words, rowid, values)
        after = page[-1][0] if len(page) == WORD_ROWS else None
        yield len(said)


def _page(cursor: Any, words: Words, before: datetime, held: str, since: datetime | None, after: int) -> list[Any]:
    """(rowid, moment, bytes, what it says) of rows whose time is over."""
    what = ", ".join(f'"{column}"' for column in (words.columns or ("body",)))
    query = f"""SELECT rowid, {words.at}, {what} FROM {words.table}
        WHERE rowid > ? AND {words.at} >= ? AND {words.at} < ?
        AND coalesce(order_id, '') NOT IN (SELECT value FROM json_each(?)) ORDER BY rowid LIMIT {WORD_ROWS}"""  # noqa: S608
    span = (after, moment_text(since or FIRST), moment_text(before), held)
    return [(rowid, at, row) for rowid, at, *row in cursor.execute(query, span)]


def _emptied(words: Words, row: list[Any]) -> list[Any] | None:
    """The row's columns without words; `None` for one that has none."""
    if words.columns:
        return [""] * len(row) if any(row) else None
    body = unpacked_json(row[0])
    if not any(body.get(field) for field in words.packed):
        return None
    return [packed_json(body | dict.fromkeys(words.packed, ""))]


def _put(cursor: Any, words: Words, rowid: int, values: list[Any]) -> None:
    sets = ", ".join(f'"{column}" = ?' for column in (words.columns or ("body",)))
    cursor.execute(f"UPDATE {words.table} SET {sets} WHERE rowid = ?", (*values, rowid))  # noqa: S608


def _due_messages(cursor: Any, before: datetime, spared: Spared, since: datetime | None) -> Due:
    held = json.dumps(sorted(spared.orders))
    found = _due_rows(cursor, "customer_page", "expires_at", OLD_PAGE, before, spared, "length(body)")
    for words in WORDS:
        after: int | None = 0
        while after is not None:
            page = _page(cursor, words, before, held, since, after)
            for _, at, row in page:
                if _emptied(words, row) is not None:
                    found += Due(1, datetime.fromisoformat(at), sum(map(len, row)))
            after = page[-1][0] if len(page) == WORD_ROWS else None
    return found
