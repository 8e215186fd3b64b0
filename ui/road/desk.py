"""The road in the window: rounds go out to phones, drivers are followed, and what the views show of them is told.

Lives in the GUI thread. A window on a what-if copy, or on another day than it is, follows too; only the depot itself
sends.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from dispatcher.domain.devices import App
from dispatcher.domain.ids import DriverId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress
from dispatcher.domain.roads import RoadPath
from dispatcher.domain.tracking import Alert
from dispatcher.services.dispatching import send_day
from dispatcher.services.live import LiveDay, LiveDesk, Today
from dispatcher.services.messages import mark_read, write_message
from dispatcher.services.planning import Outlook
from dispatcher.services.sending import Sent
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.day import DayBoard, Past, same_ahead
from ui.hand import Hand
from ui.map.road import Driven, VisitTick
from ui.road.feed import RoadFeed
from ui.road.marks import driver_marks, trails
from ui.road.replay import Reel, marks_at, reel_of
from ui.road.seldom import Seldom
from ui.runner import OpRunner
from ui.theme import Theme, driver_colour
from ui.window.board_panel import BoardPanel

SETTLES_MS = 2_000
"""So long after the last change of a day that was sent, what changed goes out."""
REST_MS = 1_000
"""Drivers move on the map as they are heard; all else about the road is told so often at most."""
FACTS_MS = 3_000
"""Of many drivers one has always just left a stop: so often at most the day is read again for it."""
AGES_MS = 5_000
"""How often ages are told anew while nothing else moves."""


class RoadDesk(QObject):
    """What the window does about the road of the day shown.

    Signals:
        told(str): a sentence for the status bar.
        live_changed(LiveDay): the day as it stands on the road.
        today_changed(LiveDay): the day that is on the road, while another one is shown.
        day_requested(date): show this day, where something happened that was chosen.
        fault_changed(str): why the road cannot be followed, or nothing.
        phones_requested(): show the phones.
        trouble_requested(str, Alert): open the form of a disturbance, "late" or "broken", for what an alert is about.
        alerts_changed(int): so many alerts have not been looked at.
        unread_changed(int): so many messages of drivers have not been seen.
    """

    told = Signal(str)
    live_changed = Signal(object)
    today_changed = Signal(object)
    day_requested = Signal(object)
    fault_changed = Signal(str)
    phones_requested = Signal()
    trouble_requested = Signal(str, object)
    alerts_changed = Signal(int)
    unread_changed = Signal(int)

    def __init__(
        self,
        desk: LiveDesk,
        board: DayBoard,
        hand: Hand,
        panel: BoardPanel,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._board, self._hand, self._panel = desk, board, hand, panel
        self._workplace, self._runner, self._theme = workplace, runner, theme
        self._reel: Reel | None = None
        self._driven: ShiftId | None = None
        self._settled: Day | None = None
        self._trails_shown = self._trails_due = True
        self._heard_notes: dict[date, set[str]] = {}
        self._told_notes: set[str] = set()
        self._today: Today | None = None
        """The day on the road as it was heard of last, whether or not it is shown."""
        self._then: tuple[date, Callable[[], None]] | None = None
        """What to do once a day is shown that was asked for."""
        self.feed = RoadFeed(desk, board, workplace.clock, self)
        self.feed.prepare_with(panel.rounds.prepare_live)
        rest = (
            self._show_trails,
            self._tell_timeline,
            self._tell_board,
            self._tell_alerts,
            self._tell_card,
            lambda _day, live: self.live_changed.emit(live),
        )
        self._rest = Seldom(tuple(partial(self._tell, tell) for tell in rest), REST_MS, self)
        self._aside = Seldom((self._tell_today,), REST_MS, self)
        self._facts = Seldom((board.refresh,), FACTS_MS, self)
        self._settling = QTimer(self, interval=SETTLES_MS, singleShot=True)
        self._settling.timeout.connect(self._on_settled)
        self._ages = QTimer(self, interval=AGES_MS)
        self._ages.timeout.connect(self._on_ages)
        self._wire()

    def _wire(self) -> None:
        self.feed.moved.connect(self._on_moved)
        self.feed.today_moved.connect(self._on_today_moved)
        self.feed.facts_changed.connect(self._facts.ask)
        self.feed.fault_changed.connect(self.fault_changed)
        self._board.lines_changed.connect(self._desk.know_lines)
        self._board.settled.connect(self._on_day_settled)
        self._board.outlook_changed.connect(self._on_outlook_changed)
        self._board.past_changed.connect(self._on_past_changed)
        panel = self._panel
        panel.selected_changed.connect(self._on_selected)
        panel.map.driver_clicked.connect(self._on_driver_clicked)
        panel.map.followed_changed.connect(panel.driver.set_followed)
        panel.driver.follow_requested.connect(panel.map.follow)
        panel.driver.driven_requested.connect(self.show_driven)
        panel.driver.replay_requested.connect(self._on_replay_requested)
        panel.driver.note_written.connect(self.write_note)
        panel.driver.notes_seen.connect(self._on_notes_seen)
        panel.driver.driver_wanted.connect(self._on_driver_wanted)
        panel.driver.unread_changed.connect(self.unread_changed)
        panel.alerts.chosen.connect(self._on_alert)
        panel.alerts.remedy_requested.connect(self._on_remedy)
        panel.alerts.message_requested.connect(self._on_alert_message)
        panel.alerts.count_changed.connect(self.alerts_changed)
        panel.replay.moment_changed.connect(self._on_replay_moment)
        panel.replay.closed.connect(self.end_replay)

    def start(self) -> None:
        """Begin to follow."""
        self.feed.start()
        self._ages.start()

    def stop(self) -> None:
        """Follow no more."""
        for timer in (self._settling, self._ages, self._rest, self._aside, self._facts):
            timer.stop()
        self.feed.stop()

    @property
    def live(self) -> LiveDay | None:
        """The day shown, as it stands on the road."""
        live = self.feed.latest
        return live if live and live.date == self._board.date else None

    # --- sending --------------------------------------------------------------------------------------------------

    @Slot()
    def send_rounds(self) -> None:
        """Give every driver their round as it stands; from then on what changes goes out by itself."""
        if self._workplace.what_if is not None:
            self.told.emit("This is a copy to try things out in: its rounds are sent to nobody.")
        elif not self._hand.blocked() and self._board.present:
            self._send(self._board.present, said=True)

    def _send(self, outlook: Outlook, *, said: bool) -> None:
        def work(_progress: Progress) -> Sent:
            return send_day(self._workplace, outlook)

        done = partial(self._on_sent, said)
        self._runner.start(work, title="Sending the rounds", on_done=done, latest_key="send")

    def _on_sent(self, said: bool, sent: Sent) -> None:
        if sent.changed or sent.withdrawn:
            many = words.count(len(sent.changed) + len(sent.withdrawn), "round")
            self.told.emit(f"{many} sent to {'drivers' if said else 'phones, as changed'}.{self._without(sent)}")
        elif said:
            self.told.emit("Every phone's round is as it stands already.")
        self.feed.look()

    def _without(self, sent: Sent) -> str:
        """Who cannot see what was sent, having no phone."""
        day, live = self._board.day, self.live
        if day is None or live is None:
            return ""
        paged = {d.driver_id for d in live.devices if d.trusted and d.app is App.PAGE}
        without = {day.shifts[s].driver_id for s in sent.changed if s in day.shifts} - paged
        if not without:
            return ""
        who = "nobody" if not paged else f"{words.count(len(without), 'driver')}"
        has = "has a phone" if not paged else "has no phone" if len(without) == 1 else "have no phone"
        return f" But {who} {has} to see it on yet: pair one under Phones."

    @Slot(object)
    def _on_day_settled(self, day: Day) -> None:
        """A day that was sent stays as the phones have it, a moment after every change of what is ahead."""
        live, today = self.live, self.feed.now.astimezone(day.depot.zone).date()
        before, self._settled = self._settled, day
        if before is not None and same_ahead(before, day):
            return
        if live and live.sending.rounds and self._workplace.what_if is None and day.date >= today:
            self._settling.start()

    @Slot()
    def _on_settled(self) -> None:
        if self._board.present and self.live:
            self._send(self._board.present, said=False)

    # --- what the views show --------------------------------------------------------------------------------------

    @Slot(object)
    def _on_moved(self, live: LiveDay) -> None:
        outlook = self._board.outlook
        if outlook is None or outlook.day.date != live.date:
            return
        if self._board.past is None:
            self._panel.map.show_drivers(driver_marks(outlook.day, live))
        self._rest.ask()

    def _tell(self, tell: Callable[[Day, LiveDay], None]) -> None:
        """Let a view know how the day shown stands, if anybody knows."""
        outlook, live = self._board.outlook, self.live
        if outlook and live and outlook.day.date == live.date:
            tell(outlook.day, live)

    def _tell_timeline(self, day: Day, live: LiveDay) -> None:
        if self._board.past is None:
            self._panel.timeline.show_actual(r for r in live.rounds.values() if r.shift_id in day.shifts)

    def _tell_board(self, _day: Day, live: LiveDay) -> None:
        if self._board.past is None:
            self._panel.set_live(live)

    def _tell_alerts(self, day: Day, live: LiveDay) -> None:
        """What wants attention is what happens now: another day's alerts are nobody's any more, or not yet."""
        if self.feed.on_road == day.date:
            self._today = Today(day, live)
            self._panel.alerts.set_day(live, day)

    @Slot(object)
    def _on_today_moved(self, today: Today) -> None:
        self._today = today
        self._aside.ask()

    def _tell_today(self) -> None:
        """Today, while another day is shown."""
        outlook, today = self._board.outlook, self._today
        if outlook and today and outlook.day.date != today.day.date == self.feed.on_road:
            self._panel.alerts.set_day(today.live, today.day, shown=outlook.day.date)
            self._tell_notes(today.day, today.live)
            self.today_changed.emit(today.live)

    @Slot(object)
    def _on_outlook_changed(self, outlook: Outlook) -> None:
        self._tell_today()
        then, self._then = self._then, None
        if then and then[0] == outlook.day.date:
            then[1]()

    def _with_day(self, on: date, deed: Callable[[], None]) -> None:
        """Do something once this day is shown."""
        if self._board.outlook and self._board.outlook.day.date == on:
            deed()
            return
        self._then = on, deed
        self.day_requested.emit(on)

    def _with_alert(self, deed: Callable[[], None]) -> None:
        """Alerts are of the day on the road, which may not be the one shown."""
        if self._today:
            self._with_day(self._today.day.date, deed)

    def _tell_card(self, day: Day, live: LiveDay) -> None:
        self._panel.driver.set_live(day, live, live.notes, live.devices)
        self._tell_notes(day, live)

    @Slot(object)
    def _on_past_changed(self, past: Past | None) -> None:
        """Of a moment of the past nobody knows how it stands on the road now."""
        self._panel.set_live(None if past else self.live)
        if self.live:
            self.live_changed.emit(self.live)

    @Slot()
    def _on_ages(self) -> None:
        """What was said a while ago grows old although nothing moves; and trails are drawn on."""
        self._trails_due = True
        if (live := self.live) and live.followed:
            self._on_moved(live)

    def _show_trails(self, day: Day, live: LiveDay) -> None:
        """Now and then only: a trail goes to the page as a whole."""
        if self._trails_due and self._board.past is None:
            self._trails_due = False
            self._panel.map.show_trails(trails(day, live.trails) if self._trails_shown else ())

    def _tell_notes(self, day: Day, live: LiveDay) -> None:
        """A driver's new message is said once, those of a day just opened not at all."""
        heard = {note.id for note in live.notes if note.from_driver}
        known = self._heard_notes.setdefault(day.date, heard)
        new = heard - known - self._told_notes
        self._heard_notes[day.date] = known | heard
        self._told_notes |= new
        for note in live.notes:
            if note.id in new and note.driver_id in day.drivers:
                self.told.emit(f"{day.drivers[note.driver_id].name}: {note.text}")

    @Slot(bool)
    def show_trails(self, shown: bool) -> None:
        """Draw where drivers were in the last half hour, or not."""
        self._trails_shown, self._trails_due = shown, True
        self._rest.do()

    @Slot(object, object)
    def _on_selected(self, order_ids: object, shift_ids: object) -> None:
        """The card shows who drives the round that is selected, or what is selected of it."""
        shifts = tuple(shift_ids) or tuple(self._board.shifts_of(order_ids))  # type: ignore[arg-type, call-overload]
        self._tell(self._tell_card)
        self._panel.driver.show_round(shifts[0] if len(shifts) == 1 else None)
        if self._driven and self._driven not in shifts:
            self.show_driven(self._driven, False)

    @Slot(object)
    def _on_driver_clicked(self, driver_id: DriverId) -> bool:
        """A driver on the map stands for their round; whether they have one."""
        day = self._board.day
        mine = [s.id for s in day.shifts.values() if s.driver_id == driver_id] if day else []
        if mine:
            self._panel.select((), mine[:1])
            self._panel.bring_up("Driver")
        return bool(mine)

    # --- messages -------------------------------------------------------------------------------------------------

    @Slot(object, str)
    def write_note(self, driver_id: DriverId, text: str) -> None:
        """Send a driver a message; the phone fetches it with its next question."""
        work = lambda _progress: write_message(self._desk.logbook, driver_id, text, self.feed.now)
        self._runner.start(work, title="Sending the message", on_done=lambda _none: self.feed.look())

    @Slot(object)
    def _on_notes_seen(self, ids: tuple[str, ...]) -> None:
        work = lambda _progress: mark_read(self._desk.logbook, ids, self.feed.now)
        self._runner.start(work, title="Noting what was read", on_done=lambda _none: self.feed.look())

    @Slot(object)
    def _on_driver_wanted(self, driver_id: DriverId) -> None:
        """A driver who wrote something, on duty on the day shown or not."""
        if not self._on_driver_clicked(driver_id):
            self._panel.select(())
            self._panel.driver.show_off_duty(driver_id)
            self._panel.bring_up("Driver")

    def read_next(self) -> None:
        """Show the driver whose message has waited longest to be seen."""
        driver_id = self._panel.driver.next_unread
        if driver_id is None:
            self.told.emit("Every message of drivers was seen.")
        else:
            self._on_driver_wanted(driver_id)

    def message(self, shift_id: ShiftId | None) -> None:
        """Let the keys go to a message for who drives this round."""
        if shift_id is None:
            self.told.emit("Choose the round whose driver is to be written to first.")
            return
        self._panel.select((), (shift_id,))
        self._panel.bring_up("Driver")
        self._panel.driver.write()

    # --- alerts ---------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_alert(self, alert: Alert) -> None:
        self._with_alert(partial(self._show_alert, alert))

    def _show_alert(self, alert: Alert) -> None:
        self._panel.select((alert.order_id,) if alert.order_id else (), () if alert.order_id else (alert.shift_id,))
        if alert.order_id:
            self._panel.map.pan_to(alert.order_id)

    @Slot(str, object)
    def _on_remedy(self, name: str, alert: Alert) -> None:
        if name == "phones":
            self.phones_requested.emit()
        elif name == "driven":
            self._with_alert(partial(self._show_alert_driven, alert))
        else:
            self._with_alert(partial(self.trouble_requested.emit, name, alert))

    def _show_alert_driven(self, alert: Alert) -> None:
        self._panel.select((), (alert.shift_id,))
        self.show_driven(alert.shift_id, True)

    @Slot(object)
    def _on_alert_message(self, alert: Alert) -> None:
        self._with_alert(partial(self.message, alert.shift_id))

    # --- planned and driven ---------------------------------------------------------------------------------------

    @Slot(object, bool)
    def show_driven(self, shift_id: ShiftId, wanted: bool) -> None:
        """Hold what was driven against what was planned, on the map; or no longer."""
        outlook, live = self._board.present, self.live
        if not wanted or outlook is None or live is None or shift_id not in outlook.day.shifts:
            self._driven = None
            self._panel.map.end_driven()
            self._panel.driver.end_driven()
            return
        self._driven = shift_id

        def work(progress: Progress) -> Driven:
            line = self._board.lines(outlook.day, [shift_id], progress)[shift_id]
            return _driven(outlook.day, live, shift_id, line, self._desk)

        self._runner.start(work, title="Drawing the way driven", on_done=self._on_driven, latest_key="driven")

    def _on_driven(self, driven: Driven) -> None:
        if self._driven == driven.shift_id:
            self._panel.map.show_driven(driven)

    # --- replay ---------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_replay_requested(self, _shift_id: ShiftId) -> None:
        self.start_replay()

    @Slot()
    def start_replay(self) -> None:
        """Show the day again from the first position that is kept."""
        outlook, live = self._board.present, self.live
        if outlook is None or live is None:
            return
        work = lambda _progress: reel_of(self._desk, outlook.day, live)
        self._runner.start(work, title="Reading the tracks", on_done=self._on_reel, latest_key="reel")

    def _on_reel(self, reel: Reel | None) -> None:
        day = self._board.day
        if reel is None or day is None:
            self.told.emit("Nothing is kept of where drivers were on this day.")
            return
        self._reel = reel
        self._panel.bring_up("Map")
        self._panel.replay.show_day(reel.begins_at, reel.ends_at, day.depot.zone, reel.events)
        self._panel.replay.show()
        self._panel.replay.setFocus()
        self._on_replay_moment(reel.begins_at)

    @Slot(object)
    def _on_replay_moment(self, moment: datetime) -> None:
        day = self._board.day
        if self._reel and day:
            self._panel.map.show_replay(marks_at(self._reel, day, moment), words.clock(moment, day.depot.zone))

    @Slot()
    def end_replay(self) -> None:
        """Back to now."""
        self._reel = None
        self._panel.replay.pause()
        self._panel.replay.hide()
        self._panel.map.end_replay()


def _driven(day: Day, live: LiveDay, shift_id: ShiftId, line: RoadPath, desk: LiveDesk) -> Driven:
    """One round as it was planned and as it was driven. For a worker."""
    number = day.drivers[day.shifts[shift_id].driver_id].number
    round_ = live.rounds[shift_id]
    ticks = []
    for turn, visit in enumerate(round_.visits, 1):
        order = day.orders.get(visit.order_id)
        if order and order.address.place:
            zone = day.depot.zone
            until = f"–{words.clock(visit.departed_at, zone)}" if visit.departed_at else ""
            text = f"{order.address.line or order.address.text}\n{words.clock(visit.arrived_at, zone)}{until}"
            late = bool(order.windows) and visit.arrived_at > order.windows[-1].closes_at
            ticks.append(VisitTick(turn, order.address.place, late, text))
    driven = tuple(run for run in desk.driven_line(day, shift_id) if run)
    return Driven(shift_id, driver_colour(number).name(), tuple(leg for leg in line.legs if leg), driven, tuple(ticks))
