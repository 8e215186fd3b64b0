"""Tried again, more than announced, urgent: each one step, answered by a proposal, taken back by one undo."""

from datetime import timedelta

import pytest
from PySide6.QtCore import QDate, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load, OrderState, Priority
from dispatcher.services.orders import cancel_orders
from tests.fixtures import days
from tests.ui.disturbances.conftest import Scene
from ui.disturbances.orders import BiggerLoadForm, NoShowForm
from ui.orders.dialog import OrderDialog

pytestmark = pytest.mark.qt_log_ignore("plugin does not support", extend=True)  # the offscreen platform, of pop-ups


def planned(scene: Scene, index: int = 1) -> OrderId:
    return scene.stored().plan.routes[0].order_ids[index]


def no_show(scene: Scene, order_id: OrderId | None) -> NoShowForm:
    scene.desk.no_show(order_id)
    form = scene.form("no_show")
    assert isinstance(form, NoShowForm)
    return form


def bigger(scene: Scene, order_id: OrderId | None) -> BiggerLoadForm:
    scene.desk.bigger_load(order_id)
    form = scene.form("bigger_load")
    assert isinstance(form, BiggerLoadForm)
    return form


def test_nobody_there_is_tried_again_today(scene: Scene) -> None:
    before, order_id = scene.everything(), planned(scene)
    number = scene.stored().orders[order_id].number
    form = no_show(scene, order_id)
    assert form.after.time() == QTime(11, 45), "an hour from now, by the quarter"
    assert "Stop 2 of Aino Korhonen, planned for" in form.meaning.text()
    assert "comes back to the pool for after 11:45" in form.meaning.text()
    QTest.keyClick(form, Qt.Key.Key_Return)
    scene.settle()
    day = scene.stored()
    assert order_id in day.unplanned
    assert all(w.opens_at >= days.clock("11:45") for w in day.orders[order_id].windows)
    assert day.orders[order_id].windows
    assert scene.last()[0] == f"Try order {number} again"
    assert scene.last()[1].endswith("again after 11:45")
    assert f"Try order {number} again" in scene.thought
    scene.hand.undo()
    scene.settle()
    assert scene.everything() == before


def test_or_another_day(scene: Scene) -> None:
    before, order_id = scene.everything(), planned(scene)
    form = no_show(scene, order_id)
    form.later.setChecked(True)
    assert form.on.isEnabled()
    form.on.setDate(QDate(days.DATE.year, days.DATE.month, days.DATE.day))
    assert form.on.date() > QDate(days.DATE.year, days.DATE.month, days.DATE.day), "not on the day itself"
    form.act()
    scene.settle()
    moved = scene.workplace.store.read(lambda r: r.order(order_id))
    assert moved is not None
    assert moved.date == days.DATE + timedelta(days=1)
    assert order_id not in scene.stored().orders
    scene.hand.undo()
    scene.settle()
    assert scene.everything() == before


def test_or_back_to_the_pool(scene: Scene) -> None:
    order_id = planned(scene)
    form = no_show(scene, order_id)
    form.pool.setChecked(True)
    assert form.act_button.text() == "To the pool"
    form.act()
    scene.settle()
    assert order_id in scene.stored().unplanned
    assert scene.stored().orders[order_id].attempt == 2


def test_an_order_removed_meanwhile_is_said_in_the_form(scene: Scene) -> None:
    order_id = planned(scene)
    form = no_show(scene, order_id)
    scene.workplace.store.write("Elsewhere", lambda uow: uow.remove_orders([order_id]))
    before = scene.everything()
    form.act()
    scene.settle()
    assert "no longer exists" in form.fault.text()
    assert scene.everything() == before


def test_an_order_is_found_by_its_number(scene: Scene, qtbot: QtBot) -> None:
    order = scene.stored().orders[planned(scene)]
    form = no_show(scene, None)
    assert form.meaning.text() == "Which order was it?"
    assert not form.act_button.isEnabled()
    form.which.setFocus()
    QTest.keyClicks(form.which, order.number.lower())
    assert form.act_button.isEnabled()
    assert "Stop 2 of" in form.meaning.text()
    form.which.setText("nonsense")
    assert "Name an order that is in a round" in form.meaning.text()
    assert not form.act_button.isEnabled()


def test_nobody_was_at_an_order_in_no_round(scene: Scene) -> None:
    form = no_show(scene, scene.stored().unplanned[0])
    assert not form.act_button.isEnabled()
    scene.write(lambda uow: uow.set_routes({s: [] for s in scene.stored().shifts}))
    assert "No order is planned on this day" in form.meaning.text()


def test_there_is_more_than_announced(scene: Scene) -> None:
    before, order_id = scene.everything(), planned(scene)
    was = scene.stored().orders[order_id].load
    form = bigger(scene, order_id)
    assert "Announced: " in form.meaning.text()
    assert not form.act_button.isEnabled(), "it is as announced"
    form.kg.setFocus()
    form.kg.selectAll()
    QTest.keyClicks(form.kg, "5000")
    scene.settle()
    assert "too heavy for the vehicle" in form.meaning.text()
    QTest.keyClick(form, Qt.Key.Key_Return)
    scene.settle()
    assert scene.stored().orders[order_id].load == Load(5_000, was.litres, was.parcels)
    assert scene.last()[1].startswith("5,000 kg")
    assert " instead of " in scene.last()[1]
    scene.hand.undo()
    scene.settle()
    assert scene.everything() == before


def test_another_order_shows_its_own_load(scene: Scene) -> None:
    one, other = planned(scene, 0), planned(scene, 1)
    form = bigger(scene, one)
    form.parcels.setValue(99)
    form.which.name(scene.stored().orders[other])
    assert form.parcels.value() == scene.stored().orders[other].load.parcels


def test_a_cancelled_order_has_no_load(scene: Scene) -> None:
    order_id = planned(scene)
    scene.write(lambda uow: cancel_orders(uow, order_ids=[order_id]))
    assert scene.stored().orders[order_id].state is OrderState.CANCELLED
    assert not bigger(scene, order_id).act_button.isEnabled()


def test_an_urgent_order_must_not_be_dropped(scene: Scene) -> None:
    before = scene.everything()
    scene.desk.urgent_order()
    form = next(w for w in scene.window.findChildren(OrderDialog) if w.isVisible())
    assert form.windowTitle().startswith("Urgent order for ")
    form.fields.number.setText("U-1")
    form.fields.street.setText("Street 7")
    QTest.mouseClick(form.save, Qt.MouseButton.LeftButton)
    scene.settle()
    made = next(o for o in scene.stored().orders.values() if o.number == "U-1")
    assert made.must_not_drop is Priority.CRITICAL
    assert scene.last() == ("Urgent order U-1", "Urgent order U-1: U-1 · Street 7")
    assert "Urgent order U-1" in scene.thought
    scene.hand.undo()
    scene.settle()
    assert scene.everything() == before


def test_an_urgent_order_typed_for_nothing_closes_by_escape(scene: Scene) -> None:
    scene.desk.urgent_order()
    form = next(w for w in scene.window.findChildren(OrderDialog) if w.isVisible())
    QTest.keyClick(form, Qt.Key.Key_Escape)
    assert not form.isVisible()


@pytest.mark.parametrize("name", ["no_show", "bigger_load", "street_closed"])
def test_all_has_a_name(scene: Scene, name: str) -> None:
    getattr(scene.desk, name)()
    form = scene.form(name)
    assert form.act_button.isDefault()
    named = [w for w in form.findChildren(QWidget) if w.objectName().startswith("disturbance.")]
    assert len(named) > 3
    assert [w.objectName() for w in named if not w.accessibleName()] == []
