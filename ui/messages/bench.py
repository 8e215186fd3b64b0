"""The list of messages and replies beside the one chosen, and the keys that work on them. It wishes; the panel does."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QScrollArea, QSplitter, QWidget

from ui.messages import words
from ui.messages.detail import Detail
from ui.messages.model import BoxModel, BoxSorting, Role
from ui.messages.words import Row
from ui.parts.fields import named
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Theme

DEEDS = (
    ("reply", "&Reply…", "R", "Write to whom this is about, by the same way"),
    ("seen", "&Mark as read", "M", "Somebody has read this reply"),
    ("put", "&Put to an order…", "P", "Say which order a stranger's reply is about"),
    ("again", "&Send again…", "S", "Let it wait for a line once more"),
    ("drop", "Take out", "X", "Do not send it; it can be sent again"),
    ("write", "&Write…", "W", "A message to any customer of the day"),
    ("call", "Note a &call…", "C", "Somebody called a customer, or was called"),
    ("show", "Sh&ow the order", "O", "On the board"),
)


class Bench(QSplitter):
    """GUI thread.

    Signals:
        row_changed(): another one is chosen, or none.
    """

    row_changed = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, keys: QWidget, parent: QWidget | None = None) -> None:
        """`keys` is the widget in all of which the keys work."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        named(self, "messages.bench", "Messages and the one chosen")
        self._theme, self._keys = theme, keys
        self._on = date.min
        self.model = BoxModel(theme, self)
        self.sorting = BoxSorting(self.model, self)
        self.deeds: dict[str, QAction] = {}
        for name, text, key, what in DEEDS:
            self.deeds[name] = self._action(name, text, key)
            self.deeds[name].setToolTip(f"{what}  ({key})")
            self.deeds[name].setEnabled(False)
        self._action("next", "Next message", "J").triggered.connect(lambda: self.go(1))
        self._action("previous", "Previous message", "K").triggered.connect(lambda: self.go(-1))
        self.find_action = self._action("find", "Find a message", "/")
        self._make_table()
        self.detail = Detail(theme, zone, list(self.deeds.values()), self)
        area = QScrollArea(self)
        area.setWidget(self.detail)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        for part, stretch in ((self.table, 5), (area, 2)):
            self.addWidget(part)
            self.setStretchFactor(self.indexOf(part), stretch)
        self.setChildrenCollapsible(False)
        self.setSizes([theme.grid(230), theme.grid(80)])
        theme.changed.connect(self._dress)
        self._dress()

    def _make_table(self) -> None:
        self.table = table = plain_table(self, "messages.list", "Messages and replies of the day")
        table.setModel(self.sorting)
        table.setSortingEnabled(True)
        table.sortByColumn(words.AT, Qt.SortOrder.DescendingOrder)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.horizontalHeader().setStretchLastSection(True)
        table.customContextMenuRequested.connect(self._on_menu)
        table.selectionModel().currentRowChanged.connect(self.row_changed)
        table.activated.connect(self._on_activated)

    def _action(self, name: str, text: str, key: str) -> QAction:
        """Answers wherever in the panel the keys are, not in the lines where people type."""
        action = QAction(text, self._keys)
        action.setObjectName(f"messages.{name}")
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._keys.addAction(action)
        return action

    def on(self, name: str, deed: Callable[[], object]) -> None:
        """What one of the deeds does."""
        self.deeds[name].triggered.connect(lambda _checked=False: deed())

    @Slot()
    def _dress(self) -> None:
        size_rows(self.table, self._theme)
        self.size_columns()

    def size_columns(self) -> None:
        """As wide as what stands there; the words take what is left over."""
        for column, least, most in (
            (words.STATE, 36, 40), (words.WHAT, 36, 44), (words.CHANNEL, 12, 16), (words.ORDER, 40, 52),
            (words.TO, 40, 52), (words.AT, 15, 20),
        ):  # fmt: skip
            size_column(self.table, self._theme, column, least=least, most=most)
        self._fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The words stay in sight; to whom it goes is told beside the list, too."""
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        for column in (words.CHANNEL, words.TO):
            self.table.setColumnHidden(column, False)
        for column in (words.TO, words.CHANNEL):
            shown = [c for c in range(words.SAID) if not self.table.isColumnHidden(c)]
            left = self.table.viewport().width() - sum(self.table.columnWidth(c) for c in shown)
            self.table.setColumnHidden(column, left < self._theme.grid(36))

    # --- which one --------------------------------------------------------------------------------------------------

    @property
    def current(self) -> Row | None:
        """The one chosen."""
        index = self.table.currentIndex()
        return index.data(Role.ROW) if index.isValid() else None

    def choose(self, key: str) -> None:
        """Go to the one with this key, if it is shown."""
        n = self.model.row_of_key(key)
        at = self.sorting.mapFromSource(self.model.index(n, 0)) if n is not None else None
        if at is not None and at.isValid():
            self.table.setCurrentIndex(at)

    def keep_a_row(self) -> None:
        """One is chosen whenever there are any; a table that gets the keys has a current row that is not selected."""
        if self.sorting.rowCount() and not self.table.selectionModel().hasSelection():
            at = self.table.currentIndex()
            self.table.selectRow(at.row() if at.isValid() else 0)

    def go(self, steps: int) -> None:
        """So many rows further down."""
        at = self.table.currentIndex().row() + steps
        if 0 <= at < self.sorting.rowCount():
            self.table.setCurrentIndex(self.sorting.index(at, 0))

    @Slot(QPoint)
    def _on_menu(self, at: QPoint) -> None:
        menu = named(QMenu(self), "messages.menu", "What can be done about this message")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([action for action in self.deeds.values() if action.isEnabled()])
        menu.popup(self.table.viewport().mapToGlobal(at))

    @Slot()
    def _on_activated(self) -> None:
        """Enter, or a double click: the order."""
        self.deeds["show"].trigger()
