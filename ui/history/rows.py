"""What the history says of each change, in words ready to be painted. Knows no widget."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from dispatcher.domain.changes import HistoryEntry
from ui import format as words

UNDO, REDO = "Undo: ", "Redo: "
"""How the storage begins the labels of steps taken back and forth."""


@dataclass(frozen=True, slots=True)
class Line:
    """One change; the line of the present has none."""

    entry: HistoryEntry | None
    time: str = ""
    who: str = ""
    what: str = ""
    why: str = ""
    icon: str = ""
    """Of steps that are no new change: what was undone, what was done again."""
    heading: str = ""
    """The date, over the newest change of each."""

    @property
    def revision(self) -> int | None:
        """What the change is known by; `None` for the present."""
        return self.entry.revision if self.entry else None

    @property
    def spoken(self) -> str:
        """All of it in one sentence."""
        if self.entry is None:
            return self.what
        behind = f" – {self.why}" if self.why else ""
        return f"{self.heading} {self.time}, {self.who}: {self.entry.label}{behind}".replace(", :", ":").strip()


NOW = Line(None, what="Now", why="The day as it stands")


def lines_of(entries: Iterable[HistoryEntry], zone: ZoneInfo) -> list[Line]:
    """The present, then every change, newest first."""
    lines, above = [NOW], None
    for entry in entries:
        on = entry.at.astimezone(zone).date()
        lines.append(_line(entry, zone, on if on != above else None))
        above = on
    return lines


def _line(entry: HistoryEntry, zone: ZoneInfo, on: date | None) -> Line:
    what, icon = entry.label, ""
    for word, sign in ((UNDO, "undo-variant"), (REDO, "redo-variant")):
        if what.startswith(word):
            icon = sign
    heading = words.weekday_date(on) if on else ""
    return Line(entry, words.clock(entry.at, zone), entry.author, what, entry.why, icon, heading)


def matching(entries: Sequence[HistoryEntry], text: str) -> list[HistoryEntry]:
    """Those in which every word is found: in what was done, by whom, or why."""
    wanted = text.casefold().split()
    return [e for e in entries if all(word in f"{e.label} {e.author} {e.why}".casefold() for word in wanted)]


def moment_words(entry: HistoryEntry, zone: ZoneInfo) -> str:
    """A moment by what was done then: "09:14 (Move 3 stops, Anna)"."""
    done = ", ".join(part for part in (entry.label, entry.author) if part)
    return f"{words.clock(entry.at, zone)} ({done})"
