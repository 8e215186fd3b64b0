"""Customers' pages: one order under a link of its own, for whoever has the link; and what is wished there.

A link that is forged, mistyped or too old shows the same friendly page as any other that opens nothing. The secret part
stands in the path, since people only have a link: it is in no log, and no other site hears of it (`Referrer-Policy`).
"""

import asyncio
import time
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from dispatcher.domain.customers import CustomerPage, Wish, WishKind
from dispatcher.domain.messages import Channel
from dispatcher.gateway.answers import HEADERS, Refusal, as_json
from dispatcher.gateway.customer_words import Pages, language_of
from dispatcher.gateway.house import House, address_of, body_of
from dispatcher.gateway.limits import Buckets, Failures
from dispatcher.gateway.page import FOR_EVER, KINDS
from dispatcher.services.customer_pages_links import LONGEST, SHORTEST, digest_of
from dispatcher.services.logbook import LogbookReader, LogbookWriter
from dispatcher.services.wishes_slots import Choices, choices_of
from dispatcher.services.wishes_taken import NotTaken, take_wish

MOST_BYTES = 4_000
FILES = "-"
"""What lies under it is no secret part, but a file of the page."""
GIVEN = frozenset({".css", ".js", ".svg"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
GUARDS = {
    **HEADERS,
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}


class CustomerPages:
    """Answers everything under `/t/`."""

    def __init__(self, house: House, folder: Path) -> None:
        """`folder` holds the page's templates, words and files."""
        self._house, self._folder = house, folder
        limits = house.limits
        self._failures = Failures(limits.failures, limits.failures_s, time.monotonic)
        self._buckets = Buckets(limits.page_per_s, limits.page_burst, time.monotonic)

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self._folder)

    @cached_property
    def _files(self) -> dict[str, Path]:
        return {path.name: path for path in self._folder.iterdir() if path.suffix in GIVEN}

    async def answer(self, request: web.BaseRequest, rest: str) -> web.StreamResponse:
        """GET /t/<secret>, POST /t/<secret>/wish, GET /t/-/<file>."""
        part, _, what = rest.rstrip("/").partition("/")
        if part == FILES:
            return self._file(request, what)
        allowed = {"": ("GET", "HEAD"), "wish": ("POST",)}.get(what)
        if allowed is not None and request.method not in allowed:
            raise Refusal(405, "That cannot be done here.")
        found = await asyncio.to_thread(self._look_up, part) if allowed else None
        if found is None:
            return self._gone(request)
        if wait_s := self._buckets.take(found[0].digest):
            raise Refusal(429, "This page is asked for too often.", "Try again in a moment.", retry_s=wait_s)
        if what == "wish":
            return await self._wish(request, found[0])
        return await asyncio.to_thread(self._page, request, *found)

    # --- the page ---

    def _look_up(self, part: str) -> tuple[CustomerPage, list[Wish], Choices] | None:
        """The page that this opens now, wishes there were, times to choose; `None` for any reason not to show one."""
        if not SHORTEST <= len(part) <= LONGEST:
            return None
        digest, now = digest_of(part), self._house.clock()

        def ask(reader: LogbookReader) -> tuple[CustomerPage, list[Wish], Choices] | None:
            page = reader.customer_page(digest)
            if page is None or page.expires_at <= now or not reader.policy().messages.page:
                return None
            return page, _still(reader, page), choices_of(reader, page, now)

        return self._house.logbook.read(ask)

    def _page(self, request: web.BaseRequest, page: CustomerPage, wishes: list[Wish], choices: Choices) -> web.Response:
        text = self._pages.page(page, wishes, choices, self._language(request, page), self._house.clock())
        return _html(text)

    def _gone(self, request: web.BaseRequest) -> web.Response:
        """The same for all that opens nothing; who asks for very much of it waits."""
        address = address_of(request)
        wait_s = self._failures.wait_s(address)
        self._failures.note(address)
        response = _html(self._pages.gone(self._language(request), busy=wait_s > 0), 429 if wait_s else 404)
        if wait_s:
            response.headers["Retry-After"] = str(int(wait_s) + 1)
        return response

    def _language(self, request: web.BaseRequest, page: CustomerPage | None = None) -> str:
        fallback = page.body["language"] if page else "en"
        return language_of(request.headers.get("Accept-Language", ""), request.query.get("lang", ""), fallback)

    def _file(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        path = self._files.get(name)
        if path is None:
            raise Refusal(404, "There is nothing at this address.", "Check the link.")
        if request.method not in ("GET", "HEAD"):
            raise Refusal(405, "That cannot be done here.")
        kind = KINDS[path.suffix] + ("" if path.suffix == ".svg" else "; charset=utf-8")
        caching = FOR_EVER if "v" in request.query else "no-cache"
        return web.FileResponse(path, headers={**GUARDS, "Cache-Control": caching, "Content-Type": kind})

    # --- wishes ---

    async def _wish(self, request: web.BaseRequest, page: CustomerPage) -> web.Response:
        await asyncio.to_thread(self._require_same_origin, request)
        said = await self._said(request)
        words, now = self._pages.words(self._language(request, page)), self._house.clock()
        try:
            await asyncio.to_thread(self._house.logbook.write, lambda w: _taken(w, page, said, now))
        except NotTaken as no:
            return as_json({"said": words["refused"][no.reason]}, 422)
        kind = said.get("kind") if isinstance(said, dict) else ""
        return as_json({"said": words["stopped"] if kind == "no_messages" else words["thanks"]})

    def _require_same_origin(self, request: web.BaseRequest) -> None:
        """Only the page itself may send wishes (OWASP ASVS 3.5): by what browsers say and pages cannot forge."""
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "")
        own = {request.headers.get("Host", "").lower()}
        own.add(urlsplit(self._house.logbook.read(lambda r: r.policy()).messages.page_origin).netloc.lower())
        if site not in (None, "same-origin") or urlsplit(origin).netloc.lower() not in own - {""}:
            raise Refusal(403, "This did not come from the page itself.", "Open the page, and choose there.")

    async def _said(self, request: web.BaseRequest) -> Any:
        if request.content_type != "application/json":
            raise Refusal(415, "A wish is sent as JSON.")
        if (request.content_length or 0) > MOST_BYTES:
            raise Refusal(413, "This is more than a wish.")
        raw = await body_of(request, self._house.limits)
        if len(raw) > MOST_BYTES:
            raise Refusal(413, "This is more than a wish.")
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise Refusal(400, "The message is not JSON.") from error


def _still(reader: LogbookReader, page: CustomerPage) -> list[Wish]:
    """The wishes there were; that for no messages only while it holds: the depot may have been asked for them again."""
    silenced = any(reader.opt_out(Channel[name], to) for name, to in page.body["private"].items())
    return [wish for wish in reader.wishes_of(page.order_id) if silenced or wish.kind is not WishKind.NO_MESSAGES]


def _taken(writer: LogbookWriter, page: CustomerPage, said: Any, now: Any) -> Wish:
    """Against the page as it is by now: the stop may have been done since it was looked up."""
    return take_wish(writer, writer.customer_page(page.digest) or page, said, now)


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=GUARDS)
