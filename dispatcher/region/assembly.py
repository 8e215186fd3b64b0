"""One OpenStreetMap extract → one region pack, whole or not at all.

The build fills a hidden folder beside the packs and renames it at the end. Roads (child processes) and the map and
addresses (Python) go side by side on two cores. Running this in a process of its own is `build`'s business.
"""

import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from filelock import FileLock, Timeout

from dispatcher.domain.errors import Cancelled, KnownError
from dispatcher.domain.ids import new_id
from dispatcher.domain.progress import NoProgress, Progress, checkpoint
from dispatcher.region.basemap_bounds import extract_bounds
from dispatcher.region.extract import check_file, survey
from dispatcher.region.network import OsrmNetwork
from dispatcher.region.pack import ADDRESSES, BASEMAP, MANIFEST, ROADS, Manifest, RegionPack, check_name
from dispatcher.region.roads import build_roads

PARTS = ("roads", "basemap", "addresses")
Counts = Mapping[str, int]

_BUILDING = "building"
_REPLACED = "replaced"
_COPY = "extract.osm.pbf"
_CHUNK = 1 << 20
_SHARES = {"copy": 1.0, "survey": 4.0, "roads": 45.0, "basemap": 25.0, "addresses": 25.0}

# Malta: 66 MB of roads from 3.3 MB; map and addresses stay below six times the extract
_GROWTH = 30
_SPARE_BYTES = 100 << 20


def build_region(
    extract: Path,
    name: str,
    regions_dir: Path,
    progress: Progress | None = None,
    *,
    parts: tuple[str, ...] = PARTS,
) -> RegionPack:
    """Build the pack `name` in `regions_dir`; one of that name is replaced at the very end.

    Raises `BadInput` for an extract or name that will not do, `KnownError` for a lack of space or a tool's failure,
    `Cancelled`; in all of which nothing is left and an earlier pack stands as it was. `parts` must hold the roads.
    """
    progress = progress or NoProgress()
    check_name(name)
    check_file(extract)
    regions_dir.mkdir(parents=True, exist_ok=True)
    with _only_build(regions_dir):
        sweep(regions_dir)
        _require_space(extract, regions_dir)
        folder = regions_dir / f".{name}.{os.getpid()}.{_BUILDING}"  # no orphaned tool writes into this one
        try:
            with _full_disk_in_words(regions_dir):
                folder.mkdir()
                _fill(folder, extract, name, progress, parts)
                if progress.cancelled():
                    raise Cancelled
                _publish(folder, regions_dir / name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    pack = RegionPack.open(regions_dir / name)
    progress.report(1.0, "Done")
    return pack


def sweep(regions_dir: Path) -> None:
    """Remove what killed builds left; finish a replacement that was cut short. Only while no build runs."""
    for stale in regions_dir.glob(f".*.{_BUILDING}"):
        shutil.rmtree(stale, ignore_errors=True)
    for old in regions_dir.glob(f".*.{_REPLACED}"):
        home = regions_dir / old.name.removeprefix(".").removesuffix(f".{_REPLACED}")
        if home.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(home)


def _fill(folder: Path, extract: Path, name: str, progress: Progress, parts: tuple[str, ...]) -> None:
    shared = _Shared(progress, {share: _SHARES[share] for share in ("copy", "survey", *parts)})
    # Its own copy: OSRM on Windows wants relative names, and nobody changes it while several read it
    copy = folder / _COPY
    sha256 = _copy(extract, copy, shared.part("copy"))
    found = survey(copy, extract.name, shared.part("survey"))
    bounds = extract_bounds(copy)
    counts = _build_parts(copy, folder, found.highways, shared, parts)
    copy.unlink()
    # Asking the finished roads which side they drive on proves them too
    with closing(OsrmNetwork(name, folder / ROADS, bounds)) as network:
        side = network.driving_side()
    manifest = Manifest(
        name=name,
        build_id=new_id(),
        built_at=datetime.now(UTC),
        extract=extract.name,
        extract_sha256=sha256,
        bounds=bounds,
        driving_side=side,
        files={p.relative_to(folder).as_posix(): p.stat().st_size for p in sorted(folder.rglob("*")) if p.is_file()},
        data_at=found.data_at,
        counts={"extract": found.counts, **{part: dict(c) for part, c in counts.items() if c}},
        tools={tool: _version(tool) for tool in ("osrm-bindings", "osmium")},
    )
    _write(folder / MANIFEST, manifest.to_json())


def _copy(extract: Path, copy: Path, progress: Progress) -> str:
    """Copy the extract and return its SHA-256."""
    digest, size = hashlib.sha256(), extract.stat().st_size
    with extract.open("rb") as source, copy.open("wb") as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
            checkpoint(progress, source.tell() / size, "Reading the extract")
    return digest.hexdigest()


def _build_parts(
    extract: Path, folder: Path, highways: int, shared: "_Shared", parts: tuple[str, ...]
) -> dict[str, Counts]:
    """Two lanes at once: the road tools in processes of their own, the rest in this one."""
    lanes = [[part for part in parts if part == "roads"], [part for part in parts if part != "roads"]]

    def run(lane: list[str]) -> dict[str, Counts]:
        try:
            return {part: _build_part(part, extract, folder, highways, shared.part(part)) for part in lane}
        except BaseException:
            shared.stop()
            raise

    with ThreadPoolExecutor(len(lanes)) as pool:
        futures = [pool.submit(run, lane) for lane in lanes]
        try:
            errors = [error for future in futures if (error := future.exception())]
        except BaseException:
            shared.stop()
            raise
    if errors:
        # the lane that was stopped for the other's sake has nothing to say
        raise next((error for error in errors if not isinstance(error, Cancelled)), errors[0])
    return {part: counts for future in futures for part, counts in future.result().items()}


def _build_part(part: str, extract: Path, folder: Path, highways: int, progress: Progress) -> Counts:
    # Imported here: each brings a library the others do not need
    if part == "roads":
        build_roads(extract, folder / ROADS, highways, progress)
        return {}
    if part == "basemap":
        from dispatcher.region.basemap import build_basemap

        return build_basemap(extract, folder / BASEMAP, progress)
    from dispatcher.region.addresses import build_addresses

    return build_addresses(extract, folder / ADDRESSES, progress)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _version(tool: str) -> str:
    try:
        return version(tool)
    except PackageNotFoundError:  # a frozen program may carry the package without its metadata
        return "unknown"


def _publish(folder: Path, home: Path) -> None:
    """Put the finished folder in its place, and take away what stood there."""
    old = home.with_name(f".{home.name}.{_REPLACED}")
    in_use = KnownError(f"The region in {home} is in use and cannot be replaced.", "Close it and build again.")
    try:
        if home.exists():
            home.rename(old)
    except PermissionError:
        raise in_use from None
    try:
        folder.rename(home)
    except OSError:
        if old.exists():
            old.rename(home)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _only_build(regions_dir: Path) -> Iterator[None]:
    lock = FileLock(regions_dir / ".building.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise KnownError(f"Another region is being built in {regions_dir}.", "Wait until it is done.") from None
    try:
        yield
    finally:
        lock.release()


def _require_space(extract: Path, regions_dir: Path) -> None:
    need = extract.stat().st_size * _GROWTH + _SPARE_BYTES
    free = shutil.disk_usage(regions_dir).free
    if free < need:
        raise KnownError(
            f"The build needs about {need >> 20} MB in {regions_dir}, and {free >> 20} MB are free.",
            "Free some space, or keep the depot's data on another drive.",
        )


@contextmanager
def _full_disk_in_words(regions_dir: Path) -> Iterator[None]:
    """Whatever fails for want of space fails in these words; only some tools say so themselves."""
    try:
        yield
    except Cancelled:
        raise
    except Exception as error:
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        if full or shutil.disk_usage(regions_dir).free < _CHUNK:
            raise KnownError(
                f"The disk that holds {regions_dir} is full.", "Free some space, then build again."
            ) from error
        raise


class _Shared:
    """One progress for several pieces of work, some at the same time; any of them can stop the others."""

    def __init__(self, progress: Progress, shares: Mapping[str, float]) -> None:
        self._progress = progress
        self._shares = shares
        self._done = dict.fromkeys(shares, 0.0)
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def part(self, name: str) -> Progress:
        """The progress to hand to one piece of work."""
        return _Part(lambda fraction, text: self._report(name, fraction, text), self.cancelled)

    def stop(self) -> None:
        """Let all the others know that it is no use."""
        self._stopped.set()

    def cancelled(self) -> bool:
        return self._stopped.is_set() or self._progress.cancelled()

    def _report(self, name: str, fraction: float, text: str) -> None:
        with self._lock:
            self._done[name] = max(self._done[name], min(1.0, fraction))
            done = sum(self._shares[part] * f for part, f in self._done.items()) / sum(self._shares.values())
            self._progress.report(done, text)


class _Part:
    def __init__(self, report: Callable[[float, str], None], cancelled: Callable[[], bool]) -> None:
        self.report = report
        self.cancelled = cancelled
