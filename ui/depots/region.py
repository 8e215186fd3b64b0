"""The form that builds a region pack from an OpenStreetMap extract."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from dispatcher.domain.errors import BadInput
from dispatcher.services import regions
from dispatcher.services.home import Home, slug_of
from ui.depots.files import FileField
from ui.depots.working import WorkingDialog
from ui.runner import OpRunner
from ui.theme import Theme

WHAT = (
    "A region holds the roads for cars and bicycles, the map and the address index of one extract. "
    "It is built once and works without a network. A city takes a minute or two."
)


class BuildRegionDialog(WorkingDialog):
    """Asks for the extract and a name, then builds as a process of its own.

    Signals:
        built(str): the region's name.
    """

    built = Signal(str)

    def __init__(self, home: Home, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("build_region", "Build a region", runner, theme, parent)
        self._home = home
        self.extract = FileField("build_region.extract", "Extract", "OpenStreetMap extracts (*.osm.pbf *.pbf)", self)
        self.name = QLineEdit(self)
        self.name.setObjectName("build_region.name")
        self.name.setAccessibleName("Name of the region")
        self.form.addRow("Extract", self.extract)
        self.form.addRow("Name", self.name)
        self.go.setText("Build")
        self.extract.changed.connect(self._on_extract_changed)
        self.say(WHAT, "muted")

    @Slot(object)
    def _on_extract_changed(self, path: Path) -> None:
        if not self.name.isModified():
            self.name.setText(slug_of(path.name.split(".")[0]))

    @Slot()
    def on_go(self) -> None:
        """Begin the build."""
        path, name = self.extract.path(), self.name.text().strip()
        if path is None or not name:
            self.fail(BadInput("The extract or the name is missing.", "Choose a .osm.pbf file and a name."))
            return
        self.begin(lambda progress: regions.build(self._home, path, name, progress), f"Building {name}", self._on_built)

    def _on_built(self, manifest: dict[str, Any]) -> None:
        counts = "; ".join(
            f"{part}: " + ", ".join(f"{number:,} {what}" for what, number in parts.items())
            for part, parts in manifest["counts"].items()
        )
        self.say(f"The region {manifest['name']} is ready. {counts}. {manifest['attribution']}.", "done")
        self.built.emit(manifest["name"])
