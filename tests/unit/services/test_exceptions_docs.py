"""The page on exceptions tells of every kind, remedy and reason there is."""

from pathlib import Path

from dispatcher.domain.incidents import IncidentKind, Remedy
from dispatcher.domain.proof import REASONS

PAGE = Path(__file__).parents[3] / "docs" / "exceptions.md"


def _firsts() -> list[str]:
    """The first cell of every row, part by part."""
    cells = [line.split("|")[1].strip() for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    return [part.strip(" `") for cell in cells for part in cell.split(",")]


def test_every_kind_is_told() -> None:
    assert {kind.value for kind in IncidentKind} <= set(_firsts())


def test_every_remedy_is_told() -> None:
    told = {remedy.value.removesuffix(" the wish") for remedy in Remedy}
    assert told <= set(_firsts())


def test_the_reasons_are_those_a_depot_starts_with() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for reason in REASONS:
        attempt, demands = "yes" if reason.attempt else "no", ", ".join(sorted(reason.demands)) or "–"
        row = (f"`{reason.code}`", reason.label, reason.owner.value, attempt, demands, reason.x12, reason.edifact)
        assert f"| {' | '.join(row)} |" in text
