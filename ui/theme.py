"""How everything looks: colours from one table of tokens, three sizes of type, a 4-pixel grid, one family of icons.

Widgets take a `Theme` in their constructor and ask it for colours, fonts, icons and sizes; none of them names a colour.
What people chose (mode, text scale) is kept elsewhere and told to `Theme.apply`.
"""

import json
import re
from enum import IntEnum, StrEnum
from functools import cache
from pathlib import Path

import qtawesome  # type: ignore[import-untyped]
from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

RESOURCES = Path(__file__).resolve().parent.parent / "resources" / "theme"
TEXT_SCALES = (1.0, 1.12, 1.25, 1.5)
_TABULAR_FIGURES = QFont.Tag("tnum")
_ICON_SET = "mdi6"


class Mode(StrEnum):
    """Which of the two themes."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Size(IntEnum):
    """The three sizes of type, in points at a text scale of 100 %."""

    SMALL = 11
    TEXT = 13
    HEAD = 15


@cache
def tokens(name: str) -> dict[str, str]:
    """The colours of the light or the dark theme: token → "#rrggbb"."""
    return dict(json.loads((RESOURCES / f"{name}.json").read_text(encoding="utf-8")))


@cache
def _driver_palette() -> tuple[str, ...]:
    return tuple(json.loads((RESOURCES / "drivers.json").read_text(encoding="utf-8"))["colours"])


def driver_colour(number: int) -> QColor:
    """The colour of a driver's round on lines, markers and rows: the same in both themes; repeats after twelve."""
    palette = _driver_palette()
    return QColor(palette[(number - 1) % len(palette)])


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio 1-21 of two opaque colours (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def legible_on(ground: QColor) -> QColor:
    """Black or white, whichever reads better on `ground`; never below 4.5 : 1."""
    return max((QColor("white"), QColor("black")), key=lambda ink: contrast(ink, ground))


def _luminance(colour: QColor) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class Theme(QObject):
    """The look now in force. Lives in the GUI thread; one to a program, owned by the composition root.

    Signals:
        changed(): colours, icons or sizes are other than before; ask again and repaint.
    """

    changed = Signal()

    def __init__(self, app: QApplication, mode: Mode = Mode.SYSTEM, scale: float = 1.0) -> None:
        super().__init__(app)
        self._app = app
        self._mode = mode
        self._scale = scale
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        self._family = app.font().family()
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._on_system_scheme_changed)
        self.apply(mode, scale)

    @property
    def mode(self) -> Mode:
        """What was chosen: to follow the system, or one of the two."""
        return self._mode

    @property
    def scale(self) -> float:
        """The text scale, 1.0 for 100 %."""
        return self._scale

    @property
    def dark(self) -> bool:
        """Whether the dark theme is in force."""
        return self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark if self._follows else self._mode is Mode.DARK

    @property
    def _follows(self) -> bool:
        return self._mode is Mode.SYSTEM

    def apply(self, mode: Mode, scale: float) -> None:
        """Put a theme and a text scale in force, everywhere at once."""
        self._mode, self._scale = mode, scale
        hints = self._app.styleHints()
        if self._follows:
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if self.dark else Qt.ColorScheme.Light)
        self._refresh()

    def colour(self, token: str) -> QColor:
        """The colour of a token now. `KeyError` for a token that no table has."""
        return QColor(self._tokens[token])

    def font(self, size: Size = Size.TEXT, *, bold: bool = False) -> QFont:
        """The one family in one of the three sizes, with tabular figures."""
        font = QFont(self._family)
        font.setPointSizeF(size * self._scale)
        font.setFeature(_TABULAR_FIGURES, 1)
        if bold:
            font.setWeight(QFont.Weight.DemiBold)
        return font

    def grid(self, steps: float) -> int:
        """So many steps of the 4-pixel grid, in device-independent pixels, grown with the text."""
        return round(4 * steps * self._scale)

    def icon(self, name: str, colour: str = "text") -> QIcon:
        """An icon of the one set ("truck-outline"), in the colour of a token."""
        faint = self._tokens["disabled"]
        return QIcon(qtawesome.icon(f"{_ICON_SET}.{name}", color=self._tokens[colour], color_disabled=faint))

    def pixmap(self, name: str, colour: str, side: int, ratio: float) -> QPixmap:
        """An icon ready for painters: `side` in device-independent pixels, `ratio` of the device; cached."""
        key = (name, colour, side, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = self.icon(name, colour).pixmap(QSize(side, side), ratio)
        return self._pixmaps[key]

    @property
    def _tokens(self) -> dict[str, str]:
        return tokens("dark" if self.dark else "light")

    @Slot(Qt.ColorScheme)
    def _on_system_scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._follows:
            self._refresh()

    def _refresh(self) -> None:
        self._pixmaps.clear()
        self._app.setPalette(self._palette())
        self._app.setFont(self.font())
        sheet = (RESOURCES / "style.qss").read_text(encoding="utf-8")
        named = {**self._tokens, "small": f"{Size.SMALL * self._scale:g}pt", **self._round_buttons()}
        self._app.setStyleSheet(re.sub(r"\{(\w+)\}", lambda found: named[found[1]], sheet))
        self.changed.emit()

    def _round_buttons(self) -> dict[str, str]:
        """Sides of a round button, its ring and its dot: a style sheet cannot reckon."""
        side = self.grid(3)
        ring = side // 3
        sides = {"radio": side, "radio_radius": (side + 2) // 2, "radio_ring": ring, "radio_dot": side + 2 - 2 * ring}
        return {name: f"{pixels}px" for name, pixels in sides.items()}

    def _palette(self) -> QPalette:
        role = QPalette.ColorRole
        named = {
            role.Window: "window",
            role.WindowText: "text",
            role.Base: "base",
            role.AlternateBase: "hover",
            role.Text: "text",
            role.PlaceholderText: "muted",
            role.Button: "raised",
            role.ButtonText: "text",
            role.BrightText: "late",
            role.ToolTipBase: "raised",
            role.ToolTipText: "text",
            role.Highlight: "selection",
            role.HighlightedText: "text",
            role.Accent: "accent",
            role.Link: "accent",
            role.LinkVisited: "accent",
            role.Light: "raised",
            role.Midlight: "border",
            role.Mid: "border",
            role.Dark: "border",
            role.Shadow: "sunken",
        }
        palette = QPalette()
        for which, token in named.items():
            palette.setColor(which, self.colour(token))
        for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
            palette.setColor(QPalette.ColorGroup.Disabled, which, self.colour("disabled"))
        return palette
