import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.certificates import Certificate
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import VehicleKind
from dispatcher.domain.orders import Load
from dispatcher.domain.place import Place
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.intake import FleetFile, fleet_text, read_fleet
from tests.fixtures import strategies

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


def certified() -> dict[str, Any]:
    data = fleet()
    data["drivers"][1]["certificates"] = [
        {"skill": "Driving_licence", "valid_until": "2027-05-03", "number": "FI 12", "note": "B, C1", "required": True},
        {"skill": "forklift"},
    ]
    data["vehicles"][0]["certificates"] = [{"skill": "inspection", "valid_until": "2026-11-30", "required": True}]
    return data


def test_certificates_are_read_with_their_last_day(build: Build) -> None:
    read = build(certified())
    licence = Certificate("driving licence", date(2027, 5, 3), "FI 12", "B, C1", required=True)
    assert read.drivers[0].certificates == (licence, Certificate("forklift"))
    assert read.vehicles[0].certificates == (Certificate("inspection", date(2026, 11, 30), required=True),)
    empty = fleet()
    empty["drivers"][0]["certificates"] = []
    assert build(empty).drivers[1].certificates == read.vehicles[1].certificates == ()


@pytest.mark.parametrize(
    ("certificates", "told"),
    [
        ([{"skill": " "}], "certificates, entry 1, skill: a text is needed"),
        ([{"skill": "_"}], "certificates, entry 1, skill: a certificate stands for one skill"),
        ([{"skill": "adr, forklift"}], "certificates, entry 1, skill: a certificate stands for one skill"),
        ([{"skill": "adr"}, {"skill": "ADR"}], "certificates, entry 2, skill: “adr” stands there twice"),
        ([{"skill": "tail lift"}], "certificates, entry 1, skill: “tail lift” stands under skills too"),
        ([{"skill": "adr", "valid_until": "3.5.2026"}], "valid_until: “3.5.2026” is no date"),
        ([{"skill": "adr", "valid_until": 20260503}], "valid_until: “20260503” is no date"),
        ([{"skill": "adr", "required": "yes"}], "required: it must be true or false"),
        ([{"skill": "adr", "expires": "2026-05-03"}], "expires: no such key is known"),
        ({"skill": "adr"}, "certificates: it must be a list in brackets"),
    ],
)
def test_a_wrong_certificate_is_refused_with_its_place(build: Build, certificates: object, told: str) -> None:
    data = fleet()
    data["vehicles"][0]["certificates"] = certificates
    with pytest.raises(BadInput) as refusal:
        build(data)
    assert told in str(refusal.value)
    assert "fleet.json, vehicles, entry 1" in str(refusal.value)


names = st.text("abcÅß, “1", min_size=1, max_size=12).map(str.strip).filter(bool)
texts = st.text("abcÅß, “1", max_size=12).map(str.strip)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_fleet_that_is_written_comes_back_as_it_was(data: st.DataObject, tmp_path_factory: Any) -> None:
    depot = replace(data.draw(strategies.depots), name=data.draw(names), version=0)
    depot = replace(depot, address=depot.address.strip(), region=depot.region.strip(), planning_s=30, road=RoadPolicy())
    depot = replace(depot, **{part: min(getattr(depot, part), 86_400) for part in ("service_s", "reload_s")})
    depot = replace(depot, handling_s=min(depot.handling_s, 86_400), max_wait_s=depot.max_wait_s and 600)
    vehicle = replace(data.draw(strategies.vehicles), name=data.draw(names), plate=data.draw(texts))
    driver = data.draw(strategies.drivers(st.sampled_from([None, vehicle.id])))
    driver = replace(
        driver, name=data.draw(names), phone=data.draw(texts), break_s=min(driver.break_s, 86_400),
        weekdays=driver.weekdays or frozenset({2}), max_stops=driver.max_stops or None,
        max_duration_s=driver.max_duration_s or None, max_distance_m=driver.max_distance_m or None,
        ends=None if driver.starts == driver.ends else driver.ends,
    )  # fmt: skip
    tidy = lambda owner: replace(
        owner, certificates=tuple(replace(c, number=c.number.strip(), note=c.note.strip()) for c in owner.certificates)
    )
    vehicle, driver = tidy(vehicle), tidy(driver)
    file = tmp_path_factory.mktemp("fleet") / "fleet.json"
    file.write_text(fleet_text(depot, [vehicle], [driver]), encoding="utf-8")
    read = read_fleet(file)
    (vehicle_read,), (driver_read,) = read.vehicles, read.drivers
    assert read.depot == depot
    assert replace(vehicle_read, id=vehicle.id) == vehicle
    usual = driver.vehicle_id and vehicle_read.id
    assert replace(driver_read, id=driver.id) == replace(driver, vehicle_id=usual)
