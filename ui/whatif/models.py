"""The depot's copies as a table, and the comparison as another: its sides are columns, its figures rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from dispatcher.services.comparing import Comparison, Weighed
from dispatcher.services.whatifs import Figures, WhatIf
from ui import format as words

type _Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_ROOT = QModelIndex()
CELL_ROLE = int(_Role.UserRole) + 1


class CopyModel(QAbstractTableModel):
    """One row a copy: its name, its day, when it was made and from what, and how it stands. GUI thread."""

    HEADERS = ("Name", "Day", "Made", "From change", "State")

    def __init__(self, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._open = ""
        self._sides: dict[str, Weighed] = {}
        self.copies: tuple[WhatIf, ...] = ()

    def set_copies(self, copies: Sequence[WhatIf], open_now: str) -> None:
        """These; `open_now` is the one that the window works in."""
        self.beginResetModel()
        self.copies, self._open = tuple(copies), open_now
        self.endResetModel()

    def set_sides(self, sides: Sequence[Weighed]) -> None:
        """What a comparison found out about copies."""
        self._sides |= {side.what_if.name: side for side in sides if side.what_if}
        if self.copies:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.copies) - 1, len(self.HEADERS) - 1))

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.copies)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return self.HEADERS[section]
        return None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid() or role not in (_Role.DisplayRole, _Role.ToolTipRole):
            return None
        copy = self.copies[index.row()]
        if role == _Role.ToolTipRole:
            side = self._sides.get(copy.name)
            return side.fault if side and side.fault else copy.name
        return self._texts(copy)[index.column()]

    def _texts(self, copy: WhatIf) -> tuple[str, ...]:
        made = (
            f"{words.weekday_date(copy.made_at.astimezone(self._zone).date())} {words.clock(copy.made_at, self._zone)}"
        )
        return copy.name, words.weekday_date(copy.date), made, str(copy.revision), self._state(copy)

    def _state(self, copy: WhatIf) -> str:
        side = self._sides.get(copy.name)
        if side and side.fault:
            return "cannot be read"
        told = ["open now"] if copy.name == self._open else []
        if side and side.behind:
            told.append(f"{words.count(side.behind, 'change')} in the depot since")
        return ", ".join(told)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a day; less is better of all of them."""

    name: str
    amount: Callable[[Figures], int]
    say: Callable[[int, str], str]
    """The amount, and the currency, in words."""


MEASURES = (
    Measure("Cost", lambda f: f.cost, words.money),
    Measure("Distance", lambda f: f.distance_m, lambda amount, _: words.distance(amount)),
    Measure("Hours", lambda f: f.duration_s, lambda amount, _: words.duration(amount)),
    Measure("Rounds", lambda f: f.rounds, lambda amount, _: f"{amount:,}"),
    Measure("Unplanned", lambda f: f.unplanned, lambda amount, _: f"{amount:,}"),
    Measure("Late stops", lambda f: f.late, lambda amount, _: f"{amount:,}"),
    Measure("Late by", lambda f: f.late_s, lambda amount, _: words.minutes(amount)),
    Measure("Broken rules", lambda f: f.broken, lambda amount, _: f"{amount:,}"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of one side."""

    value: str
    change: str = ""
    """Against the depot: "−30.40 EUR"."""
    worse: bool = False
    best: bool = False
    """Of all sides, unless all are alike."""

    @property
    def spoken(self) -> str:
        """All of it in words."""
        return ", ".join(part for part in (self.value, self.change, "best" if self.best else "") if part)


class ComparisonModel(QAbstractTableModel):
    """GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sides: tuple[Weighed, ...] = ()
        self._cells: list[list[Cell]] = []

    def set_comparison(self, comparison: Comparison | None) -> None:
        """Show this; nothing for `None`."""
        self.beginResetModel()
        self._sides = comparison.sides if comparison else ()
        self._cells = [_row(measure, comparison) for measure in MEASURES] if comparison else []
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._cells)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._sides)

    def cell(self, row: int, column: int) -> Cell:
        """What stands there."""
        return self._cells[row][column]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is Qt.Orientation.Vertical:
            return MEASURES[section].name if role == _Role.DisplayRole else None
        side = self._sides[section]
        if role == _Role.DisplayRole:
            return side.what_if.name if side.what_if else "The depot"
        return side.fault or None if role == _Role.ToolTipRole else None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        cell = self._cells[index.row()][index.column()]
        if role == CELL_ROLE:
            return cell
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return cell.spoken
        return self._sides[index.column()].fault or None if role == _Role.ToolTipRole else None


def _row(measure: Measure, comparison: Comparison) -> list[Cell]:
    amounts = [measure.amount(side.figures) if side.figures else None for side in comparison.sides]
    known = [amount for amount in amounts if amount is not None]
    best = min(known) if min(known) != max(known) else None
    return [_cell(measure, amount, amounts[0], best, comparison.currency) for amount in amounts]


def _cell(measure: Measure, amount: int | None, depot: int | None, best: int | None, currency: str) -> Cell:
    if amount is None:
        return Cell("–")
    value, change, worse = measure.say(amount, currency), "", False
    if depot is not None and amount != depot:
        worse = amount > depot
        change = f"{'+' if worse else '−'}{measure.say(abs(amount - depot), currency)}"
    return Cell(value, change, worse, best is not None and amount == best)
