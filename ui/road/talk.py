"""The messages with one driver: what was written to and fro, and a line to write more. What is seen is told once."""

from collections.abc import Sequence
from html import escape
from typing import override

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.devices import Note
from dispatcher.domain.ids import DriverId
from dispatcher.domain.plan import Day
from dispatcher.services.messages import unread
from ui import format as words
from ui.parts.fields import named
from ui.theme import Size, Theme

LONGEST = 1_000
"""Characters of a message."""


class Talk(QWidget):
    """The messages with the driver at hand. GUI thread.

    Signals:
        written(DriverId, str): send this message.
        seen(ids): somebody sees these messages of the driver, for the first time.
    """

    written = Signal(object, str)
    seen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._day: Day | None = None
        self._driver_id: DriverId | None = None
        self._unread: frozenset[str] = frozenset()
        self._told: set[str] = set()
        self.talk = named(QTextBrowser(self), "board.driver.notes", "Messages with this driver")
        self.talk.setFrameShape(QFrame.Shape.NoFrame)
        self.line = named(QLineEdit(self), "board.driver.line", "Message to this driver")
        self.line.setPlaceholderText("Message to the driver")
        self.line.setMaxLength(LONGEST)
        self.send = named(QPushButton("Send", self), "board.driver.send", "Send")
        self.send.setToolTip("Send the message to the driver's phone")
        self.send.setMinimumWidth(1)
        self._foot, self._column = QHBoxLayout(), QVBoxLayout(self)
        self._foot.addWidget(self.line, 1)
        self._foot.addWidget(self.send)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.talk, 1)
        self._column.addLayout(self._foot)
        self.send.clicked.connect(self._on_send)
        self.line.returnPressed.connect(self._on_send)
        self.line.textChanged.connect(self._offer)
        theme.changed.connect(self._on_theme_changed)
        application = QApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._see)
        self._on_theme_changed()
        self._offer()

    def show_notes(self, day: Day, driver_id: DriverId, notes: Sequence[Note]) -> None:
        """Show these, which are all with this driver."""
        if driver_id != self._driver_id:
            self.line.clear()
        self._day, self._driver_id = day, driver_id
        self._unread = frozenset(note.id for note in unread(notes))
        html = "".join(self._note(note) for note in notes)
        if html != self.talk.property("shown"):
            self.talk.setProperty("shown", html)
            self.talk.setHtml(html or f"<p style='color:{self._theme.colour('muted').name()}'>No messages yet.</p>")
            self.talk.verticalScrollBar().setValue(self.talk.verticalScrollBar().maximum())
        self._see()

    def _note(self, note: Note) -> str:
        assert self._day is not None
        muted = self._theme.colour("muted").name()
        who = "Driver" if note.from_driver else "You"
        head = f"{who} {self._when(note)}{self._got(note)}"
        return f"<p><span style='color:{muted}'>{head}</span><br>{escape(note.text)}</p>"

    def _when(self, note: Note) -> str:
        assert self._day is not None
        zone = self._day.depot.zone
        on = note.written_at.astimezone(zone).date()
        return f"{'' if on == self._day.date else f'{words.weekday_date(on)}, '}{words.clock(note.written_at, zone)}"

    def _got(self, note: Note) -> str:
        assert self._day is not None
        if note.from_driver:
            return ""
        if note.read_at:
            return f" · read {words.clock(note.read_at, self._day.depot.zone)}"
        return " · on the phone" if note.fetched_at else " · not fetched yet"

    # --- what is seen ---------------------------------------------------------------------------------------------

    @Slot()
    def _see(self) -> None:
        """Behind another tab, or while another program is at work, nothing is seen."""
        new = self._unread - self._told
        if new and self.isVisible() and QGuiApplication.focusWindow() is not None:
            self._told |= new
            self.seen.emit(tuple(sorted(new)))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._see()

    # --- what is wished -------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Let the keys go to the line."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _offer(self) -> None:
        self.send.setEnabled(bool(self.line.text().strip()))

    @Slot()
    def _on_send(self) -> None:
        text = self.line.text().strip()
        if text and self._driver_id:
            self.written.emit(self._driver_id, text)
            self.line.clear()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._column.setSpacing(self._theme.grid(2))
        for part in (self.talk, self.line, self.send):
            part.setFont(self._theme.font(Size.SMALL))
        self.talk.setProperty("shown", None)  # its words are in the colours of the theme before
