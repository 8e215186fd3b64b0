"""Window and gateway at the same logbook, in processes of their own; and one of them killed."""

import threading
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from pysqlite3 import dbapi2

from db.logbook.store import SqliteLogbook
from dispatcher.domain.proof import Record
from tests.db.child import child, line_of
from tests.db.logbook.conftest import Open
from tests.db.logbook.road import MIRA, fix, letter, record, sent_round, taken

APPENDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from db.logbook.opening import open_logbook
from tests.db.logbook.road import fix, letter

logbook = open_logbook(Path(sys.argv[1]), clock=lambda: datetime.now(UTC))
for n in range(int(sys.argv[3])):
    letters = [letter(fix(n * 5 + part), device_id=sys.argv[2]) for part in range(5)]
    assert [receipt.fixes for receipt in logbook.append(letters)] == [1] * 5
    print(n, flush=True)
logbook.close()
"""

LINKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from db.logbook.opening import open_logbook
from tests.db.logbook.road import record

logbook = open_logbook(Path(sys.argv[1]), clock=lambda: datetime.now(UTC))
for n in range(40):
    logbook.write(lambda w: w.put_record(record(w.head(), key=f"{sys.argv[2]}-{n}")))
print("done", flush=True)
logbook.close()
"""


def test_two_processes_write_and_a_third_reads(logbook: SqliteLogbook) -> None:
    before = logbook.version()
    with ExitStack() as stack:
        appenders = [stack.enter_context(child(APPENDER, str(logbook.file), name, "40")) for name in ("a", "b")]
        for n in range(40):
            logbook.write(lambda w, n=n: (w.put_round(sent_round(version=n + 1)), w.put_action(taken())))
            counts = logbook.read(lambda r: r.counts())
            assert counts.fixes == counts.letters
            assert counts.fixes % 5 == 0
        for appender in appenders:
            assert [line_of(appender) for _ in range(40)] == [str(n) for n in range(40)]
            assert appender.wait(30) == 0
    assert logbook.version() > before
    seqs = [stored.seq for stored in logbook.read(lambda r: r.fixes_after(0))]
    assert (len(seqs), seqs) == (400, sorted(set(seqs)))
    assert [a.n for a in logbook.read(lambda r: r.actions_after(0))] == list(range(1, 41))


def test_two_processes_make_one_chain(logbook: SqliteLogbook) -> None:
    with ExitStack() as stack:
        for linker in [stack.enter_context(child(LINKER, str(logbook.file), name)) for name in ("a", "b")]:
            assert line_of(linker) == "done"
    chain = logbook.read(lambda r: r.records())
    assert [link.n for link in chain] == list(range(1, 81))
    assert all(after.previous == before.digest for before, after in pairwise(chain))


def fork_of(link: Record) -> Record:
    return record(link, key="another")


@pytest.mark.parametrize("wrong", [record(), record(record(record())), fork_of(record(key="unknown"))])
def test_a_record_that_does_not_follow_is_refused(logbook: SqliteLogbook, wrong: Record) -> None:
    first = record()
    logbook.write(lambda w: w.put_record(first))
    with pytest.raises(ValueError, match="does not follow"):
        logbook.write(lambda w: (w.put_cursor("kept", 1), w.put_record(wrong)))
    assert logbook.read(lambda r: (r.records(), r.cursor("kept"))) == ([first], 0)


def test_the_database_itself_refuses_a_fork(logbook: SqliteLogbook, monkeypatch: pytest.MonkeyPatch) -> None:
    first = record()
    logbook.write(lambda w: [w.put_record(first), w.put_record(record(first))])
    stale = SimpleNamespace(n=2, digest=first.digest)

    def append(writer):
        monkeypatch.setattr(writer, "head", lambda: stale)
        writer.put_record(record(first, n=3, key="fork"))

    with pytest.raises(Exception, match=r"UNIQUE constraint failed: record\.previous"):
        logbook.write(append)
    assert len(logbook.read(lambda r: r.records())) == 2


def test_the_version_tells_of_every_commit_and_of_nothing_else(logbook: SqliteLogbook, opened: Open) -> None:
    other = opened(logbook.file)
    seen = [logbook.version()]
    logbook.read(lambda r: r.counts())
    assert logbook.version() == seen[-1]
    for commit in (
        lambda: logbook.append([letter(fix())]),
        lambda: other.append([letter(fix(1))]),
        lambda: other.write(lambda w: w.put_cursor("window", 2)),
    ):
        commit()
        seen.append(logbook.version())
    assert len(set(seen)) == 4


def test_a_reader_sees_one_moment(logbook: SqliteLogbook, opened: Open) -> None:
    other = opened(logbook.file)

    def look(reader):
        first = reader.counts()
        other.append([letter(fix())])
        assert reader.counts() == first
        return first.fixes

    assert logbook.read(look) == 0
    assert logbook.read(lambda r: r.counts().fixes) == 1


def test_a_short_write_of_another_is_waited_for(logbook: SqliteLogbook, opened: Open) -> None:
    other, holding, let_go = opened(logbook.file), threading.Event(), threading.Event()

    def hold(writer):
        writer.put_cursor("window", 1)
        holding.set()
        assert let_go.wait(30)

    holder = threading.Thread(target=lambda: other.write(hold))
    holder.start()
    assert holding.wait(30)
    appender = threading.Thread(target=lambda: logbook.append([letter(fix())]))
    appender.start()
    let_go.set()
    holder.join(30)
    appender.join(30)
    assert logbook.read(lambda r: (r.counts().fixes, r.cursor("window"))) == (1, 1)


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(opened: Open, tmp_path: Path) -> None:
    logbook = opened(tmp_path)
    said: dict[str, int] = {}
    for name in ("first", "second", "third"):
        with child(APPENDER, str(logbook.file), name, "100000") as appender:
            while int(line_of(appender) or -1) < 12 + len(said):
                assert appender.poll() is None
            appender.kill()
            rest, _ = appender.communicate()
        said[name] = max([12 + len(said), *map(int, rest.split())])
    logbook.close()
    with closing(dbapi2.connect(str(logbook.file))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    stored = opened(tmp_path).read(lambda r: r.fixes_after(0, 1_000_000))
    for name, groups in said.items():
        kept = [f.fix for f in stored if f.device_id == name]
        assert kept[: (groups + 1) * 5] == [fix(n) for n in range((groups + 1) * 5)]
        assert len(kept) % 5 == 0
    assert {f.driver_id for f in stored} == {MIRA}
