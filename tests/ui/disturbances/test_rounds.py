"""Broken down, ill, late: said before it is done, done as one step, answered by a proposal, taken back by one undo."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.fleet import Lock, Shift
from dispatcher.services.disturbances import run_late
from tests.fixtures import days
from tests.ui.disturbances.conftest import Scene
from ui.disturbances.rounds import BrokenDownForm, DepotLateForm, DropOutForm, IllForm, LateForm


def shifts_of(scene: Scene) -> list[Shift]:
    return list(scene.stored().shifts.values())


def under_way(scene: Scene, behind: int = 2) -> Shift:
    """It is a minute after the first driver left their second stop."""
    assert scene.board.present is not None
    first = shifts_of(scene)[0]
    times = scene.board.present.schedule.routes[first.id]
    scene.now = times.stops[behind - 1].departs_at + timedelta(minutes=1)
    return first


def broken_down(scene: Scene, shift: Shift | None) -> BrokenDownForm:
    scene.desk.van_broken_down(shift.id if shift else None)
    form = scene.form("broken_down")
    assert isinstance(form, BrokenDownForm)
    return form


def late(scene: Scene, shift: Shift | None) -> LateForm:
    scene.desk.driver_late(shift.id if shift else None)
    form = scene.form("late")
    assert isinstance(form, LateForm)
    return form


def press(form: object, name: str) -> None:
    assert isinstance(form, (DropOutForm, LateForm, DepotLateForm))
    button = form.findChild(QAbstractButton, name)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_broken_van_is_shared_out_by_one_key(scene: Scene) -> None:
    before, first = scene.everything(), under_way(scene)
    driven = scene.sequences()[first.id][:2]
    form = broken_down(scene, first)
    assert form.meaning.text().startswith("2 stops are still ahead of Aino Korhonen; they go back to the pool")
    assert form.at.time().toString("HH:mm") == scene.board.clock(scene.now)
    assert form.who.currentText() == "1  Aino Korhonen · Van 1 · 2 of 4 stops ahead"
    QTest.keyClick(form, Qt.Key.Key_Return)
    scene.settle()
    day = scene.stored()
    assert day.shifts[first.id].lock is Lock.ROUTE
    assert scene.sequences()[first.id] == driven
    at = scene.board.clock(scene.now)
    assert scene.last() == ("Van 1 broke down", f"Van 1 broke down at {at}; 2 stops back to the pool")
    assert "Van 1 broke down" in scene.thought
    scene.hand.undo()
    scene.settle()
    assert scene.everything() == before


def test_what_to_do_about_it_is_offered(scene: Scene) -> None:
    broken_down(scene, under_way(scene)).act()
    scene.settle()
    assert [card.title for card in scene.offered] == ["Van 1 broke down"]
    assert scene.faults == []


def test_escape_changes_nothing(scene: Scene) -> None:
    before = scene.everything()
    form = broken_down(scene, under_way(scene))
    QTest.keyClick(form, Qt.Key.Key_Escape)
    scene.settle()
    assert not scene.is_open("broken_down")
    assert scene.everything() == before


def test_a_spare_vehicle_takes_over_so_many_minutes_later(scene: Scene) -> None:
    third = shifts_of(scene)[2]
    scene.write(lambda uow: uow.remove_shift(third.id))
    before, first = scene.everything(), under_way(scene)
    driven = scene.sequences()[first.id]
    form = broken_down(scene, first)
    press(form, "disturbance.broken_down.take_over")
    assert form.by.isVisible()
    form.after.setValue(20)
    assert "Van 3 takes them over, 20 minutes later" in form.meaning.text()
    scene.settle()
    assert "No stop comes late by that" in form.meaning.text()
    assert form.act_button.text() == "Take over"
    QTest.keyClick(form, Qt.Key.Key_Return)
    scene.settle()
    day = scene.stored()
    assert day.vehicles[day.shifts[first.id].vehicle_id].name == "Van 3"
    assert scene.sequences()[first.id] == driven, "the round stands as it is"
    assert scene.last()[1].endswith("Van 3 takes over 20 min later")
    scene.hand.undo()
    scene.settle()
    assert scene.everything() == before


def test_a_stand_in_drives_on(scene: Scene, qtbot: QtBot) -> None:
    third = shifts_of(scene)[2]
    scene.write(lambda uow: uow.remove_shift(third.id))
    first = under_way(scene)
    scene.desk.driver_ill(first.id)
    form = scene.form("ill")
    assert isinstance(form, IllForm)
    qtbot.waitUntil(form.isActiveWindow)
    QTest.keyClick(form, Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(form.other.isChecked)
    form.act()
    scene.settle()
    day = scene.stored()
    assert day.shifts[first.id].driver_id == third.driver_id
    assert scene.last()[0] == "Aino Korhonen is ill"


def test_with_nobody_free_only_sharing_out_is_left(scene: Scene) -> None:
    form = broken_down(scene, under_way(scene))
    assert not form.other.isEnabled()
    assert "No spare vehicle stands in the yard then." in form.meaning.text()


def test_ill_before_the_round_is_off_duty(scene: Scene) -> None:
    scene.at("06:30")
    first = shifts_of(scene)[0]
    scene.desk.driver_ill(first.id)
    form = scene.form("ill")
    assert "Aino Korhonen is taken off duty" in form.meaning.text()
    form.act()
    scene.settle()
    assert first.id not in scene.stored().shifts


def test_on_another_day_the_shifts_start_is_meant(scene: Scene) -> None:
    scene.now += timedelta(days=3)
    form = late(scene, shifts_of(scene)[1])
    assert form.at.time() == QTime(8, 0)
    assert form.meaning.text().startswith("4 stops are still ahead of")
    assert "starts 15 minutes later" in form.meaning.text()


def test_who_has_gone_home_cannot_break_down(scene: Scene) -> None:
    scene.at("20:00")
    form = broken_down(scene, shifts_of(scene)[0])
    assert "has gone home by then" in form.meaning.text()
    assert not form.act_button.isEnabled()
    assert "has gone home" in form.who.currentText()
    QTest.keyClick(form, Qt.Key.Key_Return)
    scene.settle()
    assert scene.is_open("broken_down")
    form.at.setTime(QTime(8, 5))
    assert form.act_button.isEnabled()


def test_with_nobody_on_duty_it_says_so(scene: Scene) -> None:
    ids = [s.id for s in shifts_of(scene)]
    scene.write(lambda uow: [uow.remove_shift(i) for i in ids])
    for form in (broken_down(scene, None), late(scene, None)):
        assert "Nobody is on duty on this day" in form.meaning.text()
        assert not form.act_button.isEnabled()
    scene.desk.depot_late()
    assert "Nobody is on duty" in scene.form("depot_late").meaning.text()


def test_a_driver_under_way_is_late_from_here_on(scene: Scene) -> None:
    before, first = scene.everything(), under_way(scene)
    last_behind = scene.sequences()[first.id][1]
    was = scene.stored().orders[last_behind].service_s  # type: ignore[index]
    form = late(scene, first)
    press(form, "disturbance.late.minutes.30")
    assert "each comes 30 minutes later" in form.meaning.text()
    QTest.keyClick(form, Qt.Key.Key_Return)
    scene.settle()
    assert scene.stored().orders[last_behind].service_s == was + 1800  # type: ignore[index]
    assert scene.last()[0] == "Aino Korhonen is 30 min late"
    scene.hand.undo()
    scene.settle()
    assert scene.everything() == before


def test_what_comes_late_is_foreseen(scene: Scene) -> None:
    form = late(scene, under_way(scene))
    form.by.spin.setValue(600)
    scene.settle()
    assert "The round ends" in form.meaning.text()
    assert "after the shift" in form.meaning.text()


def test_a_delay_that_makes_no_sense_is_said_in_the_form(scene: Scene) -> None:
    before = scene.everything()
    scene.at("07:00")
    form = late(scene, shifts_of(scene)[0])
    form.by.spin.setValue(1_000)
    QTest.keyClick(form, Qt.Key.Key_Return)
    scene.settle()
    assert "1000 minutes later the shift would be over" in form.fault.text()
    assert form.isVisible()
    assert form.act_button.isEnabled()
    assert scene.everything() == before


def test_nothing_ahead_is_no_lateness(scene: Scene) -> None:
    first = under_way(scene, behind=4)
    form = late(scene, first)
    assert "Nothing is ahead of Aino Korhonen any more" in form.meaning.text()
    assert not form.act_button.isEnabled()


def test_a_late_depot_delays_those_who_have_not_begun(scene: Scene) -> None:
    scene.at("07:30")
    before = scene.everything()
    scene.desk.depot_late()
    form = scene.form("depot_late")
    assert form.meaning.text().startswith("3 rounds with 8 stops start 15 minutes later")
    press(form, "disturbance.depot_late.minutes.10")
    QTest.keyClick(form, Qt.Key.Key_Return)
    scene.settle()
    assert {s.starts_at for s in shifts_of(scene)} == {days.clock("08:10")}
    assert scene.last() == ("Depot 10 min late", "Depot 10 min late; 3 rounds had not begun")
    scene.hand.undo()
    scene.settle()
    assert scene.everything() == before


def test_the_form_follows_what_others_do(scene: Scene) -> None:
    first = under_way(scene)
    form = broken_down(scene, first)
    scene.write(lambda uow: uow.set_routes({first.id: []}))
    assert "Nothing is ahead of" in form.meaning.text()
    scene.write(lambda uow: uow.remove_shift(first.id))
    assert form.who.count() == 2
    assert form.act_button.isEnabled()


def test_a_driver_taken_away_meanwhile_is_said_and_nothing_is_lost(scene: Scene) -> None:
    first = under_way(scene)
    form = broken_down(scene, first)
    scene.workplace.store.write("Elsewhere", lambda uow: uow.remove_shift(first.id))  # the board has not heard of it
    before = scene.everything()
    form.act()
    scene.settle()
    assert "no longer on duty" in form.fault.text()
    assert scene.everything() == before


def test_a_form_closed_at_once_is_still_answered(scene: Scene) -> None:
    form = broken_down(scene, under_way(scene))
    form.act()
    form.close()
    scene.settle()
    assert scene.last()[0] == "Van 1 broke down"
    assert "Van 1 broke down" in scene.thought


def test_while_the_past_is_shown_nothing_opens(scene: Scene) -> None:
    first = under_way(scene)
    scene.write(lambda uow: run_late(uow, on=days.DATE, shift_id=first.id, minutes=5))
    form = late(scene, first)
    scene.board.show_moment(scene.workplace.store.entries(1)[0])
    scene.settle()
    before = scene.everything()
    form.act()
    scene.settle()
    assert "go back to now first" in form.fault.text()
    assert scene.everything() == before
    scene.desk.van_broken_down(first.id)
    assert not scene.is_open("broken_down")
    assert "go back to now first" in scene.told[-1]


def test_with_another_day_the_form_goes(scene: Scene) -> None:
    broken_down(scene, None)
    scene.board.open(days.DATE + timedelta(days=1))
    scene.settle()
    assert not scene.is_open("broken_down")


@pytest.mark.parametrize("name", ["van_broken_down", "driver_ill", "driver_late", "depot_late"])
def test_all_has_a_name(scene: Scene, name: str) -> None:
    getattr(scene.desk, name)()
    form = next(f for f in scene.forms())
    assert form.objectName().startswith("disturbance.")
    assert form.act_button.isDefault()
    named = [w for w in form.findChildren(QWidget) if w.objectName().startswith("disturbance.")]
    assert len(named) > 3
    assert [w.objectName() for w in named if not w.accessibleName()] == []
