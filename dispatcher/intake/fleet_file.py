"""A fleet as a JSON file → depot, vehicles and drivers with their usual hours. The demo has one; users bring theirs.

The file, with every key that is known (those marked * are needed)::

    {
      "depot": {"name"*: "Helsinki", "lat"*: 60.17, "lon"*: 24.94, "zone"*: "Europe/Helsinki", "address": "…",
                "region": "", "currency": "EUR", "shift_starts": "08:00", "shift_ends": "16:30", "service_min": 3,
                "reload_min": 15, "handling_min": 10, "max_wait_min": 30, "improve_s": 20},
      "vehicles": [{"name"*: "Van 1", "kind": "van" | "cargo bike" | "truck", "plate": "ABC-123",
                    "kg": 900, "litres": 8000, "parcels": 200, "skills": ["chilled"],
                    "cost_per_km": 0.35, "fixed_cost": 0, "max_reloads": 0,
                    "certificates": [{"skill"*: "inspection", "valid_until": "2026-11-30", "number": "…", "note": "…",
                                      "required": true}]}],
      "drivers": [{"number"*: 1, "name"*: "Aino Korhonen", "phone": "…", "skills": [], "vehicle": "Van 1",
                   "starts": "08:00", "ends": "16:00", "days": ["mon", "tue", "wed", "thu", "fri"],
                   "cost_per_hour": 24, "max_stops": 60, "max_hours": 8, "max_km": 120,
                   "break_min": 30, "break_from": "11:00", "break_until": "13:00", "active": true,
                   "certificates": [{"skill"*: "driving licence", "valid_until": "2027-05-03", "required": true}]}]
    }

Money is in whole units of the currency. A shift that ends before it begins ends on the next day.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from dispatcher.domain.certificates import Certificate
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import Driver, Vehicle, VehicleKind
from dispatcher.domain.ids import DriverId, VehicleId, new_id
from dispatcher.domain.orders import Load
from dispatcher.domain.place import Place
from dispatcher.intake.json_parts import Part
from dispatcher.intake.values import skills

DAY_S = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class FleetFile:
    """A depot with all that drives from it; ids are fresh."""

    depot: Depot
    drivers: tuple[Driver, ...]
    """By number."""
    vehicles: tuple[Vehicle, ...]


def read_fleet(path: Path) -> FleetFile:
    """Read and check a fleet. Raises `BadInput` naming the place in the file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        raise BadInput(f"{path.name} cannot be read: {fault.strerror}.", "Check its place.") from fault
    except (UnicodeDecodeError, RecursionError) as fault:
        raise BadInput(f"{path.name} is not a text in UTF-8.", "Choose the fleet's JSON file.") from fault
    except json.JSONDecodeError as fault:
        raise BadInput(f"{path.name} is not JSON: line {fault.lineno}, {fault.msg}.", "Mend that line.") from fault
    root = Part(data, path.name)
    root.only("depot", "vehicles", "drivers")
    depot = _depot(root.part("depot"))
    vehicles = [_vehicle(part) for part in root.parts("vehicles")]
    _distinct((v.name for v in vehicles), path.name, "vehicles are called")
    drivers = sorted((_driver(part, vehicles) for part in root.parts("drivers")), key=lambda driver: driver.number)
    _distinct((str(driver.number) for driver in drivers), path.name, "drivers have the number")
    _distinct((driver.name for driver in drivers), path.name, "drivers are called")
    return FleetFile(depot, tuple(drivers), tuple(vehicles))


def _depot(part: Part) -> Depot:
    part.only(
        *("name", "lat", "lon", "zone", "address", "region", "currency", "shift_starts", "shift_ends", "service_min"),
        *("reload_min", "handling_min", "max_wait_min", "improve_s"),
    )
    zone = part.text("zone")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise part.bad("zone", f"“{zone}” is no time zone", "Write one such as Europe/Helsinki.") from None
    try:
        place = Place(part.number("lat"), part.number("lon"))
    except ValueError as fault:
        raise part.bad("lat", str(fault), "Write degrees.") from None
    usual = Depot("", place)
    return Depot(
        name=part.text("name"),
        place=place,
        zone_name=zone,
        region=part.text("region", ""),
        address=part.text("address", ""),
        currency=part.text("currency", "EUR"),
        shift_starts=part.clock("shift_starts") or time(8),
        shift_ends=part.clock("shift_ends") or time(16, 30),
        service_s=_minutes(part, "service_min", usual.service_s),
        reload_s=_minutes(part, "reload_min", usual.reload_s),
        handling_s=_minutes(part, "handling_min", usual.handling_s),
        max_wait_s=_minutes(part, "max_wait_min", 0) if part.has("max_wait_min") else None,
        improve_s=part.whole("improve_s", usual.improve_s),
    )


def _minutes(part: Part, key: str, usual_s: int) -> int:
    """Seconds of a number of minutes, up to a day."""
    seconds = round(part.number(key, usual_s / 60) * 60)
    if seconds > DAY_S:
        raise part.bad(key, "that is more than a day", "Write minutes.")
    return seconds


def _vehicle(part: Part) -> Vehicle:
    part.only(
        *("name", "kind", "plate", "kg", "litres", "parcels", "skills", "cost_per_km", "fixed_cost", "max_reloads"),
        "certificates",
    )
    kind = part.text("kind", VehicleKind.VAN)
    if kind not in list(VehicleKind):
        raise part.bad("kind", f"“{kind}” is no kind of vehicle", f"Write one of {', '.join(VehicleKind)}.")
    usual = Vehicle(VehicleId(""), "").capacity
    return Vehicle(
        id=VehicleId(new_id()),
        name=part.text("name"),
        kind=VehicleKind(kind),
        plate=part.text("plate", ""),
        capacity=Load(
            part.number("kg", usual.kg), part.number("litres", usual.litres), part.whole("parcels", usual.parcels)
        ),
        skills=part.skills("skills"),
        cost_per_km=round(part.number("cost_per_km", 0.35) * 100),
        fixed_cost=round(part.number("fixed_cost", 0) * 100),
        max_reloads=part.whole("max_reloads", 0),
        certificates=_certificates(part),
    )


def _driver(part: Part, vehicles: Sequence[Vehicle]) -> Driver:
    part.only(
        *("number", "name", "phone", "skills", "vehicle", "starts", "ends", "days"),
        *("cost_per_hour", "max_stops", "max_hours", "max_km", "break_min", "break_from", "break_until"),
        *("certificates", "active"),
    )
    wanted = part.text("vehicle", "")
    vehicle = next((v for v in vehicles if v.name == wanted), None)
    if wanted and vehicle is None:
        raise part.bad("vehicle", f"no vehicle is called “{wanted}”", "Write the name as under vehicles.")
    hours, km = part.number("max_hours", 0), part.number("max_km", 0)
    starts, ends = part.clock("starts"), part.clock("ends")
    if starts is not None and starts == ends:
        raise part.bad("ends", "the shift ends as it begins", "Give it a length.")
    return Driver(
        id=DriverId(new_id()),
        name=part.text("name"),
        number=part.whole("number"),
        phone=part.text("phone", ""),
        skills=part.skills("skills"),
        vehicle_id=vehicle.id if vehicle else None,
        starts=starts,
        ends=ends,
        weekdays=_weekdays(part),
        cost_per_hour=round(part.number("cost_per_hour", 24) * 100),
        max_stops=part.whole("max_stops", 0) or None,
        max_duration_s=round(hours * 3600) or None,
        max_distance_m=round(km * 1000) or None,
        break_s=_minutes(part, "break_min", 0),
        break_from=part.clock("break_from"),
        break_until=part.clock("break_until"),
        certificates=_certificates(part),
        active=part.tick("active", default=True),
    )


def _certificates(part: Part) -> tuple[Certificate, ...]:
    """Each skill once, and none that stands under `skills` too: it would never run out."""
    found: dict[str, Certificate] = {}
    for each in part.parts("certificates", optional=True):
        each.only("skill", "valid_until", "number", "note", "required")
        skill, *more = sorted(skills(each.text("skill"))) or [""]
        if more or not skill:
            raise each.bad("skill", "a certificate stands for one skill", "Write its name; another has its own entry.")
        if skill in found:
            raise each.bad("skill", f"“{skill}” stands there twice", "Keep the one that is valid longer.")
        if skill in part.skills("skills"):
            raise each.bad("skill", f"“{skill}” stands under skills too", "Take it out there: it would never run out.")
        found[skill] = Certificate(
            skill=skill,
            valid_until=each.day("valid_until"),
            number=each.text("number", ""),
            note=each.text("note", ""),
            required=each.tick("required", default=False),
        )
    return tuple(found.values())


def _weekdays(part: Part) -> frozenset[int]:
    days = part.words("days", WEEKDAYS)
    if not days:
        raise part.bad("days", "no day is named", "Leave the key out for every day.")
    if unknown := [day for day in days if day not in WEEKDAYS]:
        raise part.bad("days", f"“{unknown[0]}” is no weekday", f"Write {', '.join(WEEKDAYS)}.")
    return frozenset(WEEKDAYS.index(day) for day in days)


def _distinct(names: Iterable[str], file: str, what: str) -> None:
    name, count = next(iter(Counter(names).most_common(1)), ("", 0))
    if count > 1:
        raise BadInput(f"{file}: {count} {what} {name}.", "Each must have its own.")
