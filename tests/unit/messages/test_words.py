"""Templates: what comes out of the shipped ones, what may be in one, and that every one of them comes to an end."""

from contextlib import suppress
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.errors import BadInput
from dispatcher.domain.messages import CODE_MARK, Channel, Event, MessagePolicy, Template
from dispatcher.domain.orders import Contact, OrderKind, OrderLine
from dispatcher.domain.proof import REASONS, Handover
from dispatcher.messages.fields import FIELDS, Facts, cleaned, day_words, locale_of
from dispatcher.messages.segments import segments_of
from dispatcher.messages.templates import handover_words, languages, reason_words, shipped, template_for
from dispatcher.messages.words import text_of
from tests.fixtures import days

SMS, EMAIL = Channel.SMS, Channel.EMAIL
ORDER = days.make_order(7, None, contact=Contact("Väinö Salo"), lines=(OrderLine("Box"), OrderLine("Bag")))
LINK = "https://track.example.org/t/aB3dE6gH9jK2mN5pQ8sT1v"
FACTS = Facts(
    ORDER, "Aachen Nord", days.ZONE, "+49 241 1234", "DE", days.clock("14:00"), days.clock("16:00"), 2,
    days.clock("14:25"), False, "", "nobody was there", LINK,
)  # fmt: skip
TOLD = tuple(event for event in Event if event is not Event.WRITTEN)


def template(text: str, event: Event = Event.OUT, channel: Channel = SMS, **changes: str) -> Template:
    return Template(event, channel, "en", text, **changes)


def said(text: str, event: Event = Event.OUT, facts: Facts = FACTS) -> str:
    return text_of(template(text, event), facts).text


def fault(text: str, event: Event = Event.OUT, **changes: str) -> str:
    with pytest.raises(BadInput) as caught:
        text_of(template(text, event, **changes), FACTS)
    assert caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize(("language", "event", "channel"), list(product(("en", "de", "fr", "fi"), TOLD, Channel)))
def test_every_shipped_template_is_whole_and_short(language: str, event: Event, channel: Channel) -> None:
    found = shipped(event, channel, language)
    assert found
    for link, phone, partly, kind, before in product(("", LINK), ("", "+49 241 1"), (0, 1), OrderKind, (0, 1, 5)):
        order = replace(ORDER, kind=kind)
        facts = replace(FACTS, order=order, link=link, phone=phone, partly=bool(partly), stops_before=before)
        text = text_of(found, facts)
        assert "  " not in text.text
        assert "\n\n\n" not in text.text
        assert "{" not in text.text + text.subject
        assert (CODE_MARK in text.text) == (event is Event.CODE)
        assert ORDER.number in text.text
        assert "Aachen Nord" in text.text
        if channel is SMS:
            counted = segments_of(text.text.replace(CODE_MARK, "123456"))
            assert (counted.encoding, counted.count) == ("GSM-7", 1)
        else:
            assert text.subject


def test_every_language_has_words_for_every_reason_and_place() -> None:
    assert languages() == ("de", "en", "fi", "fr")
    for language in languages():
        assert len({reason_words(reason, language) for reason in REASONS}) == len(REASONS)
        assert language != "de" or reason_words(REASONS[0], language) == "niemand war da"
        places = [handover_words(place, language) for place in Handover if place is not Handover.RECIPIENT]
        assert all(places)
        assert handover_words(Handover.RECIPIENT, language) == ""
    own = replace(REASONS[0], code="OWN", label="Dog in the yard")
    assert reason_words(own, "de") == "Dog in the yard"


def test_days_and_hours_are_said_as_the_language_has_them() -> None:
    def day(language: str, country: str) -> str:
        return day_words(days.DATE, locale_of(language, country))

    assert day("de", "DE") == "Montag, 15. Juni"
    assert day("fi", "FI") == "maanantai 15. kesäkuuta"
    assert day("fr", "FR") == "lundi 15 juin"
    assert day("en", "US") == "Monday, June 15"
    assert day("es", "ES") == "lunes, 15 de junio"
    assert day("xx", "??") == day("en", "")
    american = replace(FACTS, country="US")
    assert text_of(template("{{ from }}"), american).text == "2:00 PM"


def test_the_depots_own_words_come_first_then_the_languages_then_english() -> None:
    own = template("Mine {{ order }}")
    policy = MessagePolicy(templates=(own,))
    assert template_for(policy, Event.OUT, SMS) == own
    assert template_for(policy, Event.OUT, SMS, "de") == shipped(Event.OUT, SMS, "de")
    assert template_for(policy, Event.OUT, SMS, "sv") == own
    assert template_for(MessagePolicy(), Event.OUT, SMS, "sv") == shipped(Event.OUT, SMS, "en")
    assert template_for(MessagePolicy(), Event.OUT, SMS, "../en") == shipped(Event.OUT, SMS, "en")
    assert template_for(policy, Event.WRITTEN, SMS) is None


def test_what_a_template_may_do() -> None:
    assert said("{{ order }} {{ name|upper }} {{ from ~ '-' ~ until }}") == "A00007 VÄINÖ SALO 14:00-16:00"
    assert said("{% for article in articles %}{{ article }},{% endfor %}") == "Box,Bag,"
    assert said("{% if stops_before > 1 and not collection %}{{ stops_before }}{% else %}soon{% endif %}") == "2"
    assert said("{{ 'yes' if link else 'no' }} {{ phone|default('-') }}") == "yes +49 241 1234"


def test_an_unknown_field_is_named_with_the_known_ones() -> None:
    found = fault("Hello\n{{ oder }}")
    assert "line 2" in found
    assert "“oder”" in found
    assert "“order” was meant?" in found
    assert all(field.name in found for field in FIELDS if Event.OUT in field.events)
    assert "only in: failed" in fault("{{ reason }}")
    assert "only in: one-time code" in fault("{{ code }}")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{% for i in range(1000000000) %}x{% endfor %}", "not over the articles"),
        ("{% for a in articles %}{% for b in articles %}x{% endfor %}{% endfor %}", "loop within a loop"),
        ("{% for a in articles recursive %}{{ loop(articles) }}{% endfor %}", "not over the articles"),
        ("{% for a in 'x' * 1000000000 %}x{% endfor %}", "not over the articles"),
        ("{{ 'x' * 1000000000 }}", "calculates"),
        ("{{ 9 ** 9 ** 9 }}", "calculates"),
        ("{{ '%1000000000d' % 1 }}", "calculates"),
        ("{{ '{:1000000000}'.format(1) }}", "calls something"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "defines a macro"),
        ("{% set x = order %}{{ x }}", "sets a value"),
        ("{% include 'x' %}", "includes"),
        ("{{ order.__class__.__mro__ }}", "reaches into a field"),
        ("{{ order['x'] }}", "reaches into a field"),
        ("{{ lipsum(100000) }}", "calls something"),
        ("{{ order|center(1000000000) }}", "“center”"),
        ("{{ order|attr('__class__') }}", "“attr”"),
        ("{{ order", "line 1"),
        ("{% if order %}", "line 1"),
        ("{{ order is defined }}", "no message needs"),
        ("   ", "is empty"),
        ("{% if partly_ %}x{% endif %}", "no field"),
        ("{% if not order %}x{% endif %}", "comes out empty"),
        ("x" * 4_001, "longer than 4,000"),
        ("ж" * 700, "11 short messages"),
        ("{{ " + "(" * 1_500 + "1" + ")" * 1_500 + " }}", "nested too deep"),
    ],
)
def test_what_a_template_may_not(text: str, what: str) -> None:
    assert what in fault(text)


def test_a_code_stands_alone() -> None:
    assert "link beside the code" in fault("{{ code }} https://example.org", Event.CODE)
    assert "link beside the code" in fault("{{ code }}", Event.CODE, subject="www.example.org")
    assert "“link”" in fault("{{ code }} {{ link }}", Event.CODE)
    assert "does not say the code" in fault("Your code is on its way", Event.CODE)


def test_what_came_with_an_order_cannot_change_a_message() -> None:
    evil = "{{ 7*7 }}\r\nBcc: all\u202e https://evil.example/x www.evil.example " + CODE_MARK
    facts = replace(FACTS, order=replace(ORDER, contact=Contact(evil)))
    text = said("Hi {{ name }}!", facts=facts)
    assert text == "Hi {{ 7*7 }} Bcc: all!"
    mail = text_of(template("{{ name }}", channel=EMAIL, subject="{{ name }}"), facts)
    assert "\n" not in mail.subject + mail.text


@given(st.text(max_size=300))
def test_whatever_came_is_one_line_without_a_link(text: str) -> None:
    found = cleaned(text)
    assert found == " ".join(found.split())
    assert "://" not in found or not any(c.isalnum() for c in found.partition("://")[0][-1:])
    assert CODE_MARK not in found


@given(st.text(max_size=200), st.sampled_from(TOLD))
def test_any_template_comes_out_or_is_refused_in_words(text: str, event: Event) -> None:
    with suppress(BadInput):
        assert text_of(template(text, event), FACTS).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Maija evil.example/x", "Maija"),
        ("see bit.ly/a1 now", "see  now"),
        ("amazon.de", "amazon.de"),
        ("Hauptstr. 5/7", "Hauptstr. 5/7"),
        ("Hauptstr.5/7", "Hauptstr.5/7"),
    ],
)
def test_links_in_what_came_with_an_order_go_also_without_their_beginning(text: str, said: str) -> None:
    assert cleaned(text) == said
