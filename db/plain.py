"""Domain objects to what JSON can hold and back, by their own types: moments as ISO 8601, enums as their values.

What an older program did not know takes its default; what only a newer one knows is left out.
"""

from typing import Any

import msgspec


def plain(thing: Any) -> Any:
    """The object as JSON can hold it."""
    return msgspec.to_builtins(thing)


def from_plain[T](stored: Any, kind: type[T]) -> T:
    """The object of its JSON. Raises `ValueError` for what is none."""
    return msgspec.convert(stored, kind)
