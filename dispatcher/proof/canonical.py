"""One spelling of every value, so that its hash means something: JSON after RFC 8785, without floats.

Also the integer scales in which the chain keeps what is a fraction elsewhere. No hashing here: see `chain`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

MOST_INTEGER = 2**53 - 1
"""RFC 8785 knows IEEE doubles only; beyond this two integers could look alike."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)

SHARE = 1_000_000
"""Parts of 1: places on a signature's field, shares."""
DEGREE = 10_000_000
"""Parts of a degree: 1e-7° is 11 mm."""
MILLI = 1_000
"""Parts of a metre, a second, a piece."""


def canonical(value: Any) -> bytes:
    """The only spelling of `value`: keys sorted by UTF-16 units, no white space, UTF-8.

    Raises `ValueError` for a float, an integer beyond 2⁵³ - 1, a key that is no text, and for what JSON cannot hold.
    """
    text = json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")  # lone surrogates raise UnicodeEncodeError, which is a ValueError


def _ordered(value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case int():
            if abs(value) > MOST_INTEGER:
                raise ValueError(f"{value} is too large for canonical JSON")
            return int(value)
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise ValueError("canonical JSON has text as keys only")
            return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
        case Sequence() if not isinstance(value, bytes | bytearray):
            return [_ordered(part) for part in value]
    raise ValueError(f"canonical JSON cannot hold a {type(value).__name__}")


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970, rounded down, of an aware moment."""
    return (moment - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """The UTC moment."""
    return _EPOCH + ms * _MS


def scaled(value: float | None, scale: int) -> int | None:
    """`value` as a whole number of parts."""
    return None if value is None else round(value * scale)


def unscaled(value: int | None, scale: int) -> float | None:
    """What `scaled` made a whole number of."""
    return None if value is None else value / scale
