"""How the picture of a map looks: colours, widths, type. Tables and their interpolation only."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]


def _rgb(code: str) -> Colour:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


@dataclass(frozen=True, slots=True)
class Stroke:
    """The inside and the edge of a line."""

    fill: Colour
    edge: Colour


@dataclass(frozen=True, slots=True)
class Style:
    """One look."""

    earth: Colour
    water: Colour
    building: Colour
    rail: Colour
    border: Colour
    path: Colour
    landuse: Mapping[str, Colour]
    """Kind → colour; kinds that are absent are not painted."""
    roads: Mapping[str, Stroke]
    """Kind, or kind detail → stroke, for what is broad enough to have an edge."""
    runway: Colour
    town: Colour
    district: Colour
    street: Colour
    water_name: Colour
    halo: Colour


def _landuse(green: str, wood: str, lawn: str, field: str, works: str, civic: str, paved: str) -> dict[str, Colour]:
    kinds = {
        green: "park golf_course village_green allotments playground nature_reserve national_park zoo cemetery pitch",
        wood: "forest wood",
        lawn: "grass grassland scrub wetland",
        field: "farmland beach sand bare_rock",
        works: "industrial railway commercial military airfield naval_base aerodrome",
        civic: "school university college hospital",
        paved: "pedestrian pier stadium",
    }
    return {kind: _rgb(colour) for colour, names in kinds.items() for kind in names.split()}


LIGHT = Style(
    earth=_rgb("#f3f1ed"),
    water=_rgb("#a8d1e7"),
    building=_rgb("#ded9d2"),
    rail=_rgb("#b9b5b3"),
    border=_rgb("#b7a9bd"),
    path=_rgb("#d5cbbb"),
    landuse=_landuse("#cde5c6", "#bcdab2", "#dbebcf", "#eeecdc", "#e8e6ec", "#efe8dc", "#eae6df"),
    roads={
        "highway": Stroke(_rgb("#f9d9a2"), _rgb("#d6ab69")),
        "major_road": Stroke(_rgb("#fdf3d8"), _rgb("#d9c79d")),
        "minor_road": Stroke(_rgb("#ffffff"), _rgb("#d6d1c9")),
        "pedestrian": Stroke(_rgb("#f7f4ef"), _rgb("#d6d1c9")),
    },
    runway=_rgb("#d3d1da"),
    town=_rgb("#3c3f44"),
    district=_rgb("#74797f"),
    street=_rgb("#6a655f"),
    water_name=_rgb("#4c7fa3"),
    halo=_rgb("#ffffff"),
)
GREY = Style(
    earth=_rgb("#f4f4f4"),
    water=_rgb("#cfd6da"),
    building=_rgb("#e0e0e0"),
    rail=_rgb("#bdbdbd"),
    border=_rgb("#b0b0b0"),
    path=_rgb("#d4d4d4"),
    landuse=_landuse("#e4e8e4", "#dde3dd", "#e9ece9", "#f0f0ee", "#ebebed", "#eeeeee", "#ececec"),
    roads={
        "highway": Stroke(_rgb("#ffffff"), _rgb("#a9a9a9")),
        "major_road": Stroke(_rgb("#ffffff"), _rgb("#bcbcbc")),
        "minor_road": Stroke(_rgb("#ffffff"), _rgb("#d4d4d4")),
        "pedestrian": Stroke(_rgb("#f6f6f6"), _rgb("#d4d4d4")),
    },
    runway=_rgb("#d6d6d6"),
    town=_rgb("#3c3c3c"),
    district=_rgb("#777777"),
    street=_rgb("#6a6a6a"),
    water_name=_rgb("#76828a"),
    halo=_rgb("#ffffff"),
)
STYLES: Mapping[str, Style] = {"light": LIGHT, "grey": GREY}

# display zoom → pixels
_ROAD_WIDTHS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "highway": ((7, 1.2), (10, 2.0), (13, 3.6), (15, 6.5), (17, 12.0), (19, 26.0)),
    "major_road": ((7, 0.6), (10, 1.2), (13, 2.6), (15, 5.2), (17, 11.0), (19, 24.0)),
    "minor_road": ((11, 0.5), (13, 1.0), (14, 1.7), (15, 3.0), (17, 8.0), (19, 20.0)),
    "pedestrian": ((13, 0.7), (14, 1.2), (15, 2.2), (17, 6.5), (19, 17.0)),
    "path": ((13, 0.4), (15, 0.8), (17, 1.8), (19, 4.0)),
    "rail": ((8, 0.5), (13, 0.9), (15, 1.3), (19, 3.0)),
    "stream": ((12, 0.6), (15, 1.2), (19, 6.0)),
    "river": ((8, 0.8), (12, 1.5), (15, 3.0), (19, 12.0)),
    "runway": ((10, 1.0), (13, 4.0), (15, 14.0), (19, 120.0)),
    "taxiway": ((13, 1.0), (15, 4.0), (19, 30.0)),
}
_SLIMMER = {"service": 0.55, "tertiary": 0.85, "secondary": 0.95}


def width_px(kind: str, kind_detail: str, zoom: float) -> float:
    """How broad a line is at a display zoom (of 256-pixel tiles), in pixels; 0 for what is not drawn."""
    table = _ROAD_WIDTHS.get(kind_detail) or _ROAD_WIDTHS.get(kind)
    if not table or zoom < table[0][0]:
        return 0.0
    zooms, widths = zip(*table, strict=True)
    slimmer = _SLIMMER.get(kind_detail, 0.7 if kind_detail.endswith("_link") else 1.0)
    return float(2 ** np.interp(zoom, zooms, np.log2(widths))) * slimmer
