"""Waits for a phone: says when the code was used, or when the app was heard first. No widget."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dispatcher.domain.devices import Device
from dispatcher.domain.ids import DeviceId
from dispatcher.services.logbook import Logbook, LogbookReader
from dispatcher.services.pairing import digest, tidied
from ui.runner import OpRunner

LOOK_MS = 500


@dataclass(frozen=True, slots=True)
class Awaited:
    """What is waited for: that a code is used, or that a device is heard."""

    code: str = ""
    expires_at: datetime | None = None
    device_id: DeviceId | None = None


class PhoneWait(QObject):
    """Looks twice a second, off the GUI thread, whether the logbook has changed. GUI thread.

    Signals:
        came(Device): the phone is let in, or was heard.
        ticked(): half a second has passed.
    """

    came = Signal(object)
    ticked = Signal()

    def __init__(self, logbook: Logbook, runner: OpRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._logbook, self._runner = logbook, runner
        self._awaited: Awaited | None = None
        self._asking = False
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.setObjectName("pair.wait")
        self._timer.timeout.connect(self._on_timer)

    def begin(self, awaited: Awaited) -> None:
        """Wait for this, and for nothing that was waited for before."""
        self._awaited = awaited
        self._timer.start()

    @Slot()
    def end(self) -> None:
        """Wait no longer."""
        self._awaited = None
        self._timer.stop()

    @Slot()
    def _on_timer(self) -> None:
        self.ticked.emit()
        awaited = self._awaited
        if awaited is None or self._asking or self._runner.stopping:
            return
        self._asking = True
        work = lambda _progress: (awaited, self._logbook.read(_question(awaited)))
        self._runner.start(work, title="Waiting for the phone", on_done=self._on_answer, on_failed=self._on_failed)

    @Slot(object)
    def _on_answer(self, answer: tuple[Awaited, Device | None]) -> None:
        self._asking = False
        asked, device = answer
        if device is not None and asked is self._awaited:
            self.end()
            self.came.emit(device)

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        self._asking = False
        self.end()
        self._runner.failed.emit(fault)


def _question(awaited: Awaited) -> Callable[[LogbookReader], Device | None]:
    if awaited.device_id:
        known = awaited.device_id
        return lambda reader: _heard(reader.device(known))
    code_hash = digest(tidied(awaited.code))
    return lambda reader: _let_in(reader, code_hash)


def _heard(device: Device | None) -> Device | None:
    return device if device and device.seen_at else None


def _let_in(reader: LogbookReader, code_hash: str) -> Device | None:
    invitation = reader.invitation(code_hash)
    return reader.device(invitation.device_id) if invitation and invitation.device_id else None
