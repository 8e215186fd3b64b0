"""Buttons beside one another as far as the width goes, in further rows where it does not."""

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget


def lay_beside(grid: QGridLayout, parts: Sequence[QWidget], room: int) -> None:
    """Put those that are shown into as few rows as their words allow; `room` is the width inside the margins."""
    shown = [part for part in parts if not part.isHidden()]
    gap = max(0, grid.horizontalSpacing())
    widths = [part.sizeHint().width() + gap for part in shown]
    fitting = (n for n in range(len(shown), 0, -1) if sum(max(widths[i::n]) for i in range(n)) <= room + gap)
    columns = next(fitting, 1)
    for part in parts:
        grid.removeWidget(part)
    rows = [shown[n : n + columns] for n in range(0, len(shown), columns)]
    for row, beside in enumerate(rows):
        for column, part in enumerate(beside):
            last = part is beside[-1]
            grid.addWidget(part, row, column, 1, columns - column if last else 1)
