"""The panel of slots: the calendar with the slot chosen at its right, the counter, bulk assignment, the catalogue."""

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.services.live import LiveDay
from dispatcher.services.planning import Outlook
from dispatcher.services.slots import Booked
from dispatcher.services.workplace import Workplace
from ui.board.empty import EmptyState
from ui.exceptions.deeds import PERSON
from ui.exceptions.form import Form
from ui.parts.fields import named
from ui.parts.said import Said, Tone, words_of
from ui.runner import OpRunner
from ui.slots import words
from ui.slots.bar import Page, SlotBar
from ui.slots.board import CalendarView
from ui.slots.bulk import Bulk
from ui.slots.catalogue import Catalogue
from ui.slots.cell import CellPane
from ui.slots.counter import Counter
from ui.slots.deeds import Deeds
from ui.slots.feed import Key, Read, SlotFeed
from ui.slots.hand import Hand
from ui.theme import Theme

NO_LOGBOOK = "Slots are kept in a window that follows the road."
IN_A_COPY = "This is a copy to try things out in: slots are only looked at here."
READING = "Reading the slots…"
NOT_READ = "The slots could not be read."
NO_BOOK = (
    "There is no slot yet.\nSlots are when customers can choose to be served: recurring hours, by area, with a limit."
    "\nThe usual ones are mornings and afternoons of working days in the whole region; change them as you like."
)
NO_SLOTS = "The catalogue has no slot on these dates."
USUAL, TO_CATALOGUE = "Make the usual slots", "Show the catalogue"
STRANDED = "{} no slot in the catalogue any more: {}. Press G to move them."
CARRIED = "Arrows go to the slot that {} is to have; Enter moves it, Esc leaves it where it is."


class SlotsPanel(QWidget):
    """A depot's slots. GUI thread.

    Signals:
        told(str): a sentence for the status bar.
        count_changed(int): so many places and slots want somebody: places without a slot, slots oversold.
        order_requested(OrderId): show this order on the board.
    """

    told = Signal(str)
    count_changed = Signal(int)
    order_requested = Signal(object)

    def __init__(
        self,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "slots", "Slots")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._workplace, self._runner, self._theme, self._settings = workplace, runner, theme, settings
        self._zone = workplace.depot.zone
        self._on: date | None = None
        self._read: Read | None = None
        self._counted: int | None = None
        self._outlook: Outlook | None = None
        self._faulted = False
        self.feed = SlotFeed(workplace, runner, self)
        self.hand = Hand(self.feed, workplace.depot.currency, self)
        self._make()
        self._make_actions()
        self._lay_out()
        self._wire()
        self._dress()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme, depot, place = self._theme, self._workplace.depot, self._workplace
        self.bar = SlotBar(theme, self._settings, self)
        self.bar.show_person(self.person)
        self.ask = Form("slots.ask", theme, None, self)
        self.said = Said("slots.said", "What was done last", theme, self)
        self.lost = Said("slots.stranded", "Places without a slot", theme, self)
        self.board = CalendarView(place, self.hand, theme, self)
        self.cell = CellPane(theme, depot.zone, depot.currency, self)
        self.counter = Counter(depot, place.clock, place.geocoder, theme, self)
        self.bulk = Bulk(theme, depot.zone, depot.currency, self)
        self.catalogue = Catalogue(theme, depot.currency, self)
        self.empty = EmptyState(theme, icon="calendar-clock-outline", text=NO_LOGBOOK, parent=self)
        self.empty.setObjectName("slots.empty")

    def _make_actions(self) -> None:
        self.keys: dict[str, QAction] = {}
        for n, page in enumerate(Page, 1):
            action = self._action(f"page_{page.name.lower()}", f"Slots: {page.value.lower()}", f"Alt+Shift+{n}", self)
            action.triggered.connect(partial(self.show_page, page))
        board = self.board
        for name, text, key, deed in (
            ("close", "Close or open the slot", "X", self.cell.toggle_closed),
            ("widen", "Let the slot take one order more", "+", lambda: self.cell.widen(1)),
            ("narrow", "Let the slot take one order less", "-", lambda: self.cell.widen(-1)),
            ("blackout", "Close or open the whole day", "B", self.cell.toggle_blackout),
            ("earlier", "Slots a week earlier", "Ctrl+Left", lambda: self.bar.step(-1)),
            ("later", "Slots a week later", "Ctrl+Right", lambda: self.bar.step(1)),
            ("suggest", "Suggest the capacity of a day", "C", self.bar.suggest.click),
            ("stranded", "Places without a slot", "G", self._show_stranded),
        ):
            self._action(name, text, key, board).triggered.connect(lambda _checked=False, deed=deed: deed())

    def _action(self, name: str, text: str, key: str, owner: QWidget) -> QAction:
        """The calendar's keys answer in the calendar alone: elsewhere people type."""
        action = QAction(text, owner)
        action.setObjectName(f"slots.{name}")
        action.setShortcut(QKeySequence(key))
        here, within = Qt.ShortcutContext.WidgetShortcut, Qt.ShortcutContext.WidgetWithChildrenShortcut
        action.setShortcutContext(within if owner is self else here)
        owner.addAction(action)
        self.keys[name] = action
        return action

    def _lay_out(self) -> None:
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.board)
        self.split.addWidget(self.cell)
        self.split.setStretchFactor(0, 1)
        self.stack = QStackedWidget(self)
        for page in (self.split, self.counter, self.bulk, self.catalogue, self.empty):
            self.stack.addWidget(page)
        self._whole = QVBoxLayout(self)
        for part in (self.bar, self.said, self.lost, self.ask):
            self._whole.addWidget(part)
        self._whole.addWidget(self.stack, 1)
        self._pages: dict[Page, QWidget] = {
            Page.BOARD: self.split, Page.COUNTER: self.counter, Page.BULK: self.bulk, Page.CATALOGUE: self.catalogue,
        }  # fmt: skip

    def _wire(self) -> None:
        self._theme.changed.connect(self._dress)
        self.deeds = Deeds(self)
        if self._workplace.live is None:
            self.bar.setEnabled(False)
            for action in self.keys.values():
                action.setEnabled(False)
            self._show_empty(NO_LOGBOOK)
            return
        bar, board, cell, feed = self.bar, self.board, self.cell, self.feed
        bar.page_changed.connect(self._on_page)
        bar.dates_changed.connect(self._on_dates)
        bar.person_requested.connect(self.ask_person)
        bar.suggest_requested.connect(self.deeds.suggest)
        board.cell_changed.connect(self._show_cell)
        board.entered_cell.connect(cell.enter)
        cell.left.connect(board.setFocus)
        cell.order_wanted.connect(self._on_order)
        cell.offers_wanted.connect(self.offer_slots)
        self.hand.ended.connect(self._on_put_down)
        self.ask.closed.connect(self._on_asked)
        self.empty.step_requested.connect(self._on_step)
        feed.read.connect(self._on_read)
        feed.failed.connect(self._on_failed)
        feed.looked.connect(self._on_looked)
        self._show_empty(READING)
        self._allow()

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(*[grid(3)] * 4)
        self._whole.setSpacing(grid(2))
        self.cell.setMinimumWidth(grid(92))

    @property
    def workplace(self) -> Workplace:
        """Whose slots they are."""
        return self._workplace

    @property
    def runner(self) -> OpRunner:
        """That runs changes and long work."""
        return self._runner

    def set_hindrance(self, hindrance: Callable[[], str]) -> None:
        """What to ask before the plan is changed: a sentence if it cannot be now, or nothing."""
        self.deeds.hindrance = hindrance

    def actions(self) -> list[QAction]:
        """What can be done here, for menus."""
        cell = self.cell
        return [
            *self.keys.values(), cell.move_action, cell.offers_action, cell.show_action, cell.let_go_action,
            self.counter.hold_action, self.bulk.apply_action,
        ]  # fmt: skip

    # --- who ------------------------------------------------------------------------------------------------------

    @property
    def person(self) -> str:
        """Under whose name things are done; empty before it was asked."""
        return str(self._settings.value(PERSON, "") or "")

    @Slot()
    def ask_person(self, then: Callable[[], object] | None = None) -> None:
        """Ask for the name; it stays for this window and the next."""

        def keep(name: str) -> None:
            self._settings.setValue(PERSON, name)
            self.bar.show_person(name)
            if then:
                then()

        question = "Your name, as it stands on what you do:"
        self.ask.ask_words(question, keep, go="Keep", missing="A name, please", text=self.person)

    def as_somebody(self, deed: Callable[[], object]) -> None:
        """Do it, when it is known under whose name."""
        if self.person:
            deed()
        else:
            self.ask_person(deed)

    # --- which dates, and what is known of them -------------------------------------------------------------------

    def show_day(self, on: date) -> None:
        """The window shows this day: bring it into sight."""
        if self._workplace.live is None or on == self._on:
            return
        self._on = on
        self.bulk.show_day(on, self._workplace.today)
        self.bar.set_home(on)

    def take_outlook(self, outlook: Outlook) -> None:
        """The plan as it stands: what is sold may differ."""
        if outlook is not self._outlook:
            self._outlook = outlook
            self.feed.look_soon()

    def take_live(self, live: LiveDay) -> None:
        """The road says nothing about slots."""

    @Slot()
    def refresh(self) -> None:
        """Look again now."""
        self.feed.look()

    @Slot()
    def _on_dates(self) -> None:
        self._read = None
        self.feed.follow(self.bar.first, self.bar.days)

    def showEvent(self, event: QShowEvent) -> None:
        """The keys belong to the page shown."""
        super().showEvent(event)
        self.bar.show_person(self.person)
        self.feed.set_shown(True)
        self._take_keys()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was asked is left."""
        super().hideEvent(event)
        self.feed.set_shown(False)
        self.hand.give_up()
        self.ask.dismiss()

    def stop(self) -> None:
        """Look no more; what was decided is done first. Call it before the runner is stopped."""
        self.counter.stop()
        self.feed.stop()

    # --- what was read --------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_read(self, read: Read) -> None:
        self._read = read
        today = self._workplace.today
        self.board.show_read(read, today)
        self.catalogue.show_book(read.book, today)
        self._settle()
        self._show_cell()
        if read.key is not None and self.cell.shown and read.key == self.board.key:
            self.cell.show_places(read.booked)
        self._count(read)

    @Slot()
    def _on_looked(self) -> None:
        """It can be looked at again."""
        if self._faulted:
            self._faulted = False
            self.said.say("")

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        if self._read is None:
            self._show_empty(f"{NOT_READ}\n{words_of(fault)}", "Look again")
        else:
            self._faulted = True
            self.said.say_fault(fault)

    def _count(self, read: Read) -> None:
        over = sum(words.standing(slot) == words.OVER for slot in read.slots)
        counted = over + len(read.stranded)
        if counted != self._counted:
            self._counted = counted
            self.count_changed.emit(counted)
        names = words.some([words.place_name(place) for place in read.stranded])
        count = "1 place has" if len(read.stranded) == 1 else f"{len(read.stranded):,} places have"
        self.lost.say(STRANDED.format(count, names) if read.stranded else "", Tone.WARNING)

    def _settle(self) -> None:
        """The page, or what to show in its place."""
        page, read = self.bar.page, self._read
        if read is None:
            return
        if not read.book.rules and page is not Page.CATALOGUE:
            self._show_empty(NO_BOOK, USUAL if self.feed.mine else "")
        elif page is Page.BOARD and not read.slots:
            self._show_empty(NO_SLOTS, TO_CATALOGUE)
        elif self.stack.currentWidget() is not self._pages[page]:
            keys = self.hasFocus() or self.isAncestorOf(self.focusWidget() or self)
            self.stack.setCurrentWidget(self._pages[page])
            if keys:
                self._take_keys()
        self._allow()

    def _show_empty(self, text: str, step: str = "") -> None:
        self.empty.set_text(text)
        self.empty.set_step(step)
        self.stack.setCurrentWidget(self.empty)

    @Slot()
    def _on_step(self) -> None:
        if self._read is None:
            self.refresh()
        elif not self._read.book.rules:
            self.deeds.start_usual()
        else:
            self.show_page(Page.CATALOGUE)

    def _allow(self) -> None:
        for part in (self.cell, self.counter, self.bulk, self.catalogue):
            part.set_mine(self.feed.mine)
        self.bar.suggest.setEnabled(self._read is not None and bool(self._read.slots))
        if not self.feed.mine:
            self.said.say(IN_A_COPY, Tone.WARNING)

    # --- pages ----------------------------------------------------------------------------------------------------

    def show_page(self, page: Page) -> None:
        """Show this one, with the keys."""
        self.bar.pages[page].setChecked(True)
        self._take_keys()

    @Slot(object)
    def _on_page(self, page: Page) -> None:
        self.hand.give_up()
        self.said.say("")
        self._settle()
        if page is Page.BULK:
            self.bulk.refresh()
        self._take_keys()

    @Slot()
    def _take_keys(self) -> None:
        shown = self.stack.currentWidget()
        if shown is self.split:
            self.board.setFocus()
        elif shown is self.counter:
            self.counter.take_keys()
        elif shown is self.bulk:
            self.bulk.orders.view.setFocus()
        elif shown is self.catalogue:
            self.catalogue.rules.view.setFocus()
        else:
            self.setFocus()

    @Slot()
    def _on_put_down(self) -> None:
        """Nothing is carried any more: the cell with the keys is shown again."""
        if self.isVisible():
            self._show_cell()
            self._take_keys()

    @Slot()
    def _on_asked(self) -> None:
        """The name was given, or the question left."""
        self.counter.allow()
        self.bulk.allow()
        self._take_keys()

    @Slot()
    def focus_filter(self) -> None:
        """Let the keys go where people type: the counter's address."""
        self.show_page(Page.COUNTER)

    @Slot(object)
    def offer_slots(self, order: Order) -> None:
        """Find another slot for an order that there is already."""
        self.show_page(Page.COUNTER)
        self.counter.ask_for(order)

    @Slot()
    def _show_cell(self) -> None:
        """The slot with the keys: its facts at once, its orders as soon as they are read."""
        key = self.board.key
        slot = self.board.slots.slot_of(key)
        if self.hand.by_keys:
            return
        self.feed.look_into(key if slot else None)
        if slot is None or self._read is None:
            self.cell.clear("There is no slot here on this day." if key else "")
        else:
            self.cell.show_slot(slot, self._read.book, mine=self.feed.mine)
            if self._read.key == key:
                self.cell.show_places(self._read.booked)
            self.cell.show_suggestion(self.deeds.suggested.get((slot.rule.id, slot.on)))

    @Slot()
    def refresh_cell(self) -> None:
        """Show the slot with the keys again."""
        self._show_cell()

    @property
    def cell_key(self) -> Key | None:
        """The slot shown at the right; none while places without a slot are."""
        slot = self.cell.shown
        return (slot.rule.id, slot.on) if slot else None

    @staticmethod
    def carried_words(place: Booked) -> str:
        """What to do with what is carried by keys."""
        return CARRIED.format(words.place_name(place))

    def _show_stranded(self) -> None:
        if self._read and self._read.stranded:
            self.cell.show_stranded(self._read.stranded)
            self.cell.enter()

    @Slot(object)
    def _on_order(self, order_id: OrderId) -> None:
        self.order_requested.emit(order_id)
