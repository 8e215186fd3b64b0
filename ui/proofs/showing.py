"""Shows the proof that is chosen: its words and ink at once, its pictures as soon as they are there."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dispatcher.domain.review import FlagKind, Proof
from ui.proofs.bench import Bench
from ui.proofs.facts import Sheet
from ui.proofs.feed import Read
from ui.proofs.looking import Ahead, Looked
from ui.proofs.words import driver_words

AGAIN_MS = 5_000
"""A photo that has not come yet is looked for so often, while its proof is shown."""


class Showing(QObject):
    """GUI thread.

    Signals:
        photos_came(): photos that flags were missing are here: the day's flags are others now.
    """

    photos_came = Signal()

    def __init__(self, bench: Bench, ahead: Ahead, zone: ZoneInfo, parent: QObject) -> None:
        super().__init__(parent)
        self._bench, self._ahead, self._zone = bench, ahead, zone
        self.read: Read | None = None
        """The day that proofs are shown of."""
        self.key = ""
        """Of the proof shown."""
        self._came: set[str] = set()
        """Attempts whose photos were waited for, and came."""
        self.again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self.again.setObjectName("proofs.again")
        self.again.timeout.connect(self._on_again)
        ahead.found.connect(self._on_found)
        ahead.failed.connect(self._on_not_found)

    def take(self, read: Read | None) -> None:
        """Another day, or the same one as it is now."""
        self.again.stop()
        self.read = read
        if read is None:
            self._ahead.forget()
        else:
            self._ahead.forget_unfinished()

    def show_current(self, *, again: bool = False) -> None:
        """Show what is chosen; the same once more if `again`."""
        row = self._bench.current
        if row and row.key == self.key and not again:
            return
        self.key = row.key if row else ""
        looked = self._ahead.look([near.proof for near in self._bench.near])
        if row is None:
            self._bench.clear()
        else:
            self._bench.show_proof(row.proof, looked, self._sheet(row.proof, looked))

    def _sheet(self, proof: Proof, looked: Looked | None) -> Sheet:
        assert self.read is not None
        driver = driver_words(self.read.drivers.get(proof.driver_id))
        changed = self.read.day.changed.get(proof.attempt.order_id, "")
        return Sheet(proof, looked, driver=driver, changed=changed, zone=self._zone, on=self.read.on)

    @Slot(object)
    def _on_found(self, looked: Looked) -> None:
        row = self._bench.current
        if row and row.key == looked.key:
            self._bench.show_proof(row.proof, looked, self._sheet(row.proof, looked))
            self._await(looked)

    def _await(self, looked: Looked) -> None:
        """Look for photos that are still with the phone."""
        if looked.waiting and self._bench.isVisible():
            self.again.start()
        elif looked.pictures and looked.key not in self._came and self._absent(looked.key):
            self._came.add(looked.key)
            self.photos_came.emit()

    def _absent(self, key: str) -> bool:
        n = self._bench.model.row_of_key(key)
        flags = self._bench.model.proofs[n].flags if n is not None else ()
        return any(flag.kind is FlagKind.ABSENT for flag in flags)

    @Slot()
    def _on_again(self) -> None:
        self._ahead.forget_unfinished()
        self.show_current(again=True)

    @Slot(str, object)
    def _on_not_found(self, key: str, fault: Exception) -> None:
        if key == self.key:
            self._bench.show_fault(fault)
