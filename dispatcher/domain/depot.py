"""The depot itself: one to a database."""

from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from dispatcher.domain.place import Place


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
    version: int = 0

    @property
    def zone(self) -> ZoneInfo:
        """The depot's time zone."""
        return ZoneInfo(self.zone_name)
