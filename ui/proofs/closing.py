"""The dialog that closes a day: what is open, each line a way to it; who signs, and where the report goes."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.services.closing import Closing, DayStanding
from dispatcher.services.closing_open import OpenItem
from ui import format as fmt
from ui.parts.fields import label, mark, named, primary
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

ITEM = Qt.ItemDataRole.UserRole
LOOKING = "Looking at what is open…"
NOTHING_OPEN = "Nothing is open."


class CloseDialog(QDialog):
    """Stays open beside the panel, so that one can go to what is open and come back. GUI thread.

    Signals:
        jump_requested(OpenItem): show this.
        sign_requested(str, Path): sign the day in this name, and write its report there.
        look_requested(): look again at what is open.
    """

    jump_requested = Signal(object)
    sign_requested = Signal(str, object)
    look_requested = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "proofs.close", "Close the day")
        self._theme, self._zone = theme, zone
        self._standing: DayStanding | None = None
        self.state = Said("proofs.close.state", "How the day stands", theme, self, keeps_room=True)
        self.list = named(QListWidget(self), "proofs.close.open", "What is open")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.by = named(QLineEdit(self), "proofs.close.by", "Signed by")
        self.report = named(QLineEdit(self), "proofs.close.report", "Report file")
        self.browse = named(QPushButton("Browse…", self), "proofs.close.browse", "Browse: report file")
        self.browse.setAutoDefault(False)
        self.signed = named(QLabel(self), "proofs.close.signed", "What was signed")
        self.signed.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.signed.setWordWrap(True)
        self.fault = Said("proofs.close.fault", "What is wrong", theme, self)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.sign = named(QPushButton("Close the day", self), "proofs.close.sign", "Close the day")
        self.again = named(QPushButton("Look again", self), "proofs.close.again", "Look again")
        self._lay_out()
        self._wire()
        self._dress()

    def _lay_out(self) -> None:
        self.box.addButton(self.sign, QDialogButtonBox.ButtonRole.ActionRole)
        self.box.addButton(self.again, QDialogButtonBox.ButtonRole.ResetRole)
        self.again.setAutoDefault(False)
        primary(self.sign)
        row = QHBoxLayout()
        row.addWidget(self.report, 1)
        row.addWidget(self.browse)
        self._form = QFormLayout()
        self._form.addRow("Signed &by", self.by)
        self._form.addRow(label("&Report", self.report, self), row)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.state)
        self._column.addWidget(self.list, 1)
        self._column.addLayout(self._form)
        self._column.addWidget(self.signed)
        self._column.addWidget(self.fault)
        self._column.addWidget(self.box)

    def _wire(self) -> None:
        self.list.itemActivated.connect(self._on_activated)
        self.list.itemClicked.connect(self._on_activated)
        self.browse.clicked.connect(self._on_browse)
        self.sign.clicked.connect(self._on_sign)
        self.again.clicked.connect(self.look_requested)
        self.box.rejected.connect(self.reject)
        for line in (self.by, self.report):
            line.textEdited.connect(lambda _text, line=line: mark(line, invalid=False))
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._column.setContentsMargins(*[grid(4)] * 4)
        self._column.setSpacing(grid(3))
        self._form.setHorizontalSpacing(grid(3))
        self._form.setVerticalSpacing(grid(2))
        self.signed.setFont(self._theme.font(Size.SMALL))
        self.list.setSpacing(grid(0.5))
        self.resize(max(self.width(), grid(175)), max(self.height(), grid(115)))

    # --- what is shown --------------------------------------------------------------------------------------------

    def begin(self, on: date, by: str, report: Path) -> None:
        """A day is about to be looked at."""
        self.setWindowTitle(f"Close {fmt.weekday_date(on)}")
        self._standing = None
        self.list.clear()
        self.by.setText(by)
        self.report.setText(str(report))
        self.signed.clear()
        self.fault.say("")
        self.wait(LOOKING)

    def wait(self, words: str) -> None:
        """Something is being done."""
        self.state.say(words, Tone.QUIET)
        self.sign.setEnabled(False)
        self.again.setEnabled(False)

    def show_standing(self, standing: DayStanding) -> None:
        """What is open, and what was signed before."""
        self._standing = standing
        self._fill(standing.open)
        closings, count = standing.closings, len(standing.open)
        all_the_same = "Close the day all the same" if count else "Close the day"
        self.sign.setText("Write the report again" if standing.closed else all_the_same)
        self.sign.setEnabled(bool(standing.records))
        self.again.setEnabled(True)
        self.state.say(*_state(standing))
        self.show_signed(closings.last)

    def _fill(self, items: Sequence[OpenItem]) -> None:
        self.list.clear()
        for item in items or ():
            words = " · ".join(filter(None, (item.kind.value, item.about, item.what)))
            row = QListWidgetItem(words, self.list)
            row.setData(ITEM, item)
            row.setToolTip(f"{words}\nClick to go there")
        self.list.setVisible(bool(items))

    def show_signed(self, closing: Closing | None) -> None:
        """The head and whose key it is."""
        if closing is None:
            self.signed.clear()
            return
        at = fmt.clock(closing.at, self._zone)
        head = closing.signed.head.head.hex()
        self.signed.setText(
            f"Signed by {closing.by} at {at}, over {fmt.count(closing.signed.head.records, 'record')}.\n"
            f"Head {head}\nKey {closing.fingerprint}"
        )

    def show_fault(self, fault: Exception) -> None:
        """It could not be done."""
        self.fault.say_fault(fault)
        if self._standing is not None:
            self.show_standing(self._standing)
        else:
            self.state.say("")
            self.again.setEnabled(True)

    # --- what is wished -------------------------------------------------------------------------------------------

    @Slot(QListWidgetItem)
    def _on_activated(self, row: QListWidgetItem) -> None:
        self.jump_requested.emit(row.data(ITEM))

    @Slot()
    def _on_browse(self) -> None:
        ask = QFileDialog(self, "Write the day's report", self.report.text(), "PDF (*.pdf)")
        ask.setObjectName("proofs.close.dialog")
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setDefaultSuffix("pdf")
        ask.fileSelected.connect(self.report.setText)
        ask.finished.connect(ask.deleteLater)
        ask.open()

    @Slot()
    def _on_sign(self) -> None:
        by, report = self.by.text().strip(), self.report.text().strip()
        mark(self.by, invalid=not by)
        mark(self.report, invalid=not report)
        if by and report:
            self.fault.say("")
            self.wait("Closing the day…")
            self.sign_requested.emit(by, Path(report).expanduser())


def _things(count: int) -> str:
    return "1 thing is" if count == 1 else f"{count:,} things are"


def _state(standing: DayStanding) -> tuple[str, Tone]:
    closings, count = standing.closings, len(standing.open)
    if standing.closed and closings.last:
        more = f" {fmt.count(count, 'thing')} stayed open." if count else ""
        return f"The day is closed, by {closings.last.by}.{more}", Tone.GOOD
    if not standing.records:
        return "Nothing was recorded on this day, so there is nothing to close.", Tone.QUIET
    late = f"{fmt.count(closings.since, 'record')} came after it was closed. " if closings.since else ""
    if closings.closed:
        late = "It was closed with another key than the depot has now. "
    if count:
        return f"{late}{_things(count)} open. Settle that, or close the day all the same.", Tone.WARNING
    return f"{late}{NOTHING_OPEN}", Tone.PLAIN
