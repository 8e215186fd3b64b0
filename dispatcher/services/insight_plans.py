"""A day's plan beside what was tried of it: the depot's own and its what-if copies, figure by figure.

Plans are compared by what they foresee, not by what happened; how each side is judged: `comparing`. For worker threads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from dispatcher.domain.progress import NoProgress, Progress
from dispatcher.services.comparing import Comparison, Weighed, compare
from dispatcher.services.whatifs import Figures
from dispatcher.services.workplace import OpenStore, Workplace

OWN = "The plan"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One figure of all sides."""

    name: str
    unit: str
    """"minor" for an amount in minor currency units; empty for a number of things. Less is better of all but rounds."""
    values: tuple[float | None, ...]
    """One a side; `None` for one that could not be read."""
    less_is_better: bool = True


@dataclass(frozen=True, slots=True)
class PlanTable:
    """A day's plans side by side."""

    on: date
    sides: tuple[str, ...]
    """The depot's own plan first, then the copies, oldest first."""
    rows: tuple[Foreseen, ...]
    notes: tuple[str, ...] = ()
    """What ought to be known besides: a copy that could not be read, or that the depot has moved on from."""


_FIGURES: Sequence[tuple[str, str, Callable[[Figures], float], bool]] = (
    ("Cost", "minor", lambda f: f.cost, True),
    ("Kilometres", "km", lambda f: f.distance_m / 1_000, True),
    ("Time of the rounds", "min", lambda f: f.duration_s / 60, True),
    ("Late stops", "", lambda f: f.late, True),
    ("Lateness", "min", lambda f: f.late_s / 60, True),
    ("Orders in no round", "", lambda f: f.unplanned, True),
    ("Rules broken", "", lambda f: f.broken, True),
    ("Rounds", "", lambda f: f.rounds, False),
)


def plans_of(workplace: Workplace, on: date, *, open_store: OpenStore, progress: Progress | None = None) -> PlanTable:
    """The day as the depot plans it, and as each of its copies does. Raises `KnownError`, `Cancelled`."""
    return table_of(compare(workplace, on, open_store=open_store, progress=progress or NoProgress()))


def table_of(comparison: Comparison) -> PlanTable:
    """Figure by figure."""
    sides = comparison.sides
    rows = [
        Foreseen(name, unit, tuple(None if s.figures is None else float(of(s.figures)) for s in sides), less)
        for name, unit, of, less in _FIGURES
    ]
    names = tuple(side.what_if.name if side.what_if else OWN for side in sides)
    return PlanTable(comparison.date, names, tuple(rows), tuple(filter(None, map(_note, sides))))


def _note(side: Weighed) -> str:
    name = f"“{side.what_if.name}”" if side.what_if else OWN
    if side.fault:
        return f"{name} could not be read: {side.fault}"
    if side.behind:
        changes = "1 change" if side.behind == 1 else f"{side.behind:,} changes"
        return f"{name} lacks {changes} that the depot's plan of the day has had since."
    return ""
