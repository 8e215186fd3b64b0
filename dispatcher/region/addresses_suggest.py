"""Type-ahead: what a person may be about to write, the last word unfinished."""

from dispatcher.domain.place import Found, Precision
from dispatcher.region.addresses_match import label
from dispatcher.region.addresses_reader import Reader, Street
from dispatcher.region.addresses_towns import Area
from dispatcher.region.text import MAX_CHARS, NUMBER, canonical, fold, house_number, name_of, postcode_key, words

_MOST_STREETS = 80


def suggestions(reader: Reader, text: str, limit: int) -> list[Found]:
    """Streets (with the house once a number is typed), places of interest and towns; best first."""
    folded = fold(text[:MAX_CHARS])
    if not words(folded):
        return []
    finished = folded[-1:].isspace() or folded[-1:] in ",;"
    found = _with_number(reader, folded, limit)
    found += _streets(reader, folded, finished, limit)
    areas = [_area(area, folded) for area in reader.towns.starting(folded)[:3]]
    pois = _pois(reader, folded, finished, limit)
    whole = [f for f in areas if f.score >= 100]
    found = whole + found[: max(1, limit - 2)] + [f for f in areas if f.score < 100] + pois + found[max(1, limit - 2) :]
    return list({f.label: f for f in reversed(found)}.values())[::-1][:limit]


def _with_number(reader: Reader, folded: str, limit: int) -> list[Found]:
    """Houses, when some number in the text is a house's: the exact one, then those that begin with its digits."""
    for match in reversed(list(NUMBER.finditer(folded))):
        rest = f"{folded[: match.start()]} {folded[match.end() :]}"
        number = house_number(match[1])
        if number is None or not words(rest) or postcode_key(match[1]) in reader.towns.by_code:
            continue
        typing = match.end() == len(folded)
        found = []
        for street in _matching(reader, rest, finished=typing or rest[-1:].isspace(), limit=5):
            houses = reader.houses_starting(street.id, number.text if typing else str(number.first), 20)
            houses.sort(key=lambda h: h.number != number.text)
            for house in houses[: limit if typing else 1]:
                code = house.postcode or street.postcode
                text = label(street.name, house.shown, code, street.city)
                precision = Precision.INTERPOLATED if house.estimated else Precision.HOUSE
                found.append(Found(text, house.place, precision, 95.0, street.name, house.shown, code, street.city))
        if found:
            return found
    return []


def _streets(reader: Reader, folded: str, finished: bool, limit: int) -> list[Found]:
    return [
        Found(label(s.name, "", s.postcode, s.city), s.place, Precision.STREET, 90.0, s.name, "", s.postcode, s.city)
        for s in _matching(reader, folded, finished, limit)
    ]


def _matching(reader: Reader, text: str, finished: bool, limit: int) -> list[Street]:
    """Streets whose words these are, those that begin with the text first, then the largest."""
    tokens, last = _cut(text, finished)
    start = "".join(words(text))
    own = name_of(text).key
    unique: dict[int, Street] = {}
    rows = reader.streets_starting(tokens, last, _MOST_STREETS)
    rows.sort(key=lambda s: (s.key != own, not s.raw.startswith(start), -s.weight))
    for street in rows:
        unique.setdefault(street.id, street)
    return list(unique.values())[:limit]


def _cut(text: str, finished: bool) -> tuple[list[str], str]:
    """Finished words as the index spells them, and the unfinished one as typed."""
    typed = words(text)
    return (canonical(typed), "") if finished else (canonical(typed[:-1]) if typed[:-1] else [], typed[-1])


def _pois(reader: Reader, folded: str, finished: bool, limit: int) -> list[Found]:
    tokens, last = _cut(folded, finished)
    start = "".join(words(folded))
    rows = reader.pois_starting(tokens, last, 60)
    rows.sort(key=lambda p: (not p.raw.startswith(start), len(p.raw)))
    return [
        Found(
            label(p.name, "", p.postcode, p.city, ahead=label(p.street, p.number, "", "")), p.place, Precision.HOUSE,
            85.0, p.street, p.number, p.postcode, p.city,
        )
        for p in {p.id: p for p in rows}.values()
    ][:limit]  # fmt: skip


def _area(area: Area, typed: str) -> Found:
    city = area.city if area.kind == "postcode" else area.name
    score = 100.0 if area.key in (name_of(typed).key, postcode_key(typed)) else 80.0
    text = label("", "", area.postcode, city)
    return Found(text, area.place, Precision.AREA, score, "", "", area.postcode, area.city)
