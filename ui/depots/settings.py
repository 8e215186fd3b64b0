"""The form of a depot's settings: what it was made with, how it plans, and its habits on the road."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from zoneinfo import available_timezones

from PySide6.QtCore import QTime, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services import regions
from dispatcher.services.habits import BadHabit, require_sense_on_road
from dispatcher.services.sending import publish_policy
from dispatcher.services.workplace import Workplace, change_depot
from ui.depots.door import DoorPage
from ui.depots.exceptions import ExceptionPage
from ui.depots.figures import PolicyPage, explained, form_on, page_of
from ui.depots.flags import FlagPage
from ui.depots.message_lines import LinesPage
from ui.depots.message_words import WordsPage
from ui.depots.messages import MessagePage
from ui.depots.reasons import ReasonPage
from ui.depots.road import GatewayPage, RoadPage
from ui.parts.fields import label, named, primary
from ui.parts.places import coordinates
from ui.parts.said import Said
from ui.parts.sizes import open_at
from ui.runner import Operation, OpRunner
from ui.theme import Theme

NO_REGION = "No region: straight lines"
ANY_WAIT = "any"


class DepotSettingsDialog(QDialog):
    """One depot's settings; the change is one step that undo takes back. GUI thread.

    Signals:
        region_changed(): the depot stands on another region now and must be opened anew.
    """

    region_changed = Signal()

    def __init__(self, workplace: Workplace, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("depot_settings")
        self.setWindowTitle("Depot settings")
        self._workplace, self._home, self._runner, self._depot = workplace, workplace.home, runner, workplace.depot
        self._gateways = workplace.live.logbook if workplace.live and not workplace.what_if else None
        self._make_fields([str(region["name"]) for region in regions.describe_all(workplace.home)])
        self._make_tabs(theme)
        self._fill(self._depot)
        today = workplace.today
        runner.read(lambda reader: reader.orders_of([today]), partial(self.words.offer_orders, today))
        self.fault = Said("depot_settings.fault", "What is wrong", theme, self)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self)
        primary(self.box.button(QDialogButtonBox.StandardButton.Save))
        self.box.accepted.connect(self._on_save)
        self.box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.fault)
        column.addWidget(self.box)
        open_at(self, theme, 256, 168)

    def _make_fields(self, known: Sequence[str]) -> None:
        self.name = named(QLineEdit(self), "depot_settings.name", "Name")
        self.region = named(QComboBox(self), "depot_settings.region", "Region")
        self.region.addItems([*known, NO_REGION])
        self.place = named(QLineEdit(self), "depot_settings.place", "Where the vans start, latitude and longitude")
        self.zone = named(QComboBox(self), "depot_settings.zone", "Time zone")
        self.zone.addItems(sorted(available_timezones()))
        self.currency = named(QLineEdit(self), "depot_settings.currency", "Currency")
        self.starts = named(QTimeEdit(self), "depot_settings.starts", "Shifts begin")
        self.ends = named(QTimeEdit(self), "depot_settings.ends", "Shifts end")
        for field in (self.starts, self.ends):
            field.setDisplayFormat("HH:mm")
        self.service = named(QSpinBox(self), "depot_settings.service", "Service time of orders that name none")
        self.service.setSuffix(" min")
        self.service.setRange(0, 240)
        self.planning = self._number("planning", "How long the optimiser searches", " s", 1, 3_600)
        self.reload = self._number("reload", "How long a vehicle stays to load again", " min", 0, 240)
        self.handling = self._number("handling", "What it costs to load goods over", " min", 0, 240)
        self.max_wait = self._number("max_wait", "Longest wait for a window to open", " min", -1, 600)
        self.max_wait.setSpecialValueText(ANY_WAIT)
        self.improve = self._number("improve", "How long the day is improved after a change", " s", 0, 600)
        self.improve.setSpecialValueText("never")

    def _number(self, name: str, accessible: str, suffix: str, least: int, most: int) -> QSpinBox:
        field = named(QSpinBox(self), f"depot_settings.{name}", accessible)
        field.setSuffix(suffix)
        field.setRange(least, most)
        return field

    def _planning_page(self, theme: Theme) -> QScrollArea:
        area, inner = page_of(self.tabs, "Depot", "depot_settings.scroll", "The depot and how it plans")
        form = form_on(inner, theme)
        for words, field in (
            ("Name", self.name), ("Region", self.region), ("Vans start at", self.place), ("Time zone", self.zone),
            ("Currency", self.currency), ("Shifts begin", self.starts), ("Shifts end", self.ends),
        ):  # fmt: skip
            form.addRow(label(words, field, inner), field)
        for words, number, why in (
            ("Usual service time", self.service, "at orders that name none"),
            ("Planning takes", self.planning, "unless the search is stopped"),
            ("Loading again takes", self.reload, "for a vehicle that comes back on its round"),
            ("Loading over costs", self.handling, "of driving time, for goods in another van already"),
            ("Longest wait", self.max_wait, "for a window to open; who waits longer is too early"),
            ("Improving takes", self.improve, "after each change, on the rest of the day"),
        ):
            form.addRow(label(words, number, inner), explained(number, why, theme, inner))
        return area

    def _make_tabs(self, theme: Theme) -> None:
        self.tabs = named(QTabWidget(self), "depot_settings.tabs", "Parts of the settings")
        self.tabs.setDocumentMode(True)
        self.area = self._planning_page(theme)
        self.gateway, self.road = GatewayPage(theme, self.tabs), RoadPage(theme, self.tabs)
        self.door, self.flags = DoorPage(theme, self.tabs), FlagPage(theme, self.tabs)
        self.reasons, self.incidents = ReasonPage(theme, self.tabs), ExceptionPage(theme, self.tabs)
        self.messages = MessagePage(theme, self.tabs)
        self.lines = LinesPage(theme, self.tabs, self._runner, self._workplace)
        self.words = WordsPage(theme, self.tabs, self._depot)

    @property
    def _road_pages(self) -> tuple[PolicyPage, ...]:
        return (
            self.gateway,
            self.road,
            self.door,
            self.flags,
            self.reasons,
            self.incidents,
            self.messages,
            self.lines,
            self.words,
        )

    def _fill(self, depot: Depot) -> None:
        self.name.setText(depot.name)
        if depot.region and self.region.findText(depot.region) < 0:
            self.region.insertItem(0, depot.region)  # damaged or gone: still what the depot asks for
        self.region.setCurrentText(depot.region or NO_REGION)
        self.place.setText(f"{depot.place.lat:.6f}, {depot.place.lon:.6f}")
        self.zone.setCurrentText(depot.zone_name)
        self.currency.setText(depot.currency)
        self.starts.setTime(QTime(depot.shift_starts.hour, depot.shift_starts.minute))
        self.ends.setTime(QTime(depot.shift_ends.hour, depot.shift_ends.minute))
        self.service.setValue(round(depot.service_s / 60))
        self.planning.setValue(depot.planning_s)
        self.reload.setValue(round(depot.reload_s / 60))
        self.handling.setValue(round(depot.handling_s / 60))
        self.max_wait.setValue(-1 if depot.max_wait_s is None else round(depot.max_wait_s / 60))
        self.improve.setValue(depot.improve_s)
        for page in self._road_pages:
            page.fill(depot.road)

    def show_messages(self) -> None:
        """Begin with the page of messages."""
        self.tabs.setCurrentWidget(self.messages.area)

    def _as_depot(self) -> Depot:
        found, depot = coordinates(self.place.text()), self._depot
        if found is None:
            remedy = "Type latitude and longitude as 50.7753, 6.0839."
            raise BadInput(f"“{self.place.text()}” is no place.", remedy)
        region = self.region.currentText()
        return replace(
            self._depot,
            name=self.name.text().strip(),
            region="" if region == NO_REGION else region,
            place=found.place,
            zone_name=self.zone.currentText(),
            currency=self.currency.text().strip().upper() or self._depot.currency,
            shift_starts=self.starts.time().toPython(),
            shift_ends=self.ends.time().toPython(),
            service_s=_kept(depot.service_s, self.service),
            planning_s=self.planning.value(),
            reload_s=_kept(depot.reload_s, self.reload),
            handling_s=_kept(depot.handling_s, self.handling),
            max_wait_s=None if self.max_wait.value() < 0 else _kept(depot.max_wait_s, self.max_wait),
            improve_s=self.improve.value(),
            road=self._as_policy(),
        )

    def _as_policy(self) -> RoadPolicy:
        policy = self._depot.road
        for page in self._road_pages:  # each on what the one before made of it: some share a part of the policy
            policy = replace(policy, **page.changes(policy))
        require_sense_on_road(policy)
        return policy

    @Slot()
    def _on_save(self) -> None:
        try:
            depot = self._as_depot()
        except BadInput as fault:
            self._refuse(fault)
            return
        change = Operation("Change the depot's settings", partial(change_depot, depot=depot, home=self._home))
        self._runner.submit(
            change, initiator=self, on_done=partial(self._on_saved, depot), on_failed=self.fault.say_fault
        )

    def _refuse(self, fault: BadInput) -> None:
        """Say what is wrong, on the page where it is."""
        self.fault.say_fault(fault)
        if not isinstance(fault, BadHabit):
            self.tabs.setCurrentWidget(self.area)
            return
        page = next(page for page in self._road_pages if fault.part in page.fields)
        self.tabs.setCurrentWidget(page.area)
        page.fields[fault.part].setFocus()
        if fault.row is not None and isinstance(page, ReasonPage | WordsPage):
            page.show_row(fault.row)

    def _on_saved(self, depot: Depot, _done: object) -> None:
        self.accept()
        self.lines.keep_secrets()
        if self._gateways is not None:
            publish = partial(publish_policy, self._gateways, depot.road)
            self._runner.start(lambda _progress: publish(), title="Telling the gateway")
        if depot.region != self._depot.region:
            self.region_changed.emit()


def _kept(before_s: int | None, minutes: QSpinBox) -> int:
    """As it was, to the second, unless the minutes shown were changed."""
    if before_s is not None and round(before_s / 60) == minutes.value():
        return before_s
    return minutes.value() * 60
