"""Which rows a person wants to see: words typed, and marks chosen. Knows no Qt; a row says what it is by its marks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from dispatcher.domain.orders import Order

NOON = 12


class Mark(StrEnum):
    """What a row can be, by the name it is kept under."""

    TROUBLE = "trouble"
    UNLOCKED = "unlocked"
    HELD = "held"
    LOADED = "loaded"
    NOT_DONE = "not done"
    AT_RISK = "at risk"
    FAILED = "failed"
    NOT_SEEN = "not seen"
    CANCELLED = "cancelled"
    FORENOON = "forenoon"
    AFTERNOON = "afternoon"


LABELS: Mapping[str, str] = {
    Mark.TROUBLE: "Late or broken",
    Mark.UNLOCKED: "Not locked",
    Mark.HELD: "Held",
    Mark.LOADED: "Loaded",
    Mark.NOT_DONE: "Not done",
    Mark.AT_RISK: "At risk",
    Mark.FAILED: "Failed",
    Mark.NOT_SEEN: "Not seen yet",
    Mark.CANCELLED: "Cancelled",
    Mark.FORENOON: "Window before noon",
    Mark.AFTERNOON: "Window after noon",
}
_SKILL = "skill:"
_HALVES = frozenset({Mark.FORENOON, Mark.AFTERNOON})


def skill_mark(skill: str) -> str:
    """The mark of what needs this skill."""
    return _SKILL + skill


def label_of(mark: str) -> str:
    """A mark in words."""
    return f"Needs {mark.removeprefix(_SKILL)}" if mark.startswith(_SKILL) else LABELS[mark]


def half_days(order: Order, zone: ZoneInfo) -> frozenset[str]:
    """In which halves of the day service may begin; both where it may begin at any time."""
    if not order.windows:
        return _HALVES
    opens = any(_hour(w.opens_at, zone) < NOON for w in order.windows)
    closes = any(_hour(w.closes_at, zone) > NOON for w in order.windows)
    return frozenset(m for m, is_so in ((Mark.FORENOON, opens), (Mark.AFTERNOON, closes)) if is_so)


def _hour(moment: datetime, zone: ZoneInfo) -> float:
    local = moment.astimezone(zone)
    return local.hour + local.minute / 60


@dataclass(frozen=True)
class Filter:
    """Every word must be found; every mark must be there, but of skills and of half-days one is enough."""

    text: str = ""
    marks: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.text.strip() or self.marks)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What must be found, case folded."""
        return tuple(self.text.casefold().split())

    def takes(self, searched: str, marks: frozenset[str]) -> bool:
        """Whether a row with these words and marks is wanted."""
        for word in self.words:
            if word not in searched:
                return False
        return all(group & marks if any_of else group <= marks for group, any_of in self._groups)

    @cached_property
    def _groups(self) -> tuple[tuple[frozenset[str], bool], ...]:
        """Marks that belong together, and whether one of them is enough."""
        skills = frozenset(m for m in self.marks if m.startswith(_SKILL))
        halves = self.marks & _HALVES
        groups = ((skills, True), (halves, True), (self.marks - skills - halves, False))
        return tuple((group, any_of) for group, any_of in groups if group)

    def to_json(self) -> dict[str, object]:
        """As it is kept."""
        return {"text": self.text, "marks": sorted(self.marks)}

    @classmethod
    def from_json(cls, kept: object) -> "Filter":
        """As it was kept; nothing is filtered by what cannot be read."""
        if not isinstance(kept, Mapping):
            return cls()
        text, marks = kept.get("text", ""), kept.get("marks", ())
        known = (m for m in marks if isinstance(m, str) and (m in LABELS or m.startswith(_SKILL)))
        return cls(text if isinstance(text, str) else "", frozenset(known) if isinstance(marks, list) else frozenset())
