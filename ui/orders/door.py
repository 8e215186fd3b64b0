"""What one order wants at the door: a choice for each proof, the cash to take, and which attempt it is."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QWidget

from dispatcher.domain.depot import Depot
from dispatcher.domain.proof import MOST_CASH, Asked, Need, ProofKind
from ui.parts.fields import label, named
from ui.parts.proofs import PROOFS, NeedChoice
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

ACROSS = 3
"""Choices to a row."""


class DoorFields(QWidget):
    """Read and written as `Asked`. GUI thread."""

    def __init__(self, depot: Depot, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        habits = depot.road.delivering
        self.proofs = {
            kind: NeedChoice(kind, f"order.proof.{kind.value}", self, habit=habits.get(kind, Need.OFF))
            for kind in ProofKind
        }
        self.cash_due = named(QDoubleSpinBox(self), "order.cash_due", "Cash due")
        self.cash_due.setToolTip("What the driver takes from the customer")
        self.cash_due.setRange(0, MOST_CASH / 100)
        self.cash_due.setDecimals(2)
        self.cash_due.setSuffix(f" {depot.currency}")
        self.cash_due.setSpecialValueText("none")
        self.cash_due.setMinimumWidth(theme.grid(20))  # by itself it has room for the largest amount there is
        self.attempt = Said("order.attempt", "Which attempt the next visit is", theme, self)
        self.attempt.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._lay_out()
        self.cash_due.valueChanged.connect(self._on_cash_changed)
        self._on_cash_changed()

    def _lay_out(self) -> None:
        title = QLabel("At the door", self)
        title.setFont(self._theme.font(Size.TEXT, bold=True))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self._theme.grid(3))
        grid.setVerticalSpacing(self._theme.grid(2))
        grid.addWidget(title, 0, 0, 1, 2)
        grid.addWidget(self.attempt, 0, 2, 1, 2)
        grid.addWidget(label("Cash d&ue", self.cash_due, self), 0, 4)
        grid.addWidget(self.cash_due, 0, 5)
        for place, (kind, choice) in enumerate(self.proofs.items()):
            row, column = divmod(place, ACROSS)
            grid.addWidget(label(PROOFS[kind], choice, self), row + 1, 2 * column)
            grid.addWidget(choice, row + 1, 2 * column + 1)
        for column in range(ACROSS):
            grid.setColumnStretch(2 * column + 1, 1)

    def in_turn(self) -> list[QWidget]:
        """As Tab goes through them."""
        return [self.cash_due, *self.proofs.values()]

    def set_asked(self, asked: Asked, attempt: int) -> None:
        """Show these."""
        for kind, choice in self.proofs.items():
            choice.choose(asked.needs.get(kind))
        self.cash_due.setValue(asked.cash_due / 100)
        self.attempt.say(f"Attempt {attempt}: the one before failed." if attempt > 1 else "", Tone.WARNING)

    def asked(self) -> Asked:
        """What is filled in."""
        needs = {kind: need for kind, choice in self.proofs.items() if (need := choice.need()) is not None}
        return Asked(needs, round(self.cash_due.value() * 100))

    def state(self) -> tuple[object, ...]:
        """All that is filled in, as it is."""
        return *(choice.currentIndex() for choice in self.proofs.values()), self.cash_due.value()

    @Slot()
    def _on_cash_changed(self) -> None:
        """How cash is proved matters only where some is due; what was chosen stays."""
        self.proofs[ProofKind.CASH].setEnabled(self.cash_due.value() > 0)
