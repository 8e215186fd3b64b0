"""A day as one table: a row for each stop in its round, then the unplanned. What every export of a day is made from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Reason, RouteTimes, Schedule, StopTimes
from dispatcher.domain.time import TimeWindow

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


def rows_of(day: Day, rounds: Sequence[Round], reasons: Mapping[OrderId, Reason]) -> Iterator[StopRow]:
    """Every stop in its order, then every unplanned order."""
    zone = day.depot.zone
    for each in rounds:
        for sequence, times in enumerate(each.stops, start=1):
            broken = "; ".join(f"{v.rule}{f' ({v.detail})' if v.detail else ''}" for v in times.violations)
            order = day.orders[times.order_id]
            yield StopRow(order, zone, each, sequence, times, _forced(day, order), broken)
    for order_id in day.unplanned:
        reason = reasons.get(order_id)
        order, told = day.orders[order_id], reason.sentence if reason else "not planned"
        yield StopRow(order, zone, forced=_forced(day, order), reason=told)


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
)
