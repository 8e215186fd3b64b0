"""What happened at the door, and what shows it. Amounts of money in minor currency units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId
from dispatcher.domain.place import Place


class Outcome(StrEnum):
    """How an attempt ended."""

    DELIVERED = "delivered"
    """Or collected, where the order is a collection."""
    PARTLY = "partly"
    FAILED = "failed"


class Handover(StrEnum):
    """To whom, or where, the goods went."""

    RECIPIENT = "recipient"
    HOUSEHOLD = "household"
    NEIGHBOUR = "neighbour"
    RECEPTION = "reception"
    MAILBOX = "mailbox"
    SAFE_PLACE = "safe place"
    OTHER = "other"


class ProofKind(StrEnum):
    """What can show that an attempt was as the driver says."""

    CODE = "code"
    """The one-time code that only the customer has."""
    SIGNATURE = "signature"
    PHOTO = "photo"
    NAME = "name"
    """Who took it, and how they are related."""
    SCAN = "scan"
    """Every parcel's barcode."""
    CASH = "cash"
    """The amount that is due."""


class Need(StrEnum):
    """How much a proof is wanted."""

    REQUIRED = "required"
    """The page does not let the driver go on without."""
    ASKED = "asked"
    """The page warns, and takes a no."""
    OPTIONAL = "optional"
    OFF = "off"

    @property
    def wanted(self) -> bool:
        """Whether its absence is worth a word."""
        return self in (Need.REQUIRED, Need.ASKED)


class Owner(StrEnum):
    """Whose affair a failure is; what measures count it against."""

    CUSTOMER = "customer"
    DATA = "data"
    SITE = "site"
    GOODS = "goods"
    DEPOT = "depot"
    CARRIER = "carrier"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class FailureReason:
    """Why something was not delivered: an entry of the depot's own list."""

    code: str
    label: str
    owner: Owner
    attempt: bool = True
    """Whether it counts as an attempt: somebody stood at the door."""
    demands: frozenset[str] = frozenset()
    """Of `photo`, `note` and `call`: what the driver must give, or have done, with it."""
    x12: str = ""
    """The nearest of X12's shipment status reasons, data element 1651."""
    edifact: str = ""
    """The nearest of EDIFACT's status reasons, data element 9013."""


_NOTE, _PHOTO, _PHOTO_AND_CALL = frozenset({"note"}), frozenset({"photo"}), frozenset({"photo", "call"})

REASONS: tuple[FailureReason, ...] = (
    FailureReason("NOT_HOME", "Nobody there", Owner.CUSTOMER, demands=_PHOTO_AND_CALL, x12="AQ", edifact="6"),
    FailureReason("BUSINESS_CLOSED", "Business closed", Owner.CUSTOMER, demands=_PHOTO, x12="B1", edifact="7"),
    FailureReason("REFUSED", "Refused", Owner.CUSTOMER, demands=_NOTE, x12="AG", edifact="49"),
    FailureReason("RESCHEDULE_REQUESTED", "Wants another time", Owner.CUSTOMER, demands=_NOTE, x12="AD", edifact="15"),
    FailureReason("PAYMENT_NOT_MADE", "Did not pay", Owner.CUSTOMER, x12="C9", edifact="46"),
    FailureReason("OTP_FAILED", "Had no valid code", Owner.CUSTOMER, x12="AG", edifact="21"),
    FailureReason("ID_FAILED", "Could not show an ID", Owner.CUSTOMER, x12="AG", edifact="21"),
    FailureReason("WRONG_ADDRESS", "Wrong address", Owner.DATA, demands=_NOTE, x12="A2", edifact="30"),
    FailureReason("CANNOT_LOCATE", "Door not found", Owner.DATA, demands=_PHOTO_AND_CALL, x12="A5", edifact="59"),
    FailureReason("NO_ACCESS", "No access or parking", Owner.SITE, demands=_PHOTO, x12="B8", edifact="6"),
    FailureReason("DAMAGED", "Damaged", Owner.GOODS, demands=_PHOTO, x12="BG", edifact="14"),
    FailureReason("MISSING", "Missing or short", Owner.DEPOT, x12="BG", edifact="27"),
    FailureReason("WRONG_ITEM", "Wrong item", Owner.DEPOT, x12="AA", edifact="29"),
    FailureReason("NOT_LOADED", "Not loaded", Owner.DEPOT, attempt=False, x12="BG", edifact="41"),
    FailureReason("OUT_OF_TIME", "Out of time", Owner.CARRIER, attempt=False, x12="BH", edifact="58"),
    FailureReason("BREAKDOWN", "Breakdown or accident", Owner.CARRIER, attempt=False, x12="AI", edifact="35"),
    FailureReason("WEATHER_ROAD", "Weather or road", Owner.OUTSIDE, attempt=False, x12="AO", edifact="63"),
    FailureReason("OTHER", "Something else", Owner.OUTSIDE, demands=_NOTE, x12="BG", edifact="62"),
)
"""The list a depot starts with."""

type Needs = Mapping[ProofKind, Need]

DELIVERING: Needs = {
    ProofKind.CODE: Need.OFF,
    ProofKind.SIGNATURE: Need.ASKED,
    ProofKind.PHOTO: Need.OPTIONAL,
    ProofKind.NAME: Need.ASKED,
    ProofKind.SCAN: Need.OPTIONAL,
    ProofKind.CASH: Need.REQUIRED,
}
"""What a depot asks for at first when goods change hands. Cash only where some is due."""

FAILING: Needs = {
    ProofKind.CODE: Need.OFF,
    ProofKind.SIGNATURE: Need.OFF,
    ProofKind.PHOTO: Need.ASKED,
    ProofKind.NAME: Need.OFF,
    ProofKind.SCAN: Need.OFF,
    ProofKind.CASH: Need.OFF,
}
"""What a depot asks for at first when they do not."""


class CodeVerdict(StrEnum):
    """What became of the one-time code."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    SPENT = "spent"
    """Five tries, or used already."""
    NONE = "none"
    """The order has no code, or none was typed."""
    PENDING = "pending"
    """Typed without a line; the gateway says later."""


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """The code of one attempt at one order, as far as it is kept: a salted hash."""

    order_id: OrderId
    attempt: int
    salt: bytes
    digest: bytes
    """scrypt of the six digits."""
    opens_at: datetime
    expires_at: datetime
    tries: int = 0
    right_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ink:
    """A signature as it was drawn."""

    width: int
    height: int
    """Pixels of the field it was drawn in."""
    strokes: tuple[tuple[tuple[float, float, int], ...], ...]
    """Each a run of (x, y, t): shares of the field from 0 to 1, milliseconds since the first touch."""


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of one article of an order."""

    line: int
    """Its place in the order's lines, from 0."""
    quantity: float
    """How much changed hands."""
    reason: str = ""
    """Code of the failure reason for what did not."""


class Nearness(StrEnum):
    """How far from the stop an attempt was reported, as far as the position can be trusted."""

    NEAR = "near"
    UNCERTAIN = "uncertain"
    """No position, too old or too inaccurate."""
    FAR = "far"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a driver says happened at one stop. Never changed: a correction is a new record."""

    key: str
    """UUIDv7 made on the phone."""
    order_id: OrderId
    shift_id: ShiftId
    driver_id: DriverId
    device_id: DeviceId
    number: int
    """Of the order's attempts, from 1."""
    outcome: Outcome
    at: datetime
    """By the phone's clock."""
    received_at: datetime
    skew_s: float = 0.0
    """How far the phone's clock is ahead of the gateway's."""
    reason: str = ""
    """Code of the failure reason."""
    handover: Handover | None = None
    name: str = ""
    note: str = ""
    lines: tuple[LineResult, ...] = ()
    scans: tuple[str, ...] = ()
    """Barcodes, as read or typed."""
    cash: int | None = None
    """Taken, minor units."""
    cash_due: int = 0
    code: CodeVerdict = CodeVerdict.NONE
    code_tries: int = 0
    ink: Ink | None = None
    photos: tuple[str, ...] = ()
    """SHA-256 of each photo's original bytes, in hexadecimal; the files may follow later."""
    place: Place | None = None
    accuracy_m: float | None = None
    place_age_s: float | None = None
    mock: bool = False
    distance_m: float | None = None
    """From the stop's place to `place`."""
    nearness: Nearness = Nearness.UNCERTAIN
    arrived_at: datetime | None = None
    missing: tuple[ProofKind, ...] = ()
    """What was asked for and not given."""
    app_version: str = ""
    """Of the page; or who keyed it from paper."""
    sheet: str = ""
    """Code of the paper run sheet that it was keyed from at the depot; empty for what a phone reported."""
    signed: bool = False
    """Signed for on that sheet."""
    guessed_at: bool = False
    """Nobody wrote the time down: `at` follows from the plan and the times of the stops around."""


class RecordKind(StrEnum):
    """What a record of the chain says."""

    ATTEMPT = "attempt"
    WITHDRAWN = "withdrawn"
    """The driver took an attempt back within the time allowed."""
    CODE = "code"
    """The gateway verified a code that was typed without a line."""
    PHOTO = "photo"
    """A photo's bytes arrived and were looked at."""
    REVIEW = "review"
    """Somebody at the depot looked at an attempt and decided."""
    CORRECTED = "corrected"
    """Somebody at the depot named another failure reason than the driver did."""
    CLOSED = "closed"
    """Somebody signed a day off: its tree head, signed."""
    ERASED = "erased"
    """What an earlier record said was erased, for a person's sake; this one keeps that record's leaf."""


@dataclass(frozen=True, slots=True)
class Record:
    """One link of the chain."""

    n: int
    """From 1, without a gap."""
    kind: RecordKind
    key: str
    """The attempt it speaks of."""
    order_id: OrderId
    on: str
    """ISO date of the round."""
    at: datetime
    body: Mapping[str, Any]
    """Everything said, as canonical JSON can hold it: no floats."""
    salt: bytes
    digest: bytes
    previous: bytes
    leaf: bytes = b""
    """Kept of a record whose `body` and `salt` were erased: what they hashed to. Empty for all others."""

    @property
    def erased(self) -> bool:
        """Whether nobody can say any more what it said."""
        return bool(self.leaf)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo's file as it was kept. The original lies under its hash, the clean copy under the copy's."""

    sha256: str
    size: int
    received_at: datetime
    device_id: DeviceId
    mime: str = ""
    width: int = 0
    height: int = 0
    copy_sha256: str = ""
    """1,600 pixels at most, no metadata; what people are shown. Empty if it could not be decoded."""
    fault: str = ""
    """Why it could not be."""
    taken_at: datetime | None = None
    """By its own metadata."""
    place: Place | None = None
    sharpness: float | None = None
    """Variance of the Laplacian at 1,024 pixels."""
    brightness: float | None = None
    """Mean, 0-1."""
    lookalike: str = ""
    """64-bit difference hash, hexadecimal."""


MOST_CASH = 1_000_000_00
"""Minor units: more at a door is a slip of the hand."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: nothing kept of this order is deleted or erased before it is lifted."""

    order_id: OrderId
    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What one order wants besides the depot's habits."""

    needs: Needs = field(default_factory=dict, hash=False)
    """Levels that are other than the depot's; for a handover, not for a failure."""
    cash_due: int = 0
    """Minor currency units to be taken at the door."""

    def __post_init__(self) -> None:
        if self.cash_due < 0:
            raise ValueError("the cash due must not be negative")
