"""What phones and trackers say of where they are, and what follows from it on the road.

SI units throughout, whatever a protocol speaks: metres, metres a second, shares from 0 to 1, aware UTC moments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.time import require_aware

# --- what arrives -------------------------------------------------------------------------------------------------


class Source(StrEnum):
    """The protocol in which something arrived."""

    OSMAND = "osmand"
    """OsmAnd's parameters and every shape of Traccar Client."""
    OWNTRACKS = "owntracks"
    OVERLAND = "overland"
    GPSLOGGER = "gpslogger"
    NMEA = "nmea"
    TRACCAR = "traccar"
    """A Traccar server that forwards what its trackers say."""
    PAGE = "page"
    """The driver page."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One position as a device states it."""

    at: datetime
    """When the device was there, by its own clock."""
    place: Place
    sent_at: datetime | None = None
    """When the device says it sent this."""
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    """Clockwise from north, 0 ≤ heading < 360."""
    altitude_m: float | None = None
    battery: float | None = None
    """0-1."""
    charging: bool | None = None
    mock: bool = False
    """The phone itself says that the position is made up."""
    motion: str = ""
    """`still`, `walking`, `in_vehicle`, … as the client has it."""
    valid: bool = True
    """`False` when the receiver says it has no fix: kept, never followed."""
    client_id: str = ""
    """The client's own name of this point, if it gives one; the key against duplicates then."""
    unique_id: str = ""
    """For trackers behind a server: which of them."""
    extras: Mapping[str, str | float | bool] = field(default_factory=dict)
    """What else it said: odometer, ignition, alarm, …"""

    def __post_init__(self) -> None:
        require_aware(self.at, "a fix")


class EventKind(StrEnum):
    """What a device may say besides where it is."""

    HEARTBEAT = "heartbeat"
    ENTER = "enter"
    LEAVE = "leave"
    ALARM = "alarm"
    OFFLINE = "offline"
    """The connection broke: MQTT's last will."""
    CLOSING = "closing"
    """The app is being ended."""
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """Something a device said that is no position."""

    at: datetime
    kind: EventKind
    detail: str = ""
    unique_id: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Part of a message that could not be used."""

    what: str
    """A sentence for people; never the body's own words beyond 60 characters."""
    part: int | None = None
    """Which point of a batch, from 0; `None` for the whole message."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Everything one message held. A message without any of the three is legal: it said nothing."""

    fixes: tuple[Fix, ...] = ()
    events: tuple[DeviceEvent, ...] = ()
    faults: tuple[Fault, ...] = ()
    unique_id: str = ""
    """What the device calls itself."""


@dataclass(frozen=True, slots=True)
class StoredFix:
    """A fix that was committed."""

    seq: int
    """Rises with every fix that arrives, whatever clock a device has."""
    device_id: DeviceId
    driver_id: DriverId | None
    received_at: datetime
    source: Source
    fix: Fix


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A device event that was committed."""

    seq: int
    device_id: DeviceId
    driver_id: DriverId | None
    received_at: datetime
    event: DeviceEvent


class Unkept(StrEnum):
    """Why a position that was acknowledged is not among those kept. Its key on the wire is `key`."""

    ENDED = "after the end of the round"
    OFF_DUTY = "outside the shift"
    NO_ROUND = "without a round that was sent"
    NO_DRIVER = "of devices without a driver"
    UNKNOWN = "of unknown trackers"
    ASIDE = "set aside after a fault"

    @property
    def key(self) -> str:
        """For machines: in headers and JSON."""
        return self.name.lower().replace("_", "-")


class Doubt(StrEnum):
    """Why a fix is not followed."""

    INVALID = "the receiver had no fix"
    ZERO = "at 0, 0"
    FUTURE = "in the future"
    OLD = "older than a day"
    INACCURATE = "too inaccurate"
    JUMP = "farther than anybody drives"
    DUPLICATE = "seen before"


# --- what follows from it -----------------------------------------------------------------------------------------


class Witness(StrEnum):
    """Who says that a driver was at a stop."""

    TRACK = "track"
    """The positions: near it for long enough."""
    DRIVER = "driver"
    """The driver, on the page."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A driver's stay at a stop."""

    shift_id: ShiftId
    order_id: OrderId
    arrived_at: datetime
    departed_at: datetime | None = None
    """`None` while there."""
    witness: Witness = Witness.TRACK
    distance_m: float = 0.0
    """The nearest the track came to the stop's place."""


class Risk(StrEnum):
    """How a stop's window and its live arrival stand to each other."""

    NONE = "on time"
    AT_RISK = "at risk"
    """The later end of the interval lies behind the window's close."""
    LATE = "late"
    """Even the expected arrival does."""


@dataclass(frozen=True, slots=True)
class LiveStop:
    """When a driver will be at a stop, as things stand on the road."""

    order_id: OrderId
    planned_at: datetime
    """When the plan has the driver arrive."""
    expected_at: datetime
    earliest_at: datetime
    latest_at: datetime
    """With `earliest_at` the interval that held four of five arrivals so far."""
    closes_at: datetime | None = None
    """When the window closes in which it is to be served."""
    risk: Risk = Risk.NONE

    @property
    def delay_s(self) -> int:
        """How much later than planned; negative for earlier."""
        return round((self.expected_at - self.planned_at).total_seconds())


@dataclass(frozen=True, slots=True)
class LiveRound:
    """A round as it stands on the road. What is behind the driver is in `visits`, what lies ahead in `stops`."""

    shift_id: ShiftId
    driver_id: DriverId
    visits: tuple[Visit, ...] = ()
    """In the order they happened."""
    stops: tuple[LiveStop, ...] = ()
    """Those ahead, in the order planned; empty when the round is done or nothing was heard yet."""
    at_order_id: OrderId | None = None
    """The stop the driver stands at."""
    driven_m: float = 0.0
    planned_m: float = 0.0
    """What the plan has for all of the round."""
    latest: StoredFix | None = None
    """The fix with the latest device time that is followed."""
    mock: bool = False
    """Whether any position of today was made up."""
    over: bool = False
    """The driver said so; or nothing is ahead any more, and the driver is back or silent."""
    pace: "Factor | None" = None
    """How much longer than on empty roads driving to the next stop takes, and from how many drives that was learned."""

    @property
    def delay_s(self) -> int | None:
        """At the next stop; `None` when none is ahead."""
        return self.stops[0].delay_s if self.stops else None


class AlertKind(StrEnum):
    """What the road can want attention for."""

    LATE_DEPARTURE = "late departure"
    AT_RISK = "stop at risk"
    OFF_ROUTE = "off route"
    STANDING = "standing too long"
    SILENT = "silent device"
    SPEEDING = "speeding"
    MOCK = "made-up position"
    CLOCK = "wrong clock"
    BATTERY = "battery low"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something on the road that wants attention; it lasts as long as its cause."""

    kind: AlertKind
    shift_id: ShiftId
    since: datetime
    value: float
    """Measured: seconds, metres, metres a second, or a share, as the kind has it."""
    limit: float
    """The threshold it passed, in the same unit."""
    sentence: str
    """For people: what, and what to do."""
    order_id: OrderId | None = None

    @property
    def key(self) -> tuple[AlertKind, ShiftId, OrderId | None]:
        """What makes it the same alert as a moment ago."""
        return self.kind, self.shift_id, self.order_id


@dataclass(frozen=True, slots=True)
class Leg:
    """One drive between two stops as it happened, for learning."""

    zone: str
    """Geohash of five characters around the leg's middle."""
    hour: int
    """Of the depot's clock when it began, 0-23."""
    weekday: int
    """Monday 0."""
    planned_s: int
    driven_s: int


@dataclass(frozen=True, slots=True)
class Factor:
    """How much longer than free flow driving takes, learned from the depot's own legs."""

    factor: float
    spread: float
    """Standard deviation of a leg's log ratio around the factor's."""
    samples: int
    """How many legs it rests on; 0 for the value nobody has measured yet."""
