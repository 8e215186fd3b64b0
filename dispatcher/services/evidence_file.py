"""Evidence for one stop: one PDF that people read and that verifies itself anywhere, with nothing of the depot's data.

Written from the chain, so what it says is what was kept. A day that is not closed gives a file that says "not signed".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Attempt, Record, RecordKind
from dispatcher.domain.review import Proof
from dispatcher.evidence.attached import attach, attachments
from dispatcher.evidence.stop_paper import stop_pdf
from dispatcher.intake.writing import whole_file
from dispatcher.proof.attempts import from_body
from dispatcher.proof.bundle import Checked, bundle, check, sealed, unsealed
from dispatcher.proof.files import ProofFiles
from dispatcher.proof.signing import fingerprint, has_fingerprint, public_key
from dispatcher.services.closing import Closings, closings_on, signing_seed
from dispatcher.services.evidence import proofs_folder
from dispatcher.services.evidence_words import Found, stop_paper
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.ports import Reader
from dispatcher.services.reviewing import ReviewDesk
from dispatcher.services.workplace import Workplace

JSON_NAME = "evidence.json"
MOST_BYTES = 500_000_000
"""Of a file to be verified: what is larger was not made here."""
_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written."""

    file: Path
    on: date
    number: str
    attempt: int
    records: int
    photos: int
    closings: Closings
    fingerprint: str
    """Of the key that seals it."""

    @property
    def signed(self) -> bool:
        """Whether its day was closed."""
        return self.closings.last is not None


@dataclass(frozen=True, slots=True)
class Verified:
    """What a file shows that was verified."""

    checked: Checked
    fingerprint: str

    def described(self) -> dict[str, Any]:
        """For the command line."""
        said = self.checked
        return {
            "depot": said.depot,
            "order": said.order,
            "date": said.on,
            "attempt": said.attempt,
            "signed": bool(said.signed_by),
            "by": said.signed_by,
            "records": said.records,
            "later": said.later,
            "photos": said.photos,
            "photos_missing": said.missing,
            "fingerprint": self.fingerprint,
        }


def order_named(workplace: Workplace, text: str) -> OrderId:
    """The order with this number or id, the latest of several. Raises `KnownError`."""

    def find(reader: Reader) -> OrderId | None:
        if reader.order(OrderId(text)):
            return OrderId(text)
        for day in sorted(reader.days(), key=lambda day: day.date, reverse=True):
            for order in reader.orders_of([day.date]):
                if order.number.casefold() == text.casefold():
                    return OrderId(order.id)
        return None

    found = workplace.store.read(find)
    if found is None:
        raise KnownError(f"There is no order “{text}”.", "Name it by its number.")
    return found


def write_evidence(
    workplace: Workplace,
    desk: ReviewDesk,
    order_id: OrderId,
    out: Path,
    *,
    key: str = "",
    number: int | None = None,
    cancel: Callable[[], bool] = lambda: False,
    told: Callable[[float], None] = lambda _share: None,
) -> Written:
    """Write the evidence of an attempt at an order: of this key, of this number, else the last one that stands.

    For a worker thread. Raises `KnownError` for what is not there, was erased or does not hold, and `Cancelled`.
    """
    if workplace.live is None:
        raise KnownError("This depot has no logbook open, so there are no proofs in it.", "Open its window.")
    record, attempt = workplace.live.logbook.read(lambda book: _attempt(book, order_id, key, number))
    on = date.fromisoformat(record.on)
    proofs = desk.day(on, cancel=cancel, told=lambda share: told(0.7 * share)).proofs
    names = ((p.attempt.device_id, p.attempt.key) for p in proofs)
    proof = dict(zip(names, proofs, strict=True)).get((attempt.device_id, attempt.key))
    if proof is None:
        raise KnownError("The driver took this attempt back.", "Look at the day anew.")
    seed = signing_seed(workplace)
    made = workplace.live.logbook.read(lambda book: _gather(book, proof, on, public_key(seed)))
    told(0.8)
    files = _originals(workplace, attempt)
    data = _bundle(workplace, made, proof, files)
    pdf = stop_pdf(stop_paper(workplace, made, desk.track_near(proof)))
    whole = sealed(attach(pdf, {JSON_NAME: data} | {name: part for name, part in files.values() if name}), seed)
    with whole_file(out) as file:
        file.write_bytes(whole)
    told(1.0)
    photos = sum(bool(name) for name, _ in files.values())
    finger = fingerprint(public_key(seed))
    return Written(out, on, proof.number, attempt.number, len(made.about), photos, made.closings, finger)


def verify_evidence(file: Path, *, key: str = "") -> Verified:
    """Whether an evidence file is whole, and what it shows; needs nothing but the file.

    `key` is the fingerprint that the file must be signed with. Raises `BadInput` with the first fault.
    """
    try:
        if file.stat().st_size > MOST_BYTES:
            raise BadInput(f"{file.name} is too large to be an evidence file.")
        data = file.read_bytes()
    except OSError as fault:
        raise BadInput(f"{file} cannot be read ({fault.strerror}).", "Name another file.") from fault
    pdf, sealer = unsealed(data)
    parts = attachments(pdf)
    if JSON_NAME not in parts:
        raise BadInput(f"{file.name} has no {JSON_NAME} in it.")
    checked = check(parts.pop(JSON_NAME), parts)
    if checked.signed_by and checked.key != sealer:
        raise BadInput("The file is sealed with another key than the day is signed with.")
    if key and not (has_fingerprint(sealer, key) and checked.signed_by):
        whose = f"with key {fingerprint(sealer)}" if checked.signed_by else "by nobody: the day was not closed"
        raise BadInput(f"The day is signed {whose}, not with the key that was named.")
    return Verified(checked, fingerprint(sealer))


def _attempt(book: LogbookReader, order_id: OrderId, key: str, number: int | None) -> tuple[Record, Attempt]:
    """The last one that is meant and stands."""
    records = book.records_of([order_id])
    back = {(r.body.get("device_id"), r.key) for r in records if r.kind is RecordKind.WITHDRAWN}
    tried = [r for r in records if r.kind is RecordKind.ATTEMPT and (not key or r.key == key)]
    if any(r.erased for r in tried) and not any(not r.erased for r in tried):
        raise KnownError("What was recorded of this attempt was erased.", "There is no evidence of it any more.")
    standing = [
        (record, attempt)
        for record in tried
        if not record.erased and (record.body.get("device_id"), record.key) not in back
        for attempt in [from_body(record.body)]
        if number is None or attempt.number == number
    ]
    if not standing:
        which = f"attempt {number}" if number is not None else "attempt"
        raise KnownError(f"There is no {which} at this order that stands.", "Choose another order, or another attempt.")
    return standing[-1]


def _gather(book: LogbookReader, proof: Proof, on: date, key: bytes) -> Found:
    """All that the logbook has of it, at one moment. Raises `KnownError` for a day signed with another key."""
    attempt = proof.attempt
    day, closings = book.records_on(on), closings_on(book, on)
    if closings.last and closings.last.signed.key != key:
        what = f"{on} was closed with another key, {closings.last.fingerprint}, than the depot has now."
        raise KnownError(what, "Put the former key back, or close the day again.")
    mine = (None, attempt.device_id)
    about = [r for r in day if r.key == attempt.key and r.body.get("device_id") in mine]
    photos = {sha256: book.photo(sha256) for sha256 in attempt.photos}
    visits = [v for v in book.visits([attempt.shift_id]) if v.order_id == attempt.order_id]
    return Found(proof, on, day, about, closings, photos, book.round(attempt.shift_id), visits)


def _originals(workplace: Workplace, attempt: Attempt) -> Mapping[str, tuple[str, bytes]]:
    """Of every photo its name in the file and its bytes as they came; both empty for one that is not here."""
    assert workplace.live is not None
    kept = ProofFiles(proofs_folder(workplace.home, workplace.slug))
    found: dict[str, tuple[str, bytes]] = {}
    for n, sha256 in enumerate(dict.fromkeys(attempt.photos), 1):
        photo = workplace.live.logbook.read(lambda book, sha256=sha256: book.photo(sha256))  # type: ignore[misc]
        if photo is None or kept.fault(sha256):
            found[sha256] = ("", b"")
        else:
            suffix = _SUFFIXES.get(photo.mime, "bin")
            found[sha256] = (f"photo-{n}-{sha256[:12]}.{suffix}", kept.path(sha256).read_bytes())
    return found


def _bundle(workplace: Workplace, made: Found, proof: Proof, files: Mapping[str, tuple[str, bytes]]) -> bytes:
    last = made.closings.last
    named = {sha256: name for sha256, (name, _) in files.items()}
    try:
        return bundle(
            made.day,
            made.about,
            last.signed if last else None,
            depot=workplace.depot.name,
            number=proof.number,
            attempt=proof.attempt.key,
            photos=named,
        )
    except ValueError as fault:
        raise KnownError(f"The proofs of {made.on} do not hold: {fault}.", "Run roundhouse verify.") from fault
