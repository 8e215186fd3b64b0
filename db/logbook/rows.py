"""Domain objects to rows of the logbook and back, nothing else. What is kept of positions is in `positions`."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Any

import orjson

from db.logbook.packing import packed_json, unpacked, unpacked_json
from db.rows import Row, moment_text
from dispatcher.domain.actions import Action, ActionKind, Former, SentRound, TakenAction, Taking
from dispatcher.domain.devices import App, Device, Invitation, Note
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.proof import OneTimeCode, Photo, Record, RecordKind
from dispatcher.domain.tracking import Leg, Visit, Witness


def flat_row(thing: Any) -> dict[str, Any]:
    """A row with a column for every field, for things whose fields are all plain."""
    return {field.name: _plain(getattr(thing, field.name)) for field in fields(thing)}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return moment_text(value)
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case _:
            return value


def _moments(row: Row, *columns: str) -> Mapping[str, datetime | None]:
    return {column: row[column] and datetime.fromisoformat(row[column]) for column in columns}


def to_device(row: Row) -> Device:
    """The device of a row."""
    return Device(**{**row, "app": App(row["app"]), **_moments(row, "paired_at", "revoked_at", "seen_at")})


def to_invitation(row: Row) -> Invitation:
    """The invitation of a row."""
    return Invitation(**{**row, "app": App(row["app"]), **_moments(row, "made_at", "expires_at", "used_at")})


def to_note(row: Row) -> Note:
    """The note of a row."""
    return Note(**{**row, **_moments(row, "written_at", "fetched_at", "read_at")})


def to_code(row: Row) -> OneTimeCode:
    """The code of a row."""
    return OneTimeCode(**{**row, **_moments(row, "opens_at", "expires_at", "right_at")})


def to_visit(row: Row) -> Visit:
    """The visit of a row."""
    moments = _moments(row, "arrived_at", "departed_at")
    return Visit(**{**row, "witness": Witness(row["witness"]), **moments})


def leg_row(leg: Leg, on: date, shift_id: ShiftId, position: int) -> Row:
    """A row of table `leg`."""
    return {"shift_id": shift_id, "position": position, "on": on.isoformat(), **flat_row(leg)}


def to_leg(row: Row) -> Leg:
    """The leg of a row."""
    return Leg(row["zone"], row["hour"], row["weekday"], row["planned_s"], row["driven_s"])


def round_row(round_: SentRound) -> Row:
    """A row of table `round`."""
    former = [[each.driver_id, moment_text(each.until)] for each in round_.former]
    return {**flat_row(round_), "body": packed_json(round_.body), "former": json.dumps(former)}


def to_round(row: Row) -> SentRound:
    """The round of a row."""
    former = tuple(Former(driver, datetime.fromisoformat(until)) for driver, until in json.loads(row["former"]))
    parts = {
        "on": date.fromisoformat(row["on"]),
        "body": unpacked_json(row["body"]) if "body" in row else {},
        "former": former,
    }
    return SentRound(**{**row, **parts, **_moments(row, "sent_at", "starts_at", "ends_at")})


def action_row(taken: TakenAction) -> Row:
    """A row of table `action`; without `n` if it has none yet."""
    row = {**flat_row(taken), **flat_row(taken.action), "body": packed_json(taken.action.body)}
    row["effect"] = packed_json(taken.effect)
    del row["action"]
    return row if taken.n else {column: value for column, value in row.items() if column != "n"}


def to_action(row: Row) -> TakenAction:
    """The action of a row."""
    return TakenAction(
        n=row["n"],
        device_id=row["device_id"],
        driver_id=row["driver_id"],
        received_at=datetime.fromisoformat(row["received_at"]),
        action=Action(
            key=row["key"],
            seq=row["seq"],
            kind=ActionKind(row["kind"]),
            at=datetime.fromisoformat(row["at"]),
            shift_id=row["shift_id"],
            order_id=row["order_id"],
            body=unpacked_json(row["body"]),
        ),
        taking=Taking(row["taking"]),
        why=row["why"],
        withdrawn=row["withdrawn"],
        effect=unpacked_json(row["effect"]),
    )


def record_row(record: Record) -> Row:
    """A row of table `record`."""
    return {**flat_row(record), "body": packed_json(record.body)}


def to_record(row: Row) -> Record:
    """The record of a row. Raises `BadInput` for one that was not written so."""
    try:
        at = datetime.fromisoformat(row["at"])
        record = Record(
            **{**row, "kind": RecordKind(row["kind"]), "body": orjson.loads(unpacked(row["body"])), "at": at}
        )
        if moment_text(at) != row["at"]:
            raise ValueError(f"“{row['at']}” is no moment as it is kept")
    except (ValueError, TypeError, zlib.error) as fault:
        raise BadInput(f"Record {row['n']} cannot be read: {fault}.") from fault
    return record


def photo_row(photo: Photo) -> Row:
    """A row of table `photo`."""
    row = flat_row(photo)
    place = row.pop("place")
    return {**row, "lat": place and place.lat, "lon": place and place.lon}


def to_photo(row: Row) -> Photo:
    """The photo of a row."""
    columns = dict(row)
    lat, lon = columns.pop("lat"), columns.pop("lon")
    place = None if lat is None else Place(lat, lon)
    return Photo(**{**columns, "place": place, **_moments(row, "received_at", "taken_at")})
