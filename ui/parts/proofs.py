"""What proofs, and how much they are wanted, are called wherever people choose among them."""

from collections.abc import Mapping

from PySide6.QtWidgets import QComboBox, QWidget

from dispatcher.domain.proof import Need, ProofKind
from ui.parts.fields import named

PROOFS: Mapping[ProofKind, str] = {
    ProofKind.CODE: "Code",
    ProofKind.SIGNATURE: "Signature",
    ProofKind.PHOTO: "Photo",
    ProofKind.NAME: "Name",
    ProofKind.SCAN: "Scan",
    ProofKind.CASH: "Cash",
}
WHAT: Mapping[ProofKind, str] = {
    ProofKind.CODE: "The one-time code that only the customer has",
    ProofKind.SIGNATURE: "Drawn on the driver's phone",
    ProofKind.PHOTO: "Of the goods where they were left, or of the closed door",
    ProofKind.NAME: "Who took the goods",
    ProofKind.SCAN: "The barcode of every parcel",
    ProofKind.CASH: "The amount that is due, counted by the driver; only where some is due",
}
NEEDS: Mapping[Need, str] = {
    Need.REQUIRED: "required",
    Need.ASKED: "asked",
    Need.OPTIONAL: "optional",
    Need.OFF: "off",
}
MEANINGS = "required: no going on without; asked: warns, and takes a no;\noptional: may be given; off: not shown"


class NeedChoice(QComboBox):
    """How much one proof is wanted; with a depot's habit, also “as the depot has it”. GUI thread."""

    def __init__(
        self, kind: ProofKind, name: str, parent: QWidget, *, habit: Need | None = None, when: str = ""
    ) -> None:
        super().__init__(parent)
        named(self, name, f"{PROOFS[kind]}{when and ' '}{when}: how much it is wanted")
        self.setToolTip(f"{WHAT[kind]}\n{MEANINGS}")
        self._needs: list[Need | None] = [*([None] if habit else []), *Need]
        self.addItems([NEEDS[need] if need else f"as the depot: {NEEDS[habit or Need.OFF]}" for need in self._needs])
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def need(self) -> Need | None:
        """What is chosen; `None` for as the depot has it."""
        return self._needs[self.currentIndex()]

    def choose(self, need: Need | None) -> None:
        """Show this."""
        self.setCurrentIndex(self._needs.index(need))
