"""One table of the fleet with its buttons, its keys, what went wrong in it, and what stands there while it is empty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui.board.empty import EmptyState
from ui.fleet.frozen import FrozenColumns
from ui.fleet.records import RECORD_ROLE, Column, RecordDelegate, RecordModel, id_of
from ui.parts.fields import named, set_icon
from ui.parts.said import Said, Tone
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Theme

NARROWEST = 11
"""Of columns, in steps of the grid."""


@dataclass(frozen=True, slots=True)
class PageTexts:
    """The words and signs of one page."""

    name: str
    """Of the table, for tests and the layout; its controls are named after it."""
    accessible: str
    add: str
    remove: str
    icon: str
    """Of the empty page."""
    step: str
    """Of the empty page's button."""
    add_icon: str = "plus"
    remove_icon: str = "trash-can-outline"
    frozen: int = 1
    """How many columns, from the left, stay in sight when the others do not fit."""


class RecordPage(QWidget):
    """Cells are edited in place; Insert adds, Delete removes. GUI thread.

    Signals:
        add_requested(), remove_requested(records), step_requested(): the buttons were pressed.
    """

    add_requested = Signal()
    remove_requested = Signal(object)
    step_requested = Signal()

    def __init__(self, texts: PageTexts, columns: Sequence[Column[Any]], theme: Theme) -> None:
        super().__init__()
        self._texts, self._theme = texts, theme
        self._icons: dict[QPushButton, str] = {}
        self._wanted: object = None
        self._sized = False
        self.model: RecordModel[Any] = RecordModel(columns, self)
        self._make_table(columns)
        self.fault = Said(f"{texts.name}.fault", "What is wrong", theme, self)
        self.empty = EmptyState(theme, icon=texts.icon, text="", step=texts.step, parent=self)
        self.empty.setObjectName(f"{texts.name}.empty")
        self.empty.step_requested.connect(self.step_requested)
        self._lay_out()
        self.model.refused.connect(self.complain)
        self._add_keys()
        theme.changed.connect(self._dress)
        self._dress()

    def _make_table(self, columns: Sequence[Column[Any]]) -> None:
        self.table = plain_table(self, self._texts.name, self._texts.accessible)
        self.table.setModel(self.model)
        self.table.setItemDelegate(RecordDelegate(columns, self.table))
        self.frozen = FrozenColumns(self.table, self._texts.frozen)
        triggers = QAbstractItemView.EditTrigger
        self.table.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)

    def _lay_out(self) -> None:
        grid = self._theme.grid
        self.buttons = QHBoxLayout()
        self.buttons.addStretch(1)
        texts = self._texts
        self.add_button = self.button(f"{texts.name}.add", texts.add, texts.add_icon)
        self.add_button.clicked.connect(self.add_requested)
        self.remove_button = self.button(f"{texts.name}.remove", texts.remove, texts.remove_icon)
        self.remove_button.clicked.connect(self._on_remove)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        body = QWidget(self)
        self.parts = QSplitter(Qt.Orientation.Vertical, self)
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(body)
        self.parts.setStretchFactor(0, 3)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self.parts)
        self._whole = whole = QVBoxLayout(body)
        whole.setContentsMargins(*[grid(3)] * 4)
        whole.setSpacing(grid(2))
        whole.addWidget(self.stack, 1)
        whole.addWidget(self.fault)
        whole.addLayout(self.buttons)

    def button(self, name: str, text: str, icon: str) -> QPushButton:
        """One more button after the others."""
        made = named(QPushButton(text, self), name, text)
        self._icons[made] = icon
        set_icon(made, icon, self._theme)
        self.buttons.insertWidget(self.buttons.count() - 1, made)
        return made

    def tighten(self) -> None:
        """Less room above, below a title of its own."""
        grid = self._theme.grid
        self._whole.setContentsMargins(grid(3), grid(1), grid(3), grid(2))

    def _add_keys(self) -> None:
        for key, slot, button in (
            (Qt.Key.Key_Insert, self.add_requested.emit, self.add_button),
            (Qt.Key.Key_Delete, self._on_remove, self.remove_button),
        ):
            action = QAction(button.text(), self.table)
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            self.table.addAction(action)
            button.setToolTip(
                f"{button.text()}  ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})"
            )

    @Slot()
    def _dress(self) -> None:
        for button, icon in self._icons.items():
            set_icon(button, icon, self._theme)
        size_rows(self.table, self._theme)
        self._size_columns()

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_records(self, records: Sequence[Any], empty_text: str) -> None:
        """Other rows; without any, these words."""
        self.model.set_records(records)
        self.empty.set_text(empty_text)
        self.stack.setCurrentWidget(self.table if records else self.empty)
        if records and not self._sized:
            self._size_columns()
        self.remove_button.setEnabled(bool(records))
        self._choose_wanted()

    def _size_columns(self) -> None:
        """As wide as what stands there when the first rows come; from then on as the person has it."""
        self._sized = self.model.rowCount() > 0
        for column in range(self.model.columnCount()):
            size_column(self.table, self._theme, column, least=NARROWEST)

    def edit_when_shown(self, key: object, column: int) -> None:
        """Begin to edit the record of this id as soon as it is there."""
        self._wanted = (key, column)
        self._choose_wanted()

    def _choose_wanted(self) -> None:
        if not isinstance(self._wanted, tuple):
            return
        key, column = self._wanted
        row = next((r for r in range(self.model.rowCount()) if id_of(self.model.record(r)) == key), None)
        if row is not None:
            self._wanted = None
            index = self.model.index(row, column)
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)
            self.table.edit(index)

    # --- what is wrong --------------------------------------------------------------------------------------------

    @Slot(str)
    def complain(self, text: str) -> None:
        """Something cannot be done, and why."""
        self.fault.say(text, Tone.BAD)

    @Slot()
    def _on_remove(self) -> None:
        chosen = [index.data(RECORD_ROLE) for index in self.table.selectionModel().selectedRows()]
        if chosen:
            self.remove_requested.emit(chosen)
        else:
            self.complain("Choose a row first.")
