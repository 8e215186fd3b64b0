"""The Merkle tree head of RFC 6962, section 2.1: one hash over many records, in their order.

A head that is written down elsewhere shows later that none of them changed and none is gone.
"""

import hashlib
from collections.abc import Sequence


def tree_head(entries: Sequence[bytes]) -> bytes:
    """MTH of the entries, in order; SHA-256 of nothing for none."""
    if not entries:
        return hashlib.sha256(b"").digest()
    level = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[len(pairs) * 2 :]  # an odd one out goes up as it is
    return level[0]
