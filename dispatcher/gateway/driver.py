"""The driver page's API: the round down to the phone, what its driver does up from it. The rules: services."""

import asyncio
import logging
from datetime import date
from typing import Any

import orjson
from aiohttp import web

from dispatcher.domain.devices import Device, Scope
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.tracking import Decoded, Fault, Source
from dispatcher.gateway.answers import HEADERS, Refusal, as_json
from dispatcher.gateway.door import token_of
from dispatcher.gateway.house import House, address_of, body_of
from dispatcher.services.driving import mark_fetched, round_for, take_queue, try_code
from dispatcher.services.logbook import Letter

log = logging.getLogger(__name__)

NOT_UNDERSTOOD = "The depot could not understand this; it has been put aside for the dispatcher."


class DriverApi:
    """Handles `/driver/api/…` but for photos and positions."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def round(self, request: web.BaseRequest) -> web.StreamResponse:
        """GET round: 304 while the phone has it already."""
        device, on = await self._admit(request), _date(request)
        now = self._house.clock()
        tag, body = await asyncio.to_thread(self._house.logbook.read, lambda r: round_for(r, device, on=on, now=now))
        if tag in (each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")):
            return web.Response(status=304, headers={**HEADERS, "ETag": tag})
        if body["round"] is not None or body["notes"]:
            await asyncio.to_thread(self._house.logbook.write, lambda w: mark_fetched(w, device, body, now=now))
        return as_json(body, ETag=tag)

    async def actions(self, request: web.BaseRequest) -> web.StreamResponse:
        """POST actions: each one answered, in the order sent."""
        device = await self._admit(request)
        raw = await self._envelope(request)
        envelope, now = _json(raw), self._house.clock()
        try:
            taken = await asyncio.to_thread(take_queue, self._house.logbook, device, envelope, now=now)
        except KnownError:
            raise
        except Exception:
            log.exception("Actions of %s could not be taken; they are put aside", device.id)
            taken = await self._put_aside(device, raw, envelope)
        if device.driver_id is not None:
            self._house.hours.forget(device.driver_id)  # it may have begun or ended
        self._house.counters.actions += len(taken)
        return as_json({"taken": taken, "now": _iso(self._house)})

    async def code(self, request: web.BaseRequest) -> web.StreamResponse:
        """POST code: one try at a one-time code."""
        device = await self._admit(request)
        said = _json(await self._envelope(request))
        order_id, digits = (said.get("order_id"), said.get("code")) if isinstance(said, dict) else (None, None)
        if not isinstance(order_id, str) or not isinstance(digits, str):
            raise Refusal(400, "The message must be an object with “order_id” and “code” as texts.")
        now = self._house.clock()
        logbook = self._house.logbook
        verdict, left = await asyncio.to_thread(try_code, logbook, device, OrderId(order_id), digits[:40], now=now)
        return as_json({"verdict": verdict.value, "left": left})

    async def _admit(self, request: web.BaseRequest) -> Device:
        return await self._house.door.admit(token_of(request.headers), Scope.PROOFS, address_of(request))

    async def _envelope(self, request: web.BaseRequest) -> bytes:
        most = self._house.limits.envelope_bytes
        raw = await body_of(request, self._house.limits)
        if len(raw) > most:
            raise Refusal(413, f"A message has at most {most} bytes.", "Send fewer actions at a time.")
        return raw

    async def _put_aside(self, device: Device, raw: bytes, envelope: Any) -> list[dict[str, str]]:
        """The last resort: a fault of ours must not keep everything behind it on the phone for ever."""
        why = Fault("The gateway failed over these actions; its log says why.")
        letter = Letter(device.id, device.driver_id, Source.PAGE, self._house.clock(), raw, Decoded(faults=(why,)))
        await self._house.ingest.put(letter)
        actions = envelope.get("actions", []) if isinstance(envelope, dict) else []
        keys = [str(action.get("key", "")) if isinstance(action, dict) else "" for action in actions]
        return [{"key": key, "taking": "refused", "why": NOT_UNDERSTOOD} for key in keys]


def _json(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadInput("The message is not JSON.", "Load the page anew.") from error


def _date(request: web.BaseRequest) -> date | None:
    said = request.query.get("date", "")
    if not said:
        return None
    try:
        return date.fromisoformat(said[:20])
    except ValueError as error:
        raise Refusal(400, "The date must be written as 2026-11-24.") from error


def _iso(house: House) -> str:
    return house.clock().isoformat().replace("+00:00", "Z")
