"""Colours of rounds outside the window: the very ones the window has, from the file that it reads."""

import json
from functools import cache
from pathlib import Path

_FILE = Path(__file__).resolve().parents[2] / "resources" / "theme" / "drivers.json"


def round_colour(number: int) -> str:
    """The colour of a driver's round, as #rrggbb; repeats after twelve."""
    colours = _palette()
    return colours[(number - 1) % len(colours)]


@cache
def ink_on(colour: str) -> str:
    """Black or white, whichever has the higher contrast on `colour` (WCAG 2.2); never below 4.5 : 1."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


@cache
def _palette() -> tuple[str, ...]:
    return tuple(json.loads(_FILE.read_text(encoding="utf-8"))["colours"])
