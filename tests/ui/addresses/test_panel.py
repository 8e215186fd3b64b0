"""The review of doubtful addresses on a real store, a real index and a real map page."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.orders import Contact, Order
from dispatcher.domain.place import Address, Bounds, Place, Precision
from dispatcher.intake import address_key
from dispatcher.services.orders import placed_at
from dispatcher.services.workplace import Workplace
from tests.fixtures.forms import KLUUVI, orders_now, put_orders
from ui.addresses.model import Column, Role
from ui.addresses.panel import AddressesPanel
from ui.map.messages import Flavour
from ui.map.view import MapView
from ui.parts.said import Tone
from ui.runner import OpRunner
from ui.theme import Mode, Theme

MISSPELT = Address("Manerheimintei 94", "00100", "Helsinki")
NOWHERE = Address("Xyzzy 1", "", "Plugh")
TOWN = Address("Nosuchstreet 5", "00100", "Helsinki")


@pytest.fixture
def panel(workplace: Workplace, runner: OpRunner, theme: Theme, view: MapView, qtbot: QtBot) -> AddressesPanel:
    panel = AddressesPanel(workplace, runner, theme, view)
    qtbot.addWidget(panel)
    panel.resize(1270, 660)
    with qtbot.waitSignal(view.ready, timeout=20_000), qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    runner.wait_until_idle()
    return panel


@pytest.fixture
def waiting(panel: AddressesPanel, workplace: Workplace, runner: OpRunner) -> list[Order]:
    """K-1 misspelt, K-2 nowhere, K-3 as K-1 but written otherwise, K-4 in a town."""
    written = [MISSPELT, NOWHERE, replace(MISSPELT, line="MANERHEIMINTEI  94"), TOWN]
    geocoder = workplace.geocoder
    assert geocoder is not None
    orders = put_orders(workplace, [placed_at(a, geocoder.find(a, limit=1)) for a in written])
    panel.refresh()
    runner.wait_until_idle()
    panel.table.setFocus()
    return orders


def current(panel: AddressesPanel) -> str:
    order = panel.table.currentIndex().data(Role.ORDER)
    assert order == panel.desk.order
    return str(order.number)


def press(widget: QWidget, key: Qt.Key, runner: OpRunner) -> None:
    QTest.keyClick(widget, key)
    runner.wait_until_idle()


def texts(panel: AddressesPanel) -> list[str]:
    return [panel.desk.offers.item(row).text() for row in range(panel.desk.offers.count())]


# ── What it shows ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_with_nothing_to_review_it_says_so(panel: AddressesPanel) -> None:
    assert panel.stack.currentWidget() is panel.empty
    assert "Every address is known" in panel.empty.text


def test_the_list_says_how_well_each_is_known(panel: AddressesPanel, waiting: list[Order], qtbot: QtBot) -> None:
    assert panel.stack.currentIndex() == 0
    model = panel.table.model()
    how = [model.index(row, Column.PRECISION).data() for row in range(model.rowCount())]
    assert how == ["street only", "not found", "street only", "town only"]
    assert model.index(0, Column.PRECISION).data(Qt.ItemDataRole.DecorationRole) is not None
    assert model.index(0, Column.ADDRESS).data(Qt.ItemDataRole.ToolTipRole) == "Manerheimintei 94, 00100 Helsinki"
    assert panel.table.horizontalScrollBar().maximum() == 0, "nothing is out of sight"
    assert current(panel) == "K-1"


def test_how_many_wait_is_told(panel: AddressesPanel, workplace: Workplace, runner: OpRunner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.count_changed) as counted:
        put_orders(workplace, [NOWHERE])
        panel.refresh()
    assert counted.args == [1]


def test_offers_are_numbered_as_on_the_map(panel: AddressesPanel, waiting: list[Order]) -> None:
    assert texts(panel)[0].startswith("1   Mannerheimintie, 00100 Helsinki")
    marks = panel.map._marks.values()
    assert [mark.number for mark in marks] == list(range(1, len(texts(panel)) + 1))
    assert panel.map._state["select"]["order_ids"] == ["offer-0"]


def test_the_map_goes_where_the_chosen_offer_is(panel: AddressesPanel, waiting: list[Order], qtbot: QtBot) -> None:
    chosen = panel.desk.chosen()
    assert chosen is not None

    def there() -> None:
        position = panel.map.position
        assert position is not None
        assert position.centre.distance_m(chosen.place) < 30
        assert position.zoom == pytest.approx(16)

    qtbot.waitUntil(there)


def test_a_map_hidden_while_offers_came_goes_there_when_shown(
    panel: AddressesPanel, waiting: list[Order], runner: OpRunner, qtbot: QtBot
) -> None:
    panel.hide()
    panel.table.selectRow(3)
    runner.wait_until_idle()
    chosen = panel.desk.chosen()
    assert chosen is not None
    panel.map.fit_bounds(Bounds(60.0, 24.0, 61.0, 26.0))
    panel.show()

    def there() -> None:
        position = panel.map.position
        assert position is not None
        assert position.centre.distance_m(chosen.place) < 60

    qtbot.waitUntil(there)


def test_choosing_on_the_map_chooses_in_the_list(panel: AddressesPanel, waiting: list[Order]) -> None:
    panel.map.selection_changed.emit(("offer-1",))
    assert panel.desk.offers.currentRow() == 1


def test_the_filter_finds_by_customer_too(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner
) -> None:
    venla = replace(orders_now(workplace)["K-4"], contact=Contact("Venla Heikkinen"))
    workplace.store.write("Name", lambda uow: uow.put_orders([venla]))
    panel.refresh()
    runner.wait_until_idle()
    panel.filter.setText("heikki")
    runner.wait_until_idle()
    assert panel.table.model().rowCount() == 1
    assert current(panel) == "K-4"
    panel.filter.setText("no such thing")
    assert panel.desk.order is None
    assert not panel.desk.accept.isEnabled()
    assert "matches the filter" in panel.desk.title.text()


def test_the_model_keeps_qts_promises(panel: AddressesPanel, waiting: list[Order], qtmodeltester: object) -> None:
    qtmodeltester.check(panel.model)  # type: ignore[attr-defined]


def test_it_follows_the_theme(panel: AddressesPanel, waiting: list[Order], theme: Theme) -> None:
    theme.apply(Mode.DARK, 1.25)
    try:
        assert panel.map._state["flavour"]["flavour"] == Flavour.DARK
        assert panel.desk.title.font().pointSizeF() == pytest.approx(15 * 1.25)
    finally:
        theme.apply(Mode.LIGHT, 1.0)
    assert panel.map._state["flavour"]["flavour"] == Flavour.LIGHT


# ── Deciding ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_enter_takes_the_offer_and_goes_on(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner
) -> None:
    chosen = panel.desk.chosen()
    assert chosen is not None
    press(panel.table, Qt.Key.Key_Return, runner)
    now = orders_now(workplace)
    assert now["K-1"].address.precision is Precision.PIN
    assert now["K-1"].address.place == now["K-3"].address.place
    assert now["K-1"].address.place is not None
    assert now["K-1"].address.place.distance_m(chosen.place) < 1
    assert current(panel) == "K-2", "the next one comes by itself"
    assert panel.told.text() == (
        "Remembered for Manerheimintei 94, 00100 Helsinki, and for 1 other order with this address."
    )
    assert panel.table.hasFocus()
    assert address_key(MISSPELT) in workplace.store.read(lambda r: r.pins([address_key(MISSPELT)]))


def test_undo_brings_it_back(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner
) -> None:
    press(panel.table, Qt.Key.Key_Return, runner)
    assert panel.table.model().rowCount() == 2
    runner.undo()
    runner.wait_until_idle()
    assert panel.table.model().rowCount() == 4
    assert orders_now(workplace)["K-1"].address.precision is Precision.STREET


def test_the_last_one_decided_leaves_the_empty_page(
    panel: AddressesPanel, workplace: Workplace, runner: OpRunner
) -> None:
    put_orders(workplace, [MISSPELT])
    panel.refresh()
    runner.wait_until_idle()
    panel.table.setFocus()
    press(panel.table, Qt.Key.Key_Return, runner)
    assert panel.stack.currentWidget() is panel.empty
    assert panel.desk.order is None


def test_down_goes_to_the_next(panel: AddressesPanel, waiting: list[Order], runner: OpRunner) -> None:
    press(panel.table, Qt.Key.Key_Down, runner)
    assert current(panel) == "K-2"
    assert texts(panel) == []
    assert "another spelling" in panel.desk.said.text()
    assert not panel.desk.accept.isEnabled()
    press(panel.table, Qt.Key.Key_Return, runner)
    assert current(panel) == "K-2", "there is nothing to take"


def test_another_spelling_finds_it(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner
) -> None:
    press(panel.table, Qt.Key.Key_Down, runner)
    panel.desk.search.setFocus()
    QTest.keyClicks(panel.desk.search, "Fabianinkatu 33")
    runner.wait_until_idle()
    assert texts(panel)[0].startswith("1   Fabianinkatu 33")
    press(panel.desk.search, Qt.Key.Key_Return, runner)
    now = orders_now(workplace)["K-2"]
    assert now.address.precision is Precision.PIN
    assert now.address.line == "Xyzzy 1", "the words stay as they came"
    panel.desk.search.clear()
    panel.desk.search.textEdited.emit("")
    runner.wait_until_idle()
    assert texts(panel)[0].startswith("1   Mannerheimintie")


def test_coordinates_are_a_place(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner
) -> None:
    panel.desk.search.setFocus()
    QTest.keyClicks(panel.desk.search, "60.1701, 24.9402")
    runner.wait_until_idle()
    assert texts(panel) == ["1   60.17010, 24.94020   (point)"]
    press(panel.desk.search, Qt.Key.Key_Return, runner)
    assert orders_now(workplace)["K-1"].address.place == Place(60.1701, 24.9402)


# ── Pins ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pin_is_put_out_moved_and_kept(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner, qtbot: QtBot
) -> None:
    press(panel.table, Qt.Key.Key_P, runner)
    assert panel.desk.pinning
    assert panel.desk.pin.text() == "Keep the pin here"
    assert not panel.desk.accept.isEnabled()
    assert panel.desk.drop.isVisible()
    panel.map.pin_placed.emit(Place(60.1712, 24.9411))
    press(panel.table, Qt.Key.Key_P, runner)
    assert orders_now(workplace)["K-1"].address.place == Place(60.1712, 24.9411)
    assert not panel.desk.pinning
    assert panel.map._state["pin"] == {"active": False}
    assert current(panel) == "K-2"


def test_a_pin_not_moved_is_kept_where_it_was_put_out(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner
) -> None:
    chosen = panel.desk.chosen()
    assert chosen is not None
    panel.desk.pin.click()
    panel.desk.pin.click()
    runner.wait_until_idle()
    assert orders_now(workplace)["K-1"].address.place == chosen.place


def test_a_pin_needs_a_place_first(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner
) -> None:
    press(panel.table, Qt.Key.Key_Down, runner)
    press(panel.table, Qt.Key.Key_P, runner)
    press(panel.table, Qt.Key.Key_P, runner)
    assert panel.desk.pinning
    assert "Click the place" in panel.desk.said.text()
    panel.map.pin_placed.emit(KLUUVI)
    press(panel.table, Qt.Key.Key_Return, runner)
    assert orders_now(workplace)["K-2"].address.place == KLUUVI


def test_escape_drops_the_pin(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner
) -> None:
    before = orders_now(workplace)
    press(panel.table, Qt.Key.Key_P, runner)
    panel.map.pin_placed.emit(KLUUVI)
    press(panel.table, Qt.Key.Key_Escape, runner)
    assert not panel.desk.pinning
    assert panel.desk.accept.isEnabled()
    assert orders_now(workplace) == before
    panel.desk.pin.click()
    panel.map.pin_cancelled.emit()
    assert not panel.desk.pinning


def test_going_to_another_order_drops_the_pin(panel: AddressesPanel, waiting: list[Order], runner: OpRunner) -> None:
    press(panel.table, Qt.Key.Key_P, runner)
    press(panel.table, Qt.Key.Key_Down, runner)
    assert current(panel) == "K-2"
    assert not panel.desk.pinning


# ── The world moves on ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_change_elsewhere_leaves_the_one_under_review_alone(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner
) -> None:
    panel.table.selectRow(3)
    runner.wait_until_idle()
    panel.desk.search.setText("half typed")
    workplace.store.write("Remove", lambda uow: uow.remove_orders([waiting[0].id]))
    panel.refresh()
    runner.wait_until_idle()
    assert current(panel) == "K-4"
    assert panel.desk.search.text() == "half typed"


def test_an_address_corrected_elsewhere_is_looked_up_anew(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner
) -> None:
    corrected = replace(waiting[0], address=Address("Fabianinkatu 330", "00100", "Helsinki"))
    workplace.store.write("Correct", lambda uow: uow.put_orders([corrected]))
    panel.refresh()
    runner.wait_until_idle()
    assert panel.desk.title.text() == "Fabianinkatu 330, 00100 Helsinki"
    assert "Fabianinkatu" in texts(panel)[0]


def test_an_order_removed_meanwhile_is_said(
    panel: AddressesPanel, waiting: list[Order], workplace: Workplace, runner: OpRunner
) -> None:
    workplace.store.write("Remove", lambda uow: uow.remove_orders([waiting[0].id]))
    press(panel.table, Qt.Key.Key_Return, runner)
    assert "no longer exists" in panel.told.text()
    assert panel.told.tone is Tone.BAD
    assert current(panel) == "K-2"


def test_without_a_region_pins_can_be_set_all_the_same(
    without_index: Workplace, runner: OpRunner, theme: Theme, view: MapView, qtbot: QtBot
) -> None:
    panel = AddressesPanel(without_index, runner, theme, view)
    qtbot.addWidget(panel)
    panel.show()
    put_orders(without_index, [MISSPELT])
    panel.refresh()
    runner.wait_until_idle()
    assert "no region" in panel.desk.said.text()
    assert panel.desk.said.tone is Tone.WARNING
    panel.desk.pin.click()
    panel.map.pin_placed.emit(KLUUVI)
    panel.desk.pin.click()
    runner.wait_until_idle()
    assert orders_now(without_index)["K-1"].address.place == KLUUVI


def test_every_control_has_a_name(panel: AddressesPanel) -> None:
    for name in ("list", "filter", "search", "offers", "accept", "pin", "drop_pin", "told", "said", "detail"):
        widget = panel.findChild(QWidget, f"addresses.{name}")
        assert widget is not None, name
        assert widget.accessibleName(), name
