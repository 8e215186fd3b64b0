"""Which orders were changed or cancelled after their proof, and how: by the depot's history."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.services.ports import Store

ALL = 1_000_000
"""Entries of the history: no day has so many."""


def changed_since(store: Store, on: date, done: Mapping[OrderId, datetime]) -> Mapping[OrderId, str]:
    """What is different with each order since the moment it was done, in words; the same ones are left out.

    That it is tried again, and when, is no change. Where the history does not reach back, nothing is said.
    """
    entries = sorted((entry.revision, entry.at) for entry in store.entries(ALL, on=on))
    orders = {order.id: order for order in store.read(lambda reader: reader.orders(done))}
    touched: dict[int, list[OrderId]] = defaultdict(list)
    moments = [at for _, at in entries]
    for order_id, at in done.items():
        place = bisect_right(moments, at)
        order = orders.get(order_id)
        if place and (order is None or order.version > entries[place - 1][0]):
            touched[entries[place - 1][0]].append(order_id)
    found: dict[OrderId, str] = {}
    for revision, order_ids in touched.items():
        then = _orders_at(store, on, revision)
        words = ((o, _difference(then[o], orders.get(o))) for o in order_ids if o in then)
        found.update((order_id, said) for order_id, said in words if said)
    return found


def _orders_at(store: Store, on: date, revision: int) -> Mapping[OrderId, Order]:
    try:
        return store.day_at(on, revision).orders
    except KnownError:  # written by an earlier version, which kept no such history
        return {}


def _difference(then: Order, now: Order | None) -> str:
    if now is None:
        return "removed"
    return "; ".join(_parts(then, now))


def _parts(then: Order, now: Order) -> Iterator[str]:
    if now.state is not then.state:
        yield "cancelled" if now.state is OrderState.CANCELLED else "taken up again"
    if (then.address.text, then.address.place) != (now.address.text, now.address.place):
        yield f"address is {now.address.text} now, was {then.address.text}"
    if then.number != now.number:
        yield f"number is {now.number} now, was {then.number}"
    for words, one, other in _compared(then, now):
        if one != other:
            yield f"other {words}"


def _compared(then: Order, now: Order) -> Sequence[tuple[str, object, object]]:
    return (
        ("direction", then.kind, now.kind),
        ("customer", then.contact.name, now.contact.name),
        ("articles", then.lines, now.lines),
        ("amount of goods", then.load, now.load),
        ("time windows", then.windows, now.windows),
        ("cash due", then.asked.cash_due, now.asked.cash_due),
        ("proofs asked for", dict(then.asked.needs), dict(now.asked.needs)),
    )
