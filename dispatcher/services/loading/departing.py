"""The check before a round leaves: what must have been looked at, and photos that are kept with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.loading import Departure
from dispatcher.proof.files import PHOTO_BYTES, ProofFiles
from dispatcher.proof.photos import look

MOST_KM = 3_000_000
MOST_PHOTOS = 12
LONGEST_NOTE = 1_000
_NAMED = 5
"""Orders that a complaint names."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a person says of a round that is to leave."""

    shift_id: ShiftId
    vehicle: bool = False
    documents: bool = False
    odometer_km: int | None = None
    note: str = ""
    rest_is_short: bool = False
    """All that nobody spoke of is not there: it becomes an exception."""

    def departure(self, on: date, at: datetime, by: str, photos: Sequence[str]) -> Departure:
        """As it is kept."""
        return Departure(
            self.shift_id, on, at, by, self.vehicle, self.documents, self.odometer_km, tuple(photos), self.note.strip()
        )


def require_checked(check: Check, *, left: Mapping[str, Sequence[str]], strays: Sequence[str], empty: bool) -> None:
    """Raise `BadInput` for what is open: unchecked things and strays without a note, pieces without a word.

    `left` are the open pieces by order number, `strays` the orders whose goods do not belong into this van.
    """
    if empty:
        raise BadInput("This round has nothing to load.", "Plan orders on it first.")
    if left and not check.rest_is_short:
        pieces = sum(map(len, left.values()))
        what = "1 piece is" if pieces == 1 else f"{pieces} pieces are"
        raise BadInput(
            f"{what} neither loaded nor said to be short: {_named(list(left))}.",
            "Scan them in, or say that the rest is short.",
        )
    note = check.note.strip()
    if len(note) > LONGEST_NOTE:
        raise BadInput(f"The note has {len(note):,} characters.", f"Up to {LONGEST_NOTE:,} fit.")
    for done, what in ((check.vehicle, "The vehicle was"), (check.documents, "The documents were")):
        if not done and not note:
            raise BadInput(
                f"{what} not checked.", "Check and tick it, or write a note why the round leaves all the same."
            )
    if strays and not note:
        what = "Goods of another round lie in the van"
        raise BadInput(f"{what}: {_named(strays)}.", "Take them out, or write a note why they stay.")
    if check.odometer_km is not None and not 0 <= check.odometer_km <= MOST_KM:
        raise BadInput(f"{check.odometer_km:,} km is no odometer's reading.", f"Type 0 to {MOST_KM:,}, or nothing.")


def keep_photos(files: ProofFiles, photos: Iterable[Path]) -> list[str]:
    """Keep pictures among the depot's proofs; their SHA-256. Raises `BadInput` before any is kept that is none."""
    paths = list(photos)
    if len(paths) > MOST_PHOTOS:
        raise BadInput(f"{len(paths)} photos are too many.", f"Choose {MOST_PHOTOS} at most.")
    return [files.put(data) for data in map(_picture, paths)]


def _picture(path: Path) -> bytes:
    try:
        if path.stat().st_size > PHOTO_BYTES:
            raise BadInput(f"{path.name} is larger than {PHOTO_BYTES // 1024**2} MB.", "Choose a smaller picture.")
        data = path.read_bytes()
    except OSError as fault:
        raise BadInput(f"{path.name} cannot be read: {fault.strerror}.", "Choose another file.") from fault
    if fault_of := look(data).fault:
        raise BadInput(f"{path.name}: {fault_of}", "Choose another file.")
    return data


def _named(numbers: Sequence[str]) -> str:
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return ", ".join(numbers[:_NAMED]) + more
