"""Closed streets: what a drawn line means, whether it may be closed, and closing and reopening it.

Whether a closure may be stored takes the road engine a moment, so `check` is asked before `close_street`, outside of
the unit of work. Obeying closures is the planning desk's affair, the streets themselves are the region's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import ClosureId
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress, Progress, Share, checkpoint
from dispatcher.domain.roads import NO_WAY, OFF_ROAD_M, Closure, RoadNetwork, Understood, obeyed
from dispatcher.services.ports import Reader, UnitOfWork
from dispatcher.services.workplace import Workplace

LEAST_REACH = 0.2
"""A yard that reaches less than this of what it reached before is cut off."""

_GRID = 7


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed street of a day as the roads understand it."""

    closure: Closure
    understood: Understood | None
    """`None` if it cannot be obeyed."""
    fault: str = ""
    """Why not, for people."""


def understood(workplace: Workplace, line: Sequence[Place]) -> Understood:
    """Which streets a line drawn on the map means: those along it, or those it cuts across.

    Raises `BadInput` in words if there are none, or no region.
    """
    if len(line) < 2:
        raise BadInput("A closed street is drawn with two points or more.", "Draw along the street that is closed.")
    return workplace.roads.understood(line)


def closures_on(roads: RoadNetwork, day: Day) -> list[Closed]:
    """The day's closed streets, for the map and the list; those that cannot be obeyed say why."""
    found = []
    for closure in day.closures:
        try:
            found.append(Closed(closure, roads.understood(closure.line)))
        except BadInput as fault:
            found.append(Closed(closure, None, str(fault)))
    return found


def notice(closed: Iterable[Closed]) -> str:
    """What people must know before they trust the day's times; empty if every closed street is obeyed."""
    ignored = [each for each in closed if each.understood is None]
    if not ignored:
        return ""
    names = ", ".join(each.closure.name for each in ignored)
    return f"Planned as if open: {names}. {ignored[0].fault}"


def check(workplace: Workplace, closure: Closure, progress: Progress | None = None) -> Understood:
    """Which streets it closes, if it may be stored; makes the roads ready for it.

    Raises `BadInput` if it has no name, means no street, or cuts a yard off from nearly everything on any of its days,
    together with what else is closed then; `Cancelled`.
    """
    watch = progress or NoProgress()
    _require_name(closure)
    found = understood(workplace, closure.line)
    closures, dates = workplace.store.read(lambda r: (r.closures(), [d.date for d in r.days()]))
    others = [c for c in obeyed(workplace.roads, closures) if c.id != closure.id]
    sets = list(_together(closure, others))
    for done, (days, together) in enumerate(sets):
        share = Share(watch, done / len(sets), (done + 1) / len(sets))
        _require_reach(workplace, closure, together, [d for d in dates if d in days], share)
    return found


def close_street(uow: UnitOfWork, closure: Closure) -> None:
    """Close a street, or change a closure; `check` it first."""
    _require_name(closure)
    uow.put_closure(closure)


def reopen_street(uow: UnitOfWork, closure_id: ClosureId) -> None:
    """Take a closure away, on all its days."""
    if all(closure.id != closure_id for closure in uow.closures()):
        raise BadInput("That street is open already.", "Nothing is left to do.")
    uow.remove_closure(closure_id)


@dataclass(frozen=True, slots=True)
class _Days:
    """From the first to the last, both included."""

    first: date
    last: date

    def __contains__(self, on: date) -> bool:
        return self.first <= on <= self.last


def _require_name(closure: Closure) -> None:
    if not closure.name.strip():
        raise BadInput("The closed street has no name.", "Type one, such as the street and why it is closed.")


def _together(closure: Closure, others: Sequence[Closure]) -> Iterator[tuple[_Days, list[Closure]]]:
    """The runs of days on which the same others are closed too."""
    near = [c for c in others if c.first <= closure.last and c.last >= closure.first]
    after = timedelta(days=1)
    turns = {closure.first, closure.last + after}
    turns.update(d for c in near for d in (c.first, c.last + after) if closure.first < d <= closure.last)
    begins = sorted(turns)
    for first, following in pairwise(begins):
        yield _Days(first, following - after), [closure, *(c for c in near if c.first <= first <= c.last)]


def _require_reach(
    workplace: Workplace, closure: Closure, together: Sequence[Closure], dates: Sequence[date], watch: Progress
) -> None:
    """Raise `BadInput` if a yard of these days reaches next to nothing any more."""
    yards, profiles = workplace.store.read(lambda r: _yards(r, dates))
    roads = workplace.roads
    checkpoint(watch, 0.0, "Closing streets")
    roads.prepare(profiles, together, Share(watch, 0.0, 0.8))
    for profile in profiles:
        around = _around(roads, workplace.pack.bounds, profile) if workplace.pack else []
        places = [*yards, *around]
        before, after = (_reach(roads, places, len(yards), profile, some) for some in ((), together))
        checkpoint(watch, 1.0, "Closing streets")
        for was, reached in zip(before, after, strict=True):
            if was and reached < LEAST_REACH * was:
                also = ", ".join(c.name for c in together if c.id != closure.id)
                raise BadInput(
                    f"Closing {closure.name} would cut the yard off: of {was} places all over the region "
                    f"only {reached} could still be reached and come back from by {_CALLED[profile]}.",
                    "Draw a shorter stretch that leaves the yard a way out"
                    + (f", or reopen one of {also} for these days." if also else "."),
                )


_CALLED = {Profile.CAR: "van", Profile.BICYCLE: "bicycle"}


def _yards(reader: Reader, dates: Sequence[date]) -> tuple[list[Place], list[Profile]]:
    """The depot and where shifts of these days start, and the profiles of the fleet."""
    starts = [shift.start for on in dates for shift in reader.shifts_of(on)]
    profiles = {vehicle.kind.profile for vehicle in reader.vehicles()} or {Profile.CAR}
    return list(dict.fromkeys([reader.depot().place, *starts])), sorted(profiles)


def _around(roads: RoadNetwork, bounds: Bounds, profile: Profile) -> list[Place]:
    """Places on roads all over the region."""
    step_lat, step_lon = (bounds.north - bounds.south) / _GRID, (bounds.east - bounds.west) / _GRID
    raster = [
        Place(bounds.south + (row + 0.5) * step_lat, bounds.west + (column + 0.5) * step_lon)
        for row in range(_GRID)
        for column in range(_GRID)
    ]
    snaps = [roads.nearest(place, profile) for place in raster]
    return list(dict.fromkeys(snap.place for snap in snaps if snap.distance_m <= OFF_ROAD_M))


def _reach(
    roads: RoadNetwork, places: Sequence[Place], yards: int, profile: Profile, closures: Sequence[Closure]
) -> list[int]:
    """From each of the first `yards` places, how many of the others lie on a way there and back."""
    seconds = roads.table(places, profile, closures).duration_s
    there, back = seconds[:yards, yards:] < NO_WAY, seconds[yards:, :yards].T < NO_WAY
    return [int(n) for n in (there & back).sum(axis=1)]
