"""What was said with the customer of the order that the inspector shows, looked up while it is shown.

Lives in the GUI thread; the logbook is read by workers.
"""

from PySide6.QtCore import QObject, QTimer, Slot

from dispatcher.domain.ids import OrderId
from dispatcher.domain.progress import Progress
from dispatcher.services.contacts import Contacts, contacts_of
from dispatcher.services.workplace import Workplace
from ui.board.inspector import Inspector
from ui.runner import OpRunner

AGAIN_MS = 5_000
"""What is sent, answered or noted meanwhile is looked for so often."""


class ContactsDesk(QObject):
    """Looks them up, and again while the order stays shown; never where there is no logbook. Owned by the board."""

    def __init__(self, inspector: Inspector, workplace: Workplace, runner: OpRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._inspector, self._workplace, self._runner = inspector, workplace, runner
        self._order_id: OrderId | None = None
        self._again = QTimer(self, interval=AGAIN_MS, singleShot=True)
        self._again.timeout.connect(self.look)
        if workplace.live is not None:
            inspector.order_shown.connect(self._on_shown)

    @Slot(object)
    def _on_shown(self, order_id: OrderId | None) -> None:
        self._order_id = order_id
        self.look()

    @Slot()
    def look(self) -> None:
        """Now, and again after a while if it is still to be seen."""
        self._again.stop()
        order_id = self._order_id
        if order_id is None:
            return
        if not self._inspector.isVisible():
            self._again.start()
            return

        def work(_progress: Progress) -> Contacts:
            return contacts_of(self._workplace, order_id)

        self._runner.start(work, title="Reading the contacts", on_done=self._on_read, latest_key="shown contacts")

    def _on_read(self, contacts: Contacts) -> None:
        if contacts.order_id == self._order_id:
            self._inspector.show_contacts(contacts)
            self._again.start()
