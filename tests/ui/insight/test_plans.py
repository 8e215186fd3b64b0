"""Plans side by side: the day's own and its copies, in the window and as files."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from db.opening import open_store
from dispatcher.services import plan, whatifs
from dispatcher.services.workplace import Workplace
from tests.ui.insight.conftest import ON, Doors, Time, put_days
from ui.insight.page import InsightPage
from ui.insight.panel import InsightPanel
from ui.insight.plans import NO_COPY
from ui.insight.words import Preset
from ui.runner import OpRunner
from ui.theme import Theme


@pytest.fixture
def page(
    workplace: Workplace, runner: OpRunner, settings: QSettings, theme: Theme, time: Time, qtbot: QtBot
) -> Iterator[InsightPage]:
    """Insight with the means to open copies."""
    stores = partial(open_store, clock=time, author="Anna")
    page = InsightPage(workplace, runner, theme, settings, open_store=stores)
    qtbot.addWidget(page)
    page.resize(1270, 660)
    page.show_day(ON)
    page.show()
    yield page
    page.feed.stop()


@pytest.fixture
def copied(workplace: Workplace, time: Time) -> Callable[[str, int], None]:
    """Makes a copy of the day in which one round is emptied."""
    stores = partial(open_store, clock=time, author="Anna")

    def make(name: str, round_: int) -> None:
        made = whatifs.make(
            workplace.home, workplace.slug, workplace.store, name=name, on=ON, clock=time, open_store=stores
        )
        with closing(stores(made.file)) as store:
            route = store.read(lambda r: r.day(ON)).plan.routes[round_]
            store.write("Empty", lambda uow: plan.unassign(uow, order_ids=route.order_ids))

    return make


def settle(page: InsightPage, runner: OpRunner, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.feed.gathering and runner.idle, timeout=20_000)


def shown(page: InsightPage) -> dict[str, tuple[str, ...]]:
    assert page.plans is not None
    return {line.texts[0]: line.texts[1:] for line in page.plans.grid.lines()}


def test_a_copy_stands_beside_the_plan(
    page: InsightPage, copied: Callable[[str, int], None], workplace: Workplace, runner: OpRunner, qtbot: QtBot
) -> None:
    copied("Without Aino", 0)
    copied("Without the other", 1)
    page.bar.plans_button.click()
    settle(page, runner, qtbot)
    assert page.plans is not None
    assert page.stack.currentWidget() is page.plans
    assert [page.plans.copy.itemText(n) for n in range(2)] == ["Without Aino", "Without the other"]
    first = shown(page)
    assert first["Rounds"] == ("2", "1", "▼ 1")
    assert first["Orders in no round"] == ("0", "6", "▲ 6")
    day = workplace.store.read(lambda r: r.day(ON))
    figures = whatifs.figures(day, workplace.desk.look(day, why=False).schedule)
    table = page.plans.table
    assert table is not None
    assert [row.values[0] for row in table.rows] == [
        figures.cost, figures.distance_m / 1_000, figures.duration_s / 60, figures.late, figures.late_s / 60,
        figures.unplanned, figures.broken, figures.rounds,
    ]  # fmt: skip
    tones = {line.texts[0]: line.tones[-1] for line in page.plans.grid.lines()}
    assert (tones["Cost"], tones["Orders in no round"], tones["Rounds"]) == ("done", "late", "muted")
    page.plans.copy.setCurrentIndex(1)
    assert shown(page)["Cost"][0] == first["Cost"][0]
    assert shown(page)["Cost"][1] != first["Cost"][1]
    assert not page.bar.compare.isVisible()
    page.bar.measures_button.click()
    settle(page, runner, qtbot)
    assert page.stack.currentWidget() is not page.plans
    assert page.bar.compare.isVisible()


def test_without_a_copy_the_plan_stands_alone_and_a_damaged_one_is_named(
    page: InsightPage, copied: Callable[[str, int], None], workplace: Workplace, runner: OpRunner, qtbot: QtBot
) -> None:
    page.bar.plans_button.click()
    settle(page, runner, qtbot)
    assert page.plans is not None
    assert page.plans.hint.text() == NO_COPY
    assert shown(page)["Rounds"] == ("2",)
    copied("Broken", 0)
    (broken,) = whatifs.all_of(workplace.home, workplace.slug)
    broken.file.write_bytes(b"nothing of use")
    page.ask()
    settle(page, runner, qtbot)
    assert "“Broken” could not be read" in page.plans.note.text()
    assert shown(page)["Cost"][1:] == ("–", "–")


@pytest.mark.parametrize("ending", ["xlsx", "pdf", "html"])
def test_every_view_is_exported(
    page: InsightPage,
    doors: Doors,
    copied: Callable[[str, int], None],
    runner: OpRunner,
    qtbot: QtBot,
    tmp_path: Path,
    ending: str,
) -> None:
    doors.send()
    doors.deliver(doors.shifts[0], 0, photos=0)
    copied("=Try", 0)
    page.feed.look()
    settle(page, runner, qtbot)
    names = {}
    for button in (page.bar.measures_button, page.bar.drivers_button, page.bar.plans_button):
        button.click()
        settle(page, runner, qtbot)
        assert page.bar.export.isVisible()
        assert page.export is not None
        file = tmp_path / f"{page.export.name}.{ending}"
        with qtbot.waitSignal(page.told):
            page.export_to(str(file))
        names[button.text()] = file
    assert all(file.stat().st_size > 500 for file in names.values())
    assert len(set(names.values())) == 3
    if ending == "html":
        assert "Proof compliance" in names["Drivers"].read_text("utf-8")
        assert "=Try" in names["Plans"].read_text("utf-8")
    if ending == "xlsx":
        cells = [cell for row in load_workbook(names["Plans"])["Insight"].iter_rows() for cell in row]
        assert all(cell.data_type != "f" for cell in cells), "a name runs nothing"
        rows = load_workbook(names["Plans"])["Insight"].iter_rows(values_only=True)
        assert ("Orders in no round", 0, 5, 5) in rows, "who was delivered stays where it was"


def test_without_the_means_there_is_no_such_page(
    workplace: Workplace, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot
) -> None:
    settings.setValue("insight/asked", "WEEK 1 day plans")
    put_days(workplace, ON, 1)
    page = InsightPage(workplace, runner, theme, settings)
    qtbot.addWidget(page)
    page.show()
    page.show_day(ON)
    settle(page, runner, qtbot)
    assert not page.bar.plans_button.isVisible()
    assert page.bar.preset is Preset.WEEK
    assert page.export is not None
    page.feed.stop()


def test_plans_are_as_they_are_now_whenever_the_panel_is_seen(
    panel: InsightPanel, workplace: Workplace, runner: OpRunner, time: Time, qtbot: QtBot
) -> None:
    panel._open_store = partial(open_store, clock=time, author="Anna")
    panel.show_day(ON)
    panel.show()
    assert panel.page is not None
    panel.page.bar.plans_button.click()
    settle(panel.page, runner, qtbot)
    assert shown(panel.page)["Rounds"] == ("2",)
    panel.hide()
    route = workplace.store.read(lambda r: r.day(ON)).plan.routes[0]
    workplace.store.write("Empty", lambda uow: plan.unassign(uow, order_ids=route.order_ids))
    panel.show()
    settle(panel.page, runner, qtbot)
    assert shown(panel.page)["Rounds"] == ("1",)


def test_no_day_has_another_days_plans(page: InsightPage, runner: OpRunner, qtbot: QtBot) -> None:
    page.bar.plans_button.click()
    settle(page, runner, qtbot)
    assert page.export is not None
    page.show_day(ON + timedelta(days=1))
    assert page.export is None
    assert shown(page) == {}
