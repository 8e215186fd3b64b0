"""The header of the preview: under each name that the file has, a choice of what the column means."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QFontMetrics, QPalette, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableView, QWidget

from dispatcher.services.importing import Field
from ui.theme import Theme

IGNORED = "ignored"
_NARROWEST, _WIDEST = 36, 70


class MeaningCombo(QComboBox):
    """What one column means. The wheel scrolls the table, and never assigns by accident.

    Signals:
        focused(): the keys go here now; it may be out of sight.
    """

    focused = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say so."""
        super().focusInEvent(event)
        self.focused.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to what lies below."""
        event.ignore()


class ColumnHeader(QHeaderView):
    """The table's horizontal header; it puts itself there. GUI thread.

    Signals:
        assigned(str, str): a header and the name of the field it shall mean; empty for none.
    """

    assigned = Signal(str, str)

    def __init__(self, theme: Theme, table: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setObjectName("import.columns")
        self.setAccessibleName("What each column means")
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHighlightSections(False)
        self.setResizeContentsPrecision(60)
        self._theme = theme
        self._meanings = _meanings(self)
        self._combos: dict[str, MeaningCombo] = {}
        self.sectionResized.connect(self._place)
        table.horizontalScrollBar().valueChanged.connect(self._place)
        theme.changed.connect(self._dress)
        self._dress()
        table.setHorizontalHeader(self)

    def set_columns(self, columns: Mapping[str, Field | None]) -> None:
        """Show how the columns are understood now; the table has them already."""
        if tuple(columns) != tuple(self._combos):
            for combo in self._combos.values():
                combo.hide()
                combo.deleteLater()
            self._combos = {header: self._combo(header) for header in columns}
        for header, field in columns.items():
            self._combos[header].setCurrentIndex(self._combos[header].findData(field.value if field else ""))
        self._dress()
        self._place()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that have choices."""
        return tuple(self._combos)

    def combo(self, header: str) -> MeaningCombo:
        """The choice of one column."""
        return self._combos[header]

    def size_to_contents(self) -> None:
        """Every column as wide as its cells, within reason, and never narrower than its choice."""
        for section in range(self.count()):
            wanted = self.sectionSizeFromContents(section).width()
            cells = self._table.sizeHintForColumn(section)
            widest = max(wanted, cells, self._theme.grid(_NARROWEST))
            self.resizeSection(section, min(widest, self._theme.grid(_WIDEST)))

    def sizeHint(self) -> QSize:
        """Room for the names and, below them, the choices."""
        size = super().sizeHint()
        size.setHeight(size.height() + self._line)
        return size

    def updateGeometries(self) -> None:
        """Keep the lower line free of names."""
        self.setViewportMargins(0, 0, 0, self._line)
        super().updateGeometries()
        self._place()

    def _combo(self, header: str) -> MeaningCombo:
        combo = MeaningCombo(self)
        combo.setObjectName(f"import.column.{header}")
        combo.setAccessibleName(f"What “{header}” means")
        combo.setToolTip(f"What “{header}” means")
        combo.setModel(self._meanings)
        combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        combo.setMinimumContentsLength(4)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.view().setMinimumWidth(self._theme.grid(44))
        combo.activated.connect(partial(self._on_activated, header))
        combo.focused.connect(partial(self._on_focused, header))
        combo.show()
        return combo

    def _on_activated(self, header: str, _index: int) -> None:
        self.assigned.emit(header, str(self._combos[header].currentData()))

    def _on_focused(self, header: str) -> None:
        section = list(self._combos).index(header)
        left = self.sectionViewportPosition(section)
        if left < 0 or left + self.sectionSize(section) > self.viewport().width():
            self._table.horizontalScrollBar().setValue(self.sectionPosition(section))

    @Slot()
    def _place(self) -> None:
        """Under each name, as wide as its column."""
        top = self.viewport().geometry().bottom() + 1
        gap = self._theme.grid(0.5)
        for section, combo in enumerate(self._combos.values()):
            left, width = self.sectionViewportPosition(section), self.sectionSize(section)
            combo.setGeometry(left + gap, top, max(0, width - 2 * gap), self._line - gap)

    @Slot()
    def _dress(self) -> None:
        self._line = QFontMetrics(self._theme.font()).height() + self._theme.grid(3)
        for combo in self._combos.values():
            palette = QPalette()
            ignored = not combo.currentData()
            colour = self._theme.colour("muted" if ignored else "text")
            for role in (QPalette.ColorRole.ButtonText, QPalette.ColorRole.Text):
                palette.setColor(role, colour)
            combo.setPalette(palette)
            font = self._theme.font()
            font.setItalic(ignored)
            combo.setFont(font)
        self.updateGeometry()


def _meanings(parent: QWidget) -> QStandardItemModel:
    """One list of choices for all columns."""
    model = QStandardItemModel(parent)
    for text, value in ((IGNORED, ""), *sorted((f.label, f.value) for f in Field)):
        item = QStandardItem(text)
        item.setData(value, Qt.ItemDataRole.UserRole)
        model.appendRow(item)
    return model
