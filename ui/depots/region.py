"""The form that builds a region pack from an OpenStreetMap extract."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from dispatcher.domain.errors import BadInput
from dispatcher.services import regions
from dispatcher.services.home import Home, slug_of
from ui import format as words
from ui.depots.working import WorkingDialog
from ui.parts.fields import mark, named
from ui.parts.files import FileField
from ui.parts.said import Said, Tone
from ui.runner import OpRunner
from ui.theme import Theme

WHAT = (
    "A region holds the roads for cars and bicycles, the map and the address index of one OpenStreetMap extract. "
    "It is built once and then works without a network. A city takes a minute or two."
)
KINDS = "OpenStreetMap extracts (*.osm.pbf *.pbf)"


class BuildRegionDialog(WorkingDialog):
    """Asks for the extract and a name, then builds as a process of its own.

    Signals:
        built(str): the region's name.
    """

    built = Signal(str)

    def __init__(self, home: Home, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("build_region", ("Build a region", WHAT, "Build"), runner, theme, parent)
        self._home = home
        self._known = {str(region["name"]) for region in regions.describe_all(home)}
        self.extract = FileField("build_region.extract", "Extract", KINDS, theme, self)
        self.name = named(QLineEdit(self), "build_region.name", "Name of the region")
        self.name.setPlaceholderText("For instance: helsinki")
        self.name_said = Said("build_region.name.said", "About the name", theme, self)
        self.form.addRow("&Extract", self.extract)
        self.form.addRow("&Name", self.name)
        self.form.addRow("", self.name_said)
        self.extract.changed.connect(self._on_extract_changed)
        self.name.textChanged.connect(self._on_name_changed)

    @Slot(object)
    def _on_extract_changed(self, path: Path) -> None:
        mark(self.extract.edit, invalid=False)
        if self.name.isModified() and self.name.text():
            return
        try:
            self.name.setText(slug_of(path.name.split(".")[0]))
        except BadInput:
            self.name.clear()

    @Slot(str)
    def _on_name_changed(self, text: str) -> None:
        mark(self.name, invalid=False)
        taken = text.strip() in self._known
        told = "There is a region of that name: it is replaced once the new one is complete."
        self.name_said.say(told if taken else "", Tone.WARNING)

    @Slot()
    def on_go(self) -> None:
        """Begin the build."""
        path, name = self.extract.path(), self.name.text().strip()
        mark(self.extract.edit, invalid=path is None)
        mark(self.name, invalid=not name)
        if path is None:
            self.fail(BadInput("No extract is chosen.", "Choose an .osm.pbf file; Geofabrik and BBBike offer them."))
        elif not name:
            self.fail(BadInput("The region has no name.", "Type a short one."))
        else:
            build = partial(regions.build, self._home, path, name)
            self.begin(build, f"Building {name}", self._on_built)

    def _on_built(self, manifest: dict[str, Any]) -> None:
        name = str(manifest["name"])
        self._known.add(name)
        told = f"The region {name} is ready{_extent(manifest['counts'])}.\n{manifest['attribution']}."
        self.told.say(told, Tone.GOOD)
        self.name_said.say("")
        self.built.emit(name)


def _extent(counts: Mapping[str, Mapping[str, int]]) -> str:
    """What of it matters to a dispatcher: ": 2,650 roads, 606 addresses, 1,462 places of interest"."""
    found = (
        (counts.get("extract", {}).get("highways"), "road"),
        (counts.get("addresses", {}).get("addresses"), "address"),
        (counts.get("addresses", {}).get("pois"), "place of interest"),
    )
    plurals = {"address": "addresses", "place of interest": "places of interest"}
    parts = [words.count(number, noun, plurals.get(noun, "")) for number, noun in found if number]
    return f": {', '.join(parts)}" if parts else ""
