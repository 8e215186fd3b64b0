"""Names and figures of what can be learned. Words alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dispatcher.domain.learned import Guess, Target, Trial
from dispatcher.services.learned_use import minutes_words
from ui import format as fmt

MINUS = "−"


@dataclass(frozen=True, slots=True)
class Named:
    """One target, for people."""

    title: str
    rule: str
    """The plain rule that it replaces."""
    samples: str
    error: str
    """How the error is reckoned."""
    use: str
    """Where it is used."""


NAMES: Mapping[Target, Named] = {
    Target.SERVICE: Named(
        "Time at the door",
        "The order's own service time, or the depot's",
        "stops",
        "How far off the time is, on average, without its sign.",
        "Orders imported without a service time get this one.",
    ),
    Target.TRAVEL: Named(
        "Time on the way",
        "As planned",
        "drives",
        "How far off the driving time is, on average.",
        "Expected arrivals go by it while rounds are driven.",
    ),
    Target.FAILURE: Named(
        "Chance of a failed attempt",
        "The depot's share of failed attempts",
        "attempts",
        "Mean square of the difference between the chance and what happened (Brier score); 0 is perfect.",
        "Offers at the counter say how likely the attempt fails.",
    ),
}
"""In the order they are shown."""


def error_words(target: Target, error: float | None) -> str:
    """An error in the target's unit."""
    if error is None:
        return "–"
    match target:
        case Target.SERVICE:
            return f"{error:.0f} s"
        case Target.TRAVEL:
            return f"{math.expm1(error) * 100:.0f} %"
        case Target.FAILURE:
            return f"{error:.3f}"


def effect_words(target: Target, effect: float) -> str:
    """What a reason adds."""
    match target:
        case Target.SERVICE:
            said = f"{effect:+.0f} s"
        case Target.TRAVEL:
            said = f"{effect * 100:+.0f} %"
        case Target.FAILURE:
            points = round(effect * 100)
            said = f"{points:+d} point{'' if abs(points) == 1 else 's'}"
    return said.replace("-", MINUS)


def value_words(target: Target, guess: Guess) -> str:
    """A guess as a figure."""
    match target:
        case Target.SERVICE:
            return minutes_words(guess.value)
        case Target.TRAVEL:
            more = round((guess.value - 1) * 100)
            return f"{more:+d} % on the plan".replace("-", MINUS) if more else "As planned"
        case Target.FAILURE:
            return f"{guess.value * 100:.0f} %"


def gain(trial: Trial) -> float | None:
    """How much smaller the error is, as a share; below 0 for a larger one. `None` where nothing can be compared."""
    if trial.plain is None or trial.learned is None or trial.plain <= 0:
        return None
    return 1 - trial.learned / trial.plain


def gain_words(trial: Trial) -> str:
    """The same as a sentence; empty where nothing can be compared."""
    share = gain(trial)
    if share is None:
        return ""
    points = round(share * 100)
    return "No better" if points == 0 else f"{abs(points)} % {'less' if points > 0 else 'more'} error"


def extent_words(trial: Trial) -> str:
    """What it was learned from, and tried on."""
    names = NAMES[trial.target].samples
    if not trial.samples or trial.first is None or trial.last is None:
        return f"No {names} yet"
    learned = f"{trial.samples:,} {names}, {fmt.weekday_date(trial.first)} to {fmt.weekday_date(trial.last)}"
    return f"{learned}; {trial.held_out:,} more on held-out days" if trial.held_out else learned


def used_words(trial: Trial) -> str:
    """Whether it is used, and why not."""
    if trial.used:
        return f"Used. {NAMES[trial.target].use}"
    return f"Not used: the plain rule stands. {trial.why}".strip()
