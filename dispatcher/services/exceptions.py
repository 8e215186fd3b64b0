"""The exception desk: raises, prices and settles what went otherwise than planned, and keeps the cage."""

from collections.abc import Collection
from datetime import date

from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import Remedy
from dispatcher.services.exceptions_view import (
    CageRow,
    ExceptionBoard,
    Given,
    HistoryLine,
    Lying,
    Offer,
    Performed,
    PlanChange,
    Scanned,
    Shown,
)
from dispatcher.services.liveday import LiveDay
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import Clock
from dispatcher.services.workplace import Workplace

__all__ = [
    "CageRow", "ExceptionBoard", "ExceptionDesk", "Given", "HistoryLine", "Lying", "Offer", "Performed", "PlanChange",
    "Scanned", "Shown",
]  # fmt: skip


class ExceptionDesk:
    """One depot's exceptions. Worker threads; calls may overlap."""

    def __init__(self, workplace: Workplace, *, clock: Clock) -> None:
        self._workplace, self._clock = workplace, clock

    # --- watching -------------------------------------------------------------------------------------------------

    def step(self, outlook: Outlook | None, live: LiveDay | None) -> bool:
        """Raise, let pass, reopen, escalate, try again the next day; whether anything changed. Idempotent."""
        raise NotImplementedError

    def left_out(self, file: str, rows: int, path: str = "") -> None:
        """An import of this file left so many rows out; `path` is where they were written, if they were."""
        raise NotImplementedError

    # --- looking --------------------------------------------------------------------------------------------------

    def board(self, on: date) -> ExceptionBoard:
        """Open ones of all dates, and the closed ones of this one; the cage."""
        raise NotImplementedError

    def offers(self, incident_id: str, outlook: Outlook | None, live: LiveDay | None) -> tuple[Offer, ...]:
        """What can be done, the recommended one first, priced on today's routes; those that cannot be say why."""
        raise NotImplementedError

    def history(self, order_id: OrderId) -> tuple[HistoryLine, ...]:
        """All that happened to an order: attempts, messages, replies, calls, wishes, exceptions; oldest first."""
        raise NotImplementedError

    # --- doing ----------------------------------------------------------------------------------------------------

    def perform(self, incident_id: str, offer: Offer, given: str, *, by: str) -> Performed:
        """Carry a remedy out. What changes the plan comes back as an operation; all else is done.

        Raises `BadInput` for what is given wrongly, `KnownError` if somebody else has settled it, or an offer that does
        not hold any more.
        """
        raise NotImplementedError

    def settled(self, incident_id: str, offer: Offer, given: str, *, by: str) -> None:
        """The operation that `perform` gave is done."""
        raise NotImplementedError

    def take(self, ids: Collection[str], owner: str, *, by: str) -> None:
        """Say who sees to these; an empty owner for nobody."""
        raise NotImplementedError

    def note(self, incident_id: str, text: str, *, by: str) -> None:
        """Write a line into its history."""
        raise NotImplementedError

    def close(self, ids: Collection[str], text: str, *, by: str) -> None:
        """Close these with a note. All or none."""
        raise NotImplementedError

    def reopen(self, incident_id: str, text: str, *, by: str) -> None:
        """Open a closed one again, due anew."""
        raise NotImplementedError

    # --- the cage -------------------------------------------------------------------------------------------------

    def scan(self, barcode: str, *, by: str) -> Scanned:
        """Goods come back: a piece's barcode, or its order's number."""
        raise NotImplementedError

    def hand_out(self, order_id: OrderId, remedy: Remedy, *, by: str) -> str:
        """Goods leave the cage: collected by the customer (`COLLECT`), or taken by the sender (`RETURN`); in words."""
        raise NotImplementedError
