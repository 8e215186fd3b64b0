"""The panel of messages to customers: a day's outbox, replies, how the lines stand, who wants no messages."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import MessageState
from dispatcher.services.live import LiveDay
from dispatcher.services.planning import Outlook
from dispatcher.services.today import Today
from dispatcher.services.workplace import Workplace
from ui import format as fmt
from ui.board.empty import EmptyState
from ui.messages.bar import BoxBar
from ui.messages.bench import Bench
from ui.messages.composer import Composer
from ui.messages.deeds import Deeds, may
from ui.messages.feed import MessageFeed, Read, about
from ui.messages.health import Health
from ui.messages.opt_outs import OptOutPage
from ui.messages.words import About, Filter, Row, row_of_message, row_of_reply
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.proofs.asking import AskLine
from ui.runner import OpRunner
from ui.theme import Theme

NO_LOGBOOK = "Customers are told in a window that follows the road."
READING = "Reading the day's messages…"
OFF = (
    "Customers are told nothing by themselves.\n"
    "When, how and in which words they are, and by what line it goes, is in the depot's settings."
)
OFF_SHORTLY = "Customers are told nothing by themselves; what is written by hand goes out."
NONE_YET = "No messages on {day} yet.\nWhat customers are told, and what they answer, stands here."
NO_MATCH = "No message of this day is shown by this filter."
IN_A_COPY = "This is a copy to try things out in: nothing is sent from it."
TROUBLE = frozenset({MessageState.FAILED, MessageState.UNKNOWN})


class MessagesPanel(QWidget):
    """One day's messages. GUI thread.

    Signals:
        told(str): a sentence for the status bar.
        count_changed(int): so many replies are unread, and messages undeliverable or unknown.
        order_requested(OrderId): show this order.
        settings_requested(): show the depot's settings of messages.
    """

    told = Signal(str)
    count_changed = Signal(int)
    order_requested = Signal(object)
    settings_requested = Signal()

    def __init__(
        self,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "messages", "Messages")
        self._workplace, self._runner, self._theme = workplace, runner, theme
        self._zone = workplace.depot.zone
        self._on: date | None = None
        self._read: Read | None = None
        self._outlook: Outlook | None = None
        self._count = -1
        self.feed = MessageFeed(workplace, self) if workplace.live else None
        self._make()
        self._lay_out()
        self.deeds: Deeds | None = None
        if self.feed is not None:
            self.deeds = Deeds(
                self.feed, self.bench, self.composer, self.ask, self.said, workplace, settings, self
            )  # fmt: skip
            self._wire(self.feed, self.deeds)
        theme.changed.connect(self._dress)
        self._dress()
        self._show_empty(READING if self.feed else NO_LOGBOOK)
        self._allow()

    # --- making -----------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self._theme
        self.health = Health(theme, self._zone, self)
        self.bar = BoxBar(theme, self)
        self.off = Said("messages.off", "Whether customers are told by themselves", theme, self)
        self.said = Said("messages.said", "What was done last", theme, self)
        self.ask = AskLine(theme, self)
        self.ask.setObjectName("messages.ask")
        self.composer = Composer("messages.composer", theme, self)
        self.stack = named(QStackedWidget(self), "messages.pages", "Messages of the day")
        self.bench = Bench(theme, self._zone, self.stack, self)
        self.opt_outs = OptOutPage(theme, self._zone, self)
        self.empty = EmptyState(theme, icon="message-text-outline", text=READING, parent=self)
        self.empty.setObjectName("messages.empty")
        self.empty.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _lay_out(self) -> None:
        for page in (self.bench, self.opt_outs, self.empty):
            self.stack.addWidget(page)
        self._whole = QVBoxLayout(self)
        for part in (self.health, self.bar, self.off, self.said, self.ask, self.composer):
            self._whole.addWidget(part)
        self._whole.addWidget(self.stack, 1)

    def _wire(self, feed: MessageFeed, deeds: Deeds) -> None:
        bar, bench = self.bar, self.bench
        bar.show_person(deeds.person)
        bar.filter_changed.connect(self._on_filter)
        bar.words_changed.connect(self._on_words)
        bar.left.connect(self._to_the_list)
        bar.person_requested.connect(deeds.ask_person)
        bench.row_changed.connect(self._show_current)
        bench.find_action.triggered.connect(self.focus_filter)
        bench.on("show", self._on_show)
        deeds.orders = self.orders
        deeds.told.connect(self.told)
        deeds.person_changed.connect(bar.show_person)
        self.ask.closed.connect(self._to_the_list)
        self.composer.closed.connect(self._to_the_list)
        self.opt_outs.added.connect(deeds.opt_out)
        self.opt_outs.taken_back.connect(deeds.opt_in)
        self.empty.step_requested.connect(self._on_step)
        feed.read.connect(self._on_read)
        feed.done.connect(lambda *_: self.opt_outs.address.clear())
        feed.fault_changed.connect(lambda fault: self.said.say(fault, Tone.BAD if fault else Tone.PLAIN))

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(*[grid(3)] * 4)
        self._whole.setSpacing(grid(2))

    # --- which day, and what is heard of it -------------------------------------------------------------------------

    def start(self) -> None:
        """Tell customers from now on, whether the panel is shown or not."""
        if self.feed:
            self.feed.start()

    def stop(self) -> None:
        """Send and read no more; what was decided is written first."""
        if self.feed:
            self.feed.stop()

    def set_date(self, on: date) -> None:
        """Show this day's messages."""
        if on == self._on:
            return
        self._on, self._read = on, None
        self.bench.model.show_rows(())
        if self.feed:
            self._show_empty(READING)
            self.feed.set_date(on)

    @Slot(object)
    def take_outlook(self, outlook: Outlook) -> None:
        """The day as it is planned now."""
        self._outlook = outlook
        if self.feed:
            self.feed.take_outlook(outlook)

    @Slot(object)
    def take_live(self, live: LiveDay) -> None:
        """The day as it stands on the road now."""
        if self.feed:
            self.feed.take_live(live)

    @Slot(object)
    def take_today(self, today: Today) -> None:
        """The day on the road, while another one is planned."""
        if self.feed:
            self.feed.take_today(today)

    def orders(self) -> Sequence[tuple[OrderId, About]]:
        """Those that can be written about: the day's, and those that messages or replies shown are about."""
        known = dict(self._read.orders) if self._read else {}
        if self._outlook and self._outlook.day.date == self._on:
            known |= {order_id: about(order) for order_id, order in self._outlook.day.orders.items()}
        return sorted(known.items(), key=lambda each: each[1].number)

    # --- what was read ----------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_read(self, read: Read) -> None:
        if read.on != self._on:
            return
        first, self._read = not self.bench.model.rows, read
        chosen = self.bench.current
        self.bench.model.show_rows(self._rows(read))
        if chosen:
            self.bench.choose(chosen.key)
        if first:
            self.bench.size_columns()
        self.health.show_lines(read.box.lines, read.box.messages, read.on)
        self.opt_outs.show_opt_outs(read.box.opt_outs, may=self._mine)
        self._settle()
        self._show_current()

    def _rows(self, read: Read) -> list[Row]:
        messages = [row_of_message(m, read.orders.get(m.order_id), self._zone, read.on) for m in read.box.messages]
        abouts = {reply.id: read.orders.get(reply.order_id) if reply.order_id else None for reply in read.box.replies}
        replies = [row_of_reply(reply, abouts[reply.id], self._zone, read.on) for reply in read.box.replies]
        return messages + replies

    def _settle(self) -> None:
        """Counts, and what to show if the list is empty."""
        if self._read is None:
            return
        rows, box = self.bench.model.rows, self._read.box
        self.bar.show_counts(rows, len(box.opt_outs))
        count = sum(row.unread or (row.message is not None and row.message.state in TROUBLE) for row in rows)
        if count != self._count:
            self._count = count
            self.count_changed.emit(count)
        self.off.say("" if box.on or not rows else OFF_SHORTLY, Tone.QUIET)
        if self.bar.filter is None:
            self.stack.setCurrentWidget(self.opt_outs)
        elif self.bench.sorting.rowCount():
            self.stack.setCurrentWidget(self.bench)
            self.bench.keep_a_row()
        elif rows:
            self._show_empty(NO_MATCH, "Show all")
        elif box.on:
            self._show_empty(NONE_YET.format(day=fmt.weekday_date(self._read.on)))
        else:
            self._show_empty(OFF, "Settings of messages…")

    def _show_empty(self, text: str, step: str = "") -> None:
        if self.empty.text != text:
            self.empty.set_text(text)
            self.empty.set_step(step)
        self.stack.setCurrentWidget(self.empty)

    @Slot()
    def _on_step(self) -> None:
        if self.bench.model.rowCount():
            self.bar.reset(Filter.ALL)
            self._to_the_list()
        else:
            self.settings_requested.emit()

    # --- what of it is shown ----------------------------------------------------------------------------------------

    @Slot(object)
    def _on_filter(self, which: Filter | None) -> None:
        if which is not None:
            self.bench.sorting.set_filter(which)
        self._settle()
        self._show_current()

    @Slot(str)
    def _on_words(self, text: str) -> None:
        self.bench.sorting.set_words(text)
        self._settle()
        self._show_current()

    @Slot()
    def focus_filter(self) -> None:
        """Let the keys go to the find box."""
        self.bar.finder.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bar.finder.selectAll()

    @Slot()
    def _to_the_list(self) -> None:
        page = self.stack.currentWidget()
        {self.bench: self.bench.table, self.opt_outs: self.opt_outs.table}.get(page, self.empty).setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """The keys go to the list; what is new is read at once."""
        super().showEvent(event)
        self._to_the_list()
        if self.feed:
            self.feed.look()

    @Slot()
    def _show_current(self) -> None:
        shown = self.stack.currentWidget() is self.bench
        self.bench.detail.show_row(self.bench.current if shown else None, self._on or date.min)
        self._allow()

    @Slot()
    def _on_show(self) -> None:
        row = self.bench.current
        if row and row.order_id:
            self.order_requested.emit(row.order_id)

    # --- what can be done -------------------------------------------------------------------------------------------

    @property
    def _mine(self) -> bool:
        return self.feed is not None and self.feed.works

    def actions(self) -> list[QAction]:
        """For menus and the list of keys."""
        return list(self.bench.deeds.values())

    @Slot()
    def _allow(self) -> None:
        """What can be done now."""
        row = self.bench.current if self.stack.currentWidget() is self.bench else None
        for name, action in self.bench.deeds.items():
            action.setEnabled((self._mine or name == "show") and may(row, name))
        self.setToolTip("" if self._mine or self.feed is None else IN_A_COPY)
