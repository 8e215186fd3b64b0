"""What a driver does on the page, and the round the page shows. What travels is JSON; its shapes are in the docs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId


class ActionKind(StrEnum):
    """What a driver can say."""

    BEGIN = "begin"
    """The round: on duty, tracked from now on."""
    END = "end"
    """The round is over."""
    ACCEPT = "accept"
    """Saw the round as this version has it."""
    LOAD = "load"
    """A parcel was scanned, or is missing, at loading."""
    ARRIVE = "arrive"
    DELIVER = "deliver"
    """Whole or in part; also a collection."""
    FAIL = "fail"
    SKIP = "skip"
    """Later; the stop stays to do."""
    UNDO = "undo"
    """Takes back an action of the last minute."""
    NOTE = "note"
    """A message to the dispatcher."""
    READ = "read"
    """A message of the dispatcher was opened."""
    UNREADABLE = "unreadable"
    """Never sent as such: what arrived is no action. Kept as it came, in the body's `raw`."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a driver did, as the page queued it."""

    key: str
    """UUIDv7 of the phone's: the same action sent again has the same key."""
    seq: int
    """Rises by one with every action of a device."""
    kind: ActionKind
    at: datetime
    """By the phone's clock."""
    shift_id: ShiftId
    order_id: OrderId | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


class Taking(StrEnum):
    """What became of an action."""

    TAKEN = "taken"
    AGAIN = "again"
    """It had arrived before; nothing was done."""
    REFUSED = "refused"
    """Kept, but without effect: `why` says what the driver should do."""


@dataclass(frozen=True, slots=True)
class TakenAction:
    """An action as it is kept."""

    n: int
    """In the order of arrival, from 1."""
    device_id: DeviceId
    driver_id: DriverId
    received_at: datetime
    action: Action
    taking: Taking = Taking.TAKEN
    why: str = ""
    withdrawn: bool = False
    """A later UNDO took it back."""
    effect: Mapping[str, Any] = field(default_factory=dict)
    """What it led to, as JSON: the attempt's `number`, the verdict on its `code`."""


@dataclass(frozen=True, slots=True)
class Former:
    """A driver who had a round until it was sent to another one."""

    driver_id: DriverId
    until: datetime


@dataclass(frozen=True, slots=True)
class SentRound:
    """A round as it was sent to its driver's phone."""

    shift_id: ShiftId
    driver_id: DriverId
    on: date
    version: int
    """From 1; rises with every change that was sent."""
    sent_at: datetime
    starts_at: datetime
    ends_at: datetime
    """Of the shift: positions outside it, and the margin around it, are not kept."""
    body: Mapping[str, Any]
    """What the page is given: see `docs/driver-page.md`."""
    accepted: int = 0
    """The latest version that the driver said to have seen."""
    fetched: int = 0
    """The latest version that a phone has got."""
    withdrawn: bool = False
    """The shift was taken off the day."""
    former: tuple[Former, ...] = ()
    """Who had it before, in their order: what they did of it stays theirs."""
