"""Buttons beside one another as far as the width goes, in further rows where it does not."""

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget


def lay_beside(grid: QGridLayout, parts: Sequence[QWidget], room: int) -> None:
    """Put those that are shown into as few rows as their words allow; `room` is the width inside the margins."""
    shown = [part for part in parts if not part.isHidden()]
    gap = max(0, grid.horizontalSpacing())
    columns = next((n for n in range(len(shown), 1, -1) if _fits(shown, n, room, gap)), 1)
    for part in parts:
        grid.removeWidget(part)
    rows = [shown[n : n + columns] for n in range(0, len(shown), columns)]
    for row, beside in enumerate(rows):
        for column, part in enumerate(beside):
            last = part is beside[-1]
            grid.addWidget(part, row, column, 1, columns - column if last else 1)


def _fits(shown: Sequence[QWidget], columns: int, room: int, gap: int) -> bool:
    """One that is alone in the last row has all of it."""
    alone = len(shown) % columns == 1
    widths = [part.sizeHint().width() + gap for part in (shown[:-1] if alone else shown)]
    return sum(max(widths[n::columns]) for n in range(columns)) <= room + gap
