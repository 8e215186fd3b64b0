"""Undo and redo, their labels and the audit trail, over restarts too; `test_any_history` tries any sequence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.store import SqliteStore
from dispatcher.domain.changes import HistoryState, Kind
from dispatcher.domain.depot import Depot
from tests.db.conftest import Open
from tests.db.dump import dump
from tests.fixtures.yard import MONDAY, YARD, Yard, order


def test_labels_tell_what_undo_and_redo_would_do(yard: Yard) -> None:
    store = yard.store
    assert store.history() == HistoryState()
    yard.plan("ab", label="First")
    yard.plan("ba", label="Second")
    assert store.history() == HistoryState(undo="Second")
    store.undo()
    assert store.history() == HistoryState(undo="First", redo="Second")
    store.undo()
    assert store.history() == HistoryState(redo="First")
    store.redo()
    yard.plan("c", label="Third")
    assert store.history() == HistoryState(undo="Third")


def test_undo_tells_what_it_touched(yard: Yard) -> None:
    yard.plan("abc", label="Plan")
    ids = frozenset(o.id for o in yard.orders[MONDAY][:3])
    changes = yard.store.undo(author="Ben")
    assert changes is not None
    assert changes.label == "Undo: Plan"
    assert changes.ids == {Kind.STOP: ids}
    assert changes.dates == {MONDAY}
    assert changes.revision == yard.day().revision


def test_the_audit_trail_names_who_did_what_when(yard: Yard) -> None:
    store = yard.store
    store.write("Remember", lambda unit: unit.put_pin("markt 1", YARD, "Markt 1"), author="Ben")
    store.undo(author="Cleo")
    store.redo()
    told = [(e.revision, e.author, e.label) for e in store.entries()]
    assert told == [
        (4, "Anna", "Redo: Remember"),
        (3, "Cleo", "Undo: Remember"),
        (2, "Ben", "Remember"),
        (1, "Anna", "Set up"),
    ]
    assert store.entries()[-1].at == datetime(2026, 5, 4, 6, 1, tzinfo=UTC)
    assert [e.revision for e in store.entries(limit=2)] == [4, 3]


def test_setting_up_the_depot_is_not_undone(yard: Yard) -> None:
    assert yard.store.undo() is None
    yard.store.write("Rename", lambda unit: unit.put_depot(Depot("Liège", YARD)))
    yard.store.undo()
    assert yard.day().depot.name == "Aachen"
    assert yard.store.undo() is None


def test_history_survives_a_restart(opened: Open, tmp_path: Path) -> None:
    first = Yard(opened(tmp_path))
    first.plan("abc", label="Plan")
    first.plan("cba", label="Turn")
    first.store.undo()
    first.store.close()
    first.store = opened(tmp_path)
    assert first.store.history() == HistoryState(undo="Plan", redo="Turn")
    first.store.redo()
    assert first.letters() == ["cba", "", ""]
    first.store.undo()
    first.store.undo()
    assert first.letters() == ["", "", ""]


def test_a_step_outlives_a_large_import(yard: Yard) -> None:
    store: SqliteStore = yard.store
    before = dump(store.file)
    store.write("Import", lambda unit: unit.put_orders(order(f"{n}") for n in range(5_000)))
    after = dump(store.file)
    store.undo()
    assert dump(store.file) == before
    store.redo()
    assert dump(store.file) == after


def test_a_closed_store_refuses(yard: Yard) -> None:
    yard.store.close()
    with pytest.raises(RuntimeError, match="closed"):
        yard.day()
    with pytest.raises(RuntimeError, match="closed"):
        yard.plan("a")
