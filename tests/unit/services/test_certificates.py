"""Certificates are taken up only if they hold, warned of before they run out, and obeyed when a day is staffed."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from db.store import SqliteStore
from dispatcher.domain.certificates import Certificate
from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import Driver, Vehicle
from dispatcher.domain.ids import DriverId, VehicleId
from dispatcher.services import fleet
from dispatcher.services.certificates import to_day, when
from dispatcher.services.ports import UnitOfWork
from tests.fixtures import days

TODAY = days.DATE
NEXT_WEEK = TODAY + timedelta(days=7)
ADR = Certificate("adr", TODAY + timedelta(days=90), "FI-77")
LICENCE = Certificate("driving licence", TODAY + timedelta(days=3), required=True)


def drivers(store: SqliteStore) -> list[Driver]:
    return list(store.read(lambda r: r.drivers()))


def save(store: SqliteStore, driver: Driver, *certificates: Certificate) -> None:
    changed = replace(driver, certificates=certificates)
    store.write("Change", lambda uow: fleet.save_driver(uow, changed, today=TODAY))


def test_a_certificate_is_kept_spelt_as_orders_spell_it_and_undone(store: SqliteStore) -> None:
    driver = drivers(store)[0]
    save(store, driver, replace(ADR, skill=" Dangerous_Goods "), LICENCE)
    assert drivers(store)[0].certificates == (replace(ADR, skill="dangerous goods"), LICENCE)
    assert drivers(store)[0].skills_on(TODAY) == {*driver.skills, "dangerous goods", "driving licence"}
    store.undo()
    assert drivers(store)[0].certificates == ()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ([replace(ADR, skill=" ")], "needs the skill it stands for"),
        ([replace(ADR, skill="adr, forklift")], "are 2 skills"),
        ([ADR, replace(ADR, skill="ADR", number="2")], "a certificate for “adr” already"),
        ([replace(ADR, skill="Chilled")], "“chilled” is a plain skill"),
        ([replace(ADR, valid_until=TODAY - timedelta(days=1))], "adr cannot be taken up: 14 June 2026 is past"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_all_as_it_was(
    store: SqliteStore, wrong: list[Certificate], told: str
) -> None:
    save(store, replace(drivers(store)[0], skills=frozenset({"chilled"})), LICENCE)
    before = drivers(store)
    with pytest.raises(BadInput, match=told):
        save(store, before[0], *wrong)
    assert drivers(store) == before
    vehicle = replace(store.read(lambda r: r.vehicles())[0], skills=frozenset({"chilled"}), certificates=tuple(wrong))
    with pytest.raises(BadInput, match=told):
        store.write("Change", lambda uow: fleet.save_vehicle(uow, vehicle, today=TODAY))


def test_one_that_ran_out_meanwhile_does_not_stand_in_the_way_of_other_changes(store: SqliteStore) -> None:
    save(store, drivers(store)[0], LICENCE)
    later = LICENCE.valid_until + timedelta(days=1)
    renamed = replace(drivers(store)[0], name="Aino K.", certificates=(replace(LICENCE, number="9"),))
    store.write("Rename", lambda uow: fleet.save_driver(uow, renamed, today=later))
    assert drivers(store)[0].certificates == (replace(LICENCE, number="9"),)
    moved = replace(drivers(store)[0], certificates=(replace(LICENCE, valid_until=TODAY),))
    with pytest.raises(BadInput, match="15 June 2026 is past"):
        store.write("Change", lambda uow: fleet.save_driver(uow, moved, today=later))


def test_what_runs_out_is_listed_the_longest_over_first() -> None:
    aino = Driver(DriverId("a"), "Aino", 1, certificates=(LICENCE, ADR, Certificate("first aid")))
    gone = Driver(DriverId("b"), "Ben", 2, certificates=(replace(LICENCE, valid_until=TODAY),), active=False)
    van = Vehicle(VehicleId("v"), "Van 1", certificates=(Certificate("inspection", TODAY - timedelta(days=2)),))
    found = fleet.expiring([aino, gone], [van], TODAY)
    assert [each.sentence for each in found] == [
        "Van 1’s inspection ran out on 13 June 2026",
        "Aino’s driving licence runs out in 3 days",
    ]
    assert [each.over for each in found] == [True, False]
    assert [each.certificate for each in fleet.expiring([aino], [], TODAY, within_days=90)] == [LICENCE, ADR]
    assert not fleet.expiring([aino], [], TODAY, within_days=2)


@pytest.mark.parametrize(
    ("days_left", "said"),
    [(-1, "ran out on 14 June 2026"), (0, "runs out today"), (1, "runs out tomorrow"), (30, "runs out in 30 days"),
     (31, "runs out on 16 July 2026")],
)  # fmt: skip
def test_when_it_runs_out_is_told_in_words(days_left: int, said: str) -> None:
    assert when(replace(ADR, valid_until=TODAY + timedelta(days=days_left)), TODAY) == said
    assert when(Certificate("adr"), TODAY) == "does not run out"


@pytest.mark.parametrize("text", ["2027-05-03", " 3.5.2027 ", "3 May 2027", "03/05/2027"])
def test_a_last_day_is_read_as_people_write_it(text: str) -> None:
    assert to_day(text) == date(2027, 5, 3)
    assert to_day("  ") is None


@pytest.mark.parametrize("text", ["soon", "31.2.2027", "3.5.1926", "12"])
def test_a_last_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="Write it as 2027-05-03"):
        to_day(text)


def test_nobody_without_a_required_certificate_is_put_on_duty_with_the_others(store: SqliteStore) -> None:
    def prepare(uow: UnitOfWork) -> None:
        papers = {0: LICENCE, 1: replace(ADR, valid_until=TODAY)}
        for i, (driver, vehicle) in enumerate(zip(uow.drivers(), uow.vehicles(), strict=True)):
            held = (papers[i],) if i in papers else ()
            uow.put_driver(replace(driver, vehicle_id=vehicle.id, certificates=held))
        stale = Certificate("inspection", TODAY, required=True)
        uow.put_vehicle(replace(uow.vehicles()[2], certificates=(stale,)))

    store.write("Prepare", prepare)
    crew = drivers(store)
    assert store.write("Staff", lambda uow: fleet.staff_day(uow, NEXT_WEEK)).value == len(crew) - 2
    on_duty = {shift.driver_id for shift in store.read(lambda r: r.shifts_of(NEXT_WEEK))}
    assert on_duty == {driver.id for driver in crew} - {crew[0].id, crew[2].id}
    third = LICENCE.valid_until
    before = {shift.driver_id for shift in store.read(lambda r: r.shifts_of(third))}
    store.write("Staff", lambda uow: fleet.staff_day(uow, third))
    after = {shift.driver_id for shift in store.read(lambda r: r.shifts_of(third))}
    assert crew[0].id in after - before


def test_a_fleet_file_that_tells_nothing_of_certificates_takes_none_away(store: SqliteStore, tmp_path: Path) -> None:
    save(store, drivers(store)[0], LICENCE, ADR)
    file = tmp_path / "fleet.json"
    file.write_text(store.read(fleet.file_text), encoding="utf-8")
    before = store.read(lambda r: (r.drivers(), r.vehicles()))
    newer = replace(ADR, valid_until=date(2030, 1, 1))
    save(store, drivers(store)[0], LICENCE, newer, Certificate("forklift"))
    store.write("Import", lambda uow: fleet.add_file(uow, fleet.read_file(file)))
    assert set(drivers(store)[0].certificates) == {LICENCE, ADR, Certificate("forklift")}
    plain = lambda owners: [replace(each, version=0, certificates=()) for each in owners]
    assert plain(drivers(store)) == plain(before[0])
    assert plain(store.read(lambda r: r.vehicles())) == plain(before[1])
