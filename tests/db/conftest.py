"""Stores in files, as they are in a depot; each closed when its test ends."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.opening import open_store
from db.store import SqliteStore
from tests.fixtures.yard import Yard


class Clock:
    """A minute passes whenever it is asked."""

    def __init__(self) -> None:
        self._now = datetime(2026, 5, 4, 6, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(minutes=1)
        return self._now


type Open = Callable[[Path], SqliteStore]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens stores that are closed after the test."""
    stores: list[SqliteStore] = []

    def _open(place: Path) -> SqliteStore:
        stores.append(open_store(place, clock=Clock(), author="Anna"))
        return stores[-1]

    yield _open
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Open, tmp_path: Path) -> SqliteStore:
    """An empty depot's database."""
    return opened(tmp_path)


@pytest.fixture
def yard(store: SqliteStore) -> Yard:
    """A depot with three drivers on each of two days, and twelve orders on each."""
    return Yard(store)
