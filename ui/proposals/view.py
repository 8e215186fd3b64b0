"""An opened card under the hand: open and close drivers, select rows, take them by key or by their check."""

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.services.proposals import Card
from ui.proposals.model import DiffModel
from ui.proposals.painting import DiffPainter
from ui.proposals.rows import DriverRow, Row, StopRow
from ui.theme import Theme

_TAKES = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PICK = QItemSelectionModel.SelectionFlag


class DiffView(QListView):
    """The rows of one card. GUI thread; owned by the panel.

    Signals:
        take_requested(shift_ids, order_ids): rows were taken.
        chosen(order_ids, shift_ids): a person selected other rows.
        left(): Escape.
    """

    take_requested = Signal(object, object)
    chosen = Signal(object, object)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.proposals.diff")
        self.setAccessibleName("What the proposal changes, by driver")
        self._theme = theme
        self.diff = DiffModel(self)
        self.painter = DiffPainter(theme, self.diff)
        self.setModel(self.diff)
        self.setItemDelegate(self.painter)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self._quiet = False
        self.head = Headings(self)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    # ── Told from outside ────────────────────────────────────────────────────────────────────────────────────────

    def set_card(self, card: Card | None) -> None:
        """Show a card; of the same one what is open, selected and scrolled stays so."""
        self._quiet = True
        rows = [self.diff.row(index).key for index in self.selectedIndexes()]
        here, scrolled = self.currentIndex(), self.verticalScrollBar().value()
        row, place = (self.diff.row(here), here.row()) if here.isValid() else (None, 0)
        self.diff.set_card(card)
        self._select([self.diff.index_of(k) for k in rows])
        lost = not self.selectedIndexes()
        at = self.diff.index_of(row.key) if row else QModelIndex()
        if not at.isValid():
            at = self._nearest(StopRow if isinstance(row, StopRow) else DriverRow, place)
        self.selectionModel().setCurrentIndex(at, _PICK.ClearAndSelect if lost else _PICK.NoUpdate)
        self.executeDelayedItemsLayout()
        self.verticalScrollBar().setValue(scrolled)
        self._quiet = False

    def selected_rows(self) -> list[Row]:
        """Top to bottom."""
        return [self.diff.row(index) for index in sorted(self.selectedIndexes())]

    def take(self) -> None:
        """Wish for what is selected."""
        shifts, orders = self.diff.taken(self.selected_rows())
        if shifts or orders:
            self.take_requested.emit(shifts, orders)

    def _select(self, indexes: list[QModelIndex]) -> None:
        chosen = QItemSelection()
        for index in indexes:
            if index.isValid():
                chosen.select(index, index)
        self.selectionModel().select(chosen, _PICK.ClearAndSelect)

    def _nearest(self, kind: type[StopRow | DriverRow], place: int) -> QModelIndex:
        """The first row of its kind from there on, else the last before; else the first row of all."""
        rows = self.diff.rows
        places = (*range(place, len(rows)), *range(min(place, len(rows)) - 1, -1, -1))
        return self.diff.index(next((i for i in places if isinstance(rows[i], kind)), 0), 0)

    def _go_on(self) -> None:
        """To the next row of its kind, so that the same key takes that; a stop never leads to a whole driver."""
        here = self.currentIndex()
        row = self.diff.row(here) if here.isValid() else None
        if isinstance(row, StopRow | DriverRow) and len(self.selectedIndexes()) == 1:
            self.setCurrentIndex(self._nearest(type(row), here.row() + 1))

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _now: QItemSelection, _before: QItemSelection) -> None:
        if self._quiet:
            return
        rows = self.selected_rows()
        orders: tuple[OrderId, ...] = tuple(dict.fromkeys(row.order_id for row in rows if isinstance(row, StopRow)))
        shifts: tuple[ShiftId, ...] = tuple(row.shift_id for row in rows if isinstance(row, DriverRow))
        self.chosen.emit(orders, shifts)

    # ── Keys and mouse ───────────────────────────────────────────────────────────────────────────────────────────

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in _TAKES:
            self.take()
            self._go_on()
        elif plain and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._fold(open_it=key == Qt.Key.Key_Right)
        elif plain and key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _fold(self, *, open_it: bool) -> None:
        index = self.currentIndex()
        row = self.diff.row(index) if index.isValid() else None
        if isinstance(row, DriverRow):
            self._set_open(row.shift_id, open_it)
        elif isinstance(row, StopRow) and not open_it:
            self.setCurrentIndex(self.diff.index_of(row.shift_id))

    def _set_open(self, shift_id: ShiftId, open_it: bool) -> None:
        self.diff.set_open(self.diff.open | {shift_id} if open_it else self.diff.open - {shift_id})

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The check takes a row, the chevron opens it; anywhere else selects."""
        at = event.position().toPoint()
        index = self.indexAt(at)
        row = self.diff.row(index) if index.isValid() else None
        if event.button() != Qt.MouseButton.LeftButton or not isinstance(row, DriverRow | StopRow):
            super().mousePressEvent(event)
        elif self.painter.check_box(self.visualRect(index)).contains(at):
            self.take_requested.emit(*self.diff.taken([row]))
        elif isinstance(row, DriverRow) and row.stops and at.x() < self._theme.grid(6):
            self._set_open(row.shift_id, row.shift_id not in self.diff.open)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        row = self.diff.row(index) if index.isValid() else None
        if isinstance(row, DriverRow) and row.stops:
            self._set_open(row.shift_id, row.shift_id not in self.diff.open)

    # ── Looks ────────────────────────────────────────────────────────────────────────────────────────────────────

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_head()

    def _place_head(self) -> None:
        frame = self.contentsRect()
        self.head.setGeometry(QRect(frame.left(), frame.top(), frame.width(), self.head.sizeHint().height()))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.painter.measure()
        self.head.setFixedHeight(self.painter.head_height)
        self.setViewportMargins(0, self.painter.head_height, 0, 0)
        self._place_head()
        self.scheduleDelayedItemsLayout()

    def event(self, event: QEvent) -> bool:
        """Escape and Enter are meant for the rows, whatever shortcuts the window has."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._wants(event):
            event.accept()
            return True
        return super().event(event)

    @staticmethod
    def _wants(event: QKeyEvent) -> bool:
        return event.key() in (*_TAKES, Qt.Key.Key_Escape) and not event.modifiers()


class Headings(QWidget):
    """The line above the figures; scrolls with nothing."""

    def __init__(self, view: DiffView) -> None:
        super().__init__(view)
        self._view = view

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        rect = QRect(0, 0, self._view.viewport().width(), self.height())
        self._view.painter.paint_headings(painter, rect)
        painter.end()
