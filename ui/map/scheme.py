"""The scheme `roundhouse:` over which the map page is served, and the wall around it.

The page can read what `Assets` lists and the current region's base map, nothing else: no file, no host. Call
`register_scheme` before QApplication is made.
"""

import logging
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QObject
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
    """Answers requests of the page. Lives in the GUI thread, owned by the view."""

    def __init__(self, assets: Mapping[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._assets = assets
        self.basemap: Path | None = None

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        """Answer with the file, or with nothing at all: a job that fails never settles the page's fetch()."""
        url = job.requestUrl()
        name = self._file_of(url.path()) if url.host() == HOST and job.requestMethod() == b"GET" else None
        if name is None:
            log.warning("The map page asked for %s, which it may not have", url.toString())
        job.reply(_TYPES.get(Path(url.path()).suffix, b"text/plain"), _opened(name, job))

    def _file_of(self, path: str) -> str | None:
        if path == BASEMAP_PATH:
            return str(self.basemap) if self.basemap else None
        return self._assets.get(path)


def _opened(name: str | None, job: QWebEngineUrlRequestJob) -> QIODevice:
    """The whole seekable file: Qt reads the Range header itself, seeks, and answers 206. Dies with the job."""
    if name is not None:
        file = QFile(name, job)
        if file.open(QIODevice.OpenModeFlag.ReadOnly):
            return file
        log.error("The map's file %s cannot be read: %s", name, file.errorString())
    empty = QBuffer(job)
    empty.setData(QByteArray())
    return empty


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
