"""What following a depot's drivers costs, how often an arrival is told right, and how much of a track is matched."""

import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import mean, median

from dispatcher.domain.fleet import Profile
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.region.assembly import build_region
from dispatcher.region.network import OsrmNetwork
from dispatcher.region.pack import RegionPack
from dispatcher.tracking.following import RoundTracker
from dispatcher.tracking.matching import driven_on_roads
from tests.benchmarks.extracts import extract_of, measured, unmeasured
from tests.fixtures.driven import agreement, driven_track
from tests.fixtures.region import helsinki_extract, scattered
from tests.unit.tracking.drives import SHIFT, drive, in_batches

_FOLLOW = ("one core's share to follow 200 drivers at 1 Hz, with alerts every second", "%", 5.0)
_AGAIN = ("tell a day at 5 s again after a late fix", "s", 0.5)
_MATCH = ("a point of a track laid onto roads", "ms", 2.0)


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal."""
    yield from _following()
    for every_s in (5, 15):
        yield from _arrivals(every_s)
    yield from _matching("helsinki", helsinki_extract())
    aachen = extract_of("aachen")
    if aachen is None:
        yield unmeasured(*_MATCH, "aachen")
    else:
        yield from _matching("aachen", aachen)


def _following() -> Iterator[dict[str, object]]:
    day = drive(1)
    fixes = day.fixes(every_s=1)
    tracker = RoundTracker(SHIFT, day.stops, RoadPolicy())
    before = time.process_time()
    for fix in fixes:
        tracker.take([fix])
        tracker.alerts(fix.received_at)
    share = (time.process_time() - before) / len(fixes) * 200
    yield measured(_FOLLOW[0], share * 100, _FOLLOW[1], _FOLLOW[2], "a made-up day")
    sparse = day.fixes(every_s=5)
    tracker = RoundTracker(SHIFT, day.stops, RoadPolicy())
    tracker.take([*sparse[:1], *sparse[2:]])
    before = time.perf_counter()
    tracker.take([sparse[1]])
    yield measured(_AGAIN[0], time.perf_counter() - before, _AGAIN[1], _AGAIN[2], f"{len(sparse):,} fixes")


def _arrivals(every_s: int) -> Iterator[dict[str, object]]:
    """Of stops that have a building of their own; what shares a stay is divided by planned times."""
    late = false = asked = 0
    for seed in range(201, 231):
        day = drive(seed)
        tracker = RoundTracker(SHIFT, day.stops, RoadPolicy())
        for some in in_batches(day.fixes(every_s, seed=seed), 50):
            tracker.take(some)
        told = {visit.order_id: (visit.arrived_at - day.moment(0)).total_seconds() for visit in tracker.visits}
        for stop in day.stops:
            if any(stop is not s and stop.place.distance_m(s.place) <= 30 for s in day.stops):
                continue
            true, found = day.arrived.get(stop.order_id), told.get(stop.order_id)
            asked += true is not None
            late += true is not None and (found is None or abs(found - true) > 60)
            false += found is not None and (true is None or abs(found - true) > 300)
    on = f"{asked:,} arrivals, a fix every {every_s} s, 10 m noise"
    yield measured("arrivals not told within 60 s", 100 * late / asked, "%", 3.0, on)
    yield measured("false arrivals", 100 * false / asked, "%", 1.0, on)


def _matching(city: str, extract: Path) -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        pack = build_region(extract, city, Path(folder), NoProgress(), parts=("roads",))
        network = OsrmNetwork.of(pack)
        for every_s, noise_m in ((5, 10.0), (1, 5.0)):
            yield from _matched(network, pack, every_s, noise_m)
        network.close()


def _matched(network: OsrmNetwork, pack: RegionPack, every_s: int, noise_m: float) -> Iterator[dict[str, object]]:
    recalls, precisions, spent, points = [], [], 0.0, 0
    for seed in range(10):
        places = scattered(pack.bounds, 8, seed)
        truth, track = driven_track(network, places, seed=seed, every_s=every_s, noise_m=noise_m)
        before = time.perf_counter()
        driven = driven_on_roads(track, network, Profile.CAR)
        spent, points = spent + time.perf_counter() - before, points + len(track)
        recall, precision = agreement(truth, driven.lines)
        recalls.append(recall)
        precisions.append(precision)
    on = f"{pack.name}, {noise_m:.0f} m noise, a fix every {every_s} s"
    yield measured(_MATCH[0], 1_000 * spent / points, _MATCH[1], _MATCH[2], on)
    for what, shares in (("driven way not found", recalls), ("found but not driven", precisions)):
        yield measured(f"{what}, median", 100 * (1 - median(shares)), "%", 2.0, on)
        yield measured(f"{what}, mean", 100 * (1 - mean(shares)), "%", 2.0, on)
