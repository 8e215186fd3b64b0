"""How every table of the forms looks and behaves before it has a model."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from ui.parts.fields import named
from ui.theme import Theme

SHEET = """
QTableView::item { padding: 0px 6px; }
QHeaderView { border: none; border-bottom: 1px solid palette(mid); }
QHeaderView::section { padding: 4px 9px; }
"""
"""Room between columns, and a line below all of the header; `palette(mid)` follows the theme by itself."""

ROW = 8
"""A row's height in steps of the grid."""


def plain_table(parent: QWidget, name: str, accessible: str) -> QTableView:
    """No grid, headers at the left, scrolled by pixels; Tab leaves it."""
    table = named(QTableView(parent), name, accessible)
    table.setStyleSheet(SHEET)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setCornerButtonEnabled(False)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setHighlightSections(False)
    return table


def size_rows(table: QTableView, theme: Theme) -> None:
    """As high as the text wants them."""
    table.verticalHeader().setDefaultSectionSize(theme.grid(ROW))


def size_column(table: QTableView, theme: Theme, column: int, *, least: float = 0, most: float = 80) -> None:
    """As wide as its header and its cells, within so many steps of the grid."""
    text = max(table.sizeHintForColumn(column), table.horizontalHeader().sectionSizeHint(column))
    width = min(max(text, theme.grid(least)), theme.grid(most))
    table.horizontalHeader().resizeSection(column, width)
