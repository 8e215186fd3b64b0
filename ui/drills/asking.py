"""Drills as they are asked for and looked back on: the form, the making of one, the debrief.

Lives in the GUI thread; works in the depot and in any copy of it. Playing is `ui.drills.desk`'s.
"""

from datetime import date

import shiboken6
from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QWidget

from dispatcher.services import drills
from dispatcher.services.drills import Drill, Wish
from dispatcher.services.workplace import OpenStore, Workplace
from ui.drills.debrief import Debrief
from ui.drills.dialog import DrillsDialog
from ui.runner import Job, OpRunner
from ui.theme import Theme

PERSON = "proofs/reviewer"


class DrillAsking(QObject):
    """One for each window.

    Signals:
        open_requested(str, date): show the copy of this name.
        plan_requested(int): of the drill that is played here, show the optimiser's plan for a disturbance.
        failed(Exception): and the form is not there to say it.
    """

    open_requested = Signal(str, object)
    plan_requested = Signal(int)
    failed = Signal(object)

    def __init__(
        self,
        workplace: Workplace,
        open_store: OpenStore,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._workplace, self._open_store, self._runner = workplace, open_store, runner
        self._theme, self._settings, self._window = theme, settings, window
        self._making: Job | None = None
        self._form: DrillsDialog | None = None
        self._page: Debrief | None = None
        runner.job_ended.connect(self._on_job_ended)
        runner.job_progressed.connect(self._on_progressed)

    @property
    def form(self) -> DrillsDialog | None:
        """The form, while it is open."""
        return self._form if self._form is not None and shiboken6.isValid(self._form) else None

    @Slot()
    def open(self) -> None:
        """Ask which drill, and list those played."""
        form = self.form or self._make_form()
        form.show()
        form.raise_()
        form.activateWindow()
        self._refresh()

    def _make_form(self) -> DrillsDialog:
        who = str(self._settings.value(PERSON, "") or "")
        self._form = form = DrillsDialog(who, self._workplace.depot.zone, self._theme, self._window)
        form.begin_requested.connect(self.begin)
        form.resume_requested.connect(self._on_resume)
        form.debrief_requested.connect(self.show_debrief)
        return form

    def _refresh(self) -> None:
        place = self._workplace
        work = lambda _progress: (drills.all_of(drills.logbook_of(place)), drills.days_on_record(place))
        failed = self._on_not_made
        self._runner.start(work, title="Reading drills", on_done=self._on_read, on_failed=failed, latest_key="drills")

    def _on_read(self, found: tuple[tuple[Drill, ...], tuple[date, ...]]) -> None:
        if form := self.form:
            form.show_played(found[0])
            form.show_days(found[1])

    @Slot(object)
    def _on_resume(self, drill: Drill) -> None:
        self.open_requested.emit(drill.copy, drill.on)

    # --- making one -----------------------------------------------------------------------------------------------

    @Slot(object)
    def begin(self, wish: Wish) -> None:
        """Make a drill, and ask for its copy to be opened."""
        if self._making:
            return
        work = lambda progress: drills.begin(self._workplace, wish, open_store=self._open_store, progress=progress)
        self._making = self._runner.start(
            work, title="Making a drill", on_done=self._on_made, on_failed=self._on_not_made
        )
        if form := self.form:
            form.set_working("Copying the depot")

    @Slot(object)
    def _on_progressed(self, job: Job) -> None:
        if job is self._making and (form := self.form):
            form.set_working(job.text, job.fraction)

    @Slot(object)
    def _on_job_ended(self, job: Job) -> None:
        if job is self._making:
            self._making = None
            if form := self.form:
                form.set_working("")

    def _on_made(self, drill: Drill) -> None:
        if form := self.form:
            form.close()
        self.open_requested.emit(drill.copy, drill.on)

    def _on_not_made(self, fault: Exception) -> None:
        if form := self.form:
            form.on_failed(fault)
        else:
            self.failed.emit(fault)

    # --- looking back ---------------------------------------------------------------------------------------------

    @Slot(object)
    def show_debrief(self, drill: Drill, *, here: bool = False) -> None:
        """The page of a drill; `here`: its plans can be shown on this window's board."""
        if self._page is not None and shiboken6.isValid(self._page):
            self._page.close()
        depot = self._workplace.depot
        self._page = Debrief(drill, depot.zone, depot.currency, self._theme, self._window, here=here)
        self._page.plan_requested.connect(self.plan_requested)
        self._page.again_requested.connect(self._on_again)
        self._page.show()

    @Slot(object)
    def _on_again(self, wish: Wish) -> None:
        self.open()
        if form := self.form:
            form.set_wish(wish)
