"""The road network of a pack: what it answers, and that its worker comes back or ends as it should."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Place
from dispatcher.domain.roads import NO_WAY, OFF_ROAD_M
from dispatcher.region import network as module
from dispatcher.region.network import OsrmNetwork, open_network
from dispatcher.region.pack import RegionPack
from dispatcher.region.straight import DETOUR, StraightLine
from tests.fixtures.region import ended, scattered

FAR = Place(60.40, 24.90)
linux = pytest.mark.skipif(sys.platform != "linux", reason="watches processes by Linux's means")


@pytest.fixture
def places(helsinki_roads: RegionPack) -> list[Place]:
    return scattered(helsinki_roads.bounds, 12)


@pytest.mark.parametrize("profile", Profile)
def test_a_table_is_square_positive_and_zero_on_its_diagonal(helsinki_network, places, profile):
    table = helsinki_network.table(places, profile)
    assert table.duration_s.dtype == table.distance_m.dtype == np.int32
    assert table.duration_s.shape == table.distance_m.shape == (12, 12)
    assert not table.duration_s.diagonal().any()
    assert (table.duration_s < NO_WAY).all()
    beeline = np.array([[a.distance_m(b) for b in places] for a in places])
    detour = table.distance_m[~np.eye(12, dtype=bool)].sum() / beeline.sum()
    assert 1.0 < detour < 3.0
    assert (table.duration_s != table.duration_s.T).any(), "one-way streets make it asymmetric"


def test_a_path_is_as_long_as_its_table_says(helsinki_network, places):
    for profile in Profile:
        table, path = helsinki_network.table(places, profile), helsinki_network.path(places, profile)
        steps = list(pairwise(range(len(places))))
        assert path.duration_s == sum(table.duration_s[step] for step in steps)
        assert path.distance_m == sum(table.distance_m[step] for step in steps)
        assert len(path.legs) == len(steps)
        for leg, step in zip(path.legs, steps, strict=True):
            length = sum(Place(*a).distance_m(Place(*b)) for a, b in pairwise(leg))
            assert length == pytest.approx(table.distance_m[step], rel=0.01, abs=5)


def test_the_time_between_two_places_does_not_depend_on_who_else_is_asked_for(helsinki_network, helsinki_roads):
    places = scattered(helsinki_roads.bounds, 40, seed=5)
    whole = helsinki_network.table(places, Profile.CAR).duration_s
    for a, b in pairwise(range(40)):
        pair = helsinki_network.table([places[a], places[b]], Profile.CAR).duration_s
        assert pair.tolist() == whole[np.ix_([a, b], [a, b])].tolist()


def test_a_place_off_the_map_is_reported_and_not_snapped_across_it(helsinki_network, places):
    table = helsinki_network.table([places[0], FAR, places[1]], Profile.CAR)
    assert table.off_road_m[1] > OFF_ROAD_M > table.off_road_m[[0, 2]].max()
    assert table.duration_s[1].tolist() == [NO_WAY, 0, NO_WAY]
    assert table.distance_m[:, 1].tolist() == [NO_WAY, 0, NO_WAY]
    assert 0 < table.duration_s[0, 2] < NO_WAY


def test_a_leg_without_a_road_is_a_straight_line(helsinki_network, places):
    path = helsinki_network.path([places[0], FAR, places[1]], Profile.CAR)
    assert path.legs[0] == ((places[0].lat, places[0].lon), (FAR.lat, FAR.lon))
    assert path.distance_m == pytest.approx((places[0].distance_m(FAR) + FAR.distance_m(places[1])) * DETOUR, abs=2)


def test_nothing_asked_is_nothing_answered(helsinki_network, places):
    assert helsinki_network.table([], Profile.CAR).duration_s.shape == (0, 0)
    assert helsinki_network.table(places[:1], Profile.CAR).duration_s.tolist() == [[0]]
    assert helsinki_network.table([FAR], Profile.CAR).duration_s.tolist() == [[0]]
    assert helsinki_network.path(places[:1], Profile.CAR).legs == ()
    assert helsinki_network.match([], [], Profile.CAR).line == ()


def test_a_table_asked_in_blocks_is_the_same(helsinki_network, places, monkeypatch):
    whole = helsinki_network.table(places, Profile.CAR)
    monkeypatch.setattr(module, "CELLS_A_QUESTION", 30)
    blocks = helsinki_network.table(places, Profile.CAR)
    assert np.array_equal(whole.duration_s, blocks.duration_s)
    assert np.array_equal(whole.distance_m, blocks.distance_m)


def test_nearest_lies_on_a_named_street(helsinki_network, places):
    snaps = [helsinki_network.nearest(place, Profile.CAR) for place in places]
    assert any(snap.street for snap in snaps)
    for place, snap in zip(places, snaps, strict=True):
        assert snap.distance_m == pytest.approx(place.distance_m(snap.place), rel=0.02, abs=1)


def test_a_noisy_track_is_laid_onto_the_roads_it_followed(helsinki_network, places):
    path = helsinki_network.path(places[:2], Profile.CAR)
    dice = np.random.default_rng(1)
    fixes = [Place(lat + dice.normal(0, 4e-5), lon + dice.normal(0, 8e-5)) for lat, lon in path.legs[0]]
    match = helsinki_network.match(fixes, [10 * i for i in range(len(fixes))], Profile.CAR)
    truth = [Place(*point) for point in path.legs[0]]
    snapped = [snap.place for snap in match.snapped if snap]
    assert len(match.snapped) == len(fixes)
    assert len(snapped) > 0.8 * len(fixes)
    assert np.median([min(s.distance_m(t) for t in truth) for s in snapped]) < 15
    line_m = sum(Place(*a).distance_m(Place(*b)) for a, b in pairwise(match.line))
    between_m = [m for snap, m in zip(match.snapped, match.driven_m, strict=True) if snap]
    assert between_m[0] == 0
    assert sum(between_m) == pytest.approx(line_m, rel=0.01)
    assert 0 <= match.confidence <= 1


def test_a_track_that_fits_no_road_is_lost_not_an_error(helsinki_network):
    match = helsinki_network.match([FAR, Place(60.41, 24.91)], [0, 10], Profile.CAR)
    assert match.line == ()
    assert match.snapped == (None, None)
    assert match.driven_m == (0, 0)


def test_a_track_whose_times_run_backwards_is_refused(helsinki_network, places):
    with pytest.raises(ValueError, match="in order"):
        helsinki_network.match(places[:2], [10, 0], Profile.CAR)


def test_the_multi_level_data_agree_with_the_hierarchies(helsinki_roads, helsinki_network, places):
    network = OsrmNetwork.of(helsinki_roads, algorithm="MLD")
    try:
        for profile in Profile:
            fast, slow = helsinki_network.table(places, profile), network.table(places, profile)
            assert np.abs(fast.duration_s - slow.duration_s).max() <= 1
    finally:
        network.close()


def test_many_threads_ask_at_once(helsinki_network, places):
    whole = helsinki_network.table(places, Profile.CAR).duration_s
    wrong: list[int] = []

    def ask(i: int) -> None:
        mine = places[i:] + places[:i]
        answer = helsinki_network.table(mine, Profile.CAR).duration_s
        if not np.array_equal(answer, np.roll(whole, (-i, -i), (0, 1))):
            wrong.append(i)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_worker_that_was_killed_comes_back(helsinki_roads, places):
    network = OsrmNetwork.of(helsinki_roads)
    try:
        before = network.table(places, Profile.CAR)
        first = network.worker_pid
        assert first is not None
        os.kill(first, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        after = network.table(places, Profile.CAR)
        assert network.worker_pid not in (first, None)
        assert np.array_equal(before.duration_s, after.duration_s)
    finally:
        network.close()


def test_closing_ends_the_worker_and_further_questions(helsinki_roads, places):
    network = OsrmNetwork.of(helsinki_roads)
    network.nearest(places[0], Profile.CAR)
    pid = network.worker_pid
    assert pid is not None
    network.close()
    network.close()
    assert network.worker_pid is None
    if sys.platform != "win32":
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with pytest.raises(KnownError, match="was closed"):
        network.nearest(places[0], Profile.CAR)


def test_closing_does_not_wait_for_a_long_question(helsinki_roads):
    network = OsrmNetwork.of(helsinki_roads)
    places = scattered(helsinki_roads.bounds, 1_500)
    network.nearest(places[0], Profile.CAR)
    outcome: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(100):
                network.table(places, Profile.CAR)
        except KnownError as error:
            outcome.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    network.close()
    thread.join()
    assert "was closed" in str(outcome[0])


def test_the_worker_imports_nothing_of_the_program_that_asks(helsinki_roads, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import sys; from pathlib import Path\n"
        "print('imported', flush=True)\n"
        "from dispatcher.domain.fleet import Profile\n"
        "from dispatcher.region.network import OsrmNetwork\n"
        "from dispatcher.region.pack import RegionPack\n"
        "pack = RegionPack.open(Path(sys.argv[1])); network = OsrmNetwork.of(pack)\n"
        "network.nearest(pack.bounds.centre, Profile.CAR)\n"
        "network.close(); print(sys.modules['__main__'].__file__)\n"
    )
    ran = subprocess.run(
        [sys.executable, program, helsinki_roads.folder],
        env={**os.environ, "PYTHONPATH": str(Path(module.__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.splitlines() == ["imported", str(program)]


@linux
def test_the_worker_dies_with_its_parent(helsinki_roads):
    script = (
        "import sys; from pathlib import Path\n"
        "from dispatcher.domain.fleet import Profile\n"
        "from dispatcher.region.network import OsrmNetwork\n"
        "from dispatcher.region.pack import RegionPack\n"
        "pack = RegionPack.open(Path(sys.argv[1])); network = OsrmNetwork.of(pack)\n"
        "network.nearest(pack.bounds.centre, Profile.CAR)\n"
        "print(network.worker_pid, flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(helsinki_roads.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    assert ended(worker)


def test_data_that_cannot_be_loaded_end_in_words(helsinki_roads, tmp_path, places):
    folder = tmp_path / "helsinki"
    shutil.copytree(helsinki_roads.folder, folder)
    (folder / "roads" / "car.osrm.hsgr").unlink()
    network = OsrmNetwork.of(replace(helsinki_roads, folder=folder))
    try:
        with pytest.raises(KnownError, match="road engine of the region “helsinki”"):
            network.table(places, Profile.CAR)
        assert network.table(places, Profile.BICYCLE).duration_s.any()
    finally:
        network.close()


def test_without_a_pack_there_are_straight_lines(tmp_path, helsinki_roads, places):
    assert isinstance(open_network(None, tmp_path), StraightLine)
    network = open_network(helsinki_roads, tmp_path)
    try:
        assert (network.name, network.straight) == ("helsinki", False)
        assert network.table(places, Profile.CAR).duration_s.any()
    finally:
        network.close()
    assert [file.suffix for file in Path(tmp_path / "tables").iterdir()] == [".npz"]
