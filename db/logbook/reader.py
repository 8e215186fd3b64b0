"""Queries over one consistent moment of the logbook. Nothing here writes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, exists, func, select
from sqlalchemy.exc import OperationalError

from db.logbook import tables
from db.logbook.packing import unpacked
from db.logbook.people_reader import SqlPeopleReader
from db.logbook.positions import milliseconds, moment_of, to_stored_event, to_stored_fix
from db.logbook.rows import (
    to_action,
    to_code,
    to_device,
    to_invitation,
    to_leg,
    to_note,
    to_photo,
    to_record,
    to_round,
    to_visit,
)
from db.policy import to_policy
from db.reading import VARIABLES, fetch
from db.rows import Row, moment_text
from dispatcher.domain.actions import ActionKind, SentRound, TakenAction
from dispatcher.domain.devices import App, Device, Invitation, Note, Scope
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId
from dispatcher.domain.letters import Counts, Quarantined
from dispatcher.domain.proof import OneTimeCode, Photo, Record, RecordKind
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.tracking import Leg, Source, StoredEvent, StoredFix, Visit

INVITATIONS_KEPT = timedelta(days=1)
"""How long an invitation is still listed after it expired."""


class SqlLogbookReader(SqlPeopleReader):
    """Implements the services' `LogbookReader`; lives as long as the transaction of its connection."""

    # devices

    def devices(self) -> Sequence[Device]:
        column = tables.device.c
        return [to_device(row) for row in self._rows(_all(tables.device, column.paired_at.nulls_last(), column.id))]

    def device(self, device_id: DeviceId) -> Device | None:
        return self._one(select(tables.device).where(tables.device.c.id == device_id), to_device)

    def device_of_token(self, digest: str, scope: Scope) -> Device | None:
        token = tables.token.c
        query = select(tables.device).join(tables.token).where(token.digest == digest, token.scope == scope.value)
        return self._one(query, to_device)

    def tokens(self) -> Mapping[tuple[Scope, str], Device]:
        trusted = {device.id: device for device in self.devices() if device.trusted}
        rows = self._rows(select(tables.token))
        return {
            (Scope(row["scope"]), row["digest"]): trusted[of] for row in rows if (of := row["device_id"]) in trusted
        }

    def tracker(self, unique_id: str) -> Device | None:
        """One that is trusted before one that is not, of several the latest."""
        column = tables.device.c
        named = select(tables.device).where(column.app == App.TRACKER.value, column.unique_id == unique_id)
        return self._one(named.order_by(column.revoked_at.is_(None).desc(), column.id.desc()).limit(1), to_device)

    def invitations(self) -> Sequence[Invitation]:
        column = tables.invitation.c
        listed = column.expires_at >= moment_text(self._now - INVITATIONS_KEPT)
        query = _all(tables.invitation, column.made_at, column.code_hash).where(column.used_at.is_(None), listed)
        return [to_invitation(row) for row in self._rows(query)]

    def invitation(self, code_hash: str) -> Invitation | None:
        return self._one(select(tables.invitation).where(tables.invitation.c.code_hash == code_hash), to_invitation)

    # positions

    def last_seq(self) -> int:
        return self._connection.scalar(select(func.max(tables.fix.c.seq))) or 0

    def fixes_after(self, seq: int, limit: int = 10_000) -> Sequence[StoredFix]:
        column = tables.fix.c
        return self._fixes(_with_letter(tables.fix).where(column.seq > seq).order_by(column.seq).limit(limit))

    def events_after(self, seq: int, limit: int = 10_000) -> Sequence[StoredEvent]:
        column = tables.event.c
        after = _with_letter(tables.event, tables.letter.c.driver, tables.letter.c.source).where(column.seq > seq)
        names = self._names()
        return [to_stored_event(row, names) for row in self._rows(after.order_by(column.seq).limit(limit))]

    def track(self, driver_id: DriverId, since: datetime, until: datetime) -> Sequence[StoredFix]:
        """Both ends belong to it."""
        column = tables.fix.c
        within = column.at_ms.between(milliseconds(since), milliseconds(until))
        query = _with_letter(tables.fix).where(column.driver == _number(driver_id), within)
        return self._fixes(query.order_by(column.at_ms, column.seq))

    def latest(self, since: datetime) -> Mapping[DriverId, StoredFix]:
        column, name = tables.fix.c, tables.name.c
        own = tables.fix.alias()
        newest = (
            select(own.c.seq)
            .where(own.c.driver == name.n, own.c.at_ms >= milliseconds(since), own.c.valid)
            .order_by(own.c.at_ms.desc(), own.c.seq.desc())
            .limit(1)
            .correlate(tables.name)
            .scalar_subquery()
        )
        seqs = select(newest.label("seq")).select_from(tables.name).subquery()
        fixes = self._fixes(_with_letter(tables.fix).where(column.seq.in_(select(seqs.c.seq))))
        return {fix.driver_id: fix for fix in fixes if fix.driver_id is not None}

    def quarantined(self, limit: int = 200) -> Sequence[Quarantined]:
        column = tables.quarantine.c
        query = _with_letter(tables.quarantine, tables.letter.c.source, tables.letter.c.body)
        names = self._names()
        return [_quarantined(row, names) for row in self._rows(query.order_by(column.n.desc()).limit(limit))]

    def counts(self) -> Counts:
        return Counts(
            fixes=self._count(tables.fix),
            letters=self._count(tables.letter),
            quarantined=self._count(tables.quarantine),
            actions=self._count(tables.action),
            records=self._count(tables.record),
            photos=self._count(tables.photo),
        )

    # rounds and what drivers do

    def policy(self) -> RoadPolicy:
        return to_policy(self._connection.scalar(select(tables.policy.c.body)) or {})

    def round(self, shift_id: ShiftId) -> SentRound | None:
        return self._one(select(tables.round_).where(tables.round_.c.shift_id == shift_id), to_round)

    def rounds_of(self, driver_id: DriverId, first: date, last: date) -> Sequence[SentRound]:
        column = tables.round_.c
        within = column.on.between(first.isoformat(), last.isoformat())
        query = select(tables.round_).where(column.driver_id == driver_id, within)
        return [to_round(row) for row in self._rows(query.order_by(column.on, column.starts_at, column.shift_id))]

    def rounds_once_of(self, driver_id: DriverId, first: date, last: date) -> Sequence[SentRound]:
        column = tables.round_.c
        held = func.json_each(column.former).table_valued("value")
        had = exists(select(1).select_from(held).where(func.json_extract(held.c.value, "$[0]") == driver_id))
        query = select(tables.round_).where(column.on.between(first.isoformat(), last.isoformat()), had)
        return [to_round(row) for row in self._rows(query.order_by(column.on, column.starts_at, column.shift_id))]

    def rounds_on(self, on: date, *, bodies: bool = True) -> Sequence[SentRound]:
        column = tables.round_.c
        wanted = (each for each in column if bodies or each.name != "body")
        query = select(*wanted).where(column.on == on.isoformat())
        return [to_round(row) for row in self._rows(query.order_by(column.starts_at, column.shift_id))]

    def action(self, device_id: DeviceId, key: str) -> TakenAction | None:
        column = tables.action.c
        return self._one(select(tables.action).where(column.device_id == device_id, column.key == key), to_action)

    def last_action(self) -> int:
        return self._connection.scalar(select(func.max(tables.action.c.n))) or 0

    def actions_after(self, n: int, limit: int = 10_000) -> Sequence[TakenAction]:
        query = _all(tables.action, tables.action.c.n).where(tables.action.c.n > n).limit(limit)
        return [to_action(row) for row in self._rows(query)]

    def actions_of(self, shift_ids: Iterable[ShiftId]) -> Sequence[TakenAction]:
        rows = self._of_shifts(tables.action, shift_ids)
        return sorted(map(to_action, rows), key=lambda taken: taken.n)

    def actions_about(self, order_ids: Iterable[OrderId]) -> Sequence[TakenAction]:
        column, wanted = tables.action.c, batched(dict.fromkeys(order_ids), VARIABLES)
        rows = (row for some in wanted for row in self._rows(select(tables.action).where(column.order_id.in_(some))))
        return sorted(map(to_action, rows), key=lambda taken: taken.n)

    def actions_like(self, kinds: Iterable[ActionKind]) -> Sequence[TakenAction]:
        column, wanted = tables.action.c, [kind.value for kind in kinds]
        return [to_action(row) for row in self._rows(_all(tables.action, column.n).where(column.kind.in_(wanted)))]

    def dates(self, after: date, until: date) -> Sequence[date]:
        found: set[str] = set()
        for table in (tables.round_, tables.record):
            within = table.c.on > after.isoformat(), table.c.on <= until.isoformat()
            found.update(self._connection.scalars(select(table.c.on).where(*within).distinct()))
        return [date.fromisoformat(on) for on in sorted(found)]

    def notes(
        self, driver_id: DriverId | None = None, since: datetime | None = None, *, unread: bool = False
    ) -> Sequence[Note]:
        column = tables.note.c
        query = _all(tables.note, column.written_at, column.id)
        if driver_id is not None:
            query = query.where(column.driver_id == driver_id)
        if since is not None:
            query = query.where(column.written_at >= moment_text(since))
        if unread:
            query = query.where(column.from_driver, column.read_at.is_(None))
        return [to_note(row) for row in self._rows(query)]

    # proof

    def records(self, after: int = 0, limit: int = 10_000) -> Sequence[Record]:
        query = _all(tables.record, tables.record.c.n).where(tables.record.c.n > after).limit(limit)
        try:
            return [to_record(row) for row in self._rows(query)]
        except OperationalError as fault:
            if "decode" not in str(fault.orig):  # a text that is none, as opposed to what a disk does
                raise
            raise BadInput(f"A record after {after} cannot be read: {fault.orig}.") from fault

    def records_on(self, on: date) -> Sequence[Record]:
        query = _all(tables.record, tables.record.c.n).where(tables.record.c.on == on.isoformat())
        return [to_record(row) for row in self._rows(query)]

    def closings_on(self, on: date) -> Sequence[Record]:
        column = tables.record.c
        closing = column.on == on.isoformat(), column.kind == RecordKind.CLOSED.value
        return [to_record(row) for row in self._rows(_all(tables.record, column.n).where(*closing))]

    def count_on(self, on: date) -> int:
        counted = select(func.count()).where(tables.record.c.on == on.isoformat())
        return self._connection.scalar(counted) or 0

    def records_of(self, order_ids: Iterable[OrderId]) -> Sequence[Record]:
        column, wanted = tables.record.c, batched(dict.fromkeys(order_ids), VARIABLES)
        rows = (row for some in wanted for row in self._rows(select(tables.record).where(column.order_id.in_(some))))
        return sorted(map(to_record, rows), key=lambda record: record.n)

    def head(self) -> Record | None:
        return self._one(select(tables.record).order_by(tables.record.c.n.desc()).limit(1), to_record)

    def code(self, order_id: OrderId, attempt: int) -> OneTimeCode | None:
        column = tables.code.c
        return self._one(select(tables.code).where(column.order_id == order_id, column.attempt == attempt), to_code)

    def photo(self, sha256: str) -> Photo | None:
        return self._one(select(tables.photo).where(tables.photo.c.sha256 == sha256), to_photo)

    # what was made of the track

    def visits(self, shift_ids: Iterable[ShiftId]) -> Sequence[Visit]:
        visits = map(to_visit, self._of_shifts(tables.visit, shift_ids))
        return sorted(visits, key=lambda visit: (visit.arrived_at, visit.shift_id, visit.order_id))

    def legs(self, since: date | None = None, until: date | None = None) -> Sequence[Leg]:
        column = tables.leg.c
        query = _all(tables.leg, column.on, column.shift_id, column.position)
        if since is not None:
            query = query.where(column.on >= since.isoformat())
        if until is not None:
            query = query.where(column.on <= until.isoformat())
        return [to_leg(row) for row in self._rows(query)]

    def cursor(self, name: str) -> int:
        return self._connection.scalar(select(tables.cursor.c.at).where(tables.cursor.c.name == name)) or 0

    def _count(self, table: Table) -> int:
        return self._connection.scalar(select(func.count()).select_from(table)) or 0

    def _fixes(self, query: Select[Any]) -> Sequence[StoredFix]:
        names = self._names()
        return [to_stored_fix(row, names) for row in self._rows(query)]

    def _names(self) -> Mapping[int, str]:
        return dict(self._connection.execute(select(tables.name.c.n, tables.name.c.id)).all())

    def _of_shifts(self, table: Table, shift_ids: Iterable[ShiftId]) -> Sequence[Row]:
        wanted = batched(dict.fromkeys(shift_ids), VARIABLES)
        return [row for some in wanted for row in self._rows(select(table).where(table.c.shift_id.in_(some)))]

    def _rows(self, query: Select[Any]) -> Iterable[Row]:
        return fetch(self._connection, query)

    def _one[T](self, query: Select[Any], make: Callable[[Row], T]) -> T | None:
        return next((make(row) for row in self._rows(query)), None)


def _all(table: Table, *order: Any) -> Select[Any]:
    return select(table).order_by(*order)


def _with_letter(table: Table, *columns: Any) -> Select[Any]:
    """The table's rows with the moment their letters came, and what else of these is wanted."""
    return select(table, tables.letter.c.received_ms, *columns).join(tables.letter)


def _number(word: str) -> ColumnElement[int]:
    return select(tables.name.c.n).where(tables.name.c.id == word).scalar_subquery()


def _quarantined(row: Row, names: Mapping[int, str]) -> Quarantined:
    return Quarantined(
        n=row["n"],
        device_id=DeviceId(names[row["device"]]),
        source=Source(names[row["source"]]),
        received_at=moment_of(row["received_ms"]),
        why=row["why"],
        body=unpacked(row["body"]),
        part=row["part"],
    )
