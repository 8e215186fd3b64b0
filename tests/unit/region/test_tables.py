"""Remembered tables: equal to fresh ones, asked for no more than needed, and never a danger."""

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Place
from dispatcher.region import tables as module
from dispatcher.region.network import OsrmNetwork
from dispatcher.region.pack import RegionPack
from dispatcher.region.tables import CachedTables
from tests.fixtures.region import scattered

CAR, FILE = Profile.CAR, "helsinki.b1.car.npz"
FAR = Place(60.40, 24.90)


class Counted:
    """The real network, and a list of what it was asked."""

    def __init__(self, network: OsrmNetwork) -> None:
        self._network = network
        self.asked: list[tuple[list[Place], list[Place]]] = []

    def __getattr__(self, name: str):
        return getattr(self._network, name)

    def between(self, sources: Sequence[Place], targets: Sequence[Place], profile: Profile):
        self.asked.append((list(sources), list(targets)))
        return self._network.between(sources, targets, profile)

    def close(self) -> None:
        """The real one is shared."""

    @property
    def cells(self) -> int:
        return sum(len(s) * len(t) for s, t in self.asked)


@pytest.fixture
def counted(helsinki_network: OsrmNetwork) -> Counted:
    return Counted(helsinki_network)


@pytest.fixture
def cached(counted, tmp_path) -> CachedTables:
    return CachedTables(counted, tmp_path, "helsinki", "b1")


@pytest.fixture
def places(helsinki_roads: RegionPack) -> list[Place]:
    return [*scattered(helsinki_roads.bounds, 11), FAR]


def same(a, b) -> bool:
    pairs = ((a.duration_s, b.duration_s), (a.distance_m, b.distance_m), (a.off_road_m, b.off_road_m))
    return all(x.dtype == y.dtype and np.array_equal(x, y) for x, y in pairs)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(0, 11), max_size=14), min_size=1, max_size=6), st.sampled_from([3, 8, 100]))
def test_a_remembered_table_equals_a_fresh_one(
    helsinki_network, places, tmp_path_factory, monkeypatch, questions, remembered
):
    monkeypatch.setattr(module, "REMEMBERED", remembered)
    cached = CachedTables(helsinki_network, tmp_path_factory.mktemp("cache"), "helsinki", "b1")
    told = []
    for question in questions:
        chosen = [places[i] for i in question]
        told.append((cached.table(chosen, CAR), helsinki_network.table(chosen, CAR)))
    assert all(same(one, other) for one, other in told)  # later questions change no table that was handed out


def test_a_large_table_is_kept_once(cached, places, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 5)
    told = [cached.table(asked, CAR) for asked in (places, places[::-1], places[:-1], places[:-1])]
    assert np.shares_memory(told[-1].duration_s, told[-2].duration_s)
    assert not np.shares_memory(told[-1].duration_s, told[0].duration_s)
    with pytest.raises(ValueError, match="read-only"):
        told[-1].distance_m[0, 0] = 1


def test_one_more_place_costs_its_row_and_its_column(cached, counted, places):
    cached.table(places[:10], CAR)
    counted.asked.clear()
    cached.table(places[:11], CAR)
    assert counted.asked == [([places[10]], places[:11]), (places[:10], [places[10]])]


def test_a_new_table_is_one_question(cached, counted, places):
    cached.table(places, CAR)
    assert counted.asked == [(places, places)]


def test_what_is_known_is_not_asked_again_in_any_order(cached, counted, places):
    cached.table(places, CAR)
    counted.asked.clear()
    cached.table(places[::-1], CAR)
    cached.table([places[3], places[1], places[3]], CAR)
    assert counted.asked == []


def test_places_of_two_days_ask_only_for_the_pairs_between_them(cached, counted, places):
    cached.table(places[:8], CAR)
    cached.table(places[8:], CAR)
    counted.asked.clear()
    cached.table(places, CAR)
    assert counted.cells <= 12 * 12 - 8 * 8


def test_profiles_do_not_mix(cached, helsinki_network, places):
    for profile in Profile:
        assert same(cached.table(places, profile), helsinki_network.table(places, profile))


def test_the_next_morning_nothing_is_asked(cached, counted, places, tmp_path):
    before = cached.table(places, CAR)
    cached.close()
    counted.asked.clear()
    assert same(CachedTables(counted, tmp_path, "helsinki", "b1").table(places, CAR), before)
    assert counted.asked == []


def test_a_large_question_is_saved_at_once(cached, counted, places, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SAVE_AFTER", 50)
    cached.table(places, CAR)
    counted.asked.clear()
    CachedTables(counted, tmp_path, "helsinki", "b1").table(places, CAR)
    assert counted.asked == []


def test_another_build_starts_afresh_and_clears_the_old_file(cached, counted, places, tmp_path):
    cached.table(places, CAR)
    cached.close()
    (tmp_path / "aachen.b1.car.npz").write_bytes(b"another region's")
    counted.asked.clear()
    CachedTables(counted, tmp_path, "helsinki", "b2").table(places, CAR)
    assert counted.asked == [(places, places)]
    assert [file.name for file in tmp_path.iterdir()] == ["aachen.b1.car.npz"]


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "text", "shape", "folder"])
def test_a_damaged_file_is_asked_for_again(cached, counted, places, tmp_path, damage):
    fresh = cached.table(places, CAR)
    cached.close()
    file = tmp_path / FILE
    whole = file.read_bytes()
    if damage == "folder":
        file.unlink()
        file.mkdir()
    elif damage == "shape":
        np.savez(file, places=np.zeros((3, 2)), off_road_m=np.zeros(3), seconds=np.zeros((2, 3)), metres=np.zeros(1))
    else:
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        file.write_bytes({"empty": b"", "cut": whole[:middle], "flipped": flipped, "text": b"no table"}[damage])
    counted.asked.clear()
    again = CachedTables(counted, tmp_path, "helsinki", "b1")
    assert same(again.table(places, CAR), fresh)
    assert counted.asked == [(places, places)]
    again.close()


def test_a_cache_that_cannot_be_written_stops_nobody(counted, places, tmp_path, helsinki_network):
    (tmp_path / "file").write_text("in the way")
    cached = CachedTables(counted, tmp_path / "file" / "tables", "helsinki", "b1")
    assert same(cached.table(places, CAR), helsinki_network.table(places, CAR))
    cached.close()


def test_a_failed_question_leaves_what_was_known(cached, counted, places, monkeypatch):
    before = cached.table(places[:6], CAR)

    def fail(*_):
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(counted, "between", fail)
        with pytest.raises(ConnectionError):
            cached.table(places, CAR)
    counted.asked.clear()
    assert same(cached.table(places[:6], CAR), before)
    assert counted.asked == []
    cached.table(places, CAR)
    assert counted.cells <= 12 * 12


def test_many_threads_share_it(cached, helsinki_network, places):
    wrong: list[int] = []

    def ask(i: int) -> None:
        mine = places[i : i + 6]
        if not same(cached.table(mine, CAR), helsinki_network.table(mine, CAR)):
            wrong.append(i)

    threads = [threading.Thread(target=ask, args=(i % 7,)) for i in range(14)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
