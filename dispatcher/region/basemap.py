"""One OpenStreetMap extract → one basemap: a PMTiles file in the Protomaps schema, zooms 6 to 14.

The steps in their order; each has its own module: `basemap_features` reads what `basemap_kinds` knows,
`basemap_coast` finds the sea, `basemap_layers` chooses for each zoom, `basemap_tiles` cuts and writes.
"""

import tempfile
from pathlib import Path

from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.region import basemap_features, basemap_layers
from dispatcher.region.basemap_bounds import extract_bounds, mercator_box, padded, unreadable
from dispatcher.region.basemap_coast import sea
from dispatcher.region.basemap_kinds import LAYERS
from dispatcher.region.basemap_tiles import Tiles

BEYOND_DEG = 1.0
"""How far there are tiles of ground or sea outside the bounds, so that panning shows no void."""
SEA_BEYOND_DEG = 8.0
"""How far the sea is drawn out; the tiles of the first zoom, 5.6° wide, reach farther out than the last ones."""

WORDS = {
    "landuse": "parks and districts",
    "water": "water",
    "buildings": "buildings",
    "roads": "roads",
    "boundaries": "borders",
    "places": "names of places",
    "pois": "points of interest",
    "addresses": "house numbers",
}
READ, CUT = 0.25, 0.9
"""The fractions of the work at which reading and cutting are done."""


def build_basemap(extract: Path, out: Path, progress: Progress) -> dict[str, int]:
    """Draw an extract's map into `out` and return how many features each layer has.

    `out` appears only when it is complete; one that stands there already is replaced. Raises `BadInput` for a file
    that is no sorted OpenStreetMap extract, `Cancelled` if `progress` says so. Minutes of processor time for a
    large city: call it in a process of its own.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as folder:
        finished = Path(folder) / "finished.pmtiles"
        counts = _build(extract, finished, progress)
        finished.replace(out)
    progress.report(1.0, "The map is drawn")
    return counts


def _build(extract: Path, finished: Path, progress: Progress) -> dict[str, int]:
    checkpoint(progress, 0.0, "Drawing the map: reading the extract")
    bounds = extract_bounds(extract)
    try:
        reading = basemap_features.read(extract)
    except RuntimeError as error:
        raise unreadable(extract, error) from error
    checkpoint(progress, READ * 0.8, "Drawing the map: coast")
    coast = basemap_features.shapes(reading.coast)
    waters = sea(coast, mercator_box(bounds), mercator_box(padded(bounds, SEA_BEYOND_DEG)))
    tiles = Tiles(finished.parent, mercator_box(padded(bounds, BEYOND_DEG)), waters)
    layers = basemap_features.layers(reading, bounds)
    step = (CUT - READ) / sum(len(basemap_layers.BANDS[name]) for name in LAYERS)
    done = READ
    for name, layer in layers.items():
        for band in basemap_layers.bands(basemap_layers.prepared(layer)):
            checkpoint(progress, done, f"Drawing the map: {WORDS[name]}")
            tiles.add(band)
            done += step
    checkpoint(progress, CUT, "Drawing the map: putting the tiles together")
    tiles.write(finished, extract.name.split(".")[0], bounds)
    checkpoint(progress, 0.99, "Drawing the map: finishing")
    return {name: len(layer) for name, layer in layers.items()}
