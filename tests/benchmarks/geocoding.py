"""How well and how fast the offline geocoder finds the addresses of Aachen: clean, as people write them, and misspelt.

The addresses are drawn from the same extract that the index is built from: this measures the search, not how complete
the map is. Data: the folder in ROUNDHOUSE_DATA, by default `../shared/data` beside the repository.
"""

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import osmium

from dispatcher.domain.place import Address, Place, Precision
from dispatcher.domain.progress import NoProgress
from dispatcher.region.addresses import build_addresses
from dispatcher.region.geocoder import AddressIndex
from dispatcher.region.text import name_of

DRAWN = 1_000
SEED = 20_260_504
NEAR_M = 60.0
_SHORT = (("straße", "str."), ("Straße", "Str."), ("platz", "pl."), ("Platz", "Pl."), ("allee", "al."), ("weg", "w."))
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Truth:
    """An address as tagged, and where it is."""

    street: str
    number: str
    postcode: str
    city: str
    place: Place


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal."""
    extract = data_folder() / "osm" / "aachen.osm.pbf"
    with tempfile.TemporaryDirectory() as folder:
        index_file = Path(folder) / "addresses.sqlite"
        started = time.perf_counter()
        build_addresses(extract, index_file, NoProgress())
        yield _figure("build the address index", time.perf_counter() - started, "s", 60.0, smaller=True)
        with closing(AddressIndex(index_file)) as index:
            yield from _search(index, drawn(extract))
            yield _overclaimed(index, extract, extract.with_name("heidelberg.osm.pbf"))


def data_folder() -> Path:
    """Where the measuring data lies."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    return Path(os.environ.get("ROUNDHOUSE_DATA", beside))


def drawn(extract: Path) -> list[Truth]:
    """The same addresses every time, one for each street and number."""
    unique = {(t.street, t.number, t.postcode, t.city): t for t in tagged(extract)}
    return random.Random(SEED).sample(sorted(unique.values(), key=lambda t: (t.street, t.number, t.place)), DRAWN)


def tagged(extract: Path) -> Iterator[Truth]:
    """Every address with a street and a number, as the mappers wrote it."""
    numbered = osmium.filter.KeyFilter("addr:housenumber")
    for obj in osmium.FileProcessor(str(extract)).with_locations().with_filter(numbered):
        tags = obj.tags
        number, street = tags["addr:housenumber"], tags.get("addr:street")
        if not street or not number[0].isdigit() or "," in number or ";" in number or obj.is_relation():
            continue
        nodes = [obj] if obj.is_node() else [node for node in obj.nodes if node.location.valid()]
        if nodes:
            lats, lons = [node.lat for node in nodes], [node.lon for node in nodes]
            place = Place((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
            yield Truth(street, number, tags.get("addr:postcode", ""), tags.get("addr:city", ""), place)


def _search(index: AddressIndex, truths: list[Truth]) -> Iterator[dict[str, object]]:
    slips = random.Random(SEED + 1)
    variants: dict[str, tuple[float, Callable[[Truth], Address]]] = {
        "clean": (99.0, lambda t: Address(f"{t.street} {t.number}", t.postcode, t.city)),
        "in one line": (99.0, lambda t: Address(_one_line(t))),
        "abbreviated": (99.0, lambda t: Address(f"{_abbreviated(t.street)} {t.number}", t.postcode, t.city)),
        "number first": (99.0, lambda t: Address(f"{t.number} {t.street}", t.postcode, t.city)),
        "one slip in the street": (95.0, lambda t: Address(f"{slip(t.street, slips)} {t.number}", t.postcode, t.city)),
    }
    for name, (goal, written) in variants.items():
        asked = [written(truth) for truth in truths]
        started = time.perf_counter()
        answers = index.find_many(asked, NoProgress())
        taken_s = time.perf_counter() - started
        hits = sum(_hit(found[0] if found else None, truth) for found, truth in zip(answers, truths, strict=True))
        yield _figure(f"found at the house within {NEAR_M:.0f} m, {name}", 100 * hits / len(truths), "%", goal)
        yield _figure(f"time for {DRAWN:,} addresses, {name}", taken_s, "s", 10.0, smaller=True)


def _overclaimed(index: AddressIndex, here: Path, elsewhere: Path) -> dict[str, object]:
    """How often a street that Aachen does not have is nevertheless said to be found there for sure."""
    own = {name_of(street).key for street in _streets(here)}
    strange = sorted(street for street in _streets(elsewhere) if name_of(street).key not in own)
    answers = index.find_many([Address(f"{street} 5", "", "Aachen") for street in strange], NoProgress())
    claimed = sum(bool(found) and not found[0].precision.doubtful for found in answers)
    name = f"said to be found, of {len(strange):,} streets of Heidelberg that Aachen lacks"
    return _figure(name, 100 * claimed / len(strange), "%", 2.0, smaller=True)


def _streets(extract: Path) -> set[str]:
    ways = osmium.FileProcessor(str(extract), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    return {way.tags["name"] for way in ways if "name" in way.tags}


def _one_line(truth: Truth) -> str:
    town = " ".join(part for part in (truth.postcode, truth.city) if part)
    return ", ".join(part for part in (f"{truth.street} {truth.number}", town) if part)


def _abbreviated(street: str) -> str:
    for long, short in _SHORT:
        if street.endswith(long):
            return street.removesuffix(long) + short
    return street


def slip(street: str, dice: random.Random) -> str:
    """One letter replaced, left out, put in, or swapped with the next; never the name itself."""
    while (slipped := _slip(street, dice)) == street:
        pass
    return slipped


def _slip(street: str, dice: random.Random) -> str:
    spot = dice.randrange(len(street))
    before, at, after = street[:spot], street[spot], street[spot + 1 :]
    letter = dice.choice(_LETTERS)
    return dice.choice((before + letter + after, before + after, before + letter + at + after, _swap(street, spot)))


def _swap(street: str, spot: int) -> str:
    return street[:spot] + street[spot + 1 : spot + 2] + street[spot] + street[spot + 2 :]


def _hit(found: object, truth: Truth) -> bool:
    precision, place = getattr(found, "precision", Precision.NONE), getattr(found, "place", None)
    return precision is Precision.HOUSE and place is not None and place.distance_m(truth.place) <= NEAR_M


def _figure(name: str, value: float, unit: str, goal: float, *, smaller: bool = False) -> dict[str, object]:
    ok = value <= goal if smaller else value >= goal
    return {"name": name, "value": round(value, 2), "unit": unit, "goal": goal, "ok": ok, "on": f"Aachen, seed {SEED}"}


if __name__ == "__main__":
    for figure in run():
        print(figure)
