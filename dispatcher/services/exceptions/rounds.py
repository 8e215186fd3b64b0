"""What drivers said of their rounds besides attempts: that they ended them, and what was missing at loading.

A round's words are read again only when its driver said something of that sort.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dispatcher.domain.actions import ActionKind, SentRound
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.services.driving import Loading, loading_of, progress_of
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.tenures import OVERTIME

_TELLING = frozenset({ActionKind.LOAD, ActionKind.BEGIN, ActionKind.END, ActionKind.UNDO})


@dataclass(frozen=True, slots=True)
class RoundSaid:
    """One round that was sent, as its driver says it stands."""

    on: date
    shift_id: ShiftId
    driver_id: DriverId
    ends_at: datetime
    """Of its shift."""
    ended_at: datetime | None = None
    """When its driver said so."""
    loading: Mapping[OrderId, Loading] = field(default_factory=dict)

    def over(self, now: datetime) -> bool:
        """Whether nobody drives it any more: its driver says so, or it was to end long ago."""
        return self.ended_at is not None or now >= self.ends_at + OVERTIME

    @property
    def until(self) -> datetime:
        """When it was over, or is to be."""
        return self.ended_at or self.ends_at


class RoundsSaid:
    """The rounds of some dates. One thread at a time."""

    def __init__(self) -> None:
        self._rounds: dict[ShiftId, RoundSaid] = {}
        self._action = -1

    def read_on(self, reader: LogbookReader, dates: Iterable[date]) -> Mapping[ShiftId, RoundSaid]:
        """The rounds of these dates that were sent and not withdrawn, by shift."""
        touched = self._touched(reader)
        found: dict[ShiftId, RoundSaid] = {}
        for on in dates:
            for sent in reader.rounds_on(on, bodies=False):
                if not sent.withdrawn:
                    known = None if sent.shift_id in touched else self._rounds.get(sent.shift_id)
                    found[sent.shift_id] = known if known and _same(known, sent) else _read(reader, sent)
        self._rounds = found
        return found

    def _touched(self, reader: LogbookReader) -> set[ShiftId]:
        last = reader.last_action()
        if self._action < 0 or last < self._action:
            self._action, self._rounds = last, {}
            return set()
        touched: set[ShiftId] = set()
        while self._action < last:
            some = reader.actions_after(self._action)
            touched |= {taken.action.shift_id for taken in some if taken.action.kind in _TELLING}
            self._action = max((taken.n for taken in some), default=last)
        return touched


def _same(known: RoundSaid, sent: SentRound) -> bool:
    return (known.driver_id, known.ends_at, known.on) == (sent.driver_id, sent.ends_at, sent.on)


def _read(reader: LogbookReader, sent: SentRound) -> RoundSaid:
    progress = progress_of(reader, [sent.shift_id]).get(sent.shift_id)
    loading = loading_of(reader, [sent.shift_id])
    ended_at = progress.ended_at if progress else None
    return RoundSaid(sent.on, sent.shift_id, sent.driver_id, sent.ends_at, ended_at, loading)
