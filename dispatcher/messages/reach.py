"""By what channel a customer can be reached, at which address: numbers as E.164 has them, no landlines, no nonsense."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from dispatcher.domain.messages import Channel
from dispatcher.domain.orders import Contact

_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_LOOKS_LIKE_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\.]+(\.[^@\s<>,;:\"()\[\]\\.]+)+")
LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a message goes; `to` is empty where nobody can be reached, and `why` says so."""

    channel: Channel
    to: str = ""
    why: str = ""


def number_of(text: str, country: str) -> str | None:
    """A number as E.164 has it, `country` (ISO 3166) understood where it has none; `None` for what is no number."""
    try:
        number = phonenumbers.parse(text.strip(), country or None)
    except NumberParseException:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if phonenumbers.is_valid_number(number) else None


def sms_fault(phone: str, country: str) -> str:
    """Why this number gets no short messages; empty if it does."""
    if not phone.strip():
        return "no telephone number"
    number = number_of(phone, country)
    if number is None:
        return f"“{phone.strip()[:40]}” is no telephone number"
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return "" if kind in _MOBILE else f"{number} is no mobile number"


def email_fault(email: str) -> str:
    """Why nothing can be sent to this address; empty if it can."""
    email = email.strip()
    if not email:
        return "no e-mail address"
    fits = len(email) <= LONGEST_EMAIL and email.isprintable() and _LOOKS_LIKE_EMAIL.fullmatch(email)
    return "" if fits else f"“{email[:40]}” is no e-mail address"


def address_of(channel: Channel, text: str, country: str) -> str:
    """What two ways to write the same address have in common; the text itself for what is none."""
    if channel is Channel.SMS:
        return number_of(text, country) or text.strip()
    return text.strip().casefold()


def reach(contact: Contact, *, country: str, prefer: Channel, only: Channel | None = None) -> Reached:
    """Where this person is reached: by the preferred channel, else by the other, unless it is to be `only` one."""
    faults = {
        Channel.SMS: sms_fault(contact.phone, country),
        Channel.EMAIL: email_fault(contact.email),
    }
    other = Channel.EMAIL if prefer is Channel.SMS else Channel.SMS
    wanted = [only] if only else [prefer, other]
    for channel in wanted:
        if not faults[channel]:
            text = contact.phone if channel is Channel.SMS else contact.email
            return Reached(channel, address_of(channel, text, country))
    return Reached(wanted[0], why="; ".join(faults[channel] for channel in wanted))


def is_silenced(contact: Contact, country: str, silenced: Collection[tuple[Channel, str]]) -> bool:
    """Whether this person asked, at any of its addresses, for no messages."""
    sms = (Channel.SMS, address_of(Channel.SMS, contact.phone, country))
    email = (Channel.EMAIL, address_of(Channel.EMAIL, contact.email, country))
    return sms in silenced or email in silenced
