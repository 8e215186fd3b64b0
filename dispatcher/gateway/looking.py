"""Looking at photos in a process of its own, which untrusted bytes may kill or hang without harm to the gateway.

What comes back over the pipe is JSON and a picture's bytes, never pickled objects: whoever takes that process over
gains no word in this one.
"""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import orjson

from dispatcher.domain.errors import KnownError
from dispatcher.domain.place import Place
from dispatcher.proof.files import PHOTO_BYTES
from dispatcher.proof.photos import Look, look_at
from dispatcher.spawn import SPAWN, start

TOO_LONG = "Looking at this photo took too long; its bytes are kept."
DIED = "This photo could not be looked at; its bytes are kept."
READY = b"ready"
START_S = 60.0
"""A busy machine may take long to start a process; only a photo may not take long to look at."""
MOST_BYTES = 2 * PHOTO_BYTES


def serve(pipe: Connection) -> None:
    """The worker's life: a path in, what is found there out; ends with the pipe."""
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        pipe.send_bytes(READY)
        while True:
            found = look_at(Path(pipe.recv_bytes(4_096).decode("utf-8")))
            pipe.send_bytes(_told(found))
            pipe.send_bytes(found.copy)


class Looking:
    """One photo at a time; the worker starts with the first one, and anew after one that killed or hung it."""

    def __init__(self, most_s: float) -> None:
        self._most_s = most_s
        self._turns = ThreadPoolExecutor(1, thread_name_prefix="looking")
        self._guard = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._closed = False

    @property
    def turns(self) -> ThreadPoolExecutor:
        """Where `look` is to be run."""
        return self._turns

    def look(self, file: Path) -> Look:
        """What is in the file; a `Look` with a fault if that could not be found out.

        Raises `KnownError` once closed: that says nothing of the photo.
        """
        size = file.stat().st_size
        try:
            pipe = self._at_hand()
            pipe.send_bytes(str(file).encode("utf-8"))
            if not pipe.poll(self._most_s):
                self._end()
                return Look(size, TOO_LONG)
            said = orjson.loads(pipe.recv_bytes(100_000))
            return _heard(said, pipe.recv_bytes(MOST_BYTES))
        except (EOFError, OSError, ValueError, KeyError, TypeError) as fault:
            self._end()
            if self._closed:
                raise KnownError("The gateway is being ended.", "Try again in a moment.") from fault
            return Look(size, DIED)

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        self._closed = True
        with self._guard:
            if self._process is not None:
                self._process.kill()
        self._turns.shutdown(cancel_futures=True)
        self._end()

    def _at_hand(self) -> Connection:
        with self._guard:
            if self._closed:
                raise EOFError
            if self._pipe is not None and self._process is not None and self._process.is_alive():
                return self._pipe
        self._end()
        with self._guard:
            ours, theirs = SPAWN.Pipe()
            self._process, self._pipe = start(serve, (theirs,), "photos", daemon=True), ours
            theirs.close()
        if not ours.poll(START_S) or ours.recv_bytes(len(READY)) != READY:
            raise EOFError
        return ours

    def _end(self) -> None:
        with self._guard:
            if self._pipe is not None:
                self._pipe.close()
            if self._process is not None:
                self._process.kill()
                self._process.join()
                self._process.close()
            self._process = self._pipe = None


def _told(found: Look) -> bytes:
    place = [found.place.lat, found.place.lon] if found.place else None
    taken_at = found.taken_at.isoformat() if found.taken_at else None
    words = {name: getattr(found, name) for name in _PLAIN}
    return orjson.dumps({**words, "place": place, "taken_at": taken_at})


def _heard(said: Any, copy: bytes) -> Look:
    place = Place(*said["place"]) if said["place"] else None
    taken_at = datetime.fromisoformat(said["taken_at"]) if said["taken_at"] else None
    return Look(**{name: said[name] for name in _PLAIN}, place=place, taken_at=taken_at, copy=copy)


_PLAIN = ("size", "fault", "mime", "width", "height", "sharpness", "brightness", "lookalike")
