"""The hash chain of proof records: whoever changes, drops or moves a record breaks every link after it.

h_n = SHA-256(0x01 ‖ h_{n-1} ‖ SHA-256(0x00 ‖ salt ‖ canonical JSON of record n)), with h_0 = 32 zero bytes. The two
leading bytes keep leaves and links apart, as RFC 6962, section 2.1, has it. The salt keeps a hash from telling what a
record of few possible values says.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Record, RecordKind
from dispatcher.proof.canonical import canonical, from_ms, to_ms

START = bytes(32)
"""`previous` of the first record."""
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold."""

    n: int
    """The number the record should have."""
    record: Record | None
    what: str
    """A sentence for people."""


def link(
    head: Record | None,
    *,
    kind: RecordKind,
    key: str,
    order_id: OrderId,
    on: str,
    at: datetime,
    body: Mapping[str, Any],
    salt: bytes | None = None,
) -> Record:
    """The record that follows `head`. `at` is kept to the millisecond. Raises `ValueError` as `canonical` does."""
    n, previous = (head.n + 1, head.digest) if head else (1, START)
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    at = from_ms(to_ms(at))
    unsealed = Record(n, kind, key, order_id, on, at, body, salt, b"", previous)
    return Record(n, kind, key, order_id, on, at, body, salt, digest_of(unsealed), previous)


def digest_of(record: Record) -> bytes:
    """What the record's digest must be, by everything else that it says; of an erased one, by the leaf it left."""
    leaf = record.leaf if record.erased else leaf_of(record)
    return hashlib.sha256(b"\x01" + record.previous + leaf).digest()


def leaf_of(record: Record) -> bytes:
    """The hash of what a record says; all that is kept of it when it is erased. Raises as `canonical` does."""
    said = {
        "n": record.n,
        "kind": record.kind.value,
        "key": record.key,
        "order_id": record.order_id,
        "on": record.on,
        "at_ms": to_ms(record.at),
        "body": record.body,
    }
    return hashlib.sha256(b"\x00" + record.salt + canonical(said)).digest()


def verify(records: Iterable[Record], after: Record | None = None) -> Break | None:
    """The first place where these records do not follow one another, or `after`; `None` when all holds."""
    n, previous = (after.n, after.digest) if after else (0, START)
    for record in records:
        n += 1
        if what := _fault(record, n, previous):
            return Break(n, record, what)
        previous = record.digest
    return None


def _fault(record: Record, n: int, previous: bytes) -> str:
    if record.n != n:
        return f"Record {n} is not there; the next one is {record.n}."
    if record.previous != previous:
        return f"Record {n} does not follow the record before it: one of the two was changed or put in."
    if record.at != from_ms(to_ms(record.at)):
        return f"Record {n} has a time finer than any that is kept: it was changed after it was written."
    if record.erased and (record.body or record.salt):
        return f"Record {n} is marked as erased, and still says something."
    try:
        digest = digest_of(record)
    except ValueError as fault:
        return f"Record {n} holds what no record can: {fault}."
    return "" if digest == record.digest else f"Record {n} was changed after it was written."
