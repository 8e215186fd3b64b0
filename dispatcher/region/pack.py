"""A region pack: the folder that one OpenStreetMap extract becomes, and the manifest that says what is in it.

No building (`build`), no answering (`network`, `geocoder`): opening, checking and listing only.
"""

import json
import platform
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.place import Bounds

FORMAT = 1
ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
MANIFEST = "region.json"
ROADS = "roads"
BASEMAP = "basemap.pmtiles"
ADDRESSES = "addresses.sqlite"

# Windows keeps these for devices, whatever the folder
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `region.json` holds."""

    name: str
    build_id: str
    """Another build, even of the same extract, has another one: caches hang on it."""
    built_at: datetime
    extract: str
    """The extract's file name."""
    extract_sha256: str
    bounds: Bounds
    driving_side: str
    """"left" or "right": what holds for most of its roads; each road keeps its own."""
    files: Mapping[str, int]
    """Every file by its path within the pack, and its size in bytes."""
    data_at: datetime | None = None
    """How old the map is, if the extract says so."""
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    platform: str = field(default_factory=platform.system)
    """The road engine's files are readable on the system that made them only."""
    attribution: str = ATTRIBUTION
    format: int = FORMAT

    def as_dict(self) -> dict[str, Any]:
        """As plain values, moments as ISO 8601."""
        data_at = self.data_at and self.data_at.isoformat()
        return {**asdict(self), "built_at": self.built_at.isoformat(), "data_at": data_at}

    def to_json(self) -> str:
        """The text of `region.json`."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n"

    @staticmethod
    def from_json(text: str) -> "Manifest":
        """Read `region.json`. Raises `ValueError`, `KeyError` or `TypeError` when it is not one."""
        raw = json.loads(text)
        raw["bounds"] = Bounds(**raw["bounds"])
        raw["built_at"] = datetime.fromisoformat(raw["built_at"])
        raw["data_at"] = datetime.fromisoformat(raw["data_at"]) if raw["data_at"] else None
        return Manifest(**raw)


@dataclass(frozen=True, slots=True)
class RegionPack:
    """A pack that was found whole when it was opened."""

    folder: Path
    manifest: Manifest

    @staticmethod
    def open(folder: Path) -> "RegionPack":
        """Open a pack. Raises `KnownError` if it is missing, damaged, or made for another version or system."""
        manifest = _read_manifest(folder)
        if manifest.platform != platform.system():
            raise KnownError(
                f"The region “{manifest.name}” was built on {manifest.platform}; this is {platform.system()}.",
                "Build it again on this computer: its roads cannot be carried over.",
            )
        for path, size in manifest.files.items():
            _require_file(manifest.name, folder / path, size)
        return RegionPack(folder, manifest)

    @property
    def name(self) -> str:
        """The region's name, and its folder's."""
        return self.manifest.name

    @property
    def bounds(self) -> Bounds:
        """What the extract covers."""
        return self.manifest.bounds

    @property
    def roads(self) -> Path:
        """The folder of the road engine's data sets. `KnownError` if the pack has none, as for the two below."""
        return self._part(ROADS, "roads")

    @property
    def basemap(self) -> Path:
        """The map's tiles."""
        return self._part(BASEMAP, "map")

    @property
    def addresses(self) -> Path:
        """The address index."""
        return self._part(ADDRESSES, "addresses")

    def _part(self, path: str, called: str) -> Path:
        if not any(name.split("/")[0] == path for name in self.manifest.files):
            raise KnownError(f"The region “{self.name}” was built without {called}.", "Build it again with all parts.")
        return self.folder / path


def list_packs(regions_dir: Path) -> Sequence[RegionPack]:
    """Every pack that can be used, by name; `RegionPack.open` says of any other what is wrong with it."""
    if not regions_dir.is_dir():
        return []
    folders = sorted(f for f in regions_dir.iterdir() if (f / MANIFEST).exists() and not f.name.startswith("."))
    packs = []
    for folder in folders:
        with suppress(KnownError):
            packs.append(RegionPack.open(folder))
    return packs


def check_name(name: str) -> None:
    """Raise `BadInput` unless `name` can name a region, and so a folder on any system."""
    if not re.fullmatch(r"[^\W_][\w-]{0,63}", name) or name.casefold() in _DEVICES:
        raise BadInput(
            f"“{name}” cannot be a region's name.",
            "Use up to 64 letters, digits, - and _, beginning with a letter or digit.",
        )


def _read_manifest(folder: Path) -> Manifest:
    rebuild = "Build the region again from its extract."
    try:
        text = (folder / MANIFEST).read_text("utf-8")
    except FileNotFoundError:
        raise KnownError(
            f"There is no region “{folder.name}” in {folder.parent}.", "Build it from an OpenStreetMap extract."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise KnownError(f"The region in {folder} cannot be read: {error}.", rebuild) from error
    try:
        written = json.loads(text)["format"]
        if written == FORMAT:
            return Manifest.from_json(text)
    except (ValueError, KeyError, TypeError) as error:
        raise KnownError(f"{folder / MANIFEST} is damaged.", rebuild) from error
    raise KnownError(f"The region in {folder} has format {written}; this version reads format {FORMAT}.", rebuild)


def _require_file(region: str, path: Path, size: int) -> None:
    try:
        found = path.stat().st_size
    except OSError:
        found = None
    if found != size and not (found and path.name == ADDRESSES):  # address files are added to that later on
        fault = "is missing" if found is None else f"has {found} bytes instead of {size}"
        raise KnownError(
            f"The region “{region}” is damaged: {path} {fault}.", "Build the region again from its extract."
        )
