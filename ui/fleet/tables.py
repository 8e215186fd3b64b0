"""What the three tables show of shifts, drivers and vehicles, and how each cell is changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtGui import QColor

from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import Driver, Shift, Vehicle, VehicleKind
from dispatcher.domain.ids import DriverId, VehicleId
from dispatcher.domain.orders import Load
from dispatcher.domain.time import at_local
from dispatcher.services.fleet import MOST_RELOADS, end_moment
from ui import format as words
from ui.board.words import lock_words
from ui.fleet.hours import between_text, days_text, to_between, to_days
from ui.fleet.records import Column, Editor
from ui.theme import driver_colour

HOUR_S = 3600
MINUTE_S = 60


@dataclass(slots=True)
class Fleet:
    """What is there, for the choices in cells."""

    drivers: Sequence[Driver]
    vehicles: Sequence[Vehicle]
    zone: ZoneInfo

    def driver(self, driver_id: DriverId) -> Driver | None:
        """By id."""
        return next((d for d in self.drivers if d.id == driver_id), None)

    def vehicle(self, vehicle_id: VehicleId | None) -> Vehicle | None:
        """By id."""
        return next((v for v in self.vehicles if v.id == vehicle_id), None)

    def vehicle_choices(self, *, none: str = "") -> list[tuple[str, VehicleId | None]]:
        """For a combo."""
        known: list[tuple[str, VehicleId | None]] = [(f"{v.name} ({v.kind})", v.id) for v in self.vehicles]
        return [(none, None), *known] if none else known


type Now = Callable[[], Fleet]


def shift_columns(fleet: Now) -> list[Column[Shift]]:
    """Who drives what on the day, from when until when."""
    return [
        Column("Driver", lambda s: s.driver_id, _driver_of_shift(fleet), Editor.CHOICE,
               text=lambda s: _driver_name(fleet().driver(s.driver_id)), choices=lambda: _driver_choices(fleet()),
               colour=lambda s: _colour(fleet().driver(s.driver_id))),
        Column("Vehicle", lambda s: s.vehicle_id, lambda s, v: replace(s, vehicle_id=v), Editor.CHOICE,
               text=lambda s: _vehicle_name(fleet().vehicle(s.vehicle_id)), choices=lambda: fleet().vehicle_choices()),
        Column("From", lambda s: _local(s.starts_at, fleet()), lambda s, t: _from(s, t, fleet().zone), Editor.CLOCK,
               text=lambda s: f"{_local(s.starts_at, fleet()):%H:%M}"),
        Column("Until", lambda s: _local(s.ends_at, fleet()), lambda s, t: _until(s, t, fleet().zone), Editor.CLOCK,
               text=lambda s: words.clock(s.ends_at, fleet().zone, s.date)),
        Column("Length", lambda s: s.ends_at - s.starts_at, lambda s, _: s, Editor.NONE,
               text=lambda s: words.duration((s.ends_at - s.starts_at).total_seconds())),
        Column("Returns", lambda s: s.end is not None, lambda s, back: replace(s, end=s.start if back else None),
               Editor.TICK, what="Whether the round ends where it began, or at its last stop"),
        Column("Lock", lambda s: s.lock, lambda s, _: s, Editor.SHOWN, text=lambda s: lock_words(s.lock),
               what="What re-planning may not change of the round; locked and opened in the list of rounds"),
    ]  # fmt: skip


def driver_columns(fleet: Now) -> list[Column[Driver]]:
    """People and their limits."""
    return [
        Column("No.", lambda d: d.number, lambda d, v: replace(d, number=v), Editor.WHOLE, most=999,
               colour=_colour),
        Column("Name", lambda d: d.name, lambda d, v: replace(d, name=v)),
        Column("Active", lambda d: d.active, lambda d, v: replace(d, active=v), Editor.TICK,
               what="Who is not active is not put on duty any more"),
        Column("Phone", lambda d: d.phone, lambda d, v: replace(d, phone=v)),
        Column("Usual vehicle", lambda d: d.vehicle_id, lambda d, v: replace(d, vehicle_id=v), Editor.CHOICE,
               text=lambda d: v.name if (v := fleet().vehicle(d.vehicle_id)) else "–",
               choices=lambda: fleet().vehicle_choices(none="none")),
        Column("Hours", lambda d: between_text(d.starts, d.ends), _with_hours,
               text=lambda d: between_text(d.starts, d.ends) or "–",
               what="The usual hours: 08:00–16:00, or from 09:00; empty: the depot's"),
        Column("Days", lambda d: days_text(d.weekdays), lambda d, v: replace(d, weekdays=to_days(v)),
               what="The weekdays this driver usually works: Mon–Fri, or Mon, Wed"),
        Column("Skills", lambda d: _joined(d.skills), lambda d, v: replace(d, skills=_skills(v))),
        Column("Max stops", lambda d: d.max_stops, lambda d, v: replace(d, max_stops=v), Editor.WHOLE,
               most=10_000, optional=True),
        Column("Max time", lambda d: _scaled(d.max_duration_s, HOUR_S),
               lambda d, v: replace(d, max_duration_s=_whole(v, HOUR_S)), Editor.AMOUNT, suffix=" h", most=24,
               optional=True),
        Column("Max km", lambda d: _scaled(d.max_distance_m, 1_000),
               lambda d, v: replace(d, max_distance_m=_whole(v, 1_000)), Editor.AMOUNT, suffix=" km", most=5_000,
               text=lambda d: f"{d.max_distance_m / 1000:,.1f}".removesuffix(".0") if d.max_distance_m else "–",
               optional=True),
        Column("Break", lambda d: round(d.break_s / MINUTE_S), lambda d, v: replace(d, break_s=v * MINUTE_S),
               Editor.WHOLE, text=lambda d: words.minutes(d.break_s) if d.break_s else "–", suffix=" min",
               most=600, what="The break of a round that lasts past the time by which it must have begun; 0: none"),
        Column("Break begins", lambda d: between_text(d.break_from, d.break_until), _with_break,
               text=lambda d: between_text(d.break_from, d.break_until) or "–",
               what="From when until when the break may begin: 11:00–13:00, or until 13:00; empty: in all the shift"),
        Column("Cost an hour", lambda d: d.cost_per_hour / 100,
               lambda d, v: replace(d, cost_per_hour=round(v * 100)), Editor.AMOUNT,
               text=lambda d: f"{d.cost_per_hour / 100:.2f}", most=1_000),
    ]  # fmt: skip


def vehicle_columns() -> list[Column[Vehicle]]:
    """Vehicles and what goes into them."""
    return [
        Column("Name", lambda v: v.name, lambda v, t: replace(v, name=t)),
        Column("Kind", lambda v: v.kind, lambda v, k: replace(v, kind=k), Editor.CHOICE,
               text=lambda v: v.kind.value, choices=lambda: [(k.value, k) for k in VehicleKind]),
        Column("Plate", lambda v: v.plate, lambda v, t: replace(v, plate=t)),
        _capacity("Weight", " kg", lambda c: c.kg, lambda c, a: replace(c, kg=a)),
        _capacity("Volume", " l", lambda c: c.litres, lambda c, a: replace(c, litres=a)),
        Column("Parcels", lambda v: v.capacity.parcels,
               lambda v, n: replace(v, capacity=replace(v.capacity, parcels=n)), Editor.WHOLE, most=100_000),
        Column("Fitted with", lambda v: _joined(v.skills), lambda v, t: replace(v, skills=_skills(t))),
        Column("Reloads", lambda v: v.max_reloads, lambda v, n: replace(v, max_reloads=n), Editor.WHOLE,
               text=lambda v: f"{v.max_reloads}" if v.max_reloads else "–", most=MOST_RELOADS,
               what="How often it may come back on one round to load again"),
        Column("Cost a km", lambda v: v.cost_per_km / 100, lambda v, a: replace(v, cost_per_km=round(a * 100)),
               Editor.AMOUNT, text=lambda v: f"{v.cost_per_km / 100:.2f}", most=1_000),
        Column("Cost a day", lambda v: v.fixed_cost / 100, lambda v, a: replace(v, fixed_cost=round(a * 100)),
               Editor.AMOUNT, text=lambda v: f"{v.fixed_cost / 100:.2f}", most=100_000),
    ]  # fmt: skip


def _capacity(
    header: str, suffix: str, value: Callable[[Load], float], change: Callable[[Load, float], Load]
) -> Column[Vehicle]:
    return Column(
        header,
        lambda v: value(v.capacity),
        lambda v, amount: replace(v, capacity=change(v.capacity, amount)),
        Editor.AMOUNT,
        suffix=suffix,
        most=100_000,
    )


def _driver_of_shift(fleet: Now) -> Callable[[Shift, Any], Shift]:
    def change(shift: Shift, driver_id: Any) -> Shift:
        if fleet().driver(driver_id) is None:
            raise BadInput("That driver is not there any more.", "Choose another.")
        return replace(shift, driver_id=driver_id)

    return change


def _driver_choices(fleet: Fleet) -> list[tuple[str, DriverId]]:
    return [(f"{d.number}  {d.name}", d.id) for d in fleet.drivers if d.active]


def _driver_name(driver: Driver | None) -> str:
    return f"{driver.number}  {driver.name}" if driver else "–"


def _vehicle_name(vehicle: Vehicle | None) -> str:
    return f"{vehicle.name} ({vehicle.kind})" if vehicle else "–"


def _colour(driver: Driver | None) -> QColor | None:
    return driver_colour(driver.number) if driver else None


def _local(moment: Any, fleet: Fleet) -> time:
    at: time = moment.astimezone(fleet.zone).time().replace(second=0, microsecond=0)
    return at


def _from(shift: Shift, clock: time, zone: ZoneInfo) -> Shift:
    """Another start; the end keeps its clock time, and is on the next day if that is not after the start's."""
    ends = shift.ends_at.astimezone(zone).time()
    return replace(
        shift, starts_at=at_local(shift.date, clock, zone), ends_at=end_moment(shift.date, clock, ends, zone)
    )


def _until(shift: Shift, clock: time, zone: ZoneInfo) -> Shift:
    starts = shift.starts_at.astimezone(zone).time()
    return replace(shift, ends_at=end_moment(shift.date, starts, clock, zone))


def _with_hours(driver: Driver, text: str) -> Driver:
    starts, ends = to_between(text)
    return replace(driver, starts=starts, ends=ends)


def _with_break(driver: Driver, text: str) -> Driver:
    first, last = to_between(text)
    return replace(driver, break_from=first, break_until=last)


def _joined(skills: frozenset[str]) -> str:
    return ", ".join(sorted(skills))


def _skills(text: str) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in text.replace(";", ",").split(",") if part.strip())


def _scaled(amount: int | None, unit: int) -> float | None:
    return None if amount is None else amount / unit


def _whole(amount: float | None, unit: int) -> int | None:
    return None if amount is None else round(amount * unit)
