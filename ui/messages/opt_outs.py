"""The addresses that get no messages: since when and how; another one; messages again for one that asked for them."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.messages import Channel, OptOut
from ui import format as fmt
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.parts.tables import ROW, SHEET
from ui.theme import Theme

HEADERS = ("Address", "By", "Since", "How")
ABOUT = (
    "These get no messages, whatever the settings say. A reply of STOP puts an address here at once, "
    "also in other languages; START takes it away."
)
NOBODY = "Nobody has asked for no messages. " + ABOUT


class OptOutPage(QWidget):
    """GUI thread.

    Signals:
        added(Channel, str): this address gets no messages from now on.
        taken_back(Channel, str): this one gets them again.
    """

    added = Signal(object, str)
    taken_back = Signal(object, str)

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "messages.opt_outs", "Addresses that get no messages")
        self._theme, self._zone = theme, zone
        self._rows: list[OptOut] = []
        self.about = Said("messages.opt_outs.about", "About opt-outs", theme, self)
        self.table = named(QTableWidget(0, len(HEADERS), self), "messages.opt_outs.list", "Addresses without messages")
        self.table.setStyleSheet(SHEET)
        self.table.setHorizontalHeaderLabels(HEADERS)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in range(len(HEADERS) - 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.channel = named(QComboBox(self), "messages.opt_outs.channel", "By what nothing goes any more")
        for channel in Channel:
            self.channel.addItem(str(channel), channel.name)
        self.address = named(QLineEdit(self), "messages.opt_outs.address", "Number or e-mail address")
        self.address.setPlaceholderText("Number or e-mail address that asked for no messages")
        self.add = named(QPushButton("Add", self), "messages.opt_outs.add", "No messages to this address")
        self.back = named(QPushButton("Messages again", self), "messages.opt_outs.back", "Messages again")
        self._lay_out()
        self.add.clicked.connect(self._on_add)
        self.address.returnPressed.connect(self._on_add)
        self.back.clicked.connect(self._on_back)
        self.table.itemSelectionChanged.connect(self._on_selected)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_opt_outs((), may=False)

    def _lay_out(self) -> None:
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.channel)
        self._foot.addWidget(self.address, 1)
        self._foot.addWidget(self.add)
        self._foot.addWidget(self.back)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.addWidget(self.about)
        self._whole.addWidget(self.table, 1)
        self._whole.addLayout(self._foot)

    @Slot()
    def _dress(self) -> None:
        self._whole.setSpacing(self._theme.grid(2))
        self._foot.setSpacing(self._theme.grid(2))
        self.table.verticalHeader().setDefaultSectionSize(self._theme.grid(ROW))

    def show_opt_outs(self, opt_outs: Sequence[OptOut], *, may: bool) -> None:
        """Show these; `may` they be changed here."""
        for part in (self.channel, self.address, self.add):
            part.setEnabled(may)
        self._may = may
        if list(opt_outs) != self._rows or not self.about.text():
            chosen = self._chosen()
            self._rows = list(opt_outs)
            self.about.say(ABOUT if opt_outs else NOBODY, Tone.QUIET)
            self.table.setRowCount(len(self._rows))
            for n, each in enumerate(self._rows):
                since = each.at.astimezone(self._zone)
                texts = (each.to, str(each.channel), f"{fmt.weekday_date(since.date())} {since:%H:%M}", each.how)
                for column, text in enumerate(texts):
                    self.table.setItem(n, column, QTableWidgetItem(text))
            if chosen in self._rows:
                self.table.selectRow(self._rows.index(chosen))
        self._on_selected()

    def _chosen(self) -> OptOut | None:
        n = self.table.currentRow()
        return self._rows[n] if 0 <= n < len(self._rows) and self.table.selectedItems() else None

    @Slot()
    def _on_selected(self) -> None:
        self.back.setEnabled(self._may and self._chosen() is not None)

    @Slot()
    def _on_add(self) -> None:
        if self._may:
            self.added.emit(Channel[self.channel.currentData()], self.address.text().strip())

    @Slot()
    def _on_back(self) -> None:
        if chosen := self._chosen():
            self.taken_back.emit(chosen.channel, chosen.to)
