"""Signatures for tests: drawn by a formula, as different as people are."""

import math
import random

from dispatcher.domain.proof import Ink


def signature(seed: int, *, shift: float = 0.0, scale: float = 1.0, jitter: float = 0.0) -> Ink:
    """Three strokes of a person; `shift` and `scale` move it on the field, `jitter` (shares) is the hand's."""
    person, hand = random.Random(seed), random.Random(seed * 7 + 1)
    strokes, t = [], 0
    for _ in range(3):
        x, y = person.uniform(0.1, 0.3), person.uniform(0.2, 0.5)
        a, b, c = (person.uniform(1, 7) for _ in range(3))
        stroke = []
        for n in range(30):
            turn = n / 30 * 2 * math.pi
            px = x + 0.25 * n / 30 + 0.08 * math.sin(a * turn) + hand.gauss(0, jitter)
            py = y + 0.15 * math.sin(b * turn + c) + hand.gauss(0, jitter)
            stroke.append((shift + scale * px, shift + scale * py, t))
            t += 16
        strokes.append(tuple(stroke))
        t += 150
    return Ink(600, 300, tuple(strokes))
