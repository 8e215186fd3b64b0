"""The table of the pool under the hand: selection by id, dragging out. Drops are the panel's."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from dispatcher.domain.ids import OrderId
from ui import format as fmt
from ui.board import drag
from ui.board.columns import Columns
from ui.board.pool_model import COLUMNS, TEXTS, PoolModel
from ui.board.selecting import Quiet, places, select_rows, selected_rows
from ui.theme import Theme


class PoolView(QTableView):
    """Shows a `PoolModel`. GUI thread; owned by the pool panel.

    Signals:
        selection_changed(): a person chose other rows.
        menu_requested(QPoint): where, in global coordinates.
    """

    selection_changed = Signal()
    menu_requested = Signal(object)

    def __init__(self, model: PoolModel, theme: Theme, run_drag: drag.RunDrag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pool, self._theme, self._run_drag = model, theme, run_drag
        self._quiet = Quiet()
        self.setModel(model)
        self.columns = Columns(self, theme, COLUMNS, self._longest)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.horizontalHeader().setSortIndicatorShown(True)
        self.horizontalHeader().setSortIndicator(*model.sorted_by)
        self.horizontalHeader().setSectionsClickable(True)
        self.horizontalHeader().sortIndicatorChanged.connect(self._on_sorted)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    # ── Selection ────────────────────────────────────────────────────────────────────────────────────────────────

    def order_ids(self) -> tuple[OrderId, ...]:
        """The selected orders, top to bottom."""
        rows = self._pool.rows
        return tuple(rows[i].order_id for i in selected_rows(self))

    def choose(self, order_ids: Collection[OrderId]) -> list[int]:
        """Select these orders and nothing else, without a signal; returns their rows from the top."""
        rows = places(self._pool.place_of(order_id) for order_id in order_ids)
        with self._quiet.kept():
            select_rows(self, rows)
        return rows

    @contextmanager
    def keeping_selection(self) -> Iterator[None]:
        """Select by id what is still there after the rows changed; a person hears only if something is missing."""
        chosen = self.order_ids()
        with self._quiet.kept():
            yield
            if self.order_ids() != chosen:
                self.choose(chosen)
        if set(self.order_ids()) != set(chosen):
            self.selection_changed.emit()

    @Slot()
    def _on_selection_changed(self) -> None:
        if not self._quiet:
            self.selection_changed.emit()

    # ── Sorting ──────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot(int, Qt.SortOrder)
    def _on_sorted(self, column: int, order: Qt.SortOrder) -> None:
        with self.keeping_selection():
            self._pool.sort(column, order)

    def sortByColumn(self, column: int, order: Qt.SortOrder) -> None:
        """By a column's amounts where it has any, else by its words."""
        self.horizontalHeader().setSortIndicator(column, order)

    def sorting(self) -> dict[str, object]:
        """By what it is sorted, to be kept as JSON."""
        column, order = self._pool.sorted_by
        return {"column": COLUMNS[column].name, "descending": order is Qt.SortOrder.DescendingOrder}

    def sort_as(self, kept: object) -> None:
        """Sort as was kept; by number where nothing readable was."""
        kept = kept if isinstance(kept, dict) else {}
        names = [spec.name for spec in COLUMNS]
        column = names.index(kept["column"]) if kept.get("column") in names else 0
        down = kept.get("descending") is True
        self.sortByColumn(column, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)

    # ── Hand and looks ───────────────────────────────────────────────────────────────────────────────────────────

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: ARG002, N803
        if orders := tuple(o for o in self.order_ids() if not self._pool.is_cancelled(o)):
            self._run_drag(drag.begin(self, orders, fmt.count(len(orders), "order"), self._theme))

    def keyboardSearch(self, search: str) -> None:
        """Letters are keys of actions here; the filter line searches."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.fit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def _longest(self, column: int) -> str:
        text = TEXTS[column]
        return max((text(row) for row in self._pool.rows), key=len, default="")
