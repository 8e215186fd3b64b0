"""What is forgotten, what stays, and copies."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from db.logbook import forgetting
from db.logbook.store import SqliteLogbook
from dispatcher.domain.devices import App, Device
from dispatcher.domain.errors import KnownError
from dispatcher.domain.letters import Counts
from dispatcher.domain.proof import OneTimeCode
from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Fault
from tests.db.logbook.conftest import NOW, Open
from tests.db.logbook.road import MIRA, PHONE, fix, letter, record, sent_round, taken

OLD = NOW - timedelta(days=61)


@pytest.fixture
def full(logbook: SqliteLogbook) -> SqliteLogbook:
    """Tracks and codes of two months ago and of today."""
    event, fault = DeviceEvent(NOW, EventKind.HEARTBEAT), Fault("No latitude")
    code = OneTimeCode("order", 1, b"salt", b"digest", OLD, OLD)

    def fill(w):
        w.put_device(Device(PHONE, App.OVERLAND, MIRA))
        w.put_code(code)
        w.put_code(replace(code, attempt=2, expires_at=NOW))
        w.put_record(record())
        w.put_action(taken(received_at=OLD))
        w.put_round(sent_round(on=OLD.date()))

    logbook.write(fill)
    logbook.append(
        [letter(*map(fix, range(n * 30, n * 30 + 30)), received_at=OLD + timedelta(seconds=n)) for n in range(20)]
    )
    old = Decoded(events=(event,), faults=(fault,))
    logbook.append(
        [letter(received_at=OLD, decoded=old), letter(fix(900)), letter(body=b"x", decoded=Decoded((), (), (fault,)))]
    )
    return logbook


def test_what_is_old_goes_and_what_is_not_stays(full: SqliteLogbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "SLICE_ROWS", 7)
    monkeypatch.setattr(forgetting, "LETTERS", 3)
    wanted = {"tracks": 600 + 1 + 1 + 21, "codes": 1}
    before = full.read(lambda r: r.counts())
    cut = NOW - timedelta(days=60)
    due = full.due(cut, ["tracks", "codes"])
    assert {kind: told.rows for kind, told in due.items()} == wanted
    assert due["tracks"].oldest == due["codes"].oldest == OLD
    assert all(told.size > 0 for told in due.values())
    assert full.read(lambda r: r.counts()) == before
    assert full.forget(cut, ["tracks", "codes"]) == wanted
    assert full.read(lambda r: r.counts()) == Counts(1, 2, 1, 1, 1, 0)
    assert full.read(lambda r: [f.fix for f in r.fixes_after(0)]) == [fix(900)]
    assert full.read(lambda r: r.events_after(0)) == []
    assert full.read(lambda r: (r.code("order", 1), r.code("order", 2).attempt)) == (None, 2)
    assert len(full.read(lambda r: r.rounds_on(OLD.date()))) == 1
    assert full.forget(cut, ["tracks", "codes"]) == {"tracks": 0, "codes": 0}


def test_one_kind_alone(full: SqliteLogbook) -> None:
    assert full.forget(NOW - timedelta(days=60), ["codes"]) == {"codes": 1}
    assert full.read(lambda r: r.counts().fixes) == 601
    assert full.forget(NOW, []) == {}
    for way in (full.forget, full.due):
        with pytest.raises(ValueError, match="photos"):
            way(NOW, ["codes", "photos"])


def test_a_number_that_was_forgotten_does_not_come_again(full: SqliteLogbook) -> None:
    last = full.read(lambda r: r.last_seq())
    full.forget(NOW + timedelta(days=1), ["tracks"])
    assert full.read(lambda r: r.counts()) == Counts(0, 0, 0, 1, 1, 0)
    full.append([letter(fix(5))])
    assert [f.fix for f in full.read(lambda r: r.fixes_after(last))] == [fix(5)]


def test_a_copy_is_whole_and_opens(full: SqliteLogbook, opened: Open, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "copy.db"
    full.backup(copy)
    full.append([letter(fix(901))])
    other = opened(copy)
    assert other.read(lambda r: r.counts().fixes) == full.read(lambda r: r.counts().fixes) - 1
    assert other.read(lambda r: r.head()) == full.read(lambda r: r.head())
    with pytest.raises(KnownError):
        full.backup(copy / "under a file")
