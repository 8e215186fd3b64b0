"""How a template will read, while it is written: with an order's own facts, or with those of a made-up one."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import CODE_MARK, Channel, Event, MessagePolicy, Template
from dispatcher.domain.orders import Contact, Order, OrderLine
from dispatcher.domain.place import Address
from dispatcher.domain.proof import Handover
from dispatcher.domain.time import at_local
from dispatcher.messages.fields import FIELDS, Facts, Field
from dispatcher.messages.segments import plainer, segments_of
from dispatcher.messages.templates import handover_words, languages, reason_words, shipped, template_for
from dispatcher.messages.words import require_sense, text_of
from dispatcher.services.outbox_lines import require_lines

__all__ = [
    "FIELDS", "Field", "Preview", "languages", "measured", "preview", "require_sense_in_messages", "shipped",
    "template_for",
]  # fmt: skip

SAMPLE_CODE = "123456"


@dataclass(frozen=True, slots=True)
class Preview:
    """A template filled in."""

    text: str
    subject: str
    segments: int
    """Short messages it takes; 0 for an e-mail."""
    encoding: str
    """"GSM-7" or "UCS-2"; empty for an e-mail."""
    left: int
    """Units that are free in the last short message."""
    foreign: str
    """Characters that make it UCS-2."""
    faults: tuple[str, ...]
    """What is wrong with it, for people; then there is no text."""


def preview(template: Template, depot: Depot, order: Order | None = None, *, on: date | None = None) -> Preview:
    """Fill it in. Never raises for what was typed: that is in `faults`."""
    try:
        said = text_of(template, _sample(template, depot, order or _made_up(on or date(2026, 11, 24))))
    except BadInput as fault:
        return Preview("", "", 0, "", 0, "", (str(fault),))
    subject = said.subject.replace(CODE_MARK, SAMPLE_CODE)
    return measured(said.text.replace(CODE_MARK, SAMPLE_CODE), template.channel, subject)


def measured(text: str, channel: Channel, subject: str = "") -> Preview:
    """How long words are as they would go out."""
    if channel is Channel.EMAIL:
        return Preview(text, subject, 0, "", 0, "", ())
    plain = plainer(text)
    counted = segments_of(plain)
    return Preview(plain, "", counted.count, counted.encoding, counted.left, counted.foreign, ())


def require_sense_in_messages(policy: MessagePolicy) -> None:
    """Raises `BadInput` for the first template or line that cannot work."""
    for template in policy.templates:
        if template.event is Event.WRITTEN:
            raise BadInput("What is written by hand has no template.", "Remove it.")
        require_sense(template)
    require_lines(policy)


def _sample(template: Template, depot: Depot, order: Order) -> Facts:
    def moment(hour: int, minute: int = 0) -> datetime:
        return at_local(order.date, time(hour, minute), depot.zone)

    reasons, policy = depot.road.reasons, depot.road.messages
    return Facts(
        order=order,
        depot=depot.name,
        zone=depot.zone,
        phone=depot.road.phone,
        country=policy.country,
        since=order.windows[0].opens_at if order.windows else moment(14),
        until=order.windows[0].closes_at if order.windows else moment(16),
        stops_before=policy.near_stops,
        at=moment(14, 25),
        left_with=handover_words(Handover.NEIGHBOUR, template.language),
        reason=reason_words(reasons[0] if reasons else None, template.language),
        link=f"{policy.page_origin or 'https://track.example.org'}/t/aB3dE6gH9jK2mN5pQ8sT1v" if policy.page else "",
    )


def _made_up(on: date) -> Order:
    contact = Contact("Maija Virtanen", "+49 171 1234567", "maija@example.org")
    lines = (OrderLine("Coffee machine"), OrderLine("Coffee, 1 kg", 2.0))
    order = Order(OrderId("sample"), "A-1042", on, Address("Templergraben 55", city="Aachen"), contact=contact)
    return replace(order, lines=lines)
