"""What the dialog's tabs share: the line of work, who does it, and whether anything may be written here."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QLineEdit

from dispatcher.domain.changes import ChangeSet
from dispatcher.domain.progress import Progress
from dispatcher.services.workplace import Workplace
from ui.keeping.work import WorkLine
from ui.parts.fields import mark
from ui.parts.said import Tone
from ui.runner import OpRunner

PERSON = "proofs/reviewer"
"""Where the name is kept by which people do things at the depot."""


class Desk(QObject):
    """GUI thread.

    Signals:
        working_changed(): something began or ended.
    """

    working_changed = Signal()

    def __init__(
        self, workplace: Workplace, runner: OpRunner, line: WorkLine, who: QLineEdit, settings: QSettings
    ) -> None:
        super().__init__(line)
        self.zone = workplace.depot.zone
        self.writes = workplace.live is not None and workplace.what_if is None
        self._runner, self._line, self._who, self._settings = runner, line, who, settings
        who.setText(str(settings.value(PERSON, "")))
        line.working_changed.connect(self.working_changed)

    @property
    def working(self) -> bool:
        """Whether something is under way."""
        return self._line.working

    def name(self) -> str | None:
        """Who does it; `None`, and the field is marked, while nobody is named."""
        name = " ".join(self._who.text().split())
        mark(self._who, invalid=not name)
        if not name:
            self.say("Nobody is named. Type your name above: it is written down with what is done.", Tone.BAD)
            self._who.setFocus()
            return None
        self._settings.setValue(PERSON, name)
        return name

    def begin(self, work: Callable[[Progress], Any], title: str, done: Callable[[Any], object]) -> None:
        """Start work, unless something is under way."""
        self._line.begin(work, title, done)

    def say(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Say how it stands."""
        self._line.said.say(text, tone)

    def fail(self, fault: Exception) -> None:
        """Say what is wrong."""
        self._line.fail(fault)

    def changed(self, changes: ChangeSet) -> None:
        """The plan is other than the views show."""
        self._runner.op_finished.emit(changes, self)
