"""What the selected rounds and stops can be asked for, and which wish each action becomes. Reads the model; Qt-free."""

from collections.abc import Callable, Mapping
from functools import cached_property

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.proof import Outcome
from ui.board.round_model import RoundModel
from ui.board.rows import StopRow

type Wish = tuple[str, *tuple[object, ...]]
"""A signal's name and its values."""


class Choice:
    """The selection of a moment."""

    def __init__(self, model: RoundModel, stops: tuple[StopRow, ...], shifts: tuple[ShiftId, ...]) -> None:
        self._model, self.stops, self.shifts = model, stops, shifts
        self.orders = tuple(stop.order_id for stop in stops)

    @cached_property
    def only_round(self) -> ShiftId | None:
        """The round that all selected stops belong to."""
        shift_ids = {stop.shift_id for stop in self.stops}
        return next(iter(shift_ids)) if len(shift_ids) == 1 else None

    def rounds(self) -> tuple[ShiftId, ...]:
        """The selected rounds and those of selected stops, each once."""
        return tuple(dict.fromkeys((*self.shifts, *(stop.shift_id for stop in self.stops))))

    @property
    def failed(self) -> bool:
        """Whether it is one stop, where the driver was in vain."""
        return len(self.stops) == 1 and self.stops[0].now.ended is Outcome.FAILED

    def locks(self) -> set[Lock]:
        """The locks that would change something."""
        chosen = set(self.rounds())
        now = {row.lock for row in self._model.round_rows() if row.shift_id in chosen}
        return {lock for lock in Lock if now and now != {lock}}

    def possible(self) -> Mapping[str, bool]:
        """For each action whether there is anything to do."""
        stops, rounds, one = bool(self.orders), bool(self.shifts), len(self.orders) == 1
        first = self.stops[0].sequence if self.stops else 0
        with_stops = any(self._model.stop_rows(shift_id) for shift_id in self.shifts)
        return {
            **dict.fromkeys(("edit", "up", "down", "unassign", "move_to", "cancel"), stops),
            "hold": any(not stop.held for stop in self.stops),
            "release": any(stop.held for stop in self.stops),
            "map": stops or rounds,
            "explain": one,
            "tail": one,
            "split": one and first > 1,
            "done": self.only_round is not None and not self.stops[-1].done,
            "undone": self.only_round is not None and self.stops[0].done,
            "optimise": rounds,
            "swap": len(self.shifts) == 2 and not stops,
            "loaded": with_stops and not stops,
            "unloaded": with_stops and not stops,
        }

    def wish(self, name: str) -> Wish | None:
        """What an action asks for; `None` when there is nothing to ask."""
        if not self.possible()[name]:
            return None
        return self._wishes()[name]()

    def _wishes(self) -> Mapping[str, Callable[[], Wish | None]]:
        return {
            "edit": lambda: ("edit_requested", self.orders[0]),
            "map": lambda: ("show_on_map_requested", self._all_orders()),
            "move_to": lambda: ("move_to_requested", self.orders),
            "tail": lambda: ("tail_requested", self.only_round, self.stops[0].sequence - 1),
            "up": lambda: self._nudge(-1),
            "down": lambda: self._nudge(1),
            "hold": lambda: ("hold_requested", self.orders, True),
            "release": lambda: ("hold_requested", self.orders, False),
            "unassign": lambda: ("unassign_requested", self.orders),
            "cancel": lambda: ("cancel_requested", self.orders),
            "done": lambda: ("done_requested", self._of_round(0, self.stops[-1].sequence), True),
            "undone": lambda: ("done_requested", self._of_round(self.stops[0].sequence - 1, None), False),
            "split": lambda: ("split_requested", self.only_round, self.stops[0].sequence - 1),
            "explain": lambda: ("explain_requested", self.orders[0]),
            "optimise": lambda: ("optimise_requested", self.shifts),
            "swap": lambda: ("swap_requested", *self.shifts),
            "loaded": lambda: ("loaded_requested", self.shifts, True),
            "unloaded": lambda: ("loaded_requested", self.shifts, False),
        }

    def _of_round(self, first: int, end: int | None) -> tuple[OrderId, ...]:
        """The round's stops from `first` up to `end` that are not marked so yet."""
        assert self.only_round is not None
        rows = self._model.stop_rows(self.only_round)[first:end]
        marked = end is None
        return tuple(row.order_id for row in rows if row.done == marked)

    def _all_orders(self) -> tuple[OrderId, ...]:
        """The selected stops and those of selected rounds, each once."""
        of_rounds = (order_id for shift_id in self.shifts for order_id in self._model.stop_ids(shift_id))
        return tuple(dict.fromkeys((*self.orders, *of_rounds)))

    def _nudge(self, step: int) -> Wish | None:
        """One place up or down, together."""
        if self.only_round is None:
            return None
        last = len(self._model.stop_rows(self.only_round))
        index = self.stops[0].sequence - 2 if step < 0 else self.stops[-1].sequence + 1
        return ("move_requested", self.orders, self.only_round, index) if 0 <= index <= last else None
