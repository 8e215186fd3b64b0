"""A table of records that people edit in place: what a column shows, how a new value becomes a changed record.

The model never changes its rows: it wishes a changed record, and shows it when the change has come back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import time
from enum import Enum, auto
from functools import partial
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTime,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTimeEdit,
    QWidget,
)

from dispatcher.domain.errors import BadInput

type Index = QModelIndex | QPersistentModelIndex
RECORD_ROLE = Qt.ItemDataRole.UserRole


class Editor(Enum):
    """What a cell is edited with."""

    TEXT = auto()
    WHOLE = auto()
    AMOUNT = auto()
    CLOCK = auto()
    CHOICE = auto()
    TICK = auto()
    NONE = auto()
    """A figure that follows from the others."""
    SHOWN = auto()
    """Words that are changed elsewhere."""


@dataclass(frozen=True, slots=True)
class Column[T]:
    """One column over records of type T."""

    header: str
    value: Callable[[T], Any]
    """What the editor starts with; shown as it is unless `text` says otherwise."""
    change: Callable[[T, Any], T]
    """The record with another value. May raise `ValueError` or `BadInput`."""
    editor: Editor = Editor.TEXT
    text: Callable[[T], str] | None = None
    choices: Callable[[], Sequence[tuple[str, Any]]] = field(default=lambda: ())
    suffix: str = ""
    most: int = 1_000_000
    optional: bool = False
    """Whether a number may be left out: "no limit"."""
    colour: Callable[[T], QColor | None] = field(default=lambda _record: None)
    """Of a small square before the text."""
    ink: Callable[[T], QColor | None] = field(default=lambda _record: None)
    """Of the text, where it is not the usual one."""
    what: str = ""
    """The tooltip of the header, where its words do not say enough."""

    @property
    def alignment(self) -> Qt.AlignmentFlag:
        """Numbers right, all else left; headers as their cells."""
        right = self.editor in (Editor.WHOLE, Editor.AMOUNT, Editor.NONE)
        across = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        return across | Qt.AlignmentFlag.AlignVCenter


class RecordModel[T](QAbstractTableModel):
    """Records in rows.

    Signals:
        change_requested(record): a person changed a cell; the whole record as it should be.
        refused(str): what was typed cannot be used, and why.
    """

    change_requested = Signal(object)
    refused = Signal(str)

    def __init__(self, columns: Sequence[Column[T]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._records: list[T] = []

    def set_records(self, records: Sequence[T]) -> None:
        """Show these; rows that stay where they are keep their selection."""
        fresh = list(records)
        if [id_of(r) for r in fresh] == [id_of(r) for r in self._records]:
            self._records = fresh
            if fresh:
                self.dataChanged.emit(self.index(0, 0), self.index(len(fresh) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self._records = fresh
        self.endResetModel()

    def record(self, row: int) -> T:
        """The record in a row."""
        return self._records[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._records)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        there = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        match self.columns[index.column()].editor:
            case Editor.NONE | Editor.SHOWN:
                return there
            case Editor.TICK:
                return there | Qt.ItemFlag.ItemIsUserCheckable
            case _:
                return there | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        record, column = self._records[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return None if column.editor is Editor.TICK else _text(column, record)
            case Qt.ItemDataRole.EditRole:
                return column.value(record)
            case Qt.ItemDataRole.CheckStateRole if column.editor is Editor.TICK:
                return Qt.CheckState.Checked if column.value(record) else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.TextAlignmentRole:
                return column.alignment
            case Qt.ItemDataRole.DecorationRole:
                return column.colour(record)
            case Qt.ItemDataRole.ForegroundRole:
                return column.ink(record)
            case _:
                return record if role == RECORD_ROLE else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        record, column = self._records[index.row()], self.columns[index.column()]
        if role == Qt.ItemDataRole.CheckStateRole:
            value = Qt.CheckState(value) is Qt.CheckState.Checked
        if value == column.value(record):
            return False
        try:
            self.change_requested.emit(column.change(record, value))
        except (ValueError, BadInput) as fault:
            self.refused.emit(f"{column.header}: {fault}")
        return False

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.columns[section].alignment
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.columns[section].what or None
        # two lines, so that a column of figures is no wider than they are
        return self.columns[section].header.replace(" ", "\n", 1) if role == Qt.ItemDataRole.DisplayRole else None


def id_of(record: object) -> object:
    """What tells a record from others."""
    return getattr(record, "id", None)


def _text[T](column: Column[T], record: T) -> str:
    if column.text:
        return column.text(record)
    value = column.value(record)
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.1f}".removesuffix(".0") + column.suffix
    return f"{value:,}{column.suffix}" if isinstance(value, int) else str(value)


class ChoiceEditor(QComboBox):
    """Keeps the values itself: Qt would make plain text of an enumeration's."""

    def __init__(self, parent: QWidget, choices: Sequence[tuple[str, Any]]) -> None:
        super().__init__(parent)
        self.values = [value for _, value in choices]
        self.addItems([text for text, _ in choices])


class RecordDelegate(QStyledItemDelegate):
    """Opens the right editor for a cell and hands its value to the model."""

    def __init__(self, columns: Sequence[Column[Any]], parent: QWidget) -> None:
        super().__init__(parent)
        self._columns = columns

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        column = self._columns[index.column()]
        match column.editor:
            case Editor.WHOLE:
                return _spin(QSpinBox(parent), column)
            case Editor.AMOUNT:
                return _spin(QDoubleSpinBox(parent), column)
            case Editor.CLOCK:
                clock = QTimeEdit(parent)
                clock.setDisplayFormat("HH:mm")
                return clock
            case Editor.CHOICE:
                return self._combo(parent, column)
            case _:
                return QLineEdit(parent)

    def _combo(self, parent: QWidget, column: Column[Any]) -> ChoiceEditor:
        """Opens at once, and one choice is all it takes."""
        combo = ChoiceEditor(parent, column.choices())
        combo.activated.connect(partial(self._on_chosen, combo))
        QTimer.singleShot(0, combo, combo.showPopup)
        return combo

    def _on_chosen(self, combo: ChoiceEditor, _index: int) -> None:
        self.commitData.emit(combo)
        self.closeEditor.emit(combo)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        """As wide as the cell, or as the editor needs."""
        editor.setGeometry(option.rect.adjusted(0, 0, max(0, editor.sizeHint().width() - option.rect.width()), 0))

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        value = index.data(Qt.ItemDataRole.EditRole)
        match editor:
            case ChoiceEditor():
                editor.setCurrentIndex(editor.values.index(value) if value in editor.values else -1)
            case QTimeEdit():
                editor.setTime(QTime(value.hour, value.minute))
            case QSpinBox() | QDoubleSpinBox():
                editor.setValue(value if value is not None else editor.minimum())
            case QLineEdit():
                editor.setText(str(value or ""))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if not isinstance(editor, ChoiceEditor) or editor.currentIndex() >= 0:
            model.setData(index, _value_of(editor), Qt.ItemDataRole.EditRole)


def _spin[S: (QSpinBox, QDoubleSpinBox)](box: S, column: Column[Any]) -> S:
    """An optional number has one step below zero that means "no limit"."""
    box.setRange(-1 if column.optional else 0, column.most)
    if column.optional:
        box.setSpecialValueText("no limit")
    box.setSuffix(column.suffix)
    return box


def _value_of(editor: QWidget) -> Any:
    match editor:
        case ChoiceEditor():
            return editor.values[editor.currentIndex()]
        case QTimeEdit():
            return time(editor.time().hour(), editor.time().minute())
        case QSpinBox() | QDoubleSpinBox():
            return None if editor.value() < 0 else editor.value()
        case QLineEdit():
            return editor.text().strip()
    raise TypeError(f"no value in {editor!r}")
