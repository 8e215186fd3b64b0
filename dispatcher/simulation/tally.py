"""What was sent and what became of it; the simulation's result."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Tally:
    """Of one kind of thing. Everything is counted once, however often it went over the wire."""

    sent: int = 0
    """Given to the phone to send."""
    acknowledged: int = 0
    """The gateway said that it has it; what was refused with words too."""
    again: int = 0
    """Sent once more, because the phone never heard the answer."""
    refused: int = 0
    """Kept by the gateway, but without effect."""


@dataclass(slots=True)
class Tallies:
    """Of a whole run."""

    positions: dict[str, Tally] = field(default_factory=dict)
    """By app."""
    actions: Tally = field(default_factory=Tally)
    photos: Tally = field(default_factory=Tally)
    unkept: Counter[str] = field(default_factory=Counter)
    """Positions that were acknowledged and are not in the logbook, by the gateway's reason; all others are."""
    codes: Counter[str] = field(default_factory=Counter)
    """Verdicts on one-time codes that were asked for at the door."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Why, in the gateway's words."""
    turned_away: Counter[int] = field(default_factory=Counter)
    """Answers that sent a phone away for a while, by status."""

    def of_app(self, app: str) -> Tally:
        """The positions of one app."""
        return self.positions.setdefault(app, Tally())

    @property
    def all(self) -> tuple[Tally, ...]:
        """Every kind."""
        return (*self.positions.values(), self.actions, self.photos)

    @property
    def sent(self) -> int:
        """Of every kind."""
        return sum(tally.sent for tally in self.all)

    @property
    def acknowledged(self) -> int:
        """Of every kind."""
        return sum(tally.acknowledged for tally in self.all)

    def said(self) -> Mapping[str, Any]:
        """As the command prints it."""
        total = {
            name: sum(getattr(tally, name) for tally in self.all)
            for name in ("sent", "acknowledged", "again", "refused")
        }
        return {
            **total,
            "actions": asdict(self.actions),
            "photos": asdict(self.photos),
            "positions": {app: asdict(tally) for app, tally in sorted(self.positions.items())},
            "unkept": dict(sorted(self.unkept.items())),
            "codes": dict(sorted(self.codes.items())),
            "refusals": dict(self.refusals.most_common(20)),
            "turned_away": {str(status): count for status, count in sorted(self.turned_away.items())},
        }
