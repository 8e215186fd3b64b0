"""The map of a stop's evidence on real streets: the region's picture lies where the places are."""

import io
import re
from dataclasses import replace
from pathlib import Path

from pypdf import PdfReader

from dispatcher.domain.place import Place
from dispatcher.evidence.map import HEIGHT, Ground
from dispatcher.evidence.paper import WIDTH
from dispatcher.evidence.stop_paper import StopPaper, stop_pdf
from dispatcher.region.picture import draw
from dispatcher.services.evidence_words import STREETS_PX
from tests.fixtures.basemap import helsinki_map  # noqa: F401 - the fixture

GROUND = Ground(
    Place(60.1699, 24.9384),
    Place(60.1704, 24.9395),
    25.0,
    [[(60.1687 + n * 2e-4, 24.9384 + n % 3 * 3e-4) for n in range(13)]],
)


def test_streets_are_drawn_in_the_shape_of_the_map_and_printed_with_it(helsinki_map: Path) -> None:  # noqa: F811
    assert GROUND.bounds is not None
    picture, shown = draw(helsinki_map, GROUND.bounds, *STREETS_PX)
    for edge in ("south", "west", "north", "east"):
        assert abs(getattr(shown, edge) - getattr(GROUND.bounds, edge)) * 111_195 < 1, "within a metre"
    assert abs(STREETS_PX[0] / STREETS_PX[1] - WIDTH / HEIGHT) < 0.001
    told = StopPaper("A stop", "", (), (), (), ground=GROUND, streets=(picture, shown), credit="© OpenStreetMap")
    assert len(stop_pdf(told)) > len(stop_pdf(replace(told, streets=None))) + len(picture) // 4


def test_what_was_driven_elsewhere_is_nowhere_in_the_file() -> None:
    """Out of sight is not enough: the line led past other people's doors, and a file's drawing can be read."""
    near, far = [(60.1687, 24.9384), (60.1699, 24.9384)], [(60.25 + n * 1e-3, 24.9) for n in range(9)]
    told = StopPaper("A stop", "", (), (), (), ground=replace(GROUND, track=[near, far, [*near, *far], near[:1]]))
    reader = PdfReader(io.BytesIO(stop_pdf(told)))
    drawn = b"".join(page.get_contents().get_data() for page in reader.pages)  # type: ignore[union-attr]
    points = re.findall(rb"(-?[\d.]+) (-?[\d.]+) [ml]\b", drawn)
    assert len(points) > 6
    assert all(-1 <= float(x) <= WIDTH + 100 and -1 <= float(y) <= 900 for x, y in points)
