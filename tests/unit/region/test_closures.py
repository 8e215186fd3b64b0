"""Closed streets on real roads: what a line means, and that tables and paths obey it, exactly."""

import hashlib
import shutil
import threading
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import osrm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import ClosureId
from dispatcher.domain.place import Place
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.roads import NO_WAY, Closure, obeyed
from dispatcher.region import closures as module
from dispatcher.region.affected import blocks, passing
from dispatcher.region.follow import follow, joined
from dispatcher.region.graph import RoadGraph
from dispatcher.region.network import OsrmNetwork, open_network
from dispatcher.region.pack import RegionPack
from dispatcher.region.straight import StraightLine
from tests.fixtures.region import scattered

CAR = Profile.CAR
FAR = Place(60.40, 24.90)
JULY = date(2026, 7, 1)


def closed(line: Sequence[Place], name: str = "Works") -> Closure:
    return Closure(ClosureId(name), name, tuple(line), JULY, JULY)


def places_along(leg: Sequence[tuple[float, float]]) -> list[Place]:
    return list(dict.fromkeys(Place(*point) for point in leg))


@pytest.fixture(scope="module")
def graph(helsinki_roads: RegionPack) -> RoadGraph:
    return RoadGraph.load(helsinki_roads.roads / "car.osrm")


@pytest.fixture(scope="module")
def network(helsinki_roads: RegionPack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OsrmNetwork]:
    opened = OsrmNetwork.of(helsinki_roads, cache_dir=tmp_path_factory.mktemp("closures"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def places(helsinki_roads: RegionPack) -> list[Place]:
    return scattered(helsinki_roads.bounds, 150, seed=7)


@pytest.fixture(scope="module")
def street(network: OsrmNetwork, places: list[Place]) -> list[Place]:
    """A stretch in the middle of a way across town."""
    along = places_along(network.path([places[0], places[1]], CAR).legs[0])
    middle = len(along) // 2
    return along[middle : middle + 4]


def block_of(graph: RoadGraph, at: int) -> tuple[list[int], list[Place]]:
    """The segments from junction to junction that a segment belongs to, and the places from end to end."""
    chain = [at]
    nodes = [int(graph.tail[at]), int(graph.head[at])]
    for end in (-1, 0):
        while graph.degree[nodes[end]] == 2:
            meeting = np.flatnonzero((graph.tail == nodes[end]) | (graph.head == nodes[end])).tolist()
            on = next((i for i in meeting if i not in chain), None)
            if on is None:
                break
            chain.append(on)
            beyond = int(graph.head[on]) if graph.tail[on] == nodes[end] else int(graph.tail[on])
            nodes = [*nodes, beyond] if end else [beyond, *nodes]
    return chain, [graph.place(node) for node in nodes]


# --- the graph ---


def test_the_graph_has_the_segments_that_the_engine_drives(graph, helsinki_roads, places):
    engine = osrm.OSRM(
        storage_config=str(helsinki_roads.roads / "car.osrm"), algorithm="CH", use_shared_memory=False, verbosity="NONE"
    )
    at = {graph.segment(i): i for i in range(len(graph.tail))}
    driven = 0
    for start, end in pairwise(places[:20]):
        ask = osrm.RouteParameters(
            coordinates=[(start.lon, start.lat), (end.lon, end.lat)],
            annotations=["nodes"],
            geometries="geojson",
            overview="full",
        )
        route = engine.Route(ask)["routes"][0]
        nodes = [int(node) for node in route["legs"][0]["annotation"]["nodes"]]
        line = [tuple(point) for point in route["geometry"]["coordinates"]]
        for i, (one, other) in enumerate(pairwise(nodes)):
            segment = at[min(one, other), max(one, other)]
            forward = graph.osm_id[graph.tail[segment]] == one
            assert graph.forward[segment] if forward else graph.backward[segment]
            if 0 < i < len(nodes) - 2:
                start_node = graph.tail[segment] if forward else graph.head[segment]
                assert line[i] == pytest.approx((graph.lon[start_node], graph.lat[start_node]), abs=2e-6)
            driven += 1
    assert driven > 200
    assert not graph.backward.all(), "there are one-way streets"


def test_a_damaged_graph_ends_in_words(helsinki_roads, tmp_path):
    for suffix in (".nbg_nodes", ".geometry", ".ebg_nodes"):
        shutil.copy(helsinki_roads.roads / f"car.osrm{suffix}", tmp_path)
    (tmp_path / "car.osrm.geometry").write_bytes(b"no archive")
    with pytest.raises(KnownError, match="damaged"):
        RoadGraph.load(tmp_path / "car.osrm")
    (tmp_path / "car.osrm.geometry").unlink()
    with pytest.raises(KnownError, match="damaged"):
        RoadGraph.load(tmp_path / "car.osrm")


# --- what a line means ---


def blocks_of(graph: RoadGraph, count: int) -> list[tuple[list[int], list[Place]]]:
    """Blocks between junctions, 60-250 m long, so straight that two points draw them."""
    dice, found = np.random.default_rng(4), []
    for at in dice.permutation(len(graph.tail)):
        chain, line = block_of(graph, int(at))
        length = sum(a.distance_m(b) for a, b in pairwise(line))
        if 60 < length < 250 and line[0].distance_m(line[-1]) > 0.97 * length:
            found.append((chain, line))
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize("reverse", [False, True])
def test_a_line_from_junction_to_junction_means_just_that_street(graph, reverse):
    right = 0
    sample = blocks_of(graph, 30)
    for chain, line in sample:
        ends = [line[-1], line[0]] if reverse else [line[0], line[-1]]
        right += set(follow(graph, ends)) == set(chain)
    assert right >= 0.85 * len(sample), "the rest have a twin street as near"


def test_every_bend_drawn_the_street_is_met_almost_always(graph):
    sample = blocks_of(graph, 30)
    for chain, line in sample:
        assert len(set(follow(graph, line)) & set(chain)) >= len(chain) - 1


def test_a_line_across_a_street_closes_the_segment_it_cuts(graph):
    for chain, _ in blocks_of(graph, 10):
        at = max(chain, key=lambda i: graph.place(graph.tail[i]).distance_m(graph.place(graph.head[i])))
        a, b = graph.place(graph.tail[at]), graph.place(graph.head[at])
        lat, lon = (a.lat + b.lat) / 2, (a.lon + b.lon) / 2
        north, east = (b.lat - a.lat), (b.lon - a.lon) * np.cos(np.radians(lat))
        scale = 0.00008 / np.hypot(north, east)  # 9 m either side
        off_lat, off_lon = -east * scale, north * scale / np.cos(np.radians(lat))
        got = follow(graph, [Place(lat - off_lat, lon - off_lon), Place(lat + off_lat, lon + off_lon)])
        assert at in got
        assert len(got) <= 3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ([FAR, Place(60.401, 24.901)], "No street is near"),
        ([Place(60.17, 24.93), Place(60.17, 24.93)], "no length"),
        ([Place(60.17, 24.93), Place(60.5, 25.9)], "km long"),
    ],
)
def test_a_line_that_means_no_street_is_refused_in_words(network, line, words):
    with pytest.raises(BadInput, match=words):
        network.understood(line)
    with pytest.raises(BadInput, match="Works"):
        network.table([Place(60.17, 24.93)], CAR, [closed(line)])


def test_what_was_understood_can_be_shown(network, street):
    understood = network.understood(street)
    assert understood.streets
    assert understood.segments
    shown = [Place(*point) for line in understood.lines for point in line]
    for place in street[1:-1]:
        if min(place.distance_m(end) for end in (street[0], street[-1])) < 15:
            continue
        assert min(place.distance_m(each) for each in shown) < 1
    assert network.understood(tuple(street)) == understood


def test_runs_of_segments_are_joined(graph):
    for chain, line in blocks_of(graph, 10):
        (run,) = joined(graph, follow(graph, line)) if set(follow(graph, line)) == set(chain) else (line,)
        assert {run[0], run[-1]} == {line[0], line[-1]}


# --- tables and paths ---


def test_a_table_with_closures_is_that_of_the_whole_customised_data(network, places, graph):
    plain = network.table(places, CAR)
    dice = np.random.default_rng(1)
    changed = 0
    for _ in range(6):
        i, j = dice.choice(len(places), 2, replace=False)
        along = places_along(network.path([places[i], places[j]], CAR).legs[0])
        works = [closed(along[len(along) // 2 :][:4]), closed(along[: 4] , "Gas")]  # fmt: skip
        works = list(obeyed(network, works))
        assert works
        table = network.table(places, CAR, works)
        seconds, _ = network._closed.between(places, places, CAR, works)
        assert np.abs(table.duration_s - seconds).max() <= 1
        changed += int((table.duration_s != plain.duration_s).sum())
    assert changed > 1_000


@pytest.mark.parametrize("profile", Profile)
def test_nobody_drives_through_a_closed_street(network, places, street, profile):
    closure = closed(street)
    segments = set(network.understood(street).segments)
    ends = {i for i, cut in enumerate(network._closed.beside(places, profile, [closure])) if cut}
    for start, end in pairwise([p for i, p in enumerate(places) if i not in ends][:60]):
        for line in network.path([start, end], profile, [closure]).legs:
            assert not (segments & drawn_over(network, line, profile))


def drawn_over(network: OsrmNetwork, line: Sequence[tuple[float, float]], profile: Profile) -> set[tuple[int, int]]:
    """The segments whose both ends a drawn leg has as neighbours."""
    graph = GRAPHS.setdefault(profile, RoadGraph.load(network._closed._data._roads / f"{profile.value}.osrm"))
    by_place = {
        (round(float(lat), 6), round(float(lon), 6)): int(i)
        for lat, lon, i in zip(graph.lat, graph.lon, graph.osm_id, strict=True)
    }
    nodes = [by_place.get((round(lat, 6), round(lon, 6))) for lat, lon in line]
    return {(min(a, b), max(a, b)) for a, b in pairwise(nodes) if a is not None and b is not None}


GRAPHS: dict[Profile, RoadGraph] = {}


def test_a_path_is_as_long_as_its_table_says(network, places, street):
    works = [closed(street)]
    table, path = network.table(places[:40], CAR, works), network.path(places[:40], CAR, works)
    open_path = network.path(places[:40], CAR)
    steps = [step for step in pairwise(range(40)) if table.duration_s[step] < NO_WAY]
    legs = [network.path([places[a], places[b]], CAR, works) for a, b in steps]
    for leg, step in zip(legs, steps, strict=True):
        assert abs(leg.duration_s - table.duration_s[step]) <= 1
    assert len(path.legs) == 39
    assert path.legs != open_path.legs


def test_a_place_in_a_closed_street_is_cut_off_and_no_other(network, graph):
    chain, line = max(blocks_of(graph, 20), key=lambda block: sum(a.distance_m(b) for a, b in pairwise(block[1])))
    at = max(chain, key=lambda i: graph.place(graph.tail[i]).distance_m(graph.place(graph.head[i])))
    a, b = graph.place(graph.tail[at]), graph.place(graph.head[at])
    inside = Place((a.lat + b.lat) / 2, (a.lon + b.lon) / 2)
    elsewhere = scattered_far(network, inside)
    before = network.table([inside, *elsewhere], CAR)
    table = network.table([inside, *elsewhere], CAR, [closed(line)])
    assert (before.duration_s < NO_WAY).all()
    assert (table.duration_s[0, 1:] == NO_WAY).all()
    assert (table.distance_m[1:, 0] == NO_WAY).all()
    assert table.duration_s[0, 0] == 0
    assert (table.duration_s[1:, 1:] < NO_WAY).all()
    leg = network.path([elsewhere[0], inside], CAR, [closed(line)]).legs[0]
    assert leg == ((elsewhere[0].lat, elsewhere[0].lon), (inside.lat, inside.lon))


def scattered_far(network: OsrmNetwork, place: Place) -> list[Place]:
    bounds = network._closed._worker._arguments[1]
    return [p for p in scattered(bounds, 30, seed=2) if p.distance_m(place) > 300][:10]


def test_several_closures_hold_together(network, places, graph):
    (_, one), (_, two) = blocks_of(graph, 30)[-2:]
    works = [closed(one, "one"), closed(two, "two")]
    both = network.table(places, CAR, works).duration_s
    assert any(not np.array_equal(both, network.table(places, CAR, [work]).duration_s) for work in works)
    assert np.abs(both - network._closed.between(places, places, CAR, works)[0]).max() <= 1
    assert np.array_equal(both, network.table(places, CAR, works[::-1]).duration_s)


def test_the_pack_is_never_touched(helsinki_roads, places, street, tmp_path):
    def digests() -> dict[str, str]:
        files = sorted(helsinki_roads.folder.rglob("*"))
        return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.is_file()}

    before = digests()
    network = OsrmNetwork.of(helsinki_roads, cache_dir=tmp_path)
    try:
        for profile in Profile:
            network.table(places[:20], profile, [closed(street)])
    finally:
        network.close()
    assert digests() == before
    assert len(list(tmp_path.iterdir())) == 2


def test_the_next_morning_nothing_is_customised_again(helsinki_roads, places, street, tmp_path, monkeypatch):
    network = OsrmNetwork.of(helsinki_roads, cache_dir=tmp_path)
    try:
        table = network.table(places[:20], CAR, [closed(street)])
    finally:
        network.close()
    monkeypatch.setattr("dispatcher.region.customise.run_tool", lambda *_: pytest.fail("customised again"))
    network = OsrmNetwork.of(helsinki_roads, cache_dir=tmp_path)
    try:
        again = network.table(places[:20], CAR, [closed(street[::-1], "Another name")])
    finally:
        network.close()
    assert np.array_equal(table.duration_s, again.duration_s)


def test_another_build_clears_what_the_earlier_one_made(helsinki_roads, street, tmp_path):
    for stale in ("helsinki.b0.car.1234", "helsinki.b1.xyz.part", "aachen.b0.car.1234"):
        (tmp_path / stale).mkdir()
    network = OsrmNetwork.of(helsinki_roads, cache_dir=tmp_path)
    network.close()
    assert [folder.name for folder in tmp_path.iterdir()] == ["aachen.b0.car.1234"]


def test_old_sets_of_closures_are_forgotten(helsinki_roads, graph, tmp_path, monkeypatch):
    monkeypatch.setattr("dispatcher.region.customise.KEPT", 2)
    network = OsrmNetwork.of(helsinki_roads, cache_dir=tmp_path)
    try:
        for _, line in blocks_of(graph, 4):
            network.prepare([CAR], [closed(line)], NoProgress())
    finally:
        network.close()
    assert len(list(tmp_path.iterdir())) == 2


class Impatient:
    """Cancels at once."""

    def report(self, fraction: float, text: str) -> None:
        """Nobody listens."""

    def cancelled(self) -> bool:
        return True


def test_preparing_can_be_cancelled_and_leaves_nothing(helsinki_roads, street, tmp_path, monkeypatch):
    monkeypatch.setattr("dispatcher.region.roads._POLL_S", 0.0)
    network = OsrmNetwork.of(helsinki_roads, cache_dir=tmp_path)
    try:
        with pytest.raises(Cancelled):
            network.prepare([CAR], [closed(street)], Impatient())
    finally:
        network.close()
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_ends_in_words(helsinki_roads, street, tmp_path):
    (tmp_path / "file").write_text("in the way")
    network = OsrmNetwork.of(helsinki_roads, cache_dir=tmp_path / "file" / "closures")
    try:
        with pytest.raises(KnownError, match="Closed streets need room"):
            network.prepare([CAR], [closed(street)], NoProgress())
    finally:
        network.close()


def test_too_much_closed_at_a_time_is_refused(network, street, monkeypatch):
    monkeypatch.setattr(module, "MOST", 1)
    with pytest.raises(BadInput, match="up to 1 can be obeyed"):
        network.prepare([CAR], [closed(street)], NoProgress())


def test_open_streets_are_not_kept_waiting(network, places, street):
    """While a question about closed streets is under way, one about open ones is answered."""
    works = [closed(street)]
    network.prepare([CAR], works, NoProgress())
    done = threading.Event()
    with network._closed._worker._turn:  # as if the closed worker had much to do
        asked = threading.Thread(target=lambda: (network.table(places[:5], CAR), done.set()))
        asked.start()
        asked.join(30)
    assert done.is_set()


def test_straight_lines_cannot_obey(street):
    with pytest.raises(BadInput, match="Straight lines know no streets"):
        StraightLine().understood(street)
    with pytest.raises(BadInput, match="Straight lines"):
        StraightLine().table(street, CAR, [closed(street)])
    assert obeyed(StraightLine(), [closed(street)]) == ()


def test_remembered_tables_tell_closures_apart(helsinki_roads, places, street, tmp_path):
    works, some = [closed(street)], places[:60]
    for _ in range(2):  # the second time from disk
        network = open_network(helsinki_roads, tmp_path)
        try:
            shut, plain = network.table(some, CAR, works), network.table(some, CAR)
            more = network.table(places[:70], CAR, works)
            assert np.array_equal(more.duration_s[:60, :60], shut.duration_s)
            assert (shut.duration_s != plain.duration_s).any()
            fresh = network._network.table(places[:70], CAR, works)  # type: ignore[attr-defined]
            assert np.array_equal(more.duration_s, fresh.duration_s)
            assert np.array_equal(network.table(some, CAR).duration_s, plain.duration_s)
        finally:
            network.close()


# --- which pairs ---


@given(arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_blocks_cover_every_pair(pairs):
    covered = np.zeros_like(pairs)
    for rows, columns in blocks(pairs):
        covered[np.ix_(rows, columns)] = True
    assert not (pairs & ~covered).any()


def test_one_place_behind_a_closure_costs_its_row_and_column():
    pairs = np.zeros((500, 500), bool)
    pairs[7, :] = pairs[:, 7] = True
    assert sorted((r.size, c.size) for r, c in blocks(pairs)) == [(1, 500), (499, 1)]
    assert blocks(np.zeros((3, 3), bool)) == []


def test_who_passes_is_told_from_who_does_not():
    seconds = np.array([[0, 100], [100, 0]], np.int32)
    there, onward = np.array([[60.0], [np.inf]], np.float32), np.array([[10.0], [40.0]], np.float32)
    assert passing(seconds, there, onward).tolist() == [[False, True], [False, False]]
