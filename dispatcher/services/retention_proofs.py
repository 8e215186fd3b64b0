"""The words of proofs whose time is over: records of the chain, rounds as sent, what drivers said, exceptions."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from itertools import batched
from operator import methodcaller

from dispatcher.domain.actions import ActionKind, SentRound, TakenAction
from dispatcher.domain.devices import Note
from dispatcher.domain.ids import DriverId, OrderId
from dispatcher.domain.incidents import Incident
from dispatcher.domain.keeping import ERASED, DriverSpan, Due
from dispatcher.domain.proof import Record, RecordKind
from dispatcher.services.erasing import (
    WORDY,
    blank_action,
    blank_incident,
    blank_note,
    blank_photo,
    blank_round,
    erase_records,
    withdrawn_of,
)
from dispatcher.services.holds import PROOFS_GONE, spared
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter

PIECE = 50
"""Records erased, or rows blanked, in one transaction: phones wait for it."""
TIME_OVER = "kept no longer"
PROGRAM = "Roundhouse"
ROW_BYTES = 300
"""Of a record besides its body, about."""


class ProofWords:
    """Goes through dates whose proofs are due; remembers the last one it was done with."""

    def __init__(self, logbook: Logbook, now: datetime, tick: Callable[[], None]) -> None:
        """`tick` is called now and then; what it raises ends it."""
        self._logbook, self._now, self._tick = logbook, now, tick

    def due(self, last: date) -> Due:
        """What would go, up to that date."""
        held, found = self._held(), Due()
        for on in self._dates(last):
            self._tick()
            found = sum((_due(record) for record in self._records(on) if _goes(record, held)), found)
        return sum(map(_due_note, self._notes(last)), found)

    def forget(self, last: date) -> Iterator[Due]:
        """Let it go, bit by bit; each time what went."""
        for on in self._dates(last):
            records = self._records(on)
            erase = partial(self._erase, withdrawn=withdrawn_of(records))
            for piece in batched([r for r in records if _goes(r, ())], PIECE):
                self._tick()
                gone = self._logbook.write(partial(erase, piece=piece))
                yield sum(map(_due, gone), Due())
            self._tick()
            self._blank_day(on)
            self._logbook.write(methodcaller("put_cursor", PROOFS_GONE, on.toordinal()))
        for few in batched(self._notes(last), PIECE):
            self._tick()
            self._logbook.write(partial(_put_notes, notes=few))
            yield sum(map(_due_note, few), Due())

    def _dates(self, last: date) -> Sequence[date]:
        def read(reader: LogbookReader) -> Sequence[date]:
            return reader.dates(date.fromordinal(max(1, reader.cursor(PROOFS_GONE))), last)

        return self._logbook.read(read)

    def _held(self) -> frozenset[OrderId]:
        return self._logbook.read(_held)

    def _records(self, on: date) -> Sequence[Record]:
        return self._logbook.read(lambda reader: reader.records_on(on))

    def _notes(self, last: date) -> Sequence[Note]:
        """Messages between drivers and the dispatcher of before that date, but those around a held order's door."""
        until = datetime.combine(last, time(), UTC)

        def read(reader: LogbookReader) -> Sequence[Note]:
            spans = spared(reader).tracks
            old = (n for n in reader.notes() if n.written_at < until and n.text != ERASED)
            return [note for note in old if not _within(spans, note.driver_id, note.written_at)]

        return self._logbook.read(read)

    def _erase(self, book: LogbookWriter, piece: Iterable[Record], withdrawn: Collection[str]) -> Sequence[Record]:
        """Those of them that are under no hold at this very moment."""
        held = _held(book)
        gone = [record for record in piece if _goes(record, held)]
        photos = {record.body["sha256"] for record in gone if record.kind is RecordKind.PHOTO}
        for sha256 in photos - (spared(book).photos if photos else frozenset()):
            photo = book.photo(sha256)
            if photo is not None and photo.fault != ERASED:
                book.put_photo(blank_photo(photo))
        erase_records(book, gone, by=PROGRAM, why=TIME_OVER, now=self._now, withdrawn=withdrawn)
        return gone

    def _blank_day(self, on: date) -> None:
        """What rounds, drivers' actions and exceptions of the day say of people."""
        spare = self._logbook.read(spared)
        held = spare.orders
        rounds = self._logbook.read(lambda reader: reader.rounds_on(on))
        actions = self._logbook.read(lambda reader: reader.actions_of([sent.shift_id for sent in rounds]))
        incidents = self._logbook.read(lambda reader: reader.incidents(on))
        for some in batched(_blank_rounds(rounds, held), 1):
            self._logbook.write(partial(_put_rounds, rounds=some))
        free = (a for a in actions if a.action.order_id not in held)
        wordy = (a for a in free if not (a.action.kind is ActionKind.NOTE and _around(spare.tracks, a)))
        for piece in batched((b for a in wordy if (b := blank_action(a))), PIECE):
            self._tick()
            self._logbook.write(partial(_put_actions, actions=piece))
        for few in batched((c for i in incidents if i.order_id not in held and (c := blank_incident(i))), PIECE):
            self._logbook.write(partial(_put_incidents, incidents=few))


def _blank_rounds(rounds: Iterable[SentRound], held: Collection[OrderId]) -> Iterator[SentRound]:
    for sent in rounds:
        gone = {stop["order_id"] for stop in sent.body.get("stops", ())} - set(held)
        if blank := blank_round(sent, gone):
            yield blank


def _within(spans: Iterable[DriverSpan], driver_id: DriverId, at: datetime) -> bool:
    """Whether this driver was around a held order's door then."""
    return any(driver == driver_id and since <= at <= until for driver, since, until in spans)


def _around(spans: Iterable[DriverSpan], taken: TakenAction) -> bool:
    return _within(spans, taken.driver_id, taken.action.at)


def _due_note(note: Note) -> Due:
    return Due(1, note.written_at, len(note.text))


def _put_notes(book: LogbookWriter, notes: Iterable[Note]) -> None:
    for note in notes:
        book.put_note(blank_note(note))


def _put_rounds(book: LogbookWriter, rounds: Iterable[SentRound]) -> None:
    for sent in rounds:
        book.put_round(sent)


def _put_actions(book: LogbookWriter, actions: Iterable[TakenAction]) -> None:
    for taken in actions:
        book.put_action(taken)


def _put_incidents(book: LogbookWriter, incidents: Iterable[Incident]) -> None:
    for incident in incidents:
        book.put_incident(incident)


def _held(reader: LogbookReader) -> frozenset[OrderId]:
    return frozenset(hold.order_id for hold in reader.holds())


def _goes(record: Record, held: Collection[OrderId]) -> bool:
    return record.kind in WORDY and not record.erased and record.order_id not in held


def _due(record: Record) -> Due:
    return Due(1, record.at, ROW_BYTES + len(str(record.body)))
