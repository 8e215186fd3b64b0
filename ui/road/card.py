"""The driver at hand: where they are, how they stand to the plan, their phone, and what is written to and fro."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import override

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from dispatcher.domain.devices import Device, Note
from dispatcher.domain.ids import DriverId, ShiftId
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.tracking import LiveRound, Risk
from dispatcher.services.live import LiveDay
from dispatcher.services.messages import unread
from ui import format as words
from ui.board.empty import EmptyState
from ui.parts.beside import lay_beside
from ui.parts.fields import named
from ui.road.marks import age_words, delay_words, pace_words
from ui.road.talk import Talk
from ui.theme import Size, Theme

_BARE = "Choose a round or a driver on the map: where they are, their delay, their phone and messages are shown here."
_ROWS = ("Seen", "Now", "Plan", "Pace", "Done", "Driven", "Phone")


class DriverCard(QWidget):
    """One driver of the day shown. GUI thread.

    Signals:
        follow_requested(DriverId | None): keep them in view on the map, or no longer.
        driven_requested(ShiftId, bool): hold what was driven against what was planned, or no longer.
        replay_requested(ShiftId): show the day again from its start.
        note_written(DriverId, str): send this message.
        notes_seen(ids): somebody sees these messages of the driver, for the first time.
        driver_wanted(DriverId): show this driver, who wrote something.
        unread_changed(int): so many messages of drivers have not been seen.
    """

    follow_requested = Signal(object)
    driven_requested = Signal(object, bool)
    replay_requested = Signal(object)
    note_written = Signal(object, str)
    notes_seen = Signal(object)
    driver_wanted = Signal(object)
    unread_changed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "board.driver", "Driver")
        self._theme = theme
        self._day: Day | None = None
        self._live: LiveDay | None = None
        self._notes: Sequence[Note] = ()
        self._devices: Sequence[Device] = ()
        self.shift_id: ShiftId | None = None
        self._off_duty: DriverId | None = None
        """Who is shown without a round: they wrote something."""
        self._unread = 0
        self._make_widgets()
        self._lay_out()
        self._connect()
        self._on_theme_changed()
        self.show_round(None)

    def _make_widgets(self) -> None:
        self.name = QLabel(self)
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.state = QLabel(self)
        self.state.setWordWrap(True)
        self.facts = {title: QLabel(self) for title in _ROWS}
        self._titles = {title: QLabel(title, self) for title in _ROWS}
        for title, label in self.facts.items():
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._titles[title].setProperty("muted", True)
        self.follow = self._button("Follow", "follow", "Keep this driver in view on the map", checkable=True)
        self.driven = self._button(
            "Planned and driven", "driven", "Hold what was driven against the plan", checkable=True
        )
        self.replay = self._button("Replay…", "replay", "Show the day again from its start")
        self.talk = Talk(self._theme, self)
        self.unread = named(QLabel(self), "board.driver.unread", "Drivers whose messages nobody has seen")
        self.unread.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.unread.setWordWrap(True)
        self.unread.hide()
        self.bare = EmptyState(self._theme, icon="account-outline", text=_BARE)

    def _button(self, text: str, name: str, tip: str, *, checkable: bool = False) -> QPushButton:
        button = named(QPushButton(text, self), f"board.driver.{name}", text)
        button.setToolTip(tip)
        button.setCheckable(checkable)
        button.setMinimumWidth(1)
        return button

    def _lay_out(self) -> None:
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        for row, title in enumerate(_ROWS):
            self._grid.addWidget(self._titles[title], row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(self.facts[title], row, 1)
        self._buttons = QGridLayout()
        self._page = QWidget(self)
        self._column = QVBoxLayout(self._page)
        for part in (self.name, self.state):
            self._column.addWidget(part)
        for layout in (self._grid, self._buttons):
            self._column.addLayout(layout)
        self._column.addWidget(self.talk, 1)
        whole, self._stack = QVBoxLayout(self), QStackedLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.unread)
        whole.addLayout(self._stack, 1)
        self._stack.addWidget(self.bare)
        self._stack.addWidget(self._page)

    def _connect(self) -> None:
        self.follow.toggled.connect(self._on_follow)
        self.driven.toggled.connect(self._on_driven)
        self.replay.clicked.connect(self._on_replay)
        self.talk.written.connect(self.note_written)
        self.talk.seen.connect(self.notes_seen)
        self.unread.linkActivated.connect(self._on_unread)
        self._theme.changed.connect(self._on_theme_changed)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange_buttons()

    def _arrange_buttons(self) -> None:
        lay_beside(self._buttons, (self.follow, self.replay, self.driven), self.width() - 2 * self._theme.grid(3))

    # --- told from outside ----------------------------------------------------------------------------------------

    def show_round(self, shift_id: ShiftId | None) -> None:
        """Show who drives this round."""
        if shift_id != self.shift_id:
            for button in (self.follow, self.driven):
                button.setChecked(False)
        self.shift_id, self._off_duty = shift_id, None
        self._refresh()

    def show_off_duty(self, driver_id: DriverId) -> None:
        """Show a driver who has no round on this day: their phone and messages."""
        self.show_round(None)
        self._off_duty = driver_id
        self._refresh()

    def set_live(self, day: Day, live: LiveDay | None, notes: Sequence[Note], devices: Sequence[Device]) -> None:
        """How the day stands on the road."""
        self._day, self._live, self._notes, self._devices = day, live, notes, devices
        self._refresh()

    def set_followed(self, driver_id: DriverId | None) -> None:
        """Whom the map keeps in view."""
        self.follow.blockSignals(True)
        self.follow.setChecked(driver_id is not None and driver_id == self.driver_id)
        self.follow.blockSignals(False)

    def end_driven(self) -> None:
        """The map holds nothing against the plan any more."""
        self.driven.setChecked(False)

    def write(self) -> None:
        """Let the keys go to the message."""
        self.talk.write()

    @property
    def driver_id(self) -> DriverId | None:
        """Who is shown."""
        if self._day is None or self.shift_id not in self._day.shifts:
            return self._off_duty
        return self._day.shifts[self.shift_id].driver_id

    # --- what is shown --------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        day, driver_id = self._day, self.driver_id
        self._show_unread()
        if day is None or driver_id not in day.drivers:
            self._stack.setCurrentWidget(self.bare)
            return
        self._stack.setCurrentWidget(self._page)
        driver, shift = day.drivers[driver_id], day.shifts.get(self.shift_id) if self.shift_id else None
        self.name.setText(f"{driver.number}  {driver.name}")
        told: dict[str, str] = {}
        parts = [driver.phone, *self._phones(driver.id)]
        if shift:
            round_ = self._live.rounds.get(shift.id) if self._live else None
            self.state.setText(self._state(round_))
            told = dict(self._facts(day, shift.id, round_))
            parts.insert(1, day.vehicles[shift.vehicle_id].name)
        else:
            self.state.setText("Not on duty on this day.")
        self._put_facts({**told, "Phone": " · ".join(part for part in parts if part)})
        for button in (self.follow, self.driven, self.replay):
            button.setVisible(shift is not None)
        self.talk.show_notes(day, driver_id, [note for note in self._notes if note.driver_id == driver_id])

    def _put_facts(self, told: Mapping[str, str]) -> None:
        for title, label in self.facts.items():
            self._put(label, told.get(title, ""))
            label.setVisible(bool(told.get(title)))
            self._titles[title].setVisible(bool(told.get(title)))

    def _show_unread(self) -> None:
        """Whoever else wrote something that nobody has seen, each to be pressed."""
        new, drivers = unread(self._notes), self._day.drivers if self._day else {}
        by = Counter(note.driver_id for note in new if note.driver_id in drivers and note.driver_id != self.driver_id)
        colour = self._theme.colour("accent").name()
        links = (
            f"<a href='{driver_id}' style='color:{colour}'>{escape(drivers[driver_id].name)}"
            f"{f' ({many})' if many > 1 else ''}</a>"
            for driver_id, many in by.items()
        )
        self._put(self.unread, f"✉ New from {', '.join(links)}" if by else "")
        self.unread.setVisible(bool(by))
        if len(new) != self._unread:
            self._unread = len(new)
            self.unread_changed.emit(len(new))

    @staticmethod
    def _put(label: QLabel, text: str) -> None:
        if label.text() != text:  # or a selection in it would go with every position
            label.setText(text)

    def _state(self, round_: LiveRound | None) -> str:
        if round_ is None or (round_.latest is None and not round_.visits):
            return "Nothing was heard of this driver's phone today."
        return " · ".join(self._risky(round_))

    def _risky(self, round_: LiveRound) -> Iterator[str]:
        for risk, token, sign in ((Risk.LATE, "late", "⚑"), (Risk.AT_RISK, "risk", "⚠")):
            if many := sum(1 for stop in round_.stops if stop.risk is risk):
                colour = self._theme.colour(token).name()
                yield f"<b style='color:{colour}'>{sign} {words.count(many, 'stop')} {risk.value}</b>"

    def _facts(self, day: Day, shift_id: ShiftId, round_: LiveRound | None) -> Iterator[tuple[str, str]]:
        zone = day.depot.zone
        route = next((r for r in day.plan.routes if r.shift_id == shift_id), Route(shift_id))
        done = sum(1 for stop in route.stops if stop.done)
        yield "Done", f"{done} of {words.count(len(route.stops), 'stop')}"
        if round_ is None or self._live is None:
            return
        if latest := round_.latest:
            age_s = max(0, round((self._live.at - latest.fix.at).total_seconds()))
            battery = f", battery {latest.fix.battery:.0%}" if latest.fix.battery is not None else ""
            mock = ", a made-up position" if latest.fix.mock else ""
            yield "Seen", f"{words.clock(latest.fix.at, zone)}, {age_words(age_s)} ago{battery}{mock}"
        if round_.over:
            yield "Now", "round over"
        elif round_.at_order_id and (order := day.orders.get(round_.at_order_id)):
            yield "Now", f"at {order.address.line or order.address.text}"
        elif round_.stops and (order := day.orders.get(round_.stops[0].order_id)):
            first = round_.stops[0]
            span = f"{words.clock(first.earliest_at, zone)}–{words.clock(first.latest_at, zone)}"
            yield "Now", f"on the way to {order.address.line or order.address.text}, {span}"
        if round_.stops and not round_.over:
            yield "Plan", delay_words(round_.stops[0].delay_s)
            if round_.pace:
                yield "Pace", pace_words(round_.pace)
        if round_.driven_m:
            yield "Driven", f"{words.distance(round_.driven_m)} of {words.distance(round_.planned_m)} planned"

    def _phones(self, driver_id: DriverId) -> Iterator[str]:
        for device in self._devices:
            if device.driver_id == driver_id and device.trusted:
                yield device.app.value

    # --- what is wished -------------------------------------------------------------------------------------------

    @Slot(str)
    def _on_unread(self, driver_id: str) -> None:
        self.driver_wanted.emit(DriverId(driver_id))

    @property
    def next_unread(self) -> DriverId | None:
        """Whose message has waited longest to be seen."""
        return next((note.driver_id for note in unread(self._notes)), None)

    @Slot(bool)
    def _on_follow(self, wanted: bool) -> None:
        self.follow_requested.emit(self.driver_id if wanted else None)

    @Slot(bool)
    def _on_driven(self, wanted: bool) -> None:
        self.driven_requested.emit(self.shift_id, wanted)

    @Slot()
    def _on_replay(self) -> None:
        self.replay_requested.emit(self.shift_id)

    @Slot()
    def _on_theme_changed(self) -> None:
        grid = self._theme.grid
        self._column.setContentsMargins(*[grid(3)] * 4)
        self._column.setSpacing(grid(2))
        self._grid.setHorizontalSpacing(grid(3))
        self._grid.setVerticalSpacing(grid(1))
        self._buttons.setSpacing(grid(1))
        self.name.setFont(self._theme.font(Size.TEXT, bold=True))
        for label in self._small():
            label.setFont(self._theme.font(Size.SMALL))
        self._arrange_buttons()
        self.unread.setContentsMargins(grid(3), grid(2), grid(3), grid(2))
        self._refresh()

    def _small(self) -> Iterable[QWidget]:
        yield from (self.state, self.unread, *self.facts.values(), *self._titles.values())
        yield from (self.follow, self.driven, self.replay)
