"""The web page behind the map, with everything switched off that drawing a map does not need."""

import logging
from typing import override

from PySide6.QtCore import QObject, QUrl
from PySide6.QtWebEngineCore import (
    QWebEngineCertificateError,
    QWebEngineDownloadRequest,
    QWebEngineFullScreenRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineSettings,
)

from ui.map.scheme import HOST, SCHEME, AssetHandler, Wall

log = logging.getLogger(__name__)

_Attribute = QWebEngineSettings.WebAttribute
_OFF = (
    _Attribute.LocalContentCanAccessRemoteUrls,
    _Attribute.LocalContentCanAccessFileUrls,
    _Attribute.JavascriptCanOpenWindows,
    _Attribute.JavascriptCanAccessClipboard,
    _Attribute.JavascriptCanPaste,
    _Attribute.PluginsEnabled,
    _Attribute.PdfViewerEnabled,
    _Attribute.DnsPrefetchEnabled,
    _Attribute.NavigateOnDropEnabled,
    _Attribute.ScreenCaptureEnabled,
    _Attribute.HyperlinkAuditingEnabled,
    _Attribute.FullScreenSupportEnabled,
    _Attribute.LocalStorageEnabled,
    _Attribute.AllowRunningInsecureContent,
    _Attribute.AllowGeolocationOnInsecureOrigins,
    _Attribute.AllowWindowActivationFromJavaScript,
    _Attribute.ErrorPageEnabled,
    _Attribute.AutoLoadIconsForPage,
    _Attribute.BackForwardCacheEnabled,
)

_LEVELS = {
    QWebEnginePage.JavaScriptConsoleMessageLevel.InfoMessageLevel: logging.INFO,
    QWebEnginePage.JavaScriptConsoleMessageLevel.WarningMessageLevel: logging.WARNING,
    QWebEnginePage.JavaScriptConsoleMessageLevel.ErrorMessageLevel: logging.ERROR,
}


def make_profile(handler: AssetHandler, wall: Wall, parent: QObject) -> QWebEngineProfile:
    """An off-the-record profile that reaches `handler` and nothing else."""
    profile = QWebEngineProfile(parent)
    profile.installUrlSchemeHandler(SCHEME, handler)
    profile.setUrlRequestInterceptor(wall)
    profile.downloadRequested.connect(_refuse_download)
    settings = profile.settings()
    for attribute in _OFF:
        settings.setAttribute(attribute, False)
    settings.setUnknownUrlSchemePolicy(QWebEngineSettings.UnknownUrlSchemePolicy.DisallowUnknownUrlSchemes)
    return profile


def _refuse_download(request: QWebEngineDownloadRequest) -> None:
    log.error("Refused: the map page tried to save %s", request.url().toString())
    request.cancel()


class MapPage(QWebEnginePage):
    """Goes nowhere, opens nothing, asks for nothing."""

    def __init__(self, profile: QWebEngineProfile, parent: QObject | None = None) -> None:
        super().__init__(profile, parent)
        self.permissionRequested.connect(self._on_permission_requested)
        self.fullScreenRequested.connect(self._on_full_screen_requested)
        self.certificateError.connect(self._on_certificate_error)

    @override
    def acceptNavigationRequest(self, url: QUrl | str, kind: QWebEnginePage.NavigationType, is_main: bool) -> bool:
        url = QUrl(url)
        ours = url.scheme() == SCHEME.decode() and url.host() == HOST and is_main
        if not ours:
            log.error("Refused: the map page tried to go to %s", url.toString())
        return ours

    @override
    def createWindow(self, kind: QWebEnginePage.WebWindowType) -> QWebEnginePage:
        return None  # type: ignore[return-value]  # None means no window; the stub does not know

    @override
    def chooseFiles(self, mode: object, old_files: object, mime_types: object) -> list[str]:
        return []

    @override
    def javaScriptAlert(self, origin: QUrl | str, text: str) -> None:
        log.warning("The map page wanted to say: %s", text)

    @override
    def javaScriptConfirm(self, origin: QUrl | str, text: str) -> bool:
        return False

    @override
    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, text: str, line: int, source: str
    ) -> None:
        log.log(_LEVELS[level], "map page, %s:%d: %s", source, line, text)

    def _on_permission_requested(self, permission: QWebEnginePermission) -> None:
        permission.deny()

    def _on_full_screen_requested(self, request: QWebEngineFullScreenRequest) -> None:
        request.reject()

    def _on_certificate_error(self, error: QWebEngineCertificateError) -> None:
        error.rejectCertificate()
