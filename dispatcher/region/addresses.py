"""Builds the offline address index: one OpenStreetMap extract becomes one SQLite file.

The extract is staged as it comes, its gaps are filled, and then one street name at a time is grouped into streets and
written. Memory holds one name at a time, not the region. `addresses_csv` adds a national address file to the result.
"""

import json
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dispatcher.domain.place import Bounds
from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.region import addresses_osm as osm
from dispatcher.region.addresses_areas import TownNames, write_areas, write_postcodes
from dispatcher.region.addresses_csv import Report, add_addresses
from dispatcher.region.addresses_gaps import Gaps
from dispatcher.region.addresses_store import Entry, Writer, create, most_common
from dispatcher.region.addresses_streets import Way, city_beside, clusters, merged
from dispatcher.region.text import name_of

__all__ = ["Report", "add_addresses", "build_addresses"]

_STAGING = """
CREATE TEMP TABLE raw_address(key, street, number, shown, first, last, postcode, city, lat, lon, estimated);
CREATE TEMP TABLE raw_street(key, names, points, postcode, city, lat, lon);
CREATE TEMP TABLE raw_poi(names, kind, street, number, postcode, city, lat, lon);
"""
_MENTIONED = (
    "SELECT city, avg(lat), avg(lon) FROM (SELECT city, lat, lon FROM raw_address UNION ALL SELECT city, lat, lon"
    " FROM raw_poi) WHERE city<>'' GROUP BY city"
)
_BATCH = 5_000


def build_addresses(extract: Path, out: Path, progress: Progress) -> dict[str, int]:
    """Build the index of one sorted .osm.pbf file at `out`, which appears only when it is whole.

    Returns how many addresses, streets, places of interest, areas and cities it holds. Raises `BadInput` for a file
    that is no sorted extract, `Cancelled` when asked to stop; neither leaves anything behind.
    """
    part = out.with_name(out.name + ".part")
    part.unlink(missing_ok=True)
    try:
        connection = create(part)
        try:
            connection.executescript(_STAGING)
            connection.execute("BEGIN")
            counts = _Build(connection, progress).run(extract)
            connection.execute("COMMIT")
        finally:
            connection.close()
        part.replace(out)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return counts


@dataclass(slots=True)
class _Build:
    connection: Any
    progress: Progress
    gaps: Gaps = field(default_factory=Gaps)
    names: TownNames = field(default_factory=lambda: TownNames([], []))

    def run(self, extract: Path) -> dict[str, int]:
        header = osm.bounds_of(extract)
        self._stage(extract)
        self._write_bounds(header)
        for share, table in enumerate(("raw_address", "raw_street", "raw_poi")):
            self._fill_gaps(table, 0.45 + share * 0.05)
        self._unify_streets()
        writer = Writer(self.connection)
        self.names = TownNames.gathered(self.gaps, self.connection.execute(_MENTIONED))
        write_areas(writer, self.gaps, self.names)
        self._write_streets(writer)
        self._write_pois(writer)
        checkpoint(self.progress, 0.95, "Writing postcodes")
        write_postcodes(writer, self.gaps, self.names)
        checkpoint(self.progress, 0.97, "Arranging the address index")
        for table in ("street_fts", "street_tri", "poi_fts"):
            self.connection.execute(f"INSERT INTO {table}({table}) VALUES('optimize')")
        self.connection.execute("ANALYZE")
        tables = {"addresses": "address", "streets": "street", "pois": "poi", "areas": "area", "cities": "city"}
        count = "SELECT count(*) FROM {}"
        return {name: self.connection.execute(count.format(table)).fetchone()[0] for name, table in tables.items()}

    def _stage(self, extract: Path) -> None:
        expected = max(1.0, extract.stat().st_size / 90)
        for index, raw in enumerate(osm.read(extract)):
            if index % _BATCH == 0:
                checkpoint(self.progress, 0.45 * index / (index + expected), "Reading addresses from the map")
            match raw:
                case osm.RawAddress():
                    self._stage_address(raw)
                case osm.RawStreet():
                    middle = raw.points[len(raw.points) // 2]
                    row = (name_of(raw.names[0]).key, json.dumps(raw.names), json.dumps(raw.points), "", "", *middle)
                    self.connection.execute("INSERT INTO raw_street VALUES(?,?,?,?,?,?,?)", row)
                case osm.RawPoi():
                    tags = (json.dumps(raw.names), raw.kind, raw.street, raw.number, raw.postcode, raw.city)
                    self.connection.execute("INSERT INTO raw_poi VALUES(?,?,?,?,?,?,?,?)", (*tags, *raw.at))
                case osm.RawPlace():
                    self.gaps.places.append(raw)
                case osm.RawArea():
                    self.gaps.areas.append(raw)

    def _stage_address(self, raw: osm.RawAddress) -> None:
        key, number = name_of(raw.street).key, raw.number
        if not key:
            return
        row = (key, raw.street, number.text, raw.shown, number.first, number.last, raw.postcode, raw.city, *raw.at)
        self.connection.execute("INSERT INTO raw_address VALUES(?,?,?,?,?,?,?,?,?,?,?)", (*row, raw.estimated))
        if raw.city:
            self.gaps.known_cities.append((*raw.at, raw.city))
        if raw.postcode:
            self.gaps.known_postcodes.append((*raw.at, raw.postcode))

    def _write_bounds(self, header: Bounds | None) -> None:
        sql = (
            "SELECT min(lat), min(lon), max(lat), max(lon) FROM (SELECT lat, lon FROM raw_address"
            " UNION ALL SELECT lat, lon FROM raw_street UNION ALL SELECT lat, lon FROM raw_poi)"
        )
        box = (header.south, header.west, header.north, header.east) if header else None
        box = box or self.connection.execute(sql).fetchone()
        self.connection.execute("INSERT INTO meta VALUES('bounds', ?)", (json.dumps(box),))

    def _fill_gaps(self, table: str, fraction: float) -> None:
        sql = f"SELECT rowid, lat, lon, city, postcode FROM {table} WHERE city='' OR postcode=''"  # noqa: S608
        rows = self.connection.execute(sql).fetchall()
        for start in range(0, len(rows), _BATCH):
            checkpoint(self.progress, fraction, "Filling in towns and postcodes")
            batch = rows[start : start + _BATCH]
            points = [(lat, lon) for _, lat, lon, _, _ in batch]
            answers = zip(batch, self.gaps.cities(points), self.gaps.postcodes(points), strict=True)
            updates = [(city or town, code or near, row) for (row, _, _, city, code), town, near in answers]
            self.connection.executemany(f"UPDATE {table} SET city=?, postcode=? WHERE rowid=?", updates)  # noqa: S608

    def _unify_streets(self) -> None:
        """Give addresses that use a street's other name (another language, an old name) the key of its first."""
        main = {key for (key,) in self.connection.execute("SELECT DISTINCT key FROM raw_street")}
        other: dict[str, str] = {}
        for key, names in self.connection.execute("SELECT key, names FROM raw_street"):
            other |= {name_of(name).key: key for name in json.loads(names)[1:]}
        self.connection.execute("CREATE INDEX temp.raw_address_key ON raw_address(key)")
        self.connection.execute("CREATE INDEX temp.raw_street_key ON raw_street(key)")
        moves = [(key, alias) for alias, key in other.items() if alias and alias not in main]
        self.connection.executemany("UPDATE raw_address SET key=? WHERE key=?", moves)

    def _write_streets(self, writer: Writer) -> None:
        sql = "SELECT key FROM raw_address UNION SELECT key FROM raw_street ORDER BY key"
        keys = [key for (key,) in self.connection.execute(sql)]
        for index, key in enumerate(keys):
            if index % 200 == 0:
                checkpoint(self.progress, 0.6 + 0.3 * index / len(keys), "Writing streets and house numbers")
            if key:
                self._write_name(writer, key)

    def _write_name(self, writer: Writer, key: str) -> None:
        """Every street that bears one name."""
        columns = "street, number, shown, first, last, postcode, city, lat, lon, estimated"
        sql = f"SELECT {columns} FROM raw_address WHERE key=?"  # noqa: S608
        entries = [Entry(*row) for row in self.connection.execute(sql, (key,))]
        sql = "SELECT names, points, city, postcode FROM raw_street WHERE key=?"
        ways = [
            Way(tuple(json.loads(names)), tuple(map(tuple, json.loads(points))), city, postcode)
            for names, points, city, postcode in self.connection.execute(sql, (key,))
        ]
        by_city: dict[str, tuple[list[Entry], list[Way]]] = defaultdict(lambda: ([], []))
        for entry in entries:
            by_city[self.names.main(entry.city)][0].append(entry)
        for way in ways:
            by_city[self.names.main(city_beside(way, entries) or way.city)][1].append(way)
        for city, (its_entries, its_ways) in by_city.items():
            for part_entries, part_ways in clusters(its_entries, its_ways):
                self._write_street(writer, city, part_entries, part_ways)

    def _write_street(self, writer: Writer, city: str, entries: list[Entry], ways: list[Way]) -> None:
        points = [point for way in ways for point in way.points] or [entry.at for entry in entries]
        shown = most_common(way.names[0] for way in ways) or most_common(entry.street for entry in entries)
        others = (name for way in ways for name in way.names)
        names = tuple(dict.fromkeys((shown, *others, *(entry.street for entry in entries))))
        postcode = most_common(e.postcode for e in entries) or most_common(way.postcode for way in ways)
        kept = merged(entries)
        city_id = writer.city(city, points[0])
        street_id = writer.street(names, city_id, postcode, points, len(kept) + len(ways))
        writer.street_points(street_id, dict.fromkeys(point for way in ways for point in way.points))
        writer.addresses(street_id, kept)

    def _write_pois(self, writer: Writer) -> None:
        checkpoint(self.progress, 0.91, "Writing places of interest")
        sql = "SELECT names, kind, street, number, postcode, city, lat, lon FROM raw_poi"
        for names, kind, street, number, postcode, city, lat, lon in self.connection.execute(sql).fetchall():
            city_id = writer.city(self.names.main(city), (lat, lon))
            writer.poi(json.loads(names), kind, street, number, postcode, city_id, (lat, lon))
