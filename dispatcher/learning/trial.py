"""Whether what was learned is better than the plain rule: on the last days, which it has not seen, day by day.

Rows of one day are alike in ways that rows of another are not (weather, traffic, who is ill), so whole days are held
out, the latest, as they would be in use; and it is days that are counted when chance is asked. Under chance alone each
day's gain might as well have been a loss: the share of all changes of sign that gain as much is the p-value (Fisher
1935, The Design of Experiments, section 21). All of them for few days, a fixed draw of them for many.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from dispatcher.domain.learned import Target, Trial
from dispatcher.learning.samples import Floats

HELD_OUT = 5
"""Every so many days one is held out: the last fifth."""
MIN_HELD_DAYS = 5
"""With fewer, not even a gain on every day would rule out chance: one in 2^4 days gains on all four."""
MIN_DAYS = 15
"""Held out and learned from together."""
MIN_SAMPLES, MIN_HELD_SAMPLES = 200, 50
"""To learn from, and to try on."""
MIN_FAILED, MIN_HELD_FAILED = 20, 5
"""Of attempts, those that failed; and as many that did not."""
MIN_GAIN = {Target.SERVICE: 0.02, Target.TRAVEL: 0.02, Target.FAILURE: 0.005}
"""Share of the plain rule's error that must go: less is not worth another rule.

Of a Brier score most can never go: whoever knew each attempt's true chance would still be wrong about how it ends
(Murphy 1973, Journal of Applied Meteorology 12). Where one in twenty fails, knowing all would save about 3 %.
"""
CHANCE = 0.05
"""The p-value above which a gain may be mere chance."""
EXACT_DAYS, DRAWS = 12, 4_096

type Days = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Split:
    """Which samples are learned from and which are held out."""

    learn: npt.NDArray[np.bool_]
    held: npt.NDArray[np.bool_]


def split(days: Days) -> Split:
    """By date: the last fifth of those that have samples, at least `MIN_HELD_DAYS`, is held out."""
    each = np.unique(days)
    count = max(MIN_HELD_DAYS, -(-len(each) // HELD_OUT))
    first = each[-count] if len(each) > count else each[0] if len(each) else 0
    return Split(days < first, days >= first)


def too_little(days: Days, parts: Split) -> str:
    """Why there is nothing to be learned from so few; empty if there is enough."""
    count = len(np.unique(days))
    learn, held = int(parts.learn.sum()), int(parts.held.sum())
    if count < MIN_DAYS:
        return f"There {'is 1 day' if count == 1 else f'are {count} days'} to learn from, and {MIN_DAYS} are needed."
    if learn < MIN_SAMPLES or held < MIN_HELD_SAMPLES:
        return (
            f"There are {learn} samples to learn from and {held} on the days held out; "
            f"{MIN_SAMPLES} and {MIN_HELD_SAMPLES} are needed."
        )
    return ""


def one_sided(failed: npt.NDArray[np.bool_], parts: Split) -> str:
    """Why nobody can learn from attempts that nearly all ended alike; empty if they did not."""
    for which, least, where in ((parts.learn, MIN_FAILED, "to learn from"), (parts.held, MIN_HELD_FAILED, "held out")):
        bad = int(failed[which].sum())
        good = int(which.sum()) - bad
        if min(bad, good) < least:
            what = "failed" if bad < good else "did not fail"
            return f"Of the attempts {where} only {min(bad, good)} {what}, and {least} are needed."
    return ""


def judged(target: Target, days: Days, parts: Split, plain: Floats, learned: Floats) -> Trial:
    """The verdict, from both errors of each sample held out, (held,)."""
    own, other = float(np.mean(plain)), float(np.mean(learned))
    _, place = np.unique(days[parts.held], return_inverse=True)
    gains = np.bincount(place, weights=plain - learned)
    why = ""
    if not np.isfinite(own) or not np.isfinite(other) or own <= 0:
        why = "The plain rule makes no error that could become smaller."
    elif other > own * (1 - MIN_GAIN[target]):
        why = f"On the days held out it is {_change(own, other)}; it must be at least {MIN_GAIN[target]:.1%} better."
    elif (p := by_chance(gains)) > CHANCE:
        better = int((gains > 0).sum())
        why = f"It is better on {better} of {len(gains)} days held out, which may be chance (p = {p:.2f})."
    return Trial(target, int(parts.learn.sum()), int(parts.held.sum()), *span_of(days), own, other, not why, why)


def untried(target: Target, days: Days, parts: Split, why: str, plain: float | None = None) -> Trial:
    """A trial that could not be made."""
    return Trial(target, int(parts.learn.sum()), int(parts.held.sum()), *span_of(days), plain, None, False, why)


def by_chance(gains: Floats) -> float:
    """The share of changes of sign under which the days would gain as much together."""
    count = len(gains)
    if count <= EXACT_DAYS:
        lost = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    else:
        lost = np.random.default_rng(1935).random((DRAWS, count)) < 0.5
        lost[0] = False  # as it was
    signs = np.where(lost, -1.0, 1.0)
    return float(np.mean(signs @ gains >= gains.sum() * (1 - 1e-12)))


def span_of(days: Days) -> tuple[date | None, date | None]:
    """The first and the last date."""
    if not len(days):
        return None, None
    return date.fromordinal(int(days.min())), date.fromordinal(int(days.max()))


def _change(own: float, other: float) -> str:
    change = 1 - other / own
    if abs(change) < 0.0005:
        return "as good as the plain rule"
    return f"{abs(change):.1%} {'better' if change > 0 else 'worse'} than the plain rule"
