"""The page of a depot's settings about flags: from where on something at a proof wants a look."""

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QCheckBox, QTabWidget, QWidget

from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.habits import FLAG_BOUNDS
from ui.depots.figures import Figure, FigureFields, form_on, page_of
from ui.depots.road import heading
from ui.theme import Theme

WITHIN = "flags."
OFF = "off"
WHERE = (
    Figure("far_m", "&Far from the address", " m", "beyond what the position's accuracy explains", none=OFF),
    Figure("stale_s", "Position &old", " s", "when the proof was given", none=OFF),
    Figure("bunched", "&Many at one point", " proofs", "each of them away from its own address", none=OFF),
    Figure("bunched_m", "&Within", " m", "of one another is one point"),
)
WHEN = (
    Figure("early_s", "&Before arrival", " s", "by the track", none=OFF),
    Figure("quick_s", "Too &quick", " s", "at the door, or less", none=OFF),
    Figure("out_of_turn", "O&ut of sequence", " places", "earlier or later than planned", none=OFF),
)
INK = (
    Figure("ink_dot", "&Dot", " %", "of the field's width and height, or less", 0.01, none=OFF),
    Figure("ink_short_s", "Too &short", " ms", "from the first touch to the last, or less", 0.001, none=OFF),
    Figure("ink_same", "Sa&me strokes", " %", "apart at most, at two doors; nobody draws twice alike", 0.01, none=OFF),
)
PHOTOS = (
    Figure("dark", "Dar&k", " %", "of full brightness, or less", 0.01, none=OFF),
    Figure("blurred", "Blu&rred", "", "sharpness, or less; a sharp photo has hundreds", none=OFF),
    Figure("twin_bits", "&Look-alikes", " bits", "of 64 that differ at most, at two doors", none=OFF),
    Figure("other_time_s", "Other &time", " min", "between the photo and the report", 60, none=OFF),
    Figure("absent_s", "Not &here", " min", "after its proof; sooner when the phone's round is over", 60, none=OFF),
)
TWO_NAMES = (
    "Accepting a proof whose code failed, that lacks what was required, or that somebody rejected:\n"
    "one reviewer accepts it, another one must do so too."
)
LOOKED_AT = (Figure("sample", "Sam&ple", " %", "of each driver's other proofs, looked at all the same", 0.01),)


class FlagPage:
    """From where on something is a finding. GUI thread."""

    def __init__(self, theme: Theme, tabs: QTabWidget) -> None:
        self.area, inner = page_of(tabs, "Flags", "depot_settings.flags", "What at a proof wants a look")
        form = form_on(inner, theme)
        self._parts: list[FigureFields] = []
        for title, figures in (
            ("Where", WHERE), ("When", WHEN), ("Signatures", INK), ("Photos", PHOTOS), ("Others", LOOKED_AT)
        ):  # fmt: skip
            heading(form, title, theme, inner)
            self._parts.append(FigureFields(figures, inner, bounds=FLAG_BOUNDS, within=WITHIN))
            self._parts[-1].add_to(form, theme, inner)
        heading(form, "At the door", theme, inner)
        self.missing = _box("A proof that was asked for is missin&g", "missing", inner)
        self.cash = _box("Less &cash than is due", "cash", inner)
        self.no_place = _box("&No position, where the phone had one to give", "no_place", inner)
        self.two_names = _box("Overrides take t&wo people", "two_names", inner)
        self.two_names.setToolTip(TWO_NAMES)
        self.two_names.setAccessibleDescription(TWO_NAMES)
        for box in (self.missing, self.cash, self.no_place, self.two_names):
            form.addRow("", box)
        self.fields: dict[str, QWidget] = {
            f"{WITHIN}{name}": field for part in self._parts for name, field in part.fields.items()
        }

    def fill(self, policy: RoadPolicy) -> None:
        """Show these."""
        self.missing.setChecked(policy.flags.missing)
        self.cash.setChecked(policy.flags.cash)
        self.no_place.setChecked(policy.flags.no_place)
        self.two_names.setChecked(policy.flags.two_names)
        for part in self._parts:
            part.fill(policy.flags)

    def changes(self, policy: RoadPolicy) -> dict[str, Any]:
        """What is filled in."""
        figures: dict[str, Any] = {name: v for part in self._parts for name, v in part.values(policy.flags).items()}
        told = {
            "missing": self.missing.isChecked(),
            "cash": self.cash.isChecked(),
            "no_place": self.no_place.isChecked(),
            "two_names": self.two_names.isChecked(),
        }
        return {"flags": replace(policy.flags, **figures, **told)}


def _box(words: str, part: str, inner: QWidget) -> QCheckBox:
    box = QCheckBox(words, inner)
    box.setObjectName(f"depot_settings.{WITHIN}{part}")
    return box
