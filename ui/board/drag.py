"""Orders in the hand: what a drag carries, how it looks under the pointer, how it runs.

Knows no model and no view; pool, rounds and map speak this one language.
"""

import json
from collections.abc import Callable, Iterable

from PySide6.QtCore import QMimeData, QPoint, QRectF, Qt
from PySide6.QtGui import QDrag, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from dispatcher.domain.ids import OrderId
from ui.theme import Size, Theme

MIME = "application/x-roundhouse-orders"

type RunDrag = Callable[[QDrag], object]
"""Carries a drag out until it is dropped or given up; tests put their own in its place."""


def run_drag(drag: QDrag) -> object:
    """The real one: blocks in Qt's own loop until the button is let go or Escape is pressed."""
    return drag.exec(Qt.DropAction.MoveAction)


def pack(order_ids: Iterable[OrderId]) -> QMimeData:
    """Orders as a drag's payload: {"order_ids": [...]}."""
    data = QMimeData()
    data.setData(MIME, json.dumps({"order_ids": list(order_ids)}).encode())
    return data


def unpack(data: QMimeData) -> tuple[OrderId, ...]:
    """The orders of a payload, each once; none for anything that is not ours or is malformed."""
    if not data.hasFormat(MIME):
        return ()
    try:
        payload = json.loads(bytes(data.data(MIME).data()).decode())
    except ValueError:
        return ()
    ids = payload.get("order_ids") if isinstance(payload, dict) else None
    if not isinstance(ids, list) or not all(isinstance(order_id, str) for order_id in ids):
        return ()
    return tuple(OrderId(order_id) for order_id in dict.fromkeys(ids))


def begin(source: QWidget, order_ids: Iterable[OrderId], caption: str, theme: Theme) -> QDrag:
    """A drag with its ghost, ready to run."""
    drag = QDrag(source)
    drag.setMimeData(pack(order_ids))
    drag.setPixmap(ghost(caption, theme, source.devicePixelRatioF()))
    drag.setHotSpot(QPoint(-theme.grid(3), -theme.grid(2)))
    return drag


def ghost(caption: str, theme: Theme, ratio: float) -> QPixmap:
    """What hangs under the pointer: a small card that says what is carried."""
    font = theme.font(Size.SMALL, bold=True)
    metrics = QFontMetrics(font)
    width, height = metrics.horizontalAdvance(caption) + theme.grid(6), metrics.height() + theme.grid(2)
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(theme.colour("accent"))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRectF(0, 0, width, height), 4, 4)
    painter.setPen(theme.colour("on_accent"))
    painter.setFont(font)
    painter.drawText(QRectF(0, 0, width, height), Qt.AlignmentFlag.AlignCenter, caption)
    painter.end()
    return pixmap
