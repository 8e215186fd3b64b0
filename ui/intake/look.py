"""One look at an order file: all that the form shows of it, made in the background. Knows no Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatcher.domain.errors import BadInput
from dispatcher.domain.progress import Progress
from dispatcher.services import importing
from dispatcher.services.importing import Field, Memory, NotUnderstood, Preview, Request, RowError, Sheet
from dispatcher.services.workplace import Workplace
from ui import format as words


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it is understood now, or why it is not."""

    sheet: Sheet
    columns: Mapping[str, Field | None]
    preview: Preview | None = None
    """`None` while the columns are assigned so that no orders come of them."""
    fault: BadInput | None = None
    """Why, in that case."""
    errors: tuple[RowError, ...] = ()
    faults: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """What is wrong, by the row's number and the column's name; the empty name stands for the whole row."""
    faulty: frozenset[int] = frozenset()
    """The numbers of the rows left out."""
    summary: str = ""

    @property
    def rejected(self) -> int:
        """How many rows are left out."""
        return len(self.faulty)

    @property
    def useful(self) -> int:
        """How many orders the import would touch."""
        plan = self.preview.plan if self.preview else None
        return len(plan.add) + len(plan.replace) + len(plan.remove) if plan else 0


def look_at(workplace: Workplace, request: Request, memory: Memory, progress: Progress) -> Look:
    """Read and understand; a file whose columns say too little is shown all the same, to be assigned by hand.

    Raises `BadInput` for what is no order file, and `Cancelled`.
    """
    try:
        preview = importing.prepare(workplace, request, progress, memory)
    except NotUnderstood as fault:
        # Its words alone: the frames behind it would keep the form alive, to be collected on whatever thread runs then
        return Look(fault.sheet, fault.columns, fault=BadInput(fault.what, fault.remedy))
    faulty = frozenset(error.row for error in preview.errors)
    return Look(
        preview.sheet,
        preview.columns,
        preview,
        errors=preview.errors,
        faults=_by_cell(preview.errors),
        faulty=faulty,
        summary=summary_of(preview, len(faulty)),
    )


def _by_cell(errors: tuple[RowError, ...]) -> dict[tuple[int, str], str]:
    faults: dict[tuple[int, str], str] = {}
    for error in errors:
        said = f"{error.reason} {error.remedy}".strip()
        before = faults.get((error.row, error.column))
        faults[error.row, error.column] = f"{before}\n{said}" if before else said
    return faults


def summary_of(preview: Preview, rejected: int) -> str:
    """What would happen: "150 orders on 1 day: 148 new, 2 changed · 3 addresses to review · 1 row left out"."""
    plan = preview.plan
    parts = [
        f"{number:,} {what}"
        for number, what in (
            (len(plan.add), "new"),
            (len(plan.replace), "changed"),
            (len(plan.unchanged), "as they were"),
            (len(plan.remove), "removed"),
        )
        if number
    ]
    days = len({order.date for order in preview.orders})
    orders = f"{words.count(len(preview.orders), 'order')} on {words.count(days, 'day')}"
    said = [f"{orders}: {', '.join(parts)}" if parts else "No order of this file goes in"]
    if preview.doubtful:
        said.append(f"{words.count(preview.doubtful, 'address', 'addresses')} to review")
    if rejected:
        said.append(f"{words.count(rejected, 'row')} left out")
    return " · ".join(said)
