"""What the effects of a driver's actions have at hand: the transaction, who calls, and what is theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dispatcher.domain.actions import Action, SentRound, TakenAction
from dispatcher.domain.devices import Device
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.proof import RecordKind
from dispatcher.proof.chain import link
from dispatcher.proof.codes import Hash, slow_hash
from dispatcher.services.driving_fields import Unfit
from dispatcher.services.driving_round import Stop, round_had, standing, stop_of
from dispatcher.services.logbook import LogbookWriter

NOT_YOURS = (
    "This round or stop is not on your list, or no longer. Load your round anew, and call the depot if you were there."
)
"""The same words whether it is somebody else's or nobody's."""


@dataclass(slots=True)
class Call:
    """One message of one phone, within one transaction. What is read of the logbook is read once."""

    writer: LogbookWriter
    device: Device
    driver_id: DriverId
    now: datetime
    skew_s: float
    """How far the phone's clock is ahead."""
    app: str
    hashed: Hash = slow_hash
    """For one-time codes."""
    sheet: str = ""
    """Code of the paper run sheet that it is keyed from; empty for a phone."""
    _rounds: dict[ShiftId, SentRound] = field(default_factory=dict)
    _standing: dict[ShiftId, dict[tuple[OrderId, int], TakenAction]] = field(default_factory=dict)

    def happened(self, action: Action) -> datetime:
        """When it was done, by the gateway's clock."""
        return action.at - timedelta(seconds=self.skew_s)

    def round(self, action: Action) -> SentRound:
        """The round that the action is about, the driver's own when it was done. Raises `Unfit`."""
        known = self._rounds.get(action.shift_id)
        if known is not None and known.driver_id == self.driver_id:
            return known
        round_ = round_had(self.writer, self.device, action.shift_id, self.happened(action))
        if round_ is None:
            raise Unfit(NOT_YOURS)
        self._rounds[action.shift_id] = round_
        return round_

    def stop(self, action: Action) -> tuple[SentRound, Stop]:
        """The driver's own stop that the action is about. Raises `Unfit`."""
        round_ = self.round(action)
        stop = stop_of(round_, action.order_id)
        if stop is None:
            raise Unfit(NOT_YOURS)
        return round_, stop

    def accept(self, round_: SentRound, version: int) -> None:
        """Note that the driver has seen this version; of a round that is another's by now it says nothing."""
        if round_.driver_id != self.driver_id:
            return
        self._rounds[round_.shift_id] = replace(round_, accepted=max(round_.accepted, version))
        self.writer.put_round(self._rounds[round_.shift_id])

    def standing(self, shift_id: ShiftId) -> dict[tuple[OrderId, int], TakenAction]:
        """The attempts of a round that stand, by order and number; what is taken or taken back is to be noted here."""
        if shift_id not in self._standing:
            self._standing[shift_id] = dict(standing(self.writer.actions_of([shift_id])))
        return self._standing[shift_id]

    def record(self, kind: RecordKind, key: str, order_id: OrderId, round_: SentRound, body: Mapping[str, Any]) -> None:
        """Put a link on the chain."""
        on = round_.on.isoformat()
        head = self.writer.head()
        self.writer.put_record(link(head, kind=kind, key=key, order_id=order_id, on=on, at=self.now, body=body))
