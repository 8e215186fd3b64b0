"""How phones and trackers come to be trusted, and cease to be.

The driver page is let in by a one-time code that a phone trades for its two tokens. The other apps cannot trade
anything: what their set-up link or fields carry is the token itself, which allows to append positions and nothing
else. Of codes and tokens only SHA-256 is kept (256 and 60 bits of chance, guessed at 20 a minute: ASVS 6.5.2, 6.6.3).
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatcher.domain.devices import App, Device, Invitation, Scope
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import DeviceId, DriverId, new_id
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.network import origin_of
from dispatcher.services.pairing_apps import Setup, setup_of

CODE_LASTS = timedelta(minutes=10)
CODE_LENGTH = 12
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that a person takes for a digit."""
_READ_AS = str.maketrans("ILO", "110")
TRUST = "trust"
"""Cursor of the logbook that rises with every device that is let in, changed or revoked: cheap for a door to watch."""
TEXT = 120
"""The longest label or name of a device."""


@dataclass(frozen=True, slots=True)
class PairingOffer:
    """What a driver's phone is shown once."""

    code: str
    """Twelve characters in groups of four."""
    link: str
    """For the QR; opens the driver page with the code in the fragment, which never reaches a log."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Paired:
    """A phone that was let in, with the only copy of its tokens."""

    device: Device
    positions: str
    proofs: str


@dataclass(frozen=True, slots=True)
class Connected:
    """An app that may report, with how to tell it so; the only copy of its token is in there."""

    device: Device
    token: str
    setup: Setup


def invite(logbook: Logbook, *, driver_id: DriverId, label: str, now: datetime, origin: str = "") -> PairingOffer:
    """Offer a driver's phone to be paired with the driver page; the driver's former offer is void from now on.

    `origin` is how phones reach the gateway, as `https://depot.local:8443`; without it, as the depot's policy has it.
    """
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    made = Invitation(digest(code), App.PAGE, driver_id, now, now + CODE_LASTS, _text(label))

    def offer(writer: LogbookWriter) -> str:
        for former in writer.invitations():
            if former.driver_id == driver_id and former.used_at is None:
                writer.remove_invitation(former.code_hash)
        writer.put_invitation(made)
        return origin or origin_of(writer.policy())

    told = logbook.write(offer)
    shown = "-".join(code[n : n + 4] for n in range(0, CODE_LENGTH, 4))
    return PairingOffer(shown, f"{told}/driver/#pair={code}", made.expires_at)


def redeem(logbook: Logbook, code: str, *, unique_id: str, label: str, now: datetime) -> Paired:
    """Trade a code for a device and its tokens. Raises `BadInput` for a code that is wrong, used or expired."""
    code_hash = digest(tidied(code))

    def trade(writer: LogbookWriter) -> Paired:
        invitation = writer.invitation(code_hash)
        if invitation is None or invitation.used_at is not None or invitation.expires_at <= now:
            raise BadInput("This code is wrong, used or expired.", "Ask the dispatcher for a new one.")
        device = Device(
            DeviceId(new_id()),
            invitation.app,
            invitation.driver_id,
            invitation.label or _text(label),
            _text(unique_id),
            paired_at=now,
            seen_at=now,
        )
        put_device(writer, device)
        writer.put_invitation(replace(invitation, used_at=now, device_id=device.id))
        return Paired(device, _token(writer, device, Scope.POSITIONS), _token(writer, device, Scope.PROOFS))

    return logbook.write(trade)


def connect_app(
    logbook: Logbook, *, app: App, driver_id: DriverId | None, label: str, now: datetime, origin: str = ""
) -> Connected:
    """Let a driver's tracking app, or a Traccar server, report positions; says how to set it up.

    Raises `BadInput` for the driver page, which is invited, and for a tracker behind a server, which has no token.
    """
    if app in (App.PAGE, App.TRACKER):
        raise BadInput(f"“{app}” cannot be connected by a link.", "Invite the phone, or name the tracker, instead.")
    if app is not App.SERVER and driver_id is None:
        raise BadInput(f"{app} reports for one driver, and none is chosen.", "Choose a driver.")
    driver = None if app is App.SERVER else driver_id
    device = Device(DeviceId(new_id()), app, driver, _text(label), paired_at=now)

    def connect(writer: LogbookWriter) -> tuple[str, str]:
        put_device(writer, device)
        return _token(writer, device, Scope.POSITIONS), origin or origin_of(writer.policy())

    token, told = logbook.write(connect)
    return Connected(device, token, setup_of(app, told, token, device.id))


def add_tracker(logbook: Logbook, *, unique_id: str, driver_id: DriverId | None, label: str, now: datetime) -> Device:
    """Know a tracker behind a Traccar server by the identifier it has there; one that was revoked is trusted again.

    Raises `BadInput` for an empty identifier and for one that is known already.
    """
    named = _text(unique_id)
    if not named:
        raise BadInput("A tracker needs the identifier it has in the Traccar server.", "Enter it.")

    def add(writer: LogbookWriter) -> Device:
        known = writer.tracker(named)
        if known is not None and known.trusted:
            raise BadInput(f"A tracker “{named}” is known already.", "Change that one, or enter another identifier.")
        fresh = known or Device(DeviceId(new_id()), App.TRACKER, driver_id, unique_id=named)
        device = replace(fresh, driver_id=driver_id, label=_text(label), paired_at=now, revoked_at=None)
        put_device(writer, device)
        return device

    return logbook.write(add)


def revoke(logbook: Logbook, device_id: DeviceId, *, now: datetime) -> Device:
    """Trust a device no longer, from this moment on; what it sent is kept. Raises `BadInput` for an unknown one."""
    return _change(logbook, device_id, lambda device: replace(device, revoked_at=device.revoked_at or now))


def rename(logbook: Logbook, device_id: DeviceId, label: str) -> Device:
    """Call a device something else. Raises `BadInput` for an unknown one."""
    return _change(logbook, device_id, lambda device: replace(device, label=_text(label)))


def trust(reader: LogbookReader) -> int:
    """Another number than before if any device has been let in, changed or revoked since."""
    return reader.cursor(TRUST)


def put_device(writer: LogbookWriter, device: Device) -> None:
    """Keep a device so that every door hears of it."""
    writer.put_device(device)
    writer.put_cursor(TRUST, writer.cursor(TRUST) + 1)


def digest(secret: str) -> str:
    """What is kept of a code or token: SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def tidied(code: str) -> str:
    """A code as it was made, from how a person typed it."""
    return "".join(c for c in code[:80].upper().translate(_READ_AS) if c in ALPHABET)


def _token(writer: LogbookWriter, device: Device, scope: Scope) -> str:
    token = secrets.token_urlsafe(32)
    writer.put_token(device.id, scope, digest(token))
    return token


def _change(logbook: Logbook, device_id: DeviceId, how: Callable[[Device], Device]) -> Device:
    def change(writer: LogbookWriter) -> Device:
        device = writer.device(device_id)
        if device is None:
            raise BadInput("This device is not known.", "Look at the list of devices again.")
        put_device(writer, changed := how(device))
        return changed

    return logbook.write(change)


def _text(said: str) -> str:
    """A label as it is kept: one line, printable, not too long."""
    return "".join(c if c.isprintable() else " " for c in said[:TEXT]).strip()
