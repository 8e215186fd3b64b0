"""What would settle an exception, as buttons ready to press: the one recommended first, each with its price on it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from dispatcher.services.exceptions import Given, Offer
from ui.parts.fields import named, primary
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

WORKING = "Working out what can be done…"
MOST_KEYS = 9


class Remedies(QWidget):
    """Buttons in as few rows as their words allow. GUI thread.

    Signals:
        wanted(Offer): this is to be done.
    """

    wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "exceptions.remedies", "What can be done")
        self._theme = theme
        self._can = True
        self.offers: tuple[Offer, ...] = ()
        """Those that can be done first, in the order of their keys."""
        self.buttons: list[QPushButton] = []
        self._why: list[QLabel] = []
        self.said = Said("exceptions.remedies.said", "What can be done", theme, self)
        theme.changed.connect(self._place)

    # --- what is offered ------------------------------------------------------------------------------------------

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """These can be done; those that cannot say why."""
        ordered = (*(o for o in offers if not o.why_not), *(o for o in offers if o.why_not))
        if ordered == self.offers and not self.said.text():
            return
        self.said.say("")
        self._clear()
        self.offers = ordered
        for n, offer in enumerate(ordered):
            (self._add_button if not offer.why_not else self._add_why)(n, offer)
        self._place()
        self.set_can(self._can)

    def say(self, text: str, tone: Tone = Tone.QUIET) -> None:
        """Say this instead of offering anything."""
        self._clear()
        self.said.say(text, tone)
        self._place()

    def set_can(self, can: bool) -> None:
        """Whether the buttons answer now."""
        self._can = can
        for button in self.buttons:
            button.setEnabled(can)

    @property
    def recommended(self) -> Offer | None:
        """What Enter does."""
        return self.offers[0] if self.buttons else None

    def press(self, n: int) -> None:
        """The button of this place, from 0."""
        if self._can and n < len(self.buttons):
            self.wanted.emit(self.offers[n])

    def _add_button(self, n: int, offer: Offer) -> None:
        button = named(QPushButton(self), f"exceptions.remedy.{offer.remedy.name.lower()}", spoken(offer))
        button.setProperty("words", face(offer, n))
        key = f"Enter or {n + 1}" if n == 0 else str(n + 1)
        button.setToolTip(f"{spoken(offer)}  ({key})" if n < MOST_KEYS else spoken(offer))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if n == 0:
            primary(button)
            button.setDefault(False)
        button.clicked.connect(partial(self.wanted.emit, offer))
        self.buttons.append(button)

    def _add_why(self, _n: int, offer: Offer) -> None:
        label = QLabel(f"{offer.label}: {offer.why_not}", self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setObjectName(f"exceptions.remedy.{offer.remedy.name.lower()}.not")
        label.setWordWrap(True)
        label.setProperty("muted", True)
        self._why.append(label)

    def _clear(self) -> None:
        for part in (*self.buttons, *self._why):
            part.hide()
            part.deleteLater()
        self.offers, self.buttons, self._why = (), [], []

    # --- where it stands ------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other rows, where others fit."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._place()

    @Slot()
    def _place(self) -> None:
        """As many beside one another as fit, in their order, then why others cannot be; as high as that becomes.

        By hand: layouts that are remade while the one above is at work crash Qt.
        """
        room, gap, top, left, high = max(self.width(), 1), self._theme.grid(1.5), 0, 0, 0
        for button in self.buttons:
            size = self._fit(button, room)
            if left and left + size.width() > room:
                top, left, high = top + high + gap, 0, 0
            button.setGeometry(QRect(QPoint(left, top), size))
            left, high = left + size.width() + gap, max(high, size.height())
        top += high + gap if high else 0
        for label in (self.said, *self._why):
            if not label.text():
                continue
            if label is not self.said:
                label.setFont(self._theme.font(Size.SMALL))
            tall = label.heightForWidth(room)
            label.setGeometry(0, top, room, tall)
            top += tall + gap
        for part in (*self.buttons, *self._why):
            part.show()
        self.setFixedHeight(max(0, top - gap))

    def _fit(self, button: QPushButton, room: int) -> QSize:
        """Its words in one line, or in as many as they need."""
        said, _, price = str(button.property("words")).partition("\n")
        button.setText(f"{said}   {price}" if price else said)
        if button.sizeHint().width() > room:
            frame = button.sizeHint().width() - button.fontMetrics().horizontalAdvance(button.text())
            lines = [line for part in (said, price) for line in wrapped(part, button.fontMetrics(), room - frame)]
            button.setText("\n".join(lines))
        return button.sizeHint().boundedTo(QSize(room, button.sizeHint().height()))


def wrapped(text: str, metrics: QFontMetrics, room: int) -> list[str]:
    """In lines that fit; a button does not do that by itself."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and metrics.horizontalAdvance(longer) <= room:
            lines[-1] = longer
        elif word:
            lines.append(word)
    return lines


def spoken(offer: Offer) -> str:
    """All of it in one line."""
    return f"{offer.label}, {offer.price}" if offer.price else offer.label


def face(offer: Offer, n: int) -> str:
    """What stands on the button: its key, its words, whether more is asked; the price behind a line break."""
    more = "…" if offer.wants is not Given.NOTHING and not offer.label.endswith("…") else ""
    key = f"{n + 1}  " if n < MOST_KEYS else ""
    words = f"{key}{offer.label}{more}".replace("&", "&&")
    return f"{words}\n{offer.price}" if offer.price else words
