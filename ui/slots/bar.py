"""The top of the panel: which of its pages is shown, which dates, and whose name stands on what is done."""

from datetime import date, timedelta
from enum import StrEnum

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QLabel, QToolButton, QWidget

from ui import format as fmt
from ui.parts.fields import named, set_icon
from ui.proofs.bar import LONGEST_NAME
from ui.theme import Theme

SPANS = (7, 14)
KEPT = "slots/days"


class Page(StrEnum):
    """What the panel shows; the value is the button's word."""

    BOARD = "Calendar"
    COUNTER = "Counter"
    BULK = "Assign many"
    CATALOGUE = "Catalogue"


TIPS = {
    Page.BOARD: "Days, slots and how full they are  (Alt+Shift+1)",
    Page.COUNTER: "A customer wants a slot: offers by what they cost, hold, confirm  (Alt+Shift+2)",
    Page.BULK: "Orders without a window into slots at least cost  (Alt+Shift+3)",
    Page.CATALOGUE: "Areas, and the slots that recur in them  (Alt+Shift+4)",
}


class SlotBar(QWidget):
    """GUI thread.

    Signals:
        page_changed(Page): show this one.
        dates_changed(): show other dates; ask `first` and `days`.
        suggest_requested(): how much each slot of the day chosen can take.
        person_requested(): somebody else does things from now on.
    """

    page_changed = Signal(object)
    dates_changed = Signal()
    suggest_requested = Signal()
    person_requested = Signal()

    def __init__(self, theme: Theme, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._settings = theme, settings
        self.first = date.min
        self._home = date.min
        self._group = QButtonGroup(self)
        self.pages = {page: self._page(page) for page in Page}
        self.earlier = self._button("slots.earlier", "A week earlier  (Ctrl+Left)")
        self.later = self._button("slots.later", "A week later  (Ctrl+Right)")
        self.home = self._button("slots.home", "Back to the day shown in the window")
        self.dates = named(QLabel(self), "slots.dates", "Dates shown")
        self.span = named(QComboBox(self), "slots.days", "How many days")
        for days in SPANS:
            self.span.addItem(fmt.count(days, "day"), days)
        kept = str(settings.value(KEPT, SPANS[0]))
        self.span.setCurrentIndex(SPANS.index(int(kept)) if kept in map(str, SPANS) else 0)
        self.suggest = self._button(
            "slots.suggest", "How many orders each slot of the day chosen can take, by shifts  (C)"
        )
        self.who = self._button("slots.person", "Whose name stands on what is done; click to change it")
        self.who.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.pages[Page.BOARD].setChecked(True)
        self._lay_out()
        self._wire()
        self._dress()

    def _page(self, page: Page) -> QToolButton:
        button = named(QToolButton(self), f"slots.page.{page.name.lower()}", page.value)
        button.setText(page.value)
        button.setToolTip(TIPS[page])
        button.setCheckable(True)
        self._group.addButton(button)
        return button

    def _button(self, name: str, tip: str) -> QToolButton:
        button = named(QToolButton(self), name, tip.partition("  (")[0])
        button.setToolTip(tip)
        return button

    def _lay_out(self) -> None:
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        for button in self.pages.values():
            self._row.addWidget(button)
        self._row.addStretch(1)
        for part in (self.earlier, self.dates, self.later, self.home, self.span, self.suggest):
            self._row.addWidget(part)
        self._row.addStretch(1)
        self._row.addWidget(self.who)

    def _wire(self) -> None:
        self._group.buttonToggled.connect(self._on_page)
        self.earlier.clicked.connect(lambda: self.step(-1))
        self.later.clicked.connect(lambda: self.step(1))
        self.home.clicked.connect(lambda: self.show_first(self._home))
        self.span.currentIndexChanged.connect(self._on_span)
        self.suggest.clicked.connect(self.suggest_requested)
        self.who.clicked.connect(self.person_requested)
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        self._row.setSpacing(self._theme.grid(1))
        set_icon(self.earlier, "chevron-left", self._theme)
        set_icon(self.later, "chevron-right", self._theme)
        set_icon(self.home, "calendar-today", self._theme)
        set_icon(self.suggest, "lightbulb-on-outline", self._theme)
        set_icon(self.who, "account-edit-outline", self._theme)

    # --- what is chosen -------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The button that is down."""
        return next(page for page, button in self.pages.items() if button.isChecked())

    @property
    def days(self) -> int:
        """How many are shown."""
        return int(self.span.currentData())

    def set_home(self, on: date) -> None:
        """The window shows this day: the calendar goes there if it is not in sight."""
        self._home = on
        if not self.first <= on < self.first + timedelta(days=self.days):
            self.show_first(on)

    def step(self, weeks: int) -> None:
        """So many weeks on."""
        self.show_first(self.first + timedelta(weeks=weeks))

    def show_first(self, first: date) -> None:
        """Show the dates from this one on."""
        self.first = first
        self._say_dates()
        self.dates_changed.emit()

    @Slot()
    def _on_span(self) -> None:
        self._settings.setValue(KEPT, self.days)
        self._say_dates()
        self.dates_changed.emit()

    def _say_dates(self) -> None:
        last = self.first + timedelta(days=self.days - 1)
        self.dates.setText(f"{fmt.weekday_date(self.first)} – {fmt.weekday_date(last)}")

    @Slot(QToolButton, bool)
    def _on_page(self, _button: QToolButton, checked: bool) -> None:
        if checked:
            self._allow()
            self.page_changed.emit(self.page)

    def _allow(self) -> None:
        """Dates belong to the calendar."""
        on_board = self.page is Page.BOARD
        for part in (self.earlier, self.dates, self.later, self.home, self.span, self.suggest):
            part.setVisible(on_board)

    def show_person(self, name: str) -> None:
        """Whose name it is."""
        short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        self.who.setText(short or "Your name?")
