"""The one place where rows of the recorded tables change: it notes each row's before-image as it goes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import batched

from sqlalchemy import Connection, Table, delete, insert, select

from db.faults import value_faults
from db.reading import VARIABLES, by_keys
from db.rows import Row
from db.tables import RECORDED, closure, key_of, orders, shift
from dispatcher.domain.changes import ChangeSet

type Images = dict[Table, dict[str, Row | None]]
"""Rows by table and key; `None` where there is no row."""


class Recorder:
    """Changes rows inside one transaction and knows how they were before it."""

    def __init__(self, connection: Connection, revision: int) -> None:
        self.revision = revision
        """What the transaction will become; the version of every row it writes."""
        self.before: Images = {}
        self._connection = connection
        self._dates: set[str] = set()
        self._spans: set[tuple[str, str]] = set()

    def apply[K: str](self, table: Table, wanted: Mapping[K, Row | None]) -> dict[K, Row]:
        """Make the rows of these keys as wanted; `None` removes. Rows that are so already stay untouched.

        A wanted row without a version gets this revision. Returns the rows that were changed or removed, as
        they were before this call.
        """
        key = key_of(table).name
        current = {row[key]: row for row in by_keys(self._connection, table, wanted)}
        changed = {k: row for k, row in wanted.items() if _differs(row, current.get(k))}
        replaced = {k: current[k] for k in changed if k in current}
        self._note(table, changed, replaced)
        self._delete(table, replaced)
        self._insert(table, changed.values())
        return replaced

    def changes(self, label: str) -> ChangeSet:
        """What was touched so far. A closed street touches every day of its time that has orders or shifts."""
        ids = {RECORDED[table]: frozenset(images) for table, images in self.before.items()}
        dates = self._dates.union(*(self._dates_within(*span) for span in self._spans))
        return ChangeSet(self.revision, label, ids, frozenset(map(date.fromisoformat, dates)))

    def _note[K: str](self, table: Table, changed: Mapping[K, Row | None], replaced: Mapping[K, Row]) -> None:
        if not changed:
            return
        images = self.before.setdefault(table, {})
        for k in changed:
            images.setdefault(k, replaced.get(k))
        rows = (row for row in (*changed.values(), *replaced.values()) if row)
        if "date" in table.c:
            self._dates.update(row["date"] for row in rows)
        elif table is closure:
            self._spans.update((row["first"], row["last"]) for row in rows)

    def _dates_within(self, first: str, last: str) -> Iterator[str]:
        for table in (orders, shift):
            query = select(table.c.date).where(table.c.date.between(first, last)).distinct()
            yield from self._connection.scalars(query)

    def _delete(self, table: Table, keys: Iterable[str]) -> None:
        for some in batched(keys, VARIABLES):
            self._connection.execute(delete(table).where(key_of(table).in_(some)))

    def _insert(self, table: Table, rows: Iterable[Row | None]) -> None:
        stamp = {"version": self.revision} if "version" in table.c else {}
        if wanted := [{**stamp, **row} for row in rows if row is not None]:
            with value_faults():
                self._connection.execute(insert(table), wanted)


def _differs(wanted: Row | None, current: Row | None) -> bool:
    if wanted is None or current is None:
        return wanted is not current
    return any(current[column] != value for column, value in wanted.items())
