"""The towns, quarters and postcodes of a region: which spellings mean the same town, and their rows in the index."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from dispatcher.region.addresses_gaps import METRES_PER_DEG, TOWN_LEVELS, Gaps
from dispatcher.region.addresses_osm import RawArea, RawPlace
from dispatcher.region.addresses_store import Point, Writer
from dispatcher.region.text import name_of

_CITY_KINDS = frozenset({"city", "town", "village"})
_WEIGHTS = {"city": 60, "town": 40, "village": 20, "suburb": 12, "quarter": 8, "hamlet": 6}
_SAME_TOWN_M = 5_000.0
"""A town as addresses spell it lies at most this far from the town on the map that it means."""


@dataclass(slots=True)
class TownNames:
    """Every spelling of a town to the one it is shown by."""

    settled: list[RawPlace]
    """Cities, towns and villages as points."""
    municipalities: list[RawArea]
    aliases: dict[str, str] = field(default_factory=dict)
    """Names by key."""
    spellings: list[tuple[str, str, Point]] = field(default_factory=list)
    """What only addresses call a town, its name on the map, and where those addresses are."""

    @classmethod
    def gathered(cls, gaps: Gaps, mentioned: Iterable[tuple[str, float, float]]) -> "TownNames":
        """From the map's own names, and from the towns that addresses mention: name, mean latitude and longitude."""
        settled = [place for place in gaps.places if place.kind in _CITY_KINDS]
        names = cls(settled, [area for area in gaps.areas if area.level in TOWN_LEVELS and area.names])
        mapped = [place.names for place in names.settled] + [area.names for area in names.municipalities]
        own = {name_of(first).key for first, *_ in mapped}
        for first, *others in mapped:
            for other in {name_of(name).key for name in others} - own:
                names.aliases.setdefault(other, first)
        for name, lat, lon in mentioned:
            key = name_of(name).key
            if key not in own and key not in names.aliases and (main := names._meant(name, (lat, lon))):
                names.aliases[key] = main
                names.spellings.append((name, main, (lat, lon)))
        return names

    def main(self, name: str) -> str:
        """The town's name as it is shown."""
        return self.aliases.get(name_of(name).key, name)

    def _meant(self, name: str, at: Point) -> str:
        """The near town on the map whose words hold these, or are held by them: "Mosta" and "Il-Mosta"."""
        asked = frozenset(name_of(name).tokens)
        near = [(_metres(at, place.at), place.names) for place in self.settled]
        for distance_m, names in sorted(near):
            if distance_m > _SAME_TOWN_M:
                break
            for tokens in (frozenset(name_of(other).tokens) for other in names):
                if tokens and (tokens <= asked or asked <= tokens):
                    return names[0]
        return ""


def write_areas(writer: Writer, gaps: Gaps, names: TownNames) -> None:
    """Towns, villages and quarters under all their names, each with the towns that it may be part of."""
    around = gaps.municipalities([place.at for place in names.settled])
    for place, whole in zip(names.settled, around, strict=True):
        city_id = writer.city(place.names[0], place.at)
        _write_place(writer, place, city_id)
        if whole and name_of(whole).key != name_of(place.names[0]).key:
            _write_place(writer, place, writer.city(names.main(whole), place.at))
            writer.area(whole, "within", city_id, "", place.at, 0)
    settled = {name_of(place.names[0]).key for place in names.settled}
    for area in names.municipalities:
        if name_of(area.names[0]).key not in settled:
            for name in area.names:
                writer.area(name, "town", writer.city(area.names[0], area.at), "", area.at, _WEIGHTS["village"])
    for name, main, at in names.spellings:
        writer.area(name, "town", writer.city(main, at), "", at, _WEIGHTS["suburb"])
    quarters = [place for place in gaps.places if place.kind not in _CITY_KINDS]
    for place, town in zip(quarters, gaps.cities([place.at for place in quarters]), strict=True):
        _write_place(writer, place, writer.city(names.main(town) or place.names[0], place.at))


def write_postcodes(writer: Writer, gaps: Gaps, names: TownNames) -> None:
    """Every postcode in every town where addresses bear it, and those that only an area on the map bears."""
    sql = (
        "SELECT a.postcode, s.city_id, avg(a.lat), avg(a.lon), count(*) FROM address a JOIN street s"
        " ON s.id=a.street_id WHERE a.postcode<>'' GROUP BY 1, 2"
    )
    rows = writer.connection.execute(sql).fetchall()
    for code, city_id, lat, lon, weight in rows:
        writer.area(code, "postcode", city_id, code, (lat, lon), weight)
    seen = {row[0] for row in rows}
    for area in gaps.areas:
        if area.postcode and area.postcode not in seen and ";" not in area.postcode:
            city_id = writer.city(names.main(gaps.cities([area.at])[0]), area.at)
            writer.area(area.postcode, "postcode", city_id, area.postcode, area.at, 1)


def _write_place(writer: Writer, place: RawPlace, city_id: int) -> None:
    for name in place.names:
        writer.area(name, place.kind, city_id, place.postcode, place.at, _WEIGHTS.get(place.kind, 3))


def _metres(a: Point, b: Point) -> float:
    return METRES_PER_DEG * math.hypot(a[0] - b[0], (a[1] - b[1]) * math.cos(math.radians(a[0])))
