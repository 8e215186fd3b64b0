"""What the map takes with 60 rounds and 5,000 stops: until painted, frame by frame, and in memory. Offscreen, no GPU.

Runs in a process of its own: the web engine wants its scheme before the first QApplication, and leaves much memory.
"""

import json
import math
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.progress import NoProgress
from dispatcher.region.assembly import build_region
from dispatcher.region.network import OsrmNetwork
from dispatcher.region.pack import ROADS, RegionPack
from tests.benchmarks.extracts import extract_of, measured, unmeasured
from tests.benchmarks.processes import memory_mb

if TYPE_CHECKING:
    from ui.map.messages import RouteLine, StopMark
    from ui.map.road import DriverMark, Trail
    from ui.map.view import MapView

CITY = "aachen"
ROUNDS, STOPS = 60, 84
DRIVERS = 200
FRAME_GOAL_MS = 33
PANS = 8


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal."""
    extract = extract_of(CITY)
    if extract is None:
        yield unmeasured("show_stops until painted", "ms", 500, CITY)
        return
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        pack = build_region(extract, CITY, Path(folder), NoProgress(), parts=(ROADS, "basemap"))
        yield from apart.submit(_measure, pack).result()


def _measure(pack: RegionPack) -> list[dict[str, object]]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ui.map.environment import prepare_environment

    prepare_environment()
    from PySide6.QtWidgets import QApplication

    from ui.map.scheme import register_scheme
    from ui.map.view import MapView

    register_scheme()
    application = QApplication.instance() or QApplication([])
    view = MapView()
    view.resize(1280, 800)
    view.show()
    with closing(OsrmNetwork.of(pack)) as roads:
        routes, stops = _day(pack.bounds, roads)
    figures = list(_figures(view, pack, routes, stops))
    view.shut_down()
    del application
    return figures


def _figures(
    view: "MapView", pack: RegionPack, routes: "list[RouteLine]", stops: "list[StopMark]"
) -> Iterator[dict[str, object]]:
    on = f"{CITY}, 1280 x 800"
    view.set_region(pack.basemap, pack.bounds)
    _painted(view)
    yield measured("empty map until painted again", _painted(view), "ms", 150, on)
    on = f"{ROUNDS} rounds, {sum(len(leg) for r in routes for leg in r.legs):,} points, {len(stops):,} stops, {on}"
    yield measured("show_routes, window's side", _ms(lambda: view.show_routes(routes)), "ms", 100, on)
    yield measured("show_routes until painted", _painted(view), "ms", 800, on)
    yield measured("show_stops, window's side", _ms(lambda: view.show_stops(stops)), "ms", 100, on)
    yield measured("show_stops until painted", _painted(view), "ms", 500, on)
    yield from _two_rounds(view, routes, stops, on)
    for zoom in (12, 14):
        frames = pan(view, pack.bounds.centre, zoom)
        yield measured(f"frame of an animated pan at zoom {zoom}, median", frames[len(frames) // 2], "ms", 20, on)
        yield measured(f"frame of an animated pan at zoom {zoom}, p95", p95(frames), "ms", FRAME_GOAL_MS, on)
    for what, acts in _hands(view, stops).items():
        yield measured(f"frame while {what}, p95", p95(_frames(view, acts)), "ms", FRAME_GOAL_MS, on)
    yield from _road(view, pack.bounds, routes, on)
    memory = sum(memory_mb().values())
    yield measured("memory of the map's processes, window's own included (PSS)", memory, "MB", 1_200, on)


def _two_rounds(
    view: "MapView", routes: "list[RouteLine]", stops: "list[StopMark]", on: str
) -> Iterator[dict[str, object]]:
    """Two rounds run otherwise, as after a drop."""
    changed = [replace(s, label=s.label + " late") if s.shift_id in {"s1", "s2"} else s for s in stops]
    yield measured("show_stops of 2 rounds, window's side", _ms(lambda: view.show_stops(changed)), "ms", 100, on)
    yield measured("show_stops of 2 rounds until painted", _painted(view), "ms", 250, on)
    two = routes[1:3]
    yield measured("update_routes of 2, window's side", _ms(lambda: view.update_routes(two)), "ms", 100, on)
    yield measured("update_routes of 2 until painted", _painted(view), "ms", 250, on)


def _road(view: "MapView", bounds: Bounds, routes: "list[RouteLine]", on: str) -> Iterator[dict[str, object]]:
    """Drivers of whom each is elsewhere with every second, as at 40 km/h, over the full day's plan; then trails."""
    from ui.map.messages import MapPosition

    on = f"{DRIVERS} drivers, new positions every second, {on}"
    seconds = [_drivers(routes, second) for second in range(30)]
    yield measured("show_drivers, window's side", _ms(lambda: view.show_drivers(seconds[0])), "ms", 20, on)
    for zoom in (12, 15, 17):
        view.go_to(MapPosition(bounds.centre, zoom))
        _painted(view)
        with _positions(view, seconds):
            frames = _frames(view, [partial(_pass, 3_000)], settle=False)
        yield measured(f"frame while drivers glide at zoom {zoom}, median", frames[len(frames) // 2], "ms", 17, on)
        yield measured(f"frame while drivers glide at zoom {zoom}, p95", p95(frames), "ms", 20, on)
    for zoom in (12, 14):
        with _positions(view, seconds):
            frames = pan(view, bounds.centre, zoom)
        yield measured(f"frame of a pan while drivers glide at zoom {zoom}, p95", p95(frames), "ms", FRAME_GOAL_MS, on)
    trails = [_trail(route) for route in routes]
    on = f"{len(trails)} trails, {sum(len(trail.points) for trail in trails):,} points, {on}"
    yield measured("show_trails, window's side", _ms(lambda: view.show_trails(trails)), "ms", 150, on)
    yield measured("show_trails until painted", _painted(view), "ms", 800, on)
    view.show_trails([])
    view.show_drivers([])


def _drivers(routes: "list[RouteLine]", second: int) -> "list[DriverMark]":
    from dispatcher.domain.ids import DriverId
    from ui.map.road import DriverMark

    marks = []
    for turn in range(DRIVERS):
        route, dice = routes[turn % len(routes)], random.Random(turn)
        lat, lon = dice.choice(dice.choice(route.legs))
        angle, metres = dice.uniform(0, 2 * math.pi), 11.0 * second
        place = Place(lat + metres * math.cos(angle) / 111_000, lon + metres * math.sin(angle) / 70_000)
        label = f"Driver {turn + 1}\n{second} s ago"
        marks.append(
            DriverMark(
                DriverId(f"d{turn}"), turn + 1, route.colour, place, math.degrees(angle), "4 min", turn % 10 == 0,
                label=label,
            )
        )  # fmt: skip
    return marks


def _trail(route: "RouteLine") -> "Trail":
    from ui.map.road import Trail

    points = [point for leg in route.legs for point in leg]
    return Trail(route.shift_id, route.colour, tuple((lat, lon, 5.0 * turn) for turn, (lat, lon) in enumerate(points)))


@contextmanager
def _positions(view: "MapView", seconds: "list[list[DriverMark]]") -> Iterator[None]:
    """Meanwhile the drivers move on every second."""
    from PySide6.QtCore import QTimer

    come = iter(seconds * 3)
    timer = QTimer()
    timer.timeout.connect(lambda: view.show_drivers(next(come)))
    view.show_drivers(next(come))
    timer.start(1_000)
    yield
    timer.stop()


def _pass(milliseconds: int) -> None:
    """Let time go by, with all events."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _hands(view: "MapView", stops: "list[StopMark]") -> dict[str, list[Callable[[], object]]]:
    """What a person does to the whole map, ten times each."""
    turns = range(10)
    return {
        "selecting a stop": [partial(view.select, [stops[turn * 37].order_id]) for turn in turns],
        "fading all rounds but one": [partial(view.select, (), [f"s{turn}"]) for turn in turns],
        "filtering": [partial(view.set_visible, [s.order_id for s in stops[turn::10]]) for turn in turns],
    }


def _day(bounds: Bounds, roads: OsrmNetwork) -> "tuple[list[RouteLine], list[StopMark]]":
    from dispatcher.domain.ids import OrderId, ShiftId
    from ui.map.messages import RouteLine, StopMark, StopState

    dice = random.Random(7)
    depot = bounds.centre
    routes, stops = [], []
    for turn in range(ROUNDS):
        middle = Place(dice.uniform(bounds.south, bounds.north), dice.uniform(bounds.west, bounds.east))
        places = [Place(middle.lat + dice.gauss(0, 0.005), middle.lon + dice.gauss(0, 0.01)) for _ in range(STOPS)]
        places.sort(key=lambda p: math.atan2(p.lat - middle.lat, p.lon - middle.lon))
        colour = f"#{dice.randrange(40, 180):02x}{dice.randrange(40, 180):02x}{dice.randrange(40, 180):02x}"
        legs = roads.path([depot, *places, depot], Profile.CAR).legs
        routes.append(RouteLine(ShiftId(f"s{turn}"), turn + 1, colour, f"Driver {turn + 1}", legs))
        for number, place in enumerate(places, 1):
            state = dice.choices((StopState.PLANNED, StopState.LATE, StopState.HELD), (90, 6, 4))[0]
            order_id = OrderId(f"o{turn}-{number}")
            stops.append(StopMark(order_id, place, state, ShiftId(f"s{turn}"), number, colour, f"Stop {number}"))
    return routes, stops


def pan(view: "MapView", centre: Place, zoom: int) -> list[float]:
    """Milliseconds of each frame while the map glides back and forth, sorted."""
    from ui.map.messages import MapPosition

    view.go_to(MapPosition(centre, zoom))
    _painted(view)

    def glide(way: int) -> None:
        script = f"roundhouse.map.panBy([{way}, {way // 2}], {{animate: true, duration: 0.5}})"
        _wait(view, "moved", lambda: view.page.runJavaScript(script))

    # far enough that what was drawn beyond the view runs out
    return _frames(view, [partial(glide, 300 if turn < PANS // 2 else -300) for turn in range(PANS)], settle=False)


def _frames(view: "MapView", acts: Iterable[Callable[[], object]], *, settle: bool = True) -> list[float]:
    """Milliseconds of each frame meanwhile, sorted; `settle`: wait after each act until it is painted."""
    view.page.runJavaScript(
        """(() => {
          let last = performance.now();
          const tick = (now) => { frames_ms.push(now - last); last = now; if (ticking) requestAnimationFrame(tick); };
          window.frames_ms = []; window.ticking = true; requestAnimationFrame(tick);
        })()"""
    )
    for act in acts:
        _painted(view, act) if settle else act()
    heard: list[Any] = []
    view.page.runJavaScript("window.ticking = false; JSON.stringify(frames_ms)", 0, heard.append)
    _painted(view)
    return sorted(json.loads(heard[0]))


def p95(values: list[float]) -> float:
    return values[int(len(values) * 0.95)]


def _ms(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1_000


def _painted(view: "MapView", first: Callable[[], object] = lambda: None) -> float:
    """Milliseconds until all that was sent is on the screen; at least five frames, 83 ms."""
    return _ms(lambda: (first(), _wait(view, "painted", view.request_painted)))


def _wait(view: "MapView", signal: str, then: Callable[[], object] = lambda: None) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    getattr(view, signal).connect(loop.quit)
    late = QTimer()
    late.setSingleShot(True)
    late.timeout.connect(lambda: loop.exit(1))
    late.start(60_000)
    then()
    if loop.exec():
        raise TimeoutError(f"the map page did not say {signal} within a minute")
    getattr(view, signal).disconnect(loop.quit)
