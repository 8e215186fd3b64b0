"""The data folder: where depots, regions, caches and logs are, and which depots there are."""

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from dispatcher.domain.errors import BadInput

DATABASE = "depot.db"


@dataclass(frozen=True, slots=True)
class Home:
    """One data folder. One window has it open at a time."""

    root: Path

    @property
    def depots(self) -> Path:
        """A folder for each depot."""
        return self.root / "depots"

    @property
    def regions(self) -> Path:
        """A folder for each region pack."""
        return self.root / "regions"

    @property
    def cache(self) -> Path:
        """What can be made again: travel tables."""
        return self.root / "cache"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.root / "logs"

    @property
    def settings(self) -> Path:
        """The window's layout and the last depot."""
        return self.root / "window.ini"

    def database(self, slug: str) -> Path:
        """A depot's database file."""
        return self.depots / slug / DATABASE

    def depot_slugs(self) -> tuple[str, ...]:
        """The depots of this folder, by name."""
        return tuple(sorted(p.parent.name for p in self.depots.glob(f"*/{DATABASE}")))


def find_home() -> Home:
    """`ROUNDHOUSE_HOME`, or the user's data folder as the system has it."""
    named = os.environ.get("ROUNDHOUSE_HOME")
    return Home(Path(named).expanduser().resolve() if named else Path(platformdirs.user_data_path("Roundhouse", False)))


def slug_of(name: str) -> str:
    """A depot's folder name: its name in lower case without accents, a hyphen for all that is no letter or digit."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    slug = re.sub(r"[\W_]+", "-", plain.lower()).strip("-")[:60].strip("-")
    if not slug:
        raise BadInput(f"“{name}” has no letter or digit to name a folder by.", "Choose another name.")
    return f"{slug}-depot" if re.fullmatch(r"con|prn|aux|nul|(com|lpt)\d", slug) else slug  # Windows' devices
