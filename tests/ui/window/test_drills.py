"""A drill from the menu to the strip, in the real window: its copy is opened, and nothing offers to promote it."""

import shiboken6
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from dispatcher.domain.progress import NoProgress
from dispatcher.services import drills
from dispatcher.services.drills import Difficulty, Wish
from dispatcher.services.home import Home
from dispatcher.services.workplace import open_workplace
from tests.ui.window.conftest import SLUG, OpenWindow, now, open_book, open_store
from ui.app import open_settings
from ui.drills.desk import Phase
from ui.drills.dialog import DrillsDialog
from ui.theme import Theme
from ui.window.main import MainWindow

WAIT_MS = 30_000


def test_the_menu_opens_the_form(open_window: OpenWindow) -> None:
    window = open_window().window
    assert not window.drills.banner.isVisible()
    window.actions_by_name["drills"].trigger()
    window.runner.wait_until_idle()
    form = window.findChild(DrillsDialog)
    assert form is not None
    assert form.isVisible()
    form.close()


def test_a_drill_is_played_on_the_real_board(depot_home: Home, theme: Theme, qtbot: QtBot) -> None:
    with open_workplace(depot_home, SLUG, open_store=open_store, clock=now, open_logbook=open_book) as depot:
        wish = Wish("Anna", Difficulty.EASY, seed=2, orders=30)
        drill = drills.begin(depot, wish, open_store=open_store, progress=NoProgress(), plan_s=1.0)
    copy = open_workplace(
        depot_home, SLUG, open_store=open_store, clock=now, open_logbook=open_book, what_if=drill.copy
    )
    settings: QSettings = open_settings(depot_home)
    window = MainWindow(copy, theme, settings, maker=lambda _depot: "", open_store=open_store)
    with qtbot.waitSignal(window.first_painted, timeout=WAIT_MS):
        window.show()
        window.open_day(drill.on)
    qtbot.waitUntil(lambda: window.drills.phase is Phase.BEGINNING, timeout=WAIT_MS)
    assert window.drills.banner.isVisible()
    assert not window.what_if_banner.isVisible()
    window.drills.banner.go.click()
    qtbot.waitUntil(lambda: window.drills.phase is Phase.OPEN, timeout=WAIT_MS)
    day = window.day.workplace.store.read(lambda r: r.day(drill.on))
    qtbot.waitUntil(lambda: window.day.day is not None and window.day.day.freeze_at == day.freeze_at, timeout=WAIT_MS)
    assert day.freeze_at is not None
    window.close()
    qtbot.waitUntil(lambda: not shiboken6.isValid(window), timeout=WAIT_MS)
