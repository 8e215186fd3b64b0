"""Signatures: flaws, likeness, pictures."""

import io
import math
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dispatcher.domain.proof import Ink
from dispatcher.proof.ink import ALIKE, MOST_POINTS, Flaw, distance, flaws, from_json, png, spelled, svg, to_json
from tests.unit.proof.signatures import signature

points = st.tuples(st.integers(0, 10**6).map(lambda n: n / 10**6), st.floats(0, 1), st.integers(0, 60_000))
inks = st.builds(
    Ink,
    st.integers(1, 4_000),
    st.integers(1, 4_000),
    st.lists(st.lists(points, min_size=1, max_size=12).map(tuple), max_size=4).map(tuple),
)


def line(count: int, *, to: float = 0.5, ms: int = 100, height: float = 0.2) -> Ink:
    """A zigzag of `count` points."""
    steps = ((n / max(1, count - 1) * to, 0.3 + height * (n % 2), n * ms) for n in range(count))
    return Ink(600, 300, (tuple(steps),))


@pytest.mark.parametrize(
    ("ink", "expected"),
    [
        (Ink(600, 300, ()), {Flaw.EMPTY}),
        (Ink(600, 300, (((0.5, 0.5, 0),),)), {Flaw.DOT, Flaw.POINTS, Flaw.SHORT, Flaw.QUICK}),
        (line(30, height=0.0), {Flaw.DOT}),
        (line(9), {Flaw.POINTS}),
        (line(12, to=0.04, height=0.02), {Flaw.SHORT, Flaw.DOT}),
        (line(30, ms=5), {Flaw.QUICK}),
        (line(30), set()),
        (signature(1), set()),
    ],
)
def test_flaws(ink: Ink, expected: set[Flaw]) -> None:
    assert set(flaws(ink)) == expected


def test_two_strokes_may_be_short() -> None:
    """A cross: people who cannot write sign so."""
    down = tuple((0.5 + n / 200, 0.5 + n / 100, n * 40) for n in range(8))
    up = tuple((0.5 + n / 200, 0.58 - n / 100, 600 + n * 40) for n in range(8))
    assert flaws(Ink(600, 300, (down, up))) == ()


@given(inks)
def test_nothing_drawn_breaks_checks_or_pictures(ink: Ink) -> None:
    flaws(ink)
    picture = Image.open(io.BytesIO(png(ink, 60)))
    assert picture.size[0] == 60
    assert svg(ink).count("<polyline") == len(ink.strokes)
    assert distance(ink, ink) == 0 or math.isinf(distance(ink, ink))


@given(inks)
def test_spelled_the_same_is_read_the_same(ink: Ink) -> None:
    again = from_json(to_json(ink))
    assert from_json(to_json(again)) == again
    assert spelled(again) == spelled(ink)


def test_a_signature_moved_and_scaled_is_the_same_one() -> None:
    assert distance(signature(3), signature(3, shift=0.2, scale=0.5)) < 1e-9


def test_a_copied_signature_is_told_from_one_signed_by_somebody_else() -> None:
    strangers = [distance(signature(a), signature(b)) for a in range(12) for b in range(a)]
    traced = [distance(signature(a), signature(a, jitter=0.0005)) for a in range(12)]
    assert max(traced) < ALIKE < min(strangers)
    assert median(strangers) > 5 * ALIKE


def test_the_picture_shows_what_was_drawn_and_is_small() -> None:
    data = png(signature(5))
    picture = Image.open(io.BytesIO(data)).convert("L")
    assert (picture.format, picture.size) == (None, (600, 300))
    dark = sum(picture.histogram()[:128]) / (600 * 300)
    assert 0.005 < dark < 0.2
    assert len(data) < 64_000


def test_the_longest_signature_is_still_a_small_picture() -> None:
    steps = ((0.5 + 0.45 * math.sin(n / 7), 0.5 + 0.45 * math.cos(n / 11), n) for n in range(MOST_POINTS))
    assert len(png(Ink(600, 300, (tuple(steps),)))) < 64_000
