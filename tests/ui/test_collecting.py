"""Cyclic garbage dies in the GUI thread, whoever made it."""

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ui.collecting import GuiCollector, settle_memory


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


def is_looked_at(knot: Knot) -> bool:
    """Whether a collection would look at it."""
    return any(each is knot for generation in range(3) for each in gc.get_objects(generation))


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


def test_what_has_outlived_two_looks_is_spared_the_next(collector: GuiCollector) -> None:
    settle_memory()
    knot = Knot()
    assert is_looked_at(knot)
    for _ in range(6):
        kept = [[] for _ in range(2 * gc.get_threshold()[0])]
        collector.collect_due()
        del kept
    assert not is_looked_at(knot)


def test_garbage_that_was_spared_is_found_in_the_end(collector: GuiCollector) -> None:
    settle_memory()
    Knot.died_in = []
    Knot()
    gc.freeze()
    gc.collect()
    assert Knot.died_in == []
    settle_memory()
    assert Knot.died_in == [threading.current_thread()]
    assert gc.get_freeze_count() > 0


def test_afterwards_nothing_is_spared(qtbot: QtBot) -> None:
    collector = GuiCollector()
    settle_memory()
    collector.stop()
    assert gc.get_freeze_count() == 0
