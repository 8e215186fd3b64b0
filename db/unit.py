"""A unit of work: the changes a service may make inside one transaction, and what must go along with each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import batched

from sqlalchemy import Column, Connection, Table, func, select

from db import tables
from db.reading import VARIABLES, SqlReader, by_keys, fetch
from db.recording import Recorder
from db.rows import (
    Row,
    closure_row,
    depot_row,
    driver_row,
    moment_text,
    order_row,
    pin_row,
    remembered_row,
    shift_row,
    stop_row,
    vehicle_row,
)
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import ClosureId, DriverId, OrderId, ShiftId, VehicleId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Stop
from dispatcher.domain.remembered import Remembered
from dispatcher.domain.roads import Closure
from dispatcher.domain.time import require_aware


class SqlUnitOfWork(SqlReader):
    """Implements the services' `UnitOfWork`. Reads see its own changes."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        super().__init__(connection)
        self._recorder = recorder

    def put_depot(self, depot: Depot) -> None:
        self._recorder.apply(tables.depot, {tables.DEPOT_KEY: depot_row(depot)})

    def put_orders(self, orders: Iterable[Order]) -> None:
        """An order that moves to another date leaves its route and its van, and waits in that date's pool."""
        rows = {order.id: order_row(order) for order in orders}
        before = self._recorder.apply(tables.orders, rows)
        self._take_out(key for key, row in before.items() if row["date"] != rows[key]["date"])

    def remove_orders(self, ids: Iterable[OrderId]) -> None:
        """Orders that waited for the goods of one of them wait for none then."""
        gone = dict.fromkeys(ids)
        self._recorder.apply(tables.orders, self._without_pickup(gone))
        self._take_out(gone)
        self._recorder.apply(tables.orders, gone)

    def put_driver(self, driver: Driver) -> None:
        """Raises `BadInput` when another driver has the number."""
        column = tables.driver.c
        taken = select(column.name).where(column.number == driver.number, column.id != driver.id)
        if (name := self._connection.scalar(taken)) is not None:
            raise BadInput(f"Round number {driver.number} belongs to {name}.", "Choose a number no other driver has.")
        self._recorder.apply(tables.driver, {driver.id: driver_row(driver)})

    def remove_driver(self, driver_id: DriverId) -> None:
        """Raises `KnownError` while shifts or orders name the driver."""
        remedy = "Remove those first, or mark the driver as no longer active."
        self._refuse_while(tables.shift.c.driver_id, driver_id, tables.driver, "shifts", remedy)
        self._refuse_while(tables.orders.c.driver_id, driver_id, tables.driver, "orders", remedy)
        self._recorder.apply(tables.driver, {driver_id: None})

    def put_vehicle(self, vehicle: Vehicle) -> None:
        self._recorder.apply(tables.vehicle, {vehicle.id: vehicle_row(vehicle)})

    def remove_vehicle(self, vehicle_id: VehicleId) -> None:
        """Raises `KnownError` while shifts use the vehicle; drivers who usually take it have none then."""
        self._refuse_while(
            tables.shift.c.vehicle_id, vehicle_id, tables.vehicle, "shifts", "Give those another vehicle first."
        )
        usual = (driver for driver in self.drivers() if driver.vehicle_id == vehicle_id)
        self._recorder.apply(tables.driver, {d.id: driver_row(replace(d, vehicle_id=None)) for d in usual})
        self._recorder.apply(tables.vehicle, {vehicle_id: None})

    def put_shifts(self, shifts: Iterable[Shift]) -> None:
        """The orders of a shift that moves to another date go back to the pool, and their goods out of its van."""
        rows = {shift.id: shift_row(shift) for shift in shifts}
        before = self._recorder.apply(tables.shift, rows)
        self._empty([key for key, row in before.items() if row["date"] != rows[key]["date"]])

    def remove_shift(self, shift_id: ShiftId) -> None:
        self._empty([shift_id])
        self._recorder.apply(tables.shift, {shift_id: None})

    def set_routes(self, routes: Mapping[ShiftId, Sequence[Stop]]) -> None:
        """Raises `KnownError` if a shift or order is gone, or an order is of another date than its shift."""
        dates = self._dates_of_shifts(routes)
        wanted: dict[str, Row | None] = {
            stop.order_id: stop_row(stop, shift_id, dates[shift_id], position)
            for shift_id, stops in routes.items()
            for position, stop in enumerate(stops)
        }
        if len(wanted) < sum(map(len, routes.values())):
            raise ValueError("an order may stand in one route only, and there but once")
        self._require_same_dates({key: row["date"] for key, row in wanted.items() if row})
        leaving = dict.fromkeys(self._orders_with(tables.stop, routes))
        self._recorder.apply(tables.stop, {**leaving, **wanted})

    def set_loaded(self, order_ids: Iterable[OrderId], shift_id: ShiftId | None) -> None:
        """Raises `KnownError` if the shift or an order is gone, or an order is of another date than the shift."""
        if shift_id is None:
            self._recorder.apply(tables.loaded, dict.fromkeys(order_ids))
            return
        on = self._dates_of_shifts([shift_id])[shift_id]
        wanted = {key: {"order_id": key, "shift_id": shift_id, "date": on} for key in order_ids}
        self._require_same_dates(dict.fromkeys(wanted, on))
        self._recorder.apply(tables.loaded, wanted)

    def set_freeze(self, on: date, moment: datetime | None) -> None:
        row = None
        if moment is not None:
            require_aware(moment, "a freeze line")
            row = {"date": on.isoformat(), "freeze_at": moment_text(moment)}
        self._recorder.apply(tables.day, {on.isoformat(): row})

    def put_closure(self, closure: Closure) -> None:
        self._recorder.apply(tables.closure, {closure.id: closure_row(closure)})

    def remove_closure(self, closure_id: ClosureId) -> None:
        self._recorder.apply(tables.closure, {closure_id: None})

    def put_pin(self, key: str, place: Place, text: str) -> None:
        self._recorder.apply(tables.pin, {key: pin_row(key, place, text)})

    def put_remembered(self, key: str, remembered: Remembered) -> None:
        self._recorder.apply(tables.remembered, {key: remembered_row(key, remembered)})

    def put_mapping(self, sender: str, columns: Mapping[str, str]) -> None:
        self._recorder.apply(tables.mapping, {sender: {"sender": sender, "columns": dict(columns)}})

    def _take_out(self, orders: Iterable[str]) -> None:
        """Of their routes, and their goods of the vans."""
        gone = dict.fromkeys(orders)
        self._recorder.apply(tables.stop, gone)
        self._recorder.apply(tables.loaded, gone)

    def _empty(self, shifts: Sequence[str]) -> None:
        for table in (tables.stop, tables.loaded):
            self._recorder.apply(table, dict.fromkeys(self._orders_with(table, shifts)))

    def _orders_with(self, table: Table, shifts: Iterable[str]) -> Sequence[str]:
        query = select(table.c.order_id).where(table.c.shift_id.in_(list(shifts)))
        return self._connection.scalars(query).all()

    def _without_pickup(self, gone: Collection[str]) -> Mapping[str, Row]:
        """The orders that stay and wait for goods of these, as they are once they wait no longer."""
        waiting: dict[str, Row] = {}
        for some in batched(gone, VARIABLES):
            query = select(tables.orders).where(tables.orders.c.pickup_id.in_(some))
            waiting |= {row["id"]: row for row in fetch(self._connection, query) if row["id"] not in gone}
        return {key: {**_unversioned(row), "pickup_id": None} for key, row in waiting.items()}

    def _dates_of_shifts(self, shifts: Iterable[ShiftId]) -> Mapping[str, str]:
        dates = {row["id"]: row["date"] for row in by_keys(self._connection, tables.shift, shifts)}
        if len(dates) < len(set(shifts)):
            raise KnownError("A shift of the plan is no longer there.", "Look at the day again and repeat the change.")
        return dates

    def _require_same_dates(self, wanted: Mapping[str, str]) -> None:
        """Raise unless each order exists and is of the date wanted for it."""
        column = tables.orders.c
        found = 0
        for some in batched(wanted, VARIABLES):
            query = select(column.id, column.number, column.date).where(column.id.in_(some))
            for key, number, on in self._connection.execute(query):
                found += 1
                if on != wanted[key]:
                    raise KnownError(
                        f"Order {number} is for {on}, not for {wanted[key]}.", "Move the order to that date first."
                    )
        if found < len(wanted):
            raise KnownError("An order of the plan is no longer there.", "Look at the day again and repeat the change.")

    def _refuse_while(self, column: Column[str], key: str, table: Table, what: str, remedy: str) -> None:
        """Raise `KnownError` while `what` still name the row through `column`."""
        count = self._connection.scalar(select(func.count()).where(column == key))
        if count:
            name = self._connection.scalar(select(table.c.name).where(table.c.id == key))
            raise KnownError(f"{name} cannot be removed: {what} that name it: {count}.", remedy)


def _unversioned(row: Row) -> Row:
    return {column: value for column, value in row.items() if column != "version"}
