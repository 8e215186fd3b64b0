"""An attempt as a record of the chain holds it, and back: whole numbers in place of fractions, names in place of types.

Times to the millisecond, places to 1e-7°, metres, seconds and quantities to a thousandth. What was read back once
is kept to the last bit from then on.
"""

from collections.abc import Mapping
from typing import Any

from dispatcher.domain.place import Place
from dispatcher.domain.proof import Attempt, CodeVerdict, Handover, LineResult, Nearness, Outcome, ProofKind
from dispatcher.proof import ink
from dispatcher.proof.canonical import DEGREE, MILLI, from_ms, scaled, to_ms, unscaled


def to_body(attempt: Attempt) -> dict[str, Any]:
    """A record's body. What says nothing is left out where its absence says the same."""
    body = {
        "key": attempt.key,
        "order_id": attempt.order_id,
        "shift_id": attempt.shift_id,
        "driver_id": attempt.driver_id,
        "device_id": attempt.device_id,
        "number": attempt.number,
        "outcome": attempt.outcome.value,
        "at_ms": to_ms(attempt.at),
        "received_ms": to_ms(attempt.received_at),
        "skew_ms": scaled(attempt.skew_s, MILLI),
        "reason": attempt.reason,
        "handover": attempt.handover and attempt.handover.value,
        "name": attempt.name,
        "note": attempt.note,
        "lines": [[line.line, scaled(line.quantity, MILLI), line.reason] for line in attempt.lines],
        "scans": list(attempt.scans),
        "cash": attempt.cash,
        "cash_due": attempt.cash_due,
        "code": attempt.code.value,
        "code_tries": attempt.code_tries,
        "ink": attempt.ink and ink.to_json(attempt.ink),
        "photos": list(attempt.photos),
        "arrived_ms": attempt.arrived_at and to_ms(attempt.arrived_at),
        "missing": [kind.value for kind in attempt.missing],
        "app_version": attempt.app_version,
        "sheet": attempt.sheet or None,
        "signed": attempt.signed or None,
        "guessed_at": attempt.guessed_at or None,
        **_where(attempt),
    }
    return {name: value for name, value in body.items() if value is not None}


def _where(attempt: Attempt) -> dict[str, Any]:
    place = attempt.place
    return {
        "place": place and [scaled(place.lat, DEGREE), scaled(place.lon, DEGREE)],
        "accuracy_mm": scaled(attempt.accuracy_m, MILLI),
        "place_age_ms": scaled(attempt.place_age_s, MILLI),
        "mock": attempt.mock,
        "distance_mm": scaled(attempt.distance_m, MILLI),
        "nearness": attempt.nearness.value,
    }


def from_body(body: Mapping[str, Any]) -> Attempt:
    """What `to_body` wrote. Raises `KeyError`, `TypeError` or `ValueError` for a body that is no attempt's."""
    get = body.get
    handover, drawn, place, arrived = get("handover"), get("ink"), get("place"), get("arrived_ms")
    return Attempt(
        key=body["key"],
        order_id=body["order_id"],
        shift_id=body["shift_id"],
        driver_id=body["driver_id"],
        device_id=body["device_id"],
        number=body["number"],
        outcome=Outcome(body["outcome"]),
        at=from_ms(body["at_ms"]),
        received_at=from_ms(body["received_ms"]),
        skew_s=body["skew_ms"] / MILLI,
        reason=body["reason"],
        handover=Handover(handover) if handover is not None else None,
        name=body["name"],
        note=body["note"],
        lines=tuple(LineResult(line, quantity / MILLI, reason) for line, quantity, reason in body["lines"]),
        scans=tuple(body["scans"]),
        cash=get("cash"),
        cash_due=body["cash_due"],
        code=CodeVerdict(body["code"]),
        code_tries=body["code_tries"],
        ink=ink.from_json(drawn) if drawn is not None else None,
        photos=tuple(body["photos"]),
        place=Place(place[0] / DEGREE, place[1] / DEGREE) if place is not None else None,
        accuracy_m=unscaled(get("accuracy_mm"), MILLI),
        place_age_s=unscaled(get("place_age_ms"), MILLI),
        mock=body["mock"],
        distance_m=unscaled(get("distance_mm"), MILLI),
        nearness=Nearness(body["nearness"]),
        arrived_at=from_ms(arrived) if arrived is not None else None,
        missing=tuple(ProofKind(kind) for kind in body["missing"]),
        app_version=body["app_version"],
        sheet=get("sheet", ""),
        signed=get("signed", False),
        guessed_at=get("guessed_at", False),
    )
