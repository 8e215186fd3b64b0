"""How big everything in the timeline is, from the theme's type and grid."""

from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontMetrics

from ui.theme import Size, Theme


@dataclass(frozen=True, slots=True)
class Sizes:
    """Device-independent pixels, and the two fonts they follow."""

    small: QFont
    bold: QFont
    bar_top: int
    """From a lane's upper edge to its bars: room for the marks above them."""
    bar: int
    """Height of a bar."""
    strip_top: int
    """Where the strip of what really happened begins."""
    strip: int
    live: bool
    """Whether anything has really happened yet: only then does the strip take room."""
    lane: int
    names: int
    """Width of the column of drivers."""
    axis: int
    label: int
    """Width that a time on the axis needs, with air."""
    digit: int
    mark: int
    """Side of a mark."""

    @classmethod
    def of(cls, theme: Theme, *, live: bool = False) -> "Sizes":
        """The sizes in force now; with `live`, lanes have room for what really happens."""
        small, bold = theme.font(Size.SMALL), theme.font(Size.SMALL, bold=True)
        metrics, grid = QFontMetrics(small), theme.grid
        bar, top = metrics.height(), grid(2)
        strip_top, strip = top + bar + grid(0.75), grid(2.5 if live else 0.5)
        return cls(
            small=small,
            bold=bold,
            bar_top=top,
            bar=bar,
            strip_top=strip_top,
            strip=strip,
            live=live,
            lane=strip_top + strip + grid(1.5),
            names=grid(54 if live else 40),
            axis=metrics.height() + grid(4),
            label=metrics.horizontalAdvance("00:00 +1") + grid(3),
            digit=metrics.horizontalAdvance("0"),
            mark=grid(2),
        )
