"""Values of a JSON object by key, checked, with faults that name the place in the file."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, time

from dispatcher.domain.errors import BadInput
from dispatcher.intake.values import skills


class Part:
    """One object of a JSON file. Every reader raises `BadInput` for a missing or unfit value."""

    def __init__(self, data: object, where: str) -> None:
        if not isinstance(data, dict):
            raise BadInput(f"{where} must be an object in braces.", "See the documented form of the file.")
        self._data = data
        self._where = where

    def bad(self, key: str, what: str, remedy: str) -> BadInput:
        """A fault of one key, ready to raise."""
        return BadInput(f"{self._where}, {key}: {what}.", remedy)

    def only(self, *keys: str) -> None:
        """Refuse keys that are not known: a misspelt one would be lost unseen."""
        for key in self._data:
            if key not in keys:
                raise self.bad(str(key), "no such key is known", f"Known are {', '.join(keys)}.")

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        return self._data.get(key) is not None

    def part(self, key: str) -> "Part":
        """The object under a key."""
        return Part(self._needed(key), f"{self._where}, {key}")

    def parts(self, key: str, *, optional: bool = False) -> Iterator["Part"]:
        """The objects of the list under a key; an optional one may be empty, or not be there."""
        items = self._data.get(key, []) if optional else self._needed(key)
        if not isinstance(items, list):
            raise self.bad(key, "it must be a list in brackets", "Add the brackets.")
        if not items and not optional:
            raise self.bad(key, "it must be a list in brackets with at least one entry", "Add one.")
        for position, item in enumerate(items, start=1):
            yield Part(item, f"{self._where}, {key}, entry {position}")

    def text(self, key: str, default: str | None = None) -> str:
        """A text, not blank unless `default` is."""
        value = self._data.get(key, default)
        if not isinstance(value, str) or not (value.strip() or default is not None):
            raise self.bad(key, "a text is needed", f"Write “{key}”: “…”.")
        return value.strip()

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number; with a default, not negative."""
        value = self._data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.bad(key, "a number is needed", "Write digits without quotation marks.")
        if default is not None and value < 0:
            raise self.bad(key, "it must not be negative", "Write 0 or more.")
        return float(value)

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number, not negative."""
        value = self.number(key, default)
        if not value.is_integer() or value < 0:
            raise self.bad(key, "a whole number is needed", "Write 0 or more.")
        return int(value)

    def clock(self, key: str) -> time | None:
        """A time of day as HH:MM; `None` without it."""
        value = self._data.get(key)
        if value is None:
            return None
        try:
            return time.fromisoformat(str(value)).replace(tzinfo=None)
        except ValueError:
            raise self.bad(key, f"“{value}” is no time of day", "Write it as 08:30.") from None

    def day(self, key: str) -> date | None:
        """A date as YYYY-MM-DD; `None` without it."""
        value = self._data.get(key)
        if value is None:
            return None
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise self.bad(key, f"“{value}” is no date", "Write it as 2027-05-03.") from None

    def tick(self, key: str, *, default: bool) -> bool:
        """Yes or no."""
        value = self._data.get(key, default)
        if not isinstance(value, bool):
            raise self.bad(key, "it must be true or false", "Write it without quotation marks.")
        return value

    def words(self, key: str, default: Sequence[str] = ()) -> Sequence[str]:
        """A list of texts, lower case."""
        value = self._data.get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self.bad(key, "a list of texts is needed", "Write them in brackets.")
        return [word.strip().lower() for word in value]

    def skills(self, key: str) -> frozenset[str]:
        """A list of skills, spelt as orders spell them."""
        return skills(";".join(self.words(key)))

    def _needed(self, key: str) -> object:
        if key not in self._data:
            raise self.bad(key, "it is missing", "Add it.")
        return self._data[key]
