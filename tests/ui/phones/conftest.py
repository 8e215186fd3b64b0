"""What tests of the phones share: a depot at work with a real logbook, and a clock that they move."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from dispatcher.domain.fleet import Driver
from dispatcher.services import gateway_process
from dispatcher.services.live import LiveDesk
from dispatcher.services.underway import Underway
from dispatcher.services.workplace import Workplace
from tests.fixtures.forms import clock, geocoder, helsinki_index, runner, staff
from tests.fixtures.forms import workplace as without_logbook
from ui.phones.panel import PhonesPanel
from ui.runner import OpRunner
from ui.theme import Theme

__all__ = ["geocoder", "helsinki_index", "runner", "without_logbook"]


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = clock()

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **spans: float) -> None:
        """Move on."""
        self.now += timedelta(**spans)


@pytest.fixture
def time() -> Time:
    """Begins at six in the morning, UTC: eight at the depot."""
    return Time()


@pytest.fixture
def logbook(without_logbook: Workplace, time: Time) -> Iterator[SqliteLogbook]:
    """The depot's, in its folder."""
    book = open_logbook(without_logbook.home.depots / without_logbook.slug, clock=time)
    yield book
    book.close()


@pytest.fixture
def workplace(without_logbook: Workplace, logbook: SqliteLogbook, time: Time) -> Iterator[Workplace]:
    """The depot with its road; a gateway that a test left running is ended."""
    live = LiveDesk(logbook, Underway(without_logbook.store, lambda _on: {}), without_logbook.desk)
    made = replace(without_logbook, live=live, clock=time)
    yield made
    with suppress(OSError):
        gateway_process.stop(made.home, made.slug)


@pytest.fixture
def drivers(workplace: Workplace) -> list[Driver]:
    """Two of them, on duty from eight to four."""
    return staff(workplace, "Aino Korhonen", "Eero Laine")


@pytest.fixture
def panel(workplace: Workplace, runner: OpRunner, theme: Theme, qtbot: QtBot) -> Iterator[PhonesPanel]:
    """Shown, as wide as a small screen leaves it, and looking."""
    panel = PhonesPanel(workplace, runner, theme)
    qtbot.addWidget(panel)
    panel.resize(1270, 660)
    panel.start()
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    read(panel, qtbot)
    yield panel
    panel.stop()


def read(panel: PhonesPanel, qtbot: QtBot) -> None:
    """Wait until the panel shows what is so now."""
    assert panel.feed is not None
    qtbot.waitUntil(lambda: panel.feed.idle, timeout=20_000)
    with qtbot.waitSignal(panel.feed.phones_changed, timeout=20_000):
        panel.feed.look()
