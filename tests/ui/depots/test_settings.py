"""Changing a depot's settings from the window: one step, and nothing that was not touched."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QTime
from PySide6.QtWidgets import QWidget

from dispatcher.services.workplace import Workplace
from ui.depots.settings import DepotSettingsDialog
from ui.runner import OpRunner
from ui.theme import Theme


@pytest.fixture
def form(workplace: Workplace, runner: OpRunner, theme: Theme, window: QWidget) -> DepotSettingsDialog:
    dialog = DepotSettingsDialog(workplace, runner, theme, window)
    dialog.open()
    return dialog


def test_hours_and_planning_time_are_changed_as_one_step(
    form: DepotSettingsDialog, workplace: Workplace, runner: OpRunner
) -> None:
    before = workplace.depot
    form.starts.setTime(QTime(6, 30))
    form.planning.setValue(90)
    form.box.accepted.emit()
    runner.wait_until_idle()
    after = workplace.depot
    assert (after.shift_starts.hour, after.shift_starts.minute, after.planning_s) == (6, 30, 90)
    assert replace(after, shift_starts=before.shift_starts, planning_s=before.planning_s, version=0) == replace(
        before, version=0
    )
    assert not form.isVisible()
    runner.undo()
    runner.wait_until_idle()
    assert workplace.depot == before


def test_a_place_that_is_none_is_said_in_place_and_changes_nothing(
    form: DepotSettingsDialog, workplace: Workplace, runner: OpRunner
) -> None:
    before = workplace.depot
    form.place.setText("somewhere")
    form.box.accepted.emit()
    runner.wait_until_idle()
    assert form.isVisible()
    assert form.fault.isVisible()
    assert workplace.depot == before
    form.reject()


def test_another_region_asks_for_the_depot_to_be_opened_anew(
    with_region: object, workplace: Workplace, runner: OpRunner, theme: Theme, window: QWidget
) -> None:
    form = DepotSettingsDialog(workplace, runner, theme, window)
    asked: list[bool] = []
    form.region_changed.connect(lambda: asked.append(True))
    form.open()
    form.region.setCurrentText("helsinki")
    form.box.accepted.emit()
    runner.wait_until_idle()
    assert workplace.depot.region == "helsinki"
    assert asked == [True]
