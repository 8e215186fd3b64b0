"""Cash and proofs in the cells of an order file."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.proof import MOST_CASH, Asked, Need, Needs, ProofKind
from dispatcher.intake import Parsed
from dispatcher.intake.door import level, money, proofs
from dispatcher.intake.raw import Cell
from dispatcher.intake.values import Unreadable

type Imported = Callable[[str], Parsed]

CODE, SIGNATURE, PHOTO, NAME = ProofKind.CODE, ProofKind.SIGNATURE, ProofKind.PHOTO, ProofKind.NAME


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("42.50", 4250),
        ("42,5", 4250),
        ("12", 1200),
        ("€ 1.234,50", 123450),
        ("1,234.50 EUR", 123450),
        ("EUR 1 234,50", 123450),
        ("1\u202f234,50\xa0€", 123450),
        ("1'234.50 eur.", 123450),
        ("1.234.567", 123456700),
        ("1.234.567,8", 123456780),
        ("45,-", 4500),
        ("45.– €", 4500),
        ("0.500", 50),
        (",5", 50),
        ("5.", 500),
        ("+7", 700),
        ("0", 0),
        ("-", 0),
        ("paid", 0),
        (12, 1200),
        (12.1, 1210),
        (0.1 + 0.2, 30),
    ],
)
def test_amounts_of_money(cell: Cell, cents: int) -> None:
    if cents > MOST_CASH:
        with pytest.raises(Unreadable, match="more than a driver takes"):
            money(cell, "EUR")
    else:
        assert money(cell, "EUR") == cents


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1.234", "two ways"),
        ("1,234", "two ways"),
        ("12.345 €", "two ways"),
        ("12.3456", "finer"),
        ("1,234.567", "finer"),
        (12.345, "finer"),
        ("-5", "negative"),
        ("−5", "negative"),
        (-5, "negative"),
        ("12 USD", "not the depot's currency"),
        ("$12", "not the depot's currency"),
        ("12 kr", "not the depot's currency"),
        ("COD 12", "not the depot's currency"),
        ("yes", "no amount"),
        ("5+5", "no amount"),
        ("1e5", "no amount"),
        (float("nan"), "no amount"),
        (float("inf"), "no amount"),
        (date(2026, 1, 1), "no amount"),
        (time(8), "no amount"),
        (1e300, "no amount"),
        (1e12, "more than"),
        ("9" * 40, "more than"),
    ],
)
def test_what_is_no_amount_of_the_depots_money(cell: Cell, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as caught:
        money(cell, "EUR")
    assert caught.value.remedy


def test_a_sign_that_several_currencies_share_is_taken_for_the_depots() -> None:
    assert money("$12", "CAD") == money("12 kr", "SEK") == 1200


@given(st.integers(0, MOST_CASH), st.sampled_from(["{:.2f}", "{:,.2f}", "€{:.2f}", "{:,.2f} EUR"]), st.booleans())
def test_amounts_survive_writing(cents: int, form: str, comma: bool) -> None:
    text = form.format(cents / 100)
    swapped = text.translate(str.maketrans(",.", ".,")) if comma else text
    assert money(swapped, "EUR") == cents
    assert money(cents / 100, "EUR") == cents


@given(st.text(max_size=25) | st.text(alphabet="0123456789.,-+€ EURkr'", max_size=15) | st.floats() | st.integers())
def test_no_cell_does_worse_than_being_unreadable(cell: Cell) -> None:
    for read in (lambda: money(cell, "EUR"), lambda: proofs(str(cell)), lambda: level(str(cell))):
        with suppress(Unreadable):
            read()


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("required", {SIGNATURE: Need.REQUIRED}),
        ("not_required", {SIGNATURE: Need.OPTIONAL, PHOTO: Need.OPTIONAL, NAME: Need.OPTIONAL}),
        ("-", {}),
        ("default", {}),
        ("signature", {SIGNATURE: Need.REQUIRED}),
        ("Signature; Photo off", {SIGNATURE: Need.REQUIRED, PHOTO: Need.OFF}),
        ("pin + photo=asked", {CODE: Need.REQUIRED, PHOTO: Need.ASKED}),
        ("one-time code, recipient name: not_required", {CODE: Need.REQUIRED, NAME: Need.OPTIONAL}),
        ("cash optional|scan", {ProofKind.CASH: Need.OPTIONAL, ProofKind.SCAN: Need.REQUIRED}),
    ],
)
def test_proofs_in_one_cell(text: str, needs: Needs) -> None:
    assert proofs(text) == needs


@pytest.mark.parametrize("text", ["a thumb print", "signature maybe", "4711", "required photo"])
def test_what_is_no_proof(text: str) -> None:
    with pytest.raises(Unreadable):
        proofs(text)


def test_the_depot_makes_its_codes_itself() -> None:
    with pytest.raises(Unreadable) as caught:
        level("4711")
    assert "made by the depot" in caught.value.remedy


def test_a_row_with_all_about_the_door(imported: Imported) -> None:
    parsed = imported(
        "Order ID;Address;COD;cod_currency;Proof of delivery;PIN;Signature required;Photo;Name required;Scan\n"
        "A-1;Bulevardi 5;12,50;EUR;;yes;asked;no;optional;default\n"
        "A-2;Bulevardi 6;;;required;;;x;;\n"
    )
    assert parsed.errors == ()
    first, second = (draft.order for draft in parsed.orders)
    wanted = {CODE: Need.REQUIRED, SIGNATURE: Need.ASKED, PHOTO: Need.OFF, NAME: Need.OPTIONAL}
    assert first.asked == Asked(wanted, 1250)
    assert second.asked == Asked({SIGNATURE: Need.REQUIRED, PHOTO: Need.REQUIRED})


def test_a_faulty_amount_leaves_the_row_out_and_says_why(imported: Imported) -> None:
    parsed = imported(
        "Order ID,Address,Amount due,Currency,Photo,POD\n"
        "A-1,Bulevardi 5,1.234,EUR,,\n"
        "A-2,Bulevardi 5,12,SEK,,\n"
        "A-3,Bulevardi 5,0,SEK,,\n"
        "A-4,Bulevardi 5,,,perhaps,\n"
        "A-5,Bulevardi 5,5,,,cash off\n"
    )
    assert [draft.order.number for draft in parsed.orders] == ["A-3"]
    assert [(e.row, e.column, e.value) for e in parsed.errors] == [
        (2, "Amount due", "1.234"),
        (3, "Currency", "SEK"),
        (5, "Photo", "perhaps"),
        (6, "POD", "cash off"),
    ]


def test_rows_of_one_order_owe_once_and_want_the_strictest(imported: Imported) -> None:
    parsed = imported(
        "Order ID,Address,COD,Signature,Item\n"
        "A-1,Bulevardi 5,12,optional,Bread\n"
        "A-1,Bulevardi 5,12,required,Milk\n"
        "A-1,Bulevardi 5,,,Salt\n"
    )
    (draft,) = parsed.orders
    assert draft.order.asked == Asked({SIGNATURE: Need.REQUIRED}, 1200)


def test_rows_of_one_order_must_agree_what_is_due(imported: Imported) -> None:
    parsed = imported("Order ID,Address,COD\nA-1,Bulevardi 5,12\nA-1,Bulevardi 5,13\n")
    assert parsed.orders == ()
    assert all("amount of cash due" in error.reason for error in parsed.errors)
