"""Depot, vehicles and drivers → the JSON file that `fleet_file` reads: what is written comes back as it was."""

import json
from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any

from dispatcher.domain.certificates import Certificate
from dispatcher.domain.depot import Depot
from dispatcher.domain.fleet import EVERY_DAY, Driver, Vehicle
from dispatcher.intake.fleet_file import WEEKDAYS


def fleet_text(depot: Depot, vehicles: Sequence[Vehicle], drivers: Sequence[Driver]) -> str:
    """The file's text; what is empty or not limited is left out."""
    names: dict[str | None, str] = {vehicle.id: vehicle.name for vehicle in vehicles}
    document = {
        "depot": _told(_depot(depot)),
        "vehicles": [_told(_vehicle(vehicle)) for vehicle in vehicles],
        "drivers": [_told(_driver(driver) | {"vehicle": names.get(driver.vehicle_id)}) for driver in drivers],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value is not None and value != "" and value != []}


def _depot(depot: Depot) -> dict[str, Any]:
    return {
        "name": depot.name,
        "lat": depot.place.lat,
        "lon": depot.place.lon,
        "zone": depot.zone_name,
        "address": depot.address,
        "region": depot.region,
        "currency": depot.currency,
        "shift_starts": _clock(depot.shift_starts),
        "shift_ends": _clock(depot.shift_ends),
        "service_min": depot.service_s / 60,
        "reload_min": depot.reload_s / 60,
        "handling_min": depot.handling_s / 60,
        "max_wait_min": None if depot.max_wait_s is None else depot.max_wait_s / 60,
        "improve_s": depot.improve_s,
    }


def _vehicle(vehicle: Vehicle) -> dict[str, Any]:
    return {
        "name": vehicle.name,
        "kind": vehicle.kind.value,
        "plate": vehicle.plate,
        "kg": vehicle.capacity.kg,
        "litres": vehicle.capacity.litres,
        "parcels": vehicle.capacity.parcels,
        "skills": sorted(vehicle.skills),
        "cost_per_km": vehicle.cost_per_km / 100,
        "fixed_cost": vehicle.fixed_cost / 100,
        "max_reloads": vehicle.max_reloads,
        "certificates": _certificates(vehicle.certificates),
    }


def _driver(driver: Driver) -> dict[str, Any]:
    return {
        "number": driver.number,
        "name": driver.name,
        "phone": driver.phone,
        "skills": sorted(driver.skills),
        "starts": _clock(driver.starts),
        "ends": _clock(driver.ends),
        "days": [] if driver.weekdays == EVERY_DAY else [WEEKDAYS[day] for day in sorted(driver.weekdays)],
        "cost_per_hour": driver.cost_per_hour / 100,
        "max_stops": driver.max_stops,
        "max_hours": None if driver.max_duration_s is None else driver.max_duration_s / 3600,
        "max_km": None if driver.max_distance_m is None else driver.max_distance_m / 1000,
        "break_min": driver.break_s / 60,
        "break_from": _clock(driver.break_from),
        "break_until": _clock(driver.break_until),
        "certificates": _certificates(driver.certificates),
        "active": driver.active,
    }


def _certificates(certificates: Iterable[Certificate]) -> list[dict[str, Any]]:
    return [
        _told(
            {
                "skill": each.skill,
                "valid_until": each.valid_until and each.valid_until.isoformat(),
                "number": each.number,
                "note": each.note,
                "required": each.required,
            }
        )
        for each in certificates
    ]


def _clock(clock: time | None) -> str | None:
    return None if clock is None else clock.isoformat()
