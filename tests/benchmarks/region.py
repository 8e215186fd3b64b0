"""What a region pack takes to build: time, and memory of the build's process with all its tools."""

import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dispatcher.domain.progress import NoProgress
from dispatcher.region.build import RegionBuild
from tests.benchmarks.extracts import extract_of, measured, unmeasured

_SAMPLE_S = 0.05
_TIME = ("build a region pack", "s", 90.0)
_MEMORY = ("memory of a build, all processes", "MB", 1_000.0)


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal."""
    extract = extract_of("aachen")
    if extract is None:
        yield unmeasured(*_TIME, "aachen")
        yield unmeasured(*_MEMORY, "aachen")
        return
    with tempfile.TemporaryDirectory() as folder:
        build = RegionBuild(extract, "aachen", Path(folder))
        started = time.perf_counter()
        with peak_mb(build) as peak:
            build.run(NoProgress())
        name, unit, goal = _TIME
        yield measured(name, time.perf_counter() - started, unit, goal, "aachen, 3.3 MB")
        name, unit, goal = _MEMORY
        if peak:
            yield measured(name, max(peak), unit, goal, "aachen, 3.3 MB")
        else:
            yield {**unmeasured(*_MEMORY, "aachen"), "reason": "processes are watched on Linux only"}


@contextmanager
def peak_mb(build: RegionBuild) -> Iterator[list[float]]:
    """Samples of the resident memory of the build's process and its descendants (Linux)."""
    samples: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_SAMPLE_S):
            if build.pid and Path("/proc").is_dir():
                samples.append(_resident_mb(build.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield samples
    finally:
        done.set()
        watcher.join()


def _resident_mb(pid: int) -> float:
    process = Path("/proc", str(pid))
    try:
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        own = int(status.get("VmRSS", "0 kB").split()[0]) / 1_024
        children = [c for task in (process / "task").iterdir() for c in (task / "children").read_text().split()]
    except (OSError, ProcessLookupError):
        return 0.0
    return own + sum(_resident_mb(int(child)) for child in children)


if __name__ == "__main__":
    for figure in run():
        print(figure)
