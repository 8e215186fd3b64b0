"""A day as it stands on the road: where every driver is, what is behind and what lies ahead, and what wants attention.

Follows the logbook from where it was last read; nothing here is written but what was made of the tracks. Everything
can be made anew from the logbook, so a window that opens at noon knows the morning.
"""

from collections.abc import Mapping
from datetime import date

from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Record, RecordKind
from dispatcher.services.logbook import Logbook, LogbookReader
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.underway import Behind, Facts, Underway


def facts_on(logbook: Logbook, on: date) -> Facts:
    """Which orders of a date drivers have behind them, by the chain of proofs."""
    return logbook.read(lambda reader: facts_of(reader, on))


def facts_of(reader: LogbookReader, on: date) -> Facts:
    """The same within a reading."""
    standing: dict[str, Record] = {}
    for record in reader.records_on(on):
        if record.kind is RecordKind.ATTEMPT:
            standing[record.key] = record
        elif record.kind is RecordKind.WITHDRAWN:
            standing.pop(record.key, None)
    found: dict[OrderId, Behind] = {}
    for record in standing.values():
        found[record.order_id] = Behind(record.body["number"], record.at, record.body["shift_id"])
    return found


class LiveDesk:
    """Follows one depot's drivers. Asked by one thread at a time."""

    def __init__(self, logbook: Logbook, underway: Underway, desk: PlanningDesk) -> None:
        self.logbook, self._underway, self._desk = logbook, underway, desk

    def close(self) -> None:
        """Let go of the logbook."""
        self.logbook.close()


__all__ = ["LiveDesk", "Mapping", "facts_of", "facts_on"]
