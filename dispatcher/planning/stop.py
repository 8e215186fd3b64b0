"""When a search ends. Whatever ends it, the best plan so far is the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


def never() -> bool:
    """Nobody asks to stop."""
    return False


@dataclass(frozen=True, slots=True)
class StopRule:
    """What ends a search; the first of the given that comes true. With none given it runs until `asked`."""

    seconds: float | None = None
    """Wall time since the search was begun, building the problem included."""
    iterations: int | None = None
    """With the same seed and this rule alone, two runs give the same plan."""
    idle: int | None = None
    """Iterations without a better plan."""
    asked: Callable[[], bool] = never
    """Whether somebody asked to stop: `event.is_set` of a `threading.Event`. Called once each iteration, or every 50 ms
    if the search runs in a process of its own; what it raises ends the search and reaches the caller."""


class Watch:
    """Counts for one search. Asked once an iteration; says whether to stop."""

    def __init__(self, rule: StopRule) -> None:
        self.rule = rule
        self.began = perf_counter()
        self.iterations = 0
        self._idle = 0
        self._best: float | None = None

    @property
    def elapsed_s(self) -> float:
        """Wall time since the search was begun."""
        return perf_counter() - self.began

    @property
    def share(self) -> float:
        """How much of what was given is used up, 0-1; 0 with no limit."""
        of_time = self.elapsed_s / self.rule.seconds if self.rule.seconds else 0.0
        of_iterations = self.iterations / self.rule.iterations if self.rule.iterations else 0.0
        return max(of_time, of_iterations)

    @property
    def over(self) -> bool:
        """Whether the search ends now."""
        rule = self.rule
        return (
            (rule.seconds is not None and self.elapsed_s >= rule.seconds)
            or (rule.iterations is not None and self.iterations >= rule.iterations)
            or (rule.idle is not None and self._idle >= rule.idle)
            or rule.asked()
        )

    def tick(self, best: float) -> bool:
        """Count one iteration, the best plan so far costing `best`; says whether to stop before it."""
        if self.over:
            return True
        self.iterations += 1
        self._idle = self._idle + 1 if best == self._best else 0
        self._best = best
        return False
