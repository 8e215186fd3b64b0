"""The form that lets a phone in: whose it is, which app it runs, then what it scans; done when the phone is heard."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from dispatcher.domain.devices import App, Device
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import DriverId
from dispatcher.domain.progress import Progress
from dispatcher.services import pairing
from dispatcher.services.gateway_keeping import Standing
from dispatcher.services.gateway_process import GatewayStatus
from dispatcher.services.pairing import Connected, PairingOffer
from dispatcher.services.workplace import Workplace
from ui.parts.fields import named, primary
from ui.parts.said import Said, Tone
from ui.parts.sizes import open_at
from ui.phones.choosing import Choosing
from ui.phones.feed import PhonesFeed
from ui.phones.showing import Showing
from ui.phones.waiting import Awaited, PhoneWait
from ui.phones.words import left_words
from ui.runner import OpRunner
from ui.theme import Theme

GO = {App.SERVER: "Show the lines", App.TRACKER: "Add the tracker"}
SHOW_CODE = "Show the code"
EXPIRED = "This code has expired: make another."
NOBODY = "There is no driver yet: add some under Fleet first."


class PairDialog(QDialog):
    """Non-modal. GUI thread.

    Signals:
        paired(str): a phone was let in, in words.
        changed(): devices or invitations are others than before.
        gateway_wanted(): phones are about to send.
        told(str): a sentence for the status bar.
    """

    paired = Signal(str)
    changed = Signal()
    gateway_wanted = Signal()
    told = Signal(str)

    def __init__(
        self,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        feed: PhonesFeed,
        driver_id: DriverId | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "pair", "Pair a phone")
        self.setWindowTitle("Pair a phone")
        assert workplace.live is not None
        self._workplace, self._runner, self._theme, self._feed = workplace, runner, theme, feed
        self._logbook, self._wanted = workplace.live.logbook, driver_id
        self._drivers: dict[DriverId, Driver] = {}
        self._offer: PairingOffer | None = None
        self.wait = PhoneWait(self._logbook, runner, self)
        self._make()
        self._lay_out()
        self._wire()
        open_at(self, theme, 220, 132)
        runner.read(lambda r: r.drivers(), self._on_drivers, latest_key="pair.drivers")

    def _make(self) -> None:
        self.choosing = Choosing(self._theme, self)
        self.showing = Showing(self._theme, self)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.choosing)
        self.stack.addWidget(self.showing)
        self.gateway = Said("pair.gateway", "How the gateway stands", self._theme, self)
        self.fault = Said("pair.fault", "What is wrong", self._theme, self)
        self.back = named(QPushButton("Back", self), "pair.back", "Back")
        self.go = named(QPushButton(SHOW_CODE, self), "pair.go", SHOW_CODE)
        self.cancel = named(QPushButton("Close", self), "pair.close", "Close")
        self.back.setAutoDefault(False)
        self.cancel.setAutoDefault(False)
        primary(self.go)

    def _lay_out(self) -> None:
        grid = self._theme.grid
        buttons = QHBoxLayout()
        buttons.addWidget(self.back)
        buttons.addStretch(1)
        buttons.addWidget(self.go)
        buttons.addWidget(self.cancel)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[grid(4)] * 4)
        whole.setSpacing(grid(3))
        whole.addWidget(self.stack, 1)
        for part in (self.gateway, self.fault):
            whole.addWidget(part)
        whole.addLayout(buttons)
        self.back.hide()

    def _wire(self) -> None:
        self.choosing.app_changed.connect(self._allow)
        self.showing.copied.connect(self.told)
        self.go.clicked.connect(self._on_go)
        self.back.clicked.connect(self.choose_again)
        self.cancel.clicked.connect(self.reject)
        self.wait.came.connect(self._on_came)
        self.wait.ticked.connect(self._on_ticked)
        self._feed.standing_changed.connect(self._on_standing)

    # --- choosing -------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_drivers(self, drivers: Sequence[Driver]) -> None:
        active = [driver for driver in drivers if driver.active]
        self._drivers = {driver.id: driver for driver in drivers}
        self.choosing.offer_drivers(active, self._wanted)
        if not active:
            self.fault.say(NOBODY, Tone.WARNING)
        self._allow()

    @Slot()
    def _allow(self) -> None:
        app = self.choosing.app
        text = GO.get(app, SHOW_CODE)
        self.go.setText(text)
        self.go.setAccessibleName(text)
        self.go.setEnabled(app is App.SERVER or self.choosing.driver_id is not None)

    @Slot()
    def choose_again(self) -> None:
        """Back to the choice; a code that was shown stays good for its ten minutes."""
        self.wait.end()
        self._offer = None
        self.showing.cross_out()
        self.stack.setCurrentWidget(self.choosing)
        self.back.hide()
        self.go.show()
        self.gateway.say("")
        self._allow()

    @Slot()
    def _on_go(self) -> None:
        """Off the GUI thread: the logbook may be busy."""
        if self.stack.currentWidget() is self.showing and self.choosing.app is App.SERVER:
            self.choose_again()
            self.choosing.choose(App.TRACKER)
            return
        app, driver_id = self.choosing.app, self.choosing.driver_id
        label, unique_id = self.choosing.label.text().strip(), self.choosing.unique_id.text()
        now, standing = self._workplace.clock(), self._feed.standing
        self.fault.say("")
        self.go.setEnabled(False)

        def make(_progress: Progress) -> tuple[PairingOffer | Connected | Device, str]:
            # the settings as they are now: what was seen of them last may be seconds old
            reach = Standing(standing.status if standing else GatewayStatus(), self._workplace.depot.road)
            origin, page, book = reach.origin, reach.setup_page, self._logbook
            if app is App.TRACKER:
                return pairing.add_tracker(book, unique_id=unique_id, driver_id=driver_id, label=label, now=now), page
            if app is App.PAGE and driver_id:
                return pairing.invite(book, driver_id=driver_id, label=label, now=now, origin=origin), page
            connected = pairing.connect_app(book, app=app, driver_id=driver_id, label=label, now=now, origin=origin)
            return connected, page

        done = partial(self._on_made, app)
        self._runner.start(make, title="Letting a phone in", on_done=done, on_failed=self._on_failed)

    # --- showing --------------------------------------------------------------------------------------------------

    def _on_made(self, app: App, made: tuple[PairingOffer | Connected | Device, str]) -> None:
        what, setup_page = made
        self.changed.emit()
        self.gateway_wanted.emit()
        if isinstance(what, Device):
            self._on_tracker(what)
            return
        if isinstance(what, PairingOffer):
            self._offer = what
            self.showing.show_code(what.link, what.code, setup_page)
            self.wait.begin(Awaited(what.code, what.expires_at))
            self._on_ticked()
        else:
            self.showing.show_setup(what.setup, app, setup_page)
            self.showing.said.say("Nothing was heard of it yet.", Tone.QUIET)
            self.wait.begin(Awaited(device_id=what.device.id))
        self.showing.heading.setText(self._heading(app))
        self.stack.setCurrentWidget(self.showing)
        self.back.show()
        self.go.setVisible(app is App.SERVER)
        self.go.setText("Add a tracker…")
        self.go.setEnabled(True)
        if self._feed.standing:
            self._on_standing(self._feed.standing)

    def _heading(self, app: App) -> str:
        driver_id = self.choosing.driver_id
        return f"{self._drivers[driver_id].name} · {app}" if driver_id in self._drivers else f"{app}"

    def _on_tracker(self, device: Device) -> None:
        self.fault.say(f"“{device.label or device.unique_id}” is known now. Add another, or close.", Tone.GOOD)
        self.paired.emit(self._words(device, "is known"))
        self.choosing.unique_id.clear()
        self.choosing.label.clear()
        self._allow()

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        self.fault.say_fault(fault)
        self._allow()
        if not isinstance(fault, KnownError):
            self._runner.failed.emit(fault)

    @Slot()
    def _on_ticked(self) -> None:
        if self._offer is None:
            return
        now = self._workplace.clock()
        if now < self._offer.expires_at:
            self.showing.said.say(self._left(self._offer.expires_at, now), Tone.QUIET)
            return
        self._offer = None
        self.wait.end()
        self.showing.cross_out()
        self.showing.said.say(EXPIRED, Tone.WARNING)
        self.go.setText("Make another")
        self.go.show()

    @staticmethod
    def _left(expires_at: datetime, now: datetime) -> str:
        return f"Good once, for {left_words(expires_at, now)}. This form closes by itself when the phone is in."

    @Slot(object)
    def _on_standing(self, standing: Standing) -> None:
        if self.stack.currentWidget() is not self.showing:
            return
        if standing.fault:
            self.gateway.say(f"Phones cannot reach the gateway: {standing.fault}", Tone.BAD)
        elif not standing.status.running:
            self.gateway.say("The gateway is starting…", Tone.QUIET)
        else:
            self.gateway.say("")

    @Slot(object)
    def _on_came(self, device: Device) -> None:
        self.changed.emit()
        if device.app is App.PAGE:
            self.paired.emit(self._words(device, "is paired"))
            self.accept()
            return
        self.showing.said.say("It was heard: it is set up.", Tone.GOOD)
        self.paired.emit(self._words(device, "was heard"))

    def _words(self, device: Device, what: str) -> str:
        """As in: Aino's Pixel 7 is paired."""
        driver = self._drivers.get(device.driver_id) if device.driver_id else None
        name = device.label or device.app.value
        return f"{driver.name.split()[0]}’s {name} {what}." if driver and driver.name.strip() else f"{name} {what}."

    def done(self, result: int) -> None:
        """Nobody waits for the phone here any more; a code that was shown stays good for its ten minutes."""
        self.wait.end()
        super().done(result)
