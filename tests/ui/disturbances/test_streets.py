"""A street is closed on real roads: drawn, understood, checked, obeyed; refused where it cuts the yard off."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import ClosureId
from dispatcher.domain.place import Place
from dispatcher.domain.roads import Closure, Understood
from dispatcher.services.workplace import Workplace
from tests.fixtures import days
from tests.fixtures.region import helsinki_roads
from tests.ui.disturbances.conftest import Scene
from tests.unit.services.test_closures import on_roads, street_of, stretch_of
from ui.disturbances.streets import STRAIGHT, StreetForm
from ui.theme import Theme

__all__ = ["helsinki_roads", "on_roads"]


@pytest.fixture
def city(on_roads: Workplace, theme: Theme, window: QWidget, fast_answers: None) -> Iterator[Scene]:
    made = Scene(on_roads, theme, window)
    made.board.open(days.DATE)
    made.settle()
    yield made
    made.runner.shutdown()


def opened(scene: Scene) -> StreetForm:
    scene.desk.street_closed()
    form = scene.form("street_closed")
    assert isinstance(form, StreetForm)
    scene.settle()
    return form


def a_line(scene: Scene) -> list[Place]:
    return stretch_of(scene.workplace, next(iter(scene.stored().shifts)))


def closures(scene: Scene) -> list[Closure]:
    return list(scene.stored().closures)


def test_a_street_is_drawn_understood_closed_and_reopened(city: Scene) -> None:
    before, wanted = city.everything(), list[str]()
    shown = list[Understood | None]()
    city.desk.line_wanted.connect(wanted.append)
    city.desk.street_understood.connect(shown.append)
    form = opened(city)
    assert not form.act_button.isEnabled()
    QTest.mouseClick(form.draw, Qt.MouseButton.LeftButton)
    assert wanted == ["Draw along the closed street"]
    assert "Draw along the street on the map" in form.meaning.text()
    city.desk.line_drawn(tuple(a_line(city)))
    city.settle()
    assert shown[-1] is not None
    assert shown[-1].lines
    assert form.meaning.text().startswith("Understood: ")
    form.title.setText("Works in the street")
    form.last.setDate(form.first.date().addDays(2))
    QTest.keyClick(form, Qt.Key.Key_Return)
    city.settle()
    (closed,) = closures(city)
    assert (closed.name, closed.first, closed.last) == (
        "Works in the street", days.DATE, days.DATE + timedelta(days=2),
    )  # fmt: skip
    assert city.last()[0] == "Close Works in the street"
    assert "Works in the street is closed" in city.thought
    assert not city.is_open("street_closed")
    assert shown[-1] is None

    form = opened(city)
    assert form.list.isVisible()
    assert form.list.item(0).text().startswith("Works in the street · ")
    form.list.setFocus()
    QTest.mouseClick(form.reopen_button, Qt.MouseButton.LeftButton)
    city.settle()
    assert closures(city) == []
    assert form.isVisible(), "there may be more to reopen"
    assert not form.list.isVisible()
    city.hand.undo()
    city.settle()
    assert closures(city) == [closed]
    assert form.list.count() == 1
    city.hand.undo()
    city.settle()
    assert city.everything() == before


def test_a_closure_that_shuts_the_yard_in_is_refused_in_the_form(city: Scene) -> None:
    before = city.everything()
    form = opened(city)
    form.take_line(street_of(city.workplace, city.workplace.depot.place))
    city.settle()
    form.title.setText("Yard Street")
    form.act()
    assert "Looking for ways around it" in form.meaning.text()
    city.settle()
    assert "would cut the yard off" in form.fault.text()
    assert form.act_button.isEnabled()
    assert form.title.text() == "Yard Street"
    assert city.everything() == before


def test_a_line_in_the_sea_means_no_street(city: Scene) -> None:
    form = opened(city)
    form.take_line([Place(60.4, 24.9), Place(60.401, 24.901)])
    city.settle()
    assert "No street is near" in form.fault.text()
    assert not form.act_button.isEnabled()


def test_a_street_has_a_name(city: Scene) -> None:
    form = opened(city)
    form.take_line(a_line(city))
    city.settle()
    form.title.clear()
    form.act()
    assert "has no name" in form.fault.text()
    assert closures(city) == []


def test_giving_up_keeps_the_line_there_was(city: Scene) -> None:
    form = opened(city)
    form.ask_for_line()
    city.desk.line_cancelled()
    assert form.meaning.text() == "Draw the street on the map first."
    form.take_line(a_line(city))
    city.settle()
    form.ask_for_line()
    city.desk.line_cancelled()
    assert form.meaning.text().startswith("Understood: ")
    assert form.act_button.isEnabled()


def test_closed_before_the_line_comes_nobody_waits(city: Scene) -> None:
    unwanted = list[bool]()
    city.desk.line_unwanted.connect(lambda: unwanted.append(True))
    form = opened(city)
    form.ask_for_line()
    QTest.keyClick(form, Qt.Key.Key_Escape)
    assert unwanted == [True]
    city.desk.line_drawn(tuple(a_line(city)))
    city.desk.line_cancelled()
    city.settle()
    assert closures(city) == []


def test_a_day_without_it_is_not_answered(city: Scene) -> None:
    form = opened(city)
    form.take_line(a_line(city))
    city.settle()
    form.title.setText("Later")
    tomorrow = days.DATE + timedelta(days=1)
    form.first.setDate(QDate(tomorrow.year, tomorrow.month, tomorrow.day))
    assert form.last.date() == form.first.date(), "it cannot end before it begins"
    form.act()
    city.settle()
    assert city.last()[0] == "Close Later"
    assert city.thought == []


def test_what_cannot_be_obeyed_is_listed_with_why(city: Scene, qtbot: QtBot) -> None:
    lost = Closure(ClosureId("lost"), "Lost street", (Place(60.4, 24.9), Place(60.401, 24.901)), days.DATE, days.DATE)
    city.write(lambda uow: uow.put_closure(lost))
    form = opened(city)
    assert form.list.item(0).text().endswith("not obeyed")
    assert "Planned as if open: Lost street." in form.notice.text()
    form.list.setFocus()
    qtbot.waitUntil(form.list.hasFocus)
    QTest.keyClick(form.list, Qt.Key.Key_Delete)
    city.settle()
    assert closures(city) == []


def test_straight_lines_know_no_streets(scene: Scene) -> None:
    form = opened(scene)
    assert form.meaning.text() == STRAIGHT
    assert not form.draw.isEnabled()
    assert not form.act_button.isEnabled()
