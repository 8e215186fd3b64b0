"""What a rule says: that there is an exception, of what kind, about what, since when."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.incidents import Incident, IncidentKind

type Key = tuple[IncidentKind, date, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An exception that there should be, by the facts as they are now."""

    kind: IncidentKind
    on: date
    about: str
    """As in `Incident.about`."""
    what: str
    since: datetime
    known_at: datetime | None = None
    """When it came to be known, where that was later: nobody could settle it before."""
    order_id: OrderId | None = None
    shift_id: ShiftId | None = None
    driver_id: DriverId | None = None

    @property
    def key(self) -> Key:
        """What makes it the same one as a moment ago."""
        return self.kind, self.on, self.about


EVERY_DATE: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """What the rules could see: an exception that is in sight and not wanted has passed."""

    dates: Mapping[IncidentKind, frozenset[date]] = field(default_factory=dict)
    """Those looked at for a kind; `EVERY_DATE` where all were."""
    over_before: date | None = None
    """What happens on the road alone is over for all dates before this one."""
    over: Collection[ShiftId] = frozenset()
    """Rounds that nobody drives any more: what happened on them alone is over, too."""

    def sees(self, incident: Incident) -> bool:
        """Whether the rules would have said so if it still were so."""
        if incident.kind in LIVE and self._is_over(incident):
            return True
        dates = self.dates.get(incident.kind)
        return dates is not None and (not dates or incident.on in dates)

    def _is_over(self, incident: Incident) -> bool:
        before = self.over_before is not None and incident.on < self.over_before
        return before or incident.shift_id in self.over


_K = IncidentKind

LIVE = frozenset({_K.LATE, _K.AT_RISK, _K.OFF_ROUTE, _K.SILENT})
"""What is so on the road alone, and passes with it."""
ATTEMPTED = frozenset({_K.FAILED, _K.REFUSED, _K.PARTLY, _K.DAMAGED, _K.NOT_ATTEMPTED})
"""What an attempt's outcome raises: one of these for each, whatever its reason is corrected to."""
PLANNED = ATTEMPTED | {_K.UNTOUCHED, _K.ADDRESS, _K.MISSING_LOADING}
"""What a change of the plan settles, and taking that back brings back."""
