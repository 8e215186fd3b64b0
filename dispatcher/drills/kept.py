"""What is kept of a drill: its wish, its cues, and what came of each; on a paper about whoever played it.

No customer is named in it: orders have their numbers only, so that forgetting a customer need not look here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from dispatcher.domain.papers import Paper, PaperKind
from dispatcher.drills.cues import Cue, CueKind, Difficulty
from dispatcher.drills.scoring import Score, Standing, total


class DrillState(StrEnum):
    """How far it is."""

    RUNNING = "running"
    FINISHED = "finished"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which drill is asked for."""

    who: str
    difficulty: Difficulty = Difficulty.USUAL
    seed: int = 1
    recorded: date | None = None
    """The day that is played again; `None` for a made-up one."""
    orders: int = 60
    """How many a made-up day has."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One disturbance that came, and what came of it."""

    kind: CueKind
    at: datetime
    what: str
    """A sentence, with order numbers only."""
    revision: int
    """Of the copy, right after it came."""
    until: int = 0
    """Of the copy, when the person was done."""
    seconds: float = 0.0
    """How long the person took, on the clock on the wall."""
    did: tuple[str, ...] = ()
    """What the person did, in the words of the menu."""
    nothing: Standing | None = None
    person: Standing | None = None
    optimiser: Standing | None = None
    best: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The optimiser's rounds: orders by shift."""
    score: Score | None = None
    """`None` while the person is at it."""


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill as it stands."""

    id: str
    wish: Wish
    begun_at: datetime
    copy: str
    """The name of the copy it is played in."""
    on: date
    """The copy's day that it is played on."""
    cues: tuple[Cue, ...]
    turns: tuple[Turn, ...] = ()
    skipped: int = 0
    """Cues that could hit nobody any more."""
    state: DrillState = DrillState.RUNNING

    @property
    def points(self) -> int:
        """0-100, of what was played."""
        return total([turn.score.points for turn in self.turns if turn.score])

    @property
    def played(self) -> int:
        """How many disturbances were scored."""
        return sum(1 for turn in self.turns if turn.score)

    @property
    def open(self) -> Turn | None:
        """The one that the person is at."""
        return self.turns[-1] if self.turns and self.turns[-1].score is None else None

    @property
    def ahead(self) -> tuple[Cue, ...]:
        """What is still to come."""
        return self.cues[len(self.turns) + self.skipped :]

    @property
    def over(self) -> bool:
        """Whether nothing is to come any more, and nothing is open."""
        return not self.ahead and self.open is None


def paper_of(drill: Drill) -> Paper:
    """The paper that keeps it."""
    body: dict[str, Any] = msgspec.to_builtins(drill)
    return Paper(drill.id, PaperKind.DRILL, drill.wish.who, drill.begun_at, body)


def drill_of(paper: Paper) -> Drill | None:
    """What a paper keeps; `None` where it says nothing that this version understands."""
    try:
        return msgspec.convert(paper.body, Drill)
    except msgspec.ValidationError:
        return None
