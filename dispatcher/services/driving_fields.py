"""What a phone sends, read field by field: out comes what is meant, or a sentence that says what is wrong.

Nothing here knows a round or keeps anything.
"""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson

from dispatcher.domain.actions import Action, ActionKind
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.proof import Ink
from dispatcher.proof.canonical import MOST_INTEGER
from dispatcher.proof.ink import MOST_FIELD, MOST_POINTS

MOST_DEPTH = 16
MOST_TEXT = 2_000
MOST_SCANS = 500
MOST_PHOTOS = 20
MOST_AMOUNT = 10**9
_KEY = re.compile(r"[0-9A-Za-z-]{8,64}")
_HASH = re.compile(r"[0-9a-f]{64}")
_YEARS = range(2000, 2101)
_LOOSE = frozenset({ActionKind.NOTE, ActionKind.READ})
"""Said without a round, too."""


class Unfit(Exception):
    """A field is not as it must be; the text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a phone says it is."""

    place: Place
    accuracy_m: float | None
    at: datetime | None
    mock: bool


@dataclass(frozen=True, slots=True)
class Fields:
    """Some named values of a message."""

    values: Mapping[str, Any]

    def text(self, name: str, most: int = MOST_TEXT) -> str:
        """Empty if it is not there."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Unfit(f"“{name}” must be text.")
        if len(value) > most:
            raise Unfit(f"“{name}” has {len(value)} characters; at most {most} fit.")
        return value

    def whole(self, name: str, least: int = 0, most: int = MOST_AMOUNT) -> int | None:
        """A whole number within bounds."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Unfit(f"“{name}” must be a whole number from {least} to {most}.")
        return value

    def number(self, name: str, least: float = 0.0, most: float = 1e9) -> float | None:
        """A number within bounds."""
        value = self.values.get(name)
        return None if value is None else number(value, f"“{name}”", least, most)

    def flag(self, name: str) -> bool:
        """False if it is not there."""
        value = self.values.get(name)
        if value not in (None, True, False) or type(value) in (int, float):
            raise Unfit(f"“{name}” must be true or false.")
        return bool(value)

    def moment(self, name: str) -> datetime | None:
        """An aware moment, in UTC."""
        value = self.values.get(name)
        return None if value is None else _moment(value, f"“{name}”")

    def choice[E: StrEnum](self, name: str, kind: type[E]) -> E | None:
        """One of the words of an enumeration."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or value not in kind:
            raise Unfit(f"“{name}” must be one of {', '.join(kind)}.")
        return kind(value)

    def texts(self, name: str, most: int, longest: int = 200) -> tuple[str, ...]:
        """Several texts, none of them empty."""
        values = self._list(name, most)
        if not all(isinstance(value, str) and 0 < len(value) <= longest for value in values):
            raise Unfit(f"“{name}” must be texts of 1 to {longest} characters.")
        return tuple(values)

    def parts(self, name: str, most: int) -> Sequence["Fields"]:
        """Several objects."""
        values = self._list(name, most)
        if not all(isinstance(value, Mapping) for value in values):
            raise Unfit(f"“{name}” must be a list of objects.")
        return [Fields(value) for value in values]

    def part(self, name: str) -> "Fields | None":
        """An object."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise Unfit(f"“{name}” must be an object.")
        return None if value is None else Fields(value)

    def hashes(self, name: str) -> tuple[str, ...]:
        """SHA-256 in hexadecimal, each once."""
        found = self.texts(name, MOST_PHOTOS)
        if not all(_HASH.fullmatch(value) for value in found):
            raise Unfit(f"“{name}” must be SHA-256 hashes of 64 hexadecimal digits.")
        return tuple(dict.fromkeys(found))

    def position(self, name: str = "position") -> Position | None:
        """Where the phone was."""
        part = self.part(name)
        if part is None:
            return None
        lat, lon = part.number("lat", -90, 90), part.number("lon", -180, 180)
        if lat is None or lon is None:
            raise Unfit("A position needs “lat” and “lon”.")
        return Position(Place(lat, lon), part.number("accuracy_m"), part.moment("at"), part.flag("mock"))

    def ink(self, name: str = "ink") -> Ink | None:
        """A signature; what was drawn past the field's edge is on it. `None` for one without a line."""
        part = self.part(name)
        if part is None:
            return None
        width, height = part.whole("width", 1, MOST_FIELD), part.whole("height", 1, MOST_FIELD)
        if width is None or height is None:
            raise Unfit("A signature needs the “width” and “height” of its field.")
        strokes = [_stroke(value) for value in part._list("strokes", MOST_POINTS)]
        if sum(map(len, strokes)) > MOST_POINTS:
            raise Unfit(f"A signature has at most {MOST_POINTS} points.")
        return Ink(width, height, tuple(stroke for stroke in strokes if stroke)) if any(strokes) else None

    def _list(self, name: str, most: int) -> list[Any]:
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise Unfit(f"“{name}” must be a list.")
        if len(value) > most:
            raise Unfit(f"“{name}” has {len(value)} entries; at most {most} fit.")
        return value


def number(value: Any, what: str, least: float, most: float) -> float:
    """A finite number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Unfit(f"{what} must be a number from {least:g} to {most:g}.")
    return float(value)


def _stroke(value: Any) -> tuple[tuple[float, float, int], ...]:
    if not isinstance(value, list):
        raise Unfit("A stroke of a signature must be a list of points.")
    return tuple(_point(point) for point in value)


def _point(value: Any) -> tuple[float, float, int]:
    if not (isinstance(value, list) and len(value) >= 3):
        raise Unfit("A point of a signature must be [x, y, t].")
    x, y = (min(1.0, max(0.0, number(part, "A place on the signature's field", -10, 11))) for part in value[:2])
    t = number(value[2], "A time in a signature", 0, 86_400_000)
    return x, y, round(t)


def _moment(value: Any, what: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None and moment.year in _YEARS:
            moment = moment.astimezone(UTC)
            if moment.year in _YEARS:
                return moment
    except (ValueError, TypeError, OverflowError):
        pass
    raise Unfit(f"{what} must be a moment as 2026-11-24T10:15:00Z, with a zone, of the years 2000 to 2100.")


# --- an action ----------------------------------------------------------------------------------------------------


def read_action(raw: Any) -> Action:
    """The action that `raw` states. Raises `Unfit`."""
    if not isinstance(raw, Mapping):
        raise Unfit("An action must be an object.")
    said = Fields(raw)
    kind = said.choice("kind", ActionKind)
    if kind is None or kind is ActionKind.UNREADABLE:
        raise Unfit("An action needs its “kind”.")
    key, seq, at = key_of(raw), said.whole("seq", 0, MOST_INTEGER), said.moment("at")
    if not key:
        raise Unfit("An action needs a “key” of 8 to 64 letters, digits and hyphens.")
    if seq is None or at is None:
        raise Unfit("An action needs its “seq” and “at”.")
    shift_id, order_id = said.text("shift_id", 64), said.text("order_id", 64)
    if not shift_id and kind not in _LOOSE:
        raise Unfit("An action needs its “shift_id”.")
    body = said.part("body")
    return Action(key, seq, kind, at, ShiftId(shift_id), OrderId(order_id) or None, body.values if body else {})


def key_of(raw: Any) -> str:
    """The key an action goes by; empty if it has none that can be used."""
    key = raw.get("key") if isinstance(raw, Mapping) else None
    return key if isinstance(key, str) and _KEY.fullmatch(key) else ""


def made_up_key(raw: Any) -> str:
    """A key for what has none of its own, or one that is taken: the same for the same words."""
    spelled = orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)
    return f"raw-{hashlib.sha256(spelled).hexdigest()[:40]}"


def keepable(value: Any, depth: int = 0) -> Any:
    """`value` such that any JSON writer and UTF-8 can hold it; what cannot be is replaced by its words."""
    match value:
        case None | bool():
            return value
        case str():
            return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
        case int():
            return value if abs(value) <= MOST_INTEGER else f"{value:.6e}" if abs(value) < 10**300 else "a huge number"
        case float():
            return value if math.isfinite(value) else str(value)
        case _ if depth >= MOST_DEPTH:
            return "nested too deeply"
        case Mapping():
            return {str(keepable(str(name))): keepable(part, depth + 1) for name, part in value.items()}
        case list() | tuple():
            return [keepable(part, depth + 1) for part in value]
    return f"a {type(value).__name__}"
