"""The cage: which goods are awaited there, what a scan means, and goods handed out of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import CagedGoods, Remedy
from dispatcher.domain.orders import Order, OrderState
from dispatcher.incidents.cage import Going, expected_of, going_of, kept_up, left_over
from dispatcher.services.exceptions.facts import Seen
from dispatcher.services.exceptions.view import Scanned
from dispatcher.services.logbook import LogbookReader, LogbookWriter

LONGEST_BARCODE = 200


# --- what is awaited ----------------------------------------------------------------------------------------------


def cage_changes(seen: Seen, book: LogbookReader) -> list[CagedGoods]:
    """The pieces that are other than they should be, as they should be."""
    coming = list(_coming(seen))
    known = {(p.order_id, p.piece, p.on): p for p in seen.goods}
    for order_id in {piece.order_id for piece, _ in coming}:
        known |= {(p.order_id, p.piece, p.on): p for p in book.goods_of(order_id)}
    noted = {(order_id, on) for order_id, _, on in known}
    expected = [piece for piece, pending in coming if pending or _only_moved(seen, piece, noted)]
    going = [gone for piece in seen.goods if (gone := _going(seen, piece)) is not None]
    return kept_up(known.values(), expected, going)


def _coming(seen: Seen) -> Iterator[tuple[CagedGoods, bool]]:
    """The pieces that attempts and ended rounds send back, and whether the plan leaves the goods at that."""
    for tried in seen.tries:
        latest = seen.latest[tried.on].get(tried.attempt.order_id)
        if latest is not None and latest.key == tried.attempt.key:
            yield from ((piece, tried.pending) for piece in expected_of(tried))
    for ended in seen.ended:
        for order in ended.untouched:
            for piece in left_over(order, ended.on, ended.at, ended.shift_id):
                yield piece, True


def _only_moved(seen: Seen, piece: CagedGoods, noted: set[tuple[OrderId, date]]) -> bool:
    """Whether goods come back all the same, though the order was cancelled or put on another day at once."""
    order = seen.orders.get(piece.order_id)
    stays = order is not None and order.state is OrderState.OPEN and order.date == piece.on
    return not stays and (piece.order_id, piece.on) not in noted


def _going(seen: Seen, piece: CagedGoods) -> Going | None:
    if piece.on not in seen.chains:
        return None
    order = seen.orders.get(piece.order_id)
    later = seen.latest_try(piece.order_id, order.date) if order and order.date != piece.on else None
    latest = seen.latest_try(piece.order_id, piece.on)
    untouched = (piece.on, piece.order_id) in seen.untouched
    return going_of(piece, order, latest, later, untouched=untouched, now=seen.moment.now)


# --- scanning -----------------------------------------------------------------------------------------------------


def scan_in(
    book: LogbookWriter, barcode: str, orders: Mapping[OrderId, Order], *, on: date, now: datetime, by: str
) -> Scanned:
    """Take goods in by a piece's barcode or its order's number; `orders` are those of whom the goods may be.

    What is not expected is told, and changes nothing. Raises `BadInput` for what is no barcode.
    """
    barcode = barcode.strip()
    if not barcode or len(barcode) > LONGEST_BARCODE or not barcode.isprintable():
        raise BadInput("That is no barcode.", "Scan it again, or type the order's number.")
    lying = book.goods_expected()
    named = [p for p in lying if _barcode(p, orders) == barcode or _number(p, orders).casefold() == barcode.casefold()]
    waiting = sorted((p for p in named if p.scanned_at is None), key=lambda p: (p.on != on, p.on, p.piece))
    if waiting:
        taken = replace(waiting[0], scanned_at=now, scanned_by=by)
        book.put_goods(taken)
        return _right(taken, [p for p in lying if p.order_id == taken.order_id], orders, on)
    if named:
        return _twice(named[-1], orders)
    return _surplus(barcode, orders, on)


def hand_out(book: LogbookWriter, order_id: OrderId, remedy: Remedy, *, now: datetime) -> int:
    """Let an order's goods leave the cage; how many pieces. Raises `KnownError` if none are here."""
    if remedy not in (Remedy.COLLECT, Remedy.RETURN):
        raise ValueError("goods leave the cage by hand for the customer or the sender alone")
    here = [piece for piece in book.goods_of(order_id) if piece.here]
    if not here:
        raise KnownError("Nothing of that order is in the cage.", "Scan it in first, if it is there.")
    for piece in here:
        book.put_goods(replace(piece, left_at=now, left_for=remedy))
    return len(here)


def require_not_planned(order: Order, goods: Iterable[CagedGoods]) -> None:
    """Raises `KnownError` if the goods that are here go out again: their driver would look for them in vain."""
    if order.state is OrderState.OPEN and any(piece.here and order.date > piece.on for piece in goods):
        raise KnownError(
            f"Order {order.number} goes out again on {_day(order.date)}.", "Cancel the order first, then hand it out."
        )


def _right(piece: CagedGoods, of_order: Sequence[CagedGoods], orders: Mapping[OrderId, Order], on: date) -> Scanned:
    left = sum(1 for p in of_order if p.scanned_at is None and p.piece != piece.piece and p.on == piece.on)
    more = f" {left} more to come." if left else " All of it is here."
    day = "" if piece.on == on else f" It was out on {_day(piece.on)}."
    title = "Right" if piece.on == on else "Right, of another day"
    return Scanned(True, title, f"{_name(piece, orders)}.{day}{more}", piece.order_id, piece.piece)


def _twice(piece: CagedGoods, orders: Mapping[OrderId, Order]) -> Scanned:
    who = f" by {piece.scanned_by}" if piece.scanned_by else ""
    text = f"{_name(piece, orders)} was scanned in{who} before."
    return Scanned(False, "Scanned before", text, piece.order_id, piece.piece)


def _surplus(barcode: str, orders: Mapping[OrderId, Order], on: date) -> Scanned:
    """Something that should not be here: whose it is, if that is known."""
    whose = [o for o in orders.values() if barcode in {line.barcode for line in o.lines}]
    whose += [o for o in orders.values() if o.number.casefold() == barcode.casefold()]
    if not whose:
        return Scanned(False, "Not known", f"No order that came back, or is planned, has “{barcode}”.")
    order = min(whose, key=lambda o: abs((o.date - on).days))
    text = f"It belongs to {order.number} ({order.contact.name or order.address.line}) of {_day(order.date)}."
    return Scanned(False, "Not expected", f"{text} Nobody said that it comes back.", order.id, barcode)


def _number(piece: CagedGoods, orders: Mapping[OrderId, Order]) -> str:
    order = orders.get(piece.order_id)
    return order.number if order else ""


def _barcode(piece: CagedGoods, orders: Mapping[OrderId, Order]) -> str:
    """What a scanner reads on it; nothing on a piece that is only counted, of which every order has a first."""
    order = orders.get(piece.order_id)
    counted = order is not None and piece.piece not in {line.barcode for line in order.lines}
    return "" if counted else piece.piece


def _name(piece: CagedGoods, orders: Mapping[OrderId, Order]) -> str:
    order = orders.get(piece.order_id)
    whose = f"{order.number}, {order.contact.name or order.address.line}" if order else "An order that is gone"
    return f"{whose}: piece {piece.piece}"


def _day(on: date) -> str:
    return f"{on:%A} {on.day} {on:%B}"
