"""A QR code on the screen: every module as large as every other, black on white in both themes, with its quiet zone."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.services.pairing_apps import qr

QUIET = 4
"""Modules of white all around (ISO/IEC 18004, 9.1)."""


class QrCode(QWidget):
    """Shows a text; keeps the side it was given and uses as much of it as whole pixels allow. GUI thread."""

    def __init__(self, name: str, accessible: str, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._matrix: tuple[tuple[bool, ...], ...] = ()
        self.text = ""
        self.set_side(side)

    def set_side(self, side: int) -> None:
        """So large, in device-independent pixels."""
        self._side = side
        self.setFixedSize(QSize(side, side))

    def show_text(self, text: str) -> None:
        """Show another text; nothing for none."""
        if text != self.text:
            self.text = text
            self._matrix = qr(text) if text else ()
            self.update()

    def modules(self) -> int:
        """To a side, with the quiet zone."""
        return len(self._matrix) + 2 * QUIET

    def paintEvent(self, _event: QPaintEvent) -> None:
        """In pixels of the device, so that no module is blurred."""
        if not self._matrix:
            return
        ratio = self.devicePixelRatioF()
        whole = round(self._side * ratio)
        pixels = max(1, whole // self.modules())
        drawn = pixels * self.modules()
        edge = max(0, (whole - drawn) // 2)
        with QPainter(self) as painter:
            painter.scale(1 / ratio, 1 / ratio)
            painter.fillRect(QRect(edge, edge, drawn, drawn), Qt.GlobalColor.white)
            at = edge + QUIET * pixels
            for y, row in enumerate(self._matrix):
                for x, dark in enumerate(row):
                    if dark:
                        painter.fillRect(at + x * pixels, at + y * pixels, pixels, pixels, Qt.GlobalColor.black)
