"""Copies are whole, checked, and replace the one before or leave it alone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from db import copying
from dispatcher.domain.errors import KnownError
from tests.db.conftest import Open
from tests.fixtures.yard import Yard


def test_a_backup_is_the_day_as_it_was(yard: Yard, opened: Open, tmp_path: Path) -> None:
    yard.plan("abc", label="Plan")
    copy = tmp_path / "backups" / "copy.db"
    yard.store.backup(copy)
    day = yard.day()
    yard.plan("cba")
    assert [f.name for f in copy.parent.iterdir()] == ["copy.db"]
    yard.store = opened(copy)
    assert yard.day() == day
    assert yard.store.history().undo == "Plan"


def test_a_backup_replaces_the_one_before(yard: Yard, opened: Open, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    yard.store.backup(copy)
    yard.plan("abc")
    yard.store.backup(copy)
    yard.store = opened(copy)
    assert yard.letters() == ["abc", "", ""]


def test_writes_go_on_while_a_backup_is_made(yard: Yard, opened: Open, tmp_path: Path) -> None:
    """Copy after copy while the plan is turned over: each copy is one of the two ways."""
    ways = ["abcdef", "ghijkl", ""], ["ghijkl", "abcdef", ""]
    yard.plan(*ways[0])
    stop = threading.Event()

    def write() -> int:
        turn = 0
        while not stop.is_set():
            turn += 1
            yard.plan(*ways[turn % 2])
        return turn

    with ThreadPoolExecutor() as pool:
        writing = pool.submit(write)
        for n in range(5):
            yard.store.backup(tmp_path / f"{n}.db")
        stop.set()
        assert writing.result() > 0
    for n in range(5):
        yard.store = opened(tmp_path / f"{n}.db")
        assert yard.letters() in ways


def test_a_backup_that_cannot_be_made_leaves_the_one_before(yard: Yard, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KnownError, match="cannot be opened"):
        yard.store.backup(tmp_path / "file" / "copy.db")


def test_a_damaged_source_makes_no_backup(yard: Yard, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("the copy before")
    yard.store.close()
    pages = bytearray(yard.store.file.read_bytes())
    with closing(dbapi2.connect(str(yard.store.file))) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'orders'").fetchone()
    pages[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    yard.store.file.write_bytes(pages)
    with closing(dbapi2.connect(str(yard.store.file))) as source, pytest.raises(KnownError, match="is damaged"):
        copying.copy_database(source, copy)
    assert copy.read_text() == "the copy before"
    assert not list(tmp_path.glob("*.part*"))
