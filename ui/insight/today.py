"""What the wall is told of a day on the road: a handful of figures. Knows no Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt, Outcome
from dispatcher.domain.tracking import LiveRound, Risk
from dispatcher.services.insight import Terms, terms_of
from dispatcher.services.live import LiveDay
from ui import format as fmt
from ui.insight.words import NONE

LATELY = timedelta(minutes=10)
"""Who was heard within it is heard, as in the list of phones."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A day on the road in figures."""

    date: date
    at: datetime
    planned: int
    """Stops of the plan."""
    done: int
    """Of these, something was said of them, whatever came of it."""
    failed: int
    promised: int
    """Stops done where a time was promised and somebody stood at the door."""
    on_time: int
    """Of these, within it, give or take what the measure does."""
    late: int
    """Stops ahead that will be late."""
    at_risk: int
    drivers: int
    """Rounds that are not over."""
    heard: int
    """Of their drivers, heard lately."""


def figures_of(day: Day, live: LiveDay) -> Figures:
    """All of it, at the moment of the live day."""
    planned = set(chain.from_iterable(route.order_ids for route in day.plan.routes))
    done = {order_id: attempt for order_id, attempt in live.attempts.items() if order_id in planned}
    arrived = {visit.order_id: visit.arrived_at for round_ in live.rounds.values() for visit in round_.visits}
    came = {order_id: arrived.get(order_id) or _came(attempt) for order_id, attempt in done.items()}
    promised = [o for o, attempt in done.items() if o in day.orders and day.orders[o].windows and _counts(day, attempt)]
    risks = [stop.risk for round_ in live.rounds.values() for stop in round_.stops]
    out = [round_ for round_ in _rounds(day, live) if not round_.over]
    return Figures(
        date=day.date,
        at=live.at,
        planned=len(planned),
        done=len(done),
        failed=sum(attempt.outcome is Outcome.FAILED for attempt in done.values()),
        promised=len(promised),
        on_time=sum(_in_time(day.orders[order_id], came, terms_of(day.depot.road)) for order_id in promised),
        late=risks.count(Risk.LATE),
        at_risk=risks.count(Risk.AT_RISK),
        drivers=len(out),
        heard=sum(bool(r.latest and live.at - r.latest.received_at <= LATELY) for r in out),
    )


def _came(attempt: Attempt) -> datetime:
    """By the gateway's clock, as the measure has it."""
    return (attempt.arrived_at or attempt.at) - timedelta(seconds=attempt.skew_s)


def _counts(day: Day, attempt: Attempt) -> bool:
    """Whether it is an attempt: out of time, a breakdown and the like are none."""
    reason = day.depot.road.reason_by_code.get(attempt.reason)
    return attempt.outcome is not Outcome.FAILED or reason is None or reason.attempt


def _rounds(day: Day, live: LiveDay) -> list[LiveRound]:
    """Those with stops."""
    return [live.rounds[r.shift_id] for r in day.plan.routes if r.stops and r.shift_id in live.rounds]


def _in_time(order: Order, came: Mapping[OrderId, datetime], terms: Terms) -> bool:
    early, late = timedelta(seconds=terms.early_s), timedelta(seconds=terms.late_s)
    at = came[order.id]
    return any(window.opens_at - early <= at <= window.closes_at + late for window in order.windows)


@dataclass(frozen=True, slots=True)
class WallTile:
    """One large figure: what it is, the figure, a smaller line below, and whether it is good."""

    title: str
    value: str
    below: str = ""
    tone: str = "text"
    share: float | None = None
    """Of a bar below it, 0-1."""


@dataclass(frozen=True, slots=True)
class Exceptions:
    """How many are open, and of these past due; `None` while that is not known."""

    open: int | None = None
    overdue: int = 0


EMPTY = ("Done", "On time", "Late now", "Open exceptions", "Drivers heard", "Failed")
NOT_KNOWN = Exceptions()


def tiles_of(figures: Figures | None, exceptions: Exceptions = NOT_KNOWN) -> Sequence[WallTile]:
    """The tiles of the wall, in their order; without figures all say that nothing is known."""
    if figures is None:
        return [WallTile(title, NONE, tone="muted") for title in EMPTY]
    done = figures.done / figures.planned if figures.planned else None
    on_time = figures.on_time / figures.promised if figures.promised else None
    return [
        WallTile("Done", f"{figures.done:,}", f"of {fmt.count(figures.planned, 'planned stop')}", "text", done),
        WallTile(
            "On time",
            f"{100 * on_time:.0f} %" if on_time is not None else NONE,
            f"{figures.on_time:,} of {figures.promised:,} promised",
            "text" if on_time is None else "done" if on_time >= GOOD else "risk" if on_time >= FAIR else "late",
            on_time,
        ),
        WallTile(
            "Late now", f"{figures.late:,}", f"{figures.at_risk:,} more at risk", _alarm(figures.late, figures.at_risk)
        ),
        _exceptions_tile(exceptions),
        WallTile(
            "Drivers heard",
            f"{figures.heard} / {figures.drivers}" if figures.drivers else NONE,
            "of those on the road" if figures.drivers else "nobody is on the road",
            "risk" if figures.heard < figures.drivers else "done" if figures.drivers else "muted",
        ),
        WallTile("Failed", f"{figures.failed:,}", "attempts today", "risk" if figures.failed else "done"),
    ]


GOOD, FAIR = 0.95, 0.9
"""From here on a share on time is green, from there on amber: targets common in the field."""


def _alarm(bad: int, doubtful: int) -> str:
    return "late" if bad else "risk" if doubtful else "done"


def _exceptions_tile(exceptions: Exceptions) -> WallTile:
    if exceptions.open is None:
        return WallTile("Open exceptions", NONE, tone="muted")
    below = f"{exceptions.overdue:,} overdue" if exceptions.overdue else "none overdue"
    return WallTile("Open exceptions", f"{exceptions.open:,}", below, _alarm(exceptions.overdue, exceptions.open))
