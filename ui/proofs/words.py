"""What the queue of proofs says, in words and signs; what belongs in it under each filter. Knows no Qt."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import DriverId
from dispatcher.domain.proof import Outcome
from dispatcher.domain.review import Decision, Flag, FlagKind, Proof
from dispatcher.services.agreeing import Agreement
from dispatcher.services.closing import Closings
from ui import format as fmt
from ui.board.onroad import GLYPHS
from ui.parts.said import Tone

HEADERS = ("Order", "Driver", "End", "Time", "Flags", "Decision")
NUMBER, DRIVER, OUTCOME, AT, FLAGS, DECISION = range(6)
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.DELIVERED: "delivered",
    Outcome.PARTLY: "in part",
    Outcome.FAILED: "failed",
}
CHIPS: Mapping[FlagKind, str] = {
    FlagKind.FAR: "far",
    FlagKind.EARLY: "early",
    FlagKind.NO_PLACE: "no position",
    FlagKind.STALE: "old position",
    FlagKind.MOCKED: "made up",
    FlagKind.CODE_FAILED: "code",
    FlagKind.INK_DOT: "dot",
    FlagKind.INK_SHORT: "short ink",
    FlagKind.INK_SAME: "same ink",
    FlagKind.DARK: "dark",
    FlagKind.BLURRED: "blurred",
    FlagKind.TWIN: "same photo",
    FlagKind.OTHER_TIME: "photo time",
    FlagKind.UNREADABLE: "no picture",
    FlagKind.ABSENT: "photo awaited",
    FlagKind.QUICK: "quick",
    FlagKind.OUT_OF_TURN: "sequence",
    FlagKind.BUNCHED: "bunched",
    FlagKind.MISSING: "missing",
    FlagKind.CASH_SHORT: "cash",
    FlagKind.ORDER_CHANGED: "changed",
}
"""The flags as chips have them."""
GRAVE = frozenset(
    {
        FlagKind.MOCKED,
        FlagKind.CODE_FAILED,
        FlagKind.INK_SAME,
        FlagKind.TWIN,
        FlagKind.BUNCHED,
        FlagKind.MISSING,
        FlagKind.CASH_SHORT,
    }
)
"""Not likely to be anybody's slip: red, the others amber."""
DECISIONS: Mapping[Decision, tuple[str, str]] = {
    Decision.ACCEPTED: ("check-circle-outline", "done"),
    Decision.QUERIED: ("help-circle-outline", "moving"),
    Decision.ANSWERED: ("message-reply-outline", "risk"),
    Decision.REJECTED: ("close-circle-outline", "late"),
    Decision.NOTED: ("note-outline", "muted"),
}
"""Icon and token."""
SECOND = ("account-multiple-outline", "risk")
"""Of a proof that one has accepted, and another must too."""
SAMPLED = "sampled"
SECOND_WANTED = "1 of 2"
"""Names that it takes."""


class Filter(StrEnum):
    """What the queue shows; the value is its name."""

    OPEN = "Open"
    FLAGGED = "Flagged"
    """Open, and with a finding."""
    SAMPLED = "Sampled"
    """Open, without a finding, and to be looked at all the same."""
    QUERIED = "Queried"
    """Answered or not."""
    REJECTED = "Rejected"
    ALL = "All"

    def takes(self, proof: Proof) -> bool:
        """Whether a proof belongs under it."""
        match self:
            case Filter.OPEN:
                return proof.open
            case Filter.FLAGGED:
                return proof.open and bool(proof.flags)
            case Filter.SAMPLED:
                return proof.open and proof.sampled
            case Filter.QUERIED:
                return proof.standing in (Decision.QUERIED, Decision.ANSWERED)
            case Filter.REJECTED:
                return proof.standing is Decision.REJECTED
            case Filter.ALL:
                return True


@dataclass(frozen=True, slots=True)
class Row:
    """A proof as the queue shows it."""

    proof: Proof
    texts: tuple[str, ...]
    sorts: tuple[object, ...]
    found_by: str
    """All that the find box looks in, small letters."""
    deciding: Decision | None = None
    """What was decided and is still being written."""

    @property
    def key(self) -> str:
        """Of the attempt."""
        return self.proof.attempt.key

    @property
    def open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.proof.open and self.deciding is None

    @property
    def plain(self) -> bool:
        """Whether it may be accepted with the others: open, nothing found, and not in the sample."""
        return self.open and not self.proof.flags and not self.proof.sampled


def row_of(
    proof: Proof, drivers: Mapping[DriverId, Driver], zone: ZoneInfo, on: date, deciding: Decision | None = None
) -> Row:
    """All that stands in one row."""
    attempt, driver = proof.attempt, drivers.get(proof.driver_id)
    texts = (
        proof.number,
        driver_words(driver),
        GLYPHS[attempt.outcome],
        fmt.clock(attempt.at, zone, on),
        ", ".join(flag.kind.value for flag in proof.flags),
        decision_words(proof, deciding),
    )
    number = driver.number if driver else 1_000_000
    sorts = (
        proof.number.casefold(), number, list(Outcome).index(attempt.outcome), attempt.at.timestamp(),
        -len(proof.flags), texts[DECISION],
    )  # fmt: skip
    found_by = " ".join((*texts, OUTCOMES[attempt.outcome], proof.name, proof.address, attempt.name)).casefold()
    return Row(proof, texts, sorts, found_by, deciding)


def driver_words(driver: Driver | None) -> str:
    """Number and name."""
    return f"{driver.number}  {driver.name}" if driver else "A driver who is gone"


def decision_words(proof: Proof, deciding: Decision | None) -> str:
    """What stands, what is being written, or why it is looked at."""
    if deciding is not None:
        return f"{deciding.value}…"
    if proof.second_wanted:
        return SECOND_WANTED
    if proof.standing is not None:
        return proof.standing.value
    return SAMPLED if proof.sampled else ""


def sign_of(proof: Proof) -> tuple[str, str] | None:
    """Icon and token of what stands; `None` while nothing does."""
    if proof.second_wanted:
        return SECOND
    return DECISIONS[proof.standing] if proof.standing else None


def second_words(proof: Proof) -> str:
    """Of one that takes two people and has one: "Accepted by Anna, second reviewer wanted"."""
    return f"Accepted by {proof.accepted_by[0]}, second reviewer wanted" if proof.second_wanted else ""


def flag_words(flag: Flag) -> str:
    """A finding with what was measured and the limit: "far from the address: 412 m, limit 150 m"."""
    measured = _amount(flag.value, flag.unit)
    limit = _amount(flag.limit, flag.unit)
    parts = [part for part in (measured, f"limit {limit}" if limit else "", flag.about) if part]
    return f"{flag.kind.value}: {', '.join(parts)}" if parts else flag.kind.value


def day_words(closings: Closings, agreed: Agreement, zone: ZoneInfo) -> tuple[str, Tone]:
    """Whether the day is closed, what came since, and how far reviewers agree; nothing on a day that is simply open."""
    alike = f"Reviewers agree on {agreed.agreed} of {fmt.count(agreed.both, 'proof')}." if agreed.both else ""
    last = closings.last
    if last is None:
        return alike, Tone.QUIET
    closed = f"Closed by {last.by} at {fmt.clock(last.at, zone, date.fromisoformat(last.signed.head.on))}"
    if closings.since:
        late = f"{closed}, reopened: {fmt.count(closings.since, 'record')} came since. Close it again when done."
        return " ".join(filter(None, (late, alike))), Tone.WARNING
    return " ".join(filter(None, (f"{closed}.", alike))), Tone.GOOD


def _amount(value: float | None, unit: str) -> str:
    """At most two decimals; seconds as minutes where there are many."""
    if value is None:
        return ""
    if unit == "s" and abs(value) >= 180:
        return f"{value / 60:,.0f}\u00a0min"
    if unit == "minor units":
        return f"{value / 100:,.2f}"
    figure = f"{value:,.0f}" if abs(value) >= 100 else f"{round(value, 2):g}"
    return f"{figure}\u00a0{unit}" if unit else figure


def tally(proofs: Sequence[Proof]) -> str:
    """How a day was decided: "All 143 proofs are decided: 139 accepted, 3 queried, 1 rejected."."""
    stands = Counter(proof.standing for proof in proofs)
    order = (Decision.ACCEPTED, Decision.QUERIED, Decision.REJECTED)
    said = ", ".join(f"{stands[decision]:,} {decision.value}" for decision in order if stands[decision])
    if len(proofs) == 1:
        return f"The only proof is decided: {said}."
    return f"All {len(proofs):,} proofs are decided: {said}."
