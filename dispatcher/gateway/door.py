"""Who may come in: tokens against the logbook, as fast as a phone sends, and shut the moment one is revoked.

All tokens are known here, read anew whenever a device is let in, changed or revoked. A wrong token costs its address a
failure; an address with too many of them is told to wait, but a good token is good from anywhere, for its 256 bits
cannot be guessed, and one driver's old phone must not lock out the others behind the same router.
"""

import asyncio
import base64
import binascii
import time
from collections.abc import Callable, Mapping

from dispatcher.domain.devices import Device, Scope
from dispatcher.gateway.answers import Refusal
from dispatcher.gateway.limits import Buckets, Failures, Limits
from dispatcher.gateway.pulse import Pulse
from dispatcher.services.logbook import Logbook
from dispatcher.services.pairing import digest, trust

LONGEST_TOKEN = 100


class Door:
    """Lets requests in by their tokens, and counts them."""

    def __init__(
        self, logbook: Logbook, pulse: Pulse, limits: Limits, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._logbook, self._pulse = logbook, pulse
        self._version = self._trust = -1
        self._devices: Mapping[tuple[Scope, str], Device] = {}
        self._trackers: dict[str, Device] = {}
        self._buckets = Buckets(limits.per_s, limits.burst, monotonic)
        self.failures = Failures(limits.failures, limits.failures_s, monotonic)

    async def admit(self, token: str, scope: Scope, address: str) -> Device:
        """The trusted device whose token this is.

        Raises `Refusal`: 401 for an unknown token, 403 for a revoked one or another scope, 429 for too many requests
        or too many failures.
        """
        self.freshen()
        key = (scope, digest(token))
        device = self._devices.get(key) or await self._ask(key, address)
        if wait_s := self._buckets.take(f"{scope} {device.id}"):
            raise Refusal(429, "This phone asks too often.", "It goes on by itself in a moment.", retry_s=wait_s)
        return device

    async def tracker(self, unique_id: str) -> Device | None:
        """The trusted tracker that goes by this name in a server."""
        self.freshen()
        found = self._trackers.get(unique_id)
        if found is None:
            trusted = self._trust
            found = await asyncio.to_thread(self._logbook.read, lambda r: r.tracker(unique_id))
            if found is None or not found.trusted:
                return None
            if trusted == self._trust:  # else it may have been revoked meanwhile
                self._trackers[unique_id] = found
        return found

    def freshen(self) -> None:
        """Read anew who is trusted if the logbook says otherwise now.

        All at once: hundreds of phones that each asked for themselves would hold up one another.
        """
        version = self._pulse.version()
        if version == self._version:
            return
        trusted = self._logbook.read(trust)  # a row by its key: as quick as handing it to a thread
        if trusted != self._trust:
            self._devices = self._logbook.read(lambda r: r.tokens())
            self._trackers.clear()
        self._version, self._trust = version, trusted

    def require_patience(self, address: str) -> None:
        """Raise `Refusal` for an address that has failed too often: for codes short enough to be guessed at."""
        if wait_s := self.failures.wait_s(address):
            raise Refusal(429, "Too many wrong codes came from this address.", "Wait a minute.", retry_s=wait_s)

    async def _ask(self, key: tuple[Scope, str], address: str) -> Device:
        device, elsewhere = await asyncio.to_thread(self._look_up, key)
        if device is not None and device.trusted:  # let in a moment ago
            return device
        self.require_patience(address)
        self.failures.note(address)
        if device is not None:
            raise Refusal(403, "This phone is no longer paired with the depot.", "Ask the dispatcher to pair it anew.")
        if elsewhere is not None:
            raise Refusal(403, "This token is not made for that.", "Pair the phone anew.")
        raise Refusal(401, "This phone is not paired with the depot.", "Ask the dispatcher to pair it.")

    def _look_up(self, key: tuple[Scope, str]) -> tuple[Device | None, Device | None]:
        """Whose token of this scope it is; else whose of another."""
        scope, hashed = key
        others = [other for other in Scope if other is not scope]
        return self._logbook.read(
            lambda r: (
                (found := r.device_of_token(hashed, scope)),
                None if found else next(filter(None, (r.device_of_token(hashed, other) for other in others)), None),
            )
        )


def token_of(headers: Mapping[str, str]) -> str:
    """The bearer token, or the password of Basic authentication; empty without either."""
    kind, _, said = headers.get("Authorization", "").partition(" ")
    said = said.strip()
    if kind.lower() == "bearer":
        return said[:LONGEST_TOKEN]
    if kind.lower() != "basic":
        return ""
    try:
        pair = base64.b64decode(said[:1_000], validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return pair.partition(":")[2][:LONGEST_TOKEN]
