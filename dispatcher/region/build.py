"""Building a region in a process of its own, so that the window stays quick and a crash takes nothing along.

The child ends with its parent, and the road tools that it runs end with it. What it does is `assembly`.
"""

import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.progress import Progress
from dispatcher.region.assembly import PARTS, build_region
from dispatcher.region.pack import RegionPack
from dispatcher.spawn import SPAWN, start

_LOOK_S = 0.1
_GRACE_S = 15.0
"""How long a cancelled build may take to clear up before it is killed."""


class RegionBuild:
    """One build, watched from outside."""

    def __init__(self, extract: Path, name: str, regions_dir: Path, *, parts: tuple[str, ...] = PARTS) -> None:
        self._order = (str(extract.absolute()), name, str(regions_dir.absolute()), parts)
        self._pack = regions_dir / name
        self._process: SpawnProcess | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, while it runs."""
        return self._process.pid if self._process else None

    def run(self, progress: Progress) -> RegionPack:
        """Build and wait. Raises what `build_region` raises, and `KnownError` if the child is ended by others.

        Any thread; the progress is told on that thread.
        """
        news, their_news = SPAWN.Pipe(duplex=False)
        their_orders, orders = SPAWN.Pipe(duplex=False)
        # Not a daemon: those may not start processes, and the build proves its roads in one
        self._process = start(_work, (their_orders, their_news, *self._order), "region build", daemon=False)
        their_news.close()
        their_orders.close()
        try:
            self._watch(news, orders, progress)
        finally:
            orders.close()
            self._end()
            news.close()
        return RegionPack.open(self._pack)

    def _watch(self, news: Connection, orders: Connection, progress: Progress) -> None:
        """Pass on what the child says until it is done."""
        while True:
            try:
                while not news.poll(_LOOK_S):
                    if progress.cancelled():
                        orders.close()
                        raise Cancelled
                kind, *what = news.recv()
            except (EOFError, OSError):
                raise KnownError(
                    "The build was ended from outside.", "Check free memory and disk space, then build again."
                ) from None
            if kind == "done":
                return
            if kind == "progress":
                progress.report(*what)
            else:
                raise _ERRORS[kind](*what)

    def _end(self) -> None:
        """Wait until the child has cleared up; kill what is left of it and its tools if it does not come to that."""
        assert self._process is not None
        self._process.join(_GRACE_S)
        if self._process.exitcode != 0:
            _kill_tree(self._process)
            self._process.join()
        self._process.close()
        self._process = None


_ERRORS: dict[str, Callable[..., Exception]] = {
    "BadInput": BadInput,
    "KnownError": KnownError,
    "Cancelled": Cancelled,
    "broken": lambda trace: RuntimeError(f"the build's process failed:\n{trace}"),
}


class _Told:
    """The child's progress: tells the parent, and is cancelled when the parent says so, or is gone."""

    def __init__(self, orders: Connection, news: Connection) -> None:
        self._orders = orders
        self._news = news
        self._cancel = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def report(self, fraction: float, text: str) -> None:
        self.tell("progress", fraction, text)

    def cancelled(self) -> bool:
        return self._cancel.is_set()

    def cancel(self, *_: Any) -> None:
        self._cancel.set()

    def tell(self, *news: Any) -> None:
        try:
            self._news.send(news)
        except OSError:
            self._cancel.set()

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            self._orders.recv()
        self._cancel.set()


def _work(orders: Connection, news: Connection, extract: str, name: str, into: str, parts: tuple[str, ...]) -> None:
    """The child's whole life."""
    told = _Told(orders, news)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which then cancels
    signal.signal(signal.SIGTERM, told.cancel)
    if sys.platform != "win32":
        os.setsid()  # a group of its own, so that it can be ended together with its tools
    try:
        build_region(Path(extract), name, Path(into), told, parts=parts)
        told.tell("done")
    except Cancelled:
        told.tell("Cancelled")
    except KnownError as error:
        told.tell("BadInput" if isinstance(error, BadInput) else "KnownError", error.what, error.remedy)
    except Exception:  # noqa: BLE001 - the parent raises it
        told.tell("broken", traceback.format_exc())


def _kill_tree(process: SpawnProcess) -> None:
    assert process.pid is not None
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], check=False, capture_output=True)
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()  # it has no group of its own yet when it hangs in its first moments
