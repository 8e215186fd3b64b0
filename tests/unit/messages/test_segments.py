"""Counting short messages: the alphabet's edges, and what no text may break."""

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.messages.segments import EXTENSION, GSM, plainer, segments_of

ANY = st.text(st.one_of(st.sampled_from(GSM + EXTENSION), st.characters(codec="utf-8")), max_size=900)


def test_the_edges_of_both_encodings() -> None:
    def counted(text: str) -> tuple[str, int, int, int]:
        found = segments_of(text)
        return found.encoding, found.units, found.count, found.left

    assert counted("") == ("GSM-7", 0, 0, 160)
    assert counted("a" * 160) == ("GSM-7", 160, 1, 0)
    assert counted("a" * 161) == ("GSM-7", 161, 2, 145)
    assert counted("a" * 306) == ("GSM-7", 306, 2, 0)
    assert counted("a" * 307) == ("GSM-7", 307, 3, 152)
    assert counted("€" * 80) == ("GSM-7", 160, 1, 0)
    assert counted("ж" * 70) == ("UCS-2", 70, 1, 0)
    assert counted("ж" * 71) == ("UCS-2", 71, 2, 63)
    assert counted("😀" * 35) == ("UCS-2", 70, 1, 0)


def test_what_takes_two_places_is_not_cut() -> None:
    # the euro would stand on 153 and 154
    assert segments_of("a" * 152 + "€" + "a" * 152).count == 3
    assert segments_of("a" * 306).count == 2
    assert segments_of("ж" * 66 + "😀" + "ж" * 66).count == 3


def test_the_alphabet_has_as_many_letters_as_the_standard() -> None:
    # 3GPP TS 23.038, table 6.2.1: 128 places, one of them the escape
    assert len(set(GSM)) == len(GSM) == 127
    assert len(set(EXTENSION)) == 10
    assert segments_of("öäüÅéß").foreign == ""
    assert segments_of("çêж").foreign == "çêж"


@given(ANY)
def test_a_text_fits_into_its_segments_and_not_into_fewer(text: str) -> None:
    found = segments_of(text)
    alone, together = (160, 153) if found.encoding == "GSM-7" else (70, 67)
    room = alone if found.count <= 1 else found.count * together
    assert 0 <= found.left <= together + 7
    assert found.units + found.left <= room
    if found.count > 1:
        assert found.units > alone
        # a cut loses one place at most
        assert found.units > (found.count - 1) * (together - 1)


@given(ANY, ANY)
def test_a_longer_text_takes_no_fewer(one: str, other: str) -> None:
    assert segments_of(one + other).count >= segments_of(one).count or segments_of(one + other).encoding == "GSM-7"


@given(ANY)
def test_plainer_costs_no_more_and_is_plain_at_once(text: str) -> None:
    plain = plainer(text)
    assert plainer(plain) == plain
    if segments_of(text).encoding == "GSM-7":
        assert plain == text


def test_accents_go_only_where_that_makes_it_one_alphabet() -> None:
    assert plainer("“août” – à l’heure…") == '"aout" - à l\'heure...'
    assert plainer("août ж") == "août ж"
