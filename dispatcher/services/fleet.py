"""Changes of drivers, vehicles and who is on duty."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dispatcher.domain.certificates import Certificate
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import DriverId, ShiftId, VehicleId, new_id
from dispatcher.domain.place import Place
from dispatcher.domain.time import at_local
from dispatcher.intake.fleet_file import FleetFile, read_fleet
from dispatcher.intake.fleet_writing import fleet_text
from dispatcher.intake.writing import whole_file
from dispatcher.services.certificates import expiring, require_fit
from dispatcher.services.ports import Reader, UnitOfWork

__all__ = [
    "add_file", "change_shift", "end_duty", "end_moment", "expiring", "file_text", "next_number", "put_on_duty",
    "read_file", "remove_drivers", "remove_vehicles", "save_driver", "save_vehicle", "staff_day", "write_file",
]  # fmt: skip

DAY_S = 86_400
MOST_RELOADS = 20
"""In one round: more is a slip of the hand."""
LOOK_BACK_WEEKS = 4
"""How far a day may follow an earlier one: a holiday must not make everyone start anew."""


def save_driver(uow: UnitOfWork, driver: Driver, *, today: date | None = None) -> None:
    """Add or change a driver; the number must be free and the name not empty.

    With `today`, a certificate that is new must not have run out already.
    """
    if not driver.name.strip():
        raise BadInput("A driver needs a name.", "Type one.")
    if driver.number < 1:
        raise BadInput(f"A round's number must be 1 or more, not {driver.number}.", "Choose a free number.")
    for other in uow.drivers():
        if other.number == driver.number and other.id != driver.id:
            raise BadInput(f"Number {driver.number} belongs to {other.name} already.", "Choose a free number.")
    if driver.starts is not None and driver.starts == driver.ends:
        raise BadInput(f"{driver.name}’s hours end as they begin.", "Give them a length.")
    _require_fit_break(driver, uow.depot())
    known = next((d.certificates for d in uow.drivers() if d.id == driver.id), ())
    uow.put_driver(replace(driver, certificates=require_fit(driver, known, today)))


def _require_fit_break(driver: Driver, depot: Depot) -> None:
    """The break must fit into the driver's usual hours; those may pass midnight, and the break with them."""
    starts, ends = driver.starts or depot.shift_starts, driver.ends or depot.shift_ends
    lasts_s = _seconds_from(starts, ends) or DAY_S
    hours = f"the usual hours {starts:%H:%M}–{ends:%H:%M}"
    if driver.break_s < 0:
        raise BadInput(f"{driver.name}’s break cannot be shorter than nothing.", "Write 0 for no break.")
    if not driver.break_s:
        return
    if driver.break_s >= lasts_s:
        raise BadInput(f"{driver.name}’s break is as long as {hours}.", "Make it shorter.")
    begins = [clock for clock in (driver.break_from, driver.break_until) if clock is not None]
    for clock in begins:
        if _seconds_from(starts, clock) > lasts_s:
            raise BadInput(
                f"{driver.name}’s break at {clock:%H:%M} is outside {hours}.", "Change the break, or the hours."
            )
    after_s = [_seconds_from(starts, clock) for clock in begins]
    if after_s != sorted(after_s):
        first, last = (f"{clock:%H:%M}" for clock in begins)
        raise BadInput(
            f"{driver.name}’s break may begin at {first}, but must have begun by {last}.",
            "Write the earlier time first.",
        )


def _seconds_from(start: time, clock: time) -> int:
    """From one time of the day to the next time it is another."""
    first, last = (at.hour * 3600 + at.minute * 60 + at.second for at in (start, clock))
    return (last - first) % DAY_S


def save_vehicle(uow: UnitOfWork, vehicle: Vehicle, *, today: date | None = None) -> None:
    """Add or change a vehicle; the name must be free and not empty.

    With `today`, a certificate that is new must not have run out already.
    """
    if not vehicle.name.strip():
        raise BadInput("A vehicle needs a name.", "Type one.")
    if any(v.name.casefold() == vehicle.name.casefold() and v.id != vehicle.id for v in uow.vehicles()):
        raise BadInput(f"There is a vehicle named {vehicle.name} already.", "Choose another name.")
    if not 0 <= vehicle.max_reloads <= MOST_RELOADS:
        raise BadInput(
            f"{vehicle.name} cannot load again {vehicle.max_reloads} times a day.", f"Write 0 to {MOST_RELOADS}."
        )
    known = next((v.certificates for v in uow.vehicles() if v.id == vehicle.id), ())
    uow.put_vehicle(replace(vehicle, certificates=require_fit(vehicle, known, today)))


def next_number(reader: Reader) -> int:
    """The lowest free round number."""
    taken = {driver.number for driver in reader.drivers()}
    return next(n for n in range(1, len(taken) + 2) if n not in taken)


def put_on_duty(
    uow: UnitOfWork,
    *,
    on: date,
    driver_id: DriverId,
    vehicle_id: VehicleId | None = None,
    starts: time | None = None,
    ends: time | None = None,
    start: Place | None = None,
    end: Place | None = None,
    open_end: bool = False,
) -> ShiftId:
    """Give a driver a shift; what is left out comes from the driver and the depot.

    A driver has one shift a day, and a vehicle one driver: both are said in words when broken.
    """
    depot = uow.depot()
    driver = next((d for d in uow.drivers() if d.id == driver_id), None)
    if driver is None:
        raise KnownError("That driver no longer exists.", "Choose another under Fleet.")
    vehicle = vehicle_id or driver.vehicle_id
    if vehicle is None:
        raise BadInput(
            f"{driver.name} has no vehicle.", "Give the driver a usual vehicle, or choose one for the shift."
        )
    begins = starts or driver.starts or depot.shift_starts
    finishes = ends or driver.ends or depot.shift_ends
    shift = Shift(
        id=ShiftId(new_id()),
        date=on,
        driver_id=driver_id,
        vehicle_id=vehicle,
        starts_at=at_local(on, begins, depot.zone),
        ends_at=end_moment(on, begins, finishes, depot.zone),
        start=start or depot.place,
        end=None if open_end else end or depot.place,
    )
    _refuse_doubles(uow, shift)
    uow.put_shifts([shift])
    return shift.id


def end_moment(on: date, starts: time, ends: time, zone: ZoneInfo) -> datetime:
    """When a shift ends: on the same day, or on the next when the clock time is not after the start's."""
    return at_local(on if ends > starts else on + timedelta(days=1), ends, zone)


def change_shift(uow: UnitOfWork, shift: Shift) -> None:
    """Change a shift's driver, times, vehicle or places; its route stays and is judged anew.

    A driver has one shift a day, and a vehicle one driver: both are said in words when broken.
    """
    _refuse_doubles(uow, shift)
    uow.put_shifts([shift])


def _refuse_doubles(uow: UnitOfWork, shift: Shift) -> None:
    names = {driver.id: driver.name for driver in uow.drivers()}
    on = f"{shift.date:%A} {shift.date.day} {shift.date:%B}"
    for other in uow.shifts_of(shift.date):
        if other.id == shift.id:
            continue
        if other.driver_id == shift.driver_id:
            raise BadInput(f"{names[other.driver_id]} is on duty on {on} already.", "Change that shift instead.")
        if other.vehicle_id == shift.vehicle_id:
            raise BadInput(f"{names[other.driver_id]} drives that vehicle on {on} already.", "Choose another vehicle.")


def remove_drivers(uow: UnitOfWork, driver_ids: Iterable[DriverId]) -> None:
    """Remove drivers who never drove; refused in words for those whom shifts or orders name."""
    names = {driver.id: driver.name for driver in uow.drivers()}
    for driver_id in driver_ids:
        try:
            uow.remove_driver(driver_id)
        except KnownError as fault:
            raise KnownError(
                f"{names[driver_id]} has shifts or orders on record and cannot be removed.",
                "Untick “Active” instead: who is not active is not put on duty any more.",
            ) from fault


def remove_vehicles(uow: UnitOfWork, vehicle_ids: Iterable[VehicleId]) -> None:
    """Remove vehicles that no shift uses; refused in words for the others."""
    names = {vehicle.id: vehicle.name for vehicle in uow.vehicles()}
    for vehicle_id in vehicle_ids:
        try:
            uow.remove_vehicle(vehicle_id)
        except KnownError as fault:
            raise KnownError(
                f"{names[vehicle_id]} has shifts on record and cannot be removed.",
                "Give those shifts another vehicle, or just let no driver have it as the usual one.",
            ) from fault


def staff_day(uow: UnitOfWork, on: date) -> int:
    """Put every active driver with a usual vehicle on duty who works on that weekday and is not yet; returns how many.

    Nobody, and no vehicle, whose required certificate has run out by then.

    Shifts follow the same weekday of the latest week that had any, up to `LOOK_BACK_WEEKS` ago; where there is none,
    the driver's usual hours, else the depot's.
    """
    on_duty = {shift.driver_id for shift in uow.shifts_of(on)}
    taken = {shift.vehicle_id for shift in uow.shifts_of(on)}
    taken |= {vehicle.id for vehicle in uow.vehicles() if not vehicle.may_drive_on(on)}
    zone = uow.depot().zone
    weeks = (uow.shifts_of(on - timedelta(weeks=ago)) for ago in range(1, LOOK_BACK_WEEKS + 1))
    pattern = {shift.driver_id: shift for shift in next(filter(None, weeks), ())}
    added = 0
    for driver in uow.drivers():
        last = pattern.get(driver.id)
        wanted = (last.vehicle_id if last else None, driver.vehicle_id)
        vehicle_id = next((v for v in wanted if v and v not in taken), None)
        works = driver.active and on.weekday() in driver.weekdays and driver.may_drive_on(on)
        if not works or driver.id in on_duty or vehicle_id is None:
            continue
        put_on_duty(
            uow,
            on=on,
            driver_id=driver.id,
            vehicle_id=vehicle_id,
            starts=last.starts_at.astimezone(zone).time() if last else None,
            ends=last.ends_at.astimezone(zone).time() if last else None,
            start=last.start if last else None,
            end=last.end if last else None,
            open_end=bool(last and last.end is None),
        )
        taken.add(vehicle_id)
        added += 1
    return added


def end_duty(uow: UnitOfWork, shift_ids: Iterable[ShiftId]) -> None:
    """Take shifts off the day; their orders go back to the pool."""
    for shift_id in shift_ids:
        uow.remove_shift(shift_id)


def read_file(path: Path) -> FleetFile:
    """A fleet file's drivers and vehicles. Raises `BadInput` naming the place in the file."""
    return read_fleet(path)


def file_text(reader: Reader) -> str:
    """The whole fleet as a fleet file."""
    return fleet_text(reader.depot(), reader.vehicles(), reader.drivers())


def write_file(reader: Reader, path: Path) -> None:
    """Write the whole fleet to a file; what is there is replaced at once or not at all. Raises `KnownError`."""
    with whole_file(path) as draft:
        draft.write_text(file_text(reader), encoding="utf-8")


def add_file(uow: UnitOfWork, file: FleetFile) -> None:
    """Add a fleet file's vehicles and drivers; those whose names are known already are changed, not doubled.

    Certificates that the file does not tell of stay.
    """
    vehicles = {v.name.casefold(): v for v in uow.vehicles()}
    drivers = {d.name.casefold(): d for d in uow.drivers()}
    ids = {}
    for vehicle in file.vehicles:
        known = vehicles.get(vehicle.name.casefold(), vehicle)
        ids[vehicle.id] = known.id
        save_vehicle(uow, replace(_with_papers_of(known, vehicle), id=known.id, version=known.version))
    for driver in file.drivers:
        before = drivers.get(driver.name.casefold(), driver)
        usual = ids.get(driver.vehicle_id) if driver.vehicle_id else None
        told = _with_papers_of(before, driver)
        save_driver(uow, replace(told, id=before.id, version=before.version, vehicle_id=usual))


def _with_papers_of[T: (Driver, Vehicle)](known: T, told: T) -> T:
    """What the file tells, with the certificates that only the depot knows of."""
    names = {each.skill for each in told.certificates}
    kept: tuple[Certificate, ...] = tuple(each for each in known.certificates if each.skill not in names)
    lasting = told.skills - {each.skill for each in kept}
    return replace(told, certificates=(*told.certificates, *kept), skills=lasting)
