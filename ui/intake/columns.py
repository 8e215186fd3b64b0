"""The row of choices above the preview: what each column of the file means."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QTableView, QWidget

from dispatcher.services.importing import Field

IGNORED = "— ignore —"
SMALLEST = 132


class ColumnBar(QWidget):
    """A combo over every column of the table, moving with it. GUI thread.

    Signals:
        assigned(str, str): a header and the name of the field it shall mean; empty for none.
    """

    assigned = Signal(str, str)

    def __init__(self, table: QTableView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import.columns")
        self.setAccessibleName("What each column means")
        self._table = table
        self._combos: dict[str, QComboBox] = {}
        header = table.horizontalHeader()
        header.setMinimumSectionSize(SMALLEST)
        header.sectionResized.connect(self._place)
        table.horizontalScrollBar().valueChanged.connect(self._place)
        table.verticalHeader().installEventFilter(self)
        self.setFixedHeight(QComboBox(self).sizeHint().height() + 4)

    def set_columns(self, columns: Mapping[str, Field | None]) -> None:
        """Show how the columns are understood now."""
        if tuple(columns) != tuple(self._combos):
            self._rebuild(tuple(columns))
        for header, field in columns.items():
            combo = self._combos[header]
            combo.setCurrentIndex(combo.findData(field.value if field else ""))
            combo.setProperty("ignored", field is None)
        self._place()

    def _rebuild(self, headers: tuple[str, ...]) -> None:
        for combo in self._combos.values():
            combo.hide()
            combo.deleteLater()
        self._combos = {header: self._combo(header) for header in headers}

    def _combo(self, header: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setObjectName(f"import.column.{header}")
        combo.setAccessibleName(f"What “{header}” means")
        combo.setToolTip(f"What “{header}” means")
        combo.addItem(IGNORED, "")
        for field in sorted(Field, key=lambda f: f.label):
            combo.addItem(field.label, field.value)
        combo.view().setMinimumWidth(200)
        combo.activated.connect(lambda _index: self.assigned.emit(header, str(combo.currentData())))
        combo.show()
        return combo

    @Slot()
    def _place(self) -> None:
        """Over each column, as wide as it."""
        left = self._table.verticalHeader().width() + self._table.frameWidth()
        header = self._table.horizontalHeader()
        for position, combo in enumerate(self._combos.values()):
            x = left + header.sectionViewportPosition(position)
            combo.setGeometry(x, 2, max(0, header.sectionSize(position) - 2), self.height() - 4)
            combo.setVisible(x + header.sectionSize(position) > left)
            combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The table's row numbers grow with their digits: the columns shift then."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
