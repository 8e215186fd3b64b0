"""Simulated phones become trusted as real ones do: an invitation is traded, an app connected; in the end both go."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import aiohttp

from dispatcher.domain.devices import App
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import DeviceId, DriverId
from dispatcher.services.clocks import system_clock
from dispatcher.services.logbook import Logbook
from dispatcher.services.pairing import connect_app, invite, revoke
from dispatcher.simulation.rounds import Round
from dispatcher.simulation.wire import Phone

LABEL = "simulated"


@dataclass(frozen=True, slots=True)
class Paired:
    """One driver's phone: the page, and the app that says where it is."""

    phone: Phone
    proofs: str
    """Token of the page."""
    device_ids: tuple[DeviceId, ...]


async def pair(
    http: aiohttp.ClientSession, logbook: Logbook, origin: str, round_: Round, app: App, *, older: bool
) -> Paired:
    """Let a driver's phone in, by an invitation that is traded over HTTP.

    Raises `KnownError` when the gateway is not there, or will not have it.
    """
    driver_id, unique_id = DriverId(round_.driver_id), f"sim-{round_.shift_id[-12:]}"
    offer = invite(logbook, driver_id=driver_id, label=LABEL, now=system_clock(), origin=origin)
    said = {"code": offer.code, "unique_id": unique_id, "label": LABEL}
    try:
        async with http.post(
            f"{origin}/pair", data=json.dumps(said), headers={"Content-Type": "application/json"}
        ) as got:
            status, body = got.status, await got.read()
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        raise KnownError(
            f"No gateway answers at {origin} ({fault or type(fault).__name__}).",
            "Start it: open the depot in a window, or run roundhouse gateway.",
        ) from fault
    if status != 200:
        words = body[:300].decode("utf-8", "replace")
        raise KnownError(f"The gateway did not pair a simulated phone ({status}: {words}).", "Look at its log.")
    told = json.loads(body)
    page, token = DeviceId(told["device_id"]), told["tokens"]["positions"]
    if app is App.PAGE:
        return Paired(Phone(app, unique_id, token), told["tokens"]["proofs"], (page,))
    connected = connect_app(logbook, app=app, driver_id=driver_id, label=LABEL, now=system_clock(), origin=origin)
    phone = Phone(app, unique_id, connected.token, older)
    return Paired(phone, told["tokens"]["proofs"], (page, connected.device.id))


def put_away(logbook: Logbook, phones: Iterable[Paired]) -> None:
    """Trust none of them any more; what they sent stays."""
    for paired in phones:
        for device_id in paired.device_ids:
            revoke(logbook, device_id, now=system_clock())
