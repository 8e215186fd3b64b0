"""The rows of an opened card as Qt asks for them: which drivers stand open, which are filtered out."""

from typing import Any

from PySide6.QtCore import QObject, Qt

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.services.proposals import Card
from ui.board.row_model import RowModel
from ui.proposals.rows import Changes, DriverRow, GoneHead, Row, StopRow

OPEN_UP_TO = 14
"""A card with no more stops than this stands open at once."""

_HINTS = {
    DriverRow: "Take this driver: Space. Open or close: Right, Left.",
    StopRow: "Take this stop: Space.",
}


class DiffModel(RowModel[Row]):
    """One card, by its drivers. GUI thread; owned by its view."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(1, parent)
        self._changes = Changes(None)
        self._card_id = ""
        self._open: frozenset[ShiftId] = frozenset()
        self._only: ShiftId | None = None

    # ── Told from outside ────────────────────────────────────────────────────────────────────────────────────────

    def set_card(self, card: Card | None) -> None:
        """Show this card; of the same one only what differs changes, and what is open stays open."""
        self._changes = Changes(card)
        fresh = (card.id if card else "") != self._card_id
        if fresh:
            self._card_id, self._only = card.id if card else "", None
            few = self._changes.count <= OPEN_UP_TO
            self._open = frozenset(driver.shift_id for driver in self.drivers) if few else frozenset()
        if self._only not in {driver.shift_id for driver in self.drivers}:
            self._only = None
        self._show(reset=fresh)

    def set_only(self, shift_id: ShiftId | None) -> None:
        """Show one driver's changes, open; or everybody's."""
        if shift_id != self._only:
            self._only = shift_id
            if shift_id is not None:
                self._open |= {shift_id}
            self._show()

    def set_open(self, shift_ids: frozenset[ShiftId]) -> None:
        """Show the stops of exactly these drivers."""
        if shift_ids != self._open:
            self._open = shift_ids
            self._show()

    @property
    def drivers(self) -> tuple[DriverRow, ...]:
        """Everybody whose round changes, filtered out or not."""
        return self._changes.drivers

    @property
    def open(self) -> frozenset[ShiftId]:
        """Whose stops are shown."""
        return self._open

    @property
    def only(self) -> ShiftId | None:
        """The driver that is filtered for."""
        return self._only

    def _show(self, *, reset: bool = False) -> None:
        rows: list[Row] = []
        for driver in self.drivers:
            if self._only in (None, driver.shift_id):
                rows.append(driver)
                rows += self._changes.stops(driver.shift_id) if driver.shift_id in self._open else ()
        gone = self._changes.gone
        if gone and self._only is None:
            rows += [GoneHead(len(gone)), *gone]
        if reset:
            self.reset_rows(rows)
        else:
            self.show_rows(rows)

    # ── As Qt asks for it ────────────────────────────────────────────────────────────────────────────────────────

    def row_data(self, row: Row, column: int, role: int) -> Any:  # noqa: ARG002
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._said(row)
            case Qt.ItemDataRole.ToolTipRole:
                hint = _HINTS.get(type(row))
                return f"{row.said}\n{hint}" if hint else row.said
        return None

    def _said(self, row: Row) -> str:
        if isinstance(row, DriverRow) and row.stops:
            return f"{row.said}; {'open' if row.shift_id in self._open else 'closed'}"
        return row.said

    def taken(self, rows: list[Row]) -> tuple[tuple[ShiftId, ...], tuple[OrderId, ...]]:
        """What taking these rows means: whole rounds, and moves that are not part of them anyway."""
        shifts = tuple(row.shift_id for row in rows if isinstance(row, DriverRow))
        within = {order_id for shift_id in shifts for order_id in self._changes.orders(shift_id)}
        stops = (row.order_id for row in rows if isinstance(row, StopRow) and row.order_id not in within)
        return shifts, tuple(dict.fromkeys(stops))
