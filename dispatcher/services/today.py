"""The day that is on the road now, read and judged for itself: it is followed while the window shows another one, too.

Nothing here is shown, and nothing but the thread that follows the road comes here.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.roads import RoadNetwork, RoadPath
from dispatcher.services.days import reread
from dispatcher.services.liveday import LiveDay
from dispatcher.services.planning import Outlook, PlanningDesk
from dispatcher.services.ports import Reader
from dispatcher.services.tenures import OVERTIME
from dispatcher.services.underway import Underway

READ_EVERY_S = 3.0
"""What is changed meanwhile is mostly another day: so often at most this one is read again for it."""
DATED_FOR = timedelta(minutes=1)
LINES_AT_ONCE = 5
"""Ways drawn in one step, so that the day shown does not wait for all of them."""


@dataclass(frozen=True, slots=True)
class Today:
    """The day on the road while another one is shown, in two pictures."""

    day: Day
    live: LiveDay


def day_on_road(reader: Reader, now: datetime) -> date:
    """Today; until its first shift begins the day before, if a round of that may still be driven."""
    today = now.astimezone(reader.depot().zone).date()
    if any(shift.starts_at <= now for shift in reader.shifts_of(today)):
        return today
    before = today - timedelta(days=1)
    return before if any(now <= shift.ends_at + OVERTIME for shift in reader.shifts_of(before)) else today


@dataclass(slots=True)
class Aside:
    """Reads and judges a day beside the one shown, whose tables are not touched by it."""

    store: Underway
    roads: RoadNetwork
    lines: Mapping[ShiftId, RoadPath] = field(default_factory=dict)
    stale: bool = False
    """Whether drivers have other stops behind them than when it was read."""
    _desk: PlanningDesk | None = None
    _outlook: Outlook | None = None
    _read_at_s: float = 0.0
    _drawn: dict[ShiftId, object] = field(default_factory=dict)
    """What the line of each round was drawn by."""
    _dated: tuple[datetime, date] | None = None

    def on(self, now: datetime) -> date:
        """Which day is on the road."""
        if self._dated is None or abs(now - self._dated[0]) > DATED_FOR:
            self._dated = now, self.store.read(lambda reader: day_on_road(reader, now))
        return self._dated[1]

    def outlook(self, on: date, lines: Mapping[ShiftId, RoadPath]) -> tuple[Outlook, PlanningDesk]:
        """The day as it stands, judged, and who judged it; `lines` are those known from when it was shown."""
        if self._desk is None:
            self._desk, self.lines = PlanningDesk(self.roads), lines
        known = self._outlook.day if self._outlook and self._outlook.day.date == on else None
        if self._outlook is None or known is None or self._is_due(known):
            unchanged = known and self._revision() == known.revision
            day = self.store.read(partial(reread, on=on, known=known if unchanged else None))
            self._outlook = self._desk.look(day, why=False)
            self.stale, self._read_at_s = False, time.monotonic()
        self._draw(self._desk, self._outlook.day)
        return self._outlook, self._desk

    def _is_due(self, known: Day) -> bool:
        due = time.monotonic() - self._read_at_s >= READ_EVERY_S
        return due and (self.stale or self._revision() != known.revision)

    def _revision(self) -> int:
        return self.store.read(lambda reader: reader.revision)

    def _draw(self, desk: PlanningDesk, day: Day) -> None:
        """A few more of the ways that rounds are to take."""
        by = {route.shift_id: (day.shifts[route.shift_id], route.order_ids, day.closures) for route in day.plan.routes}
        due = [shift_id for shift_id, way in by.items() if self._drawn.get(shift_id) != way][:LINES_AT_ONCE]
        if due:
            self._drawn |= {shift_id: by[shift_id] for shift_id in due}
            self.lines = {**self.lines, **{shift_id: desk.line(day, shift_id) for shift_id in due}}

    def rest(self) -> None:
        """Forget what was read: the window shows that day itself."""
        if self._desk is not None:
            self._desk.close()
            self._desk, self._outlook, self.lines, self._drawn, self.stale = None, None, {}, {}, False
