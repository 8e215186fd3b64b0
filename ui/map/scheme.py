"""The scheme `roundhouse:` over which the map page is served, and the wall around it.

The page can read what `Assets` lists and the current region's base map, nothing else: no file, no host. Call
`register_scheme` before QApplication is made.
"""

import logging
import re
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QObject, QUrlQuery
from PySide6.QtWebEngineCore import (
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)

log = logging.getLogger(__name__)

SCHEME = b"roundhouse"
HOST = "app"
ORIGIN = "roundhouse://app"
BASEMAP_PATH = "/tiles/basemap.pmtiles"
WEB_ROOT = Path(__file__).parents[2] / "resources" / "web"

MOST_BYTES = 16 << 20
"""No piece of a base map is larger: its tiles have at most a few hundred kilobytes."""

_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}")
_TYPES: Mapping[str, bytes] = {
    ".html": b"text/html",
    ".js": b"text/javascript",
    ".css": b"text/css",
    ".png": b"image/png",
    ".pmtiles": b"application/octet-stream",
}
_LIBRARIES = (
    "leaflet/dist/leaflet.js",
    "leaflet/dist/leaflet.css",
    "leaflet/dist/images/layers.png",
    "leaflet/dist/images/layers-2x.png",
    "pmtiles/dist/pmtiles.js",
    "protomaps-leaflet/dist/protomaps-leaflet.js",
)


def register_scheme() -> None:
    """Make the scheme known to Chromium. Before QApplication; a second call does nothing."""
    if not QWebEngineUrlScheme.schemeByName(SCHEME).name().isEmpty():
        return
    scheme = QWebEngineUrlScheme(SCHEME)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    flag = QWebEngineUrlScheme.Flag
    scheme.setFlags(flag.SecureScheme | flag.CorsEnabled | flag.FetchApiAllowed)
    QWebEngineUrlScheme.registerScheme(scheme)


def list_assets(web_root: Path = WEB_ROOT) -> dict[str, str]:
    """URL path → file, of everything the page may ask for."""
    pages = {f"/map/{file.name}": file for file in sorted((web_root / "map").iterdir()) if file.suffix in _TYPES}
    libraries = {f"/lib/{name}": web_root / "node_modules" / name for name in _LIBRARIES}
    files = {path: str(file) for path, file in (pages | libraries).items() if file.is_file()}
    return files | {"/lib/qwebchannel.js": ":/qtwebchannel/qwebchannel.js"}


def missing_libraries(web_root: Path = WEB_ROOT) -> tuple[str, ...]:
    """What is not installed, so that the window can say so instead of showing a blank page."""
    return tuple(name for name in _LIBRARIES if not (web_root / "node_modules" / name).is_file())


class AssetHandler(QWebEngineUrlSchemeHandler):
    """Answers requests of the page, always: a job that fails never settles the page's fetch().

    Pieces of the base map are named in the query, `?from=<byte>&bytes=<count>`. A Range header is answered with
    nothing: Qt 6.12 sends up to 64 KiB more than a range asked for, which spoils every larger tile, and the whole
    program crashes on a range beyond the end of a file. Obsolete once `fetch` with `bytes=100-70000` gets 69,901 bytes.
    """

    def __init__(self, assets: Mapping[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._assets = assets
        self.basemap: Path | None = None

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        """Called by Qt in the GUI thread."""
        url = job.requestUrl()
        content = self._content(job)
        if content is None:
            log.warning("The map page asked for %s, which it may not have", url.toString())
        answer = QBuffer(job)  # dies with the job
        answer.setData(QByteArray(content or b""))
        job.reply(_TYPES.get(Path(url.path()).suffix, b"text/plain"), answer)

    def _content(self, job: QWebEngineUrlRequestJob) -> bytes | None:
        url = job.requestUrl()
        ranged = any(name.toLower() == b"range" for name in job.requestHeaders())
        if url.host() != HOST or job.requestMethod() != b"GET" or ranged:
            return None
        if url.path() == BASEMAP_PATH:
            return self._piece(QUrlQuery(url))
        name = self._assets.get(url.path())
        return _read(name) if name else None

    def _piece(self, query: QUrlQuery) -> bytes | None:
        numbers = [query.queryItemValue(name) for name in ("from", "bytes")]
        if self.basemap is None or not all(_WHOLE_NUMBER.fullmatch(number) for number in numbers):
            return None
        first, count = map(int, numbers)
        return _read(str(self.basemap), first, min(count, MOST_BYTES))


def _read(name: str, first: int = 0, count: int = -1) -> bytes | None:
    """`count` bytes of the file or Qt resource from `first` on, fewer at its end; all with -1."""
    file = QFile(name)
    if not file.open(QIODevice.OpenModeFlag.ReadOnly) or not file.seek(first):
        log.error("The map's file %s cannot be read: %s", name, file.errorString())
        return None
    content = bytes(file.readAll().data() if count < 0 else file.read(count).data())
    file.close()
    return content


class Wall(QWebEngineUrlRequestInterceptor):
    """Blocks every request that would leave the program, whatever the page's own policy says."""

    ALLOWED = frozenset({SCHEME.decode(), "data", "blob"})

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.blocked: list[str] = []
        """The latest addresses refused, for the log and for tests."""

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        """Called by Qt in the GUI thread."""
        if info.requestUrl().scheme() in self.ALLOWED:
            return
        info.block(True)
        self.blocked = [*self.blocked[-99:], info.requestUrl().toString()]
        log.error("Blocked: the map page tried to reach %s", info.requestUrl().toString())
