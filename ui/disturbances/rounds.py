"""Forms about a driver's round: the van has broken down, the driver is ill or late; and the whole depot is late."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from dispatcher.domain.fleet import Driver, Vehicle
from dispatcher.domain.ids import DriverId, ShiftId, VehicleId
from dispatcher.services import disturbances
from ui import format as words
from ui.disturbances import facts
from ui.disturbances.facts import Standing
from ui.disturbances.form import (
    LONGEST_MIN,
    Change,
    Deed,
    DisturbanceForm,
    MinutesField,
    Scene,
    clock_field,
    clock_in,
    show_clock,
)
from ui.parts.fields import named

_MINUTE_S = 60
NOBODY = "Nobody is on duty on this day. Put drivers on duty first (Plan menu, or Fleet)."


class RoundForm(DisturbanceForm):
    """Asks whose round and when."""

    def __init__(
        self, name: str, title: str, act: str, scene: Scene, shift_id: ShiftId | None, parent: QWidget | None
    ) -> None:
        super().__init__(name, title, act, scene, parent)
        self.who = named(QComboBox(self), f"{self.name}.who", "Driver")
        self.who.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.who.setMinimumContentsLength(24)
        self.at = clock_field(self, "at", "At what time")
        self.add("&Driver", self.who)
        self.add("A&t", self.at)
        self._list_rounds(shift_id)
        self._show_moment()
        self.who.currentIndexChanged.connect(self._on_other_round)
        self.at.timeChanged.connect(self._on_changed)

    @Slot()
    def _on_other_round(self) -> None:
        self._show_moment()
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        stand = self.stand()
        if stand is None:
            self.refuse(NOBODY)
        elif stand.over:
            self.refuse(facts.home_words(stand, self.clock_of(stand.until)))
        else:
            self.tell(stand)

    def _list_rounds(self, chosen: ShiftId | None) -> None:
        """Every round by its driver's number, with what is left to do by then."""
        self.who.blockSignals(True)
        self.who.clear()
        now = self.scene.clock()
        for shift in self.day.shifts.values():
            stand = facts.standing(self.outlook, shift.id, facts.usual_moment(self.day, shift, now))
            self.who.addItem(facts.round_words(stand), shift.id)
        self.who.setCurrentIndex(max(0, self.who.findData(chosen)) if chosen in self.day.shifts else 0)
        self.who.blockSignals(False)

    def _show_moment(self) -> None:
        shift = self.day.shifts.get(self.who.currentData())
        if shift:
            self.at.blockSignals(True)
            show_clock(self.at, self.local(facts.usual_moment(self.day, shift, self.scene.clock())))
            self.at.blockSignals(False)

    def moment(self) -> datetime | None:
        """The time filled in, on the day of the round chosen."""
        shift = self.day.shifts.get(self.who.currentData())
        if shift is None:
            return None
        times = self.outlook.schedule.routes.get(shift.id)
        until = times.returns_at if times else shift.ends_at
        usual = facts.usual_moment(self.day, shift, self.scene.clock())
        found = facts.moment_of(self.day, clock_in(self.at), shift, until)
        return usual if abs((usual - found).total_seconds()) < 60 else found

    def stand(self) -> Standing | None:
        """Where the round chosen stands at the time filled in."""
        moment = self.moment()
        return facts.standing(self.outlook, self.who.currentData(), moment) if moment else None

    def refresh(self) -> None:
        """With the drivers as they are now."""
        self._list_rounds(self.who.currentData())
        self._on_changed()

    def tell(self, stand: Standing) -> None:
        """Say what it will mean for this round, which is not over."""
        raise NotImplementedError

    def required(self) -> Standing:
        """Where the round stands; the button is dead while there is none."""
        stand = self.stand()
        assert stand is not None
        return stand


class DropOutForm(RoundForm):
    """A van has broken down or a driver fallen ill: share out what is ahead, or somebody takes over."""

    def __init__(
        self, name: str, title: str, instead: str, scene: Scene, shift_id: ShiftId | None, parent: QWidget | None
    ) -> None:
        super().__init__(name, title, "Share out", scene, shift_id, parent)
        self.share = self.radio("Share out among the &others", "share")
        self.other = self.radio(instead, "take_over")
        self.by = named(QComboBox(self), f"{self.name}.by", "Who or what takes over")
        self.after = named(QSpinBox(self), f"{self.name}.after", "So many minutes later")
        self.after.setRange(0, LONGEST_MIN)
        self.after.setSuffix(" min later")
        self.after.setValue(15)
        self.share.setChecked(True)
        self._group = QButtonGroup(self)
        for button in (self.share, self.other):
            self._group.addButton(button)
            button.toggled.connect(self._on_changed)
        self._add_choice()
        for signal in (self.by.currentIndexChanged, self.after.valueChanged):
            signal.connect(self._on_changed)
        self.refresh()

    def _add_choice(self) -> None:
        grid = self.scene.theme.grid
        line = QHBoxLayout()
        line.setContentsMargins(grid(6), 0, 0, 0)
        line.addWidget(self.by, 1)
        line.addWidget(self.after)
        column = QVBoxLayout()
        column.setSpacing(grid(1.5))
        column.addWidget(self.share)
        column.addWidget(self.other)
        column.addLayout(line)
        self.add("What to do", column)

    def takers(self, stand: Standing) -> Sequence[tuple[str, str]]:
        """Who or what is free then: words and id."""
        raise NotImplementedError

    def event_words(self, stand: Standing) -> str:
        """What happened: "Van 7 broke down"."""
        raise NotImplementedError

    def none_words(self) -> str:
        """That nobody or nothing is free."""
        raise NotImplementedError

    def tell(self, stand: Standing) -> None:
        """What happens to the stops ahead."""
        self._list_takers(stand)
        taking = self.other.isChecked()
        self.act_button.setText("Take over" if taking else "Share out" if stand.ahead else "End the round")
        self.act_button.setAccessibleName(self.act_button.text())
        self.by.setEnabled(taking)
        self.after.setEnabled(taking)
        said = self._taking_words(stand) if taking else self._sharing_words(stand)
        none = "" if self.by.count() else f" {self.none_words()}"
        change = self._take_over(stand) if taking else None
        self.say(f"{facts.ahead_words(stand)}; {said}{none}", foresee=change)

    def _list_takers(self, stand: Standing) -> None:
        takers, chosen = self.takers(stand), self.by.currentData()
        can = bool(takers) and bool(stand.ahead)
        self.by.blockSignals(True)
        self.by.clear()
        for text, key in takers:
            self.by.addItem(text, key)
        self.by.setCurrentIndex(max(0, self.by.findData(chosen)) if takers else -1)
        self.by.blockSignals(False)
        if not can and self.other.isChecked():
            self.share.setChecked(True)
        self.other.setEnabled(can)
        self.by.setVisible(can)
        self.after.setVisible(can)

    def _sharing_words(self, stand: Standing) -> str:
        if not stand.begun:
            off = f"{stand.driver.name} is taken off duty."
            they = "it goes" if len(stand.ahead) == 1 else "they go"
            return f"{they} back to the pool and a proposal is searched. {off}" if stand.ahead else off
        stays = ", and what is driven stays as it is." if stand.driven else "."
        ends = f"the round ends at {self.clock_of(stand.at)}{stays}"
        if not stand.ahead:
            return ends
        they = "it goes" if len(stand.ahead) == 1 else "they go"
        return f"{they} back to the pool and a proposal is searched. {ends[0].upper()}{ends[1:]}"

    def _taking_words(self, stand: Standing) -> str:
        later = f", {words.count(self.after.value(), 'minute')} later" if self.after.value() else " at once"
        they = "it" if len(stand.ahead) == 1 else "them"
        return f"{self._taker()} takes {they} over{later}, and a proposal is searched."

    def _taker(self) -> str:
        return self.by.currentText().split(" · ")[0].lstrip("0123456789 ")

    def deed(self) -> Deed:
        """The round ends, or goes on with another."""
        stand = self.required()
        what = self.event_words(stand)
        at = f"{what} at {self.clock_of(stand.at)}"
        if self.other.isChecked():
            later = f" {self.after.value()} min later" if self.after.value() else ""
            return Deed(what, f"{at}; {self._taker()} takes over{later}", self._take_over(stand), what)
        change = partial(
            disturbances.drop_out,
            on=self.day.date,
            shift_id=stand.shift.id,
            at=stand.at,
            driven=stand.driven,
        )
        rest = words.count(len(stand.ahead), "stop")
        return Deed(what, f"{at}; {rest} back to the pool" if stand.ahead else at, change, what)

    def _take_over(self, stand: Standing) -> Change:
        return partial(
            disturbances.take_over,
            on=self.day.date,
            shift_id=stand.shift.id,
            at=stand.at,
            minutes=self.after.value(),
            driven=stand.driven,
            driver_id=self.driver_id(),
            vehicle_id=self.vehicle_id(),
        )

    def driver_id(self) -> DriverId | None:
        """The driver chosen, if it is a driver who takes over."""
        return None

    def vehicle_id(self) -> VehicleId | None:
        """The vehicle chosen, if it is a vehicle that takes over."""
        return None


class BrokenDownForm(DropOutForm):
    """A van has broken down."""

    def __init__(self, scene: Scene, shift_id: ShiftId | None, parent: QWidget | None) -> None:
        super().__init__("broken_down", "Van broken down", "A &spare vehicle takes over", scene, shift_id, parent)

    def takers(self, stand: Standing) -> Sequence[tuple[str, str]]:
        """Vehicles that stand in the yard."""
        return [(_vehicle(v), v.id) for v in disturbances.spare_vehicles(self.day, stand.shift.id, stand.at)]

    def event_words(self, stand: Standing) -> str:
        """By the vehicle's name."""
        return f"{stand.vehicle.name} broke down"

    def none_words(self) -> str:
        """Nothing stands in the yard."""
        return "No spare vehicle stands in the yard then."

    def vehicle_id(self) -> VehicleId | None:
        """The one chosen."""
        return VehicleId(self.by.currentData())


class IllForm(DropOutForm):
    """A driver has fallen ill."""

    def __init__(self, scene: Scene, shift_id: ShiftId | None, parent: QWidget | None) -> None:
        super().__init__("ill", "Driver ill", "A &stand-in drives on", scene, shift_id, parent)

    def takers(self, stand: Standing) -> Sequence[tuple[str, str]]:
        """Drivers who are off duty."""
        return [(_driver(d), d.id) for d in disturbances.stand_ins(self.day, stand.shift.id, stand.at)]

    def event_words(self, stand: Standing) -> str:
        """By the driver's name."""
        return f"{stand.driver.name} is ill"

    def none_words(self) -> str:
        """Everybody is out."""
        return "No other driver is free then."

    def driver_id(self) -> DriverId | None:
        """The one chosen."""
        return DriverId(self.by.currentData())


class LateForm(RoundForm):
    """A driver is late by so many minutes."""

    def __init__(self, scene: Scene, shift_id: ShiftId | None, parent: QWidget | None) -> None:
        super().__init__("late", "Driver late", "Make late", scene, shift_id, parent)
        self.by = MinutesField(self, "minutes", "By how many minutes")
        self.add("Late &by", self.by)
        self.by.spin.valueChanged.connect(self._on_changed)
        self.refresh()

    def set_late(self, late_s: int) -> None:
        """Begin with what was measured on the road."""
        if late_s >= _MINUTE_S:
            self.by.spin.setValue(round(late_s / _MINUTE_S))

    def tell(self, stand: Standing) -> None:
        """A later start, or everything from here on later."""
        by = words.count(self.by.minutes, "minute")
        if not stand.ahead and stand.driven:
            self.refuse(f"{facts.ahead_words(stand)}: being late changes nothing.")
        elif stand.driven:
            self.say(
                f"{facts.ahead_words(stand)}; each comes {by} later, and a proposal is searched.",
                foresee=self._change(stand),
            )
        else:
            starts = self.clock_of(stand.shift.starts_at)
            self.say(
                f"{facts.ahead_words(stand)}; the round, planned to start at {starts}, starts {by} later, "
                "and a proposal is searched.",
                foresee=self._change(stand),
            )

    def deed(self) -> Deed:
        """A later start, or a longer stay at the last stop behind."""
        stand = self.required()
        what = f"{stand.driver.name} is {self.by.minutes} min late"
        return Deed(what, f"{what}, known at {self.clock_of(stand.at)}", self._change(stand), what)

    def _change(self, stand: Standing) -> Change:
        return partial(
            disturbances.run_late,
            on=self.day.date,
            shift_id=stand.shift.id,
            minutes=self.by.minutes,
            driven=stand.driven,
        )


class DepotLateForm(DisturbanceForm):
    """The depot is late: every round that has not begun starts later."""

    def __init__(self, scene: Scene, parent: QWidget | None) -> None:
        super().__init__("depot_late", "Depot late", "Make late", scene, parent)
        self.by = MinutesField(self, "minutes", "By how many minutes")
        self.add("Late &by", self.by)
        self.by.spin.valueChanged.connect(self._on_changed)
        self.refresh()

    @Slot()
    def _on_changed(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """How many rounds, and how many stops."""
        begun, waiting = facts.waiting_rounds(self.outlook, self.scene.clock())
        if not begun and not waiting:
            self.refuse(NOBODY)
            return
        if not waiting:
            self.refuse("Every round has begun already. Make single drivers late instead.")
            return
        stops = words.count(sum(len(s.ahead) for s in waiting), "stop")
        start = "starts" if len(waiting) == 1 else "start"
        out = f" {words.count(len(begun), 'round')} under way {'stays' if len(begun) == 1 else 'stay'} as planned."
        self.say(
            f"{words.count(len(waiting), 'round')} with {stops} {start} "
            f"{words.count(self.by.minutes, 'minute')} later, and a proposal is searched.{out if begun else ''}",
            foresee=self._change(begun),
        )

    def deed(self) -> Deed:
        """All that wait."""
        begun, waiting = facts.waiting_rounds(self.outlook, self.scene.clock())
        what = f"Depot {self.by.minutes} min late"
        return Deed(what, f"{what}; {words.count(len(waiting), 'round')} had not begun", self._change(begun), what)

    def _change(self, begun: Sequence[Standing]) -> Change:
        out = frozenset(stand.shift.id for stand in begun)
        return partial(disturbances.start_late, on=self.day.date, minutes=self.by.minutes, begun=out)


def _vehicle(vehicle: Vehicle) -> str:
    return f"{vehicle.name} · {words.load(vehicle.capacity)}"


def _driver(driver: Driver) -> str:
    return f"{driver.number}  {driver.name}"
