"""The driver page's files, for everybody: nothing secret is in them, and everything they do needs a token."""

from pathlib import Path

from aiohttp import web

from dispatcher.gateway.answers import NAME, Refusal

KINDS = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""No other file is given out."""
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
GUARDS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Server": NAME,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()",
}
FOR_EVER = "public, max-age=31536000, immutable"


class Page:
    """Gives out what lies in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    async def file(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        """GET /driver/<name>; kept for ever by the browser when asked for by its version."""
        if request.method not in ("GET", "HEAD"):
            raise Refusal(405, "That cannot be done here.")
        try:
            path = (self._folder / (name or "index.html")).resolve()
            found = path.is_relative_to(self._folder) and path.suffix in KINDS and path.is_file()
        except (OSError, ValueError):  # a name that no file can have
            found = False
        if not found:
            raise Refusal(404, "There is nothing at this address.", "Open the driver page anew.")
        caching = FOR_EVER if "v" in request.query else "no-cache"
        kind = KINDS[path.suffix] + ("; charset=utf-8" if path.suffix in (".html", ".js", ".css") else "")
        headers = {**GUARDS, "Cache-Control": caching, "Content-Type": kind}
        return web.FileResponse(path, headers=headers)

    async def home(self, _: web.BaseRequest) -> web.StreamResponse:
        """GET /driver and /: to the page."""
        return web.Response(status=302, headers={"Location": "/driver/", "Cache-Control": "no-cache"})
