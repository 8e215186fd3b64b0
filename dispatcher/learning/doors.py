"""What an address says of itself: its kind, its floor, and a hidden name of its building. No order, no time here."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from dispatcher.domain.keeping import ERASED
from dispatcher.domain.place import Address
from dispatcher.learning.words import CARE_OF, FLOORS, GROUND, KINDS, LIFT, NO_LIFT, ORDINALS, UNITS

MOST_REMEMBERED = 65_536
"""Addresses that need not be read again."""
HIGHEST = 6
"""Floors above are alike."""
TOO_HIGH = 60
"""No floor: a number of something else."""


_APART = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Lower case without accents, one blank for all that is no letter or digit."""
    folded = text.casefold()
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return _APART.sub(" ", folded).strip()


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_KINDS = {word: rank for rank, kind in reversed([*enumerate(KINDS)]) for word in KINDS[kind]}
_RANKS = tuple(KINDS)
_NO_LIFT, _LIFT, _CARE_OF, _GROUND = map(frozenset, (NO_LIFT, LIFT, CARE_OF, GROUND))
_LONGEST = max(len(word.split()) for word in (*_KINDS, *NO_LIFT, *LIFT, *CARE_OF, *GROUND))
_UP = re.compile(
    rf"\b(?:(?P<up>\d{{1,2}}) ?(?:st|nd|rd|th|e|er|eme)?|(?P<word>{_any(ORDINALS)})) ?(?:{_any(FLOORS)})\b"
)
_AT = re.compile(rf"\b(?:{_any(FLOORS)}) (?P<at>\d{{1,2}})\b")
_PARTS = re.compile(r"[,;/\n]")
_STAIRCASE = re.compile(r"\b(\d+ ?[a-h]) \d{1,3}$")
"""Finnish and Swedish: house, staircase, flat."""
_WITHIN = re.compile(rf"\b(?:(?:{_any(UNITS)}) \d\w*|{_any(GROUND)})\b")


@dataclass(frozen=True, slots=True)
class Door:
    """One address as far as its words tell."""

    kind: str
    """One of `KINDS`; empty where it says nothing."""
    floor: int | None
    """0 for the ground floor; `None` where it says nothing."""
    lift: bool | None
    """`None` where it says nothing."""
    care_of: bool
    building: str
    """The hidden name of the house; empty without street and number."""
    door: str
    """The hidden name of who lives there; begins with the building's."""


def grams(words: str) -> set[str]:
    """All that stands next to each other in words made `plain`, as long as anything that is looked for."""
    each = words.split()
    return {" ".join(each[n : n + long]) for long in range(1, _LONGEST + 1) for n in range(len(each) - long + 1)}


def kind_of(words: str) -> str:
    """What kind of address the words, made `plain`, speak of."""
    ranks = [_KINDS[gram] for gram in grams(words) if gram in _KINDS]
    return _RANKS[min(ranks)] if ranks else ""


def floor_of(text: str) -> int | None:
    """Which floor the text speaks of, part by part between commas."""
    for part in map(plain, _PARTS.split(text)):
        if not _GROUND.isdisjoint(grams(part)):
            return 0
        if found := _floor(part):
            said = found.groupdict()
            number = ORDINALS[said["word"]] if said.get("word") else int(said.get("up") or said.get("at") or 0)
            if number < TOO_HIGH:
                return number
    return None


def _floor(part: str) -> re.Match[str] | None:
    """In "Tower Road 3 floor 5" the three is the house's, in "3rd floor 12" it is the floor's."""
    up, at = _UP.search(part), _AT.search(part)
    if up and at and any(c.isalpha() for c in part[: up.start()]):
        return at
    return up or at


def house_of(line: str) -> str:
    """Street and number out of an address line, floor and flat left out; empty if there is no number."""
    number = ""
    for part in map(plain, _PARTS.split(line)):
        within = _floor(part) or _WITHIN.search(part)
        words = part
        if within:
            before = part[: within.start()].strip()
            words = before if _is_house(before) else part[within.end() :].strip()
        words = _STAIRCASE.sub(r"\1", f"{number} {words}".strip())
        if _is_house(words):
            return words
        number = words if words.isdigit() else ""  # "12, rue de la Paix"
    return ""


def _is_house(words: str) -> bool:
    return any(c.isdigit() for c in words) and any(len(w) > 1 and not w[0].isdigit() for w in words.split())


class Doors:
    """Reads addresses. Buildings and doors get names that only who has the salt can make again."""

    def __init__(self, salt: bytes, key: Callable[[Address], str]) -> None:
        """`key` spells an address in one way however it was typed."""
        self._salt, self._key = salt, key
        self.read: Callable[[Address, str, str], Door] = lru_cache(MOST_REMEMBERED)(self._read)
        """Address, contact's name, notes."""

    def building(self, line: str, postcode: str, city: str) -> str:
        """The hidden name of the house; empty without street and number."""
        house = house_of(line) if line != ERASED else ""
        return self._hidden(self._key(Address(house, postcode, city)), 6) if house else ""

    def _read(self, address: Address, name: str, notes: str) -> Door:
        line = plain(address.line)
        words = f"{line} {plain(name)} {plain(notes)}"
        floor = floor_of(f"{address.line}, {name}, {notes}")
        kind = kind_of(words) or ("flat" if floor is not None or _STAIRCASE.search(line) else "")
        building = self.building(address.line, address.postcode, address.city)
        door = f"{building}.{self._hidden(f'{line}|{plain(name)}', 4)}" if building else ""
        said = grams(words)
        lift = False if said & _NO_LIFT else True if said & _LIFT else None
        return Door(kind, floor, lift, bool(grams(line) & _CARE_OF), building, door)

    def _hidden(self, text: str, size: int) -> str:
        return blake2b(text.encode("utf-8", "replace"), key=self._salt, digest_size=size).hexdigest()
