"""A driver's data is written out; a former driver's positions, name and words go for good, and their rounds stay."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from dispatcher.domain.certificates import Certificate
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.fleet import Driver
from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Fix
from dispatcher.services.drivers_data import driver_named, erase_driver, export_driver
from dispatcher.services.holds import hold_orders
from dispatcher.services.insight import InsightDesk, Span
from dispatcher.services.insight_coaching import CoachingBook
from dispatcher.services.retention import photos_of
from dispatcher.services.training import TrainingBook, TrainingKind
from tests.fixtures import days, onroad
from tests.unit.services.test_retention_proofs import Evening, at, evening

__all__ = ["evening"]

NAME, PHONE = "Wilhelmina Unmistakable", "+49 170 5554443"
LICENCE = "B072RRE2I55"


@pytest.fixture
def driver(evening: Evening) -> Driver:
    """Who drove the round, was heard on it, and wrote."""
    place = evening.workplace
    day = place.store.read(lambda r: r.day(days.DATE))
    named = replace(day.drivers[day.shifts[evening.shift].driver_id], name=NAME, phone=PHONE)
    named = replace(named, certificates=(Certificate("driving licence", days.DATE, LICENCE, "seen", required=True),))
    place.store.write(f"Rename {NAME}", lambda uow: uow.put_driver(named))
    evening.deliver(0)
    evening.write_back(f"{NAME} here")
    for clock in ("11:00", "14:00"):
        moment = days.clock(clock)
        onroad.report(evening.book, evening.phone, [Fix(moment, Place(50.7, 6.1), speed_mps=3.5)], moment)
    return named


def leave(evening: Evening, driver: Driver) -> None:
    """They drive no more."""
    former = replace(driver, active=False)
    evening.workplace.store.write("Left", lambda uow: uow.put_driver(former))


def test_all_that_is_kept_of_a_driver_is_written_out(evening: Evening, driver: Driver, tmp_path: Path) -> None:
    counts = export_driver(at(evening, 1), driver.id, tmp_path / "out.zip", by="Anna")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        told = json.loads(archive.read("driver.json"))
        track = list(csv.DictReader(io.StringIO(archive.read("track.csv").decode())))
    assert (told["driver"]["name"], told["messages"][0]["text"]) == (NAME, f"{NAME} here")
    assert [(row["at"], row["speed_mps"]) for row in track] == [
        (days.clock(clock).isoformat(), "3.5") for clock in ("11:00", "14:00")
    ]
    assert counts["positions"] == 2
    with pytest.raises(BadInput, match="who writes it out"):
        export_driver(at(evening, 1), driver.id, tmp_path / "nobody.zip", by=" ")
    assert not (tmp_path / "nobody.zip").exists()


def test_a_former_driver_is_nowhere_and_their_rounds_stay(evening: Evening, driver: Driver) -> None:
    leave(evening, driver)
    place = at(evening, 5)
    erase_driver(place, driver.id, by="Anna", why="Left the depot")
    assert evening.book.read(lambda r: r.fixes_after(0)) == []
    (former,) = (d for d in place.store.read(lambda r: r.drivers()) if d.id == driver.id)
    assert (former.name, former.phone) == (f"Former driver {driver.number}", "")
    assert former.certificates == (Certificate("driving licence", days.DATE, required=True),)
    while place.store.undo():
        told = str(place.store.read(lambda r: r.drivers()))
        assert not {word for word in (NAME, LICENCE) if word in told}
    assert len(evening.book.read(lambda r: r.records())) == 1
    assert NAME not in str(evening.book.read(lambda r: r.rounds_on(days.DATE)))
    for file in photos_of(place).parent.glob("*.db*"):
        assert NAME.encode() not in file.read_bytes(), file.name
        assert LICENCE.encode() not in file.read_bytes(), file.name


def test_what_was_written_about_a_driver_is_written_out_and_goes(
    evening: Evening, driver: Driver, tmp_path: Path
) -> None:
    place = at(evening, 5)
    CoachingBook(place, clock=place.clock).write(driver.id, "km", f"{NAME} goes round by the river", by="Anna")
    plans = TrainingBook(place, clock=place.clock)
    plans.add(driver.id, TrainingKind.COURSE, f"A map for {NAME}", place.today, by="Anna")
    other = plans.add("Otto", TrainingKind.COURSE, "First aid", place.today, by="Anna")
    export_driver(place, driver.id, tmp_path / "out.zip", by="Anna")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        told = json.loads(archive.read("driver.json"))
    assert "by the river" in told["coaching"][0]["note"]
    assert told["training"][0]["what"] == f"A map for {NAME}"
    leave(evening, driver)
    erase_driver(place, driver.id, by="Anna", why="Left the depot")
    assert CoachingBook(place, clock=place.clock).cards() == []
    assert plans.items() == [other]
    for file in photos_of(place).parent.glob("*.db*"):
        assert NAME.encode() not in file.read_bytes(), file.name


def test_a_former_driver_is_not_named_in_what_was_measured(evening: Evening, driver: Driver) -> None:
    place = at(evening, 5)
    desk, span = InsightDesk(place, clock=place.clock), Span(days.DATE, days.DATE)
    desk.gather(span)
    named = lambda: {row.title for row in desk.table("first_attempt", "driver", span).rows}
    assert NAME in named()
    leave(evening, driver)
    erase_driver(place, driver.id, by="Anna", why="Left the depot")
    assert named() & {NAME, f"Former driver {driver.number}"} == {f"Former driver {driver.number}"}
    desk.gather(span)
    assert NAME not in named()


def test_what_a_hold_spares_of_their_track_stays(evening: Evening, driver: Driver) -> None:
    leave(evening, driver)
    hold_orders(evening.workplace, [evening.order_ids[0]], by="Anna", why="Claim")
    erase_driver(at(evening, 5), driver.id, by="Anna", why="Left the depot")
    assert [stored.fix.at for stored in evening.book.read(lambda r: r.fixes_after(0))] == [days.clock("11:00")]


def test_who_drives_still_is_refused(evening: Evening, driver: Driver) -> None:
    with pytest.raises(BadInput, match="drives still"):
        erase_driver(at(evening, 5), driver.id, by="Anna", why="x")
    leave(evening, driver)
    with pytest.raises(BadInput, match="has a round on"):
        erase_driver(at(evening, 0), driver.id, by="Anna", why="x")
    assert len(evening.book.read(lambda r: r.fixes_after(0))) == 2


def test_a_driver_is_known_by_name_or_number(evening: Evening, driver: Driver) -> None:
    place = evening.workplace
    assert driver_named(place, NAME.upper()).id == driver_named(place, str(driver.number)).id == driver.id
    with pytest.raises(KnownError, match="No driver"):
        driver_named(place, "nobody")
