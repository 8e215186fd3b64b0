"""Everything the window can do, in one table: the menus, the keys, the tooltips and the list of keys come from it."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget

from ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Spec:
    """One action: its name in code, its words, its key, its icon. `rule` draws a line above it in the menu."""

    name: str
    text: str
    key: str = ""
    icon: str = ""
    what: str = ""
    """Said in the status bar and the tooltip."""
    rule: bool = False
    checkable: bool = False
    worded: bool = False
    """Its button shows the words beside the icon."""


DOCKS = {
    "Rounds": "format-list-numbered",
    "Pool": "tray",
    "Map": "map",
    "Timeline": "chart-gantt",
    "Details": "card-text-outline",
    "Proposals": "lightbulb-on-outline",
    "History": "history",
    "Driver": "account-details-outline",
    "Alerts": "bell-alert-outline",
}
"""The parts of the board, with their icons, in the order of their keys."""

MENUS: dict[str, tuple[Spec, ...]] = {
    "&Depot": (
        Spec("open_depot", "&Open depot…", "Ctrl+Shift+O", "warehouse", "Work in another depot"),
        Spec("new_depot", "&New depot…", "Ctrl+Shift+N", "plus", "Make a depot of its own"),
        Spec("depot_settings", "&Settings…", "Ctrl+,", "cog", "Region, place, hours, planning time of this depot"),
        Spec(
            "keeping", "&Data and retention…", "Ctrl+Shift+G", "database-clock-outline", "Keep, hold, erase, write out"
        ),
        Spec("quit", "&Quit", "Ctrl+Q", "exit-to-app", "Close the window", rule=True),
    ),
    "D&ay": (
        Spec("import_orders", "&Import orders…", "Ctrl+I", "tray-arrow-down", "Bring an order file in"),
        Spec("export_day", "&Export the day…", "Ctrl+E", "tray-arrow-up", "Write the plan to a file"),
        Spec("new_order", "&New order…", "Ctrl+N", "package-variant-closed-plus", "Type an order in"),
        Spec(
            "cancel_orders",
            "&Cancel orders",
            "Ctrl+Del",
            "package-variant-closed-remove",
            "Take orders off the plan; they stay on record",
        ),
        Spec(
            "reopen_orders",
            "&Reopen orders",
            "Ctrl+Shift+Del",
            "package-variant-closed",
            "Bring cancelled orders back to the pool",
        ),
        Spec(
            "close_day",
            "C&lose the day…",
            "Ctrl+Shift+E",
            "clipboard-check-outline",
            "Sign it off; its report",
            rule=True,
        ),
        Spec(
            "evidence",
            "E&vidence for this stop…",
            "Ctrl+Shift+I",
            "file-certificate-outline",
            "One file that proves it",
        ),
        Spec("open_day", "&Open day…", "Ctrl+G", "calendar", "Show another day", rule=True),
        Spec("previous_day", "&Previous day", "Ctrl+PgUp", "chevron-left", "Show the day before"),
        Spec("next_day", "Ne&xt day", "Ctrl+PgDown", "chevron-right", "Show the day after"),
        Spec("today", "&Today", "Ctrl+T", "calendar-today", "Show today"),
    ),
    "&Edit": (
        Spec("undo", "&Undo", "Ctrl+Z", "undo", "Take the latest change back"),
        Spec("redo", "&Redo", "Ctrl+Y", "redo", "Do it again"),
        Spec("find", "&Find…", "Ctrl+K", "magnify", "Find an order, customer, street, phone or driver", rule=True),
        Spec("palette", "&Commands…", "Ctrl+Shift+P", "console-line", "Any command by its name"),
    ),
    "&Plan": (
        Spec("optimise", "&Plan the day", "F9", "auto-fix", "Search for the best rounds for all orders", worded=True),
        Spec("stop_search", "&Stop and keep the best", "F10", "check", "End the search with its best plan"),
        Spec("cancel_search", "&Cancel the search", "Ctrl+.", "close", "End the search; the plan stays as it was"),
        Spec(
            "resequence", "Re-se&quence these drivers", "Ctrl+F9", "swap-vertical", "Only the chosen rounds", rule=True
        ),
        Spec(
            "times_only", "&Times only", "Shift+F9", "clock-check-outline", "Judge the day again and keep every order"
        ),
        Spec("improve", "&Improve the rest now", "Alt+F9", "trending-up", "Look for a better plan of the day quietly"),
        Spec(
            "freeze_now",
            "&Freeze up to now",
            "Ctrl+Shift+F",
            "snowflake",
            "Re-planning touches nothing before",
            rule=True,
        ),
        Spec("unfreeze", "&Remove the freeze line", "Ctrl+Alt+F", "snowflake-off", "Everything may be planned again"),
        Spec(
            "what_if", "&What if…", "Ctrl+Shift+W", "source-branch", "Try a day out in a copy, and compare", rule=True
        ),
        Spec("drills", "D&rills…", "Ctrl+Alt+D", "whistle", "Practise a day on which things go wrong"),
        Spec("clear", "C&lear the plan", "Ctrl+Shift+Backspace", "eraser", "Empty every round", rule=True),
        Spec(
            "staff",
            "Put everyone on &duty",
            "Ctrl+Shift+D",
            "account-multiple-plus",
            "Shifts for all drivers with a vehicle",
        ),
    ),
    "R&oad": (
        Spec("send_rounds", "&Send rounds to drivers", "Ctrl+Shift+S", "send", "Give every driver's phone their round"),
        Spec(
            "message_driver", "&Message to the driver…", "Ctrl+M", "message-text-outline", "Write to the chosen driver"
        ),
        Spec("read_next", "&Next new message", "Ctrl+Shift+M", "message-badge-outline", "What a driver wrote, unseen"),
        Spec(
            "follow_driver",
            "&Follow the driver",
            "Ctrl+Shift+K",
            "crosshairs-gps",
            "Keep them in view on the map",
            rule=True,
        ),
        Spec(
            "planned_driven",
            "&Planned and driven",
            "Ctrl+Shift+V",
            "map-marker-path",
            "Hold what was driven against the plan",
        ),
        Spec(
            "trails",
            "Show &trails",
            "Ctrl+Shift+L",
            "chart-timeline-variant",
            "Where drivers were of late",
            checkable=True,
        ),
        Spec("replay", "&Replay the day", "Ctrl+Shift+R", "play-circle-outline", "See the day again from its start"),
        Spec("pair_phone", "P&air a phone…", "Ctrl+Shift+Q", "qrcode", "Let a driver's phone in", rule=True),
        Spec(
            "simulate",
            "&Drive a simulated day…",
            "Ctrl+Shift+Y",
            "car-clock",
            "Simulated drivers and phones, for practice",
            rule=True,
        ),
    ),
    "D&isturbance": (
        Spec(
            "van_broken_down", "&Van broken down…", "Ctrl+Shift+1", "car-wrench", "Who takes over what is ahead of it"
        ),
        Spec("driver_ill", "Driver &ill…", "Ctrl+Shift+2", "account-remove", "A stand-in, or shared out"),
        Spec("driver_late", "Driver &late…", "Ctrl+Shift+3", "account-clock", "By so many minutes"),
        Spec("depot_late", "&Depot late…", "Ctrl+Shift+4", "warehouse", "Every round that has not begun starts later"),
        Spec("street_closed", "&Street closed…", "Ctrl+Shift+5", "sign-caution", "Draw it; the routes go round it"),
        Spec("urgent_order", "&Urgent order…", "Ctrl+Shift+6", "alarm-light", "An order that must go today"),
        Spec("no_show", "Tr&y again…", "Ctrl+Shift+7", "refresh", "A stop in vain: again today, or another day"),
        Spec("bigger_load", "&Bigger load…", "Ctrl+Shift+8", "package-up", "More than was announced"),
    ),
    "&Region": (
        Spec("build_region", "&Build…", "Ctrl+Shift+B", "map-plus", "Roads, map and addresses from a map file"),
        Spec(
            "add_addresses",
            "&Add addresses…",
            "Ctrl+Shift+A",
            "map-marker-plus",
            "Add a national address file to the region",
        ),
    ),
    "&View": (
        Spec("panel_board", "&Board", "Alt+1", "view-dashboard", "Rounds, pool and map", checkable=True),
        Spec("panel_addresses", "&Addresses", "Alt+2", "map-marker-question", "Doubtful addresses", checkable=True),
        Spec("panel_fleet", "&Fleet", "Alt+3", "truck", "Drivers, vehicles and shifts", checkable=True),
        Spec("panel_phones", "&Phones", "Alt+4", "cellphone-link", "Drivers' phones and the gateway", checkable=True),
        Spec("panel_proofs", "Pr&oofs", "Alt+5", "clipboard-check-outline", "Review the day's proofs", checkable=True),
        Spec("panel_exceptions", "E&xceptions", "Alt+6", "flag-outline", "What went amiss", checkable=True),
        Spec("panel_messages", "&Messages", "Alt+7", "email-outline", "What customers are told", checkable=True),
        Spec("panel_slots", "&Slots", "Alt+8", "calendar-clock-outline", "Times customers may choose", checkable=True),
        Spec("panel_loading", "&Loading", "Alt+9", "dolly", "Bays, scans and departures", checkable=True),
        Spec("panel_insight", "&Insight", "Alt+0", "chart-line", "Measures, drivers, the wall", checkable=True),
        *(
            Spec(
                f"show_{title.lower()}",
                f"Go to {title.lower()}",
                f"Ctrl+{n}",
                icon,
                f"Bring {title.lower()} up",
                rule=n == 1,
            )
            for n, (title, icon) in enumerate(DOCKS.items(), 1)
        ),
        Spec(
            "filter",
            "Fi&lter this list",
            "Ctrl+F",
            "filter",
            "Type in the filter of this list",
        ),
        Spec("fit", "Show &all on the map", "Ctrl+0", "fit-to-screen", "Zoom the map to the day", rule=True),
        Spec("larger", "&Larger text", "Ctrl+Alt+=", "format-font-size-increase", "The next text size", rule=True),
        Spec("smaller", "&Smaller text", "Ctrl+Alt+-", "format-font-size-decrease", "The text size before"),
        Spec("next_theme", "Change the t&heme", "Ctrl+Alt+T", "theme-light-dark", "Light, dark, as the system"),
        Spec("reset_layout", "&Reset the layout", "Ctrl+Shift+0", "restore", "Put the docks back where they were"),
    ),
    "&Help": (
        Spec("keys", "&Keys", "F1", "keyboard", "Every action and its key"),
        Spec("about", "&About Roundhouse", "F12", "information", "Version and licences"),
    ),
}


class Actions(QObject):
    """The actions by name, as attributes of `by_name`."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self.by_name: dict[str, QAction] = {}
        self._icons = {spec.name: spec.icon for spec in all_specs()}
        self._theme = theme
        for spec in all_specs():
            self.by_name[spec.name] = _make(spec, window)
        theme.changed.connect(self._dress)
        self._dress()

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def fill(self, bar: QMenuBar) -> dict[str, object]:
        """Make the menus; returns them by their title, so that the window can add to them."""
        menus = {}
        for title, specs in MENUS.items():
            menu = bar.addMenu(title)
            menu.setToolTipsVisible(True)
            for spec in specs:
                if spec.rule:
                    menu.addSeparator()
                menu.addAction(self.by_name[spec.name])
            menus[title] = menu
        return menus

    @Slot()
    def _dress(self) -> None:
        for name, icon in self._icons.items():
            if icon:
                self.by_name[name].setIcon(self._theme.icon(icon))


def all_specs() -> Iterator[Spec]:
    """Every action, menu by menu."""
    for specs in MENUS.values():
        yield from specs


def _make(spec: Spec, window: QWidget) -> QAction:
    action = QAction(spec.text, window)
    action.setObjectName(spec.name)
    action.setCheckable(spec.checkable)
    action.setProperty("worded", spec.worded)
    if spec.key:
        action.setShortcut(QKeySequence(spec.key))
    said = spec.what or spec.text.replace("&", "")
    action.setStatusTip(said)
    action.setToolTip(
        f"{said}  ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})" if spec.key else said
    )
    window.addAction(action)
    return action
