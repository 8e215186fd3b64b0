"""The towns, quarters and postcodes of a region in memory: which of them a few words mean, and how well they agree."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from dispatcher.domain.place import Place, Precision
from dispatcher.region.text import Name, canonical, name_of, postcode_key, squeeze, words

_LIKE = 0.78
"""The least similarity at which a misspelt town is still taken for the one on the map."""
_OUTSKIRTS_M = 2_000.0
"""This near to a town's middle a street may well be its own, whatever the index guessed."""
_CITY_KINDS = frozenset({"city", "town", "village"})


@dataclass(frozen=True, slots=True)
class Area:
    """A town, quarter or postcode under one of its names."""

    name: str
    key: str
    kind: str
    city_id: int
    city: str
    postcode: str
    place: Place
    weight: int


@dataclass(frozen=True, slots=True)
class Town:
    """What the words for a town may mean; nothing in this region when `ids` is empty."""

    ids: frozenset[int]
    areas: tuple[Area, ...] = ()

    @property
    def quarters(self) -> tuple[Area, ...]:
        """The parts of a town that were named rather than the town."""
        return () if any(a.kind in _CITY_KINDS for a in self.areas) else self.areas


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a candidate's town and postcode fit those that were asked for."""

    penalty: float
    """Points off the score."""
    at_best: Precision
    """The most precise that may still be claimed."""


_AGREED = Agreement(0.0, Precision.HOUSE)
_STRANGER = Town(frozenset())


@dataclass(slots=True)
class Towns:
    """Look-up of areas by words. Read-only once loaded, so threads may share it."""

    by_key: dict[str, list[Area]] = field(default_factory=lambda: defaultdict(list))
    by_token: dict[str, list[Area]] = field(default_factory=lambda: defaultdict(list))
    by_code: dict[str, list[Area]] = field(default_factory=lambda: defaultdict(list))
    _resolved: dict[str, Town] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Any) -> "Towns":
        """Read every area and city of an index."""
        towns = cls()
        sql = (
            "SELECT a.name, a.key, a.kind, a.city_id, c.name, a.postcode, a.lat, a.lon, a.weight"
            " FROM area a JOIN city c ON c.id=a.city_id"
        )
        for name, key, kind, city_id, city, postcode, lat, lon, weight in connection.execute(sql):
            towns._add(Area(name, key, kind, city_id, city, postcode, Place(lat, lon), weight))
        for city_id, name, key, lat, lon in connection.execute("SELECT id, name, key, lat, lon FROM city").fetchall():
            if key and not any(area.city_id == city_id for area in towns.by_key[key]):
                towns._add(Area(name, key, "town", city_id, name, "", Place(lat, lon), 10))
        return towns

    def _add(self, area: Area) -> None:
        if area.kind == "postcode":
            self.by_code[area.key].append(area)
            return
        self.by_key[area.key].append(area)
        for token in name_of(area.name).tokens:
            self.by_token[token].append(area)

    def named(self, name: Name) -> Town | None:
        """The town that bears exactly this name."""
        areas = self.by_key.get(name.key)
        return _town(areas) if name.key and areas else None

    def resolve(self, text: str) -> Town | None:
        """The town that these words mean, misspelt or with a quarter added; an empty `Town` when none of the region.

        `None` when there are no words at all.
        """
        name = name_of(" ".join(word for word in words(text) if not word.isdecimal()))
        if not name.key:
            return None
        if name.key not in self._resolved:
            if len(self._resolved) > 10_000:
                self._resolved.clear()
            found = self.named(name) or self._part_of(name) or self._longer(name) or self._misspelt(name)
            self._resolved[name.key] = found or _STRANGER
        return self._resolved[name.key]

    def _part_of(self, name: Name) -> Town | None:
        """Both Aachen and Brand for "Aachen-Brand"."""
        areas: list[Area] = []
        tokens = list(name.tokens)
        for width in range(len(tokens) - 1, 0, -1):
            for start in range(len(tokens) - width + 1):
                key = "".join(tokens[start : start + width])
                if len(key) > 2:
                    areas += self.by_key.get(key, ())
            if areas:
                return _town(areas)
        return None

    def _longer(self, name: Name) -> Town | None:
        """The town "Stadt Feldkirch" for "Feldkirch"."""
        sets = [{id(area): area for area in self.by_token.get(token, ())} for token in name.tokens]
        shared = set.intersection(*(set(s) for s in sets)) if sets else set()
        return _town([sets[0][key] for key in shared]) if shared else None

    def _misspelt(self, name: Name) -> Town | None:
        if len(name.key) < 4:
            return None
        best = process.extractOne(name.key, self.by_key.keys(), scorer=OSA.normalized_similarity, score_cutoff=_LIKE)
        return _town(self.by_key[best[0]]) if best else None

    def starting(self, text: str) -> list[Area]:
        """Areas whose name or postcode begins with these letters, weightiest first."""
        key, code = squeeze(text), postcode_key(text)
        if not key:
            return []
        found = [a for k, areas in self.by_key.items() if k.startswith(key) for a in areas if a.kind != "within"]
        found += [a for c, areas in self.by_code.items() if code and c.startswith(code) for a in areas]
        return sorted(found, key=lambda area: -area.weight)

    def agreement(self, town: Town | None, code: str, city_id: int, postcode: str, place: Place) -> Agreement:
        """Weigh a candidate's town and postcode against the asked ones; what is not known contradicts nothing."""
        own_code = postcode_key(postcode)
        town_fits = None if town is None else city_id in town.ids
        code_fits = None if not code or not own_code else code == own_code
        if town_fits is not False and code_fits is not False:
            return _AGREED
        if town_fits:
            return self._wrong_code(town, code, own_code)
        if code_fits:
            return Agreement(15, Precision.STREET) if town and town.ids else Agreement(4, Precision.HOUSE)
        if town_fits is None:
            return Agreement(20, Precision.STREET) if code in self.by_code else Agreement(25, Precision.AREA)
        if code_fits is None and town and any(a.place.distance_m(place) <= _OUTSKIRTS_M for a in town.areas):
            return Agreement(15, Precision.STREET)
        return Agreement(30 if code_fits is None else 45, Precision.AREA)

    def _wrong_code(self, town: Town | None, code: str, own_code: str) -> Agreement:
        """The town fits, the postcode does not: a slip within the town is forgiven, another town's code is not."""
        elsewhere = {area.city_id for area in self.by_code.get(code, ())}
        ours = town.ids if town else frozenset()
        slip = bool(elsewhere & ours) if elsewhere else code[:2] == own_code[:2]
        return Agreement(5, Precision.HOUSE) if slip else Agreement(15, Precision.STREET)


def _town(areas: Iterable[Area]) -> Town:
    ranked = tuple(sorted(areas, key=lambda area: -area.weight))
    return Town(frozenset(area.city_id for area in ranked), tuple(a for a in ranked if a.kind != "within") or ranked)


@lru_cache(maxsize=1024)
def town_tokens(city: str) -> frozenset[str]:
    """The canonical words of a town's name."""
    return frozenset(canonical(words(city)))
