"""What was acknowledged is there after the power fails at any moment, and the file is whole."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import pytest
from pysqlite3 import dbapi2

from db.logbook.arriving import keep
from db.logbook.opening import LOGBOOK_NAME
from db.logbook.positions import milliseconds
from db.sqlite import SETTINGS
from tests.db.logbook.conftest import Open
from tests.db.logbook.disk import Did, Disk, images
from tests.db.logbook.road import fix, letter

GROUPS, SIZE, CUTS = 40, 5, 150


@contextmanager
def cut_off(folder: Path, *settings: str) -> Iterator[Disk]:
    """The disk after `GROUPS` groups were acknowledged, each with a mark; checkpoints came often in between."""
    disk = Disk("cut-off")
    with closing(apsw.Connection(str(folder / LOGBOOK_NAME), vfs="cut-off")) as connection:
        for setting in (*SETTINGS, "wal_autocheckpoint=30", *settings):
            connection.execute(f"PRAGMA {setting}")
        for group in range(GROUPS):
            connection.execute("BEGIN IMMEDIATE")
            keep(connection.cursor(), [letter(fix(group * SIZE + part), body=bytes(300)) for part in range(SIZE)])
            connection.execute("COMMIT")
            disk.did.append(Did("acknowledge"))
        yield disk
    disk.unregister()


def lost_groups(folder: Path, files: dict[str, bytes], acknowledged: int) -> int:
    """How many acknowledged groups this image lacks; the image is whole and has no half of a group."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with closing(dbapi2.connect(str(folder / LOGBOOK_NAME))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        kept = [at for (at,) in connection.execute("SELECT at_ms FROM fix ORDER BY seq")]
    assert kept == [milliseconds(fix(n).at) for n in range(len(kept))]
    assert len(kept) % SIZE == 0
    return max(0, acknowledged - len(kept) // SIZE)


@pytest.mark.parametrize(("settings", "seed"), [((), 1), ((), 2), (("synchronous=NORMAL",), 3)])
def test_a_power_failure_at_any_moment(settings: tuple[str, ...], seed: int, opened: Open, tmp_path: Path) -> None:
    """With less syncing than ours groups are lost: the disk can tell the difference."""
    opened(tmp_path).close()
    before = {LOGBOOK_NAME: (tmp_path / LOGBOOK_NAME).read_bytes()}
    with cut_off(tmp_path, *settings) as disk:
        cuts = list(images(before, disk.did, CUTS, seed))
    lost = [lost_groups(tmp_path / str(n), files, count) for n, (files, count) in enumerate(cuts)]
    assert max(count for _, count in cuts) > GROUPS // 2
    assert any(lost) == bool(settings)
