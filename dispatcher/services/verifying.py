"""Whether everything that was kept as proof is as it was when it was kept: the chain's links, and the photos' files."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import methodcaller
from typing import Any

from dispatcher.domain.proof import Record, RecordKind
from dispatcher.proof.chain import Break, verify
from dispatcher.proof.files import GONE, ProofFiles
from dispatcher.proof.merkle import tree_head
from dispatcher.services.logbook import Logbook

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found."""

    records: int
    """Links that hold."""
    files: int
    """Files that are as they came."""
    expired: int
    """Files that are gone, and are older than photos are kept."""
    head: bytes
    """Hash of the last link that holds: written down elsewhere, it shows later that none was taken off the end."""
    fault: str = ""
    """The first thing that is wrong, in a sentence; empty if nothing is."""
    day: str = ""
    """ISO date of the latest round that the chain speaks of."""
    day_head: bytes = b""
    """Merkle tree head of that day's links."""

    @property
    def sound(self) -> bool:
        """Whether all holds."""
        return not self.fault

    def described(self) -> dict[str, Any]:
        """For the command line."""
        counts = {"records": self.records, "files": self.files, "expired": self.expired}
        return {**counts, "head": self.head.hex(), "day": self.day, "day_head": self.day_head.hex()}


def verify_proofs(logbook: Logbook, files: ProofFiles, *, now: datetime, head: str = "") -> Verdict:
    """Go through the chain from its first link, and through the files it names, up to the first break.

    `head` is the hexadecimal hash of a link that must be on the chain.
    """
    kept_since = now - timedelta(days=logbook.read(lambda reader: reader.policy()).keep_photos_days)
    last: Record | None = None
    found, counts, days = not head, Counter[str](), dict[str, list[bytes]]()

    def verdict(fault: str) -> Verdict:
        day = max(days, default="")
        n, digest = (last.n, last.digest) if last else (0, b"")
        return Verdict(n, counts["sound"], counts["expired"], digest, fault, day, tree_head(days.get(day, [])))

    for record in _records(logbook):
        if broken := verify([record], last):
            return verdict(_words(broken, last))
        last, found = record, found or record.digest.hex() == head.lower()
        days.setdefault(record.on, []).append(record.digest)
        for sha256 in _files(record):
            fault = files.fault(sha256)
            if fault and not (fault == GONE and record.at < kept_since):
                return verdict(
                    f"The photo {sha256[:12]}… of order {record.order_id} {fault}; record {record.n} names it."
                )
            counts["expired" if fault else "sound"] += 1
    return verdict(
        "" if found else "The hash that was given is not on the chain: its end was cut off, or it was replaced."
    )


def _records(logbook: Logbook) -> Iterator[Record]:
    """All of them, a page at a time: the logbook goes on being written meanwhile."""
    after = 0
    while page := logbook.read(methodcaller("records", after, PAGE)):
        yield from page
        after = page[-1].n


def _files(record: Record) -> Iterator[str]:
    if record.kind is RecordKind.PHOTO:
        yield record.body["sha256"]
        if record.body["copy_sha256"]:
            yield record.body["copy_sha256"]


def _words(broken: Break, last: Record | None) -> str:
    record = broken.record
    where = f" It is about order {record.order_id}, on {record.on} ({record.kind})." if record else ""
    before = f" Everything before it, up to {last.at:%Y-%m-%d %H:%M} UTC, holds." if last else ""
    return f"{broken.what}{where}{before}"
