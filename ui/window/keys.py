"""The keys of every action in the window: what F1 lists, and the tables of `docs/keys.md`.

Keys that a list or the map answers by itself, such as arrows, are no actions: the page tells them in its own words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from ui.window.actions import MENUS

PANELS = {
    "board.rounds": "In the rounds",
    "board.pool": "In the pool",
    "board.timeline": "In the timeline",
    "map.replay": "In the replay",
    "addresses": "In Addresses",
    "fleet": "In Fleet",
    "phones": "In Phones",
    "proofs": "In Proofs",
    "exceptions": "In Exceptions",
    "messages": "In Messages",
    "slots": "In Slots",
    "loading": "In Loading",
    "insight": "In Insight",
    "learned": "In Insight",
}
"""Where an action answers, by the beginning of the name of the widget it belongs to."""

type Found = tuple[str, str, list[QKeySequence]]
"""Where, what, and by which keys."""


@dataclass(frozen=True, slots=True)
class Key:
    """One action that has a key: where it answers, what it does, and its keys as they are written on this platform."""

    where: str
    what: str
    keys: str


def keys_of(window: QWidget) -> list[Key]:
    """Every action that has a key: those of the menus in their order, then those of the panels."""
    found: dict[str, dict[str, list[str]]] = {place: {} for place in (*map(_plain, MENUS), *PANELS.values())}
    for where, what, shortcuts in (*_of_menus(), *_of_panels(window)):
        keys = found[where].setdefault(what, [])
        keys += [key for key in map(_written, shortcuts) if key not in keys]
    return [Key(where, what, " or ".join(keys)) for where, of_it in found.items() for what, keys in of_it.items()]


def as_markdown(keys: Iterable[Key]) -> str:
    """A heading and a table for each place, as they stand in `docs/keys.md`."""
    parts = []
    for where, of_it in groupby(keys, key=lambda key: key.where):
        rows = "".join(f"| {key.what} | {key.keys} |\n" for key in of_it)
        parts.append(f"### {where}\n\n| To do | Key |\n|---|---|\n{rows}")
    return "\n".join(parts)


def _of_menus() -> Iterator[Found]:
    """From the specifications: on the window some texts tell of the state."""
    for menu, specs in MENUS.items():
        for spec in specs:
            if spec.key:
                yield _plain(menu), _plain(spec.text), [QKeySequence(spec.key)]


def _of_panels(window: QWidget) -> Iterator[Found]:
    for action in window.findChildren(QAction):
        owner = action.parent()
        where = next((said for name, said in PANELS.items() if owner and owner.objectName().startswith(name)), None)
        if where and action.text() and (shortcuts := action.shortcuts()):
            yield where, _plain(action.text()), shortcuts


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip("…")


def _written(key: QKeySequence) -> str:
    return key.toString(QKeySequence.SequenceFormat.NativeText)
