"""What the logbook takes: positions kept by the group, a track and the last positions read, bytes a fix, forgetting."""

import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path

from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from dispatcher.domain.ids import DeviceId, DriverId
from dispatcher.domain.letters import Letter
from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Decoded, Fix, Source
from dispatcher.services.logbook import LogbookReader

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
DRIVERS = 200
BODY = (
    b"id=%06d&timestamp=1795413600&lat=50.7753000&lon=6.0839000&speed=12.34&bearing=123&altitude=170&accuracy=5&batt=80"
)


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal."""
    with tempfile.TemporaryDirectory() as folder, closing(_open(folder)) as logbook:
        yield from _singles(logbook)
    with tempfile.TemporaryDirectory() as folder, closing(_open(folder)) as logbook:
        yield from _batches(logbook)
    with tempfile.TemporaryDirectory() as folder, closing(_open(folder)) as logbook:
        yield from _reads(logbook)


def _singles(logbook: SqliteLogbook) -> Iterator[dict[str, object]]:
    """Every letter one fix, as phones with a line send them: the dearest way."""
    _append(logbook, 100, groups=20)
    taken_s = _append(logbook, 100, groups=600, first=20)
    yield _figure("append, 100 letters of one fix a group", 600 * 100 / sum(taken_s), 20_000, "fixes/s", more=True)
    taken_s = _append(logbook, 50, groups=1_000, first=3_000)
    yield _figure("append a group of 50 letters, median", _share(taken_s, 0.5) * 1e3, 5)
    yield _figure("append a group of 50 letters, p99", _share(taken_s, 0.99) * 1e3, 10)
    yield _figure("append a group of 50 letters, longest of 1,000", max(taken_s) * 1e3, 100)
    yield _figure("a fix with its letter of 115 bytes", _size(logbook) / logbook.read(_fixes), 400, "bytes")


def _batches(logbook: SqliteLogbook) -> Iterator[dict[str, object]]:
    """A phone that was offline for four hours: letters of 200 fixes."""
    letters = [_letter(0, *range(n * 200, n * 200 + 200)) for n in range(72)]
    taken_s = [_timed(lambda group=group: logbook.append(group)) for group in batched(letters, 10)]
    yield _figure("append four hours offline in letters of 200", 72 * 200 / sum(taken_s), 20_000, "fixes/s", more=True)
    yield _figure(
        "a fix of a large batch, without the batch's text", _size(logbook) / logbook.read(_fixes), 200, "bytes"
    )
    known_s = _timed(lambda: logbook.append(letters))
    yield _figure("the same again, all known", 72 * 200 / known_s, 20_000, "fixes/s", more=True)


def _reads(logbook: SqliteLogbook) -> Iterator[dict[str, object]]:
    for driver in range(DRIVERS):
        logbook.append([_letter(driver, *range(0, 36_000, 200))])
    logbook.append([_letter(0, *seconds) for seconds in batched(range(36_000), 200)])
    day = (NOW, NOW + timedelta(hours=10))
    taken_ms = _best(lambda: logbook.read(lambda r: r.track(_driver(0), *day)))
    yield _figure("read a track of 10 h at 1 Hz", taken_ms, 1_000)
    yield _figure(f"read the latest of {DRIVERS} drivers", _best(lambda: logbook.read(lambda r: r.latest(NOW))), 20)
    taken_ms = _best(lambda: logbook.read(lambda r: r.fixes_after(r.last_seq() - 50)))
    yield _figure("read the 50 newest fixes", taken_ms, 10)
    yield _figure("ask for the version", _best(logbook.version) * 1e3, 50, "µs")
    count = logbook.read(_fixes)
    taken_s = _timed(lambda: logbook.forget(NOW + timedelta(days=1), ["tracks"]))
    yield _figure("forget", count / taken_s, 50_000, "fixes/s", more=True)


def _append(logbook: SqliteLogbook, size: int, *, groups: int, first: int = 0) -> Sequence[float]:
    """Seconds that each group took."""
    rng = random.Random(first)
    numbers = batched(range(first * size, (first + groups) * size), size)
    wanted = [[_letter(rng.randrange(DRIVERS), number) for number in some] for some in numbers]
    return [_timed(lambda group=group: logbook.append(group)) for group in wanted]


def _letter(driver: int, *seconds: int) -> Letter:
    fixes = tuple(
        Fix(
            NOW + timedelta(seconds=second),
            Place(50.7753 + second % 36_000 * 1e-5, 6.0839 + driver * 1e-3),
            accuracy_m=5.0,
            speed_mps=6.35,
            heading_deg=123.0,
            altitude_m=170.0,
            battery=0.8,
        )
        for second in seconds
    )
    body = BODY % driver if len(fixes) == 1 else b""
    return Letter(DeviceId(f"0199-{driver:031}"), _driver(driver), Source.OSMAND, NOW, body, Decoded(fixes))


def _driver(number: int) -> DriverId:
    return DriverId(f"0198-{number:031}")


def _open(folder: str) -> SqliteLogbook:
    return open_logbook(Path(folder), clock=lambda: NOW)


def _fixes(reader: LogbookReader) -> int:
    return reader.counts().fixes


def _size(logbook: SqliteLogbook) -> int:
    copy = logbook.file.with_name("copy.db")
    logbook.backup(copy)
    return copy.stat().st_size


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _best(work: Callable[[], object], times: int = 5) -> float:
    return min(_timed(work) for _ in range(times)) * 1_000


def _share(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _figure(name: str, value: float, goal: float, unit: str = "ms", *, more: bool = False) -> dict[str, object]:
    ok = value >= goal if more else value <= goal
    return {"name": name, "value": round(value, 1), "unit": unit, "goal": goal, "ok": ok, "on": "logbook"}
