"""The desks around the board, in the window: each is fed with the plan and the road as they stand, and heard."""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.services.closing_open import OpenItem
from dispatcher.services.importing import Imported
from dispatcher.services.planning import Outlook
from ui.keeping.dialog import KeepingDialog
from ui.theme import Theme

if TYPE_CHECKING:
    from ui.window.main import MainWindow

GONE = "This order is no longer there."


class Desks(QObject):
    """Joins slots, loading, proofs, exceptions, messages and insight to day, road, status bar and board. GUI thread."""

    def __init__(self, window: "MainWindow", theme: Theme, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._theme, self._settings = window, theme, settings
        self.filtered = (
            window.proofs, window.exceptions, window.messages, window.slots, window.loading, window.insight
        )  # fmt: skip
        """The panels with a line of their own to find something by."""
        self._fed = (window.slots, window.loading, window.exceptions, window.messages, window.insight)
        window.day.outlook_changed.connect(self._on_outlook_changed)
        for panel in self._fed:
            panel.told.connect(window.status.tell)
            panel.order_requested.connect(self.show_order)
            if window.road:
                window.road.live_changed.connect(panel.take_live)
        if window.road:
            for panel in (window.exceptions, window.messages, window.insight):
                window.road.feed.today_moved.connect(panel.take_today)
        for panel in (window.slots, window.loading, window.exceptions):
            panel.set_hindrance(lambda: window.hand.hindered)
        for panel in (window.loading, window.exceptions):
            panel.alarmed.connect(QApplication.beep)
        window.messages.settings_requested.connect(window.forms.message_settings)
        window.proofs.elsewhere_requested.connect(self._on_elsewhere)
        window.insight.proof_requested.connect(self.show_proof)
        window.insight.round_requested.connect(self.show_round)
        window.insight.day_requested.connect(window.open_day)
        window.forms.imported.connect(self._on_imported)
        self._count()

    def _count(self) -> None:
        """How much waits in each, on its place in the rail."""
        window = self._window
        window.slots.count_changed.connect(partial(window.news.count, "slots", "&Slots"))
        window.messages.count_changed.connect(partial(window.news.count, "messages", "&Messages"))
        window.loading.count_changed.connect(lambda _left, short: window.news.count("loading", "&Loading", short))
        window.exceptions.count_changed.connect(self._on_exceptions)
        window.insight.count_changed.connect(lambda due, late: window.news.count("insight", "&Insight", due + late))

    def show_day(self, on: date) -> None:
        """Another day is shown."""
        for panel in (self._window.slots, self._window.loading, self._window.exceptions, self._window.insight):
            panel.show_day(on)
        self._window.messages.set_date(on)

    def start(self) -> None:
        """The day is on the screen: time for what goes out."""
        self._window.messages.start()
        if learned := self._window.insight.learned:
            learned.learn_if_due()

    def stop(self) -> None:
        """What was decided is done first; before the runner stops."""
        for panel in self._fed:
            panel.stop()

    # --- what the menus do ----------------------------------------------------------------------------------------

    def close_day(self) -> None:
        """Sign the day shown off."""
        self._on_paper(self._window.proofs.paperwork.close_day, "There is nothing to close on this day.")

    def write_evidence(self) -> None:
        """Of the proof that is chosen in the workbench."""
        self._on_paper(self._window.proofs.paperwork.evidence, "Choose a proof first.")

    def _on_paper(self, action: QAction, hindrance: str) -> None:
        self._window.show_panel(self._window.proofs)
        if action.isEnabled():
            action.trigger()
        else:
            self._window.status.tell(hindrance)

    def open_keeping(self) -> None:
        """What is kept for how long, what is held, and what is known of a person."""
        window = self._window
        KeepingDialog(window.day.workplace, window.runner, self._theme, self._settings, window).show()

    # --- from one to the other ------------------------------------------------------------------------------------

    @Slot(object)
    def show_order(self, order_id: OrderId) -> None:
        """On the board, on whichever day it is."""
        window = self._window
        if window.day.day and order_id in window.day.day.orders:
            window.show_panel(window.board)
            window.board.find(order_id)
            return
        window.runner.read(lambda reader: reader.order(order_id), self._on_order, latest_key="order's day")

    @Slot(str, object)
    def show_proof(self, attempt_key: str, on: date) -> None:
        """In the workbench, on whichever day it is."""
        window = self._window
        window.open_day(on)
        window.show_panel(window.proofs)
        window.proofs.open_attempt(attempt_key)

    @Slot(object, object)
    def show_round(self, shift_id: ShiftId, on: date) -> None:
        """On the board, on whichever day it is."""
        window = self._window
        window.show_panel(window.board)
        if window.day.date == on:
            window.board.select((), (shift_id,))
        else:
            window.open_day(on)
            window.status.tell("The round's day is opened.")

    def _on_order(self, order: object) -> None:
        window = self._window
        if (on := getattr(order, "date", None)) is None:
            window.status.tell(GONE)
            return
        window.open_day(on)
        window.show_panel(window.board)
        window.status.tell("The order's day is opened.")

    @Slot(object)
    def _on_elsewhere(self, item: OpenItem) -> None:
        """What keeps a day from being closed, where it is settled."""
        window = self._window
        if item.incident_id:
            window.show_panel(window.exceptions)
            window.exceptions.open_incident(item.incident_id)
        elif item.shift_id:
            window.show_panel(window.board)
            window.board.select((), (item.shift_id,))
        else:
            window.show_panel(window.phones)

    # --- what happens elsewhere -----------------------------------------------------------------------------------

    @Slot(object)
    def _on_outlook_changed(self, _shown: Outlook) -> None:
        """The day as it stands, whatever is shown of it."""
        if present := self._window.day.present:
            for panel in self._fed:
                panel.take_outlook(present)

    @Slot(int, int)
    def _on_exceptions(self, waiting: int, overdue: int) -> None:
        self._window.status.set_exceptions(waiting, overdue)
        self._window.news.count("exceptions", "E&xceptions", waiting)
        self._window.insight.take_exceptions(waiting, overdue)

    @Slot(object)
    def _on_imported(self, done: Imported) -> None:
        if done.rejected and (feed := self._window.exceptions.feed):
            feed.left_out(done.file, done.rejected)
