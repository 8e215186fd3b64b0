"""Theme and text size in the window: the menus that choose them, the keys that step through them."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QSettings, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from ui.theme import TEXT_SCALES, Mode, Theme


class Looks(QObject):
    """What is chosen is in force at once, and tomorrow. GUI thread."""

    def __init__(self, theme: Theme, settings: QSettings, parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._settings = theme, settings
        self._choices: list[tuple[QAction, object]] = []
        theme.changed.connect(self._mark)

    def offer_in(self, menu: QMenu) -> None:
        """Add a menu for each."""
        self._add(menu.addMenu("&Theme"), {m.value.capitalize(): m for m in Mode}, self._choose_mode)
        self._add(menu.addMenu("Te&xt size"), {f"{s:.0%}": s for s in TEXT_SCALES}, self._choose_scale)
        self._mark()

    def _add(self, menu: QMenu, choices: dict[str, object], chosen: Callable[[object], None]) -> None:
        group = QActionGroup(self)
        for text, value in choices.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(partial(self._on_choice, chosen, value))
            group.addAction(action)
            self._choices.append((action, value))

    @Slot()
    def _mark(self) -> None:
        """Whoever chose them: the menu, a key or the command palette."""
        for action, value in self._choices:
            action.setChecked(value in (self._theme.mode, self._theme.scale))

    def _on_choice(self, chosen: Callable[[object], None], value: object, _checked: bool = False) -> None:
        chosen(value)

    def step_scale(self, step: int) -> None:
        """Larger or smaller text, as far as it goes."""
        at = TEXT_SCALES.index(self._theme.scale) + step
        if 0 <= at < len(TEXT_SCALES):
            self._choose_scale(TEXT_SCALES[at])

    @Slot()
    def next_theme(self) -> None:
        """The next of them, the first after the last."""
        modes = list(Mode)
        self._choose_mode(modes[(modes.index(self._theme.mode) + 1) % len(modes)])

    def _choose_mode(self, mode: object) -> None:
        self._theme.apply(Mode(mode), self._theme.scale)
        self._settings.setValue("look/mode", self._theme.mode.value)

    def _choose_scale(self, scale: object) -> None:
        self._theme.apply(self._theme.mode, float(str(scale)))
        self._settings.setValue("look/scale", self._theme.scale)
