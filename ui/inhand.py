"""The verdicts on the stops that are in the hand: prepared once when a drag begins, then asked for every place.

Lives in the GUI thread and knows no widget.
"""

from collections.abc import Mapping, Sequence

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.services.verdict import InHand, Verdict
from dispatcher.services.workplace import Workplace
from ui.day import DayBoard
from ui.hand import Hand
from ui.runner import OpRunner


class Verdicts:
    """Answers about moves before they are made; nothing while nothing can be moved, or the day is not measured yet."""

    def __init__(self, board: DayBoard, hand: Hand, workplace: Workplace, runner: OpRunner) -> None:
        self._board, self._hand, self._desk, self._runner = board, hand, workplace.desk, runner
        self._held: InHand | None = None
        self._preparing: Day | None = None
        self._of: tuple[object, tuple[OrderId, ...]] = (None, ())

    def at(self, order_ids: Sequence[OrderId], shift_id: ShiftId, index: int | None) -> Verdict | None:
        """What putting them there would mean; `index` as the round is shown, `None` for where they fit best."""
        held = self._taken(order_ids)
        if held is None or self._board.day is None or shift_id not in self._board.day.shifts:
            return None
        return held.all().get(shift_id) if index is None else held.at(shift_id, index)

    def all(self, order_ids: Sequence[OrderId]) -> Mapping[ShiftId, Verdict]:
        """What each driver's taking them would mean, best first."""
        held = self._taken(order_ids)
        return held.all() if held else {}

    def _taken(self, order_ids: Sequence[OrderId]) -> InHand | None:
        day = self._board.day
        if day is None or self._hand.hindered:
            return None
        known = tuple(o for o in order_ids if o in day.orders)
        if self._of[0] is not day or self._of[1] != known:
            if not self._desk.ready(day):
                self._prepare(day)
                return None
            self._of, self._held = (day, known), InHand(self._desk, day, known) if known else None
        return self._held

    def _prepare(self, day: Day) -> None:
        """Measuring the roads of a large day takes a second: not under the hand, which hears nothing until then."""
        if day is self._preparing:
            return
        self._preparing = day
        self._runner.start(lambda _progress: self._desk.problem(day), title="Measuring the roads", latest_key="verdict")
