"""The strip over the fleet that says which certificates have run out, or will soon; nothing while none does."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from dispatcher.services.certificates import Expiring
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.theme import Theme

TOLD = 3
"""How many are named."""


class ExpiryStrip(QWidget):
    """GUI thread.

    Signals:
        show_requested(owner): the button was pressed; the first driver or vehicle concerned.
    """

    show_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "fleet.expiring", "Certificates that run out")
        self._found: Sequence[Expiring] = ()
        self.said = Said("fleet.expiring.text", "Certificates that run out", theme, self)
        self.button = named(QPushButton("Show them", self), "fleet.expiring.show", "Show who that is")
        self.button.clicked.connect(self._on_pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(*[theme.grid(steps) for steps in (3, 2, 3, 2)])
        row.addWidget(self.said, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.button)
        self.tell(())

    def tell(self, found: Sequence[Expiring]) -> None:
        """Say these."""
        self._found = found
        told = [f"{each.sentence}." for each in found[:TOLD]]
        if len(found) > TOLD:
            told.append(f"And {len(found) - TOLD} more.")
        over = any(each.over for each in found)
        self.said.say(" ".join(told), Tone.BAD if over else Tone.WARNING)
        self.setVisible(bool(found))

    @Slot()
    def _on_pressed(self) -> None:
        if self._found:
            self.show_requested.emit(self._found[0].owner)
