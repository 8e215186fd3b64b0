"""Letters, fixes and records as tests of the logbook need them by the dozen."""

import hashlib
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from dispatcher.domain.actions import Action, ActionKind, SentRound, TakenAction
from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId
from dispatcher.domain.letters import Letter
from dispatcher.domain.place import Place
from dispatcher.domain.proof import Record, RecordKind
from dispatcher.domain.tracking import Decoded, Fix, Source
from tests.db.logbook.conftest import NOW

PHONE, MIRA = DeviceId("phone"), DriverId("mira")


def fix(seconds: float = 0.0, **parts: Any) -> Fix:
    """Where the driver was so many seconds after `NOW`."""
    return Fix(NOW + timedelta(seconds=seconds), Place(50.77, round(6.08 + seconds / 100_000, 7)), **parts)


def letter(*fixes: Fix, received_at: datetime = NOW, **parts: Any) -> Letter:
    """What Mira's phone sent."""
    usual = {"device_id": PHONE, "driver_id": MIRA, "source": Source.OSMAND, "body": b"lat=50.77", "decoded": None}
    return Letter(received_at=received_at, **{**usual, **parts, "decoded": parts.get("decoded", Decoded(fixes))})


def record(previous: Record | None = None, **parts: Any) -> Record:
    """The link that follows."""
    n = previous.n + 1 if previous else 1
    before = previous.digest if previous else bytes(32)
    digest = hashlib.sha256(before + str((n, parts)).encode()).digest()
    usual = {"kind": RecordKind.ATTEMPT, "key": f"key-{n}", "order_id": OrderId("order"), "on": "2026-11-23", "at": NOW}
    link = {"n": n, "body": {"n": n}, "salt": b"salt", "digest": digest, "previous": before}
    return Record(**{**link, **usual, **parts})


_keys = count()


def taken(**parts: Any) -> TakenAction:
    """An arrival, as it comes in."""
    key = f"action-{next(_keys)}"
    action = Action(key, 1, ActionKind.ARRIVE, NOW, ShiftId("shift"), OrderId("order"), {"position": {"lat": 50.77}})
    return TakenAction(**{"n": 0, "device_id": PHONE, "driver_id": MIRA, "received_at": NOW, "action": action, **parts})


def sent_round(**parts: Any) -> SentRound:
    """Mira's round of today."""
    usual = {"shift_id": ShiftId("shift"), "driver_id": MIRA, "on": NOW.date(), "version": 1, "sent_at": NOW}
    hours = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=8)}
    return SentRound(**{**usual, **hours, "body": {"stops": []}, **parts})
