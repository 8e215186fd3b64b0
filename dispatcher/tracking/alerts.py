"""What on one round wants attention: thresholds on the facts of its progress, each with a way back.

An alert is raised when its value passes the limit, for some causes only after it stayed there a while, and ends when
the value is clearly on the good side again: it does not flicker about the limit. Words for people live here too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatcher.domain.fleet import Shift
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.schedule import RouteTimes
from dispatcher.domain.tracking import Alert, AlertKind
from dispatcher.tracking.progress import Progress

CLOCK_S = 120.0
"""A device's clock that is wrong by more than this is told of."""

MOCK_S = 900.0
"""So long after the last made-up position the alert ends."""

SPEEDING_S, OFF_ROUTE_S = 10.0, 60.0
"""How long these must last before anybody is told."""

_BACK = 0.75
"""Share of the limit below which an alert ends, unless its kind has another."""


@dataclass(slots=True)
class Lamp:
    """One alert's memory: dark, about to light, or lit."""

    over_since: datetime | None = None
    lit_since: datetime | None = None

    def see(
        self, value: float, limit: float, moment: datetime, *, back: float | None = None, hold_s: float = 0
    ) -> bool:
        """Whether it is lit now that `value` was seen; it goes dark below `back`."""
        if value <= (limit * _BACK if back is None else back):
            self.over_since = self.lit_since = None
        elif value > limit:
            self.over_since = self.over_since or moment
            if moment - self.over_since >= timedelta(seconds=hold_s):
                self.lit_since = self.lit_since or self.over_since
        elif self.lit_since is None:
            self.over_since = None
        return self.lit_since is not None


class Watch:
    """Watches one round."""

    def __init__(self, shift: Shift, policy: RoadPolicy) -> None:
        self._shift = shift
        self._policy = policy
        self._lamps = {kind: Lamp() for kind in AlertKind}

    def look(self, progress: Progress, now: datetime, planned: RouteTimes | None) -> Sequence[Alert]:
        """All alerts that stand at this moment, in the order of `AlertKind`."""
        found = [
            *self._device(progress, now),
            *(() if progress.over else self._driving(progress, now, planned)),
        ]
        kinds = list(AlertKind)
        return sorted(found, key=lambda alert: kinds.index(alert.kind))

    def _driving(self, progress: Progress, now: datetime, planned: RouteTimes | None) -> Iterator[Alert]:
        yield from self._late(progress, now, planned)
        yield from self._off_route(progress)
        yield from self._standing(progress, now, planned)
        yield from self._silent(progress, now, planned)
        yield from self._speeding(progress)

    def _late(self, progress: Progress, now: datetime, planned: RouteTimes | None) -> Iterator[Alert]:
        leaves_at = self._leaves_at(planned)
        waiting = progress.departed_at is None and progress.heard_at is not None
        late_s = (now - leaves_at).total_seconds() if waiting else 0.0
        limit_s = float(self._policy.late_departure_s)
        if self._lamps[AlertKind.LATE_DEPARTURE].see(late_s, limit_s, now, back=limit_s):
            words = f"Still at the start, {minutes(late_s)} after the planned departure. Ask what keeps the driver."
            yield self._alert(AlertKind.LATE_DEPARTURE, leaves_at, late_s, limit_s, words)

    def _off_route(self, progress: Progress) -> Iterator[Alert]:
        away_m, limit_m = progress.off_route_m or 0.0, float(self._policy.off_route_m)
        lamp = self._lamps[AlertKind.OFF_ROUTE]
        moment = progress.at or self._shift.starts_at
        if lamp.see(away_m, limit_m, moment, hold_s=OFF_ROUTE_S) and lamp.lit_since:
            words = f"{away_m:,.0f} m beside the planned way. See where the driver is heading."
            yield self._alert(AlertKind.OFF_ROUTE, lamp.lit_since, away_m, limit_m, words)

    def _standing(self, progress: Progress, now: datetime, planned: RouteTimes | None) -> Iterator[Alert]:
        since, limit_s = progress.standing_since, float(self._policy.standing_s + progress.service_s)
        if since is not None and planned is not None:
            limit_s += planned.break_s
        away = progress.departed_at is not None and not progress.at_start
        stood_s = (min(now, progress.at or now) - since).total_seconds() if since is not None and away else 0.0
        if self._lamps[AlertKind.STANDING].see(stood_s, limit_s, now, back=limit_s / 2) and since is not None:
            where = f"at the stop {progress.at_name}".rstrip() if progress.at_order_id else "at no stop"
            words = f"Standing for {minutes(stood_s)} {where}. Call, and see whether help is needed."
            yield self._alert(AlertKind.STANDING, since, stood_s, limit_s, words)

    def _silent(self, progress: Progress, now: datetime, planned: RouteTimes | None) -> Iterator[Alert]:
        since, limit_s = progress.heard_at or self._leaves_at(planned), float(self._policy.silent_s)
        silent_s = (now - max(since, self._shift.starts_at)).total_seconds()
        if self._lamps[AlertKind.SILENT].see(silent_s, limit_s, now, back=limit_s):
            words = f"Nothing heard for {minutes(silent_s)}. The phone may be off or without signal: call the driver."
            if progress.heard_at is None:
                words = "Nothing heard yet in this round. See whether the driver has a phone that is paired."
            yield self._alert(AlertKind.SILENT, since, silent_s, limit_s, words)

    def _speeding(self, progress: Progress) -> Iterator[Alert]:
        limit_kmh = self._policy.speeding_kmh
        if limit_kmh is None or progress.at is None:
            return
        limit_mps, lamp = limit_kmh / 3.6, self._lamps[AlertKind.SPEEDING]
        speed_mps = progress.speed_mps or 0.0
        if lamp.see(speed_mps, limit_mps, progress.at, back=limit_mps - 5 / 3.6, hold_s=SPEEDING_S) and lamp.lit_since:
            words = f"Driving {speed_mps * 3.6:.0f} km/h; the depot's limit is {limit_kmh} km/h."
            yield self._alert(AlertKind.SPEEDING, lamp.lit_since, speed_mps, limit_mps, words)

    def _device(self, progress: Progress, now: datetime) -> Iterator[Alert]:
        """What is wrong with the phone itself."""
        mock_s = MOCK_S if progress.mock_at is None else max(0.0, (now - progress.mock_at).total_seconds())
        lamp = self._lamps[AlertKind.MOCK]
        if lamp.see(MOCK_S - mock_s, 0.0, progress.mock_at or now, back=0.0) and lamp.lit_since:
            words = "The phone says that its position is made up. Ask the driver to turn the app off that does so."
            yield self._alert(AlertKind.MOCK, lamp.lit_since, 1.0, 0.0, words)
        wrong_s, lamp = abs(progress.skew_s), self._lamps[AlertKind.CLOCK]
        if lamp.see(wrong_s, CLOCK_S, now, back=CLOCK_S / 2) and lamp.lit_since:
            way = "fast" if progress.skew_s > 0 else "slow"
            words = f"The phone's clock is {minutes(wrong_s)} {way}. Set it to the network's time."
            yield self._alert(AlertKind.CLOCK, lamp.lit_since, wrong_s, CLOCK_S, words)
        yield from self._battery(progress)

    def _battery(self, progress: Progress) -> Iterator[Alert]:
        if progress.battery is None or progress.at is None:
            return
        left, limit, lamp = progress.battery, self._policy.battery, self._lamps[AlertKind.BATTERY]
        missing = 0.0 if progress.charging else 1 - left
        if lamp.see(missing, 1 - limit, progress.at, back=1 - limit - 0.05) and lamp.lit_since:
            words = f"The phone's battery is at {left:.0%}. Ask the driver to charge it."
            yield self._alert(AlertKind.BATTERY, lamp.lit_since, left, limit, words)

    def _leaves_at(self, planned: RouteTimes | None) -> datetime:
        return self._shift.starts_at if planned is None else planned.leaves_at

    def _alert(self, kind: AlertKind, since: datetime, value: float, limit: float, sentence: str) -> Alert:
        return Alert(kind, self._shift.id, since, value, limit, sentence)


def minutes(seconds: float) -> str:
    """For people: "1 minute", "25 minutes", "2 h 05 min"."""
    whole = round(seconds / 60)
    if whole >= 60:
        return f"{whole // 60} h {whole % 60:02d} min"
    return "1 minute" if whole == 1 else f"{whole} minutes"
