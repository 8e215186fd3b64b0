"""What is missing of the proof that was asked for."""

from collections import Counter
from collections.abc import Mapping, Sequence

from dispatcher.domain.proof import Attempt, CodeVerdict, Handover, Need, Needs, Outcome, ProofKind
from dispatcher.proof.ink import flaws

_NOBODY = frozenset({Handover.MAILBOX, Handover.SAFE_PLACE})
"""Nobody took it, so nobody has a name."""


def missing(
    needs: Needs,
    attempt: Attempt,
    *,
    barcodes: Mapping[int, str],
    parcels: int = 0,
    demands: frozenset[str] = frozenset(),
) -> tuple[ProofKind, ...]:
    """The kinds that are required or asked for and were not given, in the order of `ProofKind`.

    `needs` are those of the outcome. `barcodes` are those of the order's lines by their place, `parcels` how many
    scans do where lines have none. `demands` are the failure reason's. Who signs a paper run sheet writes their name
    there.
    """
    wanted = {kind for kind, need in needs.items() if need in (Need.REQUIRED, Need.ASKED)}
    if "photo" in demands:
        wanted.add(ProofKind.PHOTO)
    given = {
        ProofKind.CODE: attempt.code is CodeVerdict.RIGHT,
        ProofKind.SIGNATURE: attempt.signed or (attempt.ink is not None and not flaws(attempt.ink)),
        ProofKind.PHOTO: bool(attempt.photos),
        ProofKind.NAME: bool(attempt.name.strip()) or attempt.handover in _NOBODY or attempt.signed,
        ProofKind.SCAN: _scanned(attempt, _expected(attempt, barcodes), parcels),
        ProofKind.CASH: _paid(attempt),
    }
    return tuple(kind for kind in ProofKind if kind in wanted and not given[kind])


def _expected(attempt: Attempt, barcodes: Mapping[int, str]) -> Sequence[str]:
    """The barcodes of what changed hands."""
    kept_back = {result.line for result in attempt.lines if result.quantity <= 0}
    return [barcode for line, barcode in barcodes.items() if barcode and line not in kept_back]


def _scanned(attempt: Attempt, expected: Sequence[str], parcels: int) -> bool:
    if expected:
        return not Counter(expected) - Counter(attempt.scans)
    return len(attempt.scans) >= (parcels if attempt.outcome is Outcome.DELIVERED else min(parcels, 1))


def _paid(attempt: Attempt) -> bool:
    """Whole, or what was taken for a part of the goods."""
    if attempt.cash_due <= 0:
        return True
    return attempt.cash is not None and (attempt.cash >= attempt.cash_due or attempt.outcome is Outcome.PARTLY)
