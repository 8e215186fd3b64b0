"""The history: the audit trail of every revision, and the steps that undo and redo walk along.

A step holds the rows its unit of work touched as they were before it. Undo writes them back and keeps what it
replaced in their place, so that redo is the same swap once more. A new edit discards the steps that were undone.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from db.recording import Images
from db.rows import Row, moment_text
from db.tables import RECORDED, audit, image, key_of, metadata, step
from dispatcher.domain.changes import HistoryEntry, HistoryState

PART_ROWS = 2_000
"""Rows in one compressed image: bounds what a step holds in memory at a time."""


def sign(connection: Connection, revision: int, at: datetime, author: str, label: str) -> None:
    """Write the audit entry that makes `revision` the present one."""
    connection.execute(
        insert(audit).values(revision=revision, at=moment_text(at), author=author, label=label),
    )


def push(connection: Connection, revision: int, label: str, images: Images) -> None:
    """A new step, known by the revision it makes; what was undone before it can no longer be redone."""
    undone = select(step.c.id).where(step.c.undone)
    connection.execute(delete(image).where(image.c.step_id.in_(undone)))
    connection.execute(delete(step).where(step.c.undone))
    connection.execute(insert(step).values(id=revision, label=label, undone=False))
    _store(connection, revision, images)


def amend(connection: Connection, revision: int, images: Images) -> bool:
    """Let the step of the revision before take these rows back too, if there is one: both are one step then.

    A revision without a step of its own - an undo, a redo - cannot be amended.
    """
    last = next_step(connection, undone=False)
    if last is None or last[0] != revision - 1:
        return False
    merged = images_of(connection, revision - 1)
    for table, rows in images.items():
        merged[table] = {**rows, **merged.get(table, {})}  # of a row held already, the older state counts
    connection.execute(delete(image).where(image.c.step_id == revision - 1))
    connection.execute(update(step).where(step.c.id == revision - 1).values(id=revision))
    _store(connection, revision, merged)
    return True


def next_step(connection: Connection, *, undone: bool) -> tuple[int, str] | None:
    """Id and label of the step that redo (`undone`) or undo would take."""
    by_age = step.c.id.asc() if undone else step.c.id.desc()
    row = connection.execute(select(step.c.id, step.c.label).where(step.c.undone == undone).order_by(by_age)).first()
    return row and (row.id, row.label)


def images_of(connection: Connection, step_id: int) -> Images:
    """The rows a step holds."""
    images: Images = {}
    query = select(image).where(image.c.step_id == step_id).order_by(image.c.part)
    for part in connection.execute(query):
        table = metadata.tables[part.table_name]
        images.setdefault(table, {}).update(_unpacked(table, part.rows))
    return images


def swap(connection: Connection, step_id: int, images: Images, *, undone: bool) -> None:
    """Give the step the rows it just replaced, and turn it around."""
    connection.execute(delete(image).where(image.c.step_id == step_id))
    _store(connection, step_id, images)
    connection.execute(update(step).where(step.c.id == step_id).values(undone=undone))


def state(connection: Connection) -> HistoryState:
    """What undo and redo would do."""
    undo, redo = (next_step(connection, undone=undone) for undone in (False, True))
    return HistoryState(undo and undo[1], redo and redo[1])


def entries(connection: Connection, limit: int) -> Sequence[HistoryEntry]:
    """The audit trail, newest first."""
    query = select(audit).order_by(audit.c.revision.desc()).limit(limit)
    return [
        HistoryEntry(row.revision, datetime.fromisoformat(row.at), row.author, row.label)
        for row in connection.execute(query)
    ]


def _store(connection: Connection, step_id: int, images: Images) -> None:
    parts = [
        {"table_name": table.name, "rows": packed} for table in RECORDED for packed in _packed(images.get(table, {}))
    ]
    if parts:
        connection.execute(insert(image), [{"step_id": step_id, "part": n, **part} for n, part in enumerate(parts)])


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
    content = json.loads(zlib.decompress(packed))
    key = key_of(table).name
    rows: dict[str, Row | None] = dict.fromkeys(content["absent"])
    for values in content["rows"]:
        row = {name: value for name, value in zip(content["columns"], values, strict=True) if name in table.c}
        rows[row[key]] = row
    return rows
