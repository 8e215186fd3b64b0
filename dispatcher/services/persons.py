"""A customer across all dates: found by what is known of them, and all that is kept of them. Nothing here writes.

A person is a number of orders that somebody chose: two people may have one name, and one person two numbers.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dispatcher.domain.actions import ActionKind, SentRound, TakenAction
from dispatcher.domain.customers import CustomerPage, Wish
from dispatcher.domain.devices import Note
from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import CagedGoods, Incident
from dispatcher.domain.keeping import Trace
from dispatcher.domain.messages import Call, Message, OptOut, Reply
from dispatcher.domain.place import Address, Place
from dispatcher.domain.progress import Progress
from dispatcher.domain.proof import Attempt, Hold, Photo, Record, RecordKind
from dispatcher.domain.remembered import Remembered
from dispatcher.intake import address_key
from dispatcher.proof.attempts import from_body
from dispatcher.proof.files import ProofFiles
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.retention import photos_of
from dispatcher.services.whatifs import all_of
from dispatcher.services.workplace import Workplace

SHORTEST = 2
DIGITS = 5
"""So many are compared as a telephone number, however it is written."""
NUMBER = 7
"""Shorter ones are no telephone numbers that are one person's."""
_SPLIT = re.compile(r"\s+")
_APART = re.compile(r"(?<=\d)[\s()/.\-]+(?=\d)")


class Tick:
    """Asks whether to go on; raises `Cancelled` if not."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def __call__(self) -> None:
        if self._progress is not None and self._progress.cancelled():
            raise Cancelled


@dataclass(frozen=True, slots=True)
class PersonKept:
    """All that is kept of some orders' person."""

    traces: tuple[Trace, ...]
    records: tuple[Record, ...] = ()
    """Links of the chain about them."""
    photos: Mapping[str, Photo | None] = field(default_factory=dict)
    """By the SHA-256 that an attempt names; `None` for one that never came."""
    shared: frozenset[str] = frozenset()
    """Photos that another order's proof names too: their files stay."""
    rounds: tuple[SentRound, ...] = ()
    """As they were sent, with stops of theirs."""
    actions: tuple[TakenAction, ...] = ()
    messages: tuple[Message, ...] = ()
    replies: tuple[Reply, ...] = ()
    """Also those that named no order, from an address of theirs."""
    calls: tuple[Call, ...] = ()
    wishes: tuple[Wish, ...] = ()
    pages: tuple[CustomerPage, ...] = ()
    incidents: tuple[Incident, ...] = ()
    goods: tuple[CagedGoods, ...] = ()
    notes: tuple[Note, ...] = ()
    """Messages between drivers and the dispatcher that name an order of theirs."""
    opt_outs: tuple[OptOut, ...] = ()
    pins: Mapping[str, Place] = field(default_factory=dict)
    """Remembered places of their addresses that no other order goes to."""
    remembered: Mapping[str, Remembered] = field(default_factory=dict)
    """What else was learned of these addresses."""
    holds: tuple[Hold, ...] = ()

    @property
    def address_keys(self) -> frozenset[str]:
        """Of the addresses of which anything is remembered."""
        return frozenset({*self.pins, *self.remembered})

    @property
    def order_ids(self) -> tuple[OrderId, ...]:
        """Of the orders chosen."""
        return tuple(trace.order_id for trace in self.traces)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """What is readable of their proofs, those that were taken back too."""
        return tuple(from_body(r.body) for r in self.records if r.kind is RecordKind.ATTEMPT and not r.erased)

    def counts(self) -> dict[str, int]:
        """How many of what there is, for people and programs."""
        attempts = self.attempts
        return {
            "orders": len(self.traces),
            "proofs": len(attempts),
            "signatures": sum(1 for attempt in attempts if attempt.ink),
            "photos": len(self.photos),
            "messages": len(self.messages),
            "replies": len(self.replies),
            "calls": len(self.calls),
            "wishes": len(self.wishes),
            "pages": len(self.pages),
            "exceptions": len(self.incidents),
            "notes": len(self.notes),
            "pins": len(self.address_keys),
            "opt_outs": len(self.opt_outs),
            "holds": len(self.holds),
        }


def find_person(workplace: Workplace, words: str, progress: Progress | None = None) -> Sequence[Trace]:
    """Orders of which all these words stand in name, telephone, e-mail, address or number, now or ever.

    Raises `BadInput` for words that say too little, and `Cancelled`.
    """
    wanted = _wanted(words)
    return workplace.store.traces(lambda trace: _is_theirs(trace, wanted), Tick(progress))


def orders_numbered(workplace: Workplace, numbers: Iterable[str]) -> Sequence[Trace]:
    """Orders with these very numbers, or ids, of all dates. Raises `KnownError` for a number that none has."""
    wanted = {number.strip().casefold(): number.strip() for number in numbers if number.strip()}
    if not wanted:
        raise BadInput("No order is named.", "Type an order's number.")
    found = workplace.store.traces(lambda trace: not wanted.keys().isdisjoint(_names(trace)))
    missing = wanted.keys() - {name for trace in found for name in _names(trace)}
    if missing:
        named = ", ".join(wanted[number] for number in sorted(missing))
        raise KnownError(f"No order has the number {named}.", "Look it up on its day.")
    return found


def kept_of(workplace: Workplace, order_ids: Collection[OrderId], progress: Progress | None = None) -> PersonKept:
    """All that is kept of these orders' person. Goes through history and chain; raises `Cancelled`."""
    chosen, tick = set(order_ids), Tick(progress)
    traces = tuple(workplace.store.traces(lambda trace: trace.order_id in chosen, tick))
    known = _remembered(workplace, traces, tick)
    if workplace.live is None:
        return PersonKept(traces, pins=known[0], remembered=known[1])
    return workplace.live.logbook.read(lambda reader: _read(reader, traces, known, tick))


def files_left(workplace: Workplace) -> list[str]:
    """Files that may hold a person still after they were erased, in words: copies of the databases made before."""
    home, slug = workplace.home, workplace.slug
    backups = home.database(slug).parent / "backups"
    found = [f"Backup {file.name}" for file in sorted(backups.glob("*.db"))]
    found += [f"What-if copy “{what_if.name}”" for what_if in all_of(home, slug)]
    return found + [f"Copy of a drill, of {drill.made_at:%d %B %Y}" for drill in all_of(home, slug, drills=True)]


def photo_files(workplace: Workplace) -> ProofFiles:
    """Where photos lie."""
    return ProofFiles(photos_of(workplace))


# --- finding ------------------------------------------------------------------------------------------------------


def _names(trace: Trace) -> set[str]:
    return {trace.number.casefold(), trace.order_id.casefold()}


def _wanted(words: str) -> list[str]:
    """Digits that belong together stay so: a telephone number is written with blanks, an address has some, too."""
    parts = [part for part in _SPLIT.split(_APART.sub("", words.strip()).casefold()) if part]
    if not parts or max(map(len, parts)) < SHORTEST:
        raise BadInput("That is too little to find anybody by.", "Type a name, a number or an address.")
    return parts


def _is_theirs(trace: Trace, wanted: Sequence[str]) -> bool:
    said = f"{trace.name} {trace.email} {trace.address} {trace.postcode} {trace.city} {trace.number}".casefold()
    phone = _digits(trace.phone)
    return all(word in said or _is_number_in(word, phone) for word in wanted)


def _is_number_in(word: str, phone: str) -> bool:
    digits = _digits(word).lstrip("0")
    return len(digits) >= DIGITS and len(digits) >= len(word) - 3 and digits in phone


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


# --- gathering ----------------------------------------------------------------------------------------------------


type _Known = tuple[Mapping[str, Place], Mapping[str, Remembered]]
"""The places remembered of addresses, and what else is, by key."""


def _remembered(workplace: Workplace, traces: Sequence[Trace], tick: Tick) -> _Known:
    """Of addresses that nobody else's order goes to."""
    chosen = {trace.order_id for trace in traces}
    lines = {line for trace in traces for line, _, _ in trace.addresses}
    others = workplace.store.traces(lambda t: t.address in lines and t.order_id not in chosen and not t.removed, tick)
    theirs, taken = ({_key(*a) for trace in some for a in trace.addresses} for some in (traces, others))
    return workplace.store.read(lambda book: (dict(book.pins(theirs - taken)), dict(book.remembered(theirs - taken))))


def _key(line: str, postcode: str, city: str) -> str:
    return address_key(Address(line, postcode, city))


def _read(reader: LogbookReader, traces: tuple[Trace, ...], known: _Known, tick: Tick) -> PersonKept:
    ids = [trace.order_id for trace in traces]
    records, notes = tuple(reader.records_of(ids)), tuple(_notes(reader, traces))
    attempts = [r for r in records if r.kind is RecordKind.ATTEMPT and not r.erased]
    named = list(dict.fromkeys(sha256 for r in attempts for sha256 in r.body.get("photos", ())))
    tick()
    dates = {on for trace in traces for on in trace.dates} | {date.fromisoformat(r.on) for r in records}
    return PersonKept(
        traces=traces,
        records=records,
        photos={sha256: reader.photo(sha256) for sha256 in named},
        shared=frozenset(_shared(reader, set(named), set(ids), tick)),
        rounds=tuple(_rounds(reader, dates, set(ids))),
        actions=(*reader.actions_about(ids), *_loose_actions(reader, ids, {note.id for note in notes})),
        messages=tuple(m for o in ids for m in reader.messages_of(o)),
        replies=tuple(_replies(reader, traces)),
        calls=tuple(c for o in ids for c in reader.calls_of(o)),
        wishes=tuple(w for o in ids for w in reader.wishes_of(o)),
        pages=tuple(page for o in ids if (page := reader.customer_page_of(o))),
        incidents=tuple(i for o in ids for i in reader.incidents_of(o)),
        goods=tuple(g for o in ids for g in reader.goods_of(o)),
        notes=notes,
        opt_outs=tuple(out for out in reader.opt_outs() if _reaches(traces, out.to)),
        pins=known[0],
        remembered=known[1],
        holds=tuple(hold for hold in reader.holds() if hold.order_id in set(ids)),
    )


def _shared(reader: LogbookReader, named: set[str], ids: set[OrderId], tick: Tick) -> Iterator[str]:
    """Photos that other orders' attempts name: the whole chain is read for it, if there are photos at all."""
    after = 0
    while named and (page := reader.records(after, 5_000)):
        tick()
        for record in page:
            if record.kind is RecordKind.ATTEMPT and record.order_id not in ids:
                yield from named.intersection(record.body.get("photos", ()))
        after = page[-1].n


def _rounds(reader: LogbookReader, dates: Iterable[date], ids: set[OrderId]) -> Iterator[SentRound]:
    for on in sorted(dates):
        for sent in reader.rounds_on(on):
            if any(stop["order_id"] in ids for stop in sent.body.get("stops", ())):
                yield sent


def _replies(reader: LogbookReader, traces: Sequence[Trace]) -> Iterator[Reply]:
    ids = {trace.order_id for trace in traces}
    return (r for r in reader.replies() if r.order_id in ids or (r.order_id is None and _reaches(traces, r.sender)))


def _reaches(traces: Sequence[Trace], to: str) -> bool:
    """Whether an address is the person's: e-mail as it is, numbers by their last digits, however they are written."""
    said = {known.casefold() for trace in traces for known in trace.reached_by}
    if to.casefold() in said:
        return True
    known = (_digits(each).lstrip("0") for each in said if "@" not in each)
    return "@" not in to and any(_same_number(_digits(to).lstrip("0"), each) for each in known)


def _same_number(one: str, other: str) -> bool:
    """With the country before it or without."""
    return min(len(one), len(other)) >= NUMBER and (one.endswith(other) or other.endswith(one))


def _notes(reader: LogbookReader, traces: Sequence[Trace]) -> Iterator[Note]:
    numbers = [re.escape(trace.number) for trace in traces if len(trace.number) > 1]
    if not numbers:
        return iter(())
    names = re.compile(rf"(?<!\w)(?:{'|'.join(numbers)})(?!\w)", re.IGNORECASE)
    return (note for note in reader.notes() if names.search(note.text))


def _loose_actions(reader: LogbookReader, ids: Sequence[OrderId], notes: set[str]) -> Iterator[TakenAction]:
    """What names no order as such: the sending of these messages, and what nobody could read that speaks of one."""
    for taken in reader.actions_like([ActionKind.NOTE, ActionKind.UNREADABLE]):
        said = str(taken.action.body) if taken.action.kind is ActionKind.UNREADABLE else ""
        if taken.effect.get("note") in notes or any(order_id in said for order_id in ids):
            yield taken
