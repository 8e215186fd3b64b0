"""Whose phones are paired, which rounds they have, and when each was heard: what the list of phones shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from dispatcher.domain.actions import SentRound
from dispatcher.domain.devices import App, Device, Invitation
from dispatcher.domain.fleet import Driver, Shift
from dispatcher.services.driving_round import choose
from dispatcher.services.logbook import Logbook, LogbookReader
from dispatcher.services.ports import Reader, Store

GONE = timedelta(days=1)
"""So long a revoked phone stays in the list."""


class PhoneState(StrEnum):
    """How a driver and a device stand to each other."""

    NONE = "no phone"
    INVITED = "invited"
    EXPIRED = "code expired"
    PAIRED = "paired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Phone:
    """A driver with a device, with an invitation, or with neither; a Traccar server has no driver."""

    driver: Driver | None
    device: Device | None = None
    invitation: Invitation | None = None
    sent: SentRound | None = None
    """The round that the driver's page shows, as it was sent."""
    on_duty: bool = False
    """Whether the driver's shift is under way."""

    @property
    def key(self) -> str:
        """The same for the same phone whatever became of it."""
        if self.device:
            return self.device.id
        return self.invitation.code_hash if self.invitation else f"driver {self.driver.id if self.driver else ''}"

    def state(self, now: datetime) -> PhoneState:
        """As of now."""
        if self.device:
            return PhoneState.PAIRED if self.device.trusted else PhoneState.REVOKED
        if self.invitation:
            return PhoneState.INVITED if self.invitation.expires_at > now else PhoneState.EXPIRED
        return PhoneState.NONE

    def silent(self, now: datetime, silent_s: int) -> bool:
        """Whether it should have been heard of late, and was not."""
        device = self.device
        if device is None or not device.trusted or device.app is App.SERVER or not self.on_duty:
            return False
        last = device.seen_at or device.paired_at
        return last is None or now - last > timedelta(seconds=silent_s)


@dataclass(frozen=True, slots=True)
class Phones:
    """All of a depot's, at a moment."""

    at: datetime
    today: date
    rows: tuple[Phone, ...] = ()
    drivers: tuple[Driver, ...] = ()
    """The active ones, by number."""
    silent_s: int = 600
    quarantined: int = 0
    """Messages, and parts of some, that could not be used."""

    @property
    def paired(self) -> int:
        """Phones that may send."""
        return sum(1 for row in self.rows if row.device and row.device.trusted)


def look(store: Store, logbook: Logbook, now: datetime) -> Phones:
    """Read all of it."""
    drivers, shifts, today, silent_s = store.read(lambda reader: _of_plan(reader, now))
    return logbook.read(lambda book: _phones(book, drivers, shifts, today, silent_s, now))


def _of_plan(reader: Reader, now: datetime) -> tuple[Sequence[Driver], Sequence[Shift], date, int]:
    depot = reader.depot()
    today = now.astimezone(depot.zone).date()
    shifts = [*reader.shifts_of(today - timedelta(days=1)), *reader.shifts_of(today)]
    return reader.drivers(), shifts, today, depot.road.silent_s


def _phones(
    book: LogbookReader,
    drivers: Sequence[Driver],
    shifts: Sequence[Shift],
    today: date,
    silent_s: int,
    now: datetime,
) -> Phones:
    busy = {s.driver_id for s in shifts if s.starts_at <= now <= s.ends_at}
    devices = [d for d in book.devices() if d.revoked_at is None or now - d.revoked_at < GONE]
    invitations = {i.driver_id: i for i in book.invitations() if i.used_at is None}
    with_page = {d.driver_id for d in devices if d.driver_id and d.app is App.PAGE and d.trusted}
    sent = {driver_id: choose(book, driver_id, None, now) for driver_id in with_page}
    by_id = {driver.id: driver for driver in drivers}
    rows = [
        row
        for driver in sorted(drivers, key=lambda d: d.number)
        for row in _of_driver(driver, devices, invitations.get(driver.id), sent.get(driver.id), driver.id in busy)
    ]
    rows += [Phone(None, device) for device in devices if device.driver_id not in by_id]
    active = tuple(d for d in sorted(drivers, key=lambda d: d.number) if d.active)
    return Phones(now, today, tuple(rows), active, silent_s, book.counts().quarantined)


def _of_driver(
    driver: Driver, devices: Sequence[Device], invitation: Invitation | None, sent: SentRound | None, on_duty: bool
) -> Iterator[Phone]:
    mine = [device for device in devices if device.driver_id == driver.id]
    for device in mine:
        yield Phone(driver, device, None, sent if device.app is App.PAGE else None, on_duty)
    if invitation:
        yield Phone(driver, invitation=invitation)
    elif driver.active and not any(device.trusted for device in mine):
        yield Phone(driver)
