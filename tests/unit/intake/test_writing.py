"""Where files go: through links, and never in the place of what is no file."""

import os
import stat
import sys
from pathlib import Path

import pytest

from dispatcher.domain.errors import KnownError
from dispatcher.intake.writing import whole_file

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are for administrators there")


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "day.csv", tmp_path / "day.csv"
    target.write_text("old")
    link.symlink_to(target)
    with whole_file(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


def test_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(KnownError, match="not a file"), whole_file(pipe):
        pytest.fail("nothing may be written")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]
