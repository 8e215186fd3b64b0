"""The page at the end of a drill: each disturbance, what was done about it, and three plans side by side."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from dispatcher.services.drills import Drill, Turn
from ui import format as words
from ui.drills.models import SIDES, TURNS, TextTable, side_rows, turn_rows
from ui.drills.words import STATES, day_words
from ui.parts.fields import named, set_icon
from ui.parts.said import Said, Tone
from ui.parts.sizes import open_at
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Size, Theme

HOW = (
    "Points: the share of the avoidable harm that was avoided. Harm is what the rounds cost, and a price for everybody "
    "left out, every late minute and every broken rule."
)


class Debrief(QDialog):
    """Non-modal. GUI thread.

    Signals:
        plan_requested(int): show the optimiser's plan for this disturbance on the board, counted from 0.
        again_requested(Wish): play the same drill again.
    """

    plan_requested = Signal(int)
    again_requested = Signal(object)

    def __init__(
        self, drill: Drill, zone: ZoneInfo, currency: str, theme: Theme, parent: QWidget | None = None, *, here: bool
    ) -> None:
        """`here`: the window shows the drill's copy, so that plans can be shown on the board."""
        super().__init__(parent)
        self.setObjectName("drill.debrief")
        self.setWindowTitle(f"Debrief: {drill.wish.who}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._drill, self._zone, self._currency, self._theme, self._here = drill, zone, currency, theme, here
        self.points = named(QLabel(self), "drill.debrief.points", "Score")
        self.about = Said("drill.debrief.about", "Which drill", theme, self)
        self.turn_model = TextTable(TURNS, self, right=(3, 4))
        self.side_model = TextTable(SIDES, self, right=(1, 2, 3))
        self.turns = self._table("turns", "What happened, one after the other", self.turn_model)
        self.verdict = Said("drill.debrief.verdict", "What came of the chosen one", theme, self)
        self.sides = self._table("sides", "Doing nothing, you and the optimiser, side by side", self.side_model)
        self.how = Said("drill.debrief.how", "How points are counted", theme, self)
        self.plan = self._button("plan", "Show the optimiser's plan", "On the board, to look at")
        self.again = self._button("again", "Play it again", "The same day, the same seed")
        self.close_button = self._button("close", "Close", "")
        self._lay_out()
        self._wire()
        self._fill()
        self._dress()
        open_at(self, theme, 260, 186)

    def _table(self, name: str, accessible: str, model: TextTable) -> QTableView:
        table = plain_table(self, f"drill.debrief.{name}", accessible)
        table.setModel(model)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        for column in range(model.columnCount()):
            if model is self.side_model or column in (1, 2):
                table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        return table

    def _button(self, name: str, text: str, hint: str) -> QPushButton:
        button = named(QPushButton(text, self), f"drill.debrief.{name}", text)
        button.setAutoDefault(False)
        button.setToolTip(hint)
        return button

    def _lay_out(self) -> None:
        grid, column = self._theme.grid, QVBoxLayout(self)
        column.setContentsMargins(*[grid(4)] * 4)
        column.setSpacing(grid(2))
        for part, stretch in (
            (self.points, 0), (self.about, 0), (self.turns, 2), (self.verdict, 0), (self.sides, 3), (self.how, 0),
        ):  # fmt: skip
            column.addWidget(part, stretch)
        line = QHBoxLayout()
        line.addWidget(self.plan)
        line.addWidget(self.again)
        line.addStretch(1)
        line.addWidget(self.close_button)
        column.addLayout(line)

    def _wire(self) -> None:
        self.turns.selectionModel().currentRowChanged.connect(self._on_chosen)
        self.turns.activated.connect(self._on_plan)
        self.plan.clicked.connect(self._on_plan)
        self.again.clicked.connect(lambda: self.again_requested.emit(self._drill.wish))
        self.close_button.clicked.connect(self.reject)
        self._theme.changed.connect(self._dress)

    def _fill(self) -> None:
        drill = self._drill
        state = f", {STATES[drill.state]}" if STATES[drill.state] else ""
        told = f"{drill.points} points of 100" if drill.played else "Nothing was scored"
        self.points.setText(f"{told}{state}")
        skipped = f" {words.count(drill.skipped, 'disturbance')} could hit nobody any more." if drill.skipped else ""
        wish = drill.wish
        self.about.say(
            f"{wish.who} · {day_words(drill)} · {wish.difficulty.value} · seed {wish.seed}.{skipped}", Tone.QUIET
        )
        self.how.say(HOW, Tone.QUIET)
        self.turn_model.set_rows(turn_rows(drill, self._zone))
        if drill.turns:
            self.turns.selectRow(0)
        self._allow()

    @property
    def chosen(self) -> int:
        """Which disturbance, counted from 0; -1 for none."""
        return self.turns.currentIndex().row()

    def _turn(self) -> Turn | None:
        return self._drill.turns[self.chosen] if 0 <= self.chosen < len(self._drill.turns) else None

    def _allow(self) -> None:
        turn = self._turn()
        self.plan.setEnabled(self._here and turn is not None and bool(turn.best))
        self.plan.setToolTip("On the board, to look at" if self._here else "The copy it was played in is thrown away")

    @Slot(QModelIndex, QModelIndex)
    def _on_chosen(self, _now: QModelIndex, _before: QModelIndex) -> None:
        turn = self._turn()
        self.side_model.set_rows(side_rows(turn, self._currency) if turn else [])
        score = turn.score if turn else None
        good = Tone.GOOD if score and score.points >= 80 else Tone.WARNING if score else Tone.QUIET
        self.verdict.say(self._verdict(turn) if turn else "", good)
        self._allow()
        self._size()

    def _verdict(self, turn: Turn) -> str:
        if turn.score is None:
            return f"{turn.what} It was not done with."
        worth = words.money(turn.score.avoidable, self._currency)
        could = f" Harm worth {worth} could be avoided, {words.money(turn.score.avoided, self._currency)} was."
        return f"{turn.what} {turn.score.words}{could if turn.score.avoidable else ''}"

    @Slot()
    def _on_plan(self, _index: object = None) -> None:
        if self.plan.isEnabled():
            self.plan_requested.emit(self.chosen)

    @Slot()
    def _dress(self) -> None:
        self.points.setFont(self._theme.font(Size.HEAD, bold=True))
        for button, icon in ((self.plan, "auto-fix"), (self.again, "restart")):
            set_icon(button, icon, self._theme)
        self._size()

    def _size(self) -> None:
        for table in (self.turns, self.sides):
            size_rows(table, self._theme)
        for column in (0, 3, 4):
            size_column(self.turns, self._theme, column)
        rows, header = self.side_model.rowCount(), self.sides.horizontalHeader().sizeHint().height()
        self.sides.setFixedHeight(header + rows * self.sides.verticalHeader().defaultSectionSize() + 2)
