"""A small map on paper: the stop, where the phone was with its circle of accuracy, the driven track, and a scale.

Streets come as a picture with the rectangle it shows; without one the lines stand alone. North is up.
"""

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable
from shapely import MultiLineString, clip_by_rect

from dispatcher.domain.place import Bounds, Place
from dispatcher.evidence.paper import WIDTH, faces

HEIGHT = 85 * mm
LEAST_M = 160.0
"""The map is never of less: on less, noise looks like driving."""
REACH = 1.35
_METRES = 111_195.0
_STOP, _PHONE, _TRACK = colors.HexColor("#1f2328"), colors.HexColor("#0969da"), colors.HexColor("#8250df")


@dataclass(frozen=True, slots=True)
class Ground:
    """What there is to draw."""

    stop: Place | None = None
    phone: Place | None = None
    accuracy_m: float | None = None
    track: Sequence[Sequence[tuple[float, float]]] = ()

    @property
    def bounds(self) -> Bounds | None:
        """What the map shows: stop and phone in the middle, in the map's own shape; `None` with neither."""
        places = [place for place in (self.stop, self.phone) if place]
        if not places:
            return None
        middle = Place(_middle([p.lat for p in places]), _middle([p.lon for p in places]))
        wide = math.cos(math.radians(middle.lat))
        north_m = max(abs(p.lat - middle.lat) for p in places) * _METRES
        east_m = max(abs(p.lon - middle.lon) for p in places) * _METRES * wide
        half_m = max(LEAST_M / 2, north_m * REACH, east_m * REACH * HEIGHT / WIDTH) + min(self.accuracy_m or 0.0, 500.0)
        lat, lon = half_m / _METRES, half_m * WIDTH / HEIGHT / _METRES / wide
        return Bounds(middle.lat - lat, middle.lon - lon, middle.lat + lat, middle.lon + lon)


def _middle(values: Sequence[float]) -> float:
    return (min(values) + max(values)) / 2


class Map(Flowable):  # type: ignore[misc]
    """Draws the ground over streets, if there are any."""

    def __init__(self, ground: Ground, bounds: Bounds, streets: bytes | None = None) -> None:
        super().__init__()
        self._ground, self._bounds, self._streets = ground, bounds, streets
        self.width, self.height, self.hAlign = WIDTH, HEIGHT, "LEFT"

    def wrap(self, *_room: float) -> tuple[float, float]:
        """As large as it is."""
        return self.width, self.height

    def draw(self) -> None:
        """Reportlab calls this, with `self.canv` at the lower left corner."""
        canvas = self.canv
        frame = canvas.beginPath()
        frame.rect(0, 0, self.width, self.height)
        canvas.clipPath(frame, stroke=0)
        canvas.setFillColor(colors.HexColor("#f6f8fa"))
        canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
        if self._streets:
            canvas.drawImage(ImageReader(io.BytesIO(self._streets)), 0, 0, self.width, self.height)
        self._draw_track(canvas)
        self._draw_phone(canvas)
        self._draw_stop(canvas)
        self._draw_scale(canvas)

    def _at(self, lat: float, lon: float) -> tuple[float, float]:
        b = self._bounds
        return (lon - b.west) / (b.east - b.west) * self.width, (lat - b.south) / (b.north - b.south) * self.height

    @property
    def _point_m(self) -> float:
        """Points to a metre."""
        return float(self.height) / ((self._bounds.north - self._bounds.south) * _METRES)

    def _draw_track(self, canvas: Any) -> None:
        canvas.setStrokeColor(_TRACK)
        canvas.setLineWidth(1.6)
        canvas.setLineJoin(1)
        for line in self._track_here():
            path = canvas.beginPath()
            for n, (lat, lon) in enumerate(line):
                (path.lineTo if n else path.moveTo)(*self._at(lat, lon))
            canvas.drawPath(path)

    def _track_here(self) -> Iterator[Sequence[tuple[float, float]]]:
        """As much of it as is seen: what is only out of sight can be read from a file, and leads past others' doors."""
        b, lines = self._bounds, [line for line in self._ground.track if len(line) > 1]
        seen = clip_by_rect(MultiLineString(lines), b.south, b.west, b.north, b.east)
        for part in getattr(seen, "geoms", [seen]):
            yield [(lat, lon) for lat, lon in getattr(part, "coords", ())]

    def _draw_phone(self, canvas: Any) -> None:
        phone = self._ground.phone
        if phone is None:
            return
        x, y = self._at(phone.lat, phone.lon)
        canvas.setStrokeColor(_PHONE)
        canvas.setLineWidth(0.8)
        if self._ground.accuracy_m:
            canvas.setFillColor(colors.Color(0.04, 0.41, 0.85, alpha=0.15))
            canvas.circle(x, y, self._ground.accuracy_m * self._point_m, fill=1)
        canvas.setFillColor(_PHONE)
        canvas.circle(x, y, 3, stroke=0, fill=1)
        self._label(canvas, x + 5, y - 9, "phone", _PHONE)

    def _draw_stop(self, canvas: Any) -> None:
        if self._ground.stop is None:
            return
        x, y = self._at(self._ground.stop.lat, self._ground.stop.lon)
        canvas.setFillColor(_STOP)
        canvas.setStrokeColor(colors.white)
        canvas.rect(x - 3.5, y - 3.5, 7, 7, stroke=1, fill=1)
        self._label(canvas, x + 6, y + 3, "stop", _STOP)

    def _draw_scale(self, canvas: Any) -> None:
        most_m = self.width / 4 / self._point_m
        power = 10.0 ** math.floor(math.log10(most_m))
        length_m = next(step * power for step in (5, 2, 1) if step * power <= most_m)
        canvas.setFillColor(colors.white)
        canvas.rect(6, 6, length_m * self._point_m + 8, 20, stroke=0, fill=1)
        canvas.setStrokeColor(_STOP)
        canvas.setLineWidth(1.2)
        canvas.line(10, 11, 10 + length_m * self._point_m, 11)
        for x in (10, 10 + length_m * self._point_m):
            canvas.line(x, 9, x, 14)
        canvas.setFillColor(_STOP)
        canvas.setFont(faces()[0], 7)
        canvas.drawString(10, 17, f"{length_m:,.0f} m" if length_m < 1_000 else f"{length_m / 1_000:g} km")

    def _label(self, canvas: Any, x: float, y: float, text: str, colour: Any) -> None:
        canvas.setFont(faces()[0], 7.5)
        wide = canvas.stringWidth(text, faces()[0], 7.5)
        canvas.setFillColor(colors.Color(1, 1, 1, alpha=0.8))
        canvas.rect(x - 1, y - 2, wide + 2, 9, stroke=0, fill=1)
        canvas.setFillColor(colour)
        canvas.drawString(x, y, text)
