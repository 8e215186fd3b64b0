"""The table of an order's articles, typed into directly."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from dispatcher.domain.errors import BadInput
from dispatcher.domain.orders import OrderLine
from ui.parts.fields import named
from ui.parts.tables import SHEET
from ui.theme import Theme

HEADERS = ("Article", "Quantity", "SKU")
NAME, QUANTITY, SKU = range(3)


class LineTable(QTableWidget):
    """The last row is always empty and takes the next article; Delete empties cells."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(1, len(HEADERS), parent)
        named(self, "order.lines", "Articles")
        self._theme = theme
        self.setStyleSheet(SHEET)
        self.setHorizontalHeaderLabels(HEADERS)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.itemChanged.connect(self._on_item_changed)
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self.verticalHeader().setDefaultSectionSize(grid(7.5))
        self.setMinimumHeight(grid(32))
        self.setColumnWidth(QUANTITY, grid(20))
        self.setColumnWidth(SKU, grid(22))

    def sizeHint(self) -> QSize:
        """Takes what height is left, and asks for none."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def set_lines(self, lines: Sequence[OrderLine]) -> None:
        """Show these."""
        self.setRowCount(len(lines) + 1)
        for row, line in enumerate(lines):
            for column, text in enumerate((line.name, f"{line.quantity:.12g}", line.sku)):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, line.barcode)
                self.setItem(row, column, item)

    def lines(self) -> tuple[OrderLine, ...]:
        """What is filled in. Raises `BadInput` for a quantity that is no number, and an article without a name."""
        filled = [row for row in range(self.rowCount()) if any(self._text(row, c) for c in range(len(HEADERS)))]
        return tuple(self._line(row) for row in filled)

    def texts(self) -> tuple[tuple[str, ...], ...]:
        """All that is typed, as it is."""
        return tuple(tuple(self._text(row, c) for c in range(len(HEADERS))) for row in range(self.rowCount()))

    def _line(self, row: int) -> OrderLine:
        name = self._text(row, NAME)
        if not name:
            raise BadInput(f"Article {row + 1} has no name.", "Type one, or empty the row.")
        item = self.item(row, NAME)
        barcode = item.data(Qt.ItemDataRole.UserRole) if item else ""
        return OrderLine(name, self._quantity(row), self._text(row, SKU), barcode or "")

    def _quantity(self, row: int) -> float:
        text = self._text(row, QUANTITY) or "1"
        try:
            quantity = float(text.replace(",", "."))
        except ValueError:
            quantity = math.nan
        if not (math.isfinite(quantity) and quantity > 0):
            raise BadInput(f"“{text}” is no quantity of {self._text(row, NAME)}.", "Type a number above 0.")
        return quantity

    def _text(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return item.text().strip() if item else ""

    @Slot(QTableWidgetItem)
    def _on_item_changed(self, item: QTableWidgetItem) -> None:
        if item.row() == self.rowCount() - 1 and item.text().strip():
            self.setRowCount(self.rowCount() + 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete empties what is selected."""
        if event.key() == Qt.Key.Key_Delete:
            for item in self.selectedItems():
                item.setText("")
        else:
            super().keyPressEvent(event)
