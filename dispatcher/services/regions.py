"""Region packs of a data folder: build one, add addresses to one, say what is there."""

from pathlib import Path
from typing import Any

from dispatcher.domain.errors import KnownError
from dispatcher.domain.progress import Progress
from dispatcher.region.addresses import add_addresses as add_to_index
from dispatcher.region.build import RegionBuild
from dispatcher.region.geocoder import AddressIndex
from dispatcher.region.pack import RegionPack, list_packs
from dispatcher.services.home import Home
from dispatcher.services.ports import Geocoder


def build(home: Home, extract: Path, name: str, progress: Progress) -> dict[str, Any]:
    """Make a pack from an extract, as a process of its own that `progress` can cancel; returns what it holds."""
    home.regions.mkdir(parents=True, exist_ok=True)
    return describe(RegionBuild(extract, name, home.regions).run(progress))


def add_addresses(home: Home, name: str, file: Path, progress: Progress) -> dict[str, Any]:
    """Add a national address file to a region's index; returns how many rows went in and the first that did not."""
    report = add_to_index(open_pack(home, name).addresses, file, progress)
    return {
        "region": name,
        "added": report.added,
        "merged": report.merged,
        "outside": report.outside,
        "bad": report.bad,
        "problems": list(report.problems),
    }


def open_pack(home: Home, name: str) -> RegionPack:
    """A region of this data folder. Raises `KnownError` saying what is wrong with it, or which ones there are."""
    folder = home.regions / name
    if not name or not folder.is_dir():
        there = ", ".join(pack.name for pack in list_packs(home.regions)) or "none yet"
        raise KnownError(f"There is no region “{name}” in {home.regions}.", f"Regions there: {there}.")
    return RegionPack.open(folder)


def describe(pack: RegionPack) -> dict[str, Any]:
    """A pack's manifest as plain values, but for the list of its files: of that only how large they are together."""
    told = dict(pack.manifest.as_dict())
    told["bytes"] = sum(told.pop("files").values())
    return told


def describe_all(home: Home) -> list[dict[str, Any]]:
    """Every region of the data folder."""
    return [describe(pack) for pack in list_packs(home.regions)]


def open_geocoder(home: Home, name: str) -> Geocoder:
    """The address index of a region; close it when done."""
    return AddressIndex(open_pack(home, name).addresses)
