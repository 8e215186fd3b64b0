"""A depot's habits on the road: what is kept, what raises an alert, which proofs are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatcher.domain.incidents import IncidentPolicy
from dispatcher.domain.loading import Yard
from dispatcher.domain.messages import MessagePolicy
from dispatcher.domain.proof import DELIVERING, FAILING, REASONS, FailureReason, Needs
from dispatcher.domain.review import FlagLimits


@dataclass(frozen=True, slots=True)
class RoadPolicy:
    """Settings that the gateway and the window share."""

    practice: bool = False
    """A depot for training: simulated rounds may be driven in it."""
    # positions
    margin_s: int = 1_800
    """Positions are kept from this long before a shift starts until this long after it ends."""
    keep_tracks_days: int = 60
    keep_proofs_days: int = 365
    """The least a proof must last; no proof is deleted yet, whatever its age."""
    keep_photos_days: int = 90
    keep_codes_days: int = 7
    keep_messages_days: int = 30
    """Words to and from customers; that there were some is kept as long as proofs."""
    stale_s: int = 120
    """A position older than this is shown as old."""
    # arrivals
    geofence_m: int = 50
    dwell_s: int = 40
    """Within the geofence for this long, or standing there, is a stop."""
    # alerts
    late_departure_s: int = 600
    off_route_m: int = 400
    standing_s: int = 1_200
    silent_s: int = 600
    speeding_kmh: int | None = None
    """`None`: nobody is told of speed."""
    battery: float = 0.15
    # what is measured
    on_time_early_s: int = 300
    """So long before the promised time begins, an arrival is on time all the same."""
    on_time_late_s: int = 300
    """So long after it ends, too."""
    # at the door
    delivering: Needs = field(default_factory=lambda: DELIVERING)
    failing: Needs = field(default_factory=lambda: FAILING)
    reasons: tuple[FailureReason, ...] = REASONS
    undo_s: int = 60
    phone: str = ""
    """The dispatcher's, for drivers to call."""
    flags: FlagLimits = field(default_factory=FlagLimits)
    """From where on something at a proof wants a look."""
    incidents: IncidentPolicy = field(default_factory=IncidentPolicy)
    """What counts as an exception, and by when it is to be settled."""
    messages: MessagePolicy = field(default_factory=MessagePolicy)
    """What customers are told, and by what line."""
    yard: Yard = field(default_factory=Yard)
    """Bays, people and times of loading."""
    # the gateway
    serve: bool = False
    """Whether the window keeps the gateway running; from the first phone that is paired on."""
    host: str = ""
    """Name or address under which phones reach it; empty for this computer's first private address."""
    port: int = 8443
    setup_port: int = 8480
    """Without encryption: hands out the depot's certificate and nothing else, unless `clear_text`."""
    clear_text: bool = False
    """Take positions, never proofs, on `setup_port` from private addresses."""

    def needs(self, *, failed: bool, asked: Needs | None = None) -> Needs:
        """The proofs wanted: the depot's, with what the order asks besides when goods change hands."""
        return self.failing if failed else {**self.delivering, **(asked or {})}

    @property
    def reason_by_code(self) -> Mapping[str, FailureReason]:
        """The failure reasons by their codes."""
        return {reason.code: reason for reason in self.reasons}
