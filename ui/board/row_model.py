"""A flat table of prepared rows that changes by differences: what both panels' models have in common.

Knows nothing of what a row says. A view over a flat table asks a model only for what it paints; a tree would ask for
every open row at every change (30 ms for 5,000 stops, by measurement).
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from ui.board.diff import Edits, edits, runs

type Index = QModelIndex | QPersistentModelIndex

MANY_RUNS = 40
"""From so many separate insertions and removals on, one reset is quicker and nothing can be followed by eye anyway."""


class Keyed(Protocol):
    """A row that stays the same row while what it says changes."""

    @property
    def key(self) -> Hashable:
        """Unique within the table."""


class RowModel[Row: Keyed](QAbstractTableModel):
    """Rows on top of one another. GUI thread; owned by its panel.

    Signals:
        rows_replaced(): many rows are other than before; whoever keeps a selection restores it by id.
    """

    rows_replaced = Signal()

    def __init__(self, columns: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._rows: list[Row] = []
        self._places: dict[Hashable, int] | None = None

    # ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def rows(self) -> Sequence[Row]:
        """The rows as shown, top to bottom."""
        return self._rows

    def row(self, index: Index) -> Row:
        """What stands in a row."""
        return self._rows[index.row()]

    def place_of(self, key: Hashable) -> int | None:
        """The row that has this key; `None` if it is not shown."""
        if self._places is None:
            self._places = {row.key: place for place, row in enumerate(self._rows)}
        return self._places.get(key)

    def index_of(self, key: Hashable) -> QModelIndex:
        """Where the row with this key is; invalid if it is not shown."""
        place = self.place_of(key)
        return QModelIndex() if place is None else self.createIndex(place, 0)

    # ── Differences ──────────────────────────────────────────────────────────────────────────────────────────────

    def reset_rows(self, rows: list[Row]) -> None:
        """Other rows altogether."""
        self.beginResetModel()
        self._rows, self._places = rows, None
        self.endResetModel()
        self.rows_replaced.emit()

    def show_rows(self, rows: list[Row]) -> None:
        """Show these: insert, remove and change only where they differ."""
        was = self._rows
        head, tail = _common_ends(was, rows)
        old = [row.key for row in was[head : len(was) - tail]]
        new = [row.key for row in rows[head : len(rows) - tail]]
        plan = edits(old, new)
        if len(plan.removed) + len(plan.inserted) > MANY_RUNS:
            self.reset_rows(rows)
            return
        self._carry_out(plan, rows, head)
        self._replace(rows)

    def put_rows(self, changed: Iterable[Row]) -> None:
        """Other words in rows that are shown already; what is not shown is passed over."""
        places = []
        for row in changed:
            if (place := self.place_of(row.key)) is not None:
                self._rows[place] = row
                places.append(place)
        self._tell_changed(sorted(places))

    def _carry_out(self, plan: Edits, rows: list[Row], head: int) -> None:
        nowhere = QModelIndex()
        for first, last in plan.removed:
            self.beginRemoveRows(nowhere, head + first, head + last)
            del self._rows[head + first : head + last + 1]
            self._places = None
            self.endRemoveRows()
        for first, last in plan.inserted:
            self.beginInsertRows(nowhere, head + first, head + last)
            self._rows[head + first : head + first] = rows[head + first : head + last + 1]
            self._places = None
            self.endInsertRows()

    def _replace(self, rows: list[Row]) -> None:
        """Put the new rows in place of the old and name the runs that say something else."""
        changed = [
            i for i, (old, new) in enumerate(zip(self._rows, rows, strict=True)) if old is not new and old != new
        ]
        self._rows = rows
        self._tell_changed(changed)

    def _tell_changed(self, places: Sequence[int]) -> None:
        # A view repaints a few rows too many sooner than it hears of many runs.
        for first, last in runs(places, MANY_RUNS):
            self.dataChanged.emit(self.createIndex(first, 0), self.createIndex(last, self._columns - 1))

    # ── The table, as Qt asks for it ─────────────────────────────────────────────────────────────────────────────

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 (Qt's signature)
        # Asked by the thousand: the base class would call back for both counts each time.
        inside = 0 <= row < len(self._rows) and 0 <= column < self._columns and not parent.isValid()
        return self.createIndex(row, column) if inside else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        return self.row_data(self._rows[index.row()], index.column(), role)

    def row_data(self, row: Row, column: int, role: int) -> Any:
        """What a row says in a column in a role; `None` for nothing."""
        raise NotImplementedError


def _common_ends[Row: Keyed](one: Sequence[Row], other: Sequence[Row]) -> tuple[int, int]:
    """How many rows at the head, and how many at the tail, are of the same keys."""
    most = min(len(one), len(other))
    head = next((i for i in range(most) if one[i].key != other[i].key), most)
    rest = most - head
    tail = next((i for i in range(rest) if one[-1 - i].key != other[-1 - i].key), rest)
    return head, tail
