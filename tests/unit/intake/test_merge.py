from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.orders import Load, Order, OrderState
from dispatcher.domain.place import Address, Place, Precision
from dispatcher.intake import DraftOrder, ImportMode, conflict_errors, merge
from dispatcher.intake.addresses import address_key
from dispatcher.intake.merge import identity
from tests.unit.intake.conftest import DAY

HERE, THERE = Place(60.17, 24.94), Place(60.18, 24.95)


def order(number: str, line: str = "Bulevardi 5", **changes: object) -> Order:
    made = Order(OrderId(new_id()), number, DAY, Address(line, city="Helsinki"), sender="Shop")
    return replace(made, **changes)  # type: ignore[arg-type]


def pinned(one: Order, place: Place, precision: Precision = Precision.PIN) -> Order:
    return replace(one, address=replace(one.address, place=place, precision=precision))


def test_each_mode_with_one_known_one_new_and_one_missing() -> None:
    known, missing = order("1"), order("2")
    changed, new = replace(known, id=OrderId(new_id()), load=Load(5)), order("3")
    plans = {mode: merge([known, missing], [changed, new], mode) for mode in ImportMode}

    create = plans[ImportMode.CREATE]
    assert create.add == (new,)
    assert [conflict.order for conflict in create.conflicts] == [changed]
    update = plans[ImportMode.UPDATE]
    assert update.replace == (replace(known, load=Load(5)),)
    assert [conflict.order for conflict in update.conflicts] == [new]
    both = plans[ImportMode.MERGE]
    assert (both.add, both.replace, both.remove) == ((new,), (replace(known, load=Load(5)),), ())
    sync = plans[ImportMode.SYNC]
    assert (sync.add, sync.replace, sync.remove) == ((new,), (replace(known, load=Load(5)),), (missing,))


@pytest.mark.parametrize("mode", [ImportMode.UPDATE, ImportMode.MERGE, ImportMode.SYNC])
def test_the_same_again_changes_nothing(mode: ImportMode) -> None:
    existing = [replace(order(str(n)), version=n) for n in range(3)]
    again = [replace(one, id=OrderId(new_id()), version=0) for one in existing]
    plan = merge(existing, again, mode)
    assert plan.unchanged == tuple(existing)
    assert (plan.add, plan.replace, plan.remove, plan.conflicts) == ((), (), (), ())


def test_another_sender_or_date_is_another_order() -> None:
    known = order("1")
    others = [replace(known, sender="Other"), replace(known, date=DAY + timedelta(days=1))]
    assert len(merge([known], others, ImportMode.MERGE).add) == 2
    assert merge([known], others, ImportMode.SYNC).remove == ()


def test_sync_spares_what_is_cancelled_and_what_stood_in_a_faulty_row() -> None:
    gone = replace(order("1"), state=OrderState.CANCELLED)
    faulty, missing = order("2"), order("3")
    plan = merge([gone, faulty, missing], [order("4")], ImportMode.SYNC, faulty={"2"})
    assert plan.remove == (missing,)


def test_an_empty_file_removes_nothing() -> None:
    assert merge([order("1")], [], ImportMode.SYNC).remove == ()


def test_what_the_dispatcher_cancelled_stays_cancelled() -> None:
    gone = replace(order("1"), state=OrderState.CANCELLED)
    (after,) = merge([gone], [replace(order("1"), notes="new")], ImportMode.MERGE).replace
    assert (after.state, after.notes) == (OrderState.CANCELLED, "new")


def test_a_pin_stays_while_the_address_reads_the_same() -> None:
    known = pinned(order("1"), HERE)
    (after,) = merge([known], [order("1", "BULEVARDI  5", notes="x")], ImportMode.MERGE).replace
    assert (after.address.place, after.address.precision, after.address.line) == (HERE, Precision.PIN, "BULEVARDI  5")


def test_a_pin_set_by_hand_goes_before_coordinates_of_the_file() -> None:
    plan = merge([pinned(order("1"), HERE)], [pinned(order("1"), THERE)], ImportMode.MERGE)
    assert [one.address.place for one in plan.unchanged] == [HERE]


def test_coordinates_of_the_file_go_before_a_looked_up_place() -> None:
    known = pinned(order("1"), HERE, Precision.HOUSE)
    (after,) = merge([known], [pinned(order("1"), THERE)], ImportMode.MERGE).replace
    assert after.address.place == THERE


def test_a_place_is_forgotten_when_the_address_changes() -> None:
    (after,) = merge([pinned(order("1"), HERE)], [order("1", "Bulevardi 7")], ImportMode.MERGE).replace
    assert (after.address.place, after.address.precision) == (None, Precision.NONE)


def test_a_number_twice_in_the_file_is_a_conflict_told_by_row() -> None:
    one, two = order("1"), order("1", "Bulevardi 9")
    plan = merge([], [one, two], ImportMode.MERGE)
    assert plan.add == (one,)
    (error,) = conflict_errors(plan.conflicts, [DraftOrder(one, (2,)), DraftOrder(two, (3,))])
    assert (error.row, error.value) == (3, "1")
    assert "stands twice" in error.reason


ORDERS = st.lists(
    st.builds(
        order,
        st.sampled_from("123456"),
        st.sampled_from(["A 1", "B 2"]),
        sender=st.sampled_from(["Shop", "Other"]),
        notes=st.sampled_from(["", "x"]),
    ),
    max_size=8,
)


@given(ORDERS, ORDERS, st.sampled_from(ImportMode))
def test_every_incoming_order_has_one_fate_and_doing_it_settles_it(
    existing: list[Order], incoming: list[Order], mode: ImportMode
) -> None:
    existing = list({identity(one): one for one in existing}.values())
    plan = merge(existing, incoming, mode)
    assert len(plan.add) + len(plan.replace) + len(plan.unchanged) + len(plan.conflicts) == len(incoming)
    kept = {one.id: one for one in existing} | {one.id: one for one in (*plan.replace, *plan.add)}
    for gone in plan.remove:
        del kept[gone.id]
    if mode in (ImportMode.MERGE, ImportMode.SYNC):
        again = merge(list(kept.values()), incoming, mode)
        assert (again.add, again.replace, again.remove) == ((), (), ())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Address("Bulevardi 5", "00120", "Helsinki"), Address("  bulevardi, 5", "00120", "HELSINKI", "Finland")),
        (Address("Hauptstraße 5a"), Address("Hauptstr. 5 A")),
        (Address("Hauptstrasse 5"), Address("HAUPTSTRASSE 5")),
        (Address("Äyräpääntie 1"), Address("Ayrapaantie 1")),
        (Address("Aleksis Kiven katu 14-20"), Address("Aleksis Kiven katu 14 – 20")),
    ],
)
def test_one_address_has_one_key(one: Address, other: Address) -> None:
    assert address_key(one) == address_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Address("Bulevardi 5"), Address("Bulevardi 55")),
        (Address("Bulevardi 5"), Address("Bulevardi 5 A")),
        (Address("Bulevardi 1-2"), Address("Bulevardi 12")),
        (Address("Bulevardi 5", "00120"), Address("Bulevardi 5", "00130")),
        (Address("Bulevardi 5", city="Espoo"), Address("Bulevardi 5", city="Turku")),
        (Address("Улица Ленина 5"), Address("Улица Гагарина 5")),
    ],
)
def test_two_addresses_have_two_keys(one: Address, other: Address) -> None:
    assert address_key(one) != address_key(other)


@given(st.text(max_size=40))
def test_spaces_around_make_no_other_key(line: str) -> None:
    assert address_key(Address(f" {line} ")) == address_key(Address(line))
