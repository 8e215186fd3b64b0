"""Opening packs: whole ones open, all others say in words what is wrong."""

import json
import platform
import shutil

import pytest

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.region.pack import MANIFEST, Manifest, RegionPack, check_name, list_packs


@pytest.fixture
def pack(helsinki_roads, tmp_path) -> RegionPack:
    """A copy to be spoilt."""
    shutil.copytree(helsinki_roads.folder, tmp_path / "regions" / "helsinki")
    return RegionPack.open(tmp_path / "regions" / "helsinki")


def rewrite(pack: RegionPack, **changes) -> None:
    file = pack.folder / MANIFEST
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changes}), "utf-8")


def test_a_manifest_survives_writing_and_reading(helsinki_roads):
    manifest = helsinki_roads.manifest
    assert Manifest.from_json(manifest.to_json()) == manifest
    assert manifest.as_dict() == json.loads(manifest.to_json())
    assert manifest.built_at.tzinfo is not None


def test_a_pack_of_another_version_is_refused(pack):
    rewrite(pack, format=99)
    with pytest.raises(KnownError, match="has format 99; this version reads format 1"):
        RegionPack.open(pack.folder)


def test_a_pack_of_another_system_is_refused(pack):
    rewrite(pack, platform="Plan 9")
    with pytest.raises(KnownError, match=f"built on Plan 9; this is {platform.system()}"):
        RegionPack.open(pack.folder)


def test_a_missing_or_shortened_file_is_named(pack):
    file = pack.folder / "roads" / "car.osrm.hsgr"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(KnownError, match=r"hsgr has 100 bytes instead of"):
        RegionPack.open(pack.folder)
    file.unlink()
    with pytest.raises(KnownError, match=r"hsgr is missing"):
        RegionPack.open(pack.folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 1}', '{"format": 1, "bounds": {}}', "\xff"])
def test_a_damaged_manifest_is_refused(pack, text):
    (pack.folder / MANIFEST).write_bytes(text.encode("latin-1"))
    with pytest.raises(KnownError, match=r"damaged|cannot be read"):
        RegionPack.open(pack.folder)


def test_an_index_that_addresses_were_added_to_is_still_whole(pack):
    (pack.folder / "addresses.sqlite").write_bytes(b"grown")
    rewrite(pack, files={**pack.manifest.files, "addresses.sqlite": 3})
    assert RegionPack.open(pack.folder).addresses.name == "addresses.sqlite"


def test_a_pack_without_a_part_says_so(pack):
    assert pack.roads.is_dir()
    with pytest.raises(KnownError, match="built without addresses"):
        _ = pack.addresses
    with pytest.raises(KnownError, match="built without map"):
        _ = pack.basemap


def test_the_list_has_the_usable_packs_only(pack):
    regions = pack.folder.parent
    (regions / ".aachen.building").mkdir()
    (regions / "empty").mkdir()
    (regions / "note.txt").write_text("not a region")
    shutil.copytree(pack.folder, regions / "broken")
    (regions / "broken" / MANIFEST).write_text("{")
    assert [p.name for p in list_packs(regions)] == ["helsinki"]
    assert list_packs(regions / "nowhere") == []
    with pytest.raises(KnownError, match="There is no region “empty”"):
        RegionPack.open(regions / "empty")


@pytest.mark.parametrize("name", ["aachen", "Île-de-France", "Köln_2", "東京", "7"])
def test_names_that_will_do(name):
    check_name(name)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", "a b", "-a", "_a", "a.b", "con", "LPT1", "x" * 65, "a\n"]
)
def test_names_that_will_not_do(name):
    with pytest.raises(BadInput, match="cannot be a region's name"):
        check_name(name)
