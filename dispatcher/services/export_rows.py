"""A day as one table: a row for each stop in its round, then the unplanned. What every export of a day is made from."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day, Stop
from dispatcher.domain.proof import Attempt, FailureReason
from dispatcher.domain.schedule import Reason, RouteTimes, Schedule, StopTimes, Violation
from dispatcher.domain.time import TimeWindow
from dispatcher.services.export_door import done_at, proofs_text

type Value = str | int | float | date | datetime | None
"""A typed cell; `None` is blank. Datetimes are the depot's wall clock, without a zone, as spreadsheets keep them."""


@dataclass(frozen=True, slots=True)
class Round:
    """One route with who drives it in what, and its times."""

    shift: Shift
    driver: Driver
    vehicle: Vehicle
    times: RouteTimes | None
    """`None` for a route without stops that the judge was not asked about."""

    @property
    def stops(self) -> Sequence[StopTimes]:
        """In the order they are served."""
        return self.times.stops if self.times else ()


@dataclass(frozen=True, slots=True)
class StopRow:
    """An order, with its stop if it is planned."""

    order: Order
    zone: ZoneInfo
    round: Round | None = None
    sequence: int | None = None
    """From 1."""
    times: StopTimes | None = None
    forced: Driver | None = None
    """The only driver who may serve it."""
    reason: str = ""
    """Why it is unplanned, or which rules its stop breaks."""
    stop: Stop | None = None
    pickup: str = ""
    """The number of the order that fetches its goods."""
    loaded_in: str = ""
    """The vehicle its goods are in already; of an order that is planned elsewhere by now, too."""
    currency: str = ""
    """Of the depot."""
    attempt: Attempt | None = None
    """What happened there, if anybody was."""
    failure: FailureReason | None = None
    """The attempt's reason, if the depot's list has it still."""

    @property
    def last(self) -> bool:
        """Whether it is the last stop of its round."""
        return self.round is not None and self.sequence == len(self.round.stops)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table."""

    name: str
    width: int
    """In characters."""
    value: Callable[[StopRow], Value]


def rounds_of(day: Day, schedule: Schedule) -> list[Round]:
    """The day's rounds with their times, by driver number.

    The schedule must be the one judged from this plan: raises `ValueError` if it lacks a route that has stops, or
    its stops are others than the plan's.
    """
    rounds = []
    for route, shift, driver, vehicle in day.rounds():
        times = schedule.routes.get(shift.id)
        judged = tuple(stop.order_id for stop in times.stops) if times else ()
        if judged != route.order_ids:
            raise ValueError(f"the schedule of round {driver.number} is not that of the plan")
        rounds.append(Round(shift, driver, vehicle, times))
    return sorted(rounds, key=lambda each: each.driver.number)


def rows_of(
    day: Day,
    rounds: Sequence[Round],
    reasons: Mapping[OrderId, Reason],
    attempts: Mapping[OrderId, Attempt] = MappingProxyType({}),
) -> Iterator[StopRow]:
    """Every stop in its order, then every unplanned order; with what drivers did there."""
    stops = {stop.order_id: stop for route in day.plan.routes for stop in route.stops}
    for each in rounds:
        for sequence, times in enumerate(each.stops, start=1):
            row = _row(day, times.order_id, broken_words(times.violations), attempts)
            yield replace(row, round=each, sequence=sequence, times=times, stop=stops[times.order_id])
    for order_id in day.unplanned:
        reason = reasons.get(order_id)
        yield _row(day, order_id, reason.sentence if reason else "not planned", attempts)


def _row(day: Day, order_id: OrderId, reason: str, attempts: Mapping[OrderId, Attempt]) -> StopRow:
    """What is known of an order wherever it is planned."""
    order, attempt = day.orders[order_id], attempts.get(order_id)
    pickup = day.orders.get(order.pickup_id) if order.pickup_id else None
    van = day.shifts.get(loaded_on) if (loaded_on := day.loaded.get(order_id)) else None
    return StopRow(
        order=order,
        zone=day.depot.zone,
        forced=_forced(day, order),
        reason=reason,
        pickup=pickup.number if pickup else "",
        loaded_in=day.vehicles[van.vehicle_id].name if van else "",
        currency=day.depot.currency,
        attempt=attempt,
        failure=day.depot.road.reason_by_code.get(attempt.reason) if attempt else None,
    )


def broken_words(violations: Iterable[Violation]) -> str:
    """The rules that are broken, each with what its amount does not say."""
    return "; ".join(f"{v.rule}{f' ({v.detail})' if v.detail else ''}" for v in violations)


def _forced(day: Day, order: Order) -> Driver | None:
    return day.drivers[order.driver_id] if order.driver_id else None


def wall_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment as the clock at the depot shows it, without its zone."""
    return moment.astimezone(zone).replace(tzinfo=None)


def window_text(window: TimeWindow, day: date, zone: ZoneInfo) -> str:
    """From and until as 08:00-10:00; an end on the next day is marked (+1)."""
    opens, closes = wall_clock(window.opens_at, zone), wall_clock(window.closes_at, zone)
    return f"{_clock(opens, day)}-{_clock(closes, day)}"


def windows_text(order: Order, zone: ZoneInfo) -> str:
    """All windows of an order, as an import reads them."""
    return "; ".join(window_text(window, order.date, zone) for window in order.windows)


def _clock(moment: datetime, day: date) -> str:
    days = (moment.date() - day).days
    return moment.strftime("%H:%M:%S" if moment.second else "%H:%M") + (f" (+{days})" if days > 0 else "")


def _planned(part: str) -> Callable[[StopRow], Value]:
    def value(row: StopRow) -> Value:
        moment: datetime | None = getattr(row.times, part, None)
        return wall_clock(moment, row.zone) if moment else None

    return value


def _going_back(part: str) -> Callable[[StopRow], Any]:
    """What the judge says of the way back from the last stop; nothing on the other rows."""
    return lambda row: getattr(row.round.times, part) if row.last and row.round and row.round.times else None


def _break_after(row: StopRow) -> Value:
    moment: datetime | None = _going_back("back_break_at")(row)
    return wall_clock(moment, row.zone) if moment else None


def _break_min(row: StopRow) -> Value:
    seconds = (row.times.break_s if row.times else 0) + (_going_back("back_break_s")(row) or 0)
    return round(seconds / 60, 1) if seconds else None


def _attempted(part: str) -> Callable[[StopRow], Value]:
    """A text of what happened; nothing where nobody was."""
    return lambda row: (getattr(row.attempt, part) or "") if row.attempt else ""


def _standard(part: str) -> Callable[[StopRow], Value]:
    return lambda row: getattr(row.failure, part) if row.failure else ""


def _currency(row: StopRow) -> Value:
    return row.currency if row.order.asked.cash_due or _cash_taken(row) is not None else ""


def _cash_taken(row: StopRow) -> Value:
    """Nothing taken is told where some was due."""
    attempt = row.attempt
    return attempt.cash / 100 if attempt and attempt.cash is not None and (attempt.cash or attempt.cash_due) else None


def _yes_or_no(part: str) -> Callable[[StopRow], Value]:
    """Of a stop; nothing for what is not planned."""
    return lambda row: ("yes" if getattr(row.stop, part) else "no") if row.stop else ""


def _minutes(part: str) -> Callable[[StopRow], Value]:
    return lambda row: round(getattr(row.times, part) / 60, 1) if row.times else None


# Names that an import of this very file understands or takes no notice of: an export can be imported again
COLUMNS: Sequence[Column] = (
    Column("Round", 7, lambda row: row.round.driver.number if row.round else None),
    Column("Driven by", 20, lambda row: row.round.driver.name if row.round else ""),
    Column("Vehicle", 12, lambda row: row.round.vehicle.name if row.round else ""),
    Column("Sequence", 10, lambda row: row.sequence),
    Column("Planned arrival", 16, _planned("arrives_at")),
    Column("Planned start", 16, _planned("starts_at")),
    Column("Planned departure", 18, _planned("departs_at")),
    Column("Order number", 16, lambda row: row.order.number),
    Column("Date", 12, lambda row: row.order.date),
    Column("Type", 11, lambda row: row.order.kind.value),
    Column("Sender", 16, lambda row: row.order.sender),
    Column("Recipient", 24, lambda row: row.order.contact.name),
    Column("Phone", 18, lambda row: row.order.contact.phone),
    Column("Email", 22, lambda row: row.order.contact.email),
    Column("Address", 30, lambda row: row.order.address.line),
    Column("Postcode", 10, lambda row: row.order.address.postcode),
    Column("City", 14, lambda row: row.order.address.city),
    Column("Country", 10, lambda row: row.order.address.country),
    Column("Latitude", 11, lambda row: round(row.order.address.place.lat, 6) if row.order.address.place else None),
    Column("Longitude", 11, lambda row: round(row.order.address.place.lon, 6) if row.order.address.place else None),
    Column("Time window", 24, lambda row: windows_text(row.order, row.zone)),
    Column("Service time (min)", 18, lambda row: round(row.order.service_s / 60, 2)),
    Column("Weight (kg)", 12, lambda row: row.order.load.kg),
    Column("Volume (l)", 11, lambda row: row.order.load.litres),
    Column("Parcels", 9, lambda row: row.order.load.parcels),
    Column("Skills", 18, lambda row: "; ".join(sorted(row.order.skills))),
    # By number, which is the driver's own, while two may share a name
    Column("Assigned driver", 15, lambda row: row.forced.number if row.forced else None),
    Column("Priority", 10, lambda row: row.order.must_not_drop.name.lower()),
    Column("Do early", 10, lambda row: "yes" if row.order.do_early else "no"),
    Column("Wait (min)", 11, _minutes("wait_s")),
    Column("Late (min)", 11, _minutes("late_s")),
    Column("Leg (km)", 10, lambda row: round(row.times.drive_m / 1000, 3) if row.times else None),
    Column("Notes", 40, lambda row: row.order.notes),
    Column("Remark of the plan", 40, lambda row: row.reason),
    Column("Pickup order", 16, lambda row: row.pickup),
    Column("Held", 7, _yes_or_no("held")),
    Column("Done", 7, _yes_or_no("done")),
    Column("Loaded in", 12, lambda row: row.loaded_in),
    Column("Round lock", 11, lambda row: row.round.shift.lock.value if row.round else ""),
    Column("Reload before", 16, _planned("reload_at")),
    Column(
        "Reload (min)", 12, lambda row: round(row.times.reload_s / 60, 1) if row.times and row.times.reload_at else None
    ),
    Column("Break before", 16, _planned("break_at")),
    Column("Break after", 16, _break_after),
    Column("Break (min)", 11, _break_min),
    Column("Cash due", 10, lambda row: row.order.asked.cash_due / 100 if row.order.asked.cash_due else None),
    Column("Currency", 9, _currency),
    Column("Proof of delivery", 28, lambda row: proofs_text(row.order)),
    Column("Attempt", 9, lambda row: row.attempt.number if row.attempt else row.order.attempt),
    Column("Outcome", 10, _attempted("outcome")),
    Column("Done at", 16, lambda row: wall_clock(done_at(row.attempt), row.zone) if row.attempt else None),
    Column("Failure code", 16, _attempted("reason")),
    Column("Failure", 20, _standard("label")),
    Column("X12 1651", 9, _standard("x12")),
    Column("EDIFACT 9013", 13, _standard("edifact")),
    Column("Handed to", 12, _attempted("handover")),
    Column("Received by", 20, _attempted("name")),
    Column("Cash taken", 11, _cash_taken),
    Column("Said by the driver", 30, _attempted("note")),
)
