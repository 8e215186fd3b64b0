"""The learning desk: what the depot's own history says, tried on days held out. For worker threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatcher.domain.ids import DriverId
from dispatcher.domain.learned import Foreseer, Guess, Trial
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place
from dispatcher.domain.progress import Progress
from dispatcher.insight.cuts import Span
from dispatcher.services.ports import Clock
from dispatcher.services.workplace import Workplace

__all__ = ["LearningDesk", "PlainRules", "Span"]


@dataclass(frozen=True, slots=True)
class PlainRules:
    """What holds where nothing was learned."""

    share: float = 0.0
    """Of the depot's attempts, those that failed."""
    attempts: int = 0

    def service_s(self, order: Order, driver_id: DriverId | None = None, at: datetime | None = None) -> Guess:
        """The order's own."""
        return Guess(float(order.service_s))

    def travel(self, place: Place, at: datetime) -> Guess:
        """As planned."""
        return Guess(1.0)

    def failure(self, order: Order, at: datetime | None = None) -> Guess:
        """The depot's share."""
        return Guess(self.share, samples=self.attempts)


class LearningDesk:
    """What one depot has learned. Any thread."""

    def __init__(self, workplace: Workplace, *, clock: Clock) -> None:
        self._workplace, self._clock = workplace, clock

    @property
    def trained_at(self) -> datetime | None:
        """When it was learned last; `None` for never."""
        return None

    def trials(self) -> Sequence[Trial]:
        """As kept from the last training; empty before any."""
        return ()

    def foreseer(self) -> Foreseer:
        """Answers by what was learned, and by plain rules where nothing was. Never raises."""
        return PlainRules()

    def train(self, span: Span | None = None, progress: Progress | None = None) -> Sequence[Trial]:
        """Learn from the history. Raises `Cancelled`, `KnownError`."""
        return self.trials()
