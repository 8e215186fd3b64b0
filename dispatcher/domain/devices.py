"""Phones and trackers of the depot's drivers, how they come to be trusted, and what is written to and from drivers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatcher.domain.ids import DeviceId, DriverId


class App(StrEnum):
    """What runs on the device."""

    PAGE = "Driver page"
    TRACCAR = "Traccar Client"
    OWNTRACKS = "OwnTracks"
    OVERLAND = "Overland"
    GPSLOGGER = "GPSLogger"
    OSMAND = "OsmAnd"
    NMEA = "NMEA tracker"
    SERVER = "Traccar server"
    """Speaks for many trackers; has no driver itself."""
    TRACKER = "Tracker"
    """One of those behind a server, known by its `unique_id`; has no token."""


class Scope(StrEnum):
    """What a token allows. One token allows one thing."""

    POSITIONS = "positions"
    PROOFS = "proofs"
    """The driver's own round and everything that is said about its stops."""


@dataclass(frozen=True, slots=True)
class Device:
    """A phone or tracker that may report."""

    id: DeviceId
    app: App
    driver_id: DriverId | None
    label: str = ""
    """What the dispatcher calls it."""
    unique_id: str = ""
    """What it calls itself: bound when first heard; for a tracker behind a server the name it goes by there."""
    paired_at: datetime | None = None
    revoked_at: datetime | None = None
    seen_at: datetime | None = None
    """When anything was heard of it last."""
    battery: float | None = None
    """0-1, as it said last."""

    @property
    def trusted(self) -> bool:
        """Whether its tokens are good."""
        return self.revoked_at is None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time code by which a device becomes trusted. Only the code's SHA-256 is kept."""

    code_hash: str
    app: App
    driver_id: DriverId | None
    made_at: datetime
    expires_at: datetime
    label: str = ""
    used_at: datetime | None = None
    device_id: DeviceId | None = None
    """The device it let in."""


PROGRAM_NOTE = "program-"
"""What the id of a note begins with that the program wrote in a driver's name."""


@dataclass(frozen=True, slots=True)
class Note:
    """A message between the dispatcher and one driver."""

    id: str
    driver_id: DriverId
    text: str
    written_at: datetime
    from_driver: bool = False
    fetched_at: datetime | None = None
    """When the other side's device, or the window, had it."""
    read_at: datetime | None = None
    """When the other side opened it."""

    @property
    def own_words(self) -> bool:
        """Whether the driver wrote it, not the program for them."""
        return self.from_driver and not self.id.startswith(PROGRAM_NOTE)
