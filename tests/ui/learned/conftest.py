"""A depot with a day on the road, weeks of facts kept before it, and the page on both."""

import random
from collections.abc import Callable, Iterator
from datetime import time as clock_time
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Address
from dispatcher.domain.time import at_local
from dispatcher.insight.columns import TableName, frame_of
from dispatcher.insight.kept import KeptFacts
from dispatcher.services.workplace import Workplace
from tests.fixtures.facts import made_day
from tests.ui.insight.conftest import ON, PATIENCE_MS, QUIET_DAY, doors, runner, settings, time, workplace
from ui.learned.page import LearnedPage
from ui.runner import OpRunner
from ui.theme import Theme

__all__ = ["doors", "runner", "settings", "time", "workplace"]

DAYS = 60
NTH = ("", "first", "second", "third", "fourth", "fifth")


@pytest.fixture
def history(workplace: Workplace) -> None:
    """Two months before the day: each floor takes a minute more, and early in the morning nobody opens."""
    put_history(workplace)


def put_history(workplace: Workplace, stops: int = 40) -> None:
    """Facts as gathering keeps them, and the orders that they are of."""
    dice, kept = random.Random(3), KeptFacts(workplace.home.database(workplace.slug).parent / "insight")
    depot, made, orders = workplace.depot, {}, []
    for n in range(DAYS):
        on = ON - timedelta(days=DAYS - n)
        rows = made_day(on, stops, dice, drivers=3)
        for row in rows[TableName.STOPS]:
            floor = dice.randrange(6)
            address = Address(f"Kivikatu {dice.randrange(40)}", "52062", "Aachen", place=depot.place)
            order_id = OrderId(row["order_id"])
            told = {"address": address, "notes": f"{NTH[floor]} floor" if floor else "", "service_s": depot.service_s}
            orders.append(Order(order_id, order_id, on, **told))
            at = at_local(on, clock_time(row["hour"]), depot.zone)
            took_s = round((60 + 60 * floor) * dice.lognormvariate(0, 0.2))
            early = row["hour"] < 10
            failed = dice.random() < (0.6 if early else 0.02)
            row |= {"outcome": "failed" if failed else "delivered", "counted": True, "service_s": float(took_s)}
            row |= {"arrived_at": at, "departed_at": at + timedelta(seconds=took_s)}
        facts = {table: frame_of(table, rows[table]) for table in rows}
        made[on] = ({**QUIET_DAY, "stops": len(facts[TableName.STOPS])}, facts)
    workplace.store.write("The past", lambda uow: uow.put_orders(orders))
    for on, (stamp, facts) in made.items():
        entry = workplace.store.entries(1, on=on)[0].revision
        made[on] = ({**stamp, "plan": entry}, facts)
    kept.keep(made)


@pytest.fixture
def page(workplace: Workplace, runner: OpRunner, theme: Theme, qtbot: QtBot) -> Iterator[LearnedPage]:
    """As wide as a small screen leaves it, not shown yet."""
    page = LearnedPage(workplace, runner, theme)
    qtbot.addWidget(page)
    page.resize(1270, 660)
    yield page
    page.stop()


@pytest.fixture
def settle(page: LearnedPage, runner: OpRunner, qtbot: QtBot) -> Callable[[], None]:
    """Waits until nothing is read or learned any more."""
    return lambda: qtbot.waitUntil(lambda: not page.learning and runner.idle, timeout=PATIENCE_MS)


@pytest.fixture
def show(page: LearnedPage, settle: Callable[[], None], qtbot: QtBot) -> Callable[[], LearnedPage]:
    """Brings it up on the day."""

    def show() -> LearnedPage:
        page.show_day(ON)
        with qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        settle()
        return page

    return show
