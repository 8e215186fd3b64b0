"""Canonical JSON, the chain over it, and the Merkle tree head."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Record, RecordKind
from dispatcher.proof import canonical as spelling
from dispatcher.proof.canonical import canonical, from_ms, to_ms
from dispatcher.proof.chain import START, leaf_of, link, verify
from dispatcher.proof.merkle import tree_head

AT = datetime(2026, 11, 24, 10, 15, 30, 123_456, UTC)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), inner)
    ),
    max_leaves=8,
)
bodies = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), json_values, max_size=4)


def chain_of(bodies: Sequence[dict[str, Any]]) -> list[Record]:
    """A record for each body."""
    chain: list[Record] = []
    for n, body in enumerate(bodies):
        head = chain[-1] if chain else None
        at = AT + timedelta(seconds=n)
        kind, order_id = RecordKind.ATTEMPT, OrderId(f"order-{n}")
        chain.append(link(head, kind=kind, key=f"key-{n}", order_id=order_id, on="2026-11-24", at=at, body=body))
    return chain


def test_canonical_json_is_spelled_as_rfc_8785_has_it() -> None:
    value = {
        "\u20ac": "Euro",
        "\r": "CR",
        "1": [True, None, 10],
        "\U0001f600": "smile",
        "\ufb33": "dalet",
        "a": '"\\\x0f',
    }
    spelled = '{"\\r":"CR","1":[true,null,10],"a":"\\"\\\\\\u000f","€":"Euro","😀":"smile","\ufb33":"dalet"}'
    assert canonical(value).decode() == spelled


@pytest.mark.parametrize("value", [1.5, {"a": [0.0]}, 2**53, -(2**53), {1: "a"}, b"bytes", {"a": object()}, "\ud800"])
def test_what_has_no_one_spelling_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical(value)


anything = st.recursive(
    json_values | st.floats() | st.integers() | st.tuples(st.integers()) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.integers(0, 2) | st.none(), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(anything)
def test_the_quick_way_spells_as_the_careful_one_and_refuses_what_it_refuses(value: Any) -> None:
    quick = spelling._quickly(value)
    try:
        careful = spelling._carefully(value)
    except ValueError:
        assert quick is None
    else:
        assert quick in (None, careful)


def test_a_usual_record_is_spelled_the_quick_way() -> None:
    body = {
        "at_ms": 1,
        "ink": {"strokes": [[[1, 2, 3]]]},
        "name": "Żółć “x” \\",
        "mock": False,
        "note": "a.e",
        "n": None,
    }
    assert spelling._quickly(body) == spelling._carefully(body)


@given(st.datetimes(datetime(1960, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_milliseconds_lose_less_than_one(moment: datetime) -> None:
    again = from_ms(to_ms(moment))
    assert timedelta() <= moment - again < timedelta(milliseconds=1)
    assert to_ms(again) == to_ms(moment)


def test_a_link_is_computed_as_the_docstring_says() -> None:
    """By another road than the code's: written out in full."""
    import hashlib

    salt = bytes(range(16))
    record = link(
        None, kind=RecordKind.PHOTO, key="k", order_id=OrderId("o"), on="2026-11-24", at=AT, body={"b": 1}, salt=salt
    )
    said = b'{"at_ms":1795515330123,"body":{"b":1},"key":"k","kind":"photo","n":1,"on":"2026-11-24","order_id":"o"}'
    leaf = hashlib.sha256(b"\x00" + salt + said).digest()
    assert record.digest == hashlib.sha256(b"\x01" + bytes(32) + leaf).digest()
    assert record.previous == START


def test_equal_records_have_different_hashes() -> None:
    one, other = (chain_of([{"outcome": "delivered"}])[0] for _ in range(2))
    assert one.digest != other.digest


@given(st.lists(bodies, max_size=5))
def test_a_chain_as_it_was_made_holds(said: list[dict[str, Any]]) -> None:
    chain = chain_of(said)
    assert verify(chain) is None
    assert all(verify(chain[n:], chain[n - 1]) is None for n in range(1, len(chain)))


def _other_body(record: Record) -> Record:
    return replace(record, body={**record.body, "x-added": 1})


def _flipped(value: bytes, bit: int) -> bytes:
    place = bit % (len(value) * 8)
    changed = bytearray(value)
    changed[place // 8] ^= 1 << (place % 8)
    return bytes(changed)


CHANGES = [
    lambda r, bit: replace(r, key=r.key + "x"),
    lambda r, bit: replace(r, order_id=OrderId(r.order_id + "x")),
    lambda r, bit: replace(r, on="2026-11-25"),
    lambda r, bit: replace(r, kind=RecordKind.WITHDRAWN),
    lambda r, bit: replace(r, at=r.at + timedelta(milliseconds=1)),
    lambda r, bit: replace(r, at=r.at + timedelta(microseconds=1)),
    lambda r, bit: replace(r, leaf=_flipped(leaf_of(r), bit)),
    lambda r, bit: replace(r, leaf=leaf_of(r)),
    lambda r, bit: replace(r, n=r.n + 1),
    lambda r, bit: replace(r, salt=_flipped(r.salt, bit)),
    lambda r, bit: replace(r, digest=_flipped(r.digest, bit)),
    lambda r, bit: replace(r, previous=_flipped(r.previous, bit)),
    lambda r, bit: _other_body(r),
]


@given(st.lists(bodies, min_size=1, max_size=5), st.data())
def test_any_change_of_one_record_is_found(said: list[dict[str, Any]], data: st.DataObject) -> None:
    chain = chain_of(said)
    place = data.draw(st.integers(0, len(chain) - 1))
    change, bit = data.draw(st.sampled_from(CHANGES)), data.draw(st.integers(0, 1_000))
    chain[place] = change(chain[place], bit)
    broken = verify(chain)
    assert broken is not None
    assert broken.n == place + 1
    assert str(place + 1) in broken.what


@given(st.integers(2, 6), st.data())
def test_a_record_taken_out_put_in_or_moved_is_found(count: int, data: st.DataObject) -> None:
    chain = chain_of([{"n": n} for n in range(count)])
    place = data.draw(st.integers(0, count - 2))
    without = chain[:place] + chain[place + 1 :]
    swapped = [*chain[:place], chain[place + 1], chain[place], *chain[place + 2 :]]
    doubled = [*chain[: place + 1], chain[place], *chain[place + 1 :]]
    for changed in (without, swapped, doubled):
        assert verify(changed) is not None


def test_a_record_written_anew_with_its_hash_breaks_the_next_link() -> None:
    chain = chain_of([{"n": 1}, {"n": 2}, {"n": 3}])
    old = chain[1]
    chain[1] = link(
        chain[0], kind=old.kind, key=old.key, order_id=old.order_id, on=old.on, at=old.at, body={"n": 9}, salt=old.salt
    )
    broken = verify(chain)
    assert broken is not None
    assert (broken.n, broken.record) == (3, chain[2])


def test_a_float_smuggled_into_a_record_is_a_break_not_a_fault() -> None:
    chain = chain_of([{"n": 1}])
    broken = verify([replace(chain[0], body={"n": 1.0})])
    assert broken is not None
    assert "what no record can" in broken.what


def erased(record: Record) -> Record:
    return replace(record, body={}, salt=b"", leaf=leaf_of(record))


def test_an_erased_record_keeps_its_link() -> None:
    chain = chain_of([{"n": 1}, {"n": 2}, {"n": 3}])
    chain[1] = erased(chain[1])
    assert verify(chain) is None


@given(st.integers(0, 255))
def test_the_leaf_of_an_erased_record_cannot_be_another(bit: int) -> None:
    chain = chain_of([{"n": 1}, {"n": 2}])
    gone = erased(chain[0])
    chain[0] = replace(gone, leaf=_flipped(gone.leaf, bit))
    broken = verify(chain)
    assert broken is not None
    assert broken.n == 1


# The known answers of Certificate Transparency's own tests (merkle_tree_test.cc)
CT_ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_HEADS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_tree_heads_are_those_of_certificate_transparency(size: int) -> None:
    assert tree_head([bytes.fromhex(entry) for entry in CT_ENTRIES[:size]]).hex() == CT_HEADS[size]
