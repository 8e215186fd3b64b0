"""Whether everything that was kept as proof is as it was when it was kept: the chain's links, and the photos' files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import methodcaller
from typing import Any

from dispatcher.domain.proof import Record, RecordKind
from dispatcher.proof.chain import Break, verify
from dispatcher.proof.files import ProofFiles
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
    head_found: bool = True
    """Whether the head that was asked for is on the chain."""

    @property
    def sound(self) -> bool:
        """Whether all holds."""
        return not self.fault

    def described(self) -> dict[str, Any]:
        """For the command line."""
        counts = {"records": self.records, "files": self.files, "expired": self.expired}
        return {"sound": self.sound, **counts, "head": self.head.hex(), "fault": self.fault}


def verify_proofs(logbook: Logbook, files: ProofFiles, *, now: datetime, head: str = "") -> Verdict:
    """Go through the chain from its first link, and through the files it names, up to the first break.

    `head` is the hexadecimal hash of a link that must be on the chain.
    """
    keep_days = logbook.read(lambda reader: reader.policy().keep_photos_days)
    kept_since = now - timedelta(days=keep_days)
    last: Record | None = None
    checked, expired, found = 0, 0, not head
    for record in _records(logbook):
        if broken := verify([record], last):
            return Verdict(broken.n - 1, checked, expired, last.digest if last else b"", _words(broken, last))
        last, found = record, found or record.digest.hex() == head.lower()
        for sha256 in _files(record):
            fault = files.fault(sha256)
            if fault == "is gone" and record.at < kept_since:
                expired += 1
            elif fault:
                words = f"The photo {sha256[:12]}… of order {record.order_id} {fault}; record {record.n} names it."
                return Verdict(record.n, checked, expired, record.digest, words)
            else:
                checked += 1
    fault = "" if found else "The hash that was given is not on the chain: its end was cut off, or all of it replaced."
    return Verdict(last.n if last else 0, checked, expired, last.digest if last else b"", fault)


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
