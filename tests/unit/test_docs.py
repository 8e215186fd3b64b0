"""The documents keep their word: links lead somewhere, and the columns they list are those an import knows."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from dispatcher.domain.schedule import ReasonCode
from dispatcher.intake.fields import Field, match_headers
from ui.board.words import reason_words

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE = re.compile(r"```.*?```", re.DOTALL)
PICTURE_BYTES = 400_000


def anchor(heading: str) -> str:
    """The fragment by which GitHub reaches a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower())
    return kept.replace(" ", "-")


def anchors(document: Path) -> set[str]:
    return {anchor(heading) for heading in HEADING.findall(CODE.sub("", document.read_text(encoding="utf-8")))}


def links(document: Path) -> list[str]:
    found = LINK.findall(CODE.sub("", document.read_text(encoding="utf-8")))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def tables(document: Path) -> list[list[list[str]]]:
    """Every table of a document: its rows, header first, as plain cells."""
    found: list[list[list[str]]] = [[]]
    for line in document.read_text(encoding="utf-8").splitlines():
        if line.startswith("| "):
            found[-1].append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
        elif found[-1] and not line.startswith("|"):
            found.append([])
    return [table for table in found if table]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in links(document):
        path, _, fragment = unquote(link).partition("#")
        target = document.parent / path if path else document
        assert target.exists(), f"{document.name} links to {link}, which is not there"
        if fragment:
            assert fragment in anchors(target), f"{document.name} links to {link}, which has no such heading"


def test_every_page_is_reached_from_the_readme() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        targets = {(page.parent / unquote(link).partition("#")[0]).resolve() for link in links(page)}
        waiting += [t for t in targets if t.suffix == ".md" and t.exists() and t not in seen]
    assert set(DOCUMENTS) <= seen


def test_the_readme_links_every_page() -> None:
    linked = {(ROOT / unquote(link).partition("#")[0]).resolve() for link in links(ROOT / "README.md")}
    assert set((ROOT / "docs").rglob("*.md")) <= linked


def test_nothing_told_is_of_one_machine() -> None:
    for document in DOCUMENTS:
        assert not re.search(r"(?<![\w.])/(work|tmp|root)/", document.read_text(encoding="utf-8")), document.name


def test_the_guide_explains_every_reason() -> None:
    (told,) = (t for t in tables(ROOT / "docs" / "guide.md") if t[0] == ["Why", "What it means"])
    names = [name for row in told[1:] for name in row[0].split(", ")]
    assert sorted(names) == sorted(reason_words(code) for code in ReasonCode)


def test_automation_names_every_code_of_a_reason() -> None:
    text = (ROOT / "docs" / "automation.md").read_text(encoding="utf-8")
    listed = re.search(r"Codes of reasons: ([^.]*)\.", text)
    assert listed
    assert sorted(re.findall(r"`(\w+)`", listed[1])) == sorted(code.name for code in ReasonCode)


def test_pictures_are_small_and_used() -> None:
    pictures = set((ROOT / "docs" / "pictures").glob("*"))
    assert pictures
    assert not [p.name for p in pictures if p.stat().st_size > PICTURE_BYTES]
    used = {(d.parent / link).resolve() for d in DOCUMENTS for link in links(d)}
    assert pictures <= used


def test_columns_lists_exactly_the_fields() -> None:
    fields, *_ = tables(ROOT / "docs" / "columns.md")
    rows = {row[0]: row[1] for row in fields[1:]}
    assert rows == {field.value: field.label for field in Field}


def test_columns_spellings_are_recognised_as_said() -> None:
    spellings = next(t for t in tables(ROOT / "docs" / "columns.md") if t[0][1] == "Header spellings")
    assert [row[0] for row in spellings[1:]] == [field.value for field in Field]
    for name, listed in spellings[1:]:
        for header in listed.split(", "):
            assert meaning_of(header, Field(name)) is Field(name), f"“{header}” is not {name}"


def test_columns_weak_headers_are_recognised_as_said() -> None:
    weak = next(t for t in tables(ROOT / "docs" / "columns.md") if t[0] == ["Header", "Taken as"])
    for header, taken in weak[1:]:
        first = Field(taken.split(",")[0].strip("` "))
        assert meaning_of(header, first) is first, f"“{header}” is not {first}"


def meaning_of(header: str, wanted: Field) -> Field | None:
    """What a column means; a quantity beside one of parcels, since alone it counts those."""
    beside = ["Parcels"] if wanted is Field.ITEM_QUANTITY else []
    return match_headers([header, *beside])[header]
