"""A day on the road at a moment, as the views are told it; and which stops are behind, by the chain of proofs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from dispatcher.domain.devices import Device, Note
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.proof import Attempt, Record, RecordKind
from dispatcher.domain.tracking import Alert, LiveRound
from dispatcher.services.logbook import Logbook, LogbookReader
from dispatcher.services.sending import Sending
from dispatcher.services.trail import TrailPoints
from dispatcher.services.underway import Behind, Facts


@dataclass(frozen=True, slots=True)
class LiveDay:
    """A day on the road at a moment."""

    date: date
    at: datetime
    rounds: Mapping[ShiftId, LiveRound] = field(default_factory=dict)
    """Of every shift."""
    alerts: tuple[Alert, ...] = ()
    attempts: Mapping[OrderId, Attempt] = field(default_factory=dict)
    """The latest that stands, of every order somebody was at."""
    trails: Mapping[ShiftId, TrailPoints] = field(default_factory=dict)
    sending: Sending = field(default_factory=lambda: Sending(0, 0, 0))
    notes: Sequence[Note] = ()
    devices: Sequence[Device] = ()
    news: bool = False
    """Whether drivers have other stops behind them than the plan shown knows."""

    @property
    def followed(self) -> bool:
        """Whether anybody was heard today."""
        return any(round_.latest or round_.visits for round_ in self.rounds.values())


def facts_on(logbook: Logbook, on: date) -> Facts:
    """Which orders of a date drivers have behind them, by the chain of proofs."""
    return logbook.read(lambda reader: facts_of(reader, on))


def facts_of(reader: LogbookReader, on: date) -> Facts:
    """The same within a reading."""
    standing_: dict[str, Record] = {}
    for record in reader.records_on(on):
        if record.kind is RecordKind.ATTEMPT:
            standing_[record.key] = record
        elif record.kind is RecordKind.WITHDRAWN:
            standing_.pop(record.key, None)
    return {
        record.order_id: Behind(record.body["number"], record.at, record.body["shift_id"])
        for record in standing_.values()
    }
