"""The very rows behind a number, with the formula that makes the number of them."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId
from dispatcher.services.insight import Figure
from ui import format as fmt
from ui.insight.feed import Behind
from ui.insight.grid import Grid
from ui.insight.lines import RoundRow
from ui.insight.words import Units, sum_words
from ui.parts.fields import named, set_icon
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

ORDER = "Enter or a double click shows the order on the board."
ROUND = "Enter or a double click shows the round on the board."
FIRST = "The first {shown:,} of {all:,} rows."


class BehindPage(QWidget):
    """GUI thread.

    Signals:
        left(): back to the chart.
        order_requested(OrderId): show this order on the board.
        round_requested(ShiftId, date): show this round of that date on the board.
    """

    left = Signal()
    order_requested = Signal(object)
    round_requested = Signal(object, object)

    def __init__(self, theme: Theme, units: Units, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "insight.behind", "The rows behind the number")
        self._theme, self._units = theme, units
        self.back = named(QPushButton(" Back", self), "insight.behind.back", "Back to the chart")
        self.back.setToolTip("Back to the chart  (Esc)")
        self.title = named(QLabel(self), "insight.behind.title", "Which number")
        self.sum = named(QLabel(self), "insight.behind.sum", "How it is worked out")
        for words in (self.title, self.sum):
            words.setTextFormat(Qt.TextFormat.PlainText)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.formula = Said("insight.behind.formula", "Formula", theme, self)
        self.hint = Said("insight.behind.hint", "What can be done here", theme, self)
        self.grid = Grid("insight.rows", "Rows", theme, self)
        self._lay_out()
        self.back.clicked.connect(self.left)
        self.grid.opened.connect(self._on_opened)
        self._leave = QAction("Back to the chart", self)
        self._leave.setObjectName("insight.back")
        self._leave.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        self._leave.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._leave.triggered.connect(self.left)
        self.addAction(self._leave)
        theme.changed.connect(self._dress)
        self._dress()

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        for part in (self.back, self.title, self.sum):
            self._head.addWidget(part)
        self._head.addStretch()
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(self._head)
        for part in (self.formula, self.hint):
            self._whole.addWidget(part)
        self._whole.addWidget(self.grid, 1)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(grid(4), 0, 0, 0)
        self._whole.setSpacing(grid(2))
        self._head.setSpacing(grid(3))
        self.title.setFont(self._theme.font(Size.HEAD))
        self.sum.setFont(self._theme.font(Size.HEAD, bold=True))
        set_icon(self.back, "arrow-left", self._theme)

    def show_rows(self, behind: Behind, figure: Figure | None, formula: str, span: str) -> None:
        """These rows, of one number."""
        rows, measure = behind.rows, behind.rows.measure
        self.title.setText(" · ".join(part for part in (measure.name, behind.title or span) if part))
        self.sum.setText(self._sum(behind, figure))
        self.formula.say(f"= {formula}", Tone.QUIET)
        cut = FIRST.format(shown=len(rows.rows), all=rows.total) if len(rows.rows) < rows.total else ""
        order = ORDER if any(rows.order_ids) else ROUND if any(rows.shift_ids) else ""
        self.hint.say(" ".join(part for part in (cut, order) if part), Tone.QUIET)
        self.grid.show_lines(behind.lines.heads, behind.lines.lines)
        self.grid.choose(0)

    def _sum(self, behind: Behind, figure: Figure | None) -> str:
        """How the number follows from its sums: "93.1 % = 100 × 54 ÷ 58"."""
        measure = behind.rows.measure
        if figure is None:
            return fmt.count(behind.rows.total, "row")
        scale = f"{measure.scale:g} × " if measure.scale != 1 else ""
        sums = f"{scale}{self._units.top(figure.top, measure)} ÷ {sum_words(figure.bottom)}"
        return f"{self._units.value(figure.value, measure)} = {sums}"

    @Slot(object)
    def _on_opened(self, about: str | RoundRow) -> None:
        if isinstance(about, RoundRow):
            self.round_requested.emit(about.shift_id, about.on)
        elif about:
            self.order_requested.emit(OrderId(about))
