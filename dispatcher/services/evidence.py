"""What there is to look at of a stop that is behind: its signature, its photos' files; and how its round was driven."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt, Photo
from dispatcher.proof.files import ProofFiles
from dispatcher.proof.ink import png
from dispatcher.services.driving import progress_of
from dispatcher.services.home import Home
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.underway import plan_as_kept
from dispatcher.services.workplace import Workplace

PROOFS = "proofs"


@dataclass(frozen=True, slots=True)
class ProofFile:
    """One photo of an attempt, as far as it has come."""

    sha256: str
    """Of the original, as the driver's phone named it."""
    path: Path | None = None
    """The clean copy: no metadata, 1,600 pixels at most. `None` while there is nothing to show."""
    fault: str = ""
    """Why not; in words for people."""
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoundTold:
    """What a driver said of a round, and how much of its sequence they kept."""

    begun_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0
    """The latest that was sent; 0 for none."""
    accepted: int = 0
    """The latest that the driver has seen; 0 for none."""
    out_of_sequence: int = 0
    """Visits that would have to be left out for the others to be in the sequence planned."""


def proofs_folder(home: Home, slug: str) -> Path:
    """Where a depot's photos lie."""
    return home.database(slug).parent / PROOFS


def signature_png(attempt: Attempt, width: int) -> bytes | None:
    """The signature as a picture of this many pixels across, dark on white; `None` without one."""
    return png(attempt.ink, width) if attempt.ink else None


def proof_files(workplace: Workplace, attempt: Attempt) -> tuple[ProofFile, ...]:
    """The photos of an attempt, in the order the driver took them; also those that are not there."""
    if workplace.live is None:
        return ()
    files = ProofFiles(proofs_folder(workplace.home, workplace.slug))

    def look(reader: LogbookReader) -> tuple[ProofFile, ...]:
        return tuple(_file(files, sha256, reader.photo(sha256)) for sha256 in attempt.photos)

    return workplace.live.logbook.read(look)


def _file(files: ProofFiles, sha256: str, photo: Photo | None) -> ProofFile:
    if photo is None:
        return ProofFile(sha256, fault="not here yet: the phone sends it when it has a line")
    if not photo.copy_sha256:
        return ProofFile(sha256, fault=photo.fault or "cannot be shown", taken_at=photo.taken_at)
    if not files.has(photo.copy_sha256):
        return ProofFile(sha256, fault="deleted: photos are kept for a while only", taken_at=photo.taken_at)
    return ProofFile(sha256, files.path(photo.copy_sha256), taken_at=photo.taken_at)


def round_told(workplace: Workplace, day: Day, shift_id: ShiftId, visited: Sequence[OrderId]) -> RoundTold:
    """What the driver of a round said of it; `visited` are the stops they were at, in that order."""
    if workplace.live is None:
        return RoundTold()
    found = workplace.live.logbook.read(lambda reader: progress_of(reader, [shift_id])).get(shift_id)
    routes = plan_as_kept(workplace.store, day.date).routes
    planned = next((route.order_ids for route in routes if route.shift_id == shift_id), ())
    missed = out_of_sequence(visited, planned)
    if found is None:
        return RoundTold(out_of_sequence=missed)
    return RoundTold(found.begun_at, found.ended_at, found.version, found.accepted, missed)


def out_of_sequence(visited: Iterable[OrderId], planned: Sequence[OrderId]) -> int:
    """How many visits are not on the longest run of them that is in the sequence planned (patience sorting)."""
    turn = {order_id: place for place, order_id in enumerate(planned)}
    turns = [turn[order_id] for order_id in dict.fromkeys(visited) if order_id in turn]
    tops: list[int] = []
    for place in turns:
        pile = bisect_left(tops, place)
        tops[pile : pile + 1] = [place]
    return len(turns) - len(tops)
