"""Names on a picture: placed in the order they are asked for, each only where nothing is written yet."""

import math
from collections import defaultdict
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dispatcher.region.picture_style import Colour, Style

FONTS = ("DejaVuSans.ttf", "segoeui.ttf", "arial.ttf", "Helvetica.ttc", "LiberationSans-Regular.ttf")
"""Common system fonts, tried in this order; Pillow's own, which knows Latin letters only, comes last."""

MARGIN_PX = 4
STREET_PX = 11
STREET_APART_PX = 420.0
"""The same street's name is not written again nearer than this."""
STREET_BEND_PX = 3.0
"""How far a street may leave the straight line its name is written on."""
STREET_ZOOMS = {"highway": 13.0, "major_road": 13.0, "minor_road": 15.0, "path": 16.0}
DISTRICT_ZOOM = 11.5
CREDIT_PX = 10

Box = tuple[float, float, float, float]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def _font(size: int) -> Font:
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


class Labels:
    """The names on one picture."""

    def __init__(self, image: Image.Image, style: Style, zoom: float) -> None:
        self.image = image
        self.pen = ImageDraw.Draw(image)
        self.style = style
        self.zoom = zoom
        self._taken: list[Box] = []
        self._streets: dict[str, list[tuple[float, float]]] = defaultdict(list)

    def place(self, x: float, y: float, *, name: str, kind: str, rank: int) -> None:
        """The name of a town, or of a part of one; `rank` is the schema's population_rank, 0-18."""
        if kind == "neighbourhood":
            if self.zoom >= DISTRICT_ZOOM:
                self._level(x, y, name.upper(), 11, self.style.district)
        elif kind == "locality":
            self._level(x, y, name, min(22, 11 + max(0, int(rank) - 4) * 2), self.style.town)

    def water(self, x: float, y: float, name: str) -> None:
        """The name of a lake, a bay or a sea."""
        self._level(x, y, name, 11, self.style.water_name)

    def credit(self, text: str) -> None:
        """Whose data it is, in the corner."""
        font = _font(CREDIT_PX)
        left, top, right, bottom = self.pen.textbbox((0, 0), text, font=font)
        x, y = self.image.width - (right - left) - 5, self.image.height - (bottom - top) - 5
        self.pen.text((x - left, y - top), text, self.style.district, font, stroke_width=2, stroke_fill=self.style.halo)

    def _level(self, x: float, y: float, text: str, size: int, colour: Colour) -> None:
        font = _font(size)
        box = self.pen.textbbox((x, y), text, font=font, anchor="mm")
        if self._inside(box) and self._free(box):
            self._taken.append(box)
            self.pen.text((x, y), text, colour, font, anchor="mm", stroke_width=2, stroke_fill=self.style.halo)

    def street(self, line: NDArray[np.float64], name: str, kind: str) -> None:
        """The name of a street along its line, (n, 2) pixels, where it is straight and long enough."""
        if self.zoom < STREET_ZOOMS.get(kind, math.inf):
            return
        font = _font(STREET_PX)
        wanted = font.getlength(name) + 8
        if found := _straight(line, wanted):
            x, y, degrees = found
            written = self._streets[name]
            if all(math.hypot(x - a, y - b) > STREET_APART_PX for a, b in written) and self._slanted(
                x, y, degrees, name, font
            ):
                written.append((x, y))

    def _slanted(self, x: float, y: float, degrees: float, text: str, font: Font) -> bool:
        """Write text around a point at an angle, if there is room; whether there was."""
        width, height = math.ceil(font.getlength(text)) + 8, STREET_PX + 8
        masks = []
        for stroke in (2, 0):
            mask = Image.new("L", (width, height))
            ImageDraw.Draw(mask).text((width / 2, height / 2), text, 255, font, anchor="mm", stroke_width=stroke)
            masks.append(mask.rotate(degrees, Image.Resampling.BICUBIC, expand=True))
        left, top = round(x - masks[0].width / 2), round(y - masks[0].height / 2)
        boxes = _beads(x, y, degrees, width)
        if not all(self._inside(box) and self._free(box) for box in boxes):
            return False
        self._taken += boxes
        for mask, colour in zip(masks, (self.style.halo, self.style.street), strict=True):
            self.image.paste(colour, (left, top), mask)
        return True

    def _inside(self, box: Box) -> bool:
        return box[0] >= 2 and box[1] >= 2 and box[2] <= self.image.width - 2 and box[3] <= self.image.height - 2

    def _free(self, box: Box) -> bool:
        left, top, right, bottom = box[0] - MARGIN_PX, box[1] - MARGIN_PX, box[2] + MARGIN_PX, box[3] + MARGIN_PX
        return not any(left < b[2] and b[0] < right and top < b[3] and b[1] < bottom for b in self._taken)


def _beads(x: float, y: float, degrees: float, width: float) -> list[Box]:
    """Squares along slanted text, which together cover it more closely than one upright box."""
    half, angle = STREET_PX / 2, math.radians(degrees)
    steps = max(1, math.ceil(width / STREET_PX))
    along = [(i + 0.5) / steps * width - width / 2 for i in range(steps)]
    centres = [(x + a * math.cos(angle), y - a * math.sin(angle)) for a in along]
    return [(cx - half, cy - half, cx + half, cy + half) for cx, cy in centres]


def _straight(line: NDArray[np.float64], wanted: float) -> tuple[float, float, float] | None:
    """(x, y, degrees anticlockwise) of a straight stretch of this length, nearest the line's middle; or `None`."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(steps)))
    spare = along[-1] - wanted
    if spare < 0:
        return None
    for share in (0.5, 0.25, 0.75, 0.0, 1.0):
        where = spare * share + np.linspace(0, wanted, 9)
        xy = np.column_stack((np.interp(where, along, line[:, 0]), np.interp(where, along, line[:, 1])))
        (dx, dy), length = xy[-1] - xy[0], math.hypot(*(xy[-1] - xy[0]))
        if length < wanted * 0.96:
            continue
        off = np.abs((xy[:, 0] - xy[0, 0]) * dy - (xy[:, 1] - xy[0, 1]) * dx) / length
        if off.max() <= STREET_BEND_PX:
            degrees = math.degrees(math.atan2(-dy, dx))
            upright = (degrees + 90) % 180 - 90
            x, y = (xy[0] + xy[-1]) / 2
            return float(x), float(y), upright
    return None
