"""What the load desk answers with: a verdict on a scan, and the change of the plan that follows from it."""

from dataclasses import dataclass

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.loading import ScanKind
from dispatcher.services.exceptions import PlanChange

TITLES = {
    ScanKind.RIGHT: "Right",
    ScanKind.OTHER_VAN: "Other van",
    ScanKind.OTHER_DAY: "Other day",
    ScanKind.UNKNOWN: "Not known",
    ScanKind.TWICE: "Scanned before",
    ScanKind.SURPLUS: "One too many",
    ScanKind.NOT_WANTED: "Not to be loaded",
}


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan, or a word about a piece, came to."""

    kind: ScanKind
    title: str
    text: str
    order_id: OrderId | None = None
    piece: str = ""
    shift_id: ShiftId | None = None
    """The round the piece belongs into."""
    plan: PlanChange | None = None

    @property
    def right(self) -> bool:
        """Whether the piece may go into the van."""
        return self.kind is ScanKind.RIGHT
