"""Returned run sheets, keyed by hand: the day's sheets, the stops of the one at hand, one line that takes it all."""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.errors import KnownError
from dispatcher.services.loading.returned import LONGEST, Returned, Row
from dispatcher.services.loading.run_sheets import SHEET
from dispatcher.services.loading.sheet_desk import Saved, SheetLine
from ui.loading.sheet_feed import SheetFeed
from ui.loading.sheet_line import KeyLine, legend_of, meaning_of, totals_of
from ui.loading.sheet_rows import DUE, HEADERS, WHO, SheetModel
from ui.parts.fields import named, primary
from ui.parts.said import Said, Tone
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Size, Theme

WHICH = "Scan a run sheet, or type its code"
LINE = "Enter: delivered and signed"
ROOM = ((12, 13), (16, 19), (18, 24), (24, 32), (16, 20), (16, 20))
"""Least and most of a column, in steps of the grid."""
WIDE = 240
"""Steps of the grid from where on names and addresses take twice the room."""


class SheetsPage(QWidget):
    """GUI thread. `as_somebody` is given what is to be done under a name.

    Signals:
        left(): the clerk is done here.
        told(str): a sentence for the status bar.
    """

    left = Signal()
    told = Signal(str)

    def __init__(
        self,
        theme: Theme,
        zone: ZoneInfo,
        feed: SheetFeed,
        as_somebody: Callable[[Callable[[str], object]], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "loading.sheets", "Returned run sheets")
        self._theme, self._zone, self._feed, self._as_somebody = theme, zone, feed, as_somebody
        self.returned: Returned | None = None
        self._make()
        self._lay_out()
        self._wire()
        self._dress()
        self.close_sheet()

    def _make(self) -> None:
        self.list = named(QListWidget(self), "loading.sheets.rounds", "The day's rounds and their sheets")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.head = named(QLabel(self), "loading.sheets.round", "Sheet shown")
        self.moved = Said("loading.sheets.moved", "What moved since the sheet was printed", self._theme, self)
        self.rows = SheetModel(self._theme, self._zone, self)
        self.table = plain_table(self, "loading.sheets.stops", "Stops of the sheet, as printed")
        self.table.setModel(self.rows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.at = named(QLabel(self), "loading.sheets.at", "Which stop is keyed")
        self.line = named(KeyLine(self), "loading.sheets.line", "What the sheet says of this stop")
        self.line.setMaxLength(LONGEST)
        self.said = Said("loading.sheets.said", "What the line means", self._theme, self, keeps_room=True)
        self.totals = named(QLabel(self), "loading.sheets.totals", "Totals of the sheet")
        self.legend = named(QLabel(self), "loading.sheets.legend", "What can be typed")
        for label in (self.head, self.at, self.totals, self.legend):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.legend.setWordWrap(True)
        self.legend.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.legend.setProperty("muted", True)
        self.save = named(QPushButton("Save sheet", self), "loading.sheets.save", "Save the sheet")
        self.save.setToolTip("Write what was keyed into the proofs  (Ctrl+Enter)")
        self.save.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        primary(self.save)

    def _lay_out(self) -> None:
        self._right = QVBoxLayout()
        self._right.addWidget(self.head)
        self._right.addWidget(self.moved)
        self._right.addWidget(self.table, 1)
        self._right.addWidget(self.at)
        self._right.addWidget(self.line)
        self._right.addWidget(self.said)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.totals, 1)
        self._foot.addWidget(self.save)
        self._right.addLayout(self._foot)
        self._whole = QHBoxLayout(self)
        self._whole.addWidget(self.list)
        self._whole.addLayout(self._right, 1)
        scroll = named(QScrollArea(self), "loading.sheets.legend.scroll", "What can be typed")
        scroll.setWidget(self.legend)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        self._whole.addWidget(scroll)

    def _wire(self) -> None:
        self._theme.changed.connect(self._dress)
        line, feed = self.line, self._feed
        line.entered.connect(self._on_entered)
        line.textChanged.connect(self._preview)
        line.stepped.connect(self._step)
        line.taken_back.connect(self._take_back)
        line.saved.connect(self._save)
        line.left.connect(self._leave)
        self.save.clicked.connect(self._save)
        self.list.itemClicked.connect(self._on_round)
        self.table.clicked.connect(lambda _index: self._on_chosen())
        feed.listed.connect(self._on_listed)
        feed.opened.connect(self._on_opened)
        feed.saved.connect(self._on_saved)
        feed.refused.connect(self.said.say_fault)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        for layout in (self._whole, self._right):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(grid(1.5))
        self._whole.setSpacing(grid(3))
        self.list.setFixedWidth(grid(58))
        self.legend.setFixedWidth(grid(54))
        self.legend.setFont(self._theme.font(Size.SMALL))
        self.line.setFont(self._theme.font(Size.HEAD))
        self.line.setMinimumHeight(grid(11))
        self.head.setFont(self._theme.font(bold=True))
        self.at.setFont(self._theme.font(bold=True))
        self.said.setMinimumHeight(grid(6))
        size_rows(self.table, self._theme)
        self._size()

    def _size(self) -> None:
        for column in range(len(HEADERS) - 1):
            least, most = ROOM[column]
            if column == WHO and self.table.width() > self._theme.grid(WIDE):
                most *= 2
            if column == DUE:
                self.table.setColumnHidden(
                    DUE, not any(self.rows.index(n, DUE).data() for n in range(self.rows.rowCount()))
                )
            size_column(self.table, self._theme, column, least=least, most=most)

    # --- which sheet ----------------------------------------------------------------------------------------------

    def take_keys(self) -> None:
        """Type here now."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._feed.list()

    def open(self, text: str) -> None:
        """By its code."""
        self._feed.open(text)

    def close_sheet(self) -> None:
        """No sheet is at hand; what was keyed stays with its sheet."""
        self.returned = None
        self._show()
        self._point_at(None)

    @Slot(object)
    def _on_listed(self, lines: Sequence[SheetLine]) -> None:
        self.list.clear()
        for line in lines:
            code = f"{line.code[:3]}-{line.code[3:]}: " if line.code else ""
            kept = f", {line.keyed} to save" if line.keyed else ""
            item = QListWidgetItem(f"{line.title}\n{code}{line.done} of {line.stops} known{kept}", self.list)
            item.setData(Qt.ItemDataRole.UserRole, line.shift_id)
            if self.returned and self.returned.sheet.shift_id == line.shift_id:
                self.list.setCurrentItem(item)

    @Slot(QListWidgetItem)
    def _on_round(self, item: QListWidgetItem) -> None:
        self._feed.open_round(item.data(Qt.ItemDataRole.UserRole))
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_opened(self, returned: Returned) -> None:
        fresh = self.returned is None or self.returned.sheet.code != returned.sheet.code
        self.returned = returned
        self._show()
        if fresh:
            self._size()
        self._point_at(returned.open_after(None))
        self._feed.list()

    # --- keying ---------------------------------------------------------------------------------------------------

    @property
    def row(self) -> Row | None:
        """The one that is keyed."""
        n = self.table.currentIndex().row()
        return self.rows.rows[n] if 0 <= n < len(self.rows.rows) else None

    @Slot(str)
    def _on_entered(self, text: str) -> None:
        returned, row = self.returned, self.row
        if returned is None or text.strip().casefold().startswith(SHEET):
            self.line.clear()
            self._feed.open(text)
            return
        try:
            if (scanned := self._feed.row_named(returned, text)) is not None:
                self._point_at(scanned)
            elif row is None:
                self.said.say(self._whole_words, Tone.GOOD)
            else:
                self.returned = self._feed.key(returned, row.id, text)
                self._show()
                self._point_at(self.returned.open_after(row.id))
        except KnownError as fault:
            self.said.say_fault(fault)
            self.line.selectAll()

    @Slot()
    def _take_back(self) -> None:
        if self.returned is None:
            return
        try:
            self.returned, row_id = self._feed.undo(self.returned)
        except KnownError as fault:
            self.said.say_fault(fault)
            return
        self._show()
        self._point_at(row_id)

    @Slot()
    def _save(self) -> None:
        if (returned := self.returned) is not None:
            self._as_somebody(lambda by: self._feed.save(returned, by=by))

    @Slot(object, object)
    def _on_saved(self, returned: Returned, saved: Saved) -> None:
        noted = f" {saved.noted} noted on proofs that stand otherwise." if saved.noted else ""
        done = saved.left == 0
        left = "Nothing is left open." if done else f"{saved.left} of its stops are open still."
        words = f"{returned.title}: {saved.attempts} saved. {left}{noted}"
        self.told.emit(words)
        self.returned = returned
        if done:
            self.close_sheet()
        else:
            self._show()
            self._point_at(returned.open_after(None))
        self.said.say(words, Tone.GOOD)
        self._feed.list()

    @Slot()
    def _leave(self) -> None:
        if self.returned is not None:
            self.close_sheet()
            self._feed.list()
        else:
            self.left.emit()

    # --- what is shown --------------------------------------------------------------------------------------------

    def _show(self) -> None:
        returned = self.returned
        self.rows.show_sheet(returned)
        self.head.setText(f"{returned.title} · sheet {returned.sheet.shown}" if returned else "")
        self.table.setColumnHidden(DUE, not any(row.asked.cash_due for row in self.rows.rows))
        self.moved.say(" ".join(returned.moved) if returned else "", Tone.WARNING)
        self.totals.setText(totals_of(returned) if returned else "")
        self.legend.setFont(self._theme.font(Size.SMALL))
        self.legend.setText(legend_of(returned))
        self.save.setEnabled(bool(returned and any(row.typed and not row.skipped for row in returned.rows)))
        self.line.setPlaceholderText(LINE if returned else WHICH)

    def _point_at(self, row_id: str | None) -> None:
        """Key this row next; none when all is known."""
        self.line.clear()
        n = self.rows.row_of(row_id)
        if n is None:
            self.table.clearSelection()
            self.table.setCurrentIndex(self.rows.index(-1, -1))
        else:
            self.table.selectRow(n)
            self.table.scrollTo(self.rows.index(n, 0))
        self._preview()

    @Slot(int)
    def _step(self, down: int) -> None:
        n = self.table.currentIndex().row() + down
        if 0 <= n < len(self.rows.rows):
            self._point_at(self.rows.rows[n].id)

    @Slot()
    def _on_chosen(self) -> None:
        self.line.clear()
        self._preview()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def _whole_words(self) -> str:
        """Nothing is left to be keyed."""
        keyed = self.save.isEnabled()
        return "All is keyed: Ctrl+Enter saves the sheet." if keyed else "All stops of this sheet are known."

    @Slot()
    def _preview(self) -> None:
        """Which row it is, and what the line means so far."""
        row = self.row
        if self.returned is None or row is None:
            whole = self.returned is not None
            self.at.setText("")
            self.said.say(self._whole_words if whole else "", Tone.GOOD)
            return
        named_ = (f"{row.turn}.", row.number, row.name, row.address) if row.is_stop else (row.name,)
        self.at.setText("  ".join(filter(None, named_)))
        self.said.say(*meaning_of(row, self.line.text()))
