"""The gateway's process as others see it: started, watched, stopped. The window does, and the command line.

Gateway and watcher share a folder: a lock that the gateway holds as long as it runs, `status.json` that it writes
every second, `stop` that asks it to end. All three work on every system and outlive either side.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from dispatcher import __version__
from dispatcher.domain.errors import KnownError
from dispatcher.services.children import launch, let_go
from dispatcher.services.home import Home

STATUS, LOCK, STOP, LOG = "status.json", "gateway.lock", "stop", "gateway.log"
STALE_S = 15.0
"""A gateway that holds the lock and says nothing for so long hangs."""
LISTENS_S = 30.0
"""How long a gateway is waited for until it listens."""
_LAST_WORDS = 2_000
_started: dict[Path, tuple[subprocess.Popen[bytes], float]] = {}
"""By folder the process started last, and when (monotonic): until it has the lock nobody can see it otherwise."""


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """How a depot's gateway stands."""

    running: bool = False
    pid: int = 0
    version: str = ""
    since: str = ""
    """ISO 8601, UTC."""
    written: str = ""
    """ISO 8601, UTC: when it said all this."""
    host: str = ""
    port: int = 0
    setup_port: int = 0
    addresses: tuple[str, ...] = ()
    counters: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    """What keeps it from doing its work, for people; empty while all is well."""

    @property
    def silent_s(self) -> float:
        """How long it has said nothing; endless before the first word."""
        try:
            return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(self.written)).total_seconds())
        except (ValueError, TypeError):
            return float("inf")


def folder_of(home: Home, slug: str) -> Path:
    """Where a depot's gateway keeps its keys and says how it stands."""
    return home.depots / slug / "gateway"


def status(home: Home, slug: str) -> GatewayStatus:
    """How the gateway stands; `running` is whether a process holds its lock right now.

    The `fault` of one that does not run is what it said when it could not go on.
    """
    folder = folder_of(home, slug)
    if _held(folder / LOCK):
        return _read(folder / STATUS, running=True)
    return GatewayStatus(fault=last_words(home, slug))


def start(home: Home, slug: str, *arguments: str) -> None:
    """Start the gateway in a process that outlives this one; one that runs already is left alone.

    It says in its status, and in `gateway.log` beside it, how that went. Raises `KnownError` if nothing can start.
    """
    folder = folder_of(home, slug)
    if not status(home, slug).running and not _coming_up(folder):
        _started[folder] = _launch(home, slug, arguments, stdin=subprocess.DEVNULL), time.monotonic()


@contextmanager
def at_hand(home: Home, slug: str) -> Iterator[GatewayStatus]:
    """The gateway for as long as the block runs: the one that runs, or one of its own, for this computer alone.

    Its own ends with the block, and with this process however that ends. Raises `KnownError` if it cannot listen.
    """
    if status(home, slug).running:
        yield _listening(home, slug)
        return
    alone = ("--attached", "--host", "127.0.0.1", "--bind", "127.0.0.1", "--port", "0", "--setup-port", "0")
    process = _launch(home, slug, alone, stdin=subprocess.PIPE)
    try:
        yield _listening(home, slug, process)
    finally:
        let_go(process)


def _coming_up(folder: Path) -> bool:
    """Whether a gateway that this process started may still take the lock."""
    process, since = _started.get(folder, (None, 0.0))
    return process is not None and process.poll() is None and time.monotonic() - since < LISTENS_S


def _launch(home: Home, slug: str, arguments: Sequence[str], *, stdin: int) -> subprocess.Popen[bytes]:
    folder = folder_of(home, slug)
    try:
        private_folder(folder)
        (folder / STOP).unlink(missing_ok=True)
        (folder / LOG).write_bytes(b"")  # what it says is of this start; the log of all is among the others
        with (folder / LOG).open("ab") as said:
            command = ["gateway", "--depot", slug, *arguments]
            return launch(home, command, stdin=stdin, stdout=said, stderr=said, cwd=folder)
    except OSError as fault:
        raise KnownError(f"The gateway could not be started ({fault.strerror}).", "Look at the disk.") from fault


def _listening(home: Home, slug: str, process: subprocess.Popen[bytes] | None = None) -> GatewayStatus:
    """Wait until it says where it listens."""
    until = time.monotonic() + LISTENS_S
    while time.monotonic() < until and (process is None or process.poll() is None):
        seen = status(home, slug)
        if seen.running and seen.port:
            return seen
        time.sleep(0.05)
    why = last_words(home, slug) or "it says nothing"
    raise KnownError(f"The depot's gateway does not listen: {why}", "Look under Phones, and try again.")


def last_words(home: Home, slug: str) -> str:
    """What the gateway that was started last had to say before it ended: why, if not because it was asked to."""
    try:
        said = (folder_of(home, slug) / LOG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    lines = said[-_LAST_WORDS:].rstrip().splitlines() or [""]
    told, fell = lines[-1].startswith("roundhouse: "), "Traceback" in said
    return lines[-1].removeprefix("roundhouse: ") if told or fell else ""


def stop(home: Home, slug: str, *, wait_s: float = 15.0) -> bool:
    """Ask the gateway to end in good order; returns whether it has within `wait_s`."""
    folder = folder_of(home, slug)
    until = time.monotonic() + wait_s
    while True:
        if _held(folder / LOCK):
            write_whole(folder / STOP, b"")  # again and again: one that has just come up forgets what was asked before
        elif not _coming_up(folder):
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.1)


class Watch:
    """Keeps a depot's gateway running: `look` every few seconds, from any thread, and it does what is to be done.

    A gateway that fell is started again, sooner the first time and ever later after (2 s to 5 min); one of another
    version is replaced; one that hangs is ended by force, which loses nothing that was acknowledged.
    """

    FIRST_S, LAST_S, STEADY_S = 2.0, 300.0, 60.0

    def __init__(
        self,
        home: Home,
        slug: str,
        *,
        version: str = __version__,
        monotonic: Callable[[], float] = time.monotonic,
        starter: Callable[[Home, str], None] = start,
    ) -> None:
        self._home, self._slug, self._version, self._now, self._start = home, slug, version, monotonic, starter
        self._wait_s, self._next, self._up_since = self.FIRST_S, 0.0, 0.0

    def look(self) -> GatewayStatus:
        """How the gateway stands; starts, replaces or ends it first if that is due."""
        seen = status(self._home, self._slug)
        now = self._now()
        if seen.running and seen.silent_s <= STALE_S and seen.version == self._version:
            self._up_since = self._up_since or now
            if now - self._up_since >= self.STEADY_S:
                self._wait_s = self.FIRST_S
            return seen
        self._up_since = 0.0
        if now < self._next:
            return seen
        self._next = now + self._wait_s
        self._wait_s = min(self._wait_s * 2, self.LAST_S)
        if seen.running and not self._make_way(seen):
            return seen
        self._start(self._home, self._slug)
        return status(self._home, self._slug)

    def _make_way(self, seen: GatewayStatus) -> bool:
        """End what runs but should not; whether the way is free."""
        if not seen.pid:  # it has only just begun
            return False
        if seen.silent_s > STALE_S:
            with contextlib.suppress(OSError):  # gone already
                os.kill(seen.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        return stop(self._home, self._slug, wait_s=5.0)


# --- the gateway's side -------------------------------------------------------------------------------------------


class Claim:
    """That this process is a depot's gateway. Void once the lock's file is gone: the depot's folder was deleted."""

    def __init__(self, lock: Path) -> None:
        self._lock = lock
        self._mine: tuple[int, int] | None = None
        self._mine = self._identity()

    @property
    def stands(self) -> bool:
        """Whether the file that is locked is still the one that others would look at."""
        return self._identity() == self._mine

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._lock.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:  # a drive that is away for a moment
            return self._mine
        return found.st_dev, found.st_ino


@contextmanager
def only_one(folder: Path) -> Iterator[Claim]:
    """Be the depot's gateway. Raises `KnownError` if another process is."""
    private_folder(folder)
    lock = FileLock(folder / LOCK, thread_local=False)
    try:
        # Not at once: whoever asks for the status holds the lock for a moment
        lock.acquire(timeout=2.0, poll_interval=0.05)
    except Timeout:
        told = _read(folder / STATUS, running=True)
        who = f" (process {told.pid})" if told.pid else ""
        raise KnownError(f"This depot's gateway runs already{who}.", "Use that one, or end it first.") from None
    claim = Claim(folder / LOCK)
    try:
        (folder / STOP).unlink(missing_ok=True)
        # At once, so that one that hangs before it listens can be told by its process
        moment = datetime.now(UTC).isoformat()
        tell(folder, GatewayStatus(True, os.getpid(), __version__, since=moment, written=moment))
        yield claim
    finally:
        if claim.stands:
            (folder / STATUS).unlink(missing_ok=True)
            (folder / STOP).unlink(missing_ok=True)
        lock.release()


def tell(folder: Path, said: GatewayStatus) -> None:
    """Say how the gateway stands."""
    write_whole(folder / STATUS, json.dumps(asdict(said)).encode())


def asked_to_stop(folder: Path) -> bool:
    """Whether somebody wants the gateway to end."""
    return (folder / STOP).exists()


def private_folder(folder: Path) -> None:
    """Make a folder that only this user may open."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.name == "posix":
        folder.chmod(0o700)


def write_whole(file: Path, content: bytes, *, private: bool = False) -> None:
    """Put a file in place as a whole: whoever reads it sees the former or this one, never half."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o644), "wb") as out:
        out.write(content)
    fresh.replace(file)


def _read(file: Path, *, running: bool) -> GatewayStatus:
    try:
        said = json.loads(file.read_bytes())
        known = {name: said[name] for name in GatewayStatus.__dataclass_fields__ if name in said}
        addresses = tuple(known.pop("addresses", ()))
        return GatewayStatus(**{**known, "addresses": addresses, "running": running})
    except (OSError, ValueError, TypeError):
        return GatewayStatus(running=running)


def _held(lock: Path) -> bool:
    if not lock.exists():
        return False
    probe = FileLock(lock, timeout=0, thread_local=False)
    try:
        probe.acquire()
    except (Timeout, OSError):
        return True
    probe.release()
    return False
