"""Road data customised for closed segments: made by `osrm-customize` beside the cache's tables, never in the pack.

A folder per profile and set of segments, named by both, is complete as soon as it has its name. What the tool writes
is a copy; everything else is a hard link into the pack, or a copy where the file system has no links.
"""

import os
import shutil
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Profile
from dispatcher.domain.progress import Progress
from dispatcher.region.roads import data_name, run_tool

KEPT = 12
"""Sets of closures kept on disk of a region; the least recently used go first."""

_WRITTEN = (".geometry", ".datasource_names", ".cell_metrics", ".mldgr")
_NEEDLESS = (".hsgr",)
_SPEEDS = "closed.csv"


class CustomisedRoads:
    """The customised data sets of one region pack. Any thread."""

    def __init__(self, roads: Path, folder: Path, region: str, build_id: str) -> None:
        """Keep folders in `folder`, of this build only: those of the region's earlier builds are removed."""
        self._roads = roads
        self._folder = folder
        self._stem = f"{region}.{build_id}"
        self._turn = threading.Lock()
        for stale in folder.glob(f"{region}.*"):
            if not stale.name.startswith(f"{self._stem}.") or stale.name.endswith(".part"):
                shutil.rmtree(stale, ignore_errors=True)

    def of(self, profile: Profile, key: str, speeds: Sequence[tuple[int, int, float]], progress: Progress) -> Path:
        """The folder of the profile's data with these speeds, whose `key` stands for them.

        Raises `KnownError` with the tool's last words or for a full disk, or `Cancelled`.
        """
        made = self._folder / f"{self._stem}.{profile.value}.{key}"
        with self._turn:
            if not made.is_dir():
                self._make(made, profile, speeds, progress)
                self._forget()
            with suppress(OSError):
                os.utime(made)
        return made

    def _make(self, made: Path, profile: Profile, speeds: Sequence[tuple[int, int, float]], progress: Progress) -> None:
        part = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part = Path(mkdtemp(prefix=f"{self._stem}.", suffix=".part", dir=self._folder))
            for file in self._roads.glob(f"{data_name(profile)}.*"):
                self._bring(file, part)
            lines = [f"{start},{end},{kmh:.9f}\n" for start, end, kmh in speeds]
            (part / _SPEEDS).write_text("".join(lines), "ascii")
            progress.report(0.0, "Closing streets")
            run_tool("osrm-customize", ["--segment-speed-file", _SPEEDS, data_name(profile)], part, progress)
            part.replace(made)
        except OSError as error:
            raise KnownError(
                f"Closed streets need room in {self._folder}: {error.strerror or error}.", "Free some disk space."
            ) from error
        finally:
            if part is not None:
                shutil.rmtree(part, ignore_errors=True)

    @staticmethod
    def _bring(file: Path, into: Path) -> None:
        if file.suffix in _NEEDLESS:
            return
        if file.suffix not in _WRITTEN:
            with suppress(OSError):
                (into / file.name).hardlink_to(file)
                return
        shutil.copyfile(file, into / file.name)

    def _forget(self) -> None:
        folders = [f for f in self._folder.glob(f"{self._stem}.*") if f.is_dir() and f.suffix != ".part"]
        for old in sorted(folders, key=lambda f: f.stat().st_mtime)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
