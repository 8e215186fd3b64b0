"""What simulated drivers do at doors that a supervisor should find: careless, or meant to deceive.

Each door that can have one has its own throw; what was done is in the truth, so that reviewing can be held against it.
"""

from collections.abc import Collection, Iterator
from enum import StrEnum

from dispatcher.domain.proof import Outcome, ProofKind
from dispatcher.simulation.doors import Happening
from dispatcher.simulation.fates import Dice
from dispatcher.simulation.rounds import Door

SHARE = 0.05
EARLY_S = 150.0
"""So long before the van stands the driver says that all is done."""
SHORT = 500
"""Minor units that are missing from the cash."""


class Lapse(StrEnum):
    """Something that should not have been done."""

    DOT = "signature is a dot"
    COPIED = "signature of another door"
    TWIN = "photo of another door"
    DARK = "photo too dark"
    BLURRED = "photo blurred"
    EARLY = "said before being there"
    CASH = "cash short"


def lapse_at(door: Door, told: Happening, drive_s: float, before: Collection[ProofKind], dice: Dice) -> Lapse | None:
    """Which one happens at this door, if any does; `before`: what the phone has made at others."""
    possible = [] if told.taken_back else list(_possible(door, told, drive_s, before))
    return dice.choice(possible) if dice.random() < SHARE and possible else None


def _possible(door: Door, told: Happening, drive_s: float, before: Collection[ProofKind]) -> Iterator[Lapse]:
    for kind, lapses, again in (
        (ProofKind.SIGNATURE, (Lapse.DOT,), Lapse.COPIED),
        (ProofKind.PHOTO, (Lapse.DARK, Lapse.BLURRED), Lapse.TWIN),
    ):
        if kind in told.shows:
            yield from lapses
            if kind in before:
                yield again
    if told.outcome is not Outcome.FAILED:
        if drive_s > 2 * EARLY_S and not door.opens_at:
            yield Lapse.EARLY
        if told.body.get("cash", 0) > SHORT:
            yield Lapse.CASH
