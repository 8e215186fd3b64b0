"""The dock of a date as scans are judged by: read once, and of the plan again whatever changed. Writes nothing.

Orders are read again one by one when the plan's revision moved, since every order that is whole moves it. One thread
at a time; what is in the vans is remembered, because the load desk is the only one that writes it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.loading import Departure, LoadedPiece
from dispatcher.domain.orders import Order, OrderState
from dispatcher.loading.pieces import Codes
from dispatcher.loading.scanning import Dock, Round, by_order
from dispatcher.services.logbook import Logbook
from dispatcher.services.ports import Reader, Store

NEAR = timedelta(days=14)
"""So far from the date it is looked whether a code is of another day."""


@dataclass(slots=True)
class DockKeeper:
    """Keeps the dock of one date up to date."""

    store: Store
    logbook: Logbook
    on: date | None = None
    pieces: dict[OrderId, dict[str, LoadedPiece]] = field(default_factory=dict)
    departures: dict[ShiftId, Departure] = field(default_factory=dict)
    _codes: Codes = field(default_factory=lambda: Codes.of(()))
    _codes_of: int = -1
    _turns: Mapping[OrderId, tuple[ShiftId, int]] = field(default_factory=dict)
    _plan_of: int = -1
    _names: Mapping[ShiftId, str] = field(default_factory=dict)
    _near: Codes = field(default_factory=lambda: Codes.of(()))
    _near_of: tuple[date | None, int] = (None, -1)

    def open(self, on: date) -> None:
        """Turn to a date."""
        if on == self.on:
            return
        said = self.logbook.read(lambda r: (r.loaded_on(on), r.departures_on(on)))
        self.pieces, self.departures = by_order(said[0]), {d.shift_id: d for d in said[1]}
        self.on, self._codes_of, self._plan_of = on, -1, -1
        self.store.read(self._read_all)

    def dock(self, text: str) -> Dock:
        """Everything that this code is judged by, as it is now."""
        self.store.read(lambda reader: self._read_on(reader, text))
        return self._dock()

    def dock_of(self, order_id: OrderId) -> Dock:
        """The same for one order."""
        self.store.read(lambda reader: self._read_on(reader, "", order_id))
        return self._dock()

    def _dock(self) -> Dock:
        assert self.on is not None
        rounds = {s: Round(s, name, s in self.departures) for s, name in self._names.items()}
        return Dock(self.on, self._codes, self._turns, rounds, self.pieces)

    def elsewhere(self, text: str) -> list[Order]:
        """Open orders of other days near the date that have this code, the nearest first."""
        if self._near_of[0] != self.on or not self._near.meant(text):
            self.store.read(self._read_near)
        assert self.on is not None
        ids, on = {meant.order_id for meant in self._near.meant(text)}, self.on
        found = [o for o in self.store.read(lambda r: r.orders(ids)) if o.date != on and o.state is OrderState.OPEN]
        return sorted(found, key=lambda order: abs((order.date - on).days))

    def keep(self, piece: LoadedPiece) -> None:
        """Remember what was written."""
        self.pieces.setdefault(piece.order_id, {})[piece.piece] = piece

    def drop(self, order_id: OrderId, piece: str) -> None:
        """Remember what was taken back."""
        self.pieces.get(order_id, {}).pop(piece, None)

    # --- reading --------------------------------------------------------------------------------------------------

    def _read_on(self, reader: Reader, text: str, order_id: OrderId | None = None) -> None:
        if reader.revision == self._plan_of == self._codes_of:
            return
        self._read_plan(reader)
        ids = {meant.order_id for meant in self._codes.meant(text)} | ({order_id} if order_id else set())
        fresh = {order.id: order for order in reader.orders(ids)}
        known = self._codes.orders
        if not ids or any(known.get(each) != fresh.get(each) for each in ids):
            self._read_all(reader)

    def _read_all(self, reader: Reader) -> None:
        assert self.on is not None
        if self._codes_of != reader.revision:
            self._codes, self._codes_of = Codes.of(reader.orders_of([self.on])), reader.revision
        self._read_plan(reader)

    def _read_plan(self, reader: Reader) -> None:
        assert self.on is not None
        if self._plan_of == reader.revision:
            return
        routes = reader.plan(self.on).routes
        self._turns = {o: (r.shift_id, n) for r in routes for n, o in enumerate(r.order_ids, 1)}
        drivers = {driver.id: driver for driver in reader.drivers()}
        vehicles = {vehicle.id: vehicle for vehicle in reader.vehicles()}
        rounds = [(s, drivers[s.driver_id], vehicles[s.vehicle_id]) for s in reader.shifts_of(self.on)]
        self._names = names_of(rounds)
        self._plan_of = reader.revision

    def _read_near(self, reader: Reader) -> None:
        if self._near_of == (self.on, reader.revision):
            return
        assert self.on is not None
        dates = [d.date for d in reader.days() if d.date != self.on and abs(d.date - self.on) <= NEAR]
        self._near, self._near_of = Codes.of(reader.orders_of(dates)), (self.on, reader.revision)


def names_of(rounds: list[tuple[Shift, Driver, Vehicle]]) -> dict[ShiftId, str]:
    """What each round is called at the dock: its vehicle, and its driver where two take the same one that day."""
    used = Counter(vehicle.id for _, _, vehicle in rounds)
    return {
        shift.id: vehicle.name if used[vehicle.id] == 1 else f"{vehicle.name} ({driver.name})"
        for shift, driver, vehicle in rounds
    }
