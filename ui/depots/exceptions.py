"""The page of a depot's settings about exceptions: which are raised, how grave they are, and until when to settle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QSpinBox, QTabWidget, QWidget

from dispatcher.domain.incidents import RULES, IncidentKind, IncidentPolicy, IncidentRule, Severity
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.habits import INCIDENT_BOUNDS
from ui.depots.figures import explained, form_on, page_of
from ui.depots.road import heading
from ui.parts.fields import label, named
from ui.parts.said import Said, Tone
from ui.theme import Theme

WITHIN = "incidents."
SEVERITIES = {Severity.LOW: "low", Severity.MEDIUM: "medium", Severity.HIGH: "high", Severity.CRITICAL: "critical"}
HEADERS = ("Raise", "Severity", "Settle within", "Then graver every")
MINUTE_S = 60
RETRY = "Put failed attempts on the next working day by themselves"
SOUND = "Let a grave one be heard"
MEANINGS = (
    "What is not settled in time is past due; then it becomes graver, step by step, up to critical.\n"
    "What is not raised is seen on the board and in the proofs all the same."
)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """The fields of one kind."""

    on: QCheckBox
    severity: QComboBox
    due: QSpinBox
    escalate: QSpinBox

    def fill(self, rule: IncidentRule) -> None:
        """Show this rule."""
        self.on.setChecked(rule.on)
        self.severity.setCurrentIndex(self.severity.findData(int(rule.severity)))
        self.due.setValue(round(rule.due_s / MINUTE_S))
        never = self.escalate.minimum()
        self.escalate.setValue(never if rule.escalate_s is None else round(rule.escalate_s / MINUTE_S))

    def rule(self, before: IncidentRule) -> IncidentRule:
        """What is filled in; to the second where the minutes shown were not changed."""
        escalate_s: int | None = None
        if self.escalate.value() > self.escalate.minimum():
            escalate_s = _seconds(before.escalate_s, self.escalate)
        severity = Severity(self.severity.currentData())
        return IncidentRule(self.on.isChecked(), severity, _seconds(before.due_s, self.due), escalate_s)


class ExceptionPage:
    """What counts as an exception. GUI thread."""

    def __init__(self, theme: Theme, tabs: QTabWidget) -> None:
        self.area, inner = page_of(tabs, "Exceptions", "depot_settings.incidents", "What counts as an exception")
        form = form_on(inner, theme)
        heading(form, "Attempts", theme, inner)
        self.most = named(QSpinBox(inner), f"depot_settings.{WITHIN}most_attempts", "Most attempts at an order")
        bounds = INCIDENT_BOUNDS["most_attempts"]
        self.most.setRange(round(bounds.least), round(bounds.most))
        form.addRow(
            label("&Most attempts", self.most, inner),
            explained(self.most, "after so many nothing is tried again without somebody saying so", theme, inner),
        )
        self.retry = _box(RETRY, "retry_next_day", inner)
        self.sound = _box(SOUND, "sound", inner)
        form.addRow("", self.retry)
        form.addRow("", self.sound)
        heading(form, "What is raised", theme, inner)
        self.rows: Mapping[IncidentKind, RuleRow] = {kind: _row(kind, inner) for kind in RULES}
        form.addRow(self._grid(theme, inner))
        said = Said("depot_settings.incidents.said", "About exceptions", theme, inner)
        said.setWordWrap(False)
        said.say(MEANINGS, Tone.QUIET)
        form.addRow(said)
        self.fields: dict[str, QWidget] = {f"{WITHIN}most_attempts": self.most} | {
            f"{WITHIN}{kind.name}.{part}": getattr(row, field)
            for kind, row in self.rows.items()
            for part, field in (("due_s", "due"), ("escalate_s", "escalate"))
        }

    def _grid(self, theme: Theme, inner: QWidget) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.grid(3))
        grid.setVerticalSpacing(theme.grid(1))
        for column, words in enumerate(HEADERS, 1):
            head = QLabel(words, inner)
            head.setProperty("muted", True)
            grid.addWidget(head, 0, column)
        for line, (kind, row) in enumerate(self.rows.items(), 1):
            words = str(kind)
            grid.addWidget(label(words[0].upper() + words[1:], row.on, inner), line, 0)
            for column, field in enumerate((row.on, row.severity, row.due, row.escalate), 1):
                grid.addWidget(field, line, column)
        grid.setColumnStretch(len(HEADERS) + 1, 1)
        return grid

    def fill(self, policy: RoadPolicy) -> None:
        """Show these."""
        self.most.setValue(policy.incidents.most_attempts)
        self.retry.setChecked(policy.incidents.retry_next_day)
        self.sound.setChecked(policy.incidents.sound)
        for kind, row in self.rows.items():
            row.fill(policy.incidents.rule(kind))

    def changes(self, policy: RoadPolicy) -> dict[str, Any]:
        """What is filled in."""
        before = policy.incidents
        rules = {kind: row.rule(before.rule(kind)) for kind, row in self.rows.items()}
        retry, sound = self.retry.isChecked(), self.sound.isChecked()
        return {"incidents": IncidentPolicy(rules, self.most.value(), retry_next_day=retry, sound=sound)}


def _row(kind: IncidentKind, inner: QWidget) -> RuleRow:
    name = f"depot_settings.{WITHIN}{kind.name}"
    on = named(QCheckBox(inner), f"{name}.on", f"Raise: {kind}")
    severity = named(QComboBox(inner), f"{name}.severity", f"How grave: {kind}")
    for grade, words in SEVERITIES.items():
        severity.addItem(words, int(grade))
    due = _minutes(f"{name}.due_s", f"Settle within: {kind}", "due_s", inner)
    escalate = _minutes(f"{name}.escalate_s", f"Graver every: {kind}", "escalate_s", inner)
    escalate.setMinimum(escalate.minimum() - 1)
    escalate.setSpecialValueText("never")
    for field in (severity, due, escalate):
        on.toggled.connect(field.setEnabled)
    return RuleRow(on, severity, due, escalate)


def _minutes(name: str, accessible: str, part: str, inner: QWidget) -> QSpinBox:
    field, bounds = named(QSpinBox(inner), name, accessible), INCIDENT_BOUNDS[part]
    field.setSuffix(" min")
    field.setRange(round(bounds.least / MINUTE_S), round(bounds.most / MINUTE_S))
    return field


def _seconds(before_s: int | None, minutes: QSpinBox) -> int:
    if before_s is not None and round(before_s / MINUTE_S) == minutes.value():
        return before_s
    return minutes.value() * MINUTE_S


def _box(words: str, part: str, inner: QWidget) -> QCheckBox:
    box = QCheckBox(words, inner)
    box.setObjectName(f"depot_settings.{WITHIN}{part}")
    return box
