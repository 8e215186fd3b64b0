"""Where the measuring extracts lie: ROUNDHOUSE_DATA, by default `../shared/data` beside the repository."""

import os
from pathlib import Path


def extract_of(name: str) -> Path | None:
    """The extract of a city, if it is here."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    path = Path(os.environ.get("ROUNDHOUSE_DATA", beside)) / "osm" / f"{name}.osm.pbf"
    return path if path.is_file() else None


def unmeasured(name: str, unit: str, goal: float, city: str) -> dict[str, object]:
    """The figure of a measurement whose extract is absent."""
    reason = f"no extract of {city}: set ROUNDHOUSE_DATA"
    return {"name": name, "value": None, "unit": unit, "goal": goal, "ok": None, "on": city, "reason": reason}


def measured(name: str, value: float, unit: str, goal: float, on: str) -> dict[str, object]:
    """A figure that is good when it is small."""
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "ok": value <= goal, "on": on}
