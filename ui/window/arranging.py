"""Where everything stood: the window and its docks for each set of screens, and what the views remember."""

import json

from PySide6.QtCore import QByteArray, QObject, QSettings, Slot
from PySide6.QtWidgets import QMainWindow

from ui.window.board_panel import BoardPanel
from ui.window.screens import Screens


class Arranging(QObject):
    """Keeps and restores the arrangement of one window. GUI thread."""

    def __init__(self, window: QMainWindow, board: BoardPanel, screens: Screens, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._board, self._screens, self._settings = window, board, screens, settings

    def restore(self) -> None:
        """As it was left; and from now on as the screens change."""
        views = self._settings.value("window/views")
        self._board.restore_views(_plain(views))
        self._arrange(self._screens.key)
        self._screens.about_to_change.connect(self._keep)
        self._screens.changed.connect(self._arrange)

    @Slot(str)
    def _arrange(self, screens: str) -> None:
        """As it was last on these screens; as at first on screens not seen before."""
        geometry = self._settings.value(f"layout-{screens}/geometry")
        docks = self._settings.value(f"layout-{screens}/board")
        if isinstance(geometry, QByteArray):
            self._window.restoreGeometry(geometry)
        elif not self._window.isVisible():
            self._window.resize(1366, 768)
        self._board.restore_layout(docks if isinstance(docks, QByteArray) else None)

    @Slot(str)
    def _keep(self, screens: str) -> None:
        self._settings.setValue(f"layout-{screens}/geometry", self._window.saveGeometry())
        self._settings.setValue(f"layout-{screens}/board", self._board.layout_state())

    def remember(self) -> None:
        """Keep the layout for the next window."""
        self._keep(self._screens.key)
        self._settings.setValue("window/views", json.dumps(self._board.views_state()))
        self._settings.sync()


def _plain(kept: object) -> dict[str, object]:
    """What was written as JSON, or nothing if that does not read."""
    try:
        found = json.loads(str(kept)) if kept else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
