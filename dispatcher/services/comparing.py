"""What-if copies side by side: a day as the depot has it, and as each of its copies has it, judged alike.

Copies are read in their own databases, which are upgraded if an older program made them; nothing else is written.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.services.plan import Applied
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.ports import Reader, Store, UnitOfWork
from dispatcher.services.promoting import Tried, promote
from dispatcher.services.whatifs import Figures, WhatIf, all_of, figures
from dispatcher.services.workplace import OpenStore, Workplace


@dataclass(frozen=True, slots=True)
class Weighed:
    """One side of the comparison: the depot itself, or one of its copies."""

    what_if: WhatIf | None
    """`None` for the depot."""
    figures: Figures | None = None
    fault: str = ""
    """Why there are no figures: the copy is damaged, or made by a newer program."""
    behind: int = 0
    """Changes of that day in the depot since the copy was made."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The depot first, then the copies of that day, oldest first."""

    date: date
    currency: str
    sides: tuple[Weighed, ...]


@dataclass(frozen=True, slots=True)
class Promotion:
    """A copy's day, ready to be brought into the depot."""

    what_if: WhatIf
    base: Day
    """The depot's day when the copy was made."""
    tried: Tried
    """The copy's day now, and what left it."""

    @property
    def label(self) -> str:
        """What the step is called, in the words of the menu."""
        return f"Promote “{self.what_if.name}”"

    def run(self, uow: UnitOfWork) -> Applied:
        """The change itself; for a unit of work of the depot's own store."""
        return promote(uow, base=self.base, tried=self.tried)

    def left(self, applied: Applied) -> Mapping[str, str]:
        """What could not follow, by order number, each with why."""
        return {self._number(order_id): why for order_id, why in applied.left}

    def _number(self, order_id: OrderId) -> str:
        order = self.tried.day.orders.get(order_id) or self.base.orders.get(order_id)
        return order.number if order else str(order_id)


def compare(workplace: Workplace, on: date, *, open_store: OpenStore, progress: Progress) -> Comparison:
    """Judge the day in the depot and in every copy of it. Raises `KnownError` if the depot's own cannot be read."""
    copies = [copy for copy in all_of(workplace.home, workplace.slug) if copy.date == on]
    desk = PlanningDesk(workplace.roads)  # its own: that of the window remembers the day on the board
    try:
        checkpoint(progress, 0.0, "Reading the depot")
        with opened(workplace, None, open_store) as depot:
            day = workplace.on_road(depot).read(lambda r: r.day(on))
            since = [entry.revision for entry in depot.entries(limit=10_000, on=on)]
            sides = [Weighed(None, figures(day, desk.look(day, why=False).schedule))]
        for number, copy in enumerate(copies, 1):
            checkpoint(progress, number / (len(copies) + 1), f"Reading “{copy.name}”")
            behind = sum(1 for revision in since if revision > copy.revision)
            sides.append(_weighed(workplace, copy, desk, open_store, behind))
    finally:
        desk.close()
    progress.report(1.0, "Compared")
    return Comparison(on, day.depot.currency, tuple(sides))


def _weighed(workplace: Workplace, copy: WhatIf, desk: PlanningDesk, open_store: OpenStore, behind: int) -> Weighed:
    try:
        with opened(workplace, copy, open_store) as store:
            day = workplace.on_road(store).read(lambda r: r.day(copy.date))
        return Weighed(copy, figures(day, desk.look(day, why=False).schedule), behind=behind)
    except KnownError as fault:
        return Weighed(copy, fault=str(fault), behind=behind)


def prepare_promotion(workplace: Workplace, what_if: WhatIf, *, open_store: OpenStore) -> Promotion:
    """Read what the copy began with and what became of it. Raises `KnownError` for a copy that cannot be read."""
    if what_if.drill:
        raise KnownError("A drill never comes into the depot: what happened in it was made up.", "Make a what-if copy.")
    with opened(workplace, None, open_store) as depot:
        base = depot.day_at(what_if.date, what_if.revision)
    with opened(workplace, what_if, open_store) as copy:
        return Promotion(what_if, base, copy.read(lambda r: _tried(r, base)))


def _tried(reader: Reader, base: Day) -> Tried:
    day = reader.day(base.date)
    left = reader.orders(base.orders.keys() - day.orders.keys())
    return Tried(day, tuple(left), tuple(reader.closures()))


@contextmanager
def opened(workplace: Workplace, what_if: WhatIf | None, open_store: OpenStore) -> Iterator[Store]:
    """The database of the depot, or of a copy: the one that is open already, or opened for this alone."""
    if (what_if.file if what_if else None) == (workplace.what_if.file if workplace.what_if else None):
        yield workplace.store
        return
    file: Path = what_if.file if what_if else workplace.home.database(workplace.slug)
    if not file.exists():
        raise KnownError(f"{file} is not there any more.", "It was thrown away or moved; choose another copy.")
    with closing(open_store(file)) as store:
        yield store


def described(side: Weighed) -> dict[str, Any]:
    """A side as JSON has it."""
    told: dict[str, Any] = described_copy(side.what_if) if side.what_if else {"name": None}
    if side.what_if:
        told["depot_changes_since"] = side.behind
    return told | ({"fault": side.fault} if side.fault else asdict(side.figures) if side.figures else {})


def described_copy(what_if: WhatIf) -> dict[str, Any]:
    """A copy as JSON has it."""
    return {
        "name": what_if.name,
        "date": what_if.date.isoformat(),
        "made_at": what_if.made_at.isoformat(),
        "revision": what_if.revision,
    }
