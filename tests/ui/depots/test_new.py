"""Making a depot from its form: over a real region, a real index and real databases."""

from collections.abc import Callable
from datetime import time
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from db.opening import open_store
from dispatcher.domain.depot import Depot
from dispatcher.services.home import Home
from dispatcher.services.workplace import create_depot
from tests.fixtures.forms import clock
from ui.depots.new import NO_REGION, NewDepotDialog
from ui.parts.said import Tone
from ui.theme import Theme

pytestmark = pytest.mark.qt_log_ignore("plugin does not support", extend=True)  # the offscreen platform, of pop-ups


@pytest.fixture
def without_region(home: Path) -> Home:
    home.mkdir()
    return Home(home)


type Opened = Callable[[Home], NewDepotDialog]


@pytest.fixture
def opened(theme: Theme, window: QWidget, qtbot: QtBot) -> Opened:
    def opened(home: Home) -> NewDepotDialog:
        maker = partial(create_depot, home, open_store=partial(open_store, clock=clock))
        dialog = NewDepotDialog(home, maker, theme, window)
        dialog.open()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        return dialog

    return opened


def depot_of(home: Home, slug: str) -> Depot:
    store = open_store(home.database(slug), clock=clock)
    try:
        return store.read(lambda r: r.depot())
    finally:
        store.close()


def test_an_address_of_the_region_is_searched_and_the_depot_made(
    opened: Opened, with_region: Home, qtbot: QtBot
) -> None:
    form = opened(with_region)
    assert form.region.currentText() == "helsinki"
    form.name.setText("Kluuvi")
    form.place.setFocus()
    QTest.keyClicks(form.place, "Fabianinkatu 33")
    qtbot.waitUntil(form.search.popup.isVisible)
    QTest.keyClick(form.search.popup, Qt.Key.Key_Down)
    QTest.keyClick(form.search.popup, Qt.Key.Key_Return)
    assert form.place.text().startswith("Fabianinkatu 33")
    assert form.place_said.text().startswith("60.1")
    form.zone.setCurrentText("Europe/Helsinki")
    form.starts.setTime(QTime(7, 30))
    with qtbot.waitSignal(form.created) as created:
        form.go.click()
    assert created.args == ["kluuvi"]
    depot = depot_of(with_region, "kluuvi")
    assert (depot.name, depot.region, depot.zone_name) == ("Kluuvi", "helsinki", "Europe/Helsinki")
    assert depot.address.startswith("Fabianinkatu 33")
    assert (depot.shift_starts, depot.shift_ends) == (time(7, 30), time(16, 30))
    assert not form.isVisible()


def test_what_is_plainly_meant_need_not_be_chosen(opened: Opened, with_region: Home) -> None:
    form = opened(with_region)
    form.name.setText("Kluuvi")
    form.place.setText("Fabianinkatu 33")
    form.go.click()
    assert depot_of(with_region, "kluuvi").address.startswith("Fabianinkatu 33")


def refused(form: NewDepotDialog) -> str:
    form.go.click()
    assert form.isVisible()
    assert form.fault.tone is Tone.BAD
    return form.fault.text()


def test_a_place_outside_the_region_is_refused(opened: Opened, with_region: Home) -> None:
    form = opened(with_region)
    form.name.setText("Aachen")
    form.place.setText("50.7753, 6.0839")
    assert "outside the region helsinki" in refused(form)
    assert form.place.property("invalid")
    assert with_region.depot_slugs() == ()
    form.region.setCurrentText(NO_REGION)
    form.go.click()
    assert with_region.depot_slugs() == ("aachen",)


def test_what_is_missing_or_wrong_is_said_in_place(opened: Opened, without_region: Home) -> None:
    form = opened(without_region)
    assert form.region.currentText() == NO_REGION
    assert "Build" in form.region_said.text()
    assert form.region_said.tone is Tone.WARNING
    assert "no name" in refused(form)
    assert form.name.property("invalid")
    assert form.name.hasFocus()
    form.name.setText("Somewhere")
    assert "no place" in refused(form)
    assert not form.name.property("invalid")
    form.place.setText("Nowhere Street 5")
    assert "is no place" in refused(form)
    form.place.setText("60.17; 24.94")
    form.zone.setCurrentText("Mars/Olympus")
    assert "no time zone" in refused(form)
    form.zone.setCurrentText("Europe/Helsinki")
    form.ends.setTime(form.starts.time())
    assert "end as they begin" in refused(form)
    form.ends.setTime(QTime(6, 0))
    form.go.click()
    assert without_region.depot_slugs() == ("somewhere",)


def test_a_depot_for_practice_is_made_by_a_tick(opened: Opened, without_region: Home) -> None:
    for name in ("Practice", "Earnest"):
        form = opened(without_region)
        form.name.setText(name)
        form.place.setText("60.17, 24.94")
        form.practice.setChecked(name == "Practice")
        form.go.click()
    assert depot_of(without_region, "practice").road.practice
    assert not depot_of(without_region, "earnest").road.practice


def test_two_depots_need_two_names(opened: Opened, without_region: Home) -> None:
    for _ in range(2):
        form = opened(without_region)
        form.name.setText("Twice")
        form.place.setText("60.17, 24.94")
        form.go.click()
    assert "already" in form.fault.text()
    assert without_region.depot_slugs() == ("twice",)


def test_a_name_without_letters_is_refused(opened: Opened, without_region: Home) -> None:
    form = opened(without_region)
    form.name.setText("…")
    form.place.setText("60.17, 24.94")
    assert "no letter or digit" in refused(form)


def test_a_damaged_region_is_said_and_the_form_stays(opened: Opened, with_region: Home) -> None:
    form = opened(with_region)
    (with_region.regions / "helsinki" / "addresses.sqlite").unlink()
    form.region.setCurrentText(NO_REGION)
    form.region.setCurrentText("helsinki")
    assert form.region_said.tone is Tone.BAD
    assert "damaged" in form.region_said.text()


def test_closing_lets_go_of_the_index(opened: Opened, with_region: Home, theme: Theme) -> None:
    form = opened(with_region)
    form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    QTest.keyClicks(form.place, "Fabian")
    form.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    theme.changed.emit()


def test_every_control_has_a_name(opened: Opened, without_region: Home) -> None:
    form = opened(without_region)
    for name in ("name", "region", "place", "zone", "currency", "starts", "ends", "fault", "go", "cancel"):
        widget = form.findChild(QWidget, f"new_depot.{name}")
        assert widget is not None, name
