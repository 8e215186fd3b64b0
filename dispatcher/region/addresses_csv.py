"""Adds a national address file (CSV) to an existing address index: all of it or nothing.

Coverage of house numbers is the real limit of many extracts; registers close the gap. What the map has already is
merged, not doubled. Reading and checking rows live here; how streets are told apart is `addresses_streets`.
"""

import codecs
import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from pysqlite3 import dbapi2 as sqlite

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.region.addresses_reader import Reader, connect
from dispatcher.region.addresses_store import PADDING_DEG, Entry, Writer, most_common
from dispatcher.region.addresses_streets import clusters, merged
from dispatcher.region.addresses_towns import Towns
from dispatcher.region.text import NUMBER, fold, house_number, name_of, postcode_key, squeeze

_MOST_SHOWN = 10
_BATCH = 1_000
_SAME_TOWN_M = 3_000.0
"""A street of this name and town is this street if its middle is this near, or one of its houses a third of it."""
_SAME_HOUSE_M = 300.0
"""The same number of one street this near is the same house, whoever surveyed it."""
_NEIGHBOUR_DEG = 0.004
_ALIASES = {
    "street": (
        "street", "streetname", "street name", "road", "straße", "strasse", "straßenname", "str", "nom_voie", "voie",
        "nom_afnor", "rue", "via", "indirizzo", "odonimo", "calle", "straat", "straatnaam", "openbareruimte",
        "openbareruimtenaam", "katu", "katunimi", "gatunamn", "gata", "vejnavn", "adressenavn", "ulica", "rua",
        "address", "adresse", "anschrift",
    ),
    "number": (
        "number", "house number", "housenumber", "house_no", "houseno", "no", "nr", "hausnummer", "hnr", "hausnr",
        "numero", "numéro", "civico", "numero civico", "huisnummer", "husnummer", "husnr", "talonumero", "nummer",
        "addr:housenumber", "street number", "streetnumber",
    ),
    "suffix": (
        "suffix", "unit", "addition", "hausnummernzusatz", "zusatz", "adz", "rep", "suffixe", "huisletter",
        "huisnummertoevoeging", "letter", "bokstav", "esponente",
    ),
    "postcode": (
        "postcode", "zip", "zipcode", "zip code", "postal code", "postalcode", "postal_code", "plz", "postleitzahl",
        "code_postal", "cap", "codigo postal", "postnummer", "postnr", "postinumero",
    ),
    "city": (
        "city", "town", "ort", "stadt", "gemeinde", "gemeindename", "ortsname", "locality", "municipality", "place",
        "nom_commune", "commune", "ville", "comune", "municipio", "localidad", "woonplaats", "plaats", "kunta",
        "postort", "postnrnavn", "poststed", "kommunenavn", "kommun",
    ),
    "lat": ("lat", "latitude", "breitengrad", "breite", "wgs84_lat", "y"),
    "lon": ("lon", "lng", "long", "longitude", "längengrad", "länge", "wgs84_lon", "x"),
}  # fmt: skip
_SUFFIX = re.compile(r"[a-z]|bis|ter|quater")


@dataclass(slots=True)
class Report:
    """What became of the rows of a file."""

    rows: int = 0
    added: int = 0
    merged: int = 0
    """Known already, from the map or an earlier row."""
    outside: int = 0
    """Beyond the region."""
    bad: int = 0
    problems: list[str] = field(default_factory=list)
    """The first few bad rows, numbered as spreadsheets do (the header is row 1), and what is wrong with each."""

    def refuse(self, row: int, reason: str) -> None:
        """Count a bad row, and keep the first few for people."""
        self.bad += 1
        if len(self.problems) < _MOST_SHOWN:
            self.problems.append(f"Row {row}: {reason}")


def add_addresses(index: Path, csv: Path, progress: Progress) -> Report:
    """Add the addresses of a CSV file to an index in one transaction.

    Columns are found by name in several languages, whatever their case and order. Raises `BadInput` when the file
    cannot be read or lacks a column, `KnownError` when the index cannot be written, `Cancelled` when asked to stop;
    the index is then as it was.
    """
    connect(index).close()
    with closing(sqlite.connect(str(index), isolation_level=None, timeout=30)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            report = _Import(connection, progress).run(csv)
            connection.execute("COMMIT")
        except sqlite.OperationalError as error:
            raise KnownError(
                f"The address index {index} cannot be written: {error}.",
                "Check that the disk has space and that no other import is running, then try again.",
            ) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    return report


@dataclass(slots=True)
class _Import:
    connection: Any
    progress: Progress
    report: Report = field(default_factory=Report)

    def run(self, path: Path) -> Report:
        self.connection.execute(
            "CREATE TEMP TABLE raw(key, street, number, shown, first, last, postcode, city, lat, lon)"
        )
        bounds = self._bounds()
        for row in self._rows(path):
            entry = self._checked(*row, bounds)
            if entry:
                self.connection.execute("INSERT INTO raw VALUES(?,?,?,?,?,?,?,?,?,?)", entry)
        self._write()
        self.connection.execute("DROP TABLE temp.raw")
        return self.report

    def _bounds(self) -> Bounds:
        (box,) = self.connection.execute("SELECT value FROM meta WHERE key='bounds'").fetchone()
        south, west, north, east = json.loads(box)
        return Bounds(south - PADDING_DEG, west - PADDING_DEG, north + PADDING_DEG, east + PADDING_DEG)

    def _rows(self, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
        try:
            size = max(1, path.stat().st_size)
            with path.open(encoding=_encoding(path), errors="replace", newline="") as text:
                raw: Any = text.buffer
                for row, fields in _records(text, path):
                    if row % _BATCH == 0:
                        checkpoint(self.progress, 0.5 * raw.tell() / size, "Reading the address file")
                    yield row, fields
        except OSError as error:
            raise BadInput(
                f"The address file {path} cannot be read: {error.strerror}.", "Choose another file."
            ) from error
        except csv.Error as error:
            raise BadInput(f"The address file {path.name} is no table: {error}.", "Save it as CSV again.") from error

    def _checked(self, row: int, fields: Mapping[str, str], bounds: Bounds) -> tuple[object, ...] | None:
        """One row ready to stage, or `None` when it is bad or lies outside."""
        self.report.rows += 1
        street, written = _street_and_number(fields)
        number = house_number(written)
        key = name_of(street).key
        if not key or number is None:
            what = f"“{written}” is no house number" if written else "there is no house number"
            self.report.refuse(row, f"{what}." if key else "There is no street.")
            return None
        try:
            place = Place(_degrees(fields.get("lat", "")), _degrees(fields.get("lon", "")))
        except ValueError:
            at = f"{fields.get('lat', '')}, {fields.get('lon', '')}"
            self.report.refuse(row, f"“{at}” is no latitude and longitude in degrees (WGS 84).")
            return None
        if not bounds.contains(place):
            self.report.outside += 1
            return None
        town = (fields.get("postcode", ""), fields.get("city", ""), place.lat, place.lon)
        shown = written if squeeze(written) == squeeze(number.text) else number.text
        return (key, street, number.text, shown, number.first, number.last, *town)

    def _write(self) -> None:
        self.connection.execute("CREATE INDEX temp.raw_key ON raw(key)")
        keys = [key for (key,) in self.connection.execute("SELECT DISTINCT key FROM raw ORDER BY key")]
        merger = _Merger(Writer(self.connection), Reader(self.connection, Towns.load(self.connection)))
        sql = "SELECT street, number, shown, first, last, postcode, city, lat, lon FROM raw WHERE key=?"
        for index, key in enumerate(keys):
            if index % 50 == 0:
                checkpoint(self.progress, 0.5 + 0.5 * index / len(keys), "Adding addresses to the index")
            entries = [Entry(*row) for row in self.connection.execute(sql, (key,))]
            added = merger.add(key, entries)
            self.report.added += added
            self.report.merged += len(entries) - added
        merger.add_postcodes()


@dataclass(frozen=True, slots=True)
class _Known:
    """A street of the index, with its houses by number."""

    id: int
    city_id: int
    place: Place
    houses: dict[str, list[tuple[int, Place, str, int]]]
    """By number: row id, place, postcode, whether estimated."""

    def distance_m(self, place: Place) -> float:
        nearest = min((p.distance_m(place) for rows in self.houses.values() for _, p, _, _ in rows), default=1e9)
        return min(self.place.distance_m(place), 3 * nearest)


@dataclass(slots=True)
class _Merger:
    """Puts the entries of one street name where they belong."""

    writer: Writer
    reader: Reader
    postcodes: dict[tuple[str, int], list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, key: str, entries: Sequence[Entry]) -> int:
        """Write what is new; returns how many."""
        streets = self._known(key)
        fresh: dict[int, list[Entry]] = defaultdict(list)
        homeless: dict[int, list[Entry]] = defaultdict(list)
        for entry in entries:
            place = Place(entry.lat, entry.lon)
            city_id = self._city(entry)
            near = [(s.distance_m(place), s) for s in streets if s.city_id == city_id or not entry.city]
            distance_m, street = min(near, key=lambda pair: pair[0], default=(1e9, None))
            if street is None or distance_m > _SAME_TOWN_M:
                homeless[city_id].append(entry)
            elif not self._merge(street, entry, place):
                fresh[street.id].append(entry)
        return sum(self._extend(street_id, merged(its)) for street_id, its in fresh.items()) + sum(
            self._found(city_id, merged(part)) for city_id, its in homeless.items() for part, _ in clusters(its)
        )

    def _known(self, key: str) -> list[_Known]:
        sql = (
            "SELECT DISTINCT s.id, s.city_id, s.lat, s.lon FROM street_name n JOIN street s ON s.id=n.street_id"
            " WHERE n.key=?"
        )
        found = []
        for street_id, city_id, lat, lon in self.writer.connection.execute(sql, (key,)).fetchall():
            houses: dict[str, list[tuple[int, Place, str, int]]] = defaultdict(list)
            rows = "SELECT id, number, lat, lon, postcode, estimated FROM address WHERE street_id=?"
            for row_id, number, y, x, code, estimated in self.writer.connection.execute(rows, (street_id,)):
                houses[number].append((row_id, Place(y, x), code, estimated))
            found.append(_Known(street_id, city_id, Place(lat, lon), houses))
        return found

    def _city(self, entry: Entry) -> int:
        """The entry's town, by its name here; else the town of the nearest address; else the nearest town."""
        name = name_of(entry.city)
        if name.key in self.writer.cities:
            return self.writer.cities[name.key]
        town = self.reader.towns.named(name)
        if town:
            return min(town.areas, key=lambda a: a.place.distance_m(Place(*entry.at))).city_id
        if name.key:
            return self.writer.city(entry.city.strip(), entry.at)
        place = Place(*entry.at)
        around = self.reader.addresses_around(place, _NEIGHBOUR_DEG)
        if around:
            return min(around, key=lambda pair: pair[0].place.distance_m(place))[1].city_id
        areas = (area for areas in self.reader.towns.by_key.values() for area in areas)
        nearest = min(areas, key=lambda area: area.place.distance_m(place), default=None)
        return nearest.city_id if nearest else self.writer.city("", entry.at)

    def _merge(self, street: _Known, entry: Entry, place: Place) -> bool:
        """Whether the index has the house already; what it lacked or only estimated is improved."""
        for row_id, at, postcode, estimated in street.houses.get(entry.number, ()):
            if at.distance_m(place) <= _SAME_HOUSE_M:
                if estimated:
                    self._move(row_id, place)
                if entry.postcode and not postcode:
                    self.writer.connection.execute("UPDATE address SET postcode=? WHERE id=?", (entry.postcode, row_id))
                return True
        return False

    def _move(self, row_id: int, place: Place) -> None:
        sql = "UPDATE address SET lat=?, lon=?, estimated=0 WHERE id=?"
        self.writer.connection.execute(sql, (place.lat, place.lon, row_id))
        sql = "UPDATE address_at SET south=?, north=?, west=?, east=? WHERE id=?"
        self.writer.connection.execute(sql, (place.lat, place.lat, place.lon, place.lon, row_id))

    def _extend(self, street_id: int, entries: list[Entry]) -> int:
        sql = "UPDATE street SET weight=weight+?, postcode=iif(postcode='', ?, postcode) WHERE id=? RETURNING city_id"
        row = (len(entries), most_common(e.postcode for e in entries), street_id)
        ((city_id,),) = self.writer.connection.execute(sql, row).fetchall()
        return self._put(street_id, city_id, entries)

    def _found(self, city_id: int, entries: list[Entry]) -> int:
        name = most_common(e.street for e in entries)
        postcode = most_common(e.postcode for e in entries)
        street_id = self.writer.street([name], city_id, postcode, [e.at for e in entries], len(entries))
        return self._put(street_id, city_id, entries)

    def _put(self, street_id: int, city_id: int, entries: list[Entry]) -> int:
        self.writer.addresses(street_id, entries)
        for entry in entries:
            if entry.postcode:
                self.postcodes[entry.postcode, city_id].append(entry.at)
        return len(entries)

    def add_postcodes(self) -> None:
        """Make the postcodes that are new findable by themselves."""
        known = {(a.key, a.city_id) for areas in self.reader.towns.by_code.values() for a in areas}
        for (code, city_id), points in self.postcodes.items():
            if (postcode_key(code), city_id) not in known:
                middle = sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
                self.writer.area(code, "postcode", city_id, code, middle, len(points))


def _records(text: TextIO, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Row numbers and the known fields of each row."""
    header = text.readline()
    delimiter = max(",;\t|", key=header.count)
    titles = next(csv.reader([header], delimiter=delimiter), [])
    columns = _columns(titles, path)
    for row, cells in enumerate(csv.reader(text, delimiter=delimiter), start=2):
        if any(cell.strip() for cell in cells):
            yield row, {name: cells[i].strip() for name, i in columns.items() if i < len(cells)}


def _encoding(path: Path) -> str:
    """UTF-16 and UTF-8 by their marks or bytes; what is no UTF-8 is taken for Windows-1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as raw:
        head = raw.read(4096)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in head:
            return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        try:
            decoder.decode(head)
            for chunk in iter(lambda: raw.read(1 << 20), b""):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _columns(titles: Sequence[str], path: Path) -> dict[str, int]:
    """The position of each known column; earlier aliases go before later ones."""
    places = {squeeze(title): i for i, title in reversed(list(enumerate(titles)))}
    found = {}
    for name, aliases in _ALIASES.items():
        position = next((places[a] for a in map(squeeze, aliases) if a in places), None)
        if position is not None:
            found[name] = position
    missing = [name for name in ("street", "lat", "lon") if name not in found]
    if missing:
        seen = ", ".join(f"“{title.strip()}”" for title in titles if title.strip()) or "none"
        names = {"street": "street", "lat": "latitude", "lon": "longitude"}
        lacking = " and ".join(names[name] for name in missing)
        raise BadInput(
            f"The address file {path.name} has no column for the {lacking}. Its headers are: {seen}.",
            "Name the columns street, number, postcode, city, lat and lon in the first row.",
        )
    return found


def _street_and_number(fields: Mapping[str, str]) -> tuple[str, str]:
    """Street and number; from one column when there is no other: "Templergraben 57"."""
    street, number = fields.get("street", ""), fields.get("number", "")
    if "number" not in fields:
        matches = list(NUMBER.finditer(fold(street)))
        if matches and matches[-1].start() > 0:
            last = matches[-1]
            # folding may change lengths; the number itself keeps its letters, so it is cut off by its own length
            return street[: len(street) - (len(fold(street)) - last.start())].strip(" ,"), last[1]
    suffix = fold(fields.get("suffix", "")).strip(" .")
    return street, f"{number}{suffix}" if _SUFFIX.fullmatch(suffix) and number[-1:].isdigit() else number


def _degrees(text: str) -> float:
    return float(text.replace(",", "."))
