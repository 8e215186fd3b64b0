"""What happens at a door, and what of it the driver will say and show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dispatcher.domain.proof import Handover, Outcome, ProofKind
from dispatcher.simulation.fates import Dice
from dispatcher.simulation.rounds import Door, Reason, Round

FAILS = 0.055
PARTLY = 0.03
FORGETS = 0.05
"""Of what is asked for and not required."""
TAKEN_BACK = 0.015
LIKELY = {"NOT_HOME": 50, "REFUSED": 9, "WRONG_ADDRESS": 8, "BUSINESS_CLOSED": 8, "NO_ACCESS": 6, "CANNOT_LOCATE": 5}
"""Weights of reasons; any other has 1."""
MISSING = "MISSING"
HANDOVERS = {Handover.RECIPIENT: 60, Handover.HOUSEHOLD: 14, Handover.NEIGHBOUR: 10, Handover.RECEPTION: 9}
HANDOVERS |= {Handover.SAFE_PLACE: 4, Handover.MAILBOX: 3}
NOTES = ("Rang three times.", "Third floor, no lift.", "The gate was shut; called.", "Will be back after four.")
SPREAD = 0.45
"""Standard deviation of the log of service time over the planned one."""
LONGEST = 5.0


@dataclass(frozen=True, slots=True)
class Happening:
    """How a visit ends."""

    outcome: Outcome
    service_s: float
    """From the van and back to it, besides the walk."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """What the driver types."""
    shows: frozenset[ProofKind] = frozenset()
    """Proofs that are made at the door."""
    taken_back: bool = False
    """The driver says it, takes it back, and says it again."""


def happening(door: Door, round_: Round, dice: Dice, *, missing: bool) -> Happening:
    """Decide. `missing`: the goods were not there at loading."""
    service_s = max(20.0, door.service_s * min(LONGEST, dice.lognormvariate(0, SPREAD)))
    fails = dice.random() < FAILS
    reasons = [r for r in round_.reasons if r.attempt]
    if missing and not door.collection and (short := next((r for r in reasons if r.code == MISSING), None)):
        return _failed(short, 45.0, dice)
    if fails and reasons:
        chosen = dice.choices(reasons, [LIKELY.get(r.code, 1) for r in reasons])[0]
        return _failed(chosen, min(service_s, dice.uniform(60, 200)), dice)
    return _handed_over(door, service_s, dice, round_)


def _failed(reason: Reason, service_s: float, dice: Dice) -> Happening:
    note = dice.choice(NOTES) if "note" in reason.demands or dice.random() < 0.3 else ""
    photo = "photo" in reason.demands and dice.random() > FORGETS
    shows = frozenset({ProofKind.PHOTO}) if photo else frozenset[ProofKind]()
    return Happening(Outcome.FAILED, service_s, {"reason": reason.code, "note": note}, shows)


def _handed_over(door: Door, service_s: float, dice: Dice, round_: Round) -> Happening:
    partly = dice.random() < PARTLY and sum(door.quantities) > 1
    outcome = Outcome.PARTLY if partly else Outcome.DELIVERED
    handover = dice.choices(list(HANDOVERS), list(HANDOVERS.values()))[0]
    shows = frozenset(kind for kind in ProofKind if _shown(kind, door, handover, dice))
    body: dict[str, Any] = {"outcome": outcome.value, "handover": handover.value, "note": ""}
    if ProofKind.NAME in shows:
        body["name"] = door.name if handover is Handover.RECIPIENT else dice.choice(("Laine", "Weber", "Ünal", "Novák"))
    if ProofKind.CASH in shows:
        body["cash"] = door.cash_due
    if ProofKind.SCAN in shows:
        body["scans"] = list(door.barcodes)
    if partly:
        body["lines"] = _lines(door, dice, round_)
    return Happening(outcome, service_s, body, shows, taken_back=dice.random() < TAKEN_BACK)


def _shown(kind: ProofKind, door: Door, handover: Handover, dice: Dice) -> bool:
    need, throw = door.needs.get(kind.value, "off"), dice.random()
    if kind is ProofKind.CASH:
        return door.cash_due > 0
    if kind is ProofKind.SCAN and not door.barcodes:
        return False
    if kind is ProofKind.PHOTO and handover in (Handover.SAFE_PLACE, Handover.MAILBOX):
        return need != "off"
    return need == "required" or (need == "asked" and throw > FORGETS) or (need == "optional" and throw < 0.25)


def _lines(door: Door, dice: Dice, round_: Round) -> list[dict[str, Any]]:
    """All lines, one of them short."""
    short = dice.choice([i for i, quantity in enumerate(door.quantities) if quantity > 0])
    reasons = [r.code for r in round_.reasons if r.code in ("DAMAGED", MISSING, "WRONG_ITEM")]
    lines: list[dict[str, Any]] = [{"line": i, "quantity": q, "reason": ""} for i, q in enumerate(door.quantities)]
    lines[short] |= {"quantity": max(0.0, door.quantities[short] - 1), "reason": dice.choice(reasons or [""])}
    return lines
