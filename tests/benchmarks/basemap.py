"""What the basemap takes to build, how large it is, and how long a picture of the whole city takes."""

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from dispatcher.domain.progress import NoProgress
from dispatcher.region.basemap import build_basemap
from dispatcher.region.basemap_bounds import extract_bounds
from dispatcher.region.picture import draw
from tests.benchmarks.extracts import extract_of, measured, unmeasured

_BUILD = ("build the basemap", "s", 10.0)
_SIZE = ("size of the basemap", "MB", 5.0)
_PICTURE = ("picture of the city, 1600 × 1200", "s", 3.0)


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal, for a city inland and for an island."""
    for city in ("aachen", "malta"):
        extract = extract_of(city)
        if extract is None:
            yield from (unmeasured(*figure, city) for figure in (_BUILD, _SIZE, _PICTURE))
            continue
        with tempfile.TemporaryDirectory() as folder:
            yield from _measured(extract, Path(folder) / "basemap.pmtiles", f"{city}, 3.3 MB")


def _measured(extract: Path, out: Path, on: str) -> Iterable[dict[str, object]]:
    started = time.perf_counter()
    build_basemap(extract, out, NoProgress())
    yield measured(_BUILD[0], time.perf_counter() - started, *_BUILD[1:], on)
    yield measured(_SIZE[0], out.stat().st_size / 1e6, *_SIZE[1:], on)
    bounds = extract_bounds(extract)
    started = time.perf_counter()
    draw(out, bounds, 1600, 1200)
    yield measured(_PICTURE[0], time.perf_counter() - started, *_PICTURE[1:], on)
