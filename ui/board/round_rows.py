"""A round's rows, with what the road says laid over them; made anew only where they would say something else.

Knows no Qt and no table. Making the rows of a large day takes longer than a frame, so workers make them beforehand:
whoever asks next finds them made.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dispatcher.domain.ids import ShiftId
from ui.board.onroad import QUIET, SILENT, Heard, Known, Road, heard_of, round_now, stops_now
from ui.board.rows import RoundRow, StopRow, round_row, stop_rows
from ui.board.source import RoundSource, same_source

KEPT = 3
"""States of a round that are remembered: the one shown, the one a worker makes meanwhile, and that of a preview."""


@dataclass(frozen=True, slots=True)
class RoundRows:
    """The rows of a round and what they were made of."""

    source: RoundSource
    heard: Heard | None
    """`None` while nobody knows how the round stands on the road."""
    known: Known
    row: RoundRow
    stops: tuple[StopRow, ...]
    """In the order they are served."""

    def hears(self, heard: Heard | None) -> bool:
        """Whether this is heard already."""
        return heard is self.heard or (heard is not None and self.heard is not None and heard.same(self.heard))


class RowMaker:
    """Makes the rows of rounds. Any thread: two that ask at the same time at worst make the same rows twice."""

    def __init__(self) -> None:
        self._kept: dict[ShiftId, tuple[RoundRows, ...]] = {}
        """The latest first."""

    def of(self, source: RoundSource, road: Road | None) -> RoundRows:
        """The rows of a round. A row that says the same as before is the very same object."""
        kept = self._kept.get(source.shift.id, ())
        planned = next((rows for rows in kept if same_source(rows.source, source)), None)
        heard = heard_of(road.live, source, planned.heard if planned else None) if road else None
        if planned and planned.hears(heard):
            return planned
        made = _laid_over(planned or _plan_of(source, kept[0] if kept else None), heard, road)
        rest = (rows for rows in kept if rows is not planned)
        self._kept[source.shift.id] = (made, *rest)[:KEPT]
        return made

    def keep(self, shift_ids: Iterable[ShiftId]) -> None:
        """Forget all other rounds."""
        self._kept = {s: kept for s in shift_ids if (kept := self._kept.get(s))}


def _plan_of(source: RoundSource, before: RoundRows | None) -> RoundRows:
    """The rows by the plan alone, but where the plan says the same as `before`: there they stay as they are."""
    row, stops = round_row(source), stop_rows(source)
    if before is None:
        return RoundRows(source, None, {}, row, tuple(stops))
    old, orders = {stop.order_id: stop for stop in before.stops}, {id(order) for order in before.source.orders}
    known = {o.id: before.known[o.id] for o in source.orders if id(o) in orders and o.id in before.known}
    carried = tuple(_carried(old.get(stop.order_id), stop) for stop in stops)
    return RoundRows(source, None, known, _carried(before.row, row), carried)


def _carried[Row: (RoundRow, StopRow)](before: Row | None, row: Row) -> Row:
    """The row as it was, if only the road may say otherwise."""
    return before if before is not None and replace(row, now=before.now) == before else row


def _laid_over(rows: RoundRows, heard: Heard | None, road: Road | None) -> RoundRows:
    """The rows with what is heard of the round laid over them."""
    known = stops_now(rows.source, heard, road, rows.known) if heard and road else {}
    now = round_now(rows.source, heard) if heard else SILENT
    row = rows.row if rows.row.now == now else replace(rows.row, now=now)
    stops = tuple(_saying(stop, known) for stop in rows.stops)
    return RoundRows(rows.source, heard, known, row, stops)


def _saying(row: StopRow, known: Known) -> StopRow:
    now = known[row.order_id][1] if known else QUIET
    return row if now is row.now or now == row.now else replace(row, now=now)
