"""A transaction of the logbook: what may be said besides positions, whose way in is `arriving`."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert

from db.logbook import tables
from db.logbook.people_writer import SqlPeopleWriter
from db.logbook.reader import SqlLogbookReader
from db.logbook.rows import action_row, flat_row, leg_row, photo_row, record_row, round_row
from db.policy import policy_json
from db.rows import Row
from dispatcher.domain.actions import SentRound, TakenAction
from dispatcher.domain.devices import Device, Invitation, Note, Scope
from dispatcher.domain.ids import DeviceId, ShiftId
from dispatcher.domain.proof import OneTimeCode, Photo, Record
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.tracking import Leg, Visit


class SqlLogbookWriter(SqlLogbookReader, SqlPeopleWriter):
    """Implements the services' `LogbookWriter`. Reads see its own changes."""

    def put_device(self, device: Device) -> None:
        self._put(tables.device, [flat_row(device)])

    def put_token(self, device_id: DeviceId, scope: Scope, digest: str) -> None:
        column = tables.token.c
        former = delete(tables.token).where(column.device_id == device_id, column.scope == scope.value)
        self._connection.execute(former)
        row = {"digest": digest, "device_id": device_id, "scope": scope.value}
        self._connection.execute(insert(tables.token), [row])

    def put_invitation(self, invitation: Invitation) -> None:
        self._put(tables.invitation, [flat_row(invitation)])

    def remove_invitation(self, code_hash: str) -> None:
        self._connection.execute(delete(tables.invitation).where(tables.invitation.c.code_hash == code_hash))

    def put_policy(self, policy: RoadPolicy) -> None:
        self._put(tables.policy, [{"id": tables.POLICY_KEY, "body": policy_json(policy)}])

    def put_round(self, round_: SentRound) -> None:
        self._put(tables.round_, [round_row(round_)])

    def put_action(self, action: TakenAction) -> TakenAction:
        """Raises `ValueError` if the action to be replaced is not there."""
        if not action.n:
            kept = insert(tables.action).values(action_row(action)).returning(tables.action.c.n)
            return replace(action, n=self._connection.execute(kept).scalar_one())
        replaced = update(tables.action).where(tables.action.c.n == action.n).values(action_row(action))
        if self._connection.execute(replaced).rowcount != 1:
            raise ValueError(f"there is no action {action.n} to replace")
        return action

    def put_note(self, note: Note) -> None:
        self._put(tables.note, [flat_row(note)])

    def put_record(self, record: Record) -> None:
        head = self.head()
        if record.n != (head.n + 1 if head else 1) or (head and record.previous != head.digest):
            raise ValueError(
                f"record {record.n} does not follow the chain's head, {head.n if head else 'which is none'}"
            )
        self._connection.execute(insert(tables.record), [record_row(record)])

    def put_code(self, code: OneTimeCode) -> None:
        self._put(tables.code, [flat_row(code)])

    def put_photo(self, photo: Photo) -> None:
        self._put(tables.photo, [photo_row(photo)])

    def put_visits(self, shift_id: ShiftId, visits: Iterable[Visit]) -> None:
        self._connection.execute(delete(tables.visit).where(tables.visit.c.shift_id == shift_id))
        self._put(tables.visit, [flat_row(visit) for visit in visits])

    def put_legs(self, on: date, shift_id: ShiftId, legs: Iterable[Leg]) -> None:
        self._connection.execute(delete(tables.leg).where(tables.leg.c.shift_id == shift_id))
        if rows := [leg_row(leg, on, shift_id, position) for position, leg in enumerate(legs)]:
            self._connection.execute(insert(tables.leg), rows)

    def put_cursor(self, name: str, at: int) -> None:
        self._put(tables.cursor, [{"name": name, "at": at}])

    def _put(self, table: Table, rows: list[Row] | list[dict[str, Any]]) -> None:
        """Insert, or replace what has the key. Rows that others point at are changed, not taken out and put in."""
        if not rows:
            return
        statement = upsert(table)
        rest = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
        self._connection.execute(statement.on_conflict_do_update(index_elements=table.primary_key, set_=rest), rows)
