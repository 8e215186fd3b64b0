"""The forms that the window opens, and what comes of them. None blocks the window; each is one story elsewhere."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHeaderView,
    QInputDialog,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dispatcher import __version__
from dispatcher.domain.depot import Depot
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.services import exporting
from dispatcher.services.importing import Imported
from dispatcher.services.orders import save_order
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.depots.addresses import AddAddressesDialog
from ui.depots.new import NewDepotDialog
from ui.depots.region import BuildRegionDialog
from ui.depots.settings import DepotSettingsDialog
from ui.intake.dialog import ImportDialog
from ui.messages.contacts import ContactLog
from ui.orders.dialog import OrderDialog
from ui.parts.sizes import open_at
from ui.runner import Operation, OpRunner
from ui.theme import Theme
from ui.window.keys import keys_of

EXPORTS = {
    "Excel workbook (*.xlsx)": "xlsx",
    "Comma-separated values (*.csv)": "csv",
    "Map page (*.html)": "html",
    "JSON (*.json)": "json",
    "GeoJSON (*.geojson)": "geojson",
}


class Forms(QObject):
    """Makes forms on demand; each deletes itself when closed. GUI thread.

    Signals:
        imported(Imported): an order file went in.
        depot_made(str), depot_chosen(str): a depot's folder name.
        region_built(str): a region's name.
        told(str): a sentence for the status bar.
    """

    imported = Signal(object)
    depot_made = Signal(str)
    depot_chosen = Signal(str)
    region_built = Signal(str)
    told = Signal(str)

    def __init__(
        self,
        window: QWidget,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        maker: Callable[[Depot], str],
    ) -> None:
        super().__init__(window)
        self._window, self._workplace, self._runner, self._theme, self._maker = window, workplace, runner, theme, maker
        self._settings = settings

    def import_orders(self, on: date, path: Path | None = None) -> None:
        """Bring an order file in."""
        dialog = ImportDialog(self._workplace, self._runner, self._theme, on, self._window)
        dialog.imported.connect(self.imported)
        if path:
            dialog.open_file(path)
        _show(dialog)

    def edit_order(self, day: Day, order: Order | None) -> None:
        """Change an order, or type one in; the form stays until it is written."""
        dialog = OrderDialog(
            day, order, self._theme, self._workplace.geocoder, self._window, contacts=self._contacts_of
        )
        dialog.save_requested.connect(partial(self._save_order, dialog))
        _show(dialog)

    def _contacts_of(self, parent: QWidget) -> ContactLog:
        return ContactLog(self._workplace, self._runner, self._theme, self._settings, parent)

    def _save_order(self, dialog: OrderDialog, order: Order) -> None:
        operation = Operation(f"Save order {order.number}", partial(save_order, order=order))
        self._runner.submit(operation, initiator=self, on_done=dialog.on_saved, on_failed=dialog.on_refused)

    def export_day(self, on: date) -> None:
        """Ask where to, then write in the background."""
        depot = self._workplace.depot.name.replace("/", "-")
        ask = QFileDialog(self._window, "Export the day", f"{depot} {on.isoformat()}", ";;".join(EXPORTS))
        ask.setObjectName("export")
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setDefaultSuffix("xlsx")
        ask.filterSelected.connect(lambda chosen: ask.setDefaultSuffix(EXPORTS[chosen]))
        ask.fileSelected.connect(lambda name: self._export(on, EXPORTS[ask.selectedNameFilter()], Path(name)))
        _show(ask)

    def _export(self, on: date, form: str, out: Path) -> None:
        work = lambda _progress: exporting.export(self._workplace, on, form, out)
        self._runner.start(work, title=f"Writing {out.name}", on_done=self._on_exported)

    @Slot(object)
    def _on_exported(self, done: dict[str, object]) -> None:
        self.told.emit(f"Written: {done['written']}")

    @Slot()
    def choose_depot(self) -> None:
        """Work in another depot of this data folder."""
        slugs = list(self._workplace.home.depot_slugs())
        ask = QInputDialog(self._window)
        ask.setObjectName("choose_depot")
        ask.setWindowTitle("Open depot")
        ask.setLabelText("Depots in this data folder:")
        ask.setComboBoxItems(slugs)
        ask.setOption(QInputDialog.InputDialogOption.UseListViewForComboBoxItems)
        ask.setTextValue(self._workplace.slug)
        ask.textValueSelected.connect(self._on_depot_chosen)
        _show(ask)

    @Slot(str)
    def _on_depot_chosen(self, slug: str) -> None:
        if slug != self._workplace.slug:
            self.depot_chosen.emit(slug)

    @Slot()
    def new_depot(self) -> None:
        """Make a depot."""
        dialog = NewDepotDialog(self._workplace.home, self._maker, self._theme, self._window)
        dialog.created.connect(self.depot_made)
        _show(dialog)

    @Slot()
    def depot_settings(self) -> None:
        """Change this depot's settings; with another region it is opened anew."""
        _show(self._settings_form())

    @Slot()
    def message_settings(self) -> None:
        """The same, beginning with what customers are told."""
        dialog = self._settings_form()
        dialog.show_messages()
        _show(dialog)

    def _settings_form(self) -> DepotSettingsDialog:
        dialog = DepotSettingsDialog(self._workplace, self._runner, self._theme, self._window)
        dialog.region_changed.connect(self._on_region_changed)
        return dialog

    @Slot()
    def _on_region_changed(self) -> None:
        self.depot_chosen.emit(self._workplace.slug)

    @Slot()
    def build_region(self) -> None:
        """Make a region pack from an extract."""
        dialog = BuildRegionDialog(self._workplace.home, self._runner, self._theme, self._window)
        dialog.built.connect(self.region_built)
        _show(dialog)

    @Slot()
    def add_addresses(self) -> None:
        """Add a national address file to a region."""
        _show(AddAddressesDialog(self._workplace.home, self._runner, self._theme, self._window))

    @Slot()
    def show_keys(self) -> None:
        """Every action and its key."""
        _show(KeysDialog(self._window, self._theme))

    @Slot()
    def show_about(self) -> None:
        """Version and where the map comes from."""
        dialog = QDialog(self._window)
        dialog.setObjectName("about")
        dialog.setWindowTitle("About Roundhouse")
        region = self._workplace.pack
        source = region.manifest.attribution if region else "no region: straight lines"
        text = QLabel(
            f"<h3>Roundhouse {__version__}</h3>"
            "<p>The workstation of a delivery depot's dispatcher. Everything stays on this machine.</p>"
            f"<p>Map, roads and addresses: {source}</p>"
            f"<p>Data folder: {self._workplace.home.root}</p><p>MIT licence.</p>"
        )
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(dialog)
        column.addWidget(text)
        column.addWidget(_close_button(dialog))
        _show(dialog)


class KeysDialog(QDialog):
    """The list of keys: of the menus, then of the panels."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self.setObjectName("keys")
        self.setWindowTitle("Keys")
        table = QTableWidget(0, 3, self)
        table.setAccessibleName("Every action and its key")
        table.setHorizontalHeaderLabels(["Where", "Action", "Key"])
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for key in keys_of(window):
            table.insertRow(table.rowCount())
            for column, text in enumerate((key.where, key.what, key.keys)):
                table.setItem(table.rowCount() - 1, column, QTableWidgetItem(text))
        column_layout = QVBoxLayout(self)
        column_layout.addWidget(table)
        column_layout.addWidget(_close_button(self))
        open_at(self, theme, 150, 160)


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
    box.rejected.connect(dialog.reject)
    return box


def _show(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def import_words(done: Imported) -> str:
    """What came of an import, and what is left to do."""
    parts = [f"{words.count(done.added + done.replaced, 'order')} imported"]
    if done.rejected:
        parts.append(f"{words.count(done.rejected, 'row')} left out")
    if done.doubtful:
        parts.append(f"{words.count(done.doubtful, 'address', 'addresses')} to review under Addresses")
    return ", ".join(parts) + "."
