"""What leaves the workbench on paper: the day's closing with its report, and the evidence for one stop.

Works on the runner's workers and tells the panel; the panel knows which day and which proof are meant.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QStandardPaths, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from dispatcher.domain.errors import KnownError
from dispatcher.domain.progress import Progress
from dispatcher.domain.review import Proof
from dispatcher.services.closing import Closings, DayStanding, close_day, look
from dispatcher.services.reviewing import ReviewDesk
from dispatcher.services.workplace import Workplace
from ui.proofs.closing import CloseDialog
from ui.runner import Job, OpRunner
from ui.theme import Theme

FOLDER = "proofs/folder"
LOOKING, CLOSING, WRITING = "Looking at what is open", "Closing the day", "Writing the evidence"
UNSIGNED = "The day is not closed: the file will say “not signed”. Close the day first (Shift+C), or write it so?"


class Paperwork(QObject):
    """Owns both actions and the dialog. GUI thread.

    Signals:
        told(str): a sentence for the status bar.
        failed(object): what could not be done, and stands in no dialog.
        closed(): a day was signed off; it is to be read again.
        jump_requested(OpenItem): show this.
        yes_asked(str, object): ask this question; on a yes, call that.
    """

    told = Signal(str)
    failed = Signal(object)
    closed = Signal()
    jump_requested = Signal(object)
    yes_asked = Signal(str, object)

    def __init__(
        self,
        workplace: Workplace,
        desk: ReviewDesk | None,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        host: QWidget,
    ) -> None:
        super().__init__(host)
        self._workplace, self._desk, self._runner = workplace, desk, runner
        self._theme, self._settings, self._host = theme, settings, host
        self._on: date | None = None
        self._job: Job | None = None
        self.dialog: CloseDialog | None = None
        self.close_day = self._action(
            "close_day", "&Close the day…", "Shift+C", "Sign the day off, and write its report"
        )
        self.evidence = self._action(
            "evidence",
            "&Evidence for this stop…",
            "E",
            "One file that shows this delivery, and verifies itself anywhere",
        )

    def _action(self, name: str, text: str, key: str, what: str) -> QAction:
        action = QAction(text, self._host)
        action.setObjectName(f"proofs.{name}")
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(f"{what}  ({key})")
        action.setEnabled(False)
        self._host.addAction(action)
        return action

    @property
    def busy(self) -> bool:
        """Whether a file is being made."""
        return self._job is not None and self._job.outcome is None

    def _folder(self) -> Path:
        """Where the last file went."""
        usual = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return Path(str(self._settings.value(FOLDER, "") or usual))

    # --- closing a day --------------------------------------------------------------------------------------------

    def open_closing(self, on: date, by: str) -> None:
        """Bring the dialog up for this day."""
        self._on = on
        if self.dialog is None:
            self.dialog = CloseDialog(self._theme, self._workplace.depot.zone, self._host)
            self.dialog.sign_requested.connect(self._on_sign)
            self.dialog.look_requested.connect(self._look)
            self.dialog.jump_requested.connect(self.jump_requested)
        self.dialog.begin(on, by, self._folder() / f"{self._workplace.slug}-{on}.pdf")
        self.dialog.show()
        self.dialog.activateWindow()
        self._look()

    def forget(self) -> None:
        """Another day is shown."""
        if self.dialog is not None:
            self.dialog.close()
        self._on = None

    @Slot()
    def _look(self) -> None:
        if self._desk is None or self._on is None or self.dialog is None or self._runner.stopping:
            return
        desk, on = self._desk, self._on
        self.dialog.wait("Looking at what is open…")

        def work(progress: Progress) -> DayStanding:
            told = lambda share: progress.report(share, "")
            return look(self._workplace, desk, on, cancel=progress.cancelled, told=told)

        self._runner.start(work, title=LOOKING, on_done=self._on_looked, on_failed=self._on_fault, latest_key="closing")

    def _on_looked(self, standing: DayStanding) -> None:
        if self.dialog is not None and standing.on == self._on:
            self.dialog.show_standing(standing)

    @Slot(str, object)
    def _on_sign(self, by: str, report: Path) -> None:
        """What was open may have changed since it was shown: looked at anew, and signed as it is then."""
        if self._desk is None or self._on is None or self._runner.stopping:
            return
        desk, on, seen = self._desk, self._on, self.dialog._standing if self.dialog else None

        def work(progress: Progress) -> DayStanding:
            from dispatcher.services.closing_report import write_report  # printing loads only where something is

            standing = look(self._workplace, desk, on, cancel=progress.cancelled)
            if seen is not None and standing.open != seen.open:
                raise KnownError("Something else is open now than was shown.", "Look again, then close the day.")
            if not standing.closed:
                close_day(self._workplace, standing, by=by, force=True)
                standing = look(self._workplace, desk, on)
            write_report(self._workplace, standing, report)
            return standing

        self._settings.setValue(FOLDER, str(report.parent))
        self._job = self._runner.start(work, title=CLOSING, on_done=self._on_closed, on_failed=self._on_fault)

    def _on_closed(self, standing: DayStanding) -> None:
        self._on_looked(standing)
        self.told.emit(f"{standing.on} is closed; its report is written.")
        self.closed.emit()

    def _on_fault(self, fault: Exception) -> None:
        if self.dialog is not None and self.dialog.isVisible():
            self.dialog.show_fault(fault)
        else:
            self.failed.emit(fault)
        self.closed.emit()  # the day may be closed though its report could not be written

    # --- evidence for one stop ------------------------------------------------------------------------------------

    def ask_evidence(self, proof: Proof, closings: Closings) -> None:
        """Ask where to, and first whether an unsigned file will do."""
        ask = lambda: self._ask_file(proof)
        if closings.last is None:
            self.yes_asked.emit(UNSIGNED, ask)
        else:
            ask()

    def _ask_file(self, proof: Proof) -> None:
        name = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in proof.number)
        where = str(self._folder() / f"evidence-{name}.pdf")
        ask = QFileDialog(self._host, f"Evidence for {proof.number}", where, "PDF (*.pdf)")
        ask.setObjectName("proofs.evidence.dialog")
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setDefaultSuffix("pdf")
        ask.fileSelected.connect(lambda file: self.write_evidence(proof, Path(file)))
        ask.finished.connect(ask.deleteLater)
        ask.open()

    def write_evidence(self, proof: Proof, out: Path) -> None:
        """Write it; the status bar shows how far it is, and stops it."""
        if self._desk is None or self._runner.stopping:
            return
        desk, attempt = self._desk, proof.attempt

        def work(progress: Progress) -> str:
            from dispatcher.services.evidence_file import write_evidence  # as above

            told: Callable[[float], None] = lambda share: progress.report(share, "")
            made = write_evidence(
                self._workplace, desk, attempt.order_id, out, key=attempt.key, cancel=progress.cancelled, told=told
            )
            how = f"signed with key {made.fingerprint}" if made.signed else "not signed: the day is not closed"
            return f"Evidence for {made.number} is written to {out.name}, {how}."

        self._settings.setValue(FOLDER, str(out.parent))
        self._job = self._runner.start(work, title=WRITING, on_done=self.told.emit, on_failed=self.failed.emit)

    def stop(self) -> None:
        """Begin nothing more."""
        self.forget()
