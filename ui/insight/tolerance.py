"""How strictly promises are read: a button that says it, and behind it the two minutes that make it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFormLayout, QLabel, QMenu, QPushButton, QSpinBox, QToolButton, QWidget, QWidgetAction

from dispatcher.services.insight import Terms
from ui.parts.fields import named, set_icon
from ui.theme import Theme

MOST_MIN = 240
TIP = "An arrival is on time from {early} min before the promised time begins to {late} min after it ends"


class Tolerance(QToolButton):
    """GUI thread.

    Signals:
        chosen(Terms): read promises so from now on.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "insight.tolerance", "What counts as on time")
        self._theme, self.terms = theme, Terms()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.early = self._minutes("insight.tolerance.early", "Minutes before the promised time begins")
        self.late = self._minutes("insight.tolerance.late", "Minutes after the promised time ends")
        self.keep = named(QPushButton("Use for all dates", self), "insight.tolerance.keep", "Use this tolerance")
        self.keep.setToolTip("A setting of the depot: it can be undone like a change of the plan")
        self.form = QWidget(self)
        self._rows = QFormLayout(self.form)
        self._rows.addRow(QLabel("On time is an arrival", self.form))
        self._rows.addRow("up to", self.early)
        self._rows.addRow("and up to", self.late)
        self._rows.addRow(self.keep)
        self._menu = QMenu(self)
        action = QWidgetAction(self._menu)
        action.setDefaultWidget(self.form)
        self._menu.addAction(action)
        self.setMenu(self._menu)
        self._menu.aboutToShow.connect(self._restore)
        self.keep.clicked.connect(self._on_keep)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_terms(self.terms)

    def _minutes(self, name: str, accessible: str) -> QSpinBox:
        field = named(QSpinBox(self), name, accessible)
        field.setRange(0, MOST_MIN)
        field.setSuffix(" min early" if name.endswith("early") else " min late")
        return field

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        set_icon(self, "clock-outline", self._theme)
        self._rows.setContentsMargins(*[grid(3)] * 4)
        self._rows.setVerticalSpacing(grid(2))

    @Slot(object)
    def show_terms(self, terms: Terms) -> None:
        """As the depot has it now."""
        self.terms = terms
        self.setToolTip(TIP.format(early=f"{terms.early_s / 60:g}", late=f"{terms.late_s / 60:g}"))
        self._restore()

    @Slot()
    def _restore(self) -> None:
        self.early.setValue(round(self.terms.early_s / 60))
        self.late.setValue(round(self.terms.late_s / 60))

    @Slot()
    def _on_keep(self) -> None:
        self._menu.close()
        wanted = Terms(60 * self.early.value(), 60 * self.late.value())
        if wanted != self.terms:
            self.chosen.emit(wanted)
