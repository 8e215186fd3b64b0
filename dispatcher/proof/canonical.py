"""One spelling of every value, so that its hash means something: JSON after RFC 8785, without floats.

Also the integer scales in which the chain keeps what is a fraction elsewhere. No hashing here: see `chain`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

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
    quick = _quickly(value)
    return _carefully(value) if quick is None else quick


def _carefully(value: Any) -> bytes:
    text = json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")  # lone surrogates raise UnicodeEncodeError, which is a ValueError


_QUICK = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BEYOND = re.compile(rb"[\xf0-\xf4]")


def _quickly(value: Any) -> bytes | None:
    """The same bytes ten times as fast, where that is certain; `None` where it takes a closer look.

    What reads back as the same value held JSON's own types and text as keys only; orjson refuses large integers. It
    sorts keys by code points, which are UTF-16's order but for signs beyond the basic plane. Floats are left: what it
    writes of one has a point or an exponent, outside all strings.
    """
    try:
        spelled = orjson.dumps(value, option=_QUICK)
        if (not spelled.isascii() and _BEYOND.search(spelled)) or orjson.loads(spelled) != value:
            return None
    except (orjson.JSONEncodeError, orjson.JSONDecodeError, RecursionError):
        return None
    bare = _STRINGS.sub(b"", spelled)
    if b"." in bare or b"e" in bare.replace(b"true", b"").replace(b"false", b""):
        return None
    return spelled


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
