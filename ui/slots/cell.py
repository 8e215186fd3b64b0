"""One slot of one date: what there is to know, how it is changed inline, and who has a place in it."""

from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTime, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.slots import Blackout, SlotBook, SlotChange
from dispatcher.domain.slots import Slot as Opening
from dispatcher.services.slots import Booked, Suggested
from ui import format as fmt
from ui.board import drag
from ui.parts.fields import named, primary
from ui.parts.said import Said, Tone
from ui.slots import words
from ui.slots.feed import Key
from ui.slots.rows import Column, RowTable
from ui.theme import Size, Theme

MOST = 100_000
NO_LIMIT = "no limit"
NOTHING = "Choose a cell of the calendar."
NOBODY = "Nobody has a place here yet."
STRANDED = "Places whose slot is not in the catalogue any more: move them with M, or drag them onto the calendar."
DARK = "Close the day"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a cell is to be on its date; a change of `None` is as the rule says again."""

    key: Key
    change: SlotChange | None


class CellPane(QWidget):
    """GUI thread. It wishes; the panel does.

    Signals:
        change_wanted(Wish): let the slot be otherwise on its date, or as the rule says again.
        blackout_wanted(Blackout, bool): close a date, or open it again.
        picked_up(Booked, bool): a place is in the hand; whether by keys, else by the mouse and the drag begins.
        put_down(): the drag is over, wherever it ended.
        order_wanted(OrderId): show this order on the board.
        offers_wanted(Order): find this order another slot.
        let_go_wanted(str): give a held place back, by its id.
        left(): the keys should go to the calendar.
    """

    change_wanted = Signal(object)
    blackout_wanted = Signal(object, bool)
    picked_up = Signal(object, bool)
    put_down = Signal()
    order_wanted = Signal(object)
    offers_wanted = Signal(object)
    let_go_wanted = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, currency: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "slots.cell", "The slot chosen")
        self._theme, self._zone, self._currency = theme, zone, currency
        self.run_drag: drag.RunDrag = drag.run_drag
        self._slot: Opening | None = None
        self._book = SlotBook()
        self._touched = self._mine = False
        self._make()
        self._make_actions()
        self._lay_out()
        self._wire()
        theme.changed.connect(self._dress)
        self._dress()
        self.clear()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self._theme
        self.title = named(QLabel(self), "slots.cell.title", "Slot")
        self.title.setWordWrap(True)
        self.facts = Said("slots.cell.facts", "What there is to know of it", theme, self)
        self.state = Said("slots.cell.state", "Whether it can be chosen", theme, self)
        self.opens = named(QTimeEdit(self), "slots.cell.opens", "Opens")
        self.closes = named(QTimeEdit(self), "slots.cell.closes", "Closes")
        for edit in (self.opens, self.closes):
            edit.setDisplayFormat("HH:mm")
        self.most = named(QSpinBox(self), "slots.cell.most", "How many orders it takes")
        self.most.setRange(0, MOST)
        self.set = named(QPushButton("Set", self), "slots.cell.set", "Set hours and orders for this date")
        primary(self.set)
        self.shut = named(QPushButton("Close", self), "slots.cell.close", "Close or open this slot")
        self.shut.setToolTip("Nobody can choose it any more; who has a place keeps it  (X)")
        self.usual = named(QPushButton("As the rule", self), "slots.cell.usual", "As the rule says again")
        self.why = named(QLineEdit(self), "slots.cell.why", "Why the day is closed")
        self.why.setPlaceholderText("Why, e.g. Independence Day")
        self.everywhere = QCheckBox("in all areas", self)
        self.everywhere.setObjectName("slots.cell.everywhere")
        self.dark = named(QPushButton(self), "slots.cell.blackout", "Close or open the whole day")
        self.hint = Said("slots.cell.suggested", "What its shifts can do", theme, self)
        self.take = named(QPushButton(self), "slots.cell.take", "Take what is suggested")
        self._suggested: Suggested | None = None
        self.places: RowTable[Booked] = RowTable("slots.places", "Who has a place", self._columns(), theme, self)
        self.places.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.none = Said("slots.places.none", "Who has a place", theme, self)

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("Order", words.place_name, most=34),
            Column("Place", lambda place: words.place_state(place, self._zone), most=34),
            Column("For", words.place_who),
        )

    def _make_actions(self) -> None:
        view = self.places.view
        self.move_action = self._action("slots.move", "Move to another slot", "M", view)
        self.offers_action = self._action("slots.offer_again", "Offer this order other slots", "O", view)
        self.show_action = self._action("slots.show_order", "Show the order on the board", "Ctrl+Return", view)
        self.let_go_action = self._action("slots.release", "Let a held place go", "Del", view)
        back = self._action("slots.back", "Back to the calendar", "Esc", view)
        back.triggered.connect(self.left)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        view.viewport().installEventFilter(self)
        self._pressed: QPoint | None = None

    def _action(self, name: str, text: str, key: str, owner: QWidget) -> QAction:
        action = QAction(text, owner)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        owner.addAction(action)
        return action

    def _lay_out(self) -> None:
        self._hours = QHBoxLayout()
        hours: tuple[QWidget, ...] = (self.opens, QLabel("–", self), self.closes)
        for part in hours:
            self._hours.addWidget(part, 0 if isinstance(part, QLabel) else 1)
        self._keys = QHBoxLayout()
        for button in (self.set, self.usual, self.shut):
            self._keys.addWidget(button)
        self._form = QGridLayout()
        self._form.addWidget(QLabel("Hours", self), 0, 0)
        self._form.addLayout(self._hours, 0, 1, 1, 2)
        self._form.addWidget(QLabel("Orders", self), 1, 0)
        self._form.addWidget(self.most, 1, 1, 1, 2)
        self._form.addLayout(self._keys, 2, 1, 1, 2)
        self._form.addWidget(QLabel("Day", self), 3, 0)
        self._form.addWidget(self.why, 3, 1, 1, 2)
        self._form.addWidget(self.everywhere, 4, 1)
        self._form.addWidget(self.dark, 4, 2)
        self._form.setColumnStretch(2, 1)
        self.editor = QWidget(self)
        self.editor.setLayout(self._form)
        self._column = QVBoxLayout(self)
        for part in (self.title, self.facts, self.state, self.hint, self.take, self.editor, self.none):
            self._column.addWidget(part)
        self._column.addWidget(self.places.view, 1_000)
        self._column.addStretch(1)

    def _wire(self) -> None:
        for edit in (self.opens, self.closes):
            edit.timeChanged.connect(self._touch)
        self.most.valueChanged.connect(self._touch)
        self.set.clicked.connect(self._on_set)
        self.shut.clicked.connect(self.toggle_closed)
        self.take.clicked.connect(self._on_take)
        self.usual.clicked.connect(self._on_usual)
        self.dark.clicked.connect(self.toggle_blackout)
        self.move_action.triggered.connect(self._on_move)
        self.offers_action.triggered.connect(self._on_offers)
        self.show_action.triggered.connect(self._on_show)
        self.let_go_action.triggered.connect(self._on_let_go)
        self.places.view.selectionModel().currentRowChanged.connect(self._allow)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self.title.setFont(self._theme.font(Size.HEAD, bold=True))
        self._column.setContentsMargins(grid(3), 0, 0, 0)
        self._column.setSpacing(grid(2))
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setSpacing(grid(1.5))
        self._keys.setSpacing(grid(1.5))
        self.places.dress()

    # --- what is shown --------------------------------------------------------------------------------------------

    def clear(self, text: str = NOTHING) -> None:
        """Nothing is chosen, or there is no slot."""
        self._slot, self._touched = None, False
        self.title.setText("")
        self.facts.say("")
        self.state.say(text, Tone.QUIET)
        self.editor.hide()
        self.show_suggestion(None)
        self.none.say("")
        self.show_places(())

    def show_slot(self, slot: Opening, book: SlotBook, *, mine: bool) -> None:
        """Show this one; what is being typed into its fields stays."""
        same = self._slot is not None and (self._slot.rule.id, self._slot.on) == (slot.rule.id, slot.on)
        self._slot, self._book, self._mine = slot, book, mine
        self.title.setText(words.titled(slot, self._zone))
        self.facts.say(words.facts(slot, self._zone, self._currency), Tone.QUIET)
        self._say_state(slot)
        self.editor.setVisible(mine)
        if not (same and self._touched):
            self._fill(slot)
        if not same:
            self.show_places(())
        self.shut.setText("Open" if self._closed_by_hand else "Close")
        self.usual.setEnabled((slot.rule.id, slot.on) in book.changes)
        dark = self._blackout
        self.dark.setText("Open the day" if dark else DARK)
        self.why.setEnabled(dark is None)
        self.everywhere.setEnabled(dark is None)

    def _say_state(self, slot: Opening) -> None:
        stands, mark = words.standing(slot), words.mark(slot)
        if stands == words.OVER:
            self.state.say("More is sold than fits. Widen it, or move some of its orders.", Tone.BAD)
        elif mark:
            self.state.say(f"Nobody can choose it: {mark}.", Tone.WARNING)
        else:
            self.state.say(f"Can be chosen: {words.room(slot)}.", Tone.GOOD)

    def _fill(self, slot: Opening) -> None:
        opens, closes = (moment.astimezone(self._zone) for moment in (slot.window.opens_at, slot.window.closes_at))
        self.opens.setTime(QTime(opens.hour, opens.minute))
        self.closes.setTime(QTime(closes.hour, closes.minute))
        limited = slot.most_orders is not None
        self.most.setSpecialValueText("" if limited else NO_LIMIT)
        self.most.setMinimum(0 if limited else -1)
        self.most.setValue(slot.most_orders if slot.most_orders is not None else -1)
        self._touched = False
        self.set.setEnabled(False)

    @Slot()
    def _touch(self) -> None:
        self._touched = True
        self.set.setEnabled(True)

    def show_suggestion(self, suggested: Suggested | None) -> None:
        """What the shifts of its date can do there, if that was worked out."""
        self._suggested = suggested
        self.take.setVisible(suggested is not None and self._mine)
        text = f"Can take {suggested.orders:,}: {suggested.why}" if suggested else ""
        self.hint.say(text, Tone.QUIET)
        if suggested:
            self.take.setText(f"Take {suggested.orders:,}")

    @Slot()
    def _on_take(self) -> None:
        if self._suggested and self._slot:
            self._fill(self._slot)
            self._wish(closed=self._closed_by_hand, most=self._suggested.orders)

    def show_places(self, places: tuple[Booked, ...]) -> None:
        """Who has a place in it."""
        self.places.show_rows(places, _identity)
        self.places.view.setVisible(bool(places))
        self.none.say(NOBODY if self._slot and not places else "", Tone.QUIET)
        self._allow()

    def show_stranded(self, places: tuple[Booked, ...]) -> None:
        """Places that have no slot any more."""
        self.clear("")
        self.title.setText(fmt.count(len(places), "place") + " without a slot")
        self.state.say(STRANDED, Tone.WARNING)
        self.show_places(places)

    @property
    def shown(self) -> Opening | None:
        """The slot shown."""
        return self._slot

    @Slot()
    def _allow(self) -> None:
        place = self.places.current
        order = place.order if place else None
        held = bool(place and place.hold and place.order is None)
        self.move_action.setEnabled(place is not None and self._mine)
        self.offers_action.setEnabled(order is not None and self._mine)
        self.show_action.setEnabled(order is not None)
        self.let_go_action.setEnabled(held and self._mine)

    def set_mine(self, mine: bool) -> None:
        """Whether anything can be changed here."""
        self._mine = mine
        self._allow()

    # --- what is wished -------------------------------------------------------------------------------------------

    @property
    def _change(self) -> SlotChange | None:
        return self._book.changes.get((self._slot.rule.id, self._slot.on)) if self._slot else None

    @property
    def _closed_by_hand(self) -> bool:
        return bool(self._change and self._change.closed)

    @property
    def _blackout(self) -> Blackout | None:
        """What closes this date, in this area or in all."""
        if self._slot is None:
            return None
        on, area = self._slot.on, self._slot.area.id
        return next((b for b in self._book.blackouts if b.on == on and b.area_id in (None, area)), None)

    @Slot()
    def _on_set(self) -> None:
        if self._slot is not None:
            self._touched = False
            self._wish(closed=self._closed_by_hand, most=self.most.value())

    @Slot()
    def toggle_closed(self) -> None:
        """Close this one by hand, or open it again."""
        if self._slot is not None:
            self._fill(self._slot)
            self._wish(closed=not self._closed_by_hand, most=self.most.value())

    def widen(self, by: int) -> None:
        """Let it take so many orders more, on its date."""
        if self._slot is not None and self._slot.most_orders is not None:
            self._fill(self._slot)
            self._wish(closed=self._closed_by_hand, most=max(0, self._slot.most_orders + by))

    def _wish(self, *, closed: bool, most: int) -> None:
        """The date's own words; what is as the rule has it is left to the rule."""
        slot = self._slot
        assert slot is not None
        rule, opens, closes = slot.rule, _time(self.opens), _time(self.closes)
        change = SlotChange(
            rule.id,
            slot.on,
            closed,
            most_orders=None if most < 0 or most == rule.most_orders else most,
            opens=None if opens == rule.opens else opens,
            closes=None if closes == rule.closes else closes,
        )
        plain = SlotChange(rule.id, slot.on)
        self.change_wanted.emit(Wish((rule.id, slot.on), None if change == plain else change))

    @Slot()
    def _on_usual(self) -> None:
        if self._slot is not None:
            self._touched = False
            self.change_wanted.emit(Wish((self._slot.rule.id, self._slot.on), None))

    @Slot()
    def toggle_blackout(self) -> None:
        """Close the whole date, or open it again."""
        if self._slot is None:
            return
        if dark := self._blackout:
            self.blackout_wanted.emit(dark, False)
            return
        area = None if self.everywhere.isChecked() else self._slot.area.id
        self.blackout_wanted.emit(Blackout(self._slot.on, area, self.why.text().strip()), True)
        self.why.clear()

    # --- places ---------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The keys go to the orders."""
        self.places.view.setFocus()
        if self.places.model.rows and self.places.current is None:
            self.places.view.selectRow(0)

    @Slot()
    def _on_move(self) -> None:
        if place := self.places.current:
            self.picked_up.emit(place, True)

    @Slot()
    def _on_offers(self) -> None:
        if (place := self.places.current) and place.order:
            self.offers_wanted.emit(place.order)

    @Slot()
    def _on_show(self) -> None:
        if (place := self.places.current) and place.order:
            self.order_wanted.emit(place.order.id)

    @Slot()
    def _on_let_go(self) -> None:
        if (place := self.places.current) and place.hold:
            self.let_go_wanted.emit(place.hold.id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A row pulled away with the mouse begins a drag, instead of choosing the rows it passes."""
        if isinstance(event, QMouseEvent) and self._follow_mouse(event):
            return True
        return super().eventFilter(watched, event)

    def _follow_mouse(self, event: QMouseEvent) -> bool:
        point, view = event.position().toPoint(), self.places.view
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = point if view.indexAt(point).isValid() else None
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._pressed = None
        elif event.type() == QEvent.Type.MouseMove and self._pressed is not None:
            far = (point - self._pressed).manhattanLength() >= QApplication.startDragDistance()
            if far and self._mine:
                self._pressed = None
                self.drag_current()
            return True
        return False

    def drag_current(self) -> None:
        """Take the place that is chosen into the hand, and run the drag until it is over."""
        place = self.places.current
        if place is None:
            return
        self.picked_up.emit(place, False)
        ids = [place.order.id] if place.order else []
        self.run_drag(drag.begin(self.places.view, ids, words.place_name(place), self._theme))
        self.put_down.emit()


def _identity(place: Booked) -> str:
    return place.hold.id if place.hold else str(place.order.id if place.order else "")


def _time(edit: QTimeEdit) -> time:
    at = edit.time()
    return time(at.hour(), at.minute())
