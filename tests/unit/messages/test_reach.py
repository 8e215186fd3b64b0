"""Who can be reached by what, and what a reply of one word asks for."""

import pytest

from dispatcher.domain.messages import Channel
from dispatcher.domain.orders import Contact
from dispatcher.messages.asking import asked
from dispatcher.messages.reach import Reached, address_of, email_fault, is_silenced, number_of, reach, sms_fault

SMS, EMAIL = Channel.SMS, Channel.EMAIL


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("0151 12345678", "DE", "+4915112345678"),
        ("+358 40 123 4567", "DE", "+358401234567"),
        ("040-1234567", "FI", "+358401234567"),
        ("00358401234567", "FI", "+358401234567"),
        ("(0151) 123 456 78", "DE", "+4915112345678"),
        ("12", "DE", None),
        ("call me", "DE", None),
        ("", "DE", None),
        ("+4915112345678901234", "DE", None),
        ("040-1234567", "", None),
    ],
)
def test_numbers_as_e164_has_them(written: str, country: str, number: str | None) -> None:
    assert number_of(written, country) == number


def test_landlines_get_no_short_messages() -> None:
    assert sms_fault("0241 9600", "DE") == "+492419600 is no mobile number"
    assert sms_fault("x" * 100, "DE").endswith("is no telephone number")
    assert sms_fault("+1 202 555 0123", "DE") in ("", "“+1 202 555 0123” is no telephone number")
    assert sms_fault("0151 12345678", "DE") == ""


@pytest.mark.parametrize(
    "email", ["a", "a@b", "a b@c.de", "a@b..", "<a@b.de>", "a@b.de,c@d.de", "a@b.de\nBcc: x", "é" * 255]
)
def test_what_is_no_address(email: str) -> None:
    assert email_fault(email)


def test_the_preferred_channel_else_the_other() -> None:
    def found(phone: str, email: str, prefer: Channel = SMS, only: Channel | None = None) -> Reached:
        return reach(Contact("", phone, email), country="DE", prefer=prefer, only=only)

    mobile, mail = "0151 12345678", "Maija@Example.org"
    assert found(mobile, mail) == Reached(SMS, "+4915112345678")
    assert found(mobile, mail, EMAIL) == Reached(EMAIL, "maija@example.org")
    assert found("0241 9600", mail).channel is EMAIL
    assert found(mobile, "", EMAIL).channel is SMS
    assert found("0241 9600", mail, only=SMS).to == ""
    assert found("", "") == Reached(SMS, "", "no telephone number; no e-mail address")


def test_silence_at_one_address_is_the_persons() -> None:
    person = Contact("", "0151 12345678", "Maija@Example.org")
    assert not is_silenced(person, "DE", set())
    assert is_silenced(person, "DE", {(SMS, "+4915112345678")})
    assert is_silenced(person, "DE", {(EMAIL, address_of(EMAIL, " MAIJA@example.org ", "DE"))})
    assert not is_silenced(person, "DE", {(SMS, "maija@example.org")})


@pytest.mark.parametrize(
    "text",
    ["STOP", " stop. ", "Stop!!!", "STOP STOP", "stop please", "STOPALL", "Unsubscribe", "opt out", "Opt-Out", "REVOKE",
     "Arrêt", "ARRET", "STOPP bitte", "Abbestellen", "lopeta", "Lopeta, kiitos", "sluta"],
)  # fmt: skip
def test_words_for_no_more(text: str) -> None:
    assert asked(text) is True


@pytest.mark.parametrize("text", ["START", "unstop", "Aloita", "démarrer"])
def test_words_for_again(text: str) -> None:
    assert asked(text) is False


@pytest.mark.parametrize(
    "text",
    ["", "please", "Stop at the blue door", "don't stop", "end of the road", "yes", "Stoppen Sie vorn", "stop start"],
)
def test_sentences_ask_for_neither(text: str) -> None:
    assert asked(text) is None
