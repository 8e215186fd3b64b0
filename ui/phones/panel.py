"""Everything about drivers' phones: the gateway that they send to, and whose phone stands how."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QHideEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.devices import Device
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import DriverId
from dispatcher.services import gateway_keeping, pairing
from dispatcher.services.gateway_keeping import Standing
from dispatcher.services.logbook import Logbook
from dispatcher.services.phones import Phones, PhoneState
from dispatcher.services.ports import Done
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.board.empty import EmptyState
from ui.parts.fields import named, set_icon
from ui.parts.said import Said, Tone
from ui.parts.tables import plain_table, size_column, size_rows
from ui.phones.feed import PhonesFeed
from ui.phones.gateway import GatewayBar
from ui.phones.model import PhoneModel, PhoneSorting, Role
from ui.phones.pairing import PairDialog
from ui.phones.quarantine import QuarantineDialog
from ui.phones.words import DRIVER, HEADERS, LABEL, PAIRED, PhoneRow
from ui.runner import Operation, OpRunner
from ui.theme import Theme

NOBODY = "No drivers yet.\nTheir phones are paired here, once there is somebody to drive."
NO_PHONES = (
    "No phone is paired yet.\nA driver's phone shows the round, takes proofs and says where the driver is. "
    "Pairing takes a minute and works without the internet."
)
NO_LOGBOOK = "Phones are looked after in a window that follows the road."
IN_A_COPY = "This is a copy to try things out in: pair phones in the depot itself."
TICK_MS = 1_000
_COPY = "Ctrl+C"


class PhonesPanel(QWidget):
    """One depot's phones. GUI thread.

    Signals:
        told(str): a sentence for the status bar.
        trouble_changed(bool): phones cannot send although they should, or can again.
        running_changed(bool): the gateway runs, or no longer.
        drivers_requested(): there is nobody to pair a phone for yet.
    """

    told = Signal(str)
    trouble_changed = Signal(bool)
    running_changed = Signal(bool)
    drivers_requested = Signal()

    def __init__(self, workplace: Workplace, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "phones", "Phones")
        self._workplace, self._runner, self._theme = workplace, runner, theme
        self._zone = workplace.depot.zone
        self._phones: Phones | None = None
        self._trouble = False
        self._running: bool | None = None
        self._sized: list[str] = []
        self.feed = PhonesFeed(workplace, self) if workplace.live else None
        self._make()
        self._lay_out()
        self._add_actions()
        self._wire()
        self._dress()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self._theme
        self.bar = GatewayBar(theme, self._zone, self)
        self.filter = named(QLineEdit(self), "phones.filter", "Filter the phones")
        self.filter.setPlaceholderText("Filter by driver, app, phone, state…")
        self.filter.setClearButtonEnabled(True)
        self.revoked = named(QCheckBox("Show revoked", self), "phones.revoked", "Show revoked")
        self.revoked.setToolTip("Phones that were revoked within the last day")
        self.count = named(QLabel(self), "phones.count", "How many phones")
        self.count.setProperty("muted", True)
        self.pair_button = named(QPushButton("Pair a phone…", self), "phones.pair.button", "Pair a phone")
        self.model = PhoneModel(theme, self._zone, self)
        self.sorting = PhoneSorting(self.model, self)
        self.table = plain_table(self, "phones.list", "Drivers and their phones")
        self.table.setModel(self.sorting)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(DRIVER, Qt.SortOrder.AscendingOrder)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.said = Said("phones.said", "What was done last", theme, self)
        self.empty = EmptyState(theme, icon="cellphone-link", text=NO_PHONES, step="Pair a phone…", parent=self)
        self.empty.setObjectName("phones.empty")

    def _lay_out(self) -> None:
        self._line = QHBoxLayout()
        self._line.addWidget(self.filter, 1)
        self._line.addWidget(self.revoked)
        self._line.addWidget(self.count)
        self._line.addWidget(self.pair_button)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        self._whole = QVBoxLayout(self)
        self._whole.addWidget(self.bar)
        self._whole.addLayout(self._line)
        self._whole.addWidget(self.stack, 1)
        self._whole.addWidget(self.said)

    def _add_actions(self) -> None:
        """Of the list; what can be done about a row is offered in its menu too."""
        self.pair_action = self._action("pair", "Pair…", Qt.Key.Key_Insert, self._on_pair)
        self.rename_action = self._action("rename", "Rename", Qt.Key.Key_F2, self._on_rename)
        self.revoke_action = self._action("revoke", "Revoke", Qt.Key.Key_Delete, self._on_revoke)
        self.copy_action = self._action("copy_link", "Copy the driver page's link", _COPY, self._on_copy)

    def _action(self, name: str, text: str, key: Qt.Key | str, slot: Callable[[], object]) -> QAction:
        action = QAction(text, self.table)
        action.setObjectName(f"phones.{name}")
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(slot)
        self.table.addAction(action)
        return action

    def _wire(self) -> None:
        self.filter.textChanged.connect(self.sorting.set_words)
        self.revoked.toggled.connect(self.sorting.show_revoked)
        self.pair_button.clicked.connect(self._on_pair)
        self.empty.step_requested.connect(self._on_first_step)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.table.activated.connect(self._on_activated)
        self.table.selectionModel().currentRowChanged.connect(self._allow)
        self.model.rename_requested.connect(self._on_renamed)
        self.bar.start_requested.connect(self.start_gateway)
        self.bar.stop_requested.connect(self._on_stop)
        self.bar.host_chosen.connect(self._on_host)
        self.bar.quarantine_requested.connect(self.show_quarantined)
        self.bar.told.connect(self.told)
        self._theme.changed.connect(self._dress)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.setObjectName("phones.tick")
        self._tick.timeout.connect(self._on_tick)
        if self.feed is None:
            self._show_nothing(NO_LOGBOOK)
            return
        self.feed.standing_changed.connect(self._on_standing)
        self.feed.phones_changed.connect(self._on_phones)
        self.feed.fault_changed.connect(self._on_fault)
        if self._workplace.what_if is not None:
            self.bar.show_as_copy()
            self.pair_button.setEnabled(False)
            self.pair_button.setToolTip(IN_A_COPY)

    def _show_nothing(self, why: str) -> None:
        for part in (self.bar, self.filter, self.revoked, self.count, self.pair_button):
            part.hide()
        self.empty.set_text(why)
        self.empty.set_step("")
        self.stack.setCurrentWidget(self.empty)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(*[grid(3)] * 4)
        self._whole.setSpacing(grid(2))
        self._line.setSpacing(grid(2))
        set_icon(self.pair_button, "qrcode", self._theme)
        size_rows(self.table, self._theme)
        self._size_columns()

    def _size_columns(self) -> None:
        """As wide as what stands there; from then on as the person has it, until other phones come."""
        self._sized = [self.model.row(n).phone.key for n in range(self.model.rowCount())]
        for column in range(len(HEADERS)):
            size_column(self.table, self._theme, column, least=14 if column != LABEL else 24, most=60)
        self._fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for all, since when a phone is paired matters least."""
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        self.table.setColumnHidden(PAIRED, False)
        needed = sum(self.table.columnWidth(column) for column in range(PAIRED))
        self.table.setColumnHidden(PAIRED, self.table.viewport().width() - needed < self._theme.grid(22))

    # --- while it is looked at ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Look after the gateway from now on, whether the panel is shown or not."""
        if self.feed:
            self.feed.start()

    def stop(self) -> None:
        """Look no more; the gateway goes on."""
        self._tick.stop()
        if self.feed:
            self.feed.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """Phones are read while somebody looks."""
        super().showEvent(event)
        self.table.setFocus()
        if self.feed:
            self.feed.watch("panel", wanted=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._tick.stop()
        if self.feed:
            self.feed.watch("panel", wanted=False)

    @Slot()
    def _on_tick(self) -> None:
        """Codes run out by the second."""
        if self._phones:
            self.model.show_phones(self._phones, self._workplace.clock())

    @Slot(object)
    def _on_standing(self, standing: Standing) -> None:
        self.bar.show_standing(standing)
        if standing.status.running != self._running:
            self._running = standing.status.running
            self.running_changed.emit(self._running)
        trouble = bool(standing.fault)
        if trouble != self._trouble:
            self._trouble = trouble
            self.trouble_changed.emit(trouble)
            if trouble:
                self.told.emit(standing.fault)

    @Slot(object)
    def _on_phones(self, phones: Phones) -> None:
        chosen = self._chosen()
        self._phones = phones
        now = self._workplace.clock()
        self.model.show_phones(phones, now)
        self._choose(chosen.phone.key if chosen else "")
        self.bar.show_quarantined(phones.quarantined)
        self.count.setText(words.count(phones.paired, "phone"))
        bare = not any(row.device or row.invitation for row in phones.rows)
        self.stack.setCurrentWidget(self.empty if bare else self.table)
        self.empty.set_text(NO_PHONES if phones.drivers else NOBODY)
        self.empty.set_step("Pair a phone…" if phones.drivers else "Add drivers")
        for part in (self.filter, self.count, self.pair_button):
            part.setVisible(not bare)
        self.revoked.setVisible(any(row.state(now) is PhoneState.REVOKED for row in phones.rows))
        if [row.key for row in phones.rows] != self._sized:
            self._size_columns()
        running_out = any(row.state(now) is PhoneState.INVITED for row in phones.rows)
        if not (running_out and self.isVisible()):
            self._tick.stop()
        elif not self._tick.isActive():
            self._tick.start()
        self._allow()

    @Slot(str)
    def _on_fault(self, fault: str) -> None:
        self.said.say(fault, Tone.BAD if fault else Tone.PLAIN)

    # --- the row chosen -------------------------------------------------------------------------------------------

    def _chosen(self) -> PhoneRow | None:
        index = self.table.currentIndex()
        return index.data(Role.ROW) if index.isValid() else None

    def _choose(self, key: str) -> None:
        row = self.model.row_of_key(key)
        if row is not None:
            at = self.sorting.mapFromSource(self.model.index(row, 0))
            if at.isValid() and at.row() != self.table.currentIndex().row():
                self.table.setCurrentIndex(at)

    @Slot()
    def _allow(self) -> None:
        chosen = self._chosen()
        device = chosen.phone.device if chosen else None
        self.rename_action.setEnabled(device is not None)
        self.revoke_action.setEnabled(device is not None and device.trusted)
        self.pair_action.setEnabled(self.feed is not None and self._workplace.what_if is None)

    @Slot(QPoint)
    def _on_menu(self, at: QPoint) -> None:
        menu = named(QMenu(self), "phones.menu", "What can be done about this phone")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._allow()
        menu.addActions([self.pair_action, self.rename_action, self.revoke_action])
        menu.addSeparator()
        menu.addAction(self.copy_action)
        menu.popup(self.table.viewport().mapToGlobal(at))

    @Slot()
    def _on_activated(self) -> None:
        """Enter, or a double click: what the row is for."""
        chosen = self._chosen()
        if chosen and chosen.state is PhoneState.PAIRED:
            self._on_rename()
        elif chosen:
            self._on_pair()

    @Slot()
    def _on_rename(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            self.table.edit(index.siblingAtColumn(LABEL))

    @Slot(object, str)
    def _on_renamed(self, device: Device, label: str) -> None:
        self._write(lambda: pairing.rename(self._logbook, device.id, label), self._after_rename)

    def _after_rename(self, device: Device) -> None:
        self.told.emit(f"The phone is called “{device.label}” now." if device.label else "The phone has no name now.")

    @Slot()
    def _on_revoke(self) -> None:
        """At once and without a question: to pair it again is the way back."""
        chosen = self._chosen()
        device = chosen.phone.device if chosen else None
        if device is None or not device.trusted:
            self.told.emit("Choose a paired phone first.")
            return
        now = self._workplace.clock()
        self._write(lambda: pairing.revoke(self._logbook, device.id, now=now), self._after_revoke)

    def _after_revoke(self, device: Device) -> None:
        whose = device.label or device.app.value
        self.said.say(f"“{whose}” is revoked: it can send nothing more. Pair it again to let it back in.", Tone.GOOD)
        self.told.emit(f"“{whose}” is revoked.")

    @Slot()
    def _on_copy(self) -> None:
        standing = self.feed.standing if self.feed else None
        if standing:
            QGuiApplication.clipboard().setText(f"{standing.origin}/driver/")
            self.told.emit("The driver page's link is copied: it opens on phones that are paired.")

    @property
    def _logbook(self) -> Logbook:
        assert self._workplace.live is not None
        return self._workplace.live.logbook

    def _write(self, work: Callable[[], Device], done: Callable[[Device], None]) -> None:
        self._runner.start(
            lambda _progress: work(),
            title="Changing a phone",
            on_done=partial(self._on_written, done),
            on_failed=self._on_failed,
        )

    def _on_written(self, done: Callable[[Device], None], device: Device) -> None:
        done(device)
        if self.feed:
            self.feed.look()

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        self.said.say_fault(fault)
        if not isinstance(fault, KnownError):
            self._runner.failed.emit(fault)

    # --- pairing --------------------------------------------------------------------------------------------------

    @Slot()
    def _on_first_step(self) -> None:
        if self._phones and not self._phones.drivers:
            self.drivers_requested.emit()
        else:
            self._on_pair()

    @Slot()
    def _on_pair(self) -> None:
        self.pair(self.chosen_driver)

    @property
    def chosen_driver(self) -> DriverId | None:
        """Whose row is chosen."""
        chosen = self._chosen()
        return chosen.phone.driver.id if chosen and chosen.phone.driver else None

    def pair(self, driver_id: DriverId | None = None) -> None:
        """Open the form that lets a phone in, for this driver if one is named."""
        if self.feed is None or self._workplace.what_if is not None:
            self.told.emit(NO_LOGBOOK if self.feed is None else IN_A_COPY)
            return
        dialog = PairDialog(self._workplace, self._runner, self._theme, self.feed, driver_id, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.told.connect(self.told)
        dialog.paired.connect(self._on_paired)
        dialog.changed.connect(self.feed.look)
        dialog.gateway_wanted.connect(self._on_gateway_wanted)
        dialog.open()

    @Slot(str)
    def _on_paired(self, text: str) -> None:
        self.said.say(text, Tone.GOOD)
        self.told.emit(text)

    @Slot()
    def _on_gateway_wanted(self) -> None:
        standing = self.feed.standing if self.feed else None
        if standing is None or not (standing.policy.serve and standing.status.running):
            self.start_gateway()

    @Slot()
    def show_quarantined(self) -> None:
        """List what phones sent that could not be used."""
        if self.feed:
            dialog = QuarantineDialog(self._workplace, self._runner, self._theme, self.window())
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    # --- the gateway ----------------------------------------------------------------------------------------------

    @Slot()
    def start_gateway(self) -> None:
        """Start the gateway, and keep it running from now on."""
        if self.feed is None or self._workplace.what_if is not None:
            return
        if self.feed.standing and self.feed.standing.policy.serve:
            self.feed.start_again()
            return
        keep = partial(gateway_keeping.keep_running, wanted=True)
        self._submit("Keep the gateway running", keep, self.feed.start_again)

    @Slot()
    def _on_stop(self) -> None:
        if self.feed is None:
            return
        if self.feed.standing and self.feed.standing.policy.serve:
            keep = partial(gateway_keeping.keep_running, wanted=False)
            self._submit("Stop the gateway", keep, self.feed.stop_gateway)
        else:
            self.feed.stop_gateway()

    @Slot(str)
    def _on_host(self, host: str) -> None:
        assert self.feed is not None
        change = partial(gateway_keeping.tell_phones, host=host)
        self._submit("Change the address that phones are told", change, self.feed.look)

    def _submit(self, label: str, run: Callable[..., None], then: Callable[[], None]) -> None:
        def done(_done: Done[None]) -> None:
            self.said.say("")
            then()

        self._runner.submit(Operation(label, run), initiator=self, on_done=done, on_failed=self._on_failed)
