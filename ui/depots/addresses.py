"""The form that adds a national address file to a region."""

from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QWidget

from dispatcher.domain.errors import BadInput
from dispatcher.domain.progress import Progress
from dispatcher.services import regions
from dispatcher.services.home import Home
from ui import format as words
from ui.depots.working import WorkingDialog
from ui.parts.fields import mark, named
from ui.parts.files import FileField
from ui.parts.said import Tone
from ui.runner import OpRunner
from ui.theme import Theme

WHAT = (
    "Where the map has few house numbers, a national address file adds them: a CSV with street, number, town, "
    "latitude and longitude. Only addresses within the region are taken."
)
PROBLEMS_SHOWN = 3


class AddAddressesDialog(WorkingDialog):
    """Asks for the file and the region, then adds."""

    def __init__(self, home: Home, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("add_addresses", ("Add addresses", WHAT, "Add"), runner, theme, parent)
        self._home = home
        self.file = FileField("add_addresses.file", "Address file", "Address files (*.csv *.txt)", theme, self)
        self.region = named(QComboBox(self), "add_addresses.region", "Region")
        self.region.addItems([str(r["name"]) for r in regions.describe_all(home)])
        self.form.addRow("&File", self.file)
        self.form.addRow("&Region", self.region)
        if not self.region.count():
            self.go.setEnabled(False)
            self.told.say("There is no region yet. Build one first, under Region › Build….", Tone.WARNING)

    @Slot()
    def on_go(self) -> None:
        """Begin."""
        path = self.file.path()
        mark(self.file.edit, invalid=path is None)
        if path is None:
            self.fail(BadInput("No address file is chosen.", "Choose a CSV file."))
            return
        add = partial(_add, self._home, self.region.currentText(), path)
        self.begin(add, f"Adding {path.name}", self._on_added)

    def _on_added(self, report: dict[str, Any]) -> None:
        parts = [f"{words.count(report['added'], 'address', 'addresses')} added to {report['region']}"]
        for key, what in (
            ("merged", "known already"),
            ("outside", "outside the region"),
            ("bad", "not readable"),
        ):
            if report[key]:
                parts.append(f"{report[key]:,} {what}")
        problems = "\n".join(str(problem) for problem in report["problems"][:PROBLEMS_SHOWN])
        told = ", ".join(parts) + "." + (f"\n{problems}" if problems else "")
        self.told.say(told, Tone.WARNING if report["bad"] or not report["added"] else Tone.GOOD)


def _add(home: Home, name: str, path: Any, progress: Progress) -> dict[str, Any]:
    return regions.add_addresses(home, name, path, progress)
