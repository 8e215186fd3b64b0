"""Type-ahead: what a person may be about to write, the last word unfinished."""

from collections.abc import Iterator
from dataclasses import dataclass

from dispatcher.domain.place import Found, Precision
from dispatcher.region.addresses_match import area_label, label
from dispatcher.region.addresses_reader import House, Poi, Reader, Street
from dispatcher.region.addresses_towns import Area
from dispatcher.region.text import (
    MAX_CHARS,
    NUMBER,
    canonical,
    fold,
    house_number,
    name_of,
    postcode_key,
    squeeze,
    words,
)

_MOST_STREETS = 80
_MOST_POIS = 60
_HOUSE_STREETS = 5
"""So many streets are searched for a typed house number."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """What stands in the field, and the words to search for."""

    text: str
    """Folded."""
    finished: tuple[str, ...]
    """Words as the index spells them."""
    last: str
    """The unfinished word as typed; empty when a space or comma ended it."""

    @property
    def start(self) -> str:
        """All letters so far."""
        return squeeze(self.text)


def suggestions(reader: Reader, text: str, limit: int) -> list[Found]:
    """Houses once a number is typed, else streets, towns and places of interest; what begins so comes first."""
    folded = fold(text[:MAX_CHARS])
    typed = _typed(folded, ended=folded[-1:].isspace() or folded[-1:] in ",;")
    if not typed.start:
        return []
    ranked = [*_houses(reader, folded, limit), *_streets(reader, typed), *_areas(reader, typed), *_pois(reader, typed)]
    ranked.sort(key=lambda pair: pair[0])
    return list({found.label: found for _, found in reversed(ranked)}.values())[::-1][:limit]


def _typed(text: str, *, ended: bool) -> _Typed:
    tokens = words(text)
    last = "" if ended or not tokens else tokens.pop()
    return _Typed(text, tuple(canonical(tokens)) if tokens else (), last)


Ranked = tuple[tuple[int, float], Found]
"""Group, place in the group; the smaller, the sooner."""


def _houses(reader: Reader, folded: str, limit: int) -> list[Ranked]:
    """When some number in the text is a house's: the exact one, then those that begin with its digits."""
    for match in reversed(list(NUMBER.finditer(folded))):
        rest = f"{folded[: match.start()]} {folded[match.end() :]}"
        number = house_number(match[1])
        if number is None or not words(rest) or postcode_key(match[1]) in reader.towns.by_code:
            continue
        typing = match.end() == len(folded)
        found: list[Ranked] = []
        streets = _matching(reader, _typed(rest, ended=typing or rest[-1:].isspace()))
        for street in list({street.id: street for street in streets}.values())[:_HOUSE_STREETS]:
            houses = reader.houses_starting(street.id, number.text, 3 * limit)
            houses.sort(key=lambda house: house.number != number.text)
            kept = houses if typing else [house for house in houses if house.first == number.first][:1]
            found += [((0, float(len(found) + i)), _house(house, street)) for i, house in enumerate(kept)]
        if found:
            return found
    return []


def _house(house: House, street: Street) -> Found:
    code = house.postcode or street.postcode
    text = label(street.name, house.shown, code, street.city)
    precision = Precision.INTERPOLATED if house.estimated else Precision.HOUSE
    return Found(text, house.place, precision, 95.0, street.name, house.shown, code, street.city)


def _streets(reader: Reader, typed: _Typed) -> Iterator[Ranked]:
    for s in _matching(reader, typed):
        group = 1 if s.key == name_of(typed.text).key else 2 if s.raw.startswith(typed.start) else 4
        text = label(s.name, "", s.postcode, s.city)
        yield (
            (group, -float(s.weight)),
            Found(text, s.place, Precision.STREET, 90.0, s.name, "", s.postcode, s.city),
        )


def _matching(reader: Reader, typed: _Typed) -> list[Street]:
    """Streets that hold these words, those that begin with the text first, then the largest."""
    rows = reader.streets_starting(typed.finished, typed.last, _MOST_STREETS)
    rows.sort(key=lambda s: (s.key != name_of(typed.text).key, not s.raw.startswith(typed.start), -s.weight))
    return rows


def _areas(reader: Reader, typed: _Typed) -> Iterator[Ranked]:
    for area in reader.towns.starting(typed.text)[:5]:
        whole = area.key in (name_of(typed.text).key, postcode_key(typed.text))
        group = 0 if whole else 1 if area.kind == "postcode" else 2
        yield (group, -float(area.weight)), _area(area, 100.0 if whole else 80.0)


def _area(area: Area, score: float) -> Found:
    text = area_label(area)
    return Found(text, area.place, Precision.AREA, score, "", "", area.postcode, area.city)


def _pois(reader: Reader, typed: _Typed) -> Iterator[Ranked]:
    """Places of interest whose own name, not only street or town, holds a typed word."""
    begun = (*typed.finished, typed.last) if typed.last else typed.finished
    for poi in reader.pois_starting(typed.finished, typed.last, _MOST_POIS):
        starts = poi.raw.startswith(typed.start) or poi.key.startswith(typed.start)
        named = any(token.startswith(word) for token in poi.tokens.split() for word in begun)
        if starts or named:
            yield (3 if starts else 5, float(len(poi.raw))), _poi(poi)


def _poi(poi: Poi) -> Found:
    text = label(poi.name, "", poi.postcode, poi.city, ahead=label(poi.street, poi.number, "", ""))
    return Found(text, poi.place, Precision.HOUSE, 85.0, poi.street, poi.number, poi.postcode, poi.city)
