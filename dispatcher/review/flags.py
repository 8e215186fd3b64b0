"""All that may be wrong with a day's proofs; and which of the others are looked at all the same."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from dispatcher.domain.review import Flag, FlagKind, FlagLimits
from dispatcher.review.asked import asked
from dispatcher.review.ink import ink
from dispatcher.review.photos import photos
from dispatcher.review.seen import Seen
from dispatcher.review.when import when
from dispatcher.review.where import where

_RANK = {kind: rank for rank, kind in enumerate(FlagKind)}


def flags_of(
    seen: Sequence[Seen], limits: FlagLimits, tick: Callable[[], None] = lambda: None
) -> Mapping[str, tuple[Flag, ...]]:
    """What was found, by the attempts' keys and in the order of `FlagKind`; those without a finding are left out.

    `tick` is called now and then; what it raises ends it.
    """
    found: dict[str, list[Flag]] = defaultdict(list)
    easy = where(seen, limits), when(seen, limits), asked(seen, limits)
    for findings in (*easy, ink(seen, limits, tick), photos(seen, limits, tick)):
        tick()
        for key, flag in findings:
            found[key].append(flag)
    return {key: tuple(sorted(flags, key=lambda flag: _RANK[flag.kind])) for key, flags in found.items()}


def is_sampled(key: str, salt: bytes, share: float) -> bool:
    """Whether an unflagged proof is looked at all the same: always the same answer for the same proof.

    `salt` is its record's own. A phone makes the key, and must not be able to tell which ones are looked at.
    """
    drawn = int.from_bytes(hashlib.sha256(salt + key.encode()).digest()[:8])
    return drawn < share * 2**64
