"""What a template may speak of: the fields of a message, by event, in the words of a language and the depot's clock."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from dispatcher.domain.messages import CODE_MARK, Event
from dispatcher.domain.orders import Order, OrderKind

LONGEST_VALUE = 120
MOST_ARTICLES = 20


@dataclass(frozen=True, slots=True)
class Field:
    """One name that a template may use."""

    name: str
    what: str
    """For people who write templates."""
    events: frozenset[Event] = frozenset(Event)
    """Where it says something."""


_AHEAD = frozenset({Event.SCHEDULED, Event.OUT, Event.NEAR, Event.DELAYED})
_BEHIND = frozenset({Event.DELIVERED, Event.FAILED})

FIELDS: tuple[Field, ...] = (
    Field("order", "the order's number"),
    Field("name", "the customer's name"),
    Field("address", "street and town of the stop"),
    Field("sender", "who sends the goods"),
    Field("depot", "the depot's name"),
    Field("phone", "the depot's telephone number; empty if none is set"),
    Field("collection", "whether something is fetched, not brought: {% if collection %}"),
    Field("day", "the day of the visit: Tuesday, 24 November"),
    Field("articles", "names of the articles: {% for article in articles %}{{ article }} {% endfor %}"),
    Field("from", "when the promised interval begins: 14:00", _AHEAD),
    Field("until", "when it ends: 16:00", _AHEAD),
    Field("stops_before", "how many stops come before this one: 3", frozenset({Event.NEAR, Event.OUT})),
    Field("at", "when it was handed over, or tried: 14:25", _BEHIND),
    Field("partly", "whether only a part was handed over", frozenset({Event.DELIVERED})),
    Field("left_with", "to whom or where it went, in words; empty for the customer", frozenset({Event.DELIVERED})),
    Field("reason", "why it was not delivered", frozenset({Event.FAILED})),
    Field("link", "the page of this order; empty where there is none", frozenset(Event) - {Event.CODE}),
    Field("code", "the one-time code", frozenset({Event.CODE})),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when a message is made."""

    order: Order
    depot: str
    zone: ZoneInfo
    phone: str = ""
    country: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """The interval that is promised."""
    stops_before: int = 0
    at: datetime | None = None
    partly: bool = False
    left_with: str = ""
    reason: str = ""
    link: str = ""


def known_in(event: Event) -> Mapping[str, Field]:
    """The fields of this event, by name."""
    return {field.name: field for field in FIELDS if event in field.events}


def values(facts: Facts, event: Event, language: str) -> Mapping[str, object]:
    """What each field of the event says."""
    order, locale = facts.order, locale_of(language, facts.country)
    address = order.address
    said: Mapping[str, object] = {
        "order": cleaned(order.number),
        "name": cleaned(order.contact.name),
        "address": cleaned(", ".join(filter(None, (address.line, address.city)))),
        "sender": cleaned(order.sender),
        "depot": cleaned(facts.depot),
        "phone": cleaned(facts.phone),
        "collection": order.kind is OrderKind.COLLECTION,
        "day": day_words(order.date, locale),
        "articles": tuple(cleaned(line.name) for line in order.lines[:MOST_ARTICLES]),
        "from": clock_words(facts.since, facts.zone, locale),
        "until": clock_words(facts.until, facts.zone, locale),
        "stops_before": facts.stops_before,
        "at": clock_words(facts.at, facts.zone, locale),
        "partly": facts.partly,
        "left_with": cleaned(facts.left_with),
        "reason": cleaned(facts.reason),
        "link": facts.link,
        "code": CODE_MARK,
    }
    return {name: said[name] for name in known_in(event)}


_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_LINK = re.compile(r"(?:\w+://|www\.)\S*|[\w.-]+\.[a-z]{2,}/\S*", re.IGNORECASE)
"""Also without a beginning, as example.com/x: phones make a link of that, too."""


def cleaned(text: str) -> str:
    """What came with an order, fit to stand in a message: one line, not long, and no link that is not the depot's."""
    one_line = " ".join(_UNSEEN.sub(" ", text.replace(CODE_MARK, "")).split())
    return _LINK.sub("", one_line).strip()[:LONGEST_VALUE]


@lru_cache(maxsize=64)
def locale_of(language: str, country: str) -> Locale:
    """The language as it is written in this country; English where nobody knows it."""
    for name in (f"{language}_{country}", language):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale.parse("en")


def clock_words(moment: datetime | None, zone: ZoneInfo, locale: Locale) -> str:
    """A time of day: 14:05, 14.05, 2:05 PM."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return format_time(time(local.hour, local.minute), "short", locale=locale).replace("\u202f", " ")


def day_words(on: date, locale: Locale) -> str:
    """A day of the week and the month, without the year: Tuesday, 24 November."""
    full = locale.date_formats["full"].pattern
    without_year = re.sub(r"[\s,]*('de'\s*|'of'\s*)?\by+\b\.?", "", full).strip(" ,")
    return format_date(on, without_year, locale=locale).replace("\u202f", " ").replace("\u00a0", " ")
