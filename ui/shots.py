"""Pictures of every panel on the demo day: those of the documents, and what a maker looks at after a change.

Runs the real window, offscreen if the platform says so. What is pictured is told in `ui.scenes`; here is how a picture
is waited for and taken. The list of keys is written beside the pictures, as `docs/keys.md` has it.
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QPoint, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.services.home import Home
from dispatcher.services.workplace import OpenStore
from ui.app import Maker, Opener, Program, make_application
from ui.collecting import GuiCollector
from ui.scenes import play
from ui.theme import Mode
from ui.window.keys import as_markdown, keys_of
from ui.window.main import MainWindow

PATIENCE_MS = 60_000
BREATH_MS = 400
"""A page that has just been shown hears of its size a little later."""
SIZE = (1600, 900)


class Album:
    """Waits, grabs and names pictures."""

    def __init__(self, folder: Path, window: MainWindow) -> None:
        self._folder, self._window = folder, window
        self.names: list[str] = []

    def wait(self, signal: Any, *, when: Callable[..., bool] = lambda *_: True) -> None:
        """Spin until a signal comes that `when` agrees to."""
        loop, timer = QEventLoop(), QTimer()
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: loop.exit(1))
        agree = lambda *values: loop.exit(0) if when(*values) else None
        signal.connect(agree)
        timer.start(PATIENCE_MS)
        failed = loop.exec()
        signal.disconnect(agree)
        if failed:
            raise KnownError(
                f"The window did not get ready for a picture within {PATIENCE_MS // 1000} s.", "Try again."
            )

    def settle(self, breath_ms: int = BREATH_MS) -> None:
        """Wait until nothing works in the background and the map shows all it was told."""
        self._window.runner.wait_until_idle(PATIENCE_MS)
        breath = QEventLoop()
        QTimer.singleShot(breath_ms, breath, breath.quit)
        breath.exec()
        self.settle_map()

    def settle_map(self) -> None:
        """Wait until the map shows all it was told."""
        shown = self._window.panels.currentWidget()
        view = self._window.board.map if shown is self._window.board else self._window.review_map
        if view.isVisible() and not view.broken:
            token = view.request_painted()
            self.wait(view.painted, when=lambda painted: painted == token)
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def places_on_map(self) -> dict[OrderId, QPoint]:
        """Where the marks of stops are, in pixels of the map; without those that stand under another."""
        found: list[str] = []
        loop = QEventLoop()

        def answer(text: str) -> None:
            found.append(text)
            loop.quit()

        self._window.board.map.page.runJavaScript("roundhouse.report()", answer)
        loop.exec()
        marks = json.loads(found[0])["stops"]
        return {m["id"]: QPoint(round(m["x"]), round(m["y"])) for m in marks if m["stack"] == 1}

    def take(self, name: str, widget: QWidget | None = None) -> None:
        """Write a picture."""
        path = self._folder / f"{name}.png"
        (widget or self._window).grab().save(str(path))
        self.names.append(path.name)


def take_shots(
    home: Home,
    slug: str,
    folder: Path,
    *,
    opener: Opener,
    maker: Maker,
    open_store: OpenStore,
    on: date | None = None,
) -> int:
    """Write the pictures of a planned day into a folder; prints their names as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    app, theme = make_application(home)
    theme.apply(Mode.LIGHT, 1.0)
    program = Program(home, theme, opener, maker, open_store)
    collector = GuiCollector(program)
    program.open(slug, on)
    window = program.window
    assert window is not None
    window.resize(*SIZE)
    album = Album(folder, window)
    album.wait(window.first_painted)
    play(album, window, theme)
    (folder / "keys.md").write_text(as_markdown(keys_of(window)), encoding="utf-8")
    window.destroyed.connect(app.quit)
    window.close()
    app.exec()
    collector.stop()
    print(json.dumps({"folder": str(folder), "pictures": album.names}))  # noqa: T201
    return 0
