"""What is found in photos; and that nothing in a file's bytes raises."""

import hashlib
import io
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dispatcher.domain.ids import DeviceId
from dispatcher.domain.place import Place
from dispatcher.proof.photos import COPY_SIDE, Look, look, look_at
from tests.unit.proof.pictures import bad_photos, exif, exif_bomb, hamming, png_of, saved, scene, with_exif_segment

TAKEN = datetime(2026, 11, 24, 12, 15, 30, tzinfo=timezone(timedelta(hours=2)))
DOOR = Place(60.169857, 24.938379)
BAD = bad_photos()
GOOD = saved(scene(), exif=exif(TAKEN, DOOR))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_photo_tells_when_where_and_how_it_was_taken() -> None:
    found = look(GOOD)
    assert (found.fault, found.mime, found.width, found.height) == ("", "image/jpeg", 800, 600)
    assert found.taken_at == TAKEN.astimezone(UTC)
    assert found.place is not None
    assert found.place.distance_m(DOOR) < 1
    assert found.size == len(GOOD)
    assert found.brightness == pytest.approx(0.47, abs=0.1)


@pytest.mark.parametrize("place", [Place(-33.86, 151.21), Place(40.71, -74.0), Place(-0.5, -0.5)])
def test_all_four_quarters_of_the_globe(place: Place) -> None:
    found = look(saved(scene(64, 64), exif=exif(place=place))).place
    assert found is not None
    assert found.distance_m(place) < 1


MODES = {"JPEG": ["RGB", "L", "CMYK"], "PNG": ["RGB", "L", "RGBA", "P", "1", "LA", "I;16"], "WEBP": ["RGB", "RGBA"]}


@pytest.mark.parametrize(("kind", "mode"), [(kind, mode) for kind, modes in MODES.items() for mode in modes])
def test_every_kind_of_picture_gets_a_copy(kind: str, mode: str) -> None:
    found = look(saved(scene(320, 200).convert("I" if mode == "I;16" else mode).convert(mode), kind))
    assert found.fault == ""
    assert opened(found.copy).size == (320, 200)
    assert opened(found.copy).mode == "RGB"


def test_the_copy_is_small_upright_and_bare() -> None:
    original = saved(
        scene(3_000, 2_000), exif=exif(TAKEN, DOOR, orientation=6), comment=b"for the depot", icc_profile=b"x"
    )
    found = look(original)
    copy = opened(found.copy)
    assert (found.width, found.height) == (2_000, 3_000)
    assert copy.size == (round(COPY_SIDE * 2 / 3), COPY_SIDE)
    assert len(copy.getexif()) == 0
    assert {"exif", "comment", "icc_profile"}.isdisjoint(copy.info)
    assert b"Phonemaker" in original
    assert b"Phonemaker" not in found.copy


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_shows_the_same_scene(orientation: int) -> None:
    upright = scene(400, 300)
    turn = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    held = upright if turn is None else upright.transpose(turn)
    found = look(saved(held, exif=exif(orientation=orientation)))
    assert opened(found.copy).size == (400, 300)
    assert hamming(found.lookalike, look(saved(upright)).lookalike) <= 2


def test_a_blurred_photo_is_far_less_sharp_and_a_dark_one_less_bright() -> None:
    sharp, blurred = look(saved(scene())), look(saved(scene(blur=8)))
    dark = look(saved(scene().point(lambda value: value // 8)))
    assert sharp.sharpness is not None
    assert blurred.sharpness is not None
    assert sharp.sharpness > 20 * blurred.sharpness
    assert dark.brightness is not None
    assert dark.brightness < 0.1


def test_the_same_scene_looks_alike_and_another_does_not() -> None:
    original, smaller = look(saved(scene())), look(saved(scene().resize((500, 375)), quality=40))
    other = look(saved(scene(seed=2)))
    assert hamming(original.lookalike, smaller.lookalike) <= 6
    assert hamming(original.lookalike, other.lookalike) > 12


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_photo_is_told_in_a_sentence(name: str) -> None:
    found = look(BAD[name])
    assert found.fault.endswith(".")
    assert (found.copy, found.size) == (b"", len(BAD[name]))


@pytest.mark.parametrize("segment", [exif_bomb(), b"II*\x00\xff\xff\xff\xff", bytes(9)])
def test_a_good_photo_with_bad_metadata_is_a_good_photo(segment: bytes) -> None:
    found = look(with_exif_segment(segment))
    assert (found.fault, found.taken_at, found.place) == ("", None, None)
    assert opened(found.copy).size == (64, 64)


@pytest.mark.parametrize("clock", ["2026:13:45 99:99:99", "", "yesterday", "1970:01:01 00:00:00"])
def test_a_moment_that_is_none_says_nothing(clock: str) -> None:
    said = exif(TAKEN)
    said.get_ifd(0x8769)[0x9003] = clock
    found = look(saved(scene(64, 64), exif=said))
    assert (found.fault, found.taken_at) == ("", None)


def test_forty_million_pixels_are_let_in() -> None:
    assert look(png_of(8_000, 5_000)).fault == ""
    assert "40 million" in look(png_of(8_000, 5_001)).fault


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_of_a_file_raises(data: st.DataObject) -> None:
    original = bytearray(saved(scene(160, 120), data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"]))))
    for _ in range(data.draw(st.integers(1, 20))):
        original[data.draw(st.integers(0, len(original) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(original)))
    for damaged in (bytes(original), bytes(original[:cut])):
        assert isinstance(look(damaged), Look)


def test_a_file_is_looked_at_as_its_bytes_are(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(GOOD)
    assert look_at(file) == look(GOOD)
    assert look_at(tmp_path / "gone").fault.startswith("The file cannot be read")


def test_the_logbook_gets_what_was_found() -> None:
    sha256 = hashlib.sha256(GOOD).hexdigest()
    photo = look(GOOD).photo(sha256, "copy", DeviceId("phone"), TAKEN)
    assert (photo.sha256, photo.copy_sha256, photo.device_id, photo.size) == (sha256, "copy", "phone", len(GOOD))
