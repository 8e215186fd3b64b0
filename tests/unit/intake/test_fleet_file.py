import json
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import VehicleKind
from dispatcher.domain.orders import Load
from dispatcher.domain.place import Place
from dispatcher.intake import FleetFile, read_fleet

type Build = Callable[[dict[str, Any]], FleetFile]


def fleet() -> dict[str, Any]:
    return {
        "depot": {"name": "House", "lat": 60.17, "lon": 24.94, "zone": "Europe/Helsinki"},
        "vehicles": [
            {"name": "Van 1", "kg": 800, "litres": 6000, "parcels": 90, "skills": ["Tail_lift"], "cost_per_km": 0.4},
            {"name": "Bike 1", "kind": "cargo bike"},
        ],
        "drivers": [
            {"number": 2, "name": "Eero", "vehicle": "Bike 1", "days": ["mon"], "max_hours": 7.5, "max_km": 40},
            {"number": 1, "name": "Aino", "vehicle": "Van 1", "starts": "22:00", "ends": "06:00", "days": ["tue"]},
            {"number": 3, "name": "Helmi"},
        ],
    }


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def run(data: dict[str, Any]) -> FleetFile:
        path = tmp_path / "fleet.json"
        path.write_text(json.dumps(data))
        return read_fleet(path)

    return run


def test_a_fleet_is_read_with_its_units_turned(build: Build) -> None:
    read = build(fleet())
    aino, eero, helmi = read.drivers
    van, bike = read.vehicles
    assert (read.depot.name, read.depot.zone_name, read.depot.shift_starts) == ("House", "Europe/Helsinki", time(8))
    assert (van.capacity, van.skills, van.cost_per_km) == (Load(800, 6000, 90), {"tail lift"}, 40)
    assert bike.kind is VehicleKind.CARGO_BIKE
    assert [driver.number for driver in read.drivers] == [1, 2, 3]
    assert (aino.vehicle_id, eero.vehicle_id, helmi.vehicle_id) == (van.id, bike.id, None)
    assert (eero.max_duration_s, eero.max_distance_m, aino.max_stops) == (27_000, 40_000, None)


def test_breaks_reloads_and_the_habits_of_the_depot_are_read(build: Build) -> None:
    data = fleet()
    data["depot"] |= {"reload_min": 20, "handling_min": 7.5, "max_wait_min": 0, "improve_s": 5}
    data["vehicles"][0]["max_reloads"] = 2
    data["drivers"][0] |= {"break_min": 45, "break_from": "11:00", "break_until": "12:30"}
    read = build(data)
    depot, (aino, eero, _), (van, bike) = read.depot, read.drivers, read.vehicles
    assert (depot.reload_s, depot.handling_s, depot.max_wait_s, depot.improve_s) == (1_200, 450, 0, 5)
    assert (van.max_reloads, bike.max_reloads) == (2, 0)
    assert (eero.break_s, eero.break_from, eero.break_until) == (2_700, time(11), time(12, 30))
    assert (aino.break_s, aino.break_from, aino.break_until) == (0, None, None)


def test_without_habits_a_depot_has_the_usual_ones(build: Build) -> None:
    depot, usual = build(fleet()).depot, Depot("", Place(0, 0))
    for part in ("reload_s", "handling_s", "max_wait_s", "improve_s", "service_s"):
        assert getattr(depot, part) == getattr(usual, part)


def test_drivers_have_usual_hours_which_may_pass_midnight(build: Build) -> None:
    aino, eero, helmi = build(fleet()).drivers
    assert (aino.starts, aino.ends, aino.weekdays) == (time(22), time(6), {1})
    assert (eero.starts, eero.ends, eero.weekdays) == (None, None, {0})
    assert helmi.weekdays == {0, 1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("depot", "zone"), "Mars/Base", "no time zone"),
        (("depot", "lat"), 95, "latitude must lie"),
        (("depot", "lat"), "60", "a number is needed"),
        (("depot", "name"), " ", "a text is needed"),
        (("depot", "colour"), "red", "no such key"),
        (("depot", "shift_starts"), "8 o'clock", "no time of day"),
        (("depot",), [], "must be an object"),
        (("vehicles",), [], "at least one entry"),
        (("vehicles", 0, "kind"), "submarine", "no kind of vehicle"),
        (("vehicles", 0, "kg"), -1, "must not be negative"),
        (("vehicles", 0, "parcels"), 1.5, "a whole number"),
        (("vehicles", 0, "skills"), "chilled", "a list of texts"),
        (("vehicles", 1, "name"), "Van 1", "2 vehicles are called Van 1"),
        (("drivers", 0, "number"), 1, "2 drivers have the number 1"),
        (("drivers", 0, "number"), True, "a number is needed"),
        (("drivers", 0, "name"), "Aino", "2 drivers are called Aino"),
        (("drivers", 0, "vehicle"), "Van 9", "no vehicle is called"),
        (("drivers", 0, "days"), ["someday"], "no weekday"),
        (("drivers", 0, "days"), [], "no day is named"),
        (("drivers", 1, "ends"), "22:00", "ends as it begins"),
        (("drivers", 0, "break_min"), -5, "must not be negative"),
        (("drivers", 0, "break_min"), 1_441, "more than a day"),
        (("drivers", 0, "break_from"), "noon", "no time of day"),
        (("vehicles", 0, "max_reloads"), -1, "must not be negative"),
        (("vehicles", 0, "max_reloads"), 1.5, "a whole number"),
        (("depot", "reload_min"), -1, "must not be negative"),
        (("depot", "max_wait_min"), "any", "a number is needed"),
        (("depot", "improve_s"), 1.5, "a whole number"),
    ],
)
def test_a_fault_names_its_place(build: Build, path: tuple[str | int, ...], value: object, words: str) -> None:
    data: Any = fleet()
    target = data
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(BadInput) as refused:
        build(data)
    assert words in refused.value.what
    assert refused.value.what.startswith("fleet.json")
    assert refused.value.remedy


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe\xff", b"[]", b"[" * 100_000, b'{"depot": NaN}', b""])
def test_what_is_no_fleet_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "fleet.json").write_bytes(data)
    with pytest.raises(BadInput):
        read_fleet(tmp_path / "fleet.json")


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_fleet(tmp_path / "fleet.json")
