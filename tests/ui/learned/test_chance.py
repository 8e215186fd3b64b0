"""The line in an order's details: what was learned of its chances, and nothing where nothing was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import OrderState
from dispatcher.domain.time import TimeWindow
from dispatcher.services.learning import LearningDesk
from dispatcher.services.workplace import Workplace
from tests.fixtures import days
from tests.ui.insight.conftest import ON
from ui.board.inspector import Inspector
from ui.learned.chance import ChanceLine
from ui.parts.said import Tone
from ui.runner import OpRunner
from ui.theme import Theme


@pytest.fixture
def idle(runner: OpRunner, qtbot: QtBot) -> Callable[[], None]:
    return lambda: qtbot.waitUntil(lambda: runner.idle, timeout=20_000)


@pytest.fixture
def line(workplace: Workplace, runner: OpRunner, theme: Theme, qtbot: QtBot) -> ChanceLine:
    line = ChanceLine(LearningDesk(workplace, clock=workplace.clock), runner, theme)
    qtbot.addWidget(line)
    return line


@pytest.mark.usefixtures("history")
def test_an_order_in_a_bad_hour_is_told_of(workplace: Workplace, line: ChanceLine, idle: Callable[[], None]) -> None:
    order = workplace.store.read(lambda r: r.orders_of([ON]))[0]
    opens = days.clock("08:00")
    early = replace(order, windows=(TimeWindow(opens, opens + timedelta(hours=1)),))
    line.show_order(early)
    idle()
    assert line.text() == "", "nothing was learned yet"
    LearningDesk(workplace, clock=workplace.clock).train()
    line.show_order(replace(early, notes="again"))
    idle()
    assert line.text().startswith("Chance that nobody takes it: ")
    assert line.tone is Tone.WARNING
    opens = days.clock("13:00")
    line.show_order(replace(order, windows=(TimeWindow(opens, opens + timedelta(hours=1)),)))
    idle()
    assert line.tone is Tone.QUIET
    line.show_order(None)
    assert line.text() == ""


@pytest.mark.usefixtures("history")
def test_the_details_have_it_of_an_order_that_is_still_to_be_served(
    workplace: Workplace, runner: OpRunner, theme: Theme, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    learned = LearningDesk(workplace, clock=workplace.clock)
    learned.train()
    made = workplace.store.read(lambda r: r.day(ON))
    route, opens = made.plan.routes[0], days.clock("08:00")
    ahead, done, off = route.order_ids[:3]
    early = {o: replace(made.orders[o], windows=(TimeWindow(opens, opens + timedelta(hours=1)),)) for o in made.orders}
    stops = tuple(replace(stop, done=stop.order_id == done) for stop in route.stops)
    plan = replace(made.plan, routes=(replace(route, stops=stops), *made.plan.routes[1:]))
    inspector = Inspector(theme)
    qtbot.addWidget(inspector)
    line = ChanceLine(learned, runner, theme, inspector)
    inspector.offer_chance(line)
    inspector.show()
    early[off] = replace(early[off], state=OrderState.CANCELLED)
    inspector.set_day(replace(made, orders=early, plan=plan), None, {})

    def said(*order_ids: OrderId) -> str:
        inspector.show_selection(order_ids, [])
        idle()
        return line.text() if line.isVisible() else ""

    assert said() == ""
    assert said(ahead).startswith("Chance that nobody takes it: ")
    assert line.tone is Tone.WARNING
    assert inspector.page.geometry().bottom() < line.geometry().top() < inspector.edit_button.geometry().top()
    assert said(done) == ""
    assert said(off) == ""
    assert said(ahead) != ""
    assert said(ahead, done) == ""
