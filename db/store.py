"""The depot's database as the services see it: reads of now and then, writes in turn, undo, redo, the audit trail."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from db import journal, past, scrubbing
from db.copying import copy_database
from db.faults import database_faults
from db.reading import SqlReader, by_keys
from db.recording import Recorder
from db.rows import Row
from db.sqlite import empty_journal, reading_engine, writing_engine
from db.tables import DEPOT_KEY, depot, driver, orders, pin, remembered
from db.turns import Turns
from db.unit import SqlUnitOfWork
from dispatcher.domain.changes import ChangeSet, Done, HistoryEntry, HistoryState
from dispatcher.domain.ids import DriverId, OrderId
from dispatcher.domain.keeping import Trace
from dispatcher.domain.plan import Day


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
        self,
        label: str,
        change: Callable[[SqlUnitOfWork], T],
        *,
        author: str = "",
        amends: int | None = None,
        why: str = "",
    ) -> Done[T]:
        with self._writing() as (connection, recorder):
            value = change(SqlUnitOfWork(connection, recorder))
            if not recorder.before:
                return Done(value, ChangeSet(recorder.revision - 1, label))
            changes = self._sign(connection, recorder, label, author, why)
            self._remember(connection, recorder, label, amends)
            return Done(value, changes)

    def undo(self, *, author: str = "") -> ChangeSet | None:
        return self._walk("Undo", author, undone=False)

    def redo(self, *, author: str = "") -> ChangeSet | None:
        return self._walk("Redo", author, undone=True)

    def history(self) -> HistoryState:
        with self._reading() as connection:
            return journal.state(connection)

    def entries(self, limit: int = 200, *, on: date | None = None) -> Sequence[HistoryEntry]:
        with self._reading() as connection:
            return journal.entries(connection, limit, on)

    def day_at(self, on: date, revision: int) -> Day:
        with self._reading() as connection:
            return past.day_at(connection, on, revision)

    def traces(self, matches: Callable[[Trace], bool], tick: Callable[[], None] = lambda: None) -> Sequence[Trace]:
        with self._reading() as connection:
            return scrubbing.traces(connection, matches, tick)

    def erase(
        self,
        order_ids: Collection[OrderId],
        pins: Collection[str],
        *,
        label: str,
        drivers: Collection[DriverId] = (),
        author: str = "",
        why: str = "",
    ) -> ChangeSet:
        with self._writing() as (connection, recorder):
            words = scrubbing.words_of(connection, order_ids) | scrubbing.names_of(connection, drivers)
            wanted = {row["id"]: scrubbing.blank(row) for row in by_keys(connection, orders, order_ids)}
            recorder.apply(orders, {key: _unstamped(row) for key, row in wanted.items()})
            nameless = {row["id"]: scrubbing.blank_driver(row) for row in by_keys(connection, driver, drivers)}
            recorder.apply(driver, {key: _unstamped(row) for key, row in nameless.items()})
            recorder.apply(pin, dict.fromkeys(pins))
            recorder.apply(remembered, dict.fromkeys(pins))
            changes = self._sign(connection, recorder, label, author, why)
            # after the signing, for that keeps images of its own; and no step: nobody can go back behind this
            scrubbing.scrub_images(connection, order_ids, pins, drivers)
            scrubbing.scrub_labels(connection, words)
        with self._turns.turn(), database_faults(self.file):
            empty_journal(self._writer)
        return changes

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
            step = journal.next_step(connection, undone=undone)
            if step is None:
                return None
            for table, rows in journal.images_of(connection, step).items():
                recorder.apply(table, rows)
            journal.turn(connection, step.id, recorder.revision, undone=not undone)
            return self._sign(connection, recorder, f"{word}: {step.label}", author)

    def _sign(self, connection: Connection, recorder: Recorder, label: str, author: str, why: str = "") -> ChangeSet:
        changes = recorder.changes(label)
        journal.sign(connection, changes, recorder.before, at=self._clock(), author=author or self._author, why=why)
        return changes

    def _remember(self, connection: Connection, recorder: Recorder, label: str, amends: int | None) -> None:
        """Make what was done an undo step, or part of the step it amends."""
        if amends == recorder.revision - 1 and journal.amend(connection, recorder.revision):
            return
        if not _founds_depot(recorder):
            journal.push(connection, recorder.revision, label)

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


def _unstamped(row: Row) -> Row:
    """A row that gets the version of the change it is part of."""
    return {column: value for column, value in row.items() if column != "version"}


def _founds_depot(recorder: Recorder) -> bool:
    """Whether the depot was set up just now: there is nothing before it that a person could go back to."""
    return recorder.before.get(depot, {DEPOT_KEY: {}})[DEPOT_KEY] is None
