"""The page of a depot's settings with its failure reasons: a table to type into, rows added, removed and ordered."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.proof import REASONS, FailureReason, Owner
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.habits import DEMANDS
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.parts.tables import ROW, SHEET
from ui.theme import Theme

HEADERS = ("Code", "Reason", "Owner", "Attempt", "Photo", "Note", "Call", "X12", "EDIFACT")
CODE, LABEL, OWNER, ATTEMPT, PHOTO, NOTE, CALL, X12, EDIFACT = range(len(HEADERS))
TIPS = {
    LABEL: "What drivers choose on their page",
    CODE: "For exports and measures: capital letters, digits and underscores",
    OWNER: "Whose affair it is: against whom measures count it",
    ATTEMPT: "Somebody stood at the door: it counts as an attempt",
    PHOTO: "The driver must take a photo",
    NOTE: "The driver must write a note",
    CALL: "The driver must have called the customer",
    X12: "The nearest status reason of X12, element 1651, for exports",
    EDIFACT: "The nearest status reason of EDIFACT, element 9013, for exports",
}
TICKS = (ATTEMPT, PHOTO, NOTE, CALL)
ABOUT = "What a driver chooses from when nothing was delivered, in this order."

type Index = QModelIndex | QPersistentModelIndex


class ReasonTable(QTableWidget):
    """The reasons, as they are typed; nothing is checked here. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(0, len(HEADERS), parent)
        named(self, "depot_settings.reasons.table", "Failure reasons")
        self.setStyleSheet(SHEET)
        self.setHorizontalHeaderLabels(HEADERS)
        for column, tip in TIPS.items():
            self.horizontalHeaderItem(column).setToolTip(tip)
        self.setItemDelegateForColumn(OWNER, _OwnerDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(LABEL, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(CODE, QHeaderView.ResizeMode.Interactive)
        self.setColumnWidth(CODE, theme.grid(50))
        self.verticalHeader().setDefaultSectionSize(theme.grid(ROW))

    def set_reasons(self, reasons: Sequence[FailureReason]) -> None:
        """Show these."""
        self.setRowCount(len(reasons))
        for row, reason in enumerate(reasons):
            texts = {CODE: reason.code, LABEL: reason.label, OWNER: reason.owner.value}
            for column, text in {**texts, X12: reason.x12, EDIFACT: reason.edifact}.items():
                self.setItem(row, column, QTableWidgetItem(text))
            ticks = {ATTEMPT: reason.attempt, **{PHOTO + n: d in reason.demands for n, d in enumerate(DEMANDS)}}
            for column, on in ticks.items():
                self.setItem(row, column, _tick(on))

    def reasons(self) -> tuple[FailureReason, ...]:
        """What is filled in."""
        return tuple(self._reason(row) for row in range(self.rowCount()))

    def _reason(self, row: int) -> FailureReason:
        return FailureReason(
            code="_".join(self._text(row, CODE).upper().split()),
            label=self._text(row, LABEL),
            owner=Owner(self._text(row, OWNER)),
            attempt=self._ticked(row, ATTEMPT),
            demands=frozenset(d for n, d in enumerate(DEMANDS) if self._ticked(row, PHOTO + n)),
            x12=self._text(row, X12).upper(),
            edifact=self._text(row, EDIFACT).upper(),
        )

    def _text(self, row: int, column: int) -> str:
        return self.item(row, column).text().strip()

    def _ticked(self, row: int, column: int) -> bool:
        return self.item(row, column).checkState() is Qt.CheckState.Checked


class ReasonPage:
    """The table with what can be done to its rows. GUI thread."""

    def __init__(self, theme: Theme, tabs: QTabWidget) -> None:
        self.area = named(QWidget(tabs), "depot_settings.reasons", "Failure reasons")
        tabs.addTab(self.area, "Failures")
        self.table = ReasonTable(theme, self.area)
        self.fields: dict[str, QWidget] = {"reasons": self.table}
        said = Said("depot_settings.reasons.said", "What the reasons are for", theme, self.area)
        said.say(ABOUT, Tone.QUIET)
        self.add = self._button("add", "&Add", self._on_add)
        self.remove = self._button("remove", "&Remove", self._on_remove)
        self.up = self._button("up", "&Up", lambda: self._move(-1))
        self.down = self._button("down", "&Down", lambda: self._move(1))
        self.reset = self._button("reset", "De&fault list", lambda: self._show(REASONS, 0))
        row = QHBoxLayout()
        for button in (self.add, self.remove, self.up, self.down):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.reset)
        column = QVBoxLayout(self.area)
        column.setContentsMargins(0, theme.grid(2), 0, 0)
        column.addWidget(said)
        column.addWidget(self.table, 1)
        column.addLayout(row)
        self.table.itemSelectionChanged.connect(self._on_selected)
        self._on_selected()

    def _button(self, name: str, text: str, pressed: Callable[[], None]) -> QPushButton:
        button = named(QPushButton(text, self.area), f"depot_settings.reasons.{name}", text.replace("&", ""))
        button.setAutoDefault(False)
        button.clicked.connect(pressed)
        return button

    def fill(self, policy: RoadPolicy) -> None:
        """Show these."""
        self.table.set_reasons(policy.reasons)

    def changes(self, _policy: RoadPolicy) -> dict[str, Any]:
        """What is filled in."""
        return {"reasons": self.table.reasons()}

    def show_row(self, row: int) -> None:
        """Go to a reason."""
        self.table.setCurrentCell(row, CODE)

    @Slot()
    def _on_add(self) -> None:
        """Below the current one, ready to be typed into."""
        at = self.table.currentRow() + 1 or self.table.rowCount()
        reasons = [*self.table.reasons()]
        reasons.insert(at, FailureReason("", "", Owner.CUSTOMER))
        self._show(reasons, at)
        self.table.editItem(self.table.item(at, CODE))

    @Slot()
    def _on_remove(self) -> None:
        at = self.table.currentRow()
        if at >= 0:
            self._show([r for row, r in enumerate(self.table.reasons()) if row != at], at)

    def _move(self, by: int) -> None:
        at = self.table.currentRow()
        reasons = [*self.table.reasons()]
        if at >= 0 and 0 <= at + by < len(reasons):
            reasons.insert(at + by, reasons.pop(at))
            self._show(reasons, at + by)

    def _show(self, reasons: Sequence[FailureReason], at: int) -> None:
        column = max(self.table.currentColumn(), CODE)
        self.table.set_reasons(reasons)
        self.table.setCurrentCell(min(at, len(reasons) - 1), column)

    @Slot()
    def _on_selected(self) -> None:
        at = self.table.currentRow()
        self.remove.setEnabled(at >= 0)
        self.up.setEnabled(at > 0)
        self.down.setEnabled(0 <= at < self.table.rowCount() - 1)


class _OwnerDelegate(QStyledItemDelegate):
    """Chooses among the owners there are."""

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        box = QComboBox(parent)
        box.addItems([owner.value for owner in Owner])
        return box


def _tick(on: bool) -> QTableWidgetItem:
    item = QTableWidgetItem()
    item.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
    return item
