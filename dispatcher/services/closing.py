"""Closing a day: what is still open on it, and signing it off. A closing is a link of the chain: the day's signed head.

A day may be closed again, since late things come in: each closing stands, and what came after the last one is counted.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Outcome, Record, RecordKind
from dispatcher.domain.review import Decision, Proof
from dispatcher.proof.canonical import from_ms, to_ms
from dispatcher.proof.chain import link
from dispatcher.proof.merkle import tree_head
from dispatcher.proof.signing import DayHead, Signed, closed_body, fingerprint, public_key, signed_of
from dispatcher.services.agreeing import Agreement, agreement
from dispatcher.services.closing_open import Names, OpenItem, open_items
from dispatcher.services.codes import depot_secret
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.reviewing import ReviewDesk
from dispatcher.services.reviewing_facts import driver_names
from dispatcher.services.workplace import Workplace

KEY_NAME = "signing-key"
"""Of the file in the gateway's folder; never in a database."""
KEY_LOST = "Put it back from a copy. Without one remove it: a new key is made, and its fingerprint is another."
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Closing:
    """One sign-off of a day."""

    n: int
    """Of its link on the chain."""
    signed: Signed

    @property
    def by(self) -> str:
        """Who signed."""
        return self.signed.head.by

    @property
    def at(self) -> datetime:
        """When, in UTC."""
        return from_ms(self.signed.head.at_ms)

    @property
    def fingerprint(self) -> str:
        """Of the key it is signed with."""
        return fingerprint(self.signed.key)


@dataclass(frozen=True, slots=True)
class Closings:
    """How a day stands to being signed off."""

    done: tuple[Closing, ...] = ()
    """In order."""
    since: int = 0
    """Links that came after the last one."""

    @property
    def last(self) -> Closing | None:
        """The one that holds."""
        return self.done[-1] if self.done else None

    @property
    def closed(self) -> bool:
        """Whether nothing came since."""
        return bool(self.done) and not self.since


@dataclass(frozen=True, slots=True)
class DayStanding:
    """All that is asked before a day is signed off, as of one look at it."""

    on: date
    records: int
    """Links about this date."""
    proofs: tuple[Proof, ...] = ()
    open: tuple[OpenItem, ...] = ()
    closings: Closings = field(default_factory=Closings)
    agreement: Agreement = field(default_factory=Agreement)
    key: bytes = b""
    """The public key with which the depot signs now."""

    @property
    def closed(self) -> bool:
        """Whether nothing came since it was closed, and the key of then is still the depot's."""
        last = self.closings.last
        return last is not None and self.closings.closed and last.signed.key == self.key

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """How many attempts ended how."""
        return Counter(proof.attempt.outcome for proof in self.proofs)

    @property
    def decisions(self) -> Mapping[Decision | None, int]:
        """How many proofs have which decision; `None` for none."""
        return Counter(proof.standing for proof in self.proofs)

    @property
    def open_counts(self) -> Mapping[str, int]:
        """How much of what is open, as the closing keeps it."""
        return dict(Counter(item.kind.name.lower() for item in self.open))


def signing_seed(workplace: Workplace) -> bytes:
    """The private key with which this depot signs; made when first needed. Raises `KnownError`."""
    folder = workplace.home.database(workplace.slug).parent / "gateway"
    return depot_secret(folder, KEY_NAME, lost=KEY_LOST)[:32]


def key_fingerprint(workplace: Workplace) -> str:
    """Of the depot's key: to be written down where the day's reports go. Raises `KnownError`."""
    return fingerprint(public_key(signing_seed(workplace)))


def closings_on(reader: LogbookReader, on: date) -> Closings:
    """How often the date was signed off, and what came since. Quick, whatever the day holds. Raises `KnownError`."""
    done = tuple(_closing(record) for record in reader.closings_on(on) if not record.erased)
    covered = done[-1].signed.head.records + 1 if done else 0
    return Closings(done, reader.count_on(on) - covered if done else 0)


def _closing(record: Record) -> Closing:
    try:
        return Closing(record.n, signed_of(record))
    except (KeyError, TypeError, ValueError) as fault:
        what = f"Record {record.n} closes {record.on}, and does not say how: it was changed."
        raise KnownError(what, "Run roundhouse verify.") from fault


def look(
    workplace: Workplace,
    desk: ReviewDesk,
    on: date,
    *,
    cancel: Callable[[], bool] = lambda: False,
    told: Callable[[float], None] = lambda _share: None,
) -> DayStanding:
    """What stands, and what is open, on a date; for a worker thread. Raises `KnownError`, `Cancelled`."""
    logbook = _logbook(workplace, on)
    desk.day(on, cancel=cancel, told=told)
    records = logbook.read(lambda reader: reader.count_on(on))
    proofs = desk.day(on, cancel=cancel).proofs  # again: none that is counted may be unseen
    names, key = _names(workplace, on), public_key(signing_seed(workplace))

    def read(reader: LogbookReader) -> DayStanding:
        now, silent_s = workplace.clock(), workplace.depot.road.silent_s
        items = open_items(reader, on, proofs, names, now=now, silent_s=silent_s)
        return DayStanding(on, records, proofs, items, closings_on(reader, on), agreement(proofs), key)

    return logbook.read(read)


def close_day(workplace: Workplace, standing: DayStanding, *, by: str, force: bool = False) -> Closing:
    """Sign the day off as it was looked at.

    Raises `BadInput`, or `KnownError` if something is open and not `force`, if more came in since the look, or if
    nothing did since the day was closed; nothing is written then.
    """
    logbook, by = _logbook(workplace, standing.on), _name(by)
    if standing.open and not force:
        raise KnownError(f"{words_of_open(standing)} on {standing.on}.", "Settle that, or close the day all the same.")
    if not standing.records:
        raise BadInput(f"Nothing was recorded on {standing.on}, so there is nothing to sign.", "Choose another day.")
    last, seed = standing.closings.last, signing_seed(workplace)
    if last and standing.closed and last.signed.head.open == standing.open_counts:
        what = f"{standing.on} was closed by {last.by}, and nothing came in since."
        raise KnownError(what, "Its report can be written again.")
    return logbook.write(partial(_put, standing=standing, by=by, seed=seed, now=workplace.clock()))


def _put(book: LogbookWriter, *, standing: DayStanding, by: str, seed: bytes, now: datetime) -> Closing:
    records, on = book.records_on(standing.on), standing.on.isoformat()
    if len(records) != standing.records:
        raise KnownError("Something came in since the day was looked at.", "Look at it again, then close it.")
    head = DayHead(on, tree_head([r.digest for r in records]), len(records), by, to_ms(now), dict(standing.open_counts))
    body = closed_body(head, seed)
    record = link(book.head(), kind=RecordKind.CLOSED, key=on, order_id=OrderId(""), on=on, at=now, body=body)
    book.put_record(record)
    return Closing(record.n, signed_of(record))


def words_of_open(standing: DayStanding) -> str:
    """In one line: "Open: 3 × flagged proof, 1 × round not ended"."""
    counts = Counter(item.kind for item in standing.open)
    parts = [f"{count} × {kind.value}" for kind, count in counts.items()]
    return f"Open: {', '.join(parts)}" if parts else "Nothing is open"


def _logbook(workplace: Workplace, on: date) -> Logbook:
    if workplace.live is None:
        raise KnownError("This depot has no logbook open, so there is no day to close.", "Open its window.")
    if workplace.what_if is not None:
        raise KnownError("This is a copy to try things out in.", f"Close {on} in the depot itself.")
    return workplace.live.logbook


def _name(by: str) -> str:
    name = " ".join(by.split())
    if not name:
        raise BadInput("Nobody is named who closes the day.", "Type your name first.")
    if len(name) > LONGEST_NAME or any("\ud800" <= sign <= "\udfff" for sign in name):
        raise BadInput("That name cannot be kept.", f"Use at most {LONGEST_NAME} ordinary signs.")
    return name


def _names(workplace: Workplace, on: date) -> Names:
    day = workplace.store.read(lambda reader: reader.day(on))
    return Names({o.id: o.number for o in day.orders.values()}, driver_names(workplace.store))
