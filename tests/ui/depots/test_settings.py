"""Changing a depot's settings from the window: one step, and nothing that was not touched."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QTime
from PySide6.QtWidgets import QSpinBox, QWidget

from dispatcher.services.workplace import Workplace
from ui.depots.settings import DepotSettingsDialog
from ui.parts.said import Said
from ui.runner import OpRunner
from ui.theme import Mode, Theme


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


def test_how_it_plans_is_changed_as_one_step(form: DepotSettingsDialog, workplace: Workplace, runner: OpRunner) -> None:
    before = workplace.depot
    assert (form.reload.value(), form.handling.value(), form.improve.value()) == (15, 10, 20)
    assert form.max_wait.text() == "any"
    form.reload.setValue(20)
    form.handling.setValue(0)
    form.max_wait.setValue(0)
    form.improve.setValue(0)
    assert form.improve.text() == "never"
    form.box.accepted.emit()
    runner.wait_until_idle()
    wanted = replace(before, reload_s=1_200, handling_s=0, max_wait_s=0, improve_s=0, version=0)
    assert replace(workplace.depot, version=0) == wanted
    runner.undo()
    runner.wait_until_idle()
    assert workplace.depot == before


def test_figures_finer_than_minutes_stay_while_they_are_not_touched(
    workplace: Workplace, runner: OpRunner, theme: Theme, window: QWidget
) -> None:
    fine = replace(workplace.depot, service_s=250, reload_s=910, handling_s=31, max_wait_s=1_799, improve_s=7)
    workplace.store.write("Fine", lambda uow: uow.put_depot(fine))
    form = DepotSettingsDialog(workplace, runner, theme, window)
    form.name.setText("Kamppi")
    form.box.accepted.emit()
    runner.wait_until_idle()
    assert replace(workplace.depot, version=0) == replace(fine, name="Kamppi", version=0)


def test_every_figure_of_planning_is_explained(form: DepotSettingsDialog) -> None:
    for name in ("service", "planning", "reload", "handling", "max_wait", "improve"):
        said = form.findChild(Said, f"depot_settings.{name}.said")
        field = form.findChild(QSpinBox, f"depot_settings.{name}")
        assert said is not None
        assert field is not None
        assert said.text() == field.accessibleDescription() != ""
        assert field.accessibleName()


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5])
def test_it_fits_the_smallest_screen(
    workplace: Workplace, runner: OpRunner, theme: Theme, window: QWidget, scale: float
) -> None:
    theme.apply(Mode.DARK, scale)
    try:
        form = DepotSettingsDialog(workplace, runner, theme, window)
        form.open()
        assert (form.width() <= 1366, form.height() <= 768) == (True, True)
        assert form.area.horizontalScrollBar().maximum() == 0
        assert form.area.verticalScrollBar().maximum() == 0
        assert form.rect().contains(form.box.geometry())
        form.reject()
    finally:
        theme.apply(Mode.LIGHT, 1.0)


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
