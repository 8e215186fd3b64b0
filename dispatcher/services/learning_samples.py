"""Samples out of the depot's own records: what Insight gathered, joined with the orders; and the legs driven."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from dispatcher.domain.ids import OrderId
from dispatcher.domain.keeping import ERASED
from dispatcher.domain.orders import Order
from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.domain.proof import Outcome
from dispatcher.domain.tracking import Leg
from dispatcher.insight.columns import TableName
from dispatcher.insight.cuts import Span
from dispatcher.insight.kept import KeptFacts
from dispatcher.learning.doors import Doors
from dispatcher.learning.foreseen import LONGEST_S, SHORTEST_S
from dispatcher.learning.levels import Moment, moment_levels, order_levels
from dispatcher.learning.samples import Gathered, Samples
from dispatcher.learning.tables import FAILURE_SPREADS, SERVICE_SPREADS
from dispatcher.services.logbook import Logbook
from dispatcher.services.ports import Reader, Store

COLUMNS = (
    "date", "order_id", "driver_id", "outcome", "counted", "service_s", "departed_at", "hour", "weekday", "attempt",
    "slot", "promised_from", "promised_until",
)  # fmt: skip

type Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Visits:
    """Of one span, each attempt that counts; and of these, the stays that can be timed."""

    service: Samples
    """Seconds."""
    failure: Samples
    """1 for failed, 0 for not."""


def visits_of(facts: KeptFacts, store: Store, span: Span, doors: Doors, progress: Progress) -> Visits:
    """Month by month, so that no more than one is in the memory. Raises `Cancelled`."""
    service, failure = Gathered(tuple(SERVICE_SPREADS)), Gathered(tuple(FAILURE_SPREADS))
    for month in months(span):
        share = (month.first - span.first).days / span.days
        for on, rows in _days(facts, month):
            checkpoint(progress, share, f"Reading {on}")
            ids = {OrderId(row[1]) for row in rows}
            orders = {order.id: order for order in store.read(partial(_orders, ids=ids))}
            for row in rows:
                if (order := orders.get(OrderId(row[1]))) and order.address.line != ERASED:
                    _take(on, row, order, doors, service, failure)
    return Visits(service.samples(), failure.samples())


def _orders(reader: Reader, ids: Iterable[OrderId]) -> Sequence[Order]:
    return reader.orders(ids)


def months(span: Span) -> Iterator[Span]:
    """A span in parts that each lie within one month."""
    first = span.first
    while first <= span.last:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield Span(first, min(span.last, following - timedelta(days=1)))
        first = following


def _days(facts: KeptFacts, span: Span) -> Iterator[tuple[date, list[Row]]]:
    """Attempts that count, date by date."""
    stops = facts.read(span)[TableName.STOPS]
    rows = stops.loc[stops["counted"], list(COLUMNS)].sort_values("date", kind="stable")
    columns = [rows[name].tolist() for name in COLUMNS]
    for on, group in groupby(zip(*columns, strict=True), key=lambda row: row[0]):
        yield on.date(), list(group)


def _take(on: date, row: Row, order: Order, doors: Doors, service: Gathered, failure: Gathered) -> None:
    _on, _id, driver_id, outcome, _counted, service_s, departed, hour, weekday, attempt, slot, opens, closes = row
    door = doors.read(order.address, order.contact.name, order.notes)
    long_h = (closes - opens).total_seconds() / 3600 if opens == opens and closes == closes else None  # not a time
    moment = Moment(_whole(hour), _whole(weekday), slot, long_h)
    when = moment_levels(moment, kind=door.kind, attempt=_whole(attempt) or 1, driver_id=driver_id)
    levels = order_levels(order, door) | when
    failed = outcome == Outcome.FAILED
    failure.add(on, float(failed), levels)
    if not failed and departed == departed and SHORTEST_S <= service_s <= LONGEST_S:
        service.add(on, service_s, levels)


def _whole(number: float) -> int | None:
    return int(number) if number == number else None


# --- the way ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Legs:
    """Legs and their dates, oldest first."""

    legs: Sequence[Leg]
    days: npt.NDArray[np.int64]
    """Ordinals."""


def legs_of(logbook: Logbook, span: Span) -> Legs:
    """The legs of these dates; one does not say its own."""
    dates = [span.first + timedelta(days=n) for n in range(span.days)]
    by_date = logbook.read(lambda book: [book.legs(on, on) for on in dates])
    days = np.repeat([on.toordinal() for on in dates], [len(legs) for legs in by_date]).astype(np.int64)
    return Legs([leg for legs in by_date for leg in legs], days)
