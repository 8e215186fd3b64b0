"""What the logbook keeps of what arrived: messages as they came, and the count of it all."""

from dataclasses import dataclass
from datetime import datetime

from dispatcher.domain.ids import DeviceId, DriverId
from dispatcher.domain.tracking import Decoded, Source


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of a device as it arrived, and what was understood of it."""

    device_id: DeviceId
    driver_id: DriverId | None
    source: Source
    received_at: datetime
    body: bytes
    """As it came, without the token."""
    decoded: Decoded


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was kept of a letter."""

    fixes: int
    """New ones."""
    known: int
    """Seen before."""
    faults: int
    """Parts that went to quarantine."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message, or part of one, that could not be used; kept as it came."""

    n: int
    device_id: DeviceId | None
    source: Source
    received_at: datetime
    why: str
    body: bytes
    """The whole message."""
    part: int | None = None
    """Which point of it, from 0; `None` for all of it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a logbook holds."""

    fixes: int
    letters: int
    quarantined: int
    actions: int
    records: int
    photos: int
