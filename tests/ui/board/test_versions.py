"""What the board relies on to compare orders cheaply: one version of an order never has two contents."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from db.opening import open_store
from dispatcher.domain.orders import Order
from tests.fixtures.yard import MONDAY, Yard
from ui.board.source import round_sources, same_source


def test_a_version_means_one_content_through_undo_redo_and_other_edits(tmp_path: Path) -> None:
    store = open_store(tmp_path, clock=lambda: datetime(2026, 5, 4, tzinfo=UTC))
    yard = Yard(store)
    order_id = yard.orders[MONDAY][0].id
    seen: dict[int, set[str]] = {}

    def look() -> Order:
        order = yard.day().orders[order_id]
        seen.setdefault(order.version, set()).add(order.notes)
        return order

    def write(notes: str) -> None:
        store.write(notes, lambda uow: uow.put_orders([replace(look(), notes=notes)]))
        look()

    for step in (
        lambda: write("a"),
        store.undo,
        lambda: write("b"),
        lambda: write("c"),
        store.undo,
        store.redo,
        store.undo,
    ):
        step()
        look()
    write("d")
    store.close()
    assert all(len(contents) == 1 for contents in seen.values())
    assert {notes for contents in seen.values() for notes in contents} == {"", "a", "b", "c", "d"}
    assert 0 not in seen


def test_an_edit_of_one_order_marks_its_round_only(tmp_path: Path) -> None:
    store = open_store(tmp_path, clock=lambda: datetime(2026, 5, 4, tzinfo=UTC))
    yard = Yard(store)
    yard.plan("abc", "def", "ghi")
    before = round_sources(yard.day(), None)
    assert all(map(same_source, before, round_sources(yard.day(), None))), "read again, nothing differs"
    order = yard.day().orders[yard.orders[MONDAY][4].id]
    store.write("Note", lambda uow: uow.put_orders([replace(order, notes="ring twice")]))
    after = round_sources(yard.day(), None)
    store.close()
    assert [same_source(a, b) for a, b in zip(before, after, strict=True)] == [True, False, True]
