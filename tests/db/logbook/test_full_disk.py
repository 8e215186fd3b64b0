"""A disk that is full, or that will not write: told in words, nothing kept by half, and all well once there is room."""

import os
from pathlib import Path

import pytest

from db.logbook.store import SqliteLogbook
from dispatcher.domain.errors import BadInput, KnownError
from tests.db.child import child, line_of
from tests.db.logbook.conftest import Open
from tests.db.logbook.road import fix, letter, record, sent_round

LIMITED = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from db.logbook.opening import open_logbook
from dispatcher.domain.errors import KnownError
from tests.db.logbook.road import fix, letter

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
logbook = open_logbook(Path(sys.argv[1]), clock=lambda: datetime.now(UTC))
room = Path(sys.argv[1]).stat().st_size + 100_000
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
n = 0
try:
    while n < 10_000:
        logbook.append([letter(fix(n * 5 + part)) for part in range(5)])
        n += 1
except KnownError as error:
    print(error.what, flush=True)
print(n, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(logbook.append([letter(fix(-1))])[0].fixes, flush=True)
logbook.close()
"""


def fill(logbook: SqliteLogbook, spare: int) -> None:
    """Leave the writer so many pages."""
    with logbook._writer.connect() as connection:
        (pages,) = connection.exec_driver_sql("PRAGMA page_count").one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + spare}")


def test_a_full_disk_keeps_whole_groups_only(logbook: SqliteLogbook) -> None:
    logbook.append([letter(fix(0))])
    fill(logbook, 4)
    group = [letter(fix(n), body=os.urandom(1_000)) for n in range(1, 100)]
    with pytest.raises(KnownError, match="is full") as refusal:
        logbook.append(group)
    assert refusal.value.remedy
    assert [f.fix for f in logbook.read(lambda r: r.fixes_after(0))] == [fix(0)]
    assert logbook.append([letter(fix(200))])[0].fixes == 1
    fill(logbook, 1_000)
    assert sum(receipt.fixes for receipt in logbook.append(group)) == 99


def test_a_full_disk_keeps_no_half_of_a_change(logbook: SqliteLogbook) -> None:
    fill(logbook, 2)
    big = sent_round(body={"noise": os.urandom(100_000).hex()})
    with pytest.raises(KnownError, match="is full"):
        logbook.write(lambda w: (w.put_record(record()), w.put_round(big)))
    assert logbook.read(lambda r: (r.head(), r.round(big.shift_id))) == (None, None)
    logbook.write(lambda w: w.put_record(record()))


@pytest.mark.skipif(os.name == "nt", reason="Windows limits no file's size")
def test_a_disk_that_will_not_write_loses_nothing_acknowledged(opened: Open, tmp_path: Path) -> None:
    file = opened(tmp_path).file
    with child(LIMITED, str(file)) as limited:
        said, groups, again = (line_of(limited) for _ in range(3))
        assert limited.wait(30) == 0
    assert str(file) in said
    assert (int(groups) > 3, again) == (True, "1")
    kept = opened(tmp_path).read(lambda r: r.fixes_after(0, 100_000))
    assert [f.fix for f in kept] == [*(fix(n) for n in range(int(groups) * 5)), fix(-1)]


def test_what_no_column_can_hold_is_told(logbook: SqliteLogbook) -> None:
    with pytest.raises(BadInput, match="cannot be stored"):
        logbook.write(lambda w: (w.put_cursor("kept", 1), w.put_round(sent_round(body={"name": "\ud800"}))))
    assert logbook.read(lambda r: r.cursor("kept")) == 0
