"""A round as its track is held against it: the stops in order, those near a place, and what the driver said of them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatcher.domain.actions import ActionKind, TakenAction, Taking
from dispatcher.domain.ids import OrderId
from dispatcher.domain.place import Place

_CELL_DEG = 0.003
"""Of latitude: 334 m. A stop is entered in its cell and the eight around it."""


@dataclass(frozen=True, slots=True)
class RoundStop:
    """One stop of a round, as far as tracking cares."""

    order_id: OrderId
    place: Place
    planned_at: datetime
    """When the plan has the driver arrive."""
    service_s: int
    drive_s: int = 0
    """Planned driving from the stop before, or from the start."""
    drive_m: int = 0
    done: bool = False
    """The dispatcher or the driver says so, whatever the track knows."""
    name: str = ""
    """What people call it: the order's number."""


class RoundPlan:
    """The stops of a round in the order planned."""

    def __init__(self, stops: Iterable[RoundStop]) -> None:
        self.stops: Sequence[RoundStop] = tuple(stops)
        self.turn: Mapping[OrderId, int] = {stop.order_id: i for i, stop in enumerate(self.stops)}
        widest = max((abs(stop.place.lat) for stop in self.stops), default=0.0)
        self._lon_cell = _CELL_DEG / max(0.01, math.cos(math.radians(widest)))
        self._cells: dict[tuple[int, int], list[RoundStop]] = {}
        for stop in self.stops:
            row, column = self._cell(stop.place.lat, stop.place.lon)
            for near in ((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
                self._cells.setdefault(near, []).append(stop)

    def stop(self, order_id: OrderId) -> RoundStop | None:
        """The stop of this order."""
        turn = self.turn.get(order_id)
        return None if turn is None else self.stops[turn]

    def near(self, lat: float, lon: float) -> Sequence[RoundStop]:
        """All within 300 m, and perhaps some farther, in the order planned."""
        return self._cells.get(self._cell(lat, lon), ())

    def _cell(self, lat: float, lon: float) -> tuple[int, int]:
        return math.floor(lat / _CELL_DEG), math.floor(lon / self._lon_cell)


@dataclass(frozen=True, slots=True)
class Word:
    """What the driver said of one stop; seconds since 1970, by the phone's clock."""

    order_id: OrderId
    arrived_t: float | None = None
    finished_t: float | None = None

    @property
    def t(self) -> float:
        """The earliest said."""
        said = [t for t in (self.arrived_t, self.finished_t) if t is not None]
        return min(said)

    @property
    def until_t(self) -> float:
        """The latest said."""
        said = [t for t in (self.arrived_t, self.finished_t) if t is not None]
        return max(said)


def words_of(actions: Iterable[TakenAction]) -> Mapping[OrderId, Word]:
    """What a driver's actions say of stops: first arrival and last outcome of each, less what was taken back."""
    words: dict[OrderId, Word] = {}
    for taken in actions:
        action = taken.action
        if action.order_id is None or taken.withdrawn or taken.taking is Taking.REFUSED:
            continue
        before, t = words.get(action.order_id, Word(action.order_id)), action.at.timestamp()
        if action.kind is ActionKind.ARRIVE:
            arrived_t = t if before.arrived_t is None else min(t, before.arrived_t)
            words[action.order_id] = Word(action.order_id, arrived_t, before.finished_t)
        elif action.kind in (ActionKind.DELIVER, ActionKind.FAIL):
            finished_t = t if before.finished_t is None else max(t, before.finished_t)
            words[action.order_id] = Word(action.order_id, before.arrived_t, finished_t)
    return words


def put_off(actions: Iterable[TakenAction]) -> Sequence[OrderId]:
    """The stops that a driver said to make later, by when it was said last."""
    skips = [t for t in actions if t.action.kind is ActionKind.SKIP and t.taking is not Taking.REFUSED]
    later = {t.action.order_id: t.action.at for t in skips if t.action.order_id is not None and not t.withdrawn}
    return sorted(later, key=lambda order_id: later[order_id])
