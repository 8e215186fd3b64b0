"""The first page of the pairing form: whose phone, which app, what it is called."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.devices import App
from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import DriverId
from ui.parts.fields import label, named
from ui.theme import Size, Theme

APPS = {
    App.PAGE: "Shows the round, takes proofs and says where the driver is. Nothing to install.",
    App.TRACCAR: "Positions alone, also with the screen off. Android and iPhone.",
    App.OWNTRACKS: "Positions alone, also with the screen off. Android and iPhone.",
    App.OVERLAND: "Positions alone, sparing with the battery. iPhone.",
    App.GPSLOGGER: "Positions alone; its fields are typed in. Android.",
    App.OSMAND: "Positions alone, beside its own navigation. Android.",
    App.NMEA: "A device that posts NMEA sentences.",
    App.SERVER: "Hands on what its trackers say; no driver of its own.",
    App.TRACKER: "One of a Traccar server's, by the identifier it has there.",
}
"""In the order offered."""


class Choosing(QWidget):
    """GUI thread.

    Signals:
        app_changed(): another app, or another driver.
    """

    app_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.driver = named(QComboBox(self), "pair.driver", "Driver")
        self.driver.setPlaceholderText("Choose the driver")
        self.driver.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.label = named(QLineEdit(self), "pair.label", "What the phone is called")
        self.label.setPlaceholderText("as the phone calls itself")
        self.label.setMaxLength(120)
        self.unique_id = named(QLineEdit(self), "pair.unique_id", "Identifier in the Traccar server")
        self.group = QButtonGroup(self)
        self.apps: dict[App, QRadioButton] = {}
        self._what: list[QLabel] = []
        self._lay_out()
        self.apps[App.PAGE].setChecked(True)
        self.group.buttonToggled.connect(self._on_toggled)
        self.driver.currentIndexChanged.connect(self.app_changed)
        theme.changed.connect(self._dress)
        self._dress()

    def _lay_out(self) -> None:
        self._fields = QGridLayout()
        self._id_label = label("&Identifier", self.unique_id, self)
        rows = (
            (label("&Driver", self.driver, self), self.driver),
            (label("&Name", self.label, self), self.label),
            (self._id_label, self.unique_id),
        )
        for row, (words, field) in enumerate(rows):
            self._fields.addWidget(words, row, 0)
            self._fields.addWidget(field, row, 1)
        self._fields.setColumnStretch(1, 1)
        self._list = QGridLayout()
        for row, (app, what) in enumerate(APPS.items()):
            button = named(QRadioButton(app.value, self), f"pair.app.{app.name.lower()}", app.value)
            said = QLabel(what, self)
            said.setProperty("muted", True)
            said.setWordWrap(True)
            self.apps[app] = button
            self._what.append(said)
            self.group.addButton(button)
            self._list.addWidget(button, row, 0, Qt.AlignmentFlag.AlignTop)
            self._list.addWidget(said, row, 1)
        self._list.setColumnStretch(1, 1)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.addLayout(self._fields)
        self._whole.addLayout(self._list)
        self._whole.addStretch(1)
        self._follow()

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setSpacing(grid(4))
        for layout in (self._fields, self._list):
            layout.setHorizontalSpacing(grid(4))
            layout.setVerticalSpacing(grid(2))
        for said in self._what:
            said.setFont(self._theme.font(Size.TEXT))

    def offer_drivers(self, drivers: Sequence[Driver], chosen: DriverId | None) -> None:
        """Those who may have a phone."""
        self.driver.clear()
        for driver in drivers:
            self.driver.addItem(f"{driver.number}  {driver.name}", driver.id)
        self.driver.setCurrentIndex(max(0, self.driver.findData(chosen)) if chosen else -1 if len(drivers) > 1 else 0)

    def choose(self, app: App) -> None:
        """This app."""
        self.apps[app].setChecked(True)

    @property
    def app(self) -> App:
        """The app that is chosen."""
        return next(app for app, button in self.apps.items() if button.isChecked())

    @property
    def driver_id(self) -> DriverId | None:
        """Whose phone; nobody's for a server."""
        return None if self.app is App.SERVER else self.driver.currentData()

    @Slot()
    def _on_toggled(self) -> None:
        if self.group.checkedButton() is not None:
            self._follow()
            self.app_changed.emit()

    def _follow(self) -> None:
        chosen = next((app for app, button in self.apps.items() if button.isChecked()), App.PAGE)
        self.driver.setEnabled(chosen is not App.SERVER)
        for part in (self._id_label, self.unique_id):
            part.setVisible(chosen is App.TRACKER)
