"""The form that adds a national address file to a region."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QWidget

from dispatcher.domain.errors import BadInput
from dispatcher.services import regions
from dispatcher.services.home import Home
from ui.depots.files import FileField
from ui.depots.working import WorkingDialog
from ui.runner import OpRunner
from ui.theme import Theme

WHAT = (
    "Where the map has few house numbers, a national address file adds them: a CSV with street, number, town, "
    "latitude and longitude. Only addresses within the region are taken."
)


class AddAddressesDialog(WorkingDialog):
    """Asks for the file and the region, then adds."""

    def __init__(self, home: Home, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("add_addresses", "Add addresses", runner, theme, parent)
        self._home = home
        self.file = FileField("add_addresses.file", "Address file", "Address files (*.csv *.txt)", self)
        self.region = QComboBox(self)
        self.region.setObjectName("add_addresses.region")
        self.region.setAccessibleName("Region")
        self.region.addItems([str(r["name"]) for r in regions.describe_all(home)])
        self.form.addRow("File", self.file)
        self.form.addRow("Region", self.region)
        self.go.setText("Add")
        self.say(WHAT, "muted")

    @Slot()
    def on_go(self) -> None:
        """Begin."""
        path, name = self.file.path(), self.region.currentText()
        if path is None or not name:
            remedy = "Choose a CSV file and a region; build a region first if there is none."
            self.fail(BadInput("The file or the region is missing.", remedy))
            return
        add = lambda progress: regions.add_addresses(self._home, name, path, progress)
        self.begin(add, f"Adding {path.name}", self._on_added)

    def _on_added(self, report: dict[str, Any]) -> None:
        told = (
            f"{report['added']:,} addresses added to {report['region']}; {report['merged']:,} were known, "
            f"{report['outside']:,} lie outside, {report['bad']:,} rows could not be read."
        )
        self.say(" ".join([told, *map(str, report["problems"][:3])]), "risk" if report["bad"] else "done")
