"""A driver's day for tests: a real logbook with two drivers' rounds, a phone, and messages as a phone sends them."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from dispatcher.domain.actions import SentRound
from dispatcher.domain.devices import App, Device
from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId
from dispatcher.domain.proof import OneTimeCode, Record
from dispatcher.proof.codes import digits_of, issue
from dispatcher.services.driving import take
from dispatcher.services.driving_round import iso
from dispatcher.services.logbook import LogbookReader, LogbookWriter

ON = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SECRET = bytes(range(32))
AINO, OTHER = DriverId("driver-aino"), DriverId("driver-other")
PHONE = Device(DeviceId("phone-aino"), App.PAGE, AINO, paired_at=NOW)
OTHERS_PHONE = Device(DeviceId("phone-other"), App.PAGE, OTHER, paired_at=NOW)
SHIFT, OTHERS_SHIFT = ShiftId("shift-aino"), ShiftId("shift-other")
DOOR = {"lat": 60.1699, "lon": 24.9384}


def stop(order_id: str, turn: int, **changes: Any) -> dict[str, Any]:
    """One stop as the page is given it."""
    levels = {"signature": "asked", "photo": "optional", "name": "asked", "code": "off", "scan": "off", "cash": "off"}
    told = {"order_id": order_id, "turn": turn, "number": f"HEL-{turn}", "attempt": 1, **DOOR, "parcels": 2}
    told |= {
        "lines": [{"name": "Box", "quantity": 2, "barcode": "111"}, {"name": "Bag", "quantity": 1, "barcode": "222"}]
    }
    told |= {"cash_due": 0, "needs": {"delivering": levels, "failing": {"photo": "asked"}}}
    return {**told, **changes}


def sent(shift_id: ShiftId = SHIFT, driver_id: DriverId = AINO, **changes: Any) -> SentRound:
    """A round of three stops, from eight to four at the depot."""
    prefix = "a" if driver_id == AINO else "b"
    stops = changes.pop("stops", None) or [stop(f"{prefix}{n}", n) for n in (1, 2, 3)]
    reasons = [
        {"code": "NOT_HOME", "label": "Nobody there", "attempt": True, "demands": ["photo", "call"]},
        {"code": "DAMAGED", "label": "Damaged", "attempt": True, "demands": []},
    ]
    body = {"zone": "Europe/Helsinki", "stops": stops, "reasons": reasons, "undo_s": 60, "depot": {"name": "Helsinki"}}
    start = datetime(2026, 11, 24, 6, tzinfo=UTC)
    told = {"on": ON, "version": 1, "sent_at": start, "starts_at": start, "ends_at": start + timedelta(hours=8)}
    return SentRound(shift_id, driver_id, **{**told, "body": body, **changes})


@dataclass(slots=True)
class Road:
    """A logbook, and what phones say to it."""

    logbook: SqliteLogbook
    _seq: int = 0

    def put(self, *rounds: SentRound) -> None:
        """Send these rounds."""
        for round_ in rounds:
            self.logbook.write(lambda w, r=round_: w.put_round(r))

    def action(self, kind: str, order_id: str | None = None, *, at: datetime = NOW, **body: Any) -> dict[str, Any]:
        """The next action of Aino's phone."""
        self._seq += 1
        key = str(UUID(int=(7 << 76) | (1 << 63) | self._seq))
        said = {"key": key, "seq": self._seq, "kind": kind, "at": iso(at), "shift_id": SHIFT, "body": body}
        return {**said, "order_id": order_id} if order_id else said

    def say(self, *actions: Any, device: Device = PHONE, now: datetime = NOW, **envelope: Any) -> list[dict[str, str]]:
        """Send a message; the answers."""
        message = {"sent_at": iso(now), "app": "1.0.0", "actions": list(actions), **envelope}
        return self.logbook.write(lambda w: take(w, device, message, now=now))

    def one(self, kind: str, order_id: str | None = None, *, now: datetime = NOW, **body: Any) -> dict[str, str]:
        """Do and send one thing."""
        return self.say(self.action(kind, order_id, at=now, **body), now=now)[0]

    def code(self, order_id: str, *, until: datetime = NOW + timedelta(hours=10)) -> str:
        """Issue a code; its digits."""
        code = issue(OrderId(order_id), 1, SECRET, opens_at=NOW, expires_at=until)
        self.logbook.write(lambda w: w.put_code(code))
        return digits_of(code, SECRET)

    def kept_code(self, order_id: str) -> OneTimeCode:
        """What is kept of it now."""
        code = self.logbook.read(lambda r: r.code(OrderId(order_id), 1))
        assert code is not None
        return code

    def chain(self) -> list[Record]:
        """All records."""
        return list(self.logbook.read(lambda r: r.records()))

    def state(self) -> Mapping[str, Any]:
        """All that actions can change, to be compared."""
        return self.logbook.read(state_of)

    def tried[T](self, change: Callable[[LogbookWriter], T]) -> T:
        """What `change` returns, with nothing of it kept."""
        found: list[T] = []

        def try_out(writer: LogbookWriter) -> None:
            found.append(change(writer))
            raise _Undone

        with suppress(_Undone):
            self.logbook.write(try_out)
        return found[0]


class _Undone(Exception):
    """Takes a transaction back."""


def state_of(reader: LogbookReader) -> Mapping[str, Any]:
    """All that actions can change, but for what is drawn at random: salts, and the names of notes."""
    return {
        "actions": [replace(a, effect={**a.effect, "note": ""}) for a in reader.actions_after(0)],
        "records": [(record.kind, record.key, record.body) for record in reader.records()],
        "rounds": reader.rounds_on(ON),
        "notes": [(note.text, note.read_at, note.from_driver) for note in reader.notes()],
    }


def open_road(folder: Path) -> Road:
    """A logbook with both drivers' rounds of the day. Close it with `Road.logbook.close`."""
    road = Road(open_logbook(folder, clock=lambda: NOW))
    road.put(sent(), sent(OTHERS_SHIFT, OTHER))
    road.logbook.write(lambda w: [w.put_device(device) for device in (PHONE, OTHERS_PHONE)])
    return road
