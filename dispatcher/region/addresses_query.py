"""Words to readings: the ways one address may be meant, likeliest first.

"12 High Street", "Straße des 17. Juni 135" and "Platz 5, 52062 Aachen" put the number, the town and the postcode in
different spots, and no rule tells them apart for sure. So every plausible split becomes a `Reading`, and the index
decides which of them exists.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dispatcher.domain.place import Address
from dispatcher.region.addresses_towns import Town, Towns
from dispatcher.region.text import MAX_CHARS, NUMBER, HouseNumber, Name, fold, house_number, name_of, postcode_key

_MOST_READINGS = 16
_SHORTEST_CODE = 3
_SEPARATOR = re.compile(r"[,;|\n\r\t]+")
_TOKEN = re.compile(r"[^\W_]+")
_INSIDE_HOUSE = re.compile(
    r"\b(?:flat|apt|apartment|appartement|app|unit|suite|lgh|wohnung|whg|zimmer|room|stiege|tür|tur|etage|porte|bat"
    r"|interno|int|scala|piano|escalier|esc|kerros|rappu|as|bus)\b\.?\s*\d+[a-z]?\b"
    r"|\b\d{1,2}\.?\s?(?:og|stock|etage|floor|piano|kerros|tr|verdieping)\b"
    r"|\b(?:hinterhaus|vorderhaus|seitenflügel|seitenflugel|erdgeschoss|souterrain|hh|vh|eg|dg|ug|ground floor)\b\.?"
    r"|\([^)]*\)|\bc/o\b.*$"
)
_COUNTRIES = frozenset(
    fold(name)
    for name in (  # noqa: SIM905
        "Deutschland Germany Allemagne Österreich Austria Schweiz Suisse Svizzera Switzerland Liechtenstein"
        " France Frankreich Italia Italy Italien España Spain Portugal Nederland Netherlands Niederlande België"
        " Belgique Belgium Belgien Luxembourg Luxemburg Suomi Finland Finnland Sverige Sweden Danmark Denmark"
        " Norge Norway Polska Poland Malta Ireland England Scotland Wales UK USA DE AT CH FR IT ES PT NL BE LU FI"
        " SE DK NO PL MT GB US"
    ).split()
) | {"united kingdom", "great britain", "united states"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand an address."""

    name: Name
    """Street, square, or place of interest; may be empty when only a town is named."""
    number: HouseNumber | None
    town: Town | None
    code: str
    """Key of the postcode asked for, or empty."""
    aside: bool = False
    """From a segment without a number although another has one: a firm's name before its street."""


def readings(address: Address, towns: Towns) -> list[Reading]:
    """The plausible readings of an address, likeliest first; empty when there are no words at all."""
    code = postcode_key(address.postcode)
    town = towns.resolve(address.city)
    if not code:
        code = next((key for key in map(postcode_key, _TOKEN.findall(address.city)) if key in towns.by_code), "")
    line = _INSIDE_HOUSE.sub(" ", fold(address.line[:MAX_CHARS]))
    countries = _COUNTRIES | {fold(address.country)}
    parts = _join_numbers([part.strip(" .-") for part in _SEPARATOR.split(line)], countries)
    parts, town, code = _take_towns(parts, town, code, towns)
    if not parts:
        return [Reading(name_of(""), None, town, code)] if town or code else []
    numbered = [part for part in parts if NUMBER.search(part)]
    aside = [part for part in parts if numbered and part not in numbered]
    found = [reading for part in numbered or parts for reading in _part_readings(part, town, code, towns)]
    found += [replace(r, aside=True) for part in aside for r in _part_readings(part, town, code, towns)]
    return list(dict.fromkeys(found))[:_MOST_READINGS]


def _join_numbers(parts: list[str], countries: frozenset[str]) -> list[str]:
    """Put a number that stands alone behind its street ("Via Roma, 12"); leave out countries and nothings."""
    joined: list[str] = []
    for part in parts:
        if not part or not _TOKEN.search(part) or part in countries:
            continue
        if joined and NUMBER.fullmatch(part) and len(_TOKEN.findall(part)[0]) < 5:
            joined[-1] += f" {part}"
        else:
            joined.append(part)
    if len(joined) > 1 and NUMBER.fullmatch(joined[0]):
        joined[:2] = [f"{joined[0]} {joined[1]}"]
    return joined


def _take_towns(parts: list[str], town: Town | None, code: str, towns: Towns) -> tuple[list[str], Town | None, str]:
    """Part the town's and postcode's own segments from the rest; a stranger after the number is taken for a town."""
    kept: list[str] = []
    for index, part in enumerate(parts):
        part_code, rest = _split_code(part, towns)
        named = towns.named(name_of(rest)) if rest else None
        if index == len(parts) - 1 > 0 and rest and not NUMBER.search(rest):
            named = named or _known(towns.resolve(rest))
        ahead = index == 0 and not NUMBER.search(part) and any(NUMBER.search(p) for p in parts[1:])
        alone = bool(part_code) or index > 0 or ahead
        if alone and (named or not rest):
            town, code = town or named, code or part_code
        elif kept and (part_code or not NUMBER.search(part)) and any(NUMBER.search(p) for p in kept):
            town, code = town or towns.resolve(rest), code or part_code
        else:
            kept.append(part)
    return kept, town, code


def _known(town: Town | None) -> Town | None:
    return town if town and town.ids else None


def _split_code(part: str, towns: Towns) -> tuple[str, str]:
    """A postcode at the start of a segment, and what follows it."""
    tokens = list(_TOKEN.finditer(part))
    for count in (2, 1):
        if len(tokens) >= count:
            end = tokens[count - 1].end()
            key = postcode_key(part[:end])
            long_digits = key.isdecimal() and tokens[0][0].isdecimal() and len(tokens[0][0]) == 5 and count == 1
            if (key in towns.by_code and end >= _SHORTEST_CODE) or long_digits:
                return key, part[end:].strip(" -")
    return "", part


def _part_readings(part: str, town: Town | None, code: str, towns: Towns) -> Iterator[Reading]:
    """Readings of one segment that holds a street, and maybe a town and a postcode without a comma."""
    for text, its_town, its_code in _area_splits(part, town, code, towns):
        for name, number, tail in _number_splits(text):
            reading = Reading(name_of(name), number, its_town, its_code)
            if tail and its_town is None:
                reading = replace(reading, town=towns.resolve(tail))
            if any(c.isalpha() for c in reading.name.key):
                yield reading


def _area_splits(part: str, town: Town | None, code: str, towns: Towns) -> Iterator[tuple[str, Town | None, str]]:
    if town:
        yield part, town, code
    tokens = list(_TOKEN.finditer(part))
    found_code = _inner_code(part, tokens, towns)
    if found_code:
        start, end, key = found_code
        before, after = part[:start].strip(" -"), part[end:].strip(" -")
        yield from _around_code(before, after, town, code or key, towns)
    for width in range(min(4, len(tokens)), 0, -1):
        tail, head = tokens[-width], tokens[width - 1]
        if named := towns.named(name_of(part[tail.start() :])):
            yield part[: tail.start()], town or named, code
        if width < len(tokens) and (named := towns.named(name_of(part[: head.end()]))):
            yield part[head.end() :], town or named, code
    yield part, town, code


def _around_code(
    before: str, after: str, town: Town | None, code: str, towns: Towns
) -> Iterator[tuple[str, Town | None, str]]:
    """Town on either side of the code: "Markt 1 52062 Aachen" and "52062 Aachen Markt 1"."""
    if before:
        yield before, town or towns.resolve(after), code
        return
    tokens = list(_TOKEN.finditer(after))
    for width in range(min(4, len(tokens)), 0, -1):
        end = tokens[width - 1].end()
        if named := towns.named(name_of(after[:end])):
            yield after[end:], town or named, code
    yield after, town, code


def _inner_code(part: str, tokens: list[re.Match[str]], towns: Towns) -> tuple[int, int, str] | None:
    """The last postcode among the words; an unknown one only if it has five digits and is not the sole number."""
    for index in range(len(tokens) - 1, -1, -1):
        for count in (2, 1):
            if index + count <= len(tokens):
                start, end = tokens[index].start(), tokens[index + count - 1].end()
                key = postcode_key(part[start:end])
                sole = count == 1 and index > 0 and key.isdecimal() and len(key) < 4
                if key in towns.by_code and not sole and end - start >= _SHORTEST_CODE:
                    return start, end, key
    for token in tokens[1:]:
        if token[0].isdecimal() and len(token[0]) == 5 and NUMBER.search(part[: token.start()]):
            return token.start(), token.end(), postcode_key(token[0])
    return None


def _number_splits(text: str) -> Iterator[tuple[str, HouseNumber | None, str]]:
    """Name, number, and what follows a number in the middle; last number first, then none at all."""
    for match in reversed(list(NUMBER.finditer(text))):
        before, after = text[: match.start()].strip(" ,.-/"), text[match.end() :].strip(" ,.-/")
        number = house_number(match[1])
        if _TOKEN.search(before):
            yield before, number, after
        elif _TOKEN.search(after):
            yield after, number, ""
    yield text, None, ""
