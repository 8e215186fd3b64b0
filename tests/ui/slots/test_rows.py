"""Rows of a table: a column may say more under the pointer than in its cell, where there is more."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.slots.rows import Column, RowTable
from ui.theme import Theme


@dataclass(frozen=True)
class Offered:
    fails: str
    why: str


def test_a_cell_says_more_under_the_pointer(theme: Theme, qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    column = Column("Fails", lambda o: o.fails, tip=lambda o: o.why)
    table: RowTable[Offered] = RowTable("rows", "Rows", (column,), theme, around)
    table.show_rows([Offered("18 %", "Monday morning"), Offered("–", "")], lambda o: o.fails)
    tips = [table.model.index(n, 0).data(Qt.ItemDataRole.ToolTipRole) for n in range(2)]
    assert tips == ["Monday morning", "–"]
