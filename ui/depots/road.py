"""The pages of a depot's settings about the road: how phones reach the depot, what is kept, what raises an alert."""

from typing import Any

from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QLineEdit, QTabWidget, QWidget

from dispatcher.domain.road_policy import RoadPolicy
from ui.depots.figures import Figure, FigureFields, explained, form_on, page_of
from ui.parts.fields import label, named
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

PORTS = (
    Figure("port", "&Port", "", "of the gateway, encrypted; firewalls must let it through"),
    Figure("setup_port", "&Set-up port", "", "where phones fetch the depot's certificate, not encrypted"),
)
KEPT = (
    Figure("keep_tracks_days", "Trac&ks", " days", "where drivers were; two months is what authorities name"),
    Figure("keep_photos_days", "P&hotos", " days", "they need most of the room"),
    Figure("keep_codes_days", "&Codes", " days", "scrambled; of no use after the delivery"),
    Figure("keep_messages_days", "&Messages", " days", "words to and from customers; that there were some stays"),
    Figure("keep_proofs_days", "P&roofs", " days", "names, notes, signatures; the chain and the outcome stay"),
)
POSITIONS = (
    Figure("margin_s", "&Kept around shifts", " min", "before and after a shift; outside nothing is kept", 60),
    Figure("stale_s", "&Old after", " s", "then a marker on the map fades"),
)
ARRIVALS = (
    Figure("geofence_m", "&Within", " m", "of the stop's place counts as being there"),
    Figure("dwell_s", "&For", " s", "there or standing nearby is an arrival; less is driving past"),
)
ALERTS = (
    Figure("late_departure_s", "&Late departure", " min", "after the round should have left", 60),
    Figure("off_route_m", "Off the &route", " m", "away from every way that leads on"),
    Figure("standing_s", "St&anding", " min", "where there is no stop", 60),
    Figure("silent_s", "S&ilent phone", " min", "without a word on a round", 60),
    Figure("speeding_kmh", "&Speed", " km/h", "faster is told; off, nobody is told of speed", 1, none="off"),
    Figure("battery", "&Battery", " %", "of the phone, at or below", 0.01),
)
CLEAR_TEXT = (
    "For trackers that cannot encrypt: positions, never proofs, on the set-up port too,\n"
    "from private addresses alone. Whoever listens in the same network can read them."
)

PRACTICE = (
    "Simulated days may be driven in it. What they say stays among\n"
    "its proofs for good: only where nobody is really served."
)


class GatewayPage:
    """How phones reach the depot, and for how long it keeps what they sent. GUI thread."""

    def __init__(self, theme: Theme, tabs: QTabWidget) -> None:
        self.area, inner = page_of(tabs, "Gateway", "depot_settings.gateway", "How phones reach the depot")
        self.host = named(QLineEdit(inner), "depot_settings.host", "Name or address that phones are told")
        self.host.setPlaceholderText("automatic")
        self.clear_text = QCheckBox("Take positions without encryption", inner)
        self.clear_text.setObjectName("depot_settings.clear_text")
        self.clear_text.setAccessibleDescription(CLEAR_TEXT)
        self._ports, self._kept = FigureFields(PORTS, inner), FigureFields(KEPT, inner)
        self.fields: dict[str, QWidget] = {"host": self.host, **self._ports.fields, **self._kept.fields}
        form = form_on(inner, theme)
        heading(form, "Phones reach the depot", theme, inner)
        why = "name or address; empty: this computer's first one"
        form.addRow(label("&Host", self.host, inner), explained(self.host, why, theme, inner, across=48))
        self._ports.add_to(form, theme, inner)
        form.addRow("", self.clear_text)
        said = Said("depot_settings.clear_text.said", "About: positions without encryption", theme, inner)
        said.setWordWrap(False)
        said.say(CLEAR_TEXT, Tone.QUIET)
        form.addRow("", said)
        heading(form, "Kept for", theme, inner)
        self._kept.add_to(form, theme, inner)

    def fill(self, policy: RoadPolicy) -> None:
        """Show these."""
        self.host.setText(policy.host)
        self.clear_text.setChecked(policy.clear_text)
        self._ports.fill(policy)
        self._kept.fill(policy)

    def changes(self, policy: RoadPolicy) -> dict[str, Any]:
        """What is filled in."""
        told = {"host": self.host.text().strip(), "clear_text": self.clear_text.isChecked()}
        return {**told, **self._ports.values(policy), **self._kept.values(policy)}


class RoadPage:
    """What counts as an arrival, what raises an alert, and whether all that is for practice. GUI thread."""

    def __init__(self, theme: Theme, tabs: QTabWidget) -> None:
        self.area, inner = page_of(tabs, "Road", "depot_settings.road", "Positions, arrivals and alerts")
        form = form_on(inner, theme)
        self._parts: list[FigureFields] = []
        for title, figures in (("Positions", POSITIONS), ("Arrivals", ARRIVALS), ("Alerts", ALERTS)):
            heading(form, title, theme, inner)
            self._parts.append(FigureFields(figures, inner))
            self._parts[-1].add_to(form, theme, inner)
        heading(form, "Practice", theme, inner)
        self.practice = QCheckBox("A depot for &practice", inner)
        self.practice.setObjectName("depot_settings.practice")
        self.practice.setAccessibleDescription(PRACTICE)
        said = Said("depot_settings.practice.said", "About: a depot for practice", theme, inner)
        said.setWordWrap(False)
        said.say(PRACTICE, Tone.QUIET)
        form.addRow("", self.practice)
        form.addRow("", said)
        self.fields: dict[str, QWidget] = {name: f for part in self._parts for name, f in part.fields.items()}

    def fill(self, policy: RoadPolicy) -> None:
        """Show these."""
        self.practice.setChecked(policy.practice)
        for part in self._parts:
            part.fill(policy)

    def changes(self, policy: RoadPolicy) -> dict[str, Any]:
        """What is filled in."""
        figures = {name: value for part in self._parts for name, value in part.values(policy).items()}
        return {"practice": self.practice.isChecked(), **figures}


def heading(form: QFormLayout, text: str, theme: Theme, inner: QWidget) -> None:
    """What the rows below are about."""
    title = QLabel(text, inner)
    title.setFont(theme.font(Size.TEXT, bold=True))
    if form.rowCount():
        title.setContentsMargins(0, theme.grid(2), 0, 0)
    form.addRow(title)
