"""Which files are opened, which are refused, and that two processes may open one at the same time."""

from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from db import opening as plan
from db.logbook.opening import APPLICATION_ID, LOGBOOK_NAME, open_logbook
from db.logbook.tables import metadata
from db.sqlite import writing_engine
from dispatcher.domain.devices import Note
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import DriverId
from tests.db.child import child, line_of
from tests.db.conftest import Clock
from tests.db.logbook.conftest import NOW, Open
from tests.db.logbook.road import fix, letter, record, sent_round
from tests.db.test_opening import query, schema

OPENER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from db.logbook.opening import open_logbook
from tests.db.logbook.road import fix, letter

print("ready", flush=True)
sys.stdin.readline()
logbook = open_logbook(Path(sys.argv[1]), clock=lambda: datetime.now(UTC))
print(logbook.append([letter(fix(int(sys.argv[2])))])[0].fixes, flush=True)
logbook.close()
"""


def test_the_migrations_build_the_schema_of_the_tables(opened: Open, tmp_path: Path) -> None:
    migrated, made = opened(tmp_path).file, tmp_path / "made.db"
    engine = writing_engine(made)
    with engine.begin() as connection:
        metadata.create_all(connection)
    engine.dispose()
    assert schema(migrated) == schema(made)


def test_the_file_says_what_it_is(opened: Open, tmp_path: Path) -> None:
    file = opened(tmp_path / "depot").file
    assert file == tmp_path / "depot" / LOGBOOK_NAME
    assert query(file, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert query(file, "PRAGMA user_version") == [(6,)]
    assert query(file, "PRAGMA journal_mode") == [("wal",)]


DESK = ("incident", "goods", "message", "reply", "opt_out", "call", "customer_page", "wish", "hold")
DOCK = ("slot_area", "slot_rule", "slot_change", "blackout", "slot_hold", "loaded_piece", "departure")
LATER = (*DESK, *DOCK, "paper")
BEFORE_THE_DESK = "".join(f"DROP TABLE {name};" for name in LATER) + "ALTER TABLE record DROP COLUMN leaf;"
BEFORE_NOTES_WERE_SEEN = BEFORE_THE_DESK + "DROP INDEX ix_note_unread; DROP INDEX ix_note_written_at;"


def test_a_logbook_of_the_first_schema_is_brought_up_with_its_rounds(opened: Open, tmp_path: Path) -> None:
    logbook, round_ = opened(tmp_path), sent_round()
    logbook.write(lambda writer: writer.put_round(round_))
    logbook.close()
    with closing(dbapi2.connect(str(logbook.file))) as connection:
        connection.executescript(
            f"{BEFORE_NOTES_WERE_SEEN} ALTER TABLE round DROP COLUMN former;"
            "UPDATE alembic_version SET version_num='0001';PRAGMA user_version=1;"
        )
    assert opened(tmp_path).read(lambda reader: reader.round(round_.shift_id)) == round_
    assert list((tmp_path / "backups").glob("logbook-schema-1-*.db"))


def test_messages_of_a_logbook_that_told_nothing_apart_count_as_seen(opened: Open, tmp_path: Path) -> None:
    at = datetime(2026, 11, 24, 8, tzinfo=UTC)
    logbook, note = opened(tmp_path), Note("n", DriverId("aino"), "The gate is shut", at, from_driver=True)
    logbook.write(lambda writer: writer.put_note(note))
    logbook.close()
    with closing(dbapi2.connect(str(logbook.file))) as connection:
        connection.executescript(
            f"{BEFORE_NOTES_WERE_SEEN} UPDATE alembic_version SET version_num='0002';PRAGMA user_version=2;"
        )
    reopened = opened(tmp_path)
    assert reopened.read(lambda reader: reader.notes(unread=True)) == []
    assert reopened.read(lambda reader: reader.notes()) == [replace(note, read_at=at)]


def test_the_chain_of_a_logbook_before_the_desk_goes_on(opened: Open, tmp_path: Path) -> None:
    logbook, first = opened(tmp_path), record()
    logbook.write(lambda writer: writer.put_record(first))
    logbook.close()
    with closing(dbapi2.connect(str(logbook.file))) as connection:
        connection.executescript(
            f"{BEFORE_THE_DESK} UPDATE alembic_version SET version_num='0003';PRAGMA user_version=3;"
        )
    reopened = opened(tmp_path)
    assert reopened.read(lambda reader: reader.head()) == first
    assert not first.erased
    reopened.write(lambda writer: writer.erase_record(1, b"leaf"))
    emptied = reopened.read(lambda reader: reader.head())
    assert emptied == replace(first, body={}, salt=b"", leaf=b"leaf")
    with pytest.raises(ValueError, match="no record 2"):
        reopened.write(lambda writer: writer.erase_record(2, b"leaf"))


def test_unread_messages_are_found_without_going_through_all(opened: Open, tmp_path: Path) -> None:
    plan_of = "EXPLAIN QUERY PLAN SELECT * FROM note WHERE from_driver = 1 AND read_at IS NULL ORDER BY written_at"
    assert "ix_note_unread" in str(query(opened(tmp_path).file, plan_of))


def test_plan_and_logbook_are_not_taken_for_one_another(opened: Open, tmp_path: Path) -> None:
    logbook = opened(tmp_path)
    logbook.close()
    with pytest.raises(KnownError, match="not a Roundhouse database"):
        plan.open_store(logbook.file, clock=Clock())
    store = plan.open_store(tmp_path / "plan", clock=Clock())
    store.close()
    with pytest.raises(KnownError, match="not a Roundhouse database"):
        open_logbook(store.file, clock=Clock())


@pytest.mark.parametrize("sql", ["PRAGMA user_version=99", "UPDATE alembic_version SET version_num='0999'"])
def test_a_newer_logbook_is_refused_and_left(sql: str, opened: Open, tmp_path: Path) -> None:
    logbook = opened(tmp_path)
    logbook.append([letter(fix())])
    logbook.close()
    query(logbook.file, sql)
    before = logbook.file.read_bytes()
    with pytest.raises(KnownError, match="newer Roundhouse"):
        opened(tmp_path)
    assert logbook.file.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / LOGBOOK_NAME).write_bytes(b"order;street;city\n" * 200)
    with pytest.raises(KnownError, match="not a Roundhouse database"):
        open_logbook(tmp_path, clock=Clock())


def test_window_and_gateway_make_it_at_the_same_time(opened: Open, tmp_path: Path) -> None:
    with ExitStack() as stack:
        openers = [stack.enter_context(child(OPENER, str(tmp_path), str(n))) for n in range(4)]
        for opener in openers:
            assert line_of(opener) == "ready"
        for opener in openers:
            assert opener.stdin is not None
            opener.stdin.write("\n")
            opener.stdin.flush()
        assert [line_of(opener) for opener in openers] == ["1"] * 4
    assert opened(tmp_path).read(lambda r: r.counts().fixes) == 4
    assert not (tmp_path / "backups").exists()


def test_once_closed_it_is_closed(opened: Open, tmp_path: Path) -> None:
    logbook = opened(tmp_path)
    logbook.close()
    for use in (lambda: logbook.append([letter(fix())]), logbook.version, lambda: logbook.read(lambda r: r.counts())):
        with pytest.raises(RuntimeError, match="has been closed"):
            use()


def test_reopening_keeps_everything(opened: Open, tmp_path: Path) -> None:
    opened(tmp_path).append([letter(fix(1), received_at=NOW)])
    assert [f.fix for f in opened(tmp_path).read(lambda r: r.fixes_after(0))] == [fix(1)]
