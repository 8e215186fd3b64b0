"""A day out of its rows: which rows belong to a date, in which order they stand, what they make. No queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import itemgetter

from sqlalchemy import ColumnElement, Table, and_, true

from db.rows import Row, to_closure, to_depot, to_driver, to_order, to_shift, to_stop, to_vehicle
from db.tables import closure, day, depot, driver, loaded, orders, shift, stop, vehicle
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day, Plan, Route, Stop

type DayRows = dict[Table, Sequence[Row]]

DATED = (shift, orders, stop, loaded, day)
"""Tables whose rows belong to one date each."""
LASTING = (depot, vehicle, driver, closure)
"""Tables of what every date shares."""


def belonging(table: Table, on: date) -> ColumnElement[bool]:
    """The condition that a row of the table belongs to the date."""
    if table is closure:
        return and_(closure.c.first <= on.isoformat(), closure.c.last >= on.isoformat())
    return table.c.date == on.isoformat() if "date" in table.c else true()


def belongs(table: Table, row: Row, on: date) -> bool:
    """What `belonging` says of one row."""
    if table is closure:
        return bool(row["first"] <= on.isoformat() <= row["last"])
    return bool(row["date"] == on.isoformat()) if "date" in table.c else True


def day_of(on: date, revision: int, rows: DayRows) -> Day:
    """The day that its rows, in any order, make. Raises `KnownError` when the depot is not among them."""
    if not rows[depot]:
        raise KnownError("This depot has not been set up yet.", "Give it a name and a place first.")
    shifts = {row["id"]: to_shift(row) for row in by_driver(rows[shift], rows[driver])}
    return Day(
        date=on,
        depot=to_depot(rows[depot][0]),
        orders={row["id"]: to_order(row) for row in _sorted(rows[orders], "number", "id")},
        drivers={row["id"]: to_driver(row) for row in _sorted(rows[driver], "number")},
        vehicles={row["id"]: to_vehicle(row) for row in _sorted(rows[vehicle], "name", "id")},
        shifts=shifts,
        plan=Plan(on, revision, _routes(shifts, rows[stop])),
        freeze_at=next((datetime.fromisoformat(row["freeze_at"]) for row in rows[day]), None),
        loaded={OrderId(row["order_id"]): ShiftId(row["shift_id"]) for row in rows[loaded]},
        closures=tuple(to_closure(row) for row in _sorted(rows[closure], "first", "name", "id")),
    )


def by_driver(shifts: Iterable[Row], drivers: Iterable[Row]) -> Sequence[Row]:
    """Shifts by their drivers' numbers; a driver's own by their start."""
    numbers = {row["id"]: row["number"] for row in drivers}
    return sorted(shifts, key=lambda row: (numbers[row["driver_id"]], row["starts_at"], row["id"]))


def _routes(shifts: Iterable[ShiftId], stops: Iterable[Row]) -> tuple[Route, ...]:
    """One route for every shift, empty or not."""
    by_shift: dict[str, list[Stop]] = defaultdict(list)
    for row in sorted(stops, key=itemgetter("position")):
        by_shift[row["shift_id"]].append(to_stop(row))
    return tuple(Route(shift_id, tuple(by_shift[shift_id])) for shift_id in shifts)


def _sorted(rows: Iterable[Row], *columns: str) -> Sequence[Row]:
    return sorted(rows, key=itemgetter(*columns))
