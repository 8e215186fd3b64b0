"""The find box: any order by number, name, street or phone, any driver by name, number or phone, while you type.

Every word typed must occur somewhere in the line, in any order: "maja 5" finds 5, Majakatu, and Maja's fifth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QSizePolicy, QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import OrderState
from dispatcher.domain.plan import Day

MOST = 50
"""Lines offered at a time: more are not read, they are typed away."""

_PROMPT = "Find…  Ctrl+K"
_AROUND = 3
"""Letters' widths that frame and margins take."""

HIT_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that can be found: an order, or a driver's round."""

    text: str
    order_id: OrderId | None = None
    shift_id: ShiftId | None = None


def hits_of(day: Day) -> list[Hit]:
    """Everything of a day that can be found, drivers first."""
    found = [
        Hit(_line("Round", str(driver.number), driver.name, vehicle.name, vehicle.plate, driver.phone), None, shift.id)
        for _, shift, driver, vehicle in day.rounds()
    ]
    driver_of = {o: driver.name for route, _, driver, _ in day.rounds() for o in route.order_ids}
    for order in day.orders.values():
        gone = "cancelled" if order.state is OrderState.CANCELLED else driver_of.get(order.id, "unplanned")
        contact, place = order.contact, order.address.text
        found.append(Hit(_line(order.number, contact.name, place, contact.phone, order.sender, gone), order.id))
    return found


def _line(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


class FindModel(QAbstractListModel):
    """The lines that match what was typed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._all: list[tuple[str, Hit]] = []
        self._shown: list[Hit] = []

    def set_hits(self, hits: Sequence[Hit]) -> None:
        """What can be found now."""
        self._all = [(hit.text.casefold(), hit) for hit in hits]

    def look_for(self, text: str) -> None:
        """Keep the first `MOST` lines that have every word."""
        words = text.casefold().split()
        self.beginResetModel()
        self._shown = []
        for line, hit in self._all if words else ():
            if all(word in line for word in words):
                self._shown.append(hit)
                if len(self._shown) == MOST:
                    break
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        hit = self._shown[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return hit.text
        return hit if role == HIT_ROLE else None


class FindBox(QLineEdit):
    """Finds anything of the day.

    Signals:
        found(OrderId): an order was chosen.
        round_found(ShiftId): a driver's round was chosen.
        missed(str): nothing matches these words.
    """

    found = Signal(object)
    round_found = Signal(object)
    missed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("header.find")
        self.setAccessibleName("Find an order, customer, street, phone or driver")
        self.setToolTip("Find an order, customer, street, phone or driver (Ctrl+K)")
        self.setClearButtonEnabled(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._day: Day | None = None
        self._model = FindModel(self)
        completer = QCompleter(self._model, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(12)
        completer.popup().setMinimumWidth(480)
        self.setCompleter(completer)
        completer.activated[QModelIndex].connect(self._on_activated)
        self.textEdited.connect(self._model.look_for)
        self.returnPressed.connect(self._on_return)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The key is named where there is room for all of it."""
        super().resizeEvent(event)
        room = self.width() - _AROUND * self.fontMetrics().averageCharWidth()
        whole = self.fontMetrics().horizontalAdvance(_PROMPT) <= room
        self.setPlaceholderText(_PROMPT if whole else _PROMPT.split()[0])

    def set_day(self, day: Day) -> None:
        """What can be found; its lines are made when somebody looks for one."""
        self._day = day
        if self.hasFocus():
            self._fill()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever comes here is about to search."""
        super().focusInEvent(event)
        self._fill()

    def _fill(self) -> None:
        if self._day is not None:
            self._model.set_hits(hits_of(self._day))
            self._day = None
            self._model.look_for(self.text())

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self._choose(index.data(HIT_ROLE))

    @Slot()
    def _on_return(self) -> None:
        self._model.look_for(self.text())
        if self._model.rowCount():
            self._choose(self._model.index(0).data(HIT_ROLE))
        elif self.text():
            self.missed.emit(self.text())

    def _choose(self, hit: Hit | None) -> None:
        if hit is None:
            return
        if hit.order_id is not None:
            self.found.emit(hit.order_id)
        else:
            self.round_found.emit(hit.shift_id)
        self.selectAll()
