"""The panel of exceptions: the queue at the left, one of them with what would settle it at the right, and the cage."""

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import Remedy
from dispatcher.services.exceptions import Lying, Scanned, Shown
from dispatcher.services.live import LiveDay
from dispatcher.services.planning import Outlook
from dispatcher.services.today import Today
from dispatcher.services.workplace import Workplace
from ui import format as fmt
from ui.board.empty import EmptyState
from ui.exceptions import words
from ui.exceptions.bar import QueueBar
from ui.exceptions.bench import Bench
from ui.exceptions.cage import Cage
from ui.exceptions.deeds import PERSON, Deeds
from ui.exceptions.feed import ExceptionFeed, Offered, Read
from ui.exceptions.form import Form
from ui.exceptions.page import Sheet
from ui.exceptions.words import Row, Which
from ui.parts.fields import named
from ui.parts.said import Said, words_of
from ui.runner import OpRunner
from ui.theme import Theme

NO_LOGBOOK = "Exceptions are seen to in a window that follows the road."
IN_A_COPY = "This is a copy to try things out in: see to exceptions in the depot itself."
READING = "Reading the exceptions…"
NONE_OPEN = (
    "Nothing is open.\nFailed attempts, late and silent drivers, missing goods, doubtful addresses and what customers "
    "want come here by themselves."
)
NONE_CLOSED = "Nothing was closed on {day}."
NONE_MINE = "Nothing open is yours.\nT takes what is chosen."
NO_MATCH = "No exception is shown by these filters."
NOT_READ = "The exceptions could not be read."


class ExceptionsPanel(QWidget):
    """A depot's exceptions, and those closed of one day. GUI thread.

    Signals:
        told(str): a sentence for the status bar.
        count_changed(int, int): so many are open, and of these so many past due.
        order_requested(OrderId): show this order on the board.
        alarmed(): a grave one is new, or a wrong parcel was scanned, and the depot wants to hear of it.
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
        named(self, "exceptions", "Exceptions")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._workplace, self._runner, self._theme, self._settings = workplace, runner, theme, settings
        self._zone = workplace.depot.zone
        self._on: date | None = None
        self._read: Read | None = None
        self._offered: Offered | None = None
        self._priced: Shown | None = None
        self._outlook: Outlook | None = None
        self._faulted = False
        self._counted: tuple[int, int] | None = None
        self.feed = ExceptionFeed(workplace, runner, self) if workplace.live else None
        self.deeds: Deeds | None = None
        self._make()
        self._lay_out()
        self._wire()
        self._dress()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme, geocoder = self._theme, self._workplace.geocoder
        self.bar = QueueBar(theme, self._settings, self)
        self.bar.show_person(self.person)
        self.ask = Form("exceptions.ask", theme, geocoder, self)
        self.said = Said("exceptions.said", "What was done last", theme, self)
        self.bench = Bench(theme, self._zone, self._settings, geocoder, self)
        self.bench.queue.set_filter(self.bar.accepts(self.person))
        self.cage = Cage(theme, self._zone, self)
        self.empty = EmptyState(theme, icon="check-circle-outline", text=NO_LOGBOOK, parent=self)
        self.empty.setObjectName("exceptions.empty")
        self.scan_action = QAction("Scan into the cage", self)
        self.scan_action.setObjectName("exceptions.scan")
        self.scan_action.setShortcut(QKeySequence("S"))
        self.scan_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(self.scan_action)

    def _lay_out(self) -> None:
        self.stack = QStackedWidget(self)
        for page in (self.bench, self.cage, self.empty):
            self.stack.addWidget(page)
        self._whole = QVBoxLayout(self)
        for part in (self.bar, self.said, self.ask):
            self._whole.addWidget(part)
        self._whole.addWidget(self.stack, 1)

    def _wire(self) -> None:
        self._theme.changed.connect(self._dress)
        feed, bar, bench = self.feed, self.bar, self.bench
        if feed is None:
            bar.setEnabled(False)
            self.scan_action.setEnabled(False)
            self._show_empty(NO_LOGBOOK)
            return
        bar.changed.connect(self._on_filter)
        bar.left.connect(self._take_keys)
        bar.cage_toggled.connect(self._on_cage)
        bar.person_requested.connect(self.ask_person)
        bench.row_changed.connect(self._show_current)
        bench.queue.modelReset.connect(self._show_current)
        bench.table.selectionModel().selectionChanged.connect(self._allow)
        bench.find_action.triggered.connect(self.focus_filter)
        self.deeds = Deeds(feed, bench, self.ask, self.said, self._workplace, self._runner, self._settings, self)
        self.deeds.person_changed.connect(self._on_person)
        self.deeds.begun.connect(self._show_doing)
        bench.detail.order_requested.connect(self.order_requested)
        bench.detail.told.connect(self.told)
        for form in (self.ask, bench.detail.form):
            form.opened.connect(partial(self.scan_action.setEnabled, False))
            form.closed.connect(self._on_form_closed)
        self.scan_action.triggered.connect(self._on_scan)
        self.cage.scanned.connect(self._scan)
        self.cage.handed_out.connect(self._hand_out)
        self.cage.left.connect(partial(self.bar.cage.setChecked, False))
        self.empty.step_requested.connect(self._on_step)
        feed.read.connect(self._on_read)
        feed.looked.connect(self._on_looked)
        feed.failed.connect(self._on_failed)
        feed.offered.connect(self._on_offered)
        feed.not_offered.connect(self._on_not_offered)
        feed.done.connect(lambda _deed, told: self.told.emit(told) if told else None)
        feed.scanned.connect(self._on_scanned)
        feed.not_scanned.connect(lambda fault: self.cage.say_fault(words_of(fault)))
        self._show_empty(READING)
        self._allow()

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(*[grid(3)] * 4)
        self._whole.setSpacing(grid(2))

    def set_hindrance(self, hindrance: Callable[[], str]) -> None:
        """What to ask before the plan is changed: a sentence if it cannot be now, or nothing."""
        if self.deeds:
            self.deeds.set_hindrance(hindrance)

    @property
    def person(self) -> str:
        """Under whose name things are done; empty before it was asked."""
        return str(self._settings.value(PERSON, "") or "")

    def actions(self) -> list[QAction]:
        """What can be done here, for menus: the deeds, the keys about the queue, the cage."""
        return [*self.bench.deeds.values(), self.bench.find_action, self.scan_action]

    # --- which day, and what is known of it -----------------------------------------------------------------------

    def show_day(self, on: date) -> None:
        """Show all that is open, and what was closed of this day."""
        if on == self._on or self.feed is None:
            return
        self._on, self._read, self._priced = on, None, None
        self._show_empty(READING)
        self.feed.follow(on)

    def take_live(self, live: LiveDay) -> None:
        """The road as it stands."""
        if self.feed:
            self.feed.take_live(live)

    def take_today(self, today: Today) -> None:
        """The day on the road, while another one is shown."""
        if self.feed:
            self.feed.take_today(today)

    def take_outlook(self, outlook: Outlook) -> None:
        """The plan as it stands, judged; never a preview. What can be done has other prices."""
        if self.feed and outlook is not self._outlook:
            self._outlook = outlook
            self.feed.take_outlook(outlook)
            self._priced = None
            self._price()

    @Slot()
    def refresh(self) -> None:
        """Look again now."""
        if self.feed:
            self.feed.look()

    def showEvent(self, event: QShowEvent) -> None:
        """The keys belong to the queue."""
        super().showEvent(event)
        self.bar.show_person(self.person)
        self._price()
        self._take_keys()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was asked is left."""
        super().hideEvent(event)
        self.ask.dismiss()
        self.bench.detail.form.dismiss()
        self.bench.remember()

    def stop(self) -> None:
        """Look no more; what was decided is done first. Call it before the runner is stopped."""
        self.bench.remember()
        if self.feed:
            self.feed.stop()

    # --- what was read --------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_read(self, read: Read) -> None:
        assert self.feed is not None
        former, self._read = self._read, read
        self._recover()
        show = partial(self.bench.model.show_board, read.board.shown, read.board.at, read.on, self.feed.doing)
        self.bench.keep_place(show)
        if former is None or not former.board.shown:
            self.bench.size_columns()
        self.cage.show_rows(read.board.cage, read.on)
        self._alarm(former, read)
        self._settle()
        self._show_current(again=True)

    def _alarm(self, former: Read | None, read: Read) -> None:
        """What was there when the window opened is no news."""
        known = {shown.incident.id for shown in former.board.shown if shown.incident.open} if former else None
        news = [
            shown.incident
            for shown in read.board.shown
            if known is not None and shown.incident.open and shown.incident.id not in known
        ]
        if read.sound and any(incident.severity >= words.GRAVE for incident in news):
            self.alarmed.emit()

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        if self._read is None:
            self._show_empty(f"{NOT_READ}\n{words_of(fault)}", "Look again")
        else:
            self._faulted = True
            self.said.say_fault(fault)

    def _settle(self) -> None:
        """Counts, and what to show if the queue is empty."""
        if self._read is None:
            return
        rows = self.bench.model.rows
        counts = words.counts_of(rows, self.person)
        self.bar.show_counts(counts)
        self.bar.show_missing(sum(row.lying is Lying.MISSING for row in self._read.board.cage))
        former, self._counted = self._counted, (sum(row.incident.open for row in rows), sum(row.over for row in rows))
        if former != self._counted:
            self.count_changed.emit(*self._counted)
        if self.bar.cage.isChecked():
            self.stack.setCurrentWidget(self.cage)
        elif self.bench.queue.rowCount():
            self.stack.setCurrentWidget(self.bench)
            if self.hasFocus():
                self.bench.table.setFocus()
            if self.bench.current is None:
                self.bench.choose(0)
        else:
            self._show_none()
        self._allow()

    def _show_none(self) -> None:
        assert self._read is not None
        if self.bar.narrowed or self.bar.which is Which.OVERDUE:
            anything = any(row.open for row in self.bench.model.rows)
            self._show_empty(NO_MATCH if anything or self.bar.narrowed else NONE_OPEN, "Show all open")
        elif self.bar.which is Which.CLOSED:
            self._show_empty(NONE_CLOSED.format(day=fmt.weekday_date(self._read.on)), "Show all open")
        elif self.bar.which is Which.MINE:
            self._show_empty(NONE_MINE, "Show all open")
        else:
            self._show_empty(NONE_OPEN)

    def _show_empty(self, text: str, step: str = "") -> None:
        keys = self.bench.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self.empty.set_text(text)
        self.empty.set_step(step)
        if not self.bar.cage.isChecked():
            self.stack.setCurrentWidget(self.empty)
            if keys:
                self.setFocus()

    @Slot()
    def _on_step(self) -> None:
        if self._read is None:
            self.refresh()
        else:
            self.bar.reset(Which.OPEN)
            self._take_keys()

    # --- what of it is shown --------------------------------------------------------------------------------------

    @Slot()
    def _on_filter(self) -> None:
        accept = self.bar.accepts(self.person)
        self.bench.keep_place(lambda: self.bench.queue.set_filter(accept))
        self._settle()
        self._show_current()

    @Slot()
    def focus_filter(self) -> None:
        """Let the keys go to the find box."""
        self.bar.finder.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bar.finder.selectAll()

    def open_incident(self, incident_id: str) -> bool:
        """Choose this exception, whatever the filters; whether there is one."""
        n = self.bench.model.row_of_id(incident_id)
        if n is None:
            return False
        if not self.bench.choose_id(incident_id):
            row = self.bench.model.rows[n]
            self.bar.reset(Which.OPEN if row.incident.open else Which.CLOSED)
        self.bar.cage.setChecked(False)
        return self.bench.choose_id(incident_id)

    @Slot()
    def _take_keys(self) -> None:
        shown = self.stack.currentWidget()
        if shown is self.cage:
            self.cage.take_keys()
        elif shown is self.bench:
            self.bench.table.setFocus()
        else:
            self.setFocus()

    @Slot()
    def _on_form_closed(self) -> None:
        self.scan_action.setEnabled(self.feed is not None)
        self._take_keys()

    @Slot()
    def _show_current(self, *, again: bool = False) -> None:
        """The exception chosen: its words at once, what can be done as soon as it is priced."""
        row, detail = self.bench.current, self.bench.detail
        if row is None or self._read is None:
            detail.clear()
            self._offered = None
        else:
            same = bool(detail.shown and detail.shown.incident.id == row.id)
            if same and not again:
                return
            if not same:
                self._offered = None
            detail.show_exception(row.shown, self._sheet(row), again=same)
            if not same and not (self._mine):
                detail.say_fault(IN_A_COPY)
        self._price()
        self._allow()

    def _sheet(self, row: Row) -> Sheet:
        assert self._read is not None
        history = self._offered.history if self._offered and self._offered.incident_id == row.id else None
        return Sheet(row.shown, history, now=self._workplace.clock(), zone=self._zone, on=self._read.on)

    def _price(self) -> None:
        """Ask what can be done, unless that was asked of the exception as it is."""
        row = self.bench.current
        if self.feed is None or row is None or row.shown == self._priced or not self.isVisible():
            return
        self._priced = row.shown
        self.feed.price(row.shown)

    @Slot(object)
    def _on_offered(self, offered: Offered) -> None:
        row = self.bench.current
        if row is None or row.id != offered.incident_id or self._read is None:
            return  # of a day that is shown no more
        self._offered = offered
        detail = self.bench.detail
        detail.show_exception(row.shown, self._sheet(row), again=True)
        if row.incident.open and self._mine:
            detail.remedies.show_offers(offered.offers)

    @Slot(str, object)
    def _on_not_offered(self, incident_id: str, fault: Exception) -> None:
        row = self.bench.current
        self._priced = None
        if row and row.id == incident_id:
            self.bench.detail.say_fault(words_of(fault))

    @property
    def _mine(self) -> bool:
        return self.feed is not None and self.feed.mine

    @Slot()
    def _allow(self) -> None:
        """What can be done now."""
        rows = self.bench.chosen if self.stack.currentWidget() is self.bench else []
        one = len(rows) == 1
        some_open, some_closed = any(r.incident.open for r in rows), any(not r.incident.open for r in rows)
        allowed = {
            "take": some_open and not some_closed,
            "close": some_open and not some_closed,
            "note": one,
            "reopen": one and some_closed,
        }
        for name, action in self.bench.deeds.items():
            action.setEnabled(self._mine and allowed[name])

    @Slot()
    def _show_doing(self) -> None:
        """What is under way leaves the queue at once, and the next is chosen; what was refused is back."""
        self._pass_time()
        self._show_current()

    @Slot()
    def _on_looked(self) -> None:
        """Nothing happened but that it is later."""
        self._recover()
        if self._read is not None:
            self._pass_time()

    def _recover(self) -> None:
        """It can be looked at again."""
        if self._faulted:
            self._faulted = False
            self.said.say("")

    def _pass_time(self) -> None:
        assert self.feed is not None
        now, doing = self._workplace.clock(), self.feed.doing
        self.bench.keep_place(lambda: self.bench.model.pass_time(now, doing))
        self._settle()

    @Slot()
    def ask_person(self) -> None:
        """Ask who does things here."""
        if self.deeds:
            self.deeds.ask_person()

    @Slot(str)
    def _on_person(self, name: str) -> None:
        self.bar.show_person(name)
        self._on_filter()

    # --- the cage -------------------------------------------------------------------------------------------------

    @Slot(bool)
    def _on_cage(self, there: bool) -> None:
        if there:
            self.stack.setCurrentWidget(self.cage)
        elif self._read is None:
            self.stack.setCurrentWidget(self.empty)
        self._settle()
        self._show_current()
        self._take_keys()

    @Slot()
    def _on_scan(self) -> None:
        self.bar.cage.setChecked(True)
        self._take_keys()

    @Slot(str)
    def _scan(self, barcode: str) -> None:
        feed = self.feed
        if feed is None or self.deeds is None or not feed.mine:
            self.cage.say_fault(IN_A_COPY)
            return
        self.deeds.as_somebody(lambda: feed.scan(barcode, by=self.person))

    @Slot(object, object)
    def _hand_out(self, order_id: OrderId, remedy: Remedy) -> None:
        feed = self.feed
        if feed and self.deeds and feed.mine:
            self.deeds.as_somebody(lambda: feed.hand_out(order_id, remedy, by=self.person))

    @Slot(object)
    def _on_scanned(self, scanned: Scanned) -> None:
        self.cage.show_scanned(scanned)
        if not scanned.right and self._read and self._read.sound:
            self.alarmed.emit()
