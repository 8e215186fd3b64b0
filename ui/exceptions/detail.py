"""One exception chosen: what it is, whom to call, what would settle it with its price, and all that is known."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId
from dispatcher.services.exceptions import Shown
from dispatcher.services.ports import Geocoder
from ui.exceptions import words
from ui.exceptions.form import Form
from ui.exceptions.page import Page, Sheet
from ui.exceptions.remedies import WORKING, Remedies
from ui.parts.fields import named, set_icon
from ui.parts.said import Tone
from ui.proofs.sketch import Scene, Sketch
from ui.theme import Size, Theme

LOW = 190
"""Steps of the grid: below that height the sketch gives its room to the words."""
SKETCH = 30
"""And so high it is at least."""


class Detail(QWidget):
    """GUI thread.

    Signals:
        order_requested(OrderId): show it on the board.
        told(str): a sentence for the status bar.
    """

    order_requested = Signal(object)
    told = Signal(str)

    def __init__(self, theme: Theme, geocoder: Geocoder | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "exceptions.detail", "The exception chosen")
        self._theme = theme
        self._shown: Shown | None = None
        self.what = named(QLabel(self), "exceptions.what", "What happened")
        self.what.setWordWrap(True)
        self.call = named(QToolButton(self), "exceptions.call", "Copy the telephone number")
        self.call.setToolTip("Copy the number")
        self.go_to = named(QToolButton(self), "exceptions.order", "Show the order on the board")
        self.go_to.setText(" Show on the board")
        self.remedies = Remedies(theme, self)
        self.form = Form("exceptions.form", theme, geocoder, self)
        self.page = Page(theme, self)
        self.sketch = Sketch(theme, self)
        named(self.sketch, "exceptions.sketch", "Where it was")
        self._lay_out()
        self.call.clicked.connect(self._on_copy)
        self.go_to.clicked.connect(self._on_go_to)
        theme.changed.connect(self._dress)
        self._dress()

    def _lay_out(self) -> None:
        for button in (self.call, self.go_to):
            button.setToolButtonStyle(button.toolButtonStyle().ToolButtonTextBesideIcon)
        self._quick = QHBoxLayout()
        for part in (self.call, self.go_to):
            self._quick.addWidget(part)
        self._quick.addStretch()
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.what)
        self._column.addLayout(self._quick)
        self._column.addWidget(self.remedies)
        self._column.addWidget(self.form)
        self._column.addWidget(self.page, 5)
        self._column.addWidget(self.sketch, 2)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._column.setContentsMargins(grid(3), 0, 0, 0)
        self._column.setSpacing(grid(2))
        self._quick.setSpacing(grid(2))
        self.sketch.setMinimumHeight(grid(SKETCH))
        self.what.setFont(self._theme.font(Size.HEAD, bold=True))
        set_icon(self.call, "phone-outline", self._theme)
        set_icon(self.go_to, "map-marker-outline", self._theme)

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def shown(self) -> Shown | None:
        """The exception it is about."""
        return self._shown

    def show_exception(self, shown: Shown, sheet: Sheet, *, again: bool) -> None:
        """This one; `again` if it was shown already and only says something else."""
        self._shown = shown
        if not again:
            self.form.dismiss()
            self.remedies.say(WORKING if shown.incident.open else self._settled(shown))
        elif not shown.incident.open:
            self.remedies.say(self._settled(shown))
        self.what.setText(shown.incident.what)
        self.call.setText(f" {shown.phone}")
        self.call.setVisible(bool(shown.phone))
        self.go_to.setVisible(shown.order is not None)
        self.page.show_sheet(sheet)
        attempt = shown.attempt
        self.sketch.show_scene(
            Scene(shown.place, attempt.place if attempt else None, attempt.accuracy_m if attempt else None)
        )
        self._fit()

    def clear(self) -> None:
        """Nothing is chosen."""
        self._shown = None
        self.form.dismiss()
        self.what.clear()
        self.call.hide()
        self.go_to.hide()
        self.remedies.say("")
        self.page.show_sheet(None)
        self.sketch.hide()

    def _settled(self, shown: Shown) -> str:
        return f"Closed: {words.settled_words(shown.incident)}. R opens it again."

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the height is short, words matter more than the sketch."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        place = self._shown and (self._shown.place or (self._shown.attempt and self._shown.attempt.place))
        self.sketch.setVisible(bool(place) and self.height() >= self._theme.grid(LOW))

    # --- the hand -------------------------------------------------------------------------------------------------

    @Slot()
    def _on_copy(self) -> None:
        if self._shown:
            QGuiApplication.clipboard().setText(self._shown.phone)
            self.told.emit(f"{self._shown.phone} is copied.")

    @Slot()
    def _on_go_to(self) -> None:
        if self._shown and self._shown.incident.order_id:
            self.order_requested.emit(OrderId(self._shown.incident.order_id))

    def say_fault(self, text: str) -> None:
        """What can be done cannot be worked out."""
        self.remedies.say(text, Tone.BAD)
