"""Goods that come back: which pieces are expected in the cage, which have gone again, and what a scan means."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.incidents import CagedGoods, Remedy
from dispatcher.domain.orders import Order, OrderKind, OrderState
from dispatcher.domain.proof import Attempt, Outcome
from dispatcher.incidents.rules_door import Tried

NEVER_ABOARD = frozenset({"NOT_LOADED", "MISSING"})
"""Codes of reasons for which the goods did not leave the depot, so that none come back."""


def pieces_of(order: Order | None, attempt: Attempt | None) -> tuple[str, ...]:
    """What comes back of an order after this attempt: barcodes, else numbers from 1; at least one piece."""
    taken = set(attempt.scans) if attempt and attempt.outcome is Outcome.PARTLY else set()
    lines = list(enumerate(order.lines)) if order else []
    if attempt and attempt.outcome is Outcome.PARTLY:
        kept = {line.line: line.quantity for line in attempt.lines}
        lines = [(n, line) for n, line in lines if kept.get(n, line.quantity) < line.quantity]
    barcodes = dict.fromkeys(line.barcode for _, line in lines if line.barcode and line.barcode not in taken)
    if barcodes:
        return tuple(barcodes)
    parcels = order.load.parcels if order else 0
    if attempt and attempt.outcome is Outcome.PARTLY:
        parcels = min(len(lines), parcels)
    return tuple(str(n) for n in range(1, max(1, parcels) + 1))


def comes_back(tried: Tried) -> bool:
    """Whether the van brings something back after this attempt."""
    if tried.order is not None and tried.order.kind is OrderKind.COLLECTION:
        return False
    if tried.attempt.outcome is Outcome.DELIVERED:
        return False
    return not (tried.attempt.outcome is Outcome.FAILED and tried.reason in NEVER_ABOARD)


def expected_of(tried: Tried) -> Iterator[CagedGoods]:
    """The pieces that an attempt sends back."""
    if comes_back(tried):
        attempt = tried.attempt
        for piece in pieces_of(tried.order, attempt):
            yield CagedGoods(attempt.order_id, piece, tried.on, tried.at, attempt.shift_id)


def left_over(order: Order, on: date, at: datetime, shift_id: ShiftId) -> Iterator[CagedGoods]:
    """The pieces of a stop that nobody touched, which come back with the van."""
    if order.kind is OrderKind.DELIVERY and order.pickup_id is None:
        for piece in pieces_of(order, None):
            yield CagedGoods(order.id, piece, on, at, shift_id)


@dataclass(frozen=True, slots=True)
class Going:
    """Goods that are not awaited in the cage any more, or have left it."""

    order_id: OrderId
    on: date
    """Of the round they came back from."""
    at: datetime
    remedy: Remedy | None
    """`None` for goods that never were to come back: the attempt was taken back."""


def going_of(
    piece: CagedGoods, order: Order | None, latest: Tried | None, later: Tried | None, *, untouched: bool, now: datetime
) -> Going | None:
    """Whether a piece has gone, or will not come: by the latest attempt of its own date, and of the order's new one."""
    moved = order is not None and order.date != piece.on
    if moved and later is not None:
        return Going(piece.order_id, piece.on, later.at, Remedy.ANOTHER_DAY)
    if latest is None:
        return None if moved or untouched else Going(piece.order_id, piece.on, now, None)
    if latest.attempt.outcome is Outcome.DELIVERED:
        return Going(piece.order_id, piece.on, latest.at, Remedy.AGAIN_TODAY)
    if not comes_back(latest):
        return Going(piece.order_id, piece.on, now, None)
    open_ = order is not None and order.state is OrderState.OPEN
    if not moved and open_ and not latest.pending and not untouched and piece.scanned_at is None:
        return Going(piece.order_id, piece.on, now, Remedy.AGAIN_TODAY)
    return None


def kept_up(known: Iterable[CagedGoods], expected: Iterable[CagedGoods], going: Iterable[Going]) -> list[CagedGoods]:
    """The pieces that are other than `known`, as they should be.

    What lies in the cage is let go only by what says that it went, never by an attempt that was taken back.
    """
    by_key = {(piece.order_id, piece.piece, piece.on): piece for piece in known}
    changed: dict[tuple[OrderId, str, date], CagedGoods] = {}
    for piece in expected:
        key = piece.order_id, piece.piece, piece.on
        before = by_key.get(key)
        if before is None or _comes_again(before, piece):
            changed[key] = piece
    gone = {(each.order_id, each.on): each for each in going}
    for key, piece in by_key.items():
        went = gone.get((piece.order_id, piece.on))
        if went is None or piece.left_at is not None or key in changed:
            continue
        if went.remedy is not None or piece.scanned_at is None:
            changed[key] = replace(piece, left_at=went.at, left_for=went.remedy)
    return list(changed.values())


def _comes_again(before: CagedGoods, piece: CagedGoods) -> bool:
    """Whether what went out comes back once more; or never left the van, since what sent it out was taken back."""
    if before.left_at is not None and before.scanned_at is None:
        return True
    latest = max(filter(None, (before.left_at, before.scanned_at)), default=None)
    return latest is not None and before.expected_at < piece.expected_at and latest < piece.expected_at
