"""A worker process of the road engine and the pipe to it. What it answers is its `serve` function's affair.

The worker ends when its pipe to the parent does; one that dies is started again with the next question.
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

import numpy as np

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Place
from dispatcher.region.engine import Matrix, Outcome
from dispatcher.spawn import SPAWN, start


def in_blocks(
    ask: Callable[[Sequence[Place], Sequence[Place]], tuple[Matrix, Matrix]],
    sources: Sequence[Place],
    targets: Sequence[Place],
    cells: int,
) -> tuple[Matrix, Matrix]:
    """A large table asked for in blocks of rows of so many cells."""
    rows = max(1, cells // max(1, len(targets)))
    found = [ask(sources[i : i + rows], targets) for i in range(0, len(sources), rows)]
    if not found:
        nothing = np.zeros((0, len(targets)), np.int32)
        return nothing, nothing
    return np.concatenate([b[0] for b in found]), np.concatenate([b[1] for b in found])


class Worker:
    """One question at a time; any thread."""

    def __init__(self, region: str, serve: Callable[..., None], *arguments: Any) -> None:
        """`serve` is called with its end of the pipe and the arguments; it starts with the first question."""
        self._region = region
        self._serve = serve
        self._arguments = arguments
        self._turn = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Its process id, while it runs."""
        return self._process.pid if self._process else None

    def ask(self, method: str, profile: Profile, *arguments: Any) -> Any:
        """The engine's answer; asked once more, of a new worker, if the first died over it."""
        question = (method, profile, arguments)
        with self._turn:
            outcome, answer = self._try(question) or self._try(question) or (Outcome.DIED, None)
        if outcome is Outcome.DONE:
            return answer
        if self._closed:
            raise KnownError(f"The road network of “{self._region}” was closed.")
        if outcome is Outcome.BROKEN:
            raise RuntimeError(f"the road engine's process failed:\n{answer}")
        words = "ended twice over one question" if outcome is Outcome.DIED else f"answered: {answer}"
        raise KnownError(
            f"The road engine of the region “{self._region}” {words}.",
            "Build the region again; if that does not help, free some memory.",
        )

    def close(self) -> None:
        """End the process now, whatever it is doing; a question under way fails."""
        self._closed = True
        if process := self._process:
            with contextlib.suppress(ValueError):  # the question under way may be clearing up after it
                process.kill()
        with self._turn:
            self._end()

    def _try(self, question: Any) -> tuple[Outcome, Any] | None:
        """One attempt; `None` if there is no worker left to answer."""
        if self._closed:
            return None
        if self._pipe is None:
            self._start()
        assert self._pipe is not None
        try:
            self._pipe.send(question)
            outcome, answer = self._pipe.recv()
        except (EOFError, OSError):
            self._end()
            return None
        return outcome, answer

    def _start(self) -> None:
        self._pipe, theirs = SPAWN.Pipe()
        self._process = start(self._serve, (theirs, *self._arguments), f"roads of {self._region}", daemon=True)
        theirs.close()  # so that its death is the pipe's end

    def _end(self) -> None:
        if self._pipe:
            self._pipe.close()
        if self._process:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._pipe = self._process = None
