"""The form that asks for a simulated day: how fast, whose, which one, until when; and what that will do."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from PySide6.QtCore import QTime, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.schedule import RouteTimes
from dispatcher.domain.time import at_local
from dispatcher.services.planning import Outlook
from dispatcher.services.simulating import Wish
from ui import format as words
from ui.parts.fields import label, named, primary
from ui.parts.said import Said
from ui.parts.sizes import open_at
from ui.theme import Theme

SPEEDS = {1: "1× – as fast as it is", 10: "10×", 60: "60× – a minute in a second", 300: "300×"}
USUAL_SPEED = 60
LAST_SEED = 2**31 - 1


class SimulationDialog(QDialog):
    """Closes when the day is asked for. GUI thread.

    Signals:
        asked(Wish): drive this.
    """

    asked = Signal(object)

    def __init__(self, outlook: Outlook, now: datetime, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("simulation")
        self.setWindowTitle("Drive a simulated day")
        self._outlook, self._now, self._theme = outlook, now, theme
        self._make_fields()
        self._make_buttons()
        self._lay_out()
        self._wire()
        self._on_changed()
        open_at(self, theme, 132, 72)

    def _make_fields(self) -> None:
        self.speed = named(QComboBox(self), "simulation.speed", "How fast time runs")
        for speed, text in SPEEDS.items():
            self.speed.addItem(text, speed)
        self.speed.setCurrentIndex(self.speed.findData(USUAL_SPEED))
        self.drivers = named(QSpinBox(self), "simulation.drivers", "How many drivers, by their numbers")
        self.drivers.setRange(0, len(self._rounds(None)))
        self.drivers.setSpecialValueText("all")
        self.seed = named(QSpinBox(self), "simulation.seed", "Seed: the same one gives the same day")
        self.seed.setRange(0, LAST_SEED)
        self.seed.setValue(1)
        self.ends = named(QCheckBox("at", self), "simulation.ends", "End before everybody is home")
        last = max(times.returns_at for times in self._rounds(None)).astimezone(self._outlook.day.depot.zone)
        self.until = named(QTimeEdit(QTime(last.hour, 0), self), "simulation.until", "End at")
        self.until.setDisplayFormat("HH:mm")
        self.until.setEnabled(False)
        self.meaning = Said("simulation.meaning", "What it will do", self._theme, self)

    def _make_buttons(self) -> None:
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.go = named(QPushButton("Drive", self), "simulation.go", "Drive")
        primary(self.go)
        cancel = named(self.box.button(QDialogButtonBox.StandardButton.Cancel), "simulation.cancel", "Cancel")
        cancel.setAutoDefault(False)
        self.box.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        self.box.accepted.connect(self._on_go)
        self.box.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        grid = self._theme.grid
        form = QFormLayout()
        form.setHorizontalSpacing(grid(3))
        form.setVerticalSpacing(grid(2))
        ends = QHBoxLayout()
        ends.addWidget(self.ends)
        ends.addWidget(self.until, 1)
        for text, field in (("Spee&d", self.speed), ("Dri&vers", self.drivers), ("&Seed", self.seed)):
            form.addRow(label(text, field, self), field)
        form.addRow(label("&Ends", self.ends, self), ends)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[grid(4)] * 4)
        column.setSpacing(grid(3))
        column.addLayout(form)
        column.addWidget(self.meaning)
        column.addStretch(1)
        column.addWidget(self.box)

    def _wire(self) -> None:
        self.ends.toggled.connect(self.until.setEnabled)
        self.speed.currentIndexChanged.connect(self._on_changed)
        self.drivers.valueChanged.connect(self._on_changed)
        self.ends.toggled.connect(self._on_changed)
        self.until.timeChanged.connect(self._on_changed)

    # --- what is asked for ----------------------------------------------------------------------------------------

    @property
    def wish(self) -> Wish:
        """What the fields say."""
        return Wish(
            self._outlook.day.date,
            float(self.speed.currentData()),
            self.seed.value(),
            self.drivers.value() or None,
            self._ends_at,
        )

    @property
    def _ends_at(self) -> time | None:
        until = self.until.time()
        return time(until.hour(), until.minute()) if self.ends.isChecked() else None

    def _rounds(self, most: int | None) -> Sequence[RouteTimes]:
        """The rounds with stops, by their drivers' numbers, as the simulation takes them."""
        day, times = self._outlook.day, self._outlook.schedule.routes
        number = lambda shift_id: day.drivers[day.shifts[shift_id].driver_id].number
        full = sorted((r.shift_id for r in day.plan.routes if r.stops), key=number)
        return [times[shift_id] for shift_id in full][:most]

    @Slot()
    def _on_changed(self) -> None:
        wish, day = self.wish, self._outlook.day
        rounds = self._rounds(wish.drivers)
        stops = sum(len(times.stops) for times in rounds)
        takes = self._takes(wish, rounds)
        self.go.setEnabled(takes > timedelta())
        if not takes:
            self.meaning.say(f"By {wish.until:%H:%M} nobody has left yet.")
            return
        self.meaning.say(
            "Sends the day's rounds, starts the gateway if it does not run, and has simulated drivers drive "
            f"{words.count(stops, 'stop')} in {words.count(len(rounds), 'round')} of {words.weekday_date(day.date)}. "
            f"Until it ends, in about {_span(takes)}, {day.depot.name} lives in simulated time."
        )

    def _takes(self, wish: Wish, rounds: Sequence[RouteTimes]) -> timedelta:
        """Of real time; zero if it would end before it begins."""
        day = self._outlook.day
        begins, ends = min(times.leaves_at for times in rounds), max(times.returns_at for times in rounds)
        if wish.speed == 1 and day.date == self._now.astimezone(day.depot.zone).date():
            begins, ends = self._now, self._now + (ends - begins)
        if wish.until:
            ends = min(ends, at_local(day.date, wish.until, day.depot.zone))
        return max(timedelta(), ends - begins) / wish.speed

    @Slot()
    def _on_go(self) -> None:
        self.asked.emit(self.wish)
        self.accept()


def _span(takes: timedelta) -> str:
    minutes = round(takes.total_seconds() / 60)
    return words.count(minutes, "minute") if minutes < 90 else words.count(round(minutes / 60), "hour")
