"""The page as a widget: loaded, told things, listened to, and brought back when its process dies.

It keeps the last of every kind it was told, so a page that is not ready yet, or has crashed, gets all of it again.
What is told and what is heard is not known here: see `view`.
"""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QBuffer, QIODevice, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWidgets import QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from dispatcher.domain.errors import BadInput
from ui.map.messages import Event, Failed, Painted, Ready
from ui.map.page import MapPage, make_profile
from ui.map.scheme import ORIGIN, AssetHandler, Wall, list_assets, missing_libraries
from ui.map.web import WebView
from ui.map.wire import decode, encode

log = logging.getLogger(__name__)


class Bridge(QObject):
    """All that the page can reach of the program: one string each way."""

    message = Signal(str)

    def __init__(self, receive: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._receive = receive

    @Slot(str)
    def post(self, text: str) -> None:
        """Called by the page."""
        self._receive(text)


class Stage(QWidget):
    """A page and what it was told. GUI thread only; owns view, page, profile, channel and bridge.

    Call `shut_down` before the program ends.

    Signals:
        ready(): the page listens; again after each reload.
        painted(int): see `request_painted`.
        crashed(bool): the page's process died; whether it is being reloaded by itself.
    """

    ready = Signal()
    painted = Signal(int)
    crashed = Signal(bool)

    def __init__(self, parent: QWidget | None, web_root: Path, kept: tuple[str, ...]) -> None:
        """`kept`: the kinds of messages that make up the page's state, in the order in which a new page gets them."""
        super().__init__(parent)
        self._web_root = web_root
        self._kept = kept
        self._state: dict[str, dict[str, Any]] = {}
        self._waiting: list[str] = []
        self._page_ready = False
        self._begun = False
        self._may_reload = True
        self._token = 0
        self.wall = Wall(self)
        self._handler = AssetHandler(list_assets(web_root), self)
        self._build_web()
        self._build_layout()

    def _build_web(self) -> None:
        self.web = WebView(self)
        profile = make_profile(self._handler, self.wall, self)
        self._page = MapPage(profile, self)
        profile.setParent(None)
        profile.setParent(self)  # again, as the last child: children die in order, and the page must go first
        self._profile = profile
        self._bridge = Bridge(self._receive, self)
        self._channel = QWebChannel(self)
        self._channel.registerObject("bridge", self._bridge)
        self._page.setWebChannel(self._channel)
        self.web.setPage(self._page)
        self._page.renderProcessTerminated.connect(self._on_render_process_terminated)
        self._page.loadFinished.connect(self._on_load_finished)

    def _build_layout(self) -> None:
        self._fault = QLabel(self)
        self._fault.setWordWrap(True)
        self._fault.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.reload_button = QPushButton("Reload map", self)
        self.reload_button.clicked.connect(self.reload)
        self._placeholder = QWidget(self)
        column = QVBoxLayout(self._placeholder)
        column.addStretch()
        column.addWidget(self._fault)
        column.addWidget(self.reload_button, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.web)
        self._stack.addWidget(self._placeholder)
        self.setFocusProxy(self.web)

    def showEvent(self, event: QShowEvent) -> None:
        """A page that nobody looks at costs a process for nothing: it is loaded when it is first shown."""
        super().showEvent(event)
        if not self._begun:
            self._begun = True
            self._load()

    # --- pictures ------------------------------------------------------------------------------------------------

    def request_painted(self) -> int:
        """Ask for `painted` with the number returned, once all that was sent so far is on the screen.

        A widget that is not shown paints nothing and never answers.
        """
        self._token += 1
        self._ask("painted", token=self._token)
        return self._token

    def grab_png(self) -> bytes:
        """What is on the screen now. After a change, wait for `painted` first."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.grab().save(buffer, "PNG")
        return bytes(buffer.data().data())

    # --- life of the page ----------------------------------------------------------------------------------------

    @property
    def page(self) -> QWebEnginePage:
        """For tests and fault reports."""
        return self._page

    @property
    def broken(self) -> bool:
        """Whether the placeholder stands where the map should be."""
        return self._stack.currentWidget() is self._placeholder

    @Slot()
    def reload(self) -> None:
        """Start the page afresh and tell it everything again."""
        self._may_reload = True
        self._load()

    def shut_down(self) -> None:
        """Let go of the page, the view and the profile, in the order Chromium wants. A second call does nothing."""
        self._page_ready = False
        if shiboken6.isValid(self.web):
            self.web.forget_drag()
        for part in (self._page, self.web, self._profile):
            if shiboken6.isValid(part):
                shiboken6.delete(part)

    def _load(self) -> None:
        self._page_ready = False
        missing = missing_libraries(self._web_root)
        if missing:
            self._give_up(f"The map's libraries are not installed ({missing[0]}). Run start.py to set them up.")
            return
        self._stack.setCurrentWidget(self.web)
        self._page.load(QUrl(f"{ORIGIN}/map/map.html"))

    def _give_up(self, fault: str) -> None:
        log.error("%s", fault)
        self._fault.setText(fault)
        self._stack.setCurrentWidget(self._placeholder)

    def _on_load_finished(self, ok: bool) -> None:
        if not ok and not self._page_ready:
            self._give_up("The map page could not be loaded.")

    def _on_render_process_terminated(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        if status is QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            return
        again, self._may_reload = self._may_reload, False
        log.error("The map's process ended: %s, code %d", status.name, code)
        if again:
            self._load()
        else:
            self._page_ready = False
            self._give_up("The map has stopped twice. All other panels go on.")
        self.crashed.emit(again)

    # --- talking to the page -------------------------------------------------------------------------------------

    def _keep(self, kind: str, **values: Any) -> None:
        """State: the latest of its kind, for this page and every later one."""
        self._state[kind] = values
        if self._page_ready:
            self._send(kind, **values)

    def _kept_values(self, kind: str) -> Mapping[str, Any] | None:
        """What a new page gets of this kind; `None`: nothing."""
        return self._state.get(kind)

    def _ask(self, kind: str, **values: Any) -> None:
        """A request: now, or when the page is ready; once."""
        if self._page_ready:
            self._send(kind, **values)
        else:
            self._waiting.append(encode(kind, **values))

    def _send(self, kind: str, **values: Any) -> None:
        if self._page_ready:
            self._bridge.message.emit(encode(kind, **values))

    def _receive(self, text: str) -> None:
        try:
            event = decode(text)
        except BadInput as fault:
            log.error("%s", fault)
            return
        self._on_event(event)

    def _on_event(self, event: Event) -> None:
        """What the page reports; every kind of map adds its own."""
        if isinstance(event, Ready):
            self._on_ready()
        elif isinstance(event, Painted):
            self.painted.emit(event.token)
        elif isinstance(event, Failed):
            log.error("Fault in the map page: %s", event.text)

    def _on_ready(self) -> None:
        self._page_ready = True
        for kind in self._kept:
            values = self._kept_values(kind)
            if values is not None:
                self._send(kind, **values)
        waiting, self._waiting = self._waiting, []
        for text in waiting:
            self._bridge.message.emit(text)
        self.ready.emit()
