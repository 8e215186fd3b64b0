"""What shows, without the depot's data, that records belong to a signed day: made here, and checked here.

A bundle is canonical JSON: the records of one attempt with their salts, each with its inclusion proof in the day's head
(RFC 6962, section 2.1.1), and that head with its signature. Original photos lie beside it, named by their hashes. Of
the day's other records nothing is in it but hashes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Record, RecordKind
from dispatcher.proof.canonical import canonical, from_ms, to_ms
from dispatcher.proof.chain import digest_of
from dispatcher.proof.merkle import inclusion, is_included, tree_head
from dispatcher.proof.signing import Signed, fingerprint, is_signed, public_key, sign, signed_from

FORMAT = "roundhouse evidence 1"
_SEAL = b"\n%roundhouse-seal 1 "
_SEAL_BYTES = len(_SEAL) + 128 + 1 + 64 + 1


@dataclass(frozen=True, slots=True)
class Checked:
    """What a bundle shows."""

    depot: str
    """As its maker calls it; the key alone tells whose it is."""
    order: str
    on: str
    attempt: str
    records: int
    """Shown to be in the day's head."""
    later: int
    """Came after it: they hold in themselves, and nothing says that none was left out."""
    photos: int
    """Original photos that are here and are those the driver took."""
    missing: int
    """Photos that are named and not here."""
    signed_by: str
    """Empty for a day that was not closed."""
    key: bytes = b""


def bundle(
    day: Sequence[Record],
    about: Sequence[Record],
    signed: Signed | None,
    *,
    depot: str,
    number: str,
    attempt: str,
    photos: Mapping[str, str],
) -> bytes:
    """The bundle of `about`, which are among the `day`'s records; `photos` are hashes and file names, empty for none.

    Without `signed` the proofs are of the head as it is now. Raises `ValueError` if the day is not what was signed.
    """
    covered = [r.digest for r in (day[: signed.head.records] if signed else day)]
    if signed and tree_head(covered) != signed.head.head:
        raise ValueError("the day's records are not those that were signed")
    place = {record.n: index for index, record in enumerate(day[: len(covered)])}
    said = {
        "format": FORMAT,
        "depot": depot,
        "order": number,
        "on": about[0].on,
        "attempt": attempt,
        "head": _head(signed, covered),
        "records": [_record(record, covered, place.get(record.n)) for record in about],
        "photos": [{"sha256": sha256, "file": file} for sha256, file in photos.items()],
    }
    return canonical(said)


def _head(signed: Signed | None, covered: Sequence[bytes]) -> dict[str, Any]:
    if signed is None:
        return {"signed": False, "head": tree_head(covered).hex(), "records": len(covered)}
    head = signed.head
    return {
        "signed": True,
        "head": head.head.hex(),
        "records": head.records,
        "by": head.by,
        "at_ms": head.at_ms,
        "open": dict(head.open),
        "signature": signed.signature.hex(),
        "key": signed.key.hex(),
    }


def _record(record: Record, covered: Sequence[bytes], index: int | None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "n": record.n,
        "kind": record.kind.value,
        "key": record.key,
        "order_id": record.order_id,
        "on": record.on,
        "at_ms": to_ms(record.at),
        "body": record.body,
        "salt": record.salt.hex(),
        "previous": record.previous.hex(),
        "digest": record.digest.hex(),
    }
    if record.erased:
        said["leaf"] = record.leaf.hex()
    if index is not None:
        said |= {"index": index, "path": [each.hex() for each in inclusion(covered, index)]}
    return said


def check(data: bytes, files: Mapping[str, bytes]) -> Checked:
    """What a bundle shows, with the files beside it by name. Raises `BadInput` with the first thing that is wrong."""
    try:
        said = orjson.loads(data)
        if said["format"] != FORMAT:
            raise BadInput("It is evidence of a kind that this program does not know.", "Use a newer one.")
        return _checked(said, files)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as fault:
        raise BadInput(f"The evidence in it is damaged ({fault}).") from fault


def _checked(said: Mapping[str, Any], files: Mapping[str, bytes]) -> Checked:
    head, on, attempt = said["head"], said["on"], said["attempt"]
    signed = signed_from(head, on=on, at_ms=head["at_ms"]) if head["signed"] else None
    if signed and not signed.sound:
        raise BadInput(f"The signature of the head of {on} is not good.")
    root, size = bytes.fromhex(head["head"]), head["records"]
    records = [(_from(each), each) for each in said["records"]]
    included = 0
    last = (0, -1)
    for record, each in records:
        _require_about(record, on, attempt)
        if "index" in each:
            path = [bytes.fromhex(step) for step in each["path"]]
            if not is_included(record.digest, each["index"], size, path, root):
                raise BadInput(f"Record {record.n} is not among those of the head of {on}.")
            included += 1
        place = (record.n, each.get("index", size))
        if not (place[0] > last[0] and place[1] >= last[1]):
            raise BadInput(f"Record {record.n} is not in its place.")
        last = place
    came, proven = next(((r, "index" in e) for r, e in records if r.kind is RecordKind.ATTEMPT), (None, False))
    if came is None or not proven:
        raise BadInput(f"The attempt itself is not among the records of the head of {on}.")
    here, missing = _photos(said["photos"], came, files)
    return Checked(
        said["depot"], said["order"], on, attempt, included, len(records) - included, here, missing,
        signed.head.by if signed else "", signed.key if signed else b"",
    )  # fmt: skip


def _require_about(record: Record, on: str, attempt: str) -> None:
    """Raises `BadInput` for a record that is another's, or was changed."""
    if (record.on, record.key) != (on, attempt):
        raise BadInput(f"Record {record.n} is about another attempt.")
    if record.erased and (record.body or record.salt):
        raise BadInput(f"Record {record.n} is marked as erased, and still says something.")
    if digest_of(record) != record.digest:
        raise BadInput(f"Record {record.n} was changed.")


def _from(said: Mapping[str, Any]) -> Record:
    return Record(
        n=said["n"],
        kind=RecordKind(said["kind"]),
        key=said["key"],
        order_id=OrderId(said["order_id"]),
        on=said["on"],
        at=from_ms(said["at_ms"]),
        body=said["body"],
        salt=bytes.fromhex(said["salt"]),
        digest=bytes.fromhex(said["digest"]),
        previous=bytes.fromhex(said["previous"]),
        leaf=bytes.fromhex(said.get("leaf", "")),
    )


def _photos(listed: Sequence[Mapping[str, str]], came: Record, files: Mapping[str, bytes]) -> tuple[int, int]:
    """How many are here, and how many are not."""
    named = {each["sha256"]: each["file"] for each in listed}
    if not came.erased and set(named) != set(came.body["photos"]):
        raise BadInput("The photos that are listed are not those that the driver took.")
    for sha256, file in named.items():
        if file and hashlib.sha256(files.get(file, b"")).hexdigest() != sha256:
            raise BadInput(f"The photo {file} is not the one that the driver took.")
    if strange := set(files) - set(named.values()):
        raise BadInput(f"{min(strange)} does not belong to this evidence.")
    here = sum(bool(file) for file in named.values())
    return here, len(named) - here


# --- the seal on a whole file --------------------------------------------------------------------------------------


def sealed(file: bytes, seed: bytes) -> bytes:
    """The file with a line at its end by which any change of it shows: the depot's signature over all before it."""
    return file + _SEAL + f"{sign(seed, _sealed(file)).hex()} {public_key(seed).hex()}\n".encode()


def unsealed(data: bytes) -> tuple[bytes, bytes]:
    """The file without its seal, and the public key that sealed it. Raises `BadInput` unless the seal is good."""
    file, line = data[:-_SEAL_BYTES], data[-_SEAL_BYTES:]
    if not line.startswith(_SEAL):
        raise BadInput("The file has no seal at its end: it is no evidence file, or was cut off or saved anew.")
    try:
        signature, key = (bytes.fromhex(part) for part in line[len(_SEAL) :].decode("ascii").split(" "))
    except ValueError as fault:
        raise BadInput("The file's seal is damaged.") from fault
    canonical_line = _SEAL + f"{signature.hex()} {key.hex()}\n".encode()
    if line != canonical_line or not is_signed(_sealed(file), signature, key):
        raise BadInput(f"The file was changed after it was made: its seal, of key {fingerprint(key)}, is not good.")
    return file, key


def _sealed(file: bytes) -> bytes:
    return b"roundhouse evidence file 1\n" + hashlib.sha256(file).digest()
