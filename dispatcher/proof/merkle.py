"""The Merkle tree of RFC 6962, section 2.1: one hash over many records in order, and proofs that one is among them.

A head that is written down elsewhere shows later that none of the records changed and none is gone. An inclusion proof
shows of a single one that it belongs to a head, and tells nothing of the others.
"""

import hashlib
from collections.abc import Sequence


def tree_head(entries: Sequence[bytes]) -> bytes:
    """MTH of the entries, in order; SHA-256 of nothing for none."""
    if not entries:
        return hashlib.sha256(b"").digest()
    level = _leaves(entries)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def inclusion(entries: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """PATH(index, entries) of section 2.1.1: the hashes beside the way from one entry up to the head.

    Raises `IndexError` if there is no such entry.
    """
    if not 0 <= index < len(entries):
        raise IndexError(f"there is no entry {index} among {len(entries)}")
    level, path = _leaves(entries), []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):  # else it is the odd one out, which goes up as it is
            path.append(level[beside])
        level, index = _above(level), index >> 1
    return tuple(path)


def is_included(entry: bytes, index: int, size: int, path: Sequence[bytes], head: bytes) -> bool:
    """Whether the path leads from this entry, at this place among `size`, to the head: RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, hashlib.sha256(b"\x00" + entry).digest()
    for beside in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = _node(beside, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = _node(found, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and found == head


def _leaves(entries: Sequence[bytes]) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [_node(a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
    return pairs + level[len(pairs) * 2 :]  # an odd one out goes up as it is


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
