"""Many orders into slots: which, the preview, applied as one change that undo takes back."""

from dataclasses import replace

from PySide6.QtCore import Qt

from dispatcher.domain.slots import SlotChange
from dispatcher.services.slots import SlotDesk
from tests.ui.slots.conftest import DAY, MORNING, NOON, Shown, press
from ui.slots.bar import Page
from ui.slots.bulk import Bulk


def opened(shown: Shown) -> Bulk:
    """The page, with the orders of the day; slots of that day alone."""
    shown.panel.show_page(Page.BULK)
    shown.settle()
    bulk = shown.panel.bulk
    bulk.span.setCurrentIndex(0)
    return bulk


def worked_out(shown: Shown, bulk: Bulk) -> None:
    """Press, and wait for the preview."""
    bulk.go.click()
    shown.settle()
    assert not bulk.lines.view.isHidden()


def test_orders_without_windows_get_slots_as_one_change(shown: Shown, desk: SlotDesk) -> None:
    bulk = opened(shown)
    assert len(bulk.orders.model.rows) == len(bulk.orders.chosen) == 12
    worked_out(shown, bulk)
    lines = bulk.lines.model.rows
    assert {line.order.id for line in lines} == {order.id for order in shown.orders()}
    assert not any(order.windows for order in shown.orders())
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    shown.settle()
    given = {line.order.id: line.assigned.slot.window for line in lines if line.assigned}
    assert given
    assert {o.id: o.windows[0] for o in shown.orders() if o.windows} == given
    assert "Ctrl+Z" in bulk.said.text()
    assert sum(slot.orders for slot in desk.calendar(DAY, 1)) == len(given)
    shown.runner.undo()
    shown.settle()
    assert not any(order.windows for order in shown.orders())


def test_those_that_do_not_fit_are_left_out_with_why(shown: Shown, desk: SlotDesk) -> None:
    desk.put_change(SlotChange(NOON.id, DAY, closed=True))
    bulk = opened(shown)
    worked_out(shown, bulk)
    out = [line for line in bulk.lines.model.rows if not line.assigned]
    assert len(bulk.lines.model.rows) - len(out) <= 3
    assert out
    assert all(line.why_not for line in out)
    assert bulk.lines.model.rows[: len(out)] == tuple(out)
    assert "left out" in bulk.said.text()


def test_a_place_taken_meanwhile_changes_nothing(shown: Shown, desk: SlotDesk) -> None:
    desk.put_change(SlotChange(NOON.id, DAY, closed=True))
    bulk = opened(shown)
    worked_out(shown, bulk)
    desk.put_rule(replace(MORNING, most_orders=0))
    bulk.apply.click()
    shown.settle()
    assert not any(order.windows for order in shown.orders())
    assert bulk.said.text()
    assert bulk.apply.isEnabled()


def test_working_it_out_is_stopped(shown: Shown) -> None:
    bulk = opened(shown)
    bulk.go.click()
    assert not bulk.cancel.isHidden()
    bulk.cancel.click()
    shown.settle()
    assert bulk.cancel.isHidden()
    assert bulk.go.isEnabled() or not bulk.lines.view.isHidden()
    assert not any(order.windows for order in shown.orders())


def test_a_day_without_such_orders_says_so(shown: Shown) -> None:
    bulk = opened(shown)
    bulk.day.setDate(bulk.day.date().addDays(3))
    shown.settle()
    assert "Every open order of Thu 18 Jun has a window already." in bulk.said.text()
    assert not bulk.go.isEnabled()


def test_nothing_is_worked_out_of_nothing(shown: Shown) -> None:
    bulk = opened(shown)
    bulk.orders.view.clearSelection()
    bulk.go.click()
    assert "Choose some orders first." in bulk.said.text()
    assert shown.runner.idle
