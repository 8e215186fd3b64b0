"""The basemap as a picture: what it covers, and that the right things have the right colours."""

import io
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import Bounds, Place
from dispatcher.region.picture import View, draw
from dispatcher.region.picture_style import GREY, LIGHT, Colour, width_px
from tests.fixtures.basemap import COAST_BOUNDS, coast_map, features, helsinki_map, mercator

__all__ = ["coast_map", "helsinki_map"]

HELSINKI = Bounds(60.164155, 24.9351762, 60.179113, 24.9534145)
NEAR = 12
"""How far a colour may be off, of 255: the PNG has a palette of 256."""


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image.convert("RGB")


def spot(image: Image.Image, covered: Bounds, place: Place) -> tuple[float, float]:
    """The pixel a place lies on."""
    (left, bottom), (right, top) = (
        mercator(Place(covered.south, covered.west)),
        mercator(Place(covered.north, covered.east)),
    )
    x, y = mercator(place)
    return (x - left) / (right - left) * image.width, (top - y) / (top - bottom) * image.height


def colour_at(image: Image.Image, covered: Bounds, place: Place) -> Colour:
    x, y = spot(image, covered, place)
    red, green, blue = image.getpixel((int(x), int(y)))
    return red, green, blue


def near(one: Colour, other: Colour) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= NEAR


def test_the_covered_bounds_hold_what_was_asked_and_have_the_pictures_shape(helsinki_map: Path) -> None:
    png, covered = draw(helsinki_map, HELSINKI, 640, 320)
    assert opened(png).size == (640, 320)
    assert covered.contains(Place(HELSINKI.south + 1e-9, HELSINKI.west))
    assert covered.contains(Place(HELSINKI.north - 1e-9, HELSINKI.east))
    (left, bottom), (right, top) = (
        mercator(Place(covered.south, covered.west)),
        mercator(Place(covered.north, covered.east)),
    )
    assert (right - left) / (top - bottom) == pytest.approx(2.0)


def test_water_parks_and_roads_have_their_colours(helsinki_map: Path) -> None:
    png, covered = draw(helsinki_map, HELSINKI, 1200, 1200)
    image = opened(png)
    assert near(colour_at(image, covered, Place(60.1769, 24.9480)), LIGHT.water), "the bay Kaisaniemenlahti"
    assert near(colour_at(image, covered, Place(60.1740, 24.9440)), LIGHT.landuse["park"]), "the park beside it"
    roads = [f for f in features(helsinki_map, "roads", 14) if f["kind"] == "major_road" and f["is_tunnel"] != 1]
    longest = max((part for f in roads for part in shapely.get_parts(f["geometry"])), key=shapely.length)
    fill, middles = LIGHT.roads["major_road"].fill, [longest.interpolate(i / 20, normalized=True) for i in range(1, 20)]
    left, top = mercator(Place(covered.north, covered.west))
    right, _ = mercator(Place(covered.north, covered.east))
    scale = image.width / (right - left)
    seen = [image.getpixel((int((p.x - left) * scale), int((top - p.y) * scale))) for p in middles]
    assert sum(near(colour, fill) for colour in seen) >= 8, "names and trams may cover some of it"


def test_land_and_sea_of_a_coast(coast_map: Path) -> None:
    png, covered = draw(coast_map, COAST_BOUNDS, 500, 700)
    image = opened(png)
    assert near(colour_at(image, covered, Place(54.18, 10.02)), LIGHT.water)
    assert near(colour_at(image, covered, Place(54.02, 10.1)), LIGHT.earth)
    assert near(colour_at(image, covered, Place(54.11, 10.07)), LIGHT.earth), "the island"
    assert near(colour_at(image, covered, Place(54.122, 10.1)), LIGHT.water), "its lake"
    assert near(colour_at(image, covered, Place(covered.north - 0.01, 10.1)), LIGHT.water), "beyond the frame"


def test_areas_have_no_seams_where_tiles_meet(coast_map: Path) -> None:
    png, _ = draw(coast_map, Bounds(54.17, 10.02, 54.19, 10.18), 900, 300)
    colours = opened(png).crop((0, 0, 900, 250)).getcolors(256)
    assert colours is not None
    assert len(colours) == 1


def test_the_grey_style_has_no_colour_to_speak_of(helsinki_map: Path) -> None:
    png, _ = draw(helsinki_map, HELSINKI, 300, 300, style="grey")
    colours = opened(png).getcolors(90_000)
    assert colours
    assert len(colours) > 20
    assert all(max(colour) - min(colour) < 40 for _, colour in colours if isinstance(colour, tuple))
    assert GREY.water != LIGHT.water


def test_a_place_is_shown_with_its_surroundings(helsinki_map: Path) -> None:
    here = Place(60.17, 24.94)
    png, covered = draw(helsinki_map, Bounds(here.lat, here.lon, here.lat, here.lon), 200, 200)
    assert Place(covered.south, here.lon).distance_m(Place(covered.north, here.lon)) > 50
    assert len(opened(png).getcolors(40_000) or ()) > 3


def test_outside_the_region_is_plain_ground(helsinki_map: Path) -> None:
    png, covered = draw(helsinki_map, Bounds(10.0, 10.0, 10.1, 10.1), 120, 90)
    assert near(colour_at(opened(png), covered, Place(10.05, 10.05)), LIGHT.earth)


def test_sizes_and_styles_that_cannot_be(helsinki_map: Path) -> None:
    for width, height in ((0, 10), (10, -1), (100_000, 10)):
        with pytest.raises(ValueError, match="pixels"):
            draw(helsinki_map, HELSINKI, width, height)
    with pytest.raises(ValueError, match="neon"):
        draw(helsinki_map, HELSINKI, 10, 10, style="neon")


def test_what_is_no_map_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.pmtiles").write_text("no map at all")
    for name in ("notes.pmtiles", "missing.pmtiles"):
        with pytest.raises(BadInput, match=name):
            draw(tmp_path / name, HELSINKI, 100, 100)


@given(
    st.floats(-80, 80),
    st.floats(-179, 170),
    st.floats(0, 4),
    st.floats(0, 8),
    st.integers(100, 2000),
    st.integers(100, 2000),
)
def test_a_view_shows_all_that_was_asked(lat: float, lon: float, tall: float, wide: float, w: int, h: int) -> None:
    asked = Bounds(lat, lon, lat + tall, lon + wide)
    view = View.fitting(asked, w, h)
    left, bottom, right, top = view.box
    (west, south), (east, north) = mercator(Place(asked.south, asked.west)), mercator(Place(asked.north, asked.east))
    assert left <= west + 1e-3
    assert bottom <= south + 1e-3
    assert right >= east - 1e-3
    assert top >= north - 1e-3


def test_lines_grow_with_the_zoom_and_with_their_class() -> None:
    for kind in ("highway", "major_road", "minor_road", "path", "rail"):
        widths = [width_px(kind, "", zoom) for zoom in (14, 15, 16, 17, 18, 19)]
        assert widths == sorted(widths)
    classes = [width_px(kind, "", 15) for kind in ("path", "minor_road", "major_road", "highway")]
    assert classes == sorted(classes)
    assert width_px("minor_road", "service", 15) < width_px("minor_road", "residential", 15)
    assert width_px("ferry", "ferry", 15) == 0
