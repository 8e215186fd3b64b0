"""What can be done with rounds and stops: one action each, with its words, key and icon, and the menu made of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from dispatcher.domain.fleet import Lock
from ui.board.painting import LOCK_ICONS
from ui.theme import Theme


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action; `needs` says what must be selected for it to be offered."""

    name: str
    text: str
    icon: str
    key: str = ""
    tip: str = ""


SPECS = (
    ActionSpec("edit", "Edit order…", "pencil-outline", "F2"),
    ActionSpec("map", "Show on map", "map-marker-outline", "M"),
    ActionSpec("move_to", "Move to…", "account-arrow-right-outline", "V", "Choose a driver, best first"),
    ActionSpec("tail", "Move this and all after it…", "arrow-expand-down", "Shift+V", "Give the rest of a round away"),
    ActionSpec("up", "Move up", "arrow-up", "Alt+Up"),
    ActionSpec("down", "Move down", "arrow-down", "Alt+Down"),
    ActionSpec("hold", "Hold with driver", "lock", "H"),
    ActionSpec("release", "Release from driver", "lock-open-variant-outline", "Shift+H"),
    ActionSpec("unassign", "Unassign", "tray-arrow-down", "Del"),
    ActionSpec("cancel", "Cancel orders", "package-variant-closed-remove", "", "They stay on record (Ctrl+Del)"),
    ActionSpec("done", "Done up to here", "check", "D", "The driver has been at these stops"),
    ActionSpec("undone", "Not done from here on", "checkbox-blank-outline", "Shift+D"),
    ActionSpec("split", "Split the round here", "call-split", "Shift+S", "From this stop on another driver takes it"),
    ActionSpec("explain", "Why, and what would mend it", "lightbulb-on-outline", "W"),
    ActionSpec(
        "optimise", "Re-sequence these drivers", "swap-vertical", "", "Their stops, which they may exchange (Ctrl+F9)"
    ),
    ActionSpec(
        "swap", "Swap the two rounds", "swap-horizontal", "S", "Each of the two drivers takes the other's round"
    ),
    ActionSpec(
        "loaded", "Mark as loaded", "truck-check-outline", "G", "The goods of these rounds are in their vehicles"
    ),
    ActionSpec("unloaded", "Mark as not loaded", "truck-outline", "Shift+G"),
    ActionSpec("expand", "Open all rounds", "unfold-more-horizontal", "Ctrl++"),
    ActionSpec("collapse", "Close all rounds", "unfold-less-horizontal", "Ctrl+-"),
)

_LOCKS = {
    Lock.OPEN: ("Unlock the round", "lock-open-variant-outline", "Shift+L"),
    Lock.SEQUENCE: ("Lock the sequence", LOCK_ICONS[Lock.SEQUENCE], "Ctrl+L"),
    Lock.DRIVER: ("Lock the driver", LOCK_ICONS[Lock.DRIVER], "Alt+L"),
    Lock.ROUTE: ("Lock the route", LOCK_ICONS[Lock.ROUTE], "L"),
}

_STOPS = (
    ("edit", "map"),
    ("move_to", "tail", "up", "down"),
    ("hold", "release", "unassign", "cancel"),
    ("done", "undone", "split", "lock"),
    ("explain",),
)
_ROUNDS = (("optimise", "map"), ("swap", "lock", "loaded", "unloaded"))


class RoundActions:
    """The actions of the rounds panel by name. GUI thread; the widget they belong to keeps them alive."""

    def __init__(self, owner: QWidget, theme: Theme, run: Callable[[str], None], lock: Callable[[Lock], None]) -> None:
        self._owner, self._theme = owner, theme
        self.by_name = {spec.name: self._make(spec, run) for spec in SPECS}
        self.locks = {which: self._make_lock(which, lock) for which in _LOCKS}

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def _make(self, spec: ActionSpec, run: Callable[[str], None]) -> QAction:
        action = self._action(spec.text, spec.icon, spec.key, spec.tip)
        action.triggered.connect(lambda _checked=False, name=spec.name: run(name))
        return action

    def _make_lock(self, which: Lock, lock: Callable[[Lock], None]) -> QAction:
        text, icon, key = _LOCKS[which]
        action = self._action(text, icon, key, "")
        action.triggered.connect(lambda _checked=False, which=which: lock(which))
        return action

    def _action(self, text: str, icon: str, key: str, tip: str) -> QAction:
        action = QAction(text, self._owner)
        action.setData(icon)
        plain = "".join(letter for letter in text.lower() if letter.isalpha() or letter == " ")
        action.setObjectName(f"board.rounds.{plain.replace(' ', '_')}")
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip((tip or text.rstrip("…")) + (f"  ({shown})" if shown else ""))
        self._owner.addAction(action)
        return action

    def offer(self, possible: Mapping[str, bool], locks: set[Lock]) -> None:
        """Offer only what can be done with what is selected; `locks` are those that would change something."""
        for name, can in possible.items():
            self.by_name[name].setEnabled(can)
        for which, action in self.locks.items():
            action.setEnabled(which in locks)

    def fill(self, menu: QMenu, *, stops: bool, rounds: bool) -> None:
        """Put what can be done with stops, or else with rounds, into a menu."""
        menu.setToolTipsVisible(True)
        for group in _STOPS if stops else _ROUNDS if rounds else ():
            for name in group:
                if name == "lock":
                    self._fill_locks(menu)
                elif self.by_name[name].isEnabled() or name in ("edit", "map", "move_to", "unassign", "up", "down"):
                    menu.addAction(self.by_name[name])
            menu.addSeparator()
        menu.addActions([self.by_name["expand"], self.by_name["collapse"]])

    def _fill_locks(self, menu: QMenu) -> None:
        submenu = menu.addMenu(self._theme.icon("lock-outline"), "Lock")
        submenu.addActions(list(self.locks.values()))

    def dress(self) -> None:
        """Icons in the theme's colours."""
        for action in (*self.by_name.values(), *self.locks.values()):
            action.setIcon(self._theme.icon(action.data()))
