"""Figures of a depot's habits in a form: each with its unit, and in one line what it is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QScrollArea, QSpinBox, QTabWidget, QWidget

from dispatcher.domain.messages import MessagePolicy
from dispatcher.domain.review import FlagLimits
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.habits import BOUNDS, Bounds
from ui.parts.fields import label, named
from ui.parts.said import Said, Tone
from ui.theme import Theme


class PolicyPage(Protocol):
    """A page of a depot's settings that shows a part of its `RoadPolicy`."""

    area: QWidget

    @property
    def fields(self) -> Mapping[str, QWidget]:
        """By the names that `BadHabit` has for them."""

    def fill(self, policy: RoadPolicy) -> None:
        """Show this."""

    def changes(self, policy: RoadPolicy) -> dict[str, Any]:
        """What is filled in, as changes of the policy."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a `RoadPolicy`, or of its part of flags or messages."""

    part: str
    """Its name there."""
    words: str
    suffix: str
    why: str
    unit: float = 1
    """What one step of the field is, in the unit the figure is kept in."""
    none: str = ""
    """What stands for no figure at all, if there may be none."""


class FigureFields:
    """The fields of some figures, by their names. GUI thread."""

    def __init__(
        self,
        figures: Sequence[Figure],
        parent: QWidget,
        *,
        bounds: Mapping[str, Bounds] = BOUNDS,
        within: str = "",
    ) -> None:
        """`within` is what the fields' names begin with, where the figures are of a part of the policy."""
        self.figures = figures
        self.fields = {figure.part: _field(figure, bounds[figure.part], within, parent) for figure in figures}

    def fill(self, policy: RoadPolicy | FlagLimits | MessagePolicy) -> None:
        """Show these."""
        for figure in self.figures:
            value, field = getattr(policy, figure.part), self.fields[figure.part]
            field.setValue(field.minimum() if value is None else round(value / figure.unit))

    def values(self, policy: RoadPolicy | FlagLimits | MessagePolicy) -> dict[str, int | float | None]:
        """What is filled in, as changes of a policy; finer than the fields show where nothing was changed."""
        return {figure.part: self._value(figure, getattr(policy, figure.part)) for figure in self.figures}

    def _value(self, figure: Figure, before: float | None) -> int | float | None:
        field = self.fields[figure.part]
        shown = field.value()
        if figure.none and shown == field.minimum():
            return None
        if before is not None and round(before / figure.unit) == shown:
            return before
        return shown * int(figure.unit) if figure.unit >= 1 else round(shown * figure.unit, 4)

    def add_to(self, form: QFormLayout, theme: Theme, inner: QWidget) -> None:
        """A row for each."""
        for figure in self.figures:
            field = self.fields[figure.part]
            form.addRow(label(figure.words, field, inner), explained(field, figure.why, theme, inner))


def _field(figure: Figure, bounds: Bounds, within: str, parent: QWidget) -> QSpinBox:
    field = named(QSpinBox(parent), f"depot_settings.{within}{figure.part}", bounds.what)
    field.setSuffix(figure.suffix)
    field.setRange(round(bounds.least / figure.unit) - bool(figure.none), round(bounds.most / figure.unit))
    field.setSpecialValueText(figure.none)
    return field


def explained(field: QWidget, why: str, theme: Theme, inner: QWidget, *, across: float = 26) -> QHBoxLayout:
    """A field so many steps of the grid wide, and in one line what it is for."""
    field.setAccessibleDescription(why)
    field.setFixedWidth(theme.grid(across))
    said = Said(f"{field.objectName()}.said", f"About: {field.accessibleName()}", theme, inner)
    said.setWordWrap(False)
    said.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    said.say(why, Tone.QUIET)
    row = QHBoxLayout()
    row.setSpacing(theme.grid(3))
    row.addWidget(field)
    row.addWidget(said, 1)
    return row


def page_of(tabs: QTabWidget, title: str, name: str, accessible: str) -> tuple[QScrollArea, QWidget]:
    """Another page, and what to fill: at a large text the fields are higher than a small screen.

    It is put in its place before it is filled: who gets another parent loses the colour of its words.
    """
    area = named(QScrollArea(tabs), name, accessible)
    tabs.addTab(area, title)
    inner = QWidget(area)
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    return area, inner


def form_on(inner: QWidget, theme: Theme) -> QFormLayout:
    """The layout of such a page."""
    form = QFormLayout(inner)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setContentsMargins(0, theme.grid(2), theme.grid(2), 0)
    return form
