"""The page of a depot's settings about the door: which proofs are wanted, and what drivers may take back."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QTabWidget, QWidget

from dispatcher.domain.proof import Need, ProofKind
from dispatcher.domain.road_policy import RoadPolicy
from ui.depots.figures import Figure, FigureFields, explained, form_on, page_of
from ui.depots.road import heading
from ui.parts.fields import label, named
from ui.parts.proofs import MEANINGS, PROOFS, NeedChoice
from ui.parts.said import Said, Tone
from ui.theme import Theme

DRIVERS = (Figure("undo_s", "Taken &back within", " s", "what a driver did by mistake; 0: never"),)
OCCASIONS = {"delivering": "When goods change hands", "failing": "When they do not"}

SHORTLY: Mapping[ProofKind, str] = {
    ProofKind.CODE: "that only the customer has",
    ProofKind.SIGNATURE: "on the driver's phone",
    ProofKind.PHOTO: "of the goods, or of the door",
    ProofKind.NAME: "of who took the goods",
    ProofKind.SCAN: "of every parcel",
    ProofKind.CASH: "where some is due",
}


class DoorPage:
    """What drivers are asked for, unless an order says otherwise. GUI thread."""

    def __init__(self, theme: Theme, tabs: QTabWidget) -> None:
        self.area, inner = page_of(tabs, "At the door", "depot_settings.door", "What is asked for at the door")
        self.needs = {
            occasion: {
                kind: NeedChoice(kind, f"depot_settings.{occasion}.{kind.value}", inner, when=when.lower())
                for kind in ProofKind
            }
            for occasion, when in OCCASIONS.items()
        }
        self.phone = named(QLineEdit(inner), "depot_settings.phone", "The dispatcher's phone, for drivers")
        self._drivers = FigureFields(DRIVERS, inner)
        self.fields: dict[str, QWidget] = {"phone": self.phone, **self._drivers.fields}
        form = form_on(inner, theme)
        heading(form, "Proofs", theme, inner)
        form.addRow(self._grid(theme, inner))
        said = Said("depot_settings.proofs.said", "What the levels mean", theme, inner)
        said.setWordWrap(False)
        said.say(f"{MEANINGS}\nAn order may ask for more, or less, when its goods change hands.", Tone.QUIET)
        form.addRow(said)
        heading(form, "Drivers", theme, inner)
        why = "whom drivers call from their page; empty: nobody"
        form.addRow(
            label("Dispatcher's &phone", self.phone, inner), explained(self.phone, why, theme, inner, across=48)
        )
        self._drivers.add_to(form, theme, inner)

    def _grid(self, theme: Theme, inner: QWidget) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.grid(3))
        grid.setVerticalSpacing(theme.grid(1.5))
        for column, (occasion, words) in enumerate(OCCASIONS.items(), 1):
            grid.addWidget(QLabel(words, inner), 0, column)
            for row, (kind, choice) in enumerate(self.needs[occasion].items(), 1):
                grid.addWidget(choice, row, column)
                if column == 1:
                    grid.addWidget(label(PROOFS[kind], choice, inner), row, 0)
                    what = QLabel(SHORTLY[kind], inner)
                    what.setProperty("muted", True)
                    grid.addWidget(what, row, len(OCCASIONS) + 1)
        grid.setColumnStretch(len(OCCASIONS) + 1, 1)
        return grid

    def fill(self, policy: RoadPolicy) -> None:
        """Show these."""
        for occasion, choices in self.needs.items():
            for kind, choice in choices.items():
                choice.choose(getattr(policy, occasion).get(kind, Need.OFF))
        self.phone.setText(policy.phone)
        self._drivers.fill(policy)

    def changes(self, policy: RoadPolicy) -> dict[str, Any]:
        """What is filled in."""
        needs = {occasion: {k: c.need() for k, c in choices.items()} for occasion, choices in self.needs.items()}
        return {**needs, "phone": self.phone.text().strip(), **self._drivers.values(policy)}
