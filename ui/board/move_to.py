"""The chooser behind "Move to…": the drivers, best first, each with what taking the stops would cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QCursor, QFontMetrics, QGuiApplication, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.services.verdict import Verdict
from ui import format as fmt
from ui.board import words
from ui.board.painting import RowPainter
from ui.theme import Size, Theme

_ROWS = 10
_WIDTH_STEPS = 130


@dataclass(frozen=True, slots=True)
class Offer:
    """One driver in the list."""

    shift_id: ShiftId
    number: int
    driver: str
    vehicle: str
    ruling: words.Ruling | None
    best: bool

    @property
    def search(self) -> str:
        """What typing looks in."""
        return f"{self.number} {self.driver} {self.vehicle}".casefold()

    @property
    def spoken(self) -> str:
        """For screen readers."""
        said = f", {self.ruling.text}" if self.ruling else ""
        return f"{self.number} {self.driver}, {self.vehicle}{said}{', best' if self.best else ''}"


class _Offers(QAbstractListModel):
    """The drivers that the words typed take."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.every: list[Offer] = []
        self.shown: list[Offer] = []

    def show_words(self, text: str) -> None:
        typed = text.casefold().split()
        self.beginResetModel()
        self.shown = [offer for offer in self.every if all(word in offer.search for word in typed)]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        offer = self.shown[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return offer
        spoken = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)
        return offer.spoken if role in spoken else None


class _Delegate(QStyledItemDelegate):
    """A badge, a name and a verdict in one line."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._painter = RowPainter(theme)

    def measure(self) -> None:
        self._painter.measure()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        return QSize(0, QFontMetrics(self._theme.font(Size.TEXT, bold=True)).height() + self._theme.grid(3))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        offer: Offer = index.data(Qt.ItemDataRole.UserRole)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(option.rect, self._theme.colour("selection" if selected else "raised"))
        self._painter.paint_offer(
            painter, option.rect, (offer.number, offer.driver, offer.vehicle), offer.ruling, offer.best
        )
        painter.restore()


class MoveTo(QFrame):
    """Lists the drivers for stops in hand; type to narrow, Enter moves, Escape leaves all as it was. GUI thread.

    Signals:
        move_requested(order_ids, shift_id, None): give them to this driver, where they fit best.
    """

    move_requested = Signal(object, object, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("board.move_to")
        self.setAccessibleName("Move to a driver")
        self.setProperty("popup", True)
        self._theme = theme
        self._orders: tuple[OrderId, ...] = ()
        self._offers = _Offers(self)
        self.title = QLabel()
        self.edit = QLineEdit(placeholderText="Driver or vehicle")
        self.edit.setAccessibleName("Driver or vehicle to look for")
        self.list = QListView()
        self.list.setAccessibleName("Drivers, best first")
        self._delegate = _Delegate(theme, self)
        self._lay_out()
        self.edit.textChanged.connect(self._on_typed)
        self.list.clicked.connect(self._on_chosen)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _lay_out(self) -> None:
        self.list.setModel(self._offers)
        self.list.setItemDelegate(self._delegate)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._layout = QVBoxLayout(self)
        for widget in (self.title, self.edit, self.list):
            self._layout.addWidget(widget)

    # ── What is offered ──────────────────────────────────────────────────────────────────────────────────────────

    def offer(
        self, order_ids: Sequence[OrderId], verdicts: Mapping[ShiftId, Verdict], day: Day, at: QPoint | None = None
    ) -> None:
        """Open beside `at` (global; the pointer if none) with the drivers as `verdicts` has them: best first."""
        self._orders = tuple(order_ids)
        self._offers.every = offers_of(verdicts, day)
        self.title.setText(f"Move {fmt.count(len(self._orders), 'stop')} to")
        self.edit.clear()
        self._on_typed("")
        self._place(at or QCursor.pos())
        self.show()
        self.edit.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def shown(self) -> tuple[Offer, ...]:
        """The drivers in the list, from the top."""
        return tuple(self._offers.shown)

    def _place(self, at: QPoint) -> None:
        """Wholly on the screen."""
        row = self.list.sizeHintForRow(0) if self._offers.shown else self._theme.grid(6)
        self.list.setFixedHeight(row * max(1, min(_ROWS, len(self._offers.every))) + 2)
        self.setFixedWidth(self._theme.grid(_WIDTH_STEPS))
        self.adjustSize()
        screen = (QGuiApplication.screenAt(at) or QGuiApplication.primaryScreen()).availableGeometry()
        box = QRect(at, self.size())
        box.moveRight(min(box.right(), screen.right()))
        box.moveBottom(min(box.bottom(), screen.bottom()))
        self.move(max(box.left(), screen.left()), max(box.top(), screen.top()))

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self._offers.show_words(text)
        if self._offers.shown:
            self.list.setCurrentIndex(self._offers.index(0, 0))

    # ── Choosing ─────────────────────────────────────────────────────────────────────────────────────────────────

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -_ROWS,
            Qt.Key.Key_PageDown: _ROWS,
        }
        if event.key() in steps:
            self._step(steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_chosen(self.list.currentIndex())
        else:
            super().keyPressEvent(event)

    def _step(self, step: int) -> None:
        last = len(self._offers.shown) - 1
        if last >= 0:
            row = min(last, max(0, self.list.currentIndex().row() + step))
            self.list.setCurrentIndex(self._offers.index(row, 0))

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            shift_id = self._offers.shown[index.row()].shift_id
            self.close()
            self.move_requested.emit(self._orders, shift_id, None)

    @Slot()
    def _on_theme_changed(self) -> None:
        grid = self._theme.grid
        self._delegate.measure()
        self.title.setFont(self._theme.font(Size.SMALL, bold=True))
        self.edit.setFont(self._theme.font(Size.TEXT))
        self._layout.setContentsMargins(*[grid(2)] * 4)
        self._layout.setSpacing(grid(1.5))
        ground, border = self._theme.colour("raised").name(), self._theme.colour("border").name()
        self.setStyleSheet(
            f"MoveTo {{ background: {ground}; border: 1px solid {border}; }} QListView {{ background: {ground}; }}"
        )


def offers_of(verdicts: Mapping[ShiftId, Verdict], day: Day) -> list[Offer]:
    """The drivers in the order of their verdicts, the one with whom all stays as it is behind them.

    Those on duty without a verdict come last.
    """
    ranked = sorted((s for s in verdicts if s in day.shifts), key=lambda s: words.changes_nothing(verdicts[s]))
    best = ranked[0] if ranked else None
    order = [*ranked, *(s for s in day.shifts if s not in verdicts)]
    found = []
    for shift_id in order:
        shift = day.shifts[shift_id]
        driver, vehicle = day.drivers[shift.driver_id], day.vehicles[shift.vehicle_id]
        verdict = verdicts.get(shift_id)
        ruling = words.ruling(verdict, day.depot.currency) if verdict else None
        found.append(Offer(shift_id, driver.number, driver.name, vehicle.name, ruling, shift_id == best))
    return found
