"""What a closed street takes: the data customised for it, and a day's table with the pairs that it changed."""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import numpy as np

from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import ClosureId
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.roads import Closure, RoadNetwork, TravelTable
from dispatcher.region.assembly import build_region
from dispatcher.region.network import OsrmNetwork, open_network
from tests.benchmarks.extracts import extract_of, measured, unmeasured
from tests.benchmarks.roads import scattered_around

_DAY = date(2026, 11, 24)
_STOPS, _MANY = 1_000, 5_000
_FIRST = ("what a first line means, the worker's start included", "s", 2.0)
_CUSTOMISE = ("customise for one closed street, slowest of several", "s", 1.5)
_TABLE = (f"table of {_STOPS:,} × {_STOPS:,} once a street is closed, slowest of several", "s", 3.0)
_WRONG = (f"cells of {_STOPS:,} × {_STOPS:,} that the whole multi-level table has otherwise", "cells", 0)
_LARGE = (f"table of {_MANY:,} × {_MANY:,} once a street is closed", "s", 60.0)
_LINE = ("line through 100 stops with a street closed", "s", 0.5)


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal."""
    city, extract = "aachen", extract_of("aachen")
    if extract is None:
        yield from (unmeasured(*figure, city) for figure in (_FIRST, _CUSTOMISE, _TABLE, _WRONG, _LINE, _LARGE))
        return
    with tempfile.TemporaryDirectory() as folder:
        yield from _closing(extract, city, Path(folder))


def _closing(extract: Path, city: str, folder: Path) -> Iterator[dict[str, object]]:
    pack = build_region(extract, city, folder, NoProgress(), parts=("roads",))
    places = scattered_around(pack.bounds.centre, _STOPS)
    network = open_network(pack, folder / "cache")
    whole = OsrmNetwork.of(pack, cache_dir=folder / "whole")
    plain = network.table(places, Profile.CAR)
    works = list(_works(network, places))
    taken = _timed(lambda: network.understood(works[0].line))
    yield measured(_FIRST[0], taken, *_FIRST[1:], city)
    customised, tables, wrong, changed = [], [], 0, []
    for closure in works:
        customised.append(_timed(lambda: network.prepare([Profile.CAR], [closure], NoProgress())))  # noqa: B023
        tables.append(_timed(lambda: network.table(places, Profile.CAR, [closure])))  # noqa: B023
        table = network.table(places, Profile.CAR, [closure])
        exact = whole._closed.between(places, places, Profile.CAR, [closure])[0]
        wrong += int((table.duration_s != exact).sum())
        changed.append(_share(table, plain))
    on = f"{city}, {len(works)} streets that change {min(changed):.1%} to {max(changed):.1%} of the table"
    yield measured(_CUSTOMISE[0], max(customised), *_CUSTOMISE[1:], on)
    yield measured(_TABLE[0], max(tables), *_TABLE[1:], f"{on}; median {np.median(tables):.2f} s")
    yield measured(_WRONG[0], wrong, *_WRONG[1:], on)
    yield measured(_LINE[0], _timed(lambda: network.path(places[:100], Profile.CAR, works[:1])), *_LINE[1:], city)
    yield _large(network, pack.bounds, works[0], city)
    whole.close()
    network.close()


def _large(network: RoadNetwork, bounds: Bounds, closure: Closure, city: str) -> dict[str, object]:
    places = scattered_around(bounds.centre, _MANY)
    plain = network.table(places, Profile.CAR)
    taken = _timed(lambda: network.table(places, Profile.CAR, [closure]))
    share = _share(network.table(places, Profile.CAR, [closure]), plain)
    return measured(_LARGE[0], taken, *_LARGE[1:], f"{city}, {share:.1%} of the table changed")


def _works(network: RoadNetwork, places: list[Place]) -> Iterator[Closure]:
    """Stretches in the middle of ways across town, as one would draw them."""
    for i in range(0, 12, 2):
        leg = list(dict.fromkeys(Place(*p) for p in network.path(places[i : i + 2], Profile.CAR).legs[0]))
        middle = len(leg) // 2
        yield Closure(ClosureId(str(i)), f"Works {i}", tuple(leg[middle : middle + 4]), _DAY, _DAY)


def _share(table: TravelTable, plain: TravelTable) -> float:
    return float((table.duration_s != plain.duration_s).mean())


def _timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    for figure in run():
        print(figure)
