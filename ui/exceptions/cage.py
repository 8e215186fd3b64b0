"""The cage: what came back from the rounds, what should have, and the field that a scanner types into."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import Remedy
from dispatcher.services.exceptions import CageRow, Lying, Scanned
from ui import format as fmt
from ui.parts.fields import named
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Size, Theme

HEADERS = ("Where", "Order", "Piece", "For", "Came with", "Day", "Since", "Then")
WHERE, NUMBER, PIECE, WHO, DRIVER, DAY, SINCE, THEN = range(8)
OUT = {
    Remedy.COLLECT: ("Collected by the customer", "collected"),
    Remedy.RETURN: ("Taken by the sender", "returned"),
}
"""Words, and the end of the button's name."""
LYING = {
    Lying.MISSING: ("missing", "alert-circle", "late"),
    Lying.EXPECTED: ("expected", "clock-outline", "muted"),
    Lying.HERE: ("here", "check-circle-outline", "done"),
}
"""Word, icon and token."""
NOTHING = "Nothing is in the cage, and nothing should be.\nGoods of attempts in vain come here, to be scanned in."
ICON, SIGN = 16, 28
type Piece = tuple[OrderId, str]
"""Whose it is, and which."""
type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class Scanner(QLineEdit):
    """Where a scanner types: Enter hands on what was typed and empties it. Esc leaves.

    Signals:
        read(str): a barcode.
        left(): the keys should go back.
    """

    read = Signal(str)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As told above; Tab of a scanner ends a barcode as well."""
        typed = self.text().strip()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and typed:
            self.clear()
            self.read.emit(typed)
        elif event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        else:
            super().keyPressEvent(event)


class Verdict(QWidget):
    """What the last scan was, to be read from afar: colour, sign and words. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "exceptions.cage.verdict", "What the last scan was")
        self._theme = theme
        self._sign, self._token = "barcode-scan", "muted"
        self.title = named(QLabel(self), "exceptions.cage.verdict.title", "Right or wrong")
        self.text = named(QLabel(self), "exceptions.cage.verdict.text", "Why")
        self.text.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.title)
        self._column.addWidget(self.text)
        theme.changed.connect(self._dress)
        self._dress()

    def say(self, title: str, text: str, *, right: bool | None) -> None:
        """`None` for neither right nor wrong."""
        self._sign, self._token = {
            True: ("check-circle", "done"),
            False: ("close-octagon", "late"),
            None: ("barcode-scan", "muted"),
        }[right]
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleDescription(f"{title}. {text}")
        self._dress()

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._column.setContentsMargins(grid(4) + grid(SIGN / 4) + grid(3), grid(3), grid(4), grid(3))
        self._column.setSpacing(grid(1))
        for label, size, bold in ((self.title, Size.HEAD, True), (self.text, Size.TEXT, False)):
            label.setFont(self._theme.font(size, bold=bold))
            palette = label.palette()
            palette.setColor(label.foregroundRole(), self._theme.colour(self._token))
            label.setPalette(palette)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ground and the sign."""
        theme, side = self._theme, self._theme.grid(SIGN / 4)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("sunken" if self._token == "muted" else f"{self._token}_tint"))
            painter.drawRoundedRect(self.rect(), theme.grid(1), theme.grid(1))
            sign = theme.pixmap(self._sign, self._token, side, self.devicePixelRatioF())
            painter.drawPixmap(theme.grid(4), (self.height() - side) // 2, sign)


class CageModel(QAbstractTableModel):
    """One row a piece, missing ones first. GUI thread."""

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self._rows: tuple[CageRow, ...] = ()
        self._texts: list[tuple[str, ...]] = []
        self._on = date.min

    def show_rows(self, rows: Sequence[CageRow], on: date) -> bool:
        """Show these; whether they are others than before."""
        if tuple(rows) == self._rows and on == self._on:
            return False
        self.beginResetModel()
        self._rows, self._on = tuple(rows), on
        self._texts = [self._texts_of(row) for row in rows]
        self.endResetModel()
        return True

    def _texts_of(self, row: CageRow) -> tuple[str, ...]:
        since = row.scanned_at or row.expected_at
        by = f" by {row.scanned_by}" if row.scanned_by else ""
        then = row.waits_for.value if row.waits_for else "nothing decided"
        return (
            LYING[row.lying][0], row.number, row.piece, row.name, row.driver, fmt.weekday_date(row.on),
            f"{fmt.clock(since, self._zone, self._on)}{by}", then,
        )  # fmt: skip

    def row(self, n: int) -> CageRow:
        """What stands in a row."""
        return self._rows[n]

    def row_of(self, piece: Piece) -> int | None:
        """Where a piece stands."""
        return next((n for n, row in enumerate(self._rows) if (row.order_id, row.piece) == piece), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        _, icon, token = LYING[row.lying]
        match role:
            case _Role.DisplayRole | _Role.AccessibleTextRole:
                return self._texts[index.row()][column]
            case _Role.DecorationRole if column == WHERE:
                return self._theme.pixmap(icon, token, ICON, 2.0)
            case _Role.ForegroundRole:
                faint = column == THEN and row.waits_for is None
                return self._theme.colour(token if column == WHERE else "muted") if column == WHERE or faint else None
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return HEADERS[section]
        return None


class Cage(QWidget):
    """GUI thread.

    Signals:
        scanned(str): this barcode was read.
        handed_out(OrderId, Remedy): these goods leave the cage.
        left(): back to the queue.
    """

    scanned = Signal(str)
    handed_out = Signal(object, object)
    left = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "exceptions.cage", "The cage")
        self._theme = theme
        self._pointed: Piece | None = None
        """Scanned, and not in the list yet."""
        self.field = named(Scanner(self), "exceptions.cage.scan", "Barcode or order number")
        self.field.setPlaceholderText("Scan, or type a barcode or order number")
        self.field.setClearButtonEnabled(True)
        self.verdict = Verdict(theme, self)
        self.counts = named(QLabel(self), "exceptions.cage.counts", "How much is where")
        self.model = CageModel(theme, zone, self)
        self.table = plain_table(self, "exceptions.cage.list", "Goods in the cage, and those that should be")
        self.table.setModel(self.model)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.out = {remedy: self._out_button(remedy) for remedy in OUT}
        self._lay_out()
        self.model.modelReset.connect(self._allow)
        self.table.selectionModel().currentRowChanged.connect(self._allow)
        self._allow()
        self.field.read.connect(self.scanned)
        self.field.left.connect(self.left)
        back = QAction("Back to the queue", self)
        back.setObjectName("exceptions.cage.back")
        back.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        back.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.triggered.connect(self.left)
        self.table.addAction(back)
        theme.changed.connect(self._dress)
        self._dress()
        self.verdict.say("Scan", "Everything that comes off the vans, one piece after the other.", right=None)

    def _out_button(self, remedy: Remedy) -> QPushButton:
        said, name = OUT[remedy]
        button = named(QPushButton(said, self), f"exceptions.cage.{name}", said)
        button.setToolTip("All of the chosen order that is here leaves the cage")
        button.clicked.connect(partial(self._hand_out, remedy))
        return button

    def _lay_out(self) -> None:
        self._top = QHBoxLayout()
        self._top.addWidget(self.field, 2)
        self._top.addWidget(self.verdict, 3)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)
        self._column.addWidget(self.counts)
        self._column.addWidget(self.table, 1)
        self._bottom = QHBoxLayout()
        for button in self.out.values():
            self._bottom.addWidget(button)
        self._bottom.addStretch()
        self._column.addLayout(self._bottom)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(grid(2))
        self._top.setSpacing(grid(3))
        self._bottom.setSpacing(grid(1))
        self.field.setFont(self._theme.font(Size.HEAD))
        self.field.setMinimumHeight(grid(12))
        size_rows(self.table, self._theme)
        self._size_columns()

    def _size_columns(self) -> None:
        for column in range(len(HEADERS) - 1):
            size_column(self.table, self._theme, column, least=16, most=50)

    @property
    def current(self) -> CageRow | None:
        """The piece chosen."""
        at = self.table.currentIndex()
        return self.model.row(at.row()) if at.isValid() else None

    @Slot()
    def _allow(self) -> None:
        row = self.current
        for button in self.out.values():
            button.setEnabled(row is not None and row.lying is Lying.HERE)

    def _hand_out(self, remedy: Remedy, _checked: bool = False) -> None:
        if row := self.current:
            self.handed_out.emit(row.order_id, remedy)
        self.take_keys()

    # --- what it says ---------------------------------------------------------------------------------------------

    def show_rows(self, rows: Sequence[CageRow], on: date) -> None:
        """What is there, expected and missing."""
        chosen = self._pointed or self._key(self.current)
        if self.model.show_rows(rows, on):
            self._size_columns()
        counted = {lying: sum(row.lying is lying for row in rows) for lying in LYING}
        said = [f"{n:,} {LYING[lying][0]}" for lying, n in counted.items() if n]
        self.counts.setText(", ".join(said) if said else NOTHING)
        self.counts.setProperty("muted", True)
        if chosen and self._key(self.current) != chosen:
            self._point_at(chosen)

    def show_scanned(self, scanned: Scanned) -> None:
        """Right, or not, and why."""
        self.verdict.say(scanned.title, scanned.text, right=scanned.right)
        if scanned.order_id:
            self._point_at((scanned.order_id, scanned.piece))

    def say_fault(self, text: str) -> None:
        """It could not be kept."""
        self.verdict.say("Not kept", text, right=False)

    def _key(self, row: CageRow | None) -> Piece | None:
        return (row.order_id, row.piece) if row else None

    def _point_at(self, piece: Piece) -> None:
        """Its row; if it is not read yet, when it is."""
        n = self.model.row_of(piece)
        self._pointed = piece if n is None else None
        if n is not None:
            self.table.selectRow(n)
            self.table.scrollTo(self.model.index(n, 0))

    def take_keys(self) -> None:
        """Let the scanner type here."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
