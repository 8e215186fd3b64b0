"""Whether a signature is one, and nobody else's: dots, haste, and the same strokes at another door."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from dispatcher.domain.proof import Ink
from dispatcher.domain.review import Flag, FlagKind, FlagLimits
from dispatcher.review.seen import Findings, Seen, Shape

LINE = 0.1
"""A drawing flatter than this, in its own box, is a dash: everybody draws the same."""
_FEATURES = 4
_PERCENT = 100


def ink(seen: Sequence[Seen], limits: FlagLimits, tick: Callable[[], None] = lambda: None) -> Findings:
    """Dots, signatures drawn too quickly, and the same one at several doors. `tick` is called now and then."""
    for one in seen:
        if one.attempt.ink is None:
            continue
        size, seconds = _size(one.attempt.ink), _seconds(one.attempt.ink)
        if limits.ink_dot is not None and size < limits.ink_dot:
            yield one.key, Flag(FlagKind.INK_DOT, size * _PERCENT, limits.ink_dot * _PERCENT, "%")
        if limits.ink_short_s is not None and seconds < limits.ink_short_s:
            yield one.key, Flag(FlagKind.INK_SHORT, seconds, limits.ink_short_s, "s")
    if limits.ink_same is not None:
        yield from _same(seen, limits.ink_same, tick)


def _size(drawn: Ink) -> float:
    """The larger side of the box around all strokes, as a share of the field's."""
    points = np.array([(x, y) for stroke in drawn.strokes for x, y, _ in stroke], dtype=np.float64)
    return float(np.ptp(points, axis=0).max()) if len(points) else 0.0


def _seconds(drawn: Ink) -> float:
    moments = [t for stroke in drawn.strokes for _, _, t in stroke]
    return (max(moments) - min(moments)) / 1_000 if moments else 0.0


def _same(seen: Sequence[Seen], limit: float, tick: Callable[[], None]) -> Findings:
    """The nearest signature of another door, where one is nearer than the limit.

    Compared point by point are only those whose features lie within the limit of each other. A feature is a mean of
    coordinates with weights of ±1, so two of them are never farther apart than the signatures are: none is missed.
    """
    drawn = [(one, one.shape) for one in seen if one.shape is not None and _has_form(one.shape)]
    if len(drawn) < 2:
        return
    shapes = np.stack([shape for _, shape in drawn])
    features = _features(shapes)
    order = np.argsort(features[:, 0], kind="stable")
    sorted_first = features[order, 0]
    doorsteps = [one.doorstep for one, _ in drawn]
    for at, (one, shape) in enumerate(drawn):
        if at % 100 == 0:
            tick()
        low, high = np.searchsorted(sorted_first, features[at, 0] + np.array([-limit, limit]))
        near = order[low : high + 1]
        near = near[(np.abs(features[near] - features[at]) <= limit).all(axis=1)]
        others = np.array([other for other in near if doorsteps[other] != doorsteps[at]], dtype=np.intp)
        if not len(others):
            continue
        apart = np.hypot(*np.moveaxis(shapes[others] - shape, -1, 0)).mean(axis=1)
        nearest = int(apart.argmin())
        if apart[nearest] < limit:
            value, other = float(apart[nearest]) * _PERCENT, drawn[int(others[nearest])][0]
            yield one.key, Flag(FlagKind.INK_SAME, value, limit * _PERCENT, "%", other.number)


def _has_form(shape: Shape) -> bool:
    return float(np.ptp(shape, axis=0).min()) >= LINE


def _features(shapes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(signatures, 4): mean x and y, and how far the first half lies from the second in each."""
    half = shapes.shape[1] // 2
    signs = np.ones(shapes.shape[1])
    signs[half:] = -1
    turned = shapes * signs[None, :, None]
    found: npt.NDArray[np.float64] = np.concatenate([shapes.mean(axis=1), turned.mean(axis=1)], axis=1)
    assert found.shape[1] == _FEATURES
    return found
