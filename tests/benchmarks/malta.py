"""What is special about Malta: the sea round it, and the side its cars keep to."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.progress import NoProgress
from dispatcher.region.build import RegionBuild
from dispatcher.region.network import OsrmNetwork
from dispatcher.region.picture import draw
from dispatcher.region.picture_style import STYLES
from tests.benchmarks.extracts import extract_of, unmeasured

ISLANDS = Bounds(35.78, 14.17, 36.10, 14.60)
INLAND = Place(35.8842, 14.4036)
"""Mdina: no sea within a kilometre."""


def run() -> Iterator[dict[str, object]]:
    """Each figure with its goal."""
    extract = extract_of("malta")
    if extract is None:
        yield unmeasured("sea in the picture of Malta", "%", 40.0, "malta")
        yield unmeasured("drives on the left", "of 2", 2.0, "malta")
        return
    with TemporaryDirectory() as folder:
        pack = RegionBuild(extract, "malta", Path(folder)).run(NoProgress())
        sea, inland = _blue(pack.basemap, ISLANDS), _blue(pack.basemap, _around(INLAND))
        on = f"the islands and the water round them; {inland:.1f} % blue round Mdina, which lies inland"
        ok = 40.0 <= sea <= 85.0 and inland < 5.0
        yield {
            "name": "sea in the picture of Malta",
            "value": round(sea, 1),
            "unit": "%",
            "goal": 40.0,
            "ok": ok,
            "on": on,
        }
        network = OsrmNetwork.of(pack)
        try:
            left = int(pack.manifest.driving_side == "left") + int(network.driving_side() == "left")
        finally:
            network.close()
        on = "the manifest, and the turns the road engine announces"
        yield _figure("drives on the left", left, "of 2", 2, left == 2, on)


def _figure(name: str, value: float, unit: str, goal: float, ok: bool, on: str) -> dict[str, object]:
    return {"name": name, "value": value, "unit": unit, "goal": goal, "ok": ok, "on": on}


def _around(place: Place) -> Bounds:
    return Bounds(place.lat - 0.006, place.lon - 0.006, place.lat + 0.006, place.lon + 0.006)


def _blue(basemap: Path, bounds: Bounds) -> float:
    """Percent of a picture that is the colour of water."""
    png, _ = draw(basemap, bounds, 600, 500)
    pixels = np.asarray(Image.open(BytesIO(png)).convert("RGB"), np.int16)
    near = np.abs(pixels - np.array(STYLES["light"].water[:3])).max(axis=2) <= 6
    return 100.0 * float(near.mean())
