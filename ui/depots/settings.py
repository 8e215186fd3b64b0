"""The form of a depot's settings: what it was made with, and how it plans."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from zoneinfo import available_timezones

from PySide6.QtCore import Qt, QTime, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput
from dispatcher.services import regions
from dispatcher.services.workplace import Workplace, change_depot
from ui.parts.fields import label, named, primary
from ui.parts.places import coordinates
from ui.parts.said import Said, Tone
from ui.parts.sizes import open_at
from ui.runner import Operation, OpRunner
from ui.theme import Theme

NO_REGION = "No region: straight lines"
ANY_WAIT = "any"


class DepotSettingsDialog(QDialog):
    """One depot's settings; the change is one step that undo takes back. GUI thread.

    Signals:
        region_changed(): the depot stands on another region now and must be opened anew.
    """

    region_changed = Signal()

    def __init__(self, workplace: Workplace, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("depot_settings")
        self.setWindowTitle("Depot settings")
        self._home, self._runner, self._depot = workplace.home, runner, workplace.depot
        self._make_fields([str(region["name"]) for region in regions.describe_all(workplace.home)])
        self._fill(self._depot)
        self.fault = Said("depot_settings.fault", "What is wrong", theme, self)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self)
        primary(self.box.button(QDialogButtonBox.StandardButton.Save))
        self.box.accepted.connect(self._on_save)
        self.box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self._scrolled(theme), 1)
        column.addWidget(self.fault)
        column.addWidget(self.box)
        open_at(self, theme, 200, 150)

    def _make_fields(self, known: Sequence[str]) -> None:
        self.name = named(QLineEdit(self), "depot_settings.name", "Name")
        self.region = named(QComboBox(self), "depot_settings.region", "Region")
        self.region.addItems([*known, NO_REGION])
        self.place = named(QLineEdit(self), "depot_settings.place", "Where the vans start, latitude and longitude")
        self.zone = named(QComboBox(self), "depot_settings.zone", "Time zone")
        self.zone.addItems(sorted(available_timezones()))
        self.currency = named(QLineEdit(self), "depot_settings.currency", "Currency")
        self.starts = named(QTimeEdit(self), "depot_settings.starts", "Shifts begin")
        self.ends = named(QTimeEdit(self), "depot_settings.ends", "Shifts end")
        for field in (self.starts, self.ends):
            field.setDisplayFormat("HH:mm")
        self.service = named(QSpinBox(self), "depot_settings.service", "Service time of orders that name none")
        self.service.setSuffix(" min")
        self.service.setRange(0, 240)
        self.planning = self._number("planning", "How long the optimiser searches", " s", 1, 3_600)
        self.reload = self._number("reload", "How long a vehicle stays to load again", " min", 0, 240)
        self.handling = self._number("handling", "What it costs to load goods over", " min", 0, 240)
        self.max_wait = self._number("max_wait", "Longest wait for a window to open", " min", -1, 600)
        self.max_wait.setSpecialValueText(ANY_WAIT)
        self.improve = self._number("improve", "How long the day is improved after a change", " s", 0, 600)
        self.improve.setSpecialValueText("never")

    def _number(self, name: str, accessible: str, suffix: str, least: int, most: int) -> QSpinBox:
        field = named(QSpinBox(self), f"depot_settings.{name}", accessible)
        field.setSuffix(suffix)
        field.setRange(least, most)
        return field

    def _form(self, theme: Theme, inner: QWidget) -> QFormLayout:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for words, field in (
            ("Name", self.name), ("Region", self.region), ("Vans start at", self.place), ("Time zone", self.zone),
            ("Currency", self.currency), ("Shifts begin", self.starts), ("Shifts end", self.ends),
        ):  # fmt: skip
            form.addRow(label(words, field, inner), field)
        for words, number, why in (
            ("Usual service time", self.service, "at orders that name none"),
            ("Planning takes", self.planning, "unless the search is stopped"),
            ("Loading again takes", self.reload, "for a vehicle that comes back on its round"),
            ("Loading over costs", self.handling, "of driving time, for goods in another van already"),
            ("Longest wait", self.max_wait, "for a window to open; who waits longer is too early"),
            ("Improving takes", self.improve, "after each change, on the rest of the day"),
        ):
            form.addRow(label(words, number, inner), self._explained(number, why, theme, inner))
        return form

    def _explained(self, field: QSpinBox, why: str, theme: Theme, inner: QWidget) -> QHBoxLayout:
        """A figure, and in one line what it is for."""
        field.setAccessibleDescription(why)
        field.setFixedWidth(theme.grid(26))
        said = Said(f"{field.objectName()}.said", f"About: {field.accessibleName()}", theme, inner)
        said.setWordWrap(False)
        said.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        said.say(why, Tone.QUIET)
        row = QHBoxLayout()
        row.setSpacing(theme.grid(3))
        row.addWidget(field)
        row.addWidget(said, 1)
        return row

    def _scrolled(self, theme: Theme) -> QScrollArea:
        """At a large text the fields are higher than a small screen."""
        self.area = named(QScrollArea(self), "depot_settings.scroll", "The depot's settings")
        inner = QWidget(self.area)
        self.area.setWidget(inner)  # before it is filled: who gets another parent loses the colour of its words
        self.area.setWidgetResizable(True)
        form = self._form(theme, inner)
        form.setContentsMargins(0, 0, theme.grid(2), 0)
        inner.setLayout(form)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        return self.area

    def _fill(self, depot: Depot) -> None:
        self.name.setText(depot.name)
        if depot.region and self.region.findText(depot.region) < 0:
            self.region.insertItem(0, depot.region)  # damaged or gone: still what the depot asks for
        self.region.setCurrentText(depot.region or NO_REGION)
        self.place.setText(f"{depot.place.lat:.6f}, {depot.place.lon:.6f}")
        self.zone.setCurrentText(depot.zone_name)
        self.currency.setText(depot.currency)
        self.starts.setTime(QTime(depot.shift_starts.hour, depot.shift_starts.minute))
        self.ends.setTime(QTime(depot.shift_ends.hour, depot.shift_ends.minute))
        self.service.setValue(round(depot.service_s / 60))
        self.planning.setValue(depot.planning_s)
        self.reload.setValue(round(depot.reload_s / 60))
        self.handling.setValue(round(depot.handling_s / 60))
        self.max_wait.setValue(-1 if depot.max_wait_s is None else round(depot.max_wait_s / 60))
        self.improve.setValue(depot.improve_s)

    def _as_depot(self) -> Depot:
        found, depot = coordinates(self.place.text()), self._depot
        if found is None:
            remedy = "Type latitude and longitude as 50.7753, 6.0839."
            raise BadInput(f"“{self.place.text()}” is no place.", remedy)
        region = self.region.currentText()
        return replace(
            self._depot,
            name=self.name.text().strip(),
            region="" if region == NO_REGION else region,
            place=found.place,
            zone_name=self.zone.currentText(),
            currency=self.currency.text().strip().upper() or self._depot.currency,
            shift_starts=self.starts.time().toPython(),
            shift_ends=self.ends.time().toPython(),
            service_s=_kept(depot.service_s, self.service),
            planning_s=self.planning.value(),
            reload_s=_kept(depot.reload_s, self.reload),
            handling_s=_kept(depot.handling_s, self.handling),
            max_wait_s=None if self.max_wait.value() < 0 else _kept(depot.max_wait_s, self.max_wait),
            improve_s=self.improve.value(),
        )

    @Slot()
    def _on_save(self) -> None:
        try:
            depot = self._as_depot()
        except BadInput as fault:
            self.fault.say_fault(fault)
            return
        change = Operation("Change the depot's settings", partial(change_depot, depot=depot, home=self._home))
        saved = partial(self._on_saved, depot.region != self._depot.region)
        self._runner.submit(change, initiator=self, on_done=saved, on_failed=self.fault.say_fault)

    def _on_saved(self, another_region: bool, _done: object) -> None:
        self.accept()
        if another_region:
            self.region_changed.emit()


def _kept(before_s: int | None, minutes: QSpinBox) -> int:
    """As it was, to the second, unless the minutes shown were changed."""
    if before_s is not None and round(before_s / 60) == minutes.value():
        return before_s
    return minutes.value() * 60
