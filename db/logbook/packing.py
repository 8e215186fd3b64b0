"""Bodies as they lie in the database: compressed where that helps."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

PLAIN, DEFLATED = b"\x00", b"\x01"
"""First byte: how the rest is kept."""
WORTH_TRYING = 128
"""Bytes below which compressing gains next to nothing."""


def packed(body: bytes) -> bytes:
    """What to keep of these bytes."""
    if len(body) >= WORTH_TRYING:
        small = zlib.compress(body, 1)
        if len(small) < len(body):
            return DEFLATED + small
    return PLAIN + body


def unpacked(kept: bytes) -> bytes:
    """The bytes as they were. Raises `ValueError` or `zlib.error` for what `packed` did not make."""
    if kept[:1] not in (PLAIN, DEFLATED):
        raise ValueError("it is kept in no known way")
    return zlib.decompress(kept[1:]) if kept[:1] == DEFLATED else kept[1:]


def packed_json(body: Mapping[str, Any]) -> bytes:
    """What to keep of a body."""
    return packed(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def unpacked_json(kept: bytes) -> Any:
    """The body as it was; its tuples are lists now."""
    return json.loads(unpacked(kept))
