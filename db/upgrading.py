"""Makes a database file fit this program: creates it or brings it up to date; refuses what it does not know."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from pysqlite3 import dbapi2

from db.copying import copy_database
from db.faults import damaged
from db.sqlite import APPLICATION_ID, migrating_engine
from dispatcher.domain.errors import KnownError

MIGRATIONS = Path(__file__).parent / "migrations"
BACKUPS = "backups"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file says of itself."""

    application_id: int
    schema: int
    """`user_version`: how many revisions made it."""
    revision: str | None
    empty: bool


def bring_up_to_date(
    file: Path,
    *,
    clock: Callable[[], datetime],
    scripts: Path = MIGRATIONS,
    application_id: int = APPLICATION_ID,
    read_through: bool = True,
) -> None:
    """Leave `file` with today's schema. An existing one is checked, and copied to `backups/` before it changes.

    `scripts` and `application_id` say which of Roundhouse's databases it is to be. Without `read_through` a file that
    needs no change is not read from end to end, which takes long when it is large.
    Raises `KnownError`, with the file untouched, when it is damaged, newer than this program, or not ours.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    stamp = _checked(file, known, application_id, read_through=read_through)
    if stamp.revision == known[0]:
        return
    if not stamp.empty:
        copy = file.parent / BACKUPS / f"{file.stem}-schema-{stamp.schema}-{clock():%Y%m%dT%H%M%SZ}.db"
        with closing(dbapi2.connect(str(file))) as connection:
            copy_database(connection, copy)
    _migrate(file, config, application_id, schema=len(known))


def _checked(file: Path, known: list[str], application_id: int, *, read_through: bool) -> Stamp:
    """The stamp of a file that is new, or ours and sound. Changes nothing, not even the journal mode."""
    with closing(dbapi2.connect(str(file), isolation_level=None)) as connection:
        stamp = _stamp(connection)
        if stamp.empty:
            return stamp
        if stamp.application_id != application_id:
            raise KnownError(f"{file} is not a Roundhouse database.", "Choose another folder, or move that file away.")
        if stamp.schema > len(known) or stamp.revision not in known:
            raise KnownError(
                f"{file} was made by a newer Roundhouse (schema {stamp.schema}, this program knows {len(known)}).",
                "Install the newer version; the file was left as it is.",
            )
        due = read_through or stamp.revision != known[0]
        if due and connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
            raise damaged(file)
        return stamp


def _stamp(connection: dbapi2.Connection) -> Stamp:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    revision = None
    if "alembic_version" in tables:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        revision = row and row[0]
    return Stamp(application_id, schema, revision, empty=not tables and application_id == 0)


def _migrate(file: Path, config: Config, application_id: int, *, schema: int) -> None:
    """All due revisions in one transaction, kept only if every foreign key still holds."""
    engine = migrating_engine(file)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise KnownError(
                    f"{file} cannot be brought up to date: some rows name others that are not there.",
                    "It was left as it is; open it with the version you had.",
                )
            connection.exec_driver_sql(f"PRAGMA application_id={application_id}")
            connection.exec_driver_sql(f"PRAGMA user_version={schema}")
    finally:
        engine.dispose()
