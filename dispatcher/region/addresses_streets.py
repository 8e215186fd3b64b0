"""Which addresses and ways make one street, and which addresses are the same house. Pure grouping, no SQL."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dispatcher.region.addresses_store import Entry, Point

_SAME_BUILDING_DEG = 0.0006
"""The same number this near (about 60 m) is one address mapped twice: as a building, its door, the shop in it."""
_SAME_STREET_DEG = 0.005
"""A way this near (about 500 m) to an address of its name lies in the address's town."""
_CELL_DEG = 0.01
"""Streets of one name and town are apart when a whole cell of this size (about 1 km) lies between their parts."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a street, as staged."""

    names: tuple[str, ...]
    points: tuple[Point, ...]
    city: str
    postcode: str

    @property
    def at(self) -> Point:
        """Its middle."""
        return self.points[len(self.points) // 2]


def city_beside(way: Way, entries: Sequence[Entry]) -> str:
    """The town of the nearest address of the same street name, if one is near."""
    distances = ((abs(e.lat - way.at[0]) + abs(e.lon - way.at[1]), e.city) for e in entries)
    distance, city = min(distances, default=(1.0, ""))
    return city if distance < _SAME_STREET_DEG else ""


def clusters(entries: Iterable[Entry], ways: Iterable[Way] = ()) -> Iterator[tuple[list[Entry], list[Way]]]:
    """Part what bears one name in one town into streets that lie apart: connected cells of a coarse grid."""
    cells: dict[tuple[int, int], tuple[list[Entry], list[Way]]] = defaultdict(lambda: ([], []))
    for entry in entries:
        cells[_cell(entry.at)][0].append(entry)
    for way in ways:
        cells[_cell(way.at)][1].append(way)
    for group in _connected(cells):
        yield [e for cell in group for e in cells[cell][0]], [w for cell in group for w in cells[cell][1]]


def _cell(point: Point) -> tuple[int, int]:
    return int(point[0] // _CELL_DEG), int(point[1] // _CELL_DEG)


def _connected(cells: Mapping[tuple[int, int], object]) -> Iterator[list[tuple[int, int]]]:
    waiting = set(cells)
    while waiting:
        group, border = [], [waiting.pop()]
        while border:
            row, column = border.pop()
            group.append((row, column))
            near = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & waiting
            waiting -= near
            border += near
        yield sorted(group)


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """The addresses of one street, each once; surveyed ones win over estimated ones wherever both exist."""
    kept: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda e: e.estimated):
        twins = kept[entry.number]
        if entry.estimated and twins:
            continue
        if not any(_same_building(entry, twin) for twin in twins):
            twins.append(entry)
    return [entry for twins in kept.values() for entry in twins]


def _same_building(a: Entry, b: Entry) -> bool:
    return abs(a.lat - b.lat) < _SAME_BUILDING_DEG and abs(a.lon - b.lon) < 2 * _SAME_BUILDING_DEG
