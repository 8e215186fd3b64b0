"""The line at the bottom: what was saved when, whether roads are real, and what works in the background."""

from datetime import datetime
from html import escape

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from dispatcher.services.sending import Sending
from ui import format as words
from ui.runner import Job
from ui.theme import Size, Theme

SHOW_AFTER_MS = 500
QUIET = {
    "Optimising",  # has a bar of its own above the board
    "Reading the day",
    "Finding reasons",
    "Drawing routes",
    "Drawing stops",
    "Showing the best plan",
    "Re-sequencing",
    "Reading the history",
    "Closed streets",
    "Comparing the plans",
    "Finding places",
    "Trying what would mend it",
    "Drawing the proposal",
    "Improve the rest of the day",
    "Sending the rounds",
    "Sending the message",
    "Changing a phone",
    "Letting a phone in",
    "Waiting for the phone",
    "Reading the proofs",
    "Opening the picture",
    "Looking at the proof",
    "Looking at new proofs",
    "Looking at what is open",
    "Working out what can be done",
    "Measuring",
    "Reading the contacts",
}
"""Work that belongs to every gesture: nothing to tell unless it takes long."""


class StatusLine(QStatusBar):
    """Tells the truth about saving, roads and background work."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setSizeGripEnabled(False)
        self._saved = _label(self, "status.saved", "Saving")
        self._roads = _label(self, "status.roads", "Roads")
        self._road = _label(self, "status.road", "Drivers' phones")
        self._unread = _label(self, "status.unread", "Messages nobody has seen")
        self._exceptions = _label(self, "status.exceptions", "Open exceptions")
        self._told = _label(self, "status.told", "What happened last")
        self._hush = QTimer(self)
        self._hush.setSingleShot(True)
        self._hush.timeout.connect(self._told.clear)
        self._saved_text = "all data local"
        self._straight = False
        self._road_text = self._road_fault = ""
        self.work = JobLine(theme, self)
        self._theme = theme
        grid = theme.grid
        self.setContentsMargins(grid(2), 0, grid(2), 0)
        for part in (self._saved, self._roads, self._road, self._unread, self._exceptions, self._told):
            part.setContentsMargins(0, 0, grid(4), 0)
            part.setFont(theme.font(Size.SMALL))
            self.addWidget(part, 1 if part is self._told else 0)
        self.addPermanentWidget(self.work)
        self._saved.setText(self._saved_text)
        self._unread.hide()
        self._exceptions.hide()
        theme.changed.connect(self._on_theme_changed)

    def tell(self, text: str, seconds: float = 8.0) -> None:
        """Say something that passes; what stands beside it stays."""
        self._told.setText(text)
        self._hush.start(round(seconds * 1000))

    @Slot()
    def _on_theme_changed(self) -> None:
        for part in (self._saved, self._roads, self._road, self._unread, self._exceptions, self._told, self.work):
            part.setFont(self._theme.font(Size.SMALL))
        if self._straight:
            self.set_roads("", True)

    def set_saved(self, at: datetime) -> None:
        """A change reached the disk; `at` in the depot's time zone."""
        self._saved_text = f"saved {at:%H:%M} · all data local"
        self._saved.setText(self._saved_text)

    def set_saving(self, busy: bool) -> None:
        """A change is under way, or no longer."""
        self._saved.setText("saving…" if busy else self._saved_text)

    def set_road(self, sending: Sending, heard: int, wanted: int, *, closed: bool = False) -> None:
        """How the day stands with its drivers' phones: so many of those `wanted` were `heard` lately.

        `closed`: the gateway does not run, so that nothing can be heard.
        """
        parts = []
        if sending.rounds:
            waiting = sending.rounds - sending.accepted
            seen = f", {waiting} not seen yet" if waiting else ", all seen"
            parts.append(f"sent to {words.count(sending.rounds, 'driver')}{seen}")
        if closed:
            colour = self._theme.colour("risk").name()
            parts.append(f"<span style='color:{colour}'>⚠ the gateway does not run: phones cannot send</span>")
        elif wanted:
            parts.append(f"{heard} of {words.count(wanted, 'phone')} heard")
        self._road_text = " · ".join(parts)
        if not self._road_fault:
            self._road.setText(self._road_text)

    def set_road_fault(self, fault: str) -> None:
        """Why drivers cannot be followed; nothing when they can."""
        self._road_fault = fault
        colour = self._theme.colour("risk").name()
        self._road.setText(f"<span style='color:{colour}'>⚠ {escape(fault)}</span>" if fault else self._road_text)

    def set_unread(self, unread: int) -> None:
        """So many messages of drivers wait to be seen."""
        self._unread.setText(f"✉ {words.count(unread, 'new message')}")
        self._unread.setVisible(unread > 0)

    def set_exceptions(self, waiting: int, overdue: int) -> None:
        """So many exceptions wait to be settled, so many of them past their time."""
        told = words.count(waiting, "exception")
        if overdue:
            colour = self._theme.colour("late").name()
            told += f", <span style='color:{colour}'>{overdue} overdue</span>"
        self._exceptions.setText(f"⚑ {told}")
        self._exceptions.setVisible(waiting > 0)

    def set_roads(self, region: str, straight: bool) -> None:
        """Which roads the times come from."""
        self._straight = straight
        if straight:
            colour = self._theme.colour("risk").name()
            self._roads.setText(
                f"<span style='color:{colour}'>⚠ No region: straight lines and guessed speeds. "
                "Build one under Region › Build…, then choose it under Depot › Settings…</span>"
            )
        else:
            self._roads.setText(f"roads of {region} · offline")


class JobLine(QWidget):
    """The background work under way that has taken half a second or more, and a button to cancel it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._jobs: list[Job] = []
        self._text = _label(self, "status.job", "Background work")
        self._bar = QProgressBar(self)
        self._bar.setObjectName("status.progress")
        self._bar.setAccessibleName("Progress")
        self._bar.setFixedWidth(140)
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._stop = QToolButton(self)
        self._stop.setObjectName("status.stop")
        self._stop.setText("Cancel")
        self._stop.setAccessibleName("Cancel the background work")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOW_AFTER_MS)
        self._timer.timeout.connect(self._refresh)
        self._stop.clicked.connect(self._on_stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        for part in (self._text, self._bar, self._stop):
            row.addWidget(part)
        self.hide()

    @Slot(object)
    def on_started(self, job: Job) -> None:
        """Wait half a second before saying anything."""
        self._jobs.append(job)
        if not self._timer.isActive():
            self._timer.start()

    @Slot(object)
    def on_progressed(self, _job: Job) -> None:
        """Show how far it is."""
        if self.isVisible():
            self._refresh()

    @Slot(object)
    def on_ended(self, job: Job) -> None:
        """Drop it."""
        if job in self._jobs:
            self._jobs.remove(job)
        if not self._jobs:
            self._timer.stop()
        if self.isVisible():
            self._refresh()

    @Slot()
    def _refresh(self) -> None:
        told = [job for job in self._jobs if job.title not in QUIET]
        self.setVisible(bool(told))
        if not told:
            return
        job = told[0]
        more = f" (+{words.count(len(told) - 1, 'more', 'more')})" if len(told) > 1 else ""
        self._text.setText(f"{job.title}… {job.text}{more}")
        self._bar.setValue(round(job.fraction * 1000))
        self._stop.setToolTip(f"Cancel: {job.title}")

    @Slot()
    def _on_stop(self) -> None:
        told = [job for job in self._jobs if job.title not in QUIET]
        if told:
            told[0].cancel()


def _label(parent: QWidget, name: str, accessible: str) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setAccessibleName(accessible)
    return label
