"""A change that completes an earlier one: both are one undo step, unless something came between."""

from db.store import SqliteStore
from dispatcher.domain.changes import HistoryState
from dispatcher.domain.plan import Stop
from tests.fixtures.yard import Yard


def swap(yard: Yard, store: SqliteStore, amends: int) -> None:
    """Turn the first round around, as a change that completes the one at revision `amends`."""
    route = yard.day().plan.routes[0]
    turned = [Stop(order_id) for order_id in route.order_ids[::-1]]
    store.write("Re-sequence", lambda unit: unit.set_routes({route.shift_id: turned}), amends=amends)


def test_both_are_taken_back_and_done_again_together(store: SqliteStore, yard: Yard) -> None:
    yard.plan("abc", "def", label="Move")
    swap(yard, store, amends=yard.day().revision)
    assert yard.letters() == ["cba", "def", ""]
    store.undo()
    assert yard.letters() == ["", "", ""]
    assert store.history().redo == "Move"
    store.redo()
    assert yard.letters() == ["cba", "def", ""]


def test_what_came_between_makes_it_a_step_of_its_own(store: SqliteStore, yard: Yard) -> None:
    yard.plan("abc", "def", label="Move")
    moved = yard.day().revision
    yard.plan("abc", "fed", label="Turn the second")
    swap(yard, store, amends=moved)
    store.undo()
    assert yard.letters() == ["abc", "fed", ""]
    assert store.history().undo == "Turn the second"


def test_nothing_undone_meanwhile_is_joined(store: SqliteStore, yard: Yard) -> None:
    yard.plan("abc", label="Move")
    moved = yard.day().revision
    store.undo()
    yard.plan("ab", label="Move less")
    swap(yard, store, amends=moved)
    assert store.history().undo == "Re-sequence"


def test_an_undo_is_not_amended(store: SqliteStore, yard: Yard) -> None:
    yard.plan("abc", label="Move")
    yard.plan("abcd", label="Move one more")
    store.undo()
    swap(yard, store, amends=yard.day().revision)
    assert store.history() == HistoryState(undo="Re-sequence")
    store.undo()
    assert yard.letters() == ["abc", "", ""]


def test_many_amend_one_after_the_other(store: SqliteStore, yard: Yard) -> None:
    yard.plan("abc", label="Move")
    for _ in range(3):
        swap(yard, store, amends=yard.day().revision)
    assert yard.letters() == ["cba", "", ""]
    store.undo()
    assert yard.letters() == ["", "", ""]
    assert store.history() == HistoryState(redo="Move")
