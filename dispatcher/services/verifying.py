"""Whether everything that was kept as proof is as it was when it was kept: links, signed days, photos' files."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import methodcaller
from typing import Any

from dispatcher.domain.errors import BadInput
from dispatcher.domain.proof import Record, RecordKind
from dispatcher.proof.chain import Break, verify
from dispatcher.proof.files import GONE, ProofFiles
from dispatcher.proof.merkle import tree_head
from dispatcher.proof.signing import fingerprint, signed_of
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
    erased: int = 0
    """Links that hold, and whose words were erased."""
    closings: int = 0
    """Days that were signed off, each as often as that was done."""
    keys: tuple[str, ...] = ()
    """Fingerprints of the keys they are signed with: the depot's own, and none besides, should be here."""

    @property
    def sound(self) -> bool:
        """Whether all holds."""
        return not self.fault

    def described(self) -> dict[str, Any]:
        """For the command line."""
        counts = {"records": self.records, "files": self.files, "expired": self.expired, "erased": self.erased}
        days = {"day": self.day, "day_head": self.day_head.hex(), "closings": self.closings, "keys": list(self.keys)}
        return {**counts, "head": self.head.hex(), **days}


def verify_proofs(logbook: Logbook, files: ProofFiles, *, now: datetime, head: str = "") -> Verdict:
    """Go through the chain from its first link, and through the files it names, up to the first break.

    `head` is the hexadecimal hash of a link that must be on the chain.
    """
    kept_since = now - timedelta(days=logbook.read(lambda reader: reader.policy()).keep_photos_days)
    walk = _Walk(files, kept_since, head.lower())
    fault = ""
    try:
        for record in _records(logbook):
            if fault := walk.fault_at(record):
                break
    except BadInput as unreadable:
        fault = _words(Break(walk.n + 1, None, str(unreadable)), walk.last)
    return walk.verdict(fault or walk.fault_at_end())


@dataclass(slots=True)
class _Walk:
    """How far a verification is, and what it has seen."""

    files: ProofFiles
    kept_since: datetime
    wanted: str
    """Hexadecimal hash of the link that must be found; empty for none."""
    last: Record | None = None
    found: bool = False
    days: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    keys: dict[str, None] = field(default_factory=dict)
    looked: dict[str, str] = field(default_factory=dict)
    """What is wrong with each file that was looked at; most are named by one record, some by many."""
    unexplained: dict[int, Record] = field(default_factory=dict)
    """Erased links that no later one has spoken of yet."""

    @property
    def n(self) -> int:
        return self.last.n if self.last else 0

    def fault_at(self, record: Record) -> str:
        """What is wrong with the next record, or with what it names."""
        try:
            return self._fault_at(record)
        except (KeyError, TypeError, AttributeError):  # whoever makes a chain anew can make any record
            what = f"Record {record.n} does not say what a record of its kind says."
            return _words(Break(record.n, record, what), self.last)

    def _fault_at(self, record: Record) -> str:
        if broken := verify([record], self.last):
            return _words(broken, self.last)
        if fault := self._fault_said(record):
            return _words(Break(record.n, record, fault), self.last)
        self.last, self.found = record, self.found or record.digest.hex() == self.wanted
        self.days[record.on].append(record.digest)
        if record.erased:
            self.unexplained[record.n] = record
        return "" if record.erased else self._fault_of_files(record)

    def _fault_said(self, record: Record) -> str:
        """Of what a link says of others."""
        if record.erased:
            return ""
        match record.kind:
            case RecordKind.CLOSED:
                return self._fault_of_closing(record)
            case RecordKind.ERASED:
                return self._fault_of_erasure(record)
            case _:
                return ""

    def _fault_of_closing(self, record: Record) -> str:
        try:
            signed = signed_of(record)
        except (KeyError, TypeError, ValueError):
            return f"Record {record.n} closes a day, and does not say how."
        before = self.days[record.on]
        if (signed.head.head, signed.head.records) != (tree_head(before), len(before)):
            return f"Record {record.n} closes {record.on} over other records than are there."
        if not signed.sound:
            return f"The signature of record {record.n}, which closes {record.on}, is not good."
        self.keys[fingerprint(signed.key)] = None
        self.counts["closings"] += 1
        return ""

    def _fault_of_erasure(self, record: Record) -> str:
        gone = self.unexplained.get(record.body.get("n", 0))
        if gone is None:  # it speaks of one that is not erased: found at once by its leaf, or not done yet
            return ""
        said = (record.key, record.order_id, record.on, record.body.get("leaf"))
        if said != (gone.key, gone.order_id, gone.on, gone.leaf.hex()):
            return f"Record {record.n} says that record {gone.n} was erased, but it was another than is there."
        del self.unexplained[gone.n]
        self.counts["erased"] += 1
        return ""

    def _fault_of_files(self, record: Record) -> str:
        for sha256 in _files(record):
            if sha256 not in self.looked:
                self.looked[sha256] = self.files.fault(sha256)
            fault = self.looked[sha256]
            if fault and not (fault == GONE and record.at < self.kept_since):
                return f"The photo {sha256[:12]}… of order {record.order_id} {fault}; record {record.n} names it."
            self.counts["expired" if fault else "sound"] += 1
        return ""

    def fault_at_end(self) -> str:
        """Of the chain as a whole."""
        if self.unexplained:
            gone = next(iter(self.unexplained.values()))
            return _words(Break(gone.n, gone, f"Record {gone.n} is erased, and no later record says so."), None)
        if self.wanted and not self.found:
            return "The hash that was given is not on the chain: its end was cut off, or it was replaced."
        return ""

    def verdict(self, fault: str) -> Verdict:
        day = max(self.days, default="")
        return Verdict(
            records=self.n,
            files=self.counts["sound"],
            expired=self.counts["expired"],
            head=self.last.digest if self.last else b"",
            fault=fault,
            day=day,
            day_head=tree_head(self.days.get(day, [])),
            erased=self.counts["erased"],
            closings=self.counts["closings"],
            keys=tuple(self.keys),
        )


def _records(logbook: Logbook) -> Iterator[Record]:
    """All of them, a page at a time: the logbook is written meanwhile. Raises `BadInput` at one that is damaged."""
    after, limit = 0, PAGE
    while True:
        try:
            page = logbook.read(methodcaller("records", after, limit))
        except BadInput:
            if limit == 1:
                raise
            limit = 1  # those before the damaged one are to be looked at, too
            continue
        if not page:
            return
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
