"""What accepted proofs propose of addresses: a list to accept or decline, one by one. Nothing is changed by itself."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dispatcher.domain.changes import ChangeSet, Kind
from dispatcher.domain.errors import KnownError
from dispatcher.services.learned_addresses import Memory, Proposal, What, accept, decline, proposals
from dispatcher.services.learned_use import minutes_words
from dispatcher.services.ports import Done, UnitOfWork
from dispatcher.services.workplace import Workplace
from ui import format as fmt
from ui.parts.fields import named, primary, set_icon
from ui.parts.said import Said, Tone
from ui.runner import Job, Operation, OpRunner
from ui.slots.rows import Column, RowTable
from ui.theme import Theme

LOOKING = "Looking through accepted proofs"
NONE = (
    "Accepted proofs propose nothing. Three visits on different rounds, with good positions, propose a pin; "
    "notes of drivers and the usual time at the door come likewise."
)
NO_LOGBOOK = "Proposals come from proofs: open the depot itself, with its logbook."
NAMES = {What.PIN: "Pin", What.NOTE: "Note", What.SERVICE: "Service time"}


def proposed_words(proposal: Proposal) -> str:
    """What is proposed, in short."""
    match proposal.what:
        case What.PIN:
            moved = f"moves {proposal.moved_m:.0f} m" if proposal.address.place else "no place so far"
            return f"{moved}{f', from {proposal.approach}' if proposal.approach else ''}"
        case What.NOTE:
            return f"“{proposal.note}”"
        case What.SERVICE:
            return f"{minutes_words(proposal.now_s)} → {minutes_words(proposal.service_s)}"


def detail_words(proposal: Proposal) -> str:
    """What it rests on."""
    visits = fmt.count(proposal.visits, "accepted proof")
    rests = f"{NAMES[proposal.what]}: {proposed_words(proposal)} · {visits}, last {fmt.weekday_date(proposal.last)}"
    if proposal.what is not What.PIN:
        return rests
    return f"{rests} · half within {proposal.spread_m:.0f} m · on the map: 1 as it is now, 2 as proposed"


class ProposedList(QWidget):
    """GUI thread.

    Signals:
        chosen(Proposal | None): look at this one.
        count_changed(int): so many wait.
    """

    chosen = Signal(object)
    count_changed = Signal(int)

    def __init__(self, workplace: Workplace, runner: OpRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "addresses.proposed", "Proposed by accepted proofs")
        self._workplace, self._runner, self._theme = workplace, runner, theme
        self._looked = False
        self._memory: Memory = {}
        """Of the worker thread that looks; one does at a time."""
        self._rows: tuple[Proposal, ...] = ()
        self._job: Job | None = None
        columns = (
            Column("What", lambda p: NAMES[p.what], most=40),
            Column("Address", lambda p: p.address.text, most=70),
            Column("Proofs", lambda p: f"{p.visits:,}", right=True, most=18),
            Column("Proposed", proposed_words, most=120),
        )
        self.table: RowTable[Proposal] = RowTable(
            "addresses.proposals", "Proposals of accepted proofs", columns, theme, self
        )
        self.said = Said("addresses.proposed.said", "How it stands", theme, self)
        self.take = named(QPushButton("Accept", self), "addresses.proposed.accept", "Accept the proposal")
        primary(self.take)
        self.leave = named(QPushButton("Decline", self), "addresses.proposed.decline", "Decline it for good")
        self.again = named(QPushButton("Look again", self), "addresses.proposed.again", "Look again")
        self._lay_out()
        self._wire()
        self._dress()
        self._show(())

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for button in (self.take, self.leave):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.again)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.table.view, 1)
        self._column.addWidget(self.said)
        self._column.addLayout(buttons)

    def _wire(self) -> None:
        self.take.clicked.connect(self.accept)
        self.leave.clicked.connect(self.decline)
        self.again.clicked.connect(self.look)
        self.table.view.selectionModel().currentRowChanged.connect(self._on_row)
        self._runner.job_ended.connect(self._on_job_ended)
        self._runner.op_finished.connect(self._on_op_finished)
        self._theme.changed.connect(self._dress)
        keys: tuple[tuple[str, str, str, Callable[[], None]], ...] = (
            ("accept", "Accept the proposal", "A", self.accept),
            ("decline", "Decline the proposal for good", "D", self.decline),
        )
        for name, text, key, slot in keys:
            action = QAction(text, self.table.view)
            action.setObjectName(f"addresses.proposed.do.{name}")
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            self.table.view.addAction(action)
        self.take.setToolTip("Remember it for the address; undo takes it back  (A)")
        self.leave.setToolTip("It does not come again, unless proofs say something else by then; undo works  (D)")

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(grid(2))
        set_icon(self.take, "check", self._theme, "on_accent")
        set_icon(self.leave, "close", self._theme)

    # --- looking --------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Looked for when first seen."""
        super().showEvent(event)
        if not self._looked:
            self.look()

    @Slot()
    def look(self) -> None:
        """Go through the accepted proofs again."""
        if self._workplace.live is None or self._workplace.what_if is not None:
            self.said.say(NO_LOGBOOK, Tone.QUIET)
            self.again.setEnabled(False)
            return
        self._looked = True
        self.again.setEnabled(False)
        self.said.say(f"{LOOKING}…", Tone.QUIET)
        work = lambda progress: proposals(self._workplace, progress, self._memory)
        self._job = self._runner.start(
            work, title=LOOKING, on_done=self._on_found, on_failed=self._on_failed, latest_key="addresses.proposals"
        )

    @Slot(object, object)
    def _on_op_finished(self, changes: ChangeSet, initiator: object) -> None:
        """Somebody else decided, or took a decision back."""
        if initiator is not self and changes.touches(Kind.PIN, Kind.REMEMBERED):
            self._looked = False
            if self.isVisible():
                self.look()

    @property
    def looking(self) -> bool:
        """Whether proofs are being gone through."""
        return self._job is not None

    @Slot(object)
    def _on_job_ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self.again.setEnabled(True)

    @Slot(object)
    def _on_found(self, found: Sequence[Proposal]) -> None:
        self._show(found)
        self.said.say("" if found else NONE, Tone.QUIET)

    def _show(self, found: Sequence[Proposal]) -> None:
        self._rows = tuple(found)
        self.table.show_rows(self._rows, lambda proposal: proposal.id)
        for button in (self.take, self.leave):
            button.setEnabled(bool(found))
        self.count_changed.emit(len(found))
        self._on_row()

    @Slot()
    def _on_row(self) -> None:
        self.chosen.emit(self.table.current)

    # --- deciding -------------------------------------------------------------------------------------------------

    @Slot()
    def accept(self) -> None:
        """Remember the one chosen."""
        if (proposal := self.table.current) is not None:
            today = self._workplace.today
            words = f"Remember the {NAMES[proposal.what].lower()} of {proposal.address.line}"
            self._submit(proposal, words, partial(accept, proposal=proposal, today=today), "Remembered for")

    @Slot()
    def decline(self) -> None:
        """Have the one chosen not come again."""
        if (proposal := self.table.current) is not None:
            words = f"Decline the {NAMES[proposal.what].lower()} of {proposal.address.line}"
            self._submit(proposal, words, partial(_declined, proposal=proposal), "Declined for")

    def _submit(self, proposal: Proposal, words: str, change: Callable[..., int], said: str) -> None:
        self._runner.submit(
            Operation(words, change),
            initiator=self,
            on_done=partial(self._on_decided, proposal, said),
            on_failed=self._on_failed,
        )

    def _on_decided(self, proposal: Proposal, said: str, done: Done[int]) -> None:
        more = f"; {fmt.count(done.value, 'open order')} moved there" if done.value else ""
        self.said.say(f"{said} {proposal.address.text}{more}.", Tone.GOOD)
        self._show([each for each in self._rows if each != proposal])

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        if isinstance(fault, KnownError):
            self.said.say_fault(fault)
        else:
            self._runner.failed.emit(fault)


def _declined(uow: UnitOfWork, *, proposal: Proposal) -> int:
    decline(uow, proposal)
    return 0
