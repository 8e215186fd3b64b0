"""From what devices state to SI, within bounds: everything a `Fix` carries passes through here.

An optional value that is missing, no number or out of bounds is unknown (`None`), for a position is worth keeping
without it. A place or a moment that cannot be right raises `Unusable`, for without them there is no position.
"""

import math
from datetime import UTC, datetime

from dispatcher.domain.place import Place
from dispatcher.tracking.decode.message import Unusable, quoted, words

MPS_PER_KNOT = 1852 / 3600
MPS_PER_KMH = 1 / 3.6

MAX_SPEED_MPS = 100.0
ALTITUDES_M = -1_000.0, 50_000.0
MAX_ACCURACY_M = 1_000_000.0
FIRST_S = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
PAST_S = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
MILLISECONDS_FROM = 1e11
"""As seconds this is the year 5138, as milliseconds 1973: so a number tells by itself which it is."""
NUMBER_CHARACTERS = 40

YES_NO = {"true": True, "1": True, "false": False, "0": False}
EXTRAS = 32
EXTRA_NAME = 40


def number(value: object) -> float | None:
    """A finite number, from a number or a text; `None` for anything else, true and false included."""
    if isinstance(value, str):
        if len(value) > NUMBER_CHARACTERS or "_" in value:
            return None
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def flag(value: object) -> bool | None:
    """Yes or no; `None` when it says neither."""
    if isinstance(value, str):
        return YES_NO.get(value.strip().lower())
    return bool(value) if value in (True, False) else None


# --- where and when -----------------------------------------------------------------------------------------------


def place(lat_deg: object, lon_deg: object) -> Place:
    """A point in degrees; raises `Unusable` unless both are numbers within ±90 and ±180."""
    lat, lon = number(lat_deg), number(lon_deg)
    if lat is None or lon is None:
        raise Unusable(f"Latitude and longitude must be numbers, not {quoted(lat_deg)} and {quoted(lon_deg)}.")
    try:
        return Place(lat, lon)
    except ValueError as error:
        raise Unusable(f"The {error}.") from None


def moment(value: object) -> datetime:
    """A moment from Unix seconds, Unix milliseconds, or ISO 8601 (UTC when it names no zone).

    Raises `Unusable` unless it lies within the years 2000-2099.
    """
    unix = number(value)
    if unix is not None:
        unix_s = unix / 1000 if abs(unix) >= MILLISECONDS_FROM else unix
        if FIRST_S <= unix_s < PAST_S:
            return datetime.fromtimestamp(unix_s, UTC)
    elif isinstance(value, str) and (stated := _iso(value)):
        return stated
    raise Unusable(f"The time must be a moment between the years 2000 and 2100, not {quoted(value)}.")


def moment_or_none(value: object) -> datetime | None:
    """As `moment`, for times a position can do without."""
    try:
        return moment(value) if value else None
    except Unusable:
        return None


def _iso(text: str) -> datetime | None:
    """A moment as text. In a query a zone's unescaped plus sign arrives as a space: `…T10:00:00 03:00`."""
    text = text.strip()
    if len(text) > NUMBER_CHARACTERS:
        return None
    if "T" in text:
        text = text.replace(" ", "+")
    try:
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if 2000 <= found.year < 2100 else None


# --- how fast, which way, how high, how sure ----------------------------------------------------------------------


def speed_mps(value: object) -> float | None:
    """Metres a second within 0-100; a negative one is how clients say that they do not know."""
    found = number(value)
    return found if found is not None and 0 <= found <= MAX_SPEED_MPS else None


def speed_mps_from_knots(value: object) -> float | None:
    """One knot is 1,852 metres an hour."""
    found = number(value)
    return None if found is None else speed_mps(found * MPS_PER_KNOT)


def speed_mps_from_kmh(value: object) -> float | None:
    """3.6 km/h are one metre a second."""
    found = number(value)
    return None if found is None else speed_mps(found * MPS_PER_KMH)


def heading_deg(value: object) -> float | None:
    """Clockwise from north, 0 ≤ heading < 360; a negative one is how clients say that they do not know."""
    found = number(value)
    return found % 360 if found is not None and found >= 0 else None


def altitude_m(value: object) -> float | None:
    """Metres, between the deepest mine and beyond any aircraft."""
    found = number(value)
    return found if found is not None and ALTITUDES_M[0] <= found <= ALTITUDES_M[1] else None


def accuracy_m(value: object) -> float | None:
    """Metres, more than 0: a client that says 0 does not know."""
    found = number(value)
    return found if found is not None and 0 < found <= MAX_ACCURACY_M else None


def share(value: object) -> float | None:
    """A battery's level, 0-1; negative is unknown."""
    found = number(value)
    return min(found, 1.0) if found is not None and found >= 0 else None


def share_from_percent(value: object) -> float | None:
    """A battery's level, 0-1."""
    found = number(value)
    return None if found is None else share(found / 100)


# --- what else it said --------------------------------------------------------------------------------------------


def extras(said: dict[str, object], known: frozenset[str] = frozenset()) -> dict[str, str | float | bool]:
    """What is not `known` of what was said: numbers, yes and no, short texts; at most `EXTRAS` of them."""
    kept: dict[str, str | float | bool] = {}
    for name, value in said.items():
        if name in known or len(kept) == EXTRAS:
            continue
        told = _extra(value)
        if told != "" and (key := words(name, EXTRA_NAME)):
            kept[key] = told
    return kept


def listed(value: object) -> str:
    """The texts of a list, in one."""
    return ", ".join(text for text in map(words, value[:EXTRAS]) if text) if isinstance(value, list) else ""


def _extra(value: object) -> str | float | bool:
    if isinstance(value, bool):
        return value
    found = number(value)
    if found is not None:
        return found
    text = words(value)
    return "" if text.lower() == "null" else YES_NO.get(text.lower(), text)
