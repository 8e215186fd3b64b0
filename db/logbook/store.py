"""The logbook as the services see it: reads of one moment, short writes, the fast way in of positions."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2
from sqlalchemy import Connection

from db.copying import copy_database
from db.faults import database_faults, value_faults
from db.logbook import arriving, forgetting
from db.logbook.reader import SqlLogbookReader
from db.logbook.writer import SqlLogbookWriter
from db.sqlite import empty_journal, reading_engine, writing_engine
from db.turns import Turns
from dispatcher.domain.ids import DriverId
from dispatcher.domain.keeping import NOTHING_SPARED, Due, Spared
from dispatcher.domain.letters import Letter, Receipt

CHECKPOINT = "wal_autocheckpoint=4000"
"""Pages: small writes come to the same pages again and again, so that later is less; a group in a hundred pays."""


class SqliteLogbook:
    """Implements the services' `Logbook`. Any thread may call it; `open_logbook` makes it."""

    def __init__(self, file: Path, *, clock: Callable[[], datetime]) -> None:
        self.file = file
        self._clock = clock
        self._writer = writing_engine(file, CHECKPOINT)
        self._readers = reading_engine(file)
        self._watch = _Watch(file)
        self._turns = Turns()
        self._closed = False

    def read[T](self, query: Callable[[SqlLogbookReader], T]) -> T:
        with self._reading() as connection:
            return query(SqlLogbookReader(connection, self._clock()))

    def write[T](self, change: Callable[[SqlLogbookWriter], T]) -> T:
        with self._writing() as connection, value_faults():
            return change(SqlLogbookWriter(connection, self._clock()))

    def append(self, letters: Sequence[Letter]) -> Sequence[Receipt]:
        if not letters:
            return []
        with self._cursor() as cursor:
            return arriving.keep(cursor, letters)

    def version(self) -> int:
        self._require_open()
        with database_faults(self.file):
            return self._watch.version()

    def due(
        self, before: datetime, kinds: Iterable[str], *, spared: Spared = NOTHING_SPARED, since: datetime | None = None
    ) -> Mapping[str, Due]:
        """Raises `ValueError` for a kind there is not."""
        with self._reading() as connection, closing(_raw(connection).cursor()) as cursor:
            return forgetting.due(cursor, before, kinds, spared, since)

    def forget(
        self,
        before: datetime,
        kinds: Iterable[str],
        *,
        spared: Spared = NOTHING_SPARED,
        since: datetime | None = None,
        tick: Callable[[], None] = lambda: None,
    ) -> Mapping[str, int]:
        """Raises `ValueError` for a kind there is not, and whatever `tick` raises."""
        return forgetting.forget(self._cursor, before, kinds, spared=spared, since=since, tick=tick)

    def forget_driver(
        self, driver_id: DriverId, *, spared: Spared = NOTHING_SPARED, tick: Callable[[], None] = lambda: None
    ) -> int:
        return forgetting.forget_driver(self._cursor, driver_id, spared, tick)

    def empty_journal(self) -> None:
        with self._turns.turn(), database_faults(self.file):
            self._require_open()
            empty_journal(self._writer)

    def backup(self, to: Path) -> None:
        """Copy the logbook as it is now to the file `to`, whole and checked, or not at all.

        Other threads and processes go on reading and writing. Raises `KnownError` when the copy cannot be made.
        """
        with self._reading() as connection:
            # Once something was read, the moment is fixed and no write makes the copy begin anew.
            SqlLogbookReader(connection, self._clock()).last_seq()
            copy_database(connection.connection.dbapi_connection, to)

    def close(self) -> None:
        """Wait for the write under way, then let go of the file."""
        with self._turns.turn():
            self._closed = True
            self._watch.close()
            self._readers.dispose()
            self._writer.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        self._require_open()
        with database_faults(self.file), self._readers.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._turns.turn():
            self._require_open()
            with database_faults(self.file), self._writer.begin() as connection:
                yield connection

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        """A transaction, by the DB-API's own cursor."""
        with self._writing() as connection, closing(_raw(connection).cursor()) as cursor:
            yield cursor

    def _require_open(self) -> None:
        if self._closed:
            raise RuntimeError(f"{self.file} has been closed")


class _Watch:
    """A connection that only looks whether any other one, of this process or another, has committed."""

    def __init__(self, file: Path) -> None:
        self._connection = dbapi2.connect(str(file), isolation_level=None, check_same_thread=False)
        self._guard = threading.Lock()

    def version(self) -> int:
        with self._guard:
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def close(self) -> None:
        with self._guard:
            self._connection.close()


def _raw(connection: Connection) -> Any:
    return connection.connection.dbapi_connection
