"""The history: what every revision replaced, the audit trail, and the steps that undo and redo walk along.

Each revision leaves the rows it touched as they were before it, its images, for good: an edit, an undo and a redo
alike. A step names the revisions whose images it puts back, together. That is one more revision, and turns the step
around: now it names that one, so that redo is undo once more. A new edit discards the steps that were undone, but
none of the images.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import batched
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, delete, func, insert, select, update

from db.recording import Images
from db.rows import Row, moment_text
from db.tables import RECORDED, audit, default_of, image, key_of, metadata, step, touched
from dispatcher.domain.changes import ChangeSet, HistoryEntry, HistoryState

PART_ROWS = 2_000
"""Rows in one compressed image: bounds what is in memory at a time."""


class Step(NamedTuple):
    """What one undo, or one redo, takes back: the revisions `first` to `last`."""

    id: int
    label: str
    first: int
    last: int


def sign(
    connection: Connection, changes: ChangeSet, images: Images, *, at: datetime, author: str, why: str = ""
) -> None:
    """Make the changes' revision the present one: who did what when and why, on which days, and what was before."""
    revision = changes.revision
    signed = {"at": moment_text(at), "author": author, "label": changes.label, "why": why}
    connection.execute(insert(audit).values(revision=revision, kept=True, **signed))
    if changes.dates:
        days = [{"revision": revision, "date": on.isoformat()} for on in sorted(changes.dates)]
        connection.execute(insert(touched), days)
    _store(connection, revision, images)


def push(connection: Connection, revision: int, label: str) -> None:
    """A new step, known by the revision it makes; what was undone before it can no longer be redone."""
    connection.execute(delete(step).where(step.c.undone))
    connection.execute(insert(step).values(id=revision, label=label, undone=False, first=revision, last=revision))


def amend(connection: Connection, revision: int) -> bool:
    """Let the step of the revision before take this one back too, if there is one: both are one step then.

    A revision without a step of its own - an undo, a redo - cannot be amended.
    """
    latest = next_step(connection, undone=False)
    if latest is None or latest.id != revision - 1:
        return False
    connection.execute(update(step).where(step.c.id == latest.id).values(id=revision, last=revision))
    return True


def next_step(connection: Connection, *, undone: bool) -> Step | None:
    """The step that redo (`undone`) or undo would take."""
    by_age = step.c.id.asc() if undone else step.c.id.desc()
    query = select(step.c.id, step.c.label, step.c.first, step.c.last).where(step.c.undone == undone).order_by(by_age)
    row = connection.execute(query).first()
    return row and Step(*row)


def turn(connection: Connection, step_id: int, revision: int, *, undone: bool) -> None:
    """Turn the step around: the revision that just walked it is what it takes back next."""
    connection.execute(update(step).where(step.c.id == step_id).values(undone=undone, first=revision, last=revision))


def images_of(connection: Connection, taken: Step) -> Images:
    """The rows that the step's revisions touched, as they were before the first of them."""
    return oldest(connection, select(image).where(image.c.revision.between(taken.first, taken.last)))


def oldest(connection: Connection, query: Select[Any]) -> Images:
    """The oldest image of every row among these parts."""
    images: Images = {}
    for part in connection.execute(query.order_by(image.c.revision.desc())):
        table = metadata.tables[part.table_name]
        images.setdefault(table, {}).update(_unpacked(table, part.rows))
    return images


def state(connection: Connection) -> HistoryState:
    """What undo and redo would do."""
    undo, redo = (next_step(connection, undone=undone) for undone in (False, True))
    return HistoryState(undo and undo.label, redo and redo.label)


def entries(connection: Connection, limit: int, on: date | None) -> Sequence[HistoryEntry]:
    """The audit trail, newest first; with `on` what touched that day."""
    dates = select(func.group_concat(touched.c.date)).where(touched.c.revision == audit.c.revision)
    query = select(audit, dates.scalar_subquery().label("dates")).order_by(audit.c.revision.desc()).limit(limit)
    if on is not None:
        on_day = select(touched.c.revision).where(touched.c.date == on.isoformat())
        query = query.where(audit.c.revision.in_(on_day))
    return [_entry(row) for row in connection.execute(query)]


def _entry(row: Any) -> HistoryEntry:
    dates = frozenset(map(date.fromisoformat, row.dates.split(",") if row.dates else ()))
    return HistoryEntry(row.revision, datetime.fromisoformat(row.at), row.author, row.label, row.why, dates)


def _store(connection: Connection, revision: int, images: Images) -> None:
    parts = [
        {"table_name": table.name, "rows": packed} for table in RECORDED for packed in _packed(images.get(table, {}))
    ]
    if parts:
        connection.execute(insert(image), [{"revision": revision, "part": n, **part} for n, part in enumerate(parts)])


def _packed(rows: Mapping[str, Row | None]) -> Iterator[bytes]:
    """Column names once a part, so that a later schema still knows which value was which."""
    for some in batched(rows.items(), PART_ROWS):
        present = [row for _, row in some if row is not None]
        content: dict[str, Any] = {
            "absent": [key for key, row in some if row is None],
            "columns": list(present[0]) if present else [],
            "rows": [list(row.values()) for row in present],
        }
        yield zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def _unpacked(table: Table, packed: bytes) -> dict[str, Row | None]:
    """Columns that the schema of then did not have take their defaults; those that today's has not are left out."""
    content = json.loads(zlib.decompress(packed))
    columns, key = content["columns"], key_of(table).name
    later = {column.name: default_of(column) for column in table.c if column.name not in columns}
    dropped = [name for name in columns if name not in table.c]
    rows: dict[str, Row | None] = dict.fromkeys(content["absent"])
    for values in content["rows"]:
        row = dict(zip(columns, values, strict=True)) | later
        for name in dropped:
            del row[name]
        rows[row[key]] = row
    return rows
