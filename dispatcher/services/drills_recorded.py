"""What really happened on a day of the depot, as cues: from its journal, from drivers' phones, from its exceptions.

The journal is asked for facts alone - an order that came, a van that dropped out, hours that changed -, by comparing
the day before and after each change; what somebody re-planned is what the drill leaves to whoever plays it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from dispatcher.domain.changes import HistoryEntry
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import Incident, IncidentKind
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Schedule
from dispatcher.drills.cues import APART, STEP, Cue, CueKind
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.ports import Store
from dispatcher.services.underway import Facts

MOST = 8
LATE_ENOUGH = timedelta(minutes=20)
MOST_MINUTES = 90
_GRAVEST = (
    CueKind.BREAKDOWN, CueKind.ILL, CueKind.URGENT, CueKind.LATE, CueKind.NO_SHOW, CueKind.HOURS, CueKind.CANCELLED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recorded:
    """A day as it was planned when its first driver began, and what went wrong afterwards."""

    day: Day
    cues: tuple[Cue, ...]
    later: tuple[Order, ...]
    """Orders that came in during the day."""


def recorded(store: Store, desk: PlanningDesk, on: date, *, facts: Facts, incidents: Sequence[Incident]) -> Recorded:
    """`store` is the depot's own, or a copy with its history. Raises `KnownError` for a day without a plan."""
    now = store.read(lambda reader: reader.day(on))
    if not now.shifts or not any(route.stops for route in now.plan.routes):
        raise KnownError(f"Nothing was planned on {on:%d %B %Y}.", "Choose another day, or a made-up one.")
    begins, ends = min(s.starts_at for s in now.shifts.values()), max(s.ends_at for s in now.shifts.values())
    entries = sorted(store.entries(limit=10_000, on=on), key=lambda entry: entry.revision)
    start = _at(store, on, [entry for entry in entries if entry.at <= begins]) or now
    cues, later, before = list[Cue](), list[Order](), start
    for entry in (e for e in entries if begins < e.at <= ends):
        after = _at(store, on, [entry])
        if after is not None:
            cues += _changed(before, after, entry.at)
            later += [o for order_id, o in after.orders.items() if order_id not in before.orders]
            before = after
    schedule = desk.look(start, why=False).schedule
    cues += [*_told(start, schedule, facts), *_raised(start, incidents)]
    if not any(route.stops for route in start.plan.routes):
        start = replace(now, freeze_at=None)
    return Recorded(start, _chosen(cues), tuple(later))


def _at(store: Store, on: date, entries: Sequence[HistoryEntry]) -> Day | None:
    """The day after the last of these changes; `None` where there is none, or where none is kept of so long ago."""
    try:
        return store.day_at(on, entries[-1].revision) if entries else None
    except KnownError:
        return None


def _changed(before: Day, after: Day, at: datetime) -> Iterator[Cue]:
    for order_id, order in after.orders.items():
        was = before.orders.get(order_id)
        if was is None:
            yield Cue(CueKind.URGENT, at, order.number)
        elif was.state is not order.state and order.state is OrderState.CANCELLED:
            yield Cue(CueKind.CANCELLED, at, order.number)
        elif was.attempt < order.attempt:
            yield Cue(CueKind.NO_SHOW, at, order.number)
        elif was.windows != order.windows and order.windows:
            yield Cue(CueKind.HOURS, at, order.number, windows=order.windows)
    for shift_id, shift in before.shifts.items():
        now, number = after.shifts.get(shift_id), before.drivers[shift.driver_id].number
        if now is None:
            yield Cue(CueKind.ILL, at, driver=number)
        elif now.ends_at < shift.ends_at and now.lock != shift.lock:
            yield Cue(CueKind.BREAKDOWN, at, driver=number)
        elif now.starts_at >= shift.starts_at + LATE_ENOUGH:
            yield Cue(CueKind.LATE, at, driver=number, minutes=_minutes(now.starts_at - shift.starts_at))


def _told(day: Day, schedule: Schedule, facts: Facts) -> Iterator[Cue]:
    """When each driver was behind the plan for the first time, by what their phone told."""
    for shift_id, times in schedule.routes.items():
        planned = {stop.order_id: stop.departs_at for stop in times.stops}
        told = sorted((b.at, o) for o, b in facts.items() if b.shift_id == shift_id and o in planned)
        for at, order_id in told:
            if at - planned[order_id] >= LATE_ENOUGH:
                number = day.drivers[day.shifts[shift_id].driver_id].number
                yield Cue(CueKind.LATE, at, driver=number, minutes=_minutes(at - planned[order_id]))
                break


def _raised(day: Day, incidents: Sequence[Incident]) -> Iterator[Cue]:
    vain = {IncidentKind.FAILED, IncidentKind.NOT_ATTEMPTED}
    seen: set[OrderId] = set()
    for incident in incidents:
        order_id = incident.order_id
        if incident.kind in vain and order_id in day.orders and order_id is not None and order_id not in seen:
            seen.add(order_id)
            yield Cue(CueKind.NO_SHOW, incident.since, day.orders[order_id].number)


def _minutes(delay: timedelta) -> int:
    return min(MOST_MINUTES, 5 * round(delay / timedelta(minutes=5)))


def _chosen(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The gravest, each thing once, no two at a time; in order."""
    found: dict[tuple[CueKind, str, int | None], Cue] = {}
    for cue in sorted(cues, key=lambda cue: (_GRAVEST.index(cue.kind), cue.at)):
        same = (cue.kind, cue.number, cue.driver)
        at = cue.at
        while any(abs(at - other.at) < APART for other in found.values()):
            at += STEP
        if same not in found and len(found) < MOST:
            found[same] = replace(cue, at=at)
    return tuple(sorted(found.values(), key=lambda cue: cue.at))
