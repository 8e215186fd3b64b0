"""What a device sent, opened: a JSON document or a form. What the words mean is each protocol's own story."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import orjson

LIMIT_BYTES = 2 * 1024 * 1024
"""The largest body that is opened; orjson itself refuses what is nested more than 1,024 deep."""
FIELDS = 200
"""The most fields a form may have; a position has at most forty."""
EXCERPT = 28
TEXT = 200


class Unusable(ValueError):
    """Part of a message that cannot be used; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Message:
    """One request of a device, or one message it published."""

    method: str = "POST"
    query: str = ""
    """As it stands in the address, still percent-encoded, without the question mark."""
    content_type: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Looked up by names in lower case."""
    secret: str = ""
    """The pass phrase agreed with this device, if it encrypts."""

    @property
    def is_json(self) -> bool:
        """Whether the sender says that the body is JSON."""
        return self.content_type.lstrip()[:16].lower() == "application/json"


def json_of(body: bytes) -> object:
    """The body as JSON; raises `Unusable` for anything else: cut off, nested too deep, NaN, lone surrogates."""
    if len(body) > LIMIT_BYTES:
        raise Unusable(f"The message has {len(body):,} bytes, more than the {LIMIT_BYTES:,} that are read.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unusable(f"The message is not JSON: {error}.") from None


def form_of(text: str) -> dict[str, object]:
    """What a query string or form says, without empty fields, the last of each name; raises `Unusable` for too many."""
    try:
        return dict(parse_qsl(text, errors="replace", max_num_fields=FIELDS))
    except ValueError:
        raise Unusable(f"The message has more than {FIELDS} fields.") from None


def text_of(body: bytes) -> str:
    """The body as text, with a mark for what is no UTF-8; raises `Unusable` for too much."""
    if len(body) > LIMIT_BYTES:
        raise Unusable(f"The message has {len(body):,} bytes, more than the {LIMIT_BYTES:,} that are read.")
    return body.decode("utf-8", "replace")


def record(value: object) -> dict[str, object]:
    """A JSON object's fields; none for anything else."""
    return value if isinstance(value, dict) else {}


def words(value: object, most: int = TEXT) -> str:
    """A text as it may be stored: a number or text, cut, with a mark for whatever cannot be printed; else empty."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value}" if abs(value) < 1e18 else ""
    if not isinstance(value, str):
        return ""
    cut = value[:most].strip()
    return cut if cut.isprintable() else "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cut)


def quoted(value: object) -> str:
    """A value for a fault's sentence: short, and only its kind when it is a list or an object."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "an object"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"“{words(value, EXCERPT)}”"
