"""What is kept, held, found, written out and erased, by command."""

import zipfile
from pathlib import Path

import pytest

from db.lock import lock_home
from tests.e2e.conftest import Roundhouse


def test_a_dry_run_says_what_would_go_by_kind(roundhouse: Roundhouse, demo_home: Path) -> None:
    told = roundhouse("keep", "--dry-run", "--json").json
    assert told["dry_run"] is True
    assert [kind["kind"] for kind in told["kinds"]] == [
        "tracks", "photos", "codes", "messages", "proofs", "unreadable", "uploads"
    ]  # fmt: skip
    assert roundhouse("keep", "--by", "Anna").json["dry_run"] is False


def test_a_person_goes_from_find_to_erase_past_a_hold(roundhouse: Roundhouse, demo_home: Path, tmp_path: Path) -> None:
    orders = _first_person(roundhouse)
    numbers = [order["id"] for order in orders]
    held = roundhouse("hold", "add", numbers[0], "--by", "Anna", "--why", "Claim 7").json
    assert held["held"] == 1
    (hold,) = roundhouse("hold", "list").json["holds"]
    assert (hold["id"], hold["by"], hold["why"]) == (numbers[0], "Anna", "Claim 7")
    erase = ("person", "erase", *numbers, "--by", "Anna", "--why", "Asked", "--orders", len(numbers))
    refused = roundhouse(*erase)
    assert (refused.status, "under hold" in refused.err) == (1, True)
    assert roundhouse("hold", "lift", numbers[0], "--by", "Anna", "--why", "Settled").json["lifted"] == 1
    out = tmp_path / "person.zip"
    assert roundhouse("person", "export", *numbers, "--out", out, "--by", "Anna").json["written"]["orders"] == 1
    assert zipfile.ZipFile(out).namelist() == ["person.json"]
    refused = roundhouse(*erase)
    assert (refused.status, "to be served" in refused.err) == (1, True), "the demo's day is not past yet"


def test_a_drivers_data_is_written_out_and_who_drives_still_is_not_erased(
    roundhouse: Roundhouse, demo_home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "driver.zip"
    assert roundhouse("driver", "export", "1", "--out", out, "--by", "Anna").json["written"]["positions"] == 0
    assert zipfile.ZipFile(out).namelist() == ["driver.json", "track.csv"]
    refused = roundhouse("driver", "erase", "1", "--by", "Anna", "--why", "Left")
    assert (refused.status, "drives still" in refused.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("person", "find", "x"), 1, "too little"),
        (("person", "erase", "nonesuch", "--by", "A", "--why", "b", "--orders", "1"), 1, "No order has the number"),
        (("person", "erase", "nonesuch"), 2, "--by"),
        (("hold", "lift", "nonesuch", "--by", "A", "--why", "b"), 1, "No order has the number"),
    ],
)
def test_what_makes_no_sense_is_told(
    roundhouse: Roundhouse, demo_home: Path, words: tuple[str, ...], status: int, told: str
) -> None:
    said = roundhouse(*words)
    assert said.status == status
    assert told in said.err


def _first_person(roundhouse: Roundhouse) -> list[dict[str, str]]:
    found = roundhouse("person", "find", "katu").json["orders"]
    assert found
    return found[:1]


@pytest.mark.parametrize(
    "words",
    [
        ("keep", "--by", "Anna"),
        ("keep", "--dry-run"),
        ("hold", "add", "{order}", "--by", "Anna", "--why", "Claim"),
        ("hold", "lift", "{order}", "--by", "Anna", "--why", "Settled"),
        ("hold", "list"),
        ("person", "find", "katu"),
        ("person", "export", "{order}", "--by", "Anna", "--out", "{out}"),
        ("person", "erase", "{order}", "--by", "Anna", "--why", "Asked", "--orders", "1"),
        ("driver", "export", "1", "--by", "Anna", "--out", "{out}"),
        ("driver", "erase", "1", "--by", "Anna", "--why", "Left"),
    ],
    ids=" ".join,
)
def test_beside_an_open_window_nothing_is_touched(
    roundhouse: Roundhouse, demo_home: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    order, out = _first_person(roundhouse)[0]["id"], tmp_path / "told.zip"
    before = _files(demo_home)
    with lock_home(demo_home):
        said = roundhouse(*(word.format(order=order, out=out) for word in words))
        assert _files(demo_home) == before
    assert (said.status, "already open" in said.err, said.out, out.exists()) == (1, True, "", False)


def _files(home: Path) -> dict[Path, bytes]:
    """All that depots keep; not what SQLite has beside them while somebody reads."""
    files = (file for file in (home / "depots").rglob("*") if file.is_file())
    return {file: file.read_bytes() for file in files if not file.name.endswith(("-wal", "-shm"))}
