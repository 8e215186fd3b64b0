"""What-if copies: a day tried out in a copy of the whole depot, compared, and promoted or thrown away.

A copy is a database of its own beside the depot's, with all its history up to the moment it was made. Everything the
window can do can be done in it, and nothing of that reaches the depot unless the copy is promoted.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.plan import Day, Stop
from dispatcher.domain.schedule import Schedule
from dispatcher.services.home import Home, slug_of
from dispatcher.services.plan import Applied, Proposal, apply_proposal, sequences_of, shift_by_order, unassign
from dispatcher.services.ports import Store, UnitOfWork

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
    made = WhatIf(name.strip(), on, revision, clock(), file)
    note = {"name": made.name, "date": on.isoformat(), "revision": revision, "made_at": made.made_at.isoformat()}
    file.with_suffix(".json").write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
    return made


def all_of(home: Home, slug: str) -> tuple[WhatIf, ...]:
    """The depot's copies, oldest first; a file without a readable note is none."""
    found = (_read(file) for file in _folder(home, slug).glob("*.db"))
    return tuple(sorted((w for w in found if w), key=lambda w: w.made_at))


def named(home: Home, slug: str, name: str) -> WhatIf:
    """The copy of this name; raises `KnownError` if there is none."""
    for what_if in all_of(home, slug):
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


def promote(uow: UnitOfWork, *, base: Day, tried: Day) -> Applied:
    """Bring what was changed in a copy, since `base`, into the depot, as one change.

    Where the depot itself has changed the same thing meanwhile, the depot's own stands, and that is said for orders.
    """
    now = uow.day(base.date)
    if _differ(tried.depot, base.depot) and not _differ(now.depot, base.depot):
        uow.put_depot(tried.depot)
    for driver in _changed(base.drivers, tried.drivers, now.drivers):
        uow.put_driver(driver)
    for vehicle in _changed(base.vehicles, tried.vehicles, now.vehicles):
        uow.put_vehicle(vehicle)
    for shift_id in base.shifts.keys() - tried.shifts.keys():
        if shift_id in now.shifts:
            uow.remove_shift(shift_id)
    uow.put_shifts(_changed(base.shifts, tried.shifts, now.shifts))
    uow.put_orders(_changed(base.orders, tried.orders, now.orders))
    _unplan(uow, base, tried)
    applied = apply_proposal(uow, Proposal(base.date, base.revision, sequences_of(base), sequences_of(tried)))
    _take_flags(uow, base, tried)
    if tried.freeze_at != base.freeze_at:
        uow.set_freeze(base.date, tried.freeze_at)
    contested = _contested(base.orders, tried.orders, now.orders)
    told = dict.fromkeys(contested, "It was changed in the depot meanwhile; that stands.")
    return replace(applied, left=tuple({**dict(applied.left), **told}.items()))


def _unplan(uow: UnitOfWork, base: Day, tried: Day) -> None:
    """Take out of the rounds what the copy took out, where the depot still has it as it was."""
    was, meant = shift_by_order(sequences_of(base)), shift_by_order(sequences_of(tried))
    routes = uow.plan(base.date).routes
    leaving = {o for r in routes for o in r.order_ids if o not in meant and was.get(o) == r.shift_id}
    unassign(uow, order_ids=leaving)


def _take_flags(uow: UnitOfWork, base: Day, tried: Day) -> None:
    """What is held, done and loaded follows the copy where it was changed there."""
    was, meant = _stops(base), _stops(tried)
    routes = {}
    for route in uow.plan(base.date).routes:
        stops = [meant[s.order_id] if _reflagged(was, meant, s) else s for s in route.stops]
        if tuple(stops) != route.stops:
            routes[route.shift_id] = stops
    if routes:
        uow.set_routes(routes)
    for order_id in base.loaded.keys() | tried.loaded.keys():
        if base.loaded.get(order_id) != tried.loaded.get(order_id) and uow.order(order_id):
            uow.set_loaded([order_id], tried.loaded.get(order_id))


def _reflagged(was: Mapping[Any, Stop], meant: Mapping[Any, Stop], stop: Stop) -> bool:
    order_id = stop.order_id
    return order_id in meant and meant[order_id] != was.get(order_id, Stop(order_id))


def _stops(day: Day) -> dict[Any, Stop]:
    return {stop.order_id: stop for route in day.plan.routes for stop in route.stops}


def _changed[K, V](base: Mapping[K, V], tried: Mapping[K, V], now: Mapping[K, V]) -> list[V]:
    """What the copy changed or added, where the depot still has it as it was."""
    contested = _contested(base, tried, now)
    return [row for key, row in tried.items() if _differ(row, base.get(key)) and key not in contested]


def _contested[K, V](base: Mapping[K, V], tried: Mapping[K, V], now: Mapping[K, V]) -> set[K]:
    return {
        key
        for key, row in tried.items()
        if _differ(row, base.get(key)) and _differ(now.get(key), base.get(key)) and _differ(now.get(key), row)
    }


def _differ(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is not other
    return bool(replace(one, version=0) != replace(other, version=0))


def _read(file: Path) -> WhatIf | None:
    try:
        note = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        moment = datetime.fromisoformat(note["made_at"])
        return WhatIf(str(note["name"]), date.fromisoformat(note["date"]), int(note["revision"]), moment, file)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _folder(home: Home, slug: str) -> Path:
    return home.database(slug).parent / FOLDER
