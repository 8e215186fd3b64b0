"""Child processes that start clean: none of the window's modules, whatever program asks for them.

Any room may use it; what a process does is the room's affair.
"""

import multiprocessing
import sys
import threading
from collections.abc import Callable
from multiprocessing.context import SpawnProcess
from types import ModuleType
from typing import Any

SPAWN = multiprocessing.get_context("spawn")
"""The only way to begin a process beside Qt's threads, and the same on every system."""

_turn = threading.Lock()


def start(target: Callable[..., None], arguments: tuple[Any, ...], name: str, *, daemon: bool) -> SpawnProcess:
    """Run a module-level function in a new process.

    `multiprocessing` would import the parent's main module there, and with it the window and the database: seconds and
    hundreds of megabytes for nothing. So for the moment of starting there is none to be seen. A frozen program must
    still call `multiprocessing.freeze_support()` first thing.
    """
    process = SPAWN.Process(target=target, args=arguments, name=name, daemon=daemon)
    with _turn:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            process.start()
        finally:
            sys.modules["__main__"] = main
    return process
