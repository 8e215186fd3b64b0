"""The load desk and what it is asked with: bays and waves, scan-in, departures, and what is printed for them."""

from dispatcher.services.exceptions import PlanChange
from dispatcher.services.loading.departing import Check
from dispatcher.services.loading.desk import LoadDesk
from dispatcher.services.loading.words import Scanned

__all__ = ["Check", "LoadDesk", "PlanChange", "Scanned"]
