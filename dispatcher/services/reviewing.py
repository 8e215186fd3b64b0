"""The review desk: a date's proofs with what may be wrong with each, and the decisions on them.

A decision is a link of the chain of proofs, put there by the window; nothing on it is ever changed, a later decision
stands. A query goes to the driver as a message, and what the driver writes back is put on the chain as the answer.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import batched

from dispatcher.domain.devices import Note
from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.ids import new_id
from dispatcher.domain.proof import Attempt
from dispatcher.domain.review import Decision, Flag, Proof, Review, ReviewDay, names_accepting
from dispatcher.domain.tracking import StoredFix
from dispatcher.review.asked import FAILED_CODES
from dispatcher.review.flags import flags_of, is_sampled
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.ports import Clock
from dispatcher.services.reviewing_answers import answers
from dispatcher.services.reviewing_chain import Came, Name, ReviewChain, review_record
from dispatcher.services.reviewing_facts import Facts, Remembered, driver_names, facts_for, seen_of
from dispatcher.services.workplace import Workplace
from dispatcher.tracking.filtering import doubt_of
from dispatcher.tracking.progress import Line

PIECE = 100
"""Decisions in one transaction: phones are kept waiting for no longer."""
LONGEST_NOTE = 1_000
BEFORE, AFTER = timedelta(minutes=10), timedelta(minutes=5)
"""How much of the track is shown around an attempt."""
GAP = timedelta(minutes=2)

type Flags = Mapping[str, tuple[Flag, ...]]


@dataclass(frozen=True, slots=True)
class _Looked:
    """A date as it was looked at last."""

    chain: ReviewChain
    facts: Facts
    flags: Flags
    remembered: Remembered


class ReviewDesk:
    """Shows a depot's proofs and takes the decisions on them. Any thread; one `day` is worked out at a time."""

    def __init__(self, workplace: Workplace, *, clock: Clock) -> None:
        self._workplace, self._clock = workplace, clock
        self._looking = threading.Lock()
        self._looked: dict[date, _Looked] = {}
        """The date looked at last, and nothing besides."""

    def day(
        self,
        on: date,
        *,
        cancel: Callable[[], bool] = lambda: False,
        told: Callable[[float], None] = lambda _share: None,
    ) -> ReviewDay:
        """All proofs of a date with their flags; for a worker thread. What is known already is not worked out again.

        Drivers' answers to queries are put on the chain. `told` hears the share that is done, from 0 to 1.
        Raises `Cancelled`.
        """
        if self._workplace.live is None:
            return ReviewDay(limits=self._workplace.depot.road.flags)
        with self._looking:
            looked = self._look(self._workplace.live.logbook, on, _Ticker(cancel, told))
            self._looked = {on: looked}
        told(1.0)
        # an attempt that came while flags were worked out has none yet, and waits
        names = ((attempt.device_id, attempt.key) for attempt in looked.facts.attempts)
        proofs = tuple(_proof(name, looked) for name in names if name in looked.chain.came)
        return ReviewDay(proofs, looked.facts.limits, looked.facts.changed)

    def decide(
        self, on: date, keys: Sequence[str], decision: Decision, *, by: str, note: str = ""
    ) -> tuple[Proof, ...]:
        """Put this decision on the chain for each of these attempts; the proofs as they are now.

        Raises `BadInput` for a decision that may not be made so, and `KnownError` for an attempt that the driver took
        back meanwhile; nothing is decided then.
        """
        logbook, (by, note) = self._logbook(), _spoken(decision, by, note)
        if on not in self._looked:
            self.day(on)
        looked = self._looked[on]
        chain = logbook.read(looked.chain.read_on)
        names = _names(chain, keys)
        _require_allowed(chain, looked, names, decision, by)
        for piece in batched(names, PIECE):
            chain = logbook.write(partial(self._put, looked=looked, names=piece, decision=decision, by=by, note=note))
        self._looked[on] = looked = replace(self._looked.get(on, looked), chain=chain)
        return tuple(_proof(name, looked) for name in names if name in chain.came)

    def track_near(self, proof: Proof) -> Sequence[Line]:
        """Where the driver drove some minutes around an attempt, as lines of (lat, lon); a new one after every gap."""
        if self._workplace.live is None:
            return ()
        at, driver_id = proof.attempt.at, proof.driver_id
        fixes = self._workplace.live.logbook.read(lambda book: book.track(driver_id, at - BEFORE, at + AFTER))
        return tuple(_lines([fix for fix in fixes if doubt_of(fix) is None]))

    # --- looking ---------------------------------------------------------------------------------------------------

    def _look(self, logbook: Logbook, on: date, ticker: "_Ticker") -> _Looked:
        known = self._looked.get(on)
        chain, remembered = (known.chain, known.remembered) if known else (ReviewChain(on), Remembered())
        store = self._workplace.store

        def read(reader: LogbookReader) -> tuple[ReviewChain, Facts]:
            read_on = chain.read_on(reader)
            return read_on, facts_for(reader, store, read_on, remembered, self._clock())

        ticker.tick()
        chain, facts = logbook.read(read)
        flags = known.flags if known and known.facts == facts else ticker.flags(facts, remembered)
        if self._workplace.what_if is None:
            self._take_answers(logbook, chain, facts)
        return _Looked(logbook.read(chain.read_on), facts, flags, remembered)

    def _take_answers(self, logbook: Logbook, chain: ReviewChain, facts: Facts) -> None:
        """Put on the chain what drivers wrote back."""

        def number_of(attempt: Attempt) -> str:
            return facts.label(attempt).number

        if not logbook.read(lambda book: list(answers(book, chain, number_of))):
            return
        names = driver_names(self._workplace.store)

        def put(book: LogbookWriter) -> None:
            head, now, latest = book.head(), self._clock(), chain.read_on(book)
            for name, answer in list(answers(book, latest, number_of)):
                attempt = latest.came[name].attempt
                by = names.get(attempt.driver_id) or "the driver"
                review = Review(attempt.key, Decision.ANSWERED, by, now, answer.text[:LONGEST_NOTE])
                head = review_record(head, attempt, chain.on, review)
                book.put_record(head)

        logbook.write(put)

    # --- deciding --------------------------------------------------------------------------------------------------

    def _logbook(self) -> Logbook:
        if self._workplace.live is None:
            raise KnownError("This depot has no logbook open, so there are no proofs to decide on.", "Open its window.")
        if self._workplace.what_if is not None:
            raise KnownError("This is a copy to try things out in.", "Decide on proofs in the depot itself.")
        return self._workplace.live.logbook

    def _put(
        self, book: LogbookWriter, looked: _Looked, names: Sequence[Name], decision: Decision, by: str, note: str
    ) -> ReviewChain:
        """The chain as it is with these decisions."""
        chain = looked.chain.read_on(book)
        _require_allowed(chain, looked, names, decision, by)
        head, now = book.head(), self._clock()
        for name in names:
            attempt = _came(chain, name).attempt
            flags = tuple(dict.fromkeys(flag.kind for flag in looked.flags.get(attempt.key, ())))
            head = review_record(head, attempt, chain.on, Review(attempt.key, decision, by, now, note, flags))
            book.put_record(head)
            if decision is Decision.QUERIED:
                text = f"{_number(looked, attempt)}: {note}"
                book.put_note(Note(new_id(), attempt.driver_id, text, now))
        return chain.read_on(book)


@dataclass(frozen=True, slots=True)
class _Ticker:
    """Whether to go on, and how far it is."""

    cancel: Callable[[], bool]
    told: Callable[[float], None]

    def tick(self) -> None:
        if self.cancel():
            raise Cancelled

    def flags(self, facts: Facts, remembered: Remembered) -> Flags:
        """Work all flags out."""
        ticks = 0
        for place, attempt in enumerate(facts.attempts):
            if place % 50 == 0:
                self.tick()
                self.told(0.2 + 0.4 * place / len(facts.attempts))
            remembered.shape(attempt)
        expected = len(facts.attempts) / 50 + 5

        def tick() -> None:
            nonlocal ticks
            ticks += 1
            self.tick()
            self.told(min(0.99, 0.6 + 0.4 * ticks / expected))

        return flags_of(seen_of(facts, remembered), facts.limits, tick)


def _proof(name: Name, looked: _Looked) -> Proof:
    came = looked.chain.came[name]
    attempt, label = came.attempt, looked.facts.label(came.attempt)
    flags = looked.flags.get(attempt.key, ())
    return Proof(
        attempt=attempt,
        number=label.number,
        name=label.name,
        address=label.address,
        driver_id=attempt.driver_id,
        shift_id=attempt.shift_id,
        flags=flags,
        sampled=not flags and is_sampled(attempt.key, came.salt, looked.facts.limits.sample),
        reviews=looked.chain.reviews.get(name, ()),
        override=looked.facts.limits.two_names and _is_override(looked, looked.chain, name),
    )


def _spoken(decision: Decision, by: str, note: str) -> tuple[str, str]:
    """The reviewer's name and note as they are kept. Raises `BadInput`."""
    by, note = " ".join(by.split()), note.strip()
    if decision is Decision.ANSWERED:
        raise ValueError("an answer is written by the program alone")
    if not by:
        raise BadInput("Nobody is named as the reviewer.", "Type your name first.")
    if not note and decision in (Decision.REJECTED, Decision.QUERIED, Decision.NOTED):
        what = {Decision.REJECTED: "the reason", Decision.QUERIED: "the question", Decision.NOTED: "the remark"}
        raise BadInput(f"A proof cannot be {decision.value} without a word.", f"Type {what[decision]}.")
    if len(note) > LONGEST_NOTE:
        raise BadInput(f"The note has more than {LONGEST_NOTE} characters.", "Make it shorter.")
    if any("\ud800" <= sign <= "\udfff" for sign in by + note):
        raise BadInput("The note has signs that cannot be kept.", "Type it anew.")
    return by, note


def _names(chain: ReviewChain, keys: Sequence[str]) -> tuple[Name, ...]:
    named = chain.named(keys)
    if not all(named.values()):
        raise KnownError("A proof is not there any more: its driver took it back.", "Look at the day anew.")
    return tuple(name for names in named.values() for name in names)


def _came(chain: ReviewChain, name: Name) -> Came:
    if name not in chain.came:
        raise KnownError("A proof is not there any more: its driver took it back.", "Look at the day anew.")
    return chain.came[name]


def _is_override(looked: _Looked, chain: ReviewChain, name: Name) -> bool:
    """Whether accepting this proof goes against what the program, or a person, found."""
    attempt = _came(chain, name).attempt
    failed = attempt.code in FAILED_CODES or looked.facts.lacks_required(attempt)
    return failed or any(review.decision is Decision.REJECTED for review in chain.reviews.get(name, ()))


def _require_allowed(chain: ReviewChain, looked: _Looked, names: Sequence[Name], decision: Decision, by: str) -> None:
    """Raises `BadInput` for an acceptance that needs another person, or a look at each."""
    if decision is not Decision.ACCEPTED:
        return
    for name in names:
        attempt = _came(chain, name).attempt
        _require_other_name(chain, looked, name, by)
        if len(names) > 1 and attempt.key in looked.flags:
            what = f"The proof of {_number(looked, attempt)} is flagged: it cannot be accepted among others."
            raise BadInput(what, "Look at it, and decide on it alone.")


def _require_other_name(chain: ReviewChain, looked: _Looked, name: Name, by: str) -> None:
    """Who rejected a proof may be the second to accept it, never the first; nobody is first and second."""
    reviews, number = chain.reviews.get(name, ()), _number(looked, _came(chain, name).attempt)
    accepting = names_accepting(reviews)
    rejected = {r.by.casefold() for r in reviews if r.decision is Decision.REJECTED}
    if by.casefold() in rejected and not accepting:
        raise BadInput(
            f"{by} has rejected the proof of {number} and cannot accept it.", "A second reviewer must do it."
        )
    overrides = looked.facts.limits.two_names and _is_override(looked, chain, name)
    if overrides and [n.casefold() for n in accepting] == [by.casefold()]:
        what = f"{accepting[0]} has accepted the proof of {number} already, and it takes two people."
        raise BadInput(what, "A second reviewer must look at it too.")


def _number(looked: _Looked, attempt: Attempt) -> str:
    return looked.facts.label(attempt).number


def _lines(fixes: Iterable[StoredFix]) -> Iterator[Line]:
    line: list[tuple[float, float]] = []
    heard_at: datetime | None = None
    for stored in fixes:
        if heard_at is not None and stored.fix.at - heard_at > GAP:
            yield tuple(line)
            line = []
        heard_at = stored.fix.at
        line.append((stored.fix.place.lat, stored.fix.place.lon))
    if line:
        yield tuple(line)
