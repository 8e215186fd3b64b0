"""What-if copies: a day tried out in a copy of the whole depot, measured, and thrown away; `promoting` brings one over.

A copy is a database of its own beside the depot's, with all its history up to the moment it was made. Everything the
window can do can be done in it, and nothing of that reaches the depot unless the copy is promoted.
"""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Schedule
from dispatcher.services.home import Home, slug_of
from dispatcher.services.ports import Store

FOLDER = "what-if"


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One copy, as its note beside it says."""

    name: str
    date: date
    """The day it is about."""
    revision: int
    """The depot's, when it was made."""
    made_at: datetime
    file: Path
    drill: bool = False
    """Made to practise in: nothing of it is ever promoted."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A day in the figures that copies are compared by."""

    cost: int
    """Minor currency units."""
    distance_m: int
    duration_s: int
    """Of all rounds together, from leaving to returning."""
    late: int
    late_s: int
    unplanned: int
    broken: int
    """Rules broken, lateness included."""
    rounds: int
    """Rounds that go out."""


def make(
    home: Home,
    slug: str,
    store: Store,
    *,
    name: str,
    on: date,
    clock: Callable[[], datetime],
    open_store: Callable[[Path], Store],
    drill: bool = False,
) -> WhatIf:
    """Copy the depot as it is now. Raises `BadInput` for a name that is taken, or none."""
    if not name.strip():
        raise BadInput("The copy has no name.", "Type one that says what you try.")
    file = _folder(home, slug) / f"{slug_of(name)}.db"
    if file.exists():
        raise BadInput(f"There is a copy “{name.strip()}” already.", "Choose another name, or throw that one away.")
    file.parent.mkdir(parents=True, exist_ok=True)
    store.backup(file)
    with closing(open_store(file)) as copy:  # its revision: the depot may have moved on meanwhile
        revision = copy.read(lambda r: r.revision)
    made = WhatIf(name.strip(), on, revision, clock(), file, drill)
    note = {"name": made.name, "date": on.isoformat(), "revision": revision, "made_at": made.made_at.isoformat()}
    note |= {"drill": True} if drill else {}
    file.with_suffix(".json").write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
    return made


def all_of(home: Home, slug: str, *, drills: bool = False) -> tuple[WhatIf, ...]:
    """The depot's copies, or those made for `drills`, oldest first; a file without a readable note is none."""
    found = (_read(file) for file in _folder(home, slug).glob("*.db"))
    return tuple(sorted((w for w in found if w and w.drill == drills), key=lambda w: w.made_at))


def named(home: Home, slug: str, name: str) -> WhatIf:
    """The copy of this name; raises `KnownError` if there is none."""
    for what_if in (*all_of(home, slug), *all_of(home, slug, drills=True)):
        if what_if.name == name:
            return what_if
    raise KnownError(f"There is no copy “{name}” of this depot any more.", "Make a new one under Plan › What if.")


def throw_away(what_if: WhatIf) -> None:
    """Delete a copy; the depot stays as it is."""
    for suffix in ("", "-wal", "-shm"):
        what_if.file.with_name(f"{what_if.file.name}{suffix}").unlink(missing_ok=True)
    what_if.file.with_suffix(".json").unlink(missing_ok=True)


def figures(day: Day, schedule: Schedule) -> Figures:
    """What a day comes to."""
    routes = schedule.routes.values()
    return Figures(
        cost=schedule.cost,
        distance_m=schedule.distance_m,
        duration_s=sum(route.duration_s for route in routes if route.stops),
        late=schedule.late_stops,
        late_s=sum(route.late_s for route in routes),
        unplanned=len(day.unplanned),
        broken=sum(len(route.broken) for route in routes),
        rounds=sum(1 for route in routes if route.stops),
    )


def _read(file: Path) -> WhatIf | None:
    try:
        note = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        moment = datetime.fromisoformat(note["made_at"])
        on, drill = date.fromisoformat(note["date"]), note.get("drill") is True
        return WhatIf(str(note["name"]), on, int(note["revision"]), moment, file, drill)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _folder(home: Home, slug: str) -> Path:
    return home.database(slug).parent / FOLDER
