"""Deliveries that name the order that fetches their goods: found by number once all is read, or refused in words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderKind, OrderState
from dispatcher.domain.place import Address
from dispatcher.intake import Field, ImportMode, Parsed, Unpaired, match_headers, merge, paired, pairing_errors

DAY, NEXT = date(2026, 11, 24), date(2026, 11, 25)
HEAD = "Order ID,Type,Address,Pickup order\n"
C1 = Order(OrderId("c1"), "C-1", DAY, Address("Kaivokatu 1"), OrderKind.COLLECTION, "Shop")
D1 = Order(OrderId("d1"), "D-1", DAY, Address("Kaivokatu 2"), sender="Shop", pickup_id=C1.id)
MODES = pytest.mark.parametrize("mode", list(ImportMode))


@pytest.fixture
def bring(imported: Callable[[str], Parsed]) -> Callable[..., tuple[dict[str, Order], tuple[Unpaired, ...], Parsed]]:
    """Lines of a file over some orders → the incoming ones by number, those left out, and what was read."""

    def run(
        *lines: str, over: tuple[Order, ...] = (), mode: ImportMode = ImportMode.MERGE, head: str = HEAD
    ) -> tuple[dict[str, Order], tuple[Unpaired, ...], Parsed]:
        parsed = imported(head + "\n".join(lines) + "\n")
        fetched = {draft.order.id: draft.pickup for draft in parsed.orders if draft.pickup}
        told = {draft.order.id: draft.told for draft in parsed.orders}
        incoming = [draft.order for draft in parsed.orders]
        orders, lone = paired(over, incoming, fetched, mode, told=told, faulty=parsed.faulty)
        return {order.number: order for order in orders}, lone, parsed

    return run


type Bring = Callable[..., tuple[dict[str, Order], tuple[Unpaired, ...], Parsed]]


@pytest.mark.parametrize(
    "header", ["Pickup order", "pickup_order_no", "Collected by order", "Abholauftrag", "Noutotilaus"]
)
def test_its_column_is_known_by_many_names(header: str) -> None:
    assert match_headers(["Order ID", header])[header] is Field.PICKUP_ORDER


def test_a_column_that_says_which_way_goods_go_is_still_that() -> None:
    assert match_headers(["Pickup", "Pickup order"]) == {"Pickup": Field.KIND, "Pickup order": Field.PICKUP_ORDER}


def test_the_collection_may_stand_further_down(bring: Bring) -> None:
    orders, lone, _ = bring(
        "D-1,delivery,Kaivokatu 2,C-1", "D-2,delivery,Kaivokatu 3,C-1", "C-1,collection,Kaivokatu 1,"
    )
    assert lone == ()
    assert orders["D-1"].pickup_id == orders["D-2"].pickup_id == orders["C-1"].id
    assert orders["C-1"].pickup_id is None


def test_a_collection_that_is_there_already_is_meant_by_its_own_id(bring: Bring) -> None:
    orders, lone, _ = bring("C-1,collection,Kaivokatu 1,", "D-1,delivery,Kaivokatu 2,C-1", over=(C1,))
    assert (orders["D-1"].pickup_id, lone) == (C1.id, ())
    orders, lone, _ = bring("D-1,delivery,Kaivokatu 2,C-1", over=(C1,), mode=ImportMode.CREATE)
    assert (orders["D-1"].pickup_id, lone) == (C1.id, ())


def test_an_order_of_the_same_sender_goes_before_others(bring: Bring) -> None:
    other = replace(C1, id=OrderId("other"), sender="Bakery")
    assert bring("D-1,delivery,Kaivokatu 2,C-1", over=(other, C1))[0]["D-1"].pickup_id == C1.id
    assert bring("D-1,delivery,Kaivokatu 2,C-1", over=(other,))[0]["D-1"].pickup_id == other.id


@pytest.mark.parametrize(
    ("lines", "over", "said"),
    [
        (["D-1,delivery,Kaivokatu 2,C-9"], (C1,), "There is no order C-9 on 2026-11-24"),
        (["D-1,delivery,Kaivokatu 2,D-1"], (), "Order D-1 is a delivery"),
        (["D-1,delivery,Kaivokatu 2,D-2", "D-2,delivery,Kaivokatu 3,"], (), "Order D-2 is a delivery"),
        (["D-1,delivery,Kaivokatu 2,C-1"], (replace(C1, date=NEXT),), "Order C-1 is of 2026-11-25, this one of"),
        (["D-1,delivery,Kaivokatu 2,C-1", "C-1,nonsense,Kaivokatu 1,"], (), "which fetches its goods, is left out"),
        (["D-1,collection,Kaivokatu 2,C-1"], (C1,), "Only the goods of a delivery"),
        (["D-1,,Kaivokatu 2,C-1"], (C1, replace(C1, id=D1.id, number="D-1")), "Only the goods of a delivery"),
        (
            ["D-1,delivery,Kaivokatu 2,C-1"],
            (replace(C1, sender="A"), replace(C1, id=OrderId("c2"), sender="B")),
            "Several senders have an order C-1",
        ),
    ],
)
def test_what_cannot_be_fetched_is_left_out_and_says_why(
    bring: Bring, lines: list[str], over: tuple[Order, ...], said: str
) -> None:
    orders, lone, parsed = bring(*lines, over=over)
    assert "D-1" not in orders
    (error,) = pairing_errors(lone, parsed.orders, {Field.PICKUP_ORDER: "Pickup order"})
    assert said in error.reason
    assert (error.row, error.column, error.value) == (2, "Pickup order", lines[0].rsplit(",", 1)[1])
    assert error.remedy


def test_a_collection_that_does_not_go_in_fetches_nothing(bring: Bring) -> None:
    lines = ("C-1,collection,Kaivokatu 1,", "D-1,delivery,Kaivokatu 2,C-1")
    before = replace(D1, pickup_id=None)
    orders, lone, _ = bring(*lines, over=(before,), mode=ImportMode.UPDATE)
    assert (set(orders), [each.order.number for each in lone]) == ({"C-1"}, ["D-1"])


def test_what_a_sync_removes_fetches_nothing(bring: Bring) -> None:
    orders, lone, _ = bring("D-1,delivery,Kaivokatu 2,C-1", over=(C1,), mode=ImportMode.SYNC)
    assert (orders, len(lone)) == ({}, 1)
    cancelled = replace(C1, state=OrderState.CANCELLED)
    assert bring("D-1,delivery,Kaivokatu 2,C-1", over=(cancelled,), mode=ImportMode.SYNC)[1] == ()


def test_said_on_both_sides_it_is_understood(bring: Bring) -> None:
    orders, lone, _ = bring("C-1,collection,Kaivokatu 1,D-1", "D-1,delivery,Kaivokatu 2,C-1")
    assert lone == ()
    assert (orders["C-1"].pickup_id, orders["D-1"].pickup_id) == (None, orders["C-1"].id)


def test_a_dash_says_that_nothing_is_fetched(bring: Bring) -> None:
    orders, lone, parsed = bring("D-1,delivery,Kaivokatu 2,-", over=(C1, D1))
    assert (orders["D-1"].pickup_id, lone) == (None, ())
    told = {draft.order.id: draft.told for draft in parsed.orders}
    (after,) = merge((C1, D1), list(orders.values()), ImportMode.MERGE, told=told).replace
    assert after == replace(D1, pickup_id=None)


@MODES
def test_a_number_repeated_means_the_pickup_it_meant(bring: Bring, mode: ImportMode) -> None:
    """Though another sender's order has the number, and the pick-up is none of the same sender."""
    mine = replace(C1, id=OrderId("mine"), number="C-1")
    theirs = replace(C1, sender="Bakery")
    orders, lone, _ = bring("D-1,delivery,Kaivokatu 2,C-1", over=(mine, theirs, D1), mode=mode)
    assert (orders["D-1"].pickup_id, lone) == (theirs.id, ())


def test_rows_of_one_order_must_agree_where_its_goods_are(imported: Callable[[str], Parsed]) -> None:
    parsed = imported(HEAD + "D-1,delivery,Kaivokatu 2,C-1\nD-1,delivery,Kaivokatu 2,C-2\n")
    assert parsed.orders == ()
    assert all("another pickup order" in error.reason for error in parsed.errors)
    (draft,) = imported(HEAD + "D-1,delivery,Kaivokatu 2,\nD-1,,,C-2\n").orders
    assert draft.pickup == "C-2"


def test_an_order_that_becomes_a_collection_waits_for_nothing() -> None:
    incoming = Order(OrderId("new"), "D-1", DAY, Address("Kaivokatu 2"), OrderKind.COLLECTION, "Shop")
    plan = merge((C1, D1), [incoming], ImportMode.MERGE, told={incoming.id: frozenset({Field.KIND})})
    assert plan.replace == (replace(D1, kind=OrderKind.COLLECTION, pickup_id=None),)


def test_what_waited_for_a_removed_order_waits_no_more() -> None:
    incoming = Order(OrderId("new"), "D-1", DAY, Address("Kaivokatu 2"), sender="Shop", notes="Ring")
    plan = merge((C1, D1), [incoming], ImportMode.SYNC, told={incoming.id: frozenset({Field.NOTES})})
    assert plan.remove == (C1,)
    assert plan.replace == (replace(D1, pickup_id=None, notes="Ring"),)
