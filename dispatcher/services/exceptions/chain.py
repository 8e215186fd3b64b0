"""What the chain of proofs says of one date, as the exceptions need it: attempts that stand, reviews, corrections.

Reads on as the chain grows. `reviewing_chain` is the workbench's own: that knows nothing of corrected reasons.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dispatcher.domain.ids import DeviceId, OrderId
from dispatcher.domain.proof import Attempt, Record, RecordKind
from dispatcher.domain.review import Decision, Review
from dispatcher.proof.attempts import from_body
from dispatcher.proof.chain import link
from dispatcher.services.logbook import LogbookReader

PAGE = 5_000

type Name = tuple[DeviceId, str]
"""A phone, and the attempt's key there: two phones may use the same key."""


@dataclass(frozen=True, slots=True)
class Correction:
    """The failure reason as the depot says it was."""

    code: str
    by: str
    note: str
    at: datetime


@dataclass(slots=True)
class DayChain:
    """A date's part of the chain, as far as it was read."""

    on: date
    n: int = 0
    attempts: dict[Name, Attempt] = field(default_factory=dict)
    """In the order they came."""
    reviews: dict[Name, Review] = field(default_factory=dict)
    """The decision that stands on each."""
    corrections: dict[Name, Correction] = field(default_factory=dict)

    def learn(self, records: Iterable[Record]) -> None:
        """Take in what follows."""
        on = self.on.isoformat()
        for record in records:
            if record.on == on and not record.erased:
                self._learn(record)

    def latest(self) -> Mapping[OrderId, Attempt]:
        """The latest attempt at each order."""
        return {attempt.order_id: attempt for attempt in self.attempts.values()}

    def reason(self, attempt: Attempt) -> str:
        """Its failure reason's code, as the depot corrected it."""
        corrected = self.corrections.get((attempt.device_id, attempt.key))
        return corrected.code if corrected else attempt.reason

    def _learn(self, record: Record) -> None:
        name: Name = record.body.get("device_id", DeviceId("")), record.key
        match record.kind:
            case RecordKind.ATTEMPT:
                self.attempts[name] = from_body(record.body)
            case RecordKind.WITHDRAWN:
                self.attempts.pop(name, None)
            case RecordKind.CORRECTED:
                said = record.body
                self.corrections[name] = Correction(said["reason"], said["by"], said.get("note", ""), record.at)
            case RecordKind.REVIEW if (said := record.body)["decision"] in Decision:
                if said["decision"] != Decision.NOTED:
                    decision = Decision(said["decision"])
                    self.reviews[name] = Review(record.key, decision, said["by"], record.at, said["note"])
            case _:
                pass


class Chains:
    """Several dates' parts, each read once and then on. One thread at a time."""

    def __init__(self) -> None:
        self._days: dict[date, DayChain] = {}
        self._n = 0

    def read_on(self, reader: LogbookReader, dates: Iterable[date]) -> Mapping[date, DayChain]:
        """What the chain says of these dates now."""
        head = reader.head()
        n = head.n if head else 0
        if n < self._n:  # another logbook than the one that was read
            self._days = {}
        elif n > self._n and self._days:
            for record in _since(reader, self._n):
                if day := self._days.get(date.fromisoformat(record.on)):
                    day.learn((record,))
        self._n = n
        for on in dates:
            if on not in self._days:
                self._days[on] = DayChain(on)
                self._days[on].learn(reader.records_on(on))
        return {on: self._days[on] for on in dates}

    def forget(self, but: Iterable[date]) -> None:
        """Let go of all other dates."""
        kept = set(but)
        self._days = {on: day for on, day in self._days.items() if on in kept}


def correction_record(
    head: Record | None, attempt: Attempt, on: date, code: str, *, by: str, note: str, at: datetime
) -> Record:
    """The link that names another failure reason."""
    body = {"device_id": attempt.device_id, "reason": code, "by": by, "note": note}
    said = {"kind": RecordKind.CORRECTED, "key": attempt.key, "order_id": attempt.order_id}
    return link(head, on=on.isoformat(), at=at, body=body, **said)  # type: ignore[arg-type]


def _since(reader: LogbookReader, after: int) -> Iterator[Record]:
    while page := reader.records(after, PAGE):
        yield from page
        after = page[-1].n
