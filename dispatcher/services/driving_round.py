"""A round as a phone has it: which one is a driver's at a moment, its stops, and what is done of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from dispatcher.domain.actions import ActionKind, SentRound, TakenAction, Taking
from dispatcher.domain.devices import Device, Note
from dispatcher.domain.ids import DriverId, OrderId
from dispatcher.services.logbook import LogbookReader, LogbookWriter

AHEAD = timedelta(days=7)
OVERTIME = timedelta(hours=6)
"""For how long a round that began and did not end may still be the one that is driven."""
HANDING_OVER = timedelta(minutes=10)
"""Who hands a round over may do so with a last stop on the way."""
NOTES_SINCE = timedelta(days=3)
_ENDINGS = frozenset({ActionKind.DELIVER, ActionKind.FAIL})

type Stop = Mapping[str, Any]


def round_for(
    reader: LogbookReader, device: Device, *, on: date | None = None, now: datetime
) -> tuple[str, dict[str, Any]]:
    """What `GET round` answers, with its ETag; nothing is marked as fetched.

    Without a date: the round that is under way, else today's, else the next one within seven days. The body's `round`
    is `None` when there is none.
    """
    driver_id = device.driver_id
    chosen = choose(reader, driver_id, on, now) if driver_id else None
    notes = [] if driver_id is None else reader.notes(driver_id, since=now - NOTES_SINCE)
    read = sum(note.read_at is not None for note in notes)
    elsewhere = _done_elsewhere(reader, chosen, device) if chosen else 0
    tag = f'"v{chosen.version if chosen else 0}-n{len(notes)}.{read}-d{elsewhere}-{chosen.shift_id if chosen else ""}"'
    return tag, {
        "round": _told(chosen) if chosen else None,
        "notes": [_told_note(note) for note in notes],
        "done": done_of(reader, chosen) if chosen else {},
        "now": iso(now),
    }


def mark_fetched(writer: LogbookWriter, device: Device, body: Mapping[str, Any], *, now: datetime) -> None:
    """Note that a phone got what `round_for` answered: this version of the round, and these notes."""
    told = body["round"]
    round_ = told and own_round(writer, device, told["shift_id"])
    if round_ and round_.fetched < told["version"] <= round_.version:
        writer.put_round(replace(round_, fetched=told["version"]))
    fetched = {note["id"] for note in body["notes"]}
    for note in writer.notes(device.driver_id, since=now - NOTES_SINCE) if device.driver_id else ():
        if note.id in fetched and not note.from_driver and note.fetched_at is None:
            writer.put_note(replace(note, fetched_at=now))


def choose(reader: LogbookReader, driver_id: DriverId, on: date | None, now: datetime) -> SentRound | None:
    """The round to show: see `round_for`."""
    day = now.astimezone(UTC).date()
    first, last = (on, on) if on else (day - timedelta(days=2), day + AHEAD + timedelta(days=1))
    rounds = [r for r in reader.rounds_of(driver_id, first, last) if not r.withdrawn]
    actions = reader.actions_of([r.shift_id for r in rounds])
    begun, ended = (_shifts(actions, kind, driver_id) for kind in (ActionKind.BEGIN, ActionKind.END))

    def rank(round_: SentRound) -> tuple[int, timedelta] | None:
        """The lower, the sooner shown; `None` for not at all."""
        today, start = now.astimezone(ZoneInfo(round_.body.get("zone", "UTC"))).date(), round_.starts_at - now
        is_open = round_.shift_id not in ended
        if is_open and round_.shift_id in begun and round_.on <= today and now <= round_.ends_at + OVERTIME:
            return 0, -start
        if is_open and now <= round_.ends_at and (round_.on == today or round_.starts_at <= now):
            return 1, start
        if round_.on == today or (on and round_.on < today):
            return 2, -start
        return (3, start) if on or today < round_.on <= today + AHEAD else None

    ranked = [(rank(round_), round_) for round_ in rounds]
    return min(((r, round_) for r, round_ in ranked if r), key=lambda pair: pair[0], default=(None, None))[1]


def own_round(reader: LogbookReader, device: Device, shift_id: str) -> SentRound | None:
    """The round of this name if it is the phone's driver's, withdrawn or not."""
    round_ = reader.round(shift_id)  # type: ignore[arg-type]
    return round_ if round_ and device.driver_id is not None and round_.driver_id == device.driver_id else None


def round_had(reader: LogbookReader, device: Device, shift_id: str, at: datetime) -> SentRound | None:
    """As `own_round`, or one that another driver has by now and that was the phone's driver's at this moment."""
    round_ = reader.round(shift_id)  # type: ignore[arg-type]
    if round_ is None or round_.driver_id == device.driver_id:
        return own_round(reader, device, shift_id)
    held = (each.until + HANDING_OVER for each in round_.former if each.driver_id == device.driver_id)
    return round_ if any(at <= until for until in held) else None


def stop_of(round_: SentRound, order_id: OrderId | None) -> Stop | None:
    """The stop at which this order is served."""
    stops: Sequence[Stop] = round_.body.get("stops", ())
    return next((stop for stop in stops if order_id and stop["order_id"] == order_id), None)


def standing(actions: Iterable[TakenAction]) -> Mapping[tuple[OrderId, int], TakenAction]:
    """The attempts that were taken and not taken back, by order and number."""
    return {
        (a.action.order_id, a.effect.get("number", 1)): a
        for a in actions
        if a.action.kind in _ENDINGS and a.taking is Taking.TAKEN and not a.withdrawn and a.action.order_id
    }


def done_of(reader: LogbookReader, round_: SentRound) -> dict[str, dict[str, str]]:
    """How the stops ended that are done, by order."""
    attempts = standing(reader.actions_of([round_.shift_id]))
    done = {}
    for stop in round_.body.get("stops", ()):
        if taken := attempts.get((stop["order_id"], stop.get("attempt", 1))):
            at, key = iso(taken.action.at), taken.action.key
            done[stop["order_id"]] = {"outcome": taken.effect.get("outcome", ""), "at": at, "key": key}
    return done


def _done_elsewhere(reader: LogbookReader, round_: SentRound, device: Device) -> int:
    """Another number when other phones of the driver have done something; what this one did it knows."""
    attempts = standing(reader.actions_of([round_.shift_id])).values()
    keys = sorted(taken.action.key for taken in attempts if taken.device_id != device.id)
    return crc32("".join(keys).encode()) if keys else 0


def iso(moment: datetime) -> str:
    """As the page has moments."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _told(round_: SentRound) -> dict[str, Any]:
    own = {"shift_id": round_.shift_id, "date": round_.on.isoformat(), "version": round_.version}
    return {**round_.body, **own, "sent_at": iso(round_.sent_at)}


def _told_note(note: Note) -> dict[str, Any]:
    told = {"id": note.id, "text": note.text, "written_at": iso(note.written_at)}
    return {**told, "from_driver": note.from_driver, "read": note.read_at is not None}


def _shifts(actions: Iterable[TakenAction], kind: ActionKind, driver_id: DriverId) -> frozenset[str]:
    said = (a for a in actions if a.action.kind is kind and a.taking is Taking.TAKEN and not a.withdrawn)
    return frozenset(a.action.shift_id for a in said if a.driver_id == driver_id)
