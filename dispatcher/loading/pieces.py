"""What is loaded piece by piece: the pieces of an order, the codes they are known by, and whose a code is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order, OrderKind

STOP = "stop:"
ROUND = "round:"
"""How the codes on run sheets and load sheets begin; an order's or a shift's id follows."""
LONGEST_CODE = 200


@dataclass(frozen=True, slots=True)
class Meant:
    """What a code means of one order."""

    order_id: OrderId
    piece: str = ""
    """Empty where the code names the order alone: then its next piece is meant."""
    known: bool = True
    """Whether the order announced such a piece."""


def loads_here(order: Order) -> bool:
    """Whether its goods are in the van from the start: neither collected nor fetched on the way."""
    return order.kind is OrderKind.DELIVERY and order.pickup_id is None


def pieces_of(order: Order) -> tuple[str, ...]:
    """Its barcodes; where there are none, numbers from 1. At least one."""
    barcodes = tuple(dict.fromkeys(line.barcode for line in order.lines if line.barcode))
    return barcodes or tuple(str(n) for n in range(1, max(1, order.load.parcels) + 1))


def code_of(order: Order, piece: str) -> str:
    """What stands on the label of a piece: its own barcode, else the order's number and the piece's."""
    barcoded = any(line.barcode == piece for line in order.lines)
    return piece if barcoded else f"{order.number}/{piece}"


def round_named(text: str) -> ShiftId | None:
    """The round whose load sheet was scanned, if it was one."""
    text = text.strip()
    return ShiftId(text.removeprefix(ROUND)) if text.startswith(ROUND) else None


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of some orders. Several orders can have the same one: shops print the article's."""

    orders: Mapping[OrderId, Order]
    _by_barcode: Mapping[str, Sequence[OrderId]] = field(repr=False)
    _by_number: Mapping[str, Sequence[OrderId]] = field(repr=False)

    @classmethod
    def of(cls, orders: Iterable[Order]) -> "Codes":
        """Index them."""
        kept = {order.id: order for order in orders}
        barcodes: dict[str, list[OrderId]] = {}
        numbers: dict[str, list[OrderId]] = {}
        for order in kept.values():
            numbers.setdefault(order.number.casefold(), []).append(order.id)
            for barcode in dict.fromkeys(line.barcode for line in order.lines if line.barcode):
                barcodes.setdefault(barcode, []).append(order.id)
        return cls(kept, barcodes, numbers)

    def meant(self, text: str) -> list[Meant]:
        """All that a code may mean, most exact first; empty for one that nobody knows."""
        text = text.strip()
        if text.startswith(STOP):
            order_id = OrderId(text.removeprefix(STOP))
            return [Meant(order_id)] if order_id in self.orders else []
        return [*(Meant(o, text) for o in self._by_barcode.get(text, ())), *self._numbered(text)]

    def _numbered(self, text: str) -> Iterator[Meant]:
        for order_id in self._by_number.get(text.casefold(), ()):
            yield Meant(order_id)
        number, slash, piece = text.rpartition("/")
        if slash and piece.isascii() and piece.isdigit() and len(piece) < 5:
            for order_id in self._by_number.get(number.casefold(), ()):
                name = str(int(piece))
                yield Meant(order_id, name, known=name in pieces_of(self.orders[order_id]))
