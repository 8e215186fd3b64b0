"""A driver's data: written out for them, and erased once they drive for the depot no more.

What drivers did belongs to the deliveries and stays, under their number; their positions, name, telephone and words go,
and so does what was written about them: coaching cards, and lines of their training plan.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from dispatcher.domain.actions import ActionKind, SentRound
from dispatcher.domain.changes import ChangeSet
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import DriverId
from dispatcher.domain.papers import PaperKind
from dispatcher.domain.progress import Progress
from dispatcher.domain.tracking import StoredFix
from dispatcher.intake.writing import whole_file
from dispatcher.services.erasing import blank_action, blank_note
from dispatcher.services.holds import spared, writing_logbook
from dispatcher.services.logbook import LogbookReader, LogbookWriter
from dispatcher.services.persons import Tick
from dispatcher.services.persons_export import plain
from dispatcher.services.retention_log import RunKind, spoken, write_down
from dispatcher.services.workplace import Workplace

ABOUT = (PaperKind.COACHING, PaperKind.TRAINING)
"""What is written about a driver, by their id."""
EVER = date(2000, 1, 1), date(2100, 1, 1)
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
TRACK = ("at", "lat", "lon", "accuracy_m", "speed_mps", "heading_deg", "altitude_m", "battery", "mock")


def driver_named(workplace: Workplace, words: str) -> Driver:
    """By name or number. Raises `KnownError` for none, or several."""
    said = words.strip().casefold()
    drivers = workplace.store.read(lambda reader: reader.drivers())
    found = [each for each in drivers if said in (each.name.casefold(), str(each.number), each.id.casefold())]
    if len(found) != 1:
        many = "Several drivers are" if found else "No driver is"
        raise KnownError(f"{many} called “{words.strip()}”.", "Type the number of their rounds.")
    return found[0]


def export_driver(workplace: Workplace, driver_id: DriverId, out: Path, *, by: str) -> dict[str, int]:
    """Write all that is kept of a driver to a ZIP file: `driver.json`, `track.csv`; how many of what is in it."""
    driver, by = _driver(workplace, driver_id), spoken(by, "who writes it out")
    if workplace.live is None:
        raise KnownError("This depot has no logbook open.", "Open its window.")
    told, track = workplace.live.logbook.read(lambda reader: _told(reader, driver, workplace.clock()))
    with whole_file(out) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("driver.json", json.dumps(told, ensure_ascii=False, indent=2))
        archive.writestr("track.csv", _csv(track))
    with suppress(OSError):  # where the disk knows no such rights, the folder's hold
        out.chmod(0o600)
    counts = {"positions": len(track), **{name: len(part) for name, part in told.items() if isinstance(part, list)}}
    write_down(workplace, RunKind.EXPORTED, by=by, counts=counts)
    return counts


def erase_driver(
    workplace: Workplace, driver_id: DriverId, *, by: str, why: str, progress: Progress | None = None
) -> ChangeSet:
    """Take a former driver's positions, name, telephone and words out for good; undo does not bring them back.

    Positions that a hold spares stay. Raises `BadInput` for one who drives still.
    """
    by, why, logbook = spoken(by, "who erases"), spoken(why, "why"), writing_logbook(workplace)
    driver = _driver(workplace, driver_id)
    _require_former(workplace, driver)
    rows = logbook.forget_driver(driver_id, spared=logbook.read(spared), tick=Tick(progress))
    logbook.write(lambda book: _blank(book, driver))
    logbook.empty_journal()
    _unname_facts(workplace, driver)
    changes = workplace.store.erase((), (), drivers=[driver_id], label="Erase a driver", author=by, why=why)
    write_down(workplace, RunKind.DRIVER_ERASED, by=by, why=why, counts={"tracks": rows})
    return changes


def _driver(workplace: Workplace, driver_id: DriverId) -> Driver:
    drivers = workplace.store.read(lambda reader: reader.drivers())
    found = next((each for each in drivers if each.id == driver_id), None)
    if found is None:
        raise KnownError("There is no such driver any more.", "Choose another.")
    return found


def _require_former(workplace: Workplace, driver: Driver) -> None:
    if driver.active:
        raise BadInput(f"{driver.name} drives still.", "Mark the driver as no longer active first.")
    today = workplace.today

    def ahead(reader: Any) -> list[date]:
        dates = (each.date for each in reader.days() if each.date >= today and each.shifts)
        return [on for on in dates if any(shift.driver_id == driver.id for shift in reader.shifts_of(on))]

    if dates := workplace.store.read(ahead):
        raise BadInput(f"{driver.name} has a round on {dates[0]:%d %B %Y}.", "Give it to somebody else first.")


def _rounds(reader: LogbookReader, driver_id: DriverId) -> Sequence[SentRound]:
    return [*reader.rounds_of(driver_id, *EVER), *reader.rounds_once_of(driver_id, *EVER)]


def _told(reader: LogbookReader, driver: Driver, now: datetime) -> tuple[dict[str, Any], Sequence[StoredFix]]:
    rounds = _rounds(reader, driver.id)
    actions = [a for a in reader.actions_of([sent.shift_id for sent in rounds]) if a.driver_id == driver.id]
    told = {
        "driver": plain(asdict(driver)),
        "written_at": now.isoformat(),
        "rounds": [
            {"date": r.on.isoformat(), "starts_at": r.starts_at.isoformat(), "ends_at": r.ends_at.isoformat()}
            for r in rounds
        ],
        "phones": [plain(asdict(each)) for each in reader.devices() if each.driver_id == driver.id],
        "messages": [plain(asdict(note)) for note in reader.notes(driver.id)],
        "actions": [plain(asdict(taken.action)) for taken in actions],
        **{kind.value: [plain(paper.body) for paper in reader.papers(kind, driver.id)] for kind in ABOUT},
    }
    return told, reader.track(driver.id, FIRST, now)


def _csv(track: Sequence[StoredFix]) -> str:
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(TRACK)
    for stored in track:
        fix = stored.fix
        place = fix.at.isoformat(), fix.place.lat, fix.place.lon
        writer.writerow((*place, *(getattr(fix, name) for name in TRACK[3:])))
    return held.getvalue()


def _unname_facts(workplace: Workplace, driver: Driver) -> None:
    from dispatcher.services.insight import InsightDesk  # pandas loads only where something is measured

    InsightDesk(workplace, clock=workplace.clock).forget_driver(driver.id, f"Former driver {driver.number}")


def _blank(book: LogbookWriter, driver: Driver) -> None:
    for kind in ABOUT:
        for paper in book.papers(kind, driver.id):
            book.remove_paper(paper.id)
    for note in book.notes(driver.id):
        book.put_note(blank_note(note))
    for taken in book.actions_like([ActionKind.NOTE]):
        if taken.driver_id == driver.id and (blank := blank_action(taken)):
            book.put_action(blank)
    for device in book.devices():
        if device.driver_id == driver.id:
            book.put_device(replace(device, label=""))
    for sent in _nameless(_rounds(book, driver.id), driver):
        book.put_round(sent)


def _nameless(rounds: Sequence[SentRound], driver: Driver) -> Iterator[SentRound]:
    for sent in rounds:
        told = sent.body.get("driver")
        if isinstance(told, dict) and told.get("id") == driver.id:
            nameless = {**told, "name": f"Former driver {driver.number}"}
            yield replace(sent, body={**sent.body, "driver": nameless})
