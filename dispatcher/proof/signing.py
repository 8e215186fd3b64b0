"""A day's signature: what exactly the depot signs when somebody closes a day, and whether a signature is good.

Ed25519 (RFC 8032). Knows keys as bytes only; where the depot's own lies is a service's affair.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dispatcher.domain.proof import Record
from dispatcher.proof.canonical import canonical, to_ms

_FINGER_DIGITS = 32
"""Hexadecimal: 128 bits, so that nobody finds a second key for a fingerprint that is written down."""


@dataclass(frozen=True, slots=True)
class DayHead:
    """What is signed when a day is closed."""

    on: str
    """ISO date."""
    head: bytes
    """Merkle tree head of the digests of that date's records before the closing."""
    records: int
    """How many these are."""
    by: str
    at_ms: int
    open: Mapping[str, int]
    """How much of what was open then, by kind."""

    def statement(self) -> bytes:
        """The bytes that are signed: canonical JSON, with a word that keeps them apart from anything else signed."""
        said = {
            "statement": "roundhouse day closed 1",
            "on": self.on,
            "head": self.head.hex(),
            "records": self.records,
            "by": self.by,
            "at_ms": self.at_ms,
            "open": self.open,
        }
        return canonical(said)


def sign(seed: bytes, message: bytes) -> bytes:
    """64 bytes. `seed` are the private key's 32."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def public_key(seed: bytes) -> bytes:
    """The 32 bytes that everybody may have."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def is_signed(message: bytes, signature: bytes, key: bytes) -> bool:
    """Whether the owner of this public key signed exactly this."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(key: bytes) -> str:
    """A public key as people compare it: 32 hexadecimal digits of its SHA-256, in groups of four."""
    digits = hashlib.sha256(key).hexdigest()[:_FINGER_DIGITS]
    return " ".join(digits[n : n + 4] for n in range(0, _FINGER_DIGITS, 4))


def has_fingerprint(key: bytes, said: str) -> bool:
    """Whether this is the key that people mean, however they spaced its fingerprint."""
    return "".join(said.lower().replace(":", " ").replace("-", " ").split()) == fingerprint(key).replace(" ", "")


def closed_body(head: DayHead, seed: bytes) -> dict[str, Any]:
    """The body of the record that closes a day, signed."""
    return {
        "head": head.head.hex(),
        "records": head.records,
        "signature": sign(seed, head.statement()).hex(),
        "key": public_key(seed).hex(),
        "by": head.by,
        "open": dict(head.open),
    }


@dataclass(frozen=True, slots=True)
class Signed:
    """A day's signed head, as it is on the chain or in a file."""

    head: DayHead
    signature: bytes
    key: bytes

    @property
    def sound(self) -> bool:
        """Whether the signature is good."""
        return is_signed(self.head.statement(), self.signature, self.key)


def signed_of(record: Record) -> Signed:
    """What a closing says. Raises `KeyError`, `TypeError` or `ValueError` for a body that is no closing's."""
    return signed_from(record.body, on=record.on, at_ms=to_ms(record.at))


def signed_from(body: Mapping[str, Any], *, on: str, at_ms: int) -> Signed:
    """The same from its parts. Raises as `signed_of` does."""
    head = DayHead(on, bytes.fromhex(body["head"]), int(body["records"]), str(body["by"]), at_ms, dict(body["open"]))
    return Signed(head, bytes.fromhex(body["signature"]), bytes.fromhex(body["key"]))
