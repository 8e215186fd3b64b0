"""Which dates' facts are not as plan and logbook have them any more, and making those anew. Keeps them by the week."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zlib import crc32

import pandas as pd

from dispatcher.domain.errors import Cancelled, KnownError
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.incidents import Incident
from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.insight.columns import TableName, frame_of
from dispatcher.insight.cuts import Facts, Span
from dispatcher.insight.kept import KeptFacts
from dispatcher.insight.rows import rows_of
from dispatcher.insight.seen import Driven
from dispatcher.services.insight_day import Sources, seen_on
from dispatcher.services.logbook import Logbook, LogbookReader
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.ports import Clock
from dispatcher.services.workplace import Workplace

FRESH = timedelta(days=14)
"""Of older dates only changes of the plan and of the chain are looked for, and exceptions that were open."""
AT_ONCE = 7
"""Dates kept together: each writes its month anew."""

type Stamp = Mapping[str, Any]
"""How a date stood when its facts were made; JSON."""


@dataclass(slots=True)
class Done:
    """What was gathered."""

    days: int = 0
    made: int = 0
    missing: tuple[date, ...] = ()
    why: str = ""


@dataclass(slots=True)
class Gatherer:
    """One gathering. One thread."""

    workplace: Workplace
    kept: KeptFacts
    clock: Clock
    _pending: dict[date, tuple[Stamp, Facts]] = field(default_factory=dict)

    def run(self, span: Span, progress: Progress) -> Done:
        """Make anew what is out of date. Raises `Cancelled`; what was made before that is kept."""
        live = self.workplace.live
        if live is None or self.workplace.what_if is not None:
            return Done(days=sum(1 for stamp in self.kept.stamps(span).values() if stamp["stops"]))
        checkpoint(progress, 0.0, "Looking for what is new")
        stamps = self.kept.stamps(span)
        due, days = self._due(live.logbook, span, stamps)
        done = Done(days=days)
        with closing(PlanningDesk(self.workplace.roads)) as desk:  # its own: the window's remembers the day shown
            try:
                for n, (on, stamp) in enumerate(due.items()):
                    checkpoint(progress, n / len(due), f"Gathering {on}")
                    sources = Sources(self.workplace.store, live.logbook, desk, self.clock(), lambda: _ask(progress))
                    self._make(sources, on, stamp, done)
            finally:
                self._keep()
        progress.report(1.0, "Gathered")
        return done

    def _make(self, sources: Sources, on: date, stamp: Stamp, done: Done) -> None:
        try:
            seen = seen_on(sources, on, _former(self.kept, on))
        except KnownError as fault:
            done.missing, done.why = (*done.missing, on), done.why or str(fault)
            return
        facts = {table: frame_of(table, rows) for table, rows in rows_of(seen).items()}
        self._pending[on] = ({**stamp, "stops": len(facts[TableName.STOPS])}, facts)
        done.made += 1
        if len(self._pending) >= AT_ONCE:
            self._keep()

    def _keep(self) -> None:
        if self._pending:
            self.kept.keep(self._pending)
            self._pending = {}

    def _due(self, logbook: Logbook, span: Span, stamps: Mapping[date, Stamp]) -> tuple[Mapping[date, Stamp], int]:
        """The dates to gather with how they stand now, and how many dates there are."""
        now, zone = self.clock(), self.workplace.depot.zone
        today = now.astimezone(zone).date()
        planned = self.workplace.store.read(lambda reader: [day.date for day in reader.days() if day.orders])
        told = logbook.read(lambda book: book.dates(span.first - timedelta(days=1), span.last))
        dates = {on for on in (*planned, *told, *stamps) if span.first <= on <= min(span.last, today)}
        due = {}
        for on in sorted(dates):
            known = stamps.get(on)
            stamp = self._stamp(logbook, on, known, fresh=on >= today - FRESH)
            if on >= today or known is None or {**stamp, "stops": known["stops"]} != known:
                due[on] = stamp
        return due, len(dates)

    def _stamp(self, logbook: Logbook, on: date, known: Stamp | None, *, fresh: bool) -> Stamp:
        entries = self.workplace.store.entries(1, on=on)
        revision = entries[0].revision if entries else 0
        look_again = fresh or known is None or known["open"]

        def read(book: LogbookReader) -> Stamp:
            stamp = {"plan": revision, "chain": book.count_on(on)}
            if not look_again and known is not None:
                return {**stamp, "desk": known["desk"], "open": known["open"]}
            incidents = book.incidents(on)
            return {**stamp, "desk": _desk(book, on, incidents), "open": any(i.open for i in incidents)}

        return logbook.read(read)


def _desk(book: LogbookReader, on: date, incidents: Iterable[Incident]) -> int:
    """Of all besides plan and chain: exceptions, messages, visits, slots."""
    shifts = [sent.shift_id for sent in book.rounds_on(on, bodies=False)]
    said = (
        sorted((i.id, i.state.value, str(i.closed_at), i.owner) for i in incidents),
        sorted((m.id, m.state.value) for m in book.messages_on(on)),
        sorted((v.shift_id, v.order_id, str(v.arrived_at), str(v.departed_at)) for v in book.visits(shifts)),
        sorted((h.id, h.state.value) for h in book.slot_holds(on, on)),
    )
    return crc32(repr(said).encode())


def _ask(progress: Progress) -> None:
    if progress.cancelled():
        raise Cancelled


def _former(kept: KeptFacts, on: date) -> Mapping[ShiftId, Driven]:
    """How the date's rounds were driven, as far as that is known already."""
    rounds = kept.read(Span(on, on))[TableName.ROUNDS]
    rows = rounds[rounds["km"].notna()]
    columns = zip(rows["shift_id"], rows["left_at"], rows["returned_at"], rows["km"], strict=True)
    return {ShiftId(s): Driven(_moment(left), _moment(back), float(km) * 1000) for s, left, back, km in columns}


def _moment(kept: pd.Timestamp) -> datetime | None:
    return None if pd.isna(kept) else kept.tz_localize(UTC).to_pydatetime()
