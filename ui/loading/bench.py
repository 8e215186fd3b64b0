"""The parts of the panel below the scanner: bays, rounds, one round's list, and what can be done. Knows no service."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QScrollArea,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.services.loading.board import LoadBoard, LoadRow, RoundLoad
from ui.loading.bays import BayLanes
from ui.loading.departing import DepartureForm
from ui.loading.rounds import RoundsDelegate, RoundsModel, when
from ui.loading.rows import HEADERS, IN, LOAD, NOTE, NUMBER, PLACE, STATE, STOP, WHO, RowsModel
from ui.loading.yard import YardForm
from ui.parts.fields import named, set_icon
from ui.parts.said import Said, Tone
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Theme

DEEDS = {
    "short": ("Short", "package-variant-remove", "F2", "What nobody spoke of yet of the chosen order is not there"),
    "damaged": ("Damaged", "package-variant-closed-remove", "F3", "… is damaged, and stays here"),
    "undo": ("Undo scan", "undo-variant", "F4", "Take the last scan or word back"),
    "take_off": ("Off the round", "arrow-up-bold-box-outline", "F5", "Take the chosen order off its round"),
    "depart": ("Departure…", "truck-check-outline", "F6", "Check the round before it leaves"),
    "load_sheets": ("Load sheets…", "clipboard-list-outline", "F7", "Print the load sheets of all rounds"),
    "labels": ("Labels…", "barcode", "F8", "Print the labels of the round shown"),
    "run_sheets": ("Run sheets…", "printer-outline", "Shift+F7", "Print run sheets for drivers without a phone"),
    "returned": ("Returned sheets", "clipboard-check-outline", "Ctrl+F7", "Key run sheets that came back"),
    "bays": ("Plan bays", "table-refresh", "Shift+F8", "Plan bays and waves anew, from now on"),
    "yard": ("Yard…", "warehouse", "Ctrl+Shift+F8", "How many bays and people there are, and how long loading takes"),
    "take_out": (
        "Take out",
        "tray-remove",
        "Shift+F5",
        "Goods that lie in this van and do not belong there were taken out",
    ),
}
"""Words, icon, key and what it does."""
ROOM = {STATE: (34, 44), STOP: (10, 14), NUMBER: (16, 34), WHO: (30, 58), IN: (13, 20), LOAD: (24, 36), PLACE: (40, 50)}
"""Least and most of a column, in steps of the grid."""
KEPT = "loading/division"


class Bench(QWidget):
    """GUI thread.

    Signals:
        round_changed(): another round is shown.
        left(): something was clicked; the keys should go to the scanner.
    """

    round_changed = Signal()
    left = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "loading.bench", "Bays, rounds and what is loaded")
        self._theme, self._zone, self._settings = theme, zone, settings
        self.board: LoadBoard | None = None
        self.bays = BayLanes(theme, zone)
        self._scroll = named(QScrollArea(self), "loading.bays.scroll", "Bays and waves")
        self._scroll.setWidget(self.bays)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rounds = RoundsModel(zone, self)
        self.list = named(QListView(self), "loading.rounds", "Rounds, by when they are loaded")
        self.list.setModel(self.rounds)
        self.list.setItemDelegate(RoundsDelegate(theme, zone, self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.head = named(QLabel(self), "loading.round", "Round shown")
        self.strays = Said("loading.strays", "Goods that do not belong in this van", theme, self)
        self.rows = RowsModel(theme, self)
        self.table = plain_table(self, "loading.list", "What is loaded, in the order of loading")
        self.table.setModel(self.rows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.form = DepartureForm(theme, self)
        self.yard = YardForm(theme, self)
        self.deeds = {name: self._deed(name) for name in DEEDS}
        self._buttons = {name: self._button(name) for name in DEEDS}
        self._lay_out()
        self.list.selectionModel().currentChanged.connect(self._on_round)
        self.rounds.modelReset.connect(self._show_round)
        self.bays.chosen.connect(self.choose)
        for view in (self.list, self.table):
            view.clicked.connect(lambda _index: self.left.emit())
        self.bays.chosen.connect(lambda _shift: self.left.emit())
        theme.changed.connect(self._dress)
        self._dress()

    def _deed(self, name: str) -> QAction:
        words, _, key, tip = DEEDS[name]
        action = QAction(words, self)
        action.setObjectName(f"loading.{name}")
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(f"{tip}  ({key})")
        return action

    def _button(self, name: str) -> QToolButton:
        button = named(QToolButton(self), f"loading.{name}.button", DEEDS[name][0])
        button.setDefaultAction(self.deeds[name])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _lay_out(self) -> None:
        right = QWidget(self)
        self._column = QVBoxLayout(right)
        self._column.addWidget(self.head)
        self._column.addWidget(self.strays)
        self._column.addWidget(self.table, 1)
        self._column.addWidget(self.form)
        self._bottom = QHBoxLayout()
        for name in ("short", "damaged", "undo", "take_off", "take_out", "depart"):
            self._bottom.addWidget(self._buttons[name])
        self._bottom.addStretch()
        self._column.addLayout(self._bottom)
        self._top = QHBoxLayout()
        self._top.addStretch()
        for name in ("yard", "bays", "load_sheets", "labels", "run_sheets", "returned"):
            self._top.addWidget(self._buttons[name])
        self.division = QSplitter(Qt.Orientation.Horizontal, self)
        self.division.setObjectName("loading.division")
        self.division.setChildrenCollapsible(False)
        self.division.addWidget(self.list)
        self.division.addWidget(right)
        self.division.setStretchFactor(1, 1)
        self._whole = QVBoxLayout(self)
        self._whole.addWidget(self._scroll)
        self._whole.addLayout(self._top)
        self._whole.addWidget(self.yard)
        self._whole.addWidget(self.division, 1)
        kept = self._settings.value(KEPT)
        if kept is None or not self.division.restoreState(kept):
            self.division.setSizes([self._theme.grid(84), self._theme.grid(230)])

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        for layout in (self._whole, self._column):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(grid(1.5))
        self._column.setContentsMargins(grid(2), 0, 0, 0)
        for row in (self._top, self._bottom):
            row.setSpacing(grid(1))
        for name, button in self._buttons.items():
            self.deeds[name].setIcon(self._theme.icon(DEEDS[name][1]))
            set_icon(button, DEEDS[name][1], self._theme)
        self.head.setFont(self._theme.font(bold=True))
        self.list.setMinimumWidth(grid(72))
        size_rows(self.table, self._theme)
        self._size()

    def _size(self) -> None:
        for column in range(len(HEADERS) - 1):
            least, most = ROOM[column]
            size_column(self.table, self._theme, column, least=least, most=most)
        self._scroll.setFixedHeight(min(self.bays.sizeHint().height() + 2, self._theme.grid(52)))

    def remember(self) -> None:
        """Keep how the room is divided."""
        self._settings.setValue(KEPT, self.division.saveState())

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_board(self, board: LoadBoard) -> None:
        """The dock as it is now; the round and the order that were chosen stay so."""
        at, order = self.at, self.row.order_id if self.row else None
        first = self.board is None or self.board.on != board.on
        self.board = board
        self.rounds.show_rounds(board.rounds)
        n = self.rounds.row_of(at)
        if n is None and board.rounds:
            n = next((i for i, r in enumerate(board.rounds) if not r.departure), 0)
        if n is not None:
            self.list.setCurrentIndex(self.rounds.index(n))
        self._show_round()
        if order is not None and (kept := self.rows.row_of(order)) is not None:
            self.table.selectRow(kept)
        self.bays.show_board(board, self.at)
        if first or self._scroll.height() != self.bays.sizeHint().height() + 2:
            self._size()

    @property
    def round(self) -> RoundLoad | None:
        """The one shown."""
        n = self.list.currentIndex().row()
        return self.rounds.rounds[n] if 0 <= n < len(self.rounds.rounds) else None

    @property
    def at(self) -> ShiftId | None:
        """The same by its id."""
        return self.round.shift_id if self.round else None

    @property
    def row(self) -> LoadRow | None:
        """The order chosen."""
        n = self.table.currentIndex().row()
        return self.rows.rows[n] if 0 <= n < len(self.rows.rows) else None

    @Slot()
    def _on_round(self) -> None:
        self._show_round()
        self.bays.choose(self.at)
        if self.rows.rows:
            self.choose_order(next((r.order_id for r in self.rows.rows if r.loaded < len(r.pieces)), None))
        self.round_changed.emit()

    @Slot()
    def _show_round(self) -> None:
        round_ = self.round
        fresh = [r.order_id for r in self.rows.rows] != [r.order_id for r in round_.rows] if round_ else True
        self.rows.show_rows(round_.rows if round_ else ())
        self.head.setFont(self._theme.font(bold=True))
        self.head.setText(f"{round_.name}, {round_.driver}: {when(round_, self._zone)}" if round_ else "")
        self.strays.say(" ".join(words for _, words in round_.strays) if round_ else "", Tone.BAD)
        if fresh:
            self._size()
        if round_ and (asked := self.form.asking):
            if asked.shift_id == round_.shift_id:
                self.form.take_round(round_)
            else:
                self.form.dismiss()

    @Slot(object)
    def choose(self, shift_id: ShiftId) -> bool:
        """Show this round; whether it is there."""
        n = self.rounds.row_of(shift_id)
        if n is not None:
            self.list.setCurrentIndex(self.rounds.index(n))
        return n is not None

    def choose_order(self, order_id: OrderId | None) -> None:
        """Choose this order in the round shown."""
        n = self.rows.row_of(order_id)
        if n is not None:
            self.table.selectRow(n)
            self.table.scrollTo(self.rows.index(n, NOTE))
            self.table.horizontalScrollBar().setValue(0)

    def step(self, down: int) -> None:
        """Choose another order."""
        n = self.table.currentIndex().row() + down
        if 0 <= n < len(self.rows.rows):
            self.choose_order(self.rows.rows[n].order_id)

    def turn(self, down: int) -> None:
        """Show another round."""
        n = self.list.currentIndex().row() + down
        if 0 <= n < len(self.rounds.rounds):
            self.list.setCurrentIndex(self.rounds.index(n))

    def wire(self, deeds: dict[str, Callable[[], object]]) -> None:
        """What each action does."""
        for name, deed in deeds.items():
            self.deeds[name].triggered.connect(lambda _checked=False, deed=deed: deed())
