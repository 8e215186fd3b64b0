"""What is looked at of a proof, and what is decided on it: records of the chain, of which none is ever changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.proof import Attempt


class FlagKind(StrEnum):
    """What may be wrong with a proof; the value is what it is called."""

    FAR = "far from the address"
    EARLY = "before arrival"
    STALE = "position old"
    MOCKED = "position made up"
    NO_PLACE = "no position"
    CODE_FAILED = "code failed"
    INK_DOT = "signature is a dot"
    INK_SHORT = "signature too short"
    INK_SAME = "signature as at another stop"
    DARK = "photo dark"
    BLURRED = "photo blurred"
    TWIN = "photo as at another stop"
    OTHER_TIME = "photo taken at another time"
    UNREADABLE = "photo cannot be shown"
    ABSENT = "photo not here"
    QUICK = "too few seconds at the door"
    OUT_OF_TURN = "out of sequence"
    BUNCHED = "many at one point"
    MISSING = "proof missing"
    CASH_SHORT = "cash short"
    ORDER_CHANGED = "order changed or cancelled since"


@dataclass(frozen=True, slots=True)
class Flag:
    """One finding at one attempt."""

    kind: FlagKind
    value: float | None = None
    """What was measured, in `unit`."""
    limit: float | None = None
    """From where on it is a finding: the depot's setting."""
    unit: str = ""
    """m, s, %, bits, …; empty for a mere yes."""
    about: str = ""
    """What it is about, for people: the other stop's number, the kind of proof, the photo."""


@dataclass(frozen=True, slots=True)
class FlagLimits:
    """From where on something is a finding. `None` switches a flag off."""

    far_m: float | None = 150.0
    early_s: float | None = 60.0
    """Reported so long before the van stood at the door."""
    stale_s: float | None = 120.0
    ink_dot: float | None = 0.05
    """Width and height of all strokes, as shares of the field, both below this."""
    ink_short_s: float | None = 0.4
    ink_same: float | None = 0.05
    """Mean distance between two signatures' points, scaled to their own box; below this they are the same."""
    dark: float | None = 0.12
    """Mean brightness, 0-1."""
    blurred: float | None = 60.0
    """Variance of the Laplacian."""
    twin_bits: int | None = 4
    """Difference-hash bits in which two photos differ at most."""
    other_time_s: float | None = 900.0
    quick_s: float | None = 20.0
    out_of_turn: int | None = 2
    """Places in the planned sequence by which a stop was made early or late."""
    bunched: int | None = 4
    """So many completions within `bunched_m` of one another and away from their addresses."""
    bunched_m: float = 25.0
    missing: bool = True
    cash: bool = True
    no_place: bool = True
    """A proof without a position where the phone had one to give."""
    absent_s: float | None = 7_200.0
    """A photo that has not come so long after its attempt did; at once where the phone ended its round long ago."""
    two_names: bool = True
    """Accepting a proof whose code failed, that lacks what was required, or that was rejected takes two people."""
    sample: float = 0.05
    """Share of each driver's unflagged proofs that is looked at all the same."""


class Decision(StrEnum):
    """What a reviewer says of a proof."""

    ACCEPTED = "accepted"
    QUERIED = "queried"
    """The driver was asked; the answer is awaited."""
    ANSWERED = "answered"
    """By the driver; somebody must look again. Written by the program when the answer comes."""
    REJECTED = "rejected"
    NOTED = "noted"
    """A remark; decides nothing."""


@dataclass(frozen=True, slots=True)
class Review:
    """One decision on one attempt."""

    key: str
    """Of the attempt."""
    decision: Decision
    by: str
    """The reviewer's name."""
    at: datetime
    note: str = ""
    flags: tuple[FlagKind, ...] = ()
    """Which were shown when it was decided."""


def names_accepting(reviews: Iterable[Review]) -> tuple[str, ...]:
    """Who accepted since anything else was decided, in order; each name once, however it is spelled."""
    names: dict[str, str] = {}
    for review in reviews:
        if review.decision is Decision.ACCEPTED:
            names.setdefault(review.by.casefold(), review.by)
        elif review.decision is not Decision.NOTED:
            names.clear()
    return tuple(names.values())


@dataclass(frozen=True, slots=True)
class Proof:
    """One attempt as the workbench shows it."""

    attempt: Attempt
    number: str
    """The order's."""
    name: str
    address: str
    driver_id: DriverId
    shift_id: ShiftId
    flags: tuple[Flag, ...] = ()
    sampled: bool = False
    """Not flagged, and to be looked at all the same."""
    reviews: tuple[Review, ...] = ()
    """In order."""
    override: bool = False
    """Accepting it takes two people: its code failed, what was required is missing, or somebody rejected it."""

    @property
    def standing(self) -> Decision | None:
        """The decision that stands; `None` while it is open."""
        return next((r.decision for r in reversed(self.reviews) if r.decision is not Decision.NOTED), None)

    @property
    def open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.standing in (None, Decision.ANSWERED) or self.second_wanted

    @property
    def accepted_by(self) -> tuple[str, ...]:
        """Who has accepted it since anything else was decided, in order; each name once, however it is spelled."""
        return names_accepting(self.reviews)

    @property
    def second_wanted(self) -> bool:
        """Accepted by one, and another one must do so too."""
        return self.override and len(self.accepted_by) == 1


@dataclass(frozen=True, slots=True)
class ReviewDay:
    """All proofs of a date, in the order they came."""

    proofs: tuple[Proof, ...] = ()
    limits: FlagLimits = field(default_factory=FlagLimits)
    changed: Mapping[OrderId, str] = field(default_factory=dict)
    """Orders that were changed or cancelled after their proof: what is different, in words."""
