"""What customers write back, as SMS gateways bring it: JSON, a form or a query, under the names they commonly use."""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from dispatcher.domain.messages import Channel
from dispatcher.gateway.answers import HEADERS, Refusal
from dispatcher.gateway.door import token_of
from dispatcher.gateway.house import House, address_of, body_of
from dispatcher.services.replies import LONGEST_SENDER, take_reply
from dispatcher.services.reply_address import is_reply_token

MOST_BYTES = 20_000
SENDER = ("from", "sender", "phone", "phonenumber", "msisdn", "originator", "source", "number", "mobile")
TEXT = ("text", "message", "body", "content", "msg", "sms")
NAME = ("id", "messageid", "msgid", "messagesid", "smsid", "uuid")
TOKEN = "token"
_DEEPEST = 3


class Replies:
    """Answers `/messages/reply`, and the same with the token behind it: most gateways can only be given an address."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def bare(self, request: web.BaseRequest) -> web.Response:
        """GET or POST /messages/reply, with the token as bearer, password, or a field."""
        return await self.take(request, "")

    async def take(self, request: web.BaseRequest, token: str) -> web.Response:
        """GET or POST /messages/reply/<token>. Sent again, as gateways do without an answer, it is kept once."""
        if request.method not in ("GET", "POST"):
            raise Refusal(405, "That cannot be done here.")
        raw = await self._body(request)
        said = _fields(request, raw)
        await self._admit(request, token or token_of(request.headers) or said.get(TOKEN, ""))
        sender, text = _first(said, SENDER), _first(said, TEXT)
        if not sender or not text:
            asked = f"sender ({', '.join(SENDER[:4])}) and text ({', '.join(TEXT[:4])})"
            raise Refusal(400, f"The message needs {asked}.", "See which names the SMS gateway gives them.")
        if len(sender) > LONGEST_SENDER:
            raise Refusal(400, "The sender is longer than any number or address.")
        now, channel = self._house.clock(), Channel.EMAIL if "@" in sender else Channel.SMS
        name, whole = _first(said, NAME), raw or request.query_string.encode()
        key = _named(name, sender, text) if name else _unnamed(sender, text, whole, now)
        await asyncio.to_thread(
            self._house.logbook.write, lambda writer: take_reply(writer, channel, sender, text, now, key)
        )
        # an empty text: some gateways send what they are answered back to the customer
        return web.Response(text="", content_type="text/plain", headers=HEADERS)

    async def _body(self, request: web.BaseRequest) -> bytes:
        if (request.content_length or 0) > MOST_BYTES:
            raise Refusal(413, "This is more than a short message.")
        raw = await body_of(request, self._house.limits)
        if len(raw) > MOST_BYTES:
            raise Refusal(413, "This is more than a short message.")
        return raw

    async def _admit(self, request: web.BaseRequest, token: str) -> None:
        if not await asyncio.to_thread(is_reply_token, self._house.folder / "gateway", token):
            self._house.door.require_patience(address_of(request))
            self._house.door.failures.note(address_of(request))
            raise Refusal(401, "This is not the address that replies come in by.", "Copy it from the settings again.")


def _fields(request: web.BaseRequest, raw: bytes) -> Mapping[str, str]:
    """All that is said, by plain names: lower case, without signs; what is said in the body counts first."""
    found: dict[str, str] = {}
    if request.content_type == "application/json" or raw[:1] in (b"{", b"["):
        try:
            _gather(orjson.loads(raw or b"{}"), found)
        except orjson.JSONDecodeError as error:
            raise Refusal(400, "The message is not JSON.") from error
    elif raw:
        for name, value in parse_qsl(raw.decode("utf-8", "replace"), max_num_fields=100):
            found.setdefault(_plain(name), value)
    for name, value in request.query.items():
        found.setdefault(_plain(name), value)
    return found


def _gather(said: Any, found: dict[str, str], deep: int = 0) -> None:
    """Names and values, also of objects within: some wrap the message in a "payload" or a list of one."""
    if isinstance(said, list) and len(said) == 1:
        said = said[0]
    if not isinstance(said, dict) or deep > _DEEPEST:
        return
    for name, value in said.items():
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            found.setdefault(_plain(name), str(value))
    for value in said.values():
        _gather(value, found, deep + 1)


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _first(said: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((said[name] for name in names if said.get(name)), "").strip()


def _named(name: str, sender: str, text: str) -> str:
    """Its name, and what it says: some gateways name what is answered, and a STOP may answer the same, too."""
    words = hashlib.sha256(f"{sender}\n{text}".encode("utf-8", "replace")).hexdigest()
    return f"{name[:100]} {words[:16]}"


def _unnamed(sender: str, text: str, raw: bytes, now: datetime) -> str:
    """A name for what has none: the same message again within the hour is the one sent before."""
    words = f"{now:%Y%m%dT%H}\n{sender}\n{text}\n".encode("utf-8", "replace")
    return hashlib.sha256(words + raw).hexdigest()[:32]
