"""The load desk: scan-in, pieces short or damaged, the last word taken back, and the check before a round leaves.

It alone writes what is loaded. Pieces and departures live in the logbook; that an order is whole in a van is the
plan's, and comes back as a `PlanChange` for whoever runs changes of the plan. One thread at a time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.loading import Departure, LoadedPiece, PieceState, ScanKind
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.loading.pieces import LONGEST_CODE, loads_here, pieces_of, round_named
from dispatcher.loading.scanning import Dock, Verdict, is_whole, judge, open_pieces
from dispatcher.proof.files import ProofFiles
from dispatcher.services.evidence import proofs_folder
from dispatcher.services.exceptions import PlanChange
from dispatcher.services.loading.departing import Check, keep_photos, require_checked
from dispatcher.services.loading.dock import DockKeeper
from dispatcher.services.loading.words import TITLES, Scanned
from dispatcher.services.logbook import LogbookWriter
from dispatcher.services.plan import unassign
from dispatcher.services.ports import Clock, UnitOfWork
from dispatcher.services.workplace import Workplace

AWAY = (PieceState.SHORT, PieceState.DAMAGED)
LYING = (PieceState.LOADED, PieceState.SURPLUS)


@dataclass(frozen=True, slots=True)
class _Step:
    """What the last word changed, so that it can be taken back."""

    on: date
    order: Order
    shift_id: ShiftId
    before: Mapping[str, LoadedPiece | None]
    whole: bool
    """Whether the order was whole before."""


class LoadDesk:
    """One depot's dock. Raises `KnownError` where nothing may be written: in a what-if copy, without a logbook."""

    def __init__(self, workplace: Workplace, *, clock: Clock) -> None:
        if workplace.live is None:
            raise KnownError("This depot has no logbook.", "Open it in the window.")
        self._workplace, self._clock, self._logbook = workplace, clock, workplace.live.logbook
        self.keeper = DockKeeper(workplace.store, self._logbook)
        self._files = ProofFiles(proofs_folder(workplace.home, workplace.slug))
        self._steps: list[_Step] = []
        self._leaves: Mapping[ShiftId, datetime] = {}

    @property
    def mine(self) -> bool:
        """Whether anything may be written here."""
        return self._workplace.what_if is None

    def know(self, leaves: Mapping[ShiftId, datetime]) -> None:
        """When rounds leave, as the plan has it now: where the freeze line goes to."""
        self._leaves = leaves

    def round_of(self, text: str, on: date) -> ShiftId | None:
        """The round whose load sheet was scanned; `None` if it was something else."""
        self.keeper.open(on)
        shift_id = round_named(text)
        return shift_id if shift_id in self.keeper.dock(text).rounds else None

    # --- scanning -------------------------------------------------------------------------------------------------

    def scan(self, text: str, shift_id: ShiftId | None, *, on: date, by: str) -> Scanned:
        """A code was read at the van of `shift_id`, or at none in particular: then it goes where it belongs.

        What is right, and what is more than announced, is kept; anything else changes nothing. Raises `BadInput`.
        """
        self._require(by)
        text = text.strip()
        if not text or len(text) > LONGEST_CODE:
            raise BadInput("That is no code of a parcel.", "Scan its label, or type its order's number.")
        self.keeper.open(on)
        dock = self.keeper.dock(text)
        verdict = judge(dock, text, shift_id)
        if verdict.kind is ScanKind.UNKNOWN:
            return self._elsewhere(text, verdict)
        if verdict.kind not in (ScanKind.RIGHT, ScanKind.SURPLUS):
            return _said(verdict)
        state = PieceState.LOADED if verdict.kind is ScanKind.RIGHT else PieceState.SURPLUS
        assert verdict.order_id is not None
        assert verdict.shift_id is not None
        order = dock.codes.orders[verdict.order_id]
        change = self._keep(dock, order, verdict.shift_id, {verdict.piece: state}, by)
        return _said(verdict, change)

    def say(
        self, order_id: OrderId, state: PieceState, *, on: date, by: str, pieces: Sequence[str] | None = None
    ) -> Scanned:
        """Say that pieces of an order are short or damaged: those named, else all that nobody spoke of yet."""
        self._require(by)
        if state not in AWAY:
            raise ValueError("only what is not loaded is said by hand")
        self.keeper.open(on)
        dock = self.keeper.dock_of(order_id)
        order, shift_id = self._planned(dock, order_id)
        named = list(pieces) if pieces is not None else open_pieces(order, self._seen(order_id), shift_id)
        if not set(named) <= set(pieces_of(order)):
            raise BadInput(f"{order.number} has no piece {', '.join(sorted(set(named) - set(pieces_of(order))))}.")
        if not named:
            raise KnownError(f"All of {order.number} is spoken for.", "Take the last word back, or scan another piece.")
        change = self._keep(dock, order, shift_id, dict.fromkeys(named, state), by)
        text = f"{order.number}: {_pieces(named)} {state.value}. It is among the exceptions now."
        return Scanned(ScanKind.AWAY, state.value.capitalize(), text, order_id, named[0], shift_id, change)

    def undo(self, *, on: date, by: str) -> Scanned:
        """Take back the last scan or word of this date. Raises `KnownError` if there is none, or its round has left."""
        self._require(by)
        self.keeper.open(on)
        if not self._steps or self._steps[-1].on != on:
            raise KnownError("There is nothing to take back.", "What was scanned in earlier is changed by scanning.")
        step = self._steps[-1]
        if step.shift_id in self.keeper.departures:
            raise KnownError("That round has left.", "Take its departure back first.")
        now = is_whole(step.order, self._seen(step.order.id), step.shift_id)
        self._write(on, step.order.id, step.before)
        self._steps.pop()
        named = _pieces(list(step.before))
        text = f"{step.order.number}: {named} as before."
        change = self._plan_change(step.order, step.shift_id, was=now, is_=step.whole, begins=False)
        return Scanned(
            ScanKind.RIGHT, "Taken back", text, step.order.id, next(iter(step.before)), step.shift_id, change
        )

    def take_off(self, order_id: OrderId, *, on: date, by: str) -> PlanChange:
        """Take an order that is not there off its round, back among the unplanned."""
        self._require(by)
        self.keeper.open(on)
        order, _ = self._planned(self.keeper.dock_of(order_id), order_id)

        def change(uow: UnitOfWork) -> None:
            unassign(uow, order_ids=[order_id])
            uow.set_loaded([order_id], None)

        return PlanChange(f"Take {order.number} off its round", change)

    def take_out(self, order_id: OrderId, shift_id: ShiftId, *, on: date, by: str) -> PlanChange:
        """An order's goods were taken out of this van, in which they lay. Raises `KnownError` if none do."""
        self._require(by)
        self.keeper.open(on)
        lying = [p for p in self._seen(order_id).values() if p.shift_id == shift_id and p.state in LYING]
        if not lying:
            raise KnownError("Nothing of that order lies in that van.", "Look at the list anew.")
        if shift_id in self.keeper.departures:
            raise KnownError("That round has left.", "Take its departure back first.")
        self._write(on, order_id, dict.fromkeys(p.piece for p in lying))
        self._steps = [step for step in self._steps if step.order.id != order_id]

        def change(uow: UnitOfWork) -> None:
            if uow.day(on).loaded.get(order_id) == shift_id:
                uow.set_loaded([order_id], None)

        return PlanChange("Take goods out of a van", change)

    def _elsewhere(self, text: str, verdict: Verdict) -> Scanned:
        found = self.keeper.elsewhere(text)
        if not found:
            return _said(verdict)
        order = found[0]
        day = f"{order.date:%A} {order.date.day} {order.date:%B}"
        said = Verdict(ScanKind.OTHER_DAY, f"{order.number} is planned for {day}. Leave it in the depot.", order.id)
        return _said(said)

    def behind(self, day: Day) -> PlanChange | None:
        """What the plan does not know yet of orders that are whole in their vans: a crash may have come between."""
        self.keeper.open(day.date)
        turns, late = self.keeper.dock("").turns, dict[ShiftId, list[OrderId]]()
        for order_id, seen in self.keeper.pieces.items():
            order, (shift_id, _) = day.orders.get(order_id), turns.get(order_id, (None, 0))
            if order and shift_id and is_whole(order, seen, shift_id) and day.loaded.get(order_id) != shift_id:
                late.setdefault(shift_id, []).append(order_id)

        def change(uow: UnitOfWork) -> None:
            for shift_id, order_ids in late.items():
                uow.set_loaded(order_ids, shift_id)

        return PlanChange("Load what was scanned", change) if late and self.mine else None

    # --- departure ------------------------------------------------------------------------------------------------

    def open_of(self, shift_id: ShiftId, *, on: date) -> Mapping[OrderId, Sequence[str]]:
        """Pieces of a round that are neither loaded nor said to be short or damaged, by order."""
        self.keeper.open(on)
        dock = self.keeper.dock("")
        some = {o: open_pieces(order, self._seen(o), shift_id) for o, order in self._orders(dock, shift_id)}
        return {order_id: pieces for order_id, pieces in some.items() if pieces}

    def strays(self, shift_id: ShiftId, *, on: date) -> Sequence[OrderId]:
        """Orders whose goods lie in this van, and that are on no round of it any more."""
        self.keeper.open(on)
        turns = self.keeper.dock("").turns
        return [
            order_id
            for order_id, seen in self.keeper.pieces.items()
            if turns.get(order_id, (None, 0))[0] != shift_id
            and any(p.shift_id == shift_id and p.state in LYING for p in seen.values())
        ]

    def depart(self, check: Check, *, on: date, by: str, photos: Iterable[Path] = ()) -> Departure:
        """Keep that a round was checked and has left. Raises `BadInput` for what is open, with nothing kept."""
        self._require(by)
        self.keeper.open(on)
        dock = self.keeper.dock("")
        if check.shift_id not in dock.rounds:
            raise KnownError("That driver is no longer on duty on this day.", "Choose another round.")
        if (before := self.keeper.departures.get(check.shift_id)) is not None:
            raise KnownError(f"{dock.rounds[check.shift_id].name} has left: {before.by} checked it.")
        numbers = {o: order.number for o, order in dock.codes.orders.items()}
        left = self.open_of(check.shift_id, on=on)
        require_checked(
            check,
            left={numbers[o]: pieces for o, pieces in left.items()},
            strays=[numbers.get(o, "an order of another day") for o in self.strays(check.shift_id, on=on)],
            empty=not self._orders(dock, check.shift_id),
        )
        departure = check.departure(on, self._clock(), by, keep_photos(self._files, photos))
        short = [self._piece(o, p, on, check.shift_id, PieceState.SHORT, by) for o, ps in left.items() for p in ps]

        def write(book: LogbookWriter) -> None:
            for piece in short:
                book.put_loaded(piece)
            book.put_departure(departure)

        self._logbook.write(write)
        for piece in short:
            self.keeper.keep(piece)
        self.keeper.departures[check.shift_id] = departure
        return departure

    def take_back_departure(self, shift_id: ShiftId, *, on: date, by: str) -> None:
        """The round has not left after all. What was said to be short stays so."""
        self._require(by)
        self.keeper.open(on)
        if shift_id not in self.keeper.departures:
            raise KnownError("That round has not left.")
        self._logbook.write(lambda book: book.remove_departures([shift_id]))
        del self.keeper.departures[shift_id]

    # --- keeping --------------------------------------------------------------------------------------------------

    def _require(self, by: str) -> None:
        if not self.mine:
            raise KnownError("This is a copy to try things out in: nothing is loaded here.", "Go back to the depot.")
        if not by.strip():
            raise BadInput("Nobody said who loads.", "Type your name.")

    def _planned(self, dock: Dock, order_id: OrderId) -> tuple[Order, ShiftId]:
        order, (shift_id, _) = dock.codes.orders.get(order_id), dock.turns.get(order_id, (None, 0))
        if order is None or shift_id is None or not loads_here(order):
            raise KnownError("That order is on no round that is loaded here.", "Look at the list anew.")
        if dock.rounds[shift_id].left:
            raise KnownError(f"{dock.rounds[shift_id].name} has left.", "Take its departure back first.")
        return order, shift_id

    def _orders(self, dock: Dock, shift_id: ShiftId) -> list[tuple[OrderId, Order]]:
        """What is loaded here of a round."""
        mine = (o for o, (of, _) in dock.turns.items() if of == shift_id)
        found = ((o, dock.codes.orders.get(o)) for o in mine)
        return [(o, order) for o, order in found if order is not None and loads_here(order)]

    def _seen(self, order_id: OrderId) -> Mapping[str, LoadedPiece]:
        return self.keeper.pieces.get(order_id, {})

    def _piece(
        self, order_id: OrderId, piece: str, on: date, shift_id: ShiftId, state: PieceState, by: str
    ) -> LoadedPiece:
        return LoadedPiece(order_id, piece, on, shift_id, state, self._clock(), by)

    def _keep(
        self, dock: Dock, order: Order, shift_id: ShiftId, states: Mapping[str, PieceState], by: str
    ) -> PlanChange | None:
        """Write what these pieces are now; what follows for the plan."""
        begun = any(p.shift_id == shift_id for seen in self.keeper.pieces.values() for p in seen.values())
        seen = dict(self._seen(order.id))
        was = is_whole(order, seen, shift_id)
        self._write(
            dock.on, order.id, {p: self._piece(order.id, p, dock.on, shift_id, s, by) for p, s in states.items()}
        )
        self._steps.append(_Step(dock.on, order, shift_id, {p: seen.get(p) for p in states}, was))
        return self._plan_change(
            order, shift_id, was=was, is_=is_whole(order, self._seen(order.id), shift_id), begins=not begun
        )

    def _write(self, on: date, order_id: OrderId, pieces: Mapping[str, LoadedPiece | None]) -> None:
        def write(book: LogbookWriter) -> None:
            for name, piece in pieces.items():
                if piece is None:
                    book.remove_loaded(order_id, name, on)
                else:
                    book.put_loaded(piece)

        self._logbook.write(write)
        for name, piece in pieces.items():
            if piece is None:
                self.keeper.drop(order_id, name)
            else:
                self.keeper.keep(piece)

    def _plan_change(self, order: Order, shift_id: ShiftId, *, was: bool, is_: bool, begins: bool) -> PlanChange | None:
        freeze_at = self._freeze_at(shift_id) if begins else None
        if was == is_ and freeze_at is None:
            return None
        on = order.date

        def change(uow: UnitOfWork) -> None:
            if was != is_:
                uow.set_loaded([order.id], shift_id if is_ else None)
            if freeze_at is not None:
                line = uow.day(on).freeze_at
                uow.set_freeze(on, max(freeze_at, line) if line else freeze_at)

        return PlanChange(f"Load {order.number}" if is_ or not was else f"{order.number} is not loaded", change)

    def _freeze_at(self, shift_id: ShiftId) -> datetime | None:
        ahead_s, leaves_at = self._workplace.depot.road.yard.freeze_ahead_s, self._leaves.get(shift_id)
        return leaves_at + timedelta(seconds=ahead_s) if ahead_s is not None and leaves_at else None


def _said(verdict: Verdict, change: PlanChange | None = None) -> Scanned:
    title = TITLES[verdict.kind]
    return Scanned(verdict.kind, title, verdict.text, verdict.order_id, verdict.piece, verdict.shift_id, change)


def _pieces(named: Sequence[str]) -> str:
    return f"piece {named[0]}" if len(named) == 1 else f"{len(named)} pieces"
