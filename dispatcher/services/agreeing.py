"""How far reviewers agree: proofs on which two people or more decided, and whether they came to the same."""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatcher.domain.review import Decision, Proof

VERDICTS = frozenset({Decision.ACCEPTED, Decision.REJECTED})
"""A question is not a verdict yet."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of a day's reviewers."""

    both: int = 0
    """Proofs on which two or more people gave a verdict."""
    agreed: int = 0
    """Of these, those on which the last verdicts of all of them are the same."""
    reviewers: tuple[tuple[str, int], ...] = ()
    """Everybody with how many proofs they decided on, by name."""

    @property
    def share(self) -> float | None:
        """0 to 1; `None` where no proof was looked at twice."""
        return self.agreed / self.both if self.both else None


def agreement(proofs: Iterable[Proof]) -> Agreement:
    """Each person's last verdict on a proof counts; names that differ in letters' case only are one person."""
    both = agreed = 0
    counts: dict[str, tuple[str, int]] = {}
    for proof in proofs:
        verdicts = {}
        for review in proof.reviews:
            if review.decision in VERDICTS:
                verdicts[review.by.casefold()] = review.decision
                name, _ = counts.setdefault(review.by.casefold(), (review.by, 0))
        for person in verdicts:
            name, count = counts[person]
            counts[person] = (name, count + 1)
        both += len(verdicts) > 1
        agreed += len(verdicts) > 1 and len(set(verdicts.values())) == 1
    return Agreement(both, agreed, tuple(sorted(counts.values(), key=lambda each: each[0].casefold())))
