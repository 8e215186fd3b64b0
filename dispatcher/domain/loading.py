"""Loading: which round stands at which bay when, what is scanned into which van, and whether it may leave."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from dispatcher.domain.ids import OrderId, ShiftId


@dataclass(frozen=True, slots=True)
class Yard:
    """What a depot has to load with."""

    bays: int = 4
    loaders: int = 4
    """People who load; each van wants one."""
    opens: time = time(6, 0)
    setup_s: int = 300
    """Of every van: driving up, papers, driving off."""
    parcel_s: int = 12
    order_s: int = 20
    """Loading takes these for every parcel and every order."""
    freeze_ahead_s: int | None = None
    """Once a round is being loaded, no stop is re-planned that begins until so long after it leaves; `None` for all."""

    def __post_init__(self) -> None:
        if self.bays < 1 or self.loaders < 1:
            raise ValueError("a yard has one bay and one loader at least")
        if min(self.setup_s, self.parcel_s, self.order_s, self.freeze_ahead_s or 0) < 0:
            raise ValueError("loading cannot take less than no time")


@dataclass(frozen=True, slots=True)
class Berth:
    """One round at its bay."""

    shift_id: ShiftId
    bay: int
    """From 1."""
    begins_at: datetime
    ends_at: datetime
    leaves_at: datetime
    """When its plan has it leave."""
    late_s: int = 0
    """How much later than planned it can leave."""
    trip: int = 1
    """Of the round: a second one stands there when the van is back to load again."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """A day's bays and waves."""

    berths: tuple[Berth, ...]
    late_s: int
    """All lateness together."""
    gap: float = 0.0
    """How far from the best possible it may be, as a share; 0 if it is the best."""


class ScanKind(StrEnum):
    """What a scan at the dock says."""

    RIGHT = "right"
    OTHER_VAN = "belongs in another van"
    OTHER_DAY = "of another day"
    UNKNOWN = "unknown"
    TWICE = "scanned already"
    SURPLUS = "more than announced"
    NOT_WANTED = "not to be loaded"
    """On no round, cancelled, fetched on the way, or its round has left."""
    AWAY = "stays here"
    """Somebody said that it is not there, or damaged."""


class PieceState(StrEnum):
    """How a piece came to the dock, or did not."""

    LOADED = "loaded"
    SHORT = "not there"
    DAMAGED = "damaged"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True)
class LoadedPiece:
    """One piece of one order at the dock, as it was scanned or keyed."""

    order_id: OrderId
    piece: str
    """Its barcode; where there is none its number, from 1."""
    on: date
    shift_id: ShiftId
    state: PieceState
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Departure:
    """The check before a round leaves."""

    shift_id: ShiftId
    on: date
    at: datetime
    by: str
    vehicle: bool
    """Tyres, lights, doors: looked at."""
    documents: bool
    odometer_km: int | None = None
    photos: tuple[str, ...] = ()
    """SHA-256."""
    note: str = ""
