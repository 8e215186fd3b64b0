"""Forms about one order: somebody was there in vain, or there is more of it than was announced."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCompleter,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load, Order, OrderState
from dispatcher.domain.time import at_local
from dispatcher.services import disturbances
from ui import format as words
from ui.disturbances import facts
from ui.disturbances.form import (
    Change,
    Deed,
    DisturbanceForm,
    Scene,
    clock_field,
    clock_in,
    date_field,
    date_in,
    show_clock,
)
from ui.parts.fields import named
from ui.parts.said import Tone

MOST = 100_000_000
TRY_AFTER = timedelta(hours=1)


class OrderField(QLineEdit):
    """One of many orders, found by a few letters of its number, customer or street.

    Signals:
        chosen(): another order, or none, is named now.
    """

    chosen = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._by_text: dict[str, OrderId] = {}
        self._by_number: dict[str, OrderId | None] = {}
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        self.setPlaceholderText("Number, customer or street")
        self.textChanged.connect(self._on_text)

    def offer(self, orders: Collection[Order]) -> None:
        """These can be named."""
        texts = {facts.order_words(order): order.id for order in orders}
        numbers: dict[str, OrderId | None] = {}
        for order in orders:
            number = order.number.casefold()
            numbers[number] = None if number in numbers else order.id
        if texts != self._by_text:
            self._by_text, self._by_number = texts, numbers
            self._model.setStringList(list(texts))

    def name(self, order: Order) -> None:
        """Fill this one in."""
        self.setText(facts.order_words(order))
        self.setCursorPosition(0)

    @property
    def order_id(self) -> OrderId | None:
        """The one named, if the text names one alone."""
        text = self.text().strip()
        return self._by_text.get(text) or self._by_number.get(text.casefold())

    @Slot()
    def _on_text(self) -> None:
        self.chosen.emit()


class OrderForm(DisturbanceForm):
    """Asks which order."""

    def __init__(
        self, name: str, title: str, act: str, scene: Scene, order_id: OrderId | None, parent: QWidget | None
    ) -> None:
        super().__init__(name, title, act, scene, parent)
        self.which = named(OrderField(self), f"{self.name}.order", "Order")
        self.add("&Order", self.which)
        self.which.offer(self.candidates())
        if order_id and order_id in self.day.orders:
            self.which.name(self.day.orders[order_id])

    def candidates(self) -> list[Order]:
        """The orders that can be named, by their numbers."""
        raise NotImplementedError

    def tell(self, order: Order) -> None:
        """Say what it will mean for this order."""
        raise NotImplementedError

    def order(self) -> Order | None:
        """The one named."""
        return self.day.orders.get(self.which.order_id) if self.which.order_id else None

    def required(self) -> Order:
        """The one named; the button is dead while there is none."""
        order = self.order()
        assert order is not None
        return order

    @Slot()
    def on_changed(self) -> None:
        """Another order, or something else."""
        self.refresh()

    def refresh(self) -> None:
        """With the orders as they are now."""
        self.which.offer(self.candidates())
        order = self.order()
        if order is not None:
            self.tell(order)
        else:
            self.refuse(self.none_words(), Tone.QUIET)

    def none_words(self) -> str:
        """Why no order is named."""
        raise NotImplementedError

    def place_words(self, order: Order) -> str:
        """Where it is in the plan: "Stop 3 of Aino, planned for 10:20"."""
        outlook = self.outlook
        for times in outlook.schedule.routes.values():
            for index, stop in enumerate(times.stops, 1):
                if stop.order_id == order.id:
                    driver = self.day.drivers[self.day.shifts[times.shift_id].driver_id]
                    return f"Stop {index} of {driver.name}, planned for {self.clock_of(stop.starts_at)}"
        return "In no round"


class NoShowForm(OrderForm):
    """Somebody was there in vain: try again today, another day, or leave it in the pool."""

    def __init__(self, scene: Scene, order_id: OrderId | None, parent: QWidget | None) -> None:
        super().__init__("no_show", "Try again", "Try again", scene, order_id, parent)
        self.again = self.radio("Try again &today after", "today")
        self.after = clock_field(self, "after", "Try again after")
        self.later = self.radio("Another &day", "another_day")
        tomorrow = self.day.date + timedelta(days=1)
        self.on = date_field(self, "date", "On which day", tomorrow)
        self.on.setMinimumDate(self.on.date())
        self.pool = self.radio("Back to the &pool", "pool")
        self._group = QButtonGroup(self)
        self._add_choice()
        self._fill()
        self.which.chosen.connect(self.on_changed)
        for button in (self.again, self.later, self.pool):
            self._group.addButton(button)
            button.toggled.connect(self.on_changed)
        self.after.timeChanged.connect(self.on_changed)
        self.on.dateChanged.connect(self.on_changed)
        self.again.setChecked(True)
        self.refresh()

    def _add_choice(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(self.scene.theme.grid(1.5))
        for button, field in ((self.again, self.after), (self.later, self.on), (self.pool, None)):
            line = QHBoxLayout()
            line.addWidget(button, 1)
            if field:
                line.addWidget(field)
            column.addLayout(line)
        holder = QWidget(self)
        holder.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        self.add("What to do", holder)

    def _fill(self) -> None:
        today = self.scene.clock().astimezone(self.day.depot.zone).date() == self.day.date
        order = self.order()
        planned = self._planned_at(order.id) if order else None
        base = self.scene.clock() if today else planned
        base = base or min((s.starts_at for s in self.day.shifts.values()), default=self.scene.clock())
        show_clock(self.after, self.local(facts.next_quarter(base + TRY_AFTER)))

    def _planned_at(self, order_id: OrderId) -> datetime | None:
        routes = self.outlook.schedule.routes.values()
        return next((s.departs_at for r in routes for s in r.stops if s.order_id == order_id), None)

    def candidates(self) -> list[Order]:
        """Those that are in a round: nobody went to the others."""
        ids = [o for route in self.day.plan.routes for o in route.order_ids]
        return sorted((self.day.orders[o] for o in ids), key=lambda o: o.number)

    def none_words(self) -> str:
        """Which can be named."""
        if not self.candidates():
            return "No order is planned on this day, so nothing can be tried again."
        return "Name an order that is in a round." if self.which.text() else "Which order was it?"

    def tell(self, order: Order) -> None:
        """What the choice makes of it."""
        self.after.setEnabled(self.again.isChecked())
        self.on.setEnabled(self.later.isChecked())
        texts = {self.again: "Try again", self.later: "Move", self.pool: "To the pool"}
        self.act_button.setText(next((t for b, t in texts.items() if b.isChecked()), "Try again"))
        self.act_button.setAccessibleName(self.act_button.text())
        self.say(f"{self.place_words(order)}. It leaves the round, {self._then_words(order)}")

    def _then_words(self, order: Order) -> str:
        zone = self.day.depot.zone
        if self.later.isChecked():
            hours = f", {words.windows(order.windows, zone)}" if order.windows else ""
            return f"goes to {words.weekday_date(date_in(self.on))}{hours}, and a proposal is searched for the rest."
        if self.pool.isChecked():
            return "goes back to the pool, and a proposal is searched."
        after = self._moment()
        over = order.windows and all(w.closes_at <= after for w in order.windows)
        note = (
            f" Its window {words.windows(order.windows, zone)} is over by then: any time after will do." if over else ""
        )
        return f"comes back to the pool for after {self.clock_of(after)}, and a proposal is searched.{note}"

    def _moment(self) -> datetime:
        return at_local(self.day.date, clock_in(self.after), self.day.depot.zone)

    def deed(self) -> Deed:
        """The order as it is from now on."""
        order = self.required()
        what = f"Try order {order.number} again"
        return Deed(what, f"{self.place_words(order)}; {self._why()}", self._change(order.id), what)

    def _why(self) -> str:
        if self.later.isChecked():
            return f"moved to {words.weekday_date(date_in(self.on))}"
        return "back to the pool" if self.pool.isChecked() else f"again after {self.clock_of(self._moment())}"

    def _change(self, order_id: OrderId) -> Change:
        if self.later.isChecked():
            return partial(disturbances.try_another_day, order_id=order_id, on=date_in(self.on))
        if self.pool.isChecked():
            return partial(disturbances.try_some_time, order_id=order_id)
        return partial(disturbances.try_again, order_id=order_id, not_before=self._moment())


class BiggerLoadForm(OrderForm):
    """There is more of it, or less, than was announced."""

    def __init__(self, scene: Scene, order_id: OrderId | None, parent: QWidget | None) -> None:
        super().__init__("bigger_load", "Bigger load than announced", "Change the load", scene, order_id, parent)
        self.kg = _amount(self, "kg", "Weight", " kg")
        self.litres = _amount(self, "litres", "Volume", " l")
        self.parcels = named(QSpinBox(self), f"{self.name}.parcels", "Parcels")
        self.parcels.setRange(0, MOST)
        self._shown: OrderId | None = None
        for text, field in (("&Weight", self.kg), ("&Volume", self.litres), ("&Parcels", self.parcels)):
            self.add(text, field)
            field.valueChanged.connect(self.on_changed)
        self.which.chosen.connect(self.on_changed)
        self.refresh()
        if self.order():
            self.kg.setFocus()
            self.kg.selectAll()

    def candidates(self) -> list[Order]:
        """All that are not cancelled."""
        return sorted((o for o in self.day.orders.values() if o.state is OrderState.OPEN), key=lambda o: o.number)

    def none_words(self) -> str:
        """Which can be named."""
        if not self.candidates():
            return "There is no order on this day."
        return "Name an order of this day." if self.which.text() else "Which order is it?"

    def tell(self, order: Order) -> None:
        """Beside what was announced."""
        if order.id != self._shown:
            self._show(order)
        load = self._load(order)
        if load == order.load:
            said = f"{self.place_words(order)}. Announced: {words.load(order.load)}. Type what there really is."
            self.refuse(said, Tone.QUIET)
            return
        self.say(
            f"{self.place_words(order)}. Announced: {words.load(order.load)}; there is {words.load(load)}. "
            "A proposal is searched.",
            foresee=self._change(order, load),
        )

    def _show(self, order: Order) -> None:
        self._shown = order.id
        for field, value in ((self.kg, order.load.kg), (self.litres, order.load.litres)):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)
        self.parcels.blockSignals(True)
        self.parcels.setValue(order.load.parcels)
        self.parcels.blockSignals(False)

    def _load(self, order: Order) -> Load:
        """As it was, to the gram, where the figure shown was not changed."""
        kg, litres = _kept(order.load.kg, self.kg), _kept(order.load.litres, self.litres)
        return Load(kg, litres, self.parcels.value())

    def deed(self) -> Deed:
        """The order with what there really is."""
        order = self.required()
        load = self._load(order)
        if load == order.load:
            raise BadInput("That is what was announced.", "Type what there really is.")
        what = f"Other load than announced: order {order.number}"
        why = f"{words.load(load)} instead of {words.load(order.load)}"
        return Deed(what, why, self._change(order, load), what)

    def _change(self, order: Order, load: Load) -> Change:
        return partial(disturbances.announce_load, order_id=order.id, load=load)


def _amount(form: DisturbanceForm, name: str, accessible: str, suffix: str) -> QDoubleSpinBox:
    field = named(QDoubleSpinBox(form), f"{form.name}.{name}", accessible)
    field.setSuffix(suffix)
    field.setDecimals(1)
    field.setRange(0, MOST)
    return field


def _kept(before: float, field: QDoubleSpinBox) -> float:
    return before if round(before, field.decimals()) == field.value() else field.value()
