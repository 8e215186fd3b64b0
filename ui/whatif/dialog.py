"""The what-if form: copies of the depot are made, opened, compared side by side, promoted and thrown away here."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QMessageBox, QVBoxLayout, QWidget

from dispatcher.domain.errors import KnownError
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress
from dispatcher.services import whatifs
from dispatcher.services.comparing import Comparison, Promotion, compare, opened, prepare_promotion
from dispatcher.services.plan import Applied
from dispatcher.services.ports import Done
from dispatcher.services.whatifs import WhatIf
from dispatcher.services.workplace import OpenStore, Workplace
from ui import format as words
from ui.parts.fields import mark
from ui.parts.said import Tone
from ui.parts.sizes import open_at
from ui.runner import Job, Operation, OpRunner
from ui.theme import Theme
from ui.whatif.form import WhatIfForm

_FLAGS = QItemSelectionModel.SelectionFlag


class WhatIfDialog(QDialog):
    """Non-modal; works in the depot and inside a copy. GUI thread.

    Signals:
        open_requested(name): let the window work in this copy.
        promote_requested(name): asked for inside a copy; only the depot's own window can, by `promote`.
        promoted(name): the depot has the copy's day now, as one step.
    """

    open_requested = Signal(str)
    promote_requested = Signal(str)
    promoted = Signal(str)

    def __init__(
        self,
        workplace: Workplace,
        open_store: OpenStore,
        runner: OpRunner,
        theme: Theme,
        on: date,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("whatif")
        self.setAccessibleName("What if")
        self.setWindowTitle("What if")
        self._workplace, self._open_store, self._runner, self._theme = workplace, open_store, runner, theme
        self._on = on
        self._compared: date | None = None
        self._jobs: list[Job] = []
        self.form = WhatIfForm(theme, workplace.depot.zone, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)
        self._connect()
        open_at(self, theme, 240, 180)
        self.set_date(on)
        self.refresh()

    def set_date(self, on: date) -> None:
        """The day that the window shows: new copies are about it."""
        self._on = on
        whose = "the depot’s " if self._workplace.what_if else ""
        self.form.make.setText(f"New copy of {whose}{words.weekday_date(on)}")

    @Slot(object)
    def follow(self, day: Day) -> None:
        """The window shows this day now, or the same one after a change."""
        self.set_date(day.date)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """List the copies again, and compare those of the day anew."""
        self._list(self._chosen_name() or self._here)
        self._compare(self._day())

    @property
    def working(self) -> bool:
        """Whether something is being copied, read or promoted."""
        return bool(self._jobs)

    @property
    def _here(self) -> str:
        """The copy that the window works in; empty in the depot itself."""
        return self._workplace.what_if.name if self._workplace.what_if else ""

    def _connect(self) -> None:
        form = self.form
        form.make.clicked.connect(self._on_make)
        form.name.textChanged.connect(self._on_name_typed)
        form.name.returnPressed.connect(self._on_make)
        form.open.clicked.connect(self._on_open)
        form.promote.clicked.connect(self._on_promote)
        form.discard.clicked.connect(self._on_discard)
        form.again.clicked.connect(self.refresh)
        form.stop.clicked.connect(self._on_stop)
        form.close_button.clicked.connect(self.reject)
        form.copies.activated.connect(self._on_open)
        form.copies.selectionModel().currentRowChanged.connect(self._on_chosen)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), form.copies)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._on_discard)
        self._runner.job_progressed.connect(self._on_progressed)
        self._runner.job_ended.connect(self._on_ended)

    # ── The copies ───────────────────────────────────────────────────────────────────────────────────────────────

    def _list(self, choose: str = "") -> None:
        copies = whatifs.all_of(self._workplace.home, self._workplace.slug)
        self.form.copy_model.set_copies(copies, self._here)
        row = next((n for n, copy in enumerate(copies) if copy.name == choose), 0)
        if copies:
            index = self.form.copy_model.index(row, 0)
            self.form.copies.selectionModel().setCurrentIndex(index, _FLAGS.ClearAndSelect | _FLAGS.Rows)
        self.form.show_copies(bool(copies))
        self._allow()

    def _chosen(self) -> WhatIf | None:
        row = self.form.copies.currentIndex().row()
        copies = self.form.copy_model.copies
        return copies[row] if 0 <= row < len(copies) else None

    def _chosen_name(self) -> str:
        chosen = self._chosen()
        return chosen.name if chosen else ""

    def _day(self) -> date:
        chosen = self._chosen()
        return chosen.date if chosen else self._on

    def _allow(self) -> None:
        name, form = self._chosen_name(), self.form
        form.open.setEnabled(bool(name) and name != self._here)
        form.promote.setEnabled(bool(name) and not self.working)
        form.discard.setEnabled(bool(name) and name != self._here and not self.working)
        here = name == self._here and bool(name)
        form.discard.setToolTip(
            "Go back to the depot first: this copy is open" if here else "It cannot come back (Del)"
        )
        form.make.setEnabled(not self.working)
        form.again.setEnabled(not self.working)
        form.stop.setVisible(self.working)
        form.bar.setVisible(self.working)

    @Slot(QModelIndex, QModelIndex)
    def _on_chosen(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._allow()
        if self._compared is not None and self._day() != self._compared:
            self._compare(self._day())

    @Slot()
    def _on_open(self) -> None:
        if self.form.open.isEnabled():
            self.open_requested.emit(self._chosen_name())

    # ── Making ───────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _on_name_typed(self) -> None:
        mark(self.form.name, invalid=False)

    @Slot()
    def _on_make(self) -> None:
        if self.working:
            return
        copying = partial(self._make, self.form.name.text(), self._on)
        self._begin(copying, "Copying the depot", self._on_made, self._on_not_made)

    def _make(self, name: str, on: date, _progress: Progress) -> WhatIf:
        """Of the depot itself, wherever the window works; in a worker."""
        place = self._workplace
        with opened(place, None, self._open_store) as depot:
            return whatifs.make(
                place.home, place.slug, depot, name=name, on=on, clock=place.clock, open_store=self._open_store
            )

    @Slot(object)
    def _on_made(self, made: WhatIf) -> None:
        self.form.name.clear()
        self.form.said.say(f"“{made.name}” is made. Open it and try what you like.", Tone.GOOD)
        self._list(made.name)
        self._compare(made.date)

    @Slot(object)
    def _on_not_made(self, fault: Exception) -> None:
        mark(self.form.name, invalid=True)
        self._on_failed(fault)

    # ── Comparing ────────────────────────────────────────────────────────────────────────────────────────────────

    def _compare(self, on: date) -> None:
        self._compared = on
        self.form.heading.setText(f"{words.weekday_date(on)}, side by side")
        work = partial(self._weigh, on)
        self._begin(work, "Comparing copies", self._on_compared, self._on_failed, latest_key="whatif.compare")

    def _weigh(self, on: date, progress: Progress) -> Comparison:
        return compare(self._workplace, on, open_store=self._open_store, progress=progress)

    @Slot(object)
    def _on_compared(self, comparison: Comparison) -> None:
        self.form.copy_model.set_sides(comparison.sides)
        self.form.show_comparison(comparison)

    # ── Promoting ────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _on_promote(self) -> None:
        if chosen := self._chosen():
            self.promote(chosen.name)

    def promote(self, name: str) -> None:
        """Bring what was changed in a copy into the depot, as one step; inside a copy only wish for it."""
        if self._workplace.what_if:
            self.promote_requested.emit(name)
            return
        try:
            what_if = whatifs.named(self._workplace.home, self._workplace.slug, name)
        except KnownError as fault:
            self._on_failed(fault)
            return
        self.form.show_left({})
        self._begin(partial(self._prepare, what_if), f"Promoting “{name}”", self._on_prepared, self._on_failed)

    def _prepare(self, what_if: WhatIf, _progress: Progress) -> Promotion:
        return prepare_promotion(self._workplace, what_if, open_store=self._open_store)

    @Slot(object)
    def _on_prepared(self, promotion: Promotion) -> None:
        self._runner.submit(
            Operation(promotion.label, promotion.run),
            initiator=self,
            on_done=partial(self._on_promoted, promotion),
            on_failed=self._on_failed,
        )

    def _on_promoted(self, promotion: Promotion, done: Done[Applied]) -> None:
        name, left = promotion.what_if.name, promotion.left(done.value)
        moved = words.count(done.value.moved, "stop")
        told = f"“{name}” is in the depot now: {moved} moved, and what else was changed in it. Undo takes it all back."
        if done.changes.empty:
            told = f"“{name}” changes nothing in the depot."
        if left:
            told += f" {words.count(len(left), 'order')} could not follow:"
        self.form.said.say(told, Tone.WARNING if left else Tone.GOOD)
        self.form.show_left(left)
        self.promoted.emit(name)
        self._compare(promotion.what_if.date)

    # ── Throwing away ────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _on_discard(self) -> None:
        """Asks: a copy that is thrown away cannot come back."""
        chosen = self._chosen()
        if chosen is None or not self.form.discard.isEnabled():
            return
        ask = QMessageBox(QMessageBox.Icon.Question, "Throw away", f"Throw away “{chosen.name}”?", parent=self)
        ask.setObjectName("whatif.ask")
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ask.setInformativeText("What was tried in it is lost, and cannot come back. The depot stays as it is.")
        throw = ask.addButton("Throw away", QMessageBox.ButtonRole.DestructiveRole)
        keep = ask.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        ask.setDefaultButton(keep)
        ask.setEscapeButton(keep)
        throw.clicked.connect(partial(self._throw_away, chosen))
        ask.open()

    def _throw_away(self, what_if: WhatIf, _checked: bool = False) -> None:
        try:
            whatifs.throw_away(what_if)
        except OSError as fault:
            what = f"“{what_if.name}” could not be thrown away ({fault.strerror})."
            self._on_failed(KnownError(what, f"Close whatever has {what_if.file} open, and try again."))
            return
        self.form.said.say(f"“{what_if.name}” is thrown away.")
        self._list()
        self._compare(self._day())

    # ── Work in the background ───────────────────────────────────────────────────────────────────────────────────

    def _begin(
        self,
        work: Callable[[Progress], Any],
        title: str,
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        latest_key: str | None = None,
    ) -> None:
        self.form.bar.setValue(0)
        job = self._runner.start(work, title=title, on_done=done, on_failed=failed, latest_key=latest_key)
        if job.outcome is None:
            self._jobs.append(job)
        self.form.doing.setText(f"{title}…")
        self._allow()

    @Slot(object)
    def _on_progressed(self, job: Job) -> None:
        if job in self._jobs:
            self.form.bar.setValue(round(job.fraction * 1000))
            self.form.doing.setText(f"{job.title}: {job.text}")

    @Slot(object)
    def _on_ended(self, job: Job) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
            if not self._jobs:
                self.form.doing.setText("")
            self._allow()

    @Slot()
    def _on_stop(self) -> None:
        for job in self._jobs:
            job.cancel()

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        self.form.said.say_fault(fault)
        if not isinstance(fault, KnownError):
            self._runner.failed.emit(fault)

    def done(self, result: int) -> None:
        """Nobody waits for a comparison any more."""
        self._on_stop()
        super().done(result)
