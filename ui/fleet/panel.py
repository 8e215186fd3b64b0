"""The fleet: who is on duty on the day shown, all drivers, all vehicles. Cells are edited in place."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.changes import ChangeSet, Kind
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import DriverId, VehicleId, new_id
from dispatcher.services import fleet
from dispatcher.services.ports import Reader, UnitOfWork
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.fleet.records import RECORD_ROLE, Column, RecordDelegate, RecordModel
from ui.fleet.tables import Fleet, driver_columns, shift_columns, vehicle_columns
from ui.runner import Operation, OpRunner
from ui.theme import Theme


class RecordPage(QWidget):
    """One table with its buttons and its fault line. GUI thread.

    Signals:
        add_requested(), remove_requested(records): Insert and Delete do the same.
    """

    add_requested = Signal()
    remove_requested = Signal(object)

    def __init__(
        self, name: str, accessible: str, columns: Sequence[Column[Any]], add: str, remove: str, theme: Theme
    ) -> None:
        super().__init__()
        self.model: RecordModel[Any] = RecordModel(columns, self)
        self.table = QTableView(self)
        self.table.setObjectName(name)
        self.table.setAccessibleName(accessible)
        self.table.setModel(self.model)
        self.table.setItemDelegate(RecordDelegate(columns, self.table))
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.grid(8))
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.fault = QLabel(self)
        self.fault.setObjectName(f"{name}.fault")
        self.fault.setAccessibleName("What is wrong")
        self.fault.setWordWrap(True)
        self.fault.setStyleSheet(f"color: {theme.colour('late').name()}")
        self.buttons = QHBoxLayout()
        self.buttons.addWidget(self.fault, 1)
        self.add_button = self.button(f"{name}.add", add, self.add_requested.emit)
        self.remove_button = self.button(f"{name}.remove", remove, self._on_remove)
        whole = QVBoxLayout(self)
        whole.addWidget(self.table, 1)
        whole.addLayout(self.buttons)
        self.model.refused.connect(self.fault.setText)
        self._add_keys()

    def button(self, name: str, text: str, slot: Callable[[], object]) -> QPushButton:
        """One more button, before the fault line."""
        made = QPushButton(text, self)
        made.setObjectName(name)
        made.clicked.connect(lambda _checked=False: slot())
        self.buttons.insertWidget(self.buttons.count() - 1, made)
        return made

    def _add_keys(self) -> None:
        for key, slot in ((Qt.Key.Key_Insert, self.add_requested.emit), (Qt.Key.Key_Delete, self._on_remove)):
            action = QAction(self.table)
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(lambda _checked=False, slot=slot: slot())
            self.table.addAction(action)

    def show_records(self, records: Sequence[Any]) -> None:
        """Other rows."""
        fresh = self.model.rowCount() != len(records)
        self.model.set_records(records)
        if fresh:
            self.table.resizeColumnsToContents()

    @Slot()
    def _on_remove(self) -> None:
        chosen = [index.data(RECORD_ROLE) for index in self.table.selectionModel().selectedRows()]
        if chosen:
            self.remove_requested.emit(chosen)
        else:
            self.fault.setText("Choose a row first.")


class FleetPanel(QWidget):
    """Three pages over one depot's fleet. GUI thread."""

    def __init__(self, workplace: Workplace, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleet")
        self.setAccessibleName("Fleet")
        self._workplace, self._runner, self._theme = workplace, runner, theme
        self._date = workplace.today
        self._fleet = Fleet((), (), workplace.depot.zone)
        self._make_pages()
        self._lay_out()
        self._wire()
        self.refresh()

    def _make_pages(self) -> None:
        now = lambda: self._fleet
        theme = self._theme
        shifts, drivers, vehicles = shift_columns(now), driver_columns(now), vehicle_columns()
        self.shifts = RecordPage("fleet.shifts", "Shifts of the day", shifts, "Put on duty", "Take off duty", theme)
        self.drivers = RecordPage("fleet.drivers", "Drivers", drivers, "Add driver", "Remove driver", theme)
        self.vehicles = RecordPage("fleet.vehicles", "Vehicles", vehicles, "Add vehicle", "Remove vehicle", theme)
        self.shifts.button("fleet.staff", "Put everyone on duty", self._on_staff)
        self.drivers.button("fleet.import", "Import fleet file…", self._on_import)

    def _lay_out(self) -> None:
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("fleet.tabs")
        self.tabs.setDocumentMode(True)
        for page, title in ((self.shifts, "On duty"), (self.drivers, "Drivers"), (self.vehicles, "Vehicles")):
            self.tabs.addTab(page, title)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.tabs)

    def _wire(self) -> None:
        self._runner.op_finished.connect(self._on_op_finished)
        wishes = (
            (self.shifts, self._on_add_shift, self._on_end_duty, lambda s: partial(fleet.change_shift, shift=s)),
            (
                self.drivers,
                self._on_add_driver,
                self._on_remove_drivers,
                lambda d: partial(fleet.save_driver, driver=d),
            ),
            (
                self.vehicles,
                self._on_add_vehicle,
                self._on_remove_vehicles,
                lambda v: partial(fleet.save_vehicle, vehicle=v),
            ),
        )
        for page, add, remove, save in wishes:
            page.add_requested.connect(add)
            page.remove_requested.connect(remove)
            page.model.change_requested.connect(partial(self._on_changed, page, save))

    # --- what is shown --------------------------------------------------------------------------------------------

    def set_date(self, on: date) -> None:
        """Whose shifts to show."""
        self._date = on
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read everything again."""
        self._runner.read(self._read, self._show, latest_key="fleet")

    def _read(self, reader: Reader) -> tuple[Fleet, Sequence[Shift]]:
        everything = Fleet(reader.drivers(), reader.vehicles(), reader.depot().zone)
        numbers = {driver.id: driver.number for driver in everything.drivers}
        return everything, sorted(reader.shifts_of(self._date), key=lambda s: numbers.get(s.driver_id, 0))

    def _show(self, found: tuple[Fleet, Sequence[Shift]]) -> None:
        self._fleet, shifts = found
        self.shifts.show_records(shifts)
        self.drivers.show_records(self._fleet.drivers)
        self.vehicles.show_records(self._fleet.vehicles)
        self.tabs.setTabText(0, f"On duty {words.weekday_date(self._date)} ({len(shifts)})")
        self.tabs.setTabText(1, f"Drivers ({len(self._fleet.drivers)})")
        self.tabs.setTabText(2, f"Vehicles ({len(self._fleet.vehicles)})")

    @Slot(object, object)
    def _on_op_finished(self, changes: ChangeSet, _initiator: object) -> None:
        if changes.touches(Kind.DRIVER, Kind.VEHICLE, Kind.SHIFT, Kind.DEPOT):
            self.refresh()

    # --- wishes ---------------------------------------------------------------------------------------------------

    def _submit(self, page: RecordPage, label: str, run: Callable[[UnitOfWork], object]) -> None:
        page.fault.clear()
        self._runner.submit(Operation(label, run), initiator=self, on_failed=partial(self._on_failed, page))

    def _on_failed(self, page: RecordPage, error: Exception) -> None:
        if not isinstance(error, KnownError):
            self._runner.failed.emit(error)
            return
        page.fault.setText(str(error))

    def _on_changed(self, page: RecordPage, save: Callable[[UnitOfWork, Any], object], record: Any) -> None:
        name = getattr(record, "name", "shift")
        self._submit(page, f"Change {name}", lambda uow: save(uow, record))

    @Slot()
    def _on_add_driver(self) -> None:
        def add(uow: UnitOfWork) -> None:
            number = fleet.next_number(uow)
            fleet.save_driver(uow, Driver(DriverId(new_id()), f"Driver {number}", number))

        self._submit(self.drivers, "Add driver", add)

    @Slot()
    def _on_add_vehicle(self) -> None:
        def add(uow: UnitOfWork) -> None:
            names = {vehicle.name for vehicle in uow.vehicles()}
            name = next(f"Vehicle {n}" for n in range(1, len(names) + 2) if f"Vehicle {n}" not in names)
            fleet.save_vehicle(uow, Vehicle(VehicleId(new_id()), name))

        self._submit(self.vehicles, "Add vehicle", add)

    @Slot(object)
    def _on_remove_drivers(self, drivers: Sequence[Driver]) -> None:
        remove = lambda uow: [uow.remove_driver(driver.id) for driver in drivers]
        self._submit(self.drivers, f"Remove {words.count(len(drivers), 'driver')}", remove)

    @Slot(object)
    def _on_remove_vehicles(self, vehicles: Sequence[Vehicle]) -> None:
        remove = lambda uow: [uow.remove_vehicle(vehicle.id) for vehicle in vehicles]
        self._submit(self.vehicles, f"Remove {words.count(len(vehicles), 'vehicle')}", remove)

    @Slot()
    def _on_add_shift(self) -> None:
        """A menu of the drivers who are not on duty yet."""
        busy = {self.shifts.model.record(row).driver_id for row in range(self.shifts.model.rowCount())}
        free = [driver for driver in self._fleet.drivers if driver.active and driver.id not in busy]
        if not free:
            self.shifts.fault.setText("Every active driver is on duty already. Add drivers under Drivers.")
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for driver in free:
            action = menu.addAction(f"{driver.number}  {driver.name}")
            action.triggered.connect(partial(self._put_on_duty, driver))
        menu.popup(self.shifts.add_button.mapToGlobal(self.shifts.add_button.rect().topLeft()))

    def _put_on_duty(self, driver: Driver, _checked: bool = False) -> None:
        taken = {self.shifts.model.record(row).vehicle_id for row in range(self.shifts.model.rowCount())}
        usual = driver.vehicle_id if driver.vehicle_id not in taken else None
        spare = next((v.id for v in self._fleet.vehicles if v.id not in taken), None)
        change = partial(fleet.put_on_duty, on=self._date, driver_id=driver.id, vehicle_id=usual or spare)
        self._submit(self.shifts, f"Put {driver.name} on duty", change)

    @Slot(object)
    def _on_end_duty(self, shifts: Sequence[Shift]) -> None:
        change = partial(fleet.end_duty, shift_ids=[shift.id for shift in shifts])
        self._submit(self.shifts, f"Take {words.count(len(shifts), 'driver')} off duty", change)

    def _on_staff(self) -> None:
        self._submit(self.shifts, "Put drivers on duty", partial(fleet.staff_day, on=self._date))

    def _on_import(self) -> None:
        ask = QFileDialog(self, "Import a fleet file", "", "Fleet files (*.json)")
        ask.setFileMode(QFileDialog.FileMode.ExistingFile)
        ask.fileSelected.connect(self._on_import_chosen)
        ask.finished.connect(ask.deleteLater)
        ask.open()

    @Slot(str)
    def _on_import_chosen(self, name: str) -> None:
        try:
            read = fleet.read_file(Path(name))
        except KnownError as fault:
            self.drivers.fault.setText(str(fault))
            return
        self._submit(self.drivers, f"Import {Path(name).name}", partial(fleet.add_file, file=read))
