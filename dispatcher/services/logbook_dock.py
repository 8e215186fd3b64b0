"""The part of the logbook's port about slots and the dock: what customers chose, and what was loaded."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.loading import Departure, LoadedPiece
from dispatcher.domain.slots import Area, AreaId, Blackout, RuleId, SlotBook, SlotChange, SlotHold, SlotRule


class DockReader(Protocol):
    """What can be asked of one moment of the logbook."""

    # slots
    def slot_book(self) -> SlotBook:
        """The whole catalogue."""

    def slot_hold(self, hold_id: str) -> SlotHold | None: ...
    def slot_holds(self, first: date, last: date) -> Sequence[SlotHold]:
        """All of these dates, whatever became of them, by when they were made."""

    def slot_holds_of(self, order_id: OrderId) -> Sequence[SlotHold]: ...
    def slot_taken(self, rule_id: RuleId, on: date, now: datetime) -> Sequence[SlotHold]:
        """Those that take up room at this moment."""

    # the dock
    def loaded_on(self, on: date) -> Sequence[LoadedPiece]:
        """In the order they were scanned."""

    def missing_on(self, on: date) -> Sequence[LoadedPiece]:
        """Those said to be short or damaged, in the order it was said."""

    def missing_dates(self, after: date) -> Collection[date]:
        """Those later than this one that anything is short or damaged on."""

    def departures_on(self, on: date) -> Sequence[Departure]: ...


class DockWriter(DockReader, Protocol):
    """What can be written of it within a transaction."""

    def put_area(self, area: Area) -> None: ...
    def remove_area(self, area_id: AreaId) -> None:
        """Its rules go with it, and what is otherwise than they say; holds stay."""

    def put_slot_rule(self, rule: SlotRule) -> None: ...
    def remove_slot_rule(self, rule_id: RuleId) -> None:
        """What is otherwise than it says goes with it; holds stay."""

    def put_slot_change(self, change: SlotChange) -> None: ...
    def remove_slot_change(self, rule_id: RuleId, on: date) -> None: ...
    def put_blackout(self, blackout: Blackout) -> None: ...
    def remove_blackout(self, on: date, area_id: AreaId | None) -> None: ...
    def put_slot_hold(self, hold: SlotHold) -> None:
        """Insert or replace by id."""

    def put_loaded(self, piece: LoadedPiece) -> None:
        """Insert or replace by order, piece and date."""

    def remove_loaded(self, order_id: OrderId, piece: str, on: date) -> None: ...
    def put_departure(self, departure: Departure) -> None:
        """Insert or replace by shift."""

    def remove_departures(self, shift_ids: Collection[ShiftId]) -> None: ...
