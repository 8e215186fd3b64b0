"""What the queue of exceptions says, in words and signs; what belongs in it under each filter. Knows no Qt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dispatcher.domain.incidents import Incident, IncidentKind, IncidentState, Severity
from dispatcher.services.exceptions import Shown
from ui import format as fmt

HEADERS = ("Severity", "What", "Order", "Who", "Since", "Due", "Owner", "State")
SEVERITY, KIND, NUMBER, WHO, SINCE, DUE, OWNER, STATE = range(8)
SEVERITIES: Mapping[Severity, tuple[str, str, str]] = {
    Severity.CRITICAL: ("critical", "alert-octagon", "late"),
    Severity.HIGH: ("high", "alert-circle", "late"),
    Severity.MEDIUM: ("medium", "alert-outline", "risk"),
    Severity.LOW: ("low", "information-outline", "muted"),
}
"""Word, icon and token."""
GRAVE = Severity.HIGH
"""From here on a new one is heard, if the depot wants that."""


class Which(StrEnum):
    """Which exceptions the queue shows; the value is its name."""

    OPEN = "Open"
    MINE = "Mine"
    """Open, and the person at the window sees to it."""
    OVERDUE = "Overdue"
    """Open, and past due."""
    CLOSED = "Closed"
    """Of the day shown."""

    def takes(self, row: "Row", me: str) -> bool:
        """Whether an exception belongs under it."""
        match self:
            case Which.OPEN:
                return row.open
            case Which.MINE:
                return row.open and bool(me) and row.incident.owner == me
            case Which.OVERDUE:
                return row.open and row.over
            case Which.CLOSED:
                return not row.incident.open


class Group(StrEnum):
    """Where exceptions arise; the value is its name."""

    DOOR = "At the door"
    ROAD = "On the road"
    DEPOT = "In the depot"
    CUSTOMER = "From customers"


_K = IncidentKind
GROUPS: Mapping[Group, frozenset[IncidentKind]] = {
    Group.DOOR: frozenset(
        {_K.FAILED, _K.REFUSED, _K.PARTLY, _K.DAMAGED, _K.NOT_ATTEMPTED, _K.PROOF_REJECTED, _K.CASH_SHORT}
    ),
    Group.ROAD: frozenset({_K.LATE, _K.AT_RISK, _K.OFF_ROUTE, _K.SILENT, _K.UNTOUCHED}),
    Group.DEPOT: frozenset({_K.MISSING_LOADING, _K.NOT_BACK, _K.ADDRESS, _K.LEFT_OUT}),
    Group.CUSTOMER: frozenset({_K.UNDELIVERABLE, _K.REPLY, _K.WISH}),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An exception as the queue shows it."""

    shown: Shown
    texts: tuple[str, ...]
    sorts: tuple[object, ...]
    found_by: str
    """All that the find box looks in, small letters."""
    over: bool = False
    """Whether it is past due and nobody has settled it."""
    doing: str = ""
    """What was asked for and is still being done."""

    @property
    def incident(self) -> Incident:
        """What it is."""
        return self.shown.incident

    @property
    def id(self) -> str:
        """The exception's."""
        return self.shown.incident.id

    @property
    def open(self) -> bool:
        """Whether it still wants settling, and nobody is at it this moment."""
        return self.shown.incident.open and not self.doing


def row_of(shown: Shown, now: datetime, zone: ZoneInfo, on: date, doing: str = "") -> Row:
    """All that stands in one row at this moment."""
    incident = shown.incident
    over = incident.open and incident.due_at < now
    texts = (
        SEVERITIES[incident.severity][0],
        incident.kind.value,
        shown.number,
        who_words(shown),
        fmt.clock(incident.since, zone, on),
        due_words(incident, now, zone, on),
        incident.owner or "–",
        f"{doing}…" if doing else state_words(incident, zone, on),
    )
    due = incident.due_at.timestamp()
    grave = (not incident.open, -incident.severity, not over, due)
    sorts = (
        grave, incident.kind.value, shown.number.casefold(), texts[WHO].casefold(), incident.since.timestamp(),
        (not incident.open, due), (not incident.owner, incident.owner.casefold()), texts[STATE],
    )  # fmt: skip
    found_by = " ".join((*texts, shown.name, shown.driver, shown.address, incident.what, shown.reason)).casefold()
    return Row(shown, texts, sorts, found_by, over, doing)


def who_words(shown: Shown) -> str:
    """The customer; else the driver."""
    return shown.name or shown.driver or shown.address


def due_words(incident: Incident, now: datetime, zone: ZoneInfo, on: date) -> str:
    """By when it is to be settled, or by how much that is past: "11:30", "12 min over"; nothing once it is settled."""
    if not incident.open:
        return ""
    return over_words(incident, now) or fmt.clock(incident.due_at, zone, on)


def over_words(incident: Incident, now: datetime) -> str:
    """By how much an open one is past due: "12 min over"; nothing while it is not."""
    over = now - incident.due_at
    return f"{span_words(over)} over" if incident.open and over > timedelta() else ""


def span_words(span: timedelta) -> str:
    """Minutes, hours or days, as coarse as they matter."""
    if span < timedelta(days=2):
        return fmt.minutes(span.total_seconds())
    return fmt.count(span.days, "day")


def state_words(incident: Incident, zone: ZoneInfo, on: date) -> str:
    """How far it is, and of one that is closed since when."""
    if incident.state is IncidentState.CLOSED and incident.closed_at:
        return f"closed {fmt.clock(incident.closed_at, zone, on)}"
    return incident.state.value


def settled_words(incident: Incident) -> str:
    """What settled it."""
    if incident.open:
        return ""
    return incident.settled_by.value if incident.settled_by else "passed by itself"


def counts_of(rows: Sequence[Row], me: str) -> Mapping[Which, int]:
    """How many there are under each filter."""
    return {which: sum(which.takes(row, me) for row in rows) for which in Which}


def accepts(
    which: Which, me: str, group: Group | None, least: Severity | None, wanted: Sequence[str]
) -> Callable[[Row], bool]:
    """What all these filters together let through."""
    kinds = GROUPS[group] if group else None

    def accept(row: Row) -> bool:
        incident = row.incident
        return (
            which.takes(row, me)
            and (kinds is None or incident.kind in kinds)
            and (least is None or incident.severity >= least)
            and all(word in row.found_by for word in wanted)
        )

    return accept
