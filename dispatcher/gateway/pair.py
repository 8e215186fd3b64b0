"""Pairing over the wire: a one-time code for a phone's two tokens."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
from aiohttp import web

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import DriverId
from dispatcher.gateway.answers import Refusal, as_json
from dispatcher.gateway.house import House, address_of, body_of
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.pairing import redeem

MOST_BYTES = 4_000


async def pair(house: House, request: web.BaseRequest) -> web.Response:
    """POST /pair. A wrong code counts against its address; after too many, right ones are not looked at either."""
    house.door.require_patience(address_of(request))
    code, unique_id, label = _said(await body_of(request, house.limits))
    now = house.clock()
    try:
        paired = await asyncio.to_thread(redeem, house.logbook, code, unique_id=unique_id, label=label, now=now)
    except BadInput as wrong:
        house.door.failures.note(address_of(request))
        raise Refusal(403, wrong.what, wrong.remedy) from wrong
    names = await asyncio.to_thread(house.logbook.read, lambda r: _names(house, r, paired.device.driver_id))
    tokens = {"positions": paired.positions, "proofs": paired.proofs}
    return as_json({"device_id": paired.device.id, **names, "tokens": tokens})


def _said(body: bytes) -> tuple[str, str, str]:
    if len(body) > MOST_BYTES:
        raise Refusal(413, "This is more than a code.")
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, "The message is not JSON.") from error
    words = [said.get(name, "") for name in ("code", "unique_id", "label")] if isinstance(said, dict) else []
    if len(words) != 3 or not all(isinstance(word, str) for word in words) or not words[0]:
        raise Refusal(400, "The message must be an object with “code”, “unique_id” and “label” as texts.")
    code, unique_id, label = words
    return code, unique_id, label


def _names(house: House, reader: LogbookReader, driver_id: DriverId | None) -> dict[str, Any]:
    """Driver and depot as the latest round says them; before the first one only what the gateway knows itself."""
    today = house.clock().date()
    rounds = reader.rounds_of(driver_id, today - timedelta(days=60), today + timedelta(days=60)) if driver_id else ()
    body = rounds[-1].body if rounds else {}
    depot, driver = body.get("depot") or {}, body.get("driver") or {}
    return {
        "driver": {"id": driver_id or "", "name": driver.get("name", "")},
        "depot": {
            "name": depot.get("name") or house.name,
            "phone": depot.get("phone", ""),
            "zone": body.get("zone", ""),
        },
    }
