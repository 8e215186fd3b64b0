"""The depot's database as the services see it: reads at one moment, writes in turn, undo, redo, the audit trail."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from db import journal
from db.copying import copy_database
from db.faults import database_faults
from db.reading import SqlReader
from db.recording import Recorder
from db.sqlite import reading_engine, writing_engine
from db.tables import DEPOT_KEY, depot
from db.turns import Turns
from db.unit import SqlUnitOfWork
from dispatcher.domain.changes import ChangeSet, Done, HistoryEntry, HistoryState


class SqliteStore:
    """Implements the services' `Store`. Any thread may call it; `open_store` makes it."""

    def __init__(self, file: Path, *, clock: Callable[[], datetime], author: str = "") -> None:
        self.file = file
        self._clock = clock
        self._author = author
        self._writer = writing_engine(file)
        self._readers = reading_engine(file)
        self._turns = Turns()
        self._closed = False

    def read[T](self, query: Callable[[SqlReader], T]) -> T:
        with self._reading() as connection:
            return query(SqlReader(connection))

    def write[T](
        self, label: str, change: Callable[[SqlUnitOfWork], T], *, author: str = "", amends: int | None = None
    ) -> Done[T]:
        with self._writing() as (connection, recorder):
            value = change(SqlUnitOfWork(connection, recorder))
            if not recorder.before:
                return Done(value, ChangeSet(recorder.revision - 1, label))
            journal.sign(connection, recorder.revision, self._clock(), author or self._author, label)
            self._remember(connection, recorder, label, amends)
            return Done(value, recorder.changes(label))

    def undo(self, *, author: str = "") -> ChangeSet | None:
        return self._walk("Undo", author, undone=False)

    def redo(self, *, author: str = "") -> ChangeSet | None:
        return self._walk("Redo", author, undone=True)

    def history(self) -> HistoryState:
        with self._reading() as connection:
            return journal.state(connection)

    def entries(self, limit: int = 200) -> Sequence[HistoryEntry]:
        with self._reading() as connection:
            return journal.entries(connection, limit)

    def backup(self, to: Path) -> None:
        """Copy the database as it is now to the file `to`, whole and checked, or not at all.

        Other threads go on reading and writing. Raises `KnownError` when the copy cannot be made.
        """
        with self._reading() as connection:
            # Once something was read, the moment is fixed and no write makes the copy begin anew.
            SqlReader(connection).revision  # noqa: B018
            copy_database(connection.connection.dbapi_connection, to)

    def close(self) -> None:
        """Wait for the write under way, then let go of the file."""
        with self._turns.turn():
            self._closed = True
            self._readers.dispose()
            self._writer.dispose()

    def _walk(self, word: str, author: str, *, undone: bool) -> ChangeSet | None:
        """Take the next step back, or (`undone`) forth again."""
        with self._writing() as (connection, recorder):
            found = journal.next_step(connection, undone=undone)
            if found is None:
                return None
            step_id, label = found
            for table, rows in journal.images_of(connection, step_id).items():
                recorder.apply(table, rows)
            journal.swap(connection, step_id, recorder.before, undone=not undone)
            label = f"{word}: {label}"
            journal.sign(connection, recorder.revision, self._clock(), author or self._author, label)
            return recorder.changes(label)

    def _remember(self, connection: Connection, recorder: Recorder, label: str, amends: int | None) -> None:
        """Make what was done an undo step, or part of the step it amends."""
        if amends == recorder.revision - 1 and journal.amend(connection, recorder.revision, recorder.before):
            return
        if not _founds_depot(recorder):
            journal.push(connection, recorder.revision, label, recorder.before)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        self._require_open()
        with database_faults(self.file), self._readers.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, Recorder]]:
        with self._turns.turn():
            self._require_open()
            with database_faults(self.file), self._writer.begin() as connection:
                yield connection, Recorder(connection, SqlReader(connection).revision + 1)

    def _require_open(self) -> None:
        if self._closed:
            raise RuntimeError(f"{self.file} has been closed")


def _founds_depot(recorder: Recorder) -> bool:
    """Whether the depot was set up just now: there is nothing before it that a person could go back to."""
    return recorder.before.get(depot, {DEPOT_KEY: {}})[DEPOT_KEY] is None
