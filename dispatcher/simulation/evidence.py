"""Signatures and photos that no two doors share, made from dice."""

import io
import math
from datetime import datetime
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageOps

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
    """A JPEG of a parcel before a door, in a light of its own."""
    picture = _wall(dice)
    draw = ImageDraw.Draw(picture)
    _door(draw, dice)
    _parcel(draw, dice)
    picture = Image.blend(
        picture, Image.frombytes("L", PHOTO, dice.randbytes(PHOTO[0] * PHOTO[1])).convert("RGB"), 0.06
    )
    if lapse is Lapse.BLURRED:
        picture = picture.filter(ImageFilter.GaussianBlur(12))
    if lapse is Lapse.DARK:
        picture = picture.point(lambda value: value // 12)
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[EXIF_DATE_TIME_ORIGINAL] = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=78, exif=exif)
    return written.getvalue()


def _wall(dice: Dice) -> Image.Image:
    """Rendered, with shadows as no other wall has them, and bricks."""
    shade = Image.frombytes("L", (9, 7), bytes(dice.randint(70, 235) for _ in range(63)))
    wall = ImageOps.colorize(shade.resize(PHOTO, Image.Resampling.BICUBIC), _dark(dice), _colour(dice, 170, 255))
    draw = ImageDraw.Draw(wall)
    height, ink = dice.randint(34, 60), _dark(dice)
    for row, y in enumerate(range(0, PHOTO[1], height)):
        draw.line((0, y, PHOTO[0], y), fill=ink, width=2)
        for x in range((row % 2) * height, PHOTO[0], 2 * height):
            draw.line((x, y, x, y + height), fill=ink, width=2)
    return wall


def _door(draw: ImageDraw.ImageDraw, dice: Dice) -> None:
    left, width, top = dice.randint(60, 760), dice.randint(260, 420), dice.randint(20, 160)
    colour = _colour(dice, 20, 200)
    draw.rectangle((left, top, left + width, PHOTO[1] - 120), fill=colour, outline=_dark(dice), width=8)
    for n in range(dice.randint(2, 4)):
        y = top + 40 + n * 190
        draw.rectangle((left + 40, y, left + width - 40, y + 150), outline=_dark(dice), width=5)
    knob = (left + width - 46, 480)
    draw.ellipse((knob[0], knob[1], knob[0] + 24, knob[1] + 24), fill=(212, 175, 55))


def _parcel(draw: ImageDraw.ImageDraw, dice: Dice) -> None:
    """A box with tape and a label."""
    left, width, height = dice.randint(80, 760), dice.randint(220, 440), dice.randint(140, 280)
    top = PHOTO[1] - 60 - height
    brown = (dice.randint(150, 205), dice.randint(110, 150), dice.randint(60, 95))
    draw.rectangle((left, top, left + width, top + height), fill=brown, outline=(80, 55, 30), width=4)
    draw.rectangle((left + width // 2 - 14, top, left + width // 2 + 14, top + height), fill=(196, 160, 104))
    label = (left + 22, top + 26)
    draw.rectangle((*label, label[0] + 130, label[1] + 84), fill=(245, 245, 240))
    for n in range(28):
        if dice.random() < 0.55:
            draw.rectangle(
                (label[0] + 10 + 4 * n, label[1] + 12, label[0] + 12 + 4 * n, label[1] + 54), fill=(15, 15, 15)
            )


def _dark(dice: Dice) -> tuple[int, int, int]:
    return _colour(dice, 10, 70)


def _colour(dice: Dice, least: int, most: int) -> tuple[int, int, int]:
    return dice.randint(least, most), dice.randint(least, most), dice.randint(least, most)
