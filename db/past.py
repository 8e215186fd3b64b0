"""The time machine: a day as it was, by laying what later revisions replaced over the rows of now."""

from datetime import date, datetime

from sqlalchemy import Connection, func, select

from db.days import DATED, LASTING, DayRows, belongs, day_of
from db.journal import oldest
from db.reading import SqlReader, rows_on
from db.recording import Images
from db.tables import audit, image, key_of, touched
from dispatcher.domain.errors import KnownError
from dispatcher.domain.plan import Day


def day_at(connection: Connection, on: date, revision: int) -> Day:
    """The day as it was right after that revision. Raises `KnownError` if that was never, or is not kept."""
    _require_kept(connection, revision)
    rows = rows_on(connection, on)
    _turn_back(rows, _replaced_since(connection, on, revision), on)
    return day_of(on, revision, rows)


def _turn_back(rows: DayRows, replaced: Images, on: date) -> None:
    for table, images in replaced.items():
        key = key_of(table).name
        then = {row[key]: row for row in rows[table]} | images
        rows[table] = [row for row in then.values() if row is not None and belongs(table, row, on)]


def _replaced_since(connection: Connection, on: date, revision: int) -> Images:
    """The rows of this day, and of what all days share, that changed later: each as it was then.

    A row that came to the day, or left it, did so in a revision that touched the day.
    """
    lasting = select(image).where(image.c.table_name.in_([t.name for t in LASTING]), image.c.revision > revision)
    dated = (
        select(image)
        .join(touched, touched.c.revision == image.c.revision)
        .where(touched.c.date == on.isoformat(), touched.c.revision > revision)
        .where(image.c.table_name.in_([t.name for t in DATED]))
    )
    return oldest(connection, lasting) | oldest(connection, dated)


def _require_kept(connection: Connection, revision: int) -> None:
    reader = SqlReader(connection)
    if not 1 <= revision <= reader.revision:
        raise KnownError(f"This depot's history has no change number {revision}.", "Choose one that it lists.")
    since = connection.scalar(select(func.max(audit.c.revision)).where(~audit.c.kept)) or 0
    if revision < since:
        at, label = connection.execute(select(audit.c.at, audit.c.label).where(audit.c.revision == since)).one()
        moment = datetime.fromisoformat(at).astimezone(reader.depot().zone)
        raise KnownError(
            f"How the day was after change number {revision} is not known: "
            "an earlier version of Roundhouse wrote it, which kept no such history.",
            f"Choose “{label}” of {moment:%d %B %Y, %H:%M}, or any change after it.",
        )
