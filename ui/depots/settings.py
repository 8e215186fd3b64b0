"""The form of a depot's settings: what it was made with, and how long it plans."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from zoneinfo import available_timezones

from PySide6.QtCore import QTime, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput
from dispatcher.services import regions
from dispatcher.services.workplace import Workplace, change_depot
from ui.parts.fields import named, primary
from ui.parts.places import coordinates
from ui.parts.said import Said
from ui.parts.sizes import open_at
from ui.runner import Operation, OpRunner
from ui.theme import Theme

NO_REGION = "No region: straight lines"


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
        column.addLayout(self._form())
        column.addWidget(self.fault)
        column.addStretch(1)
        column.addWidget(self.box)
        open_at(self, theme, 130, 100)

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
        self.planning = named(QSpinBox(self), "depot_settings.planning", "How long the optimiser searches")
        self.planning.setSuffix(" s")
        self.planning.setRange(1, 3_600)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        for words, field in (
            ("Name", self.name), ("Region", self.region), ("Vans start at", self.place), ("Time zone", self.zone),
            ("Currency", self.currency), ("Shifts begin", self.starts), ("Shifts end", self.ends),
            ("Usual service time", self.service), ("Planning takes", self.planning),
        ):  # fmt: skip
            form.addRow(words, field)
        return form

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

    def _as_depot(self) -> Depot:
        found, minutes = coordinates(self.place.text()), self.service.value()
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
            service_s=self._depot.service_s if minutes == round(self._depot.service_s / 60) else minutes * 60,
            planning_s=self.planning.value(),
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
