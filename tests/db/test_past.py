"""Days as they were: examples that can be read; `test_any_history` holds it for any sequence of changes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dispatcher.domain.changes import HistoryState
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import ClosureId
from dispatcher.domain.plan import Stop
from dispatcher.domain.roads import Closure
from tests.db.conftest import Open
from tests.fixtures.yard import MONDAY, TUESDAY, YARD, Yard, order


def test_every_moment_is_known_whatever_was_undone_since(yard: Yard) -> None:
    moments = [yard.day()]
    for routes in (("abc", "def"), ("abcd", "ef"), ("dcba",)):
        yard.plan(*routes)
        moments.append(yard.day())
    for back in (yard.store.undo, yard.store.undo, yard.store.redo):
        back()
        moments.append(yard.day())
    yard.plan("ghi", "jkl")
    assert [day.revision for day in moments] == [1, 2, 3, 4, 5, 6, 7]
    assert [yard.store.day_at(MONDAY, day.revision) for day in moments] == moments


def test_the_last_moment_is_now(yard: Yard) -> None:
    yard.plan("abc")
    assert yard.store.day_at(MONDAY, yard.day().revision) == yard.day()


def test_what_all_days_share_is_as_it_was_too(yard: Yard) -> None:
    before = yard.day()
    closed = Closure(ClosureId("bridge"), "Bridge", (YARD, YARD), MONDAY, MONDAY + timedelta(days=9))
    yard.store.write("Rename", lambda unit: unit.put_depot(Depot("Liège", YARD, reload_s=60)))
    yard.store.write("Close", lambda unit: unit.put_closure(closed))
    between = yard.day()
    yard.store.write("Later", lambda unit: unit.put_closure(replace(closed, first=TUESDAY)))
    yard.store.write("Train", lambda unit: unit.put_driver(replace(yard.drivers[0], number=9, break_s=1_800)))
    assert yard.store.day_at(MONDAY, before.revision) == before
    assert yard.store.day_at(MONDAY, between.revision) == between
    assert [c.name for c in between.closures] == ["Bridge"]


def test_orders_are_on_the_day_where_they_were(yard: Yard) -> None:
    yard.plan("abc")
    before = [yard.day(on) for on in (MONDAY, TUESDAY)]
    moved = replace(yard.orders[MONDAY][1], date=TUESDAY)
    yard.store.write("Postpone", lambda unit: unit.put_orders([moved]))
    yard.store.write("Note", lambda unit: unit.put_orders([replace(moved, notes="Ring twice")]))
    yard.store.write("Import", lambda unit: unit.put_orders([order("new")]))
    yard.store.write("Remove", lambda unit: unit.remove_orders([yard.orders[MONDAY][0].id]))
    assert [yard.store.day_at(on, before[0].revision) for on in (MONDAY, TUESDAY)] == before


@pytest.mark.parametrize("revision", [-1, 0, 3])
def test_a_moment_that_never_was_is_told(yard: Yard, revision: int) -> None:
    yard.plan("abc")
    with pytest.raises(KnownError, match=f"no change number {revision}.*Choose one"):
        yard.store.day_at(MONDAY, revision)


def test_a_step_of_several_changes_keeps_each_moment(yard: Yard) -> None:
    yard.plan("abc")
    before = yard.day()
    route = before.plan.routes[0]
    turned = [Stop(i) for i in route.order_ids[::-1]]
    yard.store.write("Turn", lambda unit: unit.set_routes({route.shift_id: turned}), amends=before.revision)
    after = yard.day()
    yard.store.undo()
    assert yard.store.history() == HistoryState(redo="Plan")
    assert [yard.store.day_at(MONDAY, day.revision) for day in (before, after)] == [before, after]


def test_a_copy_has_the_history_of_before_and_goes_its_own_way(yard: Yard, opened: Open, tmp_path: Path) -> None:
    yard.plan("abc")
    yard.plan("cba")
    base = yard.day()
    known = [yard.store.day_at(MONDAY, n) for n in (1, 2, 3)]
    yard.store.backup(tmp_path / "what-if" / "copy.db")
    original = yard.store.file.read_bytes()
    copy = Yard.__new__(Yard)
    copy.__dict__ |= yard.__dict__
    copy.store = opened(tmp_path / "what-if" / "copy.db")
    assert copy.day() == base
    copy.plan("def")
    copy.store.undo()
    copy.store.undo()
    copy.store.undo()
    assert copy.letters() == ["", "", ""]
    assert [copy.store.day_at(MONDAY, n) for n in (1, 2, 3)] == known
    copy.store.close()
    assert yard.store.file.read_bytes() == original
    assert yard.day() == base
    assert yard.store.history() == HistoryState(undo="Plan")


def test_the_audit_trail_says_why_and_on_which_days(yard: Yard) -> None:
    store = yard.store
    yard.plan("abc")
    moved = replace(yard.orders[MONDAY][0], date=TUESDAY)
    store.write("Postpone", lambda unit: unit.put_orders([moved]), author="Ben", why="Van 7 broke down")
    yard.plan("b", on=TUESDAY)
    store.write("Pin", lambda unit: unit.put_pin("markt 1", YARD, "Markt 1"))
    told = [(e.revision, e.author, e.label, e.why, e.dates) for e in store.entries()]
    assert told == [
        (5, "Anna", "Pin", "", frozenset()),
        (4, "Anna", "Plan", "", {TUESDAY}),
        (3, "Ben", "Postpone", "Van 7 broke down", {MONDAY, TUESDAY}),
        (2, "Anna", "Plan", "", {MONDAY}),
        (1, "Anna", "Set up", "", {MONDAY, TUESDAY}),
    ]
    assert [e.revision for e in store.entries(on=MONDAY)] == [3, 2, 1]
    assert [e.revision for e in store.entries(2, on=TUESDAY)] == [4, 3]
    assert store.entries(on=MONDAY)[0] == store.entries()[2]
    assert store.entries(on=TUESDAY + timedelta(days=1)) == []
