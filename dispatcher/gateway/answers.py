"""What the gateway answers: JSON, never stored on the way, and refusals that say what to do."""

from typing import Any

import orjson
from aiohttp import web

NAME = "Roundhouse"
"""What the server calls itself: not which library of which version it is."""
HEADERS = {"Cache-Control": "no-store", "Server": NAME}
JSON = "application/json"


class Refusal(Exception):
    """A request that is turned away, in words for the person behind the phone."""

    def __init__(self, status: int, what: str, remedy: str = "", *, retry_s: float = 0.0, **more: Any) -> None:
        super().__init__(what)
        self.status, self.what, self.remedy, self.retry_s, self.more = status, what, remedy, retry_s, more

    def response(self) -> web.Response:
        """As it goes over the wire."""
        headers = dict(HEADERS)
        if self.retry_s > 0:
            headers["Retry-After"] = str(int(self.retry_s) + 1)
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Bearer, Basic realm="depot"'
        body = orjson.dumps({"error": self.what, "remedy": self.remedy, **self.more})
        return web.Response(status=self.status, body=body, content_type=JSON, headers=headers)


def as_json(payload: Any, status: int = 200, **headers: str) -> web.Response:
    """An answer with `payload` as its JSON body."""
    body = orjson.dumps(payload)
    return web.Response(status=status, body=body, content_type=JSON, headers={**HEADERS, **headers})
