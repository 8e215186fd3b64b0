"""Signatures and photos that no two doors share, made from dice."""

import io
import math
from datetime import datetime
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from dispatcher.simulation.fates import Dice
from dispatcher.simulation.lapses import Lapse

FIELD = 600, 240
"""Pixels of the signature's field."""
PHOTO = 1_280, 960
EXIF_DATE_TIME_ORIGINAL, EXIF_IFD = 0x9003, 0x8769


def signature(dice: Dice) -> dict[str, Any]:
    """Two to four strokes of a hand: waves along a line."""
    strokes, t = [], 0
    left, width = dice.uniform(0.05, 0.2), dice.uniform(0.5, 0.7)
    for _ in range(dice.randint(2, 4)):
        points = dice.randint(14, 40)
        start, length = left + dice.uniform(0, 0.1), width * dice.uniform(0.5, 1.0)
        waves, height, phase, base = dice.uniform(1, 5), dice.uniform(0.08, 0.25), dice.uniform(0, 6), dice.random()
        stroke = []
        for i in range(points):
            x, lift = start + length * i / points, math.sin(phase + waves * 2 * math.pi * i / points)
            y = 0.35 + 0.3 * base + height * lift + dice.uniform(-0.01, 0.01)
            stroke.append([round(min(1.0, x), 4), round(min(1.0, max(0.0, y)), 4), t])
            t += dice.randint(9, 22)
        strokes.append(stroke)
        t += dice.randint(80, 250)
    return {"width": FIELD[0], "height": FIELD[1], "strokes": strokes}


def dot() -> dict[str, Any]:
    """A touch of the field, and no more."""
    return {"width": FIELD[0], "height": FIELD[1], "strokes": [[[0.5, 0.5, 0], [0.505, 0.5, 40], [0.505, 0.51, 90]]]}


def photo(dice: Dice, taken_at: datetime, lapse: Lapse | None = None) -> bytes:
    """A JPEG of something like a parcel before something like a door."""
    grain = Image.frombytes("RGB", (64, 48), dice.randbytes(64 * 48 * 3))
    picture = grain.resize(PHOTO, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(dice.randint(6, 14)):
        x, y = dice.randrange(PHOTO[0] - 200), dice.randrange(PHOTO[1] - 200)
        box = (x, y, x + dice.randint(60, 400), y + dice.randint(60, 300))
        draw.rectangle(box, fill=_colour(dice), outline=_colour(dice), width=3)
    if lapse is Lapse.BLURRED:
        picture = picture.filter(ImageFilter.GaussianBlur(12))
    if lapse is Lapse.DARK:
        picture = picture.point(lambda value: value // 12)
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[EXIF_DATE_TIME_ORIGINAL] = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=78, exif=exif)
    return written.getvalue()


def _colour(dice: Dice) -> tuple[int, int, int]:
    return dice.randrange(256), dice.randrange(256), dice.randrange(256)
