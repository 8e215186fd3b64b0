"""The page of a depot's settings about messages to customers: what they are told, when, how, and by which page."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any

from babel import Locale
from phonenumbers import SUPPORTED_REGIONS
from PySide6.QtCore import Qt, QTime
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QTabWidget,
    QTimeEdit,
    QWidget,
)

from dispatcher.domain.messages import Channel, Event
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.habits import MESSAGE_BOUNDS
from ui.depots.figures import Figure, FigureFields, explained, form_on, page_of
from ui.depots.road import heading
from ui.parts.fields import label, named
from ui.parts.said import Said, Tone
from ui.theme import Theme

WITHIN = "messages."
EVENTS: Mapping[Event, tuple[str, str]] = {
    Event.SCHEDULED: ("&Scheduled", "the day before, if a driver has the order: the day and the interval"),
    Event.OUT: ("&Out for delivery", "when the round begins: the interval of the arrival"),
    Event.NEAR: ("&Nearly there", "so many stops before"),
    Event.DELAYED: ("&Delayed", "once, if the interval told before is missed by more than the limit below"),
    Event.DELIVERED: ("Deli&vered", "when the goods have changed hands"),
    Event.FAILED: ("&Failed", "when they have not: why, and how another attempt is to be had"),
    Event.CODE: ("One-time &code", "alone, to whom the driver will ask for one; quiet hours do not hold it"),
}
PREFER = {Channel.SMS: "short message", Channel.EMAIL: "e-mail"}
FIGURES = (
    Figure("near_stops", "N&early there", " stops", "before the customer's own"),
    Figure("delayed_s", "Dela&yed by", " min", "beyond the interval that was told", 60),
)
LANGUAGES = ("en", "de", "fi", "fr")
"""Those that the program has words in."""
PAGE = (
    "Each order gets a link of its own: where it is, the interval, and wishes, which\n"
    "the depot decides on. The gateway must be reached from outside for it."
)
ACROSS = 56
"""Steps of the grid that a choice is wide."""
ON = "&Tell customers by themselves"


class MessagePage:
    """What customers are told. GUI thread."""

    def __init__(self, theme: Theme, tabs: QTabWidget) -> None:
        self.area, inner = page_of(tabs, "Messages", "depot_settings.messages", "What customers are told")
        form = form_on(inner, theme)
        heading(form, "Messages to customers", theme, inner)
        self.on = _box(ON, "on", inner)
        self.on.setToolTip("Off: nothing goes out by itself; what is written by hand does")
        form.addRow(self.on)
        self.events = {event: _event_box(event, inner) for event in EVENTS}
        form.addRow(self._grid(theme, inner))
        heading(form, "How and when", theme, inner)
        self._make_choices(inner)
        why = "who has only the other one gets that"
        form.addRow(label("&Preferred", self.prefer, inner), explained(self.prefer, why, theme, inner, across=ACROSS))
        why = "that messages are written in; see the page Words"
        form.addRow(
            label("&Language", self.language, inner), explained(self.language, why, theme, inner, across=ACROSS)
        )
        why = "of numbers that are written without one"
        form.addRow(label("Co&untry", self.country, inner), explained(self.country, why, theme, inner, across=ACROSS))
        bounds = {figure.part: MESSAGE_BOUNDS[figure.part] for figure in FIGURES}
        self._figures = FigureFields(FIGURES, inner, bounds=bounds, within=WITHIN)
        self._figures.add_to(form, theme, inner)
        why = "of the day before, for the next day's customers"
        form.addRow(
            label("Scheduled f&rom", self.scheduled_from, inner),
            explained(self.scheduled_from, why, theme, inner, across=26),
        )
        form.addRow(label("&Quiet hours", self.quiet_from, inner), self._quiet_row(theme, inner))
        heading(form, "The customer's page", theme, inner)
        self._add_page(form, theme, inner)
        self.fields: dict[str, QWidget] = {
            f"{WITHIN}language": self.language,
            f"{WITHIN}country": self.country,
            f"{WITHIN}scheduled_from": self.scheduled_from,
            f"{WITHIN}page_origin": self.origin,
            **{f"{WITHIN}{part}": field for part, field in self._figures.fields.items()},
        }

    def _grid(self, theme: Theme, inner: QWidget) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.grid(3))
        grid.setVerticalSpacing(theme.grid(1))
        for row, (event, box) in enumerate(self.events.items()):
            why = QLabel(EVENTS[event][1], inner)
            why.setProperty("muted", True)
            grid.addWidget(box, row, 0)
            grid.addWidget(why, row, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _make_choices(self, inner: QWidget) -> None:
        self.prefer = named(
            QComboBox(inner), "depot_settings.messages.prefer", "How customers are told, if both ways go"
        )
        for channel, words in PREFER.items():
            self.prefer.addItem(words, channel.name)
        self.language = named(QComboBox(inner), "depot_settings.messages.language", "The language of messages")
        self.country = named(QComboBox(inner), "depot_settings.messages.country", "The country of numbers without one")
        names = Locale("en").territories
        for code in sorted(SUPPORTED_REGIONS, key=lambda code: names.get(code, code)):
            self.country.addItem(f"{names.get(code, code)} ({code})", code)
        self.country.setEditable(True)
        self.country.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.country.completer().setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.country.completer().setFilterMode(Qt.MatchFlag.MatchContains)
        self.scheduled_from = named(
            QTimeEdit(inner), "depot_settings.messages.scheduled_from", "From when on the next day is told"
        )
        self.quiet_from = named(QTimeEdit(inner), "depot_settings.messages.quiet_from", "Quiet hours begin")
        self.quiet_until = named(QTimeEdit(inner), "depot_settings.messages.quiet_until", "Quiet hours end")
        for field in (self.scheduled_from, self.quiet_from, self.quiet_until):
            field.setDisplayFormat("HH:mm")

    def _quiet_row(self, theme: Theme, inner: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.grid(2))
        row.addWidget(self.quiet_from)
        row.addWidget(label("unt&il", self.quiet_until, inner))
        row.addWidget(self.quiet_until)
        said = Said("depot_settings.messages.quiet.said", "About quiet hours", theme, inner)
        said.setWordWrap(False)
        said.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        said.say("all but codes waits until they end; the same time twice: none", Tone.QUIET)
        row.addWidget(said, 1)
        return row

    def _add_page(self, form: QFormLayout, theme: Theme, inner: QWidget) -> None:
        self.page = _box("&Give customers a link to the page of their order", "page", inner)
        self.page.setAccessibleDescription(PAGE)
        self.origin = named(QLineEdit(inner), "depot_settings.messages.page_origin", "Where the page is reached")
        self.origin.setPlaceholderText("https://track.example.org")
        form.addRow(self.page)
        said = Said("depot_settings.messages.page.said", "About the customer's page", theme, inner)
        said.setWordWrap(False)
        said.say(PAGE, Tone.QUIET)
        form.addRow(said)
        why = "from outside; empty: the gateway's own address"
        form.addRow(label("&Reached at", self.origin, inner), explained(self.origin, why, theme, inner, across=ACROSS))
        self.page.toggled.connect(self.origin.setEnabled)
        self.origin.setEnabled(False)

    def fill(self, policy: RoadPolicy) -> None:
        """Show these."""
        told = policy.messages
        self.on.setChecked(told.on)
        for event, box in self.events.items():
            box.setChecked(event in told.events)
        self.prefer.setCurrentIndex(self.prefer.findData(told.prefer.name))
        self._offer_languages({*LANGUAGES, told.language, *(own.language for own in told.templates)})
        self.language.setCurrentIndex(self.language.findData(told.language))
        self.country.setCurrentIndex(self.country.findData(told.country))
        self._figures.fill(told)
        for field in (self.scheduled_from, self.quiet_from, self.quiet_until):
            kept: time = getattr(told, field.objectName().rpartition(".")[2])
            field.setTime(QTime(kept.hour, kept.minute))
        self.page.setChecked(told.page)
        self.origin.setText(told.page_origin)

    def _offer_languages(self, codes: set[str]) -> None:
        self.language.clear()
        for code in sorted(codes):
            self.language.addItem(language_words(code), code)

    def changes(self, policy: RoadPolicy) -> dict[str, Any]:
        """What is filled in."""
        told = replace(
            policy.messages,
            on=self.on.isChecked(),
            events=frozenset(event for event, box in self.events.items() if box.isChecked()),
            prefer=Channel[self.prefer.currentData()],
            language=self.language.currentData(),
            country=self._country(),
            scheduled_from=self.scheduled_from.time().toPython(),
            quiet_from=self.quiet_from.time().toPython(),
            quiet_until=self.quiet_until.time().toPython(),
            page=self.page.isChecked(),
            page_origin=self.origin.text().strip().rstrip("/"),
            **self._figures.values(policy.messages),
        )
        return {"messages": told}

    def _country(self) -> str:
        """What is typed may be no country: then `habits` says so."""
        typed = self.country.currentText().strip()
        known = self.country.findText(typed)
        if known >= 0:
            return str(self.country.itemData(known))
        return typed.upper() if len(typed) == 2 else typed


def language_words(code: str) -> str:
    """What a language is called, with its code."""
    name = Locale("en").languages.get(code)
    return f"{name} ({code})" if name else code


def _event_box(event: Event, inner: QWidget) -> QCheckBox:
    words, why = EVENTS[event]
    box = _box(words, f"events.{event.name}", inner)
    box.setAccessibleDescription(why)
    return box


def _box(words: str, part: str, inner: QWidget) -> QCheckBox:
    box = QCheckBox(words, inner)
    box.setObjectName(f"depot_settings.{WITHIN}{part}")
    return box
