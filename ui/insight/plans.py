"""A day's plan beside one of its what-if copies: planned figures side by side, and which is better."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dispatcher.domain.progress import Progress
from dispatcher.services.insight import Foreseen, PlanTable, plans_of
from dispatcher.services.workplace import OpenStore, Workplace
from ui import format as fmt
from ui.insight.grid import Grid
from ui.insight.lines import Head, Line
from ui.insight.words import NONE, Units, number
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.runner import OpRunner
from ui.theme import Size, Theme

COMPARING = "Comparing plans"
WIDEST = 220
"""Of the table, in grid units: farther from its name a figure is hard to follow."""
NO_COPY = (
    "No copy was made of this day. Plan › What if makes one to try things in; it stands here beside the plan then."
)
HINT = "What the plans foresee, not what happened. The copies themselves: Plan › What if."


class PlansPage(QWidget):
    """GUI thread.

    Signals:
        read(): there is a table, or another one; ask `shown`.
        failed(Exception): the plans cannot be compared.
    """

    read = Signal()
    failed = Signal(object)

    def __init__(
        self,
        workplace: Workplace,
        open_store: OpenStore,
        runner: OpRunner,
        theme: Theme,
        units: Units,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "insight.plans.page", "Plans side by side")
        self._workplace, self._open_store, self._runner = workplace, open_store, runner
        self._theme, self._units = theme, units
        self.table: PlanTable | None = None
        self.title = named(QLabel(self), "insight.plans.title", "Which day")
        self.copy = named(QComboBox(self), "insight.plans.copy", "The copy beside the plan")
        self.copy.setToolTip("The what-if copy that stands beside the day's own plan")
        self.hint = Said("insight.plans.hint", "What is compared", theme, self)
        self.note = Said("insight.plans.note", "What ought to be known", theme, self)
        self.grid = Grid("insight.plans.grid", "Figures of the plans", theme, self)
        self._lay_out()
        self.copy.currentIndexChanged.connect(self._show)
        theme.changed.connect(self._dress)
        self._dress()

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        for part in (self.title, self.copy):
            self._head.addWidget(part)
        self._head.addStretch()
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.addLayout(self._head)
        for part in (self.hint, self.note):
            self._whole.addWidget(part)
        self._whole.addWidget(self.grid, 1)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setSpacing(grid(2))
        self._head.setSpacing(grid(3))
        self.title.setFont(self._theme.font(Size.HEAD))
        self.copy.setMinimumWidth(grid(50))
        self.grid.setMaximumWidth(grid(WIDEST))

    # --- asking ---------------------------------------------------------------------------------------------------

    def look(self, on: date) -> None:
        """Compare the plans of this day, as they are now."""
        work: Callable[[Progress], PlanTable] = lambda progress: plans_of(
            self._workplace, on, open_store=self._open_store, progress=progress
        )
        self.title.setText(f"{fmt.weekday_date(on)} {on.year}")
        if self.table and self.table.on != on:
            self._clear()
        self._runner.start(
            work, title=COMPARING, on_done=self._on_read, on_failed=self.failed.emit, latest_key="insight.plans"
        )

    def _clear(self) -> None:
        """No day stands under another one's name."""
        self.table = None
        self.grid.show_lines([], [])
        for said in (self.hint, self.note):
            said.say("")
        self.copy.hide()

    @Slot(object)
    def _on_read(self, table: PlanTable) -> None:
        chosen = self.copy.currentText()
        self.table = table
        self.copy.blockSignals(True)
        self.copy.clear()
        self.copy.addItems(list(table.sides[1:]))
        self.copy.setCurrentIndex(max(0, self.copy.findText(chosen)) if len(table.sides) > 1 else -1)
        self.copy.blockSignals(False)
        self.copy.setVisible(len(table.sides) > 1)
        self._show()
        self.read.emit()

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def shown(self) -> PlanTable | None:
        """The plan and the copy chosen: what can be exported."""
        if self.table is None:
            return None
        side = self.copy.currentIndex() + 1
        places = (0, side) if side else (0,)
        rows = (_of(places, row) for row in self.table.rows)
        return PlanTable(self.table.on, tuple(self.table.sides[n] for n in places), tuple(rows), self.table.notes)

    @Slot()
    def _show(self) -> None:
        table = self.shown
        if table is None:
            return
        copies = table.sides[1:]
        self.hint.say(HINT if copies else NO_COPY, Tone.QUIET)
        self.note.say(" ".join(table.notes), Tone.WARNING)
        heads = [Head("What"), *(Head(name, right=True) for name in table.sides)]
        if copies:
            heads.append(Head("Change", right=True, tip="Of the copy against the plan; green is better"))
        self.grid.show_lines(heads, [self._line(n, row) for n, row in enumerate(table.rows)])

    def _line(self, place: int, row: Foreseen) -> Line:
        texts = [row.name, *(self._value(value, row.unit) for value in row.values)]
        sorts: list[object] = [place, *row.values]
        tones = ["", *("" for _ in row.values)]
        if len(row.values) > 1:
            words, tone, change = self._change(row)
            texts, sorts, tones = [*texts, words], [*sorts, change], [*tones, tone]
        return Line(tuple(texts), tuple(sorts), tuple(tones), row)

    def _value(self, value: float | None, unit: str) -> str:
        if value is None:
            return NONE
        if unit == "minor":
            return fmt.price(round(value), self._units.currency)
        if unit == "min":
            return fmt.duration(60 * value)
        return f"{value:,.0f}" if not unit else f"{number(value)} {unit}"

    def _change(self, row: Foreseen) -> tuple[str, str, float | None]:
        """In words, the theme's token, and by what it sorts."""
        own, other = row.values[0], row.values[1]
        if own is None or other is None:
            return NONE, "muted", None
        change = other - own
        amount = self._value(abs(change), row.unit)
        if amount == self._value(0.0, row.unit):
            return "= the same", "muted", 0.0
        tone = "muted" if not row.less_is_better else "done" if change < 0 else "late"
        return f"{'▲' if change > 0 else '▼'} {amount}", tone, change


def _of(places: tuple[int, ...], row: Foreseen) -> Foreseen:
    return Foreseen(row.name, row.unit, tuple(row.values[n] for n in places), row.less_is_better)
