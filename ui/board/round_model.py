"""Rounds and their stops as one flat table of prepared rows; a round's stops stand below it while it is open.

The model never edits its rows. A drop becomes a wish (`move_requested`); the rows change when the day comes back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt, Signal

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import FailureReason
from dispatcher.domain.schedule import Schedule
from dispatcher.services.live import LiveDay
from ui.board import drag, words
from ui.board.filtering import Filter
from ui.board.onroad import Road
from ui.board.round_columns import COLUMNS, TEXTS, Column
from ui.board.round_rows import RoundRows, RowMaker
from ui.board.row_model import Index, RowModel
from ui.board.rows import BoardRow, RoundRow, StopRow
from ui.board.source import RoundSource, round_sources


class Role(IntEnum):
    """Beyond Qt's own roles."""

    ROW = Qt.ItemDataRole.UserRole + 1
    """The `RoundRow` or `StopRow`."""
    ORDER_ID = Qt.ItemDataRole.UserRole + 2
    SHIFT_ID = Qt.ItemDataRole.UserRole + 3


_NO_FLAGS = Qt.ItemFlag.NoItemFlags
_ROUND_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_STOP_FLAGS = _ROUND_FLAGS | Qt.ItemFlag.ItemIsDragEnabled


class _Round:
    """A round's rows, and which of them the filter takes."""

    __slots__ = ("longest", "made", "shown", "wanted")

    def __init__(self, made: RoundRows, chosen: Filter) -> None:
        self.made = made
        self.longest: dict[int, str] = {}
        self.sift(chosen)

    @property
    def row(self) -> RoundRow:
        """The round as a whole."""
        return self.made.row

    @property
    def stops(self) -> tuple[StopRow, ...]:
        """All its stops."""
        return self.made.stops

    def follow(self, made: RoundRows) -> list[BoardRow]:
        """Take rows that differ by what the road says; those that say something else. The filter is not asked."""
        before, self.made = self.made, made
        if before is made:
            return []
        self.longest.pop(Column.ABOUT, None)
        pairs = zip((before.row, *before.stops), (made.row, *made.stops), strict=True)
        return [now for was, now in pairs if now is not was]

    def sift(self, chosen: Filter) -> None:
        """Find the stops that the filter takes."""
        self.shown = [row for row in self.stops if chosen.takes(row.search, row.marks)] if chosen else self.stops
        self.wanted = bool(self.shown) or not chosen or chosen.takes(self.row.search, self.row.marks)

    def sift_again(self, chosen: Filter) -> bool:
        """The same once the road said something else; whether it takes other stops now."""
        before = [row.order_id for row in self.shown], self.wanted
        self.sift(chosen)
        return before != ([row.order_id for row in self.shown], self.wanted)

    def longest_in(self, column: int) -> str:
        """The longest text of a column; looked for once."""
        if column not in self.longest:
            self.longest[column] = max(map(TEXTS[column], self.stops), key=len, default="")
        return self.longest[column]


class RoundModel(RowModel[BoardRow]):
    """Rounds with their stops below. GUI thread; owned by the rounds panel.

    Signals:
        move_requested(order_ids, shift_id, index): orders were dropped on a round (`index` None: where they fit best)
            or before its stop `index`, counted over the whole round, before the move.
    """

    move_requested = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(len(COLUMNS), parent)
        self._date: date | None = None
        self._rounds: Mapping[ShiftId, _Round] = {}
        """Replaced as a whole, never changed: workers read it too."""
        self._maker = RowMaker()
        self._shift_of: dict[OrderId, ShiftId] = {}
        self._open: set[ShiftId] = set()
        self._filter = Filter()
        self._road: Road | None = None
        self._reasons: Mapping[str, FailureReason] = {}

    # ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────

    def prepare_day(self, day: Day, schedule: Schedule | None) -> None:
        """For a worker: make the rows that `set_day` will want of this day."""
        road = self._road if day.date == self._date else None
        for source in round_sources(day, schedule):
            self._maker.of(source, road)

    def prepare_live(self, live: LiveDay) -> None:
        """For a worker: make the rows that `set_live` will want."""
        road = self._road_of(live)
        for node in self._rounds.values():
            self._maker.of(node.made.source, road)

    def set_day(self, day: Day, schedule: Schedule | None) -> None:
        """Show this day; on the date already shown, change only the rows that differ."""
        another = day.date != self._date
        if another:
            self._date, self._rounds = day.date, {}
            self._road = None
        self._reasons = day.depot.road.reason_by_code
        self._rounds = {source.shift.id: self._round_of(source) for source in round_sources(day, schedule)}
        self._maker.keep(self._rounds)
        self._shift_of = {row.order_id: s for s, node in self._rounds.items() for row in node.stops}
        self._open &= self._rounds.keys()
        if another:
            self.reset_rows(self._lines())
        else:
            self.show_rows(self._lines())

    def _round_of(self, source: RoundSource) -> _Round:
        made, known = self._maker.of(source, self._road), self._rounds.get(source.shift.id)
        return known if known and known.made is made else _Round(made, self._filter)

    def _road_of(self, live: LiveDay | None) -> Road | None:
        return Road(live, self._reasons) if live and live.date == self._date else None

    def _lines(self) -> list[BoardRow]:
        lines: list[BoardRow] = []
        for shift_id, node in self._rounds.items():
            if node.wanted:
                lines.append(node.row)
                if shift_id in self._open:
                    lines += node.shown
        return lines

    def set_live(self, live: LiveDay | None) -> bool:
        """Say how the day shown stands on the road; nothing of another day. Whether any row says something else now.

        Rows come and go only where the filter takes others than before.
        """
        self._road = self._road_of(live)
        made = {s: self._maker.of(node.made.source, self._road) for s, node in self._rounds.items()}
        changed = {s: rows for s, node in self._rounds.items() if (rows := node.follow(made[s]))}
        others = [s for s in changed if self._rounds[s].sift_again(self._filter)] if self._filter else ()
        if others:
            self.show_rows(self._lines())
        elif changed:
            self.put_rows(row for rows in changed.values() for row in rows)
        return bool(changed)

    def set_filter(self, chosen: Filter) -> None:
        """Show only what it takes; rounds without such a stop go too."""
        self._filter = chosen
        for node in self._rounds.values():
            node.sift(chosen)
        self.show_rows(self._lines())

    @property
    def filtered(self) -> bool:
        """Whether only some rows are shown."""
        return bool(self._filter)

    @property
    def open_rounds(self) -> frozenset[ShiftId]:
        """The rounds whose stops are shown."""
        return frozenset(self._open)

    def set_open(self, shift_ids: Iterable[ShiftId]) -> None:
        """Show the stops of just these rounds."""
        wanted = self._rounds.keys() & set(shift_ids)
        if wanted != self._open:
            self._open = wanted
            self.show_rows(self._lines())

    # ── Looking things up ────────────────────────────────────────────────────────────────────────────────────────

    def index_of_order(self, order_id: OrderId) -> QModelIndex:
        """Where an order's stop is; invalid while it is not shown."""
        return self.index_of(order_id)

    def index_of_shift(self, shift_id: ShiftId) -> QModelIndex:
        """Where a round is; invalid while it is not shown."""
        return self.index_of(("round", shift_id))

    def shift_of(self, order_id: OrderId) -> ShiftId | None:
        """The round that serves an order, shown or not."""
        return self._shift_of.get(order_id)

    def stop_row(self, order_id: OrderId) -> StopRow | None:
        """The stop of an order, shown or not."""
        shift_id = self._shift_of.get(order_id)
        stops = self._rounds[shift_id].stops if shift_id else ()
        return next((row for row in stops if row.order_id == order_id), None)

    def stop_rows(self, shift_id: ShiftId) -> tuple[StopRow, ...]:
        """All stops of a round, shown or not."""
        node = self._rounds.get(shift_id)
        return node.stops if node else ()

    def stop_ids(self, shift_id: ShiftId) -> tuple[OrderId, ...]:
        """The orders of a round, shown or not."""
        return tuple(row.order_id for row in self.stop_rows(shift_id))

    def round_rows(self) -> list[RoundRow]:
        """All rounds of the day."""
        return [node.row for node in self._rounds.values()]

    def all_stop_rows(self) -> list[StopRow]:
        """All stops of the day."""
        return [row for node in self._rounds.values() for row in node.stops]

    def taken_stops(self) -> list[StopRow]:
        """All stops that the filter takes, in open rounds and in closed ones."""
        return [row for node in self._rounds.values() if node.wanted for row in node.shown]

    def taken_rounds(self) -> list[ShiftId]:
        """All rounds that the filter takes."""
        return [shift_id for shift_id, node in self._rounds.items() if node.wanted]

    def takes_any(self, order_ids: Collection[OrderId], shift_ids: Collection[ShiftId]) -> bool:
        """Whether the filter takes any of these that are of this day, or none of them is."""
        known = [*(o for o in order_ids if o in self._shift_of), *(s for s in shift_ids if s in self._rounds)]
        taken = {*(row.order_id for row in self.taken_stops()), *self.taken_rounds()}
        return not known or not taken.isdisjoint(known)

    def longest_in(self, column: int) -> str:
        """The longest text of a column over the whole day."""
        return max((node.longest_in(column) for node in self._rounds.values()), key=len, default="")

    def skills(self) -> frozenset[str]:
        """What the stops of the day need."""
        return frozenset().union(*(o.skills for n in self._rounds.values() for o in n.made.source.orders if o.skills))

    # ── The table, as Qt asks for it ─────────────────────────────────────────────────────────────────────────────

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        spec = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return spec.heading
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if spec.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return spec.what if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole) else None

    def row_data(self, row: BoardRow, column: int, role: int) -> Any:
        if role == Role.ROW:
            return row
        if role == Role.SHIFT_ID:
            return row.shift_id
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tooltip
        if isinstance(row, StopRow):
            return self._stop_data(row, column, role)
        return self._round_data(row, role) if column == 0 else None

    def _round_data(self, row: RoundRow, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{row.number} {row.driver}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            folded = "open" if row.shift_id in self._open else "closed"
            lock = words.lock_words(row.lock) if words.lock_sentence(row.lock) else ""
            parts = (
                row.driver,
                row.vehicle,
                row.stops,
                row.hours,
                row.distance,
                lock,
                row.loaded,
                row.problems,
                row.now.delay,
                row.now.next,
                row.now.phone and f"phone {row.now.phone}",
                folded,
            )
            return ", ".join(part for part in (f"Round {row.number}", *parts) if part)
        return None

    @staticmethod
    def _stop_data(row: StopRow, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return TEXTS[column](row)
        if role == Role.ORDER_ID:
            return row.order_id
        if role == Qt.ItemDataRole.AccessibleTextRole and column == 0:
            return f"Stop {row.sequence}, " + row.tooltip.replace("\n", ", ")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return _NO_FLAGS
        return _ROUND_FLAGS if isinstance(self._rows[index.row()], RoundRow) else _STOP_FLAGS

    # ── Drag and drop ────────────────────────────────────────────────────────────────────────────────────────────

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [drag.MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The stops among the indexes, in the order they are shown."""
        places = sorted({index.row() for index in indexes})
        return drag.pack(row.order_id for row in map(self._rows.__getitem__, places) if isinstance(row, StopRow))

    def takes(self, data: QMimeData, shift_id: ShiftId, index: int | None) -> bool:
        """Whether these orders can be dropped before stop `index` of a round: not where they stand already."""
        order_ids = drag.unpack(data)
        return bool(order_ids) and shift_id in self._rounds and not self._stand_there(order_ids, shift_id, index)

    def drop(self, data: QMimeData, shift_id: ShiftId, index: int | None) -> bool:
        """Wish the move, if it can be made; whether it was."""
        taken = self.takes(data, shift_id, index)
        if taken:
            self.move_requested.emit(drag.unpack(data), shift_id, index)
        return taken

    def _stand_there(self, order_ids: Collection[OrderId], shift_id: ShiftId, index: int | None) -> bool:
        if index is None:
            return False
        now = self.stop_ids(shift_id)
        ahead = [o for o in now[:index] if o not in order_ids]
        behind = [o for o in now[index:] if o not in order_ids]
        return (*ahead, *order_ids, *behind) == now
