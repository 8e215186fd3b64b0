"""What a scan at the dock means, by the plan and by what is in the vans already. Decides; keeps nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.loading import LoadedPiece, PieceState, ScanKind
from dispatcher.domain.orders import Order, OrderState
from dispatcher.loading.pieces import Codes, Meant, loads_here, pieces_of

type Pieces = Mapping[OrderId, Mapping[str, LoadedPiece]]
"""What was scanned or keyed on the date, by order and piece."""


@dataclass(frozen=True, slots=True)
class Round:
    """A round as the dock knows it."""

    shift_id: ShiftId
    name: str
    """"Van 3 (Aino Korhonen)"."""
    left: bool
    """Whether its departure was checked."""


@dataclass(frozen=True, slots=True)
class Dock:
    """All that a scan is judged by."""

    on: date
    codes: Codes
    """Of the orders of the date."""
    turns: Mapping[OrderId, tuple[ShiftId, int]]
    """In which round an order is, as which stop."""
    rounds: Mapping[ShiftId, Round]
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scan says, and the piece it is about."""

    kind: ScanKind
    text: str
    order_id: OrderId | None = None
    piece: str = ""
    shift_id: ShiftId | None = None
    """The round the piece belongs into."""


def judge(dock: Dock, text: str, at: ShiftId | None) -> Verdict:
    """What this code means at the van of round `at`; `None` where nobody said at which van it is."""
    meant = dock.codes.meant(text)
    if not meant:
        return Verdict(ScanKind.UNKNOWN, f"No order of this day has “{text}”.")
    return _judge_one(dock, min(meant, key=lambda m: _rank(dock, m, at)), at)


def _rank(dock: Dock, meant: Meant, at: ShiftId | None) -> tuple[bool, bool, bool, int]:
    """Of several orders with one code: of this van first, then not loaded yet, then announced, then loaded first."""
    shift_id, turn = dock.turns.get(meant.order_id, (None, 0))
    order = dock.codes.orders[meant.order_id]
    waiting = _next(order, dock.pieces.get(order.id, {}), shift_id) if not meant.piece else None
    seen = dock.pieces.get(order.id, {}).get(meant.piece) if meant.piece else None
    done = waiting is None if not meant.piece else seen is not None and _in(seen, shift_id)
    return (shift_id is None or (at is not None and shift_id != at), done, not meant.known, -turn)


def _judge_one(dock: Dock, meant: Meant, at: ShiftId | None) -> Verdict:
    order = dock.codes.orders[meant.order_id]
    shift_id, turn = dock.turns.get(order.id, (None, 0))
    if (why := _unwanted(dock, order, shift_id)) or shift_id is None:
        return Verdict(ScanKind.NOT_WANTED, why, order.id, meant.piece, shift_id)
    seen, where = dock.pieces.get(order.id, {}), f"{dock.rounds[shift_id].name}, stop {turn}"
    if at is not None and at != shift_id:
        return Verdict(ScanKind.OTHER_VAN, f"{order.number} goes with {where}.", order.id, meant.piece, shift_id)
    piece = meant.piece or _next(order, seen, shift_id)
    if piece is None:
        text = f"All {_count(pieces_of(order))} of {order.number} are in {where}; this would be one more."
        return Verdict(ScanKind.SURPLUS, text, order.id, _surplus(order, seen), shift_id)
    before = seen.get(piece)
    if before is not None and _in(before, shift_id):
        by = f" by {before.by}" if before.by else ""
        return Verdict(ScanKind.TWICE, f"{order.number}, piece {piece}: loaded{by} before.", order.id, piece, shift_id)
    if not meant.known:
        text = f"{order.number} has {_count(pieces_of(order))}; there is no piece {piece}."
        return Verdict(ScanKind.SURPLUS, text, order.id, piece, shift_id)
    return Verdict(ScanKind.RIGHT, f"{where}, {_progress(order, seen, piece, shift_id)}", order.id, piece, shift_id)


def _unwanted(dock: Dock, order: Order, shift_id: ShiftId | None) -> str:
    if order.state is not OrderState.OPEN:
        return f"{order.number} was cancelled. Leave it in the depot."
    if not loads_here(order):
        return f"{order.number} is not loaded here: it is fetched on the way."
    if shift_id is None:
        return f"{order.number} is on no round. Leave it in the depot, and tell the dispatcher."
    if dock.rounds[shift_id].left:
        return f"{order.number} belongs to {dock.rounds[shift_id].name}, which has left."
    return ""


def _in(piece: LoadedPiece, shift_id: ShiftId | None) -> bool:
    return piece.state in (PieceState.LOADED, PieceState.SURPLUS) and piece.shift_id == shift_id


def _next(order: Order, seen: Mapping[str, LoadedPiece], shift_id: ShiftId | None) -> str | None:
    """The first piece that is not in the van: one that nobody spoke of, before one that was said not to be there."""
    waiting = [p for p in pieces_of(order) if (s := seen.get(p)) is None or not _in(s, shift_id)]
    return min(waiting, key=lambda p: p in seen, default=None)


def _surplus(order: Order, seen: Mapping[str, LoadedPiece]) -> str:
    """A name for one more."""
    known = {*pieces_of(order), *seen}
    return next(name for n in range(1, 10_000) if (name := str(n)) not in known)


def _progress(order: Order, seen: Mapping[str, LoadedPiece], piece: str, shift_id: ShiftId) -> str:
    whole = pieces_of(order)
    there = sum(p == piece or ((s := seen.get(p)) is not None and _in(s, shift_id)) for p in whole)
    before = seen.get(piece)
    if before is not None and before.state is PieceState.LOADED:
        return f"{there} of {len(whole)}; it was in another van"
    found = "; it was said not to be there" if before and before.state is PieceState.SHORT else ""
    found = found or ("; it was said to be damaged" if before and before.state is PieceState.DAMAGED else "")
    return f"{there} of {len(whole)}{found}"


def is_whole(order: Order, seen: Mapping[str, LoadedPiece], shift_id: ShiftId) -> bool:
    """Whether every announced piece is in this round's van."""
    return all((s := seen.get(p)) is not None and _in(s, shift_id) for p in pieces_of(order))


def open_pieces(order: Order, seen: Mapping[str, LoadedPiece], shift_id: ShiftId) -> list[str]:
    """Pieces of which nobody has said anything that holds for this round: neither loaded, nor short, nor damaged."""
    away = (PieceState.SHORT, PieceState.DAMAGED)
    return [p for p in pieces_of(order) if (s := seen.get(p)) is None or not (_in(s, shift_id) or s.state in away)]


def by_order(pieces: Iterable[LoadedPiece]) -> dict[OrderId, dict[str, LoadedPiece]]:
    """As `Pieces`."""
    found: dict[OrderId, dict[str, LoadedPiece]] = {}
    for piece in pieces:
        found.setdefault(piece.order_id, {})[piece.piece] = piece
    return found


def _count(pieces: Sequence[str]) -> str:
    return "1 piece" if len(pieces) == 1 else f"{len(pieces)} pieces"
