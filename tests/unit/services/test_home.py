"""Where things are, and what folders are called."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.errors import BadInput
from dispatcher.services.home import Home, find_home, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Helsinki", "helsinki"),
        ("Aachen Nord", "aachen-nord"),
        ("  Köln / Süd (2) ", "koln-sud-2"),
        ("São Paulo – Centro", "sao-paulo-centro"),
        ("A" * 100, "a" * 60),
        ("東京 北", "東京-北"),
        ("NUL", "nul-depot"),
    ],
)
def test_a_name_becomes_a_folder(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@pytest.mark.parametrize("name", ["", " ", "…", "_-_"])
def test_a_name_without_letters_for_a_folder_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="no letter or digit") as refused:
        slug_of(name)
    assert refused.value.remedy


@given(st.text(max_size=80))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    try:
        slug = slug_of(name)
    except BadInput:
        return
    assert 0 < len(slug) <= 60
    assert all(c.isalnum() or c == "-" for c in slug)
    assert slug[0] != "-" != slug[-1]


def test_the_environment_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROUNDHOUSE_HOME", str(tmp_path / "here"))
    assert find_home() == Home(tmp_path / "here")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROUNDHOUSE_HOME", "relative")
    assert find_home().root == tmp_path / "relative"


def test_without_it_there_is_the_systems_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROUNDHOUSE_HOME")
    assert find_home().root.name == "Roundhouse"


def test_depots_are_folders_with_a_database(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.depot_slugs() == ()
    for slug in ("b", "a"):
        home.database(slug).parent.mkdir(parents=True)
        home.database(slug).touch()
    (home.depots / "empty").mkdir()
    assert home.depot_slugs() == ("a", "b")
