"""Exceptions: what went otherwise than planned, who sees to it until when, and what would settle it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

from dispatcher.domain.ids import DriverId, OrderId, ShiftId


class IncidentKind(StrEnum):
    """What can go otherwise than planned; the value is what it is called."""

    FAILED = "failed attempt"
    REFUSED = "refused"
    PARTLY = "partly delivered"
    DAMAGED = "damaged"
    NOT_ATTEMPTED = "not attempted"
    """Failed for a reason that is no attempt: nobody stood at the door."""
    MISSING_LOADING = "missing at loading"
    LATE = "late"
    AT_RISK = "at risk"
    OFF_ROUTE = "off route"
    SILENT = "silent device"
    ADDRESS = "address doubtful"
    PROOF_REJECTED = "proof rejected"
    CASH_SHORT = "cash short"
    UNTOUCHED = "stop untouched at day end"
    NOT_BACK = "goods not in the cage"
    UNDELIVERABLE = "message undeliverable"
    REPLY = "reply to read"
    WISH = "customer's wish"
    LEFT_OUT = "import rows left out"


class Severity(IntEnum):
    """How much harm an exception does while nobody sees to it."""

    LOW = 10
    MEDIUM = 20
    HIGH = 30
    CRITICAL = 40


class Remedy(StrEnum):
    """What can be done about an exception; the value is what it is called."""

    CALL = "call"
    MESSAGE = "message"
    AGAIN_TODAY = "deliver again today"
    ANOTHER_DAY = "another day or slot"
    OTHER_ADDRESS = "other address"
    OTHER_DRIVER = "hand to another driver"
    COLLECT = "collect at the depot"
    RETURN = "return to sender"
    REFUND = "refund note"
    CHANGE_REASON = "change the failure reason"
    GRANT = "grant the wish"
    DECLINE = "decline the wish"
    SEND_AGAIN = "send again"
    CLOSE = "close with a note"


class IncidentState(StrEnum):
    """How far an exception is."""

    OPEN = "open"
    WAITING = "waiting"
    """Something was done that somebody else has to answer."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class IncidentEntry:
    """One line of an exception's history."""

    at: datetime
    by: str
    """Whose doing; empty for the program's own."""
    text: str
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One exception. There is one at most of a `kind` on a date about the same thing."""

    id: str
    kind: IncidentKind
    on: date
    about: str
    """What it is about: an attempt's key, an order's, shift's, message's or wish's id, an import's name."""
    what: str
    """A sentence for people."""
    since: datetime
    due_at: datetime
    severity: Severity = Severity.MEDIUM
    order_id: OrderId | None = None
    shift_id: ShiftId | None = None
    driver_id: DriverId | None = None
    owner: str = ""
    """Who sees to it; empty for nobody yet."""
    state: IncidentState = IncidentState.OPEN
    escalated: int = 0
    """How often it was past due and nobody had settled it."""
    closed_at: datetime | None = None
    settled_by: Remedy | None = None
    """`None` while open, and where the cause passed by itself."""
    entries: tuple[IncidentEntry, ...] = ()
    """In order."""

    @property
    def open(self) -> bool:
        """Whether it still wants settling."""
        return self.state is not IncidentState.CLOSED


@dataclass(frozen=True, slots=True)
class IncidentRule:
    """Whether one kind is raised, how grave it is, and by when it is to be settled."""

    on: bool = True
    severity: Severity = Severity.MEDIUM
    due_s: int = 3_600
    escalate_s: int | None = 1_800
    """So long after it was due, and again every time, its severity rises by one; `None` for never."""


_K, _S = IncidentKind, Severity

RULES: Mapping[IncidentKind, IncidentRule] = {
    _K.FAILED: IncidentRule(severity=_S.MEDIUM, due_s=3_600),
    _K.REFUSED: IncidentRule(severity=_S.MEDIUM, due_s=7_200),
    _K.PARTLY: IncidentRule(severity=_S.MEDIUM, due_s=7_200),
    _K.DAMAGED: IncidentRule(severity=_S.HIGH, due_s=7_200),
    _K.NOT_ATTEMPTED: IncidentRule(severity=_S.HIGH, due_s=1_800),
    _K.MISSING_LOADING: IncidentRule(severity=_S.HIGH, due_s=1_800),
    _K.LATE: IncidentRule(severity=_S.MEDIUM, due_s=900),
    _K.AT_RISK: IncidentRule(severity=_S.LOW, due_s=900, escalate_s=None),
    _K.OFF_ROUTE: IncidentRule(severity=_S.LOW, due_s=900, escalate_s=None),
    _K.SILENT: IncidentRule(severity=_S.MEDIUM, due_s=900),
    _K.ADDRESS: IncidentRule(severity=_S.MEDIUM, due_s=7_200),
    _K.PROOF_REJECTED: IncidentRule(severity=_S.HIGH, due_s=14_400),
    _K.CASH_SHORT: IncidentRule(severity=_S.HIGH, due_s=14_400),
    _K.UNTOUCHED: IncidentRule(severity=_S.HIGH, due_s=3_600),
    _K.NOT_BACK: IncidentRule(severity=_S.HIGH, due_s=3_600),
    _K.UNDELIVERABLE: IncidentRule(severity=_S.LOW, due_s=7_200, escalate_s=None),
    _K.REPLY: IncidentRule(severity=_S.MEDIUM, due_s=1_800),
    _K.WISH: IncidentRule(severity=_S.MEDIUM, due_s=3_600),
    _K.LEFT_OUT: IncidentRule(severity=_S.MEDIUM, due_s=14_400),
}
"""What a depot starts with."""


@dataclass(frozen=True, slots=True)
class IncidentPolicy:
    """A depot's habits with exceptions."""

    rules: Mapping[IncidentKind, IncidentRule] = field(default_factory=lambda: RULES)
    most_attempts: int = 3
    """After so many nothing is delivered again without somebody saying so."""
    retry_next_day: bool = False
    """Failed attempts are put on the next working day by themselves, up to `most_attempts`."""
    sound: bool = False
    """Whether a grave one is heard."""

    def rule(self, kind: IncidentKind) -> IncidentRule:
        """The rule of this kind; as a depot starts with, where it has none of its own."""
        return self.rules.get(kind) or RULES[kind]


@dataclass(frozen=True, slots=True)
class CagedGoods:
    """Goods of one order that came back, or should have, and lie in the depot's cage."""

    order_id: OrderId
    piece: str
    """Its barcode; where there is none the piece's number, from 1."""
    on: date
    """Of the round it came back from."""
    expected_at: datetime
    """When it was known that it comes back."""
    shift_id: ShiftId | None = None
    scanned_at: datetime | None = None
    """When it was scanned in; `None` while it is not here."""
    scanned_by: str = ""
    left_at: datetime | None = None
    left_for: Remedy | None = None
    """Where it went: again to the customer, collected, back to the sender."""

    @property
    def here(self) -> bool:
        """Whether it lies in the cage."""
        return self.scanned_at is not None and self.left_at is None
