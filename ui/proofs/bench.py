"""Queue, pictures and facts beside one another, and the keys that work on them. It wishes; the panel does."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.review import Proof
from ui.parts.fields import named
from ui.parts.said import words_of
from ui.parts.tables import plain_table, size_column, size_rows
from ui.proofs import words
from ui.proofs.chips import ChipPainter, chips_wide
from ui.proofs.facts import Facts, Sheet
from ui.proofs.looking import Looked
from ui.proofs.model import QueueModel, QueueSorting, Role
from ui.proofs.pictures import Pictures
from ui.proofs.sketch import Scene, Sketch
from ui.proofs.words import Row
from ui.theme import Theme

DEEDS = (
    ("accept", "&Accept", "A", "Accept this proof, and go to the next open one"),
    ("query", "&Query…", "Q", "Ask the driver; the answer brings it back"),
    ("reject", "&Reject…", "R", "Reject this proof, with the reason"),
    ("note", "&Note…", "N", "A remark; decides nothing"),
    ("accept_unflagged", "Accept all unflagged…", "Shift+A", "All that are shown, open and without a finding"),
)
MOST_PHOTOS = 9
MEASURED = 12
"""The texts of most letters: one of them is the widest."""
SECOND = "Accept this proof as the second reviewer: one has accepted it, and it takes two  (A)"
DECISION = 25
"""Steps of the grid that the longest word for one takes, with its sign."""


class Bench(QSplitter):
    """GUI thread.

    Signals:
        row_changed(): another proof is chosen, or none.
    """

    row_changed = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        named(self, "proofs.bench", "Queue, pictures and facts")
        self._theme = theme
        self.model = QueueModel(theme, zone, self)
        self.queue = QueueSorting(self.model, self)
        self.deeds: dict[str, QAction] = {}
        self._driver_wide = theme.grid(26)
        """What the longest name of a driver wants."""
        self._flags_wide = theme.grid(28)
        """What the most flags of one proof want."""
        self._make_table()
        self.pictures = Pictures(theme, zone, self)
        self.facts = Facts(theme, self)
        self.sketch = Sketch(theme, self)
        self._add_actions()
        self._lay_out()
        theme.changed.connect(self._dress)
        self._dress()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make_table(self) -> None:
        self.table = table = plain_table(self, "proofs.list", "Proofs of the day")
        table.setModel(self.queue)
        table.setSortingEnabled(True)
        table.sortByColumn(words.AT, Qt.SortOrder.AscendingOrder)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setItemDelegateForColumn(words.FLAGS, ChipPainter(self._theme, table))
        table.horizontalHeader().setStretchLastSection(True)
        table.selectionModel().currentRowChanged.connect(self.row_changed)

    def _add_actions(self) -> None:
        for name, text, key, what in DEEDS:
            self.deeds[name] = self._action(name, text, key)
            self.deeds[name].setToolTip(f"{what}  ({key})")
        self._action("next", "Next proof", "J").triggered.connect(lambda: self.go(1))
        self._action("previous", "Previous proof", "K").triggered.connect(lambda: self.go(-1))
        self._action("next_photo", "Next photo", Qt.Key.Key_Right).triggered.connect(lambda: self.pictures.turn(1))
        self._action("previous_photo", "Previous photo", Qt.Key.Key_Left).triggered.connect(
            lambda: self.pictures.turn(-1)
        )
        for n in range(MOST_PHOTOS):
            action = self._action(f"photo_{n + 1}", "The photo of this number", str(n + 1))
            action.triggered.connect(lambda _checked=False, n=n: self.pictures.go_to(n))

    def _action(self, name: str, text: str, key: Qt.Key | str) -> QAction:
        """Answers in all of the workbench, not in the lines where people type."""
        action = QAction(text, self)
        action.setObjectName(f"proofs.{name}")
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(action)
        return action

    def _lay_out(self) -> None:
        self.buttons = QWidget(self)
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        self._buttons: list[QPushButton] = []
        for name, action in self.deeds.items():
            button = named(QPushButton(self.buttons), f"proofs.{name}.button", _plain(action.text()))
            button.setText(_plain(action.text()))
            button.setToolTip(action.toolTip())
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(action.trigger)
            action.enabledChanged.connect(button.setEnabled)
            row.addWidget(button)
            self._buttons.append(button)
        row.addStretch()
        left = QWidget(self)
        self._left = QVBoxLayout(left)
        self._left.addWidget(self.table, 1)
        self.closing = named(QPushButton("Close the day…", left), "proofs.close_day.button", "Close the day")
        self.closing.setToolTip("Sign the day off, and write its report  (Shift+C)")
        self.closing.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        below = QHBoxLayout()
        below.addWidget(self._buttons[-1])
        below.addStretch()
        below.addWidget(self.closing)
        self._left.addLayout(below)
        middle = QWidget(self)
        self._middle = QVBoxLayout(middle)
        self._middle.addWidget(self.pictures, 1)
        self._middle.addWidget(self.buttons)
        right = QWidget(self)
        self._right = QVBoxLayout(right)
        self._right.addWidget(self.facts, 5)
        self._right.addWidget(self.sketch, 2)
        self.evidence = named(QPushButton("Evidence for this stop…", right), "proofs.evidence.button", "Evidence")
        self.evidence.setToolTip("One file that shows this delivery, and verifies itself anywhere  (E)")
        self.evidence.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._right.addWidget(self.evidence, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self._left, self._middle, self._right):
            part.setContentsMargins(0, 0, 0, 0)
        for stretch, part_ in ((4, left), (4, middle), (3, right)):
            self.addWidget(part_)
            self.setStretchFactor(self.indexOf(part_), stretch)
        self.setChildrenCollapsible(False)
        grid = self._theme.grid
        self.setSizes([grid(142), grid(100), grid(80)])
        self.splitterMoved.connect(self._fit_columns)

    @Slot()
    def _dress(self) -> None:
        for part in (self._left, self._middle, self._right):
            part.setSpacing(self._theme.grid(2))
        size_rows(self.table, self._theme)
        self.size_columns()

    def size_columns(self) -> None:
        """As wide as what stands there; the flags take what is left over."""
        table, grid = self.table, self._theme.grid
        for column, least, most in ((words.OUTCOME, 8, 14), (words.AT, 15, 20)):
            size_column(table, self._theme, column, least=least, most=most)
        table.setColumnWidth(words.NUMBER, max(grid(14), min(grid(40), self._wide(words.NUMBER))))
        self._driver_wide = max(grid(26), min(grid(70), self._wide(words.DRIVER)))
        kinds = {tuple(flag.kind for flag in proof.flags) for proof in self.model.proofs}
        self._flags_wide = max((chips_wide(self._theme, each) for each in kinds), default=0)
        self._fit_columns()

    def _wide(self, column: int) -> int:
        """Of the longest text in a column; thousands of rows say few different things at length."""
        longest = sorted(self.model.texts(column), key=len, reverse=True)[:MEASURED]
        measure = self.table.fontMetrics()
        return max(map(measure.horizontalAdvance, longest), default=0) + self._theme.grid(5)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Flags and decision stay in sight."""
        super().resizeEvent(event)
        self._fit_columns()

    @Slot()
    def _fit_columns(self) -> None:
        table, grid = self.table, self._theme.grid
        table.setColumnHidden(words.DRIVER, False)
        table.setColumnWidth(words.DRIVER, self._driver_wide)
        short = max(grid(20), min(grid(28), self._flags_wide)) - self._room_for_flags()
        if short > 0:  # flags come before the end of a name
            table.setColumnWidth(words.DRIVER, max(grid(26), self._driver_wide - short))
        if self._room_for_flags() < grid(20):  # the facts tell it too
            table.setColumnHidden(words.DRIVER, True)
        table.setColumnWidth(words.FLAGS, max(grid(10), self._room_for_flags()))
        table.doItemsLayout()  # the scroll bar still has the widths of before

    def _room_for_flags(self) -> int:
        table, grid = self.table, self._theme.grid
        others = sum(table.columnWidth(c) for c in range(len(words.HEADERS)) if c not in (words.FLAGS, words.DECISION))
        return table.width() - table.verticalScrollBar().sizeHint().width() - others - grid(DECISION)

    # --- which proof ----------------------------------------------------------------------------------------------

    @property
    def current(self) -> Row | None:
        """The one chosen."""
        index = self.table.currentIndex()
        return index.data(Role.ROW) if index.isValid() else None

    @property
    def near(self) -> list[Row]:
        """The one chosen, the next and the one before: in the order they are wanted."""
        at = self.table.currentIndex()
        turns = (at.row(), at.row() + 1, at.row() - 1) if at.isValid() else ()
        return [self.queue.row(n) for n in turns if 0 <= n < self.queue.rowCount()]

    def go(self, steps: int) -> None:
        """So many rows on; stays at the ends."""
        at = self.table.currentIndex()
        self.choose(max(0, min(self.queue.rowCount() - 1, at.row() + steps)) if at.isValid() else 0)

    def go_to_open(self) -> None:
        """The next that is open: below, else from the top; stays where there is none."""
        at = self.table.currentIndex().row()
        order = [*range(at + 1, self.queue.rowCount()), *range(at)]
        self.choose(next((n for n in order if self.queue.row(n).open), at))

    def choose(self, n: int) -> None:
        """The row of this place."""
        if 0 <= n < self.queue.rowCount():
            self.table.setCurrentIndex(self.queue.index(n, 0))

    def choose_key(self, key: str) -> bool:
        """The proof of this attempt; whether it is shown."""
        n = self.model.row_of_key(key)
        at = self.queue.mapFromSource(self.model.index(n, 0)) if n is not None else None
        if at is None or not at.isValid():
            return False
        if at.row() != self.table.currentIndex().row():
            self.table.setCurrentIndex(at)
        return True

    def keep_a_row(self) -> None:
        """Where nothing is chosen, the first is."""
        if not self.table.currentIndex().isValid():
            self.choose(0)

    def narrow(self, how: Callable[[QueueSorting], None]) -> None:
        """Show other rows; the proof chosen stays chosen if it is among them, else the first is."""
        former = self.current
        how(self.queue)
        if not (former and self.choose_key(former.key)):
            self.choose(0)

    # --- what is shown of it --------------------------------------------------------------------------------------

    def show_proof(self, proof: Proof, looked: Looked | None, sheet: Sheet) -> None:
        """The proof chosen; without `looked` its pictures are still being fetched."""
        attempt = proof.attempt
        self._buttons[0].setToolTip(SECOND if proof.second_wanted else self.deeds["accept"].toolTip())
        self.facts.show_sheet(sheet)
        self.pictures.show_ink(attempt.ink, attempt.name)
        if looked is None:
            self.pictures.await_photos(len(attempt.photos))
            self.sketch.show_scene(Scene(None, attempt.place, attempt.accuracy_m))
        else:
            self.pictures.show_photos(looked.pictures)
            self.sketch.show_scene(Scene(looked.stop, attempt.place, attempt.accuracy_m, looked.track))

    def show_fault(self, fault: Exception) -> None:
        """Its pictures could not be fetched."""
        self.pictures.show_photos((), words=words_of(fault))

    def clear(self) -> None:
        """Nothing is chosen."""
        self.facts.show_sheet(None)
        self.pictures.clear()
        self.sketch.show_scene(Scene())


def _plain(text: str) -> str:
    return text.replace("&", "")
