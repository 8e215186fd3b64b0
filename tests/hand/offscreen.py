"""A play in the real window, offscreen: opens a depot, plays a script in it, keeps pictures and what came of it."""

import sys
from abc import ABC, abstractmethod
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt

from commands.opening import open_depot, open_store
from dispatcher.services.home import Home
from dispatcher.services.workplace import create_depot
from tests.hand.stepping import Script, Stepper, key
from ui.app import Program, make_application, open_settings
from ui.collecting import GuiCollector
from ui.exceptions.deeds import PERSON
from ui.proofs.judging import REVIEWER
from ui.theme import Mode
from ui.window.main import MainWindow

SIZE = (1600, 960)


class Play(ABC):
    """What is played, and what came of it."""

    def __init__(self, program: Program, home: Home, slug: str, folder: Path, on: date) -> None:
        self.program, self.home, self.slug, self.folder, self.on = program, home, slug, folder, on
        self.result: dict[str, Any] = {}
        self.keys = 0
        self._taken = 0

    @property
    def window(self) -> MainWindow:
        """The depot's."""
        assert self.program.window is not None
        return self.program.window

    @abstractmethod
    def script(self) -> Script:
        """From the first look to the last."""

    def picture(self, name: str) -> None:
        """The window as it is."""
        self._taken += 1
        self.window.grab().save(str(self.folder / f"{self._taken:02d}-{name}.png"))
        print(f"{self._taken:02d}-{name}.png", file=sys.stderr, flush=True)

    def press(self, what: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One key, counted."""
        self.keys += 1
        key(what, modifier)


def play(kind: type[Play], home: Home, slug: str, folder: Path, on: date, *, who: str) -> dict[str, Any]:
    """Play it to the end; its result, with the `fault` if it did not come to be."""
    app, theme = make_application(home)
    theme.apply(Mode.LIGHT, 1.0)
    maker = lambda depot: create_depot(home, depot, open_store=open_store)
    program = Program(home, theme, partial(open_depot, home), maker, open_store)
    collector = GuiCollector(program)
    settings = open_settings(home)
    for name in (REVIEWER, PERSON):
        settings.setValue(name, who)
    settings.sync()
    program.open(slug, on)
    played = kind(program, home, slug, folder, on)
    played.window.resize(*SIZE)
    stepper = Stepper(played.script())

    def end(fault: str) -> None:
        if fault:
            played.picture("fault")
            played.result["fault"] = fault
        played.window.destroyed.connect(app.quit)  # not before: a copy is opened in a window of its own
        played.window.close()

    stepper.ended.connect(end)
    stepper.start()
    app.exec()
    collector.stop()
    return played.result
