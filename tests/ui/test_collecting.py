"""Cyclic garbage dies in the GUI thread, whoever made it."""

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ui.collecting import GuiCollector


class Knot:
    """Part of a cycle; says in which thread it dies."""

    died_in: list[threading.Thread]

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        self.died_in.append(threading.current_thread())


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[GuiCollector]:
    collector = GuiCollector()
    yield collector
    collector.stop()
    assert gc.isenabled()


def litter() -> None:
    """Enough new objects that a collector at work would run in this thread."""
    Knot()
    kept = [[] for _ in range(gc.get_threshold()[0] * 3)]
    del kept


def test_a_worker_that_litters_collects_nothing(collector: GuiCollector) -> None:
    Knot.died_in = []
    worker = threading.Thread(target=litter)
    worker.start()
    worker.join()
    assert Knot.died_in == []
    kept = [[] for _ in range(gc.get_threshold()[0] + 1)]
    collector.collect_due()
    assert Knot.died_in == [threading.current_thread()]
    del kept


def test_without_it_the_worker_does() -> None:
    """What the above guards against is real."""
    Knot.died_in = []
    gc.collect()
    worker = threading.Thread(target=litter)
    worker.start()
    worker.join()
    assert Knot.died_in == [worker]


def test_it_runs_by_itself(collector: GuiCollector, qtbot: QtBot) -> None:
    Knot.died_in = []
    Knot()
    kept = [[] for _ in range(gc.get_threshold()[0] + 1)]
    assert isinstance(collector, QObject)
    qtbot.waitUntil(lambda: bool(Knot.died_in))
    del kept
