"""Signatures: how drawn lines are checked, compared and painted. They are kept as drawn; pictures are made of them."""

import io
import math
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from dispatcher.domain.proof import Ink
from dispatcher.proof.canonical import SHARE, canonical

MOST_POINTS = 20_000
MOST_FIELD = 20_000
FEWEST_POINTS = 10
SHORTEST_S = 0.3
SHORTEST_PATH = 0.15
"""Of the field's width, for a signature of a single stroke."""
SMALLEST_SIDE = 0.02
"""Of the field's width: what is smaller in either direction is a dot or a line."""
ALIKE = 0.05
"""Two signatures nearer to each other than this were hardly drawn twice by hand."""
_SAMPLES = 64
_PICTURE_WIDTH = 600


class Flaw(StrEnum):
    """Why a drawing is hardly a signature."""

    EMPTY = "nothing was drawn"
    DOT = "a dot or a straight line"
    POINTS = "too few points"
    SHORT = "too short a line"
    QUICK = "drawn too quickly"


def flaws(ink: Ink) -> tuple[Flaw, ...]:
    """What speaks against it; empty for what may be a signature. Lengths are measured in widths of the field."""
    strokes = [_in_widths(ink, stroke) for stroke in ink.strokes if stroke]
    if not strokes:
        return (Flaw.EMPTY,)
    points = np.concatenate(strokes)
    sides = np.ptp(points, axis=0)
    moments = [t for stroke in ink.strokes for _, _, t in stroke]
    length = sum(_length(stroke) for stroke in strokes)
    found = {
        Flaw.DOT: float(sides.min()) < SMALLEST_SIDE,
        Flaw.POINTS: len(points) < FEWEST_POINTS,
        Flaw.SHORT: len(strokes) < 2 and length < SHORTEST_PATH,
        Flaw.QUICK: max(moments) - min(moments) < SHORTEST_S * 1_000,
    }
    return tuple(flaw for flaw, is_so in found.items() if is_so)


def spelled(ink: Ink) -> bytes:
    """Canonical JSON: what two identical signatures have in common to the byte."""
    return canonical(to_json(ink))


def to_json(ink: Ink) -> dict[str, Any]:
    """Without floats: places in millionths of the field."""
    strokes = [[[round(x * SHARE), round(y * SHARE), t] for x, y, t in stroke] for stroke in ink.strokes]
    return {"v": 1, "width": ink.width, "height": ink.height, "strokes": strokes}


def from_json(body: Mapping[str, Any]) -> Ink:
    """What `to_json` wrote."""
    drawn = tuple(tuple((x / SHARE, y / SHARE, t) for x, y, t in stroke) for stroke in body["strokes"])
    return Ink(body["width"], body["height"], drawn)


def distance(one: Ink, other: Ink) -> float:
    """How far apart two signatures are, whatever their size and place: 0 for the same lines, about 0.3 for strangers.

    The mean distance between points at the same share of the drawn length, each signature scaled to a box of side 1
    around its middle (the resampling of the $1 recogniser, Wobbrock et al., UIST 2007, without its rotation).
    """
    a, b = evenly(one), evenly(other)
    if a is None or b is None:
        return math.inf
    return float(np.hypot(*(a - b).T).mean())


def svg(ink: Ink) -> str:
    """The signature as a drawing, in the field's own pixels."""
    lines = "".join(f'<polyline points="{_svg_points(ink, stroke)}"/>' for stroke in ink.strokes if stroke)
    style = 'fill="none" stroke="#111" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"'
    size = f'width="{ink.width}" height="{ink.height}" viewBox="0 0 {ink.width} {ink.height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><g {style}>{lines}</g></svg>'


def png(ink: Ink, width: int = _PICTURE_WIDTH) -> bytes:
    """The signature as a picture of this many pixels across, dark on white, never higher than twice its width."""
    height = max(1, min(2 * width, round(width * ink.height / ink.width)))
    fine = 3  # drawn larger and shrunk: smooth edges
    picture = Image.new("L", (width * fine, height * fine), 255)
    draw = ImageDraw.Draw(picture)
    for stroke in ink.strokes:
        line = [(x * width * fine, y * height * fine) for x, y, _ in stroke]
        if len(line) == 1:
            (x, y), r = line[0], 2 * fine
            draw.ellipse((x - r, y - r, x + r, y + r), fill=17)
        elif line:
            draw.line(line, fill=17, width=3 * fine, joint="curve")
    kept = io.BytesIO()
    picture.resize((width, height), Image.Resampling.LANCZOS).quantize(16).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _svg_points(ink: Ink, stroke: tuple[tuple[float, float, int], ...]) -> str:
    drawn = [f"{x * ink.width:.1f},{y * ink.height:.1f}" for x, y, _ in stroke]
    return " ".join(drawn * 2 if len(drawn) == 1 else drawn)  # a line of one point shows with round ends


def _in_widths(ink: Ink, stroke: tuple[tuple[float, float, int], ...]) -> npt.NDArray[np.float64]:
    return np.array([(x, y * ink.height / ink.width) for x, y, _ in stroke], dtype=np.float64)


def _length(points: npt.NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum()) if len(points) > 1 else 0.0


def _segments(ink: Ink) -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]]:
    """Every drawn piece, pen down: from, to, length."""
    for stroke in ink.strokes:
        for start, end in pairwise(_in_widths(ink, stroke) if stroke else ()):
            length = float(np.hypot(*(end - start)))
            if length > 0:
                yield start, end, length


def evenly(ink: Ink) -> npt.NDArray[np.float64] | None:
    """Points at even steps along what was drawn, in a box of side 1 around the middle; `None` for a mere dot."""
    pieces = list(_segments(ink))
    if not pieces:
        return None
    ends = np.cumsum([length for *_, length in pieces])
    at = np.linspace(0, ends[-1], _SAMPLES)
    which = np.minimum(np.searchsorted(ends, at), len(pieces) - 1)
    starts = np.array([start for start, *_ in pieces])
    steps = np.array([end - start for start, end, _ in pieces])
    lengths = np.array([length for *_, length in pieces])
    share = np.clip((at - (ends - lengths)[which]) / lengths[which], 0, 1)
    points = starts[which] + steps[which] * share[:, None]
    low, sides = points.min(axis=0), np.ptp(points, axis=0)
    return np.asarray((points - (low + sides / 2)) / float(sides.max() or 1), dtype=np.float64)
