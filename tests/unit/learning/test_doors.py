"""Addresses say what they are, in several languages, and buildings keep their names to themselves."""

import pytest

from dispatcher.domain.keeping import ERASED
from dispatcher.domain.place import Address
from dispatcher.intake.addresses import address_key
from dispatcher.learning.doors import Doors, floor_of, house_of, kind_of, plain

DOORS = Doors(b"salt", address_key)


@pytest.mark.parametrize(
    ("line", "house"),
    [
        ("Mannerheimintie 12 B 34", "mannerheimintie 12 b"),
        ("Flat 3, 12 High Street", "12 high street"),
        ("Flat 3 12 High Street", "12 high street"),
        ("Templergraben 57 A 3.OG links", "templergraben 57 a"),
        ("Templergraben 57, 3. Obergeschoss", "templergraben 57"),
        ("Straße des 17. Juni 135", "strasse des 17 juni 135"),
        ("52 Avenue Foch, 3ème étage", "52 avenue foch"),
        ("12, rue de la Paix", "12 rue de la paix"),
        ("Row 52 13, 3rd floor", "row 52 13"),
        ("Tower Road 3 floor 5", "tower road 3"),
        ("Erdgeschoss, Weg 3", "weg 3"),
        ("c/o Meyer, Weg 3", "weg 3"),
        ("Am Waldrand", ""),
        ("57", ""),
        ("", ""),
    ],
)
def test_a_house_is_found_without_its_flat(line: str, house: str) -> None:
    assert house_of(line) == house


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Weber GmbH, Empfang", "business"),
        ("Print Oy, reception", "business"),
        ("Pharmacy North", "shop"),
        ("Ravintola Kallio", "shop"),
        ("Päiväkoti Aurinko", "school"),
        ("Seniorenheim Lindenhof", "care"),
        ("Packstation 104", "locker"),
        ("Tower Road 3, floor 4", "flat"),
        ("Detached house.", "house"),
        ("Kim Berg, Weg 3", ""),
        ("Oyster Lane 3", ""),  # no company: words are whole
    ],
)
def test_kinds_are_told_by_words(words: str, kind: str) -> None:
    assert kind_of(plain(words)) == kind


@pytest.mark.parametrize(
    ("words", "floor"),
    [
        ("3. OG", 3), ("3rd floor", 3), ("floor 4", 4), ("5. krs", 5), ("2ème étage", 2), ("Third floor", 3),
        ("dritter Stock", 3), ("ground floor", 0), ("EG links", 0), ("Weg 3", None), ("99. floor", None),
        ("Tower Road 3, floor 5", 5), ("Tower Road 3 floor 5", 5), ("3rd floor 12", 3), ("Weg 7 2. Stock", 2),
    ],
)  # fmt: skip
def test_floors_are_told_by_words(words: str, floor: int | None) -> None:
    assert floor_of(words) == floor


def test_flats_of_one_house_share_its_name_and_have_their_own() -> None:
    one, other = (
        DOORS.read(Address(line, "52062", "Aachen"), name, "")
        for line, name in (("Tower Road 3, floor 1", "Kim"), ("Tower Rd. 3; 2. OG".replace("Rd.", "Road"), "Jo"))
    )
    assert one.building == other.building != ""
    assert one.door != other.door
    assert one.door.startswith(one.building + ".")
    elsewhere = DOORS.read(Address("Tower Road 3", "10115", "Berlin"), "Kim", "")
    assert elsewhere.building != one.building


def test_hidden_names_follow_from_the_salt_and_say_nothing() -> None:
    again = Doors(b"other", address_key)
    address = "Tower Road 3", "52062", "Aachen"
    assert DOORS.building(*address) != again.building(*address)
    assert "tower" not in DOORS.building(*address)


def test_whoever_was_erased_has_no_house() -> None:
    door = DOORS.read(Address(ERASED, "52062", "Aachen"), ERASED, "")
    assert (door.building, door.door) == ("", "")


def test_a_lift_is_only_known_where_it_is_spoken_of() -> None:
    lifts = [
        DOORS.read(Address("Weg 3, floor 2"), "", notes).lift for notes in ("Lift.", "No lift.", "Kein Aufzug", "")
    ]
    assert lifts == [True, False, False, None]


def test_a_flat_of_a_staircase_is_a_flat() -> None:
    assert DOORS.read(Address("Mannerheimintie 12 B 34"), "", "").kind == "flat"
