"""The form of a closed street: drawn on the map, shown as it was understood, checked, closed; and reopened.

What the roads are asked runs in a worker: the first question about closed streets takes a second and more.
"""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QDate, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import ClosureId, new_id
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress
from dispatcher.domain.roads import Closure, Understood
from dispatcher.services import closures
from dispatcher.services.closures import Closed
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.disturbances import facts
from ui.disturbances.form import Deed, DisturbanceForm, Scene, date_field, date_in
from ui.parts.fields import label, named
from ui.parts.said import Said, Tone, words_of
from ui.runner import Job, OpRunner, Outcome

WANTED = "Draw along the closed street"
MOST_ROWS = 5
STRAIGHT = (
    "This depot has no region: it plans with straight lines, and they know no streets that could be closed. "
    "Build a region from an OpenStreetMap extract and give it to the depot."
)


class StreetForm(DisturbanceForm):
    """Streets that nobody can drive for some days.

    Signals:
        line_wanted(str): a line is to be drawn. Answer with `take_line` or `give_up_line`.
        understood(Understood | None): what the line means, for the map; none when it means nothing any more.
    """

    line_wanted = Signal(str)
    understood = Signal(object)

    def __init__(self, scene: Scene, workplace: Workplace, runner: OpRunner, parent: QWidget | None) -> None:
        super().__init__("street_closed", "Street closed", "Close the street", scene, parent)
        self._workplace, self._runner = workplace, runner
        self._line: tuple[Place, ...] = ()
        self._found: Understood | None = None
        self._drawing = False
        self._check: Job | None = None
        self._listed: Day | None = None
        self._make_fields()
        self._make_list()
        self.finished.connect(self._on_finished)
        runner.job_ended.connect(self._on_job_ended)
        self.refresh()
        self.draw.setFocus()

    def _make_fields(self) -> None:
        self.draw = named(QPushButton("&Draw on the map…", self), f"{self.name}.draw", "Draw on the map")
        self.draw.setToolTip("Draw along the street from one junction to the next (Alt+D)")
        self.draw.setAutoDefault(True)  # Enter on it draws, and does not close yet
        self.draw.clicked.connect(self.ask_for_line)
        self.title = named(QLineEdit(self), f"{self.name}.name", "Name")
        self.title.setPlaceholderText("The street’s name, and why it is closed")
        self.first = date_field(self, "first", "Closed from", self.day.date)
        self.last = date_field(self, "last", "Closed until", self.day.date)
        self.first.dateChanged.connect(self._on_first)
        dates = QHBoxLayout()
        dates.setSpacing(self.scene.theme.grid(2))
        dates.addWidget(self.first, 1)
        dates.addWidget(QLabel("until", self))
        dates.addWidget(self.last, 1)
        self.add("Where", self.draw)
        self.add("&Name", self.title)
        self.add("&From", dates)

    def _make_list(self) -> None:
        self.list = named(QListWidget(self), f"{self.name}.list", "Streets closed on this day")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._on_current)
        self.reopen_button = named(QPushButton("&Reopen", self), f"{self.name}.reopen", "Reopen the chosen street")
        self.reopen_button.setToolTip("Reopen the chosen street, on all its days (Del)")
        self.reopen_button.setAutoDefault(False)
        self.reopen_button.clicked.connect(self.reopen)
        key = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list)
        key.setContext(Qt.ShortcutContext.WidgetShortcut)
        key.activated.connect(self.reopen)
        self.notice = Said(f"{self.name}.notice", "Closed streets that cannot be obeyed", self.scene.theme, self)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label("Closed on this day", self.list, self))
        column.addWidget(self.list)
        column.addWidget(self.reopen_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.notice)
        self._closed = QWidget(self)
        self._closed.setLayout(column)
        self._form.addRow(self._closed)
        self._form.setRowVisible(self._closed, False)

    def showEvent(self, event: QShowEvent) -> None:
        """At the right, where it leaves the map free to be drawn on."""
        super().showEvent(event)
        above, gap = self.parentWidget(), self.scene.theme.grid(6)
        if above is not None and not event.spontaneous():
            room = above.window().frameGeometry()
            self.move(room.right() - self.width() - gap, room.top() + 4 * gap)

    # --- the line -------------------------------------------------------------------------------------------------

    @Slot()
    def ask_for_line(self) -> None:
        """Have one drawn."""
        self.fault.say("")
        self._drawing = True
        self.refresh()
        self.line_wanted.emit(WANTED)

    def take_line(self, line: Sequence[Place]) -> None:
        """It is drawn; ask which streets it means."""
        self._drawing, self._line, self._found = False, tuple(line), None
        self.understood.emit(None)
        self.refresh()
        self._runner.start(
            lambda _progress: closures.understood(self._workplace, tuple(line)),
            title="Finding the street",
            on_done=self._on_understood,
            on_failed=self._on_not_understood,
            latest_key="closed street",
        )
        self.activateWindow()

    def give_up_line(self) -> None:
        """None was drawn; an earlier one stands."""
        self._drawing = False
        self.refresh()
        self.activateWindow()

    def _on_understood(self, found: Understood) -> None:
        self._found = found
        if not self.title.text().strip() and found.streets:
            self.title.setText(facts.together(found.streets))
        self.understood.emit(found)
        self.refresh()
        self.title.setFocus()
        self.title.selectAll()

    def _on_not_understood(self, fault: Exception) -> None:
        self._line = ()
        self.refresh()
        self.blame(words_of(fault))

    # --- what it says ---------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """With the closed streets as they are now."""
        if self._workplace.roads.straight:
            self.draw.setEnabled(False)
            self.refuse(STRAIGHT)
        else:
            self.draw.setText("&Draw it anew…" if self._line else "&Draw on the map…")
            if self._found is None:
                self.refuse(self._state_words(), Tone.QUIET)
            else:
                self.say(self._state_words())
        self._list_closures()

    def _state_words(self) -> str:
        if self._check is not None:
            return "Looking for ways around it…"
        if self._drawing:
            return "Draw along the street on the map, from one junction to the next; Esc there gives up."
        if self._found is None:
            return "Finding the street…" if self._line else "Draw the street on the map first."
        streets = facts.together(self._found.streets) if self._found.streets else "a street without a name"
        pieces = words.count(len(self._found.segments), "stretch", "stretches")
        return f"Understood: {streets}, {pieces}, both ways. The rounds drive around it and a proposal is searched."

    def _list_closures(self) -> None:
        if self._listed is not None and self._listed.closures == self.day.closures:
            return
        self._listed = day = self.day
        if not day.closures:
            self._show_closures([])
            return
        look = lambda _reader: closures.closures_on(self._workplace.roads, day)
        self._runner.read(look, self._show_closures, latest_key="closed streets")

    def _show_closures(self, closed: Sequence[Closed]) -> None:
        self.list.clear()
        for each in closed:
            item = QListWidgetItem(
                f"{each.closure.name} · {span_words(each.closure)}{' · not obeyed' if each.fault else ''}"
            )
            item.setData(Qt.ItemDataRole.UserRole, each)
            item.setToolTip(each.fault or "Obeyed by the road engine")
            self.list.addItem(item)
        if closed:
            self.list.setCurrentRow(0)
            row = max(self.list.sizeHintForRow(0), self.scene.theme.grid(6))
            self.list.setFixedHeight(row * min(len(closed), MOST_ROWS) + 2 * self.list.frameWidth())
        self._form.setRowVisible(self._closed, bool(closed))
        self.notice.say(closures.notice(closed), Tone.WARNING)
        self.fit()

    @Slot(int)
    def _on_current(self, row: int) -> None:
        self.reopen_button.setEnabled(row >= 0)

    @Slot(QDate)
    def _on_first(self, first: QDate) -> None:
        self.last.setMinimumDate(first)

    # --- acting ---------------------------------------------------------------------------------------------------

    @Slot()
    def act(self) -> None:
        """Check in a worker that nobody is cut off; only then is it closed."""
        if not self.act_button.isEnabled():
            return
        try:
            closure = self._closure()
        except (KnownError, ValueError) as fault:
            self.blame(str(fault))
            return
        self.fault.say("")
        self.set_pending(True)
        self._check = self._runner.start(
            lambda progress: self._checked(closure, progress),
            title=f"Closing {closure.name}",
            on_done=self._on_checked,
            on_failed=self._on_check_failed,
        )
        self.meaning.say(self._state_words())

    def _checked(self, closure: Closure, progress: Progress) -> Closure:
        closures.check(self._workplace, closure, progress)
        return closure

    def _on_checked(self, closure: Closure) -> None:
        self._check = None
        what = f"{closure.name} is closed"
        here = closure.first <= self.day.date <= closure.last
        change = partial(closures.close_street, closure=closure)
        self.acted.emit(Deed(f"Close {closure.name}", f"{what}, {span_words(closure)}", change, what if here else ""))

    def _on_check_failed(self, fault: Exception) -> None:
        self._check = None
        self.on_refused(fault)

    @Slot(object)
    def _on_job_ended(self, job: Job) -> None:
        """It may be cancelled in the status bar too; then nothing is closed, and it may be tried again."""
        if job is self._check and job.outcome is Outcome.CANCELLED:
            self._check = None
            self.set_pending(False)

    def _closure(self) -> Closure:
        if self._found is None:
            raise BadInput("No street is drawn yet.", "Draw it on the map.")
        name = self.title.text().strip()
        if not name:
            self.title.setFocus()
            raise BadInput("The closed street has no name.", "Type one, such as the street and why it is closed.")
        return Closure(ClosureId(new_id()), name, self._line, date_in(self.first), date_in(self.last))

    @Slot()
    def reopen(self) -> None:
        """Take the chosen closure away."""
        item = self.list.currentItem()
        if item is None or self._check is not None:
            return
        closure = item.data(Qt.ItemDataRole.UserRole).closure
        what = f"{closure.name} is open again"
        self.fault.say("")
        self.set_pending(True)
        change = partial(closures.reopen_street, closure_id=closure.id)
        self.acted.emit(Deed(f"Reopen {closure.name}", what, change, what, keeps_open=True))

    @Slot()
    def _on_finished(self) -> None:
        if self._check is not None:
            self._check.cancel()
        self.understood.emit(None)


def span_words(closure: Closure) -> str:
    """From when until when: "Mon 15 Jun", "Mon 15 Jun – Tue 16 Jun"."""
    first, last = words.weekday_date(closure.first), words.weekday_date(closure.last)
    return first if first == last else f"{first} – {last}"
