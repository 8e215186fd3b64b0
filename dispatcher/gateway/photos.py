"""Photos of proofs: bytes in pieces, resumed where they broke off, whole ones checked, looked at and noted."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from aiohttp import web

from dispatcher.domain.devices import Device, Scope
from dispatcher.gateway.answers import Refusal, as_json
from dispatcher.gateway.door import token_of
from dispatcher.gateway.house import House, address_of, body_of
from dispatcher.gateway.looking import Looking
from dispatcher.proof.files import NoRoom, ProofFiles, TooLarge, WrongBytes, WrongOffset
from dispatcher.services.driving import begin_photo, keep_photo

PIECE_BYTES = 1_048_576


class Photos:
    """Handles `/driver/api/photos/<sha256>`."""

    def __init__(self, house: House, folder: Path) -> None:
        self._house = house
        self._files = ProofFiles(folder)
        self._looking = Looking(house.limits.photo_s)
        self._turn = asyncio.Lock()

    async def close(self) -> None:
        """End the process that looks at photos."""
        await asyncio.to_thread(self._looking.close)

    async def answer(self, request: web.BaseRequest, sha256: str) -> web.StreamResponse:
        """GET says how much is there, PUT adds to it."""
        device = await self._house.door.admit(token_of(request.headers), Scope.PROOFS, address_of(request))
        try:
            if request.method == "GET":
                return await self._state(device, sha256)
            if request.method == "PUT":
                return await self._add(request, device, sha256)
        except WrongOffset as wrong:
            raise Refusal(409, wrong.what, wrong.remedy, have=wrong.have) from wrong
        except TooLarge as wrong:
            raise Refusal(413, wrong.what, wrong.remedy) from wrong
        except WrongBytes as wrong:
            raise Refusal(422, wrong.what, wrong.remedy) from wrong
        except NoRoom as full:
            raise Refusal(507, full.what, full.remedy, retry_s=60) from full
        raise Refusal(405, "A photo is asked for with GET and sent with PUT.")

    async def _state(self, device: Device, sha256: str) -> web.Response:
        if (known := await asyncio.to_thread(self._known, device, sha256)) is not None:
            return known
        if await asyncio.to_thread(self._files.has, sha256):
            return await self._finished(device, sha256)
        return as_json({"have": await asyncio.to_thread(self._files.have, device.id, sha256)})

    async def _add(self, request: web.BaseRequest, device: Device, sha256: str) -> web.Response:
        offset, total = (_number(request, name) for name in ("Upload-Offset", "Upload-Length"))
        chunk = await body_of(request, self._house.limits)
        if len(chunk) > PIECE_BYTES:
            raise Refusal(413, f"A piece of a photo has at most {PIECE_BYTES} bytes.", "Send smaller pieces.")
        on = self._house.clock().date()
        add = partial(self._files.append, device.id, sha256, offset=offset, total=total, chunk=chunk, on=on)
        # One at a time: two pieces of one photo must not be written over one another
        async with self._turn:
            if (known := await asyncio.to_thread(self._known, device, sha256)) is not None:
                return known
            have = await asyncio.to_thread(add)
            if have < total:
                return as_json({"have": have})
            await asyncio.to_thread(self._files.finish, device.id, sha256)
        return await self._finished(device, sha256)

    def _known(self, device: Device, sha256: str) -> web.Response | None:
        """The answer for a photo that is whole and noted already."""
        upload = self._house.logbook.read(lambda r: begin_photo(r, self._files, device, sha256))
        return _done(upload.have, upload.fault) if upload.done else None

    async def _finished(self, device: Device, sha256: str) -> web.Response:
        """Look at a whole photo, keep its clean copy, note both.

        Done anew when the gateway ended before it came to the noting: the next question about the photo leads here.
        """
        loop, path = asyncio.get_running_loop(), self._files.path(sha256)
        found = await loop.run_in_executor(self._looking.turns, self._looking.look, path)
        copy = await asyncio.to_thread(self._files.put, found.copy) if found.copy else ""
        now = self._house.clock()
        photo = found.photo(sha256, copy, device.id, now)
        note: Callable[..., None] = lambda writer: keep_photo(writer, photo, device, now=now)
        await asyncio.to_thread(self._house.logbook.write, note)
        self._house.counters.photos += 1
        return _done(found.size, found.fault)


def _done(size: int, fault: str) -> web.Response:
    return as_json({"size": size, "have": size, "done": True, "fault": fault})


def _number(request: web.BaseRequest, header: str) -> int:
    said = request.headers.get(header, "")
    if not (said.isascii() and said.isdecimal() and len(said) <= 12):
        raise Refusal(400, f"The header {header} must be a whole number of bytes.")
    return int(said)
