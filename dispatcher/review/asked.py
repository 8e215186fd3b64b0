"""Whether all was given that was asked for: proofs, the code, the cash; and whether the order is still the same."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from dispatcher.domain.proof import Attempt, CodeVerdict, Outcome, ProofKind
from dispatcher.domain.review import Flag, FlagKind, FlagLimits
from dispatcher.review.seen import Findings, Seen

FAILED_CODES = frozenset({CodeVerdict.WRONG, CodeVerdict.EXPIRED, CodeVerdict.SPENT})


def asked(seen: Sequence[Seen], limits: FlagLimits) -> Findings:
    """Codes that failed, proofs and cash that are missing, orders that were changed since."""
    for one in seen:
        if one.attempt.code in FAILED_CODES:
            yield one.key, Flag(FlagKind.CODE_FAILED, one.attempt.code_tries, None, "tries", one.attempt.code.value)
        short = _short(one.attempt)
        if limits.cash and short is not None:
            yield one.key, short
        if limits.missing:
            said = frozenset({ProofKind.CASH}) if limits.cash and short is not None else frozenset()
            yield from ((one.key, flag) for flag in _missing(one.attempt, said))
        if one.changed:
            yield one.key, Flag(FlagKind.ORDER_CHANGED, about=one.changed)


def _short(attempt: Attempt) -> Flag | None:
    """Less than is due for all of the goods; for a part of them any amount may be right, but not none said."""
    if attempt.cash_due <= 0 or attempt.outcome is Outcome.FAILED:
        return None
    if attempt.outcome is Outcome.PARTLY and attempt.cash is not None:
        return None
    taken = attempt.cash or 0
    return Flag(FlagKind.CASH_SHORT, taken, attempt.cash_due, "minor units") if taken < attempt.cash_due else None


def _missing(attempt: Attempt, said: AbstractSet[ProofKind]) -> Iterator[Flag]:
    """Each once: a code that failed was said to have."""
    said = said | ({ProofKind.CODE} if attempt.code in FAILED_CODES else set())
    yield from (Flag(FlagKind.MISSING, about=kind.value) for kind in attempt.missing if kind not in said)
