"""The top of the panel: how the gateway stands, what starts and stops it, and where phones find it."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.services.gateway_keeping import Standing
from dispatcher.services.keeping import unkept_words
from ui import format as words
from ui.parts.fields import label, named, set_icon
from ui.parts.said import Said, Tone
from ui.phones.qr import QrCode
from ui.phones.words import standing_words
from ui.theme import Size, Theme

AUTOMATIC = ""
NEVER = "Asking how the gateway stands…"
QR_GRID = 28


class GatewayBar(QFrame):
    """Wishes; the panel does. GUI thread.

    Signals:
        start_requested(), stop_requested(): the buttons.
        host_chosen(str): phones shall be told this name or address; empty for this computer's first.
        quarantine_requested(): show what could not be used.
        told(str): a sentence for the status bar.
    """

    start_requested = Signal()
    stop_requested = Signal()
    host_chosen = Signal(str)
    quarantine_requested = Signal()
    told = Signal(str)

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "phones.gateway", "The gateway")
        self._theme, self._zone = theme, zone
        self._standing: Standing | None = None
        self._copy = False
        self._stopping = False
        self._make()
        self._lay_out()
        self._wire()
        self._dress()
        self.said.say(NEVER, Tone.QUIET)
        for part in (self.start, self.stop, self.aside, self.copy):
            part.hide()  # until it is known which of them fits

    def _make(self) -> None:
        self.said = Said("phones.gateway.said", "How the gateway stands", self._theme, self)
        self.fault = Said("phones.gateway.fault", "What is wrong with the gateway", self._theme, self)
        self.unkept = Said("phones.gateway.unkept", "Positions that are not kept", self._theme, self)
        self.start = named(QPushButton("Start", self), "phones.gateway.start", "Start the gateway")
        self.stop = named(QPushButton("Stop", self), "phones.gateway.stop", "Stop the gateway")
        self.stop.setToolTip("Phones keep what they have to send until the gateway runs again")
        self.start.setToolTip("Start the gateway, and keep it running from now on")
        self.host = named(QComboBox(self), "phones.gateway.host", "Address that phones are told")
        self.host.setEditable(True)
        self.host.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.host.setMinimumContentsLength(26)
        self.host.setToolTip("One of this computer's addresses, or the name that the depot's network has for it")
        self.page = named(QLabel(self), "phones.gateway.page", "The set-up page")
        self.copy = named(QToolButton(self), "phones.gateway.copy", "Copy the set-up page's address")
        self.copy.setToolTip("Copy the set-up page's address")
        self.aside = named(QPushButton(self), "phones.gateway.aside", "Messages set aside")
        self.aside.setToolTip("What phones sent that could not be used, kept as it came")
        self.qr = QrCode("phones.gateway.qr", "QR code of the set-up page", self._theme.grid(QR_GRID), self)
        self.qr.setToolTip("Scan it with a phone, once, to install the depot's certificate")

    def _lay_out(self) -> None:
        self._buttons = QHBoxLayout()
        for part in (self.start, self.stop, self.aside):
            self._buttons.addWidget(part)
        self._buttons.addStretch(1)
        self._grid = QGridLayout()
        self._reach = label("&Phones reach it at", self.host, self)
        self._setup = QLabel("Set-up page", self)
        at_page = QHBoxLayout()
        at_page.addWidget(self.page)
        at_page.addWidget(self.copy)
        at_page.addStretch(1)
        self._grid.addWidget(self._reach, 0, 0)
        self._grid.addWidget(self.host, 0, 1)
        self._grid.addWidget(self._setup, 1, 0)
        self._grid.addLayout(at_page, 1, 1)
        self._grid.setColumnStretch(2, 1)
        self._words = QVBoxLayout()
        self._words.addWidget(self.said)
        self._words.addWidget(self.fault)
        self._words.addWidget(self.unkept)
        self._words.addLayout(self._grid)
        self._words.addLayout(self._buttons)
        self._words.addStretch(1)
        self._whole = QHBoxLayout(self)
        self._whole.addLayout(self._words, 1)
        self._whole.addWidget(self.qr)

    def _wire(self) -> None:
        self.start.clicked.connect(self.start_requested)
        self.stop.clicked.connect(self._on_stop)
        self.aside.clicked.connect(self.quarantine_requested)
        self.copy.clicked.connect(self._on_copy)
        self.host.activated.connect(self._on_host)
        line = self.host.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._on_host)
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self.setStyleSheet(
            f"QFrame#{self.objectName().replace('.', '\\.')} {{ background: {self._theme.colour('raised').name()}; "
            f"border: 1px solid {self._theme.colour('border').name()}; border-radius: 4px; }}"
        )
        self._whole.setContentsMargins(*[grid(3)] * 4)
        for layout in (self._whole, self._grid, self._buttons, self._words):
            layout.setSpacing(grid(2))
        self.qr.set_side(grid(QR_GRID))
        set_icon(self.start, "play-outline", self._theme)
        set_icon(self.stop, "stop", self._theme)
        set_icon(self.aside, "email-alert-outline", self._theme)
        set_icon(self.copy, "content-copy", self._theme)
        for part in (self._reach, self._setup, self.page):
            part.setFont(self._theme.font(Size.TEXT))

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_as_copy(self) -> None:
        """The window works in a what-if copy, which starts and stops nothing."""
        self._copy = True
        for part in (self.start, self.stop, self.host):
            part.setEnabled(False)
            part.setToolTip("Go back to the depot first: this is a copy to try things out in")

    def show_standing(self, standing: Standing) -> None:
        """How it stands now."""
        self._standing = standing
        running = standing.status.running
        self._stopping = self._stopping and running
        text, tone = standing_words(standing, self._zone), Tone.GOOD
        if self._stopping:
            text, tone = "Stopping…", Tone.QUIET
        elif standing.fault or (not running and not standing.policy.serve):
            tone = Tone.BAD if standing.fault and not running else Tone.WARNING
        elif not running:
            tone = Tone.QUIET
        self.said.say(text, tone)
        self.fault.say(standing.fault, Tone.PLAIN)
        self.unkept.say(unkept_words(standing.status.counters.get("unkept", {})), Tone.QUIET)
        self.start.setVisible(not running)
        self.start.setText("Try again" if standing.policy.serve and standing.fault else "Start")
        self.stop.setVisible(running)
        self._show_addresses(standing)

    def _show_addresses(self, standing: Standing) -> None:
        line = self.host.lineEdit()
        if not (line and line.hasFocus()):  # nothing is written over while somebody types
            first = standing.addresses[0] if standing.addresses else "this computer"
            choices = [(f"{first} (found by itself)", AUTOMATIC), *((a, a) for a in standing.addresses)]
            if standing.policy.host and standing.policy.host not in standing.addresses:
                choices.append((standing.policy.host, standing.policy.host))
            if choices != [(self.host.itemText(n), self.host.itemData(n)) for n in range(self.host.count())]:
                self.host.clear()
                for text, value in choices:
                    self.host.addItem(text, value)
            at = self.host.findData(standing.policy.host)
            if at != self.host.currentIndex() or self.host.currentText() != self.host.itemText(at):
                self.host.setCurrentIndex(at)
        shown = standing.setup_page if standing.status.running else ""
        self.page.setText(standing.setup_page)
        self.copy.show()
        self.qr.show_text(shown)
        self.qr.setVisible(bool(shown))

    def show_quarantined(self, count: int) -> None:
        """So many messages are set aside."""
        self.aside.setText(f"{words.count(count, 'message')} set aside…")
        self.aside.setVisible(bool(count))

    # --- what is wished -------------------------------------------------------------------------------------------

    @Slot()
    def _on_stop(self) -> None:
        self._stopping = True
        self.said.say("Stopping…", Tone.QUIET)
        self.stop_requested.emit()

    @Slot()
    def _on_host(self) -> None:
        if self._standing is None or self._copy:
            return
        at = self.host.findText(self.host.currentText())
        chosen = str(self.host.itemData(at)) if at >= 0 else self.host.currentText().strip()
        if chosen != self._standing.policy.host:
            self.host_chosen.emit(chosen)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.page.text())
        self.told.emit("The set-up page's address is copied.")
