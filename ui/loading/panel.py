"""The panel of loading: the scanner on top, bays and waves below, then the rounds and the list of the one at hand."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.loading import Departure, PieceState, ScanKind
from dispatcher.services.live import LiveDay
from dispatcher.services.loading import Check, Scanned
from dispatcher.services.loading.board import LoadBoard
from dispatcher.services.loading.paper import Paper
from dispatcher.services.loading.run_sheets import SHEET
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace
from ui import format as fmt
from ui.board.empty import EmptyState
from ui.exceptions.deeds import PERSON
from ui.exceptions.form import Form
from ui.loading.bench import Bench
from ui.loading.feed import LoadFeed
from ui.loading.printing import ask_where
from ui.loading.scan import Scanner, Verdict
from ui.loading.sheet_feed import SheetFeed
from ui.loading.sheets import SheetsPage
from ui.parts.fields import named
from ui.parts.said import Said, Tone, words_of
from ui.runner import OpRunner
from ui.theme import Size, Theme

NO_LOGBOOK = "Vans are loaded in a window that follows the road."
IN_A_COPY = "This is a copy to try things out in: load in the depot itself."
READING = "Reading the dock…"
NOTHING = "Nothing is to be loaded on {day}.\nPlan orders on rounds; they come here in the order of loading."
NOT_READ = "The dock could not be read."
SCAN = "Scan, or type an order's number"
AT_SHEETS = "Returned run sheets; Esc goes back to the dock"
AT_DESK = frozenset({"returned", "run_sheets", "load_sheets"})
"""What can be done while sheets are keyed."""


class LoadingPanel(QWidget):
    """A day's dock. GUI thread.

    Signals:
        told(str): a sentence for the status bar.
        count_changed(int, int): so many pieces nobody has spoken of, and so many short or damaged.
        order_requested(OrderId): show this order on the board.
        alarmed(): a scan was wrong, and the depot wants to hear of it.
    """

    told = Signal(str)
    count_changed = Signal(int, int)
    order_requested = Signal(object)
    alarmed = Signal()

    def __init__(
        self,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "loading", "Loading")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._workplace, self._runner, self._theme, self._settings = workplace, runner, theme, settings
        self._zone = workplace.depot.zone
        self._on: date | None = None
        self._counted: tuple[int, int] | None = None
        self._hindrance: Callable[[], str] = lambda: ""
        self.feed = LoadFeed(workplace, runner, self) if workplace.live else None
        self._make()
        self._lay_out()
        self._wire()
        self._dress()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self._theme
        self.field = named(Scanner(self), "loading.scan", "Barcode or order number")
        self.field.setPlaceholderText(SCAN)
        self.field.setClearButtonEnabled(True)
        self.any_van = named(QToolButton(self), "loading.any", "Any van")
        self.any_van.setText("Any van")
        self.any_van.setCheckable(True)
        self.any_van.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.any_van.setToolTip(
            "A parcel goes to the van it belongs in, whichever is shown; else only to the one shown"
        )
        self.who = named(QToolButton(self), "loading.person", "Who you are")
        self.who.setToolTip("Whose name stands on what is scanned; click to change it")
        self.who.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.verdict = Verdict(theme, self)
        self.hint = named(QLabel(self), "loading.at", "At which van")
        self.hint.setProperty("muted", True)
        self.said = Said("loading.said", "What was done last", theme, self)
        self.ask = Form("loading.ask", theme, None, self)
        self.bench = Bench(theme, self._zone, self._settings, self)
        self.addActions(list(self.bench.deeds.values()))
        self.empty = EmptyState(theme, icon="package-variant-closed", text=NO_LOGBOOK, parent=self)
        self.empty.setObjectName("loading.empty")
        self.sheets = (
            SheetsPage(theme, self._zone, SheetFeed(self.feed, self), self._as_clerk, self) if self.feed else None
        )

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.field, 1)
        below = QHBoxLayout()
        below.addWidget(self.hint, 1)
        below.addWidget(self.any_van)
        below.addWidget(self.who)
        left.addLayout(below)
        self._top = QHBoxLayout()
        self._top.addLayout(left, 2)
        self._top.addWidget(self.verdict, 3)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.bench)
        self.stack.addWidget(self.empty)
        if self.sheets:
            self.stack.addWidget(self.sheets)
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(self._top)
        for part in (self.said, self.ask):
            self._whole.addWidget(part)
        self._whole.addWidget(self.stack, 1)

    def _wire(self) -> None:
        self._theme.changed.connect(self._dress)
        feed, bench = self.feed, self.bench
        self._say_nothing_yet()
        if feed is None:
            self._show_empty(NO_LOGBOOK)
            self._allow()
            return
        self.field.read.connect(self._on_code)
        self.field.stepped.connect(bench.step)
        self.field.turned.connect(bench.turn)
        self.any_van.toggled.connect(self._show_at)
        self.who.clicked.connect(self.ask_person)
        bench.round_changed.connect(self._show_at)
        bench.left.connect(self._take_keys)
        bench.table.selectionModel().currentRowChanged.connect(self._allow)
        bench.form.checked.connect(self._depart)
        bench.yard.changed.connect(feed.set_yard)
        for form in (bench.form, bench.yard, self.ask):
            form.closed.connect(self._take_keys)
        bench.wire(
            {
                "short": lambda: self._say(PieceState.SHORT),
                "damaged": lambda: self._say(PieceState.DAMAGED),
                "undo": lambda: self._as_somebody(lambda: feed.undo(by=self.person)),
                "take_off": self._take_off,
                "take_out": self._take_out,
                "depart": self._on_depart,
                "yard": self._ask_yard,
                "bays": feed.plan_again,
                "load_sheets": lambda: self.print_where(Paper.LOAD_SHEETS),
                "labels": lambda: self.print_where(Paper.LABELS),
                "run_sheets": lambda: self.print_where(Paper.RUN_SHEETS),
                "returned": self._turn_sheets,
            }
        )
        assert self.sheets is not None
        self.sheets.left.connect(self._turn_sheets)
        self.sheets.told.connect(self.told)
        feed.read.connect(self._on_read)
        feed.failed.connect(self._on_failed)
        feed.scanned.connect(self._on_scanned)
        feed.round_named.connect(self._on_round_named)
        feed.departed.connect(self._on_departed)
        feed.refused.connect(self._on_refused)
        feed.done.connect(self._on_done)
        self._show_empty(READING)
        self._allow()

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(*[grid(3)] * 4)
        self._whole.setSpacing(grid(2))
        self._top.setSpacing(grid(3))
        self.field.setFont(self._theme.font(Size.HEAD))
        self.field.setMinimumHeight(grid(11))
        self.verdict.setMinimumHeight(grid(18))

    def set_hindrance(self, hindrance: Callable[[], str]) -> None:
        """What to ask before the plan is changed: a sentence if it cannot be now, or nothing."""
        self._hindrance = hindrance

    @property
    def person(self) -> str:
        """Under whose name things are done; empty before it was asked."""
        return str(self._settings.value(PERSON, "") or "")

    @property
    def board(self) -> LoadBoard | None:
        """What is shown."""
        return self.bench.board

    def actions(self) -> list[QAction]:
        """What can be done here, for menus."""
        return list(self.bench.deeds.values())

    # --- which day, and what is known of it -----------------------------------------------------------------------

    def show_day(self, on: date) -> None:
        """Show this day's dock."""
        if on == self._on or self.feed is None:
            return
        self._on = on
        if self.sheets and self._keying:
            self.sheets.close_sheet()
            self._turn_sheets()
        self._show_empty(READING)
        self._say_nothing_yet()
        self.feed.follow(on)

    def take_outlook(self, outlook: Outlook) -> None:
        """The plan as it stands, judged; never a preview."""
        if self.feed:
            self.feed.take_outlook(outlook)

    def take_live(self, live: LiveDay) -> None:
        """The road as it stands; loading does not depend on it."""

    @Slot()
    def refresh(self) -> None:
        """Look again now."""
        if self.feed:
            self.feed.look()

    def showEvent(self, event: QShowEvent) -> None:
        """The keys belong to the scanner."""
        super().showEvent(event)
        self._show_person()
        if self.feed:
            self.feed.watch(True)
        self._take_keys()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was asked is left; nobody looks at bays."""
        super().hideEvent(event)
        self.ask.dismiss()
        self.bench.form.dismiss()
        self.bench.yard.dismiss()
        self.bench.remember()
        if self.feed:
            self.feed.watch(False)

    def stop(self) -> None:
        """Look no more; what was scanned is kept first. Call it before the runner is stopped."""
        self.bench.remember()
        if self.feed:
            self.feed.stop()

    # --- what was read --------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_read(self, board: LoadBoard) -> None:
        self.bench.show_board(board)
        if board.rounds and not self._keying:
            self.stack.setCurrentWidget(self.bench)
        elif not self._keying:
            self._show_empty(NOTHING.format(day=fmt.weekday_date(board.on)))
        counted = sum(r.open for r in board.rounds), sum(r.short for r in board.rounds)
        if counted != self._counted:
            self._counted = counted
            self.count_changed.emit(*counted)
        self._show_at()
        self._allow()

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        if self.board is None:
            self._show_empty(f"{NOT_READ}\n{words_of(fault)}")
        else:
            self.said.say_fault(fault)

    @property
    def _keying(self) -> bool:
        return self.sheets is not None and self.stack.currentWidget() is self.sheets

    @Slot()
    def _turn_sheets(self) -> None:
        """To the returned sheets, or back to the dock."""
        if self.sheets is None:
            return
        keying = not self._keying
        for part in (self.field, self.verdict, self.any_van):
            part.setVisible(not keying)
        some = self.board and self.board.rounds
        self.stack.setCurrentWidget(self.sheets if keying else self.bench if some else self.empty)
        self.said.say("")
        self._show_at()
        self._take_keys()

    def _show_empty(self, text: str) -> None:
        self.empty.set_text(text)
        self.stack.setCurrentWidget(self.empty)

    def _say_nothing_yet(self) -> None:
        mine = self.feed is not None and self.feed.mine
        text = "Everything that goes into the vans, one piece after the other." if mine else IN_A_COPY
        self.verdict.say("Scan", text if self.feed else NO_LOGBOOK, None)

    @Slot()
    def _show_at(self) -> None:
        """At which van scans are meant."""
        round_ = self.bench.round
        van = f"Scanning at {round_.name}, {round_.driver}" if round_ else ""
        at = "Scanning at any van" if self.any_van.isChecked() else van
        self.hint.setText(AT_SHEETS if self._keying else at)
        self._allow()

    def _show_person(self) -> None:
        self.who.setText(self.person or "Who are you?")

    @Slot()
    def _allow(self) -> None:
        """What can be done now."""
        mine, round_, row = bool(self.feed and self.feed.mine), self.bench.round, self.bench.row
        away = bool(round_ and round_.departure)
        some = bool(self.board and self.board.rounds)
        waits = row is not None and row.loaded + row.short + row.damaged < len(row.pieces)
        allowed = {
            "short": mine and waits and not away,
            "damaged": mine and waits and not away,
            "undo": mine and some,
            "take_off": mine and row is not None and not away,
            "take_out": mine and bool(round_ and round_.strays) and not away,
            "depart": mine and round_ is not None and bool(round_.rows),
            "yard": mine and some,
            "bays": some,
            "load_sheets": some,
            "labels": round_ is not None,
            "run_sheets": some,
            "returned": mine,
        }
        for name, action in self.bench.deeds.items():
            action.setEnabled(allowed[name] and (name in AT_DESK or not self._keying))
        self.bench.deeds["depart"].setText("Not left after all" if away else "Departure…")
        self.field.setEnabled(mine)

    # --- scanning -------------------------------------------------------------------------------------------------

    @Slot(str)
    def _on_code(self, text: str) -> None:
        feed = self.feed
        if feed is None or self._on is None:
            return
        if self.sheets and text.startswith(SHEET):
            self._turn_sheets()
            self.sheets.open(text)
            return
        at = None if self.any_van.isChecked() else self.bench.at
        self._as_somebody(lambda: feed.scan(text, at, by=self.person))

    @Slot(object)
    def _on_scanned(self, scanned: Scanned) -> None:
        self.said.say("")
        self.verdict.say(scanned.title, scanned.text, scanned.kind)
        if scanned.right and self.any_van.isChecked() and scanned.shift_id:
            self.bench.choose(scanned.shift_id)
        if scanned.right or scanned.shift_id == self.bench.at:
            self.bench.choose_order(scanned.order_id)
        if not scanned.right and scanned.kind is not ScanKind.AWAY and self.feed and self.feed.sound:
            self.alarmed.emit()

    @Slot(object)
    def _on_round_named(self, shift_id: ShiftId) -> None:
        self.any_van.setChecked(False)
        if self.bench.choose(shift_id) and (round_ := self.bench.round):
            self.verdict.say(round_.name, f"{round_.driver}. Scans are meant for this van now.", None)

    # --- what else is done ----------------------------------------------------------------------------------------

    def _say(self, state: PieceState) -> None:
        feed, row = self.feed, self.bench.row
        if feed and row:
            self._as_somebody(lambda: feed.say(row.order_id, state, by=self.person))

    def _take_off(self) -> None:
        feed, row = self.feed, self.bench.row
        if feed and row and not self._hindered():
            self._as_somebody(lambda: feed.take_off(row.order_id, by=self.person))

    def _take_out(self) -> None:
        feed, round_ = self.feed, self.bench.round
        if not feed or not round_:
            return

        def take_out() -> None:
            for order_id, _ in round_.strays:
                feed.take_out(order_id, round_.shift_id, by=self.person)

        self._as_somebody(take_out)

    def _ask_yard(self) -> None:
        if self.board:
            self.bench.yard.ask(self.board.yard)

    def _hindered(self) -> bool:
        if hindered := self._hindrance():
            self.said.say(hindered, Tone.WARNING)
        return bool(hindered)

    def _on_depart(self) -> None:
        feed, round_ = self.feed, self.bench.round
        if not feed or not round_:
            return
        if round_.departure:
            self._as_somebody(lambda: feed.take_back_departure(round_.shift_id, by=self.person))
        else:
            self._as_somebody(lambda: self.bench.form.ask(round_))

    @Slot(object, object)
    def _depart(self, check: Check, photos: Sequence[Path]) -> None:
        if self.feed:
            self.feed.depart(check, photos, by=self.person)

    @Slot(object)
    def _on_departed(self, departure: Departure) -> None:
        self.bench.form.done()
        round_ = next((r for r in self.bench.rounds.rounds if r.shift_id == departure.shift_id), None)
        name = round_.name if round_ else "The round"
        self.told.emit(f"{name} left at {fmt.clock(departure.at, self._zone)}.")

    @Slot(object)
    def _on_refused(self, fault: Exception) -> None:
        if self.bench.form.asking:
            self.bench.form.refuse(fault)
        else:
            self.said.say_fault(fault)

    @Slot(str)
    def _on_done(self, told: str) -> None:
        self.said.say("")
        self.told.emit(told)

    # --- printing -------------------------------------------------------------------------------------------------

    def print_where(self, paper: Paper) -> None:
        """Ask where the PDF goes: labels of the round shown, sheets of all."""
        if self._on is None:
            return
        ask_where(self, paper, self._on, lambda path: self.print_to(path, paper))

    def print_to(self, path: Path, paper: Paper) -> None:
        """Write it there."""
        if self.feed and self.board:
            only = [self.bench.at] if paper is Paper.LABELS and self.bench.at else None
            self.feed.print_to(path, paper, self.board, only)

    # --- who, and the keys ----------------------------------------------------------------------------------------

    @Slot()
    def ask_person(self, then: Callable[[], object] | None = None) -> None:
        """Ask for the name; it stays for this window and the next."""

        def keep(name: str) -> None:
            self._settings.setValue(PERSON, name)
            self._show_person()
            if then:
                then()

        question = "Your name, as it stands on what you scan:"
        self.ask.ask_words(question, keep, go="Keep", missing="A name, please", text=self.person)

    def _as_clerk(self, deed: Callable[[str], object]) -> None:
        self._as_somebody(lambda: deed(self.person))

    def _as_somebody(self, deed: Callable[[], object]) -> None:
        if self.person:
            deed()
        else:
            self.ask_person(deed)

    @Slot()
    def focus_filter(self) -> None:
        """Let the scanner type here."""
        self._take_keys()

    @Slot()
    def _take_keys(self) -> None:
        if self.ask.asking or self.bench.form.asking or self.bench.yard.asking:
            return
        if self._keying and self.sheets:
            self.sheets.take_keys()
            return
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
