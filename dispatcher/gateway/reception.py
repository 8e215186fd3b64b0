"""Where every request arrives: which room answers it, and what is said when one cannot.

Not `aiohttp.web.Application`: its router and middlewares would cost every position more than the rest of its way.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import ClientConnectionResetError, web
from aiohttp.web_protocol import RequestPayloadError

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.gateway.answers import Refusal
from dispatcher.gateway.house import House, address_of
from dispatcher.gateway.positions import SOURCES, Positions
from dispatcher.services.network import is_private

log = logging.getLogger(__name__)

type Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
type Under = Callable[[web.BaseRequest, str], Awaitable[web.StreamResponse]]

_SECRET = re.compile(r"[\w-]{20,}")
SECRET_UNDER = frozenset({"t", "messages"})
"""What follows in a path is a customer's link, or the token of what brings replies."""
SAMPLE = 1_000
"""One position request in so many is told in the log."""


class Reception:
    """Takes a request, gives an answer.

    `exact` are handlers by method and path, `under` by the path's beginning, which are given the rest of it.
    """

    def __init__(
        self,
        house: House,
        positions: Positions | None,
        exact: Mapping[tuple[str, str], Handler],
        under: Mapping[str, Under],
        *,
        private: bool = False,
    ) -> None:
        """`private`: take positions from the depot's own network only."""
        self._private = private
        self._house, self._positions = house, positions
        self._exact, self._under = exact, under
        self._paths = {path for _, path in exact}

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Never raises but for a phone that hung up."""
        self._house.counters.requests += 1
        try:
            response = await self._answer(request)
        except Refusal as refusal:
            response = refusal.response()
        except BadInput as wrong:
            response = Refusal(400, wrong.what, wrong.remedy).response()
        except KnownError as fault:
            response = Refusal(507, fault.what, fault.remedy, retry_s=10).response()
        except web.HTTPException as said:
            response = Refusal(said.status, f"{said.reason}.").response()
        except TimeoutError:
            response = Refusal(408, "The message came too slowly.", "Try again with a better signal.").response()
        except RequestPayloadError:
            response = Refusal(400, "The message was cut off or garbled on its way.", "Send it again.").response()
        except (asyncio.CancelledError, ConnectionError, ClientConnectionResetError):
            raise
        except Exception:
            log.exception("A request was not answered: %s %s", request.method, plain(request.path))
            response = Refusal(503, "The gateway could not do this.", "Its log says why.", retry_s=30).response()
        self._note(request, response.status)
        return response

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        first, _, rest = path[1:].partition("/")
        if self._positions is not None and (source := SOURCES.get(first)):
            if self._private and not is_private(address_of(request)):
                raise Refusal(403, "Without encryption this is taken in the depot's own network only.")
            return await self._positions.take(request, source, rest)
        handler = self._exact.get((request.method, path))
        if handler is not None:
            return await handler(request)
        for beginning, under in self._under.items():
            if path.startswith(beginning):
                return await under(request, path[len(beginning) :])
        if path in self._paths:
            raise Refusal(405, "That cannot be done here.")
        raise Refusal(404, "There is nothing at this address.", "Check the link.")

    def _note(self, request: web.BaseRequest, status: int) -> None:
        counters = self._house.counters
        if status >= 400:
            counters.refused += 1
            # Told in full at first, then sampled: whoever hammers at the door must not fill the disk
            if counters.refused > 100 and counters.refused % 100:
                return
        elif counters.requests % SAMPLE:
            return
        log.info("%s %s %s → %d", address_of(request), request.method[:10], plain(request.path), status)


def plain(path: str) -> str:
    """A path as it may stand in a log: no token, no control character, not long (ASVS 16.2.5, 16.4.1).

    Nor what may be a token at an address that was mistyped, as `//osmand/…`.
    """
    first, _, rest = path[1:].partition("/")
    if (first in SOURCES or first in SECRET_UNDER) and rest:
        return f"/{first}/…"
    shown = _SECRET.sub("…", path)[:80]
    return shown if shown.isprintable() else ascii(shown)[1:-1]
