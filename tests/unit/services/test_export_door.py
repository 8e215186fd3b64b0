"""What orders ask for at the door, and what drivers did there, in every export: from phones through the logbook."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from db.logbook.opening import open_logbook
from dispatcher.domain.ids import OrderId
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.proof import Asked, Need, ProofKind
from dispatcher.services import exporting, importing, sending
from dispatcher.services.home import Home
from dispatcher.services.importing import Request
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days, onroad
from tests.unit.services.conftest import keep, now, open_stores, small_day

WANTED = Asked({ProofKind.SIGNATURE: Need.REQUIRED, ProofKind.PHOTO: Need.OFF}, 1_250)


@pytest.fixture
def driven(tmp_path: Path) -> Iterator[tuple[Workplace, list[OrderId]]]:
    """The small day: one order delivered and paid, one failed, one taken back, the rest to come; in their order."""
    home = Home(tmp_path / "home")
    slug = create_depot(home, days.make_depot(), open_store=open_stores)
    book = partial(open_logbook, clock=now)
    with open_workplace(home, slug, open_store=open_stores, clock=now, open_logbook=book) as workplace:
        workplace.store.write("Fill", lambda uow: keep(uow, small_day()))
        day = workplace.store.read(lambda r: r.day(days.DATE))
        shift = day.plan.routes[0].shift_id
        first, second, third, fourth = day.plan.routes[0].order_ids
        workplace.store.write("Ask", lambda uow: uow.put_orders([replace(day.orders[first], asked=WANTED)]))
        assert workplace.live is not None
        logbook = workplace.live.logbook
        outlook = workplace.desk.look(workplace.store.read(lambda r: r.day(days.DATE)), why=False)
        phone = onroad.pair(logbook, day.shifts[shift].driver_id, now())
        sending.send(logbook, outlook, now())
        say = partial(onroad.act, logbook, phone)
        paid = {"outcome": "delivered", "handover": "neighbour", "name": "Kim =1+1", "cash": 1_250, "note": "3rd floor"}
        say("deliver", shift, now(), order_id=first, **paid)
        say("fail", shift, now() + timedelta(minutes=5), order_id=second, reason="NOT_HOME", note="")
        undone = say("deliver", shift, now() + timedelta(minutes=9), order_id=third, outcome="delivered", name="Kim")
        say("undo", shift, now() + timedelta(minutes=9, seconds=30), key=undone["key"])
        yield workplace, [first, second, third, fourth]


def written(workplace: Workplace, form: str, folder: Path) -> Path:
    out = folder / f"day.{form}"
    exporting.export(workplace, days.DATE, form, out)
    return out


def test_tables_tell_what_was_asked_and_what_happened(driven: tuple[Workplace, list[OrderId]], tmp_path: Path) -> None:
    with written(driven[0], "csv", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        first, second, third, *_ = csv.DictReader(file)
    asked = ("Cash due", "Currency", "Proof of delivery")
    assert [first[name] for name in asked] == ["12.5", "EUR", "signature required; photo off"]
    assert [second[name] for name in asked] == ["", "", ""]
    told = ("Attempt", "Outcome", "Done at", "Failure code", "X12 1651", "EDIFACT 9013", "Handed to", "Received by")
    assert [first[name] for name in (*told, "Cash taken", "Said by the driver")] == [
        *("1", "delivered", "2026-06-15 10:30:00", "", "", "", "neighbour", "Kim =1+1", "12.5", "3rd floor"),
    ]
    assert [second[name] for name in told] == ["1", "failed", "2026-06-15 10:35:00", "NOT_HOME", "AQ", "6", "", ""]
    assert second["Failure"] == "Nobody there"
    assert [third[name] for name in told] == ["1", *[""] * 7], "it was taken back"


def test_a_workbook_has_amounts_as_numbers(driven: tuple[Workplace, list[OrderId]], tmp_path: Path) -> None:
    header, first, *_ = openpyxl.load_workbook(written(driven[0], "xlsx", tmp_path)).active.iter_rows(values_only=True)
    row = dict(zip(header, first, strict=True))
    assert (row["Cash due"], row["Cash taken"], row["Outcome"], row["Attempt"]) == (12.5, 12.5, "delivered", 1)
    assert f"{row['Done at']:%H:%M}" == "10:30"


def test_json_and_geojson_tell_it_to_programs(driven: tuple[Workplace, list[OrderId]], tmp_path: Path) -> None:
    document = json.loads(written(driven[0], "json", tmp_path).read_text(encoding="utf-8"))
    first, second, third, _ = document["routes"][0]["stops"]
    assert (first["order"]["cash_due"], first["order"]["attempt"]) == (1_250, 1)
    assert first["order"]["proofs"] == {"signature": "required", "photo": "off"}
    assert first["happened"] == {
        "attempt": 1, "outcome": "delivered", "at": "2026-06-15T10:30:00+02:00", "reason": None, "reason_label": None,
        "reason_x12_1651": None, "reason_edifact_9013": None, "handed_to": "neighbour", "received_by": "Kim =1+1",
        "cash": 1_250, "note": "3rd floor", "photos": 0, "signed": False, "code": "none", "missing": ["signature"],
    }  # fmt: skip
    assert (second["happened"]["reason"], second["happened"]["reason_x12_1651"]) == ("NOT_HOME", "AQ")
    assert third["happened"] is None
    assert all(each["happened"] is None for each in document["unplanned"])
    features = json.loads(written(driven[0], "geojson", tmp_path).read_text(encoding="utf-8"))["features"]
    told = [f["properties"] for f in features if f["properties"]["type"] == "stop"]
    assert [(t["outcome"], t["failure"], t["cash_due"]) for t in told[:3]] == [
        *(("delivered", None, 1_250), ("failed", "NOT_HOME", 0), (None, None, 0)),
    ]


def test_the_page_tells_it_to_people(driven: tuple[Workplace, list[OrderId]], tmp_path: Path) -> None:
    page = written(driven[0], "html", tmp_path).read_text(encoding="utf-8")
    assert "Cash due: 12.50 EUR" in page
    assert "Signature required, photo off" in page
    assert "Delivered at 10:30, neighbour: Kim =1+1, 12.50 EUR taken" in page
    assert "Failed at 10:35: Nobody there" in page


def test_a_reason_that_left_the_list_keeps_its_code(driven: tuple[Workplace, list[OrderId]], tmp_path: Path) -> None:
    workplace, _ = driven
    road = replace(workplace.depot.road, reasons=workplace.depot.road.reasons[5:])
    workplace.store.write("Road", lambda uow: uow.put_depot(replace(uow.depot(), road=road)))
    with written(workplace, "csv", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        _, second, *_ = csv.DictReader(file)
    assert (second["Failure code"], second["Failure"], second["X12 1651"]) == ("NOT_HOME", "", "")
    assert "Failed at 10:35: NOT_HOME" in written(workplace, "html", tmp_path).read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_happened_comes_in_again_as_nothing_new(
    driven: tuple[Workplace, list[OrderId]], tmp_path: Path, form: str
) -> None:
    workplace, _ = driven
    for mode in ("merge", "update", "sync"):
        preview = importing.prepare(workplace, Request(written(workplace, form, tmp_path), mode=mode), NoProgress())
        assert preview.errors == ()
        assert (preview.plan.add, preview.plan.replace, preview.plan.remove) == ((), (), ())
        assert len(preview.plan.unchanged) == 12
