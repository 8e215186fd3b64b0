"""The counter: offers for an address, a place held with its countdown, the order that gets it."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest

from dispatcher.domain.orders import Load
from dispatcher.domain.place import Found, Precision
from dispatcher.domain.slots import HoldState
from dispatcher.services.slots import SlotDesk
from tests.fixtures import days
from tests.ui.slots.conftest import DAY, MORNING, Shown, press
from ui.slots.bar import Page
from ui.slots.counter import Counter

CENTRE = "50.7750, 6.1000"


@pytest.fixture
def counter(shown: Shown) -> Counter:
    """Shown, with its keys in the address."""
    shown.panel.show_page(Page.COUNTER)
    shown.settle()
    assert shown.panel.counter.address.hasFocus()
    return shown.panel.counter


def ask(shown: Shown, counter: Counter, text: str = CENTRE) -> None:
    """Type an address, and wait for the offers."""
    QTest.keyClicks(counter.address, text)
    press(Qt.Key.Key_Return)
    shown.settle()


def test_offers_come_ranked_with_their_cost_in_words(shown: Shown, counter: Counter, desk: SlotDesk) -> None:
    counter.parcels.setValue(2)
    ask(shown, counter)
    offers = counter.offers.model.rows
    costs = [offer.cost for offer in offers if offer.cost is not None]
    assert costs
    assert costs == sorted(costs)
    cell = counter.offers.model.index(0, 1)
    assert cell.data() == offers[0].price
    assert counter.offers.view.hasFocus()
    assert "1 slot" in counter.said.text() or f"{len(offers)} slots" in counter.said.text()


def test_by_keys_alone_a_slot_is_held_and_becomes_an_order(shown: Shown, counter: Counter, desk: SlotDesk) -> None:
    counter.parcels.setValue(2)
    ask(shown, counter)
    chosen = counter.offers.current
    assert chosen is not None
    press(Qt.Key.Key_Return)
    shown.settle()
    assert counter.number.hasFocus()
    assert "is held for 10:00" in counter.held.text()
    (held,) = desk.booked(chosen.slot.rule.id, chosen.slot.on)
    assert held.hold is not None
    assert (held.hold.state, held.hold.by, held.hold.load) == (HoldState.HELD, "Anna", Load(parcels=2))
    QTest.keyClicks(counter.number, "N-1")
    press(Qt.Key.Key_Return)
    shown.settle()
    (made,) = desk.booked(chosen.slot.rule.id, chosen.slot.on)
    assert made.order is not None
    assert (made.order.number, made.order.windows, made.order.load.parcels) == ("N-1", (chosen.slot.window,), 2)
    assert made.hold is not None
    assert made.hold.state is HoldState.CONFIRMED
    assert counter.address.hasFocus()
    assert not counter.address.text()


def test_a_hold_counts_down_and_runs_out(shown: Shown, counter: Counter) -> None:
    ask(shown, counter)
    counter.hold.click()
    shown.settle()
    assert counter.holding is not None
    shown.clock.now += timedelta(minutes=9, seconds=1)
    counter.pass_time()
    assert "0:59" in counter.held.text()
    shown.clock.now += timedelta(minutes=1)
    counter.pass_time()
    assert counter.holding is None
    assert "free again" in counter.said.text()
    assert counter.hold.isEnabled()


def test_what_is_held_is_let_go(shown: Shown, counter: Counter, desk: SlotDesk) -> None:
    ask(shown, counter)
    counter.hold.click()
    shown.settle()
    assert counter.holding is not None
    hold = counter.holding.hold
    counter.let_go.click()
    shown.settle()
    assert counter.holding is None
    assert not desk.booked(hold.rule_id, hold.on)


def test_another_clerk_took_the_last_place_first(shown: Shown, counter: Counter, desk: SlotDesk) -> None:
    ask(shown, counter)
    rows = counter.offers.model.rows
    n = next(n for n, o in enumerate(rows) if (o.slot.rule.id, o.slot.on) == (MORNING.id, DAY))
    counter.offers.view.selectRow(n)
    for _ in range(3):
        desk.hold(MORNING.id, DAY, by="Bert")
    counter.hold.click()
    shown.settle()
    assert counter.holding is None
    assert "is full" in counter.said.text()
    assert counter.hold.isEnabled()


def test_a_number_that_is_taken_keeps_the_place_and_says_so(shown: Shown, counter: Counter) -> None:
    ask(shown, counter)
    rows = counter.offers.model.rows
    counter.offers.view.selectRow(next(n for n, o in enumerate(rows) if o.slot.on == DAY))
    counter.hold.click()
    shown.settle()
    counter.number.setText(shown.orders()[0].number)
    counter.confirm.click()
    shown.settle()
    assert "exists on" in counter.held.text()
    assert counter.holding is not None
    counter.number.setText("")
    counter.confirm.click()
    assert "Type the order's number." in counter.held.text()
    counter.number.setText("N-2")
    counter.confirm.click()
    shown.settle()
    assert counter.holding is None
    assert "N-2" in [order.number for order in shown.orders()]


@pytest.mark.parametrize("text", ["", "No such street 5", "95.0, 200.0"])
def test_an_address_without_a_place_is_said_at_the_field(shown: Shown, counter: Counter, text: str) -> None:
    ask(shown, counter, text)
    assert counter.address.property("invalid")
    assert "address" in counter.said.text()
    assert not counter.offers.model.rows


def test_an_order_of_a_slot_is_offered_another(shown: Shown, desk: SlotDesk) -> None:
    order = shown.orders()[0]
    change = desk.give(order.id, MORNING.id, DAY, by="Bert")
    shown.workplace.store.write(change.label, change.run)
    shown.look()
    shown.go_to()
    shown.panel.show_page(Page.BOARD)
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_O)
    shown.settle()
    counter = shown.panel.counter
    assert order.number in counter.about.text()
    rows = counter.offers.model.rows
    counter.offers.view.selectRow(next(n for n, o in enumerate(rows) if o.slot.on != DAY))
    chosen = counter.offers.current
    assert chosen is not None
    counter.hold.click()
    shown.settle()
    counter.confirm.click()
    shown.settle()
    moved = shown.order(order.id)
    assert (moved.number, moved.date, moved.windows) == (order.number, chosen.slot.on, (chosen.slot.window,))
    assert not desk.booked(MORNING.id, DAY)
    assert not counter.address.isReadOnly()


def test_offers_of_another_address_are_gone_while_the_next_is_looked_at(shown: Shown, counter: Counter) -> None:
    ask(shown, counter)
    assert counter.hold.isEnabled()
    counter.address.setText("50.7800, 6.1100")
    counter.look.click()
    assert not counter.offers.model.rows
    assert not counter.hold.isEnabled()
    shown.settle()
    assert counter.offers.model.rows


def test_an_answer_for_a_customer_who_is_gone_is_dropped(shown: Shown, counter: Counter) -> None:
    QTest.keyClicks(counter.address, CENTRE)
    counter.look.click()
    counter.begin()
    shown.settle()
    assert not counter.offers.model.rows
    assert not counter.hold.isEnabled()


def test_a_place_that_comes_when_the_clerk_went_on_is_given_back(
    shown: Shown, counter: Counter, desk: SlotDesk
) -> None:
    ask(shown, counter)
    chosen = counter.offers.current
    assert chosen is not None
    counter.hold.click()
    counter.begin()
    shown.settle()
    assert counter.holding is None
    assert not desk.booked(chosen.slot.rule.id, chosen.slot.on)


def test_undoing_the_order_gives_its_place_back(shown: Shown, counter: Counter, desk: SlotDesk) -> None:
    ask(shown, counter)
    counter.hold.click()
    shown.settle()
    assert counter.holding is not None
    hold = counter.holding.hold
    counter.confirm.click()
    shown.settle()
    shown.runner.undo()
    shown.settle()
    shown.clock.now += timedelta(minutes=11)
    assert not desk.booked(hold.rule_id, hold.on)


def test_a_suggested_address_is_taken_as_the_index_spells_it(shown: Shown, counter: Counter) -> None:
    found = Found("Markt 1, 52062 Aachen", days.AACHEN.centre, Precision.HOUSE, 99.0, "Markt", "1", "52062", "Aachen")
    counter.address.setText("mark")
    counter.search.chosen.emit(found)
    shown.settle()
    assert counter.offers.model.rows
    counter.hold.click()
    shown.settle()
    assert counter.holding is not None
    on = counter.holding.hold.on
    counter.number.setText("N-3")
    counter.confirm.click()
    shown.settle()
    (made,) = [o for o in shown.workplace.store.read(lambda r: r.orders_of([on])) if o.number == "N-3"]
    assert (made.address.line, made.address.postcode, made.address.city) == ("Markt 1", "52062", "Aachen")
    assert made.address.place == found.place


def test_a_name_not_given_leaves_the_slot_to_be_held_later(shown: Shown, counter: Counter) -> None:
    shown.panel._settings.remove("proofs/reviewer")
    ask(shown, counter)
    counter.hold.click()
    assert shown.panel.ask.asking
    press(Qt.Key.Key_Escape)
    assert counter.holding is None
    assert counter.hold.isEnabled()


def test_the_next_customer_is_not_the_order_form_of_the_window(shown: Shown, counter: Counter) -> None:
    taken: list[bool] = []
    window = shown.panel.window()
    action = QAction("New order", window)
    action.setShortcut(QKeySequence("Ctrl+N"))
    action.triggered.connect(taken.append)
    window.addAction(action)
    ask(shown, counter)
    for field in (counter.offers.view, counter.address):
        counter.parcels.setValue(7)
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        assert counter.parcels.value() == 1
        assert counter.address.text() == ""
    assert not taken
