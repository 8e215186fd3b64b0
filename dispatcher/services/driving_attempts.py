"""What a driver says of the end of a stop becomes an attempt, and a link of the chain; and is taken back in time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dispatcher.domain.actions import Action, ActionKind, SentRound, TakenAction, Taking
from dispatcher.domain.ids import OrderId
from dispatcher.domain.place import Place
from dispatcher.domain.proof import (
    Attempt,
    CodeVerdict,
    Handover,
    LineResult,
    Need,
    Needs,
    Outcome,
    ProofKind,
    RecordKind,
)
from dispatcher.proof.attempts import to_body
from dispatcher.proof.codes import check
from dispatcher.proof.nearness import nearness
from dispatcher.proof.needs import missing
from dispatcher.services.driving_call import Call
from dispatcher.services.driving_fields import MOST_SCANS, Fields, Position, Unfit
from dispatcher.services.driving_photos import photo_body
from dispatcher.services.driving_round import Stop

MOST_LINES = 1_000
UNDOABLE = frozenset(
    {
        ActionKind.BEGIN,
        ActionKind.END,
        ActionKind.LOAD,
        ActionKind.ARRIVE,
        ActionKind.DELIVER,
        ActionKind.FAIL,
        ActionKind.SKIP,
    }
)


def deliver(call: Call, action: Action) -> dict[str, Any]:
    """Goods changed hands, whole or in part."""
    round_, stop = call.stop(action)
    _require_open(call, round_, stop)
    said = Fields(action.body)
    outcome = said.choice("outcome", Outcome) or Outcome.DELIVERED
    if outcome is Outcome.FAILED:
        raise Unfit("A delivery ends as “delivered” or “partly”; for a failure send “fail”.")
    attempt = replace(
        _attempt(call, action, round_, stop, said, outcome),
        handover=said.choice("handover", Handover),
        name=said.text("name", 200),
        lines=_lines(said, round_, stop),
        scans=said.texts("scans", MOST_SCANS),
        cash=said.whole("cash"),
        cash_due=stop.get("cash_due") or 0,
        ink=said.ink(),
    )
    verdict, tries = _code(call, action, stop, said.text("code", 12).strip())
    return _keep(call, round_, stop, replace(attempt, code=verdict, code_tries=tries))


def fail(call: Call, action: Action) -> dict[str, Any]:
    """Nothing changed hands."""
    round_, stop = call.stop(action)
    _require_open(call, round_, stop)
    said = Fields(action.body)
    reason = said.text("reason", 64)
    if reason not in _reasons(round_):
        raise Unfit("The reason is not on the depot's list. Load your round anew and choose one of the list.")
    attempt = replace(_attempt(call, action, round_, stop, said, Outcome.FAILED), reason=reason)
    return _keep(call, round_, stop, attempt, frozenset(_reasons(round_)[reason].get("demands", ())))


def undo(call: Call, action: Action) -> dict[str, Any]:
    """Take back what was done within the time allowed, by the phone's clock."""
    round_ = call.round(action)
    target = call.writer.action(call.device.id, Fields(action.body).text("key", 64))
    if target is None or target.taking is not Taking.TAKEN or target.action.shift_id != action.shift_id:
        raise Unfit("There is nothing to take back: that action was not taken.")
    if target.action.kind not in UNDOABLE:
        raise Unfit(f"“{target.action.kind}” cannot be taken back.")
    if target.withdrawn:
        raise Unfit("That was taken back already.")
    undo_s = round_.body.get("undo_s", call.writer.policy().undo_s)
    if abs((action.at - target.action.at).total_seconds()) > undo_s:
        raise Unfit(f"It is more than {undo_s} seconds ago. Call the depot to have it corrected.")
    call.writer.put_action(replace(target, withdrawn=True))
    if target.action.kind in (ActionKind.DELIVER, ActionKind.FAIL):
        _withdraw(call, action, round_, target)
    return {"withdrew": target.action.key}


# --- building -----------------------------------------------------------------------------------------------------


def _require_open(call: Call, round_: SentRound, stop: Stop) -> None:
    if (stop["order_id"], _number(stop)) in call.standing(round_.shift_id):
        raise Unfit("This stop is done already. Call the depot to have it corrected.")


def _attempt(call: Call, action: Action, round_: SentRound, stop: Stop, said: Fields, outcome: Outcome) -> Attempt:
    """What every attempt says."""
    attempt = Attempt(
        key=action.key,
        order_id=OrderId(stop["order_id"]),
        shift_id=round_.shift_id,
        driver_id=call.driver_id,
        device_id=call.device.id,
        number=_number(stop),
        outcome=outcome,
        at=action.at,
        received_at=call.now,
        skew_s=call.skew_s,
        note=said.text("note"),
        photos=said.hashes("photos"),
        arrived_at=said.moment("arrived_at"),
        app_version=call.app,
        sheet=call.sheet,
        signed=bool(call.sheet) and said.flag("signed"),
        guessed_at=bool(call.sheet) and said.flag("guessed_at"),
    )
    return _placed(attempt, said.position(), stop, call.writer.policy().geofence_m)


def _placed(attempt: Attempt, where: Position | None, stop: Stop, fence_m: float) -> Attempt:
    """The attempt with where it was reported from."""
    if where is None:
        return attempt
    age_s = (attempt.at - where.at).total_seconds() if where.at else None
    distance_m, near = None, attempt.nearness
    if stop.get("lat") is not None and stop.get("lon") is not None:
        door = Place(stop["lat"], stop["lon"])
        distance_m, near = nearness(door, where.place, accuracy_m=where.accuracy_m, age_s=age_s, fence_m=fence_m)
    return replace(
        attempt,
        place=where.place,
        accuracy_m=where.accuracy_m,
        place_age_s=age_s,
        mock=where.mock,
        distance_m=distance_m,
        nearness=near,
    )


def _lines(said: Fields, round_: SentRound, stop: Stop) -> tuple[LineResult, ...]:
    lines, reasons = len(stop.get("lines", ())), _reasons(round_)
    found = []
    for part in said.parts("lines", MOST_LINES):
        line, quantity = part.whole("line"), part.number("quantity", 0, 1e6)
        if line is None or quantity is None:
            raise Unfit("Each of the lines needs “line” and “quantity”.")
        if line >= lines:
            raise Unfit(f"The order has {lines} lines, so there is no line {line}.")
        reason = part.text("reason", 64)
        if reason and reason not in reasons:
            raise Unfit("A line's reason is not on the depot's list. Load your round anew and choose one of the list.")
        found.append(LineResult(line, quantity, reason))
    return tuple(found)


def _code(call: Call, action: Action, stop: Stop, typed: str) -> tuple[CodeVerdict, int]:
    """The verdict on what was typed, at the moment it was typed; or on what was checked before, if nothing was."""
    code = call.writer.code(OrderId(stop["order_id"]), _number(stop))
    if code is None:
        return CodeVerdict.NONE, 0
    if not typed:
        return (CodeVerdict.RIGHT if code.right_at else CodeVerdict.NONE), code.tries
    verdict, tried = check(code, typed, call.happened(action), call.hashed)
    if tried is not None and tried != code:
        call.writer.put_code(tried)
    return verdict, tried.tries if tried else 0


def _keep(
    call: Call, round_: SentRound, stop: Stop, attempt: Attempt, demands: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Put the attempt on the chain; what the action is to remember of it."""
    needs = _needs(stop, "failing" if attempt.outcome is Outcome.FAILED else "delivering")
    barcodes = {n: line.get("barcode", "") for n, line in enumerate(stop.get("lines", ()))}
    parcels = stop.get("parcels") or 0
    lacking = missing(needs, attempt, barcodes=barcodes, parcels=parcels, demands=demands)
    body = to_body(replace(attempt, missing=lacking))
    call.record(RecordKind.ATTEMPT, attempt.key, attempt.order_id, round_, body)
    for sha256 in attempt.photos:
        if photo := call.writer.photo(sha256):
            call.record(RecordKind.PHOTO, attempt.key, attempt.order_id, round_, photo_body(photo))
    effect = {"number": attempt.number, "outcome": attempt.outcome.value}
    coded = needs.get(ProofKind.CODE, Need.OFF) is not Need.OFF or attempt.code is not CodeVerdict.NONE
    return {**effect, "code": attempt.code.value} if coded else effect


def _withdraw(call: Call, action: Action, round_: SentRound, target: TakenAction) -> None:
    """Say on the chain that an attempt does not stand; a code that was right for it can be used again."""
    order_id, number = OrderId(target.action.order_id or ""), target.effect["number"]
    call.standing(round_.shift_id).pop((order_id, number), None)
    body = {"device_id": call.device.id, "shift_id": round_.shift_id, "number": number, "undo": action.key}
    call.record(RecordKind.WITHDRAWN, target.action.key, order_id, round_, body)
    code = call.writer.code(order_id, number)
    if code is not None and code.right_at is not None:
        call.writer.put_code(replace(code, right_at=None, tries=code.tries - 1))


def _number(stop: Stop) -> int:
    return int(stop.get("attempt", 1))


def _reasons(round_: SentRound) -> Mapping[str, Mapping[str, Any]]:
    return {reason["code"]: reason for reason in round_.body.get("reasons", ())}


def _needs(stop: Stop, which: str) -> Needs:
    levels = stop.get("needs", {}).get(which, {})
    return {ProofKind(kind): Need(level) for kind, level in levels.items() if kind in ProofKind and level in Need}
