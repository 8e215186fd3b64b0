"""How long `verify` takes for 100,000 records of the chain: before canonical JSON had a quick way, and now."""

import hashlib
import random
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Photo, Record, RecordKind
from dispatcher.domain.review import Decision, Review
from dispatcher.proof.attempts import to_body
from dispatcher.proof.canonical import to_ms
from dispatcher.proof.chain import link
from dispatcher.proof.files import ProofFiles
from dispatcher.proof.merkle import tree_head
from dispatcher.proof.signing import DayHead, closed_body
from dispatcher.services.driving_photos import photo_body
from dispatcher.services.logbook import LogbookWriter
from dispatcher.services.reviewing_chain import review_record
from dispatcher.services.verifying import verify_proofs
from tests.fixtures.proofs import START, clean

DAYS, A_DAY = 50, 800
"""Attempts; each with a signature, a decision, and every other one with a photo: 2,001 records a day."""
FILES, FILE_BYTES = 500, 100_000


def run() -> Iterator[dict[str, Any]]:
    """Figures in seconds."""
    with TemporaryDirectory() as folder, closing(open_logbook(Path(folder), clock=lambda: START)) as logbook:
        files = ProofFiles(Path(folder) / "proofs")
        _fill(logbook, files)
        with patch("dispatcher.proof.canonical._quickly", lambda _value: None):
            yield _figure("verify, canonical JSON spelled carefully (before)", logbook, files, None)
        yield _figure("verify", logbook, files, 10.0)


def _figure(name: str, logbook: SqliteLogbook, files: ProofFiles, goal_s: float | None) -> dict[str, Any]:
    begun = time.perf_counter()
    verdict = verify_proofs(logbook, files, now=START)
    taken_s = time.perf_counter() - begun
    assert verdict.sound, verdict.fault
    on = f"{verdict.records:,} records with {verdict.closings} closings, {FILES} photos of {FILE_BYTES // 1_000} kB"
    ok = goal_s is None or taken_s <= goal_s
    return {"name": name, "value": round(taken_s, 2), "unit": "s", "goal": goal_s, "ok": ok, "on": on}


def _fill(logbook: SqliteLogbook, files: ProofFiles) -> None:
    dice = random.Random(1)
    hashes = [files.put(dice.randbytes(FILE_BYTES)) for _ in range(FILES)]
    for day in range(DAYS):
        logbook.write(lambda book, day=day: _fill_day(book, day, hashes, dice))


def _fill_day(book: LogbookWriter, day: int, hashes: list[str], dice: random.Random) -> None:
    on = (START + timedelta(days=day)).date()
    head: Record | None = book.head()
    digests: list[bytes] = []

    def put(record: Record) -> Record:
        book.put_record(record)
        digests.append(record.digest)
        return record

    for n in range(A_DAY):
        attempt = clean(day * A_DAY + n, dice).attempt
        said: dict[str, Any] = {"key": attempt.key, "order_id": attempt.order_id, "on": on.isoformat(), "at": START}
        head = put(link(head, kind=RecordKind.ATTEMPT, body=to_body(attempt), **said))
        if n % 2:
            sha256 = hashes[(day * A_DAY + n) // 2 % FILES]
            copy = hashes[((day * A_DAY + n) // 2 + 1) % FILES]
            photo = Photo(sha256, FILE_BYTES, START, attempt.device_id, "image/jpeg", 1_600, 1_200, copy)
            head = put(link(head, kind=RecordKind.PHOTO, body=photo_body(photo), **said))
        head = put(review_record(head, attempt, on, Review(attempt.key, Decision.ACCEPTED, "Anna", START)))
    day_head = DayHead(on.isoformat(), tree_head(digests), len(digests), "Anna", to_ms(START), {})
    body = closed_body(day_head, hashlib.sha256(b"bench").digest())
    put(
        link(
            head,
            kind=RecordKind.CLOSED,
            key=on.isoformat(),
            order_id=OrderId(""),
            on=on.isoformat(),
            at=START,
            body=body,
        )
    )
