"""The offline geocoder: words to places, type-ahead, and back from a place to words.

Fulfils the services' `Geocoder` port over one address index file. Any thread may call; each call borrows a connection.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from dispatcher.domain.place import Address, Found, Place, Precision
from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.region.addresses_match import Candidate, area_label, at_poi, at_street, label, likeness, settle
from dispatcher.region.addresses_query import Reading, readings
from dispatcher.region.addresses_reader import Reader, Street
from dispatcher.region.addresses_suggest import suggestions
from dispatcher.region.addresses_towns import Area

_ELSEWHERE_BELOW = 75.0
"""Only when no street of the named town is at least this alike are misspelt streets of other towns looked at."""
_LEAST_ALIKE = 68.0
_GOOD_ENOUGH = 80.0
"""A house found with at least this score ends the search for other readings."""
_MOST_STREETS = 24
_ASIDE = 15.0
"""What a firm's name weighs less than the street and number beside it."""
_HERE_M = 100.0
"""An address this near is where one stands."""
_REVERSE_STEPS_DEG = (0.001, 0.003, 0.01)
_AREA_REACH_M = 20_000.0


class AddressIndex:
    """A geocoder over one index file. Raises `KnownError` on opening a file that is missing, damaged or outdated."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._closed = False
        self._idle = [Reader.open(path)]

    def find(self, address: Address, *, limit: int = 5) -> Sequence[Found]:
        """The best answers, best first; empty when nothing fits. Never raises on odd words."""
        with self._reader() as reader:
            return _Search(reader, address).answers(limit)

    def find_many(self, addresses: Sequence[Address], progress: Progress, *, limit: int = 5) -> list[list[Found]]:
        """`find` for each, on one connection. Raises `Cancelled` when asked to stop."""
        answers: list[list[Found]] = []
        with self._reader() as reader:
            for index, address in enumerate(addresses):
                if index % 20 == 0:
                    checkpoint(progress, index / len(addresses), "Looking up addresses")
                answers.append(_Search(reader, address).answers(limit))
        return answers

    def suggest(self, text: str, *, limit: int = 8) -> Sequence[Found]:
        """Answers while a person types; the last word may be unfinished."""
        with self._reader() as reader:
            found = suggestions(reader, text, limit)
            if len(found) < limit and len(text.strip()) > 3:
                found += [f for f in _Search(reader, Address(text)).answers(limit) if f.score >= _LEAST_ALIKE]
        return list({f.label: f for f in reversed(found)}.values())[::-1][:limit]

    def reverse(self, place: Place) -> Found | None:
        """The nearest address; where none is near, the street, then the town; `None` outside the region."""
        with self._reader() as reader:
            for half_deg in _REVERSE_STEPS_DEG:
                if found := _nearest(reader, place, half_deg):
                    return found
            return _nearest_area(reader, place)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.connection.close()

    @contextmanager
    def _reader(self) -> Iterator[Reader]:
        with self._lock:
            if self._closed:
                raise ValueError("the address index is closed")
            reader = self._idle.pop() if self._idle else None
        reader = reader or Reader.open(self._path)
        try:
            reader.refresh()
            yield reader
        finally:
            with self._lock:
                keep = not self._closed
                if keep:
                    self._idle.append(reader)
            if not keep:
                reader.connection.close()


@dataclass(slots=True)
class _Search:
    """One address against the index."""

    reader: Reader
    address: Address
    candidates: list[Candidate] = field(default_factory=list)

    def answers(self, limit: int) -> list[Found]:
        """Try the readings in turn until one fits without fault."""
        asked = readings(self.address, self.reader.towns)
        for reading in asked:
            if not reading.name.key:
                continue
            found = self._streets(reading)
            if reading.number is None:
                found += self._pois(reading)
            self.candidates += [replace(c, rank=c.rank - _ASIDE) for c in found] if reading.aside else found
            if any(c.found.score >= _GOOD_ENOUGH and not c.found.precision.doubtful for c in found):
                break
        for reading in asked:
            self._areas(reading)
        return settle(self.candidates, max(0, limit))

    def _streets(self, reading: Reading) -> list[Candidate]:
        ids = reading.town.ids if reading.town else frozenset()
        exact = self.reader.streets_named(reading.name)
        fits = [street for street in exact if not ids or street.city_id in ids]
        scored = {s.id: (100.0, s) for s in exact}
        if not fits:
            best = self._score(reading, ids, scored)
            if ids and best < _ELSEWHERE_BELOW and not exact:
                self._score(reading, frozenset(), scored)
        ranked = sorted(scored.values(), key=lambda pair: (pair[0], self._is_in(pair[1], reading), pair[1].weight))
        return [
            candidate
            for alike, street in ranked[: -_MOST_STREETS - 1 : -1]
            for candidate in at_street(self.reader, street, alike, reading)
        ]

    def _is_in(self, street: Street, reading: Reading) -> bool:
        return bool(reading.town and street.city_id in reading.town.ids)

    def _score(self, reading: Reading, ids: frozenset[int], scored: dict[int, tuple[float, Street]]) -> float:
        """Note how alike the streets of these towns are; each under the name that fits best."""
        best = 0.0
        for street in self.reader.streets_like(reading.name, ids):
            alike = likeness(reading.name, street.raw, street.key, street.tokens)
            best = max(best, alike)
            if alike >= _LEAST_ALIKE and alike > scored.get(street.id, (0.0, street))[0]:
                scored[street.id] = (alike, street)
        return best

    def _pois(self, reading: Reading) -> list[Candidate]:
        found = (at_poi(self.reader, poi, reading) for poi in self.reader.pois_like(reading.name))
        return [candidate for candidate in found if candidate]

    def _areas(self, reading: Reading) -> None:
        """The town or postcode: the answer when nothing more was asked, the last resort otherwise."""
        towns = self.reader.towns
        only = not reading.name.key
        named = towns.named(reading.name) if not only and reading.number is None else None
        if named and named.areas:
            self.candidates.append(_at_area(named.areas[0], 100.0, 12.0))
        town, code = reading.town, reading.code
        coded = [a for a in towns.by_code.get(code, ()) if not (town and town.ids) or a.city_id in town.ids]
        areas = sorted(coded, key=lambda area: -area.weight) or list(town.areas if town else ())
        areas = areas or list(towns.by_code.get(code, ()))
        for area in areas[:3]:
            self.candidates.append(_at_area(area, 100.0 if only else 50.0, 12.0 if only else 0.0))


def _at_area(area: Area, score: float, bonus: float) -> Candidate:
    found = Found(
        label=area_label(area), place=area.place, precision=Precision.AREA, score=score, postcode=area.postcode,
        city=area.city,
    )  # fmt: skip
    return Candidate(score + bonus, found, ("area", area.city_id), area.weight)


def _nearest(reader: Reader, place: Place, half_deg: float) -> Found | None:
    houses = reader.addresses_around(place, half_deg)
    house, street = min(houses, key=lambda pair: pair[0].place.distance_m(place), default=(None, None))
    spots = reader.streets_around(place, half_deg)
    spot, beside = min(spots, key=lambda pair: pair[0].distance_m(place), default=(None, None))
    away = house.place.distance_m(place) if house else float("inf")
    if house and street and (away <= _HERE_M or not spot or away <= 2 * spot.distance_m(place)):
        precision = Precision.INTERPOLATED if house.estimated else Precision.HOUSE
        code = house.postcode or street.postcode
        found = label(street.name, house.shown, code, street.city)
        score = _closeness(away)
        return Found(found, house.place, precision, score, street.name, house.shown, code, street.city)
    if spot and beside:
        found = label(beside.name, "", beside.postcode, beside.city)
        score = _closeness(spot.distance_m(place))
        return Found(found, spot, Precision.STREET, score, beside.name, "", beside.postcode, beside.city)
    return None


def _nearest_area(reader: Reader, place: Place) -> Found | None:
    areas = (area for areas in reader.towns.by_key.values() for area in areas if area.kind != "within")
    area = min(areas, key=lambda a: a.place.distance_m(place), default=None)
    if area is None or area.place.distance_m(place) > _AREA_REACH_M:
        return None
    return _at_area(area, _closeness(area.place.distance_m(place)), 0.0).found


def _closeness(distance_m: float) -> float:
    """A score for the way back: 100 at the door, 0 from a kilometre on."""
    return max(0.0, 100.0 - distance_m / 10)
