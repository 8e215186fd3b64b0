"""Where in its round a driver is: the facts that alerts, lists and live times are made of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import shapely

from dispatcher.domain.ids import OrderId
from dispatcher.domain.place import EARTH_RADIUS_M, Place

Line = Sequence[tuple[float, float]]
"""A run of (lat, lon)."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A round as the track has it; moments by the device's clock unless said."""

    at: datetime | None = None
    """Of the latest fix that is followed."""
    heard_at: datetime | None = None
    """When anything came last, by the gateway's clock."""
    departed_at: datetime | None = None
    """When the driver left the start."""
    over: bool = False
    """The driver ended the round, or all is done and they are back."""
    at_order_id: OrderId | None = None
    """The stop the driver stands at."""
    at_name: str = ""
    at_start: bool = False
    next_order_id: OrderId | None = None
    """The first of the plan that is open, besides the one they stand at."""
    service_s: int = 0
    """Planned at the stop they stand at; 0 elsewhere."""
    standing_since: datetime | None = None
    driven_m: float = 0.0
    off_route_m: float | None = None
    """From the planned way; `None` when it is not known or the driver stands at a stop."""
    speed_mps: float | None = None
    battery: float | None = None
    charging: bool | None = None
    mock_at: datetime | None = None
    """When a position was made up last."""
    skew_s: float = 0.0
    """How far the device's clock is ahead; the worst of several."""


class PlannedWay:
    """The planned line of a round, leg by leg; leg `i` leads to stop `i`, the last one back."""

    def __init__(self, legs: Sequence[Line], around: Place) -> None:
        metre = math.radians(1) * EARTH_RADIUS_M
        self._scale = metre, metre * max(0.01, math.cos(math.radians(around.lat)))
        self._around = around
        self._legs = [shapely.LineString([self._flat(*p) for p in leg]) if len(leg) > 1 else None for leg in legs]

    def off_m(self, place: Place, first: int, last: int) -> float | None:
        """Metres from a place to the nearest of these legs, both ends included; `None` if there are none."""
        legs = [leg for leg in self._legs[max(0, first) : last + 1] if leg is not None]
        if not legs:
            return None
        point = shapely.Point(self._flat(place.lat, place.lon))
        return float(min(leg.distance(point) for leg in legs))

    def _flat(self, lat: float, lon: float) -> tuple[float, float]:
        return (lon - self._around.lon) * self._scale[1], (lat - self._around.lat) * self._scale[0]
