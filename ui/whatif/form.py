"""The widgets of the what-if form, and nothing of what they do."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from dispatcher.services.comparing import Comparison
from ui.parts.fields import label, named, set_icon
from ui.parts.said import Said, Tone
from ui.parts.tables import SHEET, plain_table, size_column, size_rows
from ui.theme import Size, Theme
from ui.whatif.models import ComparisonModel, CopyModel
from ui.whatif.painting import FigurePainter

_WHAT = (
    "A copy holds the whole depot: try in it whatever you like. Nothing of it reaches the depot until you promote it."
)
_PLAIN_EDGES = """
QHeaderView::section:vertical { border: none; }
QTableCornerButton::section { background: transparent; border: none; border-bottom: 1px solid palette(mid); }
"""
_NONE = "There are no copies yet. Name what you want to try, “One van less”, and make the first one."


class WhatIfForm(QWidget):
    """Fills a dialog that connects it. GUI thread."""

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.what = Said("whatif.what", "What this is", theme, self)
        self.what.say(_WHAT, Tone.QUIET)
        self.name = named(QLineEdit(self), "whatif.name", "Name of the new copy")
        self.name.setPlaceholderText("One van less")
        self.name.setMaxLength(60)
        self.make = self._button("make", "New copy of this day")
        self.copy_model = CopyModel(zone, self)
        self.copies = self._table("copies", "Copies of the depot", self.copy_model)
        self.none = QLabel(_NONE, self)
        self.none.setProperty("muted", True)
        self.none.setWordWrap(True)
        self.open = self._button("open", "Open", "Work in this copy (Enter)")
        self.promote = self._button("promote", "Promote", "Bring what was changed in it into the depot, as one step")
        self.discard = self._button("discard", "Throw away…")
        self.heading = named(QLabel(self), "whatif.heading", "Which day is compared")
        self.again = self._button("again", "Compare again", "Read the depot and its copies anew")
        self.model = ComparisonModel(self)
        self.table = self._table("comparison", "The depot and its copies side by side", self.model)
        self.painter = FigurePainter(theme, self.model, self.table)
        self.faults = Said("whatif.faults", "Copies that cannot be read", theme, self)
        self.doing = named(QLabel(self), "whatif.doing", "What is being done")
        self.doing.setProperty("muted", True)
        self.bar = named(QProgressBar(self), "whatif.progress", "Progress")
        self.stop = self._button("stop", "Stop")
        self.said = Said("whatif.said", "How it stands", theme, self)
        self.left = named(QListWidget(self), "whatif.left", "What could not follow")
        self.close_button = self._button("close", "Close")
        self._arrange()
        self._lay_out()
        theme.changed.connect(self._dress)
        self._dress()

    def _button(self, name: str, text: str, hint: str = "") -> QPushButton:
        button = named(QPushButton(text, self), f"whatif.{name}", text.rstrip("…"))
        button.setAutoDefault(False)
        button.setToolTip(hint)
        return button

    def _table(self, name: str, accessible: str, model: CopyModel | ComparisonModel) -> QTableView:
        table = plain_table(self, f"whatif.{name}", accessible)
        table.setModel(model)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        return table

    def _arrange(self) -> None:
        self.table.setItemDelegate(self.painter)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.table.setStyleSheet(f"{SHEET}{_PLAIN_EDGES}")
        self.table.verticalHeader().show()
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.copies.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.copies.horizontalHeader().setStretchLastSection(True)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.left.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.left.hide()

    def _lay_out(self) -> None:
        grid, column = self._theme.grid, QVBoxLayout(self)
        column.setContentsMargins(*[grid(4)] * 4)
        column.setSpacing(grid(2))
        column.addWidget(self.what)
        column.addLayout(_line(label("&Name", self.name, self), self.name, self.make, stretch=1))
        column.addWidget(self.copies, 1)
        column.addWidget(self.none)
        column.addLayout(_line(self.open, self.promote, self.discard))
        column.addLayout(_line(self.heading, None, self.again, stretch=1))
        column.addWidget(self.table, 3)
        column.addWidget(self.faults)
        column.addWidget(self.said)
        column.addWidget(self.left)
        column.addWidget(self.bar)
        column.addLayout(_line(self.doing, self.stop, self.close_button, stretch=0))

    def show_copies(self, any_there: bool) -> None:
        """The list, or what belongs there while there is none."""
        self.copies.setVisible(any_there)
        self.none.setVisible(not any_there)
        self._size()

    def show_comparison(self, comparison: Comparison) -> None:
        """The table."""
        self.model.set_comparison(comparison)
        named_faults = ((side.what_if.name, side.fault) for side in comparison.sides if side.what_if and side.fault)
        self.faults.say("\n".join(f"“{name}” cannot be read: {fault}" for name, fault in named_faults), Tone.WARNING)
        self._size()

    def show_left(self, left: Mapping[str, str]) -> None:
        """Order numbers that could not follow, each with why."""
        self.left.clear()
        self.left.addItems([f"{number}: {why}" for number, why in left.items()])
        self.left.setVisible(bool(left))

    @Slot()
    def _dress(self) -> None:
        theme = self._theme
        self.heading.setFont(theme.font(bold=True))
        self.doing.setFont(theme.font(Size.SMALL))
        self.painter.dress()
        for button, icon in (
            (self.make, "content-copy"),
            (self.open, "folder-open-outline"),
            (self.promote, "source-merge"),
            (self.discard, "trash-can-outline"),
            (self.again, "refresh"),
        ):
            set_icon(button, icon, theme)
        self._size()

    def _size(self) -> None:
        size_rows(self.copies, self._theme)
        size_rows(self.table, self._theme)
        self.left.setMaximumHeight(self._theme.grid(22))
        for number in range(self.copy_model.columnCount()):
            size_column(self.copies, self._theme, number, least=16)
        for number in range(self.model.columnCount()):
            size_column(self.table, self._theme, number, least=24)


def _line(*widgets: QWidget | None, stretch: int | None = None) -> QHBoxLayout:
    """Side by side; the one at `stretch` takes the room, else what is behind all of them."""
    line = QHBoxLayout()
    for number, widget in enumerate(widgets):
        if widget is None:
            line.addStretch(1)
        else:
            line.addWidget(widget, 1 if number == stretch else 0)
    if stretch is None:
        line.addStretch(1)
    return line
