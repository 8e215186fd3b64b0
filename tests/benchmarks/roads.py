"""What the road network takes to answer: a day's table, one more stop, a round's line, as the planner asks for them."""

import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.roads import RoadNetwork
from dispatcher.region.assembly import build_region
from dispatcher.region.network import OsrmNetwork, open_network
from dispatcher.region.straight import StraightLine
from tests.benchmarks.extracts import extract_of, measured, unmeasured

_STOPS = 1_000
_TABLE = (f"table of {_STOPS:,} × {_STOPS:,}", "s", 3.0)
_MORE = (f"one more stop against {_STOPS:,}", "s", 0.2)
_AGAIN = (f"table of {_STOPS:,} × {_STOPS:,} again", "s", 0.05)
_PATH = ("line through 100 stops", "s", 0.2)
_MORNING = (f"table of {_STOPS:,} × {_STOPS:,} from disk", "s", 0.5)
_CLOSED = (f"table of {_STOPS:,} × {_STOPS:,} on multi-level data", "s", 6.0)
_STRAIGHT = (f"table of {_STOPS:,} × {_STOPS:,} in straight lines", "s", 0.5)


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal."""
    yield from _straight()
    for city in ("aachen", "malta"):
        extract = extract_of(city)
        if extract is None:
            yield from (unmeasured(*figure, city) for figure in (_TABLE, _MORE, _AGAIN, _PATH, _MORNING, _CLOSED))
        else:
            with tempfile.TemporaryDirectory() as folder:
                yield from _roads(extract, city, Path(folder))


def _roads(extract: Path, city: str, folder: Path) -> Iterator[dict[str, object]]:
    pack = build_region(extract, city, folder, NoProgress(), parts=("roads",))
    places = scattered_around(pack.bounds.centre, _STOPS + 1)
    network = open_network(pack, folder / "cache")
    network.nearest(places[0], Profile.CAR)  # the worker starts once a day
    yield _timed(_TABLE, city, lambda: network.table(places[:-1], Profile.CAR))
    yield _timed(_MORE, city, lambda: network.table(places, Profile.CAR))
    yield _timed(_AGAIN, city, lambda: network.table(places[:-1], Profile.CAR))
    yield _timed(_PATH, city, lambda: network.path(places[:100], Profile.CAR))
    network.close()
    network = open_network(pack, folder / "cache")
    yield _timed(_MORNING, city, lambda: network.table(places, Profile.CAR))
    network.close()
    multi_level: RoadNetwork = OsrmNetwork.of(pack, algorithm="MLD")
    multi_level.nearest(places[0], Profile.CAR)
    yield _timed(_CLOSED, city, lambda: multi_level.table(places[:-1], Profile.CAR))
    multi_level.close()


def _straight() -> Iterator[dict[str, object]]:
    places = scattered_around(Bounds(50.7, 6.0, 50.8, 6.2).centre, _STOPS)
    yield _timed(_STRAIGHT, "no extract", lambda: StraightLine().table(places, Profile.CAR))


def scattered_around(centre: Place, count: int) -> list[Place]:
    """Places all over a town."""
    dice = random.Random(20_260_504)
    return [Place(centre.lat + dice.uniform(-0.02, 0.02), centre.lon + dice.uniform(-0.03, 0.03)) for _ in range(count)]


def _timed(figure: tuple[str, str, float], city: str, call: Callable[[], object]) -> dict[str, object]:
    name, unit, goal = figure
    started = time.perf_counter()
    call()
    return measured(name, time.perf_counter() - started, unit, goal, city)


if __name__ == "__main__":
    for figure in run():
        print(figure)
