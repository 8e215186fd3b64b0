"""Positions, in whatever protocol: let in, understood, cut to the driver's hours, committed, acknowledged.

A known device always gets its protocol's usual answer, whatever it sent: a client that is refused sends the same
message for ever. What cannot be used is put aside with its bytes.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import orjson
from aiohttp import web

from dispatcher.domain.devices import App, Device, Scope
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import DeviceId
from dispatcher.domain.tracking import Decoded, Fault, Source, Unkept
from dispatcher.gateway.answers import HEADERS, JSON
from dispatcher.gateway.door import LONGEST_TOKEN, token_of
from dispatcher.gateway.hours import NOTHING
from dispatcher.gateway.house import House, address_of, body_of
from dispatcher.services.logbook import Letter, LogbookWriter, Receipt
from dispatcher.services.pairing import put_device
from dispatcher.tracking.decode import Message, decode

log = logging.getLogger(__name__)

SOURCES: Mapping[str, Source] = {
    source.value: source
    for source in (Source.OSMAND, Source.OWNTRACKS, Source.OVERLAND, Source.GPSLOGGER, Source.NMEA, Source.TRACCAR)
}
TAKEN: Mapping[Source, tuple[bytes, str]] = {
    Source.OWNTRACKS: (b"[]", JSON),
    Source.OVERLAND: (b'{"result":"ok"}', JSON),
}
PLAIN = (b"", "text/plain")
UNKEPT = "Positions-Unkept"
"""Header of an answer: how many of the message's positions are not kept, by the reason; `ended=2, off-duty=1`."""
FAILED = "The gateway failed over this message; its log says why."
LARGE_BYTES = 50_000
ASIDE_BYTES = 20_000_000
"""So much of what cannot be used is put aside of one device on one day: a position every second, all day long."""
FAULT_BYTES = 200
"""What one fault takes besides its message."""
TOLD_AGAIN = timedelta(hours=1)
NOTED_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message's positions. Those that are not in `unkept` are in the logbook, each once."""

    fixes: int
    """Understood."""
    unkept: Mapping[Unkept, int]

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the answer."""
        if not self.unkept:
            return HEADERS
        return {**HEADERS, UNKEPT: ", ".join(f"{why.key}={count}" for why, count in self.unkept.items())}


class Positions:
    """Takes what phones and trackers say of where they are."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._noted: dict[DeviceId, datetime] = {}
        self._told: dict[tuple[DeviceId, str], datetime] = {}
        self._aside: dict[DeviceId, tuple[date, int]] = {}

    async def take(self, request: web.BaseRequest, source: Source, path_token: str) -> web.Response:
        """One message of an app, with its token in the path or a header."""
        token = path_token[:LONGEST_TOKEN] or token_of(request.headers)
        device = await self._house.door.admit(token, Scope.POSITIONS, address_of(request))
        taken = await self.receive(device, source, await self._message(request))
        body, content_type = TAKEN.get(source, PLAIN)
        return web.Response(body=body, content_type=content_type, headers=taken.headers)

    async def take_of_page(self, request: web.BaseRequest) -> web.Response:
        """The driver page's positions, by its own token."""
        device = await self._house.door.admit(token_of(request.headers), Scope.POSITIONS, address_of(request))
        taken = await self.receive(device, Source.PAGE, await self._message(request))
        return web.Response(body=orjson.dumps({"taken": taken.fixes}), content_type=JSON, headers=taken.headers)

    async def receive(self, device: Device, source: Source, message: Message) -> Taken:
        """Commit what a device says, and count it.

        Raises `Refusal` and `KnownError` as `Ingest.put`.
        """
        now = self._house.clock()
        if len(message.body) < LARGE_BYTES:
            decoded = decode(source, message, now=now)
        else:  # hundreds of positions: others must have their turn meanwhile
            decoded = await asyncio.to_thread(decode, source, message, now=now)
        raw = message.body or message.query.encode("utf-8", "surrogateescape")
        try:
            letters, unkept = await self._letters(device, source, raw, decoded, now)
        except KnownError:
            raise
        except Exception:
            log.exception("A message of %s was not understood by a fault of ours; it is put aside", device.id)
            letters = [Letter(device.id, device.driver_id, source, now, raw, Decoded(faults=(Fault(FAILED),)))]
            unkept = NOTHING
        letters = [self._bounded(letter) for letter in letters]
        if len(letters) == 1:
            receipts = [await self._keep(letters[0])]
        else:
            receipts = await asyncio.gather(*map(self._keep, letters))
        return self._counted(len(decoded.fixes), receipts, unkept)

    async def _letters(
        self, device: Device, source: Source, raw: bytes, decoded: Decoded, now: datetime
    ) -> tuple[list[Letter], Mapping[Unkept, int]]:
        """What is to be committed, and how many positions are not."""
        if device.app is App.SERVER:
            return await self._of_trackers(device, source, raw, decoded, now)
        if decoded.unique_id and decoded.unique_id != device.unique_id:
            decoded = await self._bound(device, decoded, now)
        letter, unkept = await self._letter(device, source, raw, decoded, now)
        return [letter], unkept

    async def _message(self, request: web.BaseRequest) -> Message:
        body = await body_of(request, self._house.limits)
        query, kind = request.rel_url.raw_query_string, request.headers.get("Content-Type", "")
        return Message(request.method, query, kind, body, request.headers)

    async def _letter(
        self, device: Device, source: Source, raw: bytes, decoded: Decoded, now: datetime
    ) -> tuple[Letter, Mapping[Unkept, int]]:
        """What may be kept of a message. As soon as any of it may not, its bytes may not either."""
        kept, unkept = await self._house.hours.keep(device.driver_id, decoded)
        private = kept is not decoded
        if not private and kept.faults and not kept.fixes:
            private = not await self._house.hours.on_duty(device.driver_id)
        return Letter(device.id, device.driver_id, source, now, b"" if private else raw, kept), unkept

    def _bounded(self, letter: Letter) -> Letter:
        """The letter without what is only there to be put aside, once its device has had its share of the day.

        A phone that sends rubbish without end is known for it by then, and must not fill the disk.
        """
        if not letter.decoded.faults or letter.decoded.fixes:
            return letter
        day, held = self._aside.get(letter.device_id, (letter.received_at.date(), 0))
        if day != letter.received_at.date():
            day, held = letter.received_at.date(), 0
        if held >= ASIDE_BYTES:
            self._house.counters.faults += len(letter.decoded.faults)
            return replace(letter, body=b"", decoded=replace(letter.decoded, faults=()))
        rows = FAULT_BYTES * len(letter.decoded.faults)
        self._aside[letter.device_id] = day, held + len(letter.body) + rows
        return letter

    async def _keep(self, letter: Letter) -> Receipt:
        if letter.decoded.fixes or letter.decoded.events or letter.decoded.faults:
            return await self._house.ingest.put(letter)
        # Nothing but a sign of life: worth a word to the disk once a minute
        before = self._noted.get(letter.device_id)
        if before is not None and timedelta(0) <= letter.received_at - before < NOTED_AGAIN:
            return Receipt(0, 0, 0)
        self._noted[letter.device_id] = letter.received_at
        return await self._house.ingest.put(letter)

    async def _of_trackers(
        self, server: Device, source: Source, raw: bytes, decoded: Decoded, now: datetime
    ) -> tuple[list[Letter], Mapping[Unkept, int]]:
        """A server's message as letters of the trackers it speaks of."""
        letters, unkept = list[Letter](), Counter[Unkept]()
        named = [fix.unique_id for fix in decoded.fixes] + [event.unique_id for event in decoded.events]
        for unique_id in dict.fromkeys(named):
            fixes = tuple(fix for fix in decoded.fixes if fix.unique_id == unique_id)
            events = tuple(event for event in decoded.events if event.unique_id == unique_id)
            tracker = await self._house.door.tracker(unique_id)
            if tracker is None:
                why = Fault(f"The tracker “{unique_id[:40]}” is not known here; name it among the devices.")
                told = (why,) if self._is_news(server.id, unique_id, now) else ()
                letters.append(Letter(server.id, None, source, now, b"", Decoded(faults=told)))
                unkept.update({Unkept.UNKNOWN: len(fixes)})
            else:
                letter, of_it = await self._letter(tracker, source, raw, Decoded(fixes, events), now)
                letters.append(letter)
                unkept.update(of_it)
        if decoded.faults or not letters:
            letters.append(Letter(server.id, None, source, now, raw, Decoded(faults=decoded.faults)))
        # The bytes are of all of them together: where some may not be kept, they may not
        whole = all(letter.body for letter in letters)
        return letters if whole else [replace(letter, body=b"") for letter in letters], +unkept

    async def _bound(self, device: Device, decoded: Decoded, now: datetime) -> Decoded:
        """Bind the device to the first name it calls itself; say so when it calls itself another, once an hour."""
        if not device.unique_id:
            bound = await asyncio.to_thread(self._house.logbook.write, lambda w: _bind(w, device.id, decoded.unique_id))
            if bound:
                return decoded
        if not self._is_news(device.id, decoded.unique_id, now):
            return decoded
        why = Fault(f"Another phone, “{decoded.unique_id[:40]}”, uses the link of this one.")
        return replace(decoded, faults=(*decoded.faults, why))

    def _is_news(self, device_id: DeviceId, unique_id: str, now: datetime) -> bool:
        """Whether what is wrong with a name that a device says was not told within the hour."""
        before = self._told.get((device_id, unique_id))
        if before is not None and timedelta(0) <= now - before < TOLD_AGAIN:
            return False
        if len(self._told) > 1_000:
            self._told.clear()
        self._told[device_id, unique_id] = now
        return True

    def _counted(self, fixes: int, receipts: Sequence[Receipt], unkept: Mapping[Unkept, int]) -> Taken:
        """Count what became of so many positions. Those that nobody else accounts for were set aside with a fault."""
        counters, kept = self._house.counters, 0
        for receipt in receipts:
            kept += receipt.fixes + receipt.known
            counters.fixes += receipt.fixes
            counters.again += receipt.known
            counters.faults += receipt.faults
        if kept == fixes:
            return Taken(fixes, NOTHING)
        aside = fixes - kept - sum(unkept.values())
        unkept = +Counter({**unkept, Unkept.ASIDE: aside})
        counters.unkept.update(unkept)
        return Taken(fixes, unkept)


def _bind(writer: LogbookWriter, device_id: DeviceId, unique_id: str) -> bool:
    """Whether the device goes by this name now."""
    device = writer.device(device_id)
    if device is None:
        return False
    if not device.unique_id:
        put_device(writer, replace(device, unique_id=unique_id))
    return device.unique_id in ("", unique_id)
