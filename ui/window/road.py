"""What the window does with what the road desk says, and what its actions about the road do."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.tracking import Alert
from dispatcher.services.live import LiveDay
from ui.day import DayBoard
from ui.disturbances.desk import Disturbances
from ui.phones.panel import PhonesPanel
from ui.road.desk import RoadDesk
from ui.window.actions import Actions
from ui.window.board_panel import BoardPanel
from ui.window.header import Header
from ui.window.status import StatusLine

LATELY = timedelta(minutes=5)
"""Who was heard within it is heard, here as in the list of phones."""
NAMES = ("send_rounds", "message_driver", "read_next", "follow_driver", "planned_driven", "trails", "replay")


class RoadWires(QObject):
    """Joins the road desk to status, header and forms. Without a logbook there is nothing to join. GUI thread.

    Signals:
        phones_requested(): show the phones.
        board_requested(): show the board.
        day_requested(date): show this day.
    """

    phones_requested = Signal()
    board_requested = Signal()
    day_requested = Signal(object)

    def __init__(
        self,
        road: RoadDesk | None,
        board: DayBoard,
        panel: BoardPanel,
        phones: PhonesPanel,
        disturbances: Disturbances,
        header: Header,
        status: StatusLine,
        actions: Actions,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._road, self._board, self._panel, self._phones = road, board, panel, phones
        self._disturbances, self._header, self._status, self._actions = disturbances, header, status, actions
        self._running: bool | None = None
        self._today: LiveDay | None = None
        actions["trails"].setChecked(True)
        if road is None:
            for name in NAMES:
                actions[name].setEnabled(False)
            return
        road.told.connect(status.tell)
        road.trouble_requested.connect(self._on_trouble)
        road.alerts_changed.connect(self._on_alerts_changed)
        road.unread_changed.connect(self._on_unread_changed)
        road.fault_changed.connect(status.set_road_fault)
        road.phones_requested.connect(self.phones_requested)
        road.live_changed.connect(self._on_live)
        road.today_changed.connect(self._on_today)
        road.day_requested.connect(self.day_requested)
        phones.trouble_changed.connect(self._on_phones_trouble)
        phones.running_changed.connect(self._on_running_changed)

    def slots(self, in_hand: Callable[[], ShiftId | None]) -> dict[str, Callable[[], object]]:
        """What the actions do; `in_hand` says which round they are about."""
        if (road := self._road) is None:
            return {}
        card = self._panel.driver
        return {
            "send_rounds": road.send_rounds,
            "message_driver": lambda: road.message(in_hand()),
            "read_next": self._read_next,
            "follow_driver": partial(self._with_driver, card.follow.toggle),
            "planned_driven": partial(self._with_driver, card.driven.toggle),
            "trails": lambda: road.show_trails(self._actions["trails"].isChecked()),
            "replay": road.start_replay,
        }

    def _read_next(self) -> None:
        assert self._road is not None
        self.board_requested.emit()
        self._road.read_next()

    def _with_driver(self, deed: Callable[[], object]) -> None:
        """Something that needs a driver to be chosen."""
        if self._panel.driver.driver_id is None:
            self._status.tell("Choose a round or a driver first.")
        else:
            deed()

    def pair_phone(self) -> None:
        """For the driver chosen on the board, or in the list of phones."""
        phones = self._phones
        phones.pair(phones.chosen_driver if phones.isVisible() else self._panel.driver.driver_id)

    @Slot(str, object)
    def _on_trouble(self, name: str, alert: Alert) -> None:
        """The form that belongs to an alert, filled in with what was measured."""
        if name == "broken":
            self._disturbances.van_broken_down(alert.shift_id)
            return
        live = self._road.live if self._road else None
        round_ = live.rounds.get(alert.shift_id) if live else None
        self._disturbances.driver_late(alert.shift_id, late_s=round_.delay_s if round_ else None)

    @Slot(int)
    def _on_alerts_changed(self, fresh: int) -> None:
        self._panel.docks["Alerts"].setWindowTitle(f"Alerts {fresh}" if fresh else "Alerts")

    @Slot(int)
    def _on_unread_changed(self, unread: int) -> None:
        self._panel.docks["Driver"].setWindowTitle(f"Driver ✉ {unread}" if unread else "Driver")
        self._status.set_unread(unread)

    @Slot(object)
    def _on_live(self, live: LiveDay) -> None:
        if self._road and self._road.feed.on_road == live.date:
            self._today = live
        self._tell_phones()
        self._header.set_live(live if self._board.past is None else None)

    @Slot(object)
    def _on_today(self, live: LiveDay) -> None:
        self._today = live
        self._tell_phones()

    def _tell_phones(self) -> None:
        """What was sent of the day shown, and who is heard today.

        A phone whose round is over is missed by nobody; nor is a gateway that no phone of the day could use.
        """
        if self._road is None or (shown := self._road.live) is None:
            return
        live = self._today or shown
        followed = [(r.latest, r.stops) for r in live.rounds.values() if r.latest]
        lately = [live.at - latest.fix.at < LATELY for latest, _ in followed]
        wanted = sum(1 for (_, ahead), heard in zip(followed, lately, strict=True) if heard or ahead)
        trusted = {device.driver_id for device in live.devices if device.trusted}
        expected = any(r.driver_id in trusted and (r.stops or not r.visits) for r in live.rounds.values())
        closed = self._running is False and live.sending.rounds > 0 and expected
        self._status.set_road(shown.sending, sum(lately), wanted, closed=closed)

    @Slot(bool)
    def _on_running_changed(self, running: bool) -> None:
        self._running = running
        self._tell_phones()

    @Slot(bool)
    def _on_phones_trouble(self, trouble: bool) -> None:
        self._actions["panel_phones"].setText("⚠ Phones" if trouble else "&Phones")
