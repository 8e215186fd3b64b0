"""One Roundhouse to a data folder."""

import os
import re
from pathlib import Path

import pytest

from db.lock import HOLDER_NAME, lock_home
from dispatcher.domain.errors import KnownError
from tests.db.child import child, line_of

HOLDER = """
import sys
from pathlib import Path
from db.lock import lock_home

with lock_home(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_start_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with lock_home(home):
        with pytest.raises(KnownError, match="already open") as refusal, lock_home(home):
            pass
        assert str(home) in refusal.value.what
        assert f"(process {os.getpid()})" in refusal.value.what
    with lock_home(home):
        pass
    assert not (home / HOLDER_NAME).exists()


def test_another_process_is_named_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    with child(HOLDER, str(tmp_path)) as holder:
        assert line_of(holder) == "held"
        with pytest.raises(KnownError, match=rf"\(process {holder.pid}\)"), lock_home(tmp_path):
            pass
        holder.kill()
        holder.wait()
        with lock_home(tmp_path):
            assert (tmp_path / HOLDER_NAME).read_text() == str(os.getpid())


def test_an_exception_lets_go(tmp_path: Path) -> None:
    with pytest.raises(LookupError), lock_home(tmp_path):
        raise LookupError
    with lock_home(tmp_path):
        pass


def test_an_unreadable_holder_is_not_named(tmp_path: Path) -> None:
    with lock_home(tmp_path):
        (tmp_path / HOLDER_NAME).write_text("")
        with pytest.raises(KnownError, match=rf"already open on {re.escape(str(tmp_path))}\."), lock_home(tmp_path):
            pass


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KnownError, match="cannot be opened"), lock_home(tmp_path / "file" / "home"):
        pass
