"""The slot desk: the catalogue of slots, what is sold of them, offers at the counter, holds, capacity, bulk.

One door for the panel; the work is in `slots_catalogue`, `slots_holds`, `slots_offers`, `slots_capacity`, `slots_bulk`.
Catalogue and holds live in the logbook and are not undone with the plan. What is sold of a slot is counted anew each
time from both: places held, and orders of the plan whose only window is the slot's. So undoing a change of the plan
gives the place back, and redoing it takes it again. Any thread, never the GUI's: everything reads databases.
"""

from collections.abc import Callable, Collection
from datetime import date

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load, Order
from dispatcher.domain.place import Address, Place
from dispatcher.domain.progress import NoProgress, Progress
from dispatcher.domain.slots import Area, AreaId, Blackout, RuleId, Slot, SlotBook, SlotChange, SlotHold, SlotRule
from dispatcher.services.ports import Clock
from dispatcher.services.slots_view import (
    AreaFound,
    Assigned,
    Booked,
    BulkPreview,
    Enquiry,
    Offer,
    PlanChange,
    SlotsHeld,
    Suggested,
    Suggestion,
)
from dispatcher.services.workplace import Workplace

__all__ = [
    "AreaFound", "Assigned", "Booked", "BulkPreview", "Enquiry", "Offer", "PlanChange", "SlotDesk", "SlotsHeld",
    "Suggested", "Suggestion",
]  # fmt: skip


class SlotDesk:
    """Slots of one depot. A what-if copy and a depot without logbook only look: every change raises `KnownError`."""

    def __init__(self, workplace: Workplace, clock: Clock | None = None) -> None: ...

    # catalogue

    def book(self) -> SlotBook:
        """The catalogue; empty where there is no logbook."""
        raise NotImplementedError

    def put_area(self, area: Area) -> None:
        """Add or change an area. Raises `BadInput` for one that makes no sense, with where."""
        raise NotImplementedError

    def remove_area(self, area_id: AreaId, *, anyway: bool = False) -> None:
        """Its rules go with it. Raises `SlotsHeld` if places ahead are taken, unless `anyway`; those stay."""
        raise NotImplementedError

    def put_rule(self, rule: SlotRule) -> tuple[Slot, ...]:
        """Add or change a recurring slot; answers with slots ahead in which more is sold now than fits."""
        raise NotImplementedError

    def remove_rule(self, rule_id: RuleId, *, anyway: bool = False) -> None:
        """Raises `SlotsHeld` if places ahead are taken, unless `anyway`; those stay, see `stranded`."""
        raise NotImplementedError

    def put_change(self, change: SlotChange) -> Slot:
        """Close, open, move or widen one slot of one date; answers with it as it stands now, oversold perhaps."""
        raise NotImplementedError

    def remove_change(self, rule_id: RuleId, on: date) -> None:
        """As the rule says again."""
        raise NotImplementedError

    def put_blackout(self, blackout: Blackout) -> tuple[Booked, ...]:
        """Close a date, in one area or in all; answers with who has a place there all the same."""
        raise NotImplementedError

    def remove_blackout(self, on: date, area_id: AreaId | None) -> None:
        """Open it again."""
        raise NotImplementedError

    def start_usual(self) -> SlotBook:
        """A usual catalogue to begin with: the whole region, mornings and afternoons of working days."""
        raise NotImplementedError

    # what is sold

    def calendar(self, first: date, days: int = 14, area_id: AreaId | None = None) -> tuple[Slot, ...]:
        """Every slot of these dates with its filling, by date, area and time."""
        raise NotImplementedError

    def booked(self, rule_id: RuleId, on: date) -> tuple[Booked, ...]:
        """Who has a place in a slot, by when it was taken; then orders without a hold, by number."""
        raise NotImplementedError

    def stranded(self, first: date, days: int = 14) -> tuple[Booked, ...]:
        """Places whose slot is not in the catalogue any more."""
        raise NotImplementedError

    def history(self, order_id: OrderId) -> tuple[SlotHold, ...]:
        """Every place an order ever had, oldest first."""
        raise NotImplementedError

    def area_of(self, where: Address | Place) -> AreaFound:
        """The area of an address: by polygon first, then by the longest postcode that fits, then one for all the rest."""
        raise NotImplementedError

    def why_not(self, order: Order, rule_id: RuleId, on: date) -> str:
        """What is against an order in this slot: no room, past its cut-off, closed, another area; empty if nothing is."""
        raise NotImplementedError

    # offers and holds

    def offers(
        self, enquiry: Enquiry, *, days: int = 14, cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[Offer, ...]:
        """Slots that can be chosen from today on, cheapest first; those no round has room for come last.

        Raises `BadInput` for an address without place or area, `Cancelled`.
        """
        raise NotImplementedError

    def hold(self, rule_id: RuleId, on: date, *, by: str, minutes: int = 0, load: Load | None = None) -> SlotHold:
        """Take a place for ten minutes. Raises `BadInput` if there is none; no two clerks get the last one."""
        raise NotImplementedError

    def let_go(self, hold_id: str) -> SlotHold:
        """Give a held place back. Raises `BadInput` for one that an order has: move or cancel the order."""
        raise NotImplementedError

    def confirm(self, hold_id: str, order: Order, *, by: str, offer: Offer | None = None) -> PlanChange:
        """The change that gives an order, new or known, the slot held: its date, its window; with `offer` its round too.

        Its other places are let go.
        """
        raise NotImplementedError

    def give(self, order_id: OrderId, rule_id: RuleId, on: date, *, by: str) -> PlanChange:
        """The change that moves an order into a slot, whatever it had before: the drag on the board."""
        raise NotImplementedError

    def move(self, hold_id: str, rule_id: RuleId, on: date, *, by: str) -> SlotHold:
        """Hold another slot instead, ten minutes anew. Of a place that an order has: use `give`."""
        raise NotImplementedError

    # capacity and bulk

    def suggest_capacity(self, on: date, *, progress: Progress | None = None) -> Suggestion:
        """How many orders each slot of a date can take, by shifts, vehicles and real roads."""
        raise NotImplementedError

    def bulk(
        self,
        order_ids: Collection[OrderId],
        first: date,
        days: int = 14,
        *,
        seconds: float = 60.0,
        progress: Progress | None = None,
    ) -> BulkPreview:
        """Assign orders without windows to slots, so that planning all of them costs least. Raises `Cancelled`."""
        progress = progress or NoProgress()
        raise NotImplementedError

    def apply_bulk(self, preview: BulkPreview, *, by: str) -> PlanChange:
        """The change that gives all of a preview's orders their slots, or none if a place was taken meanwhile."""
        raise NotImplementedError
