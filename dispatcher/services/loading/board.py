"""What the panel of loading shows: each round with its filling, its list in the order of loading, and what is there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.loading import Berth, Departure, LoadedPiece, PieceState, Timetable, Yard
from dispatcher.domain.orders import Load, Order
from dispatcher.domain.plan import Day, Route
from dispatcher.loading.pieces import loads_here, pieces_of
from dispatcher.loading.scanning import Pieces
from dispatcher.loading.stowing import stowing
from dispatcher.services.loading.berths import in_order, trips_of
from dispatcher.services.loading.dock import names_of
from dispatcher.services.planning import Outlook


class RowState(StrEnum):
    """How the goods of a stop stand; the value is what it is called."""

    WAITING = "waiting"
    PARTLY = "partly in"
    WHOLE = "in the van"
    SHORT = "short"
    ELSEWHERE = "in another van"


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One stop's goods."""

    order_id: OrderId
    number: str
    name: str
    address: str
    turn: int
    """Which stop of the round, from 1."""
    place: str
    """Where in the van, in words."""
    load: Load
    pieces: tuple[str, ...]
    loaded: int
    short: int
    damaged: int
    surplus: int
    state: RowState
    note: str = ""
    """Which pieces are short or damaged, in which van it lies."""


@dataclass(frozen=True, slots=True)
class RoundLoad:
    """One round at the dock."""

    shift_id: ShiftId
    number: int
    """Its driver's."""
    name: str
    """Of the vehicle, mostly."""
    driver: str
    load: Load
    """All that it takes from the depot."""
    capacity: Load
    pieces: int
    loaded: int
    short: int
    """Or damaged."""
    leaves_at: datetime | None
    berth: Berth | None
    """Of its first trip with something to load."""
    departure: Departure | None
    rows: tuple[LoadRow, ...]
    """In the order of loading: what is delivered last comes first; one trip after the other."""
    again: tuple[Berth, ...] = ()
    """Of the trips for which it comes back."""
    strays: tuple[tuple[OrderId, str], ...] = ()
    """Orders that lie in it and belong elsewhere, each with what to do."""

    @property
    def open(self) -> int:
        """Pieces of which nobody has said anything."""
        return self.pieces - self.loaded - self.short


@dataclass(frozen=True, slots=True)
class LoadBoard:
    """A date's dock."""

    on: date
    rounds: tuple[RoundLoad, ...]
    """By when they are loaded."""
    timetable: Timetable | None
    yard: Yard
    left_out: int = 0
    """Orders of the date that are on no round."""


def board_of(
    outlook: Outlook, pieces: Pieces, departures: Mapping[ShiftId, Departure], timetable: Timetable | None
) -> LoadBoard:
    """The dock of a day as it is planned and loaded. Rounds with nothing to load are left out."""
    day = outlook.day
    names = names_of([(shift, driver, vehicle) for _, shift, driver, vehicle in day.rounds()])
    turns = {o: (route.shift_id, n) for route in day.plan.routes for n, o in enumerate(route.order_ids, 1)}
    berths: dict[ShiftId, list[Berth]] = {}
    for berth in sorted(timetable.berths if timetable else (), key=lambda b: b.trip):
        berths.setdefault(berth.shift_id, []).append(berth)
    strays = _strays(day, pieces, turns, names)
    rounds: dict[ShiftId, RoundLoad] = {}
    for route, shift, driver, vehicle in day.rounds():
        rows = _rows(outlook, route, pieces, names)
        if not rows and shift.id not in strays:
            continue
        times = outlook.schedule.routes.get(shift.id)
        rounds[shift.id] = RoundLoad(
            shift_id=shift.id,
            number=driver.number,
            name=names[shift.id],
            driver=driver.name,
            load=sum((row.load for row in rows), Load()),
            capacity=vehicle.capacity,
            pieces=sum(len(row.pieces) for row in rows),
            loaded=sum(row.loaded for row in rows),
            short=sum(row.short + row.damaged for row in rows),
            leaves_at=times.leaves_at if times else None,
            berth=next(iter(berths.get(shift.id, ())), None),
            again=tuple(berths.get(shift.id, ())[1:]),
            departure=departures.get(shift.id),
            rows=rows,
            strays=tuple(strays.get(shift.id, ())),
        )
    sequence = [s for s in in_order(timetable, day.shifts.values()) if s in rounds]
    yard = day.depot.road.yard
    return LoadBoard(day.date, tuple(rounds[s] for s in sequence), timetable, yard, len(day.unplanned))


def _rows(outlook: Outlook, route: Route, pieces: Pieces, names: Mapping[ShiftId, str]) -> tuple[LoadRow, ...]:
    orders, turns = outlook.day.orders, {o: n for n, o in enumerate(route.order_ids, 1)}
    found = []
    trips = [[stop.order_id for stop in stops] for stops in trips_of(route, outlook.schedule)]
    for trip, ids in enumerate(trips or [list(route.order_ids)], 1):
        for stowed in stowing([(turns[o], orders[o]) for o in ids if loads_here(orders[o])]):
            order, seen = orders[stowed.order_id], pieces.get(stowed.order_id, {})
            found.append(_row(order, stowed.turn, stowed.words, route.shift_id, seen, names, trip))
    return tuple(found)


def _row(
    order: Order,
    turn: int,
    place: str,
    shift_id: ShiftId,
    seen: Mapping[str, LoadedPiece],
    names: Mapping[ShiftId, str],
    trip: int,
) -> LoadRow:
    whole = pieces_of(order)
    announced = [seen[p] for p in whole if p in seen]
    here = sum(p.state is PieceState.LOADED and p.shift_id == shift_id for p in announced)
    away = [p for p in announced if p.state is PieceState.LOADED and p.shift_id != shift_id]
    short = [p for p in announced if p.state is PieceState.SHORT]
    damaged = [p for p in announced if p.state is PieceState.DAMAGED]
    surplus = sum(p.state is PieceState.SURPLUS and p.shift_id == shift_id for p in seen.values())
    state = _state(len(whole), here, len(short) + len(damaged), len(away))
    notes = [f"trip {trip}"] if trip > 1 else []
    notes += [*(f"{p.piece} not there" for p in short), *(f"{p.piece} damaged" for p in damaged)]
    notes += [f"in {name}" for name in dict.fromkeys(names.get(p.shift_id, "a van that is gone") for p in away)]
    notes += [f"{surplus} more than announced"] if surplus else []
    return LoadRow(
        order_id=order.id,
        number=order.number,
        name=order.contact.name,
        address=order.address.line,
        turn=turn,
        place=place,
        load=order.load,
        pieces=whole,
        loaded=here,
        short=len(short),
        damaged=len(damaged),
        surplus=surplus,
        state=state,
        note=", ".join(notes),
    )


def _state(whole: int, here: int, missing: int, away: int) -> RowState:
    if away:
        return RowState.ELSEWHERE
    if missing:
        return RowState.SHORT
    if here == whole:
        return RowState.WHOLE
    return RowState.PARTLY if here else RowState.WAITING


def _strays(
    day: Day, pieces: Pieces, turns: Mapping[OrderId, tuple[ShiftId, int]], names: Mapping[ShiftId, str]
) -> Mapping[ShiftId, list[tuple[OrderId, str]]]:
    found: dict[ShiftId, list[tuple[OrderId, str]]] = {}
    for order_id, seen in pieces.items():
        to = turns[order_id][0] if order_id in turns else None
        for shift_id in _lying(seen.values()) - ({to} if to else set()):
            order = day.orders.get(order_id)
            number = order.number if order else "An order of another day"
            where = f"goes with {names[to]}" if to else "is on no round"
            found.setdefault(shift_id, []).append((order_id, f"{number} lies in this van and {where}: take it out."))
    return found


def _lying(pieces: Iterable[LoadedPiece]) -> set[ShiftId]:
    return {p.shift_id for p in pieces if p.state in (PieceState.LOADED, PieceState.SURPLUS)}
