"""A table of records that people edit in place: what a column shows, how a new value becomes a changed record.

The model never changes its rows: it wishes a changed record, and shows it when the change has come back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import time
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTime,
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
        if [_id(r) for r in fresh] == [_id(r) for r in self._records]:
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
        ticked = self.columns[index.column()].editor is Editor.TICK
        how = Qt.ItemFlag.ItemIsUserCheckable if ticked else Qt.ItemFlag.ItemIsEditable
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | how

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        record, column = self._records[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return None if column.editor is Editor.TICK else _text(column, record)
            case Qt.ItemDataRole.EditRole:
                return column.value(record)
            case Qt.ItemDataRole.CheckStateRole if column.editor is Editor.TICK:
                return Qt.CheckState.Checked if column.value(record) else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.TextAlignmentRole if column.editor in (Editor.WHOLE, Editor.AMOUNT):
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.DecorationRole:
                return column.colour(record)
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
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return self.columns[section].header
        return None


def _id(record: object) -> object:
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
                combo = QComboBox(parent)
                for text, value in column.choices():
                    combo.addItem(text, value)
                return combo
            case _:
                return QLineEdit(parent)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        value = index.data(Qt.ItemDataRole.EditRole)
        match editor:
            case QComboBox():
                values = [v for _, v in self._columns[index.column()].choices()]
                editor.setCurrentIndex(values.index(value) if value in values else -1)
            case QTimeEdit():
                editor.setTime(QTime(value.hour, value.minute))
            case QSpinBox() | QDoubleSpinBox():
                editor.setValue(value if value is not None else editor.minimum())
            case QLineEdit():
                editor.setText(str(value or ""))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
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
        case QComboBox():
            return editor.currentData()
        case QTimeEdit():
            return time(editor.time().hour(), editor.time().minute())
        case QSpinBox() | QDoubleSpinBox():
            return None if editor.value() < 0 else editor.value()
        case QLineEdit():
            return editor.text().strip()
    raise TypeError(f"no value in {editor!r}")
