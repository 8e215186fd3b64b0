"""A day on the road at a moment, as the views are told it; and which stops are behind, by the chain of proofs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from dispatcher.domain.devices import Device, Note
from dispatcher.domain.ids import DeviceId, OrderId, ShiftId
from dispatcher.domain.proof import Attempt, Record, RecordKind
from dispatcher.domain.tracking import Alert, LiveRound
from dispatcher.proof.canonical import from_ms
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
    standing_: dict[tuple[DeviceId, str], Record] = {}  # two phones may use the same key
    for record in reader.records_on(on):
        name = record.body.get("device_id", ""), record.key
        if record.kind is RecordKind.ATTEMPT and not record.erased:
            standing_[name] = record
        elif record.kind is RecordKind.WITHDRAWN:
            standing_.pop(name, None)
        elif record.kind is RecordKind.ERASED and "kept" in record.body:
            standing_[name] = replace(record, body=record.body["kept"])
    return {record.order_id: _behind(record.body) for record in standing_.values()}


def _behind(body: Mapping[str, Any]) -> Behind:
    """When it was done, by the gateway's clock: what was done without a line arrives all at the same moment."""
    return Behind(body["number"], from_ms(body["at_ms"] - body["skew_ms"]), body["shift_id"])
