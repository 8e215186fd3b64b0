"""An additive model that is a handful of tables: a base, and for each group what each of its levels adds.

Service times add up on the logarithm of seconds, chances on the logit. A level's effect has a normal prior around
nothing, as wide as `SPREADS` says of its group: a building with two visits hardly moves, one with fifty has its own way
(partial pooling: Gelman et al., Bayesian Data Analysis, 3rd ed., chapters 5 and 15; Gelman & Hill 2007, chapter 12).
With such priors the most probable effects are those of a ridge regression (Hoerl & Kennard 1970, Technometrics 12), and
of a logistic regression with an L2 penalty, whose columns are scaled by the spreads.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dispatcher.learning.levels import Levels
from dispatcher.learning.samples import UNSAID, Codes, Floats, Samples

SERVICE_SPREADS: Mapping[str, float] = {
    "kind": 0.5, "floor": 0.4, "care_of": 0.2, "way": 0.3, "parcels": 0.5, "weight": 0.3, "lines": 0.2,
    "proofs": 0.3, "cash": 0.3, "attempt": 0.2, "hour": 0.2, "kind_hour": 0.2, "weekday": 0.1, "driver": 0.3,
    "area": 0.1, "building": 0.3, "door": 0.2,
}  # fmt: skip
FAILURE_SPREADS: Mapping[str, float] = {
    "kind": 1.0, "floor": 0.2, "care_of": 0.3, "way": 0.5, "parcels": 0.2, "proofs": 0.3, "cash": 0.5, "attempt": 0.5,
    "hour": 0.5, "weekday": 0.3, "kind_hour": 0.5, "week_hour": 0.2, "slot": 0.3, "promise": 0.5, "area": 0.15,
    "building": 0.2, "door": 0.5,
}  # fmt: skip
"""The prior's standard deviation: about by what factor, or by what odds, levels of a group may differ."""

WIDTHS = (0.25, 0.5, 1.0)
"""How much narrower the priors may be where a depot's levels differ less; tried within the days learned from."""
FAR = 2.5
"""Robust standard deviations (Huber 1964, Annals of Mathematical Statistics 35): farther off counts as that far."""
LEAST_EFFECT, LEAST_SAMPLES = 0.005, 2
"""Effects below are not kept, nor is what was seen once: it would name a single visit."""
ROUNDS = 3
"""Of fitting again with what is far off drawn in."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What was learned; JSON as it is."""

    base: float
    """Of a sample about which nothing is known; log seconds, or logit."""
    smear: float = 1.0
    """Mean over median of what remains unexplained (Duan 1983, JASA 78), so that a round's guesses add up."""
    samples: int = 0
    effects: dict[str, dict[str, tuple[float, int]]] = field(default_factory=dict)
    """By group and level: what it adds, and how many samples say so."""

    def __post_init__(self) -> None:
        if self.smear <= 0:
            raise ValueError("a mean over a median of times is above 0")

    def terms(self, levels: Levels) -> list[tuple[str, str, float, int]]:
        """What is known of these levels: group, level, effect, samples."""
        found = []
        for group, level in levels.items():
            table = self.effects.get(group)
            known = table.get(level) if table else None
            if known is not None:
                found.append((group, level, known[0], known[1]))
        return found

    def totals(self, samples: Samples) -> Floats:
        """Base and effects of many samples at once, (n,)."""
        total = np.full(len(samples), self.base)
        for group in samples.groups:
            table = self.effects.get(group, {})
            adds = np.array([*(table.get(name, (0.0, 0))[0] for name in samples.names[group]), 0.0])
            total += adds[samples.codes[group]]  # what is unsaid is -1, the last
        return total


def chance(total: float) -> float:
    """The inverse of the logit."""
    return 1 / (1 + math.exp(-total)) if total >= 0 else math.exp(total) / (1 + math.exp(total))


def chances(totals: Floats) -> Floats:
    """The same of many."""
    found: Floats = 1 / (1 + np.exp(-np.clip(totals, -50, 50)))
    return found


# --- fitting ------------------------------------------------------------------------------------------------------


def fit_service(samples: Samples, width: float = 1.0) -> Tables:
    """From seconds, all above 0; the priors are `width` times as wide as `SERVICE_SPREADS` says."""
    from sklearn.linear_model import Ridge  # a second to load: only where something is learned

    spreads = {group: spread * width for group, spread in SERVICE_SPREADS.items()}
    design, columns = _design(samples, spreads)
    logs = drawn = np.log(samples.values)
    variance, fitted = max(float(np.var(logs)), 1e-4), Ridge()
    for _ in range(ROUNDS):
        fitted = Ridge(alpha=variance, solver="sparse_cg", tol=1e-5, max_iter=2_000).fit(design, drawn)
        expected = fitted.predict(design)
        spread = max(1.4826 * float(np.median(np.abs(logs - expected))), 1e-3)
        drawn = expected + np.clip(logs - expected, -FAR * spread, FAR * spread)
        variance = max(float(np.var(drawn - expected)), 1e-4)
    smear = float(np.mean(np.exp(drawn - expected)))
    return _tables(samples, columns, float(fitted.intercept_), fitted.coef_, spreads, smear)


def fit_failure(samples: Samples, width: float = 1.0) -> Tables:
    """From 1 for failed and 0 for not; both must be there. The priors are `width` times as wide as said."""
    from sklearn.linear_model import LogisticRegression

    spreads = {group: spread * width for group, spread in FAILURE_SPREADS.items()}
    design, columns = _design(samples, spreads)
    fitted = LogisticRegression(C=1.0, max_iter=2_000, tol=1e-4).fit(design, samples.values > 0.5)
    return _tables(samples, columns, float(fitted.intercept_[0]), fitted.coef_[0], spreads, 1.0)


type Columns = Mapping[str, tuple[int, Codes]]
"""By group: its first column, and how many samples each of its levels has."""


def _design(samples: Samples, spreads: Mapping[str, float]) -> tuple[Any, Columns]:
    """A sparse matrix with one column a level, as high as its group's spread."""
    from scipy.sparse import csr_matrix

    rows, places, heights, columns, width = [], [], [], {}, 0
    for group, spread in spreads.items():
        codes = samples.codes[group]
        said = np.flatnonzero(codes != UNSAID)
        names = len(samples.names[group])
        columns[group] = width, np.bincount(codes[said], minlength=names).astype(np.int32)
        rows.append(said)
        places.append(codes[said] + width)
        heights.append(np.full(len(said), spread))
        width += names
    where = np.concatenate(rows), np.concatenate(places)
    return csr_matrix((np.concatenate(heights), where), shape=(len(samples), max(width, 1))), columns


def _tables(
    samples: Samples, columns: Columns, base: float, found: Floats, spreads: Mapping[str, float], smear: float
) -> Tables:
    """Effects around the mean sample: the base takes each group's mean, so that an effect says how others differ."""
    effects: dict[str, dict[str, tuple[float, int]]] = {}
    for group, (first, counts) in columns.items():
        names = samples.names[group]
        own = found[first : first + len(names)] * spreads[group]
        # where some say nothing, that is the mean already
        shift = float(own @ counts) / len(samples) if counts.sum() == len(samples) else 0.0
        base += shift
        effects[group] = {
            name: (round(float(effect - shift), 5), int(count))
            for name, effect, count in zip(names, own, counts, strict=True)
            if count >= LEAST_SAMPLES and abs(effect - shift) >= LEAST_EFFECT
        }
    return Tables(round(base, 5), round(smear, 5), len(samples), {g: table for g, table in effects.items() if table})
