"""How a template reads while it is written."""

from dataclasses import replace

import pytest

from dispatcher.domain.errors import BadInput
from dispatcher.domain.messages import Channel, Event, MessagePolicy, Template
from dispatcher.domain.orders import Contact
from dispatcher.services.preview import FIELDS, languages, preview, require_sense_in_messages, shipped
from tests.fixtures import days

DEPOT = days.make_depot()


def test_a_made_up_order_fills_every_field() -> None:
    road = replace(DEPOT.road, phone="+49 241 1", messages=replace(DEPOT.road.messages, page=True))
    depot = replace(DEPOT, road=road)
    for event in Event:
        for field in (each for each in FIELDS if event in each.events and event is not Event.WRITTEN):
            code = " {{ code }}" if event is Event.CODE else ""
            found = preview(Template(event, Channel.EMAIL, "en", f"[{{{{ {field.name} }}}}]{code}"), depot)
            assert not found.faults
            assert field.name == "sender" or not found.text.startswith("[]")


def test_what_a_short_message_takes() -> None:
    found = preview(Template(Event.CODE, Channel.SMS, "en", "{{ code }} ж"), DEPOT)
    assert (found.text, found.segments, found.encoding, found.left) == ("123456 ж", 1, "UCS-2", 62)
    assert found.foreign == "ж"
    mail = preview(Template(Event.CODE, Channel.EMAIL, "en", "{{ code }}", "{{ order }}"), DEPOT)
    assert (mail.segments, mail.subject) == (0, "A-1042")


def test_an_order_of_the_day_says_its_own() -> None:
    order = days.make_order(7, None, contact=Contact("Väinö"), windows=(days.window("09:00", "11:00"),))
    found = preview(Template(Event.OUT, Channel.SMS, "de", "{{ name }} {{ from }}-{{ until }}"), DEPOT, order)
    assert found.text == "Väinö 09:00-11:00"


def test_faults_are_said_and_refused_when_they_are_to_be_kept() -> None:
    broken = Template(Event.OUT, Channel.SMS, "en", "{{ nonsense }}")
    assert "“nonsense”" in preview(broken, DEPOT).faults[0]
    with pytest.raises(BadInput, match="nonsense"):
        require_sense_in_messages(MessagePolicy(templates=(broken,)))
    with pytest.raises(BadInput, match="by hand"):
        require_sense_in_messages(MessagePolicy(templates=(replace(broken, event=Event.WRITTEN),)))
    fine = tuple(filter(None, (shipped(e, c, lang) for e in Event for c in Channel for lang in languages())))
    require_sense_in_messages(MessagePolicy(templates=fine))
    assert len(fine) == 7 * 2 * 4
