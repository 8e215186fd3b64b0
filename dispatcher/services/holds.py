"""Legal holds: while one stands on an order, nothing that is kept of it is deleted or erased.

That is its proofs with their photos, also files that another order's proof shares, the track of the visits to its
door, its codes, messages, replies, calls, wishes and exceptions.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.keeping import NOTHING_SPARED, DriverSpan, Spared
from dispatcher.domain.orders import Order
from dispatcher.domain.proof import Attempt, Hold, Record, RecordKind
from dispatcher.proof.attempts import from_body
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.retention_log import RunKind, spoken, write_down
from dispatcher.services.workplace import Workplace

AROUND = timedelta(minutes=30)
"""So much of the track before and after a visit is held with it."""
WORDS_GONE, PROOFS_GONE = "forgotten.messages", "forgotten.proofs"
"""The logbook's notes of the day, as an ordinal, up to which words are gone; at 0 all is looked through again."""


@dataclass(frozen=True, slots=True)
class Held:
    """A hold as people see it."""

    hold: Hold
    order: Order | None
    """`None` for one that the plan does not have any more."""


def holds(workplace: Workplace) -> Sequence[Held]:
    """Those that stand, oldest first."""
    if workplace.live is None:
        return ()
    standing = workplace.live.logbook.read(lambda reader: reader.holds())
    orders = {o.id: o for o in workplace.store.read(lambda r: r.orders([hold.order_id for hold in standing]))}
    return [Held(hold, orders.get(hold.order_id)) for hold in standing]


def hold_orders(workplace: Workplace, order_ids: Iterable[OrderId], *, by: str, why: str) -> int:
    """Put these orders under hold; one that is already keeps the hold it has. How many are new.

    Raises `BadInput`, and `KnownError` where nothing is written.
    """
    by, why, wanted = spoken(by, "who holds it"), spoken(why, "why it is held"), list(dict.fromkeys(order_ids))
    logbook, now = writing_logbook(workplace), workplace.clock()
    if not wanted:
        raise BadInput("No order is named.", "Type an order's number.")

    def put(book: LogbookWriter) -> int:
        held = {hold.order_id for hold in book.holds()}
        new = [order_id for order_id in wanted if order_id not in held]
        for order_id in new:
            book.put_hold(Hold(order_id, now, by, why))
        return len(new)

    count = logbook.write(put)
    if count:
        write_down(workplace, RunKind.HELD, by=by, why=why, counts={"orders": count})
    return count


def lift_holds(workplace: Workplace, order_ids: Iterable[OrderId], *, by: str, why: str) -> int:
    """Take the holds off these orders: what is due of them goes with the next run. How many there were."""
    by, why, wanted = spoken(by, "who lifts it"), spoken(why, "why it is lifted"), set(order_ids)
    logbook = writing_logbook(workplace)

    def take_off(book: LogbookWriter) -> int:
        found = [hold.order_id for hold in book.holds() if hold.order_id in wanted]
        for order_id in found:
            book.remove_hold(order_id)
        if found:
            book.put_cursor(WORDS_GONE, 0)
            book.put_cursor(PROOFS_GONE, 0)
        return len(found)

    count = logbook.write(take_off)
    if not count:
        raise BadInput("None of these orders is under hold.", "Choose one of those that are listed.")
    write_down(workplace, RunKind.LIFTED, by=by, why=why, counts={"orders": count})
    return count


def spared(reader: LogbookReader) -> Spared:
    """All that the holds that stand keep from going."""
    orders = frozenset(hold.order_id for hold in reader.holds())
    if not orders:
        return NOTHING_SPARED
    attempts = list(_attempts(reader.records_of(orders)))
    named = {sha256 for attempt in attempts for sha256 in attempt.photos}
    copies = {photo.copy_sha256 for sha256 in named if (photo := reader.photo(sha256)) and photo.copy_sha256}
    return Spared(orders, tuple(_spans(reader, orders, attempts)), frozenset(named | copies))


def writing_logbook(workplace: Workplace) -> Logbook:
    """Where holds are kept and words go. Raises `KnownError` where nothing may be written."""
    if workplace.live is None:
        raise KnownError("This depot has no logbook open.", "Open its window.")
    if workplace.what_if is not None:
        raise KnownError("This is a copy to try things out in.", "Do it in the depot itself.")
    return workplace.live.logbook


def _attempts(records: Iterable[Record]) -> Iterator[Attempt]:
    """Those that were taken back too."""
    return (from_body(r.body) for r in records if r.kind is RecordKind.ATTEMPT and not r.erased)


def _spans(reader: LogbookReader, orders: frozenset[OrderId], attempts: Sequence[Attempt]) -> Iterator[DriverSpan]:
    """When drivers were at these doors: by their reports, by all they did there, and by their tracks."""
    drivers: dict[ShiftId, set[DriverId]] = {}
    for attempt in attempts:
        skew = timedelta(seconds=attempt.skew_s)
        yield attempt.driver_id, (attempt.arrived_at or attempt.at) - skew - AROUND, attempt.at - skew + AROUND
        drivers.setdefault(attempt.shift_id, set()).add(attempt.driver_id)
    for taken in reader.actions_about(orders):
        yield taken.driver_id, taken.action.at - AROUND, taken.action.at + AROUND
        drivers.setdefault(taken.action.shift_id, set()).add(taken.driver_id)
    for visit in reader.visits(drivers):
        if visit.order_id in orders:
            until = (visit.departed_at or visit.arrived_at) + AROUND
            yield from ((d, visit.arrived_at - AROUND, until) for d in drivers[visit.shift_id])
