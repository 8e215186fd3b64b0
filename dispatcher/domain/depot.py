"""The depot itself: one to a database."""

from dataclasses import dataclass, field
from datetime import time
from zoneinfo import ZoneInfo

from dispatcher.domain.place import Place
from dispatcher.domain.road_policy import RoadPolicy


@dataclass(frozen=True, slots=True)
class Depot:
    """A house with vans in the yard, and its habits."""

    name: str
    place: Place
    zone_name: str = "Europe/Berlin"
    region: str = ""
    """Name of the region pack whose roads, map and addresses it uses; empty for straight lines."""
    address: str = ""
    currency: str = "EUR"
    shift_starts: time = time(8, 0)
    shift_ends: time = time(16, 30)
    service_s: int = 180
    """For orders that say nothing."""
    planning_s: int = 30
    """How long the optimiser searches unless stopped."""
    reload_s: int = 900
    """How long a vehicle stays at the depot to load again between two trips."""
    handling_s: int = 600
    """What it costs a round to take over a stop whose goods another van has loaded already: the churn budget."""
    max_wait_s: int | None = None
    """A driver who would wait longer than this for a window to open is early; `None` if waiting breaks no rule."""
    improve_s: int = 20
    """How long the rest of the day is improved in the background after a change by hand; 0 for never."""
    road: RoadPolicy = field(default_factory=RoadPolicy)
    version: int = 0

    @property
    def zone(self) -> ZoneInfo:
        """The depot's time zone."""
        return ZoneInfo(self.zone_name)
