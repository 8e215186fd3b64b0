"""Folding, street types and house numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.region.text import NUMBER, fold, house_number, house_numbers, name_of, postcode_key, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jülicher Straße", "Juelicher Str."),
        ("Jülicher Straße", "JÜLICHERSTRASSE"),
        ("Templerstraße", "Templerstr."),
        ("Sankt-Peter-Platz", "St. Peter Pl."),
        ("Kerkstraat", "Kerkstr."),
        ("Burgemeester de Vlugtlaan", "Burg. de Vlugtln"),
        ("St Mary's Road", "Saint Marys Rd"),
        ("Fifth Avenue", "Fifth Ave."),
        ("Rue du Faubourg Saint-Honoré", "r. du fbg St Honore"),
        ("Boulevard Voltaire", "Bd Voltaire"),
        ("Viale Monza", "V.le Monza"),
        ("Corso Como", "C.so Como"),
        ("Piazza del Duomo", "P.za del Duomo"),
        ("Calle de Alcalá", "C/ de Alcala"),
        ("Avenida da Liberdade", "Av. da Liberdade"),
        ("Aleksanterinkatu", "Aleksanterink."),
        ("Mannerheimintie", "Mannerheimint."),
        ("Storgatan", "Storg."),
        ("Sveavägen", "Sveav."),
        ("ulica Długa", "Dluga"),
        ("Łódzka", "Lodzka"),
        ("Bahnhofsplatz", "Bahnhofspl."),
    ],
)
def test_spellings_of_one_street_have_one_key(one: str, other: str) -> None:
    assert name_of(one).key == name_of(other).key


@pytest.mark.parametrize(
    ("one", "other"), [("Bachstraße", "Buchstraße"), ("Talweg", "Talstraße"), ("Am Hof", "Im Hof")]
)
def test_different_streets_keep_different_keys(one: str, other: str) -> None:
    assert name_of(one).key != name_of(other).key


@pytest.mark.parametrize(
    ("written", "text", "first", "last"),
    [
        ("12", "12", 12, 12),
        ("12 A", "12a", 12, 12),
        ("12-14", "12-14", 12, 14),
        ("12 – 14", "12-14", 12, 14),
        ("12a-16", "12a-16", 12, 16),
        ("12/3", "12/3", 12, 12),
        ("12 bis", "12bis", 12, 12),
        ("007", "7", 7, 7),
        ("14-12", "14-12", 14, 14),
        ("12 1/2", "12/1/2", 12, 12),
        ("2. krs / 2nd floor", "2", 2, 2),
        ("12-800", "12-800", 12, 12),
    ],
)
def test_house_number(written: str, text: str, first: int, last: int) -> None:
    number = house_number(written)
    assert number is not None
    assert (number.text, number.first, number.last) == (text, first, last)


@pytest.mark.parametrize("written", ["", "a", "Haus", "1234567", "-"])
def test_no_house_number(written: str) -> None:
    assert house_number(written) is None


@pytest.mark.parametrize(
    ("written", "texts"),
    [("12;14", ["12", "14"]), ("3, 5a", ["3", "5a"]), ("7a-c", ["7a", "7b", "7c"]), ("x", []), ("1;x", ["1"])],
)
def test_several_house_numbers(written: str, texts: list[str]) -> None:
    assert [number.text for number in house_numbers(written)] == texts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Platz 5", ["5"]),
        ("Platz Nr. 5", ["5"]),
        ("Straße des 17. Juni 135", ["17", "135"]),
        ("12 rue X", ["12"]),
        ("Via Roma 12/A", ["12/a"]),
        ("Markt 12 - 14", ["12 - 14"]),
        ("C4", []),
    ],
)
def test_numbers_are_found_in_a_line(text: str, found: list[str]) -> None:
    assert [match[1] for match in NUMBER.finditer(fold(text))] == found


@pytest.mark.parametrize(
    ("one", "other"),
    [("52062", "D-52062"), ("01067", "1067"), ("1012 AB", "1012ab"), ("FL-9490", "9490"), ("123 45", "12345")],
)
def test_spellings_of_one_postcode(one: str, other: str) -> None:
    assert postcode_key(one) == postcode_key(other)


@given(st.text())
def test_folding_is_stable_and_leaves_words_of_letters_and_digits(text: str) -> None:
    assert all(word.isalnum() for word in words(text))
    name = name_of(text)
    assert name.raw == "".join(name.spoken)
    assert bool(name.key) == bool(name.raw)


@given(st.text())
def test_case_does_not_matter(text: str) -> None:
    assert fold(text.casefold()[:100]) == fold(text.casefold()[:100].casefold())


@given(st.integers(1, 99_999), st.sampled_from(["", "a", "b", " bis", "-x", "/2"]))
def test_a_house_number_keeps_its_first_digits(number: int, suffix: str) -> None:
    read = house_number(f"{number}{suffix}")
    assert read is not None
    assert read.first == number
    assert read.text == f"{number}{read.suffix}"
