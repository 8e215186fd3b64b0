"""The web view that shows the map page, and what is dragged over it from the rest of the window."""

from typing import override

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication, QWidget

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId
from ui.map.wire import ORDERS_MIME, decode_order_ids


class WebView(QWebEngineView):
    """Takes drags of orders itself: left to Chromium, a drag keeps its plain text only.

    Signals: orders_dragged(tuple[OrderId, ...], QPointF), orders_dropped(the same), drag_left().
    """

    orders_dragged = Signal(object, object)
    orders_dropped = Signal(object, object)
    drag_left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(True)
        self._dragged: tuple[OrderId, ...] = ()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._dragged = _orders_of(event)
        self._follow(event)

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._follow(event)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dragged = ()
        self.drag_left.emit()
        event.accept()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        order_ids, self._dragged = _orders_of(event), ()
        if not order_ids:
            event.ignore()
            return
        _accept(event)
        self.orders_dropped.emit(order_ids, event.position())

    def forget_drag(self) -> None:
        """Call before deletion: Qt keeps the bare address of the widget under a drag, and would follow it."""
        if self._dragged:
            QApplication.sendEvent(self, QDragLeaveEvent())

    def _follow(self, event: QDragMoveEvent) -> None:
        if not self._dragged:
            event.ignore()
            return
        _accept(event)
        self.orders_dragged.emit(self._dragged, QPointF(event.position()))


def _accept(event: QDropEvent) -> None:
    """Accept as a copy where the source allows it: after a move, Qt's item views remove the rows themselves."""
    if event.possibleActions() & Qt.DropAction.CopyAction:
        event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def _orders_of(event: QDropEvent) -> tuple[OrderId, ...]:
    if not event.mimeData().hasFormat(ORDERS_MIME):
        return ()
    try:
        return decode_order_ids(bytes(event.mimeData().data(ORDERS_MIME).data()))
    except BadInput:
        return ()
