"""The port of the logbook: the depot's second database, of all that happens on the road; `db.logbook` implements it.

The plan's database is written by the window alone; the logbook mainly by the gateway. So a long change of the plan
never keeps a phone waiting, and nothing that a driver said can be undone with a change of the plan. Window and gateway
have it open at the same time, in processes of their own; every write is one short transaction, committed to the disk
before it returns.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from dispatcher.domain.actions import ActionKind, SentRound, TakenAction
from dispatcher.domain.devices import Device, Invitation, Note, Scope
from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId
from dispatcher.domain.keeping import NOTHING_SPARED, Due, Spared
from dispatcher.domain.letters import Counts, Letter, Quarantined, Receipt
from dispatcher.domain.proof import OneTimeCode, Photo, Record
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.tracking import Leg, StoredEvent, StoredFix, Visit
from dispatcher.services.logbook_desk import DeskReader, DeskWriter
from dispatcher.services.logbook_dock import DockReader, DockWriter
from dispatcher.services.logbook_people import PeopleReader, PeopleWriter

__all__ = ["Counts", "Letter", "Logbook", "LogbookReader", "LogbookWriter", "Quarantined", "Receipt"]


class LogbookReader(DeskReader, DockReader, PeopleReader, Protocol):
    """One consistent moment of the logbook."""

    # devices
    def devices(self) -> Sequence[Device]:
        """All, revoked ones too, in the order they were paired."""

    def device(self, device_id: DeviceId) -> Device | None: ...
    def device_of_token(self, digest: str, scope: Scope) -> Device | None:
        """Whose token this is the SHA-256 of; revoked devices too, so that the door can say why it is shut."""

    def tokens(self) -> Mapping[tuple[Scope, str], Device]:
        """By scope and SHA-256 every token of a device that is trusted."""

    def tracker(self, unique_id: str) -> Device | None:
        """A tracker behind a server by what it is called there."""

    def invitations(self) -> Sequence[Invitation]:
        """Those neither used nor expired longer than a day."""

    def invitation(self, code_hash: str) -> Invitation | None: ...

    # positions
    def last_seq(self) -> int:
        """Of the newest fix; 0 without any."""

    def fixes_after(self, seq: int, limit: int = 10_000) -> Sequence[StoredFix]:
        """In the order of arrival."""

    def events_after(self, seq: int, limit: int = 10_000) -> Sequence[StoredEvent]: ...
    def track(self, driver_id: DriverId, since: datetime, until: datetime) -> Sequence[StoredFix]:
        """A driver's fixes by device time."""

    def latest(self, since: datetime) -> Mapping[DriverId, StoredFix]:
        """The newest valid fix of every driver by device time, none older than `since`."""

    def quarantined(self, limit: int = 200) -> Sequence[Quarantined]:
        """Newest first."""

    def counts(self) -> Counts: ...

    # rounds and what drivers do
    def policy(self) -> RoadPolicy:
        """As the window published it last; the defaults before."""

    def round(self, shift_id: ShiftId) -> SentRound | None: ...
    def rounds_of(self, driver_id: DriverId, first: date, last: date) -> Sequence[SentRound]:
        """By date; withdrawn ones too."""

    def rounds_once_of(self, driver_id: DriverId, first: date, last: date) -> Sequence[SentRound]:
        """Those that this driver had before another one: see `SentRound.former`."""

    def rounds_on(self, on: date, *, bodies: bool = True) -> Sequence[SentRound]:
        """Without `bodies` these are left empty: they are nearly all of it, and many ask only how rounds stand."""

    def action(self, device_id: DeviceId, key: str) -> TakenAction | None: ...
    def last_action(self) -> int:
        """Number of the newest; 0 without any."""

    def actions_after(self, n: int, limit: int = 10_000) -> Sequence[TakenAction]: ...
    def actions_of(self, shift_ids: Iterable[ShiftId]) -> Sequence[TakenAction]:
        """In the order of arrival."""

    def actions_about(self, order_ids: Iterable[OrderId]) -> Sequence[TakenAction]:
        """What drivers said of these orders, in the order of arrival; looks through all of it."""

    def actions_like(self, kinds: Iterable[ActionKind]) -> Sequence[TakenAction]:
        """All of these kinds, in the order of arrival."""

    def dates(self, after: date, until: date) -> Sequence[date]:
        """Those later than the one and no later than the other that rounds or proofs are of."""

    def notes(
        self, driver_id: DriverId | None = None, since: datetime | None = None, *, unread: bool = False
    ) -> Sequence[Note]:
        """Oldest first. With `unread` only what drivers wrote and nobody at the depot has seen."""

    # proof
    def records(self, after: int = 0, limit: int = 10_000) -> Sequence[Record]:
        """The chain, in order."""

    def records_on(self, on: date) -> Sequence[Record]: ...
    def closings_on(self, on: date) -> Sequence[Record]:
        """The links by which this date was signed off, in order."""

    def count_on(self, on: date) -> int:
        """How many links are about this date."""

    def records_of(self, order_ids: Iterable[OrderId]) -> Sequence[Record]:
        """All links that are about these orders, in order; looks through the whole chain."""

    def head(self) -> Record | None:
        """The chain's last link."""

    def code(self, order_id: OrderId, attempt: int) -> OneTimeCode | None: ...
    def photo(self, sha256: str) -> Photo | None: ...

    # what was made of the track
    def visits(self, shift_ids: Iterable[ShiftId]) -> Sequence[Visit]:
        """By arrival."""

    def legs(self, since: date | None = None, until: date | None = None) -> Sequence[Leg]:
        """Of these dates, both included, oldest first."""

    def cursor(self, name: str) -> int:
        """How far a reader that remembers its place has come; 0 at first."""


class LogbookWriter(LogbookReader, DeskWriter, DockWriter, PeopleWriter, Protocol):
    """A transaction."""

    def put_device(self, device: Device) -> None:
        """Insert or replace by id."""

    def put_token(self, device_id: DeviceId, scope: Scope, digest: str) -> None:
        """A device's only token of this scope, by its SHA-256 in hexadecimal."""

    def put_invitation(self, invitation: Invitation) -> None: ...
    def remove_invitation(self, code_hash: str) -> None: ...
    def put_policy(self, policy: RoadPolicy) -> None: ...
    def put_round(self, round_: SentRound) -> None:
        """Insert or replace by shift."""

    def put_action(self, action: TakenAction) -> TakenAction:
        """Insert with the next `n`, which the answer carries; replace one that has an `n` already."""

    def put_note(self, note: Note) -> None:
        """Insert or replace by id."""

    def put_record(self, record: Record) -> None:
        """Raises `ValueError` unless `n` and `previous` follow the head."""

    def put_code(self, code: OneTimeCode) -> None: ...
    def put_photo(self, photo: Photo) -> None: ...
    def put_visits(self, shift_id: ShiftId, visits: Iterable[Visit]) -> None:
        """Replace those of this shift."""

    def put_legs(self, on: date, shift_id: ShiftId, legs: Iterable[Leg]) -> None:
        """Replace those of this shift."""

    def put_cursor(self, name: str, at: int) -> None: ...


class Logbook(Protocol):
    """A depot's logbook. Any thread."""

    def read[T](self, query: Callable[[LogbookReader], T]) -> T: ...
    def write[T](self, change: Callable[[LogbookWriter], T]) -> T:
        """Run `change` in one transaction; nothing is kept if it raises."""

    def append(self, letters: Sequence[Letter]) -> Sequence[Receipt]:
        """Keep these letters, their fixes, events and faults, in one transaction; duplicates are counted, not kept.

        The way in of positions: made for thousands a second. Also notes when each device was seen, and its battery.
        """

    def version(self) -> int:
        """Changes whenever another connection or process has committed; costs next to nothing to ask."""

    def due(
        self, before: datetime, kinds: Iterable[str], *, spared: Spared = NOTHING_SPARED, since: datetime | None = None
    ) -> Mapping[str, Due]:
        """What `forget` would let go, by kind; of tracks all rows count that a letter brought."""

    def forget(
        self,
        before: datetime,
        kinds: Iterable[str],
        *,
        spared: Spared = NOTHING_SPARED,
        since: datetime | None = None,
        tick: Callable[[], None] = lambda: None,
    ) -> Mapping[str, int]:
        """Delete what is older, of the kinds `tracks`, `codes` and `unreadable`; how many rows of each went.

        Of `messages`, to customers and from them, the words go and the rows stay: those from `since` on, if it is
        given. Done in slices; `tick` is called between them, and what it raises ends it.
        """

    def forget_driver(
        self, driver_id: DriverId, *, spared: Spared = NOTHING_SPARED, tick: Callable[[], None] = lambda: None
    ) -> int:
        """Delete all positions of a driver, as `forget` does the old ones; how many rows went."""

    def empty_journal(self) -> None:
        """Let nothing that was erased stay in the file beside the database."""

    def backup(self, to: Path) -> None:
        """As `Store.backup`."""

    def close(self) -> None: ...
