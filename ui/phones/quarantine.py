"""What phones sent that could not be used, newest first: when, whose, why, and how the message begins."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtWidgets import QDialog, QHeaderView, QPlainTextEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from dispatcher.domain.devices import Device
from dispatcher.domain.ids import DeviceId
from dispatcher.domain.letters import Quarantined
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.workplace import Workplace
from ui.parts.fields import named
from ui.parts.said import Said
from ui.parts.sizes import open_at
from ui.parts.tables import plain_table, size_column, size_rows
from ui.phones.words import day_words
from ui.runner import OpRunner
from ui.theme import Theme

MOST = 200
BYTES = 200
"""Of a message: the rest stays in the logbook."""
HEADERS = ("When", "Phone", "Spoke", "Why it was set aside", "Begins")
WHY = 3
type Index = QModelIndex | QPersistentModelIndex
type Found = tuple[Sequence[Quarantined], Mapping[DeviceId, str]]


class QuarantineModel(QAbstractTableModel):
    """One row a message, or part of one."""

    def __init__(self, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._rows: list[tuple[str, ...]] = []

    def show_letters(self, found: Found, now: datetime) -> None:
        """Show these."""
        letters, names = found
        self.beginResetModel()
        self._rows = [self._row(letter, names, now) for letter in letters]
        self.endResetModel()

    def _row(self, letter: Quarantined, names: Mapping[DeviceId, str], now: datetime) -> tuple[str, ...]:
        part = f" (part {letter.part + 1})" if letter.part is not None else ""
        whose = names.get(letter.device_id, "unknown") if letter.device_id else "unknown"
        when = day_words(letter.received_at, now, self._zone)
        return when, whose, letter.source.value, f"{letter.why}{part}", beginning(letter.body)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._rows[index.row()][index.column()]
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return HEADERS[section]
        return None


class QuarantineDialog(QDialog):
    """Non-modal. GUI thread."""

    def __init__(self, workplace: Workplace, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "quarantine", "Messages set aside")
        self.setWindowTitle("Messages set aside")
        assert workplace.live is not None
        self._workplace, self._theme, self._runner = workplace, theme, runner
        self._logbook = workplace.live.logbook
        self.model = QuarantineModel(workplace.depot.zone, self)
        self.said = Said("quarantine.said", "What these are", theme, self)
        self.table = plain_table(self, "quarantine.list", "Messages set aside")
        self.table.setModel(self.model)
        self.table.horizontalHeader().setSectionResizeMode(WHY, QHeaderView.ResizeMode.Stretch)
        self.body = named(QPlainTextEdit(self), "quarantine.body", "How the message begins, and why it was set aside")
        self.body.setReadOnly(True)
        self.close_button = named(QPushButton("Close", self), "quarantine.close", "Close")
        self.close_button.clicked.connect(self.reject)
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(self._on_chosen)
        open_at(self, theme, 240, 130)
        size_rows(self.table, theme)
        self.refresh()

    def _lay_out(self) -> None:
        grid = self._theme.grid
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self.body)
        split.setSizes([grid(70), grid(36)])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[grid(4)] * 4)
        whole.setSpacing(grid(3))
        whole.addWidget(self.said)
        whole.addWidget(split, 1)
        whole.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignRight)

    @Slot()
    def refresh(self) -> None:
        """Read the list again."""
        work = lambda _progress: self._logbook.read(_read)
        self._runner.start(work, title="Reading what was set aside", on_done=self._on_read, on_failed=self._on_failed)

    @Slot(object)
    def _on_read(self, found: Found) -> None:
        self.model.show_letters(found, self._workplace.clock())
        many = len(found[0])
        newest = f" These are the newest {MOST}." if many == MOST else ""
        self.said.say(
            f"What phones sent that could not be used, kept as it came; all else that they sent was taken.{newest}"
            if many
            else "Everything that phones sent could be used."
        )
        for column in range(len(HEADERS)):
            if column != WHY:
                size_column(self.table, self._theme, column, least=14, most=50)
        if many:
            self.table.setCurrentIndex(self.model.index(0, 0))

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        self.said.say_fault(fault)

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            texts = [str(index.siblingAtColumn(column).data()) for column in (WHY, len(HEADERS) - 1)]
            self.body.setPlainText("\n\n".join(texts))


def beginning(body: bytes) -> str:
    """The first of a message, in one line; what is no text as its bytes."""
    cut = body[:BYTES]
    try:
        text = cut.decode("utf-8", "strict" if len(body) <= BYTES else "ignore")
    except UnicodeDecodeError:
        text = cut.decode("utf-8", "backslashreplace")
    shown = "".join(c if c.isprintable() else " " for c in text)
    return f"{shown} …" if len(body) > BYTES else shown


def _read(reader: LogbookReader) -> Found:
    return reader.quarantined(MOST), {device.id: _name(device) for device in reader.devices()}


def _name(device: Device) -> str:
    return device.label or f"{device.app.value} {device.unique_id}".strip()
