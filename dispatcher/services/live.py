"""Follows one depot's drivers: asked again and again, it says how the day shown stands on the road, and today besides.

Reads the logbook from where it was last read; nothing is written but what was made of the tracks. Everything can be
made anew from the logbook, so a window that opens at noon knows the morning.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.roads import RoadPath
from dispatcher.domain.tracking import StoredFix
from dispatcher.services.liveday import LiveDay, facts_on
from dispatcher.services.logbook import Logbook
from dispatcher.services.planning import Outlook, PlanningDesk
from dispatcher.services.tenures import tenures_of, track_of
from dispatcher.services.today import Aside, Today
from dispatcher.services.trail import TrailPoints
from dispatcher.services.underway import Underway
from dispatcher.services.watch import Watch
from dispatcher.tracking.following import RoundTracker
from dispatcher.tracking.matching import driven_on_roads
from dispatcher.tracking.progress import Line
from dispatcher.tracking.track import point_of

__all__ = ["LiveDay", "LiveDesk", "Today", "TrailPoints", "facts_on"]


class LiveDesk:
    """Follows one depot's drivers. `step` is asked by one thread at a time, the rest by any."""

    def __init__(self, logbook: Logbook, underway: Underway, desk: PlanningDesk, *, keeps: bool = True) -> None:
        """`keeps`: whether what is made of the tracks is written; a copy to try things out in only looks."""
        self.logbook, self._underway, self._desk, self._keeps = logbook, underway, desk, keeps
        self._watches: dict[date, Watch] = {}
        self._aside = Aside(underway, desk.roads)
        self._lines: dict[ShiftId, RoadPath] = {}
        self._travel = True

    def know_lines(self, lines: Mapping[ShiftId, RoadPath]) -> None:
        """The ways the rounds are planned to take: who leaves them is off route."""
        self._lines = {**self._lines, **lines}

    def use_travel(self, *, learned: bool) -> None:
        """Whether arrivals go by learned driving times; without them by free flow. From the next `step` on."""
        self._travel = learned

    def track(self, shift: Shift) -> Sequence[StoredFix]:
        """All that is kept of a round's positions, by device time."""
        return self.logbook.read(lambda reader: track_of(reader, tenures_of(reader, shift)))

    def driven_line(self, day: Day, shift_id: ShiftId) -> Sequence[Line]:
        """Where a round was driven, laid onto the roads, as lines of (lat, lon); a new one after every gap."""
        shift = day.shifts[shift_id]
        tracker = RoundTracker(shift, (), day.depot.road)
        fixes = self.track(shift)
        tracker.take(sorted(fixes, key=lambda fix: fix.seq))
        points = [point_of(fix) for fix in fixes if fix.seq not in tracker.doubts]
        profile = day.vehicles[shift.vehicle_id].kind.profile
        return driven_on_roads(points, self._desk.roads, profile).lines

    def step(self, outlook: Outlook, now: datetime) -> LiveDay | None:
        """What is new of the day shown, if anything is: read on, time the rounds that are due, raise alerts."""
        self._let_go({outlook.day.date, self._aside.on(now)})
        return self._follow(outlook, self._desk, self._lines, now)

    def step_today(self, shown: date, now: datetime) -> Today | None:
        """What is new of the day that is on the road, if another one is shown."""
        on = self._aside.on(now)
        if on == shown:
            self._aside.rest()
            return None
        outlook, desk = self._aside.outlook(on, self._lines)
        live = self._follow(outlook, desk, self._aside.lines, now)
        if live is None:
            return None
        self._aside.stale |= live.news
        return Today(outlook.day, live)

    def date_on_road(self, now: datetime) -> date:
        """The day that is on the road at this moment."""
        return self._aside.on(now)

    def _follow(
        self, outlook: Outlook, desk: PlanningDesk, lines: Mapping[ShiftId, RoadPath], now: datetime
    ) -> LiveDay | None:
        on = outlook.day.date
        watch = self._watches.get(on) or Watch(on, self.logbook, desk, outlook.day, now)
        self._watches[on], watch.desk = watch, desk
        watch.use_travel(learned=self._travel)
        watch.follow_plan(outlook, lines, now)
        heard = watch.read_on(outlook.day)
        judged = watch.judge_some(outlook, now)
        if not heard and not judged:
            return None
        news = self._underway.learn(on, watch.facts(outlook.day))
        if self._keeps:
            watch.keep()
        return replace(watch.picture(now), news=news)

    def _let_go(self, wanted: Collection[date]) -> None:
        """Follow no other days."""
        for on in self._watches.keys() - wanted:
            with suppress(KnownError):  # the tracks are still there
                self._keep(self._watches[on])
            del self._watches[on]

    def _keep(self, watch: Watch) -> None:
        if self._keeps:
            watch.keep(at_once=True)

    def keep(self) -> None:
        """Write what was made of the tracks so far, as `step` does now and then. Nobody must be asking meanwhile."""
        for watch in self._watches.values():
            self._keep(watch)

    def close(self) -> None:
        """Let go of the logbook; nobody must be asking meanwhile."""
        with suppress(KnownError):  # the tracks are still there
            self.keep()
        self.logbook.close()
