"""Erasing a customer: what stood of them goes out of proofs, photos, messages, rounds, the plan and its history.

It cannot be undone, and it can be begun again: the plan goes last, so whoever was half erased is found once more. What
stays is no longer about anybody: that there was an order of that number with its goods, when its stop was done and how
it ended, the hashes of what its proofs said, and addresses that asked for no messages, which must go on getting none.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import batched
from typing import Any

from dispatcher.domain.changes import ChangeSet
from dispatcher.domain.customers import Wish
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.keeping import ERASED
from dispatcher.domain.messages import Call, Message, MessageState, Reply
from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.domain.proof import Record
from dispatcher.services.erasing import (
    blank_action,
    blank_incident,
    blank_note,
    blank_photo,
    blank_round,
    erase_records,
    withdrawn_of,
)
from dispatcher.services.holds import writing_logbook
from dispatcher.services.learning import LearningDesk
from dispatcher.services.loading import run_sheets
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.persons import PersonKept, files_left, kept_of, photo_files
from dispatcher.services.retention_log import RunKind, spoken, write_down
from dispatcher.services.workplace import Workplace

PIECE = 50
LABEL = "Erase a person"


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done."""

    counts: dict[str, int]
    changes: ChangeSet
    """What of the plan is other than before."""
    left: tuple[str, ...]
    """Files that may hold the person still, in words."""


def refusals(kept: PersonKept, today: date) -> list[str]:
    """Why this person cannot be erased now, in words; empty if nothing speaks against it."""
    numbers = {trace.order_id: trace.number for trace in kept.traces}
    found = [
        f"Order {numbers[hold.order_id]} is under hold ({hold.by}: {hold.why}). Lift the hold first."
        for hold in kept.holds
    ]
    ahead = [t for t in kept.traces if t.on >= today and not (t.cancelled or t.removed)]
    found += [
        f"Order {t.number} is to be served on {t.on:%d %B %Y}. Cancel it, or wait until it is past." for t in ahead
    ]
    return found if kept.traces else ["There is no such order any more."]


def erase_person(
    workplace: Workplace,
    order_ids: Collection[OrderId],
    *,
    by: str,
    why: str,
    orders: int,
    progress: Progress | None = None,
) -> Erased:
    """Erase the person of these orders for good. `orders` is how many somebody said there are, to be sure.

    Raises `BadInput`, with nothing erased, if that is another number or if something speaks against it; `Cancelled`
    between two steps, with those before done.
    """
    from dispatcher.services.insight import InsightDesk  # pandas loads only where something is measured

    by, why, logbook = spoken(by, "who erases"), spoken(why, "why"), writing_logbook(workplace)
    kept = kept_of(workplace, order_ids, progress)
    if found := refusals(kept, workplace.today):
        raise BadInput(found[0], "Nothing was erased.")
    if orders != len(kept.traces):
        raise BadInput(f"{len(kept.traces)} orders would be erased, not {orders}.", "Type their number to go on.")
    work = _Erasing(workplace, logbook, kept, by, why)
    for place, (text, step) in enumerate(steps := work.steps()):
        if progress is not None:
            checkpoint(progress, place / len(steps), text)
        step()
    InsightDesk(workplace, clock=workplace.clock).forget(frozenset(kept.order_ids))
    counts = {name: count for name, count in kept.counts().items() if name not in ("holds", "opt_outs")}
    write_down(workplace, RunKind.ERASED, by=by, why=why, counts=counts)
    assert work.changes is not None
    return Erased(counts, work.changes, tuple(files_left(workplace)))


class _Erasing:
    """The steps, each whole in itself and harmless when done again."""

    def __init__(self, workplace: Workplace, logbook: Logbook, kept: PersonKept, by: str, why: str) -> None:
        self._workplace, self._logbook, self._kept = workplace, logbook, kept
        self._by, self._why, self._now = by, why, workplace.clock()
        self._ids = frozenset(kept.order_ids)
        self.changes: ChangeSet | None = None

    def steps(self) -> Sequence[tuple[str, Any]]:
        """What to do, in turn, with what people are told meanwhile."""
        return (
            ("Photos", self._photos),
            ("Proofs", self._records),
            # before the messages: what drivers sent of these is found by them
            ("Rounds and exceptions", self._rounds),
            ("Drafts of run sheets", self._drafts),
            ("Messages", self._messages),
            # before the plan, too: the houses are found by their addresses
            ("What was learned", self._learned),
            ("The plan and its history", self._plan),
        )

    def _photos(self) -> None:
        """Files that another order's proof names stay, and what is known of them."""
        self._logbook.read(self._require_free)
        files = photo_files(self._workplace)
        own = {sha256: photo for sha256, photo in self._kept.photos.items() if sha256 not in self._kept.shared}
        for sha256, photo in own.items():
            for name in filter(None, (sha256, photo.copy_sha256 if photo else "")):
                try:
                    files.path(name).unlink(missing_ok=True)
                except OSError as fault:
                    what = f"The photo {files.path(name)} cannot be deleted ({fault.strerror})."
                    raise KnownError(what, "Close what has it open, and erase the person again.") from fault
        blank = [blank_photo(photo) for photo in own.values() if photo is not None]
        self._put("put_photo", blank)

    def _records(self) -> None:
        withdrawn = withdrawn_of(self._kept.records)
        for piece in batched(self._kept.records, PIECE):
            self._logbook.write(partial(self._erase, piece=piece, withdrawn=withdrawn))

    def _erase(self, book: LogbookWriter, piece: Iterable[Record], withdrawn: Collection[str]) -> None:
        self._require_free(book)
        erase_records(book, piece, by=self._by, why=self._why, now=self._now, withdrawn=withdrawn)

    def _require_free(self, book: LogbookReader) -> None:
        if any(hold.order_id in self._ids for hold in book.holds()):
            raise KnownError("An order of theirs was put under hold meanwhile.", "Lift the hold, and erase again.")

    def _messages(self) -> None:
        self._put("put_message", map(_blank_message, self._kept.messages))
        self._put("put_reply", map(_blank_reply, self._kept.replies))
        self._put("put_call", map(_blank_call, self._kept.calls))
        self._put("put_wish", map(_blank_wish, self._kept.wishes))
        self._put("remove_customer_page", (page.order_id for page in self._kept.pages))
        self._put("put_note", map(blank_note, self._kept.notes))
        self._logbook.empty_journal()

    def _rounds(self) -> None:
        kept = self._kept
        self._put("put_round", filter(None, (blank_round(sent, self._ids) for sent in kept.rounds)))
        self._put("put_action", filter(None, map(blank_action, kept.actions)))
        self._put("put_incident", filter(None, map(blank_incident, kept.incidents)))

    def _drafts(self) -> None:
        self._logbook.write(lambda book: run_sheets.forget(book, self._ids))

    def _learned(self) -> None:
        LearningDesk(self._workplace, clock=self._workplace.clock).forget(self._kept.traces)

    def _plan(self) -> None:
        store, kept = self._workplace.store, self._kept
        self.changes = store.erase(kept.order_ids, kept.address_keys, label=LABEL, author=self._by, why=self._why)

    def _put(self, method: str, things: Iterable[Any]) -> None:
        def put(book: LogbookWriter, piece: Iterable[Any]) -> None:
            for thing in piece:
                getattr(book, method)(thing)

        for piece in batched(things, PIECE):
            self._logbook.write(partial(put, piece=piece))


def _blank_message(message: Message) -> Message:
    """One that waits is withheld: it has nobody to go to."""
    waiting = message.state in (MessageState.QUEUED, MessageState.SENDING)
    state = MessageState.WITHHELD if waiting else message.state
    return replace(message, to="", text="", subject="", line_id="", fault=ERASED if waiting else "", state=state)


def _blank_reply(reply: Reply) -> Reply:
    return replace(reply, sender=ERASED, text="")


def _blank_call(call: Call) -> Call:
    return replace(call, to=ERASED, text="")


def _blank_wish(wish: Wish) -> Wish:
    return replace(wish, text="", answer="")
