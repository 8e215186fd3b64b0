"""What PySide6 does not forgive: a slot of a base class that a subclass overrides outlives its widget.

A connection made by the base finds the subclass's slot, and is not taken back when the widget is deleted.
"""

import importlib
import inspect
import pkgutil
from types import ModuleType

from PySide6.QtCore import QObject

import ui

OUTLIVED = "changed.connect(self._dress)"
"""The theme lives longer than any widget."""


def _modules() -> list[ModuleType]:
    return [importlib.import_module(module.name) for module in pkgutil.walk_packages(ui.__path__, "ui.")]


def test_nobody_overrides_the_slot_that_hears_the_theme() -> None:
    classes = {
        thing
        for module in _modules()
        for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, QObject) and thing.__module__ == module.__name__
    }
    assert sum(OUTLIVED in inspect.getsource(thing) for thing in classes) > 50
    overriding = {
        thing.__name__
        for thing in classes
        if "_dress" in vars(thing) and any("_dress" in vars(base) for base in thing.__mro__[1:])
    }
    assert overriding == set()
