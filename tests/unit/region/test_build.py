"""Building a pack from real extracts: whole or not at all, and every fault in words."""

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from filelock import FileLock

from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.fleet import Profile
from dispatcher.region import assembly
from dispatcher.region.assembly import build_region, sweep
from dispatcher.region.build import RegionBuild
from dispatcher.region.network import OsrmNetwork
from dispatcher.region.pack import ATTRIBUTION, ROADS
from dispatcher.region.roads import last_words
from tests.fixtures.region import AACHEN, VALLETTA, corner, ended, helsinki_extract, streets, write_extract

RASTER = [[(c, r) for c in range(4)] for r in range(4)] + [[(c, r) for r in range(4)] for c in range(4)]
CROSSING = [[(-1, 0), (0, 0), (1, 0)], [(0, -1), (0, 0), (0, 1)]]
linux = pytest.mark.skipif(sys.platform != "linux", reason="watches processes by Linux's means")


class Watched:
    """A progress that keeps what it was told, and is cancelled by a word."""

    def __init__(self, stop_at: str = "nothing") -> None:
        self.told: list[tuple[float, str]] = []
        self._stop_at = stop_at

    def report(self, fraction: float, text: str) -> None:
        self.told.append((fraction, text))

    def cancelled(self) -> bool:
        return any(self._stop_at in text for _, text in self.told)


def left_in(regions: Path) -> list[str]:
    return sorted(f.name for f in regions.iterdir() if f.name != ".building.lock") if regions.exists() else []


def build(extract: Path, regions: Path, progress: Watched | None = None):
    return build_region(extract, "town", regions, progress or Watched(), parts=(ROADS,))


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A raster of streets."""
    return write_extract(tmp_path / "town.osm.pbf", streets(AACHEN, RASTER, {"highway": "residential"}))


def test_the_manifest_says_what_was_built_from_what(helsinki_roads):
    manifest, extract = helsinki_roads.manifest, helsinki_extract()
    assert manifest.name == "helsinki"
    assert manifest.extract == extract.name
    assert manifest.extract_sha256 == hashlib.sha256(extract.read_bytes()).hexdigest()
    assert manifest.attribution == ATTRIBUTION == "© OpenStreetMap contributors, ODbL 1.0"
    assert manifest.driving_side == "right"
    assert manifest.counts["extract"]["ways"] == 5130
    assert 60 < manifest.bounds.south < manifest.bounds.north < 61
    assert set(manifest.tools) == {"osrm-bindings", "osmium"}
    for profile in ("car", "bicycle"):
        assert {f"roads/{profile}.osrm.{kind}" for kind in ("hsgr", "mldgr", "cell_metrics")} <= set(manifest.files)
    files = {f.relative_to(helsinki_roads.folder).as_posix() for f in helsinki_roads.folder.rglob("*") if f.is_file()}
    assert files == {*manifest.files, "region.json"}, "nothing is left of the building"


def test_all_parts_are_built(tmp_path):
    pack = build_region(helsinki_extract(), "helsinki", tmp_path / "regions", Watched())
    assert pack.roads.is_dir()
    assert pack.basemap.read_bytes().startswith(b"PMTiles")
    assert pack.addresses.read_bytes().startswith(b"SQLite format 3")
    assert pack.manifest.counts["basemap"]["roads"] > 1_000
    assert pack.manifest.counts["addresses"]["streets"] > 50


def test_progress_rises_to_the_end(town, tmp_path):
    progress = Watched()
    build(town, tmp_path / "regions", progress)
    fractions = [fraction for fraction, _ in progress.told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {text for _, text in progress.told} >= {"Checking the extract", "Building roads for bicycles"}


def test_a_second_build_replaces_the_first(town, tmp_path):
    first, second = build(town, tmp_path / "regions"), build(town, tmp_path / "regions")
    assert first.manifest.build_id != second.manifest.build_id
    assert left_in(tmp_path / "regions") == ["town"]


def test_a_folder_named_in_any_script_will_do(town, tmp_path):
    pack = build_region(town, "東京", tmp_path / "Ärger über Öl", Watched(), parts=(ROADS,))
    network = OsrmNetwork.of(pack)
    try:
        assert network.nearest(AACHEN, Profile.CAR).distance_m < 1
    finally:
        network.close()


@pytest.mark.parametrize(("centre", "side"), [(VALLETTA, "left"), (AACHEN, "right")])
def test_traffic_keeps_to_the_side_of_its_country(tmp_path, centre, side):
    extract = write_extract(tmp_path / "town.osm.pbf", streets(centre, CROSSING, {"highway": "residential"}))
    pack = build(extract, tmp_path / "regions")
    assert pack.manifest.driving_side == side
    network = OsrmNetwork.of(pack)
    try:
        for profile in Profile:
            south, west, east = corner(centre, 0, -1), corner(centre, -1, 0), corner(centre, 1, 0)
            left, right = network.path([south, west], profile), network.path([south, east], profile)
            assert left.distance_m == pytest.approx(right.distance_m, abs=1)
            assert (left.duration_s < right.duration_s) == (side == "left")
    finally:
        network.close()


def bad_extract(kind: str, folder: Path) -> Path:
    path = folder / "bad.osm.pbf"
    raster, whole = streets(AACHEN, RASTER, {"highway": "residential"}), helsinki_extract().read_bytes()
    bad_bytes = {
        "empty": b"",
        "text": b"<osm version='0.6'></osm>",
        "zip": b"PK\x03\x04" + bytes(1_000),
        "cut": whole[:300_000],
        "garbled": whole[:300_000] + bytes(100) + whole[300_100:],
    }
    bad_items = {
        "ways first": raster[::-1],
        "ids fall": [raster[1], raster[0], *raster[2:]],
        "twice": [raster[0], *raster],
        "no roads": streets(AACHEN, RASTER, {"building": "yes"}),
        "footways": streets(AACHEN, RASTER, {"highway": "footway"}),
        "no objects": [],
    }
    if kind == "folder":
        path.mkdir()
    elif kind in bad_bytes:
        path.write_bytes(bad_bytes[kind])
    elif kind in bad_items:
        write_extract(path, bad_items[kind])
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "There is no file"),
        ("folder", "There is no file"),
        ("empty", "is empty"),
        ("text", "is not an OpenStreetMap extract in PBF format"),
        ("zip", "is not an OpenStreetMap extract in PBF format"),
        ("cut", "bad.osm.pbf is cut off or damaged"),
        ("garbled", "bad.osm.pbf is cut off or damaged"),
        ("ways first", "is not sorted: way 7 comes after way 8"),
        ("ids fall", "is not sorted: node 1 comes after node 2"),
        ("twice", "holds node 1 twice"),
        ("no roads", "holds no roads"),
        ("no objects", "holds no roads"),
        ("footways", "holds no roads for cars"),
    ],
)
def test_an_extract_that_will_not_do_is_refused_in_words(tmp_path, kind, words):
    with pytest.raises(BadInput, match=words) as caught:
        build(bad_extract(kind, tmp_path), tmp_path / "regions")
    assert caught.value.remedy
    assert left_in(tmp_path / "regions") == []


def test_a_name_that_will_not_do_is_refused_before_anything_is_made(town, tmp_path):
    with pytest.raises(BadInput, match="cannot be a region's name"):
        build_region(town, "../town", tmp_path / "regions", Watched())
    assert not (tmp_path / "regions").exists()


def test_a_disk_without_room_is_refused_at_once(town, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")(1, 1, 1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(KnownError, match=r"needs about 100 MB in .*, and 1 MB are free"):
        build(town, tmp_path / "regions")


def test_a_disk_that_fills_up_is_told_apart(town, tmp_path, monkeypatch):
    def fill(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(assembly, "build_roads", fill)
    with pytest.raises(KnownError, match=r"The disk that holds .* is full"):
        build(town, tmp_path / "regions")
    assert left_in(tmp_path / "regions") == []


def test_a_tool_s_last_words_reach_the_person(town, tmp_path, monkeypatch):
    monkeypatch.setattr(assembly, "extract_bounds", spoiling(assembly.extract_bounds))
    with pytest.raises(KnownError, match=r"osrm-extract ended with code .*PBF error"):
        build(town, tmp_path / "regions")
    assert left_in(tmp_path / "regions") == []


def spoiling(look):
    """Cut the extract off right after it was looked over."""

    def looked_over(extract: Path):
        found = look(extract)
        extract.write_bytes(extract.read_bytes()[:-30])
        return found

    return looked_over


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("", ""),
        ("[2026-11-23T03:59:06] [error] Input file x not found!\n\n", "Input file x not found!"),
        ("terminate called\n  what():  PBF error: unexpected EOF\n", "PBF error: unexpected EOF"),
        (" 10% \n.\n", ""),
        ("[2026-11-23T03:59:06] [error] There is nothing.src/extractor/extractor.cpp:749", "There is nothing"),
    ],
)
def test_last_words(log, words):
    assert last_words(log) == words


def test_a_cancelled_build_leaves_the_earlier_pack_and_nothing_else(town, tmp_path):
    before = build(town, tmp_path / "regions")
    for word in ("Reading", "Checking", "for cars", "for bicycles"):
        with pytest.raises(Cancelled):
            build(town, tmp_path / "regions", Watched(stop_at=word))
        assert left_in(tmp_path / "regions") == ["town"]
    assert json.loads((before.folder / "region.json").read_text("utf-8"))["build_id"] == before.manifest.build_id


def test_one_build_at_a_time(town, tmp_path):
    regions = tmp_path / "regions"
    regions.mkdir()
    with FileLock(regions / ".building.lock"), pytest.raises(KnownError, match="Another region is being built"):
        build(town, regions)


def test_what_a_killed_build_left_is_swept(tmp_path):
    (tmp_path / ".aachen.123.building" / "roads").mkdir(parents=True)
    (tmp_path / ".malta.replaced").mkdir()
    (tmp_path / ".monaco.replaced").mkdir()
    (tmp_path / "monaco").mkdir()
    sweep(tmp_path)
    assert left_in(tmp_path) == ["malta", "monaco"], "a replacement that was cut short is taken back"


def test_a_process_of_its_own_builds_the_same(tmp_path):
    progress = Watched()
    pack = RegionBuild(helsinki_extract(), "helsinki", tmp_path / "regions", parts=(ROADS,)).run(progress)
    assert pack.manifest.counts["extract"]["ways"] == 5130
    assert progress.told[-1] == (1.0, "Done")
    assert left_in(tmp_path / "regions") == ["helsinki"]


def test_its_errors_arrive_whole(tmp_path):
    with pytest.raises(BadInput, match="is empty") as caught:
        RegionBuild(bad_extract("empty", tmp_path), "town", tmp_path / "regions").run(Watched())
    assert caught.value.remedy == "Download the extract again."


def test_cancelling_it_leaves_nothing(tmp_path):
    with pytest.raises(Cancelled):
        RegionBuild(helsinki_extract(), "helsinki", tmp_path / "regions", parts=(ROADS,)).run(Watched("for cars"))
    assert left_in(tmp_path / "regions") == []


@linux
def test_killing_it_is_told_and_swept_by_the_next(tmp_path, town):
    order = RegionBuild(helsinki_extract(), "helsinki", tmp_path / "regions", parts=(ROADS,))

    class Killing(Watched):
        def report(self, fraction: float, text: str) -> None:
            super().report(fraction, text)
            if "for cars" in text and order.pid:
                os.kill(order.pid, signal.SIGKILL)

    with pytest.raises(KnownError, match="ended from outside"):
        order.run(Killing())
    (stale,) = left_in(tmp_path / "regions")
    assert stale.startswith(".helsinki.")
    build(town, tmp_path / "regions")
    assert left_in(tmp_path / "regions") == ["town"]


@linux
def test_it_clears_up_and_ends_when_its_parent_dies(tmp_path):
    script = (
        "import sys; from pathlib import Path\n"
        "from dispatcher.region.build import RegionBuild\n"
        "class Progress:\n"
        "    def report(self, fraction, text):\n"
        "        if 'for cars' in text: print(build.pid, flush=True); sys.stdin.read()\n"
        "    def cancelled(self): return False\n"
        "build = RegionBuild(Path(sys.argv[1]), 'town', Path(sys.argv[2]), parts=('roads',))\n"
        "build.run(Progress())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(helsinki_extract()), str(tmp_path / "regions")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert ended(child)
    assert left_in(tmp_path / "regions") == []
