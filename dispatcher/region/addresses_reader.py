"""One read-only connection to an address index and the questions that searches ask of it."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from dispatcher.domain.errors import KnownError
from dispatcher.domain.place import Place
from dispatcher.region.addresses_store import SCHEMA_VERSION, padded
from dispatcher.region.addresses_towns import Towns
from dispatcher.region.text import WIDEST_RANGE, HouseNumber, Name

_MOST_EXACT = 400
_MOST_LIKE = 60
_MOST_CACHED = 4_000


@dataclass(frozen=True, slots=True)
class Street:
    """A street under one of its names."""

    id: int
    name: str
    """The name to show."""
    tokens: str
    raw: str
    key: str
    city_id: int
    city: str
    postcode: str
    place: Place
    weight: int


@dataclass(frozen=True, slots=True)
class House:
    """A house number on a street."""

    number: str
    shown: str
    first: int
    last: int
    postcode: str
    place: Place
    estimated: bool


@dataclass(frozen=True, slots=True)
class Poi:
    """A named place under one of its names."""

    id: int
    name: str
    tokens: str
    raw: str
    key: str
    kind: str
    street: str
    number: str
    postcode: str
    city_id: int
    city: str
    place: Place


_STREET = (
    "SELECT s.id, s.name, n.tokens, n.raw, n.key, s.city_id, c.name, s.postcode, s.lat, s.lon, s.weight FROM {source}"
    " JOIN street s ON s.id=n.street_id JOIN city c ON c.id=s.city_id WHERE {where}"
)
_POI = (
    "SELECT p.id, p.name, n.tokens, n.raw, n.key, p.kind, p.street, p.number, p.postcode, p.city_id, c.name, p.lat,"
    " p.lon FROM poi_fts f JOIN poi_name n ON n.id=f.rowid JOIN poi p ON p.id=n.poi_id JOIN city c ON c.id=p.city_id"
    " WHERE poi_fts MATCH ? {order} LIMIT ?"
)
_HOUSE = "SELECT number, shown, first, last, postcode, lat, lon, estimated FROM address WHERE street_id=? AND {where}"


def connect(path: Path) -> Any:
    """Open an index for reading. Raises `KnownError` when it is missing, damaged or of another version."""
    remedy = "Build the region again."
    if not path.is_file():
        raise KnownError(f"There is no address index {path}.", remedy)
    try:
        connection = sqlite.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False, timeout=30, isolation_level=None
        )
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite.DatabaseError as error:
        raise KnownError(f"The address index {path} cannot be read: {error}.", remedy) from error
    if version != SCHEMA_VERSION:
        connection.close()
        raise KnownError(f"The address index {path} is of version {version}, not {SCHEMA_VERSION}.", remedy)
    return connection


@dataclass(slots=True)
class Reader:
    """Answers from one connection; never shared by two threads at a time. Notices when a file was added."""

    connection: Any
    towns: Towns
    _version: int = 0
    _like: OrderedDict[tuple[str, frozenset[int]], list[Street]] = field(default_factory=OrderedDict)

    @classmethod
    def open(cls, path: Path) -> "Reader":
        """Connect and load the towns."""
        connection = connect(path)
        return cls(connection, Towns.load(connection), _data_version(connection))

    def refresh(self) -> None:
        """Forget what is remembered if the index has changed since."""
        version = _data_version(self.connection)
        if version != self._version:
            self._version, self.towns = version, Towns.load(self.connection)
            self._like.clear()

    def streets_named(self, name: Name) -> list[Street]:
        """Streets whose name, abbreviated or not, is exactly this."""
        sql = _STREET.format(source="street_name n", where="n.key=? OR n.raw=?") + " LIMIT ?"
        return self._streets(sql, (name.key, name.raw, _MOST_EXACT))

    def streets_like(self, name: Name, city_ids: frozenset[int]) -> list[Street]:
        """Streets whose words or letters resemble these, of some towns only if any are given."""
        cached = self._like.get((name.raw, city_ids))
        if cached is None:
            cached = self._search_like(name, city_ids)
            self._like[name.raw, city_ids] = cached
            if len(self._like) > _MOST_CACHED:
                self._like.popitem(last=False)
        return cached

    def _search_like(self, name: Name, city_ids: frozenset[int]) -> list[Street]:
        grams = sorted({padded(name.key)[i : i + 3] for i in range(len(name.key) + 2)})
        long = [token for token in name.tokens if len(token) > 2]
        asks = (
            ("street_fts", f"words : ({_every(name.tokens)})"),
            ("street_fts", f"words : ({_any(long)})" if long else ""),
            ("street_tri", " OR ".join(f'"{gram}"' for gram in grams)),
        )
        within = f" AND s.city_id IN ({','.join(map(str, city_ids))})" if city_ids else ""
        found: dict[tuple[int, str], Street] = {}
        for table, match in asks:
            if match:
                source = f"{table} f JOIN street_name n ON n.id=f.rowid"
                sql = _STREET.format(source=source, where=f"{table} MATCH ?{within}") + " ORDER BY f.rank LIMIT ?"
                found |= {(s.id, s.raw): s for s in self._streets(sql, (match, _MOST_LIKE))}
        return list(found.values())

    def streets_starting(self, tokens: Sequence[str], last: str, limit: int) -> list[Street]:
        """Streets with all these words, in name or town, and one that begins with `last`; the largest first."""
        match = " AND ".join([*(f'"{token}"' for token in tokens), *([f'"{last}"*'] if last else [])])
        source = "street_fts f JOIN street_name n ON n.id=f.rowid"
        sql = _STREET.format(source=source, where="street_fts MATCH ?") + " ORDER BY s.weight DESC LIMIT ?"
        return self._streets(sql, (match, limit)) if match else []

    def _streets(self, sql: str, parameters: tuple[object, ...]) -> list[Street]:
        rows = self.connection.execute(sql, parameters)
        return [_street(row) for row in rows]

    def pois_like(self, name: Name, limit: int = 40) -> list[Poi]:
        """Places of interest that have all these words in their name, street or town, else any in their name."""
        order = "ORDER BY f.rank"
        found = self._pois(_POI.format(order=order), (_every(name.tokens), limit)) if name.tokens else []
        long = [token for token in name.tokens if len(token) > 2]
        if not found and long:
            found = self._pois(_POI.format(order=order), (f"words : ({_any(long)})", limit))
        return found

    def pois_starting(self, tokens: Sequence[str], last: str, limit: int) -> list[Poi]:
        """Places of interest with all these words and one that begins with `last`."""
        match = " AND ".join([*(f'"{token}"' for token in tokens), *([f'"{last}"*'] if last else [])])
        if not match:
            return []
        named = self._pois(_POI.format(order=""), (f"words : ({match})", limit))
        return named or self._pois(_POI.format(order=""), (match, limit))

    def _pois(self, sql: str, parameters: tuple[object, ...]) -> list[Poi]:
        rows: Iterable[Any] = self.connection.execute(sql, parameters)
        return [
            Poi(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], Place(r[11], r[12])) for r in rows
        ]

    def houses(self, street_id: int, number: HouseNumber) -> list[House]:
        """Houses whose number or range of numbers holds the first of these digits."""
        first = number.first
        return self._houses("first<=? AND last>=? AND first>=?", (street_id, first, first, first - WIDEST_RANGE))

    def below(self, street_id: int, number: HouseNumber) -> list[House]:
        """The next smaller house numbers, nearest first."""
        return self._houses("first<? ORDER BY first DESC LIMIT 6", (street_id, number.first))

    def above(self, street_id: int, number: HouseNumber) -> list[House]:
        """The next larger house numbers, nearest first."""
        return self._houses("first>? ORDER BY first LIMIT 6", (street_id, number.first))

    def houses_starting(self, street_id: int, digits: str, limit: int) -> list[House]:
        """Houses whose number begins so, in order."""
        return self._houses("number GLOB ? ORDER BY first, number LIMIT ?", (street_id, f"{digits}*", limit))

    def _houses(self, where: str, parameters: tuple[object, ...]) -> list[House]:
        rows = self.connection.execute(_HOUSE.format(where=where), parameters)
        return [_house(row) for row in rows]

    def addresses_around(self, place: Place, half_deg: float) -> list[tuple[House, Street]]:
        """Every address in a square box, with its street."""
        sql = (
            "SELECT a.number, a.shown, a.first, a.last, a.postcode, a.lat, a.lon, a.estimated,"
            " s.id, s.name, '', '', '', s.city_id, c.name, s.postcode, s.lat, s.lon, s.weight"
            " FROM address_at r JOIN address a ON a.id=r.id JOIN street s ON s.id=a.street_id"
            " JOIN city c ON c.id=s.city_id WHERE r.north>=? AND r.south<=? AND r.east>=? AND r.west<=?"
        )
        rows = self.connection.execute(sql, _box(place, half_deg))
        return [(_house(row), _street(row[8:])) for row in rows]

    def streets_around(self, place: Place, half_deg: float) -> list[tuple[Place, Street]]:
        """Points of streets in a square box."""
        sql = (
            "SELECT (r.south+r.north)/2, (r.west+r.east)/2,"
            " s.id, s.name, '', '', '', s.city_id, c.name, s.postcode, s.lat, s.lon, s.weight"
            " FROM street_at r JOIN street s ON s.id=r.street_id JOIN city c ON c.id=s.city_id"
            " WHERE r.north>=? AND r.south<=? AND r.east>=? AND r.west<=?"
        )
        rows = self.connection.execute(sql, _box(place, half_deg))
        return [(Place(row[0], row[1]), _street(row[2:])) for row in rows]


def _street(row: Any) -> Street:
    return Street(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], Place(row[8], row[9]), row[10])


def _house(row: Any) -> House:
    return House(row[0], row[1], row[2], row[3], row[4], Place(row[5], row[6]), bool(row[7]))


def _box(place: Place, half_deg: float) -> tuple[float, float, float, float]:
    wide = 2 * half_deg
    return place.lat - half_deg, place.lat + half_deg, place.lon - wide, place.lon + wide


def _every(tokens: Iterable[str]) -> str:
    return " AND ".join(f'"{token}"' for token in tokens)


def _any(tokens: Iterable[str]) -> str:
    return " OR ".join(f'"{token}"*' for token in tokens)


def _data_version(connection: Any) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
