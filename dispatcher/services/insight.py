"""The insight desk: gathers what is not gathered yet, and answers what was measured. For worker threads.

The facts lie beside the depot's database, by month, and can be thrown away at any time: they are made anew.
"""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId
from dispatcher.domain.progress import NoProgress, Progress
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.insight.columns import Column, ColumnKind, TableName
from dispatcher.insight.cuts import (
    CUT_BY_ID,
    CUTS,
    Cut,
    CutRow,
    CutTable,
    FactRows,
    Facts,
    Figure,
    Span,
    cut_table,
    day_values,
    part_of,
    rows_behind,
    total_of,
)
from dispatcher.insight.kept import KeptFacts
from dispatcher.insight.measures import BY_ID, MEASURES, Better, Measure, Terms
from dispatcher.insight.scorecard import Event, PartKind, Scorecard, ScorePart, TrendPoint, band_of, card_of, drivers_of
from dispatcher.services.insight_export import write_cards, write_plans, write_table
from dispatcher.services.insight_gathering import Gatherer
from dispatcher.services.insight_plans import Foreseen, PlanTable, plans_of
from dispatcher.services.ports import Clock, UnitOfWork
from dispatcher.services.workplace import Workplace

__all__ = [
    "BY_ID", "CUTS", "CUT_BY_ID", "MEASURES", "Better", "Column", "ColumnKind", "Cut", "CutRow", "CutTable", "Event",
    "FactRows", "Figure", "Foreseen", "Gathered", "InsightDesk", "Measure", "PartKind", "PlanTable", "ScorePart",
    "Scorecard", "Span", "TableName", "Terms", "Tile", "TrendPoint", "band_of", "keep_terms", "plans_of", "terms_of",
]  # fmt: skip

MOST_TOLERANCE_S = 4 * 3_600
"""Beyond it a promise is none."""
MOST_ROWS = 5_000
_WRITING = threading.Lock()
"""Whoever forgets a person has another desk than whoever gathers: both write the same files."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """How the facts of a span stand."""

    span: Span
    days: int
    """Dates of it that something happened on."""
    made: int
    """Of these, gathered anew just now."""
    missing: tuple[date, ...] = ()
    """Dates that could not be gathered; their facts are as they were, or none."""
    why: str = ""
    """Of the first of those."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One measure over a span, and day by day."""

    measure: Measure
    figure: Figure
    before: Figure | None
    """In the span compared with; `None` without one."""
    by_day: tuple[tuple[date, float | None], ...]
    """Every date of the span."""


def terms_of(policy: RoadPolicy) -> Terms:
    """How strictly a depot reads its promises."""
    return Terms(policy.on_time_early_s, policy.on_time_late_s)


def keep_terms(uow: UnitOfWork, terms: Terms) -> None:
    """The change that has the depot read its promises so from now on, those of the past, too. Raises `BadInput`."""
    if max(terms.early_s, terms.late_s) > MOST_TOLERANCE_S:
        raise BadInput("More than 4 hours of tolerance make every arrival on time.", "Choose less.")
    depot = uow.depot()
    road = replace(depot.road, on_time_early_s=terms.early_s, on_time_late_s=terms.late_s)
    uow.put_depot(replace(depot, road=road))


class InsightDesk:
    """One depot's facts. Any thread; of all desks one gathers at a time, while others ask what is there already."""

    def __init__(self, workplace: Workplace, *, clock: Clock) -> None:
        self._workplace, self._clock = workplace, clock
        self.currency = workplace.depot.currency
        """Of measures whose unit is "minor"."""
        self._kept = KeptFacts(workplace.home.database(workplace.slug).parent / "insight")

    @property
    def today(self) -> date:
        """The date at the depot."""
        return self._clock().astimezone(self._workplace.depot.zone).date()

    @property
    def terms(self) -> Terms:
        """How strictly promises are read where nobody says otherwise: as the depot has it now."""
        return terms_of(self._workplace.depot.road)

    def gather(self, span: Span, progress: Progress | None = None) -> Gathered:
        """Bring the facts of these dates up to date: those that changed are gathered anew, today each time.

        Without a logbook there are no facts. A what-if copy only looks: nothing is kept. Raises `Cancelled`; what was
        gathered before that stays.
        """
        with _WRITING:
            gatherer = Gatherer(self._workplace, self._kept, self._clock)
            done = gatherer.run(span, progress or NoProgress())
        return Gathered(span, done.days, done.made, done.missing, done.why)

    def forget(self, order_ids: Collection[OrderId]) -> int:
        """Take the people out of these orders' rows at once, on the disk too; how many rows that were."""
        with _WRITING:
            return self._kept.forget(order_ids)

    def forget_driver(self, driver_id: str, name: str) -> int:
        """Call a driver so in all that was gathered, at once, on the disk too; how many rows that were."""
        with _WRITING:
            return self._kept.rename_driver(driver_id, name)

    # --- asking ----------------------------------------------------------------------------------------------------

    def known(self) -> Span | None:
        """From the first to the last date there are facts of."""
        return self._kept.span()

    def tiles(self, span: Span, compared: Span | None = None, *, terms: Terms | None = None) -> Sequence[Tile]:
        """Every measure with its value, the one before, and one a day."""
        facts, terms = self._facts(span, compared), terms or self.terms
        return [_tile(facts, measure, span, compared, terms) for measure in MEASURES]

    def tile(self, measure_id: str, span: Span, compared: Span | None = None, *, terms: Terms | None = None) -> Tile:
        """One measure. Raises `BadInput` for one that there is not."""
        return _tile(self._facts(span, compared), _measure(measure_id), span, compared, terms or self.terms)

    def table(
        self, measure_id: str, cut_id: str, span: Span, compared: Span | None = None, *, terms: Terms | None = None
    ) -> CutTable:
        """A measure along a cut. Raises `BadInput` for one that cannot be cut so (see `Cut.fits`)."""
        measure, cut = _measure(measure_id), _cut(cut_id)
        if not cut.fits(measure):
            fitting = ", ".join(c.name.lower() for c in CUTS if c.fits(measure))
            raise BadInput(f"“{measure.name}” cannot be cut by {cut.name.lower()}.", f"Choose one of: {fitting}.")
        return cut_table(self._facts(span, compared), measure, cut, span, terms or self.terms, compared)

    def rows(
        self,
        measure_id: str,
        span: Span,
        *,
        cut_id: str = "",
        key: str = "",
        terms: Terms | None = None,
        most: int = MOST_ROWS,
    ) -> FactRows:
        """The very rows behind a number: of one line of a cut (`CutRow.key`), or without a cut of all."""
        measure, cut = _measure(measure_id), _cut(cut_id) if cut_id else None
        terms = terms or self.terms
        return rows_behind(self._facts(span), measure, span, terms, cut=cut, key=key, most=most)

    def scorecards(self, span: Span, *, terms: Terms | None = None) -> Sequence[Scorecard]:
        """Of every driver who drove, the lowest score first; those without a score last."""
        facts, terms = self._facts(span), terms or self.terms
        cards = [card_of(facts, driver_id, span, terms) for driver_id in drivers_of(facts, span)]
        return sorted(cards, key=lambda card: (card.score is None, card.score or 0.0, card.name))

    def scorecard(self, driver_id: str, span: Span, *, terms: Terms | None = None) -> Scorecard:
        """Of one driver; without rounds it has no score."""
        return card_of(self._facts(span), driver_id, span, terms or self.terms)

    def export(self, table: CutTable, to: Path) -> None:
        """Write a table with its formula as XLSX, PDF or HTML, whatever the file's name ends in.

        Whole or not at all. Raises `KnownError` where it cannot be written, `BadInput` for another ending.
        """
        write_table(table, to, depot=self._workplace.depot, now=self._clock())

    def export_cards(self, cards: Sequence[Scorecard], span: Span, to: Path) -> None:
        """Write scorecards, a line a driver. Raises as `export`."""
        write_cards(cards, span, to, depot=self._workplace.depot, now=self._clock())

    def export_plans(self, table: PlanTable, to: Path) -> None:
        """Write plans side by side. Raises as `export`."""
        write_plans(table, to, depot=self._workplace.depot, now=self._clock())

    def _facts(self, span: Span, compared: Span | None = None) -> Facts:
        spans = [span, compared] if compared else [span]
        return self._kept.read(Span(min(s.first for s in spans), max(s.last for s in spans)))


def _tile(facts: Facts, measure: Measure, span: Span, compared: Span | None, terms: Terms) -> Tile:
    part = part_of(facts, measure, span, terms)
    before = total_of(measure, part_of(facts, measure, compared, terms)) if compared else None
    return Tile(measure, total_of(measure, part), before, day_values(measure, part, span))


def _measure(measure_id: str) -> Measure:
    if measure_id not in BY_ID:
        raise BadInput(f"There is no measure “{measure_id}”.", f"There are: {', '.join(BY_ID)}.")
    return BY_ID[measure_id]


def _cut(cut_id: str) -> Cut:
    if cut_id not in CUT_BY_ID:
        raise BadInput(f"There is no cut “{cut_id}”.", f"There are: {', '.join(CUT_BY_ID)}.")
    return CUT_BY_ID[cut_id]
