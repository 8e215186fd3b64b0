"""The check before a round leaves, asked where the list is. Enter: it has left; Esc: not yet."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QFrame, QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from dispatcher.services.loading import Check
from dispatcher.services.loading.board import RoundLoad
from ui import format as fmt
from ui.parts.fields import named, primary
from ui.parts.said import Said
from ui.theme import Theme

MOST_KM = 3_000_000
PICTURES = "Pictures (*.jpg *.jpeg *.png *.webp)"


class DepartureForm(QFrame):
    """Hidden while nothing is asked. GUI thread.

    Signals:
        checked(Check, photos): it is to leave.
        closed(): answered or left; the keys may go back to the scanner.
    """

    checked = Signal(object, object)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "loading.departure", "Departure check")
        self._theme = theme
        self._round: RoundLoad | None = None
        self._photos: tuple[Path, ...] = ()
        self.title = named(QLabel(self), "loading.departure.title", "Which round leaves")
        self.vehicle = named(
            QCheckBox("Tyres, lights and doors looked at", self), "loading.departure.vehicle", "Vehicle"
        )
        self.documents = named(QCheckBox("Papers and keys aboard", self), "loading.departure.documents", "Documents")
        self.rest = named(QCheckBox(self), "loading.departure.rest", "The rest is short")
        self.km = named(QLineEdit(self), "loading.departure.km", "Odometer in kilometres")
        self.km.setPlaceholderText("Odometer, km")
        self.km.setValidator(QIntValidator(0, MOST_KM, self))
        self.note = named(QLineEdit(self), "loading.departure.note", "Note")
        self.note.setPlaceholderText("Note; needed where something is not ticked")
        self.note.setMaxLength(1_000)
        self.photos = named(QPushButton("Photos…", self), "loading.departure.photos", "Photos")
        self.go = named(QPushButton("It has left", self), "loading.departure.go", "It has left")
        primary(self.go)
        self.leave = named(QPushButton("Not yet", self), "loading.departure.leave", "Not yet")
        self.said = Said("loading.departure.said", "Why it cannot leave yet", theme, self)
        for button in (self.photos, self.go, self.leave):
            button.setAutoDefault(False)
        self._lay_out()
        self.photos.clicked.connect(self.browse)
        self.go.clicked.connect(self._on_go)
        self.leave.clicked.connect(self.dismiss)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def _lay_out(self) -> None:
        self._grid = QGridLayout(self)
        self._grid.addWidget(self.title, 0, 0, 1, 4)
        for column, box in enumerate((self.vehicle, self.documents)):
            self._grid.addWidget(box, 1, column)
        self._grid.addWidget(self.rest, 1, 2, 1, 2)
        self._grid.addWidget(self.km, 2, 0)
        self._grid.addWidget(self.note, 2, 1)
        self._grid.addWidget(self.photos, 2, 2)
        self._grid.addWidget(self.go, 2, 3)
        self._grid.addWidget(self.leave, 2, 4)
        self._grid.addWidget(self.said, 3, 0, 1, 5)
        self._grid.setColumnStretch(1, 1)

    @Slot()
    def _dress(self) -> None:
        self._grid.setContentsMargins(0, self._theme.grid(1), 0, self._theme.grid(1))
        self._grid.setSpacing(self._theme.grid(2))
        self.title.setFont(self._theme.font(bold=True))
        # two lines at most: a label that wraps asks for room as if it were as narrow as could be
        self.said.setMaximumHeight(self._theme.grid(12))

    # --- asking ---------------------------------------------------------------------------------------------------

    def ask(self, round_: RoundLoad) -> None:
        """Ask about this round; asked again about the same, what was typed stays."""
        if self._round is None or self._round.shift_id != round_.shift_id:
            self._clear()
        self.take_round(round_)
        self.show()
        self.vehicle.setFocus()

    def take_round(self, round_: RoundLoad) -> None:
        """The round asked about as it is now."""
        self._round = round_
        self.title.setText(f"{round_.name}, {round_.driver}: {round_.loaded} of {fmt.count(round_.pieces, 'piece')} in")
        self.rest.setText(
            f"The other {fmt.count(round_.open, 'piece')} are not there"
            if round_.open != 1
            else "The other piece is not there"
        )
        self.rest.setVisible(bool(round_.open))

    @property
    def asking(self) -> RoundLoad | None:
        """The round asked about."""
        return self._round if not self.isHidden() else None

    def _clear(self) -> None:
        for box in (self.vehicle, self.documents, self.rest):
            box.setChecked(False)
        self.km.clear()
        self.note.clear()
        self.said.say("")
        self.set_photos(())

    def set_photos(self, photos: Sequence[Path]) -> None:
        """Keep these with the departure."""
        self._photos = tuple(photos)
        self.photos.setText(f"{fmt.count(len(photos), 'photo')}…" if photos else "Photos…")

    @Slot()
    def browse(self) -> None:
        """Let the person choose pictures."""
        ask = QFileDialog(self, "Photos of the departure", "", PICTURES)
        ask.setObjectName("loading.departure.dialog")
        ask.setFileMode(QFileDialog.FileMode.ExistingFiles)
        ask.filesSelected.connect(lambda names: self.set_photos([Path(name) for name in names]))
        ask.finished.connect(ask.deleteLater)
        ask.open()

    # --- the answer -----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Wherever in the form the keys are."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.dismiss if self.leave.hasFocus() else self._on_go)()
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_go(self) -> None:
        if self._round is None:
            return
        km = int(self.km.text()) if self.km.text().strip() else None
        check = Check(
            self._round.shift_id,
            vehicle=self.vehicle.isChecked(),
            documents=self.documents.isChecked(),
            odometer_km=km,
            note=self.note.text(),
            rest_is_short=self.rest.isChecked() and bool(self._round.open),
        )
        self.said.say("")
        self.checked.emit(check, self._photos)

    def refuse(self, fault: Exception) -> None:
        """Why it cannot leave; what was typed stays."""
        self.said.say_fault(fault)

    def done(self) -> None:
        """It has left."""
        self._clear()
        self.dismiss()

    @Slot()
    def dismiss(self) -> None:
        """Ask no more."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()
