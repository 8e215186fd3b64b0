"""How well a reading fits a street or a named place, and where on the street its number lies. No SQL, no threads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Prefix

from dispatcher.domain.place import Found, Place, Precision
from dispatcher.region.addresses_query import Reading
from dispatcher.region.addresses_reader import House, Poi, Reader, Street
from dispatcher.region.addresses_towns import Area, town_tokens
from dispatcher.region.text import HouseNumber, Name, name_of, postcode_key

EXACT = 99.5
"""From this likeness on two names are the same name."""
EXACT_BONUS = 10.0
"""The right name without the number goes before a similar name that has it."""
_SUBSET = 0.85
"""What is left of a full match when one name only holds the other ("Heuss" in "Theodor Heuss")."""
_EQUAL = 0.5
"""Answers whose ranks differ by less fit equally well."""
_SHORT_NAME, _PLAIN_NAME, _LONG_NAME = 5, 8, 14
"""Letters of an abbreviated name from which on it may be misspelt: with an agreeing postcode, without, and twice."""
_LONG_SLIPS = 2
_STEM, _TYPE = 4, 3
"""Letters before the street type at least, and those of the shortest type at most."""
_LEAST_PART = 6
"""So many letters in a row count as a part of a name."""
_APART_M = 200.0
"""From this distance on it matters to a driver which of two equal answers is meant."""
_NEIGHBOURS_M = 300.0
"""Houses farther apart than this say too little of the numbers between them."""
_NEXT_DOOR = 4
"""A number at most this far beyond the last known one is still next to it."""
_KIND_BONUS = {
    "railway=station": 4.0, "public_transport=station": 3.0, "aeroway=aerodrome": 4.0, "railway=halt": 3.0,
    "amenity=hospital": 2.0, "amenity=university": 2.0, "amenity=townhall": 2.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer with what it is ranked by."""

    rank: float
    found: Found
    owner: tuple[str, int]
    """What it stands on: a street or a place of interest."""
    weight: int = 0


def likeness(asked: Name, raw: str, key: str, tokens: str) -> float:
    """0-100: optimal string alignment (a swap is one edit) of the joined names, or their words in another order."""
    if asked.raw == raw or asked.key == key:
        return 100.0
    letters = 99.0 * max(OSA.normalized_similarity(asked.raw, raw), OSA.normalized_similarity(asked.key, key))
    if _LEAST_PART <= len(asked.key) < len(key) and asked.key in key:
        letters = max(letters, 100.0 * _SUBSET)
    if len(asked.tokens) < 2 and " " not in tokens:
        return letters
    order = 0.97 * fuzz.token_sort_ratio(asked.spaced, tokens)
    subset = _SUBSET * fuzz.token_set_ratio(asked.spaced, tokens)
    return max(letters, order, subset)


def same_but_for_slips(asked: Name, raw: str, key: str, *, supported: bool) -> bool:
    """Whether a slip of the finger alone tells the names apart: one letter, in long names two.

    A slip within the type ("Pontsraße") leaves no doubt. Many short names of real streets are one letter apart
    ("Poststraße", "Pontstraße"), so these need the support of an agreeing postcode. A street type is no slip:
    abbreviated names are compared only if they end alike.
    """
    written, other = asked.raw.replace("ss", "s"), raw.replace("ss", "s")  # a lost ß is one slip, not two
    slips = OSA.distance(written, other)
    stem = Prefix.similarity(written, other)
    if raw != key and stem >= max(_STEM, len(key) - _TYPE) and slips <= (2 if key.endswith("str") else 1):
        return True
    if asked.key[-2:] == key[-2:]:
        slips = min(slips, OSA.distance(asked.key, key))
    if slips > 1:
        return slips == _LONG_SLIPS and len(key) >= _LONG_NAME
    return len(key) >= (_SHORT_NAME if supported else _PLAIN_NAME)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where on a street a number lies."""

    place: Place
    precision: Precision
    number: str
    postcode: str
    penalty: float


def spots(reader: Reader, street: Street, number: HouseNumber | None, code: str) -> list[Spot]:
    """The house; else the same number with another suffix; else between neighbours; else the street.

    Several when the street has the number twice, far apart, and the postcode does not decide.
    """
    if number is None:
        return [Spot(street.place, Precision.STREET, "", street.postcode, 0)]
    houses = reader.houses(street.id, number)
    exact = [house for house in houses if house.number == number.text]
    if exact:
        coded = [house for house in exact if code and postcode_key(house.postcode) == code]
        return [_at_house(house, 0) for house in coded or exact]
    if not number.suffix:
        around = [h for h in houses if h.first < h.last and (number.first - h.first) % 2 == 0]
        if around:
            return [_at_house(min(around, key=lambda h: h.last - h.first), 1)]
    same = sorted((h for h in houses if h.first == number.first), key=lambda h: (len(h.number), h.number))
    if same:
        return [replace(_at_house(same[0], 2), precision=Precision.INTERPOLATED)]
    return [_between(reader, street, number)]


def _at_house(house: House, penalty: float) -> Spot:
    precision = Precision.INTERPOLATED if house.estimated else Precision.HOUSE
    return Spot(house.place, precision, house.shown, house.postcode, penalty)


def _between(reader: Reader, street: Street, number: HouseNumber) -> Spot:
    lower = _same_side(reader.below(street.id, number), number)
    upper = _same_side(reader.above(street.id, number), number)
    if lower and upper:
        share = (number.first - lower.first) / (upper.first - lower.first)
        lat = lower.place.lat + share * (upper.place.lat - lower.place.lat)
        lon = lower.place.lon + share * (upper.place.lon - lower.place.lon)
        near = lower.place.distance_m(upper.place) <= _NEIGHBOURS_M
        precision = Precision.INTERPOLATED if near else Precision.STREET
        shown = str(number.first) if near else ""
        return Spot(Place(lat, lon), precision, shown, lower.postcode, 3 if near else 8)
    nearest = min((h for h in (lower, upper) if h), key=lambda h: abs(h.first - number.first), default=None)
    if nearest and abs(nearest.first - number.first) <= _NEXT_DOOR:
        return Spot(nearest.place, Precision.INTERPOLATED, nearest.shown, nearest.postcode, 4)
    return Spot(street.place, Precision.STREET, "", street.postcode, 8)


def _same_side(houses: Sequence[House], number: HouseNumber) -> House | None:
    """The nearest house with a number of the same parity, or else the nearest at all."""
    even = (house for house in houses if (house.first - number.first) % 2 == 0)
    return next(even, houses[0] if houses else None)


def at_street(reader: Reader, street: Street, alike: float, reading: Reading) -> list[Candidate]:
    """Every answer that a street gives to a reading."""
    town, code = reading.town, reading.code
    exact = alike >= EXACT
    found = []
    for spot in spots(reader, street, reading.number, code):
        postcode = spot.postcode or street.postcode
        agreed = reader.towns.agreement(town, code, street.city_id, postcode, spot.place)
        far = min(4.0, min((a.place.distance_m(spot.place) for a in town.quarters), default=0) / 1000) if town else 0.0
        supported = bool(code) and postcode_key(postcode) == code
        sure = exact or same_but_for_slips(reading.name, street.raw, street.key, supported=supported)
        at_best = min(agreed.at_best, Precision.HOUSE if sure else Precision.STREET)
        score = max(0.0, alike - agreed.penalty - spot.penalty - far)
        answer = Found(
            label=label(street.name, spot.number, postcode, street.city), place=spot.place,
            precision=min(spot.precision, at_best), score=score, street=street.name, house_number=spot.number,
            postcode=postcode, city=street.city,
        )  # fmt: skip
        rank = score + (EXACT_BONUS if exact else 0.0) + 1.0
        found.append(Candidate(rank, answer, ("street", street.id), street.weight))
    return found


def at_poi(reader: Reader, poi: Poi, reading: Reading) -> Candidate | None:
    """The answer of a named place, if its name fits well enough."""
    asked = reading.name
    alike = _poi_likeness(poi, asked)
    if alike < 80:
        return None
    agreed = reader.towns.agreement(reading.town, reading.code, poi.city_id, poi.postcode, poi.place)
    sure = alike >= EXACT or same_but_for_slips(asked, poi.raw, poi.key, supported=False)
    score = max(0.0, alike - agreed.penalty)
    answer = Found(
        label=label(poi.name, "", poi.postcode, poi.city, ahead=label(poi.street, poi.number, "", "")), place=poi.place,
        precision=min(agreed.at_best, Precision.HOUSE if sure else Precision.STREET), score=score, street=poi.street,
        house_number=poi.number, postcode=poi.postcode, city=poi.city,
    )  # fmt: skip
    rank = score + (EXACT_BONUS if alike >= EXACT else 0.0) + _KIND_BONUS.get(poi.kind, 0.0)
    return Candidate(rank, answer, ("poi", poi.id))


def _poi_likeness(poi: Poi, asked: Name) -> float:
    """As it stands, and with the town left out of the place's name: "Hbf" for "Aachen Hbf" once Aachen is known."""
    best = likeness(asked, poi.raw, poi.key, poi.tokens)
    own = poi.tokens.split()
    for drop in (town_tokens(poi.city),):
        bare, asked_bare = [t for t in own if t not in drop], [t for t in asked.tokens if t not in drop]
        if bare and asked_bare:
            other = Name(tuple(asked_bare), "".join(asked_bare), "".join(asked_bare))
            best = max(best, likeness(other, "".join(bare), "".join(bare), " ".join(bare)))
    return best


def label(name: str, number: str, postcode: str, city: str, *, ahead: str = "") -> str:
    """One line for people: "Templergraben 57, 52062 Aachen"."""
    line = " ".join(part for part in (name, number) if part)
    town = " ".join(part for part in (postcode, city) if part)
    return ", ".join(part for part in (line, ahead, town) if part)


def area_label(area: Area) -> str:
    """One line for people: "52062 Aachen", "Kluuvi, Helsinki"."""
    if area.kind == "postcode" or name_of(area.name).key == name_of(area.city).key:
        return label("", "", area.postcode, area.city)
    return label(area.name, "", area.postcode, area.city)


def settle(candidates: Iterable[Candidate], limit: int) -> list[Found]:
    """Best first, each answer once; precision is lowered where equals lie apart and nothing decides between them."""
    ranked: list[Candidate] = []
    best_rank: dict[tuple[str, int], float] = {}
    for candidate in sorted(candidates, key=lambda c: (-c.rank, -c.weight)):
        best = best_rank.setdefault(candidate.owner, candidate.rank)
        twins = (c.found for c in ranked if c.found.label == candidate.found.label)
        if best - candidate.rank < _EQUAL and not any(_beside(twin, candidate.found) for twin in twins):
            ranked.append(candidate)
    return [c.found for c in _admit_ambiguity(ranked)][:limit]


def _beside(a: Found, b: Found) -> bool:
    return a.place.distance_m(b.place) <= _APART_M


def _admit_ambiguity(ranked: list[Candidate]) -> list[Candidate]:
    if not ranked:
        return ranked
    best = ranked[0]
    equals = [c for c in ranked if best.rank - c.rank < _EQUAL and c.found.precision >= Precision.INTERPOLATED]
    if all(_beside(c.found, best.found) for c in equals):
        return ranked
    return [replace(c, found=replace(c.found, precision=Precision.STREET)) if c in equals else c for c in ranked]
