"""One training: samples in, three trials and what is better out. Reads the depot, writes nothing."""

import math
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from dispatcher.domain.depot import Depot
from dispatcher.domain.learned import Because, Target, Trial
from dispatcher.domain.progress import Progress, Share, checkpoint
from dispatcher.domain.tracking import Leg
from dispatcher.insight.cuts import Span
from dispatcher.insight.kept import KeptFacts
from dispatcher.intake.addresses import address_key
from dispatcher.learning.doors import Doors
from dispatcher.learning.foreseen import LONGEST_S, SHORTEST_S
from dispatcher.learning.kept import Kept, Pace
from dispatcher.learning.reasons import failure_reasons, pace_reasons, service_reasons
from dispatcher.learning.samples import Floats, Samples
from dispatcher.learning.tables import WIDTHS, Tables, chances, fit_failure, fit_service
from dispatcher.learning.trial import Split, judged, one_sided, split, too_little, untried
from dispatcher.services.learning_samples import Legs, legs_of, visits_of
from dispatcher.services.logbook import Logbook
from dispatcher.services.ports import Store
from dispatcher.tracking.learning import CAP, Factors

SALT_BYTES = 16
FOLDS = 4


@dataclass(frozen=True, slots=True)
class Training:
    """What is learned from."""

    depot: Depot
    store: Store
    logbook: Logbook
    facts: Path
    """Insight's folder."""

    def run(self, span: Span, now: datetime, progress: Progress) -> Kept:
        """Learn, try, and learn again on all days what did better. Raises `Cancelled`."""
        salt = secrets.token_bytes(SALT_BYTES)
        doors = Doors(salt, address_key)
        visits = visits_of(KeptFacts(self.facts), self.store, span, doors, Share(progress, 0.0, 0.5))
        checkpoint(progress, 0.5, "Learning times at the door")
        service_trial, service = service_learned(visits.service, float(self.depot.service_s))
        checkpoint(progress, 0.7, "Learning driving times")
        travel_trial, pace = travel_learned(legs_of(self.logbook, span))
        checkpoint(progress, 0.8, "Learning where attempts fail")
        failure_trial, failure = failure_learned(visits.failure)
        return Kept(
            trained_at=now,
            salt=salt.hex(),
            share=float(np.mean(visits.failure.values)) if len(visits.failure) else 0.0,
            attempts=len(visits.failure),
            flat_s=self.depot.service_s,
            trials=(service_trial, travel_trial, failure_trial),
            service=service,
            failure=failure,
            pace=pace,
        )


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one of the two models is made and measured."""

    target: Target
    fit: Callable[[Samples, float], Tables]
    expected: Callable[[Tables, Samples], Floats]
    error: Callable[[Floats, Floats], Floats]
    """Of what happened and what was expected, sample by sample."""
    reasons: Callable[[Tables], tuple[Because, ...]]

    def errors(self, tables: Tables, samples: Samples) -> Floats:
        return self.error(samples.values, self.expected(tables, samples))


def service_learned(samples: Samples, flat_s: float) -> tuple[Trial, Tables | None]:
    """Tried against the depot's flat figure, by the mean absolute error in seconds.

    Not against the orders' own figures: once learned ones stand there, what was learned would be tried against itself.
    """
    parts = split(samples.days)
    plain = _SERVICE.error(samples.values[parts.held], np.full(int(parts.held.sum()), flat_s))
    return _learned(_SERVICE, samples, parts, plain, too_little(samples.days, parts))


def failure_learned(samples: Samples) -> tuple[Trial, Tables | None]:
    """Tried against the share that failed on the days learned from, by the score of Brier (1950)."""
    parts = split(samples.days)
    share = float(np.mean(samples.values[parts.learn])) if parts.learn.any() else 0.0
    plain = _FAILURE.error(samples.values[parts.held], np.full(int(parts.held.sum()), share))
    why = too_little(samples.days, parts) or one_sided(samples.values > 0.5, parts)
    return _learned(_FAILURE, samples, parts, plain, why)


def _learned(kind: _Kind, samples: Samples, parts: Split, plain: Floats, why: str) -> tuple[Trial, Tables | None]:
    """Learn from the first days, try on those held out, and learn again from all what did better."""
    if why:
        return untried(kind.target, samples.days, parts, why, _mean(plain)), None
    learn, held = samples.only(parts.learn), samples.only(parts.held)
    width = _width(kind, learn)
    trial = judged(kind.target, samples.days, parts, plain, kind.errors(kind.fit(learn, width), held))
    if not trial.used:
        return trial, None
    tables = kind.fit(samples, width)
    return replace(trial, because=kind.reasons(tables)), tables


def _width(kind: _Kind, samples: Samples) -> float:
    """The width of priors that does best within the days learned from: each `FOLDS`th is foreseen by the others.

    The days held out have no say.
    """
    _days, place = np.unique(samples.days, return_inverse=True)
    folds = [place % FOLDS == fold for fold in range(FOLDS)]
    if any(len(np.unique(samples.values[~fold])) < 2 for fold in folds):
        return min(WIDTHS)
    wrong = {
        width: sum(float(kind.errors(kind.fit(samples.only(~f), width), samples.only(f)).sum()) for f in folds)
        for width in WIDTHS
    }
    return min(wrong, key=lambda width: wrong[width])


def _seconds(tables: Tables, samples: Samples) -> Floats:
    found: Floats = np.clip(np.exp(tables.totals(samples)) * tables.smear, SHORTEST_S, LONGEST_S)
    return found


def _chances(tables: Tables, samples: Samples) -> Floats:
    return chances(tables.totals(samples))


def _apart(happened: Floats, expected: Floats) -> Floats:
    found: Floats = np.abs(happened - expected)
    return found


def _squared(happened: Floats, expected: Floats) -> Floats:
    found: Floats = (happened - expected) ** 2
    return found


_SERVICE = _Kind(Target.SERVICE, fit_service, _seconds, _apart, service_reasons)
_FAILURE = _Kind(Target.FAILURE, fit_failure, _chances, _squared, failure_reasons)


def travel_learned(driven: Legs) -> tuple[Trial, Pace | None]:
    """Tried against the plan itself, by the mean absolute logarithm of driven over expected."""
    parts = split(driven.days)
    held = [leg for leg, is_held in zip(driven.legs, parts.held, strict=True) if is_held]
    ratios = np.array([_ratio(leg) for leg in held])
    plain = np.abs(ratios)
    if why := too_little(driven.days, parts):
        return untried(Target.TRAVEL, driven.days, parts, why, _mean(plain)), None
    factors = Factors(leg for leg, is_learned in zip(driven.legs, parts.learn, strict=True) if is_learned)
    expected = _expected(factors, held)
    trial = judged(Target.TRAVEL, driven.days, parts, plain, np.abs(ratios - expected))
    if not trial.used:
        return trial, None
    pace = pace_of(driven.legs)
    return replace(trial, because=pace_reasons(pace)), pace


def pace_of(legs: Sequence[Leg]) -> Pace:
    """The factors as a table: of each zone's hours that were driven, and for all other zones of each hour."""
    factors, cells = Factors(legs), {}
    driven = {(leg.zone, leg.hour, leg.weekday >= 5) for leg in legs}
    anywhere = {("", hour, weekend) for hour in range(24) for weekend in (False, True)}
    for zone, hour, weekend in sorted(driven | anywhere):
        found = factors.factor_for(zone, hour, 5 if weekend else 0)
        cells[f"{zone}|{hour}|{int(weekend)}"] = round(found.factor, 4), found.samples
    return Pace(len(legs), cells)


def _expected(factors: Factors, legs: Iterable[Leg]) -> Floats:
    """Logarithms; each zone's hour is reckoned once."""
    known: dict[tuple[str, int, int], float] = {}
    found = []
    for leg in legs:
        cell = leg.zone, leg.hour, leg.weekday
        if cell not in known:
            known[cell] = math.log(factors.factor_for(*cell).factor)
        found.append(known[cell])
    return np.array(found)


def _ratio(leg: Leg) -> float:
    """As `Factors` takes it."""
    if leg.planned_s <= 0 or leg.driven_s <= 0:
        return 0.0
    return max(-CAP, min(CAP, math.log(leg.driven_s / leg.planned_s)))


def _mean(errors: Floats) -> float | None:
    return float(np.mean(errors)) if len(errors) else None
