"""A day's signature: RFC 8032's known answer, the bytes that are signed, and every change of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.proof.signing import (
    DayHead,
    closed_body,
    fingerprint,
    has_fingerprint,
    is_signed,
    public_key,
    sign,
    signed_from,
)

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
HEAD = DayHead("2026-11-24", bytes(range(32)), 412, "Anna Berg", 1_795_515_330_123, {"flagged": 2, "round": 1})


def test_keys_and_signatures_are_those_of_rfc_8032() -> None:
    """Section 7.1, test 1."""
    key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert public_key(SEED) == key
    assert sign(SEED, b"") == signature
    assert is_signed(b"", signature, key)


def test_what_is_signed_is_spelled_out() -> None:
    assert HEAD.statement().decode() == (
        '{"at_ms":1795515330123,"by":"Anna Berg",'
        f'"head":"{bytes(range(32)).hex()}","on":"2026-11-24","open":{{"flagged":2,"round":1}},"records":412,'
        '"statement":"roundhouse day closed 1"}'
    )


def test_a_signed_head_comes_back_from_its_record() -> None:
    signed = signed_from(closed_body(HEAD, SEED), on=HEAD.on, at_ms=HEAD.at_ms)
    assert (signed.head, signed.sound, signed.key) == (HEAD, True, public_key(SEED))


@pytest.mark.parametrize(
    "changes",
    [{"on": "2026-11-25"}, {"head": bytes(32)}, {"records": 411}, {"by": "Otto"}, {"at_ms": 1}, {"open": {}}],
)
def test_no_part_of_a_signed_head_can_be_another(changes: dict[str, object]) -> None:
    signed = signed_from(closed_body(HEAD, SEED), on=HEAD.on, at_ms=HEAD.at_ms)
    assert not replace(signed, head=replace(signed.head, **changes)).sound  # type: ignore[arg-type]


@given(st.integers(0, 64 * 8 - 1))
def test_no_bit_of_a_signature_can_be_another(bit: int) -> None:
    signature = bytearray(sign(SEED, b"day"))
    signature[bit // 8] ^= 1 << bit % 8
    assert not is_signed(b"day", bytes(signature), public_key(SEED))


@pytest.mark.parametrize("key", [b"", b"short", bytes(33)])
def test_what_is_no_key_signed_nothing(key: bytes) -> None:
    assert not is_signed(b"day", sign(SEED, b"day"), key)


def test_a_fingerprint_is_known_however_it_is_spaced() -> None:
    key = public_key(SEED)
    said = fingerprint(key)
    assert len(said.split()) == 8
    for way in (said, said.replace(" ", ""), said.replace(" ", ":").upper(), said.replace(" ", "-")):
        assert has_fingerprint(key, way)
    for wrong in ("", said[:-1], said[:9], fingerprint(bytes(32))):
        assert not has_fingerprint(key, wrong)
