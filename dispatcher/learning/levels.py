"""What a guess goes by: each side of an order and of its moment as one of few levels, and how people call these."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatcher.domain.orders import Order
from dispatcher.domain.proof import Need
from dispatcher.domain.time import TimeWindow
from dispatcher.learning.doors import HIGHEST, Door

type Levels = Mapping[str, str]
"""By group; what is not known is left out."""

PARCELS = ((1, "1 parcel"), (2, "2 parcels"), (3, "3 parcels"), (5, "4 or 5 parcels"), (9, "6 to 9 parcels"))
WEIGHTS = ((5.0, "Up to 5 kg"), (15.0, "5 to 15 kg"), (30.0, "15 to 30 kg"), (70.0, "30 to 70 kg"))
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KIND_WORDS = {
    "locker": "A parcel locker", "care": "A clinic or home", "school": "A school", "shop": "A shop",
    "business": "A business", "flat": "A flat", "farm": "A farm", "house": "A house",
    "": "An address that names no kind",
}  # fmt: skip
ONE_OF_MANY = {
    "building": ("This building", "Which building it is"),
    "door": ("This address", "Which address it is"),
    "driver": ("This driver", "Who drives"),
    "area": ("", "Which postcode it is"),
}
"""Groups of many levels: in a guess, and in what a model goes by altogether."""
PROMISES = ((2.0, "Promised to 2 hours or less"), (4.0, "Promised to 4 hours or less"))


@dataclass(frozen=True, slots=True)
class Moment:
    """When, at the depot's clock."""

    hour: int | None = None
    weekday: int | None = None
    slot: str = ""
    """Of the promise: "09:00–11:00"; empty without one."""
    promised_h: float | None = None


def moment_of(order: Order, at: datetime | None, zone: ZoneInfo) -> Moment:
    """The moment itself; without one, the middle of the order's first window on its date."""
    windows = order.windows
    if at is not None:
        windows = tuple(w for w in windows if w.contains(at))
    window = windows[0] if windows else None
    when = at if at is not None else window and window.opens_at + (window.closes_at - window.opens_at) / 2
    local = when.astimezone(zone) if when else None
    slot, length = (slot_words(window, zone), _hours(window)) if window else ("", None)
    return Moment(local.hour if local else None, (local or order.date).weekday(), slot, length)


def slot_words(window: TimeWindow, zone: ZoneInfo) -> str:
    """As measures have it."""
    return f"{window.opens_at.astimezone(zone):%H:%M}–{window.closes_at.astimezone(zone):%H:%M}"


def _hours(window: TimeWindow) -> float:
    return (window.closes_at - window.opens_at).total_seconds() / 3600


def order_levels(order: Order, door: Door) -> dict[str, str]:
    """What is so of an order whenever it is served."""
    wanted = sum(1 for need in order.asked.needs.values() if need is Need.REQUIRED)
    found = {
        "kind": door.kind,
        "floor": _floor(door),
        "care_of": "yes" if door.care_of else "",
        "way": order.kind.value,
        "parcels": _step(max(1, order.load.parcels), PARCELS, "10 parcels or more"),
        "weight": _step(order.load.kg, WEIGHTS, "Over 70 kg") if order.load.kg else "",
        "lines": str(min(len(order.lines), 4)),
        "proofs": str(min(wanted, 3)),
        "cash": "due" if order.asked.cash_due else "",
        "area": order.address.postcode,
        "building": door.building,
        "door": door.door,
    }
    return {group: level for group, level in found.items() if level or group == "kind"}


def moment_levels(moment: Moment, *, kind: str, attempt: int, driver_id: str = "") -> dict[str, str]:
    """What depends on when, by whom, and how often."""
    found = {"attempt": str(min(attempt, 3)), "driver": driver_id, "slot": moment.slot}
    found["promise"] = "Nothing promised"
    if moment.promised_h is not None:
        found["promise"] = _step(moment.promised_h, PROMISES, "Promised to more than 4 hours")
    if moment.weekday is not None:
        found["weekday"] = str(moment.weekday)
    if moment.hour is not None:
        found |= {"hour": str(moment.hour), "kind_hour": f"{kind}@{moment.hour}"}
        if moment.weekday is not None:
            found["week_hour"] = f"{moment.weekday}@{moment.hour // 4 * 4}"
    return {group: level for group, level in found.items() if level}


def _floor(door: Door) -> str:
    if door.floor is None:
        return ""
    lift = {None: "", True: "@with a lift", False: "@no lift"}[door.lift if door.floor else None]
    return f"{min(door.floor, HIGHEST)}{lift}"


def _step(value: float, steps: tuple[tuple[float, str], ...], above: str) -> str:
    return next((words for most, words in steps if value <= most), above)


def level_words(group: str, level: str) -> str:
    """A level as people read it."""
    if group in ONE_OF_MANY and ONE_OF_MANY[group][0]:
        return ONE_OF_MANY[group][0]
    first, _, second = level.partition("@")
    match group:
        case "kind":
            return KIND_WORDS.get(level, level)
        case "floor":
            floor = {"0": "Ground floor", str(HIGHEST): f"Floor {HIGHEST} or higher"}.get(first, f"Floor {first}")
            return f"{floor}, {second}" if second else floor
        case "hour":
            return f"Between {level} and {int(level) + 1} o’clock"
        case "kind_hour":
            return f"{KIND_WORDS.get(first, first)} between {second} and {int(second) + 1} o’clock"
        case "week_hour":
            return f"{WEEKDAYS[int(first)]} between {second} and {int(second) + 4} o’clock"
        case "weekday":
            return WEEKDAYS[int(level)]
        case "attempt":
            return {"1": "First attempt", "2": "Second attempt"}.get(level, "Third attempt or later")
    return _more_words(group, level)


def _more_words(group: str, level: str) -> str:
    several = "or more " if (group, level) in {("lines", "4"), ("proofs", "3")} else ""
    noun = "" if level == "1" else "s"
    return {
        "care_of": "Care of somebody else",
        "cash": "Cash to be taken",
        "way": "Goods brought" if level == "delivery" else "Goods fetched",
        "slot": f"Promised {level}",
        "area": f"Postcode {level}",
        "lines": f"{level} {several}article{noun}" if level != "0" else "No articles named",
        "proofs": f"{level} {several}proof{noun} required" if level != "0" else "No proof required by the order",
    }.get(group, level)
