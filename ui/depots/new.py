"""The form that makes a depot: its name, region, place, hours."""

from collections.abc import Callable, Sequence
from zoneinfo import available_timezones

from PySide6.QtCore import QModelIndex, QStringListModel, QTime, QTimeZone, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.place import Found, Place
from dispatcher.services import regions
from dispatcher.services.home import Home
from dispatcher.services.ports import Geocoder
from ui.theme import Theme

NO_REGION = "No region: straight lines"


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
        self._suggestions: Sequence[Found] = ()
        self._found: Found | None = None
        self._make_fields()
        self._lay_out()
        self._on_region_changed()
        self.finished.connect(self._close_geocoder)

    def _make_fields(self) -> None:
        self.name = QLineEdit(self)
        self.region = QComboBox(self)
        self.region.addItems([*(str(r["name"]) for r in regions.describe_all(self._home)), NO_REGION])
        self.place = QLineEdit(self)
        self.zone = QComboBox(self)
        self.zone.setEditable(True)
        self.zone.addItems(sorted(available_timezones()))
        self.zone.setCurrentText(bytes(QTimeZone.systemTimeZoneId().data()).decode())
        self.currency = QLineEdit("EUR", self)
        self.starts = QTimeEdit(QTime(8, 0), self)
        self.ends = QTimeEdit(QTime(16, 30), self)
        names = ("name", "region", "place", "zone", "currency", "starts", "ends")
        words = ("Name", "Region", "Where the vans start", "Time zone", "Currency", "Shifts begin", "Shifts end")
        for name, word in zip(names, words, strict=True):
            field: QWidget = getattr(self, name)
            field.setObjectName(f"new_depot.{name}")
            field.setAccessibleName(word)
        for field in (self.starts, self.ends):
            field.setDisplayFormat("HH:mm")
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.activated[QModelIndex].connect(self._on_suggestion_chosen)
        self.place.setCompleter(completer)
        self.place.textEdited.connect(self._on_place_edited)
        self.region.currentIndexChanged.connect(self._on_region_changed)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("Name", self.name)
        form.addRow("Region", self.region)
        form.addRow("Where the vans start", self.place)
        form.addRow("Time zone", self.zone)
        form.addRow("Currency", self.currency)
        form.addRow("Shifts begin", self.starts)
        form.addRow("Shifts end", self.ends)
        self.fault = QLabel(self)
        self.fault.setObjectName("new_depot.fault")
        self.fault.setAccessibleName("What is wrong")
        self.fault.setWordWrap(True)
        self.fault.setStyleSheet(f"color: {self._theme.colour('late').name()}")
        self.fault.hide()
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        box.button(QDialogButtonBox.StandardButton.Ok).setText("Make the depot")
        box.accepted.connect(self._on_make)
        box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.fault)
        column.addWidget(box)
        self.resize(self._theme.grid(120), self.sizeHint().height())

    @Slot()
    def _on_region_changed(self) -> None:
        self._close_geocoder()
        name = self.region.currentText()
        if name != NO_REGION:
            self._geocoder = regions.open_geocoder(self._home, name)
        hint = "Street and number, or" if self._geocoder else "Latitude and longitude:"
        self.place.setPlaceholderText(f"{hint} 50.7753, 6.0839")

    @Slot()
    def _close_geocoder(self) -> None:
        if self._geocoder is not None:
            self._geocoder.close()
            self._geocoder = None

    @Slot(str)
    def _on_place_edited(self, text: str) -> None:
        self._found = None
        if self._geocoder is not None and len(text) > 2:
            self._suggestions = self._geocoder.suggest(text, limit=8)
            self._model.setStringList([found.label for found in self._suggestions])

    @Slot(QModelIndex)
    def _on_suggestion_chosen(self, index: QModelIndex) -> None:
        self._found = self._suggestions[index.row()]

    @Slot()
    def _on_make(self) -> None:
        try:
            self.created.emit(self._maker(self._as_depot()))
        except KnownError as fault:
            self.fault.setText(str(fault))
            self.fault.show()
            return
        self.accept()

    def _as_depot(self) -> Depot:
        if not self.name.text().strip():
            raise BadInput("The depot has no name.", "Type one.")
        if self.zone.currentText() not in available_timezones():
            raise BadInput(f"“{self.zone.currentText()}” is no time zone.", "Choose one of the list.")
        region = self.region.currentText()
        return Depot(
            name=self.name.text().strip(),
            place=self._place(),
            zone_name=self.zone.currentText(),
            region="" if region == NO_REGION else region,
            address=self._found.label if self._found else "",
            currency=self.currency.text().strip().upper() or "EUR",
            shift_starts=self.starts.time().toPython(),  # type: ignore[arg-type]
            shift_ends=self.ends.time().toPython(),  # type: ignore[arg-type]
        )

    def _place(self) -> Place:
        if self._found is not None:
            return self._found.place
        text = self.place.text().strip()
        try:
            lat, lon = (float(part) for part in text.replace(";", ",").split(","))
            return Place(lat, lon)
        except ValueError as fault:
            remedy = "Choose an address of the list, or type latitude and longitude as 50.7753, 6.0839."
            raise BadInput(f"“{text}” is no place." if text else "The depot has no place.", remedy) from fault
