"""The attempts of a date and what was decided on them, as the chain of proofs has it. Reads on as the chain grows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from dispatcher.domain.ids import DeviceId
from dispatcher.domain.proof import Attempt, Record, RecordKind
from dispatcher.domain.review import Decision, FlagKind, Review
from dispatcher.proof.attempts import from_body
from dispatcher.proof.chain import link
from dispatcher.services.logbook import LogbookReader

PAGE = 5_000

type Name = tuple[DeviceId, str]
"""A phone, and the attempt's key there: two phones may use the same key."""


@dataclass(frozen=True, slots=True)
class Came:
    """An attempt that stands, and its record's salt."""

    attempt: Attempt
    salt: bytes


@dataclass(frozen=True, slots=True)
class ReviewChain:
    """What the chain says of a date, as far as it was read."""

    on: date
    n: int = 0
    """The last link that was read."""
    came: Mapping[Name, Came] = field(default_factory=dict)
    """In the order they came."""
    reviews: Mapping[Name, tuple[Review, ...]] = field(default_factory=dict)

    def read_on(self, reader: LogbookReader) -> "ReviewChain":
        """With what was put on the chain since."""
        head = reader.head()
        if head is None or head.n == self.n:
            return self
        if head.n < self.n:  # another logbook than the one that was read
            return ReviewChain(self.on).read_on(reader)
        records = self._since(reader) if self.n else reader.records_on(self.on)
        came, reviews = dict(self.came), dict(self.reviews)
        for record in records:
            _learn(record, came, reviews)
        return replace(self, n=head.n, came=came, reviews=reviews)

    def _since(self, reader: LogbookReader) -> Iterator[Record]:
        after = self.n
        while page := reader.records(after, PAGE):
            yield from (record for record in page if record.on == self.on.isoformat())
            after = page[-1].n

    def named(self, keys: Iterable[str]) -> Mapping[str, tuple[Name, ...]]:
        """The attempts with these keys, by key; none for one that does not stand."""
        found: dict[str, tuple[Name, ...]] = dict.fromkeys(keys, ())
        for name in self.came:
            if name[1] in found:
                found[name[1]] = (*found[name[1]], name)
        return found

    def standing(self, name: Name) -> Decision | None:
        """The decision that stands on an attempt."""
        said = (review.decision for review in reversed(self.reviews.get(name, ())))
        return next((decision for decision in said if decision is not Decision.NOTED), None)


def review_record(head: Record | None, attempt: Attempt, on: date, review: Review) -> Record:
    """The link that says a decision. Without a shift: nothing that reads rounds takes it for a driver's word."""
    body = {
        "device_id": attempt.device_id,
        "decision": review.decision.value,
        "by": review.by,
        "note": review.note,
        "flags": [flag.name for flag in review.flags],
    }
    key, order_id = attempt.key, attempt.order_id
    return link(head, kind=RecordKind.REVIEW, key=key, order_id=order_id, on=on.isoformat(), at=review.at, body=body)


def _learn(record: Record, came: dict[Name, Came], reviews: dict[Name, tuple[Review, ...]]) -> None:
    if record.erased:
        return
    name: Name = record.body.get("device_id", DeviceId("")), record.key
    match record.kind:
        case RecordKind.ATTEMPT:
            came[name] = Came(from_body(record.body), record.salt)
        case RecordKind.WITHDRAWN:
            came.pop(name, None)
        case RecordKind.CORRECTED if known := came.get(name):
            came[name] = replace(known, attempt=replace(known.attempt, reason=record.body["reason"]))
        case RecordKind.ERASED if kept := record.body.get("kept"):
            came.pop((kept["device_id"], record.key), None)
        case RecordKind.REVIEW if record.body["decision"] in Decision:
            reviews[name] = (*reviews.get(name, ()), _review(record.key, record.at, record.body))
        case _:
            pass


def _review(key: str, at: datetime, body: Mapping[str, Any]) -> Review:
    flags = tuple(FlagKind[flag] for flag in body["flags"] if flag in FlagKind.__members__)
    return Review(key, Decision(body["decision"]), body["by"], at, body["note"], flags)
