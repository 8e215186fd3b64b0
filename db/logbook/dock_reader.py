"""Queries about slots and the dock. Nothing here writes."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select

from db.logbook import dock_tables as tables
from db.logbook.desk_reader import SqlDeskReader
from db.plain import from_plain
from db.rows import moment_text
from dispatcher.domain.ids import OrderId
from dispatcher.domain.loading import Departure, LoadedPiece, PieceState
from dispatcher.domain.slots import Area, AreaId, Blackout, HoldState, RuleId, SlotBook, SlotChange, SlotHold, SlotRule

_AWAY = tables.loaded.c.state.in_([PieceState.SHORT.value, PieceState.DAMAGED.value])


class SqlDockReader(SqlDeskReader):
    """Implements the services' `DockReader`; lives as long as the transaction of its connection."""

    # slots

    def slot_book(self) -> SlotBook:
        areas = self._whole(select(tables.slot_area.c.body).order_by(tables.slot_area.c.id), Area)
        rules = self._whole(select(tables.slot_rule.c.body).order_by(tables.slot_rule.c.id), SlotRule)
        changes = self._whole(select(tables.slot_change.c.body), SlotChange)
        dark = self._plain_rows(select(tables.blackout))
        return SlotBook(
            {area.id: area for area in areas},
            {rule.id: rule for rule in rules},
            {(change.rule_id, change.on): change for change in changes},
            frozenset(
                Blackout(date.fromisoformat(row["on"]), AreaId(row["area_id"]) if row["area_id"] else None, row["why"])
                for row in dark
            ),
        )

    def slot_hold(self, hold_id: str) -> SlotHold | None:
        return self._first(select(tables.slot_hold.c.body).where(tables.slot_hold.c.id == hold_id), SlotHold)

    def slot_holds(self, first: date, last: date) -> Sequence[SlotHold]:
        return self._holds(tables.slot_hold.c.on.between(first.isoformat(), last.isoformat()))

    def slot_holds_of(self, order_id: OrderId) -> Sequence[SlotHold]:
        return self._holds(tables.slot_hold.c.order_id == order_id)

    def slot_taken(self, rule_id: RuleId, on: date, now: datetime) -> Sequence[SlotHold]:
        column = tables.slot_hold.c
        held = and_(column.state == HoldState.HELD.value, column.until > moment_text(now))
        room = or_(column.state == HoldState.CONFIRMED.value, held)
        return self._holds(column.rule_id == rule_id, column.on == on.isoformat(), room)

    # the dock

    def loaded_on(self, on: date) -> Sequence[LoadedPiece]:
        column = tables.loaded.c
        query = select(tables.loaded).where(column.on == on.isoformat()).order_by(column.at, column.piece)
        return [from_plain(row, LoadedPiece) for row in self._plain_rows(query)]

    def missing_on(self, on: date) -> Sequence[LoadedPiece]:
        column = tables.loaded.c
        query = select(tables.loaded).where(column.on == on.isoformat(), _AWAY).order_by(column.at, column.piece)
        return [from_plain(row, LoadedPiece) for row in self._plain_rows(query)]

    def missing_dates(self, after: date) -> Collection[date]:
        column = tables.loaded.c
        query = select(column.on).where(column.on > after.isoformat(), _AWAY).distinct()
        return {date.fromisoformat(on) for on in self._connection.scalars(query)}

    def departures_on(self, on: date) -> Sequence[Departure]:
        column = tables.departure.c
        query = select(column.body).where(column.on == on.isoformat()).order_by(column.shift_id)
        return self._whole(query, Departure)

    def _holds(self, *where: Any) -> Sequence[SlotHold]:
        column = tables.slot_hold.c
        return self._whole(select(column.body).where(*where).order_by(column.at, column.id), SlotHold)
