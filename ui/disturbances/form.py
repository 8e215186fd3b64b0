"""What all these forms have in common: fields, what it will mean, what is wrong, and the one button that acts.

A form writes nothing. It sends up a `Deed` when it is acted upon, and hears whether it was done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial

from PySide6.QtCore import QDate, Qt, QTime, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.errors import KnownError
from dispatcher.domain.plan import Day
from dispatcher.services import foresight
from dispatcher.services.foresight import Foresight
from dispatcher.services.planning import Outlook, PlanningDesk
from dispatcher.services.ports import Clock, UnitOfWork
from ui import format as words
from ui.day import DayBoard
from ui.disturbances import facts
from ui.parts.fields import label, named, primary
from ui.parts.said import Said, Tone, words_of
from ui.runner import OpRunner
from ui.theme import Theme

QUICK_MIN = (5, 10, 15, 30)
LONGEST_MIN = 24 * 60
type Change = Callable[[UnitOfWork], object]

WIDTH = 140
"""In steps of the grid."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What every form looks at."""

    board: DayBoard
    runner: OpRunner
    desk: PlanningDesk
    clock: Clock
    theme: Theme


@dataclass(frozen=True, slots=True)
class Deed:
    """One operation, and the search that follows it."""

    label: str
    """In the words of the history: "Van 7 broke down"."""
    why: str
    """With the time and what was chosen, for the audit trail."""
    change: Change
    title: str
    """Of the proposal: what to do about it. Empty if the day shown is as before."""
    keeps_open: bool = False
    """The form has more to do."""


class DisturbanceForm(QDialog):
    """One named disturbance. GUI thread; it follows the day while it is open.

    Signals:
        acted(Deed): do this. Answer with `on_done` or `on_refused`.
    """

    acted = Signal(object)

    def __init__(self, name: str, title: str, act: str, scene: Scene, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.name, self.scene = f"disturbance.{name}", scene
        self.setObjectName(self.name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._pending = False
        self._saying = ""
        self._form = QFormLayout()
        self.meaning = Said(f"{self.name}.meaning", "What it will mean", scene.theme, self)
        self.fault = Said(f"{self.name}.fault", "What is wrong", scene.theme, self)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.act_button = named(QPushButton(act, self), f"{self.name}.act", act)
        self.act_button.setToolTip(f"{act} (Enter)")
        self.box.addButton(self.act_button, QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = named(self.box.button(QDialogButtonBox.StandardButton.Cancel), f"{self.name}.cancel", "Cancel")
        cancel.setToolTip("Change nothing (Esc)")
        cancel.setAutoDefault(False)
        primary(self.act_button)
        self.box.accepted.connect(self.act)
        self.box.rejected.connect(self.reject)
        self._lay_out()
        scene.board.settled.connect(self._on_settled)
        self._shown_on = self.day.date

    def _lay_out(self) -> None:
        grid = self.scene.theme.grid
        column = self._column = QVBoxLayout(self)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # `fit` knows better how high words are
        column.setContentsMargins(*[grid(4)] * 4)
        column.setSpacing(grid(3))
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setHorizontalSpacing(grid(3))
        self._form.setVerticalSpacing(grid(2))
        column.addLayout(self._form)
        column.addWidget(self.meaning)
        column.addWidget(self.fault)
        column.addStretch(1)
        column.addWidget(self.box)
        self.setMinimumWidth(grid(WIDTH))

    # --- what each form says of itself ----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Say again what it will mean: a field or the day changed."""
        raise NotImplementedError

    def deed(self) -> Deed:
        """What is filled in, as one operation. Raises `KnownError` if it cannot be done."""
        raise NotImplementedError

    # --- parts ----------------------------------------------------------------------------------------------------

    @property
    def outlook(self) -> Outlook:
        """The day as it stands, judged; forms are opened only once there is one."""
        assert self.scene.board.present is not None
        return self.scene.board.present

    @property
    def day(self) -> Day:
        """The day as it stands."""
        return self.outlook.day

    def add(self, text: str, field: QWidget | QLayout) -> None:
        """One more field below the others."""
        item = field.itemAt(0) if isinstance(field, QLayout) else None
        first = item.widget() if item else field
        assert isinstance(first, QWidget)
        self._form.addRow(label(text, first, self), field)

    def local(self, moment: datetime) -> datetime:
        """By the depot's clock."""
        return moment.astimezone(self.day.depot.zone)

    def clock_of(self, moment: datetime) -> str:
        """As the depot's clocks show it."""
        return words.clock(moment, self.day.depot.zone, self.day.date)

    def refuse(self, text: str, tone: Tone = Tone.WARNING) -> None:
        """Why it cannot be done, or not yet."""
        self._saying = text
        self.meaning.say(text, tone)
        self.act_button.setEnabled(False)
        self.fit()

    def say(self, text: str, *, foresee: Change | None = None) -> None:
        """What it will mean. What the judge says of such a change follows."""
        self._saying = text
        self.meaning.say(text)
        self.act_button.setEnabled(not self._pending)
        if foresee is not None:
            before, desk = self.outlook, self.scene.desk
            self.scene.runner.read(
                lambda _reader: foresight.foresee(desk, before, foresee),
                partial(self._on_foreseen, text),
                on_failed=lambda _fault: None,  # said when it is acted upon
                latest_key=self.name,
            )
        self.fit()

    def _on_foreseen(self, text: str, foreseen: Foresight | None) -> None:
        if foreseen is not None and text == self._saying:
            self.meaning.say(f"{text} {facts.foresight_words(foreseen)}")
            self.fit()

    def radio(self, text: str, name: str) -> QRadioButton:
        """One of several things to do."""
        return named(QRadioButton(text, self), f"{self.name}.{name}", text.replace("&", ""))

    def fit(self) -> None:
        """As high as the words want it: wrapped text does not tell a window so by itself."""
        self._column.activate()
        width = max(self.width(), self.minimumWidth()) if self.isVisible() else self.minimumWidth()
        height = self._column.totalHeightForWidth(width)
        self.resize(width, max(self.height(), height) if self.isVisible() else height)

    def showEvent(self, event: QShowEvent) -> None:
        """Only then is every font and style in force."""
        super().showEvent(event)
        self.resize(self.minimumWidth(), self._column.totalHeightForWidth(self.minimumWidth()))

    def blame(self, text: str) -> None:
        """What is wrong, where it arose."""
        self.fault.say(text, Tone.BAD)
        self.fit()

    # --- acting ---------------------------------------------------------------------------------------------------

    @Slot()
    def act(self) -> None:
        """Do what is filled in."""
        if not self.act_button.isEnabled():
            return
        try:
            found = self.deed()
        except (KnownError, ValueError) as fault:
            self.blame(str(fault))
            return
        self.fault.say("")
        self.set_pending(True)
        self.acted.emit(found)

    def set_pending(self, pending: bool) -> None:
        """While it is being done it cannot be done again."""
        self._pending = pending
        self.act_button.setEnabled(not pending)
        if not pending:
            self.refresh()

    def on_done(self, deed: Deed) -> None:
        """It is done."""
        if deed.keeps_open:
            self.set_pending(False)
        else:
            self.accept()

    def on_refused(self, fault: Exception) -> None:
        """It was not, and this is why; what was filled in stays."""
        self.set_pending(False)
        self.blame(words_of(fault))

    @Slot(object)
    def _on_settled(self, day: Day) -> None:
        """Of another day this form knows nothing."""
        if day.date != self._shown_on:
            self.reject()
        elif not self._pending:
            self.refresh()


def clock_field(form: DisturbanceForm, name: str, accessible: str) -> QTimeEdit:
    """A time of the depot's clock."""
    field = named(QTimeEdit(form), f"{form.name}.{name}", accessible)
    field.setDisplayFormat("HH:mm")
    return field


def clock_in(field: QTimeEdit) -> time:
    """The time filled in."""
    at = field.time()
    return time(at.hour(), at.minute())


def show_clock(field: QTimeEdit, local: datetime) -> None:
    """Fill a time in."""
    field.setTime(QTime(local.hour, local.minute))


def date_field(form: DisturbanceForm, name: str, accessible: str, on: date) -> QDateEdit:
    """A day."""
    field = named(QDateEdit(QDate(on.year, on.month, on.day), form), f"{form.name}.{name}", accessible)
    field.setCalendarPopup(True)
    field.setDisplayFormat("ddd d MMM yyyy")
    return field


def date_in(field: QDateEdit) -> date:
    """The day filled in."""
    on = field.date()
    return date(on.year(), on.month(), on.day())


class MinutesField(QWidget):
    """So many minutes, typed or by one press."""

    def __init__(self, form: DisturbanceForm, name: str, accessible: str, least: int = 1) -> None:
        super().__init__(form)
        self.spin = named(QSpinBox(self), f"{form.name}.{name}", accessible)
        self.spin.setRange(least, LONGEST_MIN)
        self.spin.setSuffix(" min")
        self.spin.setValue(15)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(form.scene.theme.grid(1.5))
        row.addWidget(self.spin, 1)
        for minutes in QUICK_MIN:
            button = named(QPushButton(f"{minutes}", self), f"{form.name}.{name}.{minutes}", f"{minutes} minutes")
            button.setAutoDefault(False)
            button.setToolTip(f"{minutes} minutes")
            button.clicked.connect(lambda _checked=False, value=minutes: self.spin.setValue(value))
            row.addWidget(button)
        self.setFocusProxy(self.spin)

    @property
    def minutes(self) -> int:
        """What is filled in."""
        return self.spin.value()
