"""The program as a person at a terminal or a script runs it, on a region and a depot that it made itself."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from dispatcher import __version__
from dispatcher.services.demo import RESOURCES
from tests.e2e.conftest import Roundhouse
from tests.fixtures.depots import AT, HOUSE, ON, run
from tests.fixtures.region import helsinki_extract

# --- region, depot, import, plan: each was a process of its own ----------------------------------------------------


def test_a_region_says_what_it_holds(region_built: dict[str, Any]) -> None:
    assert region_built["name"] == "helsinki"
    assert region_built["counts"]["addresses"]["addresses"] > 500
    assert region_built["bytes"] > 1_000_000


def test_a_depot_is_made_with_its_fleet(demo_said: dict[str, Any]) -> None:
    assert demo_said["depot"] == {"depot": "helsinki", "drivers": 8, "vehicles": 8}


def test_an_import_tells_all_that_it_did(demo_said: dict[str, Any]) -> None:
    said = demo_said["import"]
    assert (said["added"], said["replaced"], said["rejected"], said["problems"]) == (150, 0, 0, [])
    assert said["dates"] == [str(ON)]
    assert said["drivers_put_on_duty"] == 8
    assert said["columns"]["Address Line 1"] == "address"
    assert said["doubtful"] <= 5


def test_a_plan_serves_the_day_and_breaks_no_rule(demo_said: dict[str, Any]) -> None:
    said = demo_said["plan"]
    assert said["orders"] == 150
    assert said["planned"] + len(said["unplanned"]) == 150
    assert said["planned"] >= 148
    assert {each["code"] for each in said["unplanned"]} <= {"NO_PLACE", "NO_ROAD"}
    assert said["violations"] == []
    assert 0 < said["distance_m"] < 150_000
    assert said["currency"] == "EUR"


def test_lists_name_what_is_there(roundhouse: Roundhouse, demo_home: Path) -> None:
    assert roundhouse("depot", "list").json == {"depots": ["helsinki"]}
    assert [each["name"] for each in roundhouse("region", "list").json["regions"]] == ["helsinki"]


def test_an_empty_home_has_empty_lists(roundhouse: Roundhouse) -> None:
    assert roundhouse("depot", "list").json == {"depots": []}
    assert roundhouse("region", "list").json == {"regions": []}


# --- orders ---------------------------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing(roundhouse: Roundhouse, demo_home: Path) -> None:
    again = roundhouse("import", RESOURCES / "orders.csv", "--date", ON, "--json").json
    assert (again["added"], again["replaced"], again["unchanged"], again["removed"]) == (0, 0, 150, 0)
    assert again["drivers_put_on_duty"] == 0


def test_a_workbook_goes_in_as_well(roundhouse: Roundhouse, demo_home: Path) -> None:
    book = Workbook()
    for row in (
        ["Order ID", "Address", "Postal code", "City", "Time window from", "Weight (kg)"],
        ["X-1", "Fabianinkatu 24", "00130", "Helsinki", time(9, 30), 4.5],
        ["X-2", "Keskuskatu 4", 100, "Helsinki", None, "7,5"],
        ["X-3", "Kasarmikatu 25", "00130", "Helsinki", None, -1],
    ):
        book.active.append(row)
    file, rejects = demo_home / "shop.xlsx", demo_home / "left-out.csv"
    book.save(file)
    said = roundhouse("import", file, "--date", ON, "--sender", "Shop", "--rejects", rejects, "--json").json
    assert (said["added"], said["rejected"]) == (2, 1)
    assert (said["problems"][0]["row"], said["problems"][0]["column"]) == (4, "Weight (kg)")
    assert "X-3" in rejects.read_text(encoding="utf-8-sig")
    assert "X-1" not in rejects.read_text(encoding="utf-8-sig")


def test_columns_are_assigned_by_hand_and_remembered_by_sender(roundhouse: Roundhouse, demo_home: Path) -> None:
    file = demo_home / "odd.csv"
    file.write_text("Foo,Bar\nZ-1,Fabianinkatu 24\n", encoding="utf-8")
    first = roundhouse(
        "import", file, "--date", ON, "--sender", "Odd", "--column", "Foo=number", "--column", "Bar=address", "--json"
    ).json
    assert first["added"] == 1
    again = roundhouse("import", file, "--date", ON, "--sender", "Odd", "--json").json
    assert (again["unchanged"], again["columns"]) == (1, {"Foo": "number", "Bar": "address"})


def test_sync_makes_the_day_look_like_the_file(roundhouse: Roundhouse, demo_home: Path) -> None:
    rows = (RESOURCES / "orders.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [rows[0], *(row for row in rows[1:] if not row.startswith("HEL-1001"))]
    file = demo_home / "less.csv"
    file.write_text("".join(kept), encoding="utf-8")
    said = roundhouse("import", file, "--date", ON, "--mode", "sync", "--json").json
    assert (said["removed"], said["unchanged"]) == (1, 149)


# --- export ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def export(roundhouse: Roundhouse, demo_home: Path) -> Any:
    def write(form: str) -> Path:
        out = demo_home / f"day.{form}"
        said = roundhouse("export", "--date", ON, "--format", form, out, "--json").json
        assert (said["written"], said["format"], said["orders"]) == (str(out), form, 150)
        return out

    return write


def test_csv_has_a_row_for_every_order(export: Any, demo_said: dict[str, Any]) -> None:
    rows = list(csv.DictReader(StringIO(export("csv").read_text(encoding="utf-8-sig"))))
    assert len({row["Order number"] for row in rows}) == len(rows) == 150
    assert sum(1 for row in rows if row["Round"]) == demo_said["plan"]["planned"]
    assert {row["Date"] for row in rows} == {str(ON)}


def test_a_workbook_has_typed_cells(export: Any) -> None:
    names, *rows = load_workbook(export("xlsx")).active.iter_rows(values_only=True)
    row = dict(zip(names, rows[0], strict=True))
    assert len(rows) == 150
    assert (row["Round"], row["Sequence"], row["Planned arrival"].date()) == (1, 1, ON)


def test_json_has_the_plan(export: Any, demo_said: dict[str, Any]) -> None:
    day = json.loads(export("json").read_text(encoding="utf-8"))
    assert day["totals"]["distance_m"] == demo_said["plan"]["distance_m"]
    assert sum(len(each["stops"]) for each in day["routes"]) == demo_said["plan"]["planned"]


def test_geojson_draws_rounds_along_the_roads(export: Any) -> None:
    features = json.loads(export("geojson").read_text(encoding="utf-8"))["features"]
    lines = [each for each in features if each["geometry"] and each["geometry"]["type"] == "LineString"]
    assert len(lines) == 8
    stops = [each for each in features if each["properties"]["type"] not in ("route", "depot")]
    assert sum(len(each["geometry"]["coordinates"]) for each in lines) > 3 * len(stops)


def test_a_page_carries_all_it_needs(export: Any) -> None:
    page = export("html").read_text(encoding="utf-8")
    assert "leaflet" in page
    assert "HEL-1001" in page
    assert not re.findall(r"""(?:src|<link[^>]+href)=["'](?!data:)[^"']+""", page)


def test_an_export_that_cannot_be_written_is_told(roundhouse: Roundhouse, demo_home: Path) -> None:
    said = roundhouse("export", "--date", ON, "--format", "csv", demo_home / "none" / "day.csv")
    assert (said.status, said.out) == (1, "")
    assert "day.csv cannot be written" in said.err


# --- status and streams ---------------------------------------------------------------------------------------------


def test_the_version_is_told() -> None:
    ran = subprocess.run(
        [sys.executable, HOUSE / "main.py", "--version"], capture_output=True, encoding="utf-8", check=True
    )
    assert ran.stdout == f"roundhouse {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plan", "--date", "2026-02-30"], "“2026-02-30” is no date"),
        (["plan", "--seconds", "0"], "more than 0"),
        (["plan", "--seconds", "soon"], "no number of seconds"),
        (["depot", "new", "X", "--at", "91,0"], "“91,0” is no place"),
        (["depot", "new", "X", "--at", "50.7"], "“50.7” is no place"),
        (["depot", "new", "X", "--at", AT, "--zone", "Europe/Aachen"], "no time zone"),
        (["import", "orders.csv", "--column", "Address"], "assigns nothing"),
        (["import", "orders.csv", "--mode", "replace"], "invalid choice"),
        (["export", "--format", "pdf", "day.pdf"], "invalid choice"),
        (["fly"], "invalid choice"),
        (["region"], "required"),
    ],
)
def test_wrong_usage_is_status_two(roundhouse: Roundhouse, home: Path, arguments: Sequence[str], words: str) -> None:
    said = roundhouse(*arguments)
    assert (said.status, said.out) == (2, "")
    assert words in said.err
    assert not home.exists()


def test_a_process_that_fails_prints_on_standard_error_alone(home: Path) -> None:
    ran = run(home, "import", "orders.csv")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        "roundhouse: There is no depot to work on, or several. Name one with --depot, or make one: depot new.\n"
    )


def test_a_reader_that_leaves_early_is_no_fault_of_ours(home: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run(
        [sys.executable, HOUSE / "main.py", "depot", "list"],
        env={**os.environ, "ROUNDHOUSE_HOME": str(home)},
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (ran.returncode, ran.stderr) == (1, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is another matter there")
def test_ctrl_c_stops_a_build_and_leaves_nothing(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, HOUSE / "main.py", "region", "build", helsinki_extract(), "--name", "helsinki"],
        env={**os.environ, "ROUNDHOUSE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert any("Building roads" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.stdout.read() == ""
    assert process.returncode == 1
    assert "roundhouse: stopped; nothing was changed" in said
    assert "Traceback" not in said
    assert [each.name for each in (home / "regions").iterdir() if not each.name.startswith(".")] == []
