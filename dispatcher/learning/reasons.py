"""What a whole model goes by, weightiest first: for people who want to know before they trust it."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from dispatcher.domain.learned import Because
from dispatcher.learning.foreseen import pace_words
from dispatcher.learning.kept import Pace
from dispatcher.learning.levels import ONE_OF_MANY, level_words
from dispatcher.learning.tables import Tables, chance

type Effect = Callable[[float], float]
"""A term of the sum in the target's unit."""

MOST = 8
FEW = 30
"""What fewer samples say is no main reason."""


def service_reasons(tables: Tables) -> tuple[Because, ...]:
    """Effects in seconds, on a stop that is as most."""
    usual = math.exp(tables.base) * tables.smear
    return _weightiest(tables, lambda effect: usual * (math.exp(effect) - 1))


def failure_reasons(tables: Tables) -> tuple[Because, ...]:
    """Effects in chances, on an attempt that is as most."""
    usual = chance(tables.base)
    return _weightiest(tables, lambda effect: chance(tables.base + effect) - usual)


def pace_reasons(pace: Pace) -> tuple[Because, ...]:
    """Hours everywhere, with effects on the factor; those with legs of their own."""
    legs: dict[tuple[int, bool], int] = {}
    for cell, (_factor, samples) in pace.cells.items():
        zone, hour, weekend = cell.split("|")
        if zone:
            legs[int(hour), weekend == "1"] = legs.get((int(hour), weekend == "1"), 0) + samples
    found = [
        (Because(pace_words(hour, weekend), pace.at("", hour, 5 if weekend else 0)[0] - 1, samples), samples)
        for (hour, weekend), samples in legs.items()
        if samples >= FEW
    ]
    found.sort(key=lambda each: -abs(each[0].effect) * math.sqrt(each[1]))
    return tuple(reason for reason, _samples in found[:MOST])


def _weightiest(tables: Tables, told: Effect) -> tuple[Because, ...]:
    """By effect times the root of its share: a rare level moves few guesses."""
    found: list[tuple[float, Because]] = []
    for group, table in tables.effects.items():
        if group in ONE_OF_MANY:
            found.append(_spread(ONE_OF_MANY[group][1], table, told))
            continue
        for level, (effect, samples) in table.items():
            if samples >= FEW:
                weight = abs(effect) * math.sqrt(samples)
                found.append((weight, Because(level_words(group, level), told(effect), samples)))
    return tuple(reason for weight, reason in sorted(found, key=lambda each: -each[0])[:MOST] if weight > 0)


def _spread(words: str, table: Mapping[str, tuple[float, int]], told: Effect) -> tuple[float, Because]:
    """Of many levels their usual size, as a rise: the one may be as much below."""
    effects, counts = (np.array(column, dtype=float) for column in zip(*table.values(), strict=True))
    size = float(np.sqrt(np.average(effects**2, weights=counts)))
    samples = int(counts.sum())
    return size * math.sqrt(samples), Because(f"{words} (usually, up or down)", told(size), samples)
