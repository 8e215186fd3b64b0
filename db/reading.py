"""Queries over one consistent moment of the database. Nothing here writes."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import batched
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, Text, and_, func, select

from db.days import DATED, LASTING, DayRows, belonging, by_driver, day_of
from db.rows import Row, to_closure, to_depot, to_driver, to_order, to_remembered, to_shift, to_vehicle
from db.tables import audit, closure, depot, driver, key_of, mapping, orders, pin, remembered, shift, stop, vehicle
from dispatcher.domain.changes import DaySummary
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day, Plan, Route, Stop
from dispatcher.domain.remembered import Remembered
from dispatcher.domain.roads import Closure

VARIABLES = 10_000
"""Ids in one IN; SQLite is commonly built for 32,766 variables a statement."""

ROUTES = 512
"""Routes remembered as they were read: a few days of a large depot."""


def fetch(connection: Connection, query: Select[Any]) -> Iterator[Row]:
    """The rows of a query as plain mappings: many times read, they are quicker than SQLAlchemy's own."""
    result = connection.execute(query)
    names = tuple(result.keys())
    for row in result:
        yield dict(zip(names, row, strict=True))


def by_keys(connection: Connection, table: Table, keys: Iterable[str]) -> Iterator[Row]:
    """The rows of these keys, as many as exist, in no order."""
    for some in batched(keys, VARIABLES):
        yield from fetch(connection, select(table).where(key_of(table).in_(some)))


def rows_on(connection: Connection, on: date) -> DayRows:
    """Every row that makes the day."""
    return {table: _of_date(connection, table, on) for table in (*DATED, *LASTING)}


def _of_date(connection: Connection, table: Table, on: date) -> list[Row]:
    return list(fetch(connection, select(table).where(belonging(table, on))))


@lru_cache(maxsize=ROUTES)
def _route(shift_id: ShiftId, stops: str) -> Route:
    return Route(shift_id, tuple(Stop(OrderId(key), bool(held), bool(done)) for key, held, done in json.loads(stops)))


class SqlReader:
    """Implements the services' `Reader`; lives as long as the transaction of its connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def revision(self) -> int:
        return self._connection.scalar(select(func.max(audit.c.revision))) or 0

    def depot(self) -> Depot:
        """Raises `KnownError` before the depot has been set up."""
        row = next(fetch(self._connection, select(depot)), None)
        if row is None:
            raise KnownError("This depot has not been set up yet.", "Give it a name and a place first.")
        return to_depot(row)

    def day(self, on: date) -> Day:
        return day_of(on, self.revision, rows_on(self._connection, on))

    def plan(self, on: date) -> Plan:
        """Read after every change, so a route is one row: Python's lock changes hands with each.

        Routes that are as they were when they were read before are the very same objects.
        """
        whole = func.json_array(stop.c.order_id, stop.c.held, stop.c.done)
        in_order = func.json_group_array(whole, type_=Text).aggregate_order_by(stop.c.position)
        query = select(stop.c.shift_id, in_order).where(belonging(stop, on)).group_by(stop.c.shift_id)
        stops: dict[str, str] = dict(self._connection.execute(query).all())
        return Plan(on, self.revision, tuple(_route(s.id, stops.get(s.id, "[]")) for s in self.shifts_of(on)))

    def attempts(self, on: date) -> Mapping[OrderId, int]:
        query = select(orders.c.id, orders.c.attempt).where(belonging(orders, on), orders.c.attempt > 1)
        return {OrderId(row.id): row.attempt for row in self._connection.execute(query)}

    def days(self) -> Sequence[DaySummary]:
        is_open = orders.c.state == OrderState.OPEN.value
        per_date = (
            select(
                orders.c.date,
                func.count().filter(is_open),
                func.count().filter(and_(is_open, stop.c.order_id.is_(None))),
            )
            .join_from(orders, stop, isouter=True)
            .group_by(orders.c.date)
        )
        counts = {on: (opened, unplanned) for on, opened, unplanned in self._connection.execute(per_date)}
        query = select(shift.c.date, func.count().label("shifts")).group_by(shift.c.date)
        shifts = {row.date: row.shifts for row in self._connection.execute(query)}
        return [
            DaySummary(date.fromisoformat(on), *counts.get(on, (0, 0)), shifts.get(on, 0))
            for on in sorted(counts.keys() | shifts.keys())
        ]

    def order(self, order_id: OrderId) -> Order | None:
        return next(iter(self.orders([order_id])), None)

    def orders(self, ids: Iterable[OrderId]) -> Sequence[Order]:
        """In the order of `ids`; without those that do not exist."""
        wanted = list(dict.fromkeys(ids))
        found = {row["id"]: to_order(row) for row in by_keys(self._connection, orders, wanted)}
        return [found[order_id] for order_id in wanted if order_id in found]

    def orders_of(self, dates: Iterable[date]) -> Sequence[Order]:
        """By date, then by number."""
        return self._orders_where(orders.c.date.in_([on.isoformat() for on in dates]))

    def doubtful_orders(self) -> Sequence[Order]:
        return self._orders_where(and_(orders.c.doubtful, orders.c.state == OrderState.OPEN.value))

    def drivers(self) -> Sequence[Driver]:
        query = select(driver).order_by(driver.c.number)
        return [to_driver(row) for row in fetch(self._connection, query)]

    def vehicles(self) -> Sequence[Vehicle]:
        query = select(vehicle).order_by(vehicle.c.name, vehicle.c.id)
        return [to_vehicle(row) for row in fetch(self._connection, query)]

    def shifts_of(self, on: date) -> Sequence[Shift]:
        """By their drivers' numbers; a driver's own by their start."""
        drivers = fetch(self._connection, select(driver.c.id, driver.c.number))
        return [to_shift(row) for row in by_driver(_of_date(self._connection, shift, on), drivers)]

    def closures(self) -> Sequence[Closure]:
        query = select(closure).order_by(closure.c.first, closure.c.name, closure.c.id)
        return [to_closure(row) for row in fetch(self._connection, query)]

    def pins(self, keys: Iterable[str]) -> Mapping[str, Place]:
        rows = by_keys(self._connection, pin, dict.fromkeys(keys))
        return {row["key"]: Place(row["lat"], row["lon"]) for row in rows}

    def remembered(self, keys: Iterable[str]) -> Mapping[str, Remembered]:
        rows = by_keys(self._connection, remembered, dict.fromkeys(keys))
        return {row["key"]: to_remembered(row) for row in rows}

    def mapping(self, sender: str) -> Mapping[str, str] | None:
        columns: Mapping[str, str] | None = self._connection.scalar(
            select(mapping.c.columns).where(mapping.c.sender == sender)
        )
        return columns

    def senders(self) -> Sequence[str]:
        query = select(mapping.c.sender).where(mapping.c.sender != "").order_by(mapping.c.sender)
        return self._connection.scalars(query).all()

    def _orders_where(self, condition: ColumnElement[bool]) -> list[Order]:
        query = select(orders).where(condition).order_by(orders.c.date, orders.c.number, orders.c.id)
        return [to_order(row) for row in fetch(self._connection, query)]
