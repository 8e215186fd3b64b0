"""Many orders without windows into slots at least cost: which, over which days; the preview; applied as one change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.orders import Order
from dispatcher.services.slots import Assigned, BulkPreview
from ui import format as fmt
from ui.parts.fields import named, primary
from ui.parts.said import Said, Tone
from ui.runner import Job
from ui.slots import words
from ui.slots.rows import Column, RowTable
from ui.theme import Theme

SPANS = (1, 3, 7, 14)
NONE = "Every open order of {} has a window already."
CHOOSE = "{} of {} without a window {}. Choose those to assign, or leave all, then work it out."
NO_CHOICE = "Choose some orders first."
NOBODY_FITS = "None of these orders fits into any slot."
FOUND = "{} would get a slot; planning all of them costs {} more."
LEFT = " {} left out: the reasons stand at the top."
STOPPED = "Stopped; nothing was changed."


@dataclass(frozen=True, slots=True)
class Line:
    """One order of a preview, with its slot or why it has none."""

    order: Order
    assigned: Assigned | None
    why_not: str = ""


class Bulk(QWidget):
    """GUI thread. It wishes; the panel has it done.

    Signals:
        day_wanted(date): the orders of this day.
        worked_out(list, date, int): these orders' ids, over so many days from a date on.
        applied(BulkPreview): do what the preview says.
        stopped(): no longer work it out.
    """

    day_wanted = Signal(object)
    worked_out = Signal(list, object, int)
    applied = Signal(object)
    stopped = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, currency: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "slots.bulk", "Assign many orders")
        self._theme, self._zone, self._currency = theme, zone, currency
        self._preview: BulkPreview | None = None
        self._job: Job | None = None
        self._mine = True
        self._told = ""
        """What was applied just now, until the orders that are left are read."""
        self._make()
        self._lay_out()
        self._wire()
        theme.changed.connect(self._dress)
        self._dress()
        self._allow()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self._theme
        self.day = named(QDateEdit(self), "slots.bulk.day", "Orders of this day")
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("ddd d MMM yyyy")
        self.first = named(QDateEdit(self), "slots.bulk.first", "Slots from this day on")
        self.first.setCalendarPopup(True)
        self.first.setDisplayFormat("ddd d MMM yyyy")
        self.span = named(QComboBox(self), "slots.bulk.days", "Over how many days")
        for days in SPANS:
            self.span.addItem(fmt.count(days, "day"), days)
        self.go = named(QPushButton("Work it out", self), "slots.bulk.go", "Work it out")
        primary(self.go)
        self.said = Said("slots.bulk.said", "How it stands", theme, self)
        self.bar = named(QProgressBar(self), "slots.bulk.progress", "How far it is")
        self.bar.setRange(0, 100)
        self.cancel = named(QPushButton("Stop", self), "slots.bulk.stop", "Stop working it out")
        self.orders: RowTable[Order] = RowTable(
            "slots.bulk.orders", "Orders without a window", self._order_columns(), theme, self, several=True
        )
        self.lines: RowTable[Line] = RowTable("slots.bulk.preview", "Preview", self._line_columns(), theme, self)
        self.apply = named(QPushButton("Apply", self), "slots.bulk.apply", "Give these orders their slots")
        self.back = named(QPushButton("Choose again", self), "slots.bulk.back", "Back to the orders")
        self.apply_action = QAction("Apply the preview", self)
        self.apply_action.setObjectName("slots.bulk.apply_action")
        self.apply_action.setShortcut(QKeySequence("Ctrl+Return"))
        self.apply_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(self.apply_action)

    def _order_columns(self) -> tuple[Column, ...]:
        return (
            Column("Order", lambda o: o.number, most=34),
            Column("Customer", lambda o: o.contact.name, most=50),
            Column("Goods", lambda o: fmt.load(o.load), most=64),
            Column("Address", lambda o: o.address.text),
        )

    def _line_columns(self) -> tuple[Column, ...]:
        zone = self._zone
        slot = lambda line: words.titled(line.assigned.slot, zone) if line.assigned else line.why_not
        cost = lambda line: fmt.price(line.assigned.cost, self._currency) if line.assigned else "–"
        return (
            Column("Order", lambda line: line.order.number, most=34),
            Column("Slot, or why it has none", slot, token=lambda line: "" if line.assigned else "late", most=110),
            Column("Costs", cost, right=True, most=24),
            Column("Address", lambda line: line.order.address.text),
        )

    def _lay_out(self) -> None:
        self._top, self._run, self._end = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for text, field in (("Orders of", self.day), ("into slots from", self.first), ("over", self.span)):
            self._top.addWidget(QLabel(text, self))
            self._top.addWidget(field)
        self._top.addWidget(self.go)
        self._top.addStretch(1)
        self._run.addWidget(self.bar, 1)
        self._run.addWidget(self.cancel)
        self._end.addStretch(1)
        self._end.addWidget(self.back)
        self._end.addWidget(self.apply)
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(self._top)
        self._whole.addWidget(self.said)
        self._whole.addLayout(self._run)
        self._whole.addWidget(self.orders.view, 1)
        self._whole.addWidget(self.lines.view, 1)
        self._whole.addLayout(self._end)

    def _wire(self) -> None:
        self.day.dateChanged.connect(self._on_day)
        self.go.clicked.connect(self._on_go)
        self.cancel.clicked.connect(self.stopped)
        self.apply.clicked.connect(self._on_apply)
        self.apply_action.triggered.connect(self._on_apply)
        self.back.clicked.connect(self.choose_again)

    @Slot()
    def _dress(self) -> None:
        for box in (self._top, self._run, self._end, self._whole):
            box.setSpacing(self._theme.grid(2))
        self._whole.setContentsMargins(0, 0, 0, 0)
        self.orders.dress()
        self.lines.dress()

    # --- the orders -----------------------------------------------------------------------------------------------

    def show_day(self, on: date, today: date) -> None:
        """Begin with the orders of this day, into slots from then on, unless a preview stands or is worked out."""
        if self._preview is not None or self._job is not None:
            return
        first = max(on, today)
        self.day.blockSignals(True)
        self.day.setDate(QDate(on.year, on.month, on.day))
        self.day.blockSignals(False)
        self.first.setDate(QDate(first.year, first.month, first.day))
        self.span.setCurrentIndex(SPANS.index(7))
        self.choose_again()

    @Slot()
    def choose_again(self) -> None:
        """The orders, read anew."""
        self._preview = None
        self._allow()
        self.day_wanted.emit(_date(self.day))

    @Slot()
    def _on_day(self) -> None:
        self.choose_again()

    def refresh(self) -> None:
        """The page is shown: read the orders anew, unless a preview stands or is worked out."""
        if self._preview is None and self._job is None:
            self.choose_again()

    def stop_job(self) -> None:
        """Ask it to end."""
        if self._job:
            self._job.cancel()

    def show_orders(self, orders: Sequence[Order]) -> None:
        """Those of the day without a window; all are chosen at first."""
        self.orders.show_rows(tuple(orders), lambda order: order.id)
        on = fmt.weekday_date(_date(self.day))
        if self._preview is None and self._job is None:
            are = "is open" if len(orders) == 1 else "are open"
            said = CHOOSE.format(fmt.count(len(orders), "order"), on, are) if orders else NONE.format(on)
            self.said.say(f"{self._told} {said}".strip(), Tone.GOOD if self._told else Tone.QUIET)
            self._told = ""
        self.orders.view.selectAll()
        self._allow()

    # --- working it out -------------------------------------------------------------------------------------------

    @Slot()
    def _on_go(self) -> None:
        chosen = [order.id for order in self.orders.chosen]
        if not chosen:
            self.said.say(NO_CHOICE, Tone.WARNING)
            return
        self.worked_out.emit(chosen, _date(self.first), int(self.span.currentData()))

    def show_job(self, job: Job) -> None:
        """It is being worked out."""
        self._job = job
        self.said.say("Working out the slots that cost least…", Tone.QUIET)
        self.show_progress(job)
        self._allow()

    def show_progress(self, job: Job) -> None:
        """How far it is."""
        if job is self._job:
            self.bar.setValue(round(100 * job.fraction))
            self.bar.setFormat(f"{job.text} %p %" if job.text else "%p %")

    def end_job(self, job: Job) -> None:
        """It has ended, however that was."""
        if job is self._job:
            self._job = None
            if self._preview is None and self.said.tone is Tone.QUIET:
                self.said.say(STOPPED, Tone.WARNING)
            self._allow()

    def show_preview(self, preview: BulkPreview) -> None:
        """What would be; nothing has happened yet."""
        self._preview = preview
        out = [Line(order, None, why) for order, why in preview.left_out]
        rows = [*out, *(Line(a.order, a) for a in preview.assigned)]
        self.lines.show_rows(tuple(rows), lambda line: line.order.id)
        orders, cost = fmt.count(len(preview.assigned), "order"), fmt.price(preview.added, self._currency)
        left = LEFT.format(fmt.count(len(out), "order is", "orders are")) if out else ""
        text = FOUND.format(orders, cost) + left if preview.assigned else NOBODY_FITS + left
        self.said.say(text, Tone.WARNING if out else Tone.GOOD)
        self._allow()
        if self.isVisible():
            self.lines.view.setFocus()

    def say_fault(self, fault: Exception) -> None:
        """It could not be done, and this is why; a preview stays."""
        self.said.say_fault(fault)
        self._allow()

    def allow(self) -> None:
        """What was asked besides was left: what could be done can be done again."""
        self._allow()

    def set_mine(self, mine: bool) -> None:
        """Whether anything can be applied here."""
        self._mine = mine
        self._allow()

    @Slot()
    def _on_apply(self) -> None:
        if self._preview and self.apply.isEnabled():
            self.apply.setEnabled(False)
            self.applied.emit(self._preview)

    def was_applied(self, told: str) -> None:
        """Done; the orders that are left are shown."""
        self._told = f"{told}. Ctrl+Z takes it back."
        self.choose_again()

    def _allow(self) -> None:
        working, previewed = self._job is not None, self._preview is not None
        for part in (self.bar, self.cancel):
            part.setVisible(working)
        self.orders.view.setVisible(not previewed)
        self.lines.view.setVisible(previewed)
        self.apply.setVisible(previewed)
        self.back.setVisible(previewed)
        can = bool(self._mine and self._preview and self._preview.assigned) and not working
        self.apply.setEnabled(can)
        self.apply_action.setEnabled(can)
        self.go.setEnabled(not working and bool(self.orders.model.rows))
        for field in (self.day, self.first, self.span):
            field.setEnabled(not working)


def _date(edit: QDateEdit) -> date:
    on = edit.date()
    return date(on.year(), on.month(), on.day())
