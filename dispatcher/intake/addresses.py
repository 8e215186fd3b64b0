"""One key for one address however it is typed, so that a remembered pin is found again."""

import re
import unicodedata

from dispatcher.domain.place import Address

_STREET_ENDINGS = re.compile(r"(?<=[a-z])(?:strasse|str)\b")
_LOOSE_STREET = re.compile(r"\b(?:strasse|str)\b")
_LETTER_APART = re.compile(r"\b([0-9]+) ([a-z])\b")
_RANGE = re.compile(r"\b([0-9]+) ?[-–] ?([0-9]+)\b")


def address_key(address: Address) -> str:
    """Street, postcode and town without case, accents, punctuation and the usual ways to shorten "street".

    The country is left out: senders write it in three ways or not at all, and a depot delivers in one.
    """
    return "|".join(_plain(part) for part in (address.line, address.postcode, address.city))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    ranged = _RANGE.sub(r"\1to\2", letters)
    words = " ".join(re.sub(r"[\W_]+", " ", ranged).split())
    joined = _LETTER_APART.sub(r"\1\2", words)
    return _LOOSE_STREET.sub("street", _STREET_ENDINGS.sub(" street", joined)).replace("  ", " ")
