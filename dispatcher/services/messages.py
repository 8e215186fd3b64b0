"""Messages between the dispatcher and drivers: written and seen here. How they get to phones: `driving_round`."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from dispatcher.domain.devices import Note
from dispatcher.domain.ids import DriverId, new_id
from dispatcher.services.logbook import Logbook, LogbookWriter


def unread(notes: Iterable[Note]) -> list[Note]:
    """Those that drivers wrote and nobody at the depot has seen, in their order."""
    return [note for note in notes if note.from_driver and note.read_at is None]


def write_message(logbook: Logbook, driver_id: DriverId, text: str, now: datetime) -> None:
    """Send a driver a message; the phone fetches it with its next question."""
    logbook.write(lambda book: book.put_note(Note(new_id(), driver_id, text, now)))


def mark_read(logbook: Logbook, ids: Collection[str], now: datetime) -> None:
    """These messages of drivers were seen; what is so already, or is no driver's, stays as it is."""

    def mark(book: LogbookWriter) -> None:
        for note in book.notes(unread=True):
            if note.id in ids:
                book.put_note(replace(note, read_at=now, fetched_at=note.fetched_at or now))

    logbook.write(mark)
