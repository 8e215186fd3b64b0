"""The search in a process of its own: it holds Python's lock for up to half a second, and the window must not wait.

`ApartEngine` answers as `PyVrpEngine` does, and with the same seed the same. Its worker stays between searches, so that
only the first has to wait for one; it ends with `close`, with its parent, and with a search that is cut short. What
passes between the two: a first word; then a task there; plans back, and at last a solution or an error; meanwhile a
`None` there to stop.
"""

import ctypes
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from dispatcher import spawn
from dispatcher.domain.errors import KnownError
from dispatcher.planning.engine import EVERYTHING, OnBest, PyVrpEngine, Scope, Solution
from dispatcher.planning.problem import Problem, Sequences
from dispatcher.planning.stop import StopRule, never

_NICE = 15
_BELOW_NORMAL_PRIORITY_CLASS = 0x4000
"""Of Windows: winbase.h."""

_AWAKE = "awake"
"""A worker's first word."""

_LOOK_S = 0.05
"""How often to ask whether to stop."""


@dataclass(frozen=True, slots=True)
class _Task:
    """One search."""

    problem: Problem
    rule: StopRule
    """Without `asked`, which stays on this side."""
    warm: Sequences | None
    seed: int
    scope: Scope
    streams: bool


class _Died(Exception):
    """The worker is gone."""


class ApartEngine:
    """Plans with PyVRP in a worker process. Any thread; one search at a time, further ones wait their turn."""

    def __init__(self, *, quietly: bool = False) -> None:
        """`quietly`: the worker gives way to everything else that wants a processor."""
        self._quietly = quietly
        self._turn = threading.Lock()
        self._worker: _Worker | None = None
        self._closed = False

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, while there is one."""
        worker = self._worker
        return worker.pid if worker else None

    def warm_up(self) -> None:
        """Start the worker if there is none, and do not wait for it."""
        if self._turn.acquire(blocking=False):
            try:
                with suppress(_Died):
                    self._ready()
            finally:
                self._turn.release()

    def solve(
        self,
        problem: Problem,
        *,
        stop: StopRule,
        start: Sequences | None = None,
        on_best: OnBest | None = None,
        seed: int = 0,
        scope: Scope = EVERYTHING,
    ) -> Solution:
        """Search as `PyVrpEngine.solve` does; `on_best` and `stop.asked` are called in the calling thread.

        `stop.seconds`, and the seconds told, count from when the worker begins to search: not the time that it takes
        to start and to be told the problem. What `on_best` or `stop.asked` raises ends the worker at once and reaches
        the caller, as do the `KnownError`s and `ValueError`s of the search. Raises `KnownError` when the worker ends
        before its search does, or the engine is closed.
        """
        task = _Task(problem, replace(stop, asked=never), start, seed, scope, on_best is not None)
        with self._turn:
            try:
                found = self._ready().search(task, stop, on_best)
            except _Died:
                self._end()
                raise self._gone() from None
            except BaseException:
                self._end()
                raise
        if isinstance(found, Exception):
            raise found
        return found

    def close(self) -> None:
        """End the worker now, whatever it is doing; a search under way fails."""
        self._closed = True
        if worker := self._worker:
            worker.kill()
        with self._turn:
            self._end()

    def _ready(self) -> "_Worker":
        if self._worker and not self._worker.alive:
            self._end()
        if self._worker is None and not self._closed:
            self._worker = _Worker(self._quietly)
        # Asked last: if `close` came before there was a worker to kill, it is waiting for this search
        if self._closed or self._worker is None:
            raise _Died
        return self._worker

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            worker.end()

    def _gone(self) -> KnownError:
        if self._closed:
            return KnownError("The optimiser was closed; the plan is as it was.")
        return KnownError(
            "The optimiser stopped unexpectedly; the plan is as it was.",
            "Plan again; if that does not help, free some memory.",
        )


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, quietly: bool) -> None:
        self._pipe, theirs = spawn.SPAWN.Pipe()
        self._process = spawn.start(_serve, (theirs, quietly), "optimiser", daemon=True)
        theirs.close()  # so that its death is the pipe's end
        self._awake = False

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def search(self, task: _Task, stop: StopRule, on_best: OnBest | None) -> Solution | Exception:
        """What the task came to. Raises `_Died`, and whatever `stop.asked` and `on_best` raise."""
        self._wait_for_it(stop)
        self._send(task)
        stopping = False
        while True:
            if not stopping and stop.asked():
                self._send(None)
                stopping = True
            news = self._news()
            if isinstance(news, (Solution, Exception)):
                return news
            if news is not None and on_best is not None:
                on_best(*news)

    def _wait_for_it(self, stop: StopRule) -> None:
        """Until it listens: before that a large task would fill the pipe, and nobody could change their mind."""
        while not self._awake:
            stop.asked()
            try:
                self._awake = self._pipe.poll(_LOOK_S) and self._pipe.recv() == _AWAKE
            except (EOFError, OSError):
                raise _Died from None

    def kill(self) -> None:
        """Any thread."""
        with suppress(ValueError):  # the search under way may be clearing up after it
            self._process.kill()

    def end(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join()
        self._process.close()

    def _send(self, what: _Task | None) -> None:
        try:
            self._pipe.send(what)
        except OSError:
            raise _Died from None

    def _news(self) -> Any:
        try:
            return self._pipe.recv() if self._pipe.poll(_LOOK_S) else None
        except (EOFError, OSError):
            raise _Died from None


# --- in the worker ---


def _serve(pipe: Connection, quietly: bool) -> None:
    """The worker's whole life: one search after the other."""
    if quietly:
        _give_way()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that owns the terminal
    tasks: SimpleQueue[tuple[_Task, threading.Event]] = SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, tasks), daemon=True).start()
    with suppress(OSError):
        pipe.send(_AWAKE)
        while True:
            pipe.send(_searched(pipe, *tasks.get()))


def _give_way() -> None:
    """Run at low priority from now on."""
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(_NICE)


def _listen(pipe: Connection, tasks: "SimpleQueue[tuple[_Task, threading.Event]]") -> None:
    """Hear of tasks, and of wishes to stop the one at hand; when the other side is gone, so is the worker."""
    stop = threading.Event()
    try:
        while True:
            task = pipe.recv()
            if task is None:
                stop.set()
            else:
                stop = threading.Event()  # each task's own: a wish that came too late stops nothing else
                tasks.put((task, stop))
    finally:
        os._exit(0)  # nothing here needs clearing up, and the search would not notice for seconds


def _searched(pipe: Connection, task: _Task, stop: threading.Event) -> Solution | Exception:
    try:
        return PyVrpEngine().solve(
            task.problem,
            stop=replace(task.rule, asked=stop.is_set),
            start=task.warm,
            on_best=(lambda *plan: pipe.send(plan)) if task.streams else None,
            seed=task.seed,
            scope=task.scope,
        )
    except (KnownError, ValueError) as error:
        return error
    except Exception:  # noqa: BLE001 - the other side raises it
        return RuntimeError(f"the optimiser's process failed:\n{traceback.format_exc()}")
