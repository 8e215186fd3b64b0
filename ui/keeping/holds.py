"""Orders under legal hold: who put them there and why; more are added by their numbers, and holds are lifted."""

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId
from dispatcher.domain.progress import Progress
from dispatcher.services.holds import Held, hold_orders, holds, lift_holds
from dispatcher.services.persons import orders_numbered
from dispatcher.services.workplace import Workplace
from ui.keeping import words
from ui.keeping.desk import Desk
from ui.keeping.model import LineModel
from ui.keeping.work import paragraph
from ui.parts.fields import label, mark, named
from ui.parts.said import Tone
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Theme

WHAT = (
    "While an order is under hold nothing that is kept of it goes or is erased: its proofs and photos, the track of "
    "the visit, messages, calls, wishes, exceptions."
)
NONE = "No order is under hold."
HEADERS = ("Order", "Day", "Customer", "Since", "By", "Why")

type Standing = tuple[tuple[Held, ...], str]


class HoldsTab(QWidget):
    """GUI thread."""

    def __init__(self, workplace: Workplace, desk: Desk, theme: Theme, tabs: QTabWidget) -> None:
        super().__init__(tabs)
        tabs.addTab(self, "Holds")  # before it is filled: who gets another parent loses the colour of its words
        self._workplace, self._desk, self._theme = workplace, desk, theme
        self.what = paragraph("keeping.holds.what", "What this is", theme, self)
        self.what.say(WHAT, Tone.QUIET)
        self.numbers = named(QLineEdit(self), "keeping.holds.numbers", "Order numbers")
        self.numbers.setPlaceholderText("A1023 A1024")
        self.why = named(QLineEdit(self), "keeping.holds.why", "Why")
        self.why.setPlaceholderText("the claim, the court’s number")
        self.add = named(QPushButton("Put under hold", self), "keeping.holds.add", "Put under hold")
        self.lift = named(QPushButton("Lift", self), "keeping.holds.lift", "Lift the holds that are chosen")
        self.lift.setToolTip("Lift the holds of the rows chosen; say why above")
        self.model = LineModel(HEADERS, parent=self)
        self.table = plain_table(self, "keeping.holds.table", "Orders under hold")
        self.table.setModel(self.model)
        self.empty = paragraph("keeping.holds.empty", "Orders under hold", theme, self)
        for button in (self.add, self.lift):
            button.setAutoDefault(False)
        self._lay_out()
        self.add.clicked.connect(self._on_add)
        self.why.returnPressed.connect(self._on_add)
        self.lift.clicked.connect(self._on_lift)
        self.table.selectionModel().selectionChanged.connect(self._allow)
        desk.working_changed.connect(self._allow)
        theme.changed.connect(self._dress)
        self._dress()
        self._allow()

    def _lay_out(self) -> None:
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.setSpacing(self._theme.grid(2))
        row.setSpacing(self._theme.grid(2))
        row.addWidget(label("&Orders", self.numbers, self))
        row.addWidget(self.numbers, 2)
        row.addWidget(label("&Why", self.why, self))
        row.addWidget(self.why, 3)
        row.addWidget(self.add)
        row.addWidget(self.lift)
        column.addWidget(self.what)
        column.addLayout(row)
        column.addWidget(self.empty)
        column.addWidget(self.table, 1)
        column.addStretch(0)

    @Slot()
    def _dress(self) -> None:
        size_rows(self.table, self._theme)
        self.table.horizontalHeader().setStretchLastSection(True)

    @Slot()
    def look(self) -> None:
        """List them anew."""
        self._desk.begin(partial(_list, self._workplace, ""), "Listing holds", self._on_listed)

    @Slot()
    def _on_add(self) -> None:
        numbers, why = self.numbers.text().split(), self._reason()
        mark(self.numbers, invalid=not numbers)
        if not numbers or why is None or (by := self._desk.name()) is None:
            return
        work = partial(_add, self._workplace, numbers, by, why)
        self._desk.begin(work, "Putting under hold", self._on_listed)

    @Slot()
    def _on_lift(self) -> None:
        rows = {index.row() for index in self.table.selectionModel().selectedRows()}
        ids, why = [OrderId(self.model.lines[row].key) for row in sorted(rows)], self._reason()
        if not ids or why is None or (by := self._desk.name()) is None:
            return
        self._desk.begin(partial(_lift, self._workplace, ids, by, why), "Lifting", self._on_listed)

    def _reason(self) -> str | None:
        why = self.why.text().strip()
        mark(self.why, invalid=not why)
        if not why:
            self._desk.say("There is no reason. Type why: it is written down.", Tone.BAD)
            self.why.setFocus()
        return why or None

    def _on_listed(self, standing: Standing) -> None:
        held, said = standing
        self.model.show_lines([words.hold_line(each, self._desk.zone) for each in held])
        for number in range(len(HEADERS)):
            size_column(self.table, self._theme, number, least=20)
        self.table.setVisible(bool(held))
        self.empty.say("" if held else NONE)
        if said:
            self.numbers.clear()
            self.why.clear()
        self._desk.say(said, Tone.GOOD)
        self._allow()

    @Slot()
    def _allow(self) -> None:
        free = not self._desk.working and self._desk.writes
        self.add.setEnabled(free)
        self.lift.setEnabled(free and self.table.selectionModel().hasSelection())


def _list(workplace: Workplace, said: str, _progress: Progress) -> Standing:
    return tuple(holds(workplace)), said


def _add(workplace: Workplace, numbers: list[str], by: str, why: str, progress: Progress) -> Standing:
    found = [trace.order_id for trace in orders_numbered(workplace, numbers)]
    new = hold_orders(workplace, found, by=by, why=why)
    return _list(workplace, f"{new} under hold now." if new else "Under hold already, as it was.", progress)


def _lift(workplace: Workplace, ids: list[OrderId], by: str, why: str, progress: Progress) -> Standing:
    count = lift_holds(workplace, ids, by=by, why=why)
    return _list(workplace, f"{count} lifted. What is due of them goes with the next run.", progress)
