"""What-if copies by command: made, listed, compared, promoted and thrown away."""

from pathlib import Path

from tests.e2e.conftest import Roundhouse
from tests.fixtures.depots import ON


def test_a_copy_lives_from_new_to_discard(roundhouse: Roundhouse, demo_home: Path) -> None:
    made = roundhouse("whatif", "new", "One van less", "--date", ON, "--json").json
    assert (made["name"], made["date"]) == ("One van less", str(ON))
    assert roundhouse("whatif", "list").json == {"copies": [made]}
    compared = roundhouse("whatif", "compare", "--date", ON, "--json").json
    (copy,) = compared["copies"]
    assert compared["currency"] == "EUR"
    assert compared["depot"]["name"] is None
    assert copy["depot_changes_since"] == 0
    assert copy["cost"] == compared["depot"]["cost"] > 0
    assert copy["rounds"] == compared["depot"]["rounds"] > 0
    assert roundhouse("whatif", "promote", "One van less").json == {
        "name": "One van less",
        "changed": False,
        "moved": 0,
        "left": [],
    }
    assert roundhouse("whatif", "discard", "One van less").json == {"discarded": "One van less"}
    assert roundhouse("whatif", "list").json == {"copies": []}


def test_a_damaged_copy_is_named_and_stops_nothing(roundhouse: Roundhouse, demo_home: Path) -> None:
    roundhouse("whatif", "new", "Damaged", "--date", ON)
    (demo_home / "depots" / "helsinki" / "what-if" / "damaged.db").write_bytes(b"no database " * 1000)
    compared = roundhouse("whatif", "compare", "--date", ON).json
    assert "not a Roundhouse database" in compared["copies"][0]["fault"]
    assert compared["depot"]["rounds"] > 0
    said = roundhouse("whatif", "promote", "Damaged")
    assert said.status == 1
    assert "not a Roundhouse database" in said.err


def test_names_that_cannot_be_are_told(roundhouse: Roundhouse, demo_home: Path) -> None:
    roundhouse("whatif", "new", "One van less", "--date", ON)
    for words, told in (
        (("new", "one van LESS"), "already"),
        (("new", " "), "no name"),
        (("promote", "Other"), "no copy “Other”"),
        (("discard", "Other"), "no copy “Other”"),
    ):
        said = roundhouse("whatif", *words)
        assert said.status == 1
        assert told in said.err
    assert len(roundhouse("whatif", "list").json["copies"]) == 1
