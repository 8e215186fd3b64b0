"""Which files are opened, which are refused, and that a refused one stays as it was."""

import os
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from db import sqlite, upgrading
from db.opening import DATABASE_NAME, open_store
from db.sqlite import APPLICATION_ID, SETTINGS, require_local, require_sound_sqlite, writing_engine
from db.tables import metadata
from dispatcher.domain.errors import KnownError
from tests.db.conftest import Clock, Open
from tests.fixtures.yard import Yard

SCHEMA = len(list((upgrading.MIGRATIONS / "versions").glob("v*.py")))
"""Of today: how many revisions made it."""

NEXT_REVISION = f"""
import sqlalchemy as sa
from alembic import op

revision = "{SCHEMA + 1:04}"
down_revision = "{SCHEMA:04}"


def upgrade() -> None:
    with op.batch_alter_table("vehicle") as batch:
        batch.add_column(sa.Column("colour", sa.Text(), nullable=False, server_default="white"))
"""


def query(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(dbapi2.connect(str(file), isolation_level=None)) as connection:
        return connection.execute(sql).fetchall()


def schema(file: Path) -> list[tuple[str, str, list[str]]]:
    """Tables and indexes, the parts of each in one order: a copied table's name comes back in quotes, and a column
    that was added later stands in the line of the one before."""
    rows = query(file, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'alembic_version'")
    return sorted(
        (kind, name, sorted(part.strip() for part in re.split(r"[\n,]", sql.replace('"', "")) if part.strip()))
        for kind, name, sql in rows
    )


def test_the_migrations_build_the_schema_of_the_tables(opened: Open, tmp_path: Path) -> None:
    migrated, made = opened(tmp_path).file, tmp_path / "made.db"
    engine = writing_engine(made)
    with engine.begin() as connection:
        metadata.create_all(connection)
    engine.dispose()
    assert schema(migrated) == schema(made)


def test_a_file_is_named_or_a_folder(opened: Open, tmp_path: Path) -> None:
    assert opened(tmp_path / "new" / "folder").file == tmp_path / "new" / "folder" / DATABASE_NAME
    assert opened(tmp_path / "some.db").file == tmp_path / "some.db"
    dotted = tmp_path / "depot.aachen"
    dotted.mkdir()
    assert opened(dotted).file == dotted / DATABASE_NAME


def test_the_file_says_what_it_is(opened: Open, tmp_path: Path) -> None:
    file = opened(tmp_path).file
    assert query(file, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert query(file, "PRAGMA user_version") == [(SCHEMA,)]
    assert query(file, "PRAGMA journal_mode") == [("wal",)]


@pytest.mark.parametrize("engine", [sqlite.writing_engine, sqlite.reading_engine])
def test_every_connection_has_the_settings(engine: Callable, opened: Open, tmp_path: Path) -> None:
    made = engine(opened(tmp_path).file)
    wanted = {"WAL": "wal", "FULL": 2, "ON": 1, "OFF": 0}
    with made.connect() as one, made.connect() if engine is sqlite.reading_engine else one as two:
        for connection in (one, two):
            for name, value in (setting.split("=") for setting in SETTINGS):
                told = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                assert str(told) == str(wanted.get(value, value)), name
            assert connection.exec_driver_sql("PRAGMA mmap_size").scalar() in (None, 0)
    made.dispose()


def test_readers_cannot_write(opened: Open, tmp_path: Path) -> None:
    store = opened(tmp_path)
    with pytest.raises(KnownError, match="may only be read"):
        store.read(lambda reader: reader._connection.exec_driver_sql("DELETE FROM orders"))


def test_reopening_changes_nothing(opened: Open, tmp_path: Path) -> None:
    yard = Yard(opened(tmp_path))
    day = yard.day()
    yard.store.close()
    before = yard.store.file.read_bytes()
    opened(tmp_path).close()
    assert yard.store.file.read_bytes() == before
    yard.store = opened(tmp_path)
    assert yard.day() == day
    assert not (tmp_path / upgrading.BACKUPS).exists()


def assert_refused(file: Path, words: str) -> None:
    before = file.read_bytes()
    with pytest.raises(KnownError, match=words) as refusal:
        open_store(file, clock=Clock())
    assert str(file) in refusal.value.what
    assert refusal.value.remedy
    assert file.read_bytes() == before
    assert [f.name for f in file.parent.iterdir()] == [file.name]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / DATABASE_NAME
    file.write_bytes(b"order;street;city\n" * 200)
    assert_refused(file, "is not a Roundhouse database")


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / DATABASE_NAME
    query(file, "CREATE TABLE bookmarks (url)")
    assert_refused(file, "is not a Roundhouse database")


@pytest.mark.parametrize("sql", [f"PRAGMA user_version={SCHEMA + 1}", "UPDATE alembic_version SET version_num='0999'"])
def test_a_newer_database_is_refused(sql: str, opened: Open, tmp_path: Path) -> None:
    yard = Yard(opened(tmp_path))
    yard.store.close()
    query(yard.store.file, sql)
    assert_refused(yard.store.file, "newer Roundhouse")


def test_a_damaged_database_is_refused(opened: Open, tmp_path: Path) -> None:
    yard = Yard(opened(tmp_path))
    yard.store.close()
    file = yard.store.file
    pages = bytearray(file.read_bytes())
    (root,) = query(file, "SELECT rootpage FROM sqlite_schema WHERE name = 'orders'")[0]
    pages[(root - 1) * 4096 : root * 4096] = os.urandom(4096)
    file.write_bytes(pages)
    assert_refused(file, "is damaged")


def test_a_cut_off_database_is_refused(opened: Open, tmp_path: Path) -> None:
    yard = Yard(opened(tmp_path))
    yard.store.close()
    file = yard.store.file
    file.write_bytes(file.read_bytes()[: 4096 * 3])
    assert_refused(file, "is damaged")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KnownError, match="cannot be opened"):
        open_store(tmp_path / "file" / "folder", clock=Clock())


def test_a_folder_in_the_files_place_is_told(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).mkdir()
    with pytest.raises(KnownError, match="cannot be opened"):
        open_store(tmp_path, clock=Clock())


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(KnownError, match=r"cannot be opened|only be read"):
            open_store(tmp_path, clock=Clock())
    finally:
        tmp_path.chmod(0o700)


def test_a_full_disk_is_told_and_nothing_changes(yard: Yard) -> None:
    day = yard.day()
    with yard.store._writer.connect() as connection:
        (pages,) = connection.exec_driver_sql("PRAGMA page_count").one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(KnownError, match="is full"):
        yard.store.write("Remember", lambda unit: unit.put_mapping("x" * 100_000, {}))
    assert yard.day() == day
    yard.plan("a")
    assert yard.letters() == ["a", "", ""]


@pytest.mark.parametrize("path", ["//server/share/depot", "\\\\server\\share\\depot"])
def test_shares_are_refused(path: str) -> None:
    with pytest.raises(KnownError, match="network drive"):
        require_local(Path(path))


def test_mounted_shares_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nnas:/depot {tmp_path}/far\\040away nfs4 rw 0 0\n")
    assert sqlite._mounted_from_network(tmp_path / "far away" / "depot.db", mounts)
    assert not sqlite._mounted_from_network(tmp_path / "near" / "depot.db", mounts)
    assert not sqlite._mounted_from_network(tmp_path, tmp_path / "no such table")


def test_an_unsound_sqlite_is_refused() -> None:
    with pytest.raises(KnownError, match=r"3\.40\.1 can damage databases; Roundhouse needs 3\.51\.3"):
        require_sound_sqlite((3, 40, 1))
    require_sound_sqlite((3, 51, 3))


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The migrations as a later version might have them."""
    scripts = tmp_path / "migrations"
    shutil.copytree(upgrading.MIGRATIONS, scripts)
    (scripts / "versions" / f"v{SCHEMA + 1:04}_colours.py").write_text(NEXT_REVISION)
    return scripts


def test_an_upgrade_keeps_a_copy_and_all_rows(opened: Open, tmp_path: Path, scripts: Path) -> None:
    yard = Yard(opened(tmp_path / "home"))
    yard.plan("abc")
    yard.store.close()
    file = yard.store.file
    rows = query(file, "SELECT * FROM vehicle ORDER BY id")
    upgrading.bring_up_to_date(file, clock=Clock(), scripts=scripts)
    assert query(file, "SELECT * FROM vehicle ORDER BY id") == [(*row, "white") for row in rows]
    assert len(query(file, "SELECT * FROM stop")) == 3
    assert query(file, "PRAGMA user_version") == [(SCHEMA + 1,)]
    (copy,) = (file.parent / upgrading.BACKUPS).iterdir()
    assert copy.name == f"depot-schema-{SCHEMA}-20260504T060100Z.db"
    assert query(copy, "SELECT * FROM vehicle ORDER BY id") == rows
    assert_newer_is_refused_by_todays(file)


def assert_newer_is_refused_by_todays(file: Path) -> None:
    with pytest.raises(KnownError, match="newer Roundhouse"):
        open_store(file, clock=Clock())


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(opened: Open, tmp_path: Path, scripts: Path) -> None:
    yard = Yard(opened(tmp_path / "home"))
    yard.store.close()
    before = yard.store.file.read_bytes()
    broken = NEXT_REVISION + '    op.execute("DELETE FROM vehicle")\n    op.execute("SELECT no_such_thing")\n'
    (scripts / "versions" / f"v{SCHEMA + 1:04}_colours.py").write_text(broken)
    with pytest.raises(Exception, match="no_such_thing"):
        upgrading.bring_up_to_date(yard.store.file, clock=Clock(), scripts=scripts)
    assert yard.store.file.read_bytes() == before


def test_an_upgrade_that_breaks_references_is_not_kept(opened: Open, tmp_path: Path, scripts: Path) -> None:
    yard = Yard(opened(tmp_path / "home"))
    yard.store.close()
    broken = NEXT_REVISION + '    op.execute("DELETE FROM vehicle")\n'
    (scripts / "versions" / f"v{SCHEMA + 1:04}_colours.py").write_text(broken)
    with pytest.raises(KnownError, match="cannot be brought up to date"):
        upgrading.bring_up_to_date(yard.store.file, clock=Clock(), scripts=scripts)
    yard.store = opened(yard.store.file)
    assert len(yard.day().vehicles) == 3
