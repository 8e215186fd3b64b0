"""What drivers said of their rounds, as the window wants to know it. Reads the logbook, writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dispatcher.domain.actions import ActionKind, SentRound, TakenAction, Taking
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.proof import Attempt, Outcome, RecordKind
from dispatcher.proof.attempts import from_body
from dispatcher.services.logbook import LogbookReader


@dataclass(frozen=True, slots=True)
class Ending:
    """How a stop ended, as far as its driver says."""

    key: str
    """Of the attempt."""
    number: int
    """Of the order's attempts: the stop is done if it is the one the order is at."""
    outcome: Outcome
    at: datetime
    """By the phone's clock."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """How a round stands, as its driver says."""

    version: int
    """The latest that was sent."""
    fetched: int
    accepted: int
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    arrived: Mapping[OrderId, datetime] = field(default_factory=dict)
    """By the driver's latest word."""
    skipped: Mapping[OrderId, datetime] = field(default_factory=dict)
    """Put off for later, and not done since."""
    endings: Mapping[OrderId, Ending] = field(default_factory=dict)
    refused: tuple[TakenAction, ...] = ()
    """What was said and had no effect, oldest first."""


@dataclass(frozen=True, slots=True)
class Loading:
    """What a driver found of an order when loading."""

    scanned: tuple[str, ...] = ()
    """Barcodes, as read or typed."""
    missing: tuple[str, ...] = ()
    """Barcodes of parcels that are not there; an empty one for all of the order."""
    ticked: bool = False
    """Said to be there, without a scan."""
    at: datetime | None = None
    """Of the latest word."""


def attempts_of(reader: LogbookReader, shift_ids: Iterable[ShiftId]) -> Mapping[OrderId, Attempt]:
    """The latest attempt that stands at every order of these rounds, as the chain has it: its reason as corrected."""
    rounds = _rounds(reader, shift_ids)
    found: dict[tuple[str, str], Attempt] = {}
    for on in sorted({round_.on for round_ in rounds.values()}):
        for record in reader.records_on(on):
            name = (record.body.get("device_id", ""), record.key)
            if record.kind is RecordKind.CORRECTED and name in found:
                found[name] = replace(found[name], reason=record.body["reason"])
            if record.body.get("shift_id") not in rounds:
                continue
            if record.kind is RecordKind.ATTEMPT:
                found[name] = from_body(record.body)
            elif record.kind is RecordKind.WITHDRAWN:
                found.pop(name, None)
    return {attempt.order_id: attempt for attempt in found.values()}


def loading_of(reader: LogbookReader, shift_ids: Iterable[ShiftId]) -> Mapping[OrderId, Loading]:
    """What was scanned, ticked or missing at loading, by order; the latest word on a barcode holds."""
    found: dict[OrderId, Loading] = {}
    for taken in _standing(reader.actions_of(shift_ids), ActionKind.LOAD):
        if order_id := taken.action.order_id:
            found[order_id] = _loaded(found.get(order_id, Loading()), taken)
    return found


def progress_of(reader: LogbookReader, shift_ids: Iterable[ShiftId]) -> Mapping[ShiftId, RoundProgress]:
    """How these rounds stand; those that were never sent are left out."""
    rounds = _rounds(reader, shift_ids)
    by_shift: dict[ShiftId, list[TakenAction]] = {shift_id: [] for shift_id in rounds}
    for taken in reader.actions_of(rounds):
        by_shift[taken.action.shift_id].append(taken)
    return {shift_id: _progress(rounds[shift_id], actions) for shift_id, actions in by_shift.items()}


def _progress(round_: SentRound, actions: Sequence[TakenAction]) -> RoundProgress:
    begun = [taken.action.at for taken in _standing(actions, ActionKind.BEGIN)]
    own = [taken for taken in actions if taken.driver_id == round_.driver_id]
    ended = [taken.action.at for taken in _standing(own, ActionKind.END)]
    endings = {
        taken.action.order_id: _ending(taken)
        for taken in _standing(actions, ActionKind.DELIVER, ActionKind.FAIL)
        if taken.action.order_id
    }
    skipped = {o: at for o, at in _moments(actions, ActionKind.SKIP).items() if o not in endings or at > endings[o].at}
    return RoundProgress(
        version=round_.version,
        fetched=round_.fetched,
        accepted=round_.accepted,
        begun_at=min(begun, default=None),
        ended_at=max(ended, default=None),
        arrived=_moments(actions, ActionKind.ARRIVE),
        skipped=skipped,
        endings=endings,
        refused=tuple(taken for taken in actions if taken.taking is Taking.REFUSED),
    )


def _moments(actions: Iterable[TakenAction], kind: ActionKind) -> dict[OrderId, datetime]:
    return {t.action.order_id: t.action.at for t in _standing(actions, kind) if t.action.order_id}


def _ending(taken: TakenAction) -> Ending:
    action, effect = taken.action, taken.effect
    reason = action.body.get("reason", "") if action.kind is ActionKind.FAIL else ""
    return Ending(action.key, effect["number"], Outcome(effect["outcome"]), action.at, reason)


def _loaded(loading: Loading, taken: TakenAction) -> Loading:
    barcode, missing = taken.action.body.get("barcode") or "", bool(taken.action.body.get("missing"))
    scanned, lacking = _without(loading.scanned, barcode), _without(loading.missing, barcode)
    if missing:
        lacking = (*lacking, barcode)
    elif barcode:
        scanned = (*scanned, barcode)
    ticked = (loading.ticked and not (missing and not barcode)) or not (barcode or missing)
    return replace(loading, scanned=scanned, missing=lacking, ticked=ticked, at=taken.action.at)


def _without(barcodes: tuple[str, ...], barcode: str) -> tuple[str, ...]:
    return tuple(other for other in barcodes if other != barcode)


def _standing(actions: Iterable[TakenAction], *kinds: ActionKind) -> Iterable[TakenAction]:
    return (t for t in actions if t.action.kind in kinds and t.taking is Taking.TAKEN and not t.withdrawn)


def _rounds(reader: LogbookReader, shift_ids: Iterable[ShiftId]) -> Mapping[ShiftId, SentRound]:
    sent = ((shift_id, reader.round(shift_id)) for shift_id in dict.fromkeys(shift_ids))
    return {shift_id: round_ for shift_id, round_ in sent if round_ is not None}
