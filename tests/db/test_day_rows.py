"""What belongs to a day besides its plan: loaded goods, the freeze line, closed streets, pairs, locks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dispatcher.domain.changes import Kind
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import ClosureId, OrderId, ShiftId
from dispatcher.domain.orders import OrderKind
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Stop
from dispatcher.domain.roads import Closure
from tests.fixtures.yard import MONDAY, TUESDAY, Yard

DAY = timedelta(days=1)


def ids(yard: Yard, letters: str, on: date = MONDAY) -> list[OrderId]:
    return [yard.orders[on][ord(letter) - ord("a")].id for letter in letters]


def load(yard: Yard, letters: str, n: int) -> dict[OrderId, ShiftId]:
    """Say that the goods are in the n-th van, and what the day must show then."""
    shift = yard.shifts[MONDAY][n].id
    yard.store.write("Load", lambda unit: unit.set_loaded(ids(yard, letters), shift))
    return dict.fromkeys(ids(yard, letters), shift)


def closure(first: date, last: date, key: str = "bridge") -> Closure:
    line = (Place(50.77, 6.08), Place(50.771, 6.081))
    return Closure(ClosureId(key), "Bridge", line, first, last)


def test_goods_are_in_one_van_until_they_are_out(yard: Yard) -> None:
    first = load(yard, "abc", 0)
    assert yard.day().loaded == first
    second = load(yard, "c", 1)
    assert yard.day().loaded == {**first, **second}
    done = yard.store.write("Unload", lambda unit: unit.set_loaded([*ids(yard, "ac"), OrderId("gone")], None))
    assert yard.day().loaded == {i: first[i] for i in ids(yard, "b")}
    assert done.changes.ids == {Kind.LOADED: frozenset(ids(yard, "ac"))}
    assert done.changes.dates == {MONDAY}
    assert yard.day(TUESDAY).loaded == {}


def test_goods_stay_where_they_are_when_the_plan_changes(yard: Yard) -> None:
    yard.plan("abc", "d")
    loaded = load(yard, "abc", 0)
    yard.plan("a", "dbc")
    yard.plan("", "")
    assert yard.day().loaded == loaded


def test_goods_leave_with_their_order(yard: Yard) -> None:
    loaded = load(yard, "abcd", 0)
    yard.store.write("Remove", lambda unit: unit.remove_orders(ids(yard, "a")))
    yard.store.write("Postpone", lambda unit: unit.put_orders([replace(yard.orders[MONDAY][1], date=TUESDAY)]))
    yard.store.write("Note", lambda unit: unit.put_orders([replace(yard.orders[MONDAY][2], notes="Ring")]))
    assert yard.day().loaded == {i: loaded[i] for i in ids(yard, "cd")}
    assert yard.day(TUESDAY).loaded == {}
    yard.store.undo()
    yard.store.undo()
    yard.store.undo()
    assert yard.day().loaded == loaded


@pytest.mark.parametrize("moved", [False, True])
def test_goods_leave_with_their_shift(yard: Yard, moved: bool) -> None:
    load(yard, "ab", 0)
    kept = load(yard, "cd", 1)
    shift = yard.shifts[MONDAY][0]
    if moved:
        yard.store.write("Move", lambda unit: unit.put_shifts([replace(shift, date=TUESDAY)]))
    else:
        yard.store.write("Remove", lambda unit: unit.remove_shift(shift.id))
    assert yard.day().loaded == kept


def test_goods_of_another_day_or_of_nobody_are_refused(yard: Yard) -> None:
    shift = yard.shifts[MONDAY][0].id
    for orders, to, words in (
        (ids(yard, "a", TUESDAY), shift, "is for 2026-05-05, not for 2026-05-04"),
        ([OrderId("gone")], shift, "An order of the plan is no longer there"),
        (ids(yard, "a"), ShiftId("gone"), "A shift of the plan is no longer there"),
    ):
        with pytest.raises(KnownError, match=words):
            yard.store.write("Load", lambda unit, orders=orders, to=to: unit.set_loaded(orders, to))
    assert yard.day().loaded == {}


def test_each_day_has_a_freeze_line_of_its_own(yard: Yard) -> None:
    noon = datetime(2026, 5, 4, 12, 30, 15, 250_000, tzinfo=UTC)
    done = yard.store.write("Freeze", lambda unit: unit.set_freeze(MONDAY, noon))
    assert done.changes.ids == {Kind.DAY: frozenset(["2026-05-04"])}
    assert done.changes.dates == {MONDAY}
    assert (yard.day().freeze_at, yard.day(TUESDAY).freeze_at) == (noon, None)
    yard.store.write("Freeze", lambda unit: unit.set_freeze(MONDAY, noon + timedelta(hours=1)))
    assert yard.day().freeze_at == noon + timedelta(hours=1)
    yard.store.write("Thaw", lambda unit: unit.set_freeze(MONDAY, None))
    assert yard.day().freeze_at is None
    assert yard.store.write("Thaw", lambda unit: unit.set_freeze(MONDAY, None)).changes.empty
    with pytest.raises(ValueError, match="time zone"):
        yard.store.write("Freeze", lambda unit: unit.set_freeze(MONDAY, noon.replace(tzinfo=None)))


def test_a_closed_street_touches_the_days_it_binds(yard: Yard) -> None:
    for first, last, touched in (
        (MONDAY, MONDAY, {MONDAY}),
        (MONDAY - 9 * DAY, TUESDAY + 90 * DAY, {MONDAY, TUESDAY}),
        (TUESDAY + DAY, TUESDAY + 9 * DAY, set()),
    ):
        closed = closure(first, last)
        done = yard.store.write("Close", lambda unit, closed=closed: unit.put_closure(closed))
        assert done.changes.ids == {Kind.CLOSURE: frozenset(["bridge"])}
        undone = yard.store.undo()
        assert undone is not None
        assert done.changes.dates == undone.dates == touched


def test_a_closed_street_that_moves_touches_both_times(yard: Yard) -> None:
    yard.store.write("Close", lambda unit: unit.put_closure(closure(MONDAY, MONDAY)))
    done = yard.store.write("Close later", lambda unit: unit.put_closure(closure(TUESDAY, TUESDAY)))
    assert done.changes.dates == {MONDAY, TUESDAY}
    assert [c.version for c in yard.day(TUESDAY).closures] == [done.changes.revision]
    assert yard.day().closures == ()
    done = yard.store.write("Open", lambda unit: unit.remove_closure(ClosureId("bridge")))
    assert done.changes.dates == {TUESDAY}
    assert yard.day(TUESDAY).closures == ()


def test_an_order_stops_waiting_for_goods_that_nobody_fetches(yard: Yard) -> None:
    fetched, other, *waiting = (yard.orders[MONDAY][n] for n in range(4))
    pickup = replace(fetched, kind=OrderKind.COLLECTION)
    paired = [replace(o, pickup_id=pickup.id) for o in waiting]
    yard.store.write("Pair", lambda unit: unit.put_orders([*paired, pickup]))
    assert [yard.day().orders[o.id].pickup_id for o in waiting] == [pickup.id, pickup.id]
    gone = [pickup.id, waiting[0].id, other.id]
    done = yard.store.write("Remove", lambda unit: unit.remove_orders(gone))
    assert yard.day().orders[waiting[1].id] == replace(waiting[1], version=done.changes.revision)
    assert done.changes.ids[Kind.ORDER] == frozenset([*gone, waiting[1].id])
    yard.store.undo()
    assert [yard.day().orders[o.id].pickup_id for o in waiting] == [pickup.id, pickup.id]


def test_an_order_cannot_wait_for_one_that_is_not_there(yard: Yard) -> None:
    lonely = replace(yard.orders[MONDAY][0], pickup_id=OrderId("gone"))
    with pytest.raises(KnownError, match="no longer there"):
        yard.store.write("Pair", lambda unit: unit.put_orders([lonely]))


def test_locks_and_what_is_done_are_kept(yard: Yard) -> None:
    shift = yard.shifts[MONDAY][0]
    first, second = ids(yard, "ab")

    def change(unit):
        unit.put_shifts([replace(shift, lock=Lock.SEQUENCE)])
        unit.set_routes({shift.id: [Stop(first, held=True, done=True), Stop(second)]})

    yard.store.write("Drive", change)
    assert yard.day().shifts[shift.id].lock is Lock.SEQUENCE
    assert yard.day().plan.routes[0].stops == (Stop(first, True, True), Stop(second, False, False))
    assert yard.store.read(lambda reader: reader.plan(MONDAY)) == yard.day().plan
