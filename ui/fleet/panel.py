"""The fleet: who is on duty on the day shown, all drivers, all vehicles. Cells are edited in place."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QTabWidget, QVBoxLayout, QWidget

from dispatcher.domain.changes import ChangeSet, Kind
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import DriverId, VehicleId, new_id
from dispatcher.services import fleet
from dispatcher.services.certificates import SOON_DAYS
from dispatcher.services.ports import Done, Reader, UnitOfWork
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.fleet.certificates import CertificatesPane, OwnersPage
from ui.fleet.page import PageTexts, RecordPage
from ui.fleet.papers import nearest_column
from ui.fleet.records import Column
from ui.fleet.tables import Fleet, driver_columns, shift_columns, vehicle_columns
from ui.fleet.warning import ExpiryStrip
from ui.parts.fields import named
from ui.parts.said import Tone
from ui.runner import Operation, OpRunner
from ui.theme import Theme

SHIFTS = PageTexts(
    "fleet.shifts", "Shifts of the day", "Put on duty", "Take off duty", "account-clock-outline",
    "Put everyone on duty", "account-plus-outline", "account-minus-outline",
)  # fmt: skip
DRIVERS = PageTexts(
    "fleet.drivers", "Drivers", "Add driver", "Remove driver", "account-outline", "Add driver", frozen=2,
)  # fmt: skip
VEHICLES = PageTexts("fleet.vehicles", "Vehicles", "Add vehicle", "Remove vehicle", "truck-outline", "Add vehicle")
NO_DRIVERS = "No drivers yet.\nEach has a round with a number and a colour; a fleet file brings many at once."
NO_VEHICLES = "No vehicles yet.\nWhat a vehicle carries and where it may drive bounds its rounds."
NOBODY_CAN = "No other active driver has a usual vehicle that is free. Give drivers one under Drivers."
NONE_SOON = f"No certificate has run out or will within {SOON_DAYS} days."
ON_DUTY, DRIVER, VEHICLE = 0, 1, 2


class FleetPanel(QWidget):
    """Three pages over one depot's fleet. GUI thread."""

    def __init__(self, workplace: Workplace, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "fleet", "Fleet")
        self._workplace, self._runner, self._theme = workplace, runner, theme
        self._date = workplace.today
        self._fleet = Fleet((), (), workplace.depot.zone)
        self._make_pages()
        self._lay_out()
        self._wire()
        self.refresh()

    def _make_pages(self) -> None:
        shown = self._fleet
        now = lambda: shown  # without `self`: a panel in a cycle would be collected on whatever thread runs then
        self.shifts = RecordPage(SHIFTS, shift_columns(now), self._theme)
        workplace = self._workplace
        today = lambda: workplace.today
        papers = nearest_column(today, self._theme)
        self.strip = ExpiryStrip(self._theme, self)
        self.driver_papers = CertificatesPane("fleet.drivers.certificates", "driver", today, self._theme)
        self.vehicle_papers = CertificatesPane("fleet.vehicles.certificates", "vehicle", today, self._theme)
        self.drivers = OwnersPage(
            DRIVERS, _beside(driver_columns(now), "Skills", papers), self.driver_papers, self._theme
        )
        self.vehicles = OwnersPage(
            VEHICLES, _beside(vehicle_columns(), "Fitted with", papers), self.vehicle_papers, self._theme
        )
        self.staff_button = self.shifts.button("fleet.staff", "Put everyone on duty", "account-multiple-plus-outline")
        self.import_button = self.drivers.button("fleet.import", "Import fleet file…", "tray-arrow-down")
        self.export_button = self.drivers.button("fleet.export", "Export fleet file…", "tray-arrow-up")
        self.soon = (self.driver_papers.soon, self.vehicle_papers.soon)

    def _lay_out(self) -> None:
        self.tabs = named(QTabWidget(self), "fleet.tabs", "Parts of the fleet")
        self.tabs.setDocumentMode(True)
        for page, title in ((self.shifts, "On duty"), (self.drivers, "Drivers"), (self.vehicles, "Vehicles")):
            self.tabs.addTab(page, title)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.strip)
        whole.addWidget(self.tabs)

    def _wire(self) -> None:
        self._runner.op_finished.connect(self._on_op_finished)
        self.shifts.add_requested.connect(self._on_add_shift)
        self.shifts.remove_requested.connect(self._on_end_duty)
        self.shifts.step_requested.connect(self._on_first_step)
        self.shifts.model.change_requested.connect(self._on_shift_changed)
        self.staff_button.clicked.connect(self._on_staff)
        self.drivers.add_requested.connect(self._on_add_driver)
        self.drivers.step_requested.connect(self._on_add_driver)
        self.drivers.remove_requested.connect(self._on_remove_drivers)
        self.drivers.model.change_requested.connect(self._on_driver_changed)
        self.import_button.clicked.connect(self._on_import)
        self.export_button.clicked.connect(self._on_export)
        self.driver_papers.change_requested.connect(partial(self._on_papers_changed, self.driver_papers))
        self.vehicle_papers.change_requested.connect(partial(self._on_papers_changed, self.vehicle_papers))
        self.strip.show_requested.connect(self._on_show_expiring)
        for tick in self.soon:
            tick.toggled.connect(self._show_owners)
        self.vehicles.add_requested.connect(self._on_add_vehicle)
        self.vehicles.step_requested.connect(self._on_add_vehicle)
        self.vehicles.remove_requested.connect(self._on_remove_vehicles)
        self.vehicles.model.change_requested.connect(self._on_vehicle_changed)

    # --- what is shown --------------------------------------------------------------------------------------------

    def set_date(self, on: date) -> None:
        """Whose shifts to show."""
        self._date = on
        self.shifts.fault.say("")
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read everything again."""
        self._runner.read(partial(_read, on=self._date), self._show, latest_key="fleet")

    @Slot(object)
    def _show(self, found: tuple[Fleet, Sequence[Shift]]) -> None:
        read, shifts = found
        self._fleet.drivers, self._fleet.vehicles, self._fleet.zone = read.drivers, read.vehicles, read.zone
        self.shifts.show_records(shifts, self._nobody())
        self.shifts.empty.set_step(SHIFTS.step if self._fleet.drivers else DRIVERS.step)
        self._show_owners()
        self.tabs.setTabText(ON_DUTY, f"On duty {words.weekday_date(self._date)} ({len(shifts)})")
        self.tabs.setTabText(DRIVER, f"Drivers ({len(self._fleet.drivers)})")
        self.tabs.setTabText(VEHICLE, f"Vehicles ({len(self._fleet.vehicles)})")

    @Slot()
    def _show_owners(self) -> None:
        """The drivers and the vehicles, or only those for whom something runs out soon."""
        drivers, vehicles = self._fleet.drivers, self._fleet.vehicles
        found = fleet.expiring(drivers, vehicles, self._workplace.today)
        self.strip.tell(found)
        soon = {each.owner.id for each in found}
        drivers_only, vehicles_only = (tick.isChecked() for tick in self.soon)
        self.drivers.show_records(
            [d for d in drivers if not drivers_only or d.id in soon], NONE_SOON if drivers_only else NO_DRIVERS
        )
        self.vehicles.show_records(
            [v for v in vehicles if not vehicles_only or v.id in soon], NONE_SOON if vehicles_only else NO_VEHICLES
        )

    @Slot(object)
    def _on_show_expiring(self, owner: Driver | Vehicle) -> None:
        """Only those concerned, the first of them chosen."""
        person = isinstance(owner, Driver)
        self.tabs.setCurrentIndex(DRIVER if person else VEHICLE)
        self.soon[0 if person else 1].setChecked(True)
        (self.drivers if person else self.vehicles).choose(owner)

    def _nobody(self) -> str:
        if not self._fleet.drivers:
            return "Nobody can be on duty yet: the depot has no drivers.\nAdd them, and a vehicle for each."
        return f"Nobody is on duty on {words.weekday_date(self._date)}.\nShifts follow those of a week ago."

    @Slot(object, object)
    def _on_op_finished(self, changes: ChangeSet, _initiator: object) -> None:
        if changes.touches(Kind.DRIVER, Kind.VEHICLE, Kind.SHIFT, Kind.DEPOT):
            self.refresh()

    # --- changes in cells -----------------------------------------------------------------------------------------

    def _submit(
        self,
        page: RecordPage,
        label: str,
        run: Callable[[UnitOfWork], Any],
        done: Callable[[Done[Any]], object] | None = None,
    ) -> None:
        page.fault.say("")
        failed = partial(self._on_failed, page)
        self._runner.submit(Operation(label, run), initiator=self, on_done=done, on_failed=failed)

    def _on_failed(self, page: RecordPage, error: Exception) -> None:
        if isinstance(error, KnownError):
            page.complain(str(error))
        else:
            self._runner.failed.emit(error)
        self.refresh()

    @Slot(object)
    def _on_shift_changed(self, shift: Shift) -> None:
        driver = self._fleet.driver(shift.driver_id)
        whose = f"the shift of {driver.name}" if driver else "a shift"
        self._submit(self.shifts, f"Change {whose}", partial(fleet.change_shift, shift=shift))

    @Slot(object)
    def _on_driver_changed(self, driver: Driver) -> None:
        self._submit(self.drivers, f"Change {driver.name}", partial(fleet.save_driver, driver=driver))

    @Slot(object)
    def _on_vehicle_changed(self, vehicle: Vehicle) -> None:
        self._submit(self.vehicles, f"Change {vehicle.name}", partial(fleet.save_vehicle, vehicle=vehicle))

    def _on_papers_changed(self, pane: CertificatesPane, owner: Driver | Vehicle) -> None:
        save: Callable[[UnitOfWork], None]
        if isinstance(owner, Driver):
            save = partial(fleet.save_driver, driver=owner, today=self._workplace.today)
        else:
            save = partial(fleet.save_vehicle, vehicle=owner, today=self._workplace.today)
        self._submit(pane.page, f"Change the certificates of {owner.name}", save)

    # --- drivers and vehicles come and go -------------------------------------------------------------------------

    @Slot()
    def _on_add_driver(self) -> None:
        self.tabs.setCurrentIndex(DRIVER)
        self.soon[0].setChecked(False)
        self._submit(self.drivers, "Add driver", _add_driver, self._on_driver_added)

    @Slot(object)
    def _on_driver_added(self, done: Done[DriverId]) -> None:
        self.drivers.edit_when_shown(done.value, column=1)

    @Slot()
    def _on_add_vehicle(self) -> None:
        self.soon[1].setChecked(False)
        self._submit(self.vehicles, "Add vehicle", _add_vehicle, self._on_vehicle_added)

    @Slot(object)
    def _on_vehicle_added(self, done: Done[VehicleId]) -> None:
        self.vehicles.edit_when_shown(done.value, column=0)

    @Slot(object)
    def _on_remove_drivers(self, drivers: Sequence[Driver]) -> None:
        remove = partial(fleet.remove_drivers, driver_ids=[driver.id for driver in drivers])
        self._submit(self.drivers, f"Remove {words.count(len(drivers), 'driver')}", remove)

    @Slot(object)
    def _on_remove_vehicles(self, vehicles: Sequence[Vehicle]) -> None:
        remove = partial(fleet.remove_vehicles, vehicle_ids=[vehicle.id for vehicle in vehicles])
        self._submit(self.vehicles, f"Remove {words.count(len(vehicles), 'vehicle')}", remove)

    @Slot()
    def _on_import(self) -> None:
        ask = QFileDialog(self, "Import a fleet file", "", "Fleet files (*.json)")
        ask.setObjectName("fleet.import.dialog")
        ask.setFileMode(QFileDialog.FileMode.ExistingFile)
        ask.fileSelected.connect(self._on_import_chosen)
        ask.finished.connect(ask.deleteLater)
        ask.open()

    @Slot(str)
    def _on_import_chosen(self, name: str) -> None:
        try:
            read = fleet.read_file(Path(name))
        except KnownError as fault:
            self.drivers.complain(str(fault))
            return
        told = (
            f"{words.count(len(read.drivers), 'driver')} and {words.count(len(read.vehicles), 'vehicle')} brought in."
        )
        self._submit(
            self.drivers,
            f"Import {Path(name).name}",
            partial(fleet.add_file, file=read),
            partial(self._on_brought_in, told),
        )

    def _on_brought_in(self, told: str, _done: object) -> None:
        self.drivers.fault.say(told, Tone.GOOD)

    @Slot()
    def _on_export(self) -> None:
        ask = QFileDialog(self, "Export the fleet", "", "Fleet files (*.json)")
        ask.setObjectName("fleet.export.dialog")
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setDefaultSuffix("json")
        ask.fileSelected.connect(self._on_export_chosen)
        ask.finished.connect(ask.deleteLater)
        ask.open()

    @Slot(str)
    def _on_export_chosen(self, name: str) -> None:
        file = Path(name)
        told = partial(self._on_brought_in, f"The fleet is in {file.name}.")
        self._runner.read(partial(fleet.write_file, path=file), told, on_failed=partial(self._on_failed, self.drivers))

    # --- on and off duty ------------------------------------------------------------------------------------------

    @Slot()
    def _on_add_shift(self) -> None:
        """A menu of the drivers who are not on duty yet."""
        busy = {shift.driver_id for shift in self._shown_shifts()}
        free = [driver for driver in self._fleet.drivers if driver.active and driver.id not in busy]
        if not free:
            self.shifts.complain("Every active driver is on duty already. Add drivers under Drivers.")
            return
        menu = named(QMenu(self), "fleet.shifts.who", "Who shall be on duty")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for driver in free:
            action = menu.addAction(f"{driver.number}  {driver.name}")
            action.triggered.connect(partial(self._put_on_duty, driver))
        menu.popup(self.shifts.add_button.mapToGlobal(self.shifts.add_button.rect().topLeft()))

    def _put_on_duty(self, driver: Driver, _checked: bool = False) -> None:
        """In the usual vehicle, or a free one when another drives that."""
        taken = {shift.vehicle_id for shift in self._shown_shifts()}
        usual = driver.vehicle_id if driver.vehicle_id not in taken else None
        spare = next((v.id for v in self._fleet.vehicles if v.id not in taken), None)
        change = partial(fleet.put_on_duty, on=self._date, driver_id=driver.id, vehicle_id=usual or spare)
        self._submit(self.shifts, f"Put {driver.name} on duty", change)

    def _shown_shifts(self) -> list[Shift]:
        return [self.shifts.model.record(row) for row in range(self.shifts.model.rowCount())]

    @Slot(object)
    def _on_end_duty(self, shifts: Sequence[Shift]) -> None:
        change = partial(fleet.end_duty, shift_ids=[shift.id for shift in shifts])
        self._submit(self.shifts, f"Take {words.count(len(shifts), 'driver')} off duty", change)

    @Slot()
    def _on_first_step(self) -> None:
        if self._fleet.drivers:
            self._on_staff()
        else:
            self._on_add_driver()

    @Slot()
    def _on_staff(self) -> None:
        self._submit(self.shifts, "Put drivers on duty", partial(fleet.staff_day, on=self._date), self._on_staffed)

    @Slot(object)
    def _on_staffed(self, done: Done[int]) -> None:
        if not done.value:
            self.shifts.fault.say(NOBODY_CAN, Tone.WARNING)


def _read(reader: Reader, on: date) -> tuple[Fleet, Sequence[Shift]]:
    return Fleet(reader.drivers(), reader.vehicles(), reader.depot().zone), reader.shifts_of(on)


def _beside(columns: Sequence[Column[Any]], header: str, new: Column[Any]) -> list[Column[Any]]:
    """The columns with a new one right of another."""
    at = [column.header for column in columns].index(header) + 1
    return [*columns[:at], new, *columns[at:]]


def _add_driver(uow: UnitOfWork) -> DriverId:
    number = fleet.next_number(uow)
    driver = Driver(DriverId(new_id()), f"Driver {number}", number)
    fleet.save_driver(uow, driver)
    return driver.id


def _add_vehicle(uow: UnitOfWork) -> VehicleId:
    names = {vehicle.name for vehicle in uow.vehicles()}
    name = next(f"Vehicle {n}" for n in range(1, len(names) + 2) if f"Vehicle {n}" not in names)
    vehicle = Vehicle(VehicleId(new_id()), name)
    fleet.save_vehicle(uow, vehicle)
    return vehicle.id
