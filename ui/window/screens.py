"""Which screens there are: the window's layout is remembered for each set of them.

A dispatcher who takes the notebook home gets the layout of the notebook, and tomorrow at the desk that of the desk.
"""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QScreen

_SETTLES_MS = 500
"""Screens come and go one by one."""


def key_of(screens: Iterable[QScreen]) -> str:
    """A name for a set of screens by where they are and how large: "1920x1080+0+0_1366x768+1920+0"."""
    boxes = sorted((s.geometry().x(), s.geometry().y(), s.geometry().width(), s.geometry().height()) for s in screens)
    return "_".join(f"{w}x{h}{x:+d}{y:+d}" for x, y, w, h in boxes)


class Screens(QObject):
    """Watches the screens. GUI thread.

    Signals:
        about_to_change(str): the set with this key is gone; what was arranged on it should be remembered.
        changed(str): another set is there, and has settled.
    """

    about_to_change = Signal(str)
    changed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.key = key_of(QGuiApplication.screens())
        self._settling = QTimer(self, singleShot=True, interval=_SETTLES_MS)
        self._settling.timeout.connect(self._on_settled)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenAdded.connect(self._on_added)
        app.screenRemoved.connect(self._on_changed)
        for screen in QGuiApplication.screens():
            screen.geometryChanged.connect(self._on_changed)

    @Slot(QScreen)
    def _on_added(self, screen: QScreen) -> None:
        screen.geometryChanged.connect(self._on_changed)
        self._on_changed()

    @Slot()
    def _on_changed(self, _what: object = None) -> None:
        """One came, went, was turned, or has another resolution."""
        if not self._settling.isActive():
            self.about_to_change.emit(self.key)
        self._settling.start()

    @Slot()
    def _on_settled(self) -> None:
        key = key_of(QGuiApplication.screens())
        if key != self.key:
            self.key = key
            self.changed.emit(key)
