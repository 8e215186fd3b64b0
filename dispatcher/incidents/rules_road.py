"""What happens on the way: late, at risk, off route, silent, missing at loading, untouched at the round's end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.incidents import CagedGoods, IncidentKind
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.tracking import Alert, AlertKind, LiveRound, LiveStop, Risk
from dispatcher.incidents.wanted import Wanted

BACK_WITHIN = timedelta(hours=2)
"""What comes back is in the cage so long after the round's end."""
UNKNOWN_ROUND = timedelta(hours=14)
"""The same, after it was known to come back, where nobody knows the round any more."""

_ALERTS = {AlertKind.OFF_ROUTE: IncidentKind.OFF_ROUTE, AlertKind.SILENT: IncidentKind.SILENT}


@dataclass(frozen=True, slots=True)
class Lacking:
    """An order of which something was missing at loading."""

    order: Order
    shift_id: ShiftId
    driver_id: DriverId | None
    pieces: tuple[str, ...]
    """Barcodes; an empty one for all of it."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """A round that is over, or was to be long ago."""

    on: date
    shift_id: ShiftId
    driver_id: DriverId
    at: datetime
    said: bool
    """By its driver; else only the clock says so."""
    untouched: Sequence[Order] = field(default_factory=tuple)
    """Stops of it where nobody was."""


def live_rules(
    on: date,
    rounds: Iterable[LiveRound],
    alerts: Iterable[Alert],
    *,
    now: datetime,
    zone: ZoneInfo,
    orders: Mapping[OrderId, str],
) -> Iterator[Wanted]:
    """What the road wants of a day that is driven, not of rounds that are over; `orders` are their numbers."""
    drivers = {}
    for round_ in rounds:
        if round_.over:
            continue
        drivers[round_.shift_id] = round_.driver_id
        for stop in round_.stops:
            if stop.risk is not Risk.NONE:
                kind = IncidentKind.LATE if stop.risk is Risk.LATE else IncidentKind.AT_RISK
                what = _lateness(stop, orders.get(stop.order_id, ""), zone)
                yield Wanted(kind, on, stop.order_id, what, now, None, stop.order_id, round_.shift_id, round_.driver_id)
    for alert in alerts:
        kind_, driver_id = _ALERTS.get(alert.kind), drivers.get(alert.shift_id)
        if kind_ and driver_id:
            yield Wanted(kind_, on, alert.shift_id, alert.sentence, alert.since, None, None, alert.shift_id, driver_id)


def _lateness(stop: LiveStop, number: str, zone: ZoneInfo) -> str:
    late = stop.risk is Risk.LATE
    by = _coarse(stop.expected_at if late else stop.latest_at)
    closes = f", its window closes at {stop.closes_at.astimezone(zone):%H:%M}" if stop.closes_at else ""
    return f"{number} is reached {'about' if late else 'perhaps not before'} {by.astimezone(zone):%H:%M}{closes}."


def _coarse(moment: datetime) -> datetime:
    """The next full five minutes: what is told of lateness is not another every moment."""
    return moment + -timedelta(seconds=moment.timestamp()) % timedelta(minutes=5)


def loading_rules(lacking: Iterable[Lacking]) -> Iterator[Wanted]:
    """What was missing when vans were loaded, of orders that are still to be brought then."""
    for each in lacking:
        some = [piece for piece in each.pieces if piece]
        which = f"{', '.join(some)} of it" if some and "" not in each.pieces else "all of it"
        what = f"{each.order.number} was not there at loading: {which}."
        kind, order = IncidentKind.MISSING_LOADING, each.order
        yield Wanted(kind, order.date, order.id, what, each.at, None, order.id, each.shift_id, each.driver_id)


def untouched_rules(ended: Iterable[Ended], zone: ZoneInfo) -> Iterator[Wanted]:
    """Stops where nobody was when their round was over."""
    for round_ in ended:
        for order in round_.untouched:
            if order.state is not OrderState.OPEN:
                continue
            over = "ended" if round_.said else "was to end"
            what = f"Nobody was there; the round {over} at {round_.at.astimezone(zone):%H:%M}."
            kind = IncidentKind.UNTOUCHED
            yield Wanted(kind, round_.on, order.id, what, round_.at, None, order.id, round_.shift_id, round_.driver_id)


def cage_rules(
    goods: Iterable[CagedGoods], ended_at: Mapping[ShiftId, datetime], over: Iterable[ShiftId], now: datetime
) -> Iterator[Wanted]:
    """Goods that should be in the cage by now and are not; `ended_at` is when each round was, or is to be, over."""
    missing: dict[tuple[OrderId, date], list[CagedGoods]] = {}
    ended = set(over)
    for piece in goods:
        if piece.scanned_at is None and piece.left_at is None and due_back(piece, ended_at, ended) <= now:
            missing.setdefault((piece.order_id, piece.on), []).append(piece)
    for (order_id, on), pieces in missing.items():
        since = max(due_back(piece, ended_at, ended) for piece in pieces)
        named = ", ".join(piece.piece for piece in pieces)
        many = "1 piece should be back and was" if len(pieces) == 1 else f"{len(pieces)} pieces should be back and were"
        what = f"{many} not scanned in: {named}."
        yield Wanted(IncidentKind.NOT_BACK, on, order_id, what, since, None, order_id, pieces[0].shift_id)


def due_back(piece: CagedGoods, ended_at: Mapping[ShiftId, datetime], over: set[ShiftId]) -> datetime:
    """By when a piece should be in the cage. A round that is still driven brings nothing."""
    if piece.shift_id is None or piece.shift_id not in ended_at:
        return piece.expected_at + UNKNOWN_ROUND
    if piece.shift_id not in over:
        return datetime.max.replace(tzinfo=piece.expected_at.tzinfo)
    return max(ended_at[piece.shift_id], piece.expected_at) + BACK_WITHIN
