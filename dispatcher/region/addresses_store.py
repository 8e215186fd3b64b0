"""The address index as a SQLite file: its schema, and the rows that builders add to it.

One story for both builders (the extract and a national file). No reading for searches; that is `addresses_reader`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from dispatcher.region.text import Name, name_of, postcode_key

SCHEMA_VERSION = 1
PADDING_DEG = 0.02
"""Addresses this far outside the extract's rectangle still belong to the region (about 2 km)."""

Point = tuple[float, float]
"""Latitude, longitude."""

_SCHEMA = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE city(id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, lat REAL, lon REAL);
CREATE TABLE area(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, city_id INTEGER NOT NULL,
    postcode TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, weight INTEGER NOT NULL);
CREATE TABLE street(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, city_id INTEGER NOT NULL, postcode TEXT NOT NULL,
    lat REAL NOT NULL, lon REAL NOT NULL, weight INTEGER NOT NULL);
CREATE TABLE street_name(
    id INTEGER PRIMARY KEY, street_id INTEGER NOT NULL, tokens TEXT NOT NULL, raw TEXT NOT NULL, key TEXT NOT NULL);
CREATE TABLE address(
    id INTEGER PRIMARY KEY, street_id INTEGER NOT NULL, number TEXT NOT NULL, shown TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, postcode TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL,
    estimated INTEGER NOT NULL);
CREATE TABLE poi(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, street TEXT NOT NULL, number TEXT NOT NULL,
    postcode TEXT NOT NULL, city_id INTEGER NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL);
CREATE TABLE poi_name(id INTEGER PRIMARY KEY, poi_id INTEGER NOT NULL, tokens TEXT NOT NULL, raw TEXT NOT NULL,
    key TEXT NOT NULL);
CREATE INDEX area_key ON area(key);
CREATE INDEX street_name_key ON street_name(key);
CREATE INDEX street_name_raw ON street_name(raw);
CREATE INDEX address_number ON address(street_id, first);
CREATE VIRTUAL TABLE street_fts USING fts5(
    words, area, content='', tokenize='unicode61 remove_diacritics 2', prefix='2 3');
CREATE VIRTUAL TABLE street_tri USING fts5(key, content='', tokenize='trigram');
CREATE VIRTUAL TABLE poi_fts USING fts5(
    words, area, content='', tokenize='unicode61 remove_diacritics 2', prefix='2 3');
CREATE VIRTUAL TABLE address_at USING rtree(id, south, north, west, east);
CREATE VIRTUAL TABLE street_at USING rtree(id, south, north, west, east, +street_id INTEGER);
"""


def create(path: Path) -> Any:
    """A new, empty index open for writing; the journal is off, for the file is only moved into place when whole."""
    connection = sqlite.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.executescript(_SCHEMA)
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    return connection


@dataclass(slots=True)
class Entry:
    """One address on its way into the index."""

    street: str
    number: str
    shown: str
    first: int
    last: int
    postcode: str
    city: str
    lat: float
    lon: float
    estimated: int = 0

    @property
    def at(self) -> Point:
        """Where it is."""
        return self.lat, self.lon


@dataclass(slots=True)
class Writer:
    """Adds rows to an index and keeps its search tables in step. Not thread-safe; one transaction is the caller's."""

    connection: Any
    cities: dict[str, int] = field(default_factory=dict)
    """City id by key."""
    city_names: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row_id, name, key in self.connection.execute("SELECT id, name, key FROM city"):
            self.cities[key], self.city_names[row_id] = row_id, name

    def city(self, name: str, at: Point) -> int:
        """The id of a city, made if it is new."""
        key = name_of(name).key
        if key not in self.cities:
            cursor = self.connection.execute("INSERT INTO city(name, key, lat, lon) VALUES(?,?,?,?)", (name, key, *at))
            self.cities[key] = cursor.lastrowid
            self.city_names[cursor.lastrowid] = name
        return self.cities[key]

    def area(self, name: str, kind: str, city_id: int, postcode: str, at: Point, weight: int) -> None:
        """A town, quarter or postcode by one of its names."""
        key = postcode_key(name) if kind == "postcode" else name_of(name).key
        sql = "INSERT INTO area(name, key, kind, city_id, postcode, lat, lon, weight) VALUES(?,?,?,?,?,?,?,?)"
        self.connection.execute(sql, (name, key, kind, city_id, postcode, *at, weight))

    def street(self, names: Sequence[str], city_id: int, postcode: str, points: Sequence[Point], weight: int) -> int:
        """A street with all its names; its place is the point of `points` nearest their middle."""
        at = _central(points)
        sql = "INSERT INTO street(name, city_id, postcode, lat, lon, weight) VALUES(?,?,?,?,?,?)"
        street_id: int = self.connection.execute(sql, (names[0], city_id, postcode, *at, weight)).lastrowid
        area = " ".join((name_of(self.city_names[city_id]).index_text, postcode))
        for name in {name_of(name).raw: name_of(name) for name in names if name_of(name).raw}.values():
            self._named("street", street_id, name, area)
        return street_id

    def _named(self, table: str, owner_id: int, name: Name, area: str) -> None:
        sql = f"INSERT INTO {table}_name({table}_id, tokens, raw, key) VALUES(?,?,?,?)"
        row_id = self.connection.execute(sql, (owner_id, name.spaced, name.raw, name.key)).lastrowid
        row = (row_id, name.index_text, area)
        self.connection.execute(f"INSERT INTO {table}_fts(rowid, words, area) VALUES(?,?,?)", row)
        if table == "street":
            self.connection.execute("INSERT INTO street_tri(rowid, key) VALUES(?,?)", (row_id, padded(name.key)))

    def street_points(self, street_id: int, points: Iterable[Point]) -> None:
        """Points along a street, for the way back from a place to words."""
        rows = [(lat, lat, lon, lon, street_id) for lat, lon in points]
        sql = "INSERT INTO street_at(south, north, west, east, street_id) VALUES(?,?,?,?,?)"
        self.connection.executemany(sql, rows)

    def addresses(self, street_id: int, entries: Iterable[Entry]) -> None:
        """House numbers of a street."""
        sql = (
            "INSERT INTO address(street_id, number, shown, first, last, postcode, lat, lon, estimated)"
            " VALUES(?,?,?,?,?,?,?,?,?)"
        )
        for e in entries:
            row = (street_id, e.number, e.shown, e.first, e.last, e.postcode, e.lat, e.lon, e.estimated)
            row_id = self.connection.execute(sql, row).lastrowid
            box = (row_id, e.lat, e.lat, e.lon, e.lon)
            self.connection.execute("INSERT INTO address_at VALUES(?,?,?,?,?)", box)

    def poi(
        self, names: Sequence[str], kind: str, street: str, number: str, postcode: str, city_id: int, at: Point
    ) -> None:
        """A named place."""
        sql = "INSERT INTO poi(name, kind, street, number, postcode, city_id, lat, lon) VALUES(?,?,?,?,?,?,?,?)"
        row = (names[0], kind, street, number, postcode, city_id, *at)
        poi_id = self.connection.execute(sql, row).lastrowid
        area = " ".join((name_of(self.city_names[city_id]).index_text, postcode, name_of(street).index_text))
        for name in {name_of(name).raw: name_of(name) for name in names if name_of(name).raw}.values():
            self._named("poi", poi_id, name, area)


def padded(key: str) -> str:
    """A key with its ends marked, so that the first and last letters make trigrams of their own."""
    return f"^^{key}$$"


def most_common(values: Iterable[str]) -> str:
    """The most frequent non-empty value, or an empty string."""
    counted = Counter(value for value in values if value)
    return counted.most_common(1)[0][0] if counted else ""


def _central(points: Sequence[Point]) -> Point:
    lat = sum(p[0] for p in points) / len(points)
    lon = sum(p[1] for p in points) / len(points)
    return min(points, key=lambda p: (p[0] - lat) ** 2 + (p[1] - lon) ** 2)
