"""One line for an order's details: how likely nobody takes it, and why. Says nothing where that was not learned."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from dispatcher.domain.learned import Guess
from dispatcher.domain.orders import Order
from dispatcher.services.learned_use import failure_words
from dispatcher.services.learning import LearningDesk
from ui.parts.said import Said, Tone
from ui.runner import OpRunner
from ui.theme import Size, Theme

WORTH_A_LOOK = 0.15
"""From this chance on it is said as a warning."""


class ChanceLine(Said):
    """GUI thread; asked in a worker thread, the newest order wins."""

    def __init__(self, desk: LearningDesk, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("learned.chance", "Chance that nobody takes it", theme, parent, size=Size.SMALL)
        self._desk, self._runner = desk, runner
        self._order: Order | None = None

    def show_order(self, order: Order | None) -> None:
        """Say it of this one; `None` empties the line."""
        if order == self._order:
            return
        self._order = order
        self.say("")
        if order is not None:
            work = lambda _progress: (order, self._desk.foreseer().failure(order))
            self._runner.start(work, title="Estimating", on_done=self._on_guessed, latest_key="learned.chance")

    @Slot(object)
    def _on_guessed(self, answer: tuple[Order, Guess]) -> None:
        order, guess = answer
        if order is self._order:
            self.say(failure_words(guess), Tone.WARNING if guess.value >= WORTH_A_LOOK else Tone.QUIET)
