"""The form that makes a depot: its name, region, place, hours."""

from collections.abc import Callable
from zoneinfo import available_timezones

from PySide6.QtCore import QTime, QTimeZone, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.place import Bounds, Found, Place
from dispatcher.services import regions
from dispatcher.services.demo import for_practice
from dispatcher.services.home import Home, slug_of
from dispatcher.services.ports import Geocoder
from ui.parts.fields import label, mark, named, primary
from ui.parts.places import PlaceSearch, coordinates
from ui.parts.said import Said, Tone
from ui.parts.sizes import open_at
from ui.theme import Theme

NO_REGION = "No region: straight lines"
WITHOUT = "Without a region times come from straight lines, there is no map, and addresses are not found by themselves."
NONE_YET = f"{WITHOUT} Better build one first, under Region › Build…."


class _Wrong(BadInput):
    """Bad input of one field."""

    def __init__(self, field: QWidget, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.field = field


class NewDepotDialog(QDialog):
    """Asks what a depot needs and has it made. GUI thread.

    Signals:
        created(str): the new depot's folder name.
    """

    created = Signal(str)

    def __init__(self, home: Home, maker: Callable[[Depot], str], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("new_depot")
        self.setWindowTitle("New depot")
        self._home, self._maker, self._theme = home, maker, theme
        self._geocoder: Geocoder | None = None
        self._bounds: Bounds | None = None
        self._found: Found | None = None
        self._make_fields()
        self._make_buttons()
        self._lay_out()
        self._wire()
        self._on_region_changed()
        open_at(self, theme, 144, 88)

    def _make_fields(self) -> None:
        self.name = named(QLineEdit(self), "new_depot.name", "Name")
        self.name.setPlaceholderText("For instance: Helsinki centre")
        self.region = named(QComboBox(self), "new_depot.region", "Region")
        self.region.addItems([*(str(r["name"]) for r in regions.describe_all(self._home)), NO_REGION])
        self.region_said = Said("new_depot.region.said", "About the region", self._theme, self)
        self.place = named(QLineEdit(self), "new_depot.place", "Where the vans start")
        self.place_said = Said("new_depot.place.said", "Where that is", self._theme, self)
        self.search = PlaceSearch(self.place)
        self.zone = named(QComboBox(self), "new_depot.zone", "Time zone")
        self.zone.setEditable(True)
        self.zone.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.zone.addItems(sorted(available_timezones()))
        self.zone.setCurrentText(bytes(QTimeZone.systemTimeZoneId().data()).decode())
        self.currency = named(QLineEdit("EUR", self), "new_depot.currency", "Currency")
        self.currency.setMaxLength(3)
        self.starts = named(QTimeEdit(QTime(8, 0), self), "new_depot.starts", "Shifts begin")
        self.ends = named(QTimeEdit(QTime(16, 30), self), "new_depot.ends", "Shifts end")
        for clock in (self.starts, self.ends):
            clock.setDisplayFormat("HH:mm")
        self.practice = named(QCheckBox("For &practice", self), "new_depot.practice", "For practice")
        self.practice.setToolTip("Simulated days may be driven in it: nothing made up stands among real proofs")
        self.fault = Said("new_depot.fault", "What is wrong", self._theme, self)

    def _make_buttons(self) -> None:
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        self.go = named(self.box.button(QDialogButtonBox.StandardButton.Ok), "new_depot.go", "Make the depot")
        self.go.setText("Make the depot")
        primary(self.go)
        self.box.button(QDialogButtonBox.StandardButton.Cancel).setObjectName("new_depot.cancel")

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("&Name", self.name)
        form.addRow("&Region", self.region)
        form.addRow("", self.region_said)
        form.addRow("Where the &vans start", self.place)
        form.addRow("", self.place_said)
        form.addRow("&Time zone", self.zone)
        form.addRow("&Currency", self.currency)
        hours = QHBoxLayout()
        for part in (self.starts, QLabel("until", self), self.ends):
            hours.addWidget(part)
        hours.addStretch(1)
        form.addRow(label("&Shifts from", self.starts, self), hours)
        form.addRow("", self.practice)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[self._theme.grid(4)] * 4)
        column.setSpacing(self._theme.grid(3))
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(self.fault)
        column.addWidget(self.box)

    def _wire(self) -> None:
        self.box.accepted.connect(self._on_make)
        self.box.rejected.connect(self.reject)
        self.region.currentIndexChanged.connect(self._on_region_changed)
        self.place.textEdited.connect(self._on_place_edited)
        self.search.chosen.connect(self._on_place_chosen)
        self.finished.connect(self._let_go)

    # --- the region and the place ---------------------------------------------------------------------------------

    @Slot()
    def _on_region_changed(self) -> None:
        self._let_go()
        name = self.region.currentText()
        if name == NO_REGION:
            self.region_said.say(WITHOUT if self.region.count() > 1 else NONE_YET, Tone.WARNING)
        else:
            self._take_region(name)
        hint = "Address, or 60.1699, 24.9480" if self._geocoder else "Latitude and longitude: 60.1699, 24.9480"
        self.place.setPlaceholderText(hint)

    def _take_region(self, name: str) -> None:
        try:
            self._bounds = regions.open_pack(self._home, name).bounds
            self._geocoder = regions.open_geocoder(self._home, name)
        except KnownError as fault:
            self.region_said.say_fault(fault)
            return
        self.region_said.say("")
        self.search.use(self._geocoder)

    @Slot()
    def _let_go(self) -> None:
        self.search.use(None)
        self._bounds = None
        if self._geocoder is not None:
            self._geocoder.close()
            self._geocoder = None

    @Slot()
    def _on_place_edited(self) -> None:
        self._found = None
        mark(self.place, invalid=False)
        self.place_said.say("")

    @Slot(object)
    def _on_place_chosen(self, found: Found) -> None:
        self._found = found
        self.place.setText(found.label)
        self.place_said.say(f"{found.place.lat:.5f}, {found.place.lon:.5f}", Tone.QUIET)

    # --- making it ------------------------------------------------------------------------------------------------

    @Slot()
    def _on_make(self) -> None:
        for field in (self.name, self.place):
            mark(field, invalid=False)
        try:
            slug = self._maker(self._as_depot())
        except KnownError as fault:
            self.fault.say_fault(fault)
            if isinstance(fault, _Wrong):
                mark(fault.field, invalid=True)
                fault.field.setFocus()
            return
        self.created.emit(slug)
        self.accept()

    def _as_depot(self) -> Depot:
        name = self.name.text().strip()
        if not name:
            raise _Wrong(self.name, "The depot has no name.", "Type one.")
        slug_of(name)
        if self.zone.currentText() not in available_timezones():
            raise _Wrong(self.zone, f"“{self.zone.currentText()}” is no time zone.", "Choose one of the list.")
        if self.starts.time() == self.ends.time():
            raise _Wrong(self.ends, "Shifts would end as they begin.", "Give them a length.")
        place = self._place()
        region = self.region.currentText()
        depot = Depot(
            name=name,
            place=place,
            zone_name=self.zone.currentText(),
            region="" if region == NO_REGION else region,
            address=self._found.label if self._found else "",
            currency=self.currency.text().strip().upper() or "EUR",
            shift_starts=self.starts.time().toPython(),  # type: ignore[arg-type]
            shift_ends=self.ends.time().toPython(),  # type: ignore[arg-type]
        )
        return for_practice(depot) if self.practice.isChecked() else depot

    def _place(self) -> Place:
        text = self.place.text().strip()
        point = coordinates(text)
        place = self._found.place if self._found else point.place if point else self._looked_up(text)
        if place is None:
            remedy = "Choose an address of the list, or type latitude and longitude as 60.1699, 24.9480."
            raise _Wrong(self.place, f"“{text}” is no place." if text else "The depot has no place.", remedy)
        if self._bounds is not None and not self._bounds.contains(place):
            what = f"That place lies outside the region {self.region.currentText()}, where there are no roads."
            raise _Wrong(self.place, what, "Choose a place within the region, or another region.")
        return place

    def _looked_up(self, text: str) -> Place | None:
        """The one address that the typed words plainly mean."""
        offers = self._geocoder.suggest(text, limit=1) if self._geocoder and text else ()
        if not offers or offers[0].precision.doubtful:
            return None
        self._on_place_chosen(offers[0])
        return offers[0].place
