"""A day seen again: every driver where they were at a moment, found in the tracks that are kept."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.domain.tracking import StoredFix, Visit
from dispatcher.services.live import LiveDay, LiveDesk
from ui import format as words
from ui.map.replay import ReplayEvent
from ui.map.road import DriverMark
from ui.road.marks import age_words
from ui.theme import driver_colour

FORGOTTEN = timedelta(minutes=30)
"""Nobody is drawn where they were longer ago."""


@dataclass(frozen=True, slots=True)
class Reel:
    """The tracks of a day, ready to be asked for any moment."""

    tracks: Mapping[ShiftId, Sequence[StoredFix]]
    moments: Mapping[ShiftId, Sequence[float]]
    begins_at: datetime
    ends_at: datetime
    events: tuple[ReplayEvent, ...]


def reel_of(desk: LiveDesk, day: Day, live: LiveDay) -> Reel | None:
    """Read the tracks of a day; `None` if nothing was kept of it. For a worker."""
    tracks: dict[ShiftId, list[StoredFix]] = {}
    for shift in day.shifts.values():
        fixes = [f for f in desk.track(shift) if f.fix.valid]
        if fixes:
            tracks[shift.id] = sorted(fixes, key=lambda f: f.fix.at)
    if not tracks:
        return None
    moments = {s: [f.fix.at.timestamp() for f in fixes] for s, fixes in tracks.items()}
    begins_at = min(fixes[0].fix.at for fixes in tracks.values())
    ends_at = max(fixes[-1].fix.at for fixes in tracks.values()) + timedelta(seconds=1)
    return Reel(tracks, moments, begins_at, ends_at, tuple(_events(day, live)))


def _events(day: Day, live: LiveDay) -> Iterator[ReplayEvent]:
    for shift_id, round_ in live.rounds.items():
        if shift_id not in day.shifts:
            continue
        driver = day.drivers[day.shifts[shift_id].driver_id]
        for visit in round_.visits:
            order = day.orders.get(visit.order_id)
            if order is not None:
                text = f"{driver.number} {driver.name}: {order.address.line or order.address.text}"
                yield ReplayEvent(visit.arrived_at, text, late=_late(day, visit))


def _late(day: Day, visit: Visit) -> bool:
    windows = day.orders[visit.order_id].windows
    return bool(windows) and visit.arrived_at > windows[-1].closes_at


def marks_at(reel: Reel, day: Day, moment: datetime) -> Iterator[DriverMark]:
    """Everybody as they were at this moment."""
    for shift_id, fixes in reel.tracks.items():
        at = bisect_right(reel.moments[shift_id], moment.timestamp()) - 1
        if at < 0 or shift_id not in day.shifts or moment - fixes[at].fix.at > FORGOTTEN:
            continue
        yield _mark(day, shift_id, fixes, at, moment)


def _mark(day: Day, shift_id: ShiftId, fixes: Sequence[StoredFix], at: int, moment: datetime) -> DriverMark:
    fix, driver = fixes[at].fix, day.drivers[day.shifts[shift_id].driver_id]
    age_s = round((moment - fix.at).total_seconds())
    stale = age_s > day.depot.road.stale_s
    speed = "" if fix.speed_mps is None else f"\n{fix.speed_mps * 3.6:.0f} km/h"
    return DriverMark(
        driver_id=driver.id,
        number=driver.number,
        colour=driver_colour(driver.number).name(),
        place=fix.place if stale else _between(fixes, at, moment),
        heading_deg=None if stale else fix.heading_deg,
        age_text=age_words(age_s) if stale else "",
        stale=stale,
        mock=fix.mock,
        label=f"{driver.name}\nseen {words.clock(fix.at, day.depot.zone)}{speed}",
    )


def _between(fixes: Sequence[StoredFix], at: int, moment: datetime) -> Place:
    """On the straight line to the next fix, as far as the moment is."""
    here = fixes[at].fix
    if at + 1 >= len(fixes):
        return here.place
    there = fixes[at + 1].fix
    span = (there.at - here.at).total_seconds()
    share = min(1.0, (moment - here.at).total_seconds() / span) if span > 0 else 0.0
    lat = here.place.lat + share * (there.place.lat - here.place.lat)
    lon = here.place.lon + share * (there.place.lon - here.place.lon)
    return Place(lat, lon)
