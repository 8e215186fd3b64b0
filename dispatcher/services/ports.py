"""What the services need of the storage; `db` implements it.

Every write runs inside one unit of work on the one writer; every read sees one consistent moment.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from dispatcher.domain.changes import ChangeSet, DaySummary, Done, HistoryEntry, HistoryState
from dispatcher.domain.depot import Depot
from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import ClosureId, DriverId, OrderId, ShiftId, VehicleId
from dispatcher.domain.keeping import Trace
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Address, Found, Place
from dispatcher.domain.plan import Day, Plan, Stop
from dispatcher.domain.remembered import Remembered
from dispatcher.domain.roads import Closure

__all__ = ["Clock", "Done", "Geocoder", "Reader", "Store", "UnitOfWork"]


class Reader(Protocol):
    """One consistent moment of the database."""

    @property
    def revision(self) -> int:
        """Bumped by every unit of work that changed something."""

    def depot(self) -> Depot: ...
    def day(self, on: date) -> Day:
        """Everything of one date, in a handful of queries."""

    def plan(self, on: date) -> Plan:
        """The routes of one date alone: for those who have the rest of the day already."""

    def attempts(self, on: date) -> Mapping[OrderId, int]:
        """Which attempt the next visit is, of those orders of the date that were tried before."""

    def days(self) -> Sequence[DaySummary]:
        """Every date that has orders or shifts, oldest first."""

    def order(self, order_id: OrderId) -> Order | None: ...
    def orders(self, ids: Iterable[OrderId]) -> Sequence[Order]: ...
    def orders_of(self, dates: Iterable[date]) -> Sequence[Order]:
        """All orders of these dates, cancelled ones too."""

    def doubtful_orders(self) -> Sequence[Order]:
        """Open orders whose address has no place, or a doubtful one, oldest date first."""

    def drivers(self) -> Sequence[Driver]:
        """By number."""

    def vehicles(self) -> Sequence[Vehicle]:
        """By name."""

    def shifts_of(self, on: date) -> Sequence[Shift]: ...
    def closures(self) -> Sequence[Closure]:
        """All closed streets, by first day, then by name."""

    def pins(self, keys: Iterable[str]) -> Mapping[str, Place]:
        """Remembered places by normalised address key (`intake.address_key`)."""

    def remembered(self, keys: Iterable[str]) -> Mapping[str, Remembered]:
        """What is remembered of addresses besides their places, by the same keys."""

    def mapping(self, sender: str) -> Mapping[str, str] | None:
        """How this sender's headers were assigned last time: header → field name."""

    def senders(self) -> Sequence[str]:
        """Those with remembered columns, by name."""


class UnitOfWork(Reader, Protocol):
    """A transaction that notes the before-image of every row it touches."""

    def put_depot(self, depot: Depot) -> None: ...
    def put_orders(self, orders: Iterable[Order]) -> None:
        """Insert or replace by id."""

    def remove_orders(self, ids: Iterable[OrderId]) -> None:
        """Their stops go with them."""

    def put_driver(self, driver: Driver) -> None: ...
    def remove_driver(self, driver_id: DriverId) -> None: ...
    def put_vehicle(self, vehicle: Vehicle) -> None: ...
    def remove_vehicle(self, vehicle_id: VehicleId) -> None: ...
    def put_shifts(self, shifts: Iterable[Shift]) -> None: ...
    def remove_shift(self, shift_id: ShiftId) -> None:
        """Its orders go back to the pool."""

    def set_routes(self, routes: Mapping[ShiftId, Sequence[Stop]]) -> None:
        """Replace the stops of these shifts, together.

        An order that stood in another route leaves it; an order that stood in one of these and is in none of
        the new lists goes back to the pool.
        """

    def put_closure(self, closure: Closure) -> None: ...
    def remove_closure(self, closure_id: ClosureId) -> None: ...
    def set_freeze(self, on: date, moment: datetime | None) -> None:
        """Draw the day's freeze line; `None` takes it away."""

    def set_loaded(self, order_ids: Iterable[OrderId], shift_id: ShiftId | None) -> None:
        """Say in which shift's vehicle the goods of these orders are; `None` for in none."""

    def put_pin(self, key: str, place: Place, text: str) -> None: ...
    def put_remembered(self, key: str, remembered: Remembered) -> None: ...
    def put_mapping(self, sender: str, columns: Mapping[str, str]) -> None: ...


class Store(Protocol):
    """A depot's database. Reads from any thread; writes one at a time, in order."""

    def read[T](self, query: Callable[[Reader], T]) -> T: ...
    def write[T](
        self,
        label: str,
        change: Callable[[UnitOfWork], T],
        *,
        author: str = "",
        amends: int | None = None,
        why: str = "",
    ) -> Done[T]:
        """Run `change` in one transaction; one undo step. Raises whatever it raises, with nothing changed.

        `why` is kept in the audit trail.

        `amends` is the revision of an earlier change that this one completes: if nothing else was written since,
        both are one undo step.
        """

    def undo(self, *, author: str = "") -> ChangeSet | None:
        """Take the latest step back; `None` if there is none."""

    def redo(self, *, author: str = "") -> ChangeSet | None: ...
    def history(self) -> HistoryState:
        """What undo and redo would do now."""

    def traces(self, matches: Callable[[Trace], bool], tick: Callable[[], None] = lambda: None) -> Sequence[Trace]:
        """Every order of which anything that it is, or ever was, matches, by date; removed ones too.

        Goes through the whole history; `tick` is called now and then, and what it raises ends it.
        """

    def erase(
        self,
        order_ids: Collection[OrderId],
        pins: Collection[str],
        *,
        label: str,
        drivers: Collection[DriverId] = (),
        author: str = "",
        why: str = "",
    ) -> ChangeSet:
        """Take the people out of these orders, and forget the places of these address keys, for good.

        `drivers` lose their names likewise.

        Also in every image of the history, and in what that says was done: undo, redo and the time machine go on
        working and bring all else back. It is no step: undo passes it by.
        """

    def backup(self, to: Path) -> None:
        """Copy everything as it is now, history included, to a file: whole and checked, or not at all.

        The copy is a database of its own, at the revision that was the latest when it was made.
        """

    def entries(self, limit: int = 200, *, on: date | None = None) -> Sequence[HistoryEntry]:
        """The audit trail, newest first; with `on` only what touched that day."""

    def day_at(self, on: date, revision: int) -> Day:
        """The day as it was right after that revision was written, whatever was undone or redone since.

        Raises `KnownError` for a revision that never was, or that an earlier version of Roundhouse wrote, which
        kept no such history.
        """

    def close(self) -> None: ...


Clock = Callable[[], datetime]
"""The moment now, aware, UTC."""


class Geocoder(Protocol):
    """Words to places and back. Safe to call from any thread."""

    def find(self, address: Address, *, limit: int = 5) -> Sequence[Found]:
        """The best answers, best first; empty when nothing fits."""

    def suggest(self, text: str, *, limit: int = 8) -> Sequence[Found]:
        """Answers while a person types; the last word may be unfinished."""

    def reverse(self, place: Place) -> Found | None:
        """The nearest address."""

    def close(self) -> None:
        """Let go of files."""
