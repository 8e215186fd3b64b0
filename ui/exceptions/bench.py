"""Queue and exception beside one another, and the keys that work on them. It wishes; the panel does."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPoint, QSettings, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.incidents import IncidentKind
from dispatcher.services.ports import Geocoder
from ui.exceptions import words
from ui.exceptions.detail import Detail
from ui.exceptions.model import QueueModel, QueueSorting, Role
from ui.exceptions.remedies import MOST_KEYS
from ui.exceptions.words import Row
from ui.parts.fields import named
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Theme

DEEDS = (
    ("take", "&Take", "T", "See to what is chosen yourself"),
    ("note", "&Note…", "N", "Write a line into its history"),
    ("close", "&Close…", "C", "Close what is chosen, with a note"),
    ("reopen", "&Reopen…", "R", "Open a closed one again"),
)
COLUMNS, HIDDEN, SIZES = "exceptions/columns", "exceptions/hidden", "exceptions/sizes"
SPARED = (words.SINCE, words.STATE)
"""Left out where the room is short: the exception itself tells them too."""
SHORT = 235
"""Steps of the grid: a queue narrower than that has no room for all columns."""
LEAST = {
    words.SEVERITY: 24, words.KIND: 24, words.NUMBER: 14, words.SINCE: 14, words.DUE: 14, words.OWNER: 14,
    words.STATE: 14,
}  # fmt: skip
MOST = {words.OWNER: 24}
USUAL = {
    words.KIND: [kind.value for kind in IncidentKind],
    words.SINCE: ["23:59 −1"],
    words.DUE: ["47:59 h over", "119 min over", "12 days over"],
    words.STATE: ["closed 23:59"],
}
"""What comes there sooner or later, though it does not stand there when the columns are measured."""
LEAST_WHO = 28
"""Of the customer, with the bar at the list's edge: before that the kinds are cut."""
AROUND = 5
"""Steps of the grid beside a cell's words."""


class Bench(QSplitter):
    """GUI thread.

    Signals:
        row_changed(): another exception is chosen, or none.
    """

    row_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        zone: ZoneInfo,
        settings: QSettings,
        geocoder: Geocoder | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        named(self, "exceptions.bench", "Queue and exception")
        self._theme, self._settings = theme, settings
        self.model = QueueModel(theme, zone, self)
        self.queue = QueueSorting(self.model, self)
        self.deeds: dict[str, QAction] = {}
        self._sized = False
        self._kinds_px = 0
        """How wide the kinds are, unless a person has them otherwise."""
        self._hidden: set[int] = set()
        """Columns that a person does not want."""
        self._make_table()
        self.detail = Detail(theme, geocoder, self)
        self._add_actions()
        self._lay_out()
        self._restore()
        theme.changed.connect(self._dress)
        self._dress()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make_table(self) -> None:
        self.table = table = plain_table(self, "exceptions.queue", "Exceptions")
        table.setModel(self.queue)
        table.setSortingEnabled(True)
        table.sortByColumn(words.SEVERITY, Qt.SortOrder.AscendingOrder)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = table.horizontalHeader()
        header.setSectionsMovable(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_header_menu)
        table.selectionModel().currentRowChanged.connect(self.row_changed)

    def _add_actions(self) -> None:
        for name, text, key, what in DEEDS:
            self.deeds[name] = self._action(name, text, key)
            self.deeds[name].setToolTip(f"{what}  ({key})")
        self._action("next", "Next exception", "J").triggered.connect(lambda: self.go(1))
        self._action("previous", "Previous exception", "K").triggered.connect(lambda: self.go(-1))
        self.find_action = self._action("find", "Find an exception", "/")
        for n in range(MOST_KEYS):
            action = self._action(f"remedy_{n + 1}", "The remedy of this number", str(n + 1))
            action.triggered.connect(partial(self._on_number, n))
        # Only in the list: on a button Enter presses that button
        recommended = QAction("The remedy recommended", self.table)
        recommended.setObjectName("exceptions.recommended")
        recommended.setShortcuts([QKeySequence(Qt.Key.Key_Return), QKeySequence(Qt.Key.Key_Enter)])
        recommended.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        recommended.triggered.connect(partial(self._on_number, 0))
        self.table.addAction(recommended)
        self.detail.form.opened.connect(partial(self._set_keys, on=False))
        self.detail.form.closed.connect(partial(self._set_keys, on=True))

    def _action(self, name: str, text: str, key: str) -> QAction:
        """Answers in all of the bench, not where people type."""
        action = QAction(text, self)
        action.setObjectName(f"exceptions.{name}")
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(action)
        return action

    def _set_keys(self, *, on: bool) -> None:
        """A list to choose from takes letters, too."""
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut if on else Qt.ShortcutContext.WidgetShortcut
        for action in self.actions():
            action.setShortcutContext(context)

    def _lay_out(self) -> None:
        self._pane = left = QWidget(self)
        self._left = QVBoxLayout(left)
        self._left.addWidget(self.table, 1)
        self._row = QHBoxLayout()
        for name, action in self.deeds.items():
            said = action.text().replace("&", "")
            button = named(QPushButton(said, left), f"exceptions.{name}.button", said)
            button.setToolTip(action.toolTip())
            button.setEnabled(action.isEnabled())
            button.clicked.connect(action.trigger)
            action.enabledChanged.connect(button.setEnabled)
            self._row.addWidget(button)
        self._row.addStretch()
        self._left.addLayout(self._row)
        self._left.setContentsMargins(0, 0, 0, 0)
        for part in (left, self.detail):
            self.addWidget(part)
        self.splitterMoved.connect(self._fit_columns)
        self.setStretchFactor(0, 4)
        self.setStretchFactor(1, 3)
        self.setChildrenCollapsible(False)
        self.setSizes([self._theme.grid(185), self._theme.grid(125)])
        self.detail.setMinimumWidth(self._theme.grid(80))

    @Slot()
    def _dress(self) -> None:
        self._left.setSpacing(self._theme.grid(2))
        self._row.setSpacing(self._theme.grid(1))
        size_rows(self.table, self._theme)

    # --- columns, and what is kept of them ------------------------------------------------------------------------

    def size_columns(self) -> None:
        """As wide as what stands there, unless a person has made them otherwise; the customer takes what is over."""
        if self._sized or not self.model.rowCount():
            return
        self._sized = True
        for column, least in LEAST.items():
            wide = max([least, *map(self._steps, USUAL.get(column, ()))])
            size_column(self.table, self._theme, column, least=wide, most=max(wide, MOST.get(column, 30)))
        self._kinds_px = self.table.columnWidth(words.KIND)
        self.table.horizontalHeader().setSectionResizeMode(words.WHO, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setMinimumSectionSize(self._theme.grid(10))
        self._fit_columns()

    def _steps(self, text: str) -> float:
        """The grid's, that words take with what is around them."""
        return self.table.fontMetrics().horizontalAdvance(text) / self._theme.grid(1) + AROUND

    @Slot()
    def _fit_columns(self) -> None:
        short = self._pane.width() < self._theme.grid(SHORT)  # the table itself has its width a little later
        for column in range(len(words.HEADERS)):
            self.table.setColumnHidden(column, column in self._hidden or (short and column in SPARED))
        if self._kinds_px and self.table.columnWidth(words.KIND) == self._kinds_px:
            self._fit_kinds()

    def _fit_kinds(self) -> None:
        """As wide as they want to be, as long as the customer stays in sight."""
        grid, beside = self._theme.grid, [n for n in range(len(words.HEADERS)) if n not in (words.KIND, words.WHO)]
        room = self._pane.width() - sum(map(self.table.columnWidth, beside)) - grid(LEAST_WHO)
        wanted = grid(max(map(self._steps, USUAL[words.KIND])))
        self._kinds_px = max(grid(LEAST[words.KIND]), min(wanted, room))
        self.table.setColumnWidth(words.KIND, self._kinds_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The customer stays in sight."""
        super().resizeEvent(event)
        self._fit_columns()

    def _restore(self) -> None:
        hidden = str(self._settings.value(HIDDEN, "", type=str)).split()
        self._hidden = {int(n) for n in hidden if n.isdecimal()} - {words.KIND}
        sizes, columns = self._settings.value(SIZES), self._settings.value(COLUMNS)
        if sizes is not None:
            self.restoreState(sizes)
        if columns is not None and self.table.horizontalHeader().restoreState(columns):
            self._sized = True
            header = self.table.horizontalHeader()
            self.table.sortByColumn(header.sortIndicatorSection(), header.sortIndicatorOrder())
        self._fit_columns()

    def remember(self) -> None:
        """Sizes, order and sorting of the columns, for next time."""
        self._settings.setValue(SIZES, self.saveState())
        self._settings.setValue(HIDDEN, " ".join(map(str, sorted(self._hidden))))
        if self._sized:
            self._settings.setValue(COLUMNS, self.table.horizontalHeader().saveState())

    @Slot(QPoint)
    def _on_header_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for column, title in enumerate(words.HEADERS):
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(column not in self._hidden)
            action.setEnabled(column != words.KIND)
            action.toggled.connect(partial(self._show_column, column))
        menu.popup(self.table.horizontalHeader().mapToGlobal(at))

    def _show_column(self, column: int, there: bool) -> None:
        (self._hidden.discard if there else self._hidden.add)(column)
        self._fit_columns()
        self.remember()

    # --- which exception ------------------------------------------------------------------------------------------

    @property
    def current(self) -> Row | None:
        """The one chosen last."""
        index = self.table.currentIndex()
        return index.data(Role.ROW) if index.isValid() else None

    @property
    def chosen(self) -> list[Row]:
        """All that are chosen."""
        rows = [index.data(Role.ROW) for index in self.table.selectionModel().selectedRows()]
        return rows or [row for row in (self.current,) if row]

    def go(self, steps: int) -> None:
        """So many rows on; stays at the ends."""
        at = self.table.currentIndex()
        self.choose(max(0, min(self.queue.rowCount() - 1, at.row() + steps)) if at.isValid() else 0)

    def choose(self, n: int) -> None:
        """The row of this place."""
        if 0 <= n < self.queue.rowCount():
            self.table.selectRow(n)

    def choose_id(self, incident_id: str) -> bool:
        """This exception; whether it is shown."""
        n = self.model.row_of_id(incident_id)
        at = self.queue.mapFromSource(self.model.index(n, 0)) if n is not None else None
        if at is None or not at.isValid():
            return False
        if at.row() != self.table.currentIndex().row():
            self.choose(at.row())
        return True

    def keep_place(self, how: Callable[[], None]) -> None:
        """Change what is shown; the one chosen stays so, and where it goes, the one that takes its place is."""
        former, at = self.current, self.table.currentIndex().row()
        how()
        if former and self.choose_id(former.id):
            return
        self.choose(max(0, min(at, self.queue.rowCount() - 1)))

    def _on_number(self, n: int, _checked: bool = False) -> None:
        self.detail.remedies.press(n)

    def showEvent(self, event: QShowEvent) -> None:
        """Columns are measured when there is a font to measure with."""
        super().showEvent(event)
        self.size_columns()
