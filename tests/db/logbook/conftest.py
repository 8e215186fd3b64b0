"""Logbooks in files, as they are in a depot; each closed when its test ends."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

type Open = Callable[[Path], SqliteLogbook]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens logbooks that are closed after the test."""
    logbooks: list[SqliteLogbook] = []

    def _open(place: Path) -> SqliteLogbook:
        logbooks.append(open_logbook(place, clock=lambda: NOW))
        return logbooks[-1]

    yield _open
    for logbook in logbooks:
        logbook.close()


@pytest.fixture
def logbook(opened: Open, tmp_path: Path) -> SqliteLogbook:
    """An empty one."""
    return opened(tmp_path)
