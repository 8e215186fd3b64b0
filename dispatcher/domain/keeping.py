"""What is kept for how long, what a legal hold spares, and what is due to go."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dispatcher.domain.ids import DriverId, OrderId

type DriverSpan = tuple[DriverId, datetime, datetime]
"""A driver from one moment to another, both within."""


class KeptKind(StrEnum):
    """What goes after a time of its own; the value is what it is called."""

    TRACKS = "tracks"
    PHOTOS = "photos"
    CODES = "codes"
    MESSAGES = "words of messages"
    PROOFS = "words of proofs"
    UNREADABLE = "unreadable"
    UPLOADS = "broken uploads"

    @property
    def key(self) -> str:
        """Its name in files and on the command line."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Due:
    """What is due to go, or went, of one kind."""

    rows: int = 0
    oldest: datetime | None = None
    size: int = 0
    """Bytes, as nearly as can be said."""

    def __add__(self, other: "Due") -> "Due":
        known = [at for at in (self.oldest, other.oldest) if at]
        return Due(self.rows + other.rows, min(known, default=None), self.size + other.size)


@dataclass(frozen=True, slots=True)
class Spared:
    """What legal holds keep from going."""

    orders: frozenset[OrderId] = frozenset()
    tracks: tuple[DriverSpan, ...] = ()
    """The drivers who were at these orders' doors, around the times they were there."""
    photos: frozenset[str] = frozenset()
    """SHA-256 of files, clean copies too, that these orders' proofs name."""


NOTHING_SPARED = Spared()
ERASED = "erased"
"""What stands in the place of a person's name or address that was erased."""


@dataclass(frozen=True, slots=True)
class Trace:
    """An order as the plan, or its history, knows whose it is."""

    order_id: OrderId
    number: str
    on: date
    name: str
    phone: str
    email: str
    address: str
    """Street and number."""
    postcode: str = ""
    city: str = ""
    dates: frozenset[date] = frozenset()
    """All that it was ever planned for."""
    addresses: frozenset[tuple[str, str, str]] = frozenset()
    """Line, postcode and city of all that it ever went to."""
    reached_by: frozenset[str] = frozenset()
    """Telephone numbers and e-mail addresses that ever stood on it."""
    cancelled: bool = False
    removed: bool = False
    """Only the history still has it."""

    @property
    def erased(self) -> bool:
        """Whether its person was erased."""
        return self.name == ERASED and self.address == ERASED
