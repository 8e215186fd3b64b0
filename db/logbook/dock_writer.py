"""Changes of slots and of what stands at the dock."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Table, delete, select

from db.logbook import dock_tables as tables
from db.logbook.desk_writer import SqlDeskWriter
from db.logbook.dock_reader import SqlDockReader
from db.logbook.rows import flat_row
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.loading import Departure, LoadedPiece
from dispatcher.domain.slots import Area, AreaId, Blackout, RuleId, SlotChange, SlotHold, SlotRule


class SqlDockWriter(SqlDockReader, SqlDeskWriter):
    """Implements the services' `DockWriter`. Reads see its own changes."""

    def put_area(self, area: Area) -> None:
        self._keep(tables.slot_area, area)

    def remove_area(self, area_id: AreaId) -> None:
        rules = select(tables.slot_rule.c.id).where(tables.slot_rule.c.area_id == area_id)
        for rule_id in list(self._connection.scalars(rules)):
            self.remove_slot_rule(RuleId(rule_id))
        self._remove(tables.slot_area, id=area_id)

    def put_slot_rule(self, rule: SlotRule) -> None:
        self._keep(tables.slot_rule, rule)

    def remove_slot_rule(self, rule_id: RuleId) -> None:
        self._remove(tables.slot_change, rule_id=rule_id)
        self._remove(tables.slot_rule, id=rule_id)

    def put_slot_change(self, change: SlotChange) -> None:
        self._keep(tables.slot_change, change)

    def remove_slot_change(self, rule_id: RuleId, on: date) -> None:
        self._remove(tables.slot_change, rule_id=rule_id, on=on.isoformat())

    def put_blackout(self, blackout: Blackout) -> None:
        self._upsert(tables.blackout, {**flat_row(blackout), "area_id": blackout.area_id or ""})

    def remove_blackout(self, on: date, area_id: AreaId | None) -> None:
        self._remove(tables.blackout, on=on.isoformat(), area_id=area_id or "")

    def put_slot_hold(self, hold: SlotHold) -> None:
        self._keep(tables.slot_hold, hold)

    def put_loaded(self, piece: LoadedPiece) -> None:
        self._upsert(tables.loaded, flat_row(piece))

    def remove_loaded(self, order_id: OrderId, piece: str, on: date) -> None:
        self._remove(tables.loaded, order_id=order_id, piece=piece, on=on.isoformat())

    def put_departure(self, departure: Departure) -> None:
        self._keep(tables.departure, departure)

    def remove_departures(self, shift_ids: Collection[ShiftId]) -> None:
        for shift_id in shift_ids:
            self._remove(tables.departure, shift_id=shift_id)

    def _remove(self, table: Table, **key: str) -> None:
        self._connection.execute(delete(table).where(*(table.c[name] == value for name, value in key.items())))
