"""The order's form over a real day and a real index; what it wishes is saved through the service into a real store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from functools import partial

import pytest
from PySide6.QtCore import QDate, QEvent, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.orders import Contact, Load, Order, OrderKind, OrderLine, OrderState, Priority
from dispatcher.domain.place import Address, Place, Precision
from dispatcher.domain.proof import Asked, Need, ProofKind
from dispatcher.domain.time import TimeWindow, at_local
from dispatcher.intake import address_key
from dispatcher.services.orders import save_order
from dispatcher.services.workplace import Workplace
from tests.fixtures.forms import ON, orders_now, staff
from ui.orders.dialog import OrderDialog
from ui.parts.said import Tone
from ui.theme import Mode, Theme

pytestmark = pytest.mark.qt_log_ignore("plugin does not support", extend=True)  # the offscreen platform, of pop-ups


UNIVERSITY = Place(60.1699, 24.9503)


def window_of(workplace: Workplace, opens: time, closes: time, days: int = 0) -> TimeWindow:
    zone, on = workplace.depot.zone, ON + timedelta(days=days)
    return TimeWindow(at_local(on, opens, zone), at_local(on, closes, zone))


@pytest.fixture
def full(workplace: Workplace) -> Order:
    """An order with something in every field, and figures finer than the form shows."""
    eero = staff(workplace, "Aino", "Eero")[1]
    order = Order(
        OrderId(new_id()),
        "K-7",
        ON,
        Address(
            "Fabianinkatu 33", "00100", "Helsinki", "FI", Place(60.1699, 24.9503), Precision.HOUSE, "Fabianinkatu 33"
        ),
        OrderKind.COLLECTION,
        "Kauppa",
        Contact("Venla", "040 1", "venla@example.org"),
        (window_of(workplace, time(8), time(10)), window_of(workplace, time(13, 30), time(15))),
        service_s=250,
        load=Load(2.345, 7.77, 3),
        lines=(OrderLine("Bread", 1.5, "B-1", "4006381333931"), OrderLine("Water", 12)),
        skills=frozenset({"chilled", "tail lift"}),
        driver_id=eero.id,
        must_not_drop=Priority.CRITICAL,
        do_early=True,
        notes="Ring twice.\nSecond floor.",
        asked=Asked({ProofKind.SIGNATURE: Need.REQUIRED, ProofKind.PHOTO: Need.OFF}, cash_due=1_205),
        attempt=2,
    )
    workplace.store.write("Add", lambda uow: uow.put_orders([order]))
    return orders_now(workplace)["K-7"]


type Opened = Callable[..., OrderDialog]


@pytest.fixture
def opened(workplace: Workplace, theme: Theme, window: QWidget, qtbot: QtBot) -> Opened:
    def opened(order: Order | None = None, *, index: bool = True) -> OrderDialog:
        day = workplace.store.read(lambda r: r.day(ON))
        dialog = OrderDialog(day, order, theme, workplace.geocoder if index else None, window)
        dialog.save_requested.connect(lambda order: (saved.append(order), dialog.on_saved()))
        dialog.open()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)  # not `waitActive`: the window behind may become active after it
        return dialog

    saved: list[Order] = []
    opened.saved = saved  # type: ignore[attr-defined]
    return opened


def saved(opened: Opened) -> list[Order]:
    return list(opened.saved)  # type: ignore[attr-defined]


def type_in(dialog: OrderDialog, street: str, postcode: str = "", city: str = "Helsinki") -> None:
    for field, text in ((dialog.fields.street, street), (dialog.fields.postcode, postcode), (dialog.fields.city, city)):
        field.setFocus()
        field.selectAll()
        QTest.keyClick(field, Qt.Key.Key_Delete)
        if text:
            QTest.keyClicks(field, text)
        field.editingFinished.emit()


# ── Nothing is lost ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_saving_without_a_change_changes_nothing(opened: Opened, full: Order) -> None:
    dialog = opened(full)
    dialog.save.click()
    assert saved(opened) == [full]
    assert not dialog.isVisible()


def test_one_change_leaves_the_rest_to_the_second_and_the_gram(opened: Opened, full: Order) -> None:
    dialog = opened(full)
    dialog.fields.customer.setText("Venla Heikkinen")
    dialog.fields.kg.setValue(9.5)
    dialog.save.click()
    expected = replace(full, contact=replace(full.contact, name="Venla Heikkinen"), load=Load(9.5, full.load.litres, 3))
    assert saved(opened) == [expected]


def test_a_window_of_the_next_day_stays_there(opened: Opened, full: Order, workplace: Workplace) -> None:
    night = replace(full, windows=(window_of(workplace, time(0, 30), time(2), days=1),))
    dialog = opened(night)
    dialog.fields.notes.setPlainText("Other.")
    dialog.save.click()
    assert saved(opened)[0].windows == night.windows


def test_what_is_saved_goes_through_the_service(opened: Opened, full: Order, workplace: Workplace) -> None:
    dialog = opened(full)
    dialog.fields.notes.setPlainText("Left of the door.")
    dialog.save.click()
    workplace.store.write("Save", partial(save_order, order=saved(opened)[0]))
    assert orders_now(workplace)["K-7"].notes == "Left of the door."


# ── A new order ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_order_is_typed_in_with_the_keys_alone(opened: Opened) -> None:
    dialog = opened()
    assert dialog.windowTitle() == "New order for Tue 24 Nov"
    assert dialog.fields.number.hasFocus()
    way = ["number", "kind", "date", "whose", "street", "postcode", "city", "customer", "phone", "email", "notes"]
    for name in way:
        field = getattr(dialog.fields, name)
        assert field.hasFocus(), name
        if name in ("number", "street", "city"):
            QTest.keyClicks(field, {"number": "N-1", "street": "Vuorikatu 12", "city": "Helsinki"}[name])
        for _ in range(5):  # a date has a stop for each of its parts
            if field.hasFocus():
                QTest.keyClick(field, Qt.Key.Key_Tab)
    assert dialog.fields.windows.rows[0].used.hasFocus(), "on to the right column"
    dialog.save.click()
    (order,) = saved(opened)
    assert (order.number, order.date, order.service_s) == ("N-1", ON, 180)
    assert order.address.precision is Precision.HOUSE
    assert order.must_not_drop is Priority.NORMAL


def test_figures_articles_and_windows_are_taken(opened: Opened, workplace: Workplace) -> None:
    dialog = opened()
    fields = dialog.fields
    fields.number.setText("N-2")
    type_in(dialog, "Vuorikatu 12")
    fields.windows.rows[0].used.setChecked(True)
    fields.windows.rows[0].opens.setTime(QTime(14, 0))
    fields.windows.rows[0].closes.setTime(QTime(16, 0))
    fields.windows.rows[1].used.setChecked(True)
    fields.windows.rows[1].opens.setTime(QTime(9, 0))
    fields.windows.rows[1].closes.setTime(QTime(10, 0))
    fields.kg.setValue(12.5)
    fields.skills.setText(" Chilled, tail lift ,")
    fields.lines.setItem(0, 0, QTableWidgetItem("Bread"))
    fields.lines.setItem(0, 1, QTableWidgetItem("2,5"))
    assert fields.lines.rowCount() == 2, "there is always room for the next"
    dialog.save.click()
    (order,) = saved(opened)
    assert [w.opens_at for w in order.windows] == sorted(w.opens_at for w in order.windows)
    assert order.windows[1] == window_of(workplace, time(14), time(16))
    assert order.skills == {"chilled", "tail lift"}
    assert order.lines == (OrderLine("Bread", 2.5),)
    assert order.load.kg == 12.5


def test_an_order_moves_to_another_day_with_its_windows(opened: Opened, full: Order, workplace: Workplace) -> None:
    dialog = opened(full)
    dialog.fields.date.setDate(QDate(2026, 11, 25))
    dialog.save.click()
    (order,) = saved(opened)
    assert order.date == date(2026, 11, 25)
    assert order.windows[0] == window_of(workplace, time(8), time(10), days=1)


# ── The address ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_suggestion_fills_the_address(opened: Opened, qtbot: QtBot) -> None:
    dialog = opened()
    dialog.fields.number.setText("N-3")
    dialog.fields.street.setFocus()
    QTest.keyClicks(dialog.fields.street, "Fabianinkatu 33")
    popup = dialog.fields.search.popup
    qtbot.waitUntil(popup.isVisible)
    assert popup.model().index(0, 0).data().startswith("Fabianinkatu 33")
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert dialog.fields.street.text() == "Fabianinkatu 33", "street and number, not the whole label"
    assert dialog.fields.city.text() == "Helsinki"
    assert dialog.fields.postcode.text() == "00100"
    assert dialog.fields.place.tone is Tone.GOOD
    assert dialog.isVisible(), "Enter took the offer, and saved nothing"
    dialog.save.click()
    assert saved(opened)[0].address.precision is Precision.HOUSE


def test_another_address_is_looked_up_anew(opened: Opened, full: Order) -> None:
    dialog = opened(full)
    assert dialog.fields.place.text() == "Found: Fabianinkatu 33."
    type_in(dialog, "Aleksanterinkatu 15", "00100")
    assert "Aleksanterinkatu 15" in dialog.fields.place.text()
    dialog.save.click()
    address = saved(opened)[0].address
    assert address.place != full.address.place
    assert (address.precision, address.country) == (Precision.HOUSE, "FI")


@pytest.mark.parametrize(
    ("street", "city", "said", "tone"),
    [
        ("Manerheimintei 94", "Helsinki", "Only the street", Tone.WARNING),
        ("Nosuchstreet 5", "Helsinki", "Only the town", Tone.WARNING),
        ("Xyzzy 1", "Plugh", "Not found", Tone.WARNING),
    ],
)
def test_how_well_an_address_is_known_is_told_before_it_is_saved(
    opened: Opened, street: str, city: str, said: str, tone: Tone
) -> None:
    dialog = opened()
    type_in(dialog, street, "", city)
    assert said in dialog.fields.place.text()
    assert dialog.fields.place.tone is tone


def test_a_pin_stays_while_the_words_stay(opened: Opened, full: Order) -> None:
    pinned = replace(full, address=replace(full.address, precision=Precision.PIN, place=Place(60.2, 24.9)))
    dialog = opened(pinned)
    assert "set by hand" in dialog.fields.place.text()
    dialog.fields.phone.setText("040 2")
    dialog.save.click()
    assert saved(opened)[0].address == pinned.address


def test_an_address_pinned_before_gets_its_pin(opened: Opened, workplace: Workplace) -> None:
    where = Place(60.1750, 24.9400)
    words = Address("Xyzzy 1", "", "Plugh")
    workplace.store.write("Pin", lambda uow: uow.put_pin(address_key(words), where, words.text))
    dialog = opened()
    dialog.fields.number.setText("N-4")
    type_in(dialog, "xyzzy 1", "", "PLUGH")
    dialog.save.click()
    workplace.store.write("Save", partial(save_order, order=saved(opened)[0]))
    now = orders_now(workplace)["N-4"].address
    assert (now.place, now.precision) == (where, Precision.PIN)


def test_without_a_region_it_says_so_and_saves(opened: Opened) -> None:
    dialog = opened(index=False)
    assert "no region" in dialog.fields.place.text()
    dialog.fields.number.setText("N-5")
    type_in(dialog, "Vuorikatu 12")
    assert not dialog.fields.search.popup.isVisible()
    dialog.save.click()
    assert saved(opened)[0].address.precision is Precision.NONE


# ── What is wrong ────────────────────────────────────────────────────────────────────────────────────────────────────


def refused(dialog: OrderDialog, opened: Opened) -> str:
    dialog.save.click()
    assert saved(opened) == []
    assert dialog.isVisible()
    assert dialog.fault.isVisible()
    assert dialog.fault.tone is Tone.BAD
    return dialog.fault.text()


def test_number_and_address_are_asked_for(opened: Opened) -> None:
    dialog = opened()
    assert dialog.fields.number.text() == "T-1", "on the phone there is no number"
    dialog.fields.number.clear()
    assert "no number" in refused(dialog, opened)
    assert dialog.fields.number.property("invalid")
    assert dialog.fields.number.hasFocus()
    dialog.fields.number.setText("N-6")
    assert "no address" in refused(dialog, opened)
    assert not dialog.fields.number.property("invalid")
    assert dialog.fields.street.property("invalid")


def test_a_number_is_used_once_a_day_and_sender(opened: Opened, full: Order, workplace: Workplace) -> None:
    dialog = opened()
    dialog.fields.number.setText("K-7")
    dialog.fields.whose.setText("Kauppa")
    type_in(dialog, "Vuorikatu 12")
    assert "K-7 exists on Tue 24 Nov already" in refused(dialog, opened)
    double = replace(full, id=OrderId(new_id()))
    with pytest.raises(BadInput, match="exists on"):
        workplace.store.write("Save", partial(save_order, order=double))
    dialog.fields.whose.setText("Other")
    dialog.save.click()
    assert len(saved(opened)) == 1


def test_windows_that_overlap_are_refused(opened: Opened, full: Order) -> None:
    dialog = opened(full)
    dialog.fields.windows.rows[1].opens.setTime(QTime(9, 0))
    assert "overlap" in refused(dialog, opened)
    dialog.fields.windows.rows[1].opens.setTime(QTime(10, 0))
    dialog.save.click()
    assert len(saved(opened)) == 1


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("Bread", "two"), "no quantity"),
        (("Bread", "-1"), "no quantity"),
        (("", "2"), "no name"),
        (("Bread", "nan"), "no"),
    ],
)
def test_an_article_must_make_sense(opened: Opened, full: Order, cells: tuple[str, str], said: str) -> None:
    dialog = opened(full)
    for column, text in enumerate(cells):
        dialog.fields.lines.setItem(2, column, QTableWidgetItem(text))
    assert said in refused(dialog, opened)


def test_delete_empties_an_article(opened: Opened, full: Order) -> None:
    dialog = opened(full)
    dialog.fields.lines.selectRow(0)
    dialog.fields.lines.setFocus()
    QTest.keyClick(dialog.fields.lines, Qt.Key.Key_Delete)
    dialog.save.click()
    assert saved(opened)[0].lines == (OrderLine("Water", 12),)


# ── How it stands and ends ───────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_typed_is_not_dropped_unasked(opened: Opened) -> None:
    dialog = opened()
    dialog.fields.customer.setText("Venla")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert "not saved" in dialog.fault.text()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    untouched = opened()
    QTest.keyClick(untouched, Qt.Key.Key_Escape)
    assert not untouched.isVisible()
    cancelled = opened()
    cancelled.fields.customer.setText("Venla")
    cancelled.cancel.click()
    assert not cancelled.isVisible()
    assert saved(opened) == []


def test_a_cancelled_order_says_so(opened: Opened, full: Order) -> None:
    assert not opened(full).state.isVisible()
    assert "cancelled" in opened(replace(full, state=OrderState.CANCELLED)).state.text()


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5])
def test_it_fits_the_smallest_screen(opened: Opened, full: Order, theme: Theme, window: QWidget, scale: float) -> None:
    theme.apply(Mode.DARK, scale)
    try:
        dialog = opened(full)
        assert dialog.width() <= 1366
        assert dialog.height() <= 768
        assert dialog.area.horizontalScrollBar().maximum() == 0, "scrolled downwards at most"
        dialog.fields.lines.setFocus()
        dialog.area.ensureWidgetVisible(dialog.fields.lines)
        assert dialog.rect().contains(dialog.save.geometry())
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_a_form_that_is_gone_hears_nothing(opened: Opened, theme: Theme) -> None:
    dialog = opened()
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    QTest.keyClicks(dialog.fields.street, "Fabian")
    dialog.cancel.click()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    theme.changed.emit()


def test_every_control_has_a_name(opened: Opened) -> None:
    dialog = opened()
    names = (
        "number kind date sender address postcode city customer phone email notes window1 window1.opens window3.closes"
        " service kg litres parcels pickup skills driver must_not_drop do_early lines save cancel fault"
        " cash_due attempt proof.code proof.signature proof.photo proof.name proof.scan proof.cash"
    )
    for name in names.split():
        widget = dialog.findChild(QWidget, f"order.{name}")
        assert widget is not None, name
        assert widget.accessibleName() or getattr(widget, "text", str)(), name


# ── At the door ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_wanted_at_the_door_is_stored(opened: Opened, full: Order, workplace: Workplace) -> None:
    dialog = opened(full)
    door = dialog.fields.door
    assert door.cash_due.text() == "12.05 EUR"
    assert door.proofs[ProofKind.SIGNATURE].currentText() == "required"
    assert door.proofs[ProofKind.NAME].currentText() == "as the depot: asked"
    assert "Attempt 2" in door.attempt.text()
    door.cash_due.setValue(0.29)
    door.proofs[ProofKind.SIGNATURE].choose(None)
    door.proofs[ProofKind.CODE].choose(Need.REQUIRED)
    dialog.save.click()
    workplace.store.write("Save", partial(save_order, order=saved(opened)[0]))
    now = orders_now(workplace)["K-7"]
    assert now.asked == Asked({ProofKind.CODE: Need.REQUIRED, ProofKind.PHOTO: Need.OFF}, cash_due=29)
    assert now.attempt == 2


def test_a_new_order_asks_for_what_the_depot_does(opened: Opened) -> None:
    dialog = opened()
    door = dialog.fields.door
    assert door.cash_due.text() == "none"
    assert not door.attempt.isVisible()
    assert not door.proofs[ProofKind.CASH].isEnabled(), "no cash, nothing to prove"
    type_in(dialog, "Vuorikatu 12")
    dialog.save.click()
    assert saved(opened)[0].asked == Asked()


def test_what_cannot_be_had_at_the_door_is_refused(opened: Opened, full: Order, workplace: Workplace) -> None:
    dialog = opened(full)
    door = dialog.fields.door
    door.proofs[ProofKind.CASH].choose(Need.OFF)
    assert "Cash is due" in refused(dialog, opened)
    assert door.proofs[ProofKind.CASH].hasFocus()
    door.cash_due.setValue(0)
    door.proofs[ProofKind.SCAN].choose(Need.REQUIRED)
    dialog.fields.lines.setRowCount(0)
    dialog.fields.parcels.setValue(0)
    assert "no parcels" in refused(dialog, opened)
    assert door.proofs[ProofKind.SCAN].hasFocus()
    dialog.fields.parcels.setValue(1)
    dialog.save.click()
    (order,) = saved(opened)
    assert order.asked.needs[ProofKind.SCAN] is Need.REQUIRED
    with pytest.raises(BadInput, match="no parcels"):
        workplace.store.write("Save", partial(save_order, order=replace(order, load=Load())))


def test_a_changed_choice_alone_is_not_dropped_unasked(opened: Opened, full: Order) -> None:
    dialog = opened(full)
    dialog.fields.door.proofs[ProofKind.NAME].choose(Need.OFF)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.cancel.click()


# ── Goods that are fetched on the way ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def delivery(workplace: Workplace, full: Order) -> Order:
    """A delivery beside the collection K-7, which could fetch its goods; and another that is cancelled."""
    made = replace(full, id=OrderId(new_id()), number="K-8", kind=OrderKind.DELIVERY)
    off = replace(full, id=OrderId(new_id()), number="K-6", state=OrderState.CANCELLED)
    workplace.store.write("Add", lambda uow: uow.put_orders([made, off]))
    return orders_now(workplace)["K-8"]


def choices(dialog: OrderDialog) -> list[str]:
    return [dialog.fields.pickup.itemText(i) for i in range(dialog.fields.pickup.count())]


def test_the_days_collections_are_offered(opened: Opened, full: Order, delivery: Order) -> None:
    dialog = opened(delivery)
    assert choices(dialog) == ["The depot", "K-7  Fabianinkatu 33"]
    assert dialog.fields.pickup.currentIndex() == 0
    assert choices(opened(full)) == ["The depot"], "not the order itself"


def test_what_fetches_its_goods_is_chosen_saved_and_undone(
    opened: Opened, workplace: Workplace, full: Order, delivery: Order
) -> None:
    dialog = opened(delivery)
    dialog.fields.pickup.setCurrentIndex(1)
    dialog.save.click()
    (order,) = saved(opened)
    assert order == replace(delivery, pickup_id=full.id)
    workplace.store.write("Save", partial(save_order, order=order))
    again = opened(orders_now(workplace)["K-8"])
    assert again.fields.pickup.currentText() == "K-7  Fabianinkatu 33"
    again.fields.notes.setPlainText("Knock")
    again.save.click()
    assert saved(opened)[-1].pickup_id == full.id
    workplace.store.undo()
    assert orders_now(workplace)["K-8"].pickup_id is None


def test_a_cancelled_collection_stays_chosen(
    opened: Opened, workplace: Workplace, full: Order, delivery: Order
) -> None:
    waiting = replace(delivery, pickup_id=full.id)
    off = replace(full, state=OrderState.CANCELLED)
    workplace.store.write("Cancel", lambda uow: uow.put_orders([waiting, off]))
    dialog = opened(orders_now(workplace)["K-8"])
    assert dialog.fields.pickup.currentText().startswith("K-7")
    dialog.save.click()
    assert saved(opened)[0].pickup_id == full.id


def test_what_is_collected_is_fetched_nowhere_else(opened: Opened, delivery: Order) -> None:
    dialog = opened(delivery)
    dialog.fields.pickup.setCurrentIndex(1)
    dialog.fields.kind.setCurrentText("Collection")
    assert not dialog.fields.pickup.isEnabled()
    dialog.save.click()
    assert saved(opened)[0].pickup_id is None
    dialog.fields.kind.setCurrentText("Delivery")
    assert dialog.fields.pickup.isEnabled()


def test_goods_of_another_day_are_told_beside_the_field(opened: Opened, delivery: Order) -> None:
    dialog = opened(delivery)
    dialog.fields.pickup.setCurrentIndex(1)
    dialog.fields.date.setDate(QDate(2026, 11, 25))
    dialog.save.click()
    assert saved(opened) == []
    assert "K-7 fetches its goods on Tue 24 Nov" in dialog.fault.text()
    assert dialog.fields.pickup.property("invalid")


# ── When the writing fails ───────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_refused_on_writing_stays_typed_and_says_why(opened: Opened, full: Order) -> None:
    dialog = opened(full)
    dialog.save_requested.disconnect()
    dialog.fields.number.setText("K-9")
    dialog.save.click()
    dialog.on_refused(BadInput("Order K-9 exists already.", "Choose another number."))
    assert dialog.isVisible()
    assert dialog.fields.number.text() == "K-9"
    assert dialog.fault.isVisible()
    assert dialog.save.isEnabled()
